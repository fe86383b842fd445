/* What the pages beside the supervisor's own have in common: coming in, one state that is drawn anew, what was said. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;

  /**
   * A page for those who work here. `name` is that of its words, of the element it stands in and the start of its keys.
   * `state`: what it knows besides; `forget`: what of that goes when the session ends; `letIn`: roles; `look`: reads what
   * it shows, at coming in and every `againMs` (where `again` is not another); `page`: draws what is below the bar;
   * `begin`, `links`, `drawn`: before the first drawing, more in the bar, after each drawing.
   */
  Desk.page = function (name, how) {
    const office = Queue.meta("office");
    const state = Object.assign({ person: null, code: false, busy: false, refused: null, said: null, found: null }, how.state);
    const gone = Object.assign({ person: null, found: null, busy: false }, how.forget);

    function set(changes) { Object.assign(state, changes); draw(); }
    function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

    function refuse(answer) {
      set(answer.refused === "not_signed_in" ? gone : { busy: false, refused: Queue.refusal(answer), said: null });
    }

    /** Presses an act; `done` gets an answer that is one, `refused` (left out: nothing more) runs after a no. */
    function press(act, args, done, refused, key) {
      if (state.busy) { return; }
      set({ busy: true, refused: null, said: null });
      Queue.post("/press", Object.assign({ office: office, key: key || Queue.key(), act: act }, args)).then(function (answer) {
        if (answer.ok) { done(answer); return; }
        refuse(answer);
        if (refused) { refused(); }
      }, lost);
    }

    function told() {
      if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="refusal">${Desk.icon("info-circle")}<span>${state.refused}</span></p>`; }
      return state.said ? html`<p class="notice notice-good" role="status" data-testid="said">${Desk.icon("check")}<span>${state.said}</span></p>` : null;
    }

    function below() {
      if (!state.person) { return html`<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`; }
      return html`<main class="body stack">${told()}${state.found ? how.page() : html`<p role="status">${Queue.t("line.connecting")}</p>`}</main>`;
    }

    function draw() {
      Desk.fit();
      const person = state.person;
      render(html`<div class="page-frame"><header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t(name)}</p></div>
        <div class="bar-acts">${person && how.links ? how.links() : null}${person ? html`<span class="text-s">${Desk.person(person)}</span>` : null}
          <a class="button button-quiet" href=${(person && person.role === "officer" ? "/counter/" : "/supervisor/") + office}>${Queue.t(name + ".back")}</a><${Desk.Languages} /></div></header>${below()}</div>`, document.getElementById(name));
      if (how.drawn) { how.drawn(); }
      document.title = Queue.t(name) + " \u00b7 " + Queue.meta("office-name");
    }
    Desk.draw = draw;

    function enter(person) {
      set({ person: person, refused: null });
      how.look();
    }

    Desk.signIn = function (user, password, code) {
      if (state.busy) { return; }
      set({ busy: true, refused: null });
      Queue.signIn(office, user, password, code).then(function (answer) {
        state.busy = false;
        if (!answer.ok) { set({ code: state.code || answer.refused === "code_needed", refused: Queue.refusal(answer) }); }
        else if (how.letIn.indexOf(answer.person.role) < 0) { set({ refused: Queue.t("gone.wrong_role") }); }
        else { enter(answer.person); }
      }, lost);
    };

    function load() {
      Promise.all([Queue.words(name, office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
        Desk.lastLanguage();
        Queue.zone(Queue.meta("time-zone"));
        if (how.begin) { how.begin(); }
        const person = found[1].person;
        if (person && how.letIn.indexOf(person.role) >= 0) { enter(person); } else { draw(); }
        window.addEventListener("resize", draw);
        window.setInterval(function () { if (state.person && !state.busy) { (how.again || how.look)(); } }, how.againMs);
      }, function () { window.setTimeout(load, 1000); });
    }

    return { state: state, set: set, refuse: refuse, lost: lost, press: press, load: load };
  };
}());
