/* The kiosk: what is shown now, what a touch does, and how it finds back to its first picture by itself. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;

  const IDLE_S = 40, IDLE_SHOWN_S = 10, TICKET_S = 25, MORE_S = 30, FAILED_S = 40;
  const ANSWER_MS = 6000, GIVE_UP_MS = 20000, PAPER_MS = 700, PRINT_MS = 600, REPRINT_MS = 6000, HELLO_MS = 3000, DOWN_MS = 3000;

  const office = Queue.meta("office");
  const state = {
    screen: "connecting", code: null, picture: null, lineDownSince: null, downAt: null, down: false, now: Date.now(),
    key: null, service: null, standard: false, sending: null, unsure: null, refusal: null,
    ticket: null, qr: false, leaving: null, large: false, contrast: false, sound: false, code_typed: "",
    said: { needs: [], fetch: null }, missed: null
  };
  let line = null, touched = Date.now(), leaveAt = null, paperTimer = null, reprinted = 0;
  /* What the visitor wants, with its key: kept until the server has answered, so that one wish is one number. */
  let wish = null;

  function home() { return state.picture ? state.picture.office.languages[0] : "id"; }

  function serviceOf(key) {
    return state.picture.services.filter(function (service) { return service.key === key; })[0] || null;
  }

  function view() {
    if (state.screen === "pairing") { return Kiosk.pairing(state); }
    if (!state.picture || state.screen === "connecting") { return Kiosk.connecting(); }
    const service = serviceOf(state.key);
    if (state.screen === "ticket") { return Kiosk.ticket(state, acts); }
    if (state.screen === "code") { return Kiosk.reservation(state, acts); }
    if (state.screen === "missed") { return Kiosk.missed(state, acts); }
    if (state.screen === "needs" && service) { return Kiosk.needs(state, acts); }
    if (state.screen === "service" && service) { return Kiosk.service(state, acts, service); }
    return Kiosk.start(state, acts);
  }

  function draw() {
    render(html`${view()}`, document.getElementById("kiosk"));
    render(html`${Kiosk.slip(state)}`, document.getElementById("slip"));
  }

  function set(changes) { Object.assign(state, changes); draw(); }

  /** Moves the reader's place to the new page's title, so that a screen reader and a keyboard follow. */
  function focusTitle() {
    const title = document.querySelector("#kiosk [tabindex='-1']");
    if (title) { title.focus(); }
    window.scrollTo(0, 0);
  }

  function toStart(reset) {
    wish = null;
    leaveAt = null;
    window.clearTimeout(paperTimer);
    Kiosk.hush();
    if (reset) {
      Queue.language(home());
      Object.assign(state, { large: false, contrast: false, sound: false });
      dress();
    }
    set({ screen: "start", key: null, service: null, standard: false, sending: null, unsure: null, refusal: null, ticket: null, qr: false, leaving: null, code_typed: "", said: { needs: [], fetch: null }, missed: null });
  }

  /** Reads the page's choices, where somebody asked for it. */
  function aloud() { if (state.sound && state.picture) { Kiosk.read(office, Kiosk.aloud(state, acts), state.screen === "start" ? "choose" : "take"); } }

  function dress() {
    document.documentElement.classList.toggle("large", state.large);
    document.documentElement.classList.toggle("contrast", state.contrast);
  }

  /* ---- A number --------------------------------------------------------------------------------- */

  function send(mine) {
    const body = mine.code ? { key: mine.key, code: mine.code } : { key: mine.key, service: mine.service, priority: mine.priority, language: mine.language, needs: mine.needs, fetch: mine.fetch };
    const wanted = function () { return mine === wish; };
    Queue.insist("/office/" + encodeURIComponent(office) + (mine.code ? "/check-in" : "/tickets"), body, {
      wanted: wanted, giveUpMs: GIVE_UP_MS, onTrying: function () { set({ unsure: "trying" }); }
    }).then(function (answer) {
      if (!wanted()) { return; }
      wish = null;
      if (answer.ok) { taken(answer.ticket); return; }
      set({ sending: null, unsure: null, refusal: answer });
      if (state.sound) { Kiosk.read(office, Queue.refusal(answer) + " " + Queue.t("refused.help"), null); }
    }, function () {
      if (wanted()) { set({ sending: null, unsure: "failed" }); }
    });
  }

  function taken(ticket) {
    leaveAt = Date.now() + TICKET_S * 1000;
    set({
      screen: "ticket", ticket: ticket, service: serviceOf(ticket.service) || serviceOf(state.key), sending: null, unsure: null, refusal: null,
      qr: false, leaving: TICKET_S
    });
    focusTitle();
    if (state.picture.print === "browser") { printHere(ticket); }
    follow(ticket.secret, 0);
  }

  /** One moment for the QR code to arrive, then the browser prints; with --kiosk-printing it asks nothing. */
  function printHere(ticket) {
    window.setTimeout(function () { if (holds(ticket.secret)) { window.print(); } }, PRINT_MS);
  }

  function holds(secret) { return state.ticket !== null && state.ticket.secret === secret; }

  /** Asks for the ticket's picture at once, and again while it is open what becomes of the paper. */
  function follow(secret, wait) {
    window.clearTimeout(paperTimer);
    paperTimer = window.setTimeout(function () {
      Queue.get("/t/" + secret + "/picture").then(function (picture) {
        if (holds(secret) && picture.ticket) { heardOf(picture.ticket); }
      }).catch(function () { /* the next question will tell */ }).then(function () {
        const open = holds(secret) && state.ticket.state !== "void";
        if (open && ["waiting", "failed", undefined].indexOf(state.ticket.paper) >= 0) { follow(secret, PAPER_MS); }
      });
    }, wait);
  }

  function heardOf(news) {
    const known = state.ticket, first = known.state === undefined;
    /* A second print is under way: that the first one failed is no news. */
    const paper = news.paper === "failed" && Date.now() - reprinted < REPRINT_MS ? "waiting" : news.paper;
    if (paper === "failed" && known.paper !== "failed") { leaveAt = Date.now() + FAILED_S * 1000; }
    if (news.state === "void" && known.state !== "void") { leaveAt = Date.now() + TICKET_S * 1000; }
    set({ ticket: Object.assign({}, known, { paper: paper, state: news.state, ahead: news.ahead, forecast: news.forecast }) });
    if (first && state.sound && news.spoken) {
      Kiosk.sayClips(office, news.spoken, function () { if (state.ticket && state.sound) { Kiosk.read(office, Kiosk.ticketAloud(state, false), null); } });
    }
  }

  /** Asks about a number that was typed, or brings it back; what is shown of it is what `then(answer)` gives. */
  function askMissed(path, more, then) {
    if (state.sending) { return; }
    set({ sending: { missed: true }, refusal: null });
    Queue.postWithin(ANSWER_MS, "/office/" + encodeURIComponent(office) + path, Object.assign({ label: state.code_typed }, more)).then(function (answer) {
      set({ sending: null, missed: answer.ok ? then(answer) : null, refusal: answer.ok ? null : answer });
    }, function () { set({ sending: null, refusal: { refused: "line", facts: {} } }); });
  }

  /* ---- What a touch does ------------------------------------------------------------------------ */

  const acts = {
    open: function (key) {
      set({ screen: "service", key: key, standard: false, refusal: null, unsure: null });
      focusTitle();
      aloud();
    },
    back: function () { toStart(state.screen === "ticket"); aloud(); },
    needs: function () { set({ screen: "needs", refusal: null, unsure: null }); focusTitle(); aloud(); },
    needsDone: function () { set({ screen: "service" }); focusTitle(); aloud(); },
    need: function (need) {
      const on = !Kiosk.needOn(state, need), said = state.said;
      wish = null;
      set({ said: need === "fetch" ? { needs: said.needs, fetch: on } : { fetch: said.fetch, needs: (state.picture.needs || []).filter(function (code) {
        return code === need ? on : said.needs.indexOf(code) >= 0;
      }) } });
      if (state.sound) { Kiosk.read(office, Queue.t("need." + need) + ". " + Queue.t(on ? "spoken.chosen" : "spoken.not_chosen")); }
    },
    missed: function () {
      wish = null;
      set({ screen: "missed", code_typed: "", missed: null, refusal: null, unsure: null });
      focusTitle();
    },
    typeNumber: function (sign) { set({ code_typed: Kiosk.typedNumber(state.code_typed, sign), missed: null, refusal: null }); },
    eraseNumber: function () { set({ code_typed: "", missed: null, refusal: null }); },
    lookMissed: function () { askMissed("/missed", {}, function (answer) { return answer.ticket; }); },
    comeBack: function () {
      const known = state.missed;
      wish = wish && wish.label === known.label ? wish : { key: Queue.key(), label: known.label };
      askMissed("/back", { key: wish.key }, function () { wish = null; return Object.assign({}, known, { done: true }); });
    },
    standard: function () { set({ standard: !state.standard }); },
    take: function (priority) {
      if (state.sending) { return; }
      if (!wish || wish.priority !== priority || wish.service !== state.key) {
        wish = { key: Queue.key(), service: state.key, priority: priority, language: Queue.language(), needs: state.said.needs.join(","), fetch: Kiosk.fetches(state) };
      }
      set({ sending: wish, refusal: null, unsure: null });
      send(wish);
    },
    reservation: function () {
      wish = null;
      set({ screen: "code", code_typed: "", refusal: null, unsure: null });
      focusTitle();
    },
    type: function (sign) { wish = null; set({ code_typed: Kiosk.typed(state.code_typed, sign), refusal: null }); },
    erase: function () { wish = null; set({ code_typed: "", refusal: null }); },
    checkIn: function () {
      if (state.sending || state.code_typed.length < 8) { return; }
      wish = wish && wish.code === state.code_typed ? wish : { key: Queue.key(), code: state.code_typed };
      set({ sending: wish, refusal: null, unsure: null });
      send(wish);
    },
    more: function () {
      touched = Date.now();
      leaveAt = leaveAt === null ? null : leaveAt + MORE_S * 1000;
      tick();
    },
    qrLoaded: function () { set({ qr: true }); },
    paper: function (what) {
      const secret = state.ticket.secret;
      Queue.postWithin(ANSWER_MS, "/t/" + secret + "/paper", { state: what }).then(function (answer) {
        if (!answer.ok || !holds(secret)) { return; }
        leaveAt = Date.now() + TICKET_S * 1000;
        reprinted = what === "reprint" ? Date.now() : 0;
        set({ ticket: Object.assign({}, state.ticket, { paper: what === "reprint" ? "waiting" : what }) });
        follow(secret, PAPER_MS);
      }).catch(function () { /* the choices stay on the screen */ });
    },
    language: function (code) { Queue.language(code); draw(); aloud(); },
    toggle: function (name) {
      const change = {};
      change[name] = !state[name];
      set(change);
      dress();
      if (name === "sound") { if (state.sound) { aloud(); } else { Kiosk.hush(); } }
    }
  };

  /* ---- Time ------------------------------------------------------------------------------------- */

  function secondsLeft() {
    if (state.screen === "ticket") { return leaveAt === null ? null : Math.ceil((leaveAt - Date.now()) / 1000); }
    const left = IDLE_S - Math.floor((Date.now() - touched) / 1000);
    return ["service", "code", "needs", "missed"].indexOf(state.screen) >= 0 && !state.sending && left <= IDLE_SHOWN_S ? left : null;
  }

  function untouched() {
    const changed = Queue.language() !== home() || state.large || state.contrast || state.sound;
    return state.screen === "start" && changed && Date.now() - touched > IDLE_S * 1000;
  }

  function tick() {
    if (!state.picture) { return; }
    const left = secondsLeft();
    if ((left !== null && left <= 0) || untouched()) { touched = Date.now(); toStart(true); return; }
    const down = state.lineDownSince !== null && Date.now() - state.lineDownSince > DOWN_MS;
    set({ leaving: left, down: down, now: line ? line.serverNow() : Date.now() });
  }

  /* ---- The line --------------------------------------------------------------------------------- */

  function picture(drawn) {
    if (drawn.kind !== "door") { return; }
    Queue.zone(drawn.office.time_zone);
    const first = !state.picture;
    if (first) { Queue.language(drawn.office.languages[0]); }
    set({ picture: drawn, now: drawn.at, screen: first || state.screen === "pairing" || state.screen === "connecting" ? "start" : state.screen });
  }

  function open() {
    line = Queue.line({
      auth: { screen: "kiosk", office: office },
      onPicture: picture,
      onState: function (now) {
        const downAt = line ? now.since + line.serverNow() - Date.now() : null;
        set({ lineDownSince: now.up ? null : state.lineDownSince || Date.now(), downAt: now.up ? null : downAt });
      },
      onGone: function () {
        line.close();
        line = null;
        set({ screen: "connecting" });
        hello();
      }
    });
  }

  /** Introduces this device until a supervisor has paired it. */
  function hello() {
    Queue.postWithin(ANSWER_MS, "/hello", { screen: "kiosk", office: office }).then(function (answer) {
      if (answer.paired) { open(); return; }
      set({ screen: answer.code ? "pairing" : "connecting", code: answer.code || null });
      window.setTimeout(hello, HELLO_MS);
    }).catch(function () { window.setTimeout(hello, HELLO_MS); });
  }

  function begin() {
    Queue.words("kiosk", office).then(function () {
      draw();
      hello();
    }, function () { window.setTimeout(begin, HELLO_MS); });
  }

  ["pointerdown", "keydown"].forEach(function (kind) {
    document.addEventListener(kind, function () { touched = Date.now(); }, true);
  });
  Kiosk.scanner(function (code) {
    if (!state.picture || !state.picture.reservations || state.sending || state.screen === "pairing") { return; }
    wish = null;
    set({ screen: "code", ticket: null, code_typed: code, refusal: null, unsure: null });
    acts.checkIn();
  }, function (slip) {
    if (!state.picture || !state.picture.families || state.picture.reserve || state.sending || state.screen === "pairing") { return; }
    try { window.sessionStorage.setItem("queue.slip", slip); } catch (closed) { /* it is touched in over there */ }
    window.location.assign("/family/" + office);
  }, function (secret) {
    if (!state.picture || state.picture.reserve || state.sending || state.screen === "pairing") { return; }
    acts.missed();
    Queue.get("/t/" + secret + "/picture").then(function (picture) {
      if (state.screen !== "missed") { return; }
      if (!picture.ticket) { set({ refusal: picture }); return; }
      set({ code_typed: picture.ticket.label.replace(/[^A-Z0-9]/gi, "") });
      acts.lookMissed();
    }).catch(function () { set({ refusal: { refused: "line", facts: {} } }); });
  });
  Kiosk.keypad(function () { return Boolean(state.picture) && ["start", "service", "needs", "ticket"].indexOf(state.screen) >= 0; }, function (key) {
    const choice = Kiosk.choices(state, acts)[Number(key) - 1];
    if (key === "0" || key === "*") {
      if (!state.sound) { acts.toggle("sound"); } else { aloud(); }
    } else if (key === "Backspace" || key === "-") {
      if (state.screen === "needs") { acts.needsDone(); } else if (state.screen !== "start") { acts.back(); }
    } else if (choice) { choice.run(); }
  });
  /* A kiosk has no menu of the browser's: a long press is a slow tap. */
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  window.setInterval(tick, 500);
  Queue.language("id");
  begin();
}());
