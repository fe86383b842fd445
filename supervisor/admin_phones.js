/* Numbers by phone: from afar or not, and what proves that somebody stands at the door. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;
  const CODES = ["screen", "sheet", "both"];

  Desk.panels.phones = {
    form: function (document) {
      return { remote: document.office.remote_numbers === true, code: document.office.door_code || CODES[0] };
    },
    parts: function (form) { return { office: { remote_numbers: form.remote, door_code: form.code } }; },
    View: function () {
      const draft = Desk.draft("phones"), form = draft.form;
      return html`<div class="stack">${Desk.data.office.phones_by ? null : html`<p class="notice notice-info">${Desk.icon("info-circle")}<span>${Queue.t("phones.no_address")}</span></p>`}
        <${Form.Check} label=${Queue.t("phones.remote")} hint=${Queue.t("phones.remote.hint")} value=${form.remote} testid="phones-remote" set=${function (on) { form.remote = on; }} />
        <${Form.Choice} label=${Queue.t("phones.code")} hint=${Queue.t("phones.code.hint")} value=${form.code} testid="phones-code" set=${function (key) { form.code = key; }}
          options=${CODES.map(function (key) { return { key: key, name: Queue.t("phones.code." + key) }; })} />
        <${Desk.Bottom} draft=${draft} /></div>`;
    }
  };
}());
