/* Family self-service: code and date of birth, or this phone's fingerprint, show the stages of a case for a minute.
   Nothing of it stays: not in the address, not on the phone (but the name of a passkey, where somebody set one up). */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const RETRY_MS = 3000, ANSWER_MS = 15000, IDLE_S = 60, SHOWN_S = 15, KEPT = "queue.family";

  const text = Queue.meta("office-facts"), office = JSON.parse(text), kiosk = Queue.meta("place") === "kiosk";
  const offered = Queue.meta("offered") === "yes", passkeys = Queue.meta("passkeys") === "yes" && !kiosk;
  const state = { ready: false, code: "", born: { day: "", month: "", year: "" }, busy: false, why: null, said: null, found: null, leave: "", left: null, over: false };
  let touched = Date.now();
  Visitor.SCANNER_MS = 120;

  function read() { try { return JSON.parse(window.localStorage.getItem(KEPT)) || {}; } catch (error) { return {}; } }
  function keep(credential) {
    const all = read();
    if (credential) { all[office.key] = credential; } else { delete all[office.key]; }
    try { window.localStorage.setItem(KEPT, JSON.stringify(all)); } catch (error) { /* a private window forgets */ }
  }

  function set(changes) { Object.assign(state, changes); draw(); }
  function base() { return "/office/" + office.key + "/family"; }
  function titled() {
    const title = document.querySelector("#family h1");
    if (title) { title.focus(); window.scrollTo(0, 0); }
  }

  function clear(over) {
    set({ code: "", born: { day: "", month: "", year: "" }, busy: false, why: null, said: null, found: null, leave: "", left: null, over: over });
    titled();
  }

  /* ---- What is done ---- */

  function refused(answer) { set({ busy: false, why: Queue.refusal(answer) }); }
  function lost() { refused({ refused: "line", facts: {} }); }

  function ask(message) {
    return Queue.postWithin(ANSWER_MS, base() + "/look", message).then(function (answer) {
      if (!answer.ok) { refused(answer); return; }
      touched = Date.now();
      set({ busy: false, code: "", born: { day: "", month: "", year: "" }, why: null, found: answer.case, leave: answer.leave, over: false });
      titled();
    }, lost);
  }

  function look(event) {
    event.preventDefault();
    if (state.busy) { return; }
    set({ busy: true, why: null, over: false });
    ask({ code: state.code, born: Visitor.bornDay(state.born) });
  }

  function byPhone() {
    if (state.busy) { return; }
    set({ busy: true, why: null, over: false });
    Queue.postWithin(ANSWER_MS, base() + "/question", { credential: read()[office.key] }).then(function (answer) {
      if (!answer.ok) { refused(answer); return null; }
      return Queue.answeredPasskey(answer.options).then(function (passkey) { return ask({ passkey: passkey }); },
        function () { set({ busy: false, why: Queue.t("phone.cancelled") }); });
    }, lost);
  }

  function setUp() {
    if (state.busy) { return; }
    set({ busy: true, why: null, said: null });
    Queue.postWithin(ANSWER_MS, base() + "/phone/question", { leave: state.leave }).then(function (answer) {
      if (!answer.ok) { refused(answer); return null; }
      return Queue.newPasskey(answer.options).then(function (passkey) {
        return Queue.postWithin(ANSWER_MS, base() + "/phone", { key: Queue.key(), leave: state.leave, passkey: passkey }).then(function (made) {
          if (!made.ok) { refused(made); return; }
          keep(made.credential);
          set({ busy: false, leave: "", said: Queue.t("phone.done") });
        }, lost);
      }, function () { set({ busy: false, why: Queue.t("phone.cancelled") }); });
    }, lost);
  }

  function forget() { keep(null); set({ said: Queue.t("phone.forgotten") }); }

  /* ---- What is drawn ---- */

  function why() { return html`<div role="alert" data-testid="why">${state.why ? Visitor.notice("warn", "alert-triangle", state.why) : null}</div>`; }

  function thisPhone() {
    if (!passkeys || !Queue.hasPasskeys() || !read()[office.key]) { return null; }
    return html`<section class="card stack-tight"><h2>${Queue.t("phone")}</h2><button class="button button-primary button-large button-wide" data-testid="by-phone" aria-disabled=${state.busy ? "true" : null} onClick=${byPhone}>${Queue.t("phone.open")}</button>
      <button class="button button-quiet button-wide" data-testid="forget-phone" onClick=${forget}>${Queue.t("phone.forget")}</button></section>`;
  }

  function form() {
    const whole = Visitor.codeWhole(state.code) && Visitor.bornDay(state.born);
    return html`<div class="stack"><div><h1 tabindex="-1">${Queue.t("title")}</h1><p class="soft">${Queue.t("intro")}</p></div>
      ${state.over ? html`<div role="status" data-testid="over">${Visitor.notice("info", "info-circle", Queue.t("over"))}</div>` : null}
      ${state.said ? html`<div role="status" data-testid="said">${Visitor.notice("good", "check", state.said)}</div>` : null}${thisPhone()}
      <form class="card stack" onSubmit=${look} data-testid="form"><label class="field"><span class="field-label">${Queue.t("code")}</span>
        <input class="input code-input" required autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="20" placeholder="XXXX-XXXX-XXXX" inputmode=${kiosk ? "none" : "text"} value=${Visitor.codeShown(state.code)} data-testid="code" aria-describedby="code-hint"
          onInput=${function (event) { set({ code: Visitor.codeSigns(event.target.value), why: null }); }} /><span class="field-hint" id="code-hint">${Queue.t(kiosk ? "code.hint.kiosk" : "code.hint")}</span></label>
        ${kiosk ? Visitor.keys(function (sign) { set({ code: Visitor.codeSigns(state.code + sign), why: null }); }, function () { set({ code: state.code.slice(0, -1) }); }) : null}
        ${Visitor.born(state.born, function (part) { return function (event) { const change = {}; change[part] = event.target.value; set({ born: Object.assign({}, state.born, change), why: null }); }; }, new Date().getFullYear())}
        ${why()}<button class="button button-primary button-large button-wide" data-testid="look" aria-disabled=${state.busy || !whole ? "true" : null}>${Queue.t(state.busy ? "looking" : "look")}</button></form>
      <p class="text-s">${Queue.t("noted")} ${kiosk ? null : html`<a href=${"/privacy/" + office.key + "?lang=" + Queue.language() + "#family"} data-testid="privacy">${Queue.t("privacy")}</a>`}</p></div>`;
  }

  function shown() {
    return html`<div class="stack">${state.said ? html`<div role="status" data-testid="said">${Visitor.notice("good", "check", state.said)}</div>` : null}${Visitor.case(state.found)}${why()}
      ${passkeys && Queue.hasPasskeys() && state.leave ? html`<section class="card stack-tight"><h2>${Queue.t("phone.new")}</h2><p>${Queue.t("phone.why")}</p>
        <button class="button button-wide" data-testid="set-up" aria-disabled=${state.busy ? "true" : null} onClick=${setUp}>${Queue.t("phone.set_up")}</button></section>` : null}
      <button class="button button-primary button-large button-wide" data-testid="done" onClick=${function () { clear(false); leave(); }}>${Queue.t("done")}</button>
      ${state.left === null ? null : html`<p class="countdown" role="timer" data-testid="countdown">${Queue.t("left", { seconds: state.left })}
        <button class="button" data-testid="more" onClick=${function () { touched = Date.now(); tick(); }}>${Queue.t("more")}</button></p>`}</div>`;
  }

  function draw() {
    if (!state.ready) { return; }
    document.title = Queue.t("title") + " \u00b7 " + office.name;
    document.documentElement.classList.toggle("at-kiosk", kiosk);
    const off = html`<h1 tabindex="-1">${Queue.t("title")}</h1><p class="empty" data-testid="off">${Queue.refusal({ refused: "family_off", facts: {} })}</p>`;
    render(html`${Visitor.head(office, draw)}${!offered ? off : state.found ? shown() : form()}
      ${kiosk && !state.found ? html`<p class="to-kiosk"><a class="button button-wide" href=${"/kiosk/" + office.key} data-testid="to-kiosk">${Queue.t("to.kiosk")}</a></p>` : null}
      <footer class="foot soft text-s">${Queue.say(office.complaint)}</footer>`, document.getElementById("family"));
  }

  /* ---- Time: a minute without a touch, and all of it is gone ---- */

  /** A kiosk goes back to its numbers. */
  function leave() { if (kiosk) { window.location.assign("/kiosk/" + office.key); } }

  function written() { return Boolean(state.found || state.code || state.born.day || state.born.month || state.born.year || state.why); }

  function tick() {
    const left = Math.ceil(IDLE_S - (Date.now() - touched) / 1000);
    if (left <= 0 && (written() || kiosk)) { touched = Date.now(); clear(written()); leave(); return; }
    const seen = state.found && left <= SHOWN_S ? left : null;
    if (seen !== state.left) { set({ left: seen }); }
  }

  function touch() { touched = Date.now(); }

  /** A slip's code held to the kiosk's scanner: signs that follow each other faster than fingers, then Enter. */
  function scanner() {
    let heard = "", last = 0;
    document.addEventListener("keydown", function (event) {
      /* When the key was pressed, not when a page that was busy drawing comes to it. */
      if (event.timeStamp - last > Visitor.SCANNER_MS) { heard = ""; }
      last = event.timeStamp;
      if (event.key === "Enter") {
        const code = Visitor.codeSigns(heard);
        if (Visitor.codeWhole(code)) { event.preventDefault(); event.stopPropagation(); set({ code: code, why: null }); }
        heard = "";
      } else if (event.key.length === 1) { heard += event.key; }
    }, true);
  }

  function begin() {
    Queue.zone(office.time_zone);
    Queue.language(kiosk ? office.languages[0] : Visitor.ownLanguage());
    Queue.words("family", office.key).then(function () {
      set({ ready: true, code: scannedBefore() });
      ["pointerdown", "keydown", "input"].forEach(function (name) { document.addEventListener(name, touch, true); });
      scanner();
      window.setInterval(tick, 500);
    }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  /** The code of a slip that was held to the scanner while the kiosk showed its services; taken out as it is read. */
  function scannedBefore() {
    try {
      const code = window.sessionStorage.getItem("queue.slip") || "";
      window.sessionStorage.removeItem("queue.slip");
      return kiosk ? Visitor.codeSigns(code) : "";
    } catch (closed) { return ""; }
  }

  /* Whoever comes back to the page by the browser's own button finds it empty. */
  window.addEventListener("pagehide", function () { clear(false); });
  begin();
}());
