/* The board itself: pairs, listens, keeps the state of the page and draws it. */
(function () {
  "use strict";
  var Board = window.Board, Queue = window.Queue, preact = window.htmPreact;
  var html = preact.html;

  var TICK_MS = 200;
  var HELLO_MS = 3000;
  var MARK_MS = 3000;          /* without a sign of life the line is marked */
  var ALONE_MS = 30000;        /* and then people are told to follow the officers */
  var REST_MS = 20000;         /* a call stays in the large place, calm, before the slides come back */
  var PAGE_MS = 12000;         /* a page of services */
  var ALONE_HEAD = 52;         /* parts of the short side: the head of a service that has the whole width, as in display.css */
  var DRIFT_MS = 60000;        /* a step of the whole picture, against burn-in */
  var DRIFTS = [[0, 0], [2, 1], [3, 3], [1, 2], [-1, 3], [-3, 1], [-2, -1], [-3, -3], [0, -2], [2, -3]];

  var office = Queue.meta("office"), board = Queue.meta("board"), MOVED = "queue.moved." + office + ".";
  var root = document.getElementById("board"), stripBox = document.getElementById("strip");
  var calls = Board.queue();
  var voice = Board.voice("/voice/" + office, draw);
  var picture = null, line = null, lineState = { up: true, since: Date.now(), last: null };
  var round = 0, slides = [], slide = null, slideUntil = 0, broken = {};
  var untold = [], unpaired = null, stripRuns = false, started = performance.now();

  function steady() { return performance.now(); }
  function serverNow() { return line ? line.serverNow() : Date.now(); }
  function languages() { return picture.office.languages.length ? picture.office.languages : ["id"]; }

  /* ---- Between calls ---------------------------------------------------------------------------- */

  function nextSlide() {
    if (!slides.length) {
      slides = Board.slides(picture, languages()[round % languages().length], broken);
      round += 1;
    }
    slide = slides.shift();
    slideUntil = steady() + (slide.kind === "video" ? Math.max(slide.seconds, 600) : slide.seconds) * 1000;
  }

  function skipSlide() { nextSlide(); draw(); }

  function markBroken(file) { broken[file] = true; skipSlide(); }

  function stripTexts() {
    if (!picture) { return []; }
    return languages().reduce(function (texts, lang) { return texts.concat(Board.stripTexts(picture, lang)); }, [])
      .filter(function (text, i, all) { return all.indexOf(text) === i; });
  }

  /* ---- What the page shows ---------------------------------------------------------------------- */

  function downFor() { return lineState.up ? 0 : Date.now() - lineState.since; }

  function lostTime() { return Queue.time(lineState.since + serverNow() - Date.now()); }

  /* One mark at a time: without a line nobody can do anything about the sound. */
  function marks() {
    if (downFor() >= MARK_MS) { return [{ key: "line", text: Queue.t("line.lost", { time: lostTime() }) }]; }
    if (picture.voice && voice.state() !== "running") {
      return [{ key: "sound", text: Queue.t("mark.sound_" + voice.state()) }];
    }
    return [];
  }

  function columns() {
    var ratio = window.innerWidth / window.innerHeight;
    return ratio >= 1 && ratio < 1.5 ? 3 : 4;
  }

  /* Of a service's card, in parts (hundredths) of the short side; portrait has two beside each other. */
  function cardWidth() {
    var short = Math.min(window.innerWidth, window.innerHeight);
    var beside = Math.min(picture.services.length, window.innerWidth < window.innerHeight ? 2 : columns());
    if (beside === 1 && window.innerWidth >= 1.5 * window.innerHeight) { return ALONE_HEAD; }
    return 100 * window.innerWidth / short / beside - 2;
  }

  /* Of the large place, without its own margins; beside it stands the list of the last calls. */
  function callWidth() {
    var ratio = window.innerWidth / window.innerHeight, list = ratio < 1 ? 0 : ratio < 1.5 ? 49.4 : 67.4;
    return 100 * Math.max(1, ratio) - 8.4 - list;
  }

  function drift() {
    var step = DRIFTS[Math.floor((steady() - started) / DRIFT_MS) % DRIFTS.length];
    return "translate(" + step[0] + "px," + step[1] + "px)";
  }

  function state() {
    var last = calls.last(), now = serverNow();
    return {
      picture: picture, now: now, time: Queue.time(now), date: Queue.date(now, "id"),
      current: calls.current(), withdrawn: calls.withdrawn(),
      resting: last && steady() - last.since < REST_MS ? last.call : null,
      slide: slide, page: Math.floor(steady() / PAGE_MS), columns: columns(), cardWidth: cardWidth(), callWidth: callWidth(), drift: drift(),
      marks: marks(), lostLong: downFor() >= ALONE_MS, lostTime: lostTime(),
      onBroken: markBroken, onSlideEnd: skipSlide
    };
  }

  function draw() {
    if (unpaired) {
      preact.render(html`<${Board.Unpaired} code=${unpaired.code} revoked=${unpaired.revoked} refused=${unpaired.refused} board=${board} />`, root);
    } else if (picture) {
      preact.render(html`<${Board.View} state=${state()} />`, root);
      stripBox.style.transform = drift();
    } else {
      preact.render(html`<${Board.Waiting} />`, root);
    }
    stripBox.hidden = Boolean(unpaired || !picture || downFor() >= ALONE_MS);
    if (!stripBox.hidden && !stripRuns) { stripRuns = true; Board.strip(stripBox, stripTexts); }
  }

  /* Only what can change by itself; drawing the same again would cost an old TV its breath. */
  var drawnKey = "";
  function drawIfChanged() {
    var key = "";
    if (picture && !unpaired) {
      var s = state();
      key = [s.time, s.date, s.resting && s.resting.id, s.slide && s.slide.key, s.page, s.columns, s.drift, s.lostLong,
        s.withdrawn.length, s.marks.map(function (mark) { return mark.text; }).join()].join("|");
    }
    if (key !== drawnKey) { drawnKey = key; draw(); }
  }

  /* ---- Calls ------------------------------------------------------------------------------------ */

  /* Two frames later the pixels are there: then the server may count on it. */
  function whenPainted(then) {
    window.requestAnimationFrame(function () { window.requestAnimationFrame(then); });
  }

  /* What happened while the line was down is told when it is back: an officer waits for it. */
  function acknowledge(call, spoken) {
    untold.push({ id: call.id, drawn: true, spoken: spoken });
    tell();
  }

  function tell() {
    if (!line || !lineState.up || !untold.length) { return; }
    line.send("shown", { calls: untold });
    untold = [];
  }

  function say(item) {
    item.voice = "speaking";
    voice.speak(item.call.say.slice(0, item.languages)).then(function (whole) {
      item.voice = "over";
      item.spoken = whole;
      if (whole) { acknowledge(item.call, true); }
      tick();
    });
  }

  function painted(item) {
    var large = root.querySelector('[data-call="' + item.call.id + '"]');
    if (!large) { return; }
    large.setAttribute("data-painted-call", String(item.call.id));
    performance.mark("call-painted-" + item.call.id);
    acknowledge(item.call, false);
  }

  function tick() {
    if (!picture || unpaired) { drawIfChanged(); return; }
    var what = calls.tick(steady()), item = calls.current();
    if (!item && steady() >= slideUntil) { nextSlide(); }
    if (what.started || what.ended) { draw(); } else { drawIfChanged(); }
    if (what.started) { whenPainted(function () { painted(what.started); }); }
    if (item && item.leaving === "withdrawn" && item.voice !== "over") { voice.hush(); item.voice = "over"; }
    if (item && item.voice === "due") { say(item); }
  }

  function listPainted(newest) {
    if (newest && root.getAttribute("data-listed-call") !== String(newest)) {
      root.setAttribute("data-listed-call", String(newest));
      performance.mark("call-listed-" + newest);
    }
  }

  /* An administrator gave this TV to another board: it goes there, and does so again when it starts at the old address. */
  function follow(key) {
    try {
      if (window.localStorage.getItem(MOVED + key)) { window.localStorage.removeItem(MOVED + key); }
      window.localStorage.setItem(MOVED + board, key);
    } catch (closed) { /* without a memory the old address asks for pairing again */ }
    window.location.replace("/display/" + office + "/" + key);
  }

  /* Where this TV belongs, when it starts at the address of the board that it was before. */
  function moved() {
    try { return window.localStorage.getItem(MOVED + board); } catch (closed) { return null; }
  }

  function take(fresh) {
    if (fresh.board && fresh.board.key !== board) { follow(fresh.board.key); return; }
    var first = !picture;
    picture = fresh;
    unpaired = null;
    Queue.zone(picture.office.time_zone);
    calls.take(picture, steady());
    var what = calls.tick(steady());
    if (first) { nextSlide(); voice.prefetch(picture.clips); }
    draw();
    tell();
    var newest = picture.calls.reduce(function (id, call) { return Math.max(id, call.id); }, 0);
    whenPainted(function () { listPainted(newest); if (what.started) { painted(what.started); } });
    tick();
  }

  /* ---- The line --------------------------------------------------------------------------------- */

  function hello() {
    Queue.post("/hello", { screen: "board", office: office, board: board }).then(function (answer) {
      if (answer.paired) {
        open();
      } else {
        unpaired = {
          code: answer.code || "", revoked: Boolean(unpaired && unpaired.revoked),
          refused: answer.refused ? Queue.refusal(answer) : ""
        };
        draw();
        window.setTimeout(hello, HELLO_MS);
      }
    }).catch(function () {
      draw();
      window.setTimeout(hello, HELLO_MS);
    });
  }

  /* Disconnected: whatever board this TV is given next, no old address leads here any more. */
  function forgetMoves() {
    try {
      Object.keys(window.localStorage).forEach(function (key) {
        if (key.indexOf(MOVED) === 0 && window.localStorage.getItem(key) === board) { window.localStorage.removeItem(key); }
      });
    } catch (closed) { /* nothing was remembered */ }
  }

  function gone() {
    forgetMoves();
    if (line) { line.close(); }
    line = null;
    unpaired = { code: "", revoked: true };
    draw();
    window.setTimeout(hello, HELLO_MS);
  }

  function open() {
    lineState = { up: true, since: Date.now(), last: null };
    line = Queue.line({
      auth: { screen: "board", office: office, board: board },
      onPicture: take,
      onState: function (now) { lineState = now; draw(); },
      onGone: gone
    });
  }

  function loadWords() {
    return Queue.words("display", office).catch(function () {
      return new Promise(function (resolve) { window.setTimeout(resolve, HELLO_MS); }).then(loadWords);
    });
  }

  ["keydown", "pointerdown", "click", "touchend"].forEach(function (kind) {
    window.addEventListener(kind, function () { voice.wake(); });
  });
  window.addEventListener("resize", draw);
  window.setInterval(tick, TICK_MS);
  window.setInterval(function () { if (line) { line.send("alive", { sound: voice.state() }); } }, 1000);
  if (moved()) { window.location.replace("/display/" + office + "/" + moved()); } else { loadWords().then(hello); }
}());
