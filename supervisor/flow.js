/* The day as a curve: how many waited for each service, drawn by uPlot, with the same figures as a table. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html, useRef = window.htmPreact.useRef, useEffect = window.htmPreact.useEffect;
  const AGAIN_MS = 60000, HIGH = 200, LEAST_WIDE = 280;
  /* Pieces of five minutes in an hour. */
  const HOUR = 12;

  /* Okabe and Ito: told apart by every kind of colour vision; with a dash of its own each, so by none as well. */
  Desk.PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"];
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [4, 2], [1, 2]];

  const kept = { flow: null, at: 0, asking: false };

  function ask() {
    if (kept.asking || Date.now() - kept.at < AGAIN_MS) { return; }
    kept.asking = true;
    Desk.get("/supervisor/" + encodeURIComponent(Queue.meta("office")) + "/flow").then(function (answer) {
      if (answer.ok) { kept.flow = answer; }
    }, function () { /* the line's own mark says that the server is away */ }).then(function () {
      kept.asking = false;
      kept.at = Date.now();
      Desk.draw();
    });
  }

  function shown(picture, flow) {
    return picture.services.filter(function (service) { return flow.waiting[service.key]; });
  }

  function options(services, width) {
    const ink = window.getComputedStyle(document.body).color;
    const axis = { stroke: ink, grid: { stroke: "rgba(125,122,114,0.25)", width: 1 }, ticks: { show: false }, font: "13px " + window.getComputedStyle(document.body).fontFamily };
    return {
      width: width, height: HIGH, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false }, y: { range: function (_plot, _low, high) { return [0, Math.max(5, Math.ceil(high * 1.1))]; } } },
      axes: [Object.assign({ values: function (_plot, ticks) { return ticks.map(function (at) { return Queue.time(at * 1000); }); },
        incrs: [300, 600, 1800, 3600, 7200, 14400] }, axis), Object.assign({ size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }, axis)],
      series: [{}].concat(services.map(function (service, nth) {
        const n = nth % Desk.PALETTE.length;
        return { stroke: Desk.PALETTE[n], width: 2.5, dash: DASHES[n], points: { show: false }, paths: window.uPlot.paths.stepped({ align: -1 }) };
      }))
    };
  }

  function Plot(props) {
    const box = useRef(null), times = props.flow.times;
    const key = times.length + " " + times[times.length - 1] + " " + JSON.stringify(props.flow.waiting) + " " + props.width;
    useEffect(function () {
      const data = [times.map(function (ms) { return ms / 1000; })].concat(props.services.map(function (service) { return props.flow.waiting[service.key]; }));
      const plot = new window.uPlot(options(props.services, props.width), data, box.current);
      return function () { plot.destroy(); };
    }, [key]);
    return html`<div ref=${box} class="plot" aria-hidden="true" data-testid="flow-plot"></div>`;
  }

  function Legend(props) {
    return html`<ul class="plain legend text-s">${props.services.map(function (service, nth) {
      const n = nth % Desk.PALETTE.length;
      return html`<li key=${service.key}><svg class="legend-line" viewBox="0 0 36 8" aria-hidden="true"><path d="M0 4H36" fill="none" stroke=${Desk.PALETTE[n]} stroke-width="3" stroke-dasharray=${DASHES[n].join(" ") || null} /></svg>${Queue.say(service.name)}</li>`;
    })}</ul>`;
  }

  /** The same, hour by hour, for who cannot see the curve or wants the figures. */
  function Table(props) {
    const flow = props.flow, rows = [];
    flow.times.forEach(function (at, nth) {
      if (nth && (nth % HOUR === 0 || nth === flow.times.length - 1)) { rows.push({ at: at, nth: nth }); }
    });
    function sum(list, nth) { return list ? list.slice(Math.floor((nth - 1) / HOUR) * HOUR + 1, nth + 1).reduce(function (all, n) { return all + n; }, 0) : 0; }
    return html`<details class="flow-table"><summary>${Queue.t("flow.table")}</summary><div class="table-box"><table class="table"><caption class="unseen">${Queue.t("flow")}</caption>
      <thead><tr><th scope="col">${Queue.t("flow.time")}</th>${props.services.map(function (service) { return html`<th scope="col" key=${service.key} class="figure">${Queue.say(service.name)}</th>`; })}</tr></thead>
      <tbody>${rows.map(function (row) {
        return html`<tr key=${row.at}><th scope="row">${Queue.time(row.at)}</th>${props.services.map(function (service) {
          return html`<td key=${service.key} class="figure">${Queue.t("flow.cell", { waiting: flow.waiting[service.key][row.nth], joined: sum(flow.joined[service.key], row.nth), called: sum(flow.called[service.key], row.nth) })}</td>`;
        })}</tr>`;
      })}</tbody></table></div></details>`;
  }

  Desk.Flow = function (props) {
    ask();
    const flow = kept.flow, services = flow ? shown(props.picture, flow) : [];
    const width = Math.max(LEAST_WIDE, Math.min(1640, document.documentElement.clientWidth - 96));
    return html`<section class="card flow" data-testid="flow"><div class="card-head"><h2>${Queue.t("flow")}</h2>${services.length ? html`<${Legend} services=${services} />` : null}</div>
      ${flow && flow.times.length ? html`<${Plot} flow=${flow} services=${services} width=${width} /><${Table} flow=${flow} services=${services} />`
        : html`<p class="soft">${Queue.t("flow.none")}</p>`}</section>`;
  };
}());
