/* The first picture: the services. Also what a kiosk shows before it is paired. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  function line(service) {
    if (!service.may.allowed) { return html`<span class="state state-closed">${Queue.shut(service.may)}</span>`; }
    return Kiosk.waiting(service);
  }

  function card(service, acts) {
    return html`<li>
      <button class=${"service service-" + service.key + (service.may.allowed ? "" : " is-closed")}
        data-testid=${"service-" + service.key} onClick=${function () { acts.open(service.key); }}>
        ${Kiosk.badge(service)}
        <span class="service-text">
          <span class="service-name">${Queue.say(service.name)}</span>
          <span class="service-summary">${Queue.say(service.summary)}</span>
          <span class="service-line">${line(service)}</span>
        </span>
        <span class="service-icon">${Kiosk.icon(service.icon)}</span>
      </button></li>`;
  }

  function closed(may) {
    return html`<div class="closed" data-testid="closed">
      ${Kiosk.icon("calendar-off")}
      <div>
        <h1>${Queue.whyNot(may)}</h1>
        <p class="text-l">${Queue.opening(may)}</p>
        <p>${Queue.t("closed.meanwhile")}</p>
      </div></div>`;
  }

  Kiosk.start = function (state, acts) {
    const services = state.picture.services, may = Queue.closed(services);
    return html`<div class="start">
      ${Kiosk.header(state)}
      ${may ? Kiosk.lineMark(state) : null}
      <section class=${"hello" + (state.picture.door_code ? " has-code" : "")}><div class="hello-words">
        ${may ? closed(may) : html`<h1 class="ask">${Queue.t("choose")}</h1>
          ${Kiosk.mark(state) || html`<p class="ask-line">${Queue.t("choose.line")}</p>`}`}</div>
        ${Kiosk.doorCode(state)}
      </section>
      <ul class=${"services plain count-" + Math.min(services.length, 8)}>
        ${services.map(function (service) { return card(service, acts); })}
      </ul>
      ${Kiosk.reservationButton(state, acts)}${Kiosk.familyButton(state)}
      ${Kiosk.tools(state, acts)}
    </div>`;
  };

  Kiosk.pairing = function (state) {
    return html`<div class="alone" data-testid="pairing">
      <h1>${Queue.t("pair.title")}</h1>
      ${state.code ? html`<div class="code number" data-testid="pair-code">${state.code}</div>
        <ol class="text-l"><li>${Queue.t("pair.step1")}</li><li>${Queue.t("pair.step2")}</li><li>${Queue.t("pair.step3")}</li></ol>`
      : html`<p class="text-l">${Queue.t("pair.asking")}</p>`}
      <p class="soft">${Queue.t("pair.visitors")}</p>
    </div>`;
  };

  Kiosk.connecting = function () {
    return html`<div class="alone"><h1>${Queue.t("connecting")}</h1><p class="text-l">${Queue.t("connecting.text")}</p></div>`;
  };
}());
