/* Family self-service: the keys of the kiosk, the date of birth, and the stages of a case. Pure: facts in, picture out. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;
  const SIGNS = ("0123456789" + "ABCDEFGHJK" + "MNPQRSTVWXYZ").split(""), LENGTH = 12, PROGRAMMES = ["orientation", "first", "second", "last"];

  /** What was typed, touched or scanned, as the signs of a code: no letter is read as a digit. */
  Visitor.codeSigns = function (text) {
    return text.toUpperCase().split("").map(function (sign) { return { O: "0", I: "1", L: "1" }[sign] || sign; })
      .filter(function (sign) { return SIGNS.indexOf(sign) >= 0; }).slice(0, LENGTH).join("");
  };

  Visitor.codeWhole = function (code) { return code.length === LENGTH; };

  /** "ABCD-EFGH-JKMN" as far as it is there. */
  Visitor.codeShown = function (code) { return (code.match(/.{1,4}/g) || []).join("-"); };

  /** Keys on the screen of a kiosk, which has no others. */
  Visitor.keys = function (onSign, onErase) {
    return html`<div class="keys" role="group" aria-label=${Queue.t("keys")}>${SIGNS.map(function (sign) {
      return html`<button type="button" class="button key" key=${sign} data-testid=${"key-" + sign} onClick=${function () { onSign(sign); }}>${sign}</button>`;
    })}<button type="button" class="button key-wide" data-testid="erase" onClick=${onErase}>${Queue.t("erase")}</button></div>`;
  };

  function choices(from, to, name) {
    const found = [];
    for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? 1 : -1) { found.push(n); }
    return found.map(function (n) { return html`<option key=${n} value=${String(n)}>${name ? name(n) : n}</option>`; });
  }

  /** Day, month and year, each chosen: one cannot write a date in the wrong order, and a kiosk needs no keyboard. */
  Visitor.born = function (born, put, thisYear) {
    const parts = [["day", choices(1, 31)], ["month", choices(1, 12, function (n) { return Queue.t("month." + n); })], ["year", choices(thisYear, thisYear - 110)]];
    return html`<fieldset class="born"><legend>${Queue.t("born")}</legend><div class="born-parts">${parts.map(function (part) {
      return html`<label class="field" key=${part[0]}><span class="field-label">${Queue.t("born." + part[0])}</span>
        <select class="input" required value=${born[part[0]]} data-testid=${"born-" + part[0]} onChange=${put(part[0])}><option value="">\u2013</option>${part[1]}</select></label>`;
    })}</div></fieldset>`;
  };

  /** "1990-02-03"; "" while a part is missing. */
  Visitor.bornDay = function (born) {
    function two(text) { return text.length < 2 ? "0" + text : text; }
    return born.day && born.month && born.year ? born.year + "-" + two(born.month) + "-" + two(born.day) : "";
  };

  function stage(name, at, index) {
    const state = at < 0 ? "unknown" : index < at ? "done" : index === at ? "now" : "ahead";
    return html`<li key=${name} class=${"stage is-" + state} aria-current=${state === "now" ? "step" : null} data-testid=${"stage-" + name}><strong>${Queue.t("programme." + name)}</strong>
      <span class="soft">${Queue.t("stage." + state)}</span></li>`;
  }

  /** The stages of a case; what the registry does not say is said to be unknown. */
  Visitor.case = function (found) {
    const at = PROGRAMMES.indexOf(found.programme);
    return html`<section class="card stack" data-testid="case"><h1 tabindex="-1">${Queue.t("case")}</h1>
      <dl class="facts"><div class="fact fact-wide"><dt>${Queue.t("case.status")}</dt><dd>${Queue.t("status." + found.status)}</dd></div>
        <div class="fact fact-wide"><dt>${Queue.t("case.remission")}</dt><dd data-testid="remission">${found.remission || Queue.t("case.none")}</dd></div>
        <div class="fact fact-wide"><dt>${Queue.t("case.release")}</dt><dd data-testid="release">${found.release_day ? Queue.day(found.release_day) : Queue.t("case.none")}</dd></div></dl>
      <div><h2>${Queue.t("case.programme")}</h2>${at < 0 ? html`<p data-testid="no-programme">${Queue.t("case.none")}</p>`
        : html`<ol class="plain stages">${PROGRAMMES.map(function (name, index) { return stage(name, at, index); })}</ol>`}</div>
      <p class="soft">${Queue.t("case.at", { date: Queue.date(found.at) })}</p></section>`;
  };
}());
