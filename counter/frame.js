/* The console as a whole: the bar at the top, the one button, what it says back, the acts, the help. */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const PRIMARY_ICONS = { call_next: "speakerphone", fetched: "walk", start: "player-play", finish: "check", resume: "player-play" };

  /** What an act is called on the screen; the primary ones say what happens. */
  Counter.actWord = function (act) { return Queue.t("act." + act); };

  /* Where the number goes on to is said before it is pressed. */
  function primaryWord(act, visitor) {
    const stage = act === "finish" && visitor ? visitor.next_stage : null;
    return stage ? Queue.t("act.go_on", { stage: Queue.say(stage) }) : Counter.actWord(act);
  }

  function Primary(props) {
    const picture = props.picture, primary = Counter.primary(picture);
    const empty = primary.act === "call_next" && picture.waiting.total === 0;
    const sending = props.presses.state.underWay;
    const busy = Boolean(sending && sending.slow && !sending.held);
    return html`<button type="button" class=${"button button-primary primary" + (empty ? " is-quiet" : "")} data-testid="primary" data-act=${primary.act}
        aria-disabled=${props.presses.ready("primary") ? null : "true"} aria-keyshortcuts="Space" onClick=${Counter.pressPrimary}>
      ${Counter.icon(PRIMARY_ICONS[primary.act])}<span class="word">${busy ? Queue.t("sending") : primaryWord(primary.act, props.picture.current)}</span>${Counter.keyCap(" ")}
    </button>`;
  }

  /* Pressed while the line is down: what was sent, what was not, and what becomes of it. */
  function heldWords(press, line) {
    const facts = { act: Counter.actWord(press.act) };
    return Queue.t(press.sent ? "held.sent" : line.up ? "held.trying" : "held.unsent", facts);
  }

  /** Refusals, what was kept and what was lost: beside the button, gone with the next act. */
  Counter.Said = function (props) {
    const state = props.presses.state, press = state.underWay, parts = [];
    if (press && press.held) {
      parts.push(html`<div class="notice notice-warn said" key="held" data-testid="held">${Counter.icon("wifi-off")}<p>${heldWords(press, props.line)}</p>
        ${press.sent ? null : html`<button type="button" class="button" onClick=${props.presses.forget}>${Queue.t("held.forget")}</button>`}</div>`);
    }
    if (state.lost) {
      parts.push(html`<div class="notice notice-bad said" key="lost" data-testid="lost">${Counter.icon("alert-triangle")}
        <p>${Queue.t(state.lost.sent ? "lost.unanswered" : "lost.undone", { act: Counter.actWord(state.lost.act) })}</p></div>`);
    }
    if (state.refusal) {
      parts.push(html`<div class="notice notice-warn said" key="refusal" data-testid="refusal">${Counter.icon("info-circle")}
        <p>${state.refusal.sentence || Queue.refusal(state.refusal)}</p></div>`);
    }
    if (state.said) {
      parts.push(html`<div class="notice notice-good said" key="said" data-testid="said">${Counter.icon("check")}<p>${state.said}</p></div>`);
    }
    return html`<div class="said-box" role="status" aria-live="polite">${parts}</div>`;
  };

  function Undo(props) {
    const undo = props.picture.undo, left = undo ? undo.until - props.now : 0;
    if (left <= 0) { return null; }
    const seconds = Math.ceil(left / 1000), whole = undo.at ? undo.until - undo.at : 10000;
    return html`<button type="button" class="button undo" data-testid="undo" aria-keyshortcuts="z" onClick=${Counter.undo}>
      <span class="undo-fill" aria-hidden="true" style=${{ width: Math.min(100, left / whole * 100) + "%" }}></span>
      ${Counter.icon("arrow-back-up")}<span class="word">${Queue.t("undo", { act: Queue.t("did." + undo.act), label: undo.label || "" })}</span>
      <span class="undo-left">${Queue.t("seconds", { seconds: seconds })}</span>${Counter.keyCap("z")}</button>`;
  }

  function Acts(props) {
    const picture = props.picture;
    return html`<div class="acts" role="group" aria-label=${Queue.t("acts.name")}>
      ${Counter.VISITOR_ACTS.map(function (act) {
        const may = Counter.may(act.name, picture, props.now);
        const wait = !may.allowed && !may.ask && may.facts.seconds ? Queue.t("seconds", { seconds: may.facts.seconds }) : null;
        return html`<${Counter.button} key=${act.name} name=${act.name} word=${actLabel(act, picture)} icon=${act.icon} cap=${act.key} off=${!may.allowed}
          why=${may.allowed ? null : Queue.t(may.word, may.facts)} until=${wait || (may.allowed ? null : untilWhat(may))} run=${function () { Counter.start(act.name); }} />`;
      })}</div>`;
  }

  /* On the button itself, where waiting will do: until what. */
  function untilWhat(may) {
    const key = "not_now." + may.word.replace(/^why_not\./, "");
    return Queue.has(key) ? Queue.t(key, may.facts) : null;
  }

  /* "Other outcome" becomes "cancel number" before service, "to priority" turns round for a priority number. */
  function actLabel(act, picture) {
    const visitor = picture.current;
    if (act.name === "finish" && visitor && visitor.state === "called") { return Queue.t("act.cancel"); }
    if (act.name === "finish") { return Queue.t("act.other_outcome"); }
    if (act.name === "reclass" && visitor && visitor.priority) { return Queue.t("act.to_ordinary"); }
    return Queue.t("act." + act.name);
  }

  function LineMark(props) {
    const line = props.line;
    if (line.up) { return null; }
    const facts = { since: Queue.time(line.since), last: line.last ? Queue.time(line.last) : "" };
    return html`<p class="notice notice-warn line-down" role="status" data-testid="line-down">${Counter.icon("wifi-off")}
      <span>${Queue.t(line.last ? "line.down" : "line.connecting", facts)}</span></p>`;
  }

  /** What somebody else did to this officer: it stands until it is read, also after a lost line. */
  Counter.Told = function (props) {
    const told = Counter.toldNow(props.picture, props.understood);
    if (!told) { return null; }
    const key = "told." + told.code + (told.code === "counter_taken" && told.label ? "_visitor" : "");
    const facts = { counter: Queue.say(told.counter), by: told.by, time: Queue.time(told.at), label: told.label };
    return html`<div class="notice notice-bad said told" role="alert" data-testid="told">${Counter.icon("alert-triangle")}
      <p><strong>${Queue.t(key, facts)}</strong> ${props.picture.counter ? null : Queue.t("told.choose")}</p>
      <button type="button" class="button" data-testid="understood" onClick=${Counter.understood}>${Queue.t("told.understood")}<kbd>Esc</kbd></button></div>`;
  };

  function Alerts(props) {
    const alerts = props.picture.alerts || [];
    if (!alerts.length) { return null; }
    return html`<div class="alerts">${alerts.map(function (alert) {
      return html`<p class="notice notice-warn" key=${alert.code + (alert.facts.service || "")} data-testid=${"alert-" + alert.code}>${Counter.icon("alert-triangle")}
        <span>${Counter.alertWords(alert)}</span></p>`;
    })}</div>`;
  }

  Counter.alertWords = function (alert) {
    const key = "alert." + alert.code, facts = Object.assign({}, alert.facts, alert.facts.name ? { name: Queue.say(alert.facts.name) } : {});
    return Queue.t(Queue.has(key) ? key : "alert.unknown", facts);
  };

  function Languages() {
    const now = Queue.language();
    return html`<div class="languages" role="group" aria-label=${Queue.t("languages")}>${["id", "en"].map(function (language) {
      return html`<button type="button" class="button button-quiet language" key=${language} lang=${language} aria-pressed=${String(language === now)}
        data-testid=${"language-" + language} aria-label=${Queue.t("language." + language, null, language)}
        onClick=${function () { Counter.speak(language); }}>${language.toUpperCase()}</button>`;
    })}</div>`;
  }

  Counter.Bar = function (props) {
    const picture = props.picture, counter = picture && picture.counter;
    const barAct = function (name, word) {
      const act = Counter.actNamed(name), off = name === "pause" && counter.state === "paused";
      return html`<${Counter.button} name=${name} word=${word} icon=${act.icon} cap=${act.key} kind="button-quiet" off=${off}
        open=${Boolean(props.open) && props.open.panel === name} run=${function () { Counter.start(name); }} />`;
    };
    return html`<header class="bar">
      <p class="bar-place">${counter ? html`<h1 class="bar-counter" data-testid="counter-name">${Queue.say(counter.name)}</h1>` : null}
        <span class="bar-office"><span>${props.officeName}</span>${picture && props.person ? html`<span class="bit">${props.person.name}</span>` : null}</span></p>
      <div class="bar-acts">
        ${counter ? html`${barAct("pause", Queue.t("act.pause"))}${barAct("leave", Queue.t("act.leave"))}` : null}
        <${Languages} />${barAct2(props)}
      </div></header>`;
  };

  function barAct2(props) {
    return html`<${Counter.button} name="help" word=${Queue.t("act.help")} icon="keyboard" cap="?" kind="button-quiet help-button"
      open=${Boolean(props.open) && props.open.panel === "help"} run=${function () { Counter.start("help"); }} />`;
  }

  Counter.Help = function (props) {
    const undo = props.picture ? props.picture.undo_s : 10;
    const rows = [[" ", Queue.t("help.primary")], ["1–9", Queue.t("help.choices")], ["W ↑ ↓", Queue.t("help.waiting")]]
      .concat(Counter.ACTS.filter(function (act) { return act.name !== "waiting"; }).map(function (act) {
        return [act.key, Queue.t("help." + act.name)];
      })).concat([["Esc", Queue.t("help.escape")]]);
    return html`<div class="help-ground" onClick=${function (event) { if (event.target === event.currentTarget) { Counter.close(); } }}>
      <section class="help card" role="dialog" aria-modal="true" aria-labelledby="help-title" id="help" tabindex="-1" data-testid="help-overlay">
        <div class="panel-head"><h2 id="help-title">${Queue.t("help.title")}</h2>
          <button type="button" class="button button-quiet" data-testid="help-close" onClick=${Counter.close}>${Queue.t("close")}<kbd>Esc</kbd></button></div>
        <dl class="help-keys">${rows.map(function (row) {
          return html`<div key=${row[0]}><dt>${Counter.keyCap(row[0])}</dt><dd>${row[1]}</dd></div>`;
        })}</dl>
        <p class="soft">${Queue.t(undo ? "help.undo_note" : "help.no_undo_note", { seconds: undo })}</p>
        <p><a href=${"/account/" + Queue.meta("office")} target="_blank" rel="noopener" data-testid="account">${Queue.t("account")}</a></p></section></div>`;
  };

  Counter.Desk = function (props) {
    const picture = props.picture, open = props.open;
    const person = picture.current ? Counter.Visitor : Counter.Nobody;
    return html`<main class="desk">
      <div class="work">
        <${Counter.Told} picture=${picture} understood=${props.understood} /><${LineMark} line=${props.line} /><${Alerts} picture=${picture} />
        <${person} picture=${picture} now=${props.now} />
        <${Primary} picture=${picture} presses=${props.presses} />
        <div class="answers"><${Counter.Said} presses=${props.presses} line=${props.line} /><${Undo} picture=${picture} now=${props.now} /></div>
        <${Counter.Slip} slip=${props.slip} officeName=${props.officeName} />
        ${open && Counter.isPanel(open) ? html`<${Counter.Panel} picture=${picture} open=${open} />`
          : html`<${Acts} picture=${picture} now=${props.now} />`}
      </div>
      <${Counter.Lists} picture=${picture} open=${open} now=${props.now} />
    </main>`;
  };
}());
