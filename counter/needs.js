/* What a visitor said privately, for whoever serves: as an icon with its word, as a form, and whom to fetch. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  /* Who does not hear or see the call is fetched unless somebody says otherwise; as domain/needs.py. */
  const FETCHED = ["sign", "blind"];
  const ICONS = { seat: "armchair", wheelchair: "wheelchair", sign: "ear", nursing: "baby-bottle", blind: "eye-off", unread: "book" };

  /** The needs of a row, each an icon with its word; nothing where nothing was said. */
  Counter.needMarks = function (row) {
    const marks = (row.needs || []).map(function (need) {
      return html`<span class="need-mark" key=${need} data-testid=${"need-" + need}>${Counter.icon(ICONS[need])}<span>${Queue.t("need." + need)}</span></span>`;
    });
    if (row.fetch) {
      marks.push(html`<span class="need-mark is-fetch" key="fetch" data-testid="need-fetch">${Counter.icon("walk")}<span>${row.where ? Queue.t("fetch.at", { where: row.where }) : Queue.t("fetch")}</span></span>`);
    }
    return marks.length ? html`<span class="need-marks">${marks}</span>` : null;
  };

  /* What is being ticked, until it is saved; of one visitor at a time. */
  let draft = null;

  function fetches(said) {
    return said.fetch === null ? said.needs.some(function (need) { return FETCHED.indexOf(need) >= 0; }) : said.fetch;
  }

  /** The form: which needs, whether to be fetched, and where the visitor sits. save(args) sends it. */
  Counter.NeedsForm = function (props) {
    const row = props.row, asks = props.asks;
    if (!draft || draft.step !== row.step) { draft = { step: row.step, needs: row.needs || [], fetch: row.needs ? Boolean(row.fetch) : null, where: row.where || "" }; }
    const mine = Object.assign({}, draft, { fetch: fetches(draft) }), change = function (changes) { draft = Object.assign({}, draft, changes); props.redraw(); };
    const submit = function (event) {
      event.preventDefault();
      const said = draft;
      draft = null;
      props.save({ needs: said.needs.join(","), fetch: fetches(said), where: said.where.trim() });
    };
    const toggle = function (name, on, run) {
      return html`<button type="button" class="button toggle" key=${name} aria-pressed=${String(on)} data-testid=${"ask-" + name} onClick=${run}>${Counter.icon(ICONS[name] || "walk")}<span>${Queue.t(name === "fetch" ? "need.fetch.staff" : "need." + name)}</span></button>`;
    };
    return html`<form class="needs-form" onSubmit=${submit} data-testid="needs-form"><div class="toggles" role="group" aria-label=${Queue.t("need.title.staff")}>
        ${asks.map(function (need) {
          const on = mine.needs.indexOf(need) >= 0;
          return toggle(need, on, function () { change({ needs: asks.filter(function (code) { return code === need ? !on : mine.needs.indexOf(code) >= 0; }) }); });
        })}${toggle("fetch", mine.fetch, function () { change({ fetch: !mine.fetch }); })}</div>
      <label class="field"><span class="field-label">${Queue.t("need.where.staff")}</span>
        <input class="input" maxlength="60" autocomplete="off" data-testid="ask-where" value=${mine.where} onInput=${function (event) { draft = Object.assign({}, draft, { where: event.target.value }); }} /></label>
      <p class="soft text-s">${Queue.t("need.private.staff")}</p>
      ${props.more || null}
      <button type="submit" class=${"button" + (props.word ? " button-primary button-large" : "")} data-testid="needs-save">${Queue.t(props.word || "need.save")}</button></form>`;
  };

  Counter.forgetNeeds = function () { draft = null; };

  /** Whom to fetch: those who are called and wait for it, then those whose turn is near. run(row) says they are with somebody. */
  Counter.FetchList = function (props) {
    const rows = props.rows.filter(function (row) { return props.soon || row.since !== null; });
    if (!rows.length) { return props.empty || null; }
    return html`<ul class="plain rows" data-testid="fetch-list">${rows.map(function (row) {
      const facts = { counter: Queue.say(row.counter), place: row.place };
      return html`<li class=${"queue-row fetch-row" + (row.since === null ? "" : " is-now")} key=${row.step}>
        <div class="row-still"><span class="row-main"><span class="number row-label">${row.label}</span>
          <span class="row-words"><span class="row-origin">${row.since === null ? Queue.t("fetch.soon", facts) : Queue.t("fetch.now", facts)}</span>${Counter.needMarks(row)}</span></span>
          ${row.since === null ? null : html`<span class="row-since"><span class="row-span">${Queue.clock(Math.max(0, props.now - row.since))}</span></span>`}</div>
        ${row.since === null ? null : html`<div class="row-acts"><button type="button" class="button button-primary" data-testid=${"fetched-" + row.step} aria-label=${Queue.t("act.fetched") + " " + row.label}
          onClick=${function () { props.run(row); }}>${Counter.icon("check")}<span>${Queue.t("act.fetched")}</span></button></div>`}</li>`;
    })}</ul>`;
  };
}());
