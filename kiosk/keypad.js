/* Choices by keys, for a tactile keypad, and the same choices read aloud: what a key does and what is said cannot differ. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  /* A scanner types faster than fingers: a key that another one follows so soon is no choice. */
  Kiosk.SCANNER_MS = 150;

  function services(state, acts) {
    return state.picture.services.slice(0, 9).map(function (service) {
      const why = service.may.allowed ? "" : ". " + Queue.shut(service.may);
      return { says: Queue.say(service.name) + why, run: function () { acts.open(service.key); } };
    });
  }

  function takers(state, acts, service) {
    if (!service.may.allowed) { return []; }
    return [
      { says: Queue.t("take"), run: function () { acts.take(false); } },
      { says: Queue.t("priority") + ". " + Queue.t("priority.who"), run: function () { acts.take(true); } }
    ].concat((state.picture.needs || []).length ? [{ says: Queue.t("need.title"), run: acts.needs }] : []);
  }

  function needs(state, acts) {
    return Kiosk.needChoices(state).map(function (need) {
      return { says: Queue.t("need." + need) + (Kiosk.needOn(state, need) ? ". " + Queue.t("spoken.chosen") : ""), run: function () { acts.need(need); } };
    }).concat([{ says: Queue.t("needs.done"), run: acts.needsDone }]);
  }

  /** The choices of the page, in the order of the keys. */
  Kiosk.choices = function (state, acts) {
    if (!state.picture) { return []; }
    const service = state.picture.services.filter(function (one) { return one.key === state.key; })[0];
    if (state.screen === "start") { return services(state, acts); }
    if (state.screen === "service" && service) { return takers(state, acts, service); }
    if (state.screen === "needs") { return needs(state, acts); }
    return [];
  };

  /** All that is read aloud of a page: what it is, each choice with its key, and the keys that are always there. */
  Kiosk.aloud = function (state, acts) {
    if (state.screen === "ticket" && state.ticket) { return Kiosk.ticketAloud(state, true); }
    const service = state.picture.services.filter(function (one) { return one.key === state.key; })[0];
    const title = state.screen === "start" ? Queue.t("choose") : state.screen === "needs" ? Queue.t("need.title") : service ? Queue.say(service.name) : "";
    const choices = Kiosk.choices(state, acts).map(function (choice, at) { return Queue.t("spoken.choice", { key: at + 1, choice: choice.says }); });
    return [title].concat(choices, [Queue.t(state.screen === "start" ? "spoken.keys.start" : "spoken.keys")]).join(". ");
  };

  /**
   * Hears a keypad: 1 to 9 choose, 0 reads again (and turns the reading on), Backspace or minus goes back.
   * `pages`: the pages on which keys are not typed into something.
   */
  Kiosk.keypad = function (pages, does) {
    let waiting = null;
    /* Before the scanner's ear, which keeps its Enter for itself: the last sign of a code is no choice either. */
    window.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) { return; }
      const quick = waiting !== null;
      window.clearTimeout(waiting);
      waiting = null;
      if (quick || !pages()) { return; }
      const key = event.key;
      if (!/^[0-9]$/.test(key) && key !== "Backspace" && key !== "-" && key !== "*") { return; }
      waiting = window.setTimeout(function () { waiting = null; does(key); }, Kiosk.SCANNER_MS);
    }, true);
  };
}());
