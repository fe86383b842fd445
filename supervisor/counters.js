/* The counters: who sits there, whom they serve, and closing one. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* The shapes of base.css by what a counter does. */
  const SHAPES = { called: "called", serving: "serving", open: "open", paused: "paused", closed: "closed", locked: "closed" };

  function stateOf(counter) {
    const words = Desk.word("counter", counter.state);
    return html`<span class=${"state state-" + (SHAPES[counter.state] || "closed")}>${words}</span>
      ${counter.reason && (counter.state === "paused" || counter.state === "locked") ? html` <span class="soft">${Desk.word("reason", counter.reason)}</span>` : null}`;
  }

  function tool(counter, props) {
    if (!props.may) { return null; }
    if (counter.state === "locked") {
      return html`<${Desk.button} word=${Queue.t("act.open_counter")} icon="lock-open" testid=${"open-" + counter.key}
        run=${function () { Desk.press("open_counter", { counter: counter.key }); }} />`;
    }
    return html`<${Desk.button} kind="button-quiet" word=${Queue.t("act.close_counter")} icon="lock" testid=${"close-" + counter.key} off=${Boolean(counter.label)}
      open=${Desk.isOpen("counter", counter.key)} run=${function () {
        if (counter.label) { Desk.refuse(Queue.t("refused.visitor_here")); } else { Desk.open("counter", counter.key); }
      }} />`;
  }

  function Row(props) {
    const counter = props.counter;
    const rows = [html`<tr key=${counter.key} data-testid=${"counter-" + counter.key}>
      <th scope="row"><a href="#log" class="service-name" title=${Queue.t("show_rows")} onClick=${function () { Desk.showLog({ counter: counter.key }); }}>${Queue.say(counter.name)}</a>
        <span class="soft person">${counter.person || Queue.t("counter.nobody")}</span></th>
      ${Desk.cell(Queue.t("column.state"), html`${counter.label ? html`<span class="number">${counter.label}</span> ` : null}${stateOf(counter)}
        ${counter.since ? html` <span class="soft nowrap">${Desk.span(props.now - counter.since)}</span>` : null}`)}
      ${Desk.cell(Queue.t("column.served"), counter.served, "figure")}
      ${Desk.cell(Queue.t("column.median"), counter.serve_median_ms === null ? "–" : Queue.clock(counter.serve_median_ms), "figure")}
      <td class="tool">${tool(counter, props)}</td></tr>`];
    if (Desk.isOpen("counter", counter.key)) {
      rows.push(html`<tr key=${counter.key + "-why"} class="opened"><td colspan="5"><${Desk.Reasons} title=${Queue.t("counter.close_ask", { counter: Queue.say(counter.name) })}
        codes=${props.picture.reasons.counter} choose=${function (code) { Desk.press("close_counter", { counter: counter.key, reason: code }); }} /></td></tr>`);
    }
    return rows;
  }

  /* In use: somebody sits there, it was closed by hand, or it served today. The others stand behind one press. */
  function inUse(counter) { return Boolean(counter.person || counter.label || counter.served || counter.state === "locked"); }

  let all = false;

  Desk.Counters = function (props) {
    const counters = props.picture.counters, rest = counters.filter(function (counter) { return !inUse(counter); }).length;
    const shown = all ? counters : counters.filter(inUse);
    return html`<section class="card counters"><div class="card-head"><h2>${Queue.t("counters")}</h2>
      ${rest ? html`<${Desk.button} kind="button-quiet" word=${Queue.t(all ? "counters.fewer" : "counters.all", { n: rest })} icon=${all ? "chevron-up" : "chevron-down"} open=${all} testid="all-counters"
        run=${function () { all = !all; Desk.draw(); }} />` : null}</div>
      ${shown.length ? null : html`<p class="soft">${Queue.t("counters.none")}</p>`}
      <div class="table-box" hidden=${!shown.length}><table class="table as-cards">
      <thead><tr><th scope="col">${Queue.t("column.counter")}</th><th scope="col">${Queue.t("column.state")}</th>
        <th scope="col" class="figure">${Queue.t("column.served")}</th><th scope="col" class="figure">${Queue.t("column.median")}</th>
        <th><span class="unseen">${Queue.t("column.act")}</span></th></tr></thead>
      <tbody>${shown.map(function (counter) { return html`<${Row} key=${counter.key} counter=${counter} ...${props} />`; })}</tbody>
    </table></div></section>`;
  };
}());
