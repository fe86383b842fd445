/* The rows of a day's reservations, its sessions and signals: pure, facts in, picture out. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const STATES = { booked: "waiting", checked_in: "serving", cancelled: "closed", expired: "late" };

  function hours(session) { return session.start.replace(":", ".") + "\u2013" + session.end.replace(":", "."); }

  Desk.sessions = function (sessions) {
    if (!sessions.length) { return html`<p class="empty" data-testid="no-sessions">${Queue.t("sessions.none")}</p>`; }
    return html`<div class="table-box" tabindex="0" role="region" aria-label=${Queue.t("sessions")}><table class="table" data-testid="sessions"><thead><tr><th scope="col">${Queue.t("session")}</th>
      ${["held", "walk_in", "priority", "came", "expired", "people"].map(function (name) { return html`<th scope="col" class="figure" key=${name}>${Queue.t("session." + name)}</th>`; })}</tr></thead>
      <tbody>${sessions.map(function (one) {
        return html`<tr key=${one.service + one.key} data-testid=${"session-" + one.key}><th scope="row">${one.letter} ${hours(one)} <span class="soft">${Queue.say(one.name)}</span></th>
          <td class="figure">${Queue.t("of", { n: one.held, most: one.online })}</td><td class="figure">${one.walk_in === null ? one.walked_in : Queue.t("of", { n: one.walked_in, most: one.walk_in })}</td><td class="figure">${one.priority === null ? "\u2013" : Queue.t("of", { n: one.held_priority, most: one.priority })}</td>
          <td class="figure">${one.came}</td><td class="figure">${one.expired}</td><td class="figure">${one.people}</td></tr>`;
      })}</tbody></table></div>`;
  };

  function about(row) {
    const who = [row.name, row.identity_end ? "\u2026" + row.identity_end : ""].filter(Boolean).join(" ");
    const whom = row.register ? Queue.t("row.whom", { register: row.register, block: row.block || "\u2013", status: Queue.t("status." + row.status) }) : "";
    return html`<td>${who}${whom ? html`<br /><span class="soft">${whom}${row.permit ? " \u00b7 " + Queue.t("row.permit") : ""}</span>` : null}</td>`;
  }

  function acts(row, props) {
    if (row.state !== "booked") { return html`<td>${row.label ? html`<strong class="number">${row.label}</strong>` : row.reason ? Queue.t("reason." + row.reason) : ""}</td>`; }
    return html`<td><div class="row">${props.serves ? html`<button type="button" class="button" data-testid=${"check-in-" + row.number} onClick=${function () { props.checkIn(row.code); }}>${Queue.t("check_in")}</button>` : null}
      ${props.reasons.length ? html`<select class="input" aria-label=${Queue.t("take_back.of", { code: row.code })} data-testid=${"take-back-" + row.number} value="" onChange=${function (event) { if (event.target.value) { props.takeBack(row, event.target.value); event.target.value = ""; } }}>
        <option value="">${Queue.t("take_back")}</option>${props.reasons.map(function (reason) { return html`<option key=${reason} value=${reason}>${Queue.t("reason." + reason)}</option>`; })}</select>` : null}</div></td>`;
  }

  Desk.reservationRows = function (props) {
    if (!props.rows.length) { return html`<p class="empty" data-testid="empty">${Queue.t("rows.none")}</p>`; }
    return html`<div class="table-box" tabindex="0" role="region" aria-label=${Queue.t("rows")}><table class="table" data-testid="rows"><thead><tr>
      ${["code", "time", "people", "who", "state", "acts"].map(function (name) { return html`<th scope="col" key=${name}>${Queue.t("row." + name)}</th>`; })}</tr></thead>
      <tbody>${props.rows.map(function (row) {
        return html`<tr key=${row.number} class=${row.state === "booked" ? "" : "is-over"} data-testid=${"row-" + row.number} data-state=${row.state}><td><span class="reservation-code">${row.code}</span><br /><span class="soft">${Queue.t("row.number", { number: row.number })}</span>${row.priority ? html`<br /><span class="soft">${Queue.t("row.priority")}</span>` : null}</td>
          <td>${Queue.time(row.starts_at)}<br /><span class="soft">${Queue.t("row.until", { time: Queue.time(row.expires_at) })}</span></td>
          <td>${Queue.t("row.party", { n: row.people, men: row.party.men, women: row.party.women, children: row.party.children })}</td>
          ${about(row)}<td><span class=${"state state-" + STATES[row.state]}>${Queue.t("state." + row.state)}</span>${row.state === "booked" && !row.held ? html`<br /><strong>${Queue.t("row.gone")}</strong>` : null}</td>${acts(row, props)}</tr>`;
      })}</tbody></table></div>`;
  };

  /** ``find(number, day)`` shows that reservation among those of its day. */
  Desk.signals = function (signals, find) {
    if (!signals.length) { return html`<p class="soft" data-testid="no-signals">${Queue.t("signals.none")}</p>`; }
    return html`<ul class="plain signals" data-testid="signals">${signals.map(function (one, index) {
      const word = one.code === "many" ? Queue.t("signal.many", { n: one.n, people: one.people }) : Queue.t(one.same ? "signal.retaken_same" : "signal.retaken", { seconds: one.seconds });
      return html`<li key=${index} data-testid=${"signal-" + one.code}><strong>${Queue.say(one.service_name)}</strong>: ${word} <br />${one.numbers.map(function (number, at) {
        return html`<button type="button" class="button button-quiet signal-of" key=${number} data-testid=${"signal-of-" + number} onClick=${function () { find(number, one.days[at]); }}>${Queue.t("signal.of", { number: number, date: Queue.day(one.days[at]) })}</button>`;
      })}</li>`;
    })}</ul>`;
  };
}());
