/* What continues on another day, for those who work here: late ones first, then by the promised day; ready ones; ended. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const SERVES = ["officer", "supervisor"], OVERSEES = ["supervisor", "administrator"], LET_IN = SERVES.concat(["auditor", "administrator"]);
  const AGAIN_MS = 15000, RETRY_MS = 3000;
  const STATES = { late: "late", due: "waiting", in_work: "waiting", ready: "serving", collected: "closed", ended: "closed" };
  const SHOWN = ["late", "due", "in_work", "ready", "over"];

  const desk = Desk.page("cases", { letIn: LET_IN, againMs: AGAIN_MS, state: { wanted: "", typed: "" }, look: look, page: page });
  const state = desk.state, set = desk.set;
  let retry = 0;

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/cases").then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { desk.refuse(answer); }
    }, function () { desk.lost(); if (!state.found) { window.clearTimeout(retry); retry = window.setTimeout(look, RETRY_MS); } });
  }

  function press(act, args) {
    desk.press(act, args, function (answer) {
      set({ busy: false, said: Queue.t("did." + act, { code: answer.code }) });
      look();
    }, look);
  }

  /* ---- Drawing ---- */

  function stands(row) { return row.state === "collected" || row.state === "ended" ? "over" : row.state; }

  function rows() {
    const typed = state.typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
    return state.found.rows.filter(function (row) {
      return (!state.wanted || stands(row) === state.wanted) && (!typed || row.code.replace("-", "").indexOf(typed) >= 0 || row.label.replace(/\W/g, "").indexOf(typed) >= 0);
    });
  }

  function when(row) {
    if (row.state === "late") { return Queue.t("late.by", { n: -row.left }); }
    if (row.state === "in_work") { return Queue.t("left", { n: row.left }); }
    if (row.state === "ready") { return Queue.t("ready.since", { date: Queue.day(row.ready_day) }); }
    return row.over_day ? Queue.day(row.over_day) : "";
  }

  function acts(row) {
    const serves = SERVES.indexOf(state.person.role) >= 0, oversees = OVERSEES.indexOf(state.person.role) >= 0;
    if (stands(row) === "over") { return html`<td>${row.reason ? Queue.t("case.reason." + row.reason) : ""}</td>`; }
    const act = row.state === "ready" ? "case_not_ready" : "case_ready";
    return html`<td><div class="row">${serves ? html`<button type="button" class=${"button" + (act === "case_ready" ? "" : " button-quiet")} data-testid=${act + "-" + row.number} aria-disabled=${state.busy ? "true" : null} onClick=${function () { press(act, { case: row.number }); }}>${Queue.t("act." + act)}</button>` : null}
      ${oversees ? html`<select class="input" aria-label=${Queue.t("end.of", { code: row.code })} data-testid=${"end-" + row.number} value="" onChange=${function (event) { if (event.target.value) { press("end_case", { case: row.number, reason: event.target.value }); event.target.value = ""; } }}>
        <option value="">${Queue.t("end")}</option>${state.found.reasons.map(function (reason) { return html`<option key=${reason} value=${reason}>${Queue.t("case.reason." + reason)}</option>`; })}</select>` : null}</div></td>`;
  }

  function table() {
    const shown = rows();
    if (!shown.length) { return html`<p class="empty" data-testid="empty">${Queue.t("rows.none")}</p>`; }
    return html`<div class="table-box" tabindex="0" role="region" aria-label=${Queue.t("cases")}><table class="table" data-testid="rows"><thead><tr>
      ${["code", "service", "given", "due", "state", "acts"].map(function (name) { return html`<th scope="col" key=${name}>${Queue.t("row." + name)}</th>`; })}</tr></thead>
      <tbody>${shown.map(function (row) {
        return html`<tr key=${row.number} class=${stands(row) === "over" ? "is-over" : ""} data-testid=${"row-" + row.number} data-state=${row.state}><td><span class="reservation-code">${row.code}</span></td>
          <td>${row.name ? Queue.say(row.name.name) : row.service}</td><td>${Queue.day(row.day)}<br /><span class="soft">${row.label}</span></td>
          <td>${Queue.day(row.due)}<br /><span class="soft">${Queue.t(row.days ? "days" : "days.same", { n: row.days })}</span></td>
          <td><span class=${"state state-" + STATES[row.state]}>${Queue.t("case.state." + row.state)}</span><br /><span class="soft">${when(row)}</span></td>${acts(row)}</tr>`;
      })}</tbody></table></div>`;
  }

  function page() {
    const counts = Object.assign({ over: state.found.rows.filter(function (row) { return stands(row) === "over"; }).length }, state.found.counts);
    return html`<section class="card stack-tight"><div class="row" role="group" aria-label=${Queue.t("which")}>
        <button type="button" class="button" aria-pressed=${String(!state.wanted)} data-testid="show-all" onClick=${function () { set({ wanted: "" }); }}>${Queue.t("which.all")}</button>
        ${SHOWN.map(function (name) { return html`<button type="button" class="button" key=${name} aria-pressed=${String(state.wanted === name)} data-testid=${"show-" + name} onClick=${function () { set({ wanted: name }); }}>${Queue.t("case.state." + name) + ": " + counts[name]}</button>`; })}</div>
        <label class="field"><span class="field-label">${Queue.t("find")}</span><input class="input" maxlength="12" autocomplete="off" spellcheck=${false} data-testid="find" value=${state.typed} onInput=${function (event) { set({ typed: event.target.value }); }} /></label>
        ${table()}<p class="soft">${Queue.t("note", { n: state.found.days })}</p></section>`;
  }

  desk.load();
}());
