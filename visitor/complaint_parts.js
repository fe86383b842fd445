/* What became of a complaint, and where else one can complain: pure, facts in, picture out. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;

  /** An ISO date in words; noon in UTC is that date in each of the office's zones. */
  Visitor.day = function (iso) { return Queue.date(Date.parse(iso + "T05:00:00Z")); };

  Visitor.outside = function (office) {
    const own = Queue.say(office.complaint);
    return html`<section class="card card-quiet stack-tight outside"><h2>${Queue.t("outside")}</h2>
      <ul class="plain"><li>${Queue.t("outside.lapor")}</li><li>${Queue.t("outside.ombudsman")}</li>${own ? html`<li>${own}</li>` : null}</ul></section>`;
  };

  function pending(found) {
    if (found.state !== "received") { return null; }
    return Visitor.notice(found.late ? "warn" : "info", found.late ? "alert-triangle" : "clock", Queue.t("state.due", { date: Visitor.day(found.due) }), Queue.t(found.late ? "state.late" : "state.wait"));
  }

  function handed(found) {
    if (!found.handed_at) { return null; }
    return html`<p data-testid="handed"><strong>${Queue.t("state.handed", { to: Queue.t("complaint.to." + found.handed_to), date: Queue.date(found.handed_at) })}</strong>
      ${found.reference ? html`<br />${Queue.t("state.reference", { reference: found.reference })}` : null}</p>`;
  }

  Visitor.complaint = function (found) {
    return html`<section class="card stack" data-testid="found" data-state=${found.state}>
      <div><h2>${Queue.t("complaint.state." + found.state)}</h2><p>${Queue.t("complaint.category." + found.category)}<br />
        <span class="soft">${Queue.t("state.made", { date: Queue.date(found.made_at) })}</span></p></div>
      ${pending(found)}
      ${found.answered_at && !found.erased ? html`<div><strong>${Queue.t("state.answered", { date: Queue.date(found.answered_at) })}</strong><p class="answer" data-testid="answer">${found.answer}</p></div>` : null}
      ${handed(found)}
      ${found.closed_at ? html`<p>${Queue.t("state.closed", { date: Queue.date(found.closed_at), outcome: Queue.t("complaint.outcome." + found.outcome) })}</p>` : null}
      ${found.erased ? html`<p class="soft">${Queue.t("state.erased")}</p>` : null}
    </section>`;
  };
}());
