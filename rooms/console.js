/* The console of a room: one picture, one press at a time, and a second hand. */
(function () {
  "use strict";
  const Rooms = (window.Rooms = window.Rooms || {});
  const Counter = window.Counter, Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office"), root = document.getElementById("screen");
  const MAY_SERVE = ["officer", "supervisor"], LANGUAGE_KEPT = "queue.counter.language";
  const state = { picture: null, person: null, officeName: "", gone: null, open: null, refused: null, code: false, busy: false,
    line: { up: false, since: Date.now(), last: null } };
  let line = null;
  Rooms.room = Queue.meta("room");

  const presses = Counter.presses({ line: function () { return line; }, changed: draw, now: function () { return performance.now(); },
    notDone: function (why, act, other) { return Queue.t("not_done." + why, { act: Counter.actWord(act), other: Counter.actWord(other) }); } });

  function now() { return line ? line.serverNow() : Date.now(); }

  /* ---- What the parts ask for ---- */

  Rooms.opened = function () { return state.open; };
  Rooms.close = function () { state.open = null; draw(); };

  Rooms.open = function (panel, unit, minutes) {
    const same = state.open && state.open.panel === panel && state.open.unit === unit && state.open.minutes === minutes;
    state.open = same ? null : { panel: panel, unit: unit, minutes: minutes };
    presses.dismiss();
    draw();
    const opened = document.getElementById("panel");
    if (opened) { opened.focus({ preventScroll: true }); opened.scrollIntoView({ block: "nearest" }); }
  };

  /** A press; `place` is the unit that it is about, so that the same press of another unit is another wish. */
  Rooms.act = function (act, args, place) {
    if (presses.press(act, args, null, -1, act + ":" + place)) { state.open = null; draw(); }
  };

  function callNext() {
    const picture = state.picture;
    if (!picture || !picture.room) { return; }
    if (!picture.next_unit) { presses.refuse(Queue.t("refused.no_free_unit")); return; }
    Rooms.act("room_call", { room: Rooms.room, unit: picture.next_unit }, picture.next_unit);
  }

  function undoNow() {
    const undo = state.picture.undo;
    if (undo && undo.until > now()) { Rooms.act("room_undo", { event: undo.event }, "undo"); }
  }

  /* ---- Drawing ---- */

  function Undo(props) {
    const undo = props.picture.undo, left = undo ? undo.until - props.now : 0;
    if (left <= 0) { return null; }
    return html`<button type="button" class="button undo" data-testid="undo" onClick=${undoNow}>${Counter.icon("arrow-back-up")}
      <span>${Queue.t("undo", { act: Queue.t("did." + undo.act), label: undo.label || "" })}</span><span class="soft undo-left">${Queue.t("seconds", { seconds: Math.ceil(left / 1000) })}</span></button>`;
  }

  function unitName(picture, key) {
    const found = picture.units.filter(function (unit) { return unit.key === key; })[0];
    return found ? Queue.say(found.name) : "";
  }

  function Bar(props) {
    const picture = props.picture, room = picture.room, next = picture.next_unit;
    const canCall = Boolean(next) && picture.waiting.total > 0;
    const word = !room.open ? Queue.t("call.closed") : !next ? Queue.t("call.no_unit") : !picture.waiting.total ? Queue.t("call.nobody") : Queue.t("call.to", { unit: unitName(picture, next) });
    return html`<header class="room-bar">
      <div><h1 class="room-name" data-testid="room-name">${Queue.say(room.name)}</h1><p class="soft text-s">${picture.office.name} · ${state.person ? state.person.name : ""}</p></div>
      <div class="room-acts">
        <button type="button" class="button button-primary button-large" data-testid="call-next" aria-keyshortcuts="Space" aria-disabled=${canCall ? null : "true"}
          onClick=${canCall ? callNext : null}>${Counter.icon("speakerphone")}<span class="word">${word}</span>${Counter.keyCap(" ")}</button>
        <button type="button" class="button button-large" data-testid="call-batch" aria-disabled=${canCall ? null : "true"}
          onClick=${canCall ? function () { Rooms.act("call_batch", { room: Rooms.room }, "batch"); } : null}>${Counter.icon("users")}<span class="word">${Queue.t("call.batch", { number: picture.batch ? picture.batch.number + 1 : 1 })}</span></button>
      </div>
      <div class="room-acts">
        <button type="button" class="button" data-testid=${room.open ? "close-room" : "open-room"}
          onClick=${function () { Rooms.act(room.open ? "close_room" : "open_room", { room: Rooms.room }, "room"); }}>${Queue.t(room.open ? "act.close_room" : "act.open_room")}</button>
        <div class="languages" role="group" aria-label=${Queue.t("languages")}>${["id", "en"].map(function (language) {
          return html`<button type="button" class="button button-quiet" key=${language} lang=${language} aria-pressed=${String(language === Queue.language())}
            aria-label=${Queue.t("language." + language, null, language)} data-testid=${"language-" + language} onClick=${function () { speak(language); }}>${language.toUpperCase()}</button>`;
        })}</div>
        <button type="button" class="button button-quiet" data-testid="sign-out" onClick=${signOut}>${Counter.icon("logout")}<span>${Queue.t("sign_out")}</span></button>
      </div></header>`;
  }

  function LineMark() {
    if (state.line.up) { return null; }
    return html`<p class="notice notice-warn" role="status" data-testid="line-down">${Counter.icon("wifi-off")}
      <span>${Queue.t(state.line.last ? "line.down" : "line.connecting", { since: Queue.time(state.line.since), last: state.line.last ? Queue.time(state.line.last) : "" })}</span></p>`;
  }

  function body(props) {
    if (state.gone) {
      const why = state.refused || (Queue.has("gone." + state.gone) ? Queue.t("gone." + state.gone) : null);
      return html`<${Counter.SignIn} officeName=${state.officeName} why=${why} busy=${state.busy} code=${state.code} />`;
    }
    if (!state.picture) { return html`<main class="entrance"><p role="status">${Queue.t("line.connecting")}</p></main>`; }
    if (!state.picture.room) { return html`<main class="entrance"><p class="notice notice-warn">${Queue.t("refused.no_such_room")}</p></main>`; }
    return html`<div><${Bar} ...${props} /><main class="room-main"><div class="room-left"><${LineMark} /><${Counter.Said} presses=${presses} line=${state.line} />
      ${state.picture.room.open ? null : html`<p class="notice notice-info" data-testid="room-closed">${Queue.t("room.closed")}</p>`}
      <${Rooms.Units} ...${props} /><${Undo} ...${props} /></div><${Rooms.Lists} ...${props} /></main></div>`;
  }

  function draw() {
    const props = { picture: state.gone ? null : state.picture, now: now() };
    window.htmPreact.render(html`<div class="room-console" data-line=${state.line.up ? "up" : "down"}>${body(props)}</div>`, root);
    const room = state.picture && state.picture.room;
    document.title = room && !state.gone ? Queue.say(room.name) : Queue.t("room.title");
  }

  /* ---- Signing in and out ---- */

  Counter.signIn = function (name, password, code) {
    if (state.busy) { return; }
    state.busy = true;
    state.refused = null;
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

  /* ---- The keyboard: the space bar calls the next one to the first free unit ---- */

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) { return; }
    if (event.key === "Escape") { presses.forget(); presses.dismiss(); Rooms.close(); return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.key !== " " || event.target.closest("button, a")) { return; }
    event.preventDefault();
    if (state.picture && !state.gone && state.picture.waiting && state.picture.waiting.total) { callNext(); }
  });

  document.addEventListener("click", function (event) {
    const button = event.detail > 0 && event.target.closest && event.target.closest("button");
    if (button) { button.blur(); }
  });

  /* ---- The line ---- */

  function enter(person) {
    state.person = person;
    state.gone = null;
    state.picture = null;
    if (line) { line.look(); return; }
    line = Queue.line({
      auth: { screen: "room", office: office, room: Rooms.room },
      onPicture: function (picture) { state.picture = picture; state.gone = null; Queue.zone(picture.office.time_zone); draw(); },
      onState: function (next) { state.line = next; draw(); if (next.up) { presses.lineUp(); } },
      onGone: function (reason) { state.gone = reason || "sign_in"; state.picture = null; state.open = null; draw(); }
    });
  }

  function askWho() {
    state.gone = "sign_in";
    Queue.read("/office/" + encodeURIComponent(office) + "/door").then(function (door) { state.officeName = door.office.name; draw(); }, function () { return null; });
  }

  function load() {
    Promise.all([Queue.words("rooms", office), Queue.read("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      const person = found[1].person;
      let kept = null;
      try { kept = window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { kept = null; }
      Queue.language(kept === "en" ? "en" : "id");
      if (person && MAY_SERVE.indexOf(person.role) >= 0) { enter(person); } else { askWho(); }
      window.setInterval(draw, 1000);
      draw();
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
