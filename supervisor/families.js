/* Families for those who work here: enrol, list, revoke, who looked; and erasing a person who asks for it. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const office = Queue.meta("office");
  const LET_IN = ["officer", "supervisor", "auditor", "administrator"], OVERSEES = ["supervisor", "administrator"];
  const ERASES = ["reservation", "ticket", "complaint", "family", "inmate", "staff"];
  const LANGUAGE_KEPT = "queue.supervisor.language", AGAIN_MS = 20000;

  const state = { person: null, code: false, busy: false, refused: null, said: null, found: null, made: null,
    register: "", relation: "", name: "", born: "", what: "reservation", which: "", day: "", sure: false };
  let press = null;

  function set(changes) { Object.assign(state, changes); draw(); }
  function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

  function refuse(answer) {
    if (answer.refused === "not_signed_in") { set({ person: null, found: null, made: null, busy: false }); return; }
    set({ busy: false, refused: Queue.refusal(answer), said: null });
  }

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/families").then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { refuse(answer); }
    }, lost);
  }

  /* One key as long as nothing else is written: a press whose answer was lost gives the same code again. */
  function send(act, args, done) {
    if (state.busy) { return; }
    press = press || Queue.key();
    set({ busy: true, refused: null, said: null });
    Queue.post("/press", Object.assign({ office: office, key: press, act: act }, args)).then(function (answer) {
      press = null;
      if (!answer.ok) { refuse(answer); look(); return; }
      state.busy = false;
      done(answer);
      look();
    }, lost);
  }

  function enrol(event) {
    event.preventDefault();
    const relation = state.relation;
    send("enrol_family", { register: state.register, relation: relation, holder_name: relation === "self" ? "" : state.name, born: state.born }, function (answer) {
      set({ made: { number: answer.family, code: answer.code, qr: answer.qr, until: answer.until, relation: relation }, register: "", relation: "", name: "", born: "" });
    });
  }

  function revoke(row, reason) { press = null; send("revoke_family", { family: row.number, reason: reason }, function () { set({ said: Queue.t("did.revoke", { number: row.number }) }); }); }

  function erase(event) {
    event.preventDefault();
    if (!state.sure) { set({ sure: true }); return; }
    send("erase_person", { what: state.what, which: state.which, day: state.what === "ticket" ? state.day : "" }, function (answer) {
      const n = Object.keys(answer.erased).reduce(function (sum, table) { return sum + answer.erased[table]; }, 0);
      set({ which: "", day: "", sure: false, said: n ? Queue.t("did.erase", { n: n }) : Queue.t("did.erase.none") });
    });
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

  function put(name) { return function (event) { const change = { sure: false }; change[name] = event.target.value; press = null; set(change); }; }

  function field(name, more) {
    return html`<label class="field"><span class="field-label">${Queue.t("enrol." + name)}</span><input class="input" required autocomplete="off" spellcheck=${false} value=${state[name]} data-testid=${name} onInput=${put(name)} ...${more} /></label>`;
  }

  function choice(name, label, options, word) {
    return html`<label class="field"><span class="field-label">${label}</span><select class="input" required value=${state[name]} data-testid=${name} onChange=${put(name)}>
      ${name === "relation" ? html`<option value="">\u2013</option>` : null}${options.map(function (one) { return html`<option key=${one} value=${one}>${Queue.t(word + one)}</option>`; })}</select></label>`;
  }

  function told() {
    if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="refusal">${Desk.icon("info-circle")}<span>${state.refused}</span></p>`; }
    return state.said ? html`<p class="notice notice-good" role="status" data-testid="said">${Desk.icon("check")}<span>${state.said}</span></p>` : null;
  }

  function made() {
    const one = state.made;
    return html`<section class="card stack-tight" data-testid="made" role="status"><h2 class="title-m">${Queue.t("made", { number: one.number })}</h2>
      <p class="slip-code" data-testid="slip-code">${one.code}</p><p>${Queue.t("made.note")}</p>
      <div class="row"><button type="button" class="button button-primary" data-testid="print" onClick=${function () { window.print(); }}>${Queue.t("made.print")}</button>
        <button type="button" class="button" data-testid="put-away" onClick=${function () { set({ made: null }); }}>${Queue.t("made.away")}</button></div></section>`;
  }

  function enrolment(found) {
    if (!found.offered) { return html`<p class="notice notice-info" data-testid="off">${Desk.icon("info-circle")}<span>${Queue.t("off")}</span></p>`; }
    if (!found.serves) { return null; }
    if (state.made) { return made(); }
    return html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("enrol")}</h2><p class="soft">${Queue.t("enrol.note")}</p>
      <form class="enrol" onSubmit=${enrol} data-testid="enrol">${field("register", { maxlength: 40 })}${choice("relation", Queue.t("enrol.relation"), found.relations, "relation.")}
        ${state.relation === "self" ? null : field("name", { maxlength: 60 })}${field("born", { type: "date" })}
        <button class="button button-primary" data-testid="enrol-go" aria-disabled=${state.busy ? "true" : null}>${Queue.t("enrol.go")}</button></form></section>`;
  }

  function erasing() {
    if (OVERSEES.indexOf(state.person.role) < 0) { return null; }
    return html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("erase")}</h2><p class="soft">${Queue.t("erase.note")} <a href=${"/privacy/" + office}>${Queue.t("privacy")}</a></p>
      <form class="enrol" onSubmit=${erase} data-testid="erase">${choice("what", Queue.t("erase.what"), ERASES, "erase.")}
        <label class="field"><span class="field-label">${Queue.t("erase." + state.what + ".which")}</span><input class="input" required maxlength="40" autocomplete="off" spellcheck=${false} value=${state.which} data-testid="which" onInput=${put("which")} /></label>
        ${state.what === "ticket" ? html`<label class="field"><span class="field-label">${Queue.t("erase.day")}</span><input class="input" type="date" required value=${state.day} data-testid="day" onInput=${put("day")} /></label>` : null}
        <button class=${"button" + (state.sure ? " button-primary" : "")} data-testid="erase-go" aria-disabled=${state.busy ? "true" : null}>${Queue.t(state.sure ? "erase.sure" : "erase.go")}</button></form></section>`;
  }

  function page() {
    const found = state.found;
    if (!found) { return html`<main class="body stack">${told()}<p role="status">${Queue.t("line.connecting")}</p></main>`; }
    return html`<main class="body stack">${told()}${enrolment(found)}
      ${found.offered || found.rows.length ? html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("rows")}</h2>${Desk.familyRows({ rows: found.rows, reasons: found.reasons, revokes: found.revokes, revoke: revoke })}</section>
        <section class="card stack-tight"><h2 class="title-m">${Queue.t("looks")}</h2>${Desk.familyLooks(found.looks)}</section>` : null}${erasing()}</main>`;
  }

  function draw() {
    const letters = window.innerWidth / (parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16);
    document.documentElement.classList.toggle("from-64", letters >= 64);
    const person = state.person;
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("families")}</p></div>
      <div class="bar-acts">${person ? html`<span class="text-s">${person.name} <span class="soft">${Desk.word("role", person.role)}</span></span>` : null}
        <a class="button button-quiet" href=${person && person.role === "officer" ? "/counter/" + office : "/supervisor/" + office}>${Queue.t("families.back")}</a><${Desk.Languages} /></div></header>`;
    render(html`<div class="page-frame">${head}${person ? page() : html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`}</div>`, document.getElementById("families"));
    render(html`${state.made ? Desk.familySlip(state.made) : null}`, document.getElementById("slip"));
    document.title = Queue.t("families") + " \u00b7 " + Queue.meta("office-name");
  }

  /* ---- Coming in ---- */

  function enter(person) {
    set({ person: person, refused: null });
    look();
  }

  function load() {
    Promise.all([Queue.words("families", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
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
