/* The ticket picture, what became of the paper, and the slip for a browser that prints. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /** none: this kiosk has no paper. Otherwise what is known of this ticket's paper. */
  function paper(state) {
    const known = state.ticket.paper;
    if (state.picture.print === "browser") { return "printed"; }
    if (state.picture.print !== "escpos") { return "none"; }
    return { printed: "printed", failed: "failed", kept: "kept", unconfirmed: "unconfirmed" }[known] || "waiting";
  }

  function choice(testid, icon, key, act) {
    return html`<button class="button button-big button-wide" data-testid=${testid} onClick=${act}>${Kiosk.icon(icon)}<span>${Queue.t(key)}</span></button>`;
  }

  function failed(state, acts) {
    return html`<div class="paper-failed" data-testid="paper-failed" role="alert">
      ${Kiosk.notice("bad", "printer-off", Queue.t("paper.failed"), Queue.t("paper.failed.text", { label: state.ticket.label }))}
      ${choice("paper-reprint", "printer", "paper.reprint", function () { acts.paper("reprint"); })}
      ${state.qr ? choice("paper-qr", "qrcode", "paper.scanned", function () { acts.paper("kept"); }) : null}
      ${choice("paper-kept", "pencil", "paper.wrote", function () { acts.paper("kept"); })}
    </div>`;
  }

  /** How many come before; a number that is still being printed has no place in the order yet. */
  function ahead(ticket) {
    if (ticket.ahead === null || ticket.ahead === undefined) { return null; }
    return ticket.ahead ? Queue.t("ahead", { count: ticket.ahead }) : Queue.t("ahead.none");
  }

  /** The code for the phone; hidden until it has loaded: without an address for phones there is none. */
  function qr(state, acts) {
    if (!state.ticket.qr) { return null; }
    return html`<figure class="qr" hidden=${!state.qr} data-testid="ticket-qr">
      <img alt=${Queue.t("qr")} src=${state.ticket.qr} onLoad=${acts.qrLoaded} />
      <figcaption>${Queue.t("qr")}</figcaption></figure>`;
  }

  /** A number that this kiosk gave by itself: valid, and its place counts from now. */
  function reserve(ticket) {
    return html`<div class="taken-reserve" data-testid="reserve">${Kiosk.notice("info", "info-circle", Queue.t("reserve.valid"),
      Queue.t("reserve.valid.text", { time: Queue.time(ticket.issued_at) }))}</div>`;
  }

  /** Where to wait, and how the call comes: to who does not hear or see it, by somebody. */
  function next(state) {
    const hall = Queue.say(state.service && state.service.hall), how = Kiosk.fetches(state) ? "next.fetch" : "next";
    return hall ? Queue.t(how + ".hall", { hall: hall }) : Queue.t(how);
  }

  /** What stands on the page for who does not see it; the number sign by sign. */
  Kiosk.ticketAloud = function (state, number) {
    const ticket = state.ticket, label = number ? Queue.t("yours") + " " + ticket.label.replace(/\W/g, "").split("").join(" ") : "";
    return [label, ahead(ticket), next(state)].filter(Boolean).join(". ");
  };

  function voided(state, acts) {
    return html`<div class="alone" data-testid="voided"><h1>${Queue.t("void", { label: state.ticket.label })}</h1>
      <p class="text-l">${Queue.t("void.text")}</p>
      <button class="button button-big" data-testid="done" onClick=${acts.back}>${Queue.t("back.start", { seconds: state.leaving })}</button></div>`;
  }

  Kiosk.ticket = function (state, acts) {
    const ticket = state.ticket, how = paper(state);
    if (ticket.state === "void") { return voided(state, acts); }
    return html`<div class="page-ticket">
      ${Kiosk.header(state)}
      ${Kiosk.lineMark(state)}
      <section class="taken" data-paper=${how}>
        <div class="taken-number">
          <h1 class="taken-title">${Queue.t("yours")}</h1>
          <div class=${"number number-huge" + (ticket.label.length > 5 ? " number-long" : "")} data-testid="ticket-label" role="status" tabindex="-1">${ticket.label}</div>
          <p class="taken-service">${state.service ? html`${Kiosk.badge(state.service)} ${Queue.say(state.service.name)}` : null}</p>
          ${ticket.priority ? html`<p class="taken-priority">${Kiosk.icon("heart-handshake")} ${Queue.t("priority.given")}</p>` : null}
          ${ticket.reserve ? reserve(ticket) : html`<p class="taken-ahead" data-testid="ahead">${ahead(ticket) || "\u2026"}</p>
            ${Queue.foretold(ticket.forecast) ? html`<p class="taken-forecast" data-testid="forecast">${Queue.t("wait")}: <strong>${Queue.forecast(ticket.forecast)}</strong><br /><span class="soft">${Queue.t("forecast.note")}</span></p>` : null}`}
        </div>
        ${how === "failed" ? failed(state, acts) : html`<div class="taken-next">
          <p class="next" data-testid="next">${Queue.t("paper." + how)}</p>
          <p class="text-l">${next(state)}</p>
          ${state.picture.office.seal && !ticket.reserve ? html`<p class="soft taken-seal" data-testid="seal">${Queue.t("paper.seal", { seal: state.picture.office.seal.text })}</p>` : null}
        </div>`}
        ${qr(state, acts)}
      </section>
      <nav class="tools">
        <div class="tools-group">${how === "failed" ? null : html`<button class="button tool button-primary" data-testid="done" onClick=${acts.back}>
          ${Queue.t("back.start", { seconds: state.leaving })}</button>`}</div>
        <div class="tools-group">${how === "failed" ? html`<p class="choose-within">${Queue.t("paper.within", { seconds: state.leaving })}</p>`
          : html`<button class="button tool" data-testid="more-time" onClick=${acts.more}>${Kiosk.icon("clock")}<span>${Queue.t("more")}</span></button>`}</div>
      </nav>
    </div>`;
  };

  /** The slip for window.print(): 80 mm wide, seen only on paper. */
  Kiosk.slip = function (state) {
    const ticket = state.ticket, service = state.service;
    if (!ticket || state.picture.print !== "browser") { return null; }
    const office = state.picture.office;
    return html`<div class="slip">
      <p>${office.institution}<br /><strong>${office.name}</strong></p>
      <p>${Queue.t("paper.number")}</p>
      <p class="slip-number">${ticket.label}</p>
      <p class="slip-service">${service ? Queue.say(service.name) : ""}</p>
      ${ticket.priority ? html`<p>${Queue.t("paper.priority")}</p>` : null}
      ${service && service.free ? html`<p><strong>${Queue.t("paper.free")}</strong></p>` : null}
      <p>${Queue.t("paper.taken", { when: Queue.date(ticket.issued_at) + ", " + Queue.time(ticket.issued_at) + " " + office.time_zone })}<br />
        ${ahead(ticket)}</p>
      ${Queue.foretold(ticket.forecast) ? html`<p>${Queue.t("wait")}: ${Queue.forecast(ticket.forecast)}<br />${Queue.t("forecast.note")}</p>` : null}
      ${ticket.reserve ? html`<p><strong>${Queue.t("paper.reserve")}</strong></p>` : null}
      <p>${Queue.t("paper.next")}</p>
      ${state.qr ? html`<p><img src=${ticket.qr} alt="" /><br />${Queue.t("paper.scan")}</p>` : null}
      ${Queue.say(office.complaint) ? html`<p class="slip-foot">${Queue.say(office.complaint)}</p>` : null}
      ${office.seal && !ticket.reserve ? html`<p class="slip-seal">${Queue.t("paper.seal", { seal: office.seal.text })}</p>` : null}
      ${state.qr && ticket.complaint_qr ? html`<p class="slip-foot">${Queue.t("paper.complain")}<br /><img class="slip-complaint" src=${ticket.complaint_qr} alt="" /></p>` : null}
    </div>`;
  };
}());
