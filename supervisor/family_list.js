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
    return html`<select class="input" aria-label=${Queue.t("revoke.of", { number: row.number })} data-testid=${"revoke-" + row.number} value="" onChange=${function (event) { if (event.target.value) { props.revoke(row, event.target.value); event.target.value = ""; } }}>
      <option value="">${Queue.t("revoke")}</option>${props.reasons.map(function (reason) { return html`<option key=${reason} value=${reason}>${Queue.t("reason." + reason)}</option>`; })}</select>`;
  }

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
    const name = Queue.meta("office-name"), address = Queue.meta("address");
    return html`<p><strong>${name}</strong></p><h2>${Queue.t("slip")}</h2><p class="slip-code">${made.code}</p><p><img src=${made.qr} alt="" /></p>
      <p>${Queue.t("slip.how")}</p>${made.relation === "self" || !address ? null : html`<p>${address}/family/${Queue.meta("office")}</p>`}
      <p>${Queue.t("slip.until", { date: Queue.date(made.until) })}</p><p>${Queue.t("slip.keep")}</p>`;
  };
}());
