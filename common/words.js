/* Words, dates and durations for every screen. Words are data: /words/<screen>.json holds both languages. */
(function () {
  "use strict";
  var Queue = (window.Queue = window.Queue || {});
  var words = { id: {}, en: {} };
  var zone = 7 * 60;
  var language = "id";

  var ZONES = { WIB: 7 * 60, WITA: 8 * 60, WIT: 9 * 60 };
  var DAYS = {
    id: ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"],
    en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  };
  var MONTHS = {
    id: ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    en: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
  };

  Queue.meta = function (name) {
    var element = document.querySelector('meta[name="' + name + '"]');
    return element ? element.getAttribute("content") : null;
  };

  /* A weak network loses an answer without a word, and a browser waits for it for minutes. */
  Queue.READ_MS = Queue.READ_MS || 20000;

  /** GET of JSON; rejects when nothing came within READ_MS, so that whoever asked may ask again. */
  Queue.read = function (path, options) {
    var limit = window.AbortController ? new window.AbortController() : null;
    var asked = Object.assign({ credentials: "same-origin" }, limit ? { signal: limit.signal } : null, options);
    var timer = window.setTimeout(function () { if (limit) { limit.abort(); } }, Queue.READ_MS);
    function ended() { window.clearTimeout(timer); }
    var answer = fetch(path, asked).then(function (found) { return found.json(); });
    answer.then(ended, ended);
    return answer;
  };

  /** Loads the words of a screen; rejects when the server cannot be reached. */
  Queue.words = function (screen, office) {
    return Queue.read("/words/" + screen + ".json?office=" + encodeURIComponent(office || ""))
      .then(function (loaded) { words = loaded; return loaded; });
  };

  /** Tests and fixtures may hand the words in directly. */
  Queue.setWords = function (loaded) { words = loaded; };

  Queue.language = function (wanted) {
    if (wanted) {
      language = wanted;
      document.documentElement.lang = wanted;
    }
    return language;
  };

  /**
   * The sentence for a key with its facts; Indonesian stands in for a missing English one. {minutes} is a fact,
   * {minutes|minute|minutes} the word that fits it: the first when it is 1.
   */
  Queue.t = function (key, facts, lang) {
    var set = words[lang || language] || {};
    var text = set[key];
    if (text === undefined) { text = (words.id || {})[key]; }
    if (text === undefined) { return key; }
    return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, function (whole, name, one, many) {
      if (!facts || facts[name] === undefined || facts[name] === null) { return ""; }
      if (one === undefined) { return String(facts[name]); }
      return String(facts[name]) === "1" ? one : many;
    });
  };

  Queue.has = function (key) { return Boolean((words.id || {})[key]); };

  /** One of {"id": …, "en": …} in the language of the screen. */
  Queue.say = function (both, lang) {
    if (!both) { return ""; }
    if (typeof both === "string") { return both; }
    return both[lang || language] || both.id || "";
  };

  /** The sentence for an answer that says no. Facts that are times become times of day. */
  Queue.refusal = function (answer, lang) {
    var facts = {};
    Object.keys((answer && answer.facts) || {}).forEach(function (name) { facts[name] = answer.facts[name]; });
    var key = "refused." + ((answer && answer.refused) || "unknown");
    if (facts.reason) { facts.reason = Queue.because(facts.reason, lang); }
    Object.keys(facts).forEach(function (name) {
      if (/^\d{4}-\d\d-\d\d$/.test(facts[name])) { facts[name] = Queue.day(facts[name], lang); }
      if (/^\d\d:\d\d$/.test(facts[name])) { facts[name] = facts[name].replace(":", "."); }
    });
    return Queue.t(Queue.has(key) ? key : "refused.unknown", facts, lang);
  };

  /** Why no numbers are given for a while, as it is published; a reason that has no words of its own is said as it is. */
  Queue.because = function (reason, lang) {
    var key = "paused." + reason;
    return Queue.has(key) ? Queue.t(key, {}, lang) : reason;
  };

  /** Why no number may be taken, in a few words; `may` is the decision of a service. A quota that opens again
      today was that of a session. A pause says its published reason. */
  Queue.shut = function (may, lang) {
    var reason = may.code === "paused" ? (may.facts || {}).reason : null;
    if (reason) { return Queue.t("shut.paused_because", { reason: Queue.because(reason, lang) }, lang); }
    var quota = (may.facts || {}).opens_in_days === 0 ? "quota_session" : "quota_day";
    var key = may.code === "quota_full" ? quota : may.code === "paused" ? "paused" : "closed";
    return Queue.t("shut." + key, {}, lang);
  };

  /** "WIB" | "WITA" | "WIT": the office's zone; the screen's own zone never matters. */
  Queue.zone = function (name) { if (ZONES[name]) { zone = ZONES[name]; } };

  function local(ms) { return new Date(ms + zone * 60000); }
  function two(n) { return (n < 10 ? "0" : "") + n; }

  Queue.time = function (ms) {
    var d = local(ms);
    return two(d.getUTCHours()) + "." + two(d.getUTCMinutes());
  };

  Queue.date = function (ms, lang) {
    var d = local(ms), l = lang || language;
    return DAYS[l][d.getUTCDay()] + ", " + d.getUTCDate() + " " + MONTHS[l][d.getUTCMonth()] + " " + d.getUTCFullYear();
  };

  /** A date ("2026-11-25") in words; noon in UTC is that date in each of the zones. */
  Queue.day = function (iso, lang) { return Queue.date(Date.parse(iso + "T05:00:00Z"), lang); };

  /** "7:05" for 425,000 ms; hours when there are any. */
  Queue.clock = function (ms) {
    var s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
    return (h ? h + ":" + two(m) : String(m)) + ":" + two(s % 60);
  };

  Queue.minutes = function (ms) { return Math.max(0, Math.round(ms / 60000)); };
}());
