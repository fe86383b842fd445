/* The line between a screen and the server: pictures come in, presses go out, and it heals by itself. */
(function () {
  "use strict";
  var Queue = (window.Queue = window.Queue || {});

  var BEAT_LOST_MS = 3000;
  var RETRY_MS = 500;
  var TRY_TIMEOUT_MS = 1500;
  var PRESS_TIMEOUT_MS = 5000;

  Queue.key = function () {
    var bytes = new Uint8Array(16), text = "";
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i += 1) { text += (bytes[i] + 256).toString(16).slice(1); }
    return text;
  };

  /** POST with JSON; resolves to the answer (also a refusal), rejects only when the line is down. */
  Queue.post = function (path, body) {
    return fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-Queue": "1" },
      body: JSON.stringify(body || {})
    }).then(function (answer) {
      return answer.json().catch(function () { return { ok: false, refused: "unknown", facts: {} }; });
    });
  };

  /**
   * Opens the line of a screen.
   * options: auth (object for the server), onPicture(picture), onLine(message), onState({up, since, last}),
   * onGone(reason), beats (false for phones: no beat is expected and retries back off with jitter).
   */
  Queue.line = function (options) {
    var beats = options.beats !== false;
    var state = { up: false, since: Date.now(), last: null };
    var seq = -1, offset = 0, lastBeat = 0, behindSince = 0, started = false, closed = false, out = false, openedAt = 0;
    var socket = window.io({
      auth: options.auth,
      transports: ["websocket"],
      reconnectionDelay: beats ? RETRY_MS : 1000,
      reconnectionDelayMax: beats ? RETRY_MS : 15000,
      randomizationFactor: beats ? 0 : 0.5,
      timeout: beats ? TRY_TIMEOUT_MS : 5000
    });

    function tell(up) {
      if (state.up !== up || !started) {
        started = true;
        /* A lost line is lost since the last sign of life, not since that was noticed. */
        state = { up: up, since: up ? Date.now() : lastBeat || Date.now(), last: state.last };
        if (options.onState) { options.onState(state); }
      }
    }

    function heard(at) {
      lastBeat = Date.now();
      if (at) { offset = at - lastBeat; }
      tell(true);
    }

    function draw(picture) {
      if (picture.seq < seq) { return; }
      seq = picture.seq;
      behindSince = 0;
      state.last = picture.at;
      heard(picture.at);
      options.onPicture(picture);
    }

    function again(wait) {
      window.setTimeout(function () { if (!closed) { socket.connect(); } }, wait);
    }

    function afresh() {
      lastBeat = Date.now();
      openedAt = 0;
      socket.disconnect();
      socket.connect();
    }

    function look() { if (socket.connected) { socket.emit("look", {}); } }

    socket.io.on("open", function () { openedAt = Date.now(); });
    socket.on("connect", function () { lastBeat = Date.now(); openedAt = 0; seq = -1; out = false; });
    socket.on("picture", draw);
    socket.on("line", function (message) { heard(message.at); if (options.onLine) { options.onLine(message); } });
    socket.on("beat", function (beat) {
      heard(beat.at);
      if (beat.seq > seq && seq >= 0) {
        if (!behindSince) { behindSince = Date.now(); } else if (Date.now() - behindSince > 1000) { behindSince = 0; look(); }
      } else { behindSince = 0; }
    });
    /* Shown out: it does not knock again by itself; look() does, once somebody has signed in. The line itself ends a
       little later, when the last answer has come. */
    socket.on("gone", function (message) {
      out = true;
      if (options.onGone) { options.onGone(message.reason); }
    });
    socket.on("connect_error", function (error) {
      var refused = error && error.data && error.data.refused;
      openedAt = 0;
      tell(false);
      /* A refusal stops the library's own retries. Who was refused is paired or signs in first; a phone, which can do
         neither, goes on asking, and so does whoever met a fault. */
      if (!socket.active && !(refused && beats)) { again(beats ? RETRY_MS * 4 : 5000); }
      if (refused && options.onGone) { options.onGone(refused); }
    });
    socket.on("disconnect", function (reason) {
      tell(false);
      if (reason === "io server disconnect" && !out) { again(RETRY_MS); }
    });

    if (beats) {
      var watch = window.setInterval(function () {
        if (socket.connected && !out && Date.now() - lastBeat > BEAT_LOST_MS) {
          tell(false);
          afresh();
        } else if (openedAt && Date.now() - openedAt > BEAT_LOST_MS) {
          afresh();                     /* it opened, and nobody answered who it is */
        }
      }, 250);
    }

    return {
      /** Sends an act; resolves to the answer; rejects with "line" when none came (repeat with the same key). */
      press: function (act, args) {
        var message = { act: act, key: (args && args.key) || Queue.key() };
        Object.keys(args || {}).forEach(function (name) { message[name] = args[name]; });
        return new Promise(function (resolve, reject) {
          if (!socket.connected) { reject(new Error("line")); return; }
          socket.timeout(PRESS_TIMEOUT_MS).emit("press", message, function (error, answer) {
            /* A server that is just forgetting this line answers "", 400: the press was not taken, as when nothing comes. */
            if (error || !answer || typeof answer !== "object") { reject(new Error("line")); } else { resolve(answer); }
          });
        });
      },
      send: function (name, data) { if (socket.connected) { socket.emit(name, data); } },
      look: function () { if (out) { afresh(); } else if (socket.connected) { look(); } else { socket.connect(); } },
      seq: function () { return seq; },
      up: function () { return state.up; },
      serverNow: function () { return Date.now() + offset; },
      close: function () { closed = true; window.clearInterval(watch); socket.close(); }
    };
  };
}());
