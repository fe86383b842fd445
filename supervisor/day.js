/* The office day: its hours, a published change of them, and closing it with a reason for everybody left. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* Reasons chosen so far: for all, and by step. */
  let chosen = { all: "", steps: {} };

  function pick(codes, value, run, label, testid) {
    return html`<select class="input" aria-label=${label} data-testid=${testid} value=${value} onChange=${function (event) { run(event.target.value); Desk.draw(); }}>
      <option value="">${Queue.t("choose_reason")}</option>
      ${codes.map(function (code) { return html`<option key=${code} value=${code} selected=${code === value}>${Desk.word("reason", code)}</option>`; })}
    </select>`;
  }

  function close(picture) {
    const reasons = {};
    picture.left.rows.forEach(function (row) {
      const reason = chosen.steps[row.step] || chosen.all;
      if (reason) { reasons[row.step] = reason; }
    });
    Desk.press("close_day", { reason: chosen.all || undefined, reasons: reasons }, function () { chosen = { all: "", steps: {} }; });
  }

  function Blocked(props) {
    const picture = props.picture;
    const busy = picture.at_counter.map(function (one) { return one.label + " (" + Queue.say(one.counter) + ")"; }).concat(picture.issuing);
    return busy.length ? html`<p class="notice notice-warn" data-testid="close-blocked">${Desk.icon("info-circle")}<span>${Queue.t("day.blocked", { who: busy.join(", ") })}</span></p>` : null;
  }

  function Closing(props) {
    const picture = props.picture, left = picture.left, codes = picture.reasons.unserved;
    const missing = !chosen.all && (left.total > left.rows.length || left.rows.some(function (row) { return !chosen.steps[row.step]; }));
    const blocked = picture.at_counter.length + picture.issuing.length > 0;
    return html`<div class="closing" data-testid="closing">
      <${Blocked} picture=${picture} />
      ${left.total ? html`<p>${Queue.t("day.left", { n: left.total })}</p>
        <label class="field"><span class="field-label">${Queue.t("day.reason_all")}</span>${pick(codes, chosen.all, function (code) { chosen.all = code; }, Queue.t("day.reason_all"), "reason-all")}</label>
        <ul class="plain left-rows">${left.rows.map(function (row) {
          const label = Queue.t("day.reason_one", { label: row.label });
          return html`<li key=${row.step}><span><span class="number">${row.label}</span> <span class="soft">${Desk.serviceName(picture, row.service)} · ${Desk.word("state", row.state)}</span></span>
            ${pick(codes, chosen.steps[row.step] || chosen.all, function (code) { chosen.steps[row.step] = code; }, label, "left-" + row.step)}</li>`;
        })}</ul>` : html`<p>${Queue.t("day.nobody_left")}</p>`}
      <div class="row"><${Desk.button} kind="button-bad" word=${Queue.t("act.close_day")} icon="door-enter" testid="close-day-now" off=${blocked || missing}
          run=${function () {
            if (blocked) { Desk.refuse(Queue.t("day.blocked_short")); } else if (missing) { Desk.refuse(Queue.t("refused.reason_needed_each", { n: left.total })); } else { close(picture); }
          }} />
        <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { Desk.open(null); }} /></div></div>`;
  }

  function change(event) {
    event.preventDefault();
    const fields = event.target.elements, args = {};
    ["first", "last", "hours", "name", "service"].forEach(function (name) { if (fields[name].value) { args[name] = fields[name].value; } });
    Desk.press("change_schedule", args);
  }

  function field(name, type, hint, value) {
    return html`<label class="field"><span class="field-label">${Queue.t("schedule." + name)}</span>
      <input class="input" name=${name} type=${type} defaultValue=${value || ""} />${hint ? html`<span class="field-hint">${hint}</span>` : null}</label>`;
  }

  function Schedule(props) {
    return html`<form class="schedule" onSubmit=${change} data-testid="schedule">
      <p class="soft">${Queue.t("schedule.note")}</p>
      <div class="pair">${field("first", "date", "", props.picture.day.date)}${field("last", "date", "", props.picture.day.date)}</div>
      ${field("hours", "text", Queue.t("schedule.hours_hint"))}${field("name", "text", Queue.t("schedule.name_hint"))}
      <label class="field"><span class="field-label">${Queue.t("schedule.service")}</span><select class="input" name="service">
        <option value="">${Queue.t("all_services")}</option>${props.picture.services.map(function (s) { return html`<option key=${s.key} value=${s.key}>${Queue.say(s.name)}</option>`; })}</select></label>
      <div class="row"><button type="submit" class="button" data-testid="schedule-go">${Queue.t("schedule.go")}</button>
        <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { Desk.open(null); }} /></div></form>`;
  }

  Desk.Day = function (props) {
    const picture = props.picture, day = picture.day;
    const hours = picture.hours.map(function (p) { return p.start === p.end ? Queue.t("day.all_day") : p.start.replace(":", ".") + "–" + p.end.replace(":", "."); }).join(", ");
    const state = day.closed ? "closed" : day.open ? "open" : "not_yet";
    return html`<section class="card day"><h2>${Queue.t("day")}</h2>
      <p data-testid="day-state"><span class=${"state state-" + (state === "open" ? "open" : "closed")}>${Queue.t("day." + state)}</span>
        <span class="soft"> ${hours ? Queue.t("day.hours", { hours: hours }) : Queue.t("day.no_hours")}</span></p>
      ${props.may ? html`<div class="row">
        ${day.open ? html`<${Desk.button} word=${Queue.t("act.close_day")} icon="door-enter" testid="close-day" open=${Desk.isOpen("day")} run=${function () { Desk.open("day"); }} />` : null}
        <${Desk.button} kind="button-quiet" word=${Queue.t("act.change_schedule")} icon="calendar-time" testid="change-schedule" open=${Desk.isOpen("schedule")} run=${function () { Desk.open("schedule"); }} /></div>` : null}
      ${Desk.isOpen("day") && day.open ? html`<${Closing} picture=${picture} />` : null}
      ${Desk.isOpen("schedule") ? html`<${Schedule} picture=${picture} />` : null}</section>`;
  };
}());
