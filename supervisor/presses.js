/* A press of the supervisor: sent once, answered, or kept with its key so that sending it again does it only once [17]. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /** options: line() -> the line, changed() = draw again. */
  Desk.presses = function (options) {
    const state = { underWay: null, refusal: null, lost: null, said: null };

    function send(press) {
      state.underWay = press;
      state.refusal = state.lost = state.said = null;
      options.changed();
      options.line().press(press.act, press.args).then(function (answer) {
        state.underWay = null;
        if (answer && answer.ok) {
          state.said = Queue.t("did." + press.act);
          if (press.then) { press.then(answer); }
        } else {
          state.refusal = Queue.refusal(answer);
          if (press.otherwise) { press.otherwise(answer || {}); }
        }
        options.changed();
      }, function () {
        state.underWay = null;
        state.lost = press;
        options.changed();
      });
    }

    return {
      state: state,
      press: function (act, args, then, otherwise) {
        if (state.underWay || !options.line()) { return; }
        send({ act: act, args: Object.assign({ key: Queue.key() }, args), then: then, otherwise: otherwise });
      },
      again: function () { if (state.lost) { send(state.lost); } },
      refuse: function (sentence) { state.refusal = sentence; state.said = null; options.changed(); },
      /** Another part of the page: what was said of the last one is over; what never reached the server stays. */
      forget: function () { state.refusal = state.said = null; },
      dismiss: function () { state.refusal = state.lost = state.said = null; options.changed(); }
    };
  };

  /** What became of the last press, until the next one or until it is put away. */
  Desk.Said = function (props) {
    const state = props.presses.state, parts = [];
    const away = html`<button type="button" class="button button-quiet said-away" aria-label=${Queue.t("put_away")} onClick=${props.presses.dismiss}>${Desk.icon("x")}</button>`;
    if (state.underWay) { parts.push(html`<div class="notice said" key="sending">${Desk.icon("send")}<p>${Queue.t("sending")}</p></div>`); }
    if (state.lost) {
      parts.push(html`<div class="notice notice-warn said" key="lost" data-testid="lost">${Desk.icon("wifi-off")}<p>${Queue.t("lost")}</p>
        <button type="button" class="button" onClick=${props.presses.again}>${Queue.t("again")}</button>${away}</div>`);
    }
    if (state.refusal) {
      parts.push(html`<div class="notice notice-warn said" key="refusal" data-testid="refusal">${Desk.icon("info-circle")}<p>${state.refusal}</p>${away}</div>`);
    }
    if (state.said) {
      parts.push(html`<div class="notice notice-good said" key="said" data-testid="said">${Desk.icon("check")}<p>${state.said}</p>${away}</div>`);
    }
    return html`<div class="said-box" role="status" aria-live="polite">${parts}</div>`;
  };
}());
