/*
 * One press at a time. The same press twice is harmless, another act is done or it is said why not; a slow line
 * shows, and a lost line keeps the press with its key for ten seconds, so that it is either done once or honestly
 * reported as not done [13, 17]. A press belongs to a control: the one big button, or the act itself.
 */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});

  Counter.REPEAT_MS = 10000;
  Counter.QUIET_MS = 700;
  Counter.SLOW_MS = 150;
  /* The picture of what was done follows the answer; later than this it is somebody else's doing. */
  Counter.FOLLOWS_MS = 2000;

  /* Somebody else changed this counter: these would now mean something that nobody has seen yet. */
  const ELSEWHERE = "elsewhere", MEANT_OTHERWISE = ["primary", "sit"];

  /**
   * options: line() -> the line, changed() = draw again, now() -> ms of a clock that only goes forward,
   * notDone(why, act, other) -> the sentence why a press was not taken ("busy", "changed").
   */
  Counter.presses = function (options) {
    const state = { underWay: null, refusal: null, lost: null, said: null };
    let changedAt = -Counter.QUIET_MS, changedBy = "", expected = null;

    function quiet() { return options.now() - changedAt < Counter.QUIET_MS; }

    /* Something on the screen has just become something else: the same press once more does nothing. */
    function change(by) {
      changedAt = options.now();
      changedBy = by;
      window.setTimeout(options.changed, Counter.QUIET_MS + 10);
    }

    /* A new picture shows this counter in another state: by a press made here, or by somebody else. */
    function standingChanged() {
      const press = state.underWay;
      if (press) { press.shown = true; }
      const own = press ? press.control : expected && options.now() < expected.until ? expected.control : ELSEWHERE;
      expected = null;
      change(own);
    }

    /* Why a press is not taken: "repeat" is the same press again, and nothing needs to be said about it. */
    function hindrance(control, begunAt) {
      if (state.underWay) { return state.underWay.control === control ? "repeat" : "busy"; }
      if (!quiet() || begunAt > changedAt) { return ""; }
      if (control === changedBy) { return "repeat"; }
      return changedBy === ELSEWHERE && MEANT_OTHERWISE.indexOf(control) >= 0 ? "changed" : "";
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
      if (answer && answer.ok) {
        change(press.control);
        expected = press.shown ? null : { control: press.control, until: options.now() + Counter.FOLLOWS_MS };
      } else {
        state.refusal = answer || { refused: "unknown", facts: {} };
      }
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
      standingChanged: standingChanged,
      /** Whether a press of this control would be taken now. */
      ready: function (control) { return !hindrance(control, -1); },
      /** Whether it would only be the same press once more. */
      repeats: function (control) { return hindrance(control, -1) === "repeat"; },

      /**
       * Takes a press; false when it was not, and unless it was only a repeat it is said why. begunAt: when the
       * list was opened that it was chosen from: after a change nobody means the old state by it. then(answer) is
       * told of any answer, also a refusal.
       */
      press: function (act, args, then, begunAt, control) {
        const why = hindrance(control || act, begunAt);
        if (why) {
          if (why !== "repeat") { this.refuse(options.notDone(why, act, state.underWay ? state.underWay.act : "")); }
          return false;
        }
        const press = { act: act, args: Object.assign({ key: window.Queue.key() }, args), at: options.now(),
          sent: false, held: false, slow: false, shown: false, then: then, control: control || act };
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
