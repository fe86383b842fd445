/* The changed day as a film: who waits, who is at which counter, at sixty times life's speed. Drawn calmly: nothing moves but when something happened. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const SPEEDS = [1, 60, 300], FRAME_MS = 250, MOST = 60;
  /* The columns of a visit, as the server sends them. */
  const LABEL = 0, SERVICE = 1, PRIORITY = 2, JOINED = 3, CALLED = 4, COUNTER = 5, FREED = 6, LEFT = 7;

  const state = { at: 0, first: 0, last: 0, speed: 60, playing: false, since: 0, timer: null };

  Desk.film = {
    load: function (answer) {
      stop();
      const visits = answer.film;
      state.first = visits.reduce(function (least, visit) { return Math.min(least, visit[JOINED]); }, Infinity);
      state.last = visits.reduce(function (most, visit) { return Math.max(most, visit[FREED] || visit[LEFT] || visit[JOINED]); }, 0);
      state.at = state.first;
    },
    stop: stop
  };

  function stop() {
    window.clearInterval(state.timer);
    state.playing = false;
  }

  function step() {
    const now = Date.now();
    state.at = Math.min(state.last, state.at + (now - state.since) * state.speed);
    state.since = now;
    if (state.at >= state.last) { stop(); }
    Desk.draw();
  }

  function play() {
    if (state.playing) { stop(); Desk.draw(); return; }
    if (state.at >= state.last) { state.at = state.first; }
    state.playing = true;
    state.since = Date.now();
    state.timer = window.setInterval(step, FRAME_MS);
    Desk.draw();
  }

  function seek(event) { state.at = Number(event.target.value); state.since = Date.now(); Desk.draw(); }
  function pace(speed) { return function () { state.speed = speed; Desk.draw(); }; }

  function waits(visit, at) { return visit[JOINED] <= at && (visit[CALLED] === null || visit[CALLED] > at) && (visit[LEFT] === null || visit[LEFT] > at); }

  function Lane(props) {
    const waiting = props.film.filter(function (visit) { return visit[SERVICE] === props.service.key && waits(visit, props.at); });
    const longest = waiting.length ? props.at - waiting[0][JOINED] : 0, stated = props.service.stated.wait_min;
    return html`<li class="lane"><span class="lane-name">${Desk.badge(props.service)}<strong>${Queue.say(props.service.name)}</strong></span>
      <span class="lane-people" aria-hidden="true">${waiting.slice(0, MOST).map(function (visit) {
        const late = stated !== null && props.at - visit[JOINED] > stated * 60000;
        return html`<span key=${visit[LABEL] + visit[JOINED]} class=${"mark " + (late ? "mark-late" : "mark-ok") + (visit[PRIORITY] ? " mark-first" : "")} title=${visit[LABEL]}></span>`;
      })}${waiting.length > MOST ? html`<span class="soft">+${waiting.length - MOST}</span>` : null}</span>
      <span class="lane-count"><strong>${waiting.length}</strong> ${Queue.t("line.waiting")}${longest ? html` <span class="soft">${Desk.span(longest)}</span>` : null}</span></li>`;
  }

  function Place(props) {
    const visit = props.film.filter(function (one) { return one[COUNTER] === props.counter && one[CALLED] !== null && one[CALLED] <= props.at && one[FREED] > props.at; })[0];
    const name = props.counter === "+" ? Queue.t("what_if.one_more") : Desk.counterName(props.picture, props.counter);
    return html`<li class=${"place" + (visit ? " is-busy" : "")}><span class="text-s">${name}</span><strong class="number">${visit ? visit[LABEL] : "\u2013"}</strong></li>`;
  }

  function done(film, at) {
    const called = film.filter(function (visit) { return visit[CALLED] !== null && visit[CALLED] <= at; });
    return { n: called.length };
  }

  Desk.Film = function (props) {
    const film = props.answer.film, at = state.at;
    return html`<section class="card film" data-testid="film"><div class="card-head"><h2>${Queue.t("film")}</h2><strong class="film-clock number" data-testid="film-clock">${Queue.time(at)}</strong></div>
      <div class="row"><${Desk.button} kind="button-primary" icon=${state.playing ? "player-pause" : "player-play"} word=${Queue.t(state.playing ? "film.pause" : "film.play")} testid="film-play" run=${play} />
        ${SPEEDS.map(function (speed) { return html`<button type="button" class="button" key=${speed} aria-pressed=${String(speed === state.speed)} onClick=${pace(speed)} data-testid=${"speed-" + speed}>${speed}\u00d7</button>`; })}
        <input class="film-seek" type="range" min=${state.first} max=${state.last} step="10000" value=${at} onInput=${seek} aria-label=${Queue.t("film.seek")} aria-valuetext=${Queue.time(at)} data-testid="film-seek" /></div>
      <${Desk.Legend} kinds=${["ok", "late", "first"]} /><ul class="plain lanes">${props.picture.services.map(function (service) { return html`<${Lane} key=${service.key} service=${service} film=${film} at=${at} />`; })}</ul>
      <ul class="plain places">${props.answer.counters.map(function (counter) { return html`<${Place} key=${counter} counter=${counter} film=${film} at=${at} picture=${props.picture} />`; })}</ul>
      <p class="soft text-s">${Queue.t("film.called", done(film, at))}</p></section>`;
  };
}());
