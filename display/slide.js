/* The large place between calls: how it works, who is at which counter, standards, notices, pictures, videos. */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});
  var html = window.htmPreact.html;
  var Queue = window.Queue;

  /* Not every hall has a kiosk at its door (cars wait in a lane): where numbers come by phone, that is said too. */
  function steps(picture) { return [picture.office.remote_numbers ? "how.1_phone" : "how.1", "how.2", "how.3"]; }

  function How(props) {
    return html`<h2 class="slide-title">${Queue.t("how.title", {}, props.slide.lang)}</h2>
      <ol class="plain how">${steps(props.picture).map(function (step, i) {
        return html`<li><span class="how-step number">${i + 1}</span><span>${Queue.t(step, {}, props.slide.lang)}</span></li>`;
      })}</ol>`;
  }

  /* This minute's code for phones. When it cannot be had the slide passes: an old one opens nothing. */
  function Door(props) {
    var lang = props.slide.lang, picture = props.picture, said = picture.door_code === "wifi" ? ["door.wifi", "door.scan"] : ["door.scan"];
    return html`<img class="door-code" src=${"/office/" + picture.office.key + "/door-code.svg?m=" + Math.floor(props.now / 60000)}
        alt=${Queue.t("door.alt", {}, lang)} data-testid="door-code" onError=${props.onEnd} />
      <div class="door-words"><h2 class="slide-title">${Queue.t("door.title", {}, lang)}</h2>
        ${said.map(function (key) { return html`<p>${Queue.t(key, {}, lang)}</p>`; })}
        <p class="door-arrived">${Queue.t("door.arrived", {}, lang)}</p></div>`;
  }

  function Standard(props) {
    var slide = props.slide;
    return html`<div class="slide-head"><${Board.Letter} service=${slide.service} />
        <h2 class="slide-title">${Queue.say(slide.service.name, slide.lang)}</h2>
        <span class="slide-kind">${Queue.t("standard.title", {}, slide.lang)}${slide.pages > 1
          ? html`<span class="slide-page">${Queue.t("board.service_page", slide, slide.lang)}</span>` : null}</span></div>
      <dl class="standard">${slide.parts.map(function (part) {
        return html`<div class="standard-part"><dt>${part.title}</dt><dd>${part.text}</dd></div>`;
      })}</dl>`;
  }

  function Now(props) {
    var rows = props.picture.counters.filter(function (counter) {
      return counter.label && props.slide.counters.indexOf(counter.key) >= 0;
    });
    return html`<h2 class="area-title">${Board.both(props.picture, "board.now")}</h2>
      <ol class=${"plain now now-" + Math.min(rows.length, 4)}>${rows.map(function (counter) {
        return html`<li class="now-row" key=${counter.key}>
          <span class="number now-number" style=${Board.fit(counter.label)}>${counter.label}</span>
          <${Board.Arrow} direction=${counter.direction} /><${Board.CounterName} name=${counter.name} /></li>`;
      })}</ol>`;
  }

  /* How today's promise was kept, as everybody may know it (docs/public.md); large enough for the last row of seats. */
  function Kept(props) {
    var lang = props.slide.lang, kept = props.picture.kept || {};
    var rows = props.picture.services.filter(function (service) { return kept[service.key] && props.slide.services.indexOf(service.key) >= 0; });
    return html`<h2 class="slide-title">${Queue.t("kept.title", {}, lang)}</h2>
      <ul class=${"plain kept kept-" + rows.length}>${rows.map(function (service) {
        var share = Board.keptShare(kept[service.key], lang);
        return html`<li class="kept-row" key=${service.key} data-testid=${"kept-" + service.key}><${Board.Letter} service=${service} />
          <span class="kept-name"><strong>${Queue.say(service.name, lang)}</strong><span>${Queue.t("kept.promise", { minutes: service.promise.wait_min }, lang)}</span></span>
          <span class="kept-share"><strong class=${share.length > 6 ? "kept-range" : ""}>${share}</strong><span>${Queue.t("kept.in_time", {}, lang)} · ${Queue.t("kept.n", { n: kept[service.key].judged }, lang)}</span></span></li>`;
      })}</ul>`;
  }

  function Media(props) {
    var slide = props.slide, broken = function () { props.onBroken(slide.file); };
    if (slide.kind === "video") {
      return html`<video class="slide-media" src=${slide.file} muted autoplay playsinline onError=${broken} onEnded=${props.onEnd} />`;
    }
    return html`<img class="slide-media" src=${slide.file} alt=${slide.text} onError=${broken} />`;
  }

  /* The first of several lines is the heading of a notice. */
  function Text(props) {
    var text = props.slide.text, cut = text.indexOf("\n");
    if (cut < 0) { return html`<p class=${text.length > 110 ? "slide-line slide-line-long" : "slide-line"}>${text}</p>`; }
    return html`<h2 class="slide-title">${text.slice(0, cut)}</h2><p class="slide-body">${text.slice(cut + 1)}</p>`;
  }

  var KINDS = { how: How, door: Door, standard: Standard, now: Now, kept: Kept, picture: Media, video: Media, text: Text };

  Board.Slide = function (props) {
    var slide = props.slide, Kind = KINDS[slide.kind] || Text;
    return html`<section class=${"stage slide slide-" + slide.kind} key=${slide.key}>
      <${Kind} slide=${slide} picture=${props.picture} now=${props.now} onBroken=${props.onBroken} onEnd=${props.onEnd} /></section>`;
  };
}());
