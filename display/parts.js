/* The small parts that every area of the board is made of: service letter, number, arrow, counter name. */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});
  var html = window.htmPreact.html;

  /* Arrows of one weight, drawn for a 100 by 100 field. Stairs stand under "up" and "down": straight ahead
     is an arrow that points up, as on every sign, so a floor above needs a picture of its own. */
  var AHEAD = "M50 5 88 46H64V95H36V46H12Z";
  var STAIRS = "M4 95V83H27V63H50V43H73V23H96V35H85V55H62V75H39V95Z";
  var PATHS = {
    ahead: [AHEAD, 0],
    right: [AHEAD, 90],
    left: [AHEAD, -90],
    up: [STAIRS + "M8 52 34 26 21 13H58V50L45 37 19 63Z", 0],
    down: [STAIRS + "M47 13 21 39 8 26V63H45L32 50 58 24Z", 0],
    back: ["M18 95V41A32 32 0 0 1 82 41V52H97L70 84 43 52H58V41A8 8 0 0 0 42 41V95Z", 0]
  };

  Board.Arrow = function (props) {
    var path = PATHS[props.direction] || PATHS.ahead;
    return html`<svg class="arrow" viewBox="0 0 100 100" role="img" aria-label=${window.Queue.t("direction." + props.direction)}>
      <path d=${path[0]} transform=${"rotate(" + path[1] + " 50 50)"} /></svg>`;
  };

  Board.Letter = function (props) {
    return html`<span class=${"letter service-" + props.service.key}>${props.service.letter}</span>`;
  };

  Board.CounterName = function (props) {
    var name = Board.counterName(window.Queue.say(props.name));
    var size = name.word.length > 9 ? " counter-long" : name.word.length > 6 ? " counter-middle" : "";
    return html`<span class=${"counter" + size + (name.number ? "" : " counter-bare")}>
      <span class="counter-word">${name.word}</span>${name.number ? html` <span class="number counter-number">${name.number}</span>` : null}</span>`;
  };

  /* Widths in the board's typeface, in parts of the type size; figures are all alike. */
  var FIGURE = 0.632, LETTER = 0.69, THIN_SPACE = 0.156, WIDE = { M: 0.86, W: 0.97, Q: 0.75 };
  var ROOM = 2.76;

  /** Style that makes a long number (four figures, two letters) smaller by as much as it needs, and no other. */
  Board.fit = function (label) {
    var width = label.split("").reduce(function (sum, sign) {
      return sum + (/\d/.test(sign) ? FIGURE : /\s/.test(sign) ? THIN_SPACE : WIDE[sign] || LETTER);
    }, 0);
    return { "--fit": String(Math.min(1, Math.round(1000 * ROOM / width) / 1000)) };
  };

  /** The words of a key in Indonesian and, where the office speaks English too, in English behind it. */
  Board.both = function (picture, key) {
    var texts = [window.Queue.t(key, {}, "id")];
    if (picture.office.languages.indexOf("en") >= 0) { texts.push(window.Queue.t(key, {}, "en")); }
    return texts.join(" · ");
  };
}());
