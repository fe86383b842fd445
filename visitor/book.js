/* Reserving a place: the service, whom one visits, day and session, who comes. Sent once, however often the line breaks;
   nothing that is written here stays on the phone but the address of the reservation. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html, render = window.htmPreact.render;
  const RETRY_MS = 3000, AGAIN_MS = 15000, GIVE_UP_MS = 40000, KINDS = ["men", "women", "children"];

  const office = Visitor.facts("office-facts"), elsewhere = Visitor.facts("elsewhere") || [], notice = Visitor.facts("notice") || [];
  const state = { picture: null, lost: false, key: null, register: "", allowed: null, looking: false, chosen: null, session: null, name: "", identity: "",
    party: { men: 0, women: 0, children: 0 }, permit: false, priority: false, busy: false, trying: false, why: null, said: Visitor.nothingSaid() };
  let press = null;

  function set(changes) { Object.assign(state, changes); draw(); }
  function service() { return state.picture.services.filter(function (each) { return each.key === state.key; })[0] || null; }
  function asks(what) { return service().asks.indexOf(what) >= 0; }

  function titled(selector) {
    const title = document.querySelector(selector || "#book h1");
    if (title) { title.focus(); title.scrollIntoView(); }
  }

  /* ---- What is done ---- */

  function open(key) {
    press = null;
    set({ key: key, allowed: null, chosen: null, session: null, why: null });
    titled();
  }

  function look(event) {
    event.preventDefault();
    if (state.looking) { return; }
    set({ looking: true, why: null, allowed: null, chosen: null });
    Queue.postWithin(10000, "/office/" + office.key + "/lookup", { service: state.key, register: state.register }).then(function (answer) {
      if (!answer.ok) { set({ looking: false, why: Visitor.refused(answer) }); return; }
      set({ looking: false, allowed: answer.days });
      titled("[data-testid=days] h2");
    }, function () { set({ looking: false, why: Queue.refusal({ refused: "line", facts: {} }) }); });
  }

  function pick(day, session) {
    press = null;
    set({ chosen: { day: day, session: session.key }, session: session, why: null });
    titled("[data-testid=who] h2");
  }

  function send(event) {
    event.preventDefault();
    if (state.busy) { return; }
    press = press || Queue.key();
    set({ busy: true, why: null });
    Queue.insist("/office/" + office.key + "/reservations", Object.assign(Visitor.saidArgs(state.said), {
      key: press, service: state.key, day: state.chosen.day, session: state.chosen.session, register: state.register, name: state.name,
      identity: state.identity, party: asks("party") ? state.party : {}, permit: state.permit, priority: state.priority, language: Queue.language()
    }), { giveUpMs: GIVE_UP_MS, wanted: function () { return true; }, onTrying: function () { set({ trying: true }); } }).then(function (answer) {
      press = null;
      state.trying = false;
      if (!answer.ok) { set({ busy: false, why: Visitor.refused(answer) }); refresh(); return; }
      Visitor.keepReservation(office.key, answer.reservation);
      window.location.assign(answer.reservation.page);
    }, function () { set({ busy: false, trying: false, why: Queue.t("lost") }); });
  }

  function put(name) {
    return function (event) { state[name] = event.target.type === "checkbox" ? event.target.checked : event.target.value; press = null; draw(); };
  }

  function count(kind, by) {
    return function () {
      const party = Object.assign({}, state.party);
      party[kind] = Math.max(0, party[kind] + by);
      press = null;
      set({ party: party });
    };
  }

  /* ---- What is drawn ---- */

  function card(each) {
    return html`<li key=${each.key}><button class="service" data-testid=${"service-" + each.key} onClick=${function () { open(each.key); }}>${Visitor.badge(each)}
      <span class="service-text"><strong>${Queue.say(each.name)}</strong><span class="soft">${Queue.say(each.summary)}</span></span></button></li>`;
  }

  function others() {
    return elsewhere.length ? html`<section class="stack-tight"><h2>${Queue.t("elsewhere")}</h2><ul class="plain">${elsewhere.map(function (other) {
      return html`<li key=${other.key}><a href=${"/book/" + other.key} data-testid=${"office-" + other.key}>${other.name}</a></li>`;
    })}</ul></section>` : null;
  }

  function mine() {
    return Visitor.reservations(office.key).map(function (kept) {
      return html`<a class="card mine" key=${kept.secret} data-testid="mine" href=${"/r/" + kept.secret}><span>${Queue.t("mine")}</span><span class="number">${kept.code}</span><span class="mine-open">${Queue.day(kept.day)}</span></a>`;
    });
  }

  function start() {
    const found = state.picture.services;
    return html`<div class="stack">${mine()}<div><h1 tabindex="-1">${Queue.t("title")}</h1><p class="soft">${Queue.t("intro")}</p></div>
      ${found.length ? html`<ul class="plain services">${found.map(card)}</ul>` : html`<p class="empty" data-testid="none">${Queue.t("none")}</p>`}
      <p><a href=${"/visit/" + office.key}>${Queue.t("without")}</a></p>${others()}</div>`;
  }

  function whom() {
    if (!asks("inmate")) { return null; }
    return html`<form class="card stack-tight" onSubmit=${look} data-testid="lookup"><label class="field"><span class="field-label">${Queue.t("register")}</span>
      <input class="input" required maxlength="40" autocomplete="off" spellcheck=${false} value=${state.register} aria-describedby="register-hint" data-testid="register"
        onInput=${function (event) { press = null; set({ register: event.target.value, allowed: null, chosen: null, why: null }); }} />
      <span class="field-hint" id="register-hint">${Queue.t("register.hint")}</span></label>
      <button class="button button-wide" data-testid="look" aria-disabled=${state.looking ? "true" : null}>${Queue.t(state.looking ? "looking" : "look")}</button></form>`;
  }

  function when() {
    if (asks("inmate") && !state.allowed) { return null; }
    return html`<section data-testid="days"><h2 tabindex="-1">${Queue.t(asks("inmate") ? "days.may" : "days")}</h2>
      ${Visitor.days(service().days, state.allowed, state.chosen, pick, state.priority)}</section>`;
  }

  function counter(kind) {
    return html`<div class="count-row" key=${kind} role="group" aria-label=${Queue.t("party." + kind)}><span class="grow">${Queue.t("party." + kind)}</span>
      <button type="button" class="button" aria-label=${Queue.t("party.less", { kind: Queue.t("party." + kind) })} data-testid=${kind + "-less"} onClick=${count(kind, -1)}>\u2212</button>
      <output class="number" data-testid=${kind} aria-live="polite">${state.party[kind]}</output>
      <button type="button" class="button" aria-label=${Queue.t("party.more", { kind: Queue.t("party." + kind) })} data-testid=${kind + "-more"} onClick=${count(kind, 1)}>+</button></div>`;
  }

  function party() {
    const most = service().most_party;
    return asks("party") ? html`<fieldset class="party"><legend>${Queue.t("party", { most: most })}</legend>
      ${KINDS.map(counter)}<p class="field-hint">${Queue.t("party.hint", { others: most - 1 })}</p></fieldset>` : null;
  }

  function check(name, word, hint) {
    return html`<label class="check"><input type="checkbox" checked=${state[name]} data-testid=${name} onChange=${put(name)} />
      <span>${word}${hint ? html`<br /><span class="soft text-s">${hint}</span>` : null}</span></label>`;
  }

  function text(name, ask, more) {
    return asks(ask) ? html`<label class="field"><span class="field-label">${Queue.t(name)}</span>
      <input class="input" required autocomplete="off" value=${state[name]} data-testid=${name} aria-describedby=${name + "-hint"} onInput=${put(name)} ...${more} />
      <span class="field-hint" id=${name + "-hint"}>${Queue.t(name + ".hint")}</span></label>` : null;
  }

  function purpose() {
    return html`<details class="standard"><summary>${Queue.t("purpose")}</summary><ul class="purpose">${notice.filter(function (line) { return !line.ask || asks(line.ask); }).map(function (line, index) {
      return html`<li key=${index}>${Queue.say(line)}</li>`;
    })}</ul><p><a href=${"/privacy/" + office.key + "?lang=" + Queue.language() + "#book"} data-testid="privacy">${Queue.t("privacy")}</a></p></details>`;
  }

  function who() {
    if (!state.chosen) { return null; }
    return html`<form class="card stack" onSubmit=${send} data-testid="who"><h2 tabindex="-1">${Queue.day(state.chosen.day)}, ${Visitor.sessionName(state.session)}</h2>
      ${text("name", "name", { maxlength: 60 })}${text("identity", "nik", { maxlength: 30, inputmode: "text", spellcheck: false })}${party()}
      ${asks("permit") ? check("permit", Queue.t("permit"), Queue.t("permit.hint")) : null}
      ${check("priority", Queue.t("priority"), Queue.t("priority.who"))}${Visitor.law(state.picture.classes)}
      ${Visitor.needsFolded(state.said, state.picture.needs, function (said) { press = null; set({ said: said }); }, true)}
      ${purpose()}${Visitor.why(state.why)}${Visitor.trying(state.trying)}
      <button class="button button-primary button-large button-wide" data-testid="reserve" aria-disabled=${state.busy ? "true" : null}>${Queue.t(state.busy ? "reserving" : "reserve")}</button></form>`;
  }

  function chosen() {
    const one = service(), bring = Queue.say(one.requirements);
    return html`<div class="stack"><button class="button button-quiet back" data-testid="back" onClick=${function () { open(null); }}>${Visitor.icon("arrow-left")}<span>${Queue.t("back")}</span></button>
      <div class="title">${Visitor.badge(one)}<h1 tabindex="-1">${Queue.say(one.name)}</h1></div>
      ${one.ready ? null : Visitor.notice("warn", "alert-triangle", Queue.t("not_ready"))}
      <ul class="rules">${one.per_visitor_week ? html`<li>${Queue.t("rule.week", { most: one.per_visitor_week })}</li>` : null}
        <li>${Queue.t("rule.time", { early: one.early_min, late: one.late_min })}</li></ul>
      ${bring ? html`<details class="standard"><summary>${Queue.t("bring")}</summary><p class="lines">${bring}</p></details>` : null}
      ${whom()}${state.chosen ? null : Visitor.why(state.why)}${when()}${who()}</div>`;
  }

  function draw() {
    const root = document.getElementById("book");
    if (!state.picture) { render(html`<p class="empty">${Queue.t(state.lost ? "lost.first" : "loading")}</p>`, root); return; }
    document.title = Queue.t("title") + " \u00b7 " + office.name;
    render(html`${Visitor.head(office, draw)}${state.lost ? html`<p><span class="line-mark" role="status">${Visitor.icon("wifi-off")}${Queue.t("line.lost", { time: Queue.time(state.picture.at) })}</span></p>` : null}
      ${service() ? chosen() : start()}<footer class="foot soft text-s">${Queue.say(office.complaint)}</footer>`, root);
  }

  let next = null;
  function refresh() {
    window.clearTimeout(next);
    Queue.get("/office/" + office.key + "/sessions").then(function (picture) {
      if (!picture.services) { throw new Error("no picture"); }
      set({ picture: picture, lost: false });
      next = window.setTimeout(refresh, AGAIN_MS);
    }).catch(function () { set({ lost: true }); next = window.setTimeout(refresh, RETRY_MS); });
  }

  function begin() {
    Queue.zone(office.time_zone);
    Queue.language(Visitor.ownLanguage());
    Queue.words("book", office.key).then(function () { draw(); refresh(); }, function () { window.setTimeout(begin, RETRY_MS); });
  }

  begin();
}());
