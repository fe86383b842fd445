/* Small pieces that every part of the console draws with. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  Counter.icon = function (name) {
    return html`<svg class="icon" aria-hidden="true"><use href=${"/lib/icons.svg#" + name}></use></svg>`;
  };

  /** The key that does the same, visible beside every word; nothing for a finger alone. */
  Counter.keyCap = function (key) {
    return html`<kbd class="cap" aria-hidden="true">${key === " " ? Queue.t("key.space") : key.toUpperCase()}</kbd>`;
  };

  /** A service: its letter on its own shape and colour (theme.css); the name stands beside it. */
  Counter.badge = function (service) {
    return service ? html`<span class=${"letter service-" + service.key} aria-hidden="true">${service.letter}</span>` : null;
  };

  Counter.serviceOf = function (picture, key) {
    return picture.services.filter(function (service) { return service.key === key; })[0] || null;
  };

  Counter.serviceName = function (picture, key) {
    const service = Counter.serviceOf(picture, key);
    return service ? Queue.say(service.name) : key;
  };

  /** A class is told by a shape and a word, never by colour alone. */
  Counter.classMark = function (priority) {
    return html`<span class=${"class-mark " + (priority ? "is-priority" : "is-ordinary")}>
      <span class="class-shape" aria-hidden="true"></span>${Queue.t(priority ? "class.priority" : "class.ordinary")}
    </span>`;
  };

  /** "12 mnt", "1 j 05 mnt", or "baru saja" below one minute. */
  Counter.span = function (ms) {
    const minutes = Math.floor(Math.max(0, ms) / 60000);
    if (minutes < 1) { return Queue.t("span.now"); }
    if (minutes < 60) { return Queue.t("span.minutes", { minutes: minutes }); }
    return Queue.t("span.hours", { hours: Math.floor(minutes / 60), minutes: (minutes % 60 < 10 ? "0" : "") + minutes % 60 });
  };

  /** A reason in words: a code from the words files, or one that the office named itself ({code, name}). */
  Counter.reason = function (reason) {
    if (!reason) { return ""; }
    if (reason.name) { return Queue.say(reason.name); }
    const key = "reason." + reason;
    return Queue.has(key) ? Queue.t(key) : String(reason).replace(/_/g, " ");
  };

  /* "first" means: of the two classes only one waited. Which one stands in the heads that the decision saw:
     [step, queued, priority, returned, return after]; the class may have been changed since. */
  function whyKey(visitor, why) {
    if (why.rule !== "first") { return "why." + why.rule; }
    const own = (why.heads || []).filter(function (head) { return head[0] === visitor.step; })[0];
    return (own ? own[2] : visitor.priority) ? "why.first_priority" : "why.first";
  }

  /** Why this visitor was next, as one sentence from the recorded decision. */
  Counter.whyNext = function (visitor) {
    const why = visitor.why || {}, mix = why.mix || [], key = whyKey(visitor, why);
    const facts = { priority: mix[0], ordinary: mix[1], minutes: mix[2] };
    if (why.reason) { facts.reason = Counter.reason(why.reason); }
    return Queue.t(Queue.has(key) ? key : "why.unknown", facts);
  };

  /** A button with its icon, word and key. One that may not be pressed now stays reachable and says why. */
  Counter.button = function (props) {
    return html`<button type="button" class=${"button " + (props.kind || "")} data-testid=${props.testid || props.name}
        title=${props.why || null}
        aria-disabled=${props.off ? "true" : null} aria-expanded=${props.open === undefined ? null : String(props.open)}
        aria-keyshortcuts=${props.cap === undefined ? null : props.cap} onClick=${props.run}>
      ${props.icon ? Counter.icon(props.icon) : null}<span class="word">${props.word}${props.until ? html`<small class="until">${props.until}</small>` : null}</span>
      ${props.after ? html`<span class="after">${props.after}</span>` : null}
      ${props.cap === undefined ? null : Counter.keyCap(props.cap)}
    </button>`;
  };
}());
