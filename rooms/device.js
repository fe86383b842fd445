/* What hangs in a room or stands at a unit: it is paired by its code, listens, and counts down by the server's clock. */
(function () {
  "use strict";
  var Rooms = window.Rooms, Queue = window.Queue, html = window.htmPreact.html;
  var HELLO_MS = 3000, MARK_MS = 3000;
  var office = Queue.meta("office"), place = Queue.meta("place"), root = document.getElementById("screen");
  var picture = null, line = null, unpaired = null, lineState = { up: true, since: Date.now(), last: null };

  function now() { return line ? line.serverNow() : Date.now(); }

  function Pairing() {
    return html`<main class="pairing"><h1>${Queue.t("pairing.title")}</h1>
      ${unpaired.refused ? html`<p class="pairing-why">${unpaired.refused}</p>` : html`<p class="pairing-code" data-testid="code">${unpaired.code}</p>
        <p>${Queue.t("pairing.how")}</p>`}</main>`;
  }

  function Lost() {
    if (lineState.up || Date.now() - lineState.since < MARK_MS) { return null; }
    return html`<p class="line-lost" role="status" data-testid="line-lost">${Queue.t("line.lost", { time: Queue.time(lineState.since) })}</p>`;
  }

  function draw() {
    var shown = unpaired ? html`<${Pairing} />`
      : !picture ? html`<main class="pairing"><p role="status">${Queue.t("line.connecting")}</p></main>`
        : !picture.room ? html`<main class="pairing"><p>${Queue.t("refused.no_such_room")}</p></main>`
          : html`<${Rooms.Screen} picture=${picture} now=${now()} />`;
    window.htmPreact.render(html`<div>${shown}<${Lost} /></div>`, root);
  }

  function hello() {
    Queue.post("/hello", { screen: "unit", office: office, board: place }).then(function (answer) {
      if (answer.paired) { open(); return; }
      unpaired = { code: answer.code || "", refused: answer.refused ? Queue.refusal(answer) : "" };
      draw();
      window.setTimeout(hello, HELLO_MS);
    }).catch(function () { draw(); window.setTimeout(hello, HELLO_MS); });
  }

  function open() {
    unpaired = null;
    line = Queue.line({
      auth: { screen: "unit", office: office },
      onPicture: function (next) { picture = next; Queue.zone(next.office.time_zone); draw(); },
      onState: function (next) { lineState = next; draw(); },
      onGone: function () { line.close(); line = null; picture = null; unpaired = { code: "" }; draw(); window.setTimeout(hello, HELLO_MS); }
    });
  }

  function begin() {
    Queue.words("rooms", office).then(function () {
      Queue.language("id");
      window.setInterval(draw, 1000);
      draw();
      hello();
    }, function () { window.setTimeout(begin, HELLO_MS); });
  }

  begin();
}());
