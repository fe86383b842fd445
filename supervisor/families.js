/* Families for those who work here: enrol, list, revoke, who looked; and erasing a person who asks for it. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const office = Queue.meta("office");
  const LET_IN = ["officer", "supervisor", "auditor", "administrator"], OVERSEES = ["supervisor", "administrator"];
  const ERASES = ["reservation", "ticket", "complaint", "family", "inmate", "staff"];
  const AGAIN_MS = 20000;

  const desk = Desk.page("families", { letIn: LET_IN, againMs: AGAIN_MS, look: look, page: page, drawn: drawn, forget: { made: null }, state: {
    made: null, register: "", relation: "", name: "", born: Desk.bornNone(), ends: null, what: "reservation", which: "", day: "", sure: false } });
  const state = desk.state, set = desk.set;
  let press = null;

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/families").then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { desk.refuse(answer); }
    }, desk.lost);
  }

  /* One key as long as nothing else is written: a press whose answer was lost gives the same code again. */
  function send(act, args, done) {
    if (state.busy) { return; }
    press = press || Queue.key();
    desk.press(act, args, function (answer) {
      press = null;
      state.busy = false;
      done(answer);
      look();
    }, function () { press = null; look(); }, press);
  }

  function enrol(event) {
    event.preventDefault();
    const relation = state.relation;
    send("enrol_family", { register: state.register, relation: relation, holder_name: relation === "self" ? "" : state.name, born: Desk.bornDay(state.born) }, function (answer) {
      set({ made: { number: answer.family, code: answer.code, qr: answer.qr, until: answer.until, relation: relation }, register: "", relation: "", name: "", born: Desk.bornNone() });
    });
  }

  /* In two steps: a choice that slipped ends nobody's enrolment. */
  function chosen(row, reason) { set({ ends: reason ? { number: row.number, reason: reason } : null }); }
  function revoke(row) { press = null; send("revoke_family", { family: row.number, reason: state.ends.reason }, function () { set({ ends: null, said: Queue.t("did.revoke", { number: row.number }) }); }); }

  function erase(event) {
    event.preventDefault();
    if (!state.sure) { set({ sure: true }); return; }
    send("erase_person", { what: state.what, which: state.which, day: state.what === "ticket" ? state.day : "" }, function (answer) {
      const n = Object.keys(answer.erased).reduce(function (sum, table) { return sum + answer.erased[table]; }, 0);
      set({ which: "", day: "", sure: false, said: n ? Queue.t("did.erase", { n: n }) : Queue.t("did.erase.none") });
    });
  }

  /* ---- Drawing ---- */

  function put(name) { return function (event) { const change = { sure: false }; change[name] = event.target.value; press = null; set(change); }; }

  function field(name, more) {
    return html`<label class="field"><span class="field-label">${Queue.t("enrol." + name)}</span><input class="input" required autocomplete="off" spellcheck=${false} value=${state[name]} data-testid=${name} onInput=${put(name)} ...${more} /></label>`;
  }

  function choice(name, label, options, word) {
    return html`<label class="field"><span class="field-label">${label}</span><select class="input" required value=${state[name]} data-testid=${name} onChange=${put(name)}>
      ${name === "relation" ? html`<option value="">\u2013</option>` : null}${options.map(function (one) { return html`<option key=${one} value=${one}>${Queue.t(word + one)}</option>`; })}</select></label>`;
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
        ${state.relation === "self" ? null : field("name", { maxlength: 60 })}${Desk.bornField(state.born, function (born) { press = null; set({ born: born }); })}
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
    return html`${enrolment(found)}
      ${found.offered || found.rows.length ? html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("rows")}</h2>${Desk.familyRows({ rows: found.rows, reasons: found.reasons, revokes: found.revokes, ends: state.ends, choose: chosen, revoke: revoke })}</section>
        <section class="card stack-tight"><h2 class="title-m">${Queue.t("looks")}</h2>${Desk.familyLooks(found.looks)}</section>` : null}${erasing()}`;
  }

  function drawn() {
    render(html`${state.made ? Desk.familySlip(state.made) : null}`, document.getElementById("slip"));
  }

  desk.load();
}());
