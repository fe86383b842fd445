/* Pictures and videos of the boards: taken in with their progress, listed with where they are shown, removed. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const KINDS = ["image/png", "image/jpeg", "image/webp", "video/mp4", "video/webm"];
  let coming = null;   /* {name, part}: what is on its way, 0 to 1 */
  let sure = "";

  function address(name) { return "/media/" + encodeURIComponent(Queue.meta("office")) + "/" + encodeURIComponent(name); }

  Desk.Thumb = function (props) {
    const name = props.name;
    if (!name) { return null; }
    return /\.(mp4|webm)$/.test(name) ? html`<video class="thumb" src=${address(name)} preload="metadata" muted controls></video>` : html`<img class="thumb" src=${address(name)} alt="" loading="lazy" />`;
  };

  /* fetch tells nobody how far it is. */
  function send(file) {
    const request = new XMLHttpRequest();
    request.open("POST", Desk.path("media"));
    request.setRequestHeader("X-Queue", "1");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = function (event) { if (event.lengthComputable) { coming.part = event.loaded / event.total; Desk.draw(); } };
    request.onload = function () {
      let answer = { ok: false, refused: "unknown" };
      try { answer = JSON.parse(request.responseText); } catch (broken) { /* said as unknown */ }
      coming = null;
      if (answer.ok) { Desk.say(Queue.t(answer.new ? "media.taken" : "media.known")); Desk.load("media"); } else { Desk.refused(answer); }
      Desk.draw();
    };
    request.onerror = function () { coming = null; Desk.refuse(Queue.t("media.lost")); };
    coming = { name: file.name, part: 0 };
    request.send(file);
    Desk.draw();
  }

  function chosen(event) {
    const file = event.target.files[0], most = Desk.data.media.most;
    event.target.value = "";
    if (!file || coming) { return; }
    if (KINDS.indexOf(file.type) < 0) { Desk.refuse(Queue.t("refused.media_kind")); return; }
    if (file.size > most) { Desk.refuse(Queue.t("refused.media_large", { most: Math.floor(most / 1048576) })); return; }
    send(file);
  }

  function uses(file) {
    if (file.used.length) { return html`<span class="state state-open">${Queue.t("media.used", { n: file.used.join(", ") })}</span>`; }
    return html`<span class="soft">${Queue.t(file.elsewhere ? "media.elsewhere" : "media.unused")}</span>`;
  }

  function remove(file) {
    return function () {
      sure = "";
      Desk.press("remove_media", { media: file.name }, function () { Desk.load("media"); });
    };
  }

  function File(props) {
    const file = props.file;
    return html`<li class="media" data-testid=${"media-" + file.name}><${Desk.Thumb} name=${file.name} />
      <p class="media-name">${file.name}</p><p class="text-s soft">${Desk.size(file.bytes)} · ${Desk.moment(file.at)}</p><p>${uses(file)}</p>
      ${file.used.length || file.elsewhere ? null : sure === file.name
        ? html`<p>${Queue.t("media.remove.ask")}</p><div class="row"><${Desk.button} kind="button-bad" word=${Queue.t("entry.remove")} testid="remove-media-yes" run=${remove(file)} />
          <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { sure = ""; Desk.draw(); }} /></div>`
        : html`<${Desk.button} icon="trash" word=${Queue.t("entry.remove")} testid="remove-media" run=${function () { sure = file.name; Desk.draw(); }} />`}</li>`;
  }

  Desk.Media = function () {
    const data = Desk.data.media;
    if (!data) { return html`<${Desk.Loading} />`; }
    return html`<div class="stack"><section class="card"><h2>${Queue.t("media.add")}</h2><p class="soft reading">${Queue.t("media.note", { most: Math.floor(data.most / 1048576) })}</p>
        ${coming ? html`<p role="status" data-testid="coming">${Queue.t("media.coming", { name: coming.name, percent: Math.floor(100 * coming.part) })}</p><div class="fill"><span style=${{ width: 100 * coming.part + "%" }}></span></div>`
          : html`<p><label class="button button-primary file-button">${Desk.icon("upload")}<span>${Queue.t("media.choose")}</span>
            <input class="unseen" type="file" accept=${KINDS.join(",")} onChange=${chosen} data-testid="media-file" /></label></p>`}</section>
      <section class="card"><h2>${Queue.t("media")}</h2>${data.files.length ? html`<ul class="plain media-list">${data.files.map(function (file) { return html`<${File} key=${file.name} file=${file} />`; })}</ul>`
        : html`<p class="empty">${Desk.icon("device-tv")}${Queue.t("media.none")}</p>`}</section></div>`;
  };
}());
