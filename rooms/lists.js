/* Beside the units: who waits, in calling order, with how many people; the newest batch; who missed the call. */
(function () {
  "use strict";
  const Rooms = (window.Rooms = window.Rooms || {});
  const Counter = window.Counter, Queue = window.Queue;
  const html = window.htmPreact.html;

  function Size(props) {
    const row = props.row, open = Rooms.opened(), asked = open && open.panel === "count_party" && open.unit === String(row.step);
    if (!asked) {
      return html`<button type="button" class="button button-quiet size" data-testid=${"size-" + row.step} aria-label=${Queue.t("people.change", { label: row.label })}
        onClick=${function () { Rooms.open("count_party", String(row.step)); }}>${Queue.t("people", { people: row.people })}</button>`;
    }
    return html`<span class="sizes" role="group" aria-label=${Queue.t("people.change", { label: row.label })}>${[1, 2, 3, 4, 5, 6, 7, 8].map(function (people) {
      return html`<button type="button" class="button size" key=${people} aria-pressed=${String(people === row.people)} data-testid=${"people-" + people}
        onClick=${function () { Rooms.act("count_party", { step: row.step, people: people }, "count_party"); }}>${people}</button>`;
    })}</span>`;
  }

  function Waiting(props) {
    const waiting = props.picture.waiting;
    return html`<section class="card" aria-labelledby="waiting-title"><h2 id="waiting-title" class="text-l">${Queue.t("waiting", { n: waiting.total })}</h2>
      ${waiting.total ? html`<ol class="plain rows" data-testid="waiting">${waiting.rows.map(function (row) {
        return html`<li class="waiting-row" key=${row.step}><strong class="waiting-number">${row.label}</strong>${row.priority ? Counter.classMark(true) : null}
          <span class="soft text-s">${Counter.span(props.now - row.since)}</span><${Size} row=${row} />${Counter.needMarks(row)}</li>`;
      })}</ol>` : html`<p class="empty">${Queue.t("waiting.none")}</p>`}</section>`;
  }

  function Batch(props) {
    const batch = props.picture.batch;
    if (!batch) { return null; }
    return html`<section class="card" data-testid="batch"><h2 class="text-l">${Queue.t("batch", { number: batch.number })}</h2>
      <p class="text-s soft">${Queue.t("batch.at", { time: Queue.time(batch.at) })}</p>
      <p>${batch.called.join(", ")}</p>
      ${batch.passed.length ? html`<div><h3 class="text-s">${Queue.t("batch.passed")}</h3><ul class="plain" data-testid="passed">${batch.passed.map(function (one) {
        return html`<li key=${one.step}><strong>${one.label}</strong> ${Queue.t("passed." + one.why)}</li>`;
      })}</ul></div>` : null}</section>`;
  }

  function Missed(props) {
    const missed = props.picture.missed;
    if (!missed.length) { return null; }
    return html`<section class="card"><h2 class="text-l">${Queue.t("missed")}</h2><ul class="plain">${missed.map(function (row) {
      return html`<li class="waiting-row" key=${row.step}><strong>${row.label}</strong>
        ${row.back ? html`<span class="soft text-s" data-testid=${"place-" + row.step}>${Queue.t(row.back.after ? "back.place" : "back.next", row.back)}</span>` : null}
        <button type="button" class="button" data-testid=${"back-" + row.step} onClick=${function () { Rooms.act("room_back", { step: row.step }, "room_back"); }}>${Queue.t("act.room_back")}</button></li>`;
    })}</ul></section>`;
  }

  /* Who was sent for: by the number of the visitor, and which of the two is missing yet. */
  function Awaited(props) {
    const awaited = props.picture.awaited, found = props.picture.readiness;
    if (!found) { return null; }
    return html`<section class="card" data-testid="awaited"><h2 class="text-l">${Queue.t("awaited", { n: awaited.length })}</h2>
      ${found.n ? html`<p class="soft text-s">${Queue.t("awaited.medians", { visitor: Counter.span(found.visitor_ms), other: Counter.span(found.other_ms) })}</p>` : null}
      ${awaited.length ? html`<ul class="plain">${awaited.map(function (one) {
        const missing = one.other_at ? "visitor" : one.visitor_at ? "other" : "both";
        return html`<li class="waiting-row" key=${one.ticket}><strong class="waiting-number">${one.label}</strong>
          <span class="soft text-s">${Queue.t("awaited." + missing)} ${Counter.span(props.now - (one.other_at || one.visitor_at || one.asked_at))}</span>
          ${one.other_at ? null : html`<button type="button" class="button size" data-testid=${"ready-" + one.ticket}
            onClick=${function () { Rooms.act("other_ready", { ticket: one.ticket, service: props.picture.room.service.key }, String(one.ticket)); }}>${Queue.t("act.other_ready")}</button>`}</li>`;
      })}</ul>` : html`<p class="empty">${Queue.t("awaited.none")}</p>`}</section>`;
  }

  Rooms.Lists = function (props) {
    return html`<aside class="lists"><${Awaited} ...${props} /><${Waiting} ...${props} /><${Batch} ...${props} /><${Missed} ...${props} /></aside>`;
  };
}());
