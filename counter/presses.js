/*
 * One press at a time. Pressing twice is harmless, a slow line shows, and a lost line keeps the press with
 * its key for ten seconds, so that it is either done once or honestly reported as not done [13, 17].
 */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});

  Counter.REPEAT_MS = 10000;
  Counter.QUIET_MS = 700;
  Counter.SLOW_MS = 150;

  /** options: line() -> the line, changed() = draw again, now() -> ms of a clock that only goes forward. */
  Counter.presses = function (options) {
    const state = { underWay: null, refusal: null, lost: null, said: null };
    let changedAt = -Counter.QUIET_MS;

    function quiet() { return options.now() - changedAt < Counter.QUIET_MS; }

    /* Something on the screen has just become something else: a press begun for the old meaning does nothing. */
    function change() {
      changedAt = options.now();
      window.setTimeout(options.changed, Counter.QUIET_MS + 10);
    }

    function end(press) {
      window.clearTimeout(press.slowTimer);
      window.clearTimeout(press.lostTimer);
      if (state.underWay === press) { state.underWay = null; }
    }

    function giveUp(press) {
      if (state.underWay !== press) { return; }
      end(press);
      state.lost = { act: press.act, sent: press.sent, at: Date.now() };
      options.changed();
    }

    function answered(press, answer) {
      if (state.underWay !== press) { return; }
      end(press);
      change();
      /* A second press that reached the server all the same did nothing, and nothing needs to be said about it. */
      if (!answer || (!answer.ok && (press.meant || answer.refused !== "double_press"))) { state.refusal = answer || { refused: "unknown", facts: {} }; }
      if (press.then) { press.then(answer); }
      options.changed();
    }

    function unanswered(press) {
      if (state.underWay !== press) { return; }
      if (options.now() - press.at >= Counter.REPEAT_MS) { giveUp(press); return; }
      press.held = true;
      options.changed();
      if (options.line().up()) { window.setTimeout(function () { again(press); }, 500); }
    }

    function again(press) {
      if (state.underWay === press && press.held && options.line().up()) { send(press); }
    }

    function send(press) {
      if (!options.line().up()) { unanswered(press); return; }
      press.held = false;
      press.sent = true;
      options.line().press(press.act, press.args).then(
        function (answer) { answered(press, answer); },
        function () { unanswered(press); }
      );
    }

    return {
      state: state,
      change: change,
      /**
       * Whether a press would be taken now. Undo always is: it takes back what has just changed; and so is a
       * choice from a list that was opened (at begunAt) after the change: nobody means the old state by it.
       */
      ready: function (act, begunAt) { return !state.underWay && (act === "undo" || begunAt > changedAt || !quiet()); },

      /** Takes a press; false when it was ignored. then(answer) is told of any answer, also a refusal. */
      press: function (act, args, then, begunAt) {
        if (!this.ready(act, begunAt)) { return false; }
        const press = { act: act, args: Object.assign({ key: window.Queue.key() }, args), at: options.now(),
          sent: false, held: false, slow: false, then: then, meant: begunAt > changedAt };
        state.underWay = press;
        state.refusal = null;
        state.lost = null;
        state.said = null;
        press.slowTimer = window.setTimeout(function () { press.slow = true; options.changed(); }, Counter.SLOW_MS);
        /* A press that was sent waits for the line's own time-out; one that never left is given up on time. */
        press.lostTimer = window.setTimeout(function () { if (press.held) { giveUp(press); } }, Counter.REPEAT_MS);
        send(press);
        options.changed();
        return true;
      },

      /** The line is back: what was held goes out again under the same key. */
      lineUp: function () { if (state.underWay) { again(state.underWay); } },

      /** Takes back a press that never left this screen. */
      forget: function () {
        const press = state.underWay;
        if (press && press.held && !press.sent) { end(press); options.changed(); }
      },

      refuse: function (sentence) { state.refusal = { sentence: sentence }; state.said = null; options.changed(); },
      say: function (sentence) { state.said = sentence; options.changed(); },
      dismiss: function () { state.refusal = null; state.lost = null; state.said = null; }
    };
  };
}());
