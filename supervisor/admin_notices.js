/* What boards show between calls, the words that run along their edge, and where to complain. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;
  const KINDS = ["text", "picture", "video"];

  function isVideo(name) { return /\.(mp4|webm)$/.test(name); }

  /* The files that fit the kind; the one chosen stays in the list even when it is not there any more. */
  function files(one) {
    const known = ((Desk.data.media || {}).files || []).map(function (file) { return file.name; }).filter(function (name) { return isVideo(name) === (one.kind === "video"); });
    const all = one.file && known.indexOf(one.file) < 0 ? known.concat(one.file) : known;
    return [{ key: "", name: Queue.t("notice.choose_file") }].concat(all.map(function (name) { return { key: name, name: name }; }));
  }

  function Notice(props) {
    const one = props.one, at = props.at;
    return html`<${Form.Entry} list=${props.list} at=${at} ordered=${true} title=${at + 1 + ". " + Queue.t("notice." + one.kind)} testid=${"notice-" + at}>
      <div class="pair"><${Form.Choice} label=${Queue.t("notice.kind")} value=${one.kind} testid=${"notice-kind-" + at} set=${function (kind) { one.kind = kind; one.file = ""; }}
          options=${KINDS.map(function (kind) { return { key: kind, name: Queue.t("notice." + kind) }; })} />
        <${Form.Number} label=${Queue.t("notice.seconds")} value=${one.seconds} testid=${"notice-seconds-" + at} set=${function (text) { one.seconds = text; }} /></div>
      ${one.kind === "text" ? null : html`<div class="pair"><${Form.Choice} label=${Queue.t("notice.file")} hint=${Queue.t("notice.file.hint")} value=${one.file} options=${files(one)} testid=${"notice-file-" + at} set=${function (name) { one.file = name; }} />
        <${Desk.Thumb} name=${one.file} /></div>`}
      <${Form.Words} rows=${3} label=${Queue.t(one.kind === "text" ? "notice.words" : "notice.caption")} value=${one.text} testid=${"notice-text-" + at} set=${function (words) { one.text = words; }} /><//>`;
  }

  Desk.panels.notices = {
    form: function (document) {
      return {
        running: Form.copy(document.running_text || {}), complaint: Form.copy(document.complaint || {}),
        notices: (document.notice || []).map(function (one) { return { kind: one.kind, text: Form.copy(one.text || {}), file: one.file || "", seconds: Form.shown(one.seconds === undefined ? 12 : one.seconds) }; })
      };
    },
    parts: function (form) {
      return { running_text: form.running, complaint: form.complaint, notice: form.notices.map(function (one) {
        return { kind: one.kind, text: one.text, file: one.kind === "text" ? null : one.file, seconds: Form.whole(one.seconds) };
      }) };
    },
    View: function () {
      const draft = Desk.draft("notices"), form = draft.form;
      if (!Desk.data.media) { Desk.load("media"); }
      return html`<div class="stack"><${Form.Words} rows=${3} label=${Queue.t("running_text")} value=${form.running} testid="running-text" set=${function (words) { form.running = words; }} />
        <${Form.Words} label=${Queue.t("complaint")} value=${form.complaint} testid="complaint" set=${function (words) { form.complaint = words; }} />
        <h3>${Queue.t("notices")}</h3>${form.notices.map(function (one, at) { return html`<${Notice} key=${at} one=${one} list=${form.notices} at=${at} />`; })}
        <p><${Desk.button} icon="plus" word=${Queue.t("notice.add")} testid="add-notice" run=${function () { form.notices.push({ kind: "text", text: {}, file: "", seconds: "12" }); Desk.draw(); }} /></p>
        <${Desk.Bottom} draft=${draft} /></div>`;
    }
  };
}());
