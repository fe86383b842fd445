/* The lines as pictures: everybody who waits as a mark, moving towards the promise; and how good the forecasts are. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* The promise stands at two thirds of the track; without one the longest wait, ten minutes at least, is the scale. */
  const PROMISE = 66, END = 98, LEAST_MS = 600000, SOON = 0.8, LIKELY = 50;
  /* Of fewer forecasts than this a share says nothing. */
  const FEW = 20;

  function ahead(person, now) {
    const waited = now - person.since, stated = person.stated_min === null ? null : person.stated_min * 60000;
    if (stated === null) { return { waited: waited, share: null, kind: "ok" }; }
    const share = waited / stated;
    return { waited: waited, share: share, kind: share > 1 ? "late" : share >= SOON || (person.risk !== null && person.risk >= LIKELY) ? "soon" : "ok" };
  }

  /** Where each one stands on the track, in percent, and in which of the three shapes. */
  function marks(service, now) {
    const found = service.people.map(function (person) { return Object.assign({ label: person.label, priority: person.priority }, ahead(person, now)); });
    const longest = found.reduce(function (most, one) { return Math.max(most, one.waited); }, LEAST_MS);
    return found.map(function (one) {
      const at = one.share === null ? END * one.waited / longest : PROMISE * one.share;
      return Object.assign(one, { at: Math.max(1, Math.min(END, at)) });
    });
  }

  function Track(props) {
    const service = props.service, found = marks(service, props.now), stated = service.stated.waits;
    const words = Queue.t("line.words", { n: service.waiting, late: service.late, soon: service.will_be_late });
    return html`<div class="track" role="img" aria-label=${words} data-testid=${"track-" + service.key}>
      ${!stated.length ? null : html`<span class="track-promise" style=${{ left: PROMISE + "%" }}><span class="track-stated">${Desk.stated(stated)}</span></span>`}
      ${found.map(function (one, nth) {
        return html`<span key=${one.label} class=${"mark mark-" + one.kind} style=${{ left: one.at + "%", top: (nth % 3) * 0.55 + 0.35 + "rem" }} title=${one.label + " \u00b7 " + Desk.span(one.waited)}></span>`;
      })}</div>`;
  }

  function LineOf(props) {
    const service = props.service, longest = service.longest_since;
    return html`<li class="line-of" data-testid=${"line-" + service.key}>
      <div class="line-head"><span class="line-name">${Desk.badge(service)}<strong>${Queue.say(service.name)}</strong></span>
        <span class="line-count"><strong>${service.waiting}</strong> ${Queue.t("line.waiting")}</span></div>
      <${Track} service=${service} now=${props.now} />
      <p class="line-foot text-s">
        ${longest ? html`<span>${Queue.t("line.longest", { time: Desk.span(props.now - longest) })} <span class="number">${service.oldest_label}</span></span>` : html`<span class="soft">${Queue.t("figure.longest.nobody")}</span>`}
        ${service.late ? html`<span class="state state-breached">${Queue.t("service.late", { n: service.late })}</span>` : null}
        ${service.will_be_late ? html`<span class="state state-late" data-testid=${"will-" + service.key}>${Queue.t("line.will_be_late", { n: service.will_be_late })}</span>` : null}
        <span class="line-forecast" data-testid=${"forecast-" + service.key}>${Queue.t("line.newcomer")} <strong>${Queue.forecast(service.forecast)}</strong></span></p></li>`;
  }

  const NAMED = 8;

  /** Who will pass the promise, the soonest first: number, minutes left, how likely. */
  function Risks(props) {
    const picture = props.picture, risks = picture.ahead.risks;
    if (!risks.length) { return null; }
    return html`<div class="risks" data-testid="risks"><h3>${Queue.t("risks")}</h3><p class="soft text-s">${Queue.t("risks.note")}</p>
      <div class="table-box"><table class="table as-cards"><thead><tr><th scope="col">${Queue.t("risks.number")}</th><th scope="col">${Queue.t("column.service")}</th>
        <th scope="col" class="figure">${Queue.t("risks.left")}</th><th scope="col" class="figure">${Queue.t("risks.chance")}</th></tr></thead>
      <tbody>${risks.slice(0, NAMED).map(function (risk) {
        return html`<tr key=${risk.step} data-testid=${"risk-" + risk.step}><th scope="row" class="number">${risk.label}</th>${Desk.cell(Queue.t("column.service"), html`${Desk.badge(Desk.serviceOf(picture, risk.service))} ${Desk.serviceName(picture, risk.service)}`)}
          ${Desk.cell(Queue.t("risks.left"), Desk.span(risk.left_ms - (props.now - picture.at)), "figure")}${Desk.cell(Queue.t("risks.chance"), risk.probability + " %", "figure")}</tr>`;
      })}</tbody></table></div>
      ${risks.length > NAMED ? html`<p class="soft text-s">${Queue.t("risks.more", { n: risks.length - NAMED })}</p>` : null}</div>`;
  }

  /** The share of forecasts that held, with what it does not count. */
  function Hits(props) {
    const hits = props.hits;
    if (!hits.n) { return html`<p class="soft text-s" data-testid="hits">${Queue.t("hits.none", { coverage: hits.coverage })}</p>`; }
    if (hits.n < FEW) { return html`<p class="soft text-s" data-testid="hits">${Queue.t("hits.few", { inside: hits.inside, n: hits.n, coverage: hits.coverage })}</p>`; }
    return html`<p class="text-s" data-testid="hits">${Queue.t("hits", { share: Desk.percent(hits.inside, hits.n), inside: hits.inside, n: hits.n, coverage: hits.coverage, width: Desk.span(hits.width_s * 1000) })}
      <span class="soft"> ${Queue.t("hits.left_out", { at_once: hits.at_once, gave_up: hits.gave_up })}</span></p>`;
  }

  /** Counts are of this second, forecasts of some seconds ago: of when, each says. */
  function AsOf(props) {
    const at = props.ahead.at, forecast = props.ahead.forecast_at;
    if (!at || !forecast) { return null; }
    const one = Desk.second(at) === Desk.second(forecast);
    return html`<p class="soft text-s" data-testid="as-of">${Queue.t(one ? "lines.as_of_one" : "lines.as_of", { ahead: Desk.second(at), forecast: Desk.second(forecast) })}</p>`;
  }

  /** What the shapes of those who wait mean; `first` is the ring of whoever has priority. */
  Desk.Legend = function (props) {
    return html`<ul class="plain legend text-s" aria-hidden="true">${props.kinds.map(function (kind) {
      return html`<li key=${kind}><span class=${"mark mark-" + (kind === "first" ? "ok mark-first" : kind)}></span>${Queue.t("mark." + kind)}</li>`;
    })}</ul>`;
  };

  Desk.Lines = function (props) {
    const services = props.picture.services;
    return html`<section class="card lines"><div class="card-head"><h2>${Queue.t("lines")}</h2><${Desk.Legend} kinds=${["ok", "soon", "late"]} /></div>
      <ul class="plain line-list">${services.map(function (service) { return html`<${LineOf} key=${service.key} service=${service} now=${props.now} />`; })}</ul>
      <${AsOf} ahead=${props.picture.ahead} /><${Risks} ...${props} /><${Hits} hits=${props.picture.hits} /></section>`;
  };
}());
