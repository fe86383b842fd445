/* What continues on another day, for those who work here: late ones first, then by the promised day; ready ones; ended. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const SERVES = ["officer", "supervisor"], OVERSEES = ["supervisor", "administrator"], LET_IN = SERVES.concat(["auditor", "administrator"]);
  const LANGUAGE_KEPT = "queue.supervisor.language", AGAIN_MS = 15000, RETRY_MS = 3000;
  const STATES = { late: "late", due: "waiting", in_work: "waiting", ready: "serving", collected: "closed", ended: "closed" };
  const SHOWN = ["late", "due", "in_work", "ready", "over"];

  const state = { person: null, code: false, busy: false, refused: null, said: null, found: null, wanted: "", typed: "" };
  let retry = 0;

  function set(changes) { Object.assign(state, changes); draw(); }
  function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

  function refuse(answer) {
    if (answer.refused === "not_signed_in") { set({ person: null, found: null, busy: false }); return; }
    set({ busy: false, refused: Queue.refusal(answer), said: null });
  }

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/cases").then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { refuse(answer); }
    }, function () { lost(); if (!state.found) { window.clearTimeout(retry); retry = window.setTimeout(look, RETRY_MS); } });
  }

  function press(act, args) {
    if (state.busy) { return; }
    set({ busy: true, refused: null, said: null });
    Queue.post("/press", Object.assign({ office: office, key: Queue.key(), act: act }, args)).then(function (answer) {
      if (!answer.ok) { refuse(answer); look(); return; }
      set({ busy: false, said: Queue.t("did." + act, { code: answer.code }) });
      look();
    }, lost);
  }

  Desk.signIn = function (name, password, code) {
    if (state.busy) { return; }
    set({ busy: true, refused: null });
    Queue.signIn(office, name, password, code).then(function (answer) {
      state.busy = false;
      if (!answer.ok) { set({ code: state.code || answer.refused === "code_needed", refused: Queue.refusal(answer) }); }
      else if (LET_IN.indexOf(answer.person.role) < 0) { set({ refused: Queue.t("gone.wrong_role") }); }
      else { enter(answer.person); }
    }, lost);
  };

  Desk.speak = function (language) {
    Queue.language(language);
    try { window.localStorage.setItem(LANGUAGE_KEPT, language); } catch (closed) { /* a private window forgets: nothing is lost */ }
    draw();
  };

  /* ---- Drawing ---- */

  function told() {
    if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="refusal">${Desk.icon("info-circle")}<span>${state.refused}</span></p>`; }
    return state.said ? html`<p class="notice notice-good" role="status" data-testid="said">${Desk.icon("check")}<span>${state.said}</span></p>` : null;
  }

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
          <td>${Queue.day(row.due)}<br /><span class="soft">${Queue.t("days", { n: row.days })}</span></td>
          <td><span class=${"state state-" + STATES[row.state]}>${Queue.t("case.state." + row.state)}</span><br /><span class="soft">${when(row)}</span></td>${acts(row)}</tr>`;
      })}</tbody></table></div>`;
  }

  function page() {
    if (!state.found) { return html`<main class="body stack">${told()}<p role="status">${Queue.t("line.connecting")}</p></main>`; }
    const counts = Object.assign({ over: state.found.rows.filter(function (row) { return stands(row) === "over"; }).length }, state.found.counts);
    return html`<main class="body stack">${told()}
      <section class="card stack-tight"><div class="row" role="group" aria-label=${Queue.t("which")}>
        <button type="button" class="button" aria-pressed=${String(!state.wanted)} data-testid="show-all" onClick=${function () { set({ wanted: "" }); }}>${Queue.t("which.all")}</button>
        ${SHOWN.map(function (name) { return html`<button type="button" class="button" key=${name} aria-pressed=${String(state.wanted === name)} data-testid=${"show-" + name} onClick=${function () { set({ wanted: name }); }}>${Queue.t("case.state." + name) + ": " + counts[name]}</button>`; })}</div>
        <label class="field"><span class="field-label">${Queue.t("find")}</span><input class="input" maxlength="12" autocomplete="off" spellcheck=${false} data-testid="find" value=${state.typed} onInput=${function (event) { set({ typed: event.target.value }); }} /></label>
        ${table()}<p class="soft">${Queue.t("note", { n: state.found.days })}</p></section></main>`;
  }

  function draw() {
    const letters = window.innerWidth / (parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16);
    document.documentElement.classList.toggle("from-64", letters >= 64);
    const person = state.person;
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("cases")}</p></div>
      <div class="bar-acts">${person ? html`<span class="text-s">${person.name} <span class="soft">${Desk.word("role", person.role)}</span></span>` : null}
        <a class="button button-quiet" href=${person && person.role === "officer" ? "/counter/" + office : "/supervisor/" + office}>${Queue.t("cases.back")}</a><${Desk.Languages} /></div></header>`;
    window.htmPreact.render(html`<div class="page-frame">${head}${person ? page() : html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`}</div>`, document.getElementById("cases"));
    document.title = Queue.t("cases") + " \u00b7 " + Queue.meta("office-name");
  }

  /* ---- Coming in ---- */

  function enter(person) {
    set({ person: person, refused: null });
    look();
  }

  function load() {
    Promise.all([Queue.words("cases", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      let kept = null;
      try { kept = window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { /* not remembered */ }
      Queue.language(kept === "en" ? "en" : "id");
      Queue.zone(Queue.meta("time-zone"));
      const person = found[1].person;
      if (person && LET_IN.indexOf(person.role) >= 0) { enter(person); } else { draw(); }
      window.addEventListener("resize", draw);
      window.setInterval(function () { if (state.person && !state.busy) { look(); } }, AGAIN_MS);
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
