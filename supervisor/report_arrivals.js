/* When people come, as a map of weekdays and hours with the numbers in it; and the counters that each half hour needs. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Paper = window.Paper;
  const STEPS = 6; /* shades of the map; each cell has its number as well */
  const state = { weekday: "", asked: "", found: null, refused: null, loading: false };

  function ask(found) {
    const query = Desk.query({ from: found.period.first, to: found.period.last, service: found.period.service, weekday: state.weekday });
    if (query === state.asked) { return; }
    state.asked = query;
    state.loading = true;
    state.refused = null;
    Desk.get(Paper.base() + "/arrivals?" + query).then(function (answer) {
      if (query !== state.asked) { return; }
      state.loading = false;
      if (answer.ok && !answer.preparing) { state.found = answer; } else { state.refused = answer.ok ? Queue.t("reports.preparing", answer.preparing) : Queue.refusal(answer); }
      Desk.draw();
    }, function () { state.loading = false; state.asked = ""; state.refused = Queue.t("log.lost"); Desk.draw(); });
  }

  /* 2 November 2026 is a Monday. */
  function weekday(n) { return Paper.weekday("2026-11-0" + (n + 2)); }

  function mean(n) { return n >= 9.95 ? String(Math.round(n)) : Paper.decimal(n, 1); }

  function Heat(props) {
    const cells = {}, hours = [], shown = props.found;
    let most = 0;
    shown.heat.forEach(function (one) {
      cells[one.weekday + " " + one.hour] = one;
      if (hours.indexOf(one.hour) < 0) { hours.push(one.hour); }
      most = Math.max(most, one.mean);
    });
    hours.sort();
    const days = [0, 1, 2, 3, 4, 5, 6].filter(function (day) { return shown.days[day]; });
    return html`<section class="card report-table"><h2>${Queue.t("arrivals.heat")}</h2><p class="soft text-s">${Queue.t("arrivals.heat_note")}</p>
      <div class="table-box is-wide"><table class="table heat" data-testid="heat"><thead><tr><th scope="col">${Queue.t("arrivals.weekday")}</th>${hours.map(function (hour) { return html`<th scope="col" key=${hour}>${hour}</th>`; })}</tr></thead>
        <tbody>${days.map(function (day) {
          return html`<tr key=${day}><th scope="row">${weekday(day)} <span class="soft text-s">${Queue.t("arrivals.days", { n: shown.days[day] })}</span></th>${hours.map(function (hour) {
            const one = cells[day + " " + hour];
            return html`<td key=${hour} class=${"heat-cell" + (one ? " heat-" + Math.max(1, Math.ceil(STEPS * one.mean / most)) : "")} data-testid=${"heat-" + day + "-" + hour}>${one ? mean(one.mean) : ""}</td>`;
          })}</tr>`;
        })}</tbody></table></div></section>`;
  }

  function Needed(props) {
    const one = props.one, names = props.names, most = one.slots.reduce(function (high, slot) { return Math.max(high, slot.counters || 0); }, 1);
    const name = names.services[one.key] ? Queue.say(names.services[one.key]) : one.key;
    const note = one.busy_min === null || one.stated_wait_min === null ? Queue.t("arrivals.cannot") : Queue.t("arrivals.from", {
      busy: Paper.decimal(one.busy_min, 1), n: Paper.count(one.served), stated: one.stated_wait_min, may: one.open_now });
    return html`<section class="card report-table" data-testid=${"needed-" + one.key}><h2>${name}</h2><p class="soft text-s">${note}</p>
      <div class="table-box is-wide"><table class="table needed"><thead><tr><th scope="col">${Queue.t("arrivals.half_hour")}</th><th scope="col" class="figure">${Queue.t("arrivals.come")}</th>
        <th scope="col" class="figure">${Queue.t("arrivals.counters")}</th><th scope="col" aria-hidden="true"></th><th scope="col" class="figure">${Queue.t("arrivals.in_time")}</th></tr></thead>
        <tbody>${one.slots.map(function (slot) {
          return html`<tr key=${slot.half}><th scope="row">${slot.half.replace(":", ".")}</th><td class="figure">${mean(slot.mean)}</td><td class="figure"><strong>${slot.counters === null ? "–" : slot.counters}</strong></td>
            <td class="needed-bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class=${slot.counters > one.open_now ? "needed-many" : "needed-enough"} x="0" y="1" height="8" width=${100 * (slot.counters || 0) / most} /></svg></td>
            <td class="figure">${slot.in_time === null ? "–" : Paper.percent(slot.in_time)}${slot.counters > one.open_now ? html` <span class="state state-late">${Queue.t("arrivals.too_few")}</span>` : null}</td></tr>`;
        })}</tbody></table></div></section>`;
  }

  function choose(event) { state.weekday = event.target.value; Desk.draw(); }

  Paper.Arrivals = function (props) {
    ask(props.found);
    const shown = state.found;
    return html`<div class="stack">
      ${state.refused ? html`<p class="notice notice-warn" role="alert" data-testid="arrivals-refused">${Desk.icon("alert-triangle")}<span>${state.refused}</span></p>` : null}
      ${state.loading && !shown ? html`<p class="soft" role="status">${Queue.t("reports.loading")}</p>` : null}
      ${shown ? html`<${Heat} found=${shown} /><div class="needed-head"><h2>${Queue.t("arrivals.needed", { share: Math.round(100 * shown.share) })}</h2>
          <label class="field"><span class="field-label">${Queue.t("arrivals.on")}</span><select class="input" onChange=${choose} data-testid="weekday"><option value="">${Queue.t("arrivals.any_day")}</option>
            ${[0, 1, 2, 3, 4, 5, 6].filter(function (day) { return shown.days[day]; }).map(function (day) { return html`<option key=${day} value=${day} selected=${String(day) === state.weekday}>${weekday(day)}</option>`; })}</select></label></div>
        <p class="soft text-s reading">${Queue.t("arrivals.how")}</p>
        <div class="needed-all">${shown.needed.map(function (one) { return html`<${Needed} key=${one.key} one=${one} names=${props.found.names} />`; })}</div>` : null}</div>`;
  };
}());
