/* The board of a room: which number is at which unit, and how many minutes are left. */
(function () {
  "use strict";
  var Rooms = (window.Rooms = window.Rooms || {});
  var Queue = window.Queue, html = window.htmPreact.html;

  function Unit(props) {
    var unit = props.unit, state = Rooms.state(unit, props.picture.room, props.now), left = Rooms.left(unit, props.now);
    return html`<li class=${"tile tile-" + state} data-testid=${"tile-" + unit.key} data-state=${state}>
      <p class="tile-name">${Queue.say(unit.name)}</p>
      <p class="tile-number">${unit.label || "–"}</p>
      <p class="tile-time">${left === null ? Rooms.stateWord(state) : left > 0 ? Queue.t("board.minutes", { minutes: Rooms.minutes(left) }) : Queue.t("time.over")}</p></li>`;
  }

  function columns(n) { return n <= 4 ? 2 : n <= 6 ? 3 : n <= 12 ? 4 : n <= 20 ? 5 : 6; }

  /** Units that are off are left out: nobody is sent there. */
  Rooms.Screen = function (props) {
    var picture = props.picture;
    var units = picture.units.filter(function (unit) { return unit.state !== "off"; });
    var next = picture.next.length ? Queue.t("board.next", { labels: picture.next.join(" · ") }) : Queue.t("board.nobody");
    return html`<main class=${"room-board columns-" + columns(units.length)}>
      <header class="board-head"><h1>${Queue.say(picture.room.name)}</h1>
        ${picture.batch ? html`<p class="board-batch" data-testid="board-batch">${Queue.t("batch", { number: picture.batch.number })}</p>` : null}
        <p class="board-clock">${Queue.time(props.now)}</p></header>
      ${units.length ? html`<ul class="plain tiles">${units.map(function (unit) { return html`<${Unit} key=${unit.key} unit=${unit} ...${props} />`; })}</ul>`
        : html`<p class="board-closed">${Queue.t("board.closed")}</p>`}
      <footer class="board-foot"><p>${Queue.t("waiting", { n: picture.waiting })}</p><p data-testid="board-next">${next}</p></footer></main>`;
  };
}());
