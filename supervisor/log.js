/* The wait-time log: filters, the promise kept with what was left out, and the pages of its rows. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const PARTS = ["wait", "service", "visit"];
  /* Rows of a page; looks for flagged rows before the reader is asked whether to go on. */
  const PAGE = 50, LOOKS = 40;

  /* filters: as asked for last; draft: as typed; asked counts, so that a late answer is not drawn. */
  const log = (Desk.log = { filters: null, draft: null, page: 1, found: null, shares: null, loading: false, refusal: null, at: null, asked: 0, details: {} });

  function base() { return "/supervisor/" + encodeURIComponent(Queue.meta("office")); }
  Desk.logBase = base;

  function fresh(day, more) {
    return Object.assign({ day: day, to: day, service: "", counter: "", officer: "", flag: "" }, more);
  }

  /** Today's rows of a service or a counter: where every figure leads to. */
  Desk.showLog = function (more) {
    log.draft = fresh(Desk.today(), more);
    Desk.fetchLog(1);
  };

  function load(turn) {
    if (log.filters.flag) { look(turn, null, [], PAGE); } else {
      Desk.get(base() + "/log?" + Desk.query(log.filters, { page: log.page })).then(function (answer) {
        if (turn !== log.asked) { return; }
        log.loading = false;
        if (answer.ok) { log.found = answer; log.at = Date.now(); } else { log.refusal = Queue.refusal(answer); }
        Desk.draw();
      }, function () { lost(turn); });
    }
    Desk.get(base() + "/log/shares?" + Desk.query(log.filters)).then(function (answer) {
      if (turn === log.asked && answer.ok) { log.shares = answer; Desk.draw(); }
    }, function () { lost(turn); });
  }

  /* No column says what is flagged: the server looks through some rows at a time, until a page is full. */
  function look(turn, before, rows, wanted, looked) {
    Desk.get(base() + "/log?" + Desk.query(log.filters, { before: before })).then(function (answer) {
      if (turn !== log.asked) { return; }
      if (!answer.ok) { log.loading = false; log.refusal = Queue.refusal(answer); Desk.draw(); return; }
      const all = rows.concat(answer.rows), n = (looked || 0) + 1;
      log.loading = Boolean(answer.next) && all.length < wanted && n < LOOKS;
      log.found = Object.assign({}, answer, { rows: all });
      log.at = Date.now();
      if (log.loading) { look(turn, answer.next, all, wanted, n); }
      Desk.draw();
    }, function () { lost(turn); });
  }

  function lookOn() {
    log.loading = true;
    look(log.asked, log.found.next, log.found.rows, log.found.rows.length + PAGE);
    Desk.draw();
  }

  function lost(turn) {
    if (turn !== log.asked) { return; }
    log.loading = false;
    log.refusal = Queue.t("log.lost");
    Desk.draw();
  }

  /** Asks for a page with the filters as typed. */
  Desk.fetchLog = function (page) {
    if (!log.draft) { log.draft = fresh(Desk.today()); }
    const same = log.filters && Desk.query(log.filters) === Desk.query(log.draft);
    log.filters = Object.assign({}, log.draft);
    log.page = page;
    log.loading = true;
    log.refusal = null;
    if (!same) { log.shares = null; log.found = null; }
    log.details = {};
    log.asked += 1;
    load(log.asked);
    Desk.draw();
  };

  function set(name) {
    return function (event) {
      log.draft[name] = event.target.value;
      if (name === "day" && log.draft.to < log.draft.day) { log.draft.to = log.draft.day; }
      Desk.draw();
    };
  }

  function choice(name, options) {
    return html`<label class="field"><span class="field-label">${Queue.t("filter." + name)}</span>
      <select class="input" data-testid=${"filter-" + name} onChange=${set(name)}>
        <option value="">${Queue.t("filter.all")}</option>
        ${options.map(function (one) { return html`<option key=${one.key} value=${one.key} selected=${String(one.key) === String(log.draft[name])}>${one.name}</option>`; })}</select></label>`;
  }

  function days(n) {
    return function () {
      const to = Desk.today(), from = new Date(Date.parse(to + "T00:00:00Z") - (n - 1) * 86400000).toISOString().slice(0, 10);
      log.draft.day = from;
      log.draft.to = to;
      Desk.fetchLog(1);
    };
  }

  function Filters(props) {
    const picture = props.picture, people = log.found ? log.found.people : [], flags = log.found ? ["any", "none"].concat(Object.keys(log.found.flags)) : [];
    const named = function (all) { return all.map(function (one) { return { key: one.key, name: Queue.say(one.name) }; }); };
    const date = function (name) {
      return html`<label class="field"><span class="field-label">${Queue.t("filter." + name)}</span>
        <input class="input" type="date" required value=${log.draft[name]} onInput=${set(name)} data-testid=${"filter-" + name} /></label>`;
    };
    return html`<form class="card filters" data-testid="filters" onSubmit=${function (event) { event.preventDefault(); Desk.fetchLog(1); }}>
      ${date("day")}${date("to")}${choice("service", named(picture.services))}${choice("counter", named(picture.counters))}
      ${choice("officer", people.map(function (p) { return { key: p.id, name: p.name }; }))}
      ${choice("flag", flags.map(function (code) { return { key: code, name: Desk.flag(code) }; }))}
      <div class="filter-acts"><button type="submit" class="button button-primary" data-testid="show">${Desk.icon("filter")}<span>${Queue.t("filter.show")}</span></button>
        <${Desk.button} kind="button-quiet" word=${Queue.t("filter.today")} run=${days(1)} testid="days-1" /><${Desk.button} kind="button-quiet" word=${Queue.t("filter.week")} run=${days(7)} testid="days-7" />
        <${Desk.button} kind="button-quiet" word=${Queue.t("filter.month")} run=${days(30)} testid="days-30" /></div></form>`;
  }

  function Shares() {
    if (!log.shares) { return html`<p class="soft" role="status">${log.found && log.found.total ? Queue.t("log.counting") : ""}</p>`; }
    if (!log.shares.entries) { return null; }
    return html`<div class="kept" data-testid="kept">${PARTS.map(function (name) {
      const part = log.shares.all[name];
      return html`<section class="card" key=${name} data-testid=${"kept-" + name}><h2 class="title-m">${Queue.t("part." + name)}</h2><${Desk.Share} part=${part} />
        ${part.doubtful ? html`<p class="soft text-s">${Queue.t("share.doubtful", { n: part.doubtful })}</p>` : null}</section>`;
    })}</div><${Flagged} flagged=${log.shares.all.flagged} /><${Clocks} clocks=${log.shares.all.clocks} />`;
  }

  /* How many steps a figure should not rest on, and by which rules; each leads to its rows. */
  function Flagged(props) {
    const flagged = props.flagged, codes = Object.keys(flagged.by);
    if (!codes.length || !log.found) { return null; }
    const only = function (code) { return function () { log.draft.flag = code; Desk.fetchLog(1); }; };
    return html`<section class="card kept-more" data-testid="flagged"><h2 class="title-m">${Queue.t("flagged.share", { n: flagged.steps, of: flagged.of, percent: Desk.percent(flagged.steps, flagged.of) })}</h2>
      <ul class="plain flagged">${codes.map(function (code) {
        return html`<li key=${code}><${Desk.button} kind="button-quiet" word=${flagged.by[code] + " × " + Desk.flag(code)} testid=${"flagged-" + code} run=${only(code)} /></li>`;
      })}</ul><p class="soft text-s">${Queue.t("flagged.note")}</p></section>`;
  }

  /* Time set aside, by whose clock ran: the office answers for one of them. */
  function Clocks(props) {
    const clocks = props.clocks, found = ["parked_office", "parked_visitor"].concat(clocks.uncounted.steps ? ["uncounted"] : []);
    if (!found.some(function (name) { return clocks[name].steps; })) { return null; }
    return html`<section class="card kept-more" data-testid="clocks-total"><h2 class="title-m">${Queue.t("clocks")}</h2><dl class="facts">${found.map(function (name) {
      return html`<div key=${name} data-testid=${"clock-" + name}><dt>${Queue.t("clocks." + name)}</dt><dd>${Queue.t("clocks.total", { time: Queue.clock(clocks[name].ms), n: clocks[name].steps })}</dd></div>`;
    })}</dl></section>`;
  }

  function Found() {
    const found = log.found, last = found.rows.length ? found.rows[found.rows.length - 1].day : "";
    return html`<h2 data-testid="log-total">${Queue.t("log.flagged", { n: found.rows.length })}</h2>
      <p class="soft text-s" role="status">${log.loading ? Queue.t("log.looking") : found.next ? html`${last ? Queue.t("log.looked_to", { date: Desk.dateWords(found.next.slice(0, 10)) }) : Queue.t("log.looked_none", { date: Desk.dateWords(found.next.slice(0, 10)) })} <${Desk.button} word=${Queue.t("log.look_on")} icon="search" testid="look-on" run=${lookOn} />` : null}</p>`;
  }

  function Pages() {
    const found = log.found;
    if (found.pages < 2) { return null; }
    const go = function (page) { return function () { if (page >= 1 && page <= found.pages) { Desk.fetchLog(page); } }; };
    return html`<nav class="pages row" aria-label=${Queue.t("pages")}>
      <${Desk.button} word=${Queue.t("pages.newer")} icon="chevron-left" off=${found.page <= 1} run=${go(found.page - 1)} testid="newer" />
      <span data-testid="page">${Queue.t("pages.at", { page: found.page, pages: found.pages })}</span>
      <${Desk.button} word=${Queue.t("pages.older")} icon="chevron-right" off=${found.page >= found.pages} run=${go(found.page + 1)} testid="older" /></nav>`;
  }

  Desk.Log = function (props) {
    const found = log.found;
    return html`<div class="log stack">
      <${Filters} ...${props} />
      ${log.refusal ? html`<p class="notice notice-warn" role="alert" data-testid="log-refusal">${Desk.icon("alert-triangle")}<span>${log.refusal}</span></p>` : null}
      <${Shares} /><${Desk.Exports} ...${props} />
      ${log.loading && !found ? html`<p class="soft" role="status">${Queue.t("log.loading")}</p>` : null}
      ${found && log.filters.flag ? html`<section class="card"><div class="log-head"><${Found} /></div>
        ${found.rows.length ? html`<${Desk.Rows} ...${props} rows=${found.rows} several=${log.filters.day !== log.filters.to} />` : null}</section>` : null}
      ${found && found.total === 0 ? html`<p class="empty" data-testid="log-empty">${Desk.icon("list")}${Queue.t("log.empty")}</p>` : null}
      ${found && found.total ? html`<section class="card"><div class="log-head"><h2 data-testid="log-total">${Queue.t(found.numbers === found.total ? "log.total" : "log.total_steps", { n: found.numbers, steps: found.total })}</h2>
          <p class="soft text-s">${Queue.t("log.at", { time: Queue.time(log.at) })} <${Desk.button} kind="button-quiet" icon="refresh" word=${Queue.t("log.again")} testid="log-again" run=${function () { Desk.fetchLog(log.page); }} /></p></div>
        <${Desk.Rows} ...${props} rows=${found.rows} several=${log.filters.day !== log.filters.to} /><${Pages} /></section>` : null}</div>`;
  };
}());
