/* An event of the log told in words: its kind, who, and each field of its body. The raw form stands beside it, as bundles have it. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* A number as large as this is an instant (ms UTC, since 2001), whatever its field is called. */
  const INSTANT = 1e12;
  /* Fields whose values are codes, and the group of words that has them. */
  const CODES = { reason: "reason", outcome: "reason", rule: "rule", from: "state", state: "state", channel: "channel", role: "role", undone_kind: "event", clock: "clock_owner" };
  /* Codes may stand in another group too: an alert's, a complaint's, a restart's. */
  const WHERE_ELSE = ["state", "reason", "complaint.category", "outcome"];

  function codeWords(group, code) {
    const group_ = [group].concat(WHERE_ELSE).filter(function (one) { return Queue.has(one + "." + code); })[0];
    return group_ ? Queue.t(group_ + "." + code) : String(code);
  }

  /* The clocks of a step, ms each. */
  function clocks(found) {
    return Object.keys(found).map(function (name) { return Desk.word("body", name) + ": " + Queue.clock(found[name]); }).join("; ");
  }

  function place(key, picture) {
    if (picture.services.some(function (service) { return service.key === key; })) { return Desk.serviceName(picture, key); }
    return String(key);
  }

  /** "23 November 2026". */
  Desk.day = function (ms) { return Queue.date(ms).replace(/^[^,]*, /, ""); };

  function listOf(name, found, picture) {
    return found.length ? found.map(function (one) { return valueWords(name, one, picture); }).join(", ") : "–";
  }

  function valueWords(name, value, picture) {
    if (value === null || value === undefined || value === "") { return "–"; }
    if (typeof value === "boolean") { return Queue.t(value ? "answer.yes" : "answer.no"); }
    if (Array.isArray(value)) { return listOf(name, value, picture); }
    if (name === "durations") { return "(" + clocks(value) + ")"; }
    if (typeof value === "object") { return "(" + Desk.eventWords(value, picture) + ")"; }
    if (typeof value === "number") {
      if (/_ms$/.test(name)) { return Queue.clock(value); }
      if (name === "priority") { return Queue.t(value ? "class.priority" : "class.ordinary"); }
      return value >= INSTANT && name !== "tick" && name !== "boot_ns" ? Desk.day(value) + " " + Desk.second(value) : String(value);
    }
    if (name === "service" || name === "to_service" || name === "services" || name === "before") { return place(value, picture); }
    if (name === "counter" || name === "from_counter") { return Desk.counterName(picture, value); }
    return CODES[name] ? codeWords(CODES[name], value) : String(value);
  }

  /** The body of an event, field by field: "loket: Loket 1; layanan: Kunjungan". */
  Desk.eventWords = function (body, picture) {
    return Object.keys(body).map(function (name) { return Desk.word("body", name) + ": " + valueWords(name, body[name], picture); }).join("; ");
  };

  /** Who did it: "person:3" in words; who has a name is not in the log. */
  Desk.actorWords = function (actor) {
    if (!actor) { return ""; }
    const parts = actor.split(":"), key = "actor." + parts[0];
    return Queue.has(key) ? Queue.t(key, { id: parts[1] || "" }).trim() : actor;
  };

  const SHORT = 240;

  /** The content of an event in words; what was recorded, letter for letter, opens below it. */
  Desk.EventBody = function (props) {
    const words = Desk.eventWords(props.body, props.picture), raw = JSON.stringify(props.body);
    return html`<span>${words.length > SHORT ? words.slice(0, SHORT - 40) + " …" : words}</span>
      <details><summary>${Queue.t("proof.recorded")}</summary>${words.length > SHORT ? html`<p>${words}</p>` : null}<code>${raw}</code></details>`;
  };
}());
