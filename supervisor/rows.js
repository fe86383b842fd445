/* The rows of the log: one step each, its times against what was stated, and everything else on request. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const REOPENS = ["done", "no_show", "cancelled", "unserved"];

  function time(ms) { return ms ? Queue.time(ms) : "–"; }

  /* On time, late, or neither and why: a word for each, a shape for late. */
  function verdict(part) {
    if (part.on_time === true) { return html`<span class="unseen">${Queue.t("verdict.on_time")}</span>`; }
    if (part.on_time === false) { return html`<span class="state state-late">${Queue.t("verdict.late")}</span>`; }
    return null;
  }

  function against(ms, stated, part) {
    return html`<span class="against"><span>${Queue.clock(ms)}</span>${stated === null ? null : html`<span class="soft"> / ${stated}</span>`}${verdict(part)}</span>`;
  }

  function why(row) {
    if (!row.rule) { return "–"; }
    return Desk.word("rule", row.rule) + (row.reason ? ": " + Desk.word("reason", row.reason) : "");
  }

  function fact(name, value) { return value === null || value === "" ? null : html`<div key=${name}><dt>${Queue.t("column." + name)}</dt><dd>${value}</dd></div>`; }

  function judged(name, row) {
    const part = row.judged[name];
    if (part.on_time !== null) { return Queue.t(part.on_time ? "verdict.on_time" : "verdict.late"); }
    return Queue.t("verdict.left_out", { why: Desk.word("left_out", part.why) });
  }

  function Details(props) {
    const row = props.row, picture = props.picture;
    const reopen = props.may && REOPENS.indexOf(row.state) >= 0;
    return html`<div class="details" data-testid=${"details-" + row.step}>
      ${row.flags.length ? html`<div class="flags"><strong>${Queue.t("flagged.because")}</strong><ul>${row.flags.map(function (code) { return html`<li key=${code}>${Desk.flag(code)}</li>`; })}</ul></div>` : null}<dl class="facts">
        ${fact("service", Desk.serviceName(picture, row.service))}${fact("day", row.day)}${fact("leg", row.leg > 1 ? row.leg : null)}${fact("channel", Desk.word("channel", row.channel))}
        ${fact("arrived_at", row.arrived_at ? Queue.time(row.arrived_at) : null)}${fact("first_called_at", row.first_called_at ? Queue.time(row.first_called_at) : null)}
        ${fact("parked_office_s", row.parked_office ? Queue.clock(row.parked_office) : null)}${fact("parked_visitor_s", row.parked_visitor ? Queue.clock(row.parked_visitor) : null)}
        ${fact("wait_off_s", row.wait_off ? Queue.clock(row.wait_off) : null)}${fact("parked_off_s", row.parked_off ? Queue.clock(row.parked_off) : null)}
        ${fact("before_arrival_s", row.before_arrival ? Queue.clock(row.before_arrival) : null)}${fact("why_called", why(row))}
        ${fact("wait_on_time", judged("wait", row))}${fact("service_on_time", judged("service", row))}${fact("visit_on_time", judged("visit", row))}
        ${fact("outcome", row.outcome ? Desk.word("reason", row.outcome) : null)}
        ${fact("standard", row.standard ? Queue.t("standard.version", { id: row.standard, version: row.standard_version }) : null)}
        ${fact("clock_doubt", row.clock_doubt ? Queue.t("clock_doubt") : null)}${fact("step", row.step)}</dl>
      ${reopen && !Desk.isOpen("reopen", row.step) ? html`<${Desk.button} word=${Queue.t("act.reopen")} icon="history" testid=${"reopen-" + row.step} run=${function () { Desk.open("reopen", row.step); }} />` : null}
      ${reopen && Desk.isOpen("reopen", row.step) ? html`<${Desk.Reasons} title=${Queue.t("reopen.ask", { label: row.label })} codes=${picture.reasons.reopen}
        choose=${function (code) { Desk.press("reopen", { step: row.step, reason: code }, function () { Desk.fetchLog(Desk.log.page); }); }} />` : null}</div>`;
  }

  function Row(props) {
    const row = props.row, picture = props.picture, open = Boolean(Desk.log.details[row.step]);
    const toggle = function () { Desk.log.details[row.step] = !open; Desk.draw(); };
    const rows = [html`<tr key=${row.step} data-testid=${"row-" + row.step} data-state=${row.state}>
      <th scope="row"><button type="button" class="row-open" aria-expanded=${String(open)} data-testid=${"open-row-" + row.step} onClick=${toggle}>
          ${Desk.icon(open ? "chevron-up" : "chevron-down")}<span class="number">${row.label}</span></button></th>
      ${props.several ? Desk.cell(Queue.t("column.day"), row.day.slice(8) + "." + row.day.slice(5, 7), "nowrap") : null}
      ${Desk.cell(Queue.t("column.service"), html`<span title=${Desk.serviceName(picture, row.service)}>${Desk.badge(Desk.serviceOf(picture, row.service))}</span> <span class="service-word">${Desk.serviceName(picture, row.service)}</span>`, "service-cell")}
      ${Desk.cell(Queue.t("column.class"), row.priority ? html`<span class="priority">${Queue.t("class.priority")}</span>` : html`<span class="soft">${Queue.t("class.ordinary")}</span>`)}
      ${Desk.cell(Queue.t("column.issued_at"), time(row.issued_at), "figure")}
      ${Desk.cell(Queue.t("column.called_at"), time(row.called_at), "figure")}
      ${Desk.cell(Queue.t("column.started_at"), time(row.started_at), "figure")}
      ${Desk.cell(Queue.t("column.ended_at"), time(row.ended_at), "figure")}
      ${Desk.cell(Queue.t("column.wait_s"), against(row.wait, row.stated_wait_min, row.judged.wait), "figure")}
      ${Desk.cell(Queue.t("column.walk_s"), Queue.clock(row.walk), "figure")}
      ${Desk.cell(Queue.t("column.serve_s"), against(row.service_ms, row.stated_service_min, row.judged.service), "figure")}
      ${Desk.cell(Queue.t("column.total_s"), Queue.clock(row.total), "figure")}
      ${Desk.cell(Queue.t("column.recalls"), row.recalls || "–", "figure")}
      ${Desk.cell(Queue.t("column.counter"), row.counter ? Desk.counterName(picture, row.counter) : "–")}
      ${Desk.cell(Queue.t("column.officer"), row.officer || "–")}
      ${Desk.cell(Queue.t("column.state"), html`${Desk.word("state", row.state)}${row.flags.length ? html` <span class="state state-flagged" title=${row.flags.map(Desk.flag).join("; ")} data-testid=${"flags-" + row.step}>${Queue.t("flagged")}</span>` : null}`, "nowrap")}</tr>`];
    if (open) {
      rows.push(html`<tr key=${row.step + "-more"} class="opened"><td colspan=${props.several ? 16 : 15}><${Details} ...${props} /></td></tr>`);
    }
    return rows;
  }

  Desk.Rows = function (props) {
    const figures = ["issued_at", "called_at", "started_at", "ended_at", "wait_s", "walk_s", "serve_s", "total_s", "recalls"];
    const names = ["number"].concat(props.several ? ["day"] : [], ["service", "class"], figures, ["counter", "officer", "state"]);
    return html`<p class="soft text-s">${Queue.t("log.note")}</p><div class="table-box"><table class="table as-cards log-table" data-testid="log-table">
      <thead><tr>${names.map(function (name) { return html`<th scope="col" key=${name} class=${figures.indexOf(name) >= 0 ? "figure" : null}>${Queue.t("column." + name)}</th>`; })}</tr></thead>
      <tbody>${props.rows.map(function (row) { return html`<${Row} key=${row.step} row=${row} ...${props} />`; })}</tbody></table></div>`;
  };
}());
