/* Paper numbers: what a supervisor enters after a day without electricity, one number of the roll after the other. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* Of the number under way: which fields it needs, and for which counters. The day and service stay for the next. */
  let chosen = { service: "", outcome: "served" };

  function set(name) { return function (event) { chosen[name] = event.target.value; Desk.draw(); }; }

  function enter(event) {
    event.preventDefault();
    const form = event.target, args = {};
    ["service", "day", "issued", "outcome", "counter", "started", "ended"].forEach(function (name) {
      if (form.elements[name] && form.elements[name].value) { args[name] = form.elements[name].value; }
    });
    args.number = Number(form.elements.number.value);
    if (form.elements.priority.checked) { args.priority = true; }
    const again = Desk.isOpen("paper");
    Desk.press("enter_paper", args, function () {
      ["number", "issued", "started", "ended"].forEach(function (name) { if (form.elements[name]) { form.elements[name].value = ""; } });
      form.elements.priority.checked = false;
      if (again) { Desk.open("paper"); }
    });
  }

  function field(name, type, more) {
    return html`<label class="field"><span class="field-label">${Queue.t("roll." + name)}</span>
      <input class="input" name=${name} type=${type} data-testid=${"roll-" + name} autocomplete="off" ...${more} /></label>`;
  }

  function clock(name, needed) {
    return field(name, "text", { inputmode: "numeric", pattern: "[0-9]{1,2}[.:][0-9]{2}", placeholder: "08.15", required: needed });
  }

  function choice(name, value, options, run) {
    return html`<label class="field"><span class="field-label">${Queue.t("roll." + name)}</span>
      <select class="input" name=${name} data-testid=${"roll-" + name} value=${value} onChange=${run}>${options.map(function (one) {
        return html`<option key=${one.key} value=${one.key} selected=${one.key === value}>${one.word}</option>`;
      })}</select></label>`;
  }

  function Form(props) {
    const picture = props.picture, services = picture.services.filter(function (s) { return picture.roll[s.key] && picture.roll[s.key] !== "–"; });
    const service = picture.roll[chosen.service] ? chosen.service : services[0].key;
    const counters = picture.counters.filter(function (c) { return c.services.indexOf(service) >= 0; });
    return html`<form class="schedule" onSubmit=${enter} data-testid="roll">
      <p class="soft">${Queue.t("roll.note", { numbers: picture.roll[service] })}</p>
      <div class="pair">${choice("service", service, services.map(function (s) { return { key: s.key, word: s.letter + " · " + Queue.say(s.name) }; }), set("service"))}
        ${field("day", "date", { defaultValue: picture.day.date, max: picture.day.date })}</div>
      <div class="pair">${field("number", "number", { required: true, min: 1, max: 9999 })}${clock("issued", true)}</div>
      ${choice("outcome", chosen.outcome, picture.reasons.paper.map(function (code) { return { key: code, word: Queue.t("roll.outcome." + code) }; }), set("outcome"))}
      ${chosen.outcome === "served" ? html`${choice("counter", counters.length ? counters[0].key : "", counters.map(function (c) { return { key: c.key, word: Queue.say(c.name) }; }))}
        <div class="pair">${clock("started", true)}${clock("ended", true)}</div>` : null}
      ${chosen.outcome === "left" ? clock("ended", false) : null}
      <label class="row"><input type="checkbox" name="priority" data-testid="roll-priority" /> <span>${Queue.t("roll.priority")}</span></label>
      <div class="row"><button type="submit" class="button button-primary" data-testid="roll-go">${Queue.t("act.enter_paper")}</button>
        <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { Desk.open(null); }} /></div></form>`;
  }

  /** Nothing for an office without a paper roll. */
  Desk.Paper = function (props) {
    const roll = props.picture.roll || {};
    const any = Object.keys(roll).some(function (key) { return roll[key] !== "–"; });
    if (!any || !props.may) { return null; }
    return html`<section class="card"><h2>${Queue.t("roll")}</h2>
      <div class="row"><${Desk.button} kind="button-quiet" word=${Queue.t("roll.open")} icon="ticket" testid="roll-open" open=${Desk.isOpen("paper")} run=${function () { Desk.open("paper"); }} /></div>
      ${Desk.isOpen("paper") ? html`<${Form} picture=${props.picture} />` : null}</section>`;
  };
}());
