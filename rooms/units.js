/* The units of a room on its console: a card each, with what can be done there now. */
(function () {
  "use strict";
  const Rooms = (window.Rooms = window.Rooms || {});
  const Counter = window.Counter, Queue = window.Queue;
  const html = window.htmPreact.html;
  /* Minutes that are offered; the room's limit leaves out what is more. */
  const MORE = [5, 10, 15];

  function primaryOf(unit, state) {
    if (unit.visitor && unit.visitor.held) { return { act: "fetched", icon: "walk" }; }
    if (state === "free") { return { act: "room_call", icon: "speakerphone" }; }
    if (state === "called") { return { act: "room_start", icon: "player-play" }; }
    if (state === "off") { return { act: "unit_on", icon: "player-play" }; }
    return { act: "room_end", icon: "check" };
  }

  function argsOf(act, unit) {
    if (act === "room_call") { return { room: Rooms.room, unit: unit.key }; }
    return act === "unit_on" ? { unit: unit.key } : { step: unit.visitor.step };
  }

  function primaryWord(act, room) {
    return Queue.t(act === "room_start" ? "start." + room.starts : "act." + act);
  }

  function small(name, unit, word, run, off, why) {
    const open = Rooms.opened();
    return html`<button type="button" class=${"button unit-act" + (open && open.unit === unit.key && open.panel === name ? " is-open" : "")} key=${name}
      data-testid=${name + "-" + unit.key} aria-disabled=${off ? "true" : null} title=${why || null} onClick=${off ? null : run}>${word}</button>`;
  }

  function ask(panel, unit) { return function () { Rooms.open(panel, unit.key); }; }

  function secondary(props, unit, state) {
    const visitor = unit.visitor, picture = props.picture, act = Rooms.act, control = unit.key;
    const step = visitor ? { step: visitor.step } : {};
    if (state === "free") { return [small("unit_off", unit, Queue.t("act.unit_off"), ask("unit_off", unit))]; }
    if (state === "off") { return []; }
    const move = small("room_move", unit, Queue.t("act.room_move"), ask("room_move", unit), !picture.free);
    if (state === "called" && visitor.held) {
      return [small("room_start", unit, primaryWord("room_start", picture.room), function () { act("room_start", step, control); }), small("room_skip", unit, Queue.t("act.room_skip"), function () { act("room_skip", step, control); }), move];
    }
    if (state === "called") {
      const wait = Math.ceil((visitor.next_recall_at - props.now) / 1000);
      return [
        small("room_recall", unit, wait > 0 ? Queue.t("recall.in", { seconds: wait }) : Queue.t("act.room_recall"), function () { act("room_recall", step, control); }, wait > 0),
        small("room_skip", unit, Queue.t("act.room_skip"), function () { act("room_skip", step, control); }),
        small("room_no_show", unit, Queue.t("act.room_no_show"), noShow(visitor, unit)), move
      ];
    }
    const may = unit.time ? unit.time.may_extend_min : 0;
    return [small("extend", unit, Queue.t("act.extend"), ask("extend", unit), may < 1, may < 1 ? Queue.t("extend.none") : null), move];
  }

  /* Enough calls were heard: at once. No board is alive: with a reason. Otherwise the server says what is missing. */
  function noShow(visitor, unit) {
    return visitor.no_show.code === "reason_needed_no_board" ? ask("room_no_show", unit)
      : function () { Rooms.act("room_no_show", { step: visitor.step }, unit.key); };
  }

  function choice(panel, unit, code, word, args) {
    return html`<button type="button" class="button choice" key=${code} data-testid=${panel + "-" + code}
      onClick=${function () { Rooms.act(panel, args, unit.key); }}>${word}</button>`;
  }

  function choices(props, unit, panel) {
    const picture = props.picture, step = unit.visitor ? unit.visitor.step : 0, minutes = (Rooms.opened() || {}).minutes;
    if (panel === "unit_off") {
      return picture.reasons.unit_off.map(function (code) { return choice(panel, unit, code, Queue.t("unit_off." + code), { unit: unit.key, reason: code }); });
    }
    if (panel === "room_no_show") {
      return picture.reasons.no_show.map(function (code) { return choice(panel, unit, code, Queue.t("reason." + code), { step: step, reason: code }); });
    }
    if (panel === "room_move") {
      return picture.units.filter(function (other) { return other.state === "free"; })
        .map(function (other) { return choice(panel, unit, other.key, Queue.say(other.name), { step: step, unit: other.key }); });
    }
    if (!minutes) {
      return MORE.filter(function (more) { return more <= unit.time.may_extend_min; }).concat(MORE.some(function (more) { return more <= unit.time.may_extend_min; }) ? [] : [unit.time.may_extend_min])
        .map(function (more) {
          return html`<button type="button" class="button choice" key=${more} data-testid=${"extend-" + more} onClick=${function () { Rooms.open("extend", unit.key, more); }}>
            ${Queue.t("extend.by", { minutes: more })}</button>`;
        });
    }
    return picture.reasons.extend.map(function (code) { return choice(panel, unit, code, Queue.t("extend." + code), { step: step, minutes: minutes, reason: code }); });
  }

  function Panel(props) {
    const open = Rooms.opened(), unit = props.unit;
    if (!open || open.unit !== unit.key || (open.panel === "extend" && !unit.time)) { return null; }
    const title = open.panel === "extend" && open.minutes ? "extend.why" : "ask." + open.panel;
    return html`<div class="unit-panel" role="group" aria-label=${Queue.t(title)} id="panel" tabindex="-1"><p class="text-s">${Queue.t(title)}</p>
      ${choices(props, unit, open.panel)}<button type="button" class="button button-quiet" data-testid="close-panel" onClick=${Rooms.close}>${Queue.t("no")}</button></div>`;
  }

  function Clock(props) {
    const unit = props.unit, left = Rooms.left(unit, props.now);
    return left === null ? null : html`<p class="unit-time" data-testid=${"left-" + unit.key} role="timer" aria-label=${Rooms.leftWords(left)}>${Rooms.clock(left)}</p>`;
  }

  /* Below it: how much of the time is gone; or why nobody is called here. */
  function Time(props) {
    const unit = props.unit, left = Rooms.left(unit, props.now);
    if (left === null) {
      return unit.state === "off" && unit.reason ? html`<p class="soft text-s">${Queue.t("unit_off." + unit.reason)}</p>` : null;
    }
    const whole = (unit.time.minutes + unit.time.extended_min) * 60000, gone = Math.min(100, Math.max(0, 100 - left / whole * 100));
    return html`<div><div class=${"fill" + (left <= 0 ? " fill-bad" : left <= props.room.warn_min * 60000 ? " fill-warn" : "")} aria-hidden="true"><span style=${{ width: gone + "%" }}></span></div>
      <p class="soft text-s">${Queue.t(unit.time.extended_min ? "time.of_extended" : "time.of", { minutes: unit.time.minutes, more: unit.time.extended_min })}</p></div>`;
  }

  function Unit(props) {
    const unit = props.unit, picture = props.picture, state = Rooms.state(unit, picture.room, props.now), primary = primaryOf(unit, state);
    const empty = primary.act === "room_call" && !picture.waiting.total;
    return html`<li class=${"unit unit-" + state} data-testid=${"unit-" + unit.key} data-state=${state}>
      <div class="unit-head"><h2 class="unit-name">${Queue.say(unit.name)}</h2>${unit.spare ? html`<span class="soft text-s">${Queue.t("unit.spare")}</span>` : null}
        <span class="unit-state"><span class="unit-shape" aria-hidden="true"></span>${Rooms.stateWord(state)}</span></div>
      <div class="unit-line"><p class="unit-number" data-testid=${"number-" + unit.key}>${unit.label || "–"}</p>
        ${unit.visitor && !unit.time ? html`<p class="unit-who">${Counter.classMark(unit.visitor.priority)} <span>${Queue.t("people", { people: unit.visitor.people })}</span></p>` : null}
        <${Clock} unit=${unit} now=${props.now} /></div>
      ${unit.visitor ? Counter.needMarks(unit.visitor) : null}
      <${Time} unit=${unit} room=${picture.room} now=${props.now} />
      <button type="button" class=${"button " + (state === "off" || empty ? "" : "button-primary") + " button-wide"} data-testid=${"primary-" + unit.key} data-act=${primary.act}
        aria-disabled=${empty ? "true" : null} onClick=${empty ? null : function () { Rooms.act(primary.act, argsOf(primary.act, unit), unit.key); }}>
        ${Counter.icon(primary.icon)}<span class="word">${primaryWord(primary.act, picture.room)}</span></button>
      <div class="unit-acts">${secondary(props, unit, state)}</div>
      <${Panel} ...${props} />
    </li>`;
  }

  Rooms.Units = function (props) {
    return html`<ul class="plain units" data-testid="units">${props.picture.units.map(function (unit) {
      return html`<${Unit} key=${unit.key} unit=${unit} ...${props} />`;
    })}</ul>`;
  };
}());
