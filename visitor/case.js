/* A case on the phone: its code, until when it is promised, whether it is ready, and a number to collect it with. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const RETRY_MS = 3000, AGAIN_MS = 30000, GIVE_UP_MS = 30000;
  const SIGNS = { in_work: "hourglass", due: "hourglass", late: "alert-triangle", ready: "circle-check", collected: "circle-check", ended: "circle-x" };

  const office = JSON.parse(Queue.meta("office-facts"));
  const scanned = (/[?&]door=([^&]+)/.exec(window.location.search) || [])[1];
  const state = { code: behind(), typed: "", found: null, none: null, busy: false, why: null, lost: false, plate: "" };
  let next = null, wish = null;

  /** The code stands behind the address's #: it never leaves the phone but in a question of ours. */
  function behind() { return plain(window.location.hash.slice(1)).slice(0, 12); }
  function plain(text) { try { return decodeURIComponent(text); } catch (broken) { return text; } }
  function set(changes) { Object.assign(state, changes); draw(); }

  function look() {
    window.clearTimeout(next);
    if (!state.code) { draw(); return; }
    Queue.postWithin(8000, "/office/" + office.key + "/case", { code: state.code }).then(function (answer) {
      set(answer.ok ? { found: answer.case, none: null, lost: false } : { found: null, none: Queue.refusal(answer), lost: false });
      if (answer.ok) { next = window.setTimeout(look, AGAIN_MS); }
    }, function () { set({ lost: true }); next = window.setTimeout(look, RETRY_MS); });
  }

  function ask(event) {
    event.preventDefault();
    state.code = state.typed.trim();
    window.history.replaceState(null, "", "#" + encodeURIComponent(state.code));
    look();
  }

  function take(place) {
    if (state.busy) { return; }
    if (!wish || wish.service !== place.key || wish.plate !== (place.plate ? state.plate : undefined)) {
      wish = { key: Queue.key(), service: place.key, case: state.found.code, language: Queue.language() };
      if (place.plate && state.plate) { wish.plate = state.plate; }
      if (scanned) { wish.door = plain(scanned).slice(0, 60); }
    }
    const sent = wish;
    set({ busy: true, why: null });
    Queue.insist("/office/" + office.key + "/tickets", sent, { giveUpMs: GIVE_UP_MS, wanted: function () { return true; }, onTrying: draw }).then(function (answer) {
      if (!answer.ok) { wish = null; set({ busy: false, why: Queue.refusal(answer) }); return; }
      Visitor.remember(office.key, answer.ticket.secret, answer.ticket.label);
      window.location.assign("/t/" + answer.ticket.secret);
    }, function () { set({ busy: false, why: Queue.t("lost") }); });
  }

  /* ---- What is drawn ---- */

  function form() {
    return html`<form class="card stack-tight" onSubmit=${ask}><label class="field"><span class="field-label">${Queue.t("code")}</span>
      <input class="input code" data-testid="code" required maxlength="12" autocomplete="off" autocapitalize="characters" spellcheck=${false} value=${state.typed} onInput=${function (event) { state.typed = event.target.value; }} />
      <span class="field-hint">${Queue.t("code.hint")}</span></label>
      ${state.none ? html`<div role="alert" data-testid="none">${Visitor.notice("warn", "alert-triangle", state.none)}</div>` : null}
      <button class="button button-primary button-large button-wide" data-testid="look">${Queue.t("look")}</button></form>`;
  }

  function fact(name, text) { return text ? html`<div class="fact fact-wide"><dt>${Queue.t(name)}</dt><dd data-testid=${name}>${text}</dd></div>` : null; }

  function one(found) {
    return html`<section class="card now" data-testid="case" data-state=${found.state}><div class="soft">${Queue.say(found.name)}</div>
        <strong class="number code">${found.code}</strong>
        <div class=${"still still-" + found.state} role="status">${Visitor.icon(SIGNS[found.state], "icon-big")}<h2>${Queue.t("state." + found.state)}</h2>
          <p>${Queue.t("state." + found.state + ".text", { date: Queue.day(found.over_day || found.due), n: Math.abs(found.left) })}</p></div></section>
      <dl class="facts">${fact("given", Queue.day(found.day))}${fact("due", Queue.day(found.due) + " (" + Queue.t(found.days ? "due.days" : "due.same", { n: found.days }) + ")")}
        ${fact("ready", found.ready_day ? Queue.day(found.ready_day) : null)}</dl>
      ${found.ticket ? html`<p><a class="button button-primary button-wide" data-testid="ticket" href=${found.ticket.page}>${Queue.t("ticket", { label: found.ticket.label })}</a></p>`
      : found.collect.map(place)}`;
  }

  function place(one) {
    return html`<section class="card stack-tight" key=${one.key} data-testid=${"collect-" + one.key}><h2>${Queue.say(one.name)}</h2><p class="soft">${Queue.say(one.summary)}</p>
      ${one.may.allowed || scanned ? html`${one.plate ? html`<label class="field"><span class="field-label">${Queue.t("plate")}</span>
          <input class="input" maxlength="16" autocapitalize="characters" autocomplete="off" data-testid="plate" value=${state.plate} onInput=${function (event) { state.plate = event.target.value; }} /></label>` : null}
        <button class="button button-primary button-wide" data-testid=${"take-" + one.key} aria-disabled=${String(state.busy)} onClick=${function () { take(one); }}>${Visitor.icon("ticket")}<span>${Queue.t("take")}</span></button>`
      : html`<p>${Queue.whyNot(one.may)} ${one.may.code === "remote_off" ? Queue.t("at_office") : Queue.opening(one.may)}</p>`}</section>`;
  }

  function draw() {
    document.title = Queue.t("title") + " \u00b7 " + office.name;
    render(html`${Visitor.head(office, draw)}<div class="stack"><h1 tabindex="-1">${Queue.t("title")}</h1>
      ${state.lost ? html`<p class="quiet-line" role="status">${Visitor.icon("wifi-off")}<span>${Queue.t("lost.first")}</span></p>` : null}
      ${state.why ? html`<div role="alert" data-testid="why">${Visitor.notice("warn", "alert-triangle", state.why)}</div>` : null}
      ${state.found ? one(state.found) : form()}
      ${state.found ? html`<p><button class="button button-quiet button-wide" data-testid="other" onClick=${function () { window.clearTimeout(next); set({ found: null, code: "", typed: "", none: null, why: null }); }}>${Queue.t("other")}</button></p>` : null}</div>
      <footer class="foot soft text-s">${Queue.t("keep")}<br />${Queue.say(office.complaint)}</footer>`, document.getElementById("case"));
  }

  function begin() {
    Queue.zone(office.time_zone);
    Queue.language(Visitor.ownLanguage());
    Queue.words("case", office.key).then(function () { draw(); look(); }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  window.addEventListener("hashchange", function () { if (behind() !== state.code) { state.code = behind(); look(); } });
  document.addEventListener("visibilitychange", function () { if (!document.hidden && state.code) { look(); } });
  begin();
}());
