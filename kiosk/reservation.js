/* A reservation at the kiosk: its code is held to the scanner, which types it like a keyboard, or touched in. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  /* The signs of a code: no letter that is read as a digit or as another one. */
  const SIGNS = ("0123456789" + "ABCDEFGHJK" + "MNPQRSTVWXYZ").split(""), LENGTH = 8;

  function shown(code) {
    const signs = (code + "\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7").slice(0, LENGTH);
    return signs.slice(0, 4) + "-" + signs.slice(4);
  }

  /** What a key, a touch or a scanner adds to a code. */
  Kiosk.typed = function (code, sign) {
    const read = { O: "0", I: "1", L: "1" }[sign.toUpperCase()] || sign.toUpperCase();
    return SIGNS.indexOf(read) >= 0 ? (code + read).slice(0, LENGTH) : code;
  };

  /** Hears a scanner on every page: signs that follow each other faster than fingers, then Enter. A family's slip has
      twelve signs, a reservation eight; a number's own paper carries the address of its page. */
  Kiosk.scanner = function (onCode, onSlip, onNumber) {
    let heard = "", last = 0;
    document.addEventListener("keydown", function (event) {
      /* When the key was pressed, not when a page that was busy drawing comes to it. */
      if (event.timeStamp - last > Kiosk.SCANNER_MS) { heard = ""; }
      last = event.timeStamp;
      if (event.key === "Enter") {
        const number = /\/t\/([\w-]{16,})$/.exec(heard);
        if (number) { event.preventDefault(); event.stopPropagation(); heard = ""; onNumber(number[1]); return; }
        const signs = heard.split("").filter(function (sign) { return Kiosk.typed("", sign); }), mine = { 8: onCode, 12: onSlip }[signs.length];
        if (mine) { event.preventDefault(); event.stopPropagation(); mine(signs.map(function (sign) { return Kiosk.typed("", sign); }).join("")); }
        heard = "";
      } else if (event.key.length === 1) { heard += event.key; }
    }, true);
  };

  /** The way in from the first picture, where the office takes reservations. */
  Kiosk.reservationButton = function (state, acts) {
    return state.picture.reservations && !state.picture.reserve ? html`<button class="button tool has-reservation" data-testid="reservation" onClick=${acts.reservation}>
      ${Kiosk.icon("ticket")}<span>${Queue.t(state.picture.cases ? "reservation.or_case" : "reservation")}</span></button>` : null;
  };

  /** The way to family self-service, where the office offers it and the server is there. */
  Kiosk.familyButton = function (state) {
    return state.picture.families && !state.picture.reserve ? html`<a class="button tool has-reservation" data-testid="family" href=${"/family/" + state.picture.office.key}>
      ${Kiosk.icon("heart-handshake")}<span>${Queue.t("family")}</span></a>` : null;
  };

  /* Refused so, an ordinary number is the way on; otherwise waiting, asking, or typing the code again is. */
  const ORDINARY = ["too_late", "day_over", "reservation_cancelled", "session_gone", "wrong_day"];

  /** What can be done now: check in, or, after a refusal, what it leaves. */
  function next(state, acts) {
    const busy = Boolean(state.sending), full = state.code_typed.length === LENGTH, no = state.refusal;
    const facts = (no && no.facts) || {}, service = state.picture.services.filter(function (one) { return one.key === facts.service; })[0];
    if (no && service && ORDINARY.indexOf(no.refused) >= 0) {
      return html`<button class="button button-big button-wide button-primary" data-testid="ordinary" onClick=${function () { acts.open(service.key); }}>
        ${Kiosk.icon("ticket")}<span>${Queue.t("reservation.ordinary", { name: Queue.say(service.name) })}</span></button>`;
    }
    if (no && no.refused !== "line") {
      return html`<button class="button button-big button-wide" data-testid="again" onClick=${acts.erase}>${Kiosk.icon("x")}<span>${Queue.t("reservation.again")}</span></button>`;
    }
    return html`<button class=${"button button-big button-wide" + (full ? " button-primary" : "")} data-testid="check-in" aria-disabled=${String(busy || !full)} onClick=${acts.checkIn}>
      ${Kiosk.icon("ticket")}<span>${Queue.t(busy ? "taking" : "reservation.take")}</span></button>`;
  }

  Kiosk.reservation = function (state, acts) {
    return html`<div class="page-service page-code">${Kiosk.header(state)}
      <section class="about"><div class="about-title"><div><h1 tabindex="-1">${Queue.t(state.picture.cases ? "reservation.title_or_case" : "reservation.title")}</h1><p class="text-l soft">${Queue.t("reservation.how")}</p></div></div>
        <output class="number code-shown" data-testid="code-shown" aria-live="polite">${shown(state.code_typed)}</output>
        <div class="keys" role="group" aria-label=${Queue.t("reservation.keys")}>${SIGNS.map(function (sign) {
          return html`<button class="button key" key=${sign} data-testid=${"key-" + sign} onClick=${function () { acts.type(sign); }}>${sign}</button>`;
        })}</div></section>
      <section class="acts"><div aria-live="assertive">${state.unsure ? Kiosk.notice("warn", "wifi-off", Queue.t(state.unsure === "trying" ? "send.trying" : "send.failed"), Queue.t(state.unsure === "trying" ? "send.trying.text" : "reservation.failed"))
        : state.refusal ? Kiosk.notice("warn", "alert-circle", Queue.refusal(state.refusal), Queue.t("refused.help"), "refusal") : null}</div>
        ${next(state, acts)}</section>
      <nav class="tools"><div class="tools-group"><button class="button tool back" data-testid="back" onClick=${acts.back}>${Kiosk.icon("arrow-left")}<span>${Queue.t("back")}</span></button>
        <button class="button tool" data-testid="erase" onClick=${acts.erase}>${Kiosk.icon("x")}<span>${Queue.t("reservation.erase")}</span></button></div></nav></div>`;
  };
}());
