/*
 * The queue of calls of one board: which call has the large place now, for how long, and whether it is spoken.
 * Pure: it is told pictures and the time, and never looks at a clock, the page or the loudspeaker.
 */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});

  Board.SHOW_MS = 8000;          /* a call is large for at least this long */
  Board.LEAST_MS = 4000;         /* and for this long when many wait for the large place */
  Board.BACKLOG_MS = 20000;      /* above it the second language and spoken repeats go first */
  Board.FRESH_MS = 30000;        /* a (re)loaded board announces nothing older */
  Board.HEIR_MS = 15000;         /* a board that becomes the voice speaks what nobody heard, no older than this */
  Board.WITHDRAWN_MS = 5000;     /* a withdrawn call is seen crossed out for this long: two sentences are read */
  Board.HUNG_MS = 45000;         /* a voice that never ends does not hold the board */
  var CALLS_IN_PICTURE = 12;     /* a picture holds so many calls of the hall, the last ones */
  var REMEMBERED = 500;          /* ids kept below the oldest call of the picture, so that none is announced twice */
  var CHIME_MS = 1300, CLIP_MS = 520, BETWEEN_MS = 500;

  /** How long a call takes to say in its first `languages` languages, by the number of its clips. */
  Board.spokenMs = function (call, languages) {
    var say = (call.say || []).slice(0, languages), ms = say.length ? CHIME_MS : 0;
    say.forEach(function (sentence) { ms += BETWEEN_MS + CLIP_MS * sentence.clips.length; });
    return ms;
  };

  function fullMs(call) { return Math.max(Board.SHOW_MS, Board.spokenMs(call, 9)); }
  function shortMs(call) { return Math.max(Board.LEAST_MS, Board.spokenMs(call, 1)); }
  function sum(calls, ms) { return calls.reduce(function (total, call) { return total + ms(call); }, 0); }

  /* How long the last one in the row stands before its turn comes. */
  function backlog(row, ms) { return sum(row.slice(0, -1), ms); }

  /**
   * How the next call is announced when `waiting` others stand behind it: {languages, least}.
   * Above the bound the second language goes first, then the voice of repeats, then the time shrinks;
   * the list beside it has shown every call at once already.
   */
  Board.plan = function (call, waiting) {
    var row = [call].concat(waiting);
    if (backlog(row, fullMs) <= Board.BACKLOG_MS) { return { languages: 9, least: Board.SHOW_MS }; }
    var repeat = call.n > 1 && backlog(row, shortMs) > Board.BACKLOG_MS;
    var share = Math.floor(Board.BACKLOG_MS / (row.length - 1));
    return { languages: repeat ? 0 : 1, least: Math.max(Board.LEAST_MS, Math.min(Board.SHOW_MS, share)) };
  };

  /** The calls of the list: one row per number, its newest call, newest first. */
  Board.list = function (calls) {
    var seen = {}, rows = [];
    calls.slice().sort(function (a, b) { return b.id - a.id; }).forEach(function (call) {
      if (call.state === "withdrawn" || seen[call.label]) { return; }
      seen[call.label] = true;
      rows.push(call);
    });
    return rows;
  };

  /**
   * The queue itself. `take(picture, now)` for every picture, `tick(now)` often; `now` is a steady time in ms.
   * tick returns what happened: {started: item|null, ended: item|null}. The item of the large place is
   * {call, languages, least, since, voice: "none"|"due"|"speaking"|"over", spoken, leaving: null|"over"|"withdrawn"}.
   */
  Board.queue = function () {
    var known = {}, waiting = [], current = null, last = null, withdrawn = [], shown = {};
    var speaker = false, loaded = false, fell = null, byId = {}, oldest = Infinity, full = false;

    /* The picture holds the last calls only: what is older than all of them was pushed out, not taken back. */
    function stateOf(id) {
      if (byId[id]) { return byId[id].state; }
      return full && id < oldest ? "calling" : "withdrawn";
    }

    function speaks(call) { return speaker && !call.heard && (call.say || []).length > 0; }

    function fall(call, now) {
      if (!withdrawn.some(function (gone) { return gone.call.id === call.id; })) {
        withdrawn.push({ call: call, until: now + Board.WITHDRAWN_MS });
      }
    }

    function arrive(picture) {
      picture.calls.slice().sort(function (a, b) { return a.id - b.id; }).forEach(function (call) {
        if (known[call.id]) { return; }
        known[call.id] = call;
        if (call.state !== "calling" || picture.at - call.at > Board.FRESH_MS) { return; }
        /* A number called again before its first turn needs one turn, not two. */
        waiting = waiting.filter(function (other) { return other.label !== call.label; });
        waiting.push(call);
      });
    }

    function inherit(picture) {
      picture.calls.forEach(function (call) {
        if (call.state !== "calling" || call.heard || picture.at - call.at > Board.HEIR_MS) { return; }
        if (current && current.call.id === call.id) {
          if (current.voice === "none") { current.voice = "due"; }
        } else if (shown[call.id] && !shown[call.id].spoken) {
          waiting.push(call);
        }
      });
      waiting.sort(function (a, b) { return a.id - b.id; });
    }

    function take(picture, now) {
      var becomes = loaded && picture.speaker && !speaker;
      byId = {};
      oldest = Infinity;
      picture.calls.forEach(function (call) { byId[call.id] = call; oldest = Math.min(oldest, call.id); });
      (picture.withdrawn || []).forEach(function (id) { byId[id] = { id: id, state: "withdrawn" }; });
      full = Object.keys(byId).length >= CALLS_IN_PICTURE;
      speaker = Boolean(picture.speaker && picture.voice);
      arrive(picture);
      Object.keys(known).forEach(function (key) {
        var id = Number(key), state = stateOf(id), before = known[key];
        if (state === "withdrawn" && before.state === "calling") { fall(before, now); }
        if (byId[id]) { known[key] = byId[id]; } else if (state === "withdrawn") { known[key] = { id: id, state: state }; }
        if (full && id < oldest - REMEMBERED) { delete known[key]; delete shown[key]; }
      });
      waiting = waiting.filter(function (call) { return stateOf(call.id) === "calling"; })
        .map(function (call) { return byId[call.id] || call; });
      if (current && !current.leaving) {
        var state = stateOf(current.call.id);
        if (state !== "calling") { current.leaving = state; fell = now; }
      }
      if (last && stateOf(last.call.id) === "withdrawn") { last = null; }
      if (becomes) { inherit(picture); }
      loaded = true;
    }

    function ended(now) {
      if (!current) { return false; }
      if (current.leaving === "withdrawn") { return now - fell >= Board.WITHDRAWN_MS; }
      var time = now - current.since;
      if (time > Board.HUNG_MS) { return true; }
      if (current.voice === "due" || current.voice === "speaking") { return false; }
      if (waiting.length === 0) { return time >= current.least; }
      if (current.leaving) { return time >= Board.LEAST_MS; }
      /* Others came meanwhile: the time is what it would be if the call began now, never longer than planned. */
      return time >= Math.min(current.least, Board.plan(current.call, waiting).least);
    }

    function begin(now) {
      var call = waiting.shift(), plan = Board.plan(call, waiting), aloud = speaks(call) && plan.languages > 0;
      /* A silent board keeps pace with the one that speaks. */
      var least = aloud || call.heard ? plan.least : Math.max(plan.least, Board.spokenMs(call, plan.languages));
      current = {
        call: call, languages: plan.languages, least: least, since: now,
        voice: aloud ? "due" : "none", spoken: false, leaving: null
      };
      shown[call.id] = current;
      return current;
    }

    function tick(now) {
      var done = null, started = null;
      withdrawn = withdrawn.filter(function (gone) { return gone.until > now; });
      if (ended(now)) {
        done = current;
        last = current.leaving === "withdrawn" ? null : { call: current.call, since: now };
        current = null;
      }
      if (!current && waiting.length) { started = begin(now); }
      return { started: started, ended: done };
    }

    return {
      take: take,
      tick: tick,
      current: function () { return current; },
      /** The call that had the large place last: it rests there until something else needs the place. */
      last: function () { return last; },
      waiting: function () { return waiting.map(function (call) { return call.id; }); },
      /** Calls taken back a moment ago: [call], to be shown crossed out. */
      withdrawn: function () { return withdrawn.map(function (gone) { return gone.call; }); }
    };
  };
}());
