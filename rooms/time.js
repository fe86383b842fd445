/* What every screen of a room knows of time: what is left of a visit now, and in which phase it is. */
(function () {
  "use strict";
  var Rooms = (window.Rooms = window.Rooms || {});
  var Queue = window.Queue;

  /** Milliseconds until the end of a unit's visit, at `now` by the server's clock; null where none runs. */
  Rooms.left = function (unit, now) {
    return unit.time ? unit.time.ends_at - now : null;
  };

  /** The state of a unit now: a picture may be seconds old, and the phase follows from the clock. */
  Rooms.state = function (unit, room, now) {
    var left = Rooms.left(unit, now);
    if (left === null) { return unit.state; }
    if (left <= 0) { return "over"; }
    return left <= room.warn_min * 60000 ? "warning" : "running";
  };

  /** "7:05" until the end, "+1:20" past it. */
  Rooms.clock = function (left) {
    return left >= 0 ? Queue.clock(left + 999) : "+" + Queue.clock(-left);
  };

  /** Whole minutes that are begun, as a person says them. */
  Rooms.minutes = function (left) { return Math.max(0, Math.ceil(left / 60000)); };

  /** What is left as a sentence, also for those who hear it. */
  Rooms.leftWords = function (left) {
    return left > 0 ? Queue.t("time.left", { minutes: Rooms.minutes(left) }) : Queue.t("time.over");
  };

  /** The word of a state; "called" asks for what begins the time in this room. */
  Rooms.stateWord = function (state) { return Queue.t("state." + state); };
}());
