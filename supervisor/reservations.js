/* The day's reservations for those who work here: who comes when, check-in by code, what may be a broker. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const SERVES = ["officer", "supervisor"], LET_IN = SERVES.concat(["auditor", "administrator"]);
  const AGAIN_MS = 15000;

  const desk = Desk.page("reservations", { letIn: LET_IN, againMs: AGAIN_MS, state: { day: "", typed: "" }, look: look, page: page, links: links });
  const state = desk.state, set = desk.set;

  function look() {
    return Desk.get("/supervisor/" + encodeURIComponent(office) + "/reservations" + (state.day ? "?day=" + state.day : "")).then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { desk.refuse(answer); }
    }, desk.lost);
  }

  function press(act, args, said) {
    desk.press(act, args, function (answer) {
      set({ busy: false, said: said(answer), typed: "" });
      look();
    }, look);
  }

  function checkIn(code) { press("check_in", { code: code }, function (answer) { return Queue.t("did.check_in", { label: answer.ticket.label }); }); }
  function takeBack(row, reason) { press("cancel_reservation", { reservation: row.number, reason: reason }, function () { return Queue.t("did.take_back", { code: row.code }); }); }

  function find(number, day) {
    state.day = day;
    look().then(function () {
      const row = document.querySelector("[data-testid=row-" + number + "]");
      if (row) { row.tabIndex = -1; row.focus(); row.scrollIntoView({ block: "center" }); }
    });
  }

  /* ---- Drawing ---- */

  function checkInForm() {
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
    const reads = state.person.role !== "officer";
    return html`${checkInForm()}
      <section class="card stack-tight"><label class="field"><span class="field-label">${Queue.t("day")}</span><input class="input" type="date" value=${found.day} data-testid="day" onChange=${function (event) { state.day = event.target.value; look(); }} /></label>
        <h2 class="title-m">${Queue.day(found.day)}</h2>${Desk.reservationRows({ rows: found.rows, serves: SERVES.indexOf(state.person.role) >= 0, reasons: state.person.role === "auditor" ? [] : found.reasons, checkIn: checkIn, takeBack: takeBack })}${Desk.sessions(found.sessions)}</section>
      ${reads ? html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("signals")}</h2><p class="soft">${Queue.t("signals.note")}</p>${Desk.signals(found.signals, find)}</section>` : null}
      ${registry(found)}`;
  }

  function links() {
    return html`<a class="button button-quiet" href=${"/families/" + office} data-testid="to-families">${Queue.t("reservations.families")}</a>`;
  }

  desk.load();
}());
