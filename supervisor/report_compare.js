/* Two periods side by side: "10:00 → 2:00", what it rests on, and whether it can be chance. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Paper = window.Paper;
  const DAY_MS = 86400000;
  const state = { from: "", to: "", asked: "", found: null, refused: null, loading: false };

  function iso(ms) { return new Date(ms).toISOString().slice(0, 10); }

  /** The same number of days just before the period of the page. */
  function justBefore(period) {
    const first = Date.parse(period.first + "T00:00:00Z"), days = Math.round((Date.parse(period.last + "T00:00:00Z") - first) / DAY_MS) + 1;
    state.from = iso(first - days * DAY_MS);
    state.to = iso(first - DAY_MS);
  }

  function ask(found) {
    const query = Desk.query({ from: found.period.first, to: found.period.last, before: state.from, before_to: state.to, service: found.period.service });
    if (query === state.asked) { return; }
    state.asked = query;
    state.loading = true;
    state.refused = null;
    Desk.get(Paper.base() + "/compare?" + query).then(function (answer) {
      if (query !== state.asked) { return; }
      state.loading = false;
      if (answer.ok && !answer.preparing) { state.found = answer; } else { state.refused = answer.ok ? Queue.t("reports.preparing", answer.preparing) : Queue.refusal(answer); }
      Desk.draw();
    }, function () { state.loading = false; state.asked = ""; state.refused = Queue.t("log.lost"); Desk.draw(); });
  }

  function set(name) { return function (event) { state[name] = event.target.value; Desk.draw(); }; }

  function period(one) { return one.first === one.last ? Paper.day(one.first) : Paper.day(one.first) + " – " + Paper.day(one.last); }

  /** Whether it can be chance, in a sentence: how it was tested, on what, with which outcome. */
  function sentence(test) {
    const how = Queue.t("compare.test." + test.test, { a: Paper.count(test.n[0]), b: Paper.count(test.n[1]) });
    if (test.p === null) { return Queue.t("compare.cannot_tell") + " " + how; }
    const p = test.p < 0.0001 ? Queue.t("compare.p_below", { p: Paper.decimal(0.0001, 4) }) : Queue.t("compare.p", { p: Paper.decimal(test.p, test.p < 0.01 ? 4 : 2) });
    return Queue.t(test.p < 0.05 ? "compare.hardly_chance" : "compare.can_be_chance") + " " + how + " " + p;
  }

  function Arrow(props) {
    return html`<section class="card figure-card" data-testid=${"change-" + props.name}><h2 class="figure-name">${props.title}</h2>
      <p class="change-value"><span>${props.before}</span><span class="change-arrow" role="img" aria-label=${Queue.t("compare.to")}>→</span><strong>${props.after}</strong></p>
      ${props.notes.filter(Boolean).map(function (note, nth) { return html`<p class="figure-note" key=${nth}>${note}</p>`; })}</section>`;
  }

  function share(kept) { return kept.judged ? Paper.percent(kept.share) : "–"; }

  function of(before, after) {
    return Queue.t("compare.of", { a_kept: Paper.count(before.kept), a: Paper.count(before.judged), b_kept: Paper.count(after.kept), b: Paper.count(after.judged) });
  }

  function points(found) {
    if (found.low === null) { return ""; }
    const one = function (share) { return (share > 0 ? "+" : share < 0 ? "−" : "") + Paper.decimal(Math.abs(share) * 100, 1); };
    return Queue.t("compare.points", { low: one(found.low), high: one(found.high) });
  }

  function Pair(props) {
    const pair = props.pair, a = pair.before, b = pair.after, without = pair.without;
    const spread = function (name) {
      return [Queue.t("compare.n", { a: Paper.count(a[name].count), b: Paper.count(b[name].count) }),
        Queue.t("compare.p90", { a: Paper.duration(a[name].p90), b: Paper.duration(b[name].p90) }), sentence(pair[name]),
        without ? Queue.t("reports.without_are", { value: Paper.duration(without.before[name].median) + " → " + Paper.duration(without.after[name].median) }) : ""];
    };
    return html`<div class="kept" data-testid="changes">
      <${Arrow} name="wait" title=${Queue.t("reports.sum.wait")} before=${Paper.duration(a.wait.median)} after=${Paper.duration(b.wait.median)} notes=${spread("wait")} />
      <${Arrow} name="service" title=${Queue.t("reports.sum.service")} before=${Paper.duration(a.service.median)} after=${Paper.duration(b.service.median)} notes=${spread("service")} />
      <${Arrow} name="on_time" title=${Queue.t("reports.sum.on_time")} before=${share(a.on_time.wait)} after=${share(b.on_time.wait)} notes=${[of(a.on_time.wait, b.on_time.wait), points(pair.on_time.wait), sentence(pair.on_time.wait),
        without ? Queue.t("reports.without_are", { value: share(without.before.on_time.wait) + " → " + share(without.after.on_time.wait) }) : ""]} /></div>`;
  }

  function Services(props) {
    const names = props.names, label = function (name) { return Queue.t("compare.column." + name); };
    if (!props.services.length) { return null; }
    const heads = ["numbers", "wait", "p90", "service", "on_time", "chance"];
    return html`<section class="card report-table"><h2>${Queue.t("reports.table.service")}</h2><div class="table-box"><table class="table as-cards" data-testid="compare-services">
      <thead><tr><th scope="col">${Queue.t("column.service")}</th>${heads.map(function (head) { return html`<th scope="col" key=${head} class="figure">${label(head)}</th>`; })}</tr></thead>
      <tbody>${props.services.map(function (one) {
        const a = one.before, b = one.after, to = function (left, right) { return left + " → " + right; }, p = one.wait.p;
        return html`<tr key=${one.key}><th scope="row">${names.services[one.key] ? Queue.say(names.services[one.key]) : one.key}</th>
          ${Desk.cell(label("numbers"), to(Paper.count(a.steps), Paper.count(b.steps)), "figure")}${Desk.cell(label("wait"), to(Paper.duration(a.wait.median), Paper.duration(b.wait.median)), "figure")}
          ${Desk.cell(label("p90"), to(Paper.duration(a.wait.p90), Paper.duration(b.wait.p90)), "figure")}${Desk.cell(label("service"), to(Paper.duration(a.service.median), Paper.duration(b.service.median)), "figure")}
          ${Desk.cell(label("on_time"), to(share(a.on_time.wait), share(b.on_time.wait)), "figure")}${Desk.cell(label("chance"), p === null ? "–" : p < 0.0001 ? "< " + Paper.decimal(0.0001, 4) : Paper.decimal(p, 4), "figure")}</tr>`;
      })}</tbody></table></div></section>`;
  }

  Paper.Compare = function (props) {
    const found = props.found;
    if (!state.from) { justBefore(found.period); }
    ask(found);
    const shown = state.found, date = function (name, word) {
      return html`<label class="field"><span class="field-label">${Queue.t(word)}</span><input class="input" type="date" value=${state[name]} onInput=${set(name)} data-testid=${"compare-" + name} /></label>`;
    };
    return html`<div class="stack"><div class="card compare-filters">${date("from", "compare.from")}${date("to", "compare.before_to")}
        <${Desk.button} kind="button-quiet" word=${Queue.t("compare.just_before")} run=${function () { justBefore(found.period); Desk.draw(); }} testid="just-before" /></div>
      ${state.refused ? html`<p class="notice notice-warn" role="alert" data-testid="compare-refused">${Desk.icon("alert-triangle")}<span>${state.refused}</span></p>` : null}
      ${state.loading && !shown ? html`<p class="soft" role="status">${Queue.t("reports.loading")}</p>` : null}
      ${shown ? html`<p data-testid="compare-title">${Queue.t("compare.title", { before: period(shown.before), a: shown.before.days, after: period(shown.after), b: shown.after.days })}</p>
        <${Pair} pair=${shown.all} /><${Services} services=${shown.services} names=${found.names} />
        <p class="soft text-s reading">${Queue.t("compare.note")}</p>` : null}</div>`;
  };
}());
