/* Who waits, in calling order; who is parked, missed or still on the way; what the colleagues serve. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  function isOpen(open, kind, step) { return Boolean(open) && open.panel === kind && (step === undefined || open.step === step); }

  function toggle(kind, step) {
    return function () { Counter.open(kind, { step: step }); };
  }

  /* What stands on every row: number, class, where it came from, and since when it waits. */
  function RowFace(props) {
    const row = props.row, picture = props.picture, origin = Counter.originWords(row);
    const late = row.stated_wait_ms && props.now - row.since > row.stated_wait_ms;
    return html`<span class="row-main">${Counter.badge(Counter.serviceOf(picture, row.service))}
        <span class="number row-label">${row.label}</span>${row.plate ? html`<span class="soft text-s">${row.plate}</span>` : null}
        <span class="row-words"><span class="unseen">${Counter.serviceName(picture, row.service)}</span>
          ${row.priority ? Counter.classMark(true) : null}
          ${origin ? html`<span class=${"row-origin" + (row.channel === "online" && !row.arrived ? " is-away" : "")}>${origin}</span>` : null}
          ${props.more ? html`<span class="row-origin">${props.more}</span>` : null}${Counter.needMarks(row)}</span></span>
      <span class=${"row-since" + (late ? " is-late" : "")}><span class="row-span">${Counter.span(props.now - row.since)}</span>
        <span class="row-at">${Queue.t("since", { time: Queue.time(row.since) })}</span></span>`;
  }

  function modeButton(props, mode, word) {
    const active = (props.open.mode || "call") === mode;
    return html`<button type="button" class="button toggle" aria-pressed=${String(active)} data-testid=${"mode-" + mode}
      onClick=${function () { Counter.reopen({ mode: mode }); }}>${word}</button>`;
  }

  function callChoices(picture, row) {
    return Counter.reasonChoices(picture.reasons.out_of_order, function (code) {
      Counter.act("call", { step: row.step, reason: code });
    });
  }

  function modeChoices(picture, row, mode) {
    if (mode === "reclass") {
      return Counter.reasonChoices(Counter.reclassReasons(picture, row.priority), function (code) {
        Counter.act("reclass", { step: row.step, priority: !row.priority, reason: code });
      });
    }
    return Counter.reasonChoices(picture.reasons.cancel, function (code) {
      Counter.act("cancel", { step: row.step, reason: code });
    });
  }

  /* Where somebody comes back, as told to them before they choose. */
  function backWords(row) {
    if (!row.back) { return ""; }
    return Queue.t(row.back.after ? "back.place" : "back.next", row.back);
  }
  Counter.backWords = backWords;

  /* Calling out of order, changing the class or cancelling: each with a reason from the office's list. */
  function RowChoices(props) {
    const picture = props.picture, row = props.row, mode = props.open.mode || "call", facts = { label: row.label };
    let body;
    if (mode === "needs") {
      body = html`<${Counter.NeedsForm} row=${row} asks=${picture.needs} redraw=${function () { Counter.reopen({ mode: "needs" }); }}
        save=${function (args) { Counter.act("state_needs", Object.assign({ step: row.step }, args)); }} />`;
    } else if (mode !== "call") {
      const title = Queue.t(mode === "cancel" ? "panel.cancel" : row.priority ? "panel.to_ordinary" : "panel.to_priority", facts);
      body = html`<p class="row-title">${title}</p><${Counter.Choices} title=${title} choices=${modeChoices(picture, row, mode)} />`;
    } else if (picture.current) {
      body = html`<p class="row-title soft">${Queue.t("row.first_finish", { label: picture.current.label })}</p>`;
    } else if (picture.counter.state === "paused") {
      body = html`<p class="row-title soft">${Queue.t("row.first_resume")}</p>`;
    } else {
      const title = Queue.t("row.call", facts);
      body = html`<p class="row-title">${title}</p><${Counter.Choices} title=${title} choices=${callChoices(picture, row)} />`;
    }
    return html`<div class="row-choices" id=${"row-choices-" + row.step}>
      <div class="toggles" role="group" aria-label=${row.label}>
        ${modeButton(props, "call", Queue.t("row.mode_call"))}
        ${modeButton(props, "reclass", Queue.t(row.priority ? "row.mode_ordinary" : "row.mode_priority"))}
        ${modeButton(props, "cancel", Queue.t("row.mode_cancel"))}
        ${(picture.needs || []).length ? modeButton(props, "needs", Queue.t("row.mode_needs")) : null}
      </div>${body}</div>`;
  }

  function WaitingRow(props) {
    const row = props.row, opened = isOpen(props.open, "row", row.step);
    return html`<li class=${"queue-row" + (opened ? " is-open" : "")}>
      <button type="button" class="row-button" data-testid=${"row-" + row.label} aria-expanded=${String(opened)}
          onClick=${toggle("row", row.step)}><${RowFace} picture=${props.picture} row=${row} now=${props.now} /></button>
      ${opened ? html`<${RowChoices} picture=${props.picture} row=${row} open=${props.open} />` : null}</li>`;
  }

  /* A row whose one or two acts are always there: no need to open anything. */
  function ActRow(props) {
    return html`<li class="queue-row has-acts"><div class="row-still"><${RowFace} picture=${props.picture} row=${props.row}
        now=${props.now} more=${props.more} /></div>
      <div class="row-acts">${props.acts.map(function (act) {
        return html`<button type="button" class="button" key=${act.name} data-testid=${act.name + "-" + props.row.label}
          aria-label=${act.word + " " + props.row.label} onClick=${act.run}>${act.word}</button>`;
      })}</div></li>`;
  }

  Counter.List = function (props) {
    return html`<section class=${"list " + (props.kind || "")} aria-label=${props.title}>
      <div class="list-head"><h2>${props.title}${props.count === undefined ? null : html`<span class="count">${props.count}</span>`}</h2>${props.side || null}</div>
      ${props.children}</section>`;
  };

  function Waiting(props) {
    const picture = props.picture, rows = picture.waiting.rows, more = picture.waiting.total - rows.length;
    const issue = Counter.button({ name: "issue", word: Queue.t("act.issue"), icon: "ticket", cap: "b", kind: "button-quiet",
      open: isOpen(props.open, "issue"), run: function () { Counter.open("issue"); } });
    return html`<${Counter.List} kind="is-waiting" title=${Queue.t("list.waiting")} count=${picture.waiting.total} side=${issue}>
      ${rows.length ? html`<ol class="plain rows" id="waiting">${rows.map(function (row) {
        return html`<${WaitingRow} key=${row.step} picture=${picture} row=${row} open=${props.open} now=${props.now} />`;
      })}</ol>` : html`<p class="list-empty">${Queue.t("list.waiting_empty")}</p>`}
      ${more > 0 ? html`<p class="list-empty">${Queue.t("list.more", { more: more })}</p>` : null}<//>`;
  }

  /* Numbers that a kiosk could not print yet: they join the queue by themselves, but somebody may need help there. */
  function Papers(props) {
    const labels = props.picture.issuing;
    if (!labels.length) { return null; }
    return html`<${Counter.List} kind="is-paper" title=${Queue.t("list.paper")} count=${labels.length}>
      <p class="paper-labels number" data-testid="issuing">${labels.join(", ")}</p>
      <p class="list-empty text-s">${Queue.t("paper.help")}</p><//>`;
  }

  function bringBack(open) {
    return Counter.button({ name: "bring_back", word: Queue.t("act.bring_back"), icon: "history", cap: "k", kind: "button-quiet",
      open: isOpen(open, "bring_back"), run: function () { Counter.start("bring_back"); } });
  }

  function Parked(props) {
    const picture = props.picture;
    if (!picture.parked.length) { return null; }
    return html`<${Counter.List} title=${Queue.t("list.parked")} count=${picture.parked.length} side=${picture.missed.length ? null : bringBack(props.open)}>
      <ul class="plain rows">${picture.parked.map(function (row) {
        const acts = [];
        if (!picture.current && picture.counter.state !== "paused") {
          acts.push({ name: "call", word: Queue.t("row.call_parked"), run: function () { Counter.act("call", { step: row.step }); } });
        }
        acts.push({ name: "back", word: Queue.t("row.bring_back"), run: function () { Counter.act("bring_back", { step: row.step }); } });
        const clock = Queue.t(row.clock === "visitor" ? "clock_owner.visitor" : "clock_owner.office");
        return html`<${ActRow} key=${row.step} picture=${picture} row=${row} now=${props.now} acts=${acts}
          more=${Counter.reason(row.reason) + " · " + clock + " · " + backWords(row)} />`;
      })}</ul><//>`;
  }

  function Missed(props) {
    const picture = props.picture;
    if (!picture.missed.length) { return null; }
    return html`<${Counter.List} title=${Queue.t("list.missed")} count=${picture.missed.length} side=${bringBack(props.open)}>
      <ul class="plain rows">${picture.missed.map(function (row) {
        const acts = [{ name: "back", word: Queue.t("row.bring_back"), run: function () { Counter.act("bring_back", { step: row.step }); } }];
        return html`<${ActRow} key=${row.step} picture=${picture} row=${row} now=${props.now} acts=${acts}
          more=${(row.until ? Queue.t("missed.until", { time: Queue.time(row.until) }) + " · " : "") + backWords(row)} />`;
      })}</ul><//>`;
  }

  function Remote(props) {
    const picture = props.picture;
    if (!picture.remote.length) { return null; }
    return html`<${Counter.List} title=${Queue.t("list.remote")} count=${picture.remote.length}>
      <ul class="plain rows">${picture.remote.map(function (row) {
        const acts = [{ name: "arrived", word: Queue.t("row.arrived"), run: function () { Counter.act("arrived", { step: row.step }); } }];
        return html`<${ActRow} key=${row.step} picture=${picture} row=${row} now=${props.now} acts=${acts} />`;
      })}</ul><//>`;
  }

  /* Called and being fetched, at whatever counter: whoever walks the hall may say that somebody is with them. */
  function Fetched(props) {
    const picture = props.picture, mine = picture.current ? picture.current.step : 0;
    const rows = (picture.fetch || []).filter(function (row) { return row.step !== mine; });
    if (!rows.length) { return null; }
    return html`<${Counter.List} title=${Queue.t("list.fetch")} count=${rows.length}><${Counter.FetchList} rows=${rows} now=${props.now} soon=${true}
      run=${function (row) { Counter.act("fetched", { step: row.step }, null, "fetched:" + row.step); }} /><//>`;
  }

  function Colleague(props) {
    const counter = props.counter, opened = isOpen(props.open, "colleague", counter.step);
    const face = html`<span class="row-main"><strong>${Queue.say(counter.name)}</strong><span class="soft row-person">${counter.person || ""}</span></span>
      <span class="row-since">${counter.label ? html`<span class="number">${counter.label}</span>` : html`<span class="soft">${Counter.seatWord(counter)}</span>`}
        ${counter.label && counter.since ? html`<span class="row-at">${Counter.span(props.now - counter.since)}</span>` : null}</span>`;
    if (!counter.step || props.picture.current) { return html`<li class="queue-row"><div class="row-still">${face}</div></li>`; }
    return html`<li class=${"queue-row" + (opened ? " is-open" : "")}>
      <button type="button" class="row-button" aria-expanded=${String(opened)} data-testid=${"colleague-" + counter.key}
        onClick=${toggle("colleague", counter.step)}>${face}</button>
      ${opened ? html`<div class="row-choices"><p class="row-title">${Queue.t("row.take_over", { label: counter.label, counter: Queue.say(counter.name) })}</p>
        <${Counter.Choices} title=${Queue.t("row.take_over_yes")} choices=${[
          { code: "take_visitor", word: Queue.t("row.take_over_yes"), run: function () { Counter.act("take_visitor", { step: counter.step }); } },
          { code: "leave_them", word: Queue.t("no"), run: Counter.close }]} /></div>` : null}</li>`;
  }

  /** What a counter is doing, in one word. */
  Counter.seatWord = function (counter) {
    if (counter.state === "locked") { return Queue.t("seat.locked"); }
    if (counter.state === "paused") { return Queue.t("seat.paused"); }
    return Queue.t(counter.person ? "seat.free_hands" : "seat.empty");
  };

  function Colleagues(props) {
    const others = props.picture.counters.filter(function (counter) { return !counter.mine; });
    if (!others.length) { return null; }
    const staffed = others.filter(function (counter) { return counter.person || counter.step; });
    const empty = others.filter(function (counter) { return staffed.indexOf(counter) < 0; }).map(function (counter) { return Queue.say(counter.name); });
    return html`<${Counter.List} title=${Queue.t("list.colleagues")}>
      ${staffed.length ? html`<ul class="plain rows">${staffed.map(function (counter) {
        return html`<${Colleague} key=${counter.key} picture=${props.picture} counter=${counter} open=${props.open} now=${props.now} />`;
      })}</ul>` : null}
      ${empty.length ? html`<p class="list-empty text-s">${Queue.t("list.unstaffed", { counters: empty.join(", ") })}</p>` : null}<//>`;
  }

  /* A list that scrolls ends with a whole row within its room (px): a number cut through is read wrongly. */
  function fit(box, room) {
    const border = box.offsetHeight - box.clientHeight;
    if (box.scrollHeight + border <= room + 1) { return; }
    const top = box.getBoundingClientRect().top + box.clientTop - box.scrollTop;
    const whole = Array.prototype.map.call(box.querySelectorAll(".queue-row, .list-empty"), function (row) {
      return Math.ceil(row.getBoundingClientRect().bottom - top) + 1 + border;
    }).filter(function (end) { return end <= room; });
    box.style.maxHeight = (whole.length ? Math.max.apply(null, whole) : room) + "px";
  }

  /* Side by side the waiting list and the rest share one column: the rest has two fifths, or what is left over. */
  const REST_SHARE = 0.4;
  function share(lists, waiting, rest) {
    const style = window.getComputedStyle(lists), section = lists.querySelector(".is-waiting");
    const height = lists.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - parseFloat(style.rowGap);
    const around = waiting ? section.offsetHeight - waiting.offsetHeight : section.offsetHeight;
    fit(rest, Math.max(height * REST_SHARE, height - around - (waiting ? waiting.scrollHeight + 2 : 0)));
    if (waiting) { fit(waiting, height - around - rest.offsetHeight); }
  }

  /** After drawing: no list ends in the middle of a row. */
  Counter.endWhole = function () {
    const lists = document.querySelector(".lists");
    if (!lists) { return; }
    const waiting = document.getElementById("waiting"), rest = lists.querySelector(".rest");
    const boxes = waiting ? [rest, waiting] : [rest], scrolled = boxes.map(function (box) { return box.scrollTop; });
    boxes.forEach(function (box) { box.style.maxHeight = ""; });
    if (document.documentElement.dataset.layout === "wide") { share(lists, waiting, rest); } else if (waiting) { fit(waiting, waiting.offsetHeight); }
    boxes.forEach(function (box, index) { box.scrollTop = scrolled[index]; });
  };

  Counter.Lists = function (props) {
    const parts = { picture: props.picture, open: props.open, now: props.now };
    return html`<div class="lists"><${Waiting} ...${parts} />
      <div class="rest">${[Fetched, Papers, Missed, Parked, Remote, Colleagues].map(function (part) { return html`<${part} ...${parts} />`; })}</div></div>`;
  };
}());
