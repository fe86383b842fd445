/* A phone that rings: a short tone, vibration, a screen that stays on. Browsers allow it only after a first touch. */
(function () {
  "use strict";
  const Visitor = window.Visitor;
  const REPEAT_MS = 4000, TIMES = 8;
  let context = null, timer = null, times = 0, lock = null;

  function tone(at, pitch) {
    const wave = context.createOscillator(), level = context.createGain();
    wave.frequency.value = pitch;
    level.gain.setValueAtTime(0.0001, at);
    level.gain.exponentialRampToValueAtTime(0.5, at + 0.03);
    level.gain.exponentialRampToValueAtTime(0.0001, at + 0.45);
    wave.connect(level);
    level.connect(context.destination);
    wave.start(at);
    wave.stop(at + 0.5);
  }

  function once() {
    if (window.navigator.vibrate) { window.navigator.vibrate([400, 150, 400, 150, 400]); }
    if (!context || context.state !== "running") { return; }
    [784, 988, 784, 988].forEach(function (pitch, place) { tone(context.currentTime + place * 0.3, pitch); });
  }

  /** Keeps the screen on where the browser can (HTTPS): a phone that is not locked is heard. */
  function stayAwake() {
    if (!window.navigator.wakeLock || lock) { return; }
    window.navigator.wakeLock.request("screen").then(function (held) {
      lock = held;
      held.addEventListener("release", function () { lock = null; });
    }, function () { /* the page says that a locked phone does not ring */ });
  }

  Visitor.ring = {
    /** To be called from a touch; resolves to whether sound is possible, with a quiet tone as proof. */
    enable: function () {
      const Context = window.AudioContext || window.webkitAudioContext;
      if (!Context) { return Promise.resolve(false); }
      context = context || new Context();
      stayAwake();
      return context.resume().then(function () {
        if (context.state === "running") { tone(context.currentTime, 784); }
        return context.state === "running";
      });
    },
    ready: function () { return context !== null && context.state === "running"; },
    start: function () {
      Visitor.ring.stop();
      times = 0;
      once();
      timer = window.setInterval(function () {
        times += 1;
        if (times >= TIMES) { Visitor.ring.stop(); } else { once(); }
      }, REPEAT_MS);
    },
    stop: function () {
      window.clearInterval(timer);
      if (window.navigator.vibrate) { window.navigator.vibrate(0); }
    },
    /** After an unlock the sound and the lock on the screen may have been taken away. */
    wake: function () { if (context) { context.resume(); stayAwake(); } }
  };
}());
