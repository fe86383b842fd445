/* One service: what to bring, what it costs, what is promised; then a number. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  function fact(icon, title, text) {
    return html`<div class="fact">${Kiosk.icon(icon)}<div><div class="soft">${title}</div><div class="fact-text">${text}</div></div></div>`;
  }

  function promise(service) {
    const stated = service.promise || {};
    return html`
      ${stated.wait_min ? fact("clock", Queue.t("promise.wait"), Queue.t("minutes.most", { minutes: stated.wait_min })) : null}
      ${stated.service_min ? fact("hourglass", Queue.t("promise.service"), Queue.t("minutes.about", { minutes: stated.service_min })) : null}
      ${stated.visit_min ? fact("home", Queue.t("promise.visit"), Queue.t("minutes.most", { minutes: stated.visit_min })) : null}`;
  }

  function tariff(service) {
    const text = Queue.say((service.components || {}).tariff || service.tariff);
    if (service.free) { return fact("gift", Queue.t("tariff"), html`<strong class="free">${Queue.t("free")}</strong>`); }
    return text ? fact("cash", Queue.t("tariff"), text) : null;
  }

  function requirements(service) {
    const text = Queue.say((service.components || {}).requirements);
    return html`<section class="bring" tabindex="0" aria-label=${Queue.t("bring")}>
      <h2>${Kiosk.icon("clipboard-list")} ${Queue.t("bring")}</h2>
      <p class="lines">${text || Queue.t("bring.nothing")}</p>
    </section>`;
  }

  /** What happens then; only a tall screen has room for it (kiosk.css), all others have it in the standard. */
  function procedure(service) {
    const text = Queue.say((service.components || {}).procedure);
    return text ? html`<section class="bring steps" tabindex="0" aria-label=${Queue.t("component.procedure")}><h2>${Kiosk.icon("list")} ${Queue.t("component.procedure")}</h2><p class="lines">${text}</p></section>` : null;
  }

  function standard(service) {
    return html`<div class="standard" role="region" tabindex="0" aria-label=${Queue.t("standard")} data-testid="standard">
      ${Queue.PUBLISHED.map(function (name) {
        const text = Queue.say((service.components || {})[name]);
        return html`<section><h2>${Queue.t("component." + name)}</h2><p class="lines">${text || Queue.t("component.none")}</p></section>`;
      })}
      ${service.decree ? html`<section><h2>${Queue.t("standard.decree")}</h2><p class="lines">${service.decree}</p></section>` : null}
    </div>`;
  }

  function refusal(state) {
    if (state.unsure) {
      return Kiosk.notice("warn", "wifi-off", Queue.t(state.unsure === "trying" ? "send.trying" : "send.failed"),
        Queue.t(state.unsure === "trying" ? "send.trying.text" : "send.failed.text"));
    }
    return state.refusal ? Kiosk.notice("warn", "alert-circle", Queue.refusal(state.refusal), Queue.t("refused.help")) : null;
  }

  function ahead(service) {
    if (service.waiting === null) { return Queue.t("waiting.unknown"); }
    return service.waiting ? Queue.t("waiting", { count: service.waiting }) : Queue.t("waiting.none");
  }

  function takers(state, acts, service) {
    if (!service.may.allowed) {
      return html`<div class="closed" data-testid="closed">${Kiosk.icon("calendar-off")}
        <div><h2>${Queue.whyNot(service.may)}</h2><p class="text-l">${Queue.opening(service.may)}</p><p>${Queue.t("closed.meanwhile")}</p></div></div>`;
    }
    const busy = Boolean(state.sending);
    function taker(priority) { return function () { acts.take(priority); }; }
    return html`<div class="takers">
      <button class="button button-big button-wide button-primary take" data-testid="take" aria-disabled=${String(busy)} onClick=${taker(false)}>
        ${Kiosk.icon("ticket")}<span>${busy && !state.sending.priority ? Queue.t("taking") : Queue.t("take")}</span></button>
      <button class="button button-big button-wide priority" data-testid="priority" aria-disabled=${String(busy)} onClick=${taker(true)}>
        ${Kiosk.icon("heart-handshake")}<span class="priority-text"><span>${busy && state.sending.priority ? Queue.t("taking") : Queue.t("priority")}</span>
          <span class="priority-who">${Queue.t("priority.who")}</span></span></button></div>`;
  }

  /** The countdown that appears before an untouched kiosk goes back to its first picture. */
  function idle(state, acts) {
    if (state.leaving === null) { return null; }
    return html`<button class="button tool is-on" data-testid="more-time" onClick=${acts.more}>${Queue.t("idle", { seconds: state.leaving })}</button>`;
  }

  Kiosk.service = function (state, acts, service) {
    const notice = refusal(state) || Kiosk.mark(state);
    return html`<div class="page-service">
      ${Kiosk.header(state)}
      <section class="about">
        <div class="about-title">${Kiosk.badge(service, "letter-huge")}
          <div><h1 tabindex="-1">${Queue.say(service.name)}</h1><p class="text-l soft">${Queue.say(service.summary)}</p></div></div>
        ${state.standard ? standard(service) : html`<div class="facts">
          ${requirements(service)}${notice ? null : procedure(service)}
          <div class="fact-list">
            ${tariff(service)}
            ${fact("users", Queue.t("ahead.now"), ahead(service))}
            ${Queue.foretold(service.forecast) ? fact("clock-play", Queue.t("wait"), html`<span data-testid="forecast">${Queue.forecast(service.forecast)}</span>`) : null}
            ${promise(service)}
          </div></div>`}
      </section>
      <section class="acts">
        <div aria-live="assertive">${notice}</div>
        ${takers(state, acts, service)}
      </section>
      <nav class="tools">
        <div class="tools-group"><button class="button tool back" data-testid="back" onClick=${acts.back}>${Kiosk.icon("arrow-left")}<span>${Queue.t("back")}</span></button>
          <button class=${"button tool" + (state.standard ? " is-on" : "")} data-testid="standard-button" aria-expanded=${String(state.standard)} onClick=${acts.standard}>
            ${Kiosk.icon(state.standard ? "x" : "list")}<span>${Queue.t(state.standard ? "standard.close" : "standard.open")}</span></button></div>
        <div class="tools-group">${(state.picture.needs || []).length && service.may.allowed ? html`<button class=${"button tool" + (state.said.needs.length || state.said.fetch ? " is-on" : "")} data-testid="needs" onClick=${acts.needs}>
          ${Kiosk.icon("accessible")}<span>${Queue.t("needs.open")}${state.said.needs.length ? " (" + state.said.needs.length + ")" : ""}</span></button>` : null}${idle(state, acts)}</div>
      </nav>
    </div>`;
  };
}());
