/* What a visitor may say that they need, as a form that opens; and who is served first, in the law's words. */
(function () {
  "use strict";
  const Visitor = (window.Visitor = window.Visitor || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  /* Needs that say that somebody is in a class of the law; who is fetched without asking for it. As domain/needs.py. */
  const FIRST = ["wheelchair", "sign", "blind", "nursing"], FETCHED = ["sign", "blind"];

  /** Nothing said yet; fetch null: it follows from the needs. */
  Visitor.nothingSaid = function () { return { needs: [], fetch: null, where: "" }; };

  Visitor.fetches = function (said) {
    return said.fetch === null ? said.needs.some(function (need) { return FETCHED.indexOf(need) >= 0; }) : said.fetch;
  };

  /** What is sent of it; nothing where nothing was said. */
  Visitor.saidArgs = function (said) {
    const found = {};
    if (said.needs.length) { found.needs = said.needs.join(","); }
    if (said.needs.length || said.fetch) { found.fetch = Visitor.fetches(said); }
    if (Visitor.fetches(said) && said.where.trim()) { found.where = said.where.trim(); }
    return found;
  };

  function tick(testid, checked, word, onChange) {
    return html`<label class="check"><input type="checkbox" data-testid=${testid} checked=${checked} onChange=${function (event) { onChange(event.target.checked); }} /><span>${word}</span></label>`;
  }

  /** asks: the needs that the office asks about; change(said) hears of each change. granted: a class gives priority. */
  Visitor.needs = function (said, asks, change, granted) {
    if (!asks || !asks.length) { return null; }
    function toggle(need) {
      return function (on) {
        const others = said.needs.filter(function (other) { return other !== need; });
        change(Object.assign({}, said, { needs: asks.filter(function (code) { return code === need ? on : others.indexOf(code) >= 0; }) }));
      };
    }
    const first = granted && said.needs.some(function (need) { return FIRST.indexOf(need) >= 0; });
    return html`<fieldset class="ticks"><legend class="unseen">${Queue.t("need.title")}</legend>
      <p class="soft text-s">${Queue.t("need.private")}</p>
      ${asks.map(function (need) { return tick("need-" + need, said.needs.indexOf(need) >= 0, Queue.t("need." + need), toggle(need)); })}
      ${tick("need-fetch", Visitor.fetches(said), Queue.t("need.fetch"), function (on) { change(Object.assign({}, said, { fetch: on })); })}
      ${Visitor.fetches(said) ? html`<label class="field"><span class="field-label">${Queue.t("need.where")}</span>
        <input class="input" data-testid="need-where" maxlength="60" autocomplete="off" value=${said.where} onInput=${function (event) { change(Object.assign({}, said, { where: event.target.value })); }} />
        <span class="field-hint">${Queue.t("need.where.hint")}</span></label>` : null}
      ${first ? html`<p class="quiet-line" role="status" data-testid="need-priority">${Visitor.icon("accessible")}<span>${Queue.t("need.priority")}</span></p>` : null}</fieldset>`;
  };

  /** The form closed, for a page on which most people need nothing. */
  Visitor.needsFolded = function (said, asks, change, granted) {
    const form = Visitor.needs(said, asks, change, granted);
    return form ? html`<details class="standard needs" data-testid="needs"><summary>${Queue.t("need.title")} <span class="soft text-s">${Queue.t("need.optional")}</span></summary>${form}</details>` : null;
  };

  /** Who is served first: the classes of the law, with where it stands. */
  Visitor.law = function (classes) {
    return !classes ? null : html`<p class="soft text-s" data-testid="law">${Queue.t("law.text", { classes: classes.map(function (code) { return Queue.t("law." + code); }).join(", ") })} (${Queue.t("law.source")})</p>`;
  };
}());
