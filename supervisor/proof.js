/* What an inspector comes for: the newest seal, a bundle of evidence for a period, and the log itself. Nothing here changes anything. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* days: as typed; newest: the newest seal; known: the seq of the newest that a picture named; events: the page of the log that
     is shown, from the event `before` back. */
  const proof = { days: null, newest: null, known: 0, events: null, before: null, refusal: null };

  function lost() { proof.refusal = Queue.t("log.lost"); Desk.draw(); }

  function fetchEvents(before) {
    proof.before = before;
    Desk.get(Desk.logBase() + "/events" + (before ? "?before=" + before : "")).then(function (answer) {
      if (proof.before !== before) { return; }
      if (answer.ok) { proof.events = answer.events; } else { proof.refusal = Queue.refusal(answer); }
      Desk.draw();
    }, lost);
  }

  function fetchSeal() {
    Desk.get(Desk.logBase() + "/seals").then(function (answer) {
      if (answer.ok) { proof.newest = answer.newest; } else { proof.refusal = Queue.refusal(answer); }
      Desk.draw();
    }, lost);
  }

  /* One that was made since, for a bundle or because its time had come, is asked for once: the picture names it. */
  function renew(seal) {
    if (!seal || seal.seq <= proof.known) { return; }
    proof.known = seal.seq;
    if (proof.newest && proof.newest.seq < seal.seq) { fetchSeal(); }
  }

  /** Everything of this part anew. */
  Desk.fetchProof = function () {
    if (!proof.days) { proof.days = { day: Desk.today(), to: Desk.today() }; }
    proof.refusal = null;
    fetchSeal();
    fetchEvents(null);
    Desk.fetchExports();
  };

  function when(ms) { return Queue.date(ms) + ", " + Queue.time(ms); }

  function Seal() {
    const seal = proof.newest;
    return html`<section class="card stack-tight" data-testid="proof-seal"><h2 class="title-m">${Queue.t("proof.seal")}</h2>
      ${seal ? html`<p class="seal-text"><code data-testid="seal-text">${seal.text}</code></p>
        <p class="soft text-s">${Queue.t("proof.seal.at", { when: when(seal.at), seq: seal.seq })}</p>` : html`<p class="soft">${Queue.t("proof.seal.none")}</p>`}
      <p>${Queue.t("proof.seal.text")}</p>
      <p><a class="button" href=${Desk.logBase() + "/seal"} target="_blank" rel="noopener" data-testid="seal-print">${Desk.icon("printer")}<span>${Queue.t("proof.seal.print")}</span></a></p></section>`;
  }

  function date(name, word) {
    const set = function (event) {
      proof.days[name] = event.target.value;
      if (name === "day" && proof.days.to < proof.days.day) { proof.days.to = proof.days.day; }
      Desk.draw();
    };
    return html`<label class="field"><span class="field-label">${word}</span>
      <input class="input" type="date" required value=${proof.days[name]} onInput=${set} data-testid=${"proof-" + name} /></label>`;
  }

  function make(event) {
    event.preventDefault();
    /* It ends with a seal of its own, made at once: that is the newest now, and stands in the log. */
    Desk.startExport("evidence", Object.assign({}, proof.days), function () {
      fetchSeal();
      if (proof.before === null) { fetchEvents(null); }
    });
  }

  function Bundles() {
    const bundles = Desk.exportsOf("evidence"), busy = bundles.asking || bundles.making;
    return html`<section class="card stack-tight" data-testid="proof-bundle"><h2 class="title-m">${Queue.t("proof.bundle")}</h2>
      <p>${Queue.t("proof.bundle.text")}</p>
      <form class="filters proof-days" onSubmit=${make}>${date("day", Queue.t("proof.from"))}${date("to", Queue.t("proof.to"))}
        <div class="filter-acts"><button type="submit" class="button button-primary" data-testid="make-bundle" aria-disabled=${bundles.asking ? "true" : null}>
          ${Desk.icon("files")}<span>${Queue.t(busy ? "proof.making" : "proof.make")}</span></button></div></form>
      ${bundles.list.length ? html`<ul class="plain jobs">${bundles.list.slice(0, 5).map(function (job) {
        return html`<${Desk.Job} key=${job.id} job=${job} />${job.seal ? html`<li class="text-s bundle-seal">${Queue.t("proof.ends")}<br /><code>${job.seal}</code>${job.files ? html`<br />${Queue.t("proof.files")}<br /><code data-testid="list-code">${job.files}</code>` : null}</li>` : null}`;
      })}</ul><p class="soft text-s">${Queue.t("proof.kept")}</p>` : null}</section>`;
  }

  function Check() {
    return html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("proof.check")}</h2><ol class="steps">
      ${[1, 2, 3, 4, 5].map(function (n) {
        return html`<li key=${n}>${Queue.t("proof.check." + n)}${n === 3 ? html`<br /><a class="button" href="/verifier.py" download="verifier.py" data-testid="verifier">${Desk.icon("download")}<span>${Queue.t("proof.verifier")}</span></a>` : null}</li>`;
      })}</ol></section>`;
  }

  function Log(props) {
    const events = proof.events || [], last = events.length ? events[events.length - 1].seq : 0;
    return html`<section class="card"><div class="log-head"><h2 class="title-m">${Queue.t("proof.log")}</h2><p class="soft text-s">${Queue.t("proof.log.text")}</p></div>
      <div class="table-wrap" tabindex="0" role="region" aria-label=${Queue.t("proof.log")}><table class="events" data-testid="events">
        <thead><tr>${["seq", "at", "kind", "actor", "step", "body", "hash"].map(function (name) { return html`<th key=${name} scope="col">${Queue.t("proof." + name)}</th>`; })}</tr></thead>
        <tbody>${events.map(function (e) {
          return html`<tr key=${e.seq}><td class="number">${e.seq}</td><td class="event-at"><span class="nowrap">${Desk.day(e.at)}</span> <span class="number">${Desk.second(e.at)}</span></td><td>${Desk.word("event", e.kind)}<br /><code class="soft">${e.kind}</code></td><td title=${e.actor || ""}>${Desk.actorWords(e.actor)}</td><td class="number">${e.step || ""}</td>
            <td class="event-body"><${Desk.EventBody} body=${e.body} picture=${props.picture} /></td><td><code title=${e.hash}>${e.hash.slice(0, 12)}</code></td></tr>`;
        })}</tbody></table></div>
      <nav class="pages row" aria-label=${Queue.t("pages")}>
        <${Desk.button} word=${Queue.t("proof.log.newest")} icon="refresh" run=${function () { fetchEvents(null); }} testid="events-newest" />
        <${Desk.button} word=${Queue.t("proof.log.older")} icon="chevron-right" off=${last <= 1} run=${function () { if (last > 1) { fetchEvents(last); } }} testid="events-older" /></nav></section>`;
  }

  Desk.Proof = function (props) {
    if (!proof.days) { return null; }
    renew(props.picture.office.seal);
    return html`<div class="stack" data-testid="proof">
      ${proof.refusal ? html`<p class="notice notice-warn" role="alert">${Desk.icon("alert-triangle")}<span>${proof.refusal}</span></p>` : null}
      <${Seal} /><${Bundles} /><${Check} /><${Log} picture=${props.picture} /></div>`;
  };
}());
