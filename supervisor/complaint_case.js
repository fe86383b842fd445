/* One complaint: its words, the ticket's timeline, and what may be done with it. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const TO = ["lapor", "superior", "inspectorate", "ombudsman"], OUTCOMES = ["resolved", "not_proven", "withdrawn", "not_a_complaint"];

  /** An ISO date in words; noon in UTC is that date in each of the office's zones. */
  Desk.day = function (iso) { return Queue.date(Date.parse(iso + "T05:00:00Z")); };

  /** How far the deadline is: words, and the state whose shape goes with them. */
  Desk.deadline = function (row) {
    if (row.in_time !== null) {
      return row.in_time ? { state: "done", word: Queue.t("complaints.kept") } : { state: "breached", word: row.left < 0 && row.state === "received" ? Queue.t("complaints.past", { days: -row.left }) : Queue.t("complaints.broken") };
    }
    return { state: row.left <= row.near ? "late" : "waiting", word: row.left ? Queue.t("complaints.left", { days: row.left }) : Queue.t("complaints.today") };
  };

  function took(durations) {
    return Object.keys(durations).filter(function (name) { return Queue.has("took." + name) && durations[name] >= 1000; })
      .map(function (name) { return Queue.t("took." + name, { span: Desk.span(durations[name]) }); }).join(", ");
  }

  function Timeline(props) {
    const found = props.found;
    if (!found.ticket) { return html`<p class="soft">${Queue.t("case.no_ticket")}</p>`; }
    return html`<section class="stack-tight" data-testid="timeline"><h3>${Queue.t("case.timeline")}</h3>
      <p>${Queue.t("case.ticket", { label: found.ticket.label, service: Queue.say(found.ticket.service), date: Queue.date(found.ticket.issued_at) })}</p>
      <ol class="plain timeline">${found.timeline.map(function (step, i) {
        const more = [Queue.say(step.counter), step.who || "", step.reason ? Desk.word("reason", step.reason) : "", took(step.durations)].filter(Boolean).join(" · ");
        return html`<li key=${i}><time>${Queue.time(step.at)}</time><strong>${Desk.word("happened", step.kind)}</strong>${more ? html` <span class="soft">${more}</span>` : null}</li>`;
      })}</ol></section>`;
  }

  function field(name, label, input, hint) {
    return html`<label class="field"><span class="field-label">${label}</span>${input}${hint ? html`<span class="field-hint">${hint}</span>` : null}</label>`;
  }

  function select(name, group, options) {
    return html`<select class="input" name=${name} required data-testid=${name}><option value=""></option>${options.map(function (one) {
      return html`<option key=${one} value=${one}>${Queue.t("complaint." + group + "." + one)}</option>`;
    })}</select>`;
  }

  function sheet(act, summary, body, word) {
    const press = function (event) {
      event.preventDefault();
      const fields = event.target.elements, args = {};
      ["text", "to", "reference", "outcome"].forEach(function (name) { if (fields[name]) { args[name] = fields[name].value.trim(); } });
      Desk.pressCase(act, args);
    };
    return html`<details class="card case-acts" data-testid=${"open-" + act}><summary><strong>${summary}</strong></summary>
      <form class="stack" onSubmit=${press}>${body}<button type="submit" class="button button-primary" data-testid=${act}>${word}</button></form></details>`;
  }

  function Acts(props) {
    const found = props.found, acts = found.acts;
    if (found.state === "closed" || found.erased) { return null; }
    if (!acts.answer && !acts.hand_off) { return html`<p class="notice notice-info" data-testid="reads-only">${Queue.t("case.reads_only")}</p>`; }
    return html`<div class="stack-tight">
      ${sheet("answer_complaint", Queue.t(found.answer ? "case.answer.again" : "case.answer"), field("text", Queue.t("case.answer.text"),
        html`<textarea class="input" name="text" required minlength="10" maxlength="2000" data-testid="answer-text"></textarea>`, Queue.t("case.answer.hint")), Queue.t("case.answer.send"))}
      ${found.handed_at ? null : sheet("hand_off_complaint", Queue.t("case.hand_off"), html`${field("to", Queue.t("case.hand_off.to"), select("to", "to", TO))}
        ${field("reference", Queue.t("case.hand_off.reference"), html`<input class="input" name="reference" maxlength="40" autocomplete="off" data-testid="reference" />`)}`, Queue.t("case.hand_off.send"))}
      ${found.state === "received" ? null : acts.close ? sheet("close_complaint", Queue.t("case.close"), field("outcome", Queue.t("case.close.outcome"), select("outcome", "outcome", OUTCOMES)), Queue.t("case.close.send"))
        : html`<p class="notice notice-info" data-testid="four-eyes">${Queue.t("case.close.four")}</p>`}</div>`;
  }

  function Contact(props) {
    const found = props.found;
    if (found.contact) { return html`<p data-testid="contact">${Queue.t("case.contact.is", { contact: found.contact })}</p>`; }
    if (!found.has_contact) { return found.erased ? null : html`<p class="soft text-s">${Queue.t("case.contact.none")}</p>`; }
    if (!found.acts.answer) { return null; }
    return html`<p><${Desk.button} word=${Queue.t("case.contact")} icon="eye" testid="open-contact" run=${function () { Desk.pressCase("open_contact", {}); }} />
      <span class="soft text-s"> ${Queue.t("case.contact.note")}</span></p>`;
  }

  Desk.Case = function (props) {
    const found = props.found;
    const head = html`<header><h2 tabindex="-1" data-testid="case-title">${Queue.t("complaints.no", { number: found.number })} · ${Queue.t("complaint.category." + found.category)}</h2>
      <p class="soft">${Queue.t("case.made", { date: Queue.date(found.made_at), entry: found.entry })}<br />${Queue.t("case.due", { date: Desk.day(found.due), kind: Queue.t("complaint.kind." + found.kind) })}</p></header>`;
    if (!found.reads) { return html`<section class="card stack" data-testid="case">${head}<p class="notice notice-warn" data-testid="hidden">${Desk.icon("eye-off")}<span>${Queue.t("case.hidden")}</span></p></section>`; }
    return html`<section class="card stack" data-testid="case">${head}
      ${found.about_lead ? html`<p><span class="state state-breached">${Queue.t("case.lead")}</span></p>` : null}
      ${found.erased ? html`<p class="soft">${Queue.t("case.erased")}</p>` : html`<div><p class="case-text" data-testid="case-text">${found.text}</p><p class="soft text-s">${Queue.t("case.language", { language: Queue.t("case.language." + found.language) })}</p></div>`}
      <${Contact} found=${found} /><${Timeline} ...${props} />
      ${found.answer ? html`<div><h3>${Queue.t("case.answer_is")}</h3><p class="case-answer">${found.answer}</p><p class="soft text-s">${Queue.t("case.answered", { date: Queue.date(found.answered_at), who: found.answered_by || "–" })}</p></div>` : null}
      ${found.handed_at ? html`<p data-testid="handed"><strong>${Queue.t("case.handed", { to: Queue.t("complaint.to." + found.handed_to), date: Queue.date(found.handed_at) })}</strong>${found.reference ? ", " + Queue.t("case.reference", { reference: found.reference }) : ""}</p>` : null}
      ${found.closed_at ? html`<p><strong>${Queue.t("case.closed", { date: Queue.date(found.closed_at), outcome: Queue.t("complaint.outcome." + found.outcome) })}</strong></p>` : null}
      <${Acts} found=${found} /></section>`;
  };
}());
