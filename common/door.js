/* What the kiosk and the visitor's phone share: why a number may not be issued, and what a service publishes. */
(function () {
  "use strict";
  const Queue = (window.Queue = window.Queue || {});

  /** The components of a service standard that must be published, in their fixed order. */
  Queue.PUBLISHED = ["requirements", "procedure", "duration", "tariff", "product", "complaints"];

  function clock(text) { return String(text).replace(":", "."); }

  function plain(facts) {
    const shown = {};
    Object.keys(facts || {}).forEach(function (name) {
      shown[name] = /^\d\d:\d\d$/.test(facts[name]) ? clock(facts[name]) : facts[name];
    });
    return shown;
  }

  /** When numbers are issued again, as a sentence; `may` is the decision of a service. */
  Queue.opening = function (may) {
    const facts = plain(may.facts);
    if (!may.next_opening) { return Queue.t("opening.unknown"); }
    facts.date = Queue.date(may.next_opening);
    facts.opens_time = facts.opens_time || Queue.time(may.next_opening);
    const key = { 0: "opening.today", 1: "opening.tomorrow" }[facts.opens_in_days];
    return Queue.t(key || "opening.later", facts);
  };

  /** Why not, as a sentence. */
  Queue.whyNot = function (may) {
    return Queue.refusal({ refused: may.code, facts: plain(may.facts) });
  };

  /** The one reason that holds for every service, or null while any of them issues numbers. */
  Queue.closed = function (services) {
    if (!services.length || services.some(function (service) { return service.may.allowed; })) { return null; }
    const soonest = services.slice().sort(function (a, b) {
      return (a.may.next_opening || Infinity) - (b.may.next_opening || Infinity);
    })[0];
    return soonest.may;
  };

  /** A POST that gives up after `ms`: rejects like a lost line, so that the same key is tried again. */
  Queue.postWithin = function (ms, path, body) {
    return new Promise(function (resolve, reject) {
      const late = window.setTimeout(function () { reject(new Error("line")); }, ms);
      Queue.post(path, body).then(resolve, reject).then(function () { window.clearTimeout(late); });
    });
  };

  /**
   * Sends one wish until it is answered: nobody knows whether a request without an answer was carried out, so the
   * same one, with the same key, goes out again. Resolves to the answer; rejects after `giveUpMs` ("line") or when
   * `wanted()` says no any more ("given up"). `onTrying` hears of every attempt that failed.
   */
  Queue.insist = function (path, body, options) {
    const since = Date.now();
    function wait() { return new Promise(function (resolve) { window.setTimeout(resolve, options.againMs || 1500); }); }
    function attempt() {
      if (!options.wanted()) { return Promise.reject(new Error("given up")); }
      return Queue.postWithin(options.answerMs || 6000, path, body).then(function (answer) {
        return answer.ok || (answer.refused !== "busy" && answer.refused !== "unknown") ? answer : again();
      }, again);
    }
    function again() {
      if (Date.now() - since > options.giveUpMs) { return Promise.reject(new Error("line")); }
      if (options.wanted()) { options.onTrying(); }
      return wait().then(attempt);
    }
    return attempt();
  };

  /** Minutes as people say them; hours where there are any. */
  function span(minutes) {
    const hours = Math.floor(minutes / 60), rest = minutes % 60;
    return Queue.t("forecast.span." + (!hours ? "minutes" : rest ? "both" : "hours"), { hours: hours, minutes: rest || minutes });
  }

  /** Whether a forecast says a range. */
  Queue.foretold = function (forecast) { return Boolean(forecast) && typeof forecast.high_min === "number"; };

  /** A forecast in words: a range, or that it is not yet known. Four of five people are called within the range. */
  Queue.forecast = function (forecast) {
    if (!Queue.foretold(forecast)) { return Queue.t(forecast && forecast.why === "nobody_serves" ? "forecast.unopened" : "forecast.unknown"); }
    const low = forecast.low_min, high = forecast.high_min, long = high > 60;
    const key = (low ? "forecast.range" : "forecast.up_to") + (long ? ".hours" : "");
    return Queue.t(key, { low: long ? span(low) : low, high: long ? span(high) : high });
  };

  Queue.get = function (path) {
    return fetch(path, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      return answer.json().catch(function () { return { ok: false, refused: "unknown", facts: {} }; });
    });
  };
}());
