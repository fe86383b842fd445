/* What the visitor's page can do while it is closed, or while there is no line: say so, and show what is pushed to it.
   It keeps the offline page and nothing else: no number, no reservation and no address of either. */
(function () {
  "use strict";
  const KEPT = "visitor", OFFLINE = "/offline";
  const FILES = [OFFLINE, "/web/visitor/all.css", "/web/visitor/offline.js"];
  const PAGES = /^\/(?:visit|book|t|r)\//;

  function fresh(path) { return new Request(path, { cache: "reload", credentials: "omit" }); }

  self.addEventListener("install", function (event) {
    event.waitUntil(caches.open(KEPT).then(function (kept) { return kept.addAll(FILES.map(fresh)); })
      .then(function () { return self.skipWaiting(); }));
  });

  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

  /* Boards, consoles and everything that is not a page of the visitor's go past this worker untouched. */
  self.addEventListener("fetch", function (event) {
    const address = new URL(event.request.url);
    if (address.origin !== self.location.origin || event.request.method !== "GET") { return; }
    const page = event.request.mode === "navigate" && PAGES.test(address.pathname);
    if (page || FILES.indexOf(address.pathname) > 0) {
      event.respondWith(fetch(event.request).catch(function () { return caches.match(page ? OFFLINE : address.pathname); }));
    }
  });

  self.addEventListener("push", function (event) {
    let said = null;
    try { said = event.data.json(); } catch (broken) { return; }
    event.waitUntil(self.registration.showNotification(said.title, {
      body: said.body, tag: said.tag, renotify: true, lang: said.lang, icon: said.icon, badge: said.icon,
      requireInteraction: said.occasion === "called", vibrate: [400, 150, 400, 150, 400], data: { link: said.link }
    }));
  });

  /* A touch on it opens the number's page, or brings it to the front where it is open. */
  self.addEventListener("notificationclick", function (event) {
    const link = event.notification.data && event.notification.data.link;
    event.notification.close();
    if (!link || link.charAt(0) !== "/") { return; }
    event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(function (open) {
      const here = open.filter(function (one) { return new URL(one.url).pathname === link; })[0];
      return here ? here.focus() : self.clients.openWindow(link);
    }));
  });
}());
