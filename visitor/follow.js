/* Follows one number: pictures over the line, and over plain requests whenever the line may have died unnoticed. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const DEAF_MS = 2000, ONCE_MS = 500, ASK_MS = 10000, RETRY_MS = 3000, FLASH_MS = 6000;

  const office = Queue.meta("office"), secret = Queue.meta("ticket");
  const page = "/t/" + secret;
  const scanned = decodeURIComponent((/[?&]door=([^&]+)/.exec(window.location.search) || ["", ""])[1]).slice(0, 60);
  const state = { picture: null, ahead: null, minutes: null, lost: null, gone: false, sound: "off", asking: false, busy: null, refusal: null, flash: false };
  const tell = Visitor.tell(page, "ticket", "visitor_told", office, draw);
  let line = null, socketAt = 0, wokenAt = 0, seq = -1, orderSeq = -1, heardAt = 0, rung = null, flashTimer = null;

  function set(changes) { Object.assign(state, changes); draw(); }

  /* ---- What is drawn ---------------------------------------------------------------------------- */

  function mark() {
    if (state.lost === null || !state.picture) { return null; }
    return html`<p><span class="line-mark" role="status" data-testid="lost">${Visitor.icon("wifi-off")}${Queue.t("line.lost", { time: Queue.time(heardAt) })}</span></p>`;
  }

  function draw() {
    const root = document.getElementById("ticket"), picture = state.picture;
    document.body.classList.toggle("is-called", Boolean(picture && picture.ticket.state === "called"));
    if (state.gone) {
      render(html`<div class="empty" data-testid="gone"><h1>${Queue.t("gone")}</h1><p>${Queue.t("gone.text")}</p>
        <a class="button" href=${"/visit/" + office}>${Queue.t("another")}</a></div>`, root);
      return;
    }
    if (!picture) { render(html`<p class="empty">${Queue.t(state.lost === null ? "loading" : "lost.first")}</p>`, root); return; }
    const called = picture.ticket.state === "called";
    document.title = (called ? Queue.t("called") + " " : "") + picture.ticket.label + " \u00b7 " + picture.office.name;
    render(html`${called ? null : Visitor.head(picture.office, draw)}
      ${mark()}
      ${Visitor.ticket(state, acts)}
      <div class="unseen" aria-live="assertive" data-testid="aloud">${called ? Visitor.calledAloud(picture.ticket) : ""}</div>
      ${called ? null : html`<p><a class="button button-quiet button-wide" href=${page + "/complaint"} data-testid="complain">${Queue.t("complain")}</a></p>`}
      ${called || !Queue.say(picture.office.complaint) ? null : html`<footer class="foot soft text-s">${Queue.say(picture.office.complaint)}</footer>`}`, root);
  }

  /* ---- What is heard ---------------------------------------------------------------------------- */

  function picture(drawn) {
    if (drawn.kind !== "ticket" || drawn.seq < seq) { return; }
    seq = drawn.seq;
    heardAt = Math.max(heardAt, drawn.at);
    Queue.zone(drawn.office.time_zone);
    const changed = !state.picture || state.picture.ticket.state !== drawn.ticket.state;
    if (changed) { tell.load(); }
    const ahead = drawn.seq >= orderSeq ? drawn.ticket.ahead : state.ahead;
    set({ picture: drawn, ahead: ahead, minutes: drawn.seq >= orderSeq ? null : state.minutes, lost: null, asking: changed ? false : state.asking, refusal: changed ? null : state.refusal });
    if (!drawn.ended) { Visitor.remember(office, secret, drawn.ticket.label); } else { Visitor.forget(secret); }
    ringFor(drawn.ticket);
  }

  /** The public order of the service: this phone knows its own place in it and nobody else's. */
  function order(message) {
    if (!state.picture || message.seq < orderSeq || message.service !== state.picture.ticket.service.key) { return; }
    const place = message.order.indexOf(state.picture.ticket.place);
    if (message.seq < seq || place < 0) { return; }
    orderSeq = message.seq;
    heardAt = Math.max(heardAt, message.at);
    set({ ahead: place, minutes: (message.minutes || [])[place] || null, lost: null });
  }

  function ringFor(ticket) {
    const call = ticket.state === "called" && ticket.call ? ticket.call.id + "." + ticket.call.n + "." + ticket.held : null;
    if (call === rung) { return; }
    rung = call;
    window.clearTimeout(flashTimer);
    if (call === null) { Visitor.ring.stop(); set({ flash: false }); return; }
    if (!ticket.coming) { Visitor.ring.start(); }
    set({ flash: true });
    flashTimer = window.setTimeout(function () { set({ flash: false }); }, FLASH_MS);
  }

  /* ---- The line --------------------------------------------------------------------------------- */

  function ask() {
    return Queue.get(page + "/picture").then(function (drawn) {
      if (drawn.kind === "ticket") { picture(drawn); return; }
      if (drawn.refused === "no_such_ticket") { set({ gone: true }); line.close(); }
    }, function () { if (state.lost === null) { set({ lost: Date.now() }); } });
  }

  function open() {
    line = Queue.line({
      auth: { screen: "visitor", office: office, ticket: secret },
      beats: false,
      onPicture: function (drawn) { socketAt = Date.now(); picture(drawn); },
      onLine: function (message) { socketAt = Date.now(); order(message); },
      /* Up: the first picture is on its way. Down: a plain request tells whether the network is lost or only the line. */
      onState: function (now) { if (!now.up) { ask(); } },
      onGone: ask
    });
  }

  /**
   * The phone was unlocked, came back or is online again: the picture is asked for at once, and a line that stays
   * silent is replaced. A sleeping phone's line looks alive long after it has died.
   */
  function wake() {
    const since = Date.now();
    if (state.gone || document.hidden || !line || since - wokenAt < ONCE_MS) { return; }
    wokenAt = since;
    Visitor.ring.wake();
    line.look();
    ask();
    window.setTimeout(function () {
      if (socketAt < since) { line.close(); open(); }
    }, DEAF_MS);
  }

  /* ---- What a touch does ------------------------------------------------------------------------ */

  function say(what, done, args) {
    if (state.busy) { return; }
    set({ busy: what, refusal: null });
    Queue.postWithin(8000, page + "/" + what, args || {}).then(function (answer) {
      set({ busy: null, refusal: answer.ok ? null : answer });
      if (answer.ok) { done(); }
      ask();
    }, function () { set({ busy: null, refusal: { refused: "line", facts: {} } }); });
  }

  const acts = {
    draw: draw,
    tell: tell,
    coming: function () { say("coming", function () { Visitor.ring.stop(); }); },
    ask: function () { set({ asking: true, refusal: null }); },
    keep: function () { set({ asking: false }); },
    cancel: function () { say("cancel", function () { set({ asking: false }); }); },
    back: function () { say("back", function () {}, Object.assign({ key: Queue.key() }, scanned ? { door: scanned } : {})); },
    sound: function () {
      Visitor.ring.enable().then(function (works) { set({ sound: works ? "on" : "no" }); }, function () { set({ sound: "no" }); });
    }
  };

  function begin() {
    Queue.language(Visitor.ownLanguage());
    Queue.words("ticket", office).then(function () {
      draw();
      open();
      ask();
    }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  document.addEventListener("visibilitychange", wake);
  ["pageshow", "online", "focus"].forEach(function (name) { window.addEventListener(name, wake); });
  window.setInterval(function () {
    if (line && !state.gone && !document.hidden && !line.up()) { ask(); }
  }, ASK_MS);
  begin();
}());
