/* The ticket printer, and the voices of the boards. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  let printing = false;

  function print() {
    if (printing) { return; }
    printing = true;
    Desk.draw();
    Queue.post(Desk.path("printer"), {}).then(function (answer) {
      printing = false;
      if (answer.ok) { Desk.say(Queue.t(answer.confirmed ? "printer.printed" : "printer.sent")); } else {
        Desk.refused({ refused: answer.refused, facts: Object.assign({}, answer.facts, answer.facts.state ? { state: Desk.word("printer", answer.facts.state) } : {}) });
      }
      Desk.load("machine");
    }, function () {
      printing = false;
      Desk.refuse(Queue.t("sign_in.no_line"));
    });
  }

  function Printer(props) {
    const printer = props.printer, own = printer.how === "escpos";
    return html`<section class="card" data-testid="printer-card"><h2>${Queue.t("printer")}</h2>
      <dl class="facts"><div><dt>${Queue.t("printer.setting")}</dt><dd>${printer.setting || Queue.t("printer.no_setting")}</dd></div>
        <div><dt>${Queue.t("printer.how")}</dt><dd>${Queue.t("printer.how." + printer.how)}</dd></div>
        ${own ? html`<div><dt>${Queue.t("column.state")}</dt><dd data-testid="printer-state">${Desk.word("printer", printer.state)}</dd></div>` : null}</dl>
      <p class="soft reading">${Queue.t("printer.where")}</p>
      ${own ? html`<${Desk.button} icon="printer" word=${Queue.t(printing ? "printer.printing" : "printer.test")} testid="test-print" run=${print} />` : null}</section>`;
  }

  function choose(name) {
    return function () {
      const seen = Desk.data.office.version;
      Desk.press("change_office", { seen: seen, parts: { office: { voice_set: name } } }, function (answer) {
        Desk.advanced(seen, answer.version);
        Desk.load("machine");
        Desk.load("office");
      }, function () { Desk.load("office"); });
    };
  }

  function Voice(props) {
    const voice = props.voice;
    return html`<div class="entry" data-testid=${"voice-" + voice.name}><div class="entry-head"><strong>${voice.name === "shipped" ? Queue.t("voice.shipped") : voice.name}</strong>
        ${voice.chosen ? html`<span class="state state-open">${Queue.t("voice.chosen")}</span>` : null}</div>
      ${voice.complete ? html`<p class="soft">${Queue.t("voice.made", { engine: voice.engine, made: voice.made, languages: voice.languages.join(", ") })}</p>
        <audio class="sample" controls preload="none" src=${Desk.path("voices/" + encodeURIComponent(voice.name) + "/sample.wav")} aria-label=${Queue.t("voice.sample", { name: voice.name })}></audio>
        ${voice.chosen ? null : html`<p><${Desk.button} word=${Queue.t("voice.choose")} testid=${"choose-" + voice.name} run=${choose(voice.name)} /></p>`}`
        : html`<p class="state state-late">${Queue.t("voice.incomplete")}</p><ul>${voice.problems.map(function (problem) { return html`<li key=${problem} lang="en">${problem}</li>`; })}</ul>
        ${voice.more > 0 ? html`<p class="soft">${Queue.t("voice.more", { n: voice.more })}</p>` : null}`}</div>`;
  }

  Desk.Machine = function () {
    const data = Desk.data.machine;
    if (!data) { return html`<${Desk.Loading} />`; }
    return html`<div class="stack"><${Printer} printer=${data.printer} /><${Desk.Webhook} />
      <section class="card"><h2>${Queue.t("voices")}</h2><p class="soft reading">${Queue.t("voices.note")}</p>${data.voices.map(function (voice) { return html`<${Voice} key=${voice.name} voice=${voice} />`; })}</section></div>`;
  };
}());
