/* The frame of every page for those who work here: who is signed in, the language, the parts, the line to the server. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  Desk.TABS = [{ name: "today", icon: "chart-bar" }, { name: "log", icon: "list" }, { name: "standards", icon: "certificate" },
    { name: "what_if", icon: "arrows-split" }, { name: "devices", icon: "device-tv" }, { name: "proof", icon: "shield-check" }];

  const LANGUAGE_KEPT = "queue.supervisor.language";

  /** Another language, for this and the next time; `Desk.draw` is the page's own. */
  Desk.speak = function (language) {
    Queue.language(language);
    try { window.localStorage.setItem(LANGUAGE_KEPT, language); } catch (closed) { /* a private window forgets: nothing is lost */ }
    Desk.draw();
  };

  /** The language of the last time; Indonesian at first. */
  Desk.lastLanguage = function () {
    let kept = null;
    try { kept = window.localStorage.getItem(LANGUAGE_KEPT); } catch (closed) { /* nothing was kept */ }
    Queue.language(kept === "en" ? "en" : "id");
  };

  /** How many letters wide the page is, in the reader's own text size, which a media query would not see: below-84, below-60, below-52, below-24, from-64. */
  Desk.fit = function () {
    const page = document.documentElement, letters = window.innerWidth / (parseFloat(window.getComputedStyle(page).fontSize) || 16);
    [24, 52, 60, 84].forEach(function (most) { page.classList.toggle("below-" + most, letters < most); });
    page.classList.toggle("from-64", letters >= 64);
  };

  function signIn(event) {
    event.preventDefault();
    const fields = event.target.elements;
    Desk.signIn(fields.name.value.trim(), fields.password.value, fields.code ? fields.code.value : "");
  }

  Desk.SignIn = function (props) {
    return html`<main class="entrance"><form class="card sign-in" onSubmit=${signIn}>
      <h2 class="sign-in-title">${Queue.t("sign_in.title")}</h2>
      ${props.why ? html`<p class="notice notice-warn" role="alert" data-testid="sign-in-why">${props.why}</p>` : null}
      <label class="field"><span class="field-label">${Queue.t("sign_in.name")}</span>
        <input class="input" name="name" autocomplete="username" autocapitalize="none" spellcheck=${false} required data-testid="name" /></label>
      <label class="field"><span class="field-label">${Queue.t("sign_in.password")}</span>
        <input class="input" name="password" type="password" autocomplete="current-password" required data-testid="password" /></label>
      ${props.code ? html`<label class="field"><span class="field-label">${Queue.t("sign_in.code")}</span>
        <input class="input" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required data-testid="code" /></label>` : null}
      <button type="submit" class="button button-primary button-large button-wide" data-testid="sign-in" aria-disabled=${props.busy ? "true" : null}>
        ${Queue.t(props.busy ? "sign_in.busy" : "sign_in.go")}</button></form></main>`;
  };

  Desk.Languages = function () {
    const now = Queue.language();
    return html`<div class="languages" role="group" aria-label=${Queue.t("languages")}>${["id", "en"].map(function (language) {
      return html`<button type="button" class="button button-quiet" key=${language} lang=${language} aria-pressed=${String(language === now)} data-testid=${"language-" + language}
        aria-label=${Queue.t("language." + language, null, language)} onClick=${function () { Desk.speak(language); }}>${language.toUpperCase()}</button>`;
    })}</div>`;
  };

  Desk.LineMark = function (props) {
    const line = props.line;
    if (line.up) { return null; }
    return html`<p class="notice notice-warn" role="status" data-testid="line-down">${Desk.icon("wifi-off")}
      <span>${line.last ? Queue.t("line.down", { since: Queue.time(line.since), last: Queue.time(line.last) }) : Queue.t("line.connecting")}</span></p>`;
  };

  Desk.Bar = function (props) {
    const picture = props.picture, person = props.person;
    return html`<header class="bar">
      <div class="bar-place"><h1 data-testid="office-name">${picture ? picture.office.name : Queue.meta("office-name")}</h1>
        <p class="soft text-s"><span>${Queue.t("title")}</span>${picture ? html` · <span>${Queue.date(props.now)}</span> <span class="number" data-testid="clock">${Queue.time(props.now)}</span>` : null}</p></div>
      ${picture ? html`<nav class="tabs" aria-label=${Queue.t("parts")}>${Desk.TABS.map(function (tab) {
        return html`<a key=${tab.name} class="tab" href=${"#" + tab.name} aria-current=${tab.name === props.tab ? "page" : null} data-testid=${"tab-" + tab.name}>${Desk.icon(tab.icon)}<span>${Queue.t("tab." + tab.name)}</span></a>`;
      })}<a class="tab" href=${"/supervisor/" + encodeURIComponent(Queue.meta("office")) + "/reports"} data-testid="tab-reports">${Desk.icon("report-analytics")}<span>${Queue.t("tab.reports")}</span></a><a class="tab" href=${"/complaints/" + Queue.meta("office")} data-testid="tab-complaints">${Desk.icon("message-report")}<span>${Queue.t("tab.complaints")}</span></a>${[["reservations", "calendar-event"], ["cases", "files"]].filter(function (one) { return picture[one[0]]; }).map(function (one) {
        return html`<a key=${one[0]} class="tab" href=${"/" + one[0] + "/" + Queue.meta("office")} data-testid=${"tab-" + one[0]}>${Desk.icon(one[1])}<span>${Queue.t("tab." + one[0])}</span></a>`;
      })}</nav>` : null}
      <div class="bar-acts">${person ? html`<a class="person-name text-s" href=${"/account/" + Queue.meta("office")} data-testid="account">${Desk.person(person)}</a>` : null}
        <${Desk.Languages} />
        ${person ? html`<${Desk.button} kind="button-quiet" word=${Queue.t("sign_out")} icon="logout" testid="sign-out" run=${Desk.signOut} />` : null}</div></header>`;
  };

  const BODIES = { today: function (props) { return html`<${Desk.Today} ...${props} />`; }, log: function (props) { return html`<${Desk.Log} ...${props} />`; },
    standards: function (props) { return html`<${Desk.Register} ...${props} />`; }, what_if: function (props) { return html`<${Desk.WhatIf} ...${props} />`; },
    devices: function (props) { return html`<${Desk.Devices} ...${props} />`; }, proof: function (props) { return html`<${Desk.Proof} ...${props} />`; } };

  Desk.Body = function (props) {
    return html`<main class="body"><${Desk.LineMark} line=${props.line} /><${Desk.Said} presses=${props.presses} />
      ${props.may ? null : html`<p class="notice notice-info" data-testid="read-only">${Desk.icon("eye")}<span>${Queue.t("read_only")}</span></p>`}
      ${BODIES[props.tab](props)}</main>`;
  };
}());
