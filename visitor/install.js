/* A button that puts the page on the home screen; nothing where the browser does not offer that, or did already. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;
  let prompt = null, again = null;

  if (Visitor.installable) {
    window.addEventListener("beforeinstallprompt", function (event) {
      event.preventDefault();
      prompt = event;
      if (again) { again(); }
    });
  }

  Visitor.installer = function (draw) {
    again = draw;
    if (!prompt) { return null; }
    return html`<button class="button button-wide" data-testid="install" onClick=${function () { prompt.prompt(); prompt = null; draw(); }}>${Queue.t("install")}</button>`;
  };
}());
