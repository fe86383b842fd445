/* The strip at the lower edge: one sentence after the other; a long one moves once from end to end, then the next comes. */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});

  var HOLD_MS = 3000;          /* a moving sentence stands still this long at both ends */
  var FADE_MS = 400;
  var EDGE = 0.06;             /* parts of the short side: where a moving sentence fades at both edges, as in display.css */
  var SPEED = 0.11;            /* parts of the short side of the screen per second: calm to read along */

  function reducedMotion() { return window.matchMedia("(prefers-reduced-motion: reduce)").matches; }

  /* Without motion a long sentence is shown part by part. */
  function parts(text, box, probe) {
    var made = [], line = "";
    text.split(" ").forEach(function (word) {
      probe.textContent = line ? line + " " + word : word;
      if (probe.scrollWidth > box.clientWidth && line) { made.push(line); line = word; } else { line = probe.textContent; }
    });
    made.push(line);
    return made;
  }

  /** Runs in `box`; texts() gives the sentences of the next round. */
  Board.strip = function (box, texts) {
    var line = document.createElement("span"), queue = [];
    line.className = "strip-text";
    box.appendChild(line);

    function place(x, ms) {
      line.style.transition = ms ? "transform " + ms + "ms linear" : "none";
      line.style.transform = "translateX(" + x + "px)";
    }

    function leave(after) {
      window.setTimeout(function () {
        line.style.opacity = "0";
        window.setTimeout(next, FADE_MS);
      }, after);
    }

    function show(text) {
      place(0, 0);
      line.textContent = text;
      line.style.opacity = "1";
      var over = line.scrollWidth - box.clientWidth;
      box.classList.toggle("is-moving", over > 0);
      if (over <= 0) { leave(Board.readingSeconds(text) * 1000); return; }
      /* It stands still inside the faded edges: its first and its last word are whole. */
      var short = Math.min(window.innerWidth, window.innerHeight), edge = EDGE * short;
      var ms = Math.round((over + 2 * edge) / (short * SPEED) * 1000);
      place(edge, 0);
      window.setTimeout(function () { place(-over - edge, ms); leave(ms + HOLD_MS); }, HOLD_MS);
    }

    function next() {
      if (!queue.length) { queue = texts(); }
      if (!queue.length) { leave(2000); return; }
      var text = queue.shift();
      if (reducedMotion()) {
        line.style.opacity = "0";
        var some = parts(text, box, line);
        text = some.shift();
        queue = some.concat(queue);
      }
      show(text);
    }

    next();
  };
}());
