/* The ticket page in each state of the number. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;
  const ARROWS = { ahead: "arrow-up", left: "arrow-left", right: "arrow-right", up: "stairs-up", down: "stairs-down", back: "arrow-back-up" };
  const DOTS = 12;

  /** Four digits or two letters need smaller ones to stay in one line. */
  function size(ticket) { return ticket.label.length > 5 ? " number-long" : ""; }

  function number(ticket) {
    return html`<div class="label"><div class="soft">${Queue.t("yours")}</div>
      <h1 class=${"number number-phone" + size(ticket)} data-testid="ticket-label">${ticket.label}</h1>
      <div class="title title-centre">${Visitor.badge(ticket.service)}<span>${Queue.say(ticket.service.name)}</span></div>
      <div class="soft text-s">${Queue.t("taken", { time: Queue.time(ticket.issued_at) })}</div>
      ${ticket.plate ? html`<div class="soft text-s" data-testid="plate">${ticket.plate}</div>` : null}
      ${ticket.priority ? html`<div class="class-priority">${Visitor.icon("accessible")} ${Queue.t("priority.given")}</div>` : null}</div>`;
  }

  /** The people ahead as a row of dots, the visitor as the last one; for the eye only. */
  function dots(ahead) {
    const shown = [];
    for (let place = 0; place < Math.min(ahead, DOTS); place += 1) { shown.push(html`<i></i>`); }
    return html`<div class="dots" aria-hidden="true">${shown}${ahead > DOTS ? html`<b>+${ahead - DOTS}</b>` : null}<i class="me"></i></div>`;
  }

  function place(state) {
    const ahead = state.ahead;
    if (ahead === null || ahead === undefined) { return html`<p class="ahead">${Queue.t("ahead.unknown")}</p>`; }
    if (ahead === 0) { return html`<p class="ahead"><strong class="next-one">${Queue.t("ahead.none")}</strong></p>${dots(0)}`; }
    return html`<p class="ahead"><strong class="ahead-count">${ahead}</strong> ${Queue.t("ahead.people", { count: ahead })}</p>${dots(ahead)}`;
  }

  /** The range as the line says it now, newer than the number's own picture. */
  function expected(state) {
    const minutes = state.minutes, own = state.picture.ticket.forecast;
    return minutes ? { low_min: minutes[0], high_min: minutes[1] } : own;
  }

  function facts(state) {
    const ticket = state.picture.ticket, hall = Queue.say(ticket.hall), forecast = expected(state);
    return html`<dl class="facts">
      <div class="fact"><dt>${Queue.t("wait")}</dt><dd data-testid="forecast">${Queue.forecast(forecast)}</dd>
        ${Queue.foretold(forecast) ? html`<dd class="fact-note">${Queue.t("forecast.note")}</dd>` : null}</div>
      ${ticket.stated_wait_ms ? html`<div class="fact"><dt>${Queue.t("promise.wait")}</dt><dd>${Queue.t("minutes.most", { minutes: Queue.minutes(ticket.stated_wait_ms) })}</dd></div>` : null}
      ${hall ? html`<div class="fact fact-wide"><dt>${Queue.t("hall")}</dt><dd>${hall}</dd></div>` : null}
    </dl>`;
  }

  function sound(state, acts) {
    if (state.sound === "on") {
      return html`<div class="quiet-line" data-testid="sound-on">${Visitor.icon("bell-ringing")}<span>${Queue.t("sound.on")} ${Queue.t("sound.locked")}</span></div>`;
    }
    return html`<section class="card ask-sound"><p>${Queue.t(state.sound === "no" ? "sound.no" : "sound.ask")}</p>
      <button class="button button-wide" data-testid="sound" onClick=${acts.sound}>${Visitor.icon("bell")}<span>${Queue.t("sound.button")}</span></button>
      <p class="soft text-s">${Queue.t("sound.locked")}</p></section>`;
  }

  function coming(state, acts) {
    if (state.picture.ticket.coming) {
      return html`<p class="quiet-line" data-testid="coming-told">${Visitor.icon("circle-check")}<span>${Queue.t("coming.told")}</span></p>`;
    }
    return html`<button class="button button-large button-wide coming" data-testid="coming" aria-disabled=${String(state.busy === "coming")} onClick=${acts.coming}>
      ${Visitor.icon("walk")}<span>${Queue.t(state.busy === "coming" ? "sending" : "coming")}</span></button>`;
  }

  function remote(state, acts) {
    const ticket = state.picture.ticket;
    if (ticket.channel !== "online" || ticket.arrived_at || ticket.other_awaited) { return null; }
    /* Without an address for phones there is no QR code at the door: the staff note the arrival. */
    const code = Queue.meta("door-code"), here = Queue.t(code ? (code === "sheet" ? "remote.sheet" : "remote.scan") : "remote.tell");
    return html`<section class="card stack-tight" data-testid="remote">${Visitor.icon("map-pin")} <strong>${Queue.t("remote.title")}</strong>
      <p>${here} ${Queue.t("remote.text", { count: ticket.return_after })}</p>${coming(state, acts)}</section>`;
  }

  function cancel(state, acts) {
    if (!state.asking) { return html`<button class="button button-quiet button-wide" data-testid="cancel" onClick=${acts.ask}>${Queue.t("cancel")}</button>`; }
    return html`<div class="card card-quiet stack-tight" role="group" aria-label=${Queue.t("cancel.sure", { label: state.picture.ticket.label })}>
      <p><strong>${Queue.t("cancel.sure", { label: state.picture.ticket.label })}</strong><br />${Queue.t("cancel.text")}</p>
      <button class="button button-bad button-wide" data-testid="cancel-yes" aria-disabled=${String(state.busy === "cancel")} onClick=${acts.cancel}>${Queue.t(state.busy === "cancel" ? "sending" : "cancel.yes")}</button>
      <button class="button button-wide" data-testid="cancel-no" onClick=${acts.keep}>${Queue.t("cancel.no")}</button></div>`;
  }

  /* It is said before the phone is handed in, and otherwise once it is gone. */
  function locker(ticket) {
    const stages = ticket.journey, first = stages.filter(function (stage) { return stage.phone_away; })[0];
    if (!first || !stages.some(function (stage) { return stage.state === "now"; })) { return null; }
    const which = first.state === "ahead" ? "before" : first.state === "now" ? "phone" : "away";
    return html`<p data-testid="locker">${Queue.t("journey." + which, { stage: Queue.say(first.name) })}</p>`;
  }

  /** Where the number is in its journey, and that from the locker on no phone is needed. */
  function journey(ticket) {
    if (!(ticket.journey || []).length) { return null; }
    return html`<section class="card stack-tight" data-testid="journey"><h2 class="text-l">${Queue.t("journey")}</h2>
      <ol class="journey">${ticket.journey.map(function (stage) {
        return html`<li class=${"stage-" + stage.state} aria-current=${stage.state === "now" ? "step" : null}>${Queue.say(stage.name)} <span class="soft text-s">${Queue.t("journey." + stage.state)}</span></li>`;
      })}</ol>
      ${ticket.other_awaited ? html`<p>${Queue.t("journey.other")}</p>` : null}${locker(ticket)}</section>`;
  }

  /** What continues another day: the code to keep, and until when it is promised. */
  function errand(state) {
    const found = state.picture.ticket.case;
    if (!found) { return null; }
    return html`<section class="card now" data-testid="case"><h2 class="text-l">${Queue.t("case")}</h2><strong class="number code" data-testid="case-code">${found.code}</strong>
      <p>${Queue.t("case." + found.state + (found.state === "in_work" && !found.days ? ".same" : ""), { date: Queue.day(found.due), n: found.days })}</p>
      <p class="soft text-s">${Queue.t("case.keep")}</p>
      <a class="button button-wide" href=${"/case/" + state.picture.office.key + "#" + found.code}>${Queue.t("case.open")}</a></section>`;
  }

  function trouble(state) {
    return state.refusal ? html`<div role="alert">${Visitor.notice("warn", "alert-triangle", Queue.refusal(state.refusal), Queue.t("help"))}</div>` : null;
  }

  /** The newest seal of the log: whoever keeps a picture of it can show later that nobody has changed what came before. */
  function seal(state) {
    const found = state.picture.office.seal;
    return found ? html`<p class="soft text-s seal" data-testid="seal">${Queue.t("seal")}<br /><code>${found.text}</code></p>` : null;
  }

  function waiting(state, acts) {
    const ticket = state.picture.ticket;
    return html`<div class="stack" data-testid="waiting">
      <section class="card now">${number(ticket)}<div aria-live="polite" data-testid="ahead">${place(state)}</div></section>
      ${ticket.re_entry ? Visitor.notice("info", "info-circle", Queue.t("reentry"), Queue.t("reentry.text", { count: state.ahead === null || state.ahead === undefined ? ticket.re_entry.after : state.ahead })) : null}
      ${journey(ticket)}
      ${facts(state)}
      ${remote(state, acts)}
      ${ticket.phone_away ? null : sound(state, acts)}
      ${ticket.phone_away ? null : acts.tell.view()}
      ${trouble(state)}
      ${needs(state)}
      ${cancel(state, acts)}
      ${seal(state)}
    </div>`;
  }

  /** The way to say privately what one needs; its form is on the page for taking a number, which is larger. */
  function needs(state) {
    return (state.picture.ticket.asks || []).length ? html`<p><a class="button button-quiet button-wide" data-testid="needs" href=${"/visit/" + state.picture.office.key + "#needs=" + Queue.meta("ticket")}>${Queue.t("need.change")}</a></p>` : null;
  }

  /** Called, and somebody is on the way: stay where you are. */
  function held(state, acts) {
    const ticket = state.picture.ticket, counter = ticket.counter || { name: {} };
    return html`<div class=${"called" + (state.flash ? " flash" : "")} data-testid="held">
      ${Visitor.head(state.picture.office, acts.draw)}
      <p class="called-word">${Visitor.icon("walk")} ${Queue.t("held")}</p>
      <h1 class=${"number number-called" + size(ticket)} data-testid="ticket-label">${ticket.label}</h1>
      <p class="text-l">${Queue.t("held.text", { counter: Queue.say(counter.name) })}</p>${trouble(state)}</div>`;
  }

  /** Who missed the call: where they come back, told before they choose. */
  function back(state, acts) {
    const ticket = state.picture.ticket, place = ticket.back;
    if (!place) { return null; }
    return html`<section class="card stack-tight" data-testid="back"><h2 class="text-l">${Queue.t("back.title")}</h2>
      <p data-testid="back-place"><strong>${Queue.t(place.after ? "back.place" : "back.place.next", { after: place.after })}</strong>${place.most > place.after ? html`<br />${Queue.t("back.most", { most: place.most })}` : null}</p>
      <p class="soft">${Queue.t("back.until", { time: Queue.time(place.until) })}</p>
      ${trouble(state)}
      <button class="button button-primary button-large button-wide" data-testid="back-yes" aria-disabled=${String(state.busy === "back")} onClick=${acts.back}>${Visitor.icon("arrow-back-up")}<span>${Queue.t(state.busy === "back" ? "sending" : "back.yes")}</span></button></section>`;
  }

  /** Full screen: whoever glances at the phone knows what to do. */
  function called(state, acts) {
    const ticket = state.picture.ticket, counter = ticket.counter || { name: {}, direction: "ahead" };
    return html`<div class=${"called" + (state.flash ? " flash" : "")} data-testid="called">
      ${Visitor.head(state.picture.office, acts.draw)}
      <p class="called-word">${Visitor.icon("bell-ringing")} ${Queue.t(ticket.call && ticket.call.n > 1 ? "called.again" : "called")}</p>
      <h1 class=${"number number-called" + size(ticket)} data-testid="ticket-label">${ticket.label}</h1>
      <div class="called-go">${Visitor.icon(ARROWS[counter.direction] || "arrow-up", "icon-arrow")}
        <div><span>${Queue.t("go")}</span><strong class="called-counter">${Queue.say(counter.name)}</strong></div></div>
      ${trouble(state)}
      ${ticket.phone_away ? null : coming(state, acts)}
      ${state.sound === "on" || ticket.phone_away ? null : html`<button class="button button-wide" data-testid="sound" onClick=${acts.sound}>${Visitor.icon("bell")}<span>${Queue.t("sound.button")}</span></button>`}
    </div>`;
  }

  /** Every other state: a sign, what it means, what to do next. */
  function still(state, acts, sign, facts) {
    const ticket = state.picture.ticket, office = state.picture.office;
    return html`<div class="stack" data-testid=${ticket.state}>
      <section class="card now">${number(ticket)}
        <div class=${"still still-" + ticket.state} role="status">${Visitor.icon(sign, "icon-big")}
          <h2>${Queue.t("state." + ticket.state, facts)}</h2><p>${Queue.t("state." + ticket.state + ".text", facts)}</p></div></section>
      ${back(state, acts)}
      ${errand(state)}${journey(ticket)}
      ${ticket.state === "parked" ? html`${ticket.phone_away ? null : sound(state, acts)}${ticket.phone_away ? null : acts.tell.view()}${trouble(state)}${cancel(state, acts)}` : null}
      ${state.picture.ended && ticket.state !== "no_show" && office.remote_numbers ? html`<a class="button button-wide" href=${"/visit/" + office.key}>${Visitor.icon("ticket")}<span>${Queue.t("another")}</span></a>` : null}
      ${seal(state)}
    </div>`;
  }

  const SIGNS = {
    issuing: "hourglass", serving: "users", parked: "hourglass", done: "circle-check", no_show: "alert-triangle", cancelled: "circle-x",
    void: "ticket-off", unserved: "calendar-off", transferred: "hourglass"
  };

  Visitor.ticket = function (state, acts) {
    const ticket = state.picture.ticket;
    if (ticket.state === "waiting") { return waiting(state, acts); }
    if (ticket.state === "called") { return ticket.held ? held(state, acts) : called(state, acts); }
    return still(state, acts, SIGNS[ticket.state] || "info-circle", {
      counter: Queue.say(ticket.counter && ticket.counter.name), minutes: ticket.return_within_min, label: ticket.label
    });
  };

  /** One sentence for a screen reader when the number is called. */
  Visitor.calledAloud = function (ticket) {
    const counter = ticket.counter || { name: {}, direction: "ahead" };
    if (ticket.held) { return Queue.t("held.aloud", { label: ticket.label }); }
    return Queue.t("called.aloud", { label: ticket.label, counter: Queue.say(counter.name), direction: Queue.t("direction." + counter.direction) });
  };
}());
