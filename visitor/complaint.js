/* The complaint form: what happened, sent once however often the line breaks, and what became of it by its number.
   Nothing of it is kept on the phone: whoever borrows it learns nothing. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const RETRY_MS = 3000, GIVE_UP_MS = 25000;

  function facts(name) { const text = Queue.meta(name); return text ? JSON.parse(text) : null; }

  const office = facts("office-facts"), ticket = facts("ticket-facts"), secret = Queue.meta("ticket"), categories = facts("categories");
  const state = { ready: false, category: "", text: "", contact: "", lead: false, tied: Boolean(ticket), busy: false, why: null, sent: null,
    typed: "", looking: false, found: null, none: null };
  let key = null;

  function set(changes) { Object.assign(state, changes); draw(); }

  function titled() {
    const title = document.querySelector("#complaint h1");
    if (title) { title.focus(); }
  }

  /* ---- Sending and looking ---- */

  function send(event) {
    event.preventDefault();
    if (state.busy) { return; }
    if (!state.category) { set({ why: Queue.t("choose") }); return; }
    key = key || Queue.key();
    const tied = state.tied && ticket;
    set({ busy: true, why: null });
    Queue.insist(tied ? "/t/" + secret + "/complaint" : "/office/" + office.key + "/complaints", {
      key: key, category: state.category, text: state.text, contact: state.contact, about_lead: state.lead, language: Queue.language()
    }, { giveUpMs: GIVE_UP_MS, wanted: function () { return true; }, onTrying: draw }).then(function (answer) {
      if (!answer.ok) { key = null; set({ busy: false, why: Queue.refusal(answer) }); return; }
      set({ busy: false, sent: answer, text: "", contact: "" });
      titled();
    }, function () { set({ busy: false, why: Queue.t("lost") }); });
  }

  function look(number) {
    if (state.looking) { return; }
    set({ looking: true, none: null });
    Queue.postWithin(8000, "/office/" + office.key + "/complaints/track", { tracking: number }).then(function (answer) {
      set({ looking: false, found: answer.ok ? answer.complaint : null, none: answer.ok ? null : Queue.refusal(answer) });
    }, function () { set({ looking: false, none: Queue.refusal({ refused: "line", facts: {} }) }); });
  }

  function again() {
    key = null;
    set({ sent: null, found: null, none: null, category: "", lead: false });
    titled();
  }

  /* ---- What is drawn ---- */

  function put(name) { return function (event) { state[name] = event.target.type === "checkbox" ? event.target.checked : event.target.value; key = null; }; }

  function tie() {
    if (!ticket) { return null; }
    const said = { label: ticket.label, service: Queue.say(ticket.service), date: Queue.date(ticket.issued_at) };
    return html`<label class="check card" data-testid="tied"><input type="checkbox" checked=${state.tied} onChange=${put("tied")} />
      <span><strong class="tied">${Queue.t("tied", said)}</strong><span class="soft text-s">${Queue.t("tied.why")}</span></span></label>`;
  }

  function choices() {
    return html`<fieldset class="categories"><legend>${Queue.t("category")}</legend>${Object.keys(categories).map(function (name) {
      return html`<label class="check" key=${name}><input type="radio" name="category" value=${name} checked=${state.category === name} data-testid=${"category-" + name} onChange=${put("category")} />
        <span>${Queue.t("complaint.category." + name)}<small>${Queue.t("category.days", { days: categories[name] })}</small></span></label>`;
    })}</fieldset>`;
  }

  function form() {
    return html`<form class="stack" onSubmit=${send} data-testid="form">
      <div><h1 tabindex="-1">${Queue.t("title")}</h1><p class="soft">${Queue.t("intro")}</p></div>
      ${tie()}${choices()}
      <label class="field"><span class="field-label">${Queue.t("text")}</span>
        <textarea class="input" required minlength="10" maxlength=${Queue.meta("most")} value=${state.text} data-testid="text" aria-describedby="text-hint" onInput=${put("text")}></textarea>
        <span class="field-hint" id="text-hint">${Queue.t("text.hint")}</span></label>
      <label class="check"><input type="checkbox" checked=${state.lead} data-testid="lead" onChange=${put("lead")} />
        <span>${Queue.t("lead")}<br /><span class="soft text-s">${Queue.t("lead.why")}</span></span></label>
      <label class="field"><span class="field-label">${Queue.t("contact")}</span>
        <input class="input" maxlength="120" autocomplete="off" value=${state.contact} data-testid="contact" aria-describedby="contact-hint" onInput=${put("contact")} />
        <span class="field-hint" id="contact-hint">${Queue.t("contact.hint", { days: Queue.meta("keep-days") })}</span></label>
      ${state.why ? html`<div role="alert" data-testid="why">${Visitor.notice("warn", "alert-triangle", state.why)}</div>` : null}
      <p class="text-s"><a href=${"/privacy/" + office.key + "?lang=" + Queue.language() + "#complaint"} data-testid="privacy">${Queue.t("privacy")}</a></p>
      <button class="button button-primary button-large button-wide" data-testid="send" aria-disabled=${state.busy ? "true" : null}>${Queue.t(state.busy ? "sending" : "send")}</button>
    </form>`;
  }

  function sent() {
    const answer = state.sent;
    return html`<section class="card stack" data-testid="sent"><h1 tabindex="-1">${Queue.t("sent")}</h1>
      <div><span class="soft">${Queue.t("track.number")}</span><strong class="number tracking" data-testid="tracking">${answer.tracking}</strong></div>
      ${Visitor.notice("info", "info-circle", Queue.t("sent.keep"))}
      <p>${Queue.t("sent.due", { date: Visitor.day(answer.due) })}<br /><span class="soft text-s">${Queue.t("sent.entry", { entry: answer.entry })}</span></p>
      ${answer.nobody ? Visitor.notice("warn", "alert-triangle", Queue.t("sent.nobody")) : null}
      <button class="button button-wide" data-testid="look-sent" onClick=${function () { look(answer.tracking); }}>${Queue.t("sent.look")}</button>
      <button class="button button-quiet button-wide" onClick=${again}>${Queue.t("another")}</button></section>`;
  }

  function tracker() {
    return html`<section class="stack"><form class="track" onSubmit=${function (event) { event.preventDefault(); look(state.typed); }}>
      <label class="field"><span class="field-label">${Queue.t("track")}</span>
        <input class="input" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck=${false} placeholder="XXXX-XXXX-XXXX" value=${state.typed} data-testid="typed"
          onInput=${function (event) { state.typed = event.target.value; }} /></label>
      <button class="button" data-testid="look" aria-disabled=${state.looking ? "true" : null}>${Queue.t("track.go")}</button></form>
      <div aria-live="polite">${state.none ? html`<p data-testid="none">${state.none}</p>` : null}${state.found ? Visitor.complaint(state.found) : null}</div></section>`;
  }

  function draw() {
    const root = document.getElementById("complaint");
    if (!state.ready) { return; }
    document.title = Queue.t("title") + " \u00b7 " + office.name;
    render(html`${Visitor.head(office, draw)}<div class="stack-loose">${state.sent ? sent() : form()}<hr />${tracker()}${Visitor.outside(office)}</div>`, root);
  }

  function begin() {
    Queue.zone(office.time_zone);
    Queue.language(Visitor.ownLanguage());
    Queue.words("complaint", office.key).then(function () { set({ ready: true }); }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  begin();
}());
