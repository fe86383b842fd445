/* Being told on one's own phone: what the office offers, an address or a touch, and the end of it. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;
  const ICONS = { push: "bell", whatsapp: "device-mobile-vibration", sms: "device-mobile-vibration", email: "info-circle" };
  const TYPED = { whatsapp: "tel", sms: "tel", email: "email" };
  const SEND_MS = 10000;

  function bytes(text) {
    const plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  /** The browser's subscription, after its own question; rejects when somebody says no. */
  function subscribed(key) {
    return Notification.requestPermission().then(function (said) {
      if (said !== "granted") { throw new Error("denied"); }
      return navigator.serviceWorker.ready;
    }).then(function (worker) {
      const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
      return worker.pushManager.subscribe(options).catch(function () {
        /* Left over from another server at this address: it goes, then it is asked for once more. */
        return worker.pushManager.getSubscription().then(function (old) { return old ? old.unsubscribe() : null; })
          .then(function () { return worker.pushManager.subscribe(options); });
      });
    });
  }

  /** Of the number or reservation at `page`; `what` says which in the words ("ticket", "reservation"). */
  Visitor.tellCard = function (page, what, draw, asked) {
    const state = { found: asked, open: null, typed: "", busy: false, why: null };

    function set(changes) { Object.assign(state, changes); draw(); }

    function load() {
      Queue.get(page + "/messages").then(function (found) { if (found.ok) { set({ found: found }); } }, function () { /* asked again later */ });
    }

    function send(path, message, focus) {
      set({ busy: true, why: null });
      Queue.postWithin(SEND_MS, page + path, message).then(function (answer) {
        set(answer.ok ? { busy: false, open: null, typed: "" } : { busy: false, why: Queue.refusal(answer) });
        if (answer.ok) { load(); }
        const next = answer.ok && document.querySelector("[data-testid=" + focus + "]");
        if (next) { next.focus(); }
      }, function () { set({ busy: false, why: Queue.refusal({ refused: "line", facts: {} }) }); });
    }

    function on(channel) {
      if (state.busy) { return; }
      if (channel !== "push") { set({ open: state.open === channel ? null : channel, why: null }); return; }
      set({ busy: true, why: null });
      subscribed(state.found.push_key).then(function (made) {
        send("/messages", { channel: "push", subscription: made.toJSON(), language: Queue.language() }, "tell");
      }, function () { set({ busy: false, why: Queue.t("tell.push.no") }); });
    }

    function submit(event) {
      event.preventDefault();
      if (!state.busy) { send("/messages", { channel: state.open, address: state.typed, language: Queue.language() }, "tell"); }
    }

    function wrong() { return state.why ? html`<div role="alert" data-testid="tell-why">${Visitor.notice("warn", "alert-triangle", state.why)}</div>` : null; }

    function form(channel) {
      return html`<form class="stack-tight" onSubmit=${submit} data-testid="tell-form"><label class="field"><span class="field-label">${Queue.t("tell.address." + TYPED[channel])}</span>
        <input class="input" type=${TYPED[channel]} inputmode=${TYPED[channel]} autocomplete=${TYPED[channel]} required maxlength="120" value=${state.typed} data-testid="tell-address"
          aria-describedby="tell-hint" aria-invalid=${state.why ? "true" : null} onInput=${function (event) { state.typed = event.target.value; }} />
        <span class="field-hint" id="tell-hint">${Queue.t("tell.purpose")}</span></label>${wrong()}
        <button class="button button-primary button-wide" data-testid="tell-send" aria-disabled=${String(state.busy)}>${Queue.t(state.busy ? "sending" : "tell.send")}</button></form>`;
    }

    function told(channel) {
      return html`<p class="quiet-line" key=${"on-" + channel} data-testid=${"told-" + channel}>${Visitor.icon("circle-check")}<span>${Queue.t("tell.on." + channel, { address: state.found.on[channel] })}</span>
        <button class="button button-quiet" data-testid=${"tell-off-" + channel} aria-label=${Queue.t("tell.off.aloud", { channel: Queue.t("tell." + channel) })} aria-disabled=${String(state.busy)}
          onClick=${function () { if (!state.busy) { send("/messages/off", { channel: channel }, "tell"); } }}>${Queue.t("tell.off")}</button></p>`;
    }

    function choice(channel) {
      return html`<div key=${channel} class="stack-tight"><button class="button button-wide" data-testid=${"tell-" + channel} aria-expanded=${channel === "push" ? null : String(state.open === channel)}
        aria-disabled=${String(state.busy)} onClick=${function () { on(channel); }}>${Visitor.icon(ICONS[channel])}<span>${Queue.t("tell." + channel)}</span></button>
        ${state.open === channel ? form(channel) : null}</div>`;
    }

    return {
      load: load,
      view: function () {
        const found = state.found;
        const on = Object.keys(found.on);
        const off = found.offered.filter(function (channel) { return on.indexOf(channel) < 0 && (channel !== "push" || Visitor.canPush); });
        if (!on.length && !off.length) { return null; }
        const facts = { count: found.ahead, hours: found.reminders_h.join(" " + Queue.t("tell.and") + " ") };
        return html`<section class="card stack-tight"><h2 class="text-l" tabindex="-1" data-testid="tell">${Queue.t("tell")}</h2>
          <p>${Queue.t(what === "reservation" && !found.reminders_h.length ? "tell.reservation.changes" : "tell." + what, facts)}</p>
          ${on.map(told)}${off.map(choice)}
          ${state.open ? null : wrong()}</section>`;
      }
    };
  };
}());
