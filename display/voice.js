/*
 * The voice: clips of the office's set, scheduled back to back on the audio clock so that a sentence has no gaps.
 * (<audio> elements chained by "ended" lose a tenth of a second at every join.)
 */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});

  var LEAD_S = 0.05;          /* the first clip starts this far ahead of the audio clock */
  var BETWEEN_S = 0.5;        /* between the chime, the first and the second language */
  var LOAD_MS = 2500;         /* clips that are not there by then leave the call unspoken */
  var RETRY_MS = 15000;
  var FADE_S = 0.06;

  function late(ms) {
    return new Promise(function (resolve, reject) { window.setTimeout(function () { reject(new Error("late")); }, ms); });
  }

  /**
   * The voice of a board. base: "/voice/<office>"; onChange() is called when state() may have changed.
   * speak(say) resolves to true when every sentence was heard to its end.
   */
  Board.voice = function (base, onChange) {
    var Context = window.AudioContext || window.webkitAudioContext;
    var context = null, out = null, buffers = {}, lacking = {}, playing = null, turn = 0;

    if (Context) {
      try {
        context = new Context();
        var level = context.createDynamicsCompressor();
        out = context.createGain();
        level.connect(out);
        out.connect(context.destination);
        out.input = level;
        context.onstatechange = onChange;
      } catch (error) { context = null; }
    }

    function decode(bytes) {
      return new Promise(function (resolve, reject) { context.decodeAudioData(bytes, resolve, reject); });
    }

    function url(clip, lang) { return base + "/" + (lang ? lang + "/" : "") + clip + ".wav"; }

    function load(address, optional) {
      if (!buffers[address]) {
        buffers[address] = fetch(address).then(function (answer) {
          if (!answer.ok) { throw new Error("no clip"); }
          return answer.arrayBuffer();
        }).then(decode).then(function (buffer) {
          if (lacking[address]) { delete lacking[address]; onChange(); }
          return buffer;
        }, function (error) {
          delete buffers[address];
          if (!optional) { lacking[address] = true; onChange(); }
          throw error;
        });
      }
      return buffers[address];
    }

    function quietly(address, optional) { load(address, optional).catch(function () { return null; }); }

    function needed(address) { return load(address, false); }

    /** Fetches what will be needed before it is needed: {"id": [clip…], "en": […]}. */
    function prefetch(sets) {
      if (!context) { return; }
      quietly(url("chime"), true);
      Object.keys(sets || {}).forEach(function (lang) {
        sets[lang].forEach(function (clip) { quietly(url(clip, lang), false); });
      });
    }

    function addresses(say) {
      return say.map(function (sentence) {
        return sentence.clips.map(function (clip) { return url(clip, sentence.lang); });
      });
    }

    /* Every clip of the call, or none of it: half a number would send somebody to the wrong counter. */
    function loadAll(say) {
      var parts = addresses(say).map(function (sentence) { return Promise.all(sentence.map(needed)); });
      var chime = load(url("chime"), true).then(function (buffer) { return [[buffer]]; }, function () { return []; });
      return Promise.race([Promise.all([chime, Promise.all(parts)]), late(LOAD_MS)])
        .then(function (both) { return both[0].concat(both[1]); });
    }

    function schedule(sentences) {
      var at = context.currentTime + LEAD_S, sources = [];
      sentences.forEach(function (sentence) {
        sentence.forEach(function (buffer) {
          var source = context.createBufferSource();
          source.buffer = buffer;
          source.connect(out.input);
          source.start(at);
          at += buffer.duration;
          sources.push(source);
        });
        at += BETWEEN_S;
      });
      return { sources: sources, end: at - BETWEEN_S };
    }

    function play(sentences) {
      return new Promise(function (resolve) {
        out.gain.cancelScheduledValues(0);
        out.gain.setValueAtTime(1, context.currentTime);
        var plan = schedule(sentences), done = false, watch = null;
        function finish(whole) {
          if (done) { return; }
          done = true;
          window.clearTimeout(watch);
          playing = null;
          resolve(whole);
        }
        /* The audio clock stands still when the browser suspends the sound: then nobody heard it. */
        watch = window.setTimeout(function () { finish(false); }, (plan.end - context.currentTime) * 1000 + 1500);
        plan.sources[plan.sources.length - 1].onended = function () { finish(true); };
        playing = function () {
          out.gain.setTargetAtTime(0, context.currentTime, FADE_S / 3);
          plan.sources.forEach(function (source) { source.stop(context.currentTime + FADE_S); });
          finish(false);
        };
      });
    }

    function speak(say) {
      var mine = (turn += 1);
      if (!context || context.state !== "running" || !say.length) { return Promise.resolve(false); }
      return loadAll(say).then(function (sentences) {
        return mine === turn && context.state === "running" ? play(sentences) : false;
      }).catch(function () { return false; });
    }

    function hush() {
      turn += 1;
      if (playing) { playing(); }
    }

    /** "running", "blocked" (the browser waits for a key), "none" (no sound here, or clips cannot be loaded). */
    function state() {
      if (!context) { return "none"; }
      if (context.state !== "running") { return "blocked"; }
      return Object.keys(lacking).length ? "none" : "running";
    }

    window.setInterval(function () { Object.keys(lacking).forEach(function (address) { quietly(address, false); }); }, RETRY_MS);

    return {
      prefetch: prefetch,
      speak: speak,
      state: state,
      hush: hush,
      wake: function () { if (context && context.state !== "running") { context.resume().then(onChange, onChange); } }
    };
  };
}());
