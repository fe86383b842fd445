/* What an officer may do now: one table for the buttons, the keys and the help. Pure: picture in, answer out. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});

  /*
   * place: "visitor" = a button of the grid under the primary one, always in the same spot; others stand
   * where their subject is. during: the states of the current visitor in which the act makes sense.
   * panel: true = opens choices inline, "maybe" = only when a choice is needed.
   */
  Counter.ACTS = [
    { name: "recall", key: "u", icon: "speakerphone", place: "visitor", during: ["called"] },
    { name: "skip", key: "l", icon: "player-skip-forward", place: "visitor", during: ["called"] },
    { name: "no_show", key: "h", icon: "user-x", place: "visitor", during: ["called"], panel: "maybe" },
    { name: "finish", key: "s", icon: "list", place: "visitor", during: ["called", "serving"], panel: true },
    { name: "park", key: "t", icon: "clock-pause", place: "visitor", during: ["serving"], panel: true },
    { name: "transfer", key: "a", icon: "arrows-exchange", place: "visitor", during: ["called", "serving"], panel: true },
    { name: "reclass", key: "g", icon: "star", place: "visitor", during: ["called", "serving"], panel: true },
    { name: "note", key: "c", icon: "note", place: "visitor", during: ["called", "serving"], panel: true },
    { name: "needs", key: "n", icon: "accessible", place: "card", during: ["called", "serving"], panel: true },
    { name: "start", key: "m", icon: "player-play", place: "card", during: ["called"] },
    { name: "undo", key: "z", icon: "arrow-back-up", place: "undo" },
    { name: "waiting", key: "w", icon: "list-numbers", place: "keys" },
    { name: "issue", key: "b", icon: "ticket", place: "list", panel: true },
    { name: "bring_back", key: "k", icon: "history", place: "list", panel: true },
    { name: "pause", key: "j", icon: "coffee", place: "bar", panel: true },
    { name: "leave", key: "x", icon: "logout", place: "bar", panel: "maybe" },
    { name: "help", key: "?", icon: "keyboard", place: "bar" }
  ];

  const BY_NAME = {}, BY_KEY = {};
  Counter.ACTS.forEach(function (act) { BY_NAME[act.name] = act; BY_KEY[act.key] = act.name; });

  Counter.actNamed = function (name) { return BY_NAME[name]; };
  Counter.actOfKey = function (key) { return BY_KEY[key.toLowerCase()] || null; };

  /** The one act that is right now: {act, args}, or null before a counter is chosen. */
  Counter.primary = function (picture) {
    if (!picture || !picture.counter) { return null; }
    const visitor = picture.current;
    if (visitor && visitor.held) { return { act: "fetched", args: { step: visitor.step } }; }
    if (visitor && visitor.state === "called") { return { act: "start", args: {} }; }
    if (visitor) { return { act: "finish", args: { outcome: "served" } }; }
    if (picture.counter.state === "paused") { return { act: "resume", args: {} }; }
    return { act: "call_next", args: {} };
  };

  /** What makes a second press another press: the counter, its state, the visitor and theirs. */
  Counter.standing = function (picture) {
    if (!picture || !picture.counter) { return "none"; }
    const visitor = picture.current;
    return [picture.counter.key, picture.counter.state, visitor ? visitor.step : "", visitor ? visitor.state : "", visitor && visitor.held ? "held" : ""].join("|");
  };

  /** Whether two pictures show the same officer's seat. */
  Counter.sameSeat = function (one, other) {
    const key = function (picture) { return picture && picture.counter ? picture.counter.key : ""; };
    return key(one) === key(other);
  };

  /** What somebody else did to this officer and they have not read yet, or null. */
  Counter.toldNow = function (picture, understood) {
    return picture && picture.told && picture.told.at > understood ? picture.told : null;
  };

  /** The buttons about the visitor, always in the same order. */
  Counter.VISITOR_ACTS = Counter.ACTS.filter(function (act) { return act.place === "visitor"; });

  function no(word, facts) { return { allowed: false, word: word, facts: facts || {} }; }
  const YES = { allowed: true, word: null, facts: {} };

  function seconds(until, now) { return Math.max(1, Math.ceil((until - now) / 1000)); }

  /* All that is missing: calls, and then the wait after the last, which a call that must still be made begins anew. */
  function missingCalls(rule, now) {
    const left = rule.at > now ? seconds(rule.at, now) : 0;
    const then = rule.facts.presses ? rule.facts.after_s : left;
    return { allowed: false, ask: true, word: "refused." + rule.code + (then ? "_then" : ""),
      facts: Object.assign({}, rule.facts, { seconds: then }) };
  }

  /* Boards report what they showed and spoke up to a second later: the server decides, this only says what is known. */
  function mayNoShow(visitor, now) {
    const rule = visitor.no_show;
    if (!rule) { return YES; }
    if (!rule.allowed) { return missingCalls(rule, now); }
    if (rule.at && rule.at > now) { return no("refused.no_show_too_soon", { seconds: seconds(rule.at, now) }); }
    return YES;
  }

  /** Whether an act may be done now, and otherwise the word (and its facts) that says why not. */
  Counter.may = function (name, picture, now) {
    const visitor = picture.current, act = BY_NAME[name];
    if (act.place === "visitor" || act.place === "card") {
      if (!visitor) { return no("why_not.nobody_here"); }
      if (act.during.indexOf(visitor.state) < 0) { return no("why_not." + name + "." + visitor.state); }
    }
    if (visitor && visitor.held && (name === "recall" || name === "no_show")) { return no("refused.being_fetched"); }
    if (name === "recall" && visitor.next_recall_at && visitor.next_recall_at > now) {
      return no("why_not.recall_spacing", { seconds: seconds(visitor.next_recall_at, now) });
    }
    if (name === "no_show") { return mayNoShow(visitor, now); }
    if (name === "transfer" && Counter.otherServices(picture).length === 0) { return no("why_not.no_other_service"); }
    if (name === "undo" && !(picture.undo && picture.undo.until > now)) { return no("why_not.nothing_to_undo"); }
    if (name === "bring_back" && picture.parked.length + picture.missed.length === 0) { return no("why_not.nobody_to_bring_back"); }
    if (name === "pause" && picture.counter.state === "paused") { return no("why_not.paused_already"); }
    return YES;
  };

  Counter.otherServices = function (picture) {
    return picture.services.filter(function (service) { return service.key !== picture.current.service; });
  };

  /* The reasons that fit the direction: into priority or back to ordinary. */
  const NOT_FOR = { to_priority: ["not_in_group"], to_ordinary: ["in_group"] };
  Counter.reclassReasons = function (picture, priority) {
    const unfit = NOT_FOR[priority ? "to_ordinary" : "to_priority"];
    return picture.reasons.reclass.filter(function (code) { return unfit.indexOf(code) < 0; });
  };

  /** A no-show needs a reason only when no board is alive to have called the visitor [11]. */
  Counter.noShowNeedsReason = function (visitor) {
    return Boolean(visitor && visitor.no_show) && visitor.no_show.code === "reason_needed_no_board";
  };
}());
