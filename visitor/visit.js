/* Taking a number on one's own phone: the services, one service, a number. With ?door=CODE it also notes an arrival. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const AGAIN_MS = 20000, RETRY_MS = 3000, GIVE_UP_MS = 60000;

  const office = Queue.meta("office");
  const scanned = (/[?&]door=([^&]+)/.exec(window.location.search) || [])[1];
  const door = scanned ? plain(scanned) : null;
  const state = { picture: null, lost: false, key: null, sending: null, trying: false, failed: false, refusal: null, mine: [], noted: null, plate: "", said: Visitor.nothingSaid(), case: "" };
  /* From a sheet of one service, such as the one at the beginning of a lane, that service is open at once. */
  state.key = plain((/[?&]service=([^&]+)/.exec(window.location.search) || ["", ""])[1]) || null;
  let wish = null;

  /** The code of an address; one that somebody broke is sent as it stands, and refused in words. */
  function plain(text) {
    try { return decodeURIComponent(text).slice(0, 60); } catch (broken) { return text.slice(0, 60); }
  }

  /* From a number's own page: what its holder needs. The secret stands behind the #, which no server is told. */
  const own = (/#needs=([\w-]+)$/.exec(window.location.hash) || [])[1] || null;

  function set(changes) { Object.assign(state, changes); draw(); }

  /* ---- What is drawn ---------------------------------------------------------------------------- */

  function status(service) {
    if (!service.may.allowed) {
      return html`<span class="state state-closed">${service.may.code === "remote_off" ? Queue.t("service.at_office") : service.may.code === "reserve_first" ? Queue.t("service.reserve") : Queue.shut(service.may)}</span>`;
    }
    return html`<span class="soft">${service.waiting ? Queue.t("waiting", { count: service.waiting }) : Queue.t("waiting.none")}</span>`;
  }

  function card(service) {
    return html`<li><button class="service" data-testid=${"service-" + service.key} onClick=${function () { open(service.key); }}>
      ${Visitor.badge(service)}
      <span class="service-text"><strong>${Queue.say(service.name)}</strong><span class="soft">${Queue.say(service.summary)}</span>${status(service)}</span>
    </button></li>`;
  }

  /* remote: numbers are given to phones once it is open; otherwise they are taken at the office. */
  function closed(may, remote) {
    if (may.code === "reserve_first") {
      return html`<div class="card closed" data-testid="closed">${Visitor.icon("ticket", "icon-big")}
        <h2>${Queue.whyNot(may)}</h2><p><a class="button button-primary button-wide" data-testid="book" href=${"/book/" + office}>${Queue.t("service.book")}</a></p></div>`;
    }
    if (may.code === "remote_off") {
      return html`<div class="card closed" data-testid="closed">${Visitor.icon("map-pin", "icon-big")}
        <h2>${Queue.whyNot(may)}</h2><p>${Queue.t("closed.kiosk")}</p></div>`;
    }
    return html`<div class="card closed" data-testid="closed">${Visitor.icon("calendar-off", "icon-big")}
      <h2>${Queue.whyNot(may)}</h2><p>${Queue.opening(may)}</p>
      ${remote ? null : html`<p>${Queue.t("closed.at_office")}</p>`}
      <p class="soft">${Queue.t("closed.meanwhile")}</p></div>`;
  }

  function mine(number) {
    return html`<a class="card mine" data-testid="mine" href=${"/t/" + number.secret}>
      <span>${Queue.t("mine")}</span><span class="number">${number.label}</span><span class="mine-open">${Queue.t("mine.open")}</span></a>`;
  }

  /* Who reserved a place checks in here: with a code from the door it becomes a number. */
  function reserved() {
    return Visitor.reservations(office).map(function (kept) {
      return html`<a class="card mine" key=${kept.secret} data-testid="reserved" href=${"/r/" + kept.secret + (door ? "?door=" + encodeURIComponent(door) : "")}>
        <span>${Queue.t("reserved")}, ${Queue.day(kept.day)}</span><span class="number">${kept.code}</span><span class="mine-open">${Queue.t(door ? "reserved.check_in" : "reserved.open")}</span></a>`;
    });
  }

  /* What the scanned code is worth now: where no numbers are given from afar, everything depends on it. */
  function code() {
    const worth = state.picture.door;
    if (!worth || state.noted) { return null; }
    return html`<div data-testid="door-code">${worth === "here"
      ? html`<p class="quiet-line">${Visitor.icon("map-pin")}<span>${Queue.t("door.here")}</span></p>`
      : Visitor.notice("warn", "alert-triangle", Queue.refusal({ refused: worth, facts: {} }), Queue.t("help"))}</div>`;
  }

  function noted() {
    if (!state.noted) { return null; }
    return html`<div data-testid="arrival" role="status">${state.noted === true
      ? Visitor.notice("good", "circle-check", Queue.t("arrival.noted"), Queue.t("arrival.noted.text"))
      : Visitor.notice("warn", "alert-triangle", Queue.refusal(state.noted), Queue.t("help"))}</div>`;
  }

  function list() {
    const services = state.picture.services, may = Queue.closed(services);
    const remote = services.some(function (service) { return service.remote; });
    return html`<div class="stack">
      ${state.mine.map(mine)}${reserved()}
      ${noted()}
      ${code()}
      ${may ? closed(may, remote) : html`<h1>${Queue.t(state.mine.length ? "choose.other" : "choose")}</h1>`}
      <ul class="plain services">${services.map(card)}</ul>
      ${state.picture.bookable ? html`<p><a href=${"/book/" + office} data-testid="to-book">${Queue.t("book.to")}</a></p>` : null}
    </div>`;
  }

  function fact(title, text) { return text ? html`<div class="fact"><dt>${title}</dt><dd>${text}</dd></div>` : null; }

  function told(service) {
    const stated = service.promise || {}, parts = service.components || {};
    return html`
      <section class="card stack-tight"><h2>${Queue.t("bring")}</h2><p class="lines">${Queue.say(parts.requirements) || Queue.t("bring.nothing")}</p></section>
      <dl class="facts">
        ${fact(Queue.t("tariff"), service.free ? html`<strong class="free">${Queue.t("free")}</strong>` : Queue.say(parts.tariff))}
        ${fact(Queue.t("waiting.now"), String(service.waiting))}
        ${Queue.foretold(service.forecast) ? fact(Queue.t("wait"), Queue.forecast(service.forecast)) : null}
        ${fact(Queue.t("promise.wait"), stated.wait_min ? Queue.t("minutes.most", { minutes: stated.wait_min }) : null)}
        ${fact(Queue.t("promise.service"), stated.service_min ? Queue.t("minutes.about", { minutes: stated.service_min }) : null)}
        ${fact(Queue.t("promise.visit"), stated.visit_min ? Queue.t("minutes.most", { minutes: stated.visit_min }) : null)}
      </dl>
      <details class="standard"><summary>${Queue.t("standard")}</summary>
        ${Queue.PUBLISHED.map(function (name) {
          return html`<section><h3>${Queue.t("component." + name)}</h3><p class="lines">${Queue.say(parts[name]) || Queue.t("component.none")}</p></section>`;
        })}${service.decree ? html`<section><h3>${Queue.t("standard.decree")}</h3><p class="lines">${service.decree}</p></section>` : null}</details>`;
  }

  function trouble() {
    if (state.trying) { return Visitor.notice("warn", "wifi-off", Queue.t("send.trying"), Queue.t("send.trying.text")); }
    if (state.failed) { return Visitor.notice("warn", "wifi-off", Queue.t("send.failed"), Queue.t("send.failed.text")); }
    return state.refusal ? Visitor.notice("warn", "alert-triangle", Queue.refusal(state.refusal), Queue.t("help")) : null;
  }

  function takers(service) {
    if (!service.may.allowed) { return html`${code()}${closed(service.may, service.remote)}`; }
    const busy = Boolean(state.sending);
    return html`<div class="acts">
      ${service.collects ? html`<label class="field"><span class="field-label">${Queue.t("case.field")}</span>
        <input class="input code" data-testid="case" maxlength="12" autocapitalize="characters" autocomplete="off" spellcheck=${false} value=${state.case} onInput=${function (event) { state.case = event.target.value; wish = null; }} /></label>` : null}
      ${service.plate ? html`<label class="field"><span class="field-label">${Queue.t("plate")}</span>
        <input class="input" data-testid="plate" maxlength="16" autocapitalize="characters" autocomplete="off" value=${state.plate} onInput=${function (event) { state.plate = event.target.value; wish = null; }} />
        <span class="field-hint">${Queue.t("plate.hint")}</span></label>` : null}
      ${Visitor.needsFolded(state.said, state.picture.needs, function (said) { wish = null; set({ said: said }); }, true)}
      <button class="button button-primary button-large button-wide" data-testid="take" aria-disabled=${String(busy)} onClick=${function () { take(false); }}>
        ${Visitor.icon("ticket")}<span>${Queue.t(busy && !state.sending.priority ? "taking" : "take")}</span></button>
      <button class="button button-wide priority" data-testid="priority" aria-disabled=${String(busy)} onClick=${function () { take(true); }}>
        ${Visitor.icon("accessible")}<span>${Queue.t(busy && state.sending.priority ? "taking" : "priority")}<small>${Queue.t("priority.who")}</small></span></button>
      ${Visitor.law(state.picture.classes)}
    </div>`;
  }

  function one(service) {
    return html`<div class="stack">
      <button class="button button-quiet back" data-testid="back" onClick=${function () { open(null); }}>${Visitor.icon("arrow-left")}<span>${Queue.t("back")}</span></button>
      <div class="title">${Visitor.badge(service)}<h1 tabindex="-1">${Queue.say(service.name)}</h1></div>
      ${told(service)}
      <div aria-live="assertive">${trouble()}</div>
      ${takers(service)}
    </div>`;
  }

  function needsOfOwn() {
    return html`<div class="stack" data-testid="own-needs"><h1 tabindex="-1">${Queue.t("need.title")}</h1>
      ${Visitor.needs(state.said, state.picture.needs, function (said) { set({ said: said, saved: false }); }, false)}
      <div aria-live="polite">${state.saved ? html`<p class="quiet-line" data-testid="need-saved">${Visitor.icon("circle-check")}<span>${Queue.t("need.saved")}</span></p>` : trouble()}</div>
      <button class="button button-primary button-wide" data-testid="need-save" aria-disabled=${String(Boolean(state.sending))} onClick=${saveNeeds}>${Queue.t(state.sending ? "sending" : "need.save")}</button>
      <a class="button button-wide" data-testid="to-ticket" href=${"/t/" + own}>${Queue.t("mine.open")}</a></div>`;
  }

  function saveNeeds() {
    if (state.sending) { return; }
    const said = state.said, fetch = Visitor.fetches(said);
    set({ sending: true, refusal: null, failed: false });
    Queue.postWithin(8000, "/t/" + own + "/needs", { needs: said.needs.join(","), fetch: fetch, where: fetch ? said.where.trim() : "" }).then(function (answer) {
      set({ sending: null, saved: answer.ok, refusal: answer.ok ? null : answer });
    }, function () { set({ sending: null, refusal: { refused: "line", facts: {} } }); });
  }

  function draw() {
    const picture = state.picture, root = document.getElementById("visit");
    if (!picture) {
      render(html`<p class="empty">${Queue.t(state.lost ? "lost.first" : "loading")}</p>`, root);
      return;
    }
    const service = picture.services.filter(function (each) { return each.key === state.key; })[0];
    document.title = Queue.t("title") + " \u00b7 " + picture.office.name;
    render(html`${Visitor.head(picture.office, draw)}
      ${state.lost ? html`<p><span class="line-mark" role="status">${Visitor.icon("wifi-off")}${Queue.t("line.lost", { time: Queue.time(picture.at) })}</span></p>` : null}
      ${own ? needsOfOwn() : service ? one(service) : list()}
      ${picture.cases && !own && !service ? html`<p><a class="button button-wide" data-testid="my-case" href=${"/case/" + picture.office.key}>${Visitor.icon("ticket")}<span>${Queue.t("mine.case")}</span></a></p>` : null}
      ${Visitor.installer(draw)}
      <footer class="foot soft text-s">${Queue.say(picture.office.complaint)} <a href=${"/privacy/" + picture.office.key + "?lang=" + Queue.language() + "#number"} data-testid="privacy">${Queue.t("privacy")}</a></footer>`, root);
  }

  /* ---- What is done ----------------------------------------------------------------------------- */

  function open(key) {
    wish = null;
    set({ key: key, sending: null, trying: false, failed: false, refusal: null });
    window.scrollTo(0, 0);
    const title = document.querySelector("h1[tabindex]");
    if (title) { title.focus(); }
    if (key) { window.history.pushState({ key: key }, ""); }
  }

  function take(priority) {
    if (state.sending) { return; }
    if (!wish || wish.priority !== priority || wish.service !== state.key) {
      wish = { key: Queue.key(), service: state.key, priority: priority, language: Queue.language() };
      if (door) { wish.door = door; }
      if (state.plate) { wish.plate = state.plate; }
      Object.assign(wish, Visitor.saidArgs(state.said));
      if (state.case.trim()) { wish.case = state.case.trim(); }
    }
    const sent = wish;
    set({ sending: sent, trying: false, failed: false, refusal: null });
    Queue.insist("/office/" + encodeURIComponent(office) + "/tickets", sent, {
      wanted: function () { return sent === wish; }, giveUpMs: GIVE_UP_MS, againMs: 2000,
      onTrying: function () { set({ trying: true }); }
    }).then(function (answer) {
      if (sent !== wish) { return; }
      if (!answer.ok) { wish = null; set({ sending: null, trying: false, refusal: answer }); return; }
      taken(answer.ticket);
    }, function () { if (sent === wish) { set({ sending: null, trying: false, failed: true }); } });
  }

  function taken(ticket) {
    Visitor.remember(office, ticket.secret, ticket.label);
    const go = function () { window.location.assign("/t/" + ticket.secret); };
    if (door) { arrive(ticket.secret).then(go, go); } else { go(); }
  }

  function arrive(secret) { return Queue.postWithin(6000, "/t/" + secret + "/arrived", { door: door }); }

  /** The numbers this phone holds, as they are now; who stands at the door has arrived. */
  function recall() {
    Visitor.remembered(office).forEach(function (number) {
      Queue.get("/t/" + number.secret + "/picture").then(function (picture) {
        if (!picture.ticket || picture.ended) { Visitor.forget(number.secret); return; }
        set({ mine: state.mine.filter(function (other) { return other.secret !== number.secret; }).concat([number]) });
        if (door && !picture.ticket.arrived_at) {
          arrive(number.secret).then(function (answer) { set({ noted: answer.ok ? true : answer }); }, function () { /* the next visit tells */ });
        } else if (door) { set({ noted: true }); }
      }, function () { /* no line: the list says so */ });
    });
  }

  /** Reservations that became a number at the kiosk, were given back elsewhere or ran out are none of this phone any more. */
  function recallReservations() {
    Visitor.reservations(office).forEach(function (kept) {
      Queue.get("/r/" + kept.secret + "/picture").then(function (own) {
        if (own.ok && own.state === "booked" || !own.ok && own.refused !== "no_such_reservation") { return; }
        Visitor.dropReservation(kept.secret);
        if (own.ticket) { Visitor.remember(office, own.ticket.page.slice(3), own.ticket.label); recall(); }
        draw();
      }, function () { /* no line: the list says so */ });
    });
  }

  function readOwn() {
    Queue.get("/t/" + own + "/picture").then(function (picture) {
      if (picture.ticket) { set({ said: { needs: picture.ticket.needs, fetch: picture.ticket.needs.length ? picture.ticket.fetch : null, where: picture.ticket.where } }); }
    }, function () { /* the form is empty then */ });
  }

  let next = null;
  function refresh() {
    window.clearTimeout(next);
    Queue.get("/office/" + encodeURIComponent(office) + "/door" + (door ? "?door=" + encodeURIComponent(door) : "")).then(function (picture) {
      if (picture.kind !== "door") { throw new Error("no picture"); }
      Queue.zone(picture.office.time_zone);
      set({ picture: picture, lost: false });
      next = window.setTimeout(refresh, AGAIN_MS);
    }).catch(function () { set({ lost: true }); next = window.setTimeout(refresh, RETRY_MS); });
  }

  function begin() {
    Queue.language(Visitor.ownLanguage());
    Queue.words("visitor", office).then(function () { draw(); refresh(); recall(); recallReservations(); if (own) { readOwn(); } }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  window.addEventListener("popstate", function () { wish = null; set({ key: null, sending: null, refusal: null }); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden && state.picture) { refresh(); recall(); recallReservations(); } });
  begin();
}());
