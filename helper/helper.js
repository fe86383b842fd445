/* The helper's page: somebody in the hall who fetches people, takes numbers for them and follows those. */
(function () {
  "use strict";
  const Helper = (window.Helper = window.Helper || {});
  const Counter = window.Counter, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const office = Queue.meta("office"), root = document.getElementById("screen");
  const MAY_SERVE = ["officer", "supervisor"], LANGUAGE_KEPT = "queue.counter.language", FRESH_MS = 400, PRINT_MS = 300;
  const state = { picture: null, rows: null, print: "browser", person: null, officeName: "", gone: null, refused: null, code: false, busy: false,
    issue: { service: null, priority: false, language: "id" }, asked: null, slip: null, alerted: {}, line: { up: false, since: Date.now(), last: null } };
  let line = null, fetching = null;

  const presses = Counter.presses({ line: function () { return line; }, changed: draw, now: function () { return performance.now(); },
    notDone: function (why, act, other) { return Queue.t("not_done." + why, { act: Counter.actWord(act), other: Counter.actWord(other) }); } });

  function now() { return line ? line.serverNow() : Date.now(); }

  /* ---- What the parts ask for ---- */

  Helper.act = function (act, args, control, then) { presses.press(act, args, then, -1, control); draw(); };
  Helper.ask = function (step) { state.asked = step; draw(); };
  function change(changes) {
    Object.assign(state.issue, changes);
    draw();
    const title = changes.service ? document.getElementById("issue-title") : null;
    if (title) { title.focus(); }
  }

  Helper.issued = function (ticket) {
    Counter.forgetNeeds();
    state.issue = { service: null, priority: false, language: "id" };
    presses.say(Queue.t("issued", { label: ticket.label }));
    fresh();
  };

  Helper.print = function (row) {
    if (state.print === "browser") {
      state.slip = row;
      draw();
      window.setTimeout(function () { window.print(); state.slip = null; draw(); }, PRINT_MS);
      return;
    }
    Queue.post("/helper/" + encodeURIComponent(office) + "/print", { step: row.step }).then(function (answer) {
      if (answer.ok) { presses.say(Queue.t("mine.printing", { label: row.label })); } else { presses.refuse(Queue.refusal(answer)); }
    }, function () { presses.refuse(Queue.t("sign_in.no_line")); });
  };

  /* ---- The numbers: asked for anew whenever the office has changed, a moment later ---- */

  function fresh() {
    if (fetching) { return; }
    fetching = window.setTimeout(function () {
      fetching = null;
      Queue.read("/helper/" + encodeURIComponent(office) + "/numbers").then(function (found) {
        if (!found.ok) { return; }
        state.rows = found.rows;
        state.print = found.print;
        alertCalled();
        draw();
      }, function () { /* the next picture asks again */ });
    }, FRESH_MS);
  }

  /* Whoever follows for others hears and feels the call, as those with a phone do. */
  function alertCalled() {
    state.rows.forEach(function (row) {
      const call = row.state === "called" ? row.called_at : null;
      if (call && state.alerted[row.step] !== call && state.alerted[row.step] !== undefined && window.navigator.vibrate) { window.navigator.vibrate([300, 150, 300]); }
      state.alerted[row.step] = call;
    });
  }

  /* ---- Drawing ---- */

  function Bar() {
    return html`<header class="helper-bar"><div><h1 class="text-l" data-testid="helper-title">${Queue.t("helper.title")}</h1><p class="soft text-s">${state.picture.office.name} · ${state.person ? state.person.name : ""}</p></div>
      <div class="helper-acts"><div class="languages" role="group" aria-label=${Queue.t("languages")}>${["id", "en"].map(function (language) {
        return html`<button type="button" class="button button-quiet" key=${language} lang=${language} aria-pressed=${String(language === Queue.language())}
          aria-label=${Queue.t("language." + language, null, language)} data-testid=${"language-" + language} onClick=${function () { speak(language); }}>${language.toUpperCase()}</button>`;
      })}</div>
      <button type="button" class="button button-quiet" data-testid="sign-out" onClick=${signOut}>${Counter.icon("logout")}<span>${Queue.t("sign_out")}</span></button></div></header>`;
  }

  function LineMark() {
    return state.line.up ? null : html`<p class="notice notice-warn" role="status" data-testid="line-down">${Counter.icon("wifi-off")}
      <span>${Queue.t(state.line.last ? "line.down" : "line.connecting", { since: Queue.time(state.line.since), last: state.line.last ? Queue.time(state.line.last) : "" })}</span></p>`;
  }

  function body() {
    if (state.gone) {
      const why = state.refused || (Queue.has("gone." + state.gone) ? Queue.t("gone." + state.gone) : null);
      return html`<${Counter.SignIn} officeName=${state.officeName} why=${why} busy=${state.busy} code=${state.code} />`;
    }
    if (!state.picture) { return html`<main class="entrance"><p role="status">${Queue.t("line.connecting")}</p></main>`; }
    const props = { picture: state.picture, now: now(), rows: state.rows, issue: state.issue, change: change, asked: state.asked, redraw: draw };
    return html`<div><${Bar} /><main class="helper-main"><div class="wide"><${LineMark} /><${Counter.Said} presses=${presses} line=${state.line} /></div>
      <${Helper.Fetch} ...${props} /><${Helper.Issue} ...${props} /><${Helper.Mine} ...${props} /></main></div>`;
  }

  function draw() {
    render(html`<div class="helper" data-line=${state.line.up ? "up" : "down"}>${body()}</div>`, root);
    render(html`${state.picture ? Helper.slip(state.slip, state.picture) : null}`, document.getElementById("slip"));
    document.title = Queue.t("helper.title");
  }

  /* ---- Signing in and out ---- */

  Counter.signIn = function (name, password, code) {
    if (state.busy) { return; }
    Object.assign(state, { busy: true, refused: null });
    draw();
    Queue.signIn(office, name, password, code).then(function (answer) {
      state.busy = false;
      if (!answer.ok) {
        state.refused = Queue.refusal(answer);
        state.code = state.code || answer.refused === "code_needed";
      } else if (MAY_SERVE.indexOf(answer.person.role) < 0) { state.refused = Queue.t("gone.wrong_role"); } else { enter(answer.person); }
      draw();
    }, function () { state.busy = false; state.refused = Queue.t("sign_in.no_line"); draw(); });
  };

  function signOut() {
    Queue.post("/sign-out", { office: office }).then(function () { window.location.reload(); }, function () { presses.refuse(Queue.t("sign_in.no_line")); });
  }

  function speak(language) {
    Queue.language(language);
    try { window.localStorage.setItem(LANGUAGE_KEPT, language); } catch (closed) { /* a private window forgets: nothing is lost */ }
    draw();
  }

  /* ---- The line ---- */

  function enter(person) {
    Object.assign(state, { person: person, gone: null, picture: null });
    if (line) { line.look(); return; }
    line = Queue.line({
      auth: { screen: "counter", office: office },
      onPicture: function (picture) { state.picture = picture; state.gone = null; Queue.zone(picture.office.time_zone); draw(); fresh(); },
      onState: function (next) { state.line = next; draw(); if (next.up) { presses.lineUp(); } },
      onGone: function (reason) { Object.assign(state, { gone: reason || "sign_in", picture: null, rows: null }); draw(); }
    });
  }

  function load() {
    Promise.all([Queue.words("helper", office), Queue.read("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      const person = found[1].person;
      let kept = null;
      try { kept = window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { kept = null; }
      Queue.language(kept === "en" ? "en" : "id");
      if (person && MAY_SERVE.indexOf(person.role) >= 0) { enter(person); } else {
        state.gone = "sign_in";
        Queue.read("/office/" + encodeURIComponent(office) + "/door").then(function (door) { state.officeName = door.office.name; draw(); }, function () { return null; });
      }
      window.setInterval(draw, 1000);
      draw();
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
