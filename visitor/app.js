/* The page as an app, where there is HTTPS: its worker, and the way to being told on this phone, fetched at a touch. */
(function () {
  "use strict";
  const Visitor = window.Visitor, Queue = window.Queue;
  const html = window.htmPreact.html;

  const installable = Boolean(document.querySelector("link[rel=manifest]")) && "serviceWorker" in navigator;
  if (installable) { navigator.serviceWorker.register("/worker.js").catch(function () { /* the page works without it */ }); }

  Visitor.installable = installable;
  Visitor.canPush = installable && "PushManager" in window && "Notification" in window;

  /** Of the number or reservation at `page`; `words` is its screen's, `what` says which it is ("ticket", "reservation"). */
  Visitor.tell = function (page, what, words, office, draw) {
    let found = null, card = null, opening = false;

    function again() { opening = false; }

    function open(event) {
      if (opening) { return; }
      opening = true;
      const script = document.createElement("script");
      script.onerror = again;
      script.onload = function () {
        Queue.words(words, office).then(function () {
          card = Visitor.tellCard(page, what, draw, found);
          draw();
          const title = event && document.querySelector("[data-testid=tell]");
          if (title) { title.focus(); }
        }, again);
      };
      script.src = "/web/visitor/tell.js";
      document.head.appendChild(script);
    }

    return {
      load: function () {
        if (card) { card.load(); return; }
        Queue.get(page + "/messages").then(function (answer) {
          if (!answer.ok) { return; }
          found = answer;
          draw();
          if (Object.keys(found.on).length) { open(null); }
        }, function () { /* asked again when the number changes */ });
      },
      view: function () {
        if (card) { return card.view(); }
        const ways = found ? found.offered.filter(function (way) { return way !== "push" || Visitor.canPush; }) : [];
        return ways.length ? html`<button class="button button-wide" data-testid="tell-open" onClick=${open}>${Visitor.icon("bell")}<span>${Queue.t("tell")}</span></button>` : null;
      }
    };
  };
}());
