/* The report page: who is signed in, which period, which part of it; what was asked for stands in the address. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Paper = window.Paper;
  const office = Queue.meta("office");
  const READS = ["supervisor", "auditor", "administrator"];
  const FIELDS = ["from", "to", "service", "by"];
  const AGAIN_MS = 2000;

  const state = { person: null, refused: null, busy: false, code: false, draft: { from: "", to: "", service: "", by: "" }, found: null, loading: false, preparing: null, asked: 0, wanted: null };

  const PARTS = [{ name: "figures", icon: "chart-bar" }, { name: "compare", icon: "arrows-exchange" }, { name: "arrivals", icon: "users" }];

  function part() {
    const wanted = window.location.hash.slice(1);
    return PARTS.some(function (one) { return one.name === wanted; }) ? wanted : PARTS[0].name;
  }

  /* ---- What is asked for ---- */

  function fromAddress() {
    const given = new URLSearchParams(window.location.search);
    FIELDS.forEach(function (name) { state.draft[name] = given.get(name) || ""; });
  }

  function toAddress() {
    const query = Desk.query(state.draft);
    window.history.replaceState(null, "", window.location.pathname + (query ? "?" + query : "") + window.location.hash);
  }

  function lost(turn) {
    if (turn !== state.asked) { return; }
    state.loading = false;
    state.refused = Queue.t("log.lost");
    draw();
  }

  Desk.fetchReport = function () {
    const turn = state.asked += 1;
    state.loading = true;
    state.refused = null;
    toAddress();
    draw();
    Desk.get(Paper.base() + "/figures?" + Desk.query(state.draft)).then(function (answer) {
      if (turn !== state.asked) { return; }
      state.loading = false;
      state.preparing = answer.preparing || null;
      if (!answer.ok) {
        if (answer.refused === "not_signed_in") { state.person = null; } else { state.refused = Queue.refusal(answer); }
      } else if (answer.preparing) {
        window.setTimeout(function () { if (turn === state.asked) { Desk.fetchReport(); } }, AGAIN_MS);
      } else { take(answer); }
      draw();
    }, function () { lost(turn); });
  };

  function take(answer) {
    state.found = answer;
    Queue.zone(answer.names.zone);
    state.draft.from = answer.period.first;
    state.draft.to = answer.period.last;
    const wanted = state.wanted;
    state.wanted = null;
    if (wanted) { named(wanted)(); }
  }

  function set(name) { return function (event) { state.draft[name] = event.target.value; draw(); }; }

  function iso(ms) { return new Date(ms).toISOString().slice(0, 10); }

  /** A period by its name. Each ends today and counts today, as far as it has gone; the month before is whole. */
  function named(name) {
    return function () {
      /* Which day it is at the office comes with the first report. */
      if (!state.found && state.loading) { state.wanted = name; return; }
      const today = state.found ? state.found.period.today : iso(Date.now()), now = Date.parse(today + "T00:00:00Z"), DAY = 86400000;
      const month = Date.parse(today.slice(0, 7) + "-01T00:00:00Z"), day = new Date(now);
      const spans = { today: [today, today], week: [iso(now - 6 * DAY), today], month: [iso(month), today],
        last_month: [iso(Date.parse(iso(month - DAY).slice(0, 7) + "-01T00:00:00Z")), iso(month - DAY)], year: [iso(Date.UTC(day.getUTCFullYear() - 1, day.getUTCMonth(), day.getUTCDate()) + DAY), today] };
      state.draft.from = spans[name][0];
      state.draft.to = spans[name][1];
      state.draft.by = "";
      Desk.fetchReport();
    };
  }

  function Filters() {
    const services = state.found ? Object.keys(state.found.names.services) : [];
    const date = function (name, word) {
      return html`<label class="field"><span class="field-label">${Queue.t("filter." + word)}</span>
        <input class="input" type="date" required value=${state.draft[name]} onInput=${set(name)} data-testid=${"report-" + name} /></label>`;
    };
    return html`<form class="card filters report-filters" data-testid="report-filters" onSubmit=${function (event) { event.preventDefault(); Desk.fetchReport(); }}>
      ${date("from", "day")}${date("to", "to")}
      <label class="field"><span class="field-label">${Queue.t("filter.service")}</span><select class="input" onChange=${set("service")} data-testid="report-service">
        <option value="">${Queue.t("filter.all")}</option>${services.map(function (key) { return html`<option key=${key} value=${key} selected=${key === state.draft.service}>${Queue.say(state.found.names.services[key])}</option>`; })}</select></label>
      <label class="field"><span class="field-label">${Queue.t("reports.by")}</span><select class="input" onChange=${set("by")} data-testid="report-by">
        <option value="">${Queue.t("reports.by.fitting")}</option>${["day", "week", "month"].map(function (by) { return html`<option key=${by} value=${by} selected=${by === state.draft.by}>${Queue.t("reports.by." + by)}</option>`; })}</select></label>
      <div class="filter-acts"><button type="submit" class="button button-primary" data-testid="report-show">${Desk.icon("filter")}<span>${Queue.t("filter.show")}</span></button>
        ${["today", "week", "month", "last_month", "year"].map(function (name) { return html`<${Desk.button} key=${name} kind="button-quiet" word=${Queue.t("reports.period." + name)} run=${named(name)} testid=${"period-" + name} />`; })}
        <span class="soft text-s period-rule">${Queue.t("reports.period.rule")}</span></div></form>`;
  }

  /** Sheets to print: the last day of the period closed, and the period as a report on the standards. */
  function Sheets() {
    const period = state.found.period, language = Queue.language();
    const sheet = function (name, query) {
      return html`<a class="button" download href=${Paper.base() + "/" + name + ".pdf?" + Desk.query(query, { language: language })} data-testid=${"sheet-" + name}>${Desk.icon("download")}<span>${Queue.t("reports.sheet." + name, { day: Paper.day(period.last) })}</span></a>`;
    };
    return html`<div class="row report-sheets">${sheet("closing", { day: period.last })}${sheet("compliance", { from: period.first, to: period.last })}</div>`;
  }

  /* ---- The page ---- */

  function Told() {
    if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="report-refusal">${Desk.icon("alert-triangle")}<span>${state.refused}</span></p>`; }
    if (state.preparing) {
      return html`<div class="notice notice-info" role="status" data-testid="preparing">${Desk.icon("clock")}<span>${Queue.t("reports.preparing", { done: Paper.count(state.preparing.done), total: Paper.count(state.preparing.total) })}
        <progress value=${state.preparing.done} max=${state.preparing.total || 1}></progress></span></div>`;
    }
    return state.loading && !state.found ? html`<p class="soft" role="status">${Queue.t("reports.loading")}</p>` : null;
  }

  function Body() {
    const found = state.found, now = part();
    const Part = { figures: Paper.Figures, compare: Paper.Compare, arrivals: Paper.Arrivals }[now];
    return html`<main class="body stack"><${Filters} /><${Told} /><${Paper.Parts} parts=${PARTS} now=${now} />
      ${found ? html`<div aria-busy=${String(state.loading)}><p class="report-title" data-testid="report-title">${Queue.t("reports.of_period", { first: Paper.day(found.period.first), last: Paper.day(found.period.last), n: found.period.days })}</p>
        ${found.all["with"].steps || found.all.refusals ? html`<${Part} found=${found} /><${Sheets} />` : html`<p class="empty" data-testid="report-empty">${Desk.icon("list")}${Queue.t("reports.empty")}</p>`}</div>` : null}</main>`;
  }

  function draw() {
    Desk.fit();
    const person = state.person, back = "/supervisor/" + encodeURIComponent(office);
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("reports")}</p></div>
      <div class="bar-acts">${person ? html`<a class="button button-quiet" href=${back} data-testid="back">${Desk.icon("chevron-left")}<span>${Queue.t("title")}</span></a>
        <span class="person-name text-s">${Desk.person(person)}</span>` : null}
        <${Desk.Languages} /></div></header>`;
    const body = person ? html`<${Body} />` : html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`;
    window.htmPreact.render(html`<div class="page-frame">${head}${body}</div>`, document.getElementById("reports"));
    document.title = Queue.t("reports") + " · " + Queue.meta("office-name");
  }
  Desk.draw = draw;

  /* ---- Who ---- */

  Desk.signIn = function (name, password, code) {
    if (state.busy) { return; }
    state.busy = true;
    state.refused = null;
    draw();
    Queue.signIn(office, name, password, code).then(function (answer) {
      state.busy = false;
      if (!answer.ok) { state.refused = Queue.refusal(answer); state.code = state.code || answer.refused === "code_needed"; draw(); return; }
      enter(answer.person);
    }, function () { state.busy = false; state.refused = Queue.t("sign_in.no_line"); draw(); });
  };

  function enter(person) {
    if (person && READS.indexOf(person.role) < 0) { state.refused = Queue.t("gone.wrong_role"); draw(); return; }
    state.person = person;
    if (person) { Desk.fetchReport(); } else { draw(); }
  }

  function load() {
    Promise.all([Queue.words("reports", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      Desk.lastLanguage();
      window.addEventListener("hashchange", draw);
      window.addEventListener("resize", draw);
      fromAddress();
      enter(found[1].person);
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
