/* Everything of the office as one file: read, change, take one in, take one away. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* Puts the cursor into a line that something was said of. */
  function go(line) {
    const area = document.getElementById("office-file"), rows = area.value.split("\n");
    const start = rows.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + rows[line - 1].length);
    area.scrollTop = Math.max(0, area.scrollHeight * (line - 4) / rows.length);
  }

  function take(draft) {
    return function (event) {
      const file = event.target.files[0], reader = new window.FileReader();
      if (!file) { return; }
      reader.onload = function () { draft.form.text = String(reader.result).replace(/\r\n/g, "\n"); Desk.draw(); };
      reader.readAsText(file);
      event.target.value = "";
    };
  }

  Desk.panels.file = {
    text: function (form) { return form.text; },
    form: function () { return { text: Desk.data.office.text }; },
    View: function () {
      const draft = Desk.draft("file");
      return html`<div class="stack"><div class="row"><a class="button" href=${Desk.path("office.toml")} download data-testid="export">${Desk.icon("download")}<span>${Queue.t("file.export")}</span></a>
          <label class="button file-button">${Desk.icon("upload")}<span>${Queue.t("file.import")}</span><input class="unseen" type="file" accept=".toml,text/plain" onChange=${take(draft)} data-testid="import" /></label></div>
        <label class="field"><span class="field-label">${Queue.t("file.text")}</span>
          <textarea id="office-file" class="input code-text" rows="24" spellcheck=${false} autocapitalize="none" wrap="off" value=${draft.form.text} data-testid="office-file"
            onInput=${function (event) { draft.form.text = event.target.value; Desk.draw(); }}></textarea></label>
        <${Desk.Bottom} draft=${draft} go=${go} /></div>`;
    }
  };
}());
