/* What both pages of a reservation draw: days with their sessions, and how many places are left. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;

  Visitor.facts = function (name) { const text = Queue.meta(name); return text ? JSON.parse(text) : null; };

  /** "08.00–09.30 · Pagi I" */
  Visitor.sessionName = function (session) {
    const hours = session.start.replace(":", ".") + "\u2013" + session.end.replace(":", "."), name = Queue.say(session.name);
    return name ? hours + " \u00b7 " + name : hours;
  };

  /** How many places a session has for somebody, with or without priority. */
  Visitor.left = function (session, priority) {
    return priority && session.priority_left !== null ? session.priority_left : session.left;
  };

  function word(session, left) {
    if (!session.open) { return Queue.t("session.closed"); }
    return left ? Queue.t("session.left", { left: left }) : Queue.t("session.full");
  }

  function one(day, session, chosen, pick, priority) {
    const left = Visitor.left(session, priority), free = session.open && left > 0;
    const own = chosen && chosen.day === day && chosen.session === session.key;
    return html`<li key=${session.key}><button type="button" class=${"session" + (own ? " is-chosen" : "")} aria-pressed=${String(Boolean(own))} aria-disabled=${free ? null : "true"}
      data-testid=${"session-" + day + "-" + session.key} data-left=${left} onClick=${function () { if (free) { pick(day, session); } }}>
      <strong>${Visitor.sessionName(session)}</strong><span class=${"state " + (free ? "state-serving" : "state-closed")}>${word(session, left)}</span></button></li>`;
  }

  function places(day, priority) {
    return day.sessions.reduce(function (sum, session) { return sum + (session.open ? Visitor.left(session, priority) : 0); }, 0);
  }

  /** The days of a service, of which ``allowed`` (null: all) can be chosen. One day is unfolded: the chosen one, else
      the first with places. */
  Visitor.days = function (days, allowed, chosen, pick, priority) {
    const shown = days.filter(function (day) { return !allowed || allowed.indexOf(day.day) >= 0; });
    if (!shown.length) { return html`<p class="empty" data-testid="no-days">${Queue.t("days.none")}</p>`; }
    const first = shown.filter(function (day) { return chosen ? chosen.day === day.day : places(day, priority) > 0; })[0] || shown[0];
    return shown.map(function (day) {
      const left = places(day, priority);
      return html`<details class="day" key=${day.day} open=${day === first} data-testid=${"day-" + day.day}><summary><h3>${Queue.day(day.day)}</h3>
        <span class=${"state " + (left ? "state-serving" : "state-closed")}>${left ? Queue.t("session.left", { left: left }) : Queue.t("session.full")}</span></summary>
        <ul class="plain sessions">${day.sessions.map(function (session) { return one(day.day, session, chosen, pick, priority); })}</ul></details>`;
    });
  };

  Visitor.why = function (text) {
    return html`<div role="alert" data-testid="why">${text ? Visitor.notice("warn", "alert-triangle", text) : null}</div>`;
  };

  /** What is said while a press is sent again. */
  Visitor.trying = function (on) { return html`<div aria-live="polite">${on ? Visitor.notice("warn", "wifi-off", Queue.t("trying")) : null}</div>`; };

  /** A refusal; who finds a session full reads where there still is room. */
  Visitor.refused = function (answer) {
    const facts = (answer && answer.facts) || {};
    if (answer.refused !== "session_full") { return Queue.refusal(answer); }
    const more = facts.next_left ? Queue.t("full.next", { date: Queue.day(facts.next_date), time: facts.next_time.replace(":", "."), left: facts.next_left }) : Queue.t("full.all");
    return Queue.refusal(answer) + " " + more;
  };
}());
