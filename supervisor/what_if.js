/* What if? A past day with another counter, rule or share of priority: asked for, compared, and then watched. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const state = { form: null, answer: null, asking: false, problem: null };
  const FIGURES = ["n", "median", "p90", "worst", "late", "gave_up"];

  function yesterday(picture) {
    const at = new Date(picture.day.date + "T00:00:00Z");
    at.setUTCDate(at.getUTCDate() - 1);
    return at.toISOString().slice(0, 10);
  }

  function form(picture) {
    if (!state.form) { state.form = { day: yesterday(picture), counter: "+", services: picture.services[0] ? [picture.services[0].key] : [], from: "08:00", to: "16:00", mix: "", longest: "", priority: "" }; }
    return state.form;
  }

  function set(name) { return function (event) { state.form[name] = event.target.value; Desk.draw(); }; }

  function toggle(key) {
    return function () {
      const at = state.form.services.indexOf(key);
      state.form.services = at < 0 ? state.form.services.concat([key]) : state.form.services.filter(function (one) { return one !== key; });
      Desk.draw();
    };
  }

  function ask(event) {
    event.preventDefault();
    if (state.asking) { return; }
    if (state.form.counter && !state.form.services.length) {
      state.problem = Queue.t("refused.choose_service");
      Desk.draw();
      return;
    }
    const wish = state.form, asked = { day: wish.day, mix: wish.mix, longest: wish.longest, priority: wish.priority };
    if (wish.counter) { Object.assign(asked, { counter: wish.counter, services: wish.services.join(","), from: wish.from, to: wish.to }); }
    state.asking = true;
    state.problem = null;
    Desk.draw();
    Desk.get("/supervisor/" + encodeURIComponent(Queue.meta("office")) + "/what-if?" + Desk.query(asked)).then(function (answer) {
      if (answer.ok) { state.answer = answer; Desk.film.load(answer); } else { state.problem = Queue.refusal(answer); }
    }, function () { state.problem = Queue.t("sign_in.no_line"); }).then(function () {
      state.asking = false;
      Desk.draw();
    });
  }

  function field(name, input) { return html`<label class="field" key=${name}><span class="field-label">${Queue.t("what_if." + name)}</span>${input}</label>`; }

  function Form(props) {
    const picture = props.picture, wish = form(picture);
    return html`<form class="card what-if" onSubmit=${ask} data-testid="what-if"><h2>${Queue.t("what_if")}</h2><p class="soft reading">${Queue.t("what_if.note")}</p>
      <div class="what-if-fields">
        ${field("day", html`<input class="input" type="date" required value=${wish.day} max=${picture.day.date} onInput=${set("day")} data-testid="what-if-day" />`)}
        ${field("counter", html`<select class="input" value=${wish.counter} onChange=${set("counter")} data-testid="what-if-counter"><option value="">${Queue.t("what_if.no_counter")}</option><option value="+">${Queue.t("what_if.one_more")}</option>
          ${picture.counters.map(function (counter) { return html`<option key=${counter.key} value=${counter.key}>${Queue.say(counter.name)}</option>`; })}</select>`)}
        ${wish.counter ? html`${field("from", html`<input class="input" type="time" required value=${wish.from} onInput=${set("from")} />`)}${field("to", html`<input class="input" type="time" required value=${wish.to} onInput=${set("to")} />`)}` : null}
        ${field("mix", html`<select class="input" value=${wish.mix} onChange=${set("mix")} data-testid="what-if-mix"><option value="">${Queue.t("what_if.as_it_was")}</option>${["1:1", "1:2", "1:3", "1:5", "2:1"].map(function (mix) {
          return html`<option key=${mix} value=${mix}>${Queue.t("what_if.mix_of", { priority: mix.split(":")[0], ordinary: mix.split(":")[1] })}</option>`; })}</select>`)}
        ${field("longest", html`<select class="input" value=${wish.longest} onChange=${set("longest")}><option value="">${Queue.t("what_if.as_it_was")}</option><option value="none">${Queue.t("what_if.never")}</option>${[15, 30, 45, 60, 90].map(function (minutes) {
          return html`<option key=${minutes} value=${minutes}>${Queue.t("what_if.minutes", { minutes: minutes })}</option>`; })}</select>`)}
        ${field("priority", html`<input class="input" type="number" min="0" max="100" value=${wish.priority} placeholder=${Queue.t("what_if.as_it_was")} onInput=${set("priority")} data-testid="what-if-priority" />`)}
      </div>
      ${wish.counter ? html`<div class="row" role="group" aria-label=${Queue.t("what_if.services")}><span class="field-label">${Queue.t("what_if.services")}</span>${picture.services.map(function (service) {
        return html`<button type="button" class="button" key=${service.key} aria-pressed=${String(wish.services.indexOf(service.key) >= 0)} onClick=${toggle(service.key)} data-testid=${"what-if-" + service.key}>${Desk.badge(service)}<span>${Queue.say(service.name)}</span></button>`; })}</div>` : null}
      ${state.problem ? html`<p class="notice notice-warn" role="alert">${state.problem}</p>` : null}
      <button type="submit" class="button button-primary" data-testid="what-if-go" aria-disabled=${String(state.asking)}>${Queue.t(state.asking ? "what_if.playing" : "what_if.go")}</button></form>`;
  }

  function value(name, found) {
    if (!found) { return "\u2013"; }
    if (name === "late") { return found.judged ? found.late + " / " + found.judged : "\u2013"; }
    if (name === "n" || name === "gave_up") { return found[name]; }
    return found.n ? Queue.clock(found[name]) : "\u2013";
  }

  /* Less waiting is better, whichever figure it is; a word says so besides the shape. */
  function change(name, before, after) {
    if (!before || !after || name === "n" || before[name] === after[name]) { return null; }
    const better = after[name] < before[name];
    return html` <span class=${"change " + (better ? "change-better" : "change-worse")}>${Desk.icon(better ? "trending-down" : "trending-up")}<span class="unseen">${Queue.t(better ? "what_if.better" : "what_if.worse")}</span></span>`;
  }

  function rows(answer, service, name, lines) {
    return lines.map(function (which, nth) {
      const found = answer[which][service];
      return html`<tr key=${service + which} class=${"compared compared-" + which}>${nth ? null : html`<th scope="rowgroup" rowspan=${lines.length}>${name}</th>`}
        <th scope="row">${Queue.t("what_if." + which)}</th>${FIGURES.map(function (figure) {
          return html`<td class="figure" key=${figure}>${value(figure, found)}${which === "changed" ? change(figure, answer.same[service], found) : null}</td>`; })}</tr>`;
    });
  }

  function Compared(props) {
    const answer = state.answer, lines = ["real", "same", "changed"];
    if (!answer) { return null; }
    if (!answer.visits) { return html`<p class="notice notice-info" data-testid="what-if-empty">${Queue.t("what_if.empty")}</p>`; }
    const services = props.picture.services.filter(function (service) { return answer.real[service.key]; });
    return html`<section class="card" data-testid="what-if-compared"><h2>${Queue.t("what_if.compared", { day: Queue.date(Date.parse(answer.day + "T12:00:00Z")) })}</h2>
      <p class="soft reading">${Queue.t("what_if.compared_note")}</p><div class="table-box"><table class="table">
      <thead><tr><th scope="col">${Queue.t("column.service")}</th><th></th>${FIGURES.map(function (figure) { return html`<th scope="col" class="figure" key=${figure}>${Queue.t("what_if.figure." + figure)}</th>`; })}</tr></thead>
      <tbody>${rows(answer, "", Queue.t("what_if.all"), lines)}${services.map(function (service) { return rows(answer, service.key, Queue.say(service.name), lines); })}</tbody></table></div></section>`;
  }

  Desk.WhatIf = function (props) {
    return html`<div class="stack"><${Form} ...${props} /><${Compared} ...${props} />${state.answer && state.answer.visits ? html`<${Desk.Film} answer=${state.answer} ...${props} />` : null}</div>`;
  };
}());
