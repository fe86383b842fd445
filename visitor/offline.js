/* The page without a line: the numbers this phone knows, and the page that was asked for as soon as there is a line. */
(function () {
  "use strict";

  function numbers() {
    try { return JSON.parse(window.localStorage.getItem("queue.numbers")) || []; } catch (forbidden) { return []; }
  }

  function again() { window.location.reload(); }

  document.querySelectorAll("[data-again]").forEach(function (button) { button.addEventListener("click", again); });
  document.querySelectorAll("[data-numbers]").forEach(function (list) {
    numbers().forEach(function (number) {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = "/t/" + encodeURIComponent(number.secret);
      link.textContent = list.getAttribute("data-numbers") + ": " + number.label;
      item.appendChild(link);
      list.appendChild(item);
    });
  });
  window.addEventListener("online", again);
  /* The line may come back without the phone saying so: the server is asked. */
  window.setInterval(function () {
    fetch("/healthz", { cache: "no-store" }).then(again, function () { /* not yet */ });
  }, 3000);
}());
