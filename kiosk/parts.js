/* Small pieces that every page of the kiosk draws with. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  /* What a printer says of itself when nothing would come out. */
  const NO_PAPER = ["failed", "paper_out", "cover_open", "printer_error", "unreachable"];

  Kiosk.icon = function (name) {
    return html`<svg class="icon" aria-hidden="true"><use href=${"/lib/icons.svg#" + name}></use></svg>`;
  };

  Kiosk.badge = function (service, more) {
    return html`<span class=${"letter service-" + service.key + " " + (more || "")} aria-hidden="true">${service.letter}</span>`;
  };

  Kiosk.notice = function (kind, icon, title, text, testid) {
    return html`<div class=${"notice notice-" + kind} role="status" data-testid=${testid}>
      ${Kiosk.icon(icon)}
      <div><strong>${title}</strong>${text ? html`<br />${text}` : null}</div>
    </div>`;
  };

  /** How many wait; null: nobody knows, the kiosk goes on without its server. */
  Kiosk.waiting = function (service) {
    if (service.waiting === null) { return null; }
    return html`<span class="waiting">${Kiosk.icon("users")}${service.waiting
      ? Queue.t("waiting", { count: service.waiting }) : Queue.t("waiting.none")}${Queue.foretold(service.forecast)
      ? html`<span class="expected">${Queue.forecast(service.forecast)}</span>` : null}</span>`;
  };

  Kiosk.header = function (state) {
    const office = state.picture.office, now = state.now;
    return html`<header class="head">
      <div class="grow"><div class="soft">${office.institution}</div><div class="office">${office.name}</div></div>
      <div class="clock"><div class="time">${Queue.time(now)}</div><div class="soft">${Queue.date(now)}</div></div>
    </header>`;
  };

  function lost(state) { return Queue.t("line.lost", { time: Queue.time(state.downAt || state.picture.at) }); }

  /** The lost line in one line, on pages that have no room for more. */
  Kiosk.lineMark = function (state) {
    return state.down ? html`<p class="line-mark" role="status" data-testid="line-mark">${Kiosk.icon("wifi-off")}${lost(state)}</p>` : null;
  };

  function language(state, acts, code) {
    const own = Queue.language() === code;
    return html`<button class=${"button tool" + (own ? " is-on" : "")} aria-pressed=${String(own)} lang=${code}
      data-testid=${"language-" + code} onClick=${function () { acts.language(code); }}>${Queue.t("language", {}, code)}</button>`;
  }

  function toggle(state, acts, name, icon) {
    return html`<button class=${"button tool stacked" + (state[name] ? " is-on" : "")} aria-pressed=${String(state[name])}
      data-testid=${"toggle-" + name} onClick=${function () { acts.toggle(name); }}>
      ${Kiosk.icon(icon)}<span>${Queue.t("tool." + name)}</span></button>`;
  }

  /** Languages as words in themselves, and what helps eyes and ears. */
  Kiosk.tools = function (state, acts) {
    /* The corner of the screen that a hand finds without eyes: speech. */
    return html`<nav class="tools" aria-label=${Queue.t("tools")}>
      ${state.picture.voice === false ? null : html`<div class="tools-group tools-corner">${toggle(state, acts, "sound", "volume")}</div>`}
      <div class="tools-group tools-languages">${state.picture.office.languages.map(function (code) { return language(state, acts, code); })}</div>
      <div class="tools-group">
        ${state.picture.reserve ? null : html`<button class="button tool stacked" data-testid="missed" aria-label=${Queue.t("missed.open")} onClick=${acts.missed}>${Kiosk.icon("history")}<span>${Queue.t("missed.short")}</span></button>`}
        ${toggle(state, acts, "large", "text-size")}
        ${toggle(state, acts, "contrast", "contrast")}
      </div>
    </nav>`;
  };

  function shows(seen) { return function (event) { event.target.parentNode.classList.toggle("is-missing", !seen); }; }

  /** This minute's code for phones; gone when it cannot be had, for an old one opens nothing. */
  Kiosk.doorCode = function (state) {
    const office = state.picture.office, minute = Math.floor(state.now / 60000);
    if (!state.picture.door_code || state.down) { return null; }
    return html`<figure class="door-code is-missing" data-testid="door-code">
      <img src=${"/office/" + office.key + "/door-code.svg?m=" + minute} alt=${Queue.t("door.alt")} onLoad=${shows(true)} onError=${shows(false)} />
      <figcaption><strong>${Queue.t("door.scan")}</strong>
        ${state.picture.door_code === "wifi" ? html`<span>${Queue.t("door.wifi")}</span>` : null}<span>${Queue.t("door.arrived")}</span></figcaption></figure>`;
  };

  /** What must be said: the line is down, numbers come from the reserve, or the printer does not work. One at a time, the worse first. */
  Kiosk.mark = function (state) {
    if (state.down) {
      return Kiosk.notice("warn", "wifi-off", lost(state), Queue.t("line.down.text"), "line-mark");
    }
    if (state.picture.reserve) {
      return Kiosk.notice("info", "info-circle", Queue.t("reserve.on"), Queue.t("reserve.on.text"));
    }
    return NO_PAPER.indexOf(state.picture.printer) >= 0
      ? Kiosk.notice("info", "printer-off", Queue.t("printer.failed"), Queue.t("printer.failed.text")) : null;
  };
}());
