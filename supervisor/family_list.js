/* The rows of those enrolled, their looks, and the slip of a new one: pure, facts in, picture out. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const STATES = { enrolled: "serving", revoked: "closed", run_out: "closed", gone: "closed" };

  function heads(names, group) {
    return html`<thead><tr>${names.map(function (name) { return html`<th scope="col" key=${name}>${Queue.t(group + "." + name)}</th>`; })}</tr></thead>`;
  }

  function box(label, table) { return html`<div class="table-box" tabindex="0" role="region" aria-label=${label}>${table}</div>`; }

  function revoke(row, props) {
    const asked = props.ends && props.ends.number === row.number ? props.ends.reason : "";
    return html`<div class="row"><select class="input" aria-label=${Queue.t("revoke.of", { number: row.number })} data-testid=${"revoke-" + row.number} value=${asked} onChange=${function (event) { props.choose(row, event.target.value); }}>
      <option value="">${Queue.t("revoke")}</option>${props.reasons.map(function (reason) { return html`<option key=${reason} value=${reason}>${Queue.t("reason." + reason)}</option>`; })}</select>
      ${asked ? html`<button type="button" class="button button-bad" data-testid=${"revoke-yes-" + row.number} onClick=${function () { props.revoke(row); }}>${Queue.t("revoke.sure")}</button>` : null}</div>`;
  }

  Desk.bornNone = function () { return { day: "", month: "", year: "" }; };

  /** "1990-02-03"; "" while a part is missing. */
  Desk.bornDay = function (born) {
    function two(text) { return text.length < 2 ? "0" + text : text; }
    return born.day && born.month && born.year ? born.year + "-" + two(born.month) + "-" + two(born.day) : "";
  };

  /** Chosen part by part, as the family does it: a date written month first here would keep them out for ever. */
  Desk.bornField = function (born, put) {
    const year = new Date().getFullYear(), parts = [["day", 1, 31], ["month", 1, 12], ["year", year, year - 110]];
    return html`<fieldset class="born-field"><legend class="field-label">${Queue.t("enrol.born")}</legend><div class="row">${parts.map(function (part) {
      const options = [];
      for (let n = part[1]; part[1] <= part[2] ? n <= part[2] : n >= part[2]; n += part[1] <= part[2] ? 1 : -1) {
        options.push(html`<option key=${n} value=${String(n)}>${part[0] === "month" ? Queue.t("month." + n) : n}</option>`);
      }
      return html`<select class="input" key=${part[0]} required aria-label=${Queue.t("born." + part[0])} value=${born[part[0]]} data-testid=${"born-" + part[0]}
        onChange=${function (event) { const change = {}; change[part[0]] = event.target.value; put(Object.assign({}, born, change)); }}><option value="">${Queue.t("born." + part[0])}</option>${options}</select>`;
    })}</div></fieldset>`;
  };

  function one(row, props) {
    const holds = row.state === "enrolled", reason = row.reason ? Queue.t("reason." + row.reason) : "";
    return html`<tr key=${row.number} class=${holds ? "" : "is-over"} data-testid=${"row-" + row.number} data-state=${row.state}><td>${row.number}</td>
      <td>${row.name || "\u2013"}<br /><span class="soft">${Queue.t("relation." + row.relation)}</span></td>
      <td>${row.register ? Queue.t("row.whom", { register: row.register, block: row.block || "\u2013" }) : "\u2013"}</td>
      <td>${Queue.date(row.made_at)}<br /><span class="soft">${row.made_by}</span></td><td>${holds ? Queue.date(row.until_at) : row.ended_at ? Queue.date(row.ended_at) : ""}</td>
      <td><span class=${"state state-" + STATES[row.state]}>${Queue.t("state." + row.state)}</span>${reason ? html`<br /><span class="soft">${reason}</span>` : null}${row.phones ? html`<br /><span class="soft">${Queue.t("row.phones", { n: row.phones })}</span>` : null}</td>
      <td>${holds && props.revokes ? revoke(row, props) : null}</td></tr>`;
  }

  Desk.familyRows = function (props) {
    if (!props.rows.length) { return html`<p class="empty" data-testid="empty">${Queue.t("rows.none")}</p>`; }
    return box(Queue.t("rows"), html`<table class="table" data-testid="rows">${heads(["number", "who", "inmate", "made", "until", "state", "acts"], "row")}
      <tbody>${props.rows.map(function (row) { return one(row, props); })}</tbody></table>`);
  };

  Desk.familyLooks = function (looks) {
    if (!looks.length) { return html`<p class="soft" data-testid="no-looks">${Queue.t("looks.none")}</p>`; }
    return box(Queue.t("looks"), html`<table class="table" data-testid="looks">${heads(["at", "number", "way", "place", "outcome"], "look")}
      <tbody>${looks.map(function (look, index) {
        return html`<tr key=${index}><td>${Queue.date(look.at)} ${Queue.time(look.at)}</td><td>${look.family || "\u2013"}</td><td>${Queue.t("way." + look.way)}</td><td>${Queue.t("place." + look.place)}</td>
          <td><span class=${"state state-" + (look.outcome === "seen" ? "serving" : "late")}>${Queue.t("outcome." + look.outcome)}</span></td></tr>`;
      })}</tbody></table>`);
  };

  /** What the family takes home; there is no other copy of the code. */
  Desk.familySlip = function (made) {
    const name = Queue.meta("office-name"), address = made.relation === "self" ? "" : Queue.meta("address");
    return html`<p><strong>${name}</strong></p><h2>${Queue.t("slip")}</h2><p class="slip-code">${made.code}</p><p><img src=${made.qr} alt="" /></p>
      <p>${Queue.t(address ? "slip.how" : "slip.how.kiosk")}</p>${!address ? null : html`<p>${address}/family/${Queue.meta("office")}</p>`}
      <p>${Queue.t("slip.until", { date: Queue.date(made.until) })}</p><p>${Queue.t("slip.keep")}</p>`;
  };
}());
