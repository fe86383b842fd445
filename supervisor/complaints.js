/* The register of complaints: who waits for an answer and until when. For those who read the log. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const LET_IN = ["supervisor", "auditor", "administrator"], AGAIN_MS = 60000;
  const MONTH = ["received", "in_time", "late", "pending", "handed_off", "closed"];

  const desk = Desk.page("complaints", { letIn: LET_IN, againMs: AGAIN_MS, begin: begin, look: look, again: list, page: page,
    state: { which: "open", page: 1, number: null, one: null }, forget: { one: null } });
  const state = desk.state, set = desk.set;

  function base() { return "/supervisor/" + encodeURIComponent(office) + "/complaints"; }
  /* ---- Reading ---- */

  function list() {
    return Desk.get(base() + "?" + Desk.query({ which: state.which, page: state.page })).then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { desk.refuse(answer); }
    }, desk.lost);
  }

  function one() {
    if (state.number === null) { return Promise.resolve(); }
    const number = state.number;
    return Desk.get(base() + "/" + number).then(function (answer) {
      if (number !== state.number) { return; }
      if (answer.ok) { set({ one: answer.complaint }); } else { desk.refuse(answer); }
    }, desk.lost);
  }

  function look() { list(); one(); }

  /** What is open is in the address, so that it can be shown to a colleague: its number says nothing about anybody. */
  function onHash() {
    const number = Number(window.location.hash.slice(1)) || null;
    if (number === state.number) { return; }
    set({ number: number, one: null, said: null, refused: null });
    one().then(function () {
      const title = document.querySelector("[data-testid=case-title]");
      if (title) { title.focus(); }
    });
  }

  /* ---- Pressing ---- */

  Desk.pressCase = function (act, args) {
    desk.press(act, Object.assign({ complaint: state.number }, args), function () {
      set({ busy: false, said: Queue.t("did." + act), one: null });
      look();
    });
  };

  /* ---- Drawing ---- */

  function row(found) {
    const until = Desk.deadline(found), open = state.number === found.number;
    return html`<li key=${found.number}><button type="button" class="case-row" aria-expanded=${String(open)} data-testid=${"case-" + found.number}
        onClick=${function () { window.location.hash = open ? "" : String(found.number); }}>
      <span class="case-top"><strong>${Queue.t("complaints.no", { number: found.number })} · ${Queue.t("complaint.category." + found.category)}</strong>
        ${found.restricted ? html`<span class="soft">${Desk.icon("lock")} ${Queue.t("complaints.restricted")}</span>` : null}</span>
      <span class="case-top"><span>${Queue.t("complaint.state." + found.state)}</span><span class=${"state state-" + until.state} data-testid="deadline">${until.word}</span></span></button></li>`;
  }

  function tabs() {
    return html`<div class="row" role="group" aria-label=${Queue.t("complaints")}>${["open", "all"].map(function (which) {
      return html`<button type="button" class="button which" key=${which} aria-pressed=${String(which === state.which)} data-testid=${"which-" + which}
        onClick=${function () { state.which = which; state.page = 1; list(); }}>${Queue.t("complaints." + which)}</button>`;
    })}</div>`;
  }

  function pages() {
    const found = state.found, go = function (page) { return function () { if (page >= 1 && page <= found.pages) { state.page = page; list(); } }; };
    if (found.pages < 2) { return null; }
    return html`<nav class="row" aria-label=${Queue.t("pages")}>
      <${Desk.button} word=${Queue.t("pages.newer")} icon="chevron-left" off=${found.page <= 1} run=${go(found.page - 1)} /><span>${Queue.t("pages.at", { page: found.page, pages: found.pages })}</span>
      <${Desk.button} word=${Queue.t("pages.older")} icon="chevron-right" off=${found.page >= found.pages} run=${go(found.page + 1)} /></nav>`;
  }

  function month() {
    const rows = state.found.month;
    if (!rows.length) { return null; }
    return html`<section class="card"><h2 class="title-m">${Queue.t("complaints.month")}</h2><div class="table-box" tabindex="0" role="region" aria-label=${Queue.t("complaints.month")}><table class="table month" data-testid="month">
      <thead><tr><th scope="col">${Queue.t("complaints.month.category")}</th>${MONTH.map(function (name) { return html`<th scope="col" class="figure" key=${name}>${Queue.t("complaints.month." + name)}</th>`; })}</tr></thead>
      <tbody>${rows.map(function (one) {
        return html`<tr key=${one.category}><th scope="row">${Queue.t("complaint.category." + one.category)}</th>${MONTH.map(function (name) { return html`<td class="figure" key=${name}>${one[name]}</td>`; })}</tr>`;
      })}</tbody></table></div></section>`;
  }

  function page() {
    const found = state.found;
    return html`<div class=${"register" + (state.one ? " is-open" : "")}>
        <section class="card stack-tight">${tabs()}<p class="soft" data-testid="total">${Queue.t("complaints.total", { n: found.total })}</p>
          ${found.rows.length ? html`<ul class="plain">${found.rows.map(row)}</ul>` : html`<p class="empty" data-testid="empty">${Desk.icon("message-report")}${Queue.t("complaints.none")}</p>`}${pages()}</section>
        ${state.one ? html`<${Desk.Case} key=${state.one.number} found=${state.one} />` : null}</div>
      ${month()}`;
  }

  function begin() {
    state.number = Number(window.location.hash.slice(1)) || null;
    window.addEventListener("hashchange", onHash);
  }

  desk.load();
}());
