/* The day's reservations for those who work here: who comes when, check-in by code, what may be a broker. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const SERVES = ["officer", "supervisor"], LET_IN = SERVES.concat(["auditor", "administrator"]);
  const LANGUAGE_KEPT = "queue.supervisor.language", AGAIN_MS = 15000;

  const state = { person: null, code: false, busy: false, refused: null, said: null, day: "", typed: "", found: null };

  function set(changes) { Object.assign(state, changes); draw(); }
  function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

  function refuse(answer) {
    if (answer.refused === "not_signed_in") { set({ person: null, found: null, busy: false }); return; }
    set({ busy: false, refused: Queue.refusal(answer), said: null });
  }

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/reservations" + (state.day ? "?day=" + state.day : "")).then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { refuse(answer); }
    }, lost);
  }

  function press(act, args, said) {
    if (state.busy) { return; }
    set({ busy: true, refused: null, said: null });
    Queue.post("/press", Object.assign({ office: office, key: Queue.key(), act: act }, args)).then(function (answer) {
      if (!answer.ok) { refuse(answer); look(); return; }
      set({ busy: false, said: said(answer), typed: "" });
      look();
    }, lost);
  }

  function checkIn(code) { press("check_in", { code: code }, function (answer) { return Queue.t("did.check_in", { label: answer.ticket.label }); }); }
  function takeBack(row, reason) { press("cancel_reservation", { reservation: row.number, reason: reason }, function () { return Queue.t("did.take_back", { code: row.code }); }); }

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

  function desk() {
    if (SERVES.indexOf(state.person.role) < 0) { return null; }
    return html`<section class="card"><form class="check-in" onSubmit=${function (event) { event.preventDefault(); checkIn(state.typed); }}>
      <label class="field"><span class="field-label">${Queue.t("check_in.code")}</span><input class="input" required maxlength="12" autocomplete="off" spellcheck=${false} value=${state.typed} data-testid="code" onInput=${function (event) { set({ typed: event.target.value }); }} /></label>
      <button class="button button-primary" data-testid="check-in" aria-disabled=${state.busy ? "true" : null}>${Queue.t("check_in")}</button></form></section>`;
  }

  function registry(found) {
    if (!found.registry) { return null; }
    return html`<p data-testid="registry">${found.registry.people ? Queue.t("registry", { n: found.registry.people, date: Queue.date(found.registry.at) }) : Queue.t("registry.none")}</p>`;
  }

  function page() {
    const found = state.found;
    if (!found) { return html`<main class="body stack">${told()}<p role="status">${Queue.t("line.connecting")}</p></main>`; }
    const reads = state.person.role !== "officer";
    return html`<main class="body stack">${told()}${desk()}
      <section class="card stack-tight"><label class="field"><span class="field-label">${Queue.t("day")}</span><input class="input" type="date" value=${found.day} data-testid="day" onChange=${function (event) { state.day = event.target.value; look(); }} /></label>
        <h2 class="title-m">${Queue.day(found.day)}</h2>${Desk.reservationRows({ rows: found.rows, serves: SERVES.indexOf(state.person.role) >= 0, reasons: state.person.role === "auditor" ? [] : found.reasons, checkIn: checkIn, takeBack: takeBack })}${Desk.sessions(found.sessions)}</section>
      ${reads ? html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("signals")}</h2><p class="soft">${Queue.t("signals.note")}</p>${Desk.signals(found.signals)}</section>` : null}
      ${registry(found)}</main>`;
  }

  function draw() {
    const letters = window.innerWidth / (parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16);
    document.documentElement.classList.toggle("from-64", letters >= 64);
    const person = state.person;
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("reservations")}</p></div>
      <div class="bar-acts">${person ? html`<a class="button button-quiet" href=${"/families/" + office} data-testid="to-families">${Queue.t("reservations.families")}</a>` : null}${person ? html`<span class="text-s">${person.name} <span class="soft">${Desk.word("role", person.role)}</span></span>` : null}
        <a class="button button-quiet" href=${person && person.role === "officer" ? "/counter/" + office : "/supervisor/" + office}>${Queue.t("reservations.back")}</a><${Desk.Languages} /></div></header>`;
    window.htmPreact.render(html`<div class="page-frame">${head}${person ? page() : html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`}</div>`, document.getElementById("reservations"));
    document.title = Queue.t("reservations") + " \u00b7 " + Queue.meta("office-name");
  }

  /* ---- Coming in ---- */

  function enter(person) {
    set({ person: person, refused: null });
    look();
  }

  function load() {
    Promise.all([Queue.words("reservations", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
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
