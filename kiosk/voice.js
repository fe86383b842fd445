/* Spoken prompts, for who cannot read the screen: clips of the office's voice set, one sentence at a time. */
(function () {
  "use strict";
  const Kiosk = (window.Kiosk = window.Kiosk || {});
  const Queue = window.Queue;
  const PROMPTS = {
    choose: { id: "silakan_pilih_layanan", en: "please_choose_a_service" },
    take: { id: "silakan_ambil_nomor", en: "please_take_your_number" }
  };
  const clips = {};
  let context = null, playing = [], turn = 0;

  function clip(office, lang, name) {
    const address = "/voice/" + encodeURIComponent(office) + "/" + lang + "/" + encodeURIComponent(name) + ".wav";
    clips[address] = clips[address] || fetch(address).then(function (answer) {
      if (!answer.ok) { throw new Error("clip"); }
      return answer.arrayBuffer();
    }).then(function (bytes) { return context.decodeAudioData(bytes); });
    clips[address].catch(function () { delete clips[address]; });
    return clips[address];
  }

  function stop() {
    turn += 1;
    playing.forEach(function (source) { try { source.stop(); } catch (error) { /* it has ended by itself */ } });
    playing = [];
    if (window.speechSynthesis) { window.speechSynthesis.cancel(); }
  }

  function speak(office, lang, names, then) {
    stop();
    const mine = turn;
    context = context || new (window.AudioContext || window.webkitAudioContext)();
    context.resume();
    Promise.all(names.map(function (name) { return clip(office, lang, name); })).then(function (buffers) {
      if (mine !== turn) { return; }
      let at = context.currentTime + 0.05;
      playing = buffers.map(function (buffer) {
        const source = context.createBufferSource();
        source.buffer = buffer;
        source.connect(context.destination);
        source.start(at);
        at += buffer.duration;
        return source;
      });
      if (then && playing.length) { playing[playing.length - 1].onended = function () { if (mine === turn) { then(); } }; }
    }).catch(function () { /* A missing voice set leaves the kiosk silent: every sentence also stands on the screen. */ });
  }

  function play(buffer, mine) {
    if (mine !== turn) { return; }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.start();
    playing = [source];
  }

  /* The browser's own voice, where it has one for the language. */
  function byBrowser(text, lang, office, prompt) {
    const synth = window.speechSynthesis;
    if (!synth || !window.SpeechSynthesisUtterance) { if (prompt) { Kiosk.prompt(office, prompt); } return; }
    const said = new window.SpeechSynthesisUtterance(text);
    said.lang = lang === "id" ? "id-ID" : "en-US";
    said.rate = 0.9;
    synth.speak(said);
  }

  /** Reads a text aloud: by the voice of the server, else by the browser's, else only that there is a choice. */
  Kiosk.read = function (office, text, prompt) {
    const lang = Queue.language();
    stop();
    const mine = turn;
    context = context || new (window.AudioContext || window.webkitAudioContext)();
    context.resume();
    fetch("/office/" + encodeURIComponent(office) + "/say", {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-Queue": "1" },
      body: JSON.stringify({ language: lang, text: text.slice(0, 600) })
    }).then(function (answer) {
      if (answer.status !== 200) { throw new Error("voice"); }
      return answer.arrayBuffer();
    }).then(function (bytes) { return context.decodeAudioData(bytes); }).then(function (buffer) { play(buffer, mine); })
      .catch(function () { if (mine === turn) { byBrowser(text, lang, office, prompt); } });
  };

  /** `name` is choose or take. */
  Kiosk.prompt = function (office, name) { speak(office, Queue.language(), [PROMPTS[name][Queue.language()]]); };
  /** A sentence of clips from the server: {lang, clips}; `then` when it was said to its end. */
  Kiosk.sayClips = function (office, said, then) { speak(office, said.lang, said.clips, then); };
  Kiosk.hush = stop;
}());
