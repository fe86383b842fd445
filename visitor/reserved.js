/* One's own reservation: its code, when to come, and the ways to move it, give it back or bring it to the door. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const RETRY_MS = 3000, AGAIN_MS = 20000;

  const office = Visitor.facts("office-facts"), secret = Queue.meta("reservation");
  const scanned = (/[?&]door=([^&]+)/.exec(window.location.search) || [])[1];
  const state = { own: null, sessions: null, lost: false, gone: false, doing: null, busy: false, trying: false, why: null, said: null };

  const tell = Visitor.tell(base(), "reservation", "book_told", office.key, draw);

  /** The code of an address; one that somebody broke is sent as it stands, and refused in words. */
  function plain(text) {
    try { return decodeURIComponent(text).slice(0, 60); } catch (broken) { return text.slice(0, 60); }
  }

  function set(changes) { Object.assign(state, changes); draw(); }
  function base() { return "/r/" + encodeURIComponent(secret); }

  function act(name, args) {
    if (state.busy) { return; }
    set({ busy: true, why: null, said: null });
    Queue.insist(base() + "/" + name, Object.assign({ key: Queue.key() }, args), {
      giveUpMs: 30000, wanted: function () { return true; }, onTrying: function () { set({ trying: true }); }
    }).then(function (answer) {
      state.trying = false;
      if (!answer.ok) { set({ busy: false, why: Visitor.refused(answer) }); refresh(); return; }
      if (answer.ticket) { Visitor.dropReservation(secret); Visitor.remember(office.key, answer.ticket.secret, answer.ticket.label); window.location.assign(answer.ticket.page); return; }
      set({ busy: false, doing: null, said: Queue.t("did." + name) });
      window.scrollTo(0, 0);  // where it is said
      refresh();
    }, function () { set({ busy: false, trying: false, why: Queue.t("lost") }); });
  }

  function toggle(what) { return function () { set({ doing: state.doing === what ? null : what, why: null, said: null }); if (what === "change") { sessions(); } }; }

  /* ---- What is drawn ---- */

  function when(own) {
    const hours = Queue.time(own.starts_at) + "\u2013" + Queue.time(own.ends_at), name = Queue.say(own.session_name);
    return html`<dl class="facts"><div class="fact fact-wide"><dt>${Queue.t("when")}</dt><dd data-testid="when">${Queue.day(own.day)}, ${hours}${name ? " \u00b7 " + name : ""}</dd></div>
      <div class="fact fact-wide"><dt>${Queue.t("checkin")}</dt><dd data-testid="check-in-time">${Queue.t("checkin.between", { from: Queue.time(own.starts_at - own.early_min * 60000), until: Queue.time(own.expires_at) })}</dd></div>
      ${own.asks.indexOf("party") >= 0 ? html`<div class="fact fact-wide"><dt>${Queue.t("people")}</dt><dd>${Queue.t("people.are", { n: own.people, men: own.party.men, women: own.party.women, children: own.party.children })}</dd></div>` : null}</dl>`;
  }

  function code(own) {
    return html`<section class="card now"><div class="soft">${Queue.t("code")}</div><strong class="number code" data-testid="code">${own.code}</strong>
      <img class="code-qr" src=${base() + "/qr.svg"} width="200" height="200" alt=${Queue.t("code.alt", { code: own.code })} />
      <p>${Queue.t("code.how")}${own.door && !scanned ? " " + Queue.t("code.door") : ""}</p></section>`;
  }

  function over(own) {
    const key = own.state === "cancelled" && own.reason === "not_visitable" ? "state.not_visitable" : "state." + own.state;
    return html`<section class="card closed" data-testid="over" data-state=${own.state}><h2>${Queue.t(key)}</h2>
      ${own.ticket ? html`<p><a class="button button-primary button-wide" href=${own.ticket.page} data-testid="ticket">${Queue.t("to.ticket", { label: own.ticket.label })}</a></p>`
      : html`<p>${Queue.t(key + ".next")}</p><p><a href=${"/book/" + office.key}>${Queue.t("again")}</a></p>`}</section>`;
  }

  function change(own) {
    const found = state.sessions && state.sessions.services.filter(function (each) { return each.key === own.service; })[0];
    if (!found) { return html`<p class="soft">${Queue.t("loading")}</p>`; }
    return html`<section class="card" data-testid="changing"><h2>${Queue.t("change.to")}</h2>
      ${Visitor.days(found.days, own.days, { day: own.day, session: own.session }, function (day, session) { act("change", { day: day, session: session.key }); }, own.priority)}</section>`;
  }

  /* Who scanned the code at the door came for this: it stands first. */
  function here() {
    return html`<button class="button button-primary button-large button-wide" data-testid="check-in" aria-disabled=${state.busy ? "true" : null}
      onClick=${function () { act("check_in", { door: plain(scanned) }); }}>${Queue.t(state.busy ? "checkin.busy" : "checkin.now")}</button>`;
  }

  function ways(own) {
    return html`<div class="acts">
      <a class="button button-wide" data-testid="calendar" href=${base() + "/calendar.ics"} download>${Queue.t("calendar")}</a>
      <button class="button button-wide" data-testid="change" aria-expanded=${String(state.doing === "change")} onClick=${toggle("change")}>${Queue.t("change")}</button>
      ${state.doing === "change" ? change(own) : null}
      <button class="button button-quiet button-wide" data-testid="cancel" aria-expanded=${String(state.doing === "cancel")} onClick=${toggle("cancel")}>${Queue.t("cancel")}</button>
      ${state.doing === "cancel" ? html`<section class="card stack-tight"><p>${Queue.t("cancel.sure")}</p>
        <button class="button button-wide" data-testid="cancel-yes" onClick=${function () { act("cancel", {}); }}>${Queue.t("cancel.yes")}</button></section>` : null}</div>`;
  }

  function draw() {
    const root = document.getElementById("book"), own = state.own;
    if (state.gone) { render(html`${Visitor.head(office, draw)}<p class="empty">${Queue.refusal({ refused: "no_such_reservation", facts: {} })}</p><p><a href=${"/book/" + office.key}>${Queue.t("again")}</a></p>`, root); return; }
    if (!own) { render(html`<p class="empty">${Queue.t(state.lost ? "lost.first" : "loading")}</p>`, root); return; }
    document.title = Queue.t("own") + " " + own.code + " \u00b7 " + office.name;
    const bring = Queue.say(own.requirements), booked = own.state === "booked";
    render(html`${Visitor.head(office, draw)}<div class="stack"><h1 tabindex="-1">${Queue.t("own")}: ${Queue.say(own.name)}</h1>
      ${state.said ? html`<div role="status" data-testid="said">${Visitor.notice("good", "check", state.said)}</div>` : null}${Visitor.why(state.why)}${Visitor.trying(state.trying)}
      ${booked && !own.held ? Visitor.notice("warn", "alert-triangle", Queue.refusal({ refused: "session_gone", facts: { date: own.day } })) : null}
      ${booked && scanned ? here() : null}${booked ? code(own) : over(own)}${when(own)}
      ${booked && bring ? html`<section class="card stack-tight"><h2>${Queue.t("bring")}</h2><p class="lines">${bring}</p></section>` : null}
      ${booked ? tell.view() : null}${booked ? ways(own) : null}</div>
      <footer class="foot soft text-s">${Queue.t("keep.address")}<br />${Queue.say(office.complaint)}</footer>`, root);
  }

  function sessions() {
    Queue.get("/office/" + office.key + "/sessions").then(function (found) { set({ sessions: found.services ? found : null }); }, function () { set({ why: Queue.t("lost") }); });
  }

  let next = null;
  function refresh() {
    window.clearTimeout(next);
    Queue.get(base() + "/picture").then(function (own) {
      if (!own.ok) {
        if (own.refused === "no_such_reservation") { Visitor.dropReservation(secret); set({ gone: true }); return; }
        throw new Error("no picture");
      }
      if (own.state !== "booked") { Visitor.dropReservation(secret); } else { Visitor.keepReservation(office.key, { secret: secret, code: own.code, day: own.day }); }
      if (!state.own || state.own.state !== own.state) { tell.load(); }
      set({ own: own, lost: false });
      next = window.setTimeout(refresh, AGAIN_MS);
    }).catch(function () { set({ lost: true }); next = window.setTimeout(refresh, RETRY_MS); });
  }

  function begin() {
    Queue.zone(office.time_zone);
    Queue.language(Visitor.ownLanguage());
    Queue.words("book", office.key).then(function () { draw(); refresh(); }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  document.addEventListener("visibilitychange", function () { if (!document.hidden && state.own) { refresh(); } });
  begin();
}());
