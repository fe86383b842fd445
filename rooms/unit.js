/* At a unit: whose number it is, and the countdown, large enough to be read from the chair. */
(function () {
  "use strict";
  var Rooms = (window.Rooms = window.Rooms || {});
  var Queue = window.Queue, html = window.htmPreact.html;

  function words(room, state) {
    if (state === "called") { return Queue.t("unit.called." + room.starts); }
    return Queue.t("unit." + state);
  }

  Rooms.Screen = function (props) {
    var picture = props.picture, unit = picture.unit, room = picture.room, left = Rooms.left(unit, props.now);
    var state = Rooms.state(unit, room, props.now), whole = unit.time ? (unit.time.minutes + unit.time.extended_min) * 60000 : 1;
    return html`<main class=${"unit-screen unit-screen-" + state} data-state=${state} data-testid="unit-screen">
      <header class="unit-top"><p>${Queue.say(room.name)}</p><h1>${Queue.say(unit.name)}</h1></header>
      <p class="unit-large" data-testid="unit-number">${unit.label || ""}</p>
      ${left === null ? null : html`<p class="unit-countdown" role="timer" data-testid="countdown" aria-label=${Rooms.leftWords(left)}>${Rooms.clock(Math.max(0, left))}</p>
        <div class="fill unit-bar" aria-hidden="true"><span style=${{ width: Math.min(100, Math.max(0, left / whole * 100)) + "%" }}></span></div>`}
      <p class="unit-words" role="status" data-testid="unit-words">${words(room, state)}</p>
      ${unit.time && unit.time.extended_min ? html`<p class="unit-small">${Queue.t("unit.extended", { minutes: unit.time.extended_min })}</p>` : null}
    </main>`;
  };
}());
