/* The choices that open inline below the buttons. A choice is one click or one figure; Esc closes. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /*
   * What the keys do just now: filled while the open panel is drawn, so that what is seen and what the keyboard
   * does cannot differ. A choice has the figure of its place, or a key of its own where the figure that opened
   * the panel must not also agree to it.
   */
  let offered = [];
  Counter.forgetChoices = function () { offered = []; };
  function keyOf(choice, index) { return choice.key || (index < 9 ? String(index + 1) : ""); }
  Counter.choose = function (key) {
    const choice = offered.filter(function (one, index) { return keyOf(one, index) === key; })[0];
    if (choice && !choice.off) { choice.run(); return true; }
    return Boolean(choice);
  };

  Counter.Choices = function (props) {
    offered = props.choices;
    return html`<div class="choices" role="group" aria-label=${props.title}>
      ${props.choices.map(function (choice, index) {
        return html`<button type="button" class="button choice" key=${choice.code} data-testid=${"choice-" + choice.code}
            aria-disabled=${choice.off ? "true" : null} onClick=${choice.off ? null : choice.run}>
          ${keyOf(choice, index) ? Counter.keyCap(keyOf(choice, index)) : null}${choice.mark || null}
          <span class="word">${choice.word}${choice.after ? html`<small class="choice-after">${choice.after}</small>` : null}</span>
        </button>`;
      })}
    </div>`;
  };

  Counter.reasonChoices = function (codes, run) {
    return (codes || []).map(function (reason) {
      const code = reason.code || reason;
      return { code: code, word: Counter.reason(reason), run: function () { run(code); } };
    });
  };

  function forVisitor(picture, word) { return Queue.t(word, { label: picture.current ? picture.current.label : "" }); }

  function serviceChoices(picture, services, run, heedMay) {
    return services.map(function (service) {
      const off = heedMay && service.may && !service.may.allowed;
      const refusal = off ? Queue.refusal({ refused: service.may.code, facts: service.may.facts }) : "";
      const waiting = service.waiting === undefined ? "" : Queue.t("service.waiting", { waiting: service.waiting });
      return { code: service.key, word: Queue.say(service.name), mark: Counter.badge(service), off: off,
        after: off ? refusal : waiting, run: function () { run(service.key); } };
    });
  }

  function byReason(list, title, act, more) {
    return function (picture) {
      return { title: forVisitor(picture, title), choices: Counter.reasonChoices(picture.reasons[list], function (code) {
        const args = more ? more(picture) : {};
        args.reason = code;
        Counter.act(act, args);
      }) };
    };
  }

  function finishPanel(picture) {
    if (picture.current.state === "called") {
      return byReason("cancel", "panel.cancel", "cancel", function (p) { return { step: p.current.step }; })(picture);
    }
    return { title: forVisitor(picture, "panel.finish"), choices: Counter.reasonChoices(picture.reasons.outcome.filter(function (code) { return code !== "served"; }), function (code) {
      Counter.act("finish", { outcome: code });
    }) };
  }

  function reclassPanel(picture) {
    const visitor = picture.current;
    return { title: forVisitor(picture, visitor.priority ? "panel.to_ordinary" : "panel.to_priority"),
      choices: Counter.reasonChoices(Counter.reclassReasons(picture, visitor.priority), function (code) {
        Counter.act("reclass", { step: visitor.step, priority: !visitor.priority, reason: code });
      }) };
  }

  function transferPanel(picture) {
    return { title: forVisitor(picture, "panel.transfer"), choices: serviceChoices(picture, Counter.otherServices(picture), function (key) {
      Counter.act("transfer", { service: key });
    }) };
  }

  function bringBackPanel(picture) {
    const rows = picture.parked.concat(picture.missed);
    return { title: Queue.t("panel.bring_back"), choices: rows.map(function (row) {
      const parked = picture.parked.indexOf(row) >= 0;
      return { code: row.step, word: row.label, mark: Counter.badge(Counter.serviceOf(picture, row.service)),
        after: (parked ? Counter.reason(row.reason) : Queue.t("missed.short")) + " · " + Counter.backWords(row),
        run: function () { Counter.act("bring_back", { step: row.step }); } };
    }) };
  }

  function leavePanel(picture) {
    const choices = picture.current ? [
      { code: "waiting", word: forVisitor(picture, "leave.waiting"), run: function () { Counter.act("leave", { becomes: "waiting" }); } }
    ] : [];
    if (picture.current && picture.current.state === "serving") {
      choices.push({ code: "finish", word: forVisitor(picture, "leave.finish"), run: function () { Counter.act("leave", { becomes: "finish" }); } });
    }
    choices.push({ code: "stay", word: Queue.t("leave.stay"), run: Counter.close });
    return { title: forVisitor(picture, "panel.leave"), choices: choices };
  }

  /* Who has a reservation: its code becomes a number. */
  function checkIn(picture) {
    if (!picture.reservations) { return null; }
    const submit = function (event) {
      event.preventDefault();
      Counter.act("check_in", { code: event.target.elements.code.value }, function (answer) {
        if (answer.ok && answer.ticket) { Counter.say(Queue.t("issued", { label: answer.ticket.label })); }
      });
    };
    return html`<form class="note-form" onSubmit=${submit} data-testid="check-in-form">
      <input class="input" name="code" required maxlength="12" autocomplete="off" aria-label=${Queue.t("check_in.code")} placeholder=${Queue.t("check_in.code")} data-testid="check-in-code" />
      <button type="submit" class="button" data-testid="check-in">${Queue.t("check_in")}</button>
      <a class="button button-quiet" href=${"/reservations/" + picture.office.key} target="_blank" rel="noopener">${Queue.t("check_in.list")}</a></form>`;
  }

  /* A number for somebody who cannot take one alone: class and language are set first, the service issues it. */
  function issuePanel(picture, open) {
    const priority = Boolean(open.priority), language = open.language || "id";
    const issue = function (key) {
      Counter.act("issue", { service: key, priority: priority, language: language }, function (answer) {
        if (answer.ok && answer.ticket) { Counter.say(Queue.t("issued", { label: answer.ticket.label })); }
      });
    };
    const toggle = function (name, value, word, pressed) {
      const change = {};
      change[name] = value;
      return html`<button type="button" class="button toggle" aria-pressed=${String(pressed)} data-testid=${"issue-" + name + "-" + value}
        onClick=${function () { Counter.reopen(change); }}>${word}</button>`;
    };
    return { title: Queue.t("panel.issue"), choices: serviceChoices(picture, picture.services, issue, true),
      before: html`${checkIn(picture)}<div class="toggles">
        <div class="toggle-pair" role="group" aria-label=${Queue.t("issue.class")}>
          ${toggle("priority", false, Queue.t("class.ordinary"), !priority)}${toggle("priority", true, Queue.t("class.priority"), priority)}</div>
        <div class="toggle-pair" role="group" aria-label=${Queue.t("issue.language")}>
          ${toggle("language", "id", Queue.t("language.id"), language === "id")}${toggle("language", "en", Queue.t("language.en"), language === "en")}</div>
      </div>` };
  }

  function notePanel(picture) {
    const save = function (form) { Counter.act("note", { step: picture.current.step, text: form.elements.text.value.trim() }); };
    const submit = function (event) { event.preventDefault(); save(event.target); };
    const keys = function (event) {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(event.target.form); }
    };
    return { title: forVisitor(picture, "panel.note"), choices: [], before: html`<form class="note-form" onSubmit=${submit}>
      <textarea class="input" name="text" rows="2" maxlength="500" aria-label=${forVisitor(picture, "panel.note")} data-testid="note-text"
        onKeyDown=${keys} defaultValue=${picture.current.note || ""}></textarea>
      <p class="soft text-s">${Queue.t("note.where")}</p>
      <button type="submit" class="button" data-testid="note-save">${Queue.t("note.save")}<kbd>Enter</kbd></button></form>` };
  }

  function needsPanel(picture) {
    const step = picture.current.step;
    return { title: forVisitor(picture, "panel.needs"), choices: [], before: html`<${Counter.NeedsForm} row=${picture.current} asks=${picture.needs}
      redraw=${function () { Counter.reopen({}); }} save=${function (args) { Counter.act("state_needs", Object.assign({ step: step }, args)); }} />` };
  }

  const PANELS = {
    needs: needsPanel,
    finish: finishPanel,
    park: byReason("park", "panel.park", "park"),
    no_show: byReason("no_show", "panel.no_show", "no_show"),
    pause: byReason("pause", "panel.pause", "pause"),
    transfer: transferPanel,
    reclass: reclassPanel,
    note: notePanel,
    bring_back: bringBackPanel,
    issue: issuePanel,
    leave: leavePanel
  };

  Counter.isPanel = function (open) { return Boolean(PANELS[open.panel]); };

  /* A panel about the visitor at the counter goes with them. */
  const NEEDS_VISITOR = ["finish", "park", "no_show", "transfer", "reclass", "note", "needs"];
  Counter.panelStands = function (open, picture) {
    return !PANELS[open.panel] || NEEDS_VISITOR.indexOf(open.panel) < 0 || Boolean(picture.current && picture.current.step === open.step);
  };

  Counter.Panel = function (props) {
    const panel = PANELS[props.open.panel](props.picture, props.open);
    return html`<section class="panel" tabindex="-1" id="panel" data-testid=${"panel-" + props.open.panel} aria-label=${panel.title}>
      <div class="panel-head"><h2>${panel.title}</h2>
        <button type="button" class="button button-quiet" data-testid="panel-close" onClick=${Counter.close}>${Queue.t("close")}<kbd>Esc</kbd></button></div>
      ${panel.before || null}
      ${panel.choices.length ? html`<${Counter.Choices} title=${panel.title} choices=${panel.choices} />` : null}
    </section>`;
  };
}());
