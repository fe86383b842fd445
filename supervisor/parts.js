/* Small pieces that every part of the supervisor's page draws with. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  Desk.icon = function (name) {
    return html`<svg class="icon" aria-hidden="true"><use href=${"/lib/icons.svg#" + name}></use></svg>`;
  };

  /** A service: its letter on its own shape and colour (theme.css); the name stands beside it. */
  Desk.badge = function (service) {
    return service ? html`<span class=${"letter service-" + service.key} aria-hidden="true">${service.letter}</span>` : null;
  };

  Desk.serviceOf = function (picture, key) {
    return picture.services.filter(function (service) { return service.key === key; })[0] || null;
  };

  Desk.serviceName = function (picture, key) {
    const service = Desk.serviceOf(picture, key);
    return service ? Queue.say(service.name) : key;
  };

  Desk.counterName = function (picture, key) {
    const counter = picture.counters.filter(function (one) { return one.key === key; })[0];
    return counter ? Queue.say(counter.name) : key;
  };

  /** "12 mnt", "1 j 05 mnt", or "<1 mnt". */
  Desk.span = function (ms) {
    const minutes = Math.floor(Math.max(0, ms) / 60000);
    if (minutes < 1) { return Queue.t("span.now"); }
    if (minutes < 60) { return Queue.t("span.minutes", { minutes: minutes }); }
    return Queue.t("span.hours", { hours: Math.floor(minutes / 60), minutes: (minutes % 60 < 10 ? "0" : "") + minutes % 60 });
  };

  /** "03.51.20": a time of day to the second. */
  Desk.second = function (ms) {
    const seconds = Math.floor(ms / 1000) % 60;
    return Queue.time(ms) + "." + (seconds < 10 ? "0" : "") + seconds;
  };

  /** A code in words: "reason.drill"; a code that has none is shown as it is. */
  Desk.word = function (group, code) {
    const key = group + "." + code;
    return Queue.has(key) ? Queue.t(key) : String(code).replace(/_/g, " ");
  };

  /** One decimal and the language's own point; 100 % only when it is all of them. */
  Desk.percent = function (numerator, denominator) {
    const tenths = Math.floor(1000 * numerator / denominator);
    return Math.floor(tenths / 10) + (tenths % 10 && numerator < denominator ? (Queue.language() === "en" ? "." : ",") + tenths % 10 : "") + " %";
  };

  /** What was promised, in minutes; where channels or classes are promised different things, from the least to the most. */
  Desk.stated = function (minutes) { return Queue.t("stated", { minutes: minutes.join("\u2013") }); };

  /** How much of a promise was kept: numerator, denominator, and a line that fills. */
  Desk.Share = function (props) {
    const part = props.part;
    if (!part.judged) { return html`<span class="share"><span class="soft">${Queue.t("share.none")}</span><${Desk.LeftOut} part=${part} /></span>`; }
    return html`<span class="share">
      <span class="share-words"><strong>${Desk.percent(part.on_time, part.judged)}</strong>
        <span class="soft">${Queue.t("share.of", { on_time: part.on_time, judged: part.judged })}</span></span>
      <span class="fill" aria-hidden="true"><span style=${{ width: 100 * part.on_time / part.judged + "%" }}></span></span>
      <${Desk.LeftOut} part=${part} /><${Desk.Plausible} part=${part} />
    </span>`;
  };

  /** The same share without the steps that are flagged; only where that is another one. */
  Desk.plausible = function (part) {
    const less = part.plausible;
    if (!less || less.judged === part.judged) { return ""; }
    return Queue.t("share.plausible", { n: part.judged - less.judged, on_time: less.on_time, judged: less.judged, percent: less.judged ? Desk.percent(less.on_time, less.judged) : "–" });
  };

  Desk.Plausible = function (props) {
    const words = Desk.plausible(props.part);
    return words ? html`<span class="left-out soft" data-testid="plausible">${words}</span>` : null;
  };

  /** A rule by which steps are flagged, with its threshold as the server said it. */
  Desk.flag = function (code) { return Queue.t("flag." + code, { n: (Desk.log.found ? Desk.log.found.flags : {})[code] }); };

  Desk.LeftOut = function (props) {
    const words = Desk.leftOut(props.part);
    return words ? html`<span class="left-out soft">${words}</span>` : null;
  };

  /** What a share does not count, by reason. */
  Desk.leftOut = function (part) {
    const found = Object.keys(part.left_out || {});
    if (!found.length) { return ""; }
    if (found.length === 1) { return Queue.t("share.left_out_one", { n: part.left_out[found[0]], why: Desk.word("left_out", found[0]) }); }
    const words = found.map(function (why) { return Queue.t("share.one_left_out", { n: part.left_out[why], why: Desk.word("left_out", why) }); });
    const n = found.reduce(function (sum, why) { return sum + part.left_out[why]; }, 0);
    return Queue.t("share.left_out", { n: n, reasons: words.join("; ") });
  };

  /** The same share without what is still under way in what it leaves out. */
  Desk.ended = function (part) {
    const left = Object.assign({}, part.left_out);
    delete left.not_yet_known;
    return Object.assign({}, part, { left_out: left });
  };

  /** Who is signed in: the name, and the role unless the name says it already ("Auditor"). */
  Desk.person = function (person) {
    const role = Desk.word("role", person.role);
    return person.name.toLowerCase() === role.toLowerCase() ? person.name : html`${person.name} <span class="soft">${role}</span>`;
  };

  Desk.button = function (props) {
    return html`<button type="button" class=${"button " + (props.kind || "")} data-testid=${props.testid} onClick=${props.run}
        aria-disabled=${props.off ? "true" : null} aria-expanded=${props.open === undefined ? null : String(props.open)}>
      ${props.icon ? Desk.icon(props.icon) : null}<span>${props.word}</span></button>`;
  };

  /** A cell of a table that becomes a card on a phone: its heading goes with it, and a dash is left out there. */
  Desk.cell = function (label, content, more) {
    const classes = (more || "") + (content === "–" ? " is-none" : "");
    return html`<td data-label=${label} class=${classes.trim() || null}>${content}</td>`;
  };

  /** Reasons from a list, opened where they are needed; one press chooses. `first`: {code, word} of one that is proposed. */
  Desk.Reasons = function (props) {
    return html`<div class="reasons" role="group" aria-label=${props.title} data-testid="reasons">
      <p class="reasons-title">${props.title}</p>
      <div class="row">${props.first ? html`<button type="button" class="button button-primary" data-testid=${"reason-" + props.first.code} onClick=${function () { props.choose(props.first.code); }}>${props.first.word}</button>` : null}
        ${props.codes.map(function (code) {
        return html`<button type="button" class="button" key=${code} data-testid=${"reason-" + code}
          onClick=${function () { props.choose(code); }}>${Desk.word("reason", code)}</button>`;
      })}<button type="button" class="button button-quiet" onClick=${function () { Desk.open(null); }}>${Queue.t("not")}</button></div>
    </div>`;
  };

  Desk.get = function (path) {
    return fetch(path, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      return answer.json().catch(function () { return { ok: false, refused: "unknown", facts: {} }; });
    });
  };

  /** Filters as the query of an address; empty ones are left out. */
  Desk.query = function (filters, more) {
    const all = Object.assign({}, filters, more);
    return Object.keys(all).filter(function (name) { return all[name] !== "" && all[name] !== null && all[name] !== undefined; })
      .map(function (name) { return name + "=" + encodeURIComponent(all[name]); }).join("&");
  };
}());
