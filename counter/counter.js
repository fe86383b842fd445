/* The console: holds what is known, listens to the keyboard, and draws. Everything on it comes from one picture. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const root = document.getElementById("console");
  const MAY_SERVE = ["officer", "supervisor"];
  const LANGUAGE_KEPT = "queue.counter.language";

  /* picture: the newest; person: who signed in; gone: why nobody is; open: the one thing that is open inline;
     understood: since when the officer has read what colleagues did; slip: the case that the last finish opened;
     made: the versions of counters that the last press has made, until its picture is here. */
  const state = { understood: 0, made: null, picture: null, person: null, officeName: "", gone: null, open: null, line: { up: false, since: Date.now(), last: null }, busy: false, refused: null, code: false, slip: null };
  let line = null;

  const presses = Counter.presses({ line: function () { return line; }, changed: draw, now: function () { return performance.now(); },
    notDone: function (why, act, other) {
      return Queue.t("not_done." + why, { act: Counter.actWord(act), other: Counter.actWord(other) });
    } });

  function now() { return line ? line.serverNow() : Date.now(); }

  /* ---- Drawing ---- */

  function gate() {
    const why = state.refused || (Queue.has("gone." + state.gone) ? Queue.t("gone." + state.gone) : null);
    return html`<${Counter.SignIn} officeName=${state.officeName} why=${why} busy=${state.busy} code=${state.code} />`;
  }

  function body(props) {
    if (state.gone) { return gate(); }
    if (!state.picture) {
      return html`<main class="entrance"><p class="connecting" role="status">${Queue.t(state.line.up ? "line.loading" : "line.connecting")}</p></main>`;
    }
    return state.picture.counter ? html`<${Counter.Desk} ...${props} />` : html`<${Counter.Seats} ...${props} />`;
  }

  function title(picture) {
    if (!picture || !picture.counter || state.gone) { return Queue.t("title"); }
    const name = Queue.say(picture.counter.name);
    return picture.current ? picture.current.label + " · " + name : "(" + picture.waiting.total + ") " + name;
  }

  /* Side by side only when both halves have room for the reader's own text size. */
  function layOut() {
    const letter = parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16;
    document.documentElement.dataset.layout = window.innerWidth / letter >= 60 ? "wide" : "narrow";
  }

  function draw() {
    const picture = state.gone ? null : state.picture;
    const props = { picture: picture, open: state.open, line: state.line, presses: presses, now: now(), officeName: state.officeName,
      person: state.person, understood: state.understood, slip: state.slip };
    Counter.forgetChoices();
    layOut();
    window.htmPreact.render(html`<div class="console" data-line=${state.line.up ? "up" : "down"} data-ready=${String(presses.ready("primary"))}>
      <${Counter.Bar} ...${props} />${body(props)}${state.open && state.open.panel === "help" ? html`<${Counter.Help} picture=${state.picture} />` : null}</div>`, root);
    Counter.endWhole();
    document.title = title(picture);
  }

  /* ---- What is open ---- */

  Counter.open = function (panel, facts) {
    const same = state.open && state.open.panel === panel && (!facts || facts.step === state.open.step && facts.counter === state.open.counter);
    if (same) { Counter.close(); return; }
    state.open = Object.assign({ panel: panel, at: performance.now(), step: state.picture && state.picture.current ? state.picture.current.step : null }, facts);
    draw();
    /* Readers and keyboards go on from what has just opened; the space bar stays with the one button. */
    const opened = document.querySelector(panel === "help" ? "#help" : "#panel textarea") || document.getElementById("panel");
    if (opened) { opened.focus({ preventScroll: true }); opened.scrollIntoView({ block: "nearest" }); }
  };

  Counter.reopen = function (facts) { state.open = Object.assign({}, state.open, facts); draw(); };
  Counter.close = function () { state.open = null; draw(); };
  Counter.say = function (sentence) { presses.say(sentence); };

  /* ---- Pressing ---- */

  /* The version of the counter that this officer knows of: that of the picture, or, until it comes, the one that their
     own last press has made. Somebody else's change is in neither. */
  function known(counter) {
    const made = state.made && performance.now() < state.made.until ? state.made.seats[counter.key] : 0;
    return Math.max(counter.version, made || 0);
  }

  /** Sends an act with the version that the officer saw [13]; closes what was open once it was taken. */
  Counter.act = function (act, args, then, control) {
    const seen = state.picture && state.picture.counter ? { seen: known(state.picture.counter) } : {};
    if (presses.press(act, Object.assign(seen, args), answered(act, then), state.open ? state.open.at : -1, control)) { state.open = null; draw(); }
  };

  /* A finish may give a code that the visitor takes along; taken back, it is void. */
  function answered(act, then) {
    return function (answer) {
      if (answer && answer.ok && answer.seats) {
        state.made = { seats: Object.assign({}, state.made && state.made.seats, answer.seats), until: performance.now() + Counter.FOLLOWS_MS };
      }
      if (answer && answer.ok && answer.case && answer.case.state === "in_work") { state.slip = answer.case; }
      if (answer && answer.ok && act === "undo") { state.slip = null; }
      if (then) { then(answer); }
    };
  }

  Counter.slipAway = function () { state.slip = null; draw(); };

  Counter.pressPrimary = function () {
    const primary = Counter.primary(state.picture);
    if (primary) { Counter.act(primary.act, primary.args, null, "primary"); }
  };

  /** What a colleague did has been read. */
  Counter.understood = function () {
    state.understood = state.picture.told.at;
    Counter.act("understood", {});
    draw();
  };

  Counter.undo = function () {
    const undo = state.picture.undo;
    if (undo && undo.until > now()) { Counter.act("undo", { event: undo.event }); }
  };

  function leave() {
    if (state.picture.current) { Counter.open("leave"); } else { Counter.act("leave", { becomes: null }); }
  }

  function focusWaiting() {
    const first = document.querySelector("#waiting .row-button");
    if (first) { first.focus(); }
  }

  /** Begins an act by its name: at once, or by opening its choices; says why when it is not possible. */
  Counter.start = function (name) {
    if (name === "help") { Counter.open("help"); return; }
    if (!state.picture || !state.picture.counter) { return; }
    if (name === "waiting") { focusWaiting(); return; }
    const act = Counter.actNamed(name), ask = act.panel === true || (name === "no_show" && Counter.noShowNeedsReason(state.picture.current));
    if (!ask && presses.repeats(name)) { return; }
    const may = Counter.may(name, state.picture, now());
    if (!may.allowed && !may.ask) {
      presses.refuse(Queue.t(may.word, may.facts));
      return;
    }
    presses.dismiss();
    if (name === "undo") { Counter.undo(); return; }
    if (name === "leave") { leave(); return; }
    if (ask) { Counter.open(name); } else { Counter.act(name, {}); }
  };

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
      } else if (MAY_SERVE.indexOf(answer.person.role) < 0) { state.refused = Queue.t("gone.wrong_role"); }
      else { enter(answer.person); }
      draw();
    }, function () {
      state.busy = false;
      state.refused = Queue.t("sign_in.no_line");
      draw();
    });
  };

  Counter.signOut = function () {
    Queue.post("/sign-out", { office: office }).then(function () { window.location.reload(); }, function () { presses.refuse(Queue.t("sign_in.no_line")); });
  };

  Counter.speak = function (language) {
    Queue.language(language);
    try { window.localStorage.setItem(LANGUAGE_KEPT, language); } catch (closed) { /* a private window forgets: nothing is lost */ }
    draw();
  };

  /* ---- The keyboard ---- */

  function typing(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName); }
  let spaceTaken = false;

  function onSpace(event) {
    /* Whoever walked to another button with the Tab key means that one; the mouse leaves no focus behind. */
    const button = event.target.closest && event.target.closest("button, a");
    if (button && button.dataset.testid !== "primary") { return; }
    event.preventDefault();
    spaceTaken = true;
    if (!event.repeat && !helpOpen()) { Counter.pressPrimary(); }
  }

  function helpOpen() { return Boolean(state.open) && state.open.panel === "help"; }

  function onArrow(event, step) {
    const rows = Array.prototype.slice.call(document.querySelectorAll(".row-button, .seat-button"));
    const at = rows.indexOf(document.activeElement);
    if (at < 0 || !rows[at + step]) { return; }
    event.preventDefault();
    rows[at + step].focus();
  }

  function onFigure(figure) {
    if (state.picture && !state.picture.counter && !state.gone) { Counter.chooseSeat(state.picture, figure, state.open); }
  }

  function onEscape() {
    if (state.open) { Counter.close(); return; }
    presses.forget();
    presses.dismiss();
    if (!state.gone && Counter.toldNow(state.picture, state.understood)) { Counter.understood(); } else { draw(); }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "Escape") { onEscape(); return; }
    if (typing(event.target)) { return; }
    if (event.key === " ") { onSpace(event); return; }
    if (event.repeat) { return; }
    if (event.key === "ArrowDown") { onArrow(event, 1); return; }
    if (event.key === "ArrowUp") { onArrow(event, -1); return; }
    if (helpOpen() && event.key !== "?") { return; }
    if (Counter.choose(event.key.toUpperCase())) { event.preventDefault(); return; }
    if (/^[1-9]$/.test(event.key)) { onFigure(Number(event.key)); return; }
    const name = Counter.actOfKey(event.key);
    if (name) { event.preventDefault(); Counter.start(name); }
  });

  /* A button is pressed by the space bar when it is let go: that would be a second press of the same. */
  document.addEventListener("keyup", function (event) {
    if (event.key === " " && spaceTaken) { event.preventDefault(); spaceTaken = false; }
  });

  /* After a click with mouse or finger the space bar belongs to the one button again. */
  document.addEventListener("click", function (event) {
    const button = event.detail > 0 && event.target.closest && event.target.closest("button");
    if (button) { button.blur(); }
  });

  /* ---- The line ---- */

  function onPicture(picture) {
    const last = state.picture, before = Counter.standing(last);
    state.picture = picture;
    state.officeName = picture.office.name;
    state.gone = null;
    Queue.zone(picture.office.time_zone);
    if (Counter.standing(picture) !== before) {
      presses.standingChanged();
      if (state.open && !(Counter.sameSeat(last, picture) && Counter.panelStands(state.open, picture))) { state.open = null; }
    }
    draw();
  }

  function onState(next) {
    state.line = next;
    draw();
    if (next.up) { presses.lineUp(); }
  }

  /* One line for the life of the page: after signing in again it only has to try once more. */
  function enter(person) {
    state.person = person;
    state.gone = null;
    state.picture = null;
    if (line) { line.look(); return; }
    line = Queue.line({
      auth: { screen: "counter", office: office },
      onPicture: onPicture,
      onState: onState,
      onGone: function (reason) { state.gone = reason || "sign_in"; state.picture = null; state.open = null; draw(); }
    });
  }

  function kept() {
    try { return window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { return null; }
  }

  function signedIn() {
    return Queue.read("/who?office=" + encodeURIComponent(office)).then(function (answer) {
      return answer.person && MAY_SERVE.indexOf(answer.person.role) >= 0 ? answer.person : null;
    });
  }

  /* Nobody is signed in: the form says of which office it is. */
  function askWho() {
    state.gone = "sign_in";
    Queue.read("/office/" + encodeURIComponent(office) + "/door").then(function (door) { state.officeName = door.office.name; draw(); }, function () { return null; });
  }

  /* Without the words nothing can be said, not even that the server is away: asked for until they come. */
  function load() {
    Promise.all([Queue.words("counter", office), signedIn()]).then(function (found) {
      Queue.language(kept() === "en" ? "en" : "id");
      if (found[1]) { enter(found[1]); } else { askWho(); }
      window.setInterval(draw, 1000);
      window.addEventListener("resize", draw);
      draw();
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
