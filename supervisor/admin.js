/* The administration page: who is signed in, what was read from the server, and which part is shown. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const root = document.getElementById("admin");
  const LET_IN = ["administrator", "supervisor"];

  const state = { picture: null, person: null, gone: null, open: null, tab: "people", busy: false, refused: null, code: false, denied: false, line: { up: false, since: Date.now(), last: null } };
  let line = null;

  Desk.TABS = [{ name: "people", icon: "users" }, { name: "devices", icon: "device-tv" }, { name: "office", icon: "building" },
    { name: "media", icon: "camera" }, { name: "machine", icon: "printer" }];
  Desk.data = { people: null, office: null, media: null, machine: null, webhook: null };

  const presses = Desk.presses({ line: function () { return line; }, changed: draw });

  function now() { return line ? line.serverNow() : Date.now(); }

  Desk.path = function (rest) { return "/admin/" + encodeURIComponent(office) + "/" + rest; };

  /** Reads a part of the page anew. */
  Desk.load = function (name) {
    return Desk.get(Desk.path(name)).then(function (answer) {
      if (answer.ok) {
        Desk.data[name] = answer;
        state.denied = false;
        if (name === "office") { Desk.forgetClean(); }
      } else if (answer.refused === "not_signed_in") { leave("session_ended"); } else if (answer.refused === "not_allowed") { state.denied = true; }
      draw();
    }, function () { Desk.refuse(Queue.t("sign_in.no_line")); });
  };

  /* ---- Drawing ---- */

  Desk.Loading = function () { return html`<p role="status">${Queue.t("line.connecting")}</p>`; };

  const BODIES = {
    people: function () { return html`<${Desk.People} />`; }, devices: function (props) { return html`<${Desk.Devices} ...${props} />`; },
    office: function () { return html`<${Desk.Office} />`; }, media: function () { return html`<${Desk.Media} />`; }, machine: function () { return html`<${Desk.Machine} />`; }
  };

  function Denied() {
    return html`<main class="body"><p class="notice notice-warn" data-testid="denied">${Desk.icon("lock")}<span>${Queue.t("denied")} <a href=${"/supervisor/" + office}>${Queue.t("denied.supervisor")}</a></span></p></main>`;
  }

  function body(props) {
    if (state.gone) { return html`<${Desk.Told} /><${Desk.SignIn} why=${state.refused || (Queue.has("gone." + state.gone) ? Queue.t("gone." + state.gone) : null)} busy=${state.busy} code=${state.code} />`; }
    if (state.denied) { return html`<${Denied} />`; }
    if (!state.picture) { return html`<main class="entrance"><${Desk.Loading} /></main>`; }
    return html`<main class="body admin"><${Desk.LineMark} line=${state.line} /><${Desk.Said} presses=${presses} />${BODIES[state.tab](props)}</main>`;
  }

  function draw() {
    Desk.fit();
    const picture = state.gone ? null : state.picture, shown = state.denied ? null : picture;
    const props = { picture: shown, person: state.gone ? null : state.person, tab: state.tab, line: state.line, presses: presses, now: now(), may: true };
    window.htmPreact.render(html`<div class="page-frame"><${Desk.Bar} ...${props} />${body(props)}</div>`, root);
    document.title = Queue.t("title") + " · " + (picture ? picture.office.name : Queue.meta("office-name"));
  }

  Desk.draw = draw;
  Desk.isOpen = function (panel, of) { return Boolean(state.open) && state.open.panel === panel && state.open.of === of; };
  Desk.open = function (panel, of) { state.open = !panel || Desk.isOpen(panel, of) ? null : { panel: panel, of: of }; draw(); };
  Desk.refuse = function (sentence) { presses.refuse(sentence); };
  Desk.refused = function (answer) { presses.refuse(Queue.refusal(answer)); };
  Desk.say = function (sentence) { presses.dismiss(); presses.state.said = sentence; draw(); };

  Desk.press = function (act, args, then, otherwise) {
    presses.press(act, args, function (answer) {
      state.open = null;
      if (then) { then(answer); }
    }, otherwise);
  };

  function onTab() {
    const wanted = window.location.hash.slice(1);
    state.tab = Desk.TABS.some(function (tab) { return tab.name === wanted; }) ? wanted : "people";
    state.open = null;
    presses.state.refusal = presses.state.said = null;
    if (state.picture && state.tab !== "devices") { Desk.load(state.tab); }
    draw();
  }

  /* ---- Signing in and out ---- */

  Desk.signIn = function (name, password, code) {
    if (state.busy) { return; }
    state.busy = true;
    state.refused = null;
    draw();
    Queue.signIn(office, name, password, code).then(function (answer) {
      state.busy = false;
      if (!answer.ok) {
        state.refused = Queue.refusal(answer);
        state.code = state.code || answer.refused === "code_needed";
      } else if (LET_IN.indexOf(answer.person.role) < 0) { state.refused = Queue.t("gone.wrong_role"); } else { enter(answer.person); }
      draw();
    }, function () {
      state.busy = false;
      state.refused = Queue.t("sign_in.no_line");
      draw();
    });
  };

  Desk.signOut = function () {
    Queue.post("/sign-out", { office: office }).then(function () { window.location.reload(); }, function () { presses.refuse(Queue.t("sign_in.no_line")); });
  };

  /* What was typed stays where it is: after signing in again it goes on. */
  function leave(why) {
    state.gone = why;
    state.picture = null;
    state.open = null;
  }

  function onPicture(picture) {
    const first = !state.picture;
    state.picture = picture;
    Queue.zone(picture.office.time_zone);
    if (first) { Desk.load("office"); onTab(); } else { draw(); }
  }

  function enter(person) {
    state.gone = null;
    state.person = person;
    state.denied = false;
    if (line) { line.look(); return; }
    line = Queue.line({
      auth: { screen: "supervisor", office: office },
      onPicture: onPicture,
      onState: function (next) { state.line = next; draw(); },
      onGone: function (reason) { leave(reason || "sign_in"); draw(); }
    });
  }

  function who() {
    return Desk.get("/who?office=" + encodeURIComponent(office)).then(function (answer) {
      return answer.person && LET_IN.indexOf(answer.person.role) >= 0 ? answer.person : null;
    });
  }

  /* Without the words nothing can be said, not even that the server is away: asked for until they come. */
  function load() {
    Promise.all([Queue.words("admin", office), who()]).then(function (found) {
      Desk.lastLanguage();
      if (found[1]) { enter(found[1]); } else { state.gone = "sign_in"; }
      window.setInterval(draw, 1000);
      window.addEventListener("hashchange", onTab);
      window.addEventListener("resize", draw);
      draw();
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
