/* The supervisor's page: holds what is known and draws it. Everything live on it comes from one picture. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const root = document.getElementById("supervisor");
  const LET_IN = ["supervisor", "auditor", "administrator"], MAY_ACT = ["supervisor", "administrator"];

  /* open: the one thing that is open inline, as {panel, of}. */
  const state = { picture: null, person: null, gone: null, open: null, tab: "today", busy: false, refused: null, code: false, line: { up: false, since: Date.now(), last: null } };
  let line = null;

  const presses = Desk.presses({ line: function () { return line; }, changed: draw });

  function now() { return line ? line.serverNow() : Date.now(); }

  /* ---- Drawing ---- */

  function draw() {
    Desk.fit();
    const picture = state.gone ? null : state.picture;
    const props = { picture: picture, person: state.gone ? null : state.person, tab: state.tab, line: state.line, presses: presses, now: now(),
      may: Boolean(state.person) && MAY_ACT.indexOf(state.person.role) >= 0 };
    const body = state.gone ? html`<${Desk.SignIn} why=${state.refused || (Queue.has("gone." + state.gone) ? Queue.t("gone." + state.gone) : null)} busy=${state.busy} code=${state.code} />`
      : picture ? html`<${Desk.Body} ...${props} />` : html`<main class="entrance"><p role="status">${Queue.t("line.connecting")}</p></main>`;
    window.htmPreact.render(html`<div class="page-frame"><${Desk.Bar} ...${props} />${body}</div>`, root);
    const late = picture ? Desk.alarms(picture).length : 0;
    document.title = (late ? "(" + late + ") " : "") + Queue.t("title") + " · " + (picture ? picture.office.name : Queue.meta("office-name"));
  }

  Desk.draw = draw;
  Desk.isOpen = function (panel, of) { return Boolean(state.open) && state.open.panel === panel && state.open.of === of; };
  Desk.open = function (panel, of) { state.open = !panel || Desk.isOpen(panel, of) ? null : { panel: panel, of: of }; draw(); };
  Desk.refuse = function (sentence) { presses.refuse(sentence); };
  Desk.today = function () { return state.picture.day.date; };

  Desk.press = function (act, args, then) {
    presses.press(act, args, function (answer) {
      state.open = null;
      if (then) { then(answer); }
    });
  };

  /* ---- The three parts ---- */

  function onTab() {
    presses.forget();
    Desk.film.stop();
    const wanted = window.location.hash.slice(1);
    state.tab = Desk.TABS.some(function (tab) { return tab.name === wanted; }) ? wanted : "today";
    state.open = null;
    if (state.picture && state.tab === "log") {
      if (!Desk.log.filters) { Desk.fetchLog(1); }
      Desk.fetchExports();
    }
    if (state.picture && state.tab === "standards") { Desk.fetchStandards(); }
    if (state.picture && state.tab === "proof") { Desk.fetchProof(); }
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
      }
      else if (LET_IN.indexOf(answer.person.role) < 0) { state.refused = Queue.t("gone.wrong_role"); }
      else { enter(answer.person); }
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

  /* ---- The line ---- */

  function onPicture(picture) {
    const first = !state.picture;
    state.picture = picture;
    Queue.zone(picture.office.time_zone);
    if (first) { onTab(); } else { draw(); }
  }

  function enter(person) {
    state.gone = null;
    state.person = person;
    if (line) { line.look(); return; }
    line = Queue.line({
      auth: { screen: "supervisor", office: office },
      onPicture: onPicture,
      onState: function (next) { state.line = next; draw(); },
      onGone: function (reason) { state.gone = reason || "sign_in"; state.picture = null; state.open = null; draw(); }
    });
  }

  function who() {
    return Desk.get("/who?office=" + encodeURIComponent(office)).then(function (answer) {
      return answer.person && LET_IN.indexOf(answer.person.role) >= 0 ? answer.person : null;
    });
  }

  /* Without the words nothing can be said, not even that the server is away: asked for until they come. */
  function load() {
    Promise.all([Queue.words("supervisor", office), who()]).then(function (found) {
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
