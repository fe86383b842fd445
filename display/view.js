/* The board as a picture of its state: same state, same page. display.js decides when to draw. */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});
  var html = window.htmPreact.html;
  var Queue = window.Queue;
  var both = Board.both;

  function serviceOf(picture, call) {
    return picture.services.filter(function (service) { return service.key === call.service; })[0] || null;
  }

  function Head(props) {
    var s = props.state, p = s.picture;
    return html`<header class="head">
      <div class="head-office"><span class="head-institution">${p.office.institution}</span>
        <span class="head-name">${p.office.name}</span></div>
      <div class="head-marks">${s.marks.map(function (mark) {
        return html`<span class="mark" key=${mark.key}>${mark.text}</span>`;
      })}</div>
      <div class="head-time"><span class="head-date">${s.date}</span><span class="head-clock number">${s.time}</span></div>
    </header>`;
  }

  /** The English of a name below the Indonesian, where the office speaks English and it says something else. */
  function second(picture, name) {
    var other = picture.office.languages.indexOf("en") >= 0 && name ? Queue.say(name, "en") : "";
    return other && other !== Queue.say(name, "id") ? other : null;
  }

  /* Sizes in parts of the short side; LETTER_WIDTH is what a letter takes on average, in parts of its size. */
  var LETTER_WIDTH = 0.54, CALL_NAME = 3.6, CALL_NAME_LEAST = 2.7, CALL_OTHER = 2.4, OTHER_LEAST = 1.6, SHUT = 2.3;

  function oneLine(text, width, most) { return Math.min(most, width / (LETTER_WIDTH * text.length)); }

  /* One line that is large enough and English below it; a name too long for that takes both lines for itself. */
  function CallName(props) {
    var name = Queue.say(props.name), other = second(props.picture, props.name), size = oneLine(name, props.width, CALL_NAME);
    var otherSize = other ? oneLine(other, props.width, CALL_OTHER) : 0;
    if (size < CALL_NAME_LEAST) { size = Math.min(CALL_NAME - 0.4, oneLine(name, 1.6 * props.width, CALL_NAME)); otherSize = 0; }
    return html`<span class="call-service"><span class="call-name" style=${{ fontSize: size.toFixed(2) + "vmin" }}>${name}</span>${otherSize >= OTHER_LEAST
      ? html`<span class="call-other" style=${{ fontSize: otherSize.toFixed(2) + "vmin" }}>${other}</span>` : null}</span>`;
  }

  /* Where to go; of a call that was taken back: that there is nowhere to go. */
  function Way(props) {
    var p = props.picture, call = props.call;
    if (props.mood === "withdrawn") {
      return html`<div class="call-way call-stay" role="status"><strong class="call-stay-title">${both(p, "board.withdrawn")}</strong>
        ${p.office.languages.indexOf("en") >= 0 ? ["id", "en"].map(function (lang) {
          return html`<span class="call-stay-text" key=${lang}>${Queue.t("board.stay", {}, lang)}</span>`;
        }) : html`<span class="call-stay-text">${Queue.t("board.stay")}</span>`}</div>`;
    }
    return html`<div class="call-way">
      <div class="call-arrow"><${Board.Arrow} direction=${call.direction} />
        <span class="call-turn">${Queue.t("direction." + call.direction)}</span></div>
      <div class="call-counter"><span class="call-go">${both(p, "board.go")}</span>
        <${Board.CounterName} name=${call.counter_name} /></div>
    </div>`;
  }

  function Call(props) {
    var p = props.picture, call = props.call, service = serviceOf(p, call);
    var again = call.n > 1 && props.mood !== "withdrawn", width = props.width - (again ? 41 : 14);
    return html`<section class=${"stage call call-" + props.mood} key=${"call-" + call.id}
        data-call=${call.id} data-mood=${props.mood} aria-live="assertive">
      <div class="call-top">
        ${service ? html`<${Board.Letter} service=${service} />` : null}
        ${service ? html`<${CallName} picture=${p} name=${service.name} width=${width} />` : html`<span class="call-service">${both(p, "board.call")}</span>`}
        ${again ? html`<span class="call-note">${both(p, "board.again").split(" · ").map(function (text) { return html`<span>${text}</span>`; })}</span>` : null}
      </div>
      <div class="call-number number" style=${Board.fit(call.label)}>${call.label}</div>
      <${Way} picture=${p} call=${call} mood=${props.mood} />
    </section>`;
  }

  function Row(props) {
    var call = props.call, name = Board.counterName(Queue.say(call.counter_name));
    var mood = (props.live ? " is-live" : "") + (call.state === "over" ? " is-over" : "") + (props.gone ? " is-gone" : "");
    return html`<li class=${"row-call" + mood} data-listed=${call.id}
        style=${{ transform: "translateY(" + props.place * 100 + "%)" }}>
      <span class="number row-number" style=${Board.fit(call.label)}>${call.label}</span>
      <span class="row-way"><${Board.Arrow} direction=${call.direction} />
        ${name.number ? html`<span class=${name.word.length > 7 ? "row-word row-word-long" : "row-word"}>${name.word}</span>` : null}</span>
      ${name.number ? html`<span class="number row-counter">${name.number}</span>` : html`<span class="row-name">${name.word}</span>`}
      ${props.gone ? html`<span class="row-gone">${Queue.t("board.withdrawn_short")}</span>` : null}
    </li>`;
  }

  function List(props) {
    var s = props.state, gone = {}, live = s.current && !s.current.leaving ? s.current.call.id : null;
    s.withdrawn.forEach(function (call) { gone[call.id] = true; });
    var rows = s.withdrawn.concat(Board.list(s.picture.calls)).sort(function (a, b) { return b.id - a.id; }).slice(0, 6);
    return html`<section class="list">
      <h2 class="area-title">${both(s.picture, "board.last")}</h2>
      <ol class="plain list-rows">${rows.map(function (call, i) {
        return html`<${Row} key=${(gone[call.id] ? "gone-" + call.id + "-" : "") + call.label} call=${call} place=${i} live=${call.id === live} gone=${gone[call.id]} />`;
      })}${rows.length ? null : html`<li class="list-empty">${Queue.t("board.no_calls")}</li>`}</ol>
    </section>`;
  }

  function Serving(props) {
    var service = props.service, where = {}, labels = service.serving;
    props.counters.forEach(function (counter) { if (counter.label) { where[counter.label] = counter; } });
    if (!labels.length) { return html`<div class="card-serving card-none">${Queue.t("board.staffing." + service.staffing)}</div>`; }
    var shown = labels.length > props.most ? labels.slice(0, props.most - 1) : labels;
    return html`<div class=${"card-serving serving-" + Math.min(labels.length, props.most)}>${shown.map(function (label) {
      var name = where[label] ? Board.counterName(Queue.say(where[label].name)) : null;
      return html`<span class="served" style=${Board.fit(label)} key=${label}><span class="number">${label}</span>${name
        ? html`<span class="served-at"><span class="served-word">${name.word}</span> <span class="number">${name.number}</span></span>` : null}</span>`;
    })}${labels.length > shown.length ? html`<span class="served served-more">${Queue.t("board.more", { count: labels.length - shown.length })}</span>` : null}</div>`;
  }

  function opening(service, s) {
    var may = service.may;
    if (!may || may.allowed) { return null; }
    if (!may.next_opening) { return Queue.t("board.no_numbers"); }
    var facts = { time: Queue.time(may.next_opening), date: Queue.date(may.next_opening) };
    var today = facts.date === Queue.date(s.now);
    return Queue.t("board.opens", { when: Queue.t(today ? "board.today_at" : "board.date_at", facts) });
  }

  function Next(props) {
    var next = props.service.next, closed = opening(props.service, props.state);
    if (!next.length) { return html`<div class="card-next card-none">${closed || Queue.t("board.nobody_next")}</div>`; }
    return html`<div class="card-next"><span class="card-label">${Queue.t("board.next")}</span>
      ${next.slice(0, 3).map(function (label) { return html`<span class="number card-number" key=${label}>${label}</span>`; })}</div>`;
  }

  /* Worth a line of its own even while people wait: today's numbers are used up, or giving them is stopped. */
  function shut(service) {
    var code = service.may && !service.may.allowed ? service.may.code : "";
    return code === "quota_full" || code === "paused" ? Queue.shut(service.may) : null;
  }

  /* Two lines for the name of a service, whatever its length; the letter beside it stays large. */
  function nameSize(name, cardWidth) {
    var width = cardWidth - 19, letter = 0.56, one = width / (letter * name.length);
    return (one >= 3.1 ? 3.1 : Math.max(1.9, Math.min(2.8, 2 * 0.8 * one))).toFixed(2) + "vmin";
  }

  /* Below the name: that no numbers are given, or else its English if that fits. */
  function Below(props) {
    var service = props.service, s = props.state, closed = shut(service), other = second(s.picture, service.name);
    var size = other ? oneLine(other, s.cardWidth - 9, 2.2) : 0;
    if (closed) { return html`<p class="card-below card-shut" style=${{ fontSize: oneLine(closed, s.cardWidth - 9, SHUT).toFixed(2) + "vmin" }}>${closed}</p>`; }
    return size < OTHER_LEAST ? null : html`<p class="card-below" style=${{ fontSize: size.toFixed(2) + "vmin" }}>${other}</p>`;
  }

  function Card(props) {
    var service = props.service;
    return html`<article class="card-service">
      <header class="card-head"><div class="card-top"><${Board.Letter} service=${service} />
        <h3 class="card-name" style=${{ fontSize: nameSize(Queue.say(service.name), props.state.cardWidth) }}>${Queue.say(service.name)}</h3>
        <div class="card-waiting"><span class="number">${service.waiting}</span><span>${Queue.t("board.waiting")}</span></div></div>
        <${Below} service=${service} state=${props.state} /></header>
      <${Serving} service=${service} counters=${props.state.picture.counters} most=${props.most} />
      <${Next} service=${service} state=${props.state} />
    </article>`;
  }

  function Services(props) {
    var s = props.state, pages = Board.pages(s.picture.services, s.columns), page = pages[s.page % pages.length];
    return html`<section class=${"services services-" + pages[0].length}>
      <div class="services-page" key=${"page-" + (s.page % pages.length)}>
        ${page.map(function (service) { return html`<${Card} key=${service.key} service=${service} state=${s} most=${pages[0].length === 1 ? 8 : 4} />`; })}</div>
      ${pages.length > 1 ? html`<div class="dots" aria-hidden="true">${pages.map(function (_, i) {
        return html`<span class=${i === s.page % pages.length ? "dot dot-on" : "dot"} />`;
      })}</div>` : null}
    </section>`;
  }

  function Lost(props) {
    var s = props.state;
    return html`<section class="alone lost"><h1>${both(s.picture, "lost.title").split(" · ").map(function (text, i) {
      return html`<span class=${i ? "alone-second" : ""}>${text}</span>`;
    })}</h1><p>${Queue.t("lost.text")}</p><p class="soft">${Queue.t("lost.since", { time: s.lostTime })}</p></section>`;
  }

  /** A board without a place yet: its code, huge, and what to do with it. */
  Board.Unpaired = function (props) {
    if (props.refused) {
      return html`<section class="alone pair"><p class="pair-title">${props.board}</p><p role="alert">${props.refused}</p></section>`;
    }
    return html`<section class="alone pair"><p class="pair-title">${Queue.t(props.revoked ? "pair.revoked" : "pair.title")} · ${props.board}</p>
      <p>${Queue.t("pair.text")}</p><p class="pair-code number">${props.code}</p><p class="soft">${Queue.t("pair.waiting")}</p></section>`;
  };

  /** No picture yet and no server: the page says so instead of staying empty. */
  Board.Waiting = function () {
    return html`<section class="alone"><p>${Queue.t("mark.no_line")}</p></section>`;
  };

  Board.View = function (props) {
    var s = props.state, item = s.current, large;
    if (s.lostLong) { return html`<${Lost} state=${s} />`; }
    if (item) {
      large = html`<${Call} picture=${s.picture} call=${item.call} width=${s.callWidth} mood=${item.leaving === "withdrawn" ? "withdrawn" : "live"} />`;
    } else if (s.resting) {
      large = html`<${Call} picture=${s.picture} call=${s.resting} width=${s.callWidth} mood="resting" />`;
    } else {
      large = html`<${Board.Slide} slide=${s.slide} picture=${s.picture} now=${s.now} onBroken=${s.onBroken} onEnd=${s.onSlideEnd} />`;
    }
    return html`<div class="board" style=${{ transform: s.drift }}>
      <${Head} state=${s} />${large}<${List} state=${s} /><${Services} state=${s} />
    </div>`;
  };
}());
