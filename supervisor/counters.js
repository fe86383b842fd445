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

  /* A unit of a room is run from the room's console and nowhere else. */
  function unitTool(counter) {
    return html`<a class="button button-quiet" href=${"/units/" + Queue.meta("office") + "/" + counter.room} data-testid=${"room-" + counter.key}>${Queue.t("act.room_console")}</a>`;
  }

  function tool(counter, props) {
    if (!props.may) { return null; }
    if (counter.state === "locked") {
      return html`<${Desk.button} word=${Queue.t("act.open_counter")} icon="lock-open" testid=${"open-" + counter.key}
        open=${Desk.isOpen("counter", counter.key)} run=${function () { Desk.open("counter", counter.key); }} />`;
    }
    return html`<${Desk.button} kind="button-quiet" word=${Queue.t("act.close_counter")} icon="lock" testid=${"close-" + counter.key} off=${Boolean(counter.label)}
      open=${Desk.isOpen("counter", counter.key)} run=${function () {
        if (counter.label) { Desk.refuse(Queue.t("refused.visitor_here")); } else { Desk.open("counter", counter.key); }
      }} />`;
  }

  /** What the counter serves today, each with a switch; the last one cannot be taken away. */
  function Services(props) {
    const counter = props.counter;
    return html`<div class="reasons" role="group" data-testid="moving" aria-label=${Queue.t("counter.services_ask", { counter: Queue.say(counter.name) })}>
      <p class="reasons-title">${Queue.t("counter.services_ask", { counter: Queue.say(counter.name) })}</p><p class="soft text-s">${Queue.t("counter.services_note")}</p>
      <div class="row">${props.picture.services.map(function (service) {
        const on = counter.services.indexOf(service.key) >= 0;
        return html`<button type="button" class="button" key=${service.key} aria-pressed=${String(on)} data-testid=${"serve-" + service.key}
          onClick=${function () { Desk.open("move", counter.key + " " + service.key); }}>${Desk.badge(service)}<span>${Queue.say(service.name)}</span>${on ? Desk.icon("check") : null}</button>`;
      })}<button type="button" class="button button-quiet" onClick=${function () { Desk.open(null); }}>${Queue.t("not")}</button></div></div>`;
  }

  function moving(counter, props) {
    const chosen = props.picture.services.filter(function (service) { return Desk.isOpen("move", counter.key + " " + service.key); })[0];
    if (!chosen) { return Desk.isOpen("services", counter.key) ? html`<${Services} counter=${counter} picture=${props.picture} />` : null; }
    const on = counter.services.indexOf(chosen.key) < 0;
    return html`<${Desk.Reasons} title=${Queue.t(on ? "counter.move_ask" : "counter.unmove_ask", { counter: Queue.say(counter.name), service: Queue.say(chosen.name) })}
      codes=${props.picture.reasons.move} choose=${function (code) { Desk.press("move_service", { counter: counter.key, service: chosen.key, on: on, reason: code }); }} />`;
  }

  /** How far the visitor's service is against the stated time, as a line that fills. */
  function progress(counter, now) {
    if (counter.state !== "serving" || !counter.stated_service_ms) { return null; }
    const share = (now - counter.since) / counter.stated_service_ms;
    return html`<span class=${"fill counter-fill" + (share > 1 ? " fill-bad" : share >= 0.8 ? " fill-warn" : "")} title=${Queue.t("stated", { minutes: Queue.minutes(counter.stated_service_ms) })} aria-hidden="true"><span style=${{ width: Math.min(100, 100 * share) + "%" }}></span></span>`;
  }

  function Row(props) {
    const counter = props.counter;
    const rows = [html`<tr key=${counter.key} data-testid=${"counter-" + counter.key}>
      <th scope="row"><a href="#log" class="service-name" title=${Queue.t("show_rows")} onClick=${function () { Desk.showLog({ counter: counter.key }); }}>${Queue.say(counter.name)}</a>
        <span class="soft person">${counter.person || Queue.t(counter.room ? "counter.unit" : "counter.nobody")}</span>
        <span class="counter-services" data-testid=${"serves-" + counter.key}>${counter.services.map(function (key) { return html`<span key=${key} title=${Desk.serviceName(props.picture, key)}>${Desk.badge(Desk.serviceOf(props.picture, key))}<span class="unseen">${Desk.serviceName(props.picture, key)}</span></span>`; })}</span></th>
      ${Desk.cell(Queue.t("column.state"), html`${counter.label ? html`<span class="number">${counter.label}</span> ` : null}${stateOf(counter)}
        ${counter.since ? html` <span class="soft nowrap">${Desk.span(props.now - counter.since)}</span>` : null}${progress(counter, props.now)}`)}
      ${Desk.cell(Queue.t("column.served"), counter.served, "figure")}
      ${Desk.cell(Queue.t("column.median"), counter.serve_median_ms === null ? "–" : Queue.clock(counter.serve_median_ms), "figure")}
      <td class="tool">${counter.room ? unitTool(counter) : tool(counter, props)}${props.may && !counter.room ? html`<${Desk.button} kind="button-quiet" word=${Queue.t("act.move_service")} icon="switch-horizontal" testid=${"move-" + counter.key}
        open=${Desk.isOpen("services", counter.key)} run=${function () { Desk.open("services", counter.key); }} />` : null}</td></tr>`];
    const move = props.may ? moving(counter, props) : null;
    if (move) { rows.push(html`<tr key=${counter.key + "-move"} class="opened"><td colspan="5">${move}</td></tr>`); }
    if (Desk.isOpen("counter", counter.key)) {
      const opens = counter.state === "locked";
      rows.push(html`<tr key=${counter.key + "-why"} class="opened"><td colspan="5"><${Desk.Reasons} title=${Queue.t(opens ? "counter.open_ask" : "counter.close_ask", { counter: Queue.say(counter.name) })}
        codes=${props.picture.reasons[opens ? "open_counter" : "counter"]} choose=${function (code) { Desk.press(opens ? "open_counter" : "close_counter", { counter: counter.key, reason: code }); }} /></td></tr>`);
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
