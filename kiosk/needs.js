/* What somebody needs, and the way back for who missed the call: two pages of the kiosk. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const ICONS = { seat: "armchair", wheelchair: "wheelchair", sign: "ear", nursing: "baby-bottle", blind: "eye-off", unread: "book", fetch: "walk" };

  /** As domain/needs.py: who is fetched without asking for it. */
  Kiosk.fetches = function (state) {
    if (state.said.fetch !== null) { return state.said.fetch; }
    return state.said.needs.some(function (need) { return state.picture.fetched.indexOf(need) >= 0; });
  };

  /** What can be ticked, in the order of the keys 1 to 9. */
  Kiosk.needChoices = function (state) { return (state.picture.needs || []).concat(["fetch"]); };

  Kiosk.needOn = function (state, need) { return need === "fetch" ? Kiosk.fetches(state) : state.said.needs.indexOf(need) >= 0; };

  Kiosk.needs = function (state, acts) {
    return html`<div class="page-service page-needs">${Kiosk.header(state)}
      <section class="about"><div class="about-title"><div><h1 tabindex="-1">${Queue.t("need.title")}</h1><p class="text-l soft">${Queue.t("need.private")}</p></div></div></section>
      <div class="needs" role="group" aria-label=${Queue.t("need.title")}>${Kiosk.needChoices(state).map(function (need) {
        const on = Kiosk.needOn(state, need);
        return html`<button class=${"button need" + (on ? " is-on" : "")} key=${need} aria-pressed=${String(on)} data-testid=${"need-" + need} onClick=${function () { acts.need(need); }}>
          ${Kiosk.icon(on ? "check" : ICONS[need])}<span>${Queue.t("need." + need)}</span></button>`;
      })}</div>
      <section class="acts"><p class="soft" data-testid="law">${Queue.t("law.text", { classes: state.picture.classes.map(function (code) { return Queue.t("law." + code); }).join(", ") })} (${Queue.t("law.source")})</p>
        <button class="button button-big button-wide button-primary" data-testid="needs-done" onClick=${acts.needsDone}>${Kiosk.icon("check")}<span>${Queue.t("needs.done")}</span></button></section>
      <nav class="tools"><div class="tools-group"><button class="button tool back" data-testid="back" onClick=${acts.needsDone}>${Kiosk.icon("arrow-left")}<span>${Queue.t("back")}</span></button></div></nav></div>`;
  };

  /* ---- Who missed the call ---- */

  function signs(state) {
    const letters = state.picture.services.map(function (service) { return service.letter; }).filter(function (letter, at, all) { return all.indexOf(letter) === at; });
    return letters.concat("1234567890".split(""));
  }

  /** What a touch adds to a number: one letter first, then digits. */
  Kiosk.typedNumber = function (typed, sign) {
    const next = typed + sign.toUpperCase();
    return /^[A-Z]{1,3}\d{0,5}$/.test(next) ? next : typed;
  };

  /** Where they come back, in words; or why there is no way back. */
  function found(state, acts) {
    const ticket = state.missed, busy = Boolean(state.sending);
    if (!ticket) { return null; }
    if (ticket.done) { return Kiosk.notice("good", "circle-check", Queue.t("missed.done", { label: ticket.label }), Queue.t(ticket.back.after ? "missed.done.after" : "missed.done.next", ticket.back), "missed-done"); }
    if (!ticket.back) {
      const known = "missed.state." + ticket.state;
      return Kiosk.notice("info", "info-circle", Queue.t(Queue.has(known) ? known : "missed.state", { label: ticket.label, counter: Queue.say(ticket.counter && ticket.counter.name) }), "", "missed-state");
    }
    return html`${Kiosk.notice("info", "history", Queue.t(ticket.back.after ? "missed.place" : "missed.next", { label: ticket.label, after: ticket.back.after }),
      ticket.back.most > ticket.back.after ? Queue.t("missed.most", ticket.back) : "", "missed-place")}
      <button class="button button-big button-wide button-primary" data-testid="missed-yes" aria-disabled=${String(busy)} onClick=${acts.comeBack}>${Kiosk.icon("arrow-back-up")}<span>${Queue.t("missed.yes")}</span></button>`;
  }

  Kiosk.missed = function (state, acts) {
    const ready = /\d$/.test(state.code_typed);
    return html`<div class="page-service page-code page-missed">${Kiosk.header(state)}
      <section class="about"><div class="about-title"><div><h1 tabindex="-1">${Queue.t("missed.title")}</h1><p class="text-l soft">${Queue.t("missed.how")}</p></div></div>
        <output class="number code-shown" data-testid="number-shown" aria-live="polite">${state.code_typed || "\u00b7\u00b7\u00b7\u00b7"}</output>
        <div class="keys" role="group" aria-label=${Queue.t("missed.keys")}>${signs(state).map(function (sign) {
          return html`<button class="button key" key=${sign} data-testid=${"key-" + sign} onClick=${function () { acts.typeNumber(sign); }}>${sign}</button>`;
        })}</div></section>
      <section class="acts"><div aria-live="assertive">${state.refusal ? Kiosk.notice("warn", "alert-circle", Queue.refusal(state.refusal), Queue.t("refused.help"), "refusal") : null}${found(state, acts)}</div>
        ${state.missed ? null : html`<button class=${"button button-big button-wide" + (ready ? " button-primary" : "")} data-testid="missed-look" aria-disabled=${String(!ready || Boolean(state.sending))} onClick=${acts.lookMissed}>${Kiosk.icon("search")}<span>${Queue.t("missed.look")}</span></button>`}</section>
      <nav class="tools"><div class="tools-group"><button class="button tool back" data-testid="back" onClick=${acts.back}>${Kiosk.icon("arrow-left")}<span>${Queue.t("back")}</span></button>
        <button class="button tool" data-testid="erase" onClick=${acts.eraseNumber}>${Kiosk.icon("x")}<span>${Queue.t("reservation.erase")}</span></button></div></nav></div>`;
  };
}());
