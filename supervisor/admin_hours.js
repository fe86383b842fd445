/* Opening hours of a usual week; holidays; other hours between two dates. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;

  function same(week) { return Form.DAYS.every(function (day) { return week[day] === week.monday; }); }

  Desk.panels.hours = {
    form: function (document) {
      const hours = document.hours || {};
      return { week: Form.weekOf(hours), issue_from: hours.issue_from || "", last: Form.shown(hours.last_ticket_min), pause: Form.shown(hours.break_ticket_min) };
    },
    parts: function (form) {
      return { hours: Object.assign(Form.weekTable(form.week), {
        issue_from: form.issue_from.trim().replace(".", ":") || null, last_ticket_min: Form.whole(form.last), break_ticket_min: Form.whole(form.pause) }) };
    },
    View: function () {
      const draft = Desk.draft("hours"), form = draft.form;
      return html`<div class="stack">${Desk.data.office.document.office.always_open || Desk.data.office.document.office.demo ? html`<p class="notice notice-info">${Desk.icon("info-circle")}<span>${Queue.t("hours.demo")}</span></p>` : null}
        <${Form.Week} label=${Queue.t("hours.week")} week=${form.week} testid="hours" />
        <div class="triple"><${Form.Text} label=${Queue.t("hours.issue_from")} hint=${Queue.t("hours.issue_from.hint")} value=${form.issue_from} most=${5} testid="issue-from" set=${function (text) { form.issue_from = text; }} />
          <${Form.Number} label=${Queue.t("hours.last")} hint=${Queue.t("hours.last.hint")} value=${form.last} testid="last-ticket" set=${function (text) { form.last = text; }} />
          <${Form.Number} label=${Queue.t("hours.pause")} hint=${Queue.t("hours.pause.hint")} value=${form.pause} testid="break-ticket" set=${function (text) { form.pause = text; }} /></div>
        <${Desk.Bottom} draft=${draft} /></div>`;
    }
  };

  /* ---- Holidays, and other hours between two dates ---- */

  function override(one) {
    const week = Form.weekOf(one);
    return { name: one.name || "", first: one.first || "", last: one.last || "", services: one.services || [], week: week, daily: !same(week) };
  }

  function Holidays(props) {
    const list = props.list;
    return html`<h3>${Queue.t("holidays")}</h3><p class="soft">${Queue.t("holidays.note")}</p>${list.map(function (one, at) {
      return html`<div class="dated" key=${at}>
        <${Form.Text} type="date" label=${Queue.t("date")} value=${one.date} testid=${"holiday-date-" + at} set=${function (text) { one.date = text; }} />
        <${Form.Text} label=${Queue.t("holiday.name")} value=${one.name} testid=${"holiday-name-" + at} set=${function (text) { one.name = text; }} />
        <${Desk.button} kind="button-quiet" icon="trash" word=${Queue.t("entry.remove")} run=${function () { list.splice(at, 1); Desk.draw(); }} /></div>`;
    })}<p><${Desk.button} icon="plus" word=${Queue.t("holiday.add")} testid="add-holiday" run=${function () { list.push({ date: "", name: "" }); Desk.draw(); }} /></p>`;
  }

  function Overrides(props) {
    const list = props.list;
    return html`<h3>${Queue.t("overrides")}</h3><p class="soft">${Queue.t("overrides.note")}</p>${list.map(function (one, at) {
      function all(text) { Form.DAYS.forEach(function (day) { one.week[day] = text; }); }
      return html`<${Form.Entry} key=${at} list=${list} at=${at} title=${one.name || Queue.t("override.new")} testid=${"override-" + at}>
        <div class="triple"><${Form.Text} label=${Queue.t("override.name")} hint=${Queue.t("override.name.hint")} value=${one.name} testid=${"override-name-" + at} set=${function (text) { one.name = text; }} />
          <${Form.Text} type="date" label=${Queue.t("override.first")} value=${one.first} testid=${"override-first-" + at} set=${function (text) { one.first = text; }} />
          <${Form.Text} type="date" label=${Queue.t("override.last")} value=${one.last} testid=${"override-last-" + at} set=${function (text) { one.last = text; }} /></div>
        <${Form.Check} label=${Queue.t("override.daily")} value=${one.daily} set=${function (on) { one.daily = on; if (!on) { all(one.week.monday); } }} />
        ${one.daily ? html`<${Form.Week} label=${Queue.t("override.hours")} week=${one.week} testid=${"override-week-" + at} />`
          : html`<${Form.Text} label=${Queue.t("override.hours")} hint=${Queue.t("hours.hint")} value=${one.week.monday} testid=${"override-hours-" + at} set=${all} />`}
        <${Form.Checks} label=${Queue.t("override.services")} hint=${Queue.t("override.services.hint")} options=${Desk.serviceOptions()} values=${one.services} testid=${"override-" + at} set=${function (keys) { one.services = keys; }} /><//>`;
    })}<p><${Desk.button} icon="plus" word=${Queue.t("override.add")} testid="add-override" run=${function () { list.unshift(override({})); Desk.draw(); }} /></p>`;
  }

  Desk.panels.exceptions = {
    form: function (document) { return { holidays: Form.copy(document.holiday || []), overrides: (document.override || []).map(override) }; },
    parts: function (form) {
      return { holiday: form.holidays, override: form.overrides.map(function (one) {
        return Object.assign({ name: one.name.trim(), first: one.first, last: one.last, services: one.services }, Form.weekTable(one.week));
      }) };
    },
    View: function () {
      const draft = Desk.draft("exceptions");
      return html`<div class="stack"><${Overrides} list=${draft.form.overrides} /><${Holidays} list=${draft.form.holidays} /><${Desk.Bottom} draft=${draft} /></div>`;
    }
  };
}());
