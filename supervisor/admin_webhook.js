/* Where alerts are sent, the secret that signs them, and a test. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  let trying = false, shown = false, asked = false;

  function save(event) {
    event.preventDefault();
    Desk.press("set_webhook", { url: event.target.elements.url.value.trim() }, function () { Desk.load("webhook"); });
  }

  function renew() { Desk.press("set_webhook", { url: Desk.data.webhook.url, renew: true }, function () { Desk.load("webhook"); }); }

  function tryIt() {
    if (trying) { return; }
    trying = true;
    Desk.draw();
    Queue.post(Desk.path("webhook"), {}).then(function (answer) {
      trying = false;
      if (!answer.ok) { Desk.refused(answer); } else if (answer.told === "ok") { Desk.say(Queue.t("webhook.arrived")); } else { Desk.refuse(Queue.t("webhook.not_arrived", { why: why(answer.told) })); }
      Desk.load("webhook");
    }, function () {
      trying = false;
      Desk.refuse(Queue.t("sign_in.no_line"));
    });
  }

  function why(told) {
    const status = /^status_(\d+)$/.exec(told);
    return status ? Queue.t("webhook.why.status", { status: status[1] }) : Desk.word("webhook.why", told || "no_word");
  }

  Desk.Webhook = function () {
    const hook = Desk.data.webhook;
    if (!hook) {
      if (!asked) { asked = true; Desk.load("webhook"); }
      return html`<${Desk.Loading} />`;
    }
    return html`<section class="card" data-testid="webhook"><h2>${Queue.t("webhook")}</h2><p class="soft reading">${Queue.t("webhook.note")}</p>
      <form onSubmit=${save} class="stack"><label class="field"><span class="field-label">${Queue.t("webhook.url")}</span><input class="input" name="url" type="text" inputmode="url" maxlength="500" autocomplete="off" spellcheck=${false} defaultValue=${hook.url} placeholder="https://" data-testid="webhook-url" /></label>
        <div class="row"><button type="submit" class="button button-primary" data-testid="webhook-save">${Queue.t("webhook.save")}</button>
        ${hook.url ? html`<${Desk.button} icon="send" word=${Queue.t(trying ? "webhook.trying" : "webhook.try")} testid="webhook-try" run=${tryIt} />` : null}</div></form>
      ${hook.url ? html`<dl class="facts webhook-facts"><div><dt>${Queue.t("webhook.secret")}</dt><dd><code class="webhook-secret" data-testid="webhook-secret">${shown ? hook.secret : "\u2022".repeat(16)}</code></dd></div>
        <div><dt>${Queue.t("webhook.told")}</dt><dd>${hook.told_at ? html`${Queue.t(hook.told === "ok" ? "webhook.arrived" : "webhook.not_arrived", { why: why(hook.told) })} <span class="soft">${Queue.time(hook.told_at)}</span>` : Queue.t("webhook.none_yet")}</dd></div></dl>
        <div class="row"><${Desk.button} kind="button-quiet" icon=${shown ? "eye-off" : "eye"} word=${Queue.t(shown ? "webhook.hide" : "webhook.show")} testid="webhook-show" run=${function () { shown = !shown; Desk.draw(); }} />
          <${Desk.button} kind="button-quiet" icon="refresh" word=${Queue.t("webhook.renew")} testid="webhook-renew" run=${renew} /></div>` : null}</section>`;
  };
}());
