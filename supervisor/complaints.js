/* The register of complaints: who waits for an answer and until when. For those who read the log. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");
  const LET_IN = ["supervisor", "auditor", "administrator"], LANGUAGE_KEPT = "queue.supervisor.language", AGAIN_MS = 60000;
  const MONTH = ["received", "in_time", "late", "pending", "handed_off", "closed"];

  const state = { person: null, code: false, busy: false, refused: null, said: null, which: "open", page: 1, found: null, number: null, one: null };

  function base() { return "/supervisor/" + encodeURIComponent(office) + "/complaints"; }
  function set(changes) { Object.assign(state, changes); draw(); }
  function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

  function refuse(answer) {
    if (answer.refused === "not_signed_in") { set({ person: null, found: null, one: null, busy: false }); return; }
    set({ busy: false, refused: Queue.refusal(answer), said: null });
  }

  /* ---- Reading ---- */

  function list() {
    return Desk.get(base() + "?" + Desk.query({ which: state.which, page: state.page })).then(function (answer) {
      if (answer.ok) { set({ found: answer }); } else { refuse(answer); }
    }, lost);
  }

  function one() {
    if (state.number === null) { return Promise.resolve(); }
    const number = state.number;
    return Desk.get(base() + "/" + number).then(function (answer) {
      if (number !== state.number) { return; }
      if (answer.ok) { set({ one: answer.complaint }); } else { refuse(answer); }
    }, lost);
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
    if (state.busy) { return; }
    set({ busy: true, refused: null, said: null });
    Queue.post("/press", Object.assign({ office: office, key: Queue.key(), act: act, complaint: state.number }, args)).then(function (answer) {
      if (!answer.ok) { refuse(answer); return; }
      set({ busy: false, said: Queue.t("did." + act), one: null });
      look();
    }, lost);
  };

  Desk.signIn = function (name, password, code) {
    if (state.busy) { return; }
    set({ busy: true, refused: null });
    Queue.signIn(office, name, password, code).then(function (answer) {
      state.busy = false;
      if (!answer.ok) { set({ code: state.code || answer.refused === "code_needed", refused: Queue.refusal(answer) }); }
      else if (LET_IN.indexOf(answer.person.role) < 0) { set({ refused: Queue.t("gone.wrong_role") }); }
      else { enter(answer.person); }
    }, lost);
  };

  Desk.speak = function (language) {
    Queue.language(language);
    try { window.localStorage.setItem(LANGUAGE_KEPT, language); } catch (closed) { /* a private window forgets: nothing is lost */ }
    draw();
  };

  /* ---- Drawing ---- */

  function told() {
    if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="refusal">${Desk.icon("info-circle")}<span>${state.refused}</span></p>`; }
    return state.said ? html`<p class="notice notice-good" role="status" data-testid="said">${Desk.icon("check")}<span>${state.said}</span></p>` : null;
  }

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
    if (!found) { return html`<main class="body stack">${told()}<p role="status">${Queue.t("line.connecting")}</p></main>`; }
    return html`<main class="body stack">${told()}
      <div class=${"register" + (state.one ? " is-open" : "")}>
        <section class="card stack-tight">${tabs()}<p class="soft" data-testid="total">${Queue.t("complaints.total", { n: found.total })}</p>
          ${found.rows.length ? html`<ul class="plain">${found.rows.map(row)}</ul>` : html`<p class="empty" data-testid="empty">${Desk.icon("message-report")}${Queue.t("complaints.none")}</p>`}${pages()}</section>
        ${state.one ? html`<${Desk.Case} key=${state.one.number} found=${state.one} />` : null}</div>
      ${month()}</main>`;
  }

  function draw() {
    const letters = window.innerWidth / (parseFloat(window.getComputedStyle(document.documentElement).fontSize) || 16);
    document.documentElement.classList.toggle("from-64", letters >= 64);
    const person = state.person;
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("complaints")}</p></div>
      <div class="bar-acts">${person ? html`<span class="text-s">${Desk.person(person)}</span>` : null}
        <a class="button button-quiet" href=${"/supervisor/" + office}>${Queue.t("complaints.back")}</a><${Desk.Languages} /></div></header>`;
    window.htmPreact.render(html`<div class="page-frame">${head}${person ? page() : html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`}</div>`, document.getElementById("complaints"));
    document.title = Queue.t("complaints") + " · " + Queue.meta("office-name");
  }

  /* ---- Coming in ---- */

  function enter(person) {
    set({ person: person, refused: null });
    look();
  }

  function load() {
    Promise.all([Queue.words("complaints", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      let kept = null;
      try { kept = window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { /* not remembered */ }
      Queue.language(kept === "en" ? "en" : "id");
      Queue.zone(Queue.meta("time-zone"));
      state.number = Number(window.location.hash.slice(1)) || null;
      const person = found[1].person;
      if (person && LET_IN.indexOf(person.role) >= 0) { enter(person); } else { draw(); }
      window.addEventListener("hashchange", onHash);
      window.addEventListener("resize", draw);
      window.setInterval(function () { if (state.person && !state.busy) { list(); } }, AGAIN_MS);
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
