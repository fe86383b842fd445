/* What both pages of the phone share: small pieces, the language, and the numbers this phone remembers. */
(function () {
  "use strict";
  const Visitor = (window.Visitor = window.Visitor || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const KEPT = 5;

  /* A phone may forbid storing anything (private windows): then nothing is remembered and all else works. */
  function read(name) { try { return window.localStorage.getItem(name); } catch (error) { return null; } }
  function write(name, text) { try { window.localStorage.setItem(name, text); } catch (error) { /* not remembered */ } }

  function numbers() {
    try { return JSON.parse(read("queue.numbers")) || []; } catch (error) { return []; }
  }

  Visitor.remembered = function (office) {
    return numbers().filter(function (number) { return number.office === office; });
  };

  Visitor.remember = function (office, secret, label) {
    const others = numbers().filter(function (number) { return number.secret !== secret; });
    write("queue.numbers", JSON.stringify([{ office: office, secret: secret, label: label }].concat(others).slice(0, KEPT)));
  };

  Visitor.forget = function (secret) {
    write("queue.numbers", JSON.stringify(numbers().filter(function (number) { return number.secret !== secret; })));
  };

  /* Reservations this phone holds: the secret address, the code and the day; nothing of who they are for. */
  function kept() {
    try { return JSON.parse(read("queue.reservations")) || []; } catch (error) { return []; }
  }

  Visitor.reservations = function (office) { return kept().filter(function (one) { return one.office === office; }); };

  Visitor.dropReservation = function (secret) {
    write("queue.reservations", JSON.stringify(kept().filter(function (one) { return one.secret !== secret; })));
  };

  Visitor.keepReservation = function (office, made) {
    const others = kept().filter(function (one) { return one.secret !== made.secret; });
    write("queue.reservations", JSON.stringify([{ office: office, secret: made.secret, code: made.code, day: made.day }].concat(others).slice(0, KEPT)));
  };

  /** The language chosen last, else the phone's own when the screens speak it, else Indonesian. */
  Visitor.ownLanguage = function () {
    const chosen = read("queue.language") || String(window.navigator.language || "id").slice(0, 2);
    return chosen === "en" ? "en" : "id";
  };

  Visitor.icon = function (name, more) {
    return html`<svg class=${"icon " + (more || "")} aria-hidden="true"><use href=${"/lib/icons-phone.svg#" + name}></use></svg>`;
  };

  Visitor.badge = function (service) {
    return html`<span class=${"letter service-" + service.key} aria-hidden="true">${service.letter}</span>`;
  };

  Visitor.notice = function (kind, icon, title, text) {
    return html`<div class=${"notice notice-" + kind}>${Visitor.icon(icon)}
      <div><strong>${title}</strong>${text ? html`<br />${text}` : null}</div></div>`;
  };

  Visitor.head = function (office, draw) {
    return html`<header class="head">
      <div class="grow"><strong>${office.name}</strong><div class="soft text-s">${office.institution}</div></div>
      <div class="languages">${office.languages.map(function (code) {
        const own = Queue.language() === code;
        return html`<button class=${"button button-quiet" + (own ? " is-on" : "")} aria-pressed=${String(own)} lang=${code}
          aria-label=${Queue.t("language", {}, code)} data-testid=${"language-" + code}
          onClick=${function () { Queue.language(code); write("queue.language", code); draw(); }}>${code.toUpperCase()}</button>`;
      })}</div></header>`;
  };
}());
