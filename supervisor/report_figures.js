/* The figures of a period: the sum first, then day by day, then per service, counter, officer and hour. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Paper = window.Paper;
  const MEASURES = ["wait", "service", "visit"];
  /* What the tables show: one part of the promise at a time. */
  const shown = { measure: "wait" };

  function choose(measure) { return function () { shown.measure = measure; Desk.draw(); }; }

  function Measures() {
    return html`<div class="row measures" role="group" aria-label=${Queue.t("reports.measure")}>${MEASURES.map(function (measure) {
      return html`<button type="button" class="button button-quiet" key=${measure} aria-pressed=${String(measure === shown.measure)} onClick=${choose(measure)} data-testid=${"measure-" + measure}>${Queue.t("part." + measure)}</button>`;
    })}</div>`;
  }

  /* ---- The sum ---- */

  function Figure(props) {
    return html`<section class="card figure-card" data-testid=${"sum-" + props.name}><h2 class="figure-name">${Queue.t("reports.sum." + props.name)}</h2>
      <p class="figure-value">${props.value}</p>${props.notes.filter(Boolean).map(function (note, nth) { return html`<p class="figure-note" key=${nth}>${note}</p>`; })}</section>`;
  }

  function reasons(counts, group) {
    return Object.keys(counts).map(function (code) { return Paper.count(counts[code]) + " " + Desk.word(group, code); }).join("; ");
  }

  function Sum(props) {
    const all = props.group, found = all["with"], kept = found.on_time.wait, without = all.without;
    const also = function (value) { return without ? Queue.t("reports.without_are", { value: value }) : ""; };
    return html`<div class="figures report-sum" data-testid="sum">
      <${Figure} name="on_time" value=${kept.judged ? Paper.percent(kept.share) : "–"} notes=${kept.judged ? [
        Queue.t("reports.of", { kept: Paper.count(kept.kept), judged: Paper.count(kept.judged) }) + "; " + Paper.interval(kept), Paper.leftOut(kept),
        without && without.on_time.wait.judged ? also(Paper.percent(without.on_time.wait.share)) : ""] : [Queue.t("share.none")]} />
      <${Figure} name="wait" value=${Paper.duration(found.wait.median)} notes=${[Queue.t("reports.p90_p95", { p90: Paper.duration(found.wait.p90), p95: Paper.duration(found.wait.p95) }),
        Queue.t("reports.n_longest", { n: Paper.count(found.wait.count), longest: Paper.duration(found.wait.longest) }), without ? also(Paper.duration(without.wait.median)) : ""]} />
      <${Figure} name="service" value=${Paper.duration(found.service.median)} notes=${[Queue.t("reports.p90_p95", { p90: Paper.duration(found.service.p90), p95: Paper.duration(found.service.p95) }),
        Queue.t("reports.n_longest", { n: Paper.count(found.service.count), longest: Paper.duration(found.service.longest) }), without ? also(Paper.duration(without.service.median)) : ""]} />
      <${Figure} name="numbers" value=${Paper.count(found.numbers)} notes=${[Queue.t("reports.steps", { n: Paper.count(found.steps) }), reasons(found.channels, "channel"),
        Queue.t("reports.priority", { n: Paper.count(found.priority), share: found.numbers ? Paper.percent(found.priority / found.numbers) : "–" })]} />
      <${Figure} name="served" value=${Paper.count(found.served)} notes=${[found.transferred ? Queue.t("reports.transferred", { n: Paper.count(found.transferred) }) : "",
        found.unserved ? Queue.t("reports.unserved", { n: Paper.count(found.unserved) }) : "", found["void"] ? Queue.t("reports.void", { n: Paper.count(found["void"]) }) : "",
        found.under_way ? Queue.t("reports.under_way", { n: Paper.count(found.under_way) }) : ""]} />
      <${Figure} name="left" value=${Paper.count(found.no_shows + found.abandoned)} notes=${[Queue.t("reports.no_shows", { n: Paper.count(found.no_shows) }),
        Queue.t("reports.abandoned", { n: Paper.count(found.abandoned) }), reasons(found.abandoned_because, "reason")]} />
      <${Figure} name="refusals" value=${Paper.count(all.refusals || 0)} notes=${[reasons(all.refused_because || {}, "refused_short")]} />
      <${Figure} name="overtaken" value=${Queue.t("reports.times", { n: found.overtaken.times })} notes=${[found.overtaken.times ? Queue.t("reports.overtaken_who", { label: found.overtaken.label, day: Paper.day(found.overtaken.day) }) : Queue.t("reports.overtaken_nobody")]} />
      ${props.cases ? html`<${Figure} name="cases" value=${props.cases.judged ? Paper.percent(props.cases.kept / props.cases.judged) : "–"} notes=${[
        Queue.t("reports.cases_of", { kept: Paper.count(props.cases.kept), judged: Paper.count(props.cases.judged) }), reasons(props.cases.left_out, "cases_left_out")]} />` : null}</div>`;
  }

  function Flagged(props) {
    const words = Paper.flagged(props.group);
    return words ? html`<p class="notice notice-info" data-testid="flagged">${Desk.icon("eye")}<span>${words}: ${Paper.flags(props.group, props.rules)}. ${Queue.t("reports.flagged_note")}</span></p>` : null;
  }

  /* ---- The tables ---- */

  function cells(group, figures) {
    const measure = shown.measure, spread = figures[measure], kept = figures.on_time[measure];
    const cell = Desk.cell, label = function (name) { return Queue.t("reports.column." + name); };
    return [
      cell(label("numbers"), Paper.count(figures.steps), "figure"),
      spread ? cell(label("median"), Paper.duration(spread.median), "figure") : null,
      spread ? cell(label("p90"), Paper.duration(spread.p90), "figure") : null,
      spread ? cell(label("p95"), Paper.duration(spread.p95), "figure") : null,
      cell(label("on_time"), html`<${Paper.Kept} kept=${kept} />`, "half"),
      cell(label("no_shows"), Paper.count(figures.no_shows), "figure"),
      cell(label("abandoned"), Paper.count(figures.abandoned), "figure"),
      group.refusals === undefined ? null : cell(label("refusals"), Paper.count(group.refusals), "figure"),
      cell(label("priority"), figures.numbers ? Paper.percent(figures.priority / figures.numbers) : "–", "figure"),
      cell(label("overtaken"), Paper.count(figures.overtaken.times), "figure")
    ];
  }

  function Group(props) {
    const group = props.group, rows = [html`<tr key=${group.key} data-testid=${props.testid + "-" + group.key}><th scope="row">${props.name}</th>${cells(group, group["with"])}</tr>`];
    if (group.without) {
      rows.push(html`<tr key=${group.key + "+"} class="without"><th scope="row" class="soft text-s">${Queue.t("reports.without_row", { flagged: Paper.flagged(group) })}</th>${cells(group, group.without)}</tr>`);
    }
    return rows;
  }

  function Table(props) {
    const heads = ["numbers"].concat(shown.measure === "visit" ? [] : ["median", "p90", "p95"], ["on_time", "no_shows", "abandoned"],
      props.groups.some(function (one) { return one.refusals !== undefined; }) ? ["refusals"] : [], ["priority", "overtaken"]);
    if (!props.groups.length) { return null; }
    return html`<section class="card report-table" data-testid=${"table-" + props.testid}><h2>${props.title}</h2>
      ${props.picture || null}
      <div class="table-box"><table class="table as-cards"><thead><tr><th scope="col">${props.column}</th>${heads.map(function (head) {
        return html`<th scope="col" key=${head} class=${head === "on_time" ? null : "figure"}>${Queue.t("reports.column." + head)}</th>`;
      })}</tr></thead><tbody>${props.groups.map(function (group) { return html`<${Group} key=${group.key} group=${group} name=${props.named(group.key)} testid=${props.testid} />`; })}</tbody></table></div></section>`;
  }

  /* ---- Day by day, as columns: how high is the share on time, how wide its interval ---- */

  function Series(props) {
    const groups = props.groups, measure = shown.measure, n = groups.length;
    if (n < 2) { return null; }
    const wide = 960 / n, y = function (share) { return 118 - 110 * share; };
    return html`<svg class="series" viewBox="0 0 1000 140" role="img" aria-label=${Queue.t("reports.series_picture")}>
      ${[0, 0.5, 0.9, 1].map(function (at) { return html`<g key=${at}><path class="series-grid" d=${"M36 " + y(at) + "H1000"} /><text class="series-word" x="32" y=${y(at) + 4} text-anchor="end">${Math.round(at * 100)}</text></g>`; })}
      ${groups.map(function (group, nth) {
        const kept = group["with"].on_time[measure], x = 38 + wide * nth, width = Math.max(1, wide - Math.min(6, wide / 4));
        if (!kept.judged) { return null; }
        const words = props.named(group.key) + ": " + Paper.percent(kept.share) + ", " + Paper.interval(kept), middle = x + width / 2;
        return html`<g key=${group.key}><title>${words}</title><rect class="series-bar" x=${x} y=${y(kept.share)} width=${width} height=${Math.max(0.5, 118 - y(kept.share))} />
          <path class="series-whisker" d=${"M" + middle + " " + y(kept.low) + "V" + y(kept.high)} />
          ${n <= 16 || nth % Math.ceil(n / 12) === 0 ? html`<text class="series-word" x=${middle} y="134" text-anchor="middle">${props.brief(group.key)}</text>` : null}</g>`;
      })}</svg>`;
  }

  function dayName(by) {
    return function (key) {
      if (by === "month") { return Paper.day(key).replace(/^\d+ /, ""); }
      return by === "week" ? Queue.t("reports.week_of", { day: Paper.day(key) }) : Paper.weekday(key) + ", " + Paper.day(key);
    };
  }

  function brief(by) {
    return function (key) { return by === "month" ? key.slice(5, 7) + "/" + key.slice(2, 4) : Number(key.slice(8)) + "/" + Number(key.slice(5, 7)); };
  }

  Paper.Figures = function (props) {
    const found = props.found, names = found.names, by = found.period.by;
    const service = function (key) { return names.services[key] ? Queue.say(names.services[key]) : key; };
    const counter = function (key) { return names.counters[key] ? Queue.say(names.counters[key]) : key; };
    const officer = function (key) { return names.officers[key] || "#" + key; };
    const hour = function (key) { return Queue.t("reports.hour", { from: key + ".00", to: key + ".59" }); };
    const tables = [
      ["series", Queue.t("reports.by." + by), dayName(by), found.series],
      ["service", Queue.t("column.service"), service, found.services],
      ["counter", Queue.t("column.counter"), counter, found.counters],
      ["officer", Queue.t("filter.officer"), officer, found.officers],
      ["hour", Queue.t("reports.column.hour"), hour, found.hours]
    ];
    return html`<div class="stack">
      <${Sum} group=${found.all} cases=${found.cases} /><${Flagged} group=${found.all} rules=${names.flags} />
      <div class="measure-bar"><p>${Queue.t("reports.tables_show")}</p><${Measures} /></div>
      ${tables.map(function (table) {
        const picture = table[0] === "series" ? html`<${Series} groups=${table[3]} named=${table[2]} brief=${brief(by)} />` : null;
        return html`<${Table} key=${table[0]} testid=${table[0]} title=${Queue.t("reports.table." + table[0])} column=${table[1]} named=${table[2]} groups=${table[3]} picture=${picture} />`;
      })}
      <p class="soft text-s reading" data-testid="upto">${Queue.t("reports.upto", { seq: Paper.count(found.seq), time: Queue.time(found.at) })} ${Queue.t("reports.defined")}</p></div>`;
  };
}());
