/* One's own account: the second factor, and signing out everywhere. For everybody who may sign in. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const office = Queue.meta("office");

  const state = { person: null, code: false, busy: false, refused: null, said: null, fresh: null, keys: null };

  function set(changes) { Object.assign(state, changes); draw(); }

  function lost() { set({ busy: false, refused: Queue.t("sign_in.no_line"), said: null }); }

  /** Asks once; then(answer) when it was done, the server's reason otherwise. */
  function ask(promised, then) {
    if (state.busy) { return; }
    set({ busy: true, refused: null, said: null });
    promised().then(function (answer) {
      state.busy = false;
      if (answer.ok) { then(answer); } else {
        if (answer.refused === "not_signed_in") { state.person = null; }
        state.code = state.code || answer.refused === "code_needed";
        state.refused = Queue.refusal(answer);
      }
      draw();
    }, lost);
  }

  function post(path, message, then) {
    ask(function () { return Queue.post(path, Object.assign({ office: office, key: Queue.key() }, message)); }, then);
  }

  Desk.signIn = function (name, password, code) {
    ask(function () { return Queue.signIn(office, name, password, code); }, function (answer) { enter(answer.person); state.code = false; });
  };

  function enter(person) {
    state.person = person;
    if (person) { look(); }
  }

  /** One's passkeys, and whether this address can have any. */
  function look() {
    Desk.get("/account/" + encodeURIComponent(office) + "/passkeys").then(function (found) { if (found.ok) { set({ keys: found }); } }, lost);
  }

  function addKey(event) {
    event.preventDefault();
    const name = event.target.elements.name.value.trim();
    post("/passkeys/question", {}, function (answer) {
      Queue.newPasskey(answer.options).then(function (passkey) {
        post("/passkeys", { name: name, passkey: passkey }, function () { state.said = Queue.t("did.passkey"); look(); });
      }, function () { set({ refused: Queue.t("account.passkey.none_made") }); });
    });
  }

  function dropKey(passkey) {
    return function () {
      post("/press", { act: "drop_passkey", passkey: passkey.id }, function () { state.said = Queue.t("did.drop_passkey"); look(); });
    };
  }

  function begin() { post("/second-factor", {}, function (answer) { state.fresh = { secret: answer.secret, qr: answer.qr }; }); }

  function confirm(event) {
    event.preventDefault();
    post("/press", { act: "second_factor", secret: state.fresh.secret, code: event.target.elements.code.value }, function () {
      state.fresh = null;
      state.person.second_factor = true;
      state.said = Queue.t("did.second_factor");
    });
  }

  function drop(event) {
    event.preventDefault();
    post("/press", { act: "drop_second_factor", code: event.target.elements.code.value }, function () {
      state.person.second_factor = false;
      state.said = Queue.t("did.drop_second_factor");
    });
  }

  function everywhere() {
    post("/press", { act: "end_sessions" }, function () { state.person = null; state.said = Queue.t("did.end_sessions"); });
  }

  function codeForm(run, word) {
    return html`<form class="row" onSubmit=${run}>
      <label class="field"><span class="field-label">${Queue.t("sign_in.code")}</span>
        <input class="input code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required data-testid="factor-code" /></label>
      <button type="submit" class="button button-primary" data-testid="factor-go">${word}</button></form>`;
  }

  function factor() {
    if (state.person.second_factor) {
      return html`<p class="notice notice-good" data-testid="factor-set">${Desk.icon("shield")}<span>${Queue.t("account.factor.set")}</span></p>
        <p class="soft reading">${Queue.t("account.factor.drop_note")}</p>${codeForm(drop, Queue.t("account.factor.drop"))}`;
    }
    if (!state.fresh) {
      return html`<p class="soft reading">${Queue.t("account.factor.note")}</p>
        <${Desk.button} kind="button-primary" word=${Queue.t("account.factor.begin")} icon="shield" testid="factor-begin" run=${begin} />`;
    }
    return html`<ol class="reading"><li>${Queue.t("account.factor.scan")}</li><li>${Queue.t("account.factor.type")}</li></ol>
      <p><img class="factor-qr" alt=${Queue.t("account.factor.qr")} src=${state.fresh.qr} data-testid="factor-qr" /></p>
      <p class="soft">${Queue.t("account.factor.by_hand")} <code data-testid="factor-secret">${state.fresh.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
      ${codeForm(confirm, Queue.t("account.factor.confirm"))}`;
  }

  function passkeys() {
    const found = state.keys;
    if (!found) { return null; }
    const rows = found.passkeys.map(function (passkey) {
      return html`<li class="list-row" key=${passkey.id} data-testid="passkey"><span>${Desk.icon("key")} ${passkey.name}
        <span class="soft">${Queue.t("account.passkey.since", { date: Queue.date(passkey.added_at) })}</span></span>
        <${Desk.button} word=${Queue.t("account.passkey.drop")} icon="x" testid="passkey-drop" run=${dropKey(passkey)} /></li>`;
    });
    const add = found.here && Queue.hasPasskeys() ? html`<form class="row" onSubmit=${addKey}>
      <label class="field"><span class="field-label">${Queue.t("account.passkey.name")}</span>
        <input class="input" name="name" maxlength="40" required data-testid="passkey-name" /></label>
      <button type="submit" class="button button-primary" data-testid="passkey-add">${Queue.t("account.passkey.add")}</button></form>`
      : html`<p class="soft reading" data-testid="passkey-elsewhere">${found.public_url ? Queue.t("account.passkey.elsewhere", { address: found.public_url }) : Queue.t("account.passkey.nowhere")}</p>`;
    return html`<section class="card stack"><h2>${Queue.t("account.passkey")}</h2><p class="soft reading">${Queue.t("account.passkey.note")}</p>
      ${rows.length ? html`<ul class="plain">${rows}</ul>` : null}${add}</section>`;
  }

  function told() {
    if (state.refused) { return html`<p class="notice notice-warn" role="alert" data-testid="refusal">${Desk.icon("info-circle")}<span>${state.refused}</span></p>`; }
    return state.said ? html`<p class="notice notice-good" role="status" data-testid="said">${Desk.icon("check")}<span>${state.said}</span></p>` : null;
  }

  function page() {
    const person = state.person;
    return html`<main class="body stack">${told()}
      <section class="card stack"><h2>${Desk.person(person)}</h2></section>
      <section class="card stack"><h2>${Queue.t("account.factor")}</h2>${factor()}</section>
      ${passkeys()}
      <section class="card stack"><h2>${Queue.t("account.sessions")}</h2><p class="soft reading">${Queue.t("account.sessions.note")}</p>
        <${Desk.button} word=${Queue.t("account.sessions.end")} icon="logout" testid="end-sessions" run=${everywhere} /></section></main>`;
  }

  function draw() {
    const head = html`<header class="bar"><div class="bar-place"><h1 data-testid="office-name">${Queue.meta("office-name")}</h1><p class="soft text-s">${Queue.t("account")}</p></div>
      <div class="bar-acts"><${Desk.Languages} /></div></header>`;
    const signIn = html`${state.said ? told() : null}<${Desk.SignIn} why=${state.refused} busy=${state.busy} code=${state.code} />`;
    window.htmPreact.render(html`<div class="page-frame">${head}${state.person ? page() : signIn}</div>`, document.getElementById("account"));
    document.title = Queue.t("account") + " · " + Queue.meta("office-name");
  }

  Desk.draw = draw;

  function load() {
    Promise.all([Queue.words("supervisor", office), Desk.get("/who?office=" + encodeURIComponent(office))]).then(function (found) {
      Desk.lastLanguage();
      enter(found[1].person);
      draw();
    }, function () { window.setTimeout(load, 1000); });
  }

  load();
}());
