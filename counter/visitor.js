/* The visitor at the counter, big; or who comes next, or that nobody does. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const AMBER = 0.8;

  /** Service time so far: earlier stretches (before a parking) and the present one. */
  Counter.servedMs = function (visitor, now) {
    const present = visitor.state === "serving" && visitor.started_at ? Math.max(0, now - visitor.started_at) : 0;
    return (visitor.served_ms || 0) + present;
  };

  /** {share, level}: how much of the stated duration is used; calm below 80 %, then amber, past it red. */
  Counter.clockLevel = function (served, stated) {
    const share = served / stated;
    return { share: share, level: share > 1 ? "bad" : share >= AMBER ? "warn" : "calm" };
  };

  function clockWords(served, stated, level) {
    const facts = { served: Queue.clock(served), stated: Queue.minutes(stated) };
    if (level === "bad") { facts.over = Queue.clock(served - stated); }
    if (level === "warn") { facts.left = Queue.clock(stated - served); }
    return Queue.t("clock." + level, facts);
  }

  function Clock(props) {
    const served = Counter.servedMs(props.visitor, props.now), stated = props.visitor.stated_service_ms;
    if (!stated) {
      return html`<div class="clock" data-testid="clock" data-level="calm">
        <p class="clock-words">${Queue.t("clock.unstated", { served: Queue.clock(served) })}</p></div>`;
    }
    const seen = Counter.clockLevel(served, stated), percent = Math.min(100, Math.round(seen.share * 1000) / 10);
    return html`<div class="clock" data-testid="clock" data-level=${seen.level}>
      <p class="clock-words"><span class=${"clock-sign is-" + seen.level} aria-hidden="true"></span>${clockWords(served, stated, seen.level)}</p>
      <div class=${"fill fill-" + seen.level} role="progressbar" aria-label=${Queue.t("clock.name")}
          aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(percent)}>
        <span style=${{ width: percent + "%" }}></span></div>
    </div>`;
  }

  /* Between call and start: how long ago, which call it is, how many boards said they showed and spoke it. */
  function CallLine(props) {
    const visitor = props.visitor, now = props.now, words = [];
    words.push(Queue.t("call.since", { ago: Queue.clock(now - visitor.called_at) }));
    words.push(Queue.t("call.count", { calls: visitor.calls }));
    words.push(Queue.t(visitor.spoken ? "call.heard" : visitor.drawn ? "call.drawn" : "call.unheard", { spoken: visitor.spoken, drawn: visitor.drawn }));
    const later = Counter.may("no_show", props.picture, now);
    return html`<div class="call-line" data-testid="call-line">
      <p>${words.map(function (word) { return html`<span class="bit">${word}</span>`; })}</p>
      ${later.allowed ? null : html`<p class="soft" data-testid="no-show-why">${Queue.t(later.word, later.facts)}</p>`}
    </div>`;
  }

  function waitedWords(visitor) {
    const stated = visitor.stated_wait_ms, facts = { waited: Counter.span(visitor.waited_ms) };
    if (!stated) { return Queue.t("waited.plain", facts); }
    facts.stated = Queue.minutes(stated);
    return Queue.t(visitor.waited_ms > stated ? "waited.late" : "waited.stated", facts);
  }

  /** Where a number came from, when that helps the officer; nothing for a number from the door. */
  Counter.originWords = function (row) {
    if (row.returning) { return Queue.t("origin.returning"); }
    if (row.channel === "online") { return Queue.t(row.arrived ? "origin.online" : "origin.online_away"); }
    if (row.channel === "staff") { return Queue.t("origin.staff"); }
    return "";
  };

  /* What is collected here: the case of the number, or the field for a code that was not given before. */
  function Errand(props) {
    const visitor = props.visitor, found = visitor.case;
    if (!found) { return null; }
    if (found.code) {
      return html`<p class="visitor-case" data-testid="case">${Counter.icon("ticket")}<span>${Queue.t("case.collects", { date: Queue.day(found.day) })} <strong class="number">${found.code}</strong></span></p>`;
    }
    function submit(event) {
      event.preventDefault();
      Counter.act("link_case", { step: visitor.step, code: event.target.elements.code.value });
    }
    return html`<form class="note-form" onSubmit=${submit} data-testid="case-form">
      <input class="input" name="code" required maxlength="12" autocomplete="off" spellcheck=${false} aria-label=${Queue.t("case.code")} placeholder=${Queue.t("case.code")} data-testid="case-code" />
      <button type="submit" class="button" data-testid="link-case">${Queue.t("case.link")}</button></form>`;
  }

  /** The code that a finish gave: told, written down or printed; it stands until the officer puts it away. */
  Counter.Slip = function (props) {
    const slip = props.slip;
    if (!slip) { return null; }
    return html`<section class="card case-slip" role="status" data-testid="case-slip"><div><p>${Queue.t("case.given")}</p>
        <p class="case-office">${props.officeName}</p><p class="number case-code" data-testid="given-code">${slip.code}</p>
        <p>${Queue.t(slip.days ? "case.due" : "case.due.same", { date: Queue.day(slip.due), n: slip.days })}</p><p class="soft">${Queue.t("case.how")}</p></div>
      <div class="row case-acts"><button type="button" class="button" data-testid="case-print" onClick=${function () { window.print(); }}>${Queue.t("case.print")}</button>
        <button type="button" class="button button-quiet" data-testid="case-away" onClick=${Counter.slipAway}>${Queue.t("case.away")}</button></div></section>`;
  };

  Counter.Visitor = function (props) {
    const picture = props.picture, visitor = picture.current, service = Counter.serviceOf(picture, visitor.service);
    const late = visitor.stated_wait_ms && visitor.waited_ms > visitor.stated_wait_ms;
    const origin = Counter.originWords(visitor);
    return html`<section class="visitor card" data-state=${visitor.state} aria-label=${Queue.t("visitor.here")}>
      <div class="visitor-top">
        <p class="visitor-label number" data-testid="current-label">${visitor.label}</p>
        <div class="visitor-side">
          <p class=${"state state-" + visitor.state} data-testid="current-state">${Queue.t("state." + visitor.state)}</p>
          <p class="visitor-service">${Counter.badge(service)}<span>${Counter.serviceName(picture, visitor.service)}</span></p>
          ${visitor.plate ? html`<p class="number" data-testid="plate">${visitor.plate}</p>` : null}
          <p class="visitor-class">${Counter.classMark(visitor.priority)}${origin ? html`<span class="bit soft">${origin}</span>` : null}</p>
        </div>
      </div>
      <p class="visitor-facts">
        <span class=${"bit" + (late ? " is-late" : "")}>${waitedWords(visitor)}</span>
        <span class="bit soft" data-testid="why">${Counter.whyNext(visitor)}</span>
      </p>
      <${Errand} visitor=${visitor} />
      ${visitor.held ? html`<div class="notice notice-warn" role="status" data-testid="held">${Counter.icon("walk")}
        <p><strong>${Queue.t(visitor.where ? "held.where" : "held", { label: visitor.label, where: visitor.where })}</strong> ${Queue.t("held.how")}
        <button type="button" class="button" data-testid="start-now" onClick=${function () { Counter.start("start"); }}>${Queue.t("held.start")}${Counter.keyCap("m")}</button></p></div>` : null}
      ${(picture.needs || []).length ? html`<p class="visitor-needs">${Counter.needMarks(visitor)}
        <button type="button" class="button button-quiet" data-testid="needs" aria-keyshortcuts="n" onClick=${function () { Counter.start("needs"); }}>${Counter.icon("accessible")}<span>${Queue.t((visitor.needs || []).length || visitor.fetch ? "needs.change" : "needs.add")}</span>${Counter.keyCap("n")}</button></p>` : null}
      ${visitor.note ? html`<p class="visitor-note">${Counter.icon("note")}<span>${visitor.note}</span></p>` : null}
      ${visitor.state === "serving" ? html`<${Clock} visitor=${visitor} now=${props.now} />`
        : visitor.held ? null : html`<${CallLine} picture=${picture} visitor=${visitor} now=${props.now} />`}
    </section>`;
  };

  /** Nobody at the counter: who is next in the one order there is, or what to expect. */
  Counter.Nobody = function (props) {
    const picture = props.picture, next = picture.waiting.rows[0];
    if (picture.counter.state === "paused") {
      const since = picture.counter.since;
      return html`<section class="visitor card is-idle" data-state="paused">
        <p class="state state-paused">${Queue.t("paused.title")}</p>
        <p class="idle-big">${picture.counter.reason ? Counter.reason(picture.counter.reason) : Queue.t("paused.plain")}</p>
        <p class="soft">${since ? Queue.t("paused.since", { time: Queue.time(since), span: Counter.span(props.now - since) }) : ""} ${Queue.t("paused.waiting", { total: picture.waiting.total })}</p>
      </section>`;
    }
    if (!next) {
      return html`<section class="visitor card is-idle" data-state="empty">
        <p class="idle-big">${Queue.t("empty.title")}</p><p class="soft">${Queue.t("empty.what")}</p></section>`;
    }
    const origin = Counter.originWords(next);
    return html`<section class="visitor card is-idle" data-state="idle">
      <p class="state state-waiting">${Queue.t("next.title")}</p>
      <div class="visitor-top"><p class="visitor-label number is-next" data-testid="next-label">${next.label}</p>
        <div class="visitor-side">
          <p class="visitor-service">${Counter.badge(Counter.serviceOf(picture, next.service))}<span>${Counter.serviceName(picture, next.service)}</span></p>
          <p class="visitor-class">${Counter.classMark(next.priority)}${origin ? html`<span class="bit soft">${origin}</span>` : null}</p>
          <p class="soft">${Queue.t("waited.plain", { waited: Counter.span(props.now - next.since) })}</p>
          ${Counter.needMarks(next)}
        </div></div>
    </section>`;
  };
}());
