/* What an inspector comes for: the newest seal, a bundle of evidence for a period, and the log itself. Nothing here changes anything. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* days: as typed; newest: the newest seal; events: the page of the log that is shown, from the event `before` back. */
  const proof = { days: null, newest: null, events: null, before: null, refusal: null };

  function lost() { proof.refusal = Queue.t("log.lost"); Desk.draw(); }

  function fetchEvents(before) {
    proof.before = before;
    Desk.get(Desk.logBase() + "/events" + (before ? "?before=" + before : "")).then(function (answer) {
      if (proof.before !== before) { return; }
      if (answer.ok) { proof.events = answer.events; } else { proof.refusal = Queue.refusal(answer); }
      Desk.draw();
    }, lost);
  }

  /** Everything of this part anew. */
  Desk.fetchProof = function () {
    if (!proof.days) { proof.days = { day: Desk.today(), to: Desk.today() }; }
    proof.refusal = null;
    Desk.get(Desk.logBase() + "/seals").then(function (answer) {
      if (answer.ok) { proof.newest = answer.newest; } else { proof.refusal = Queue.refusal(answer); }
      Desk.draw();
    }, lost);
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
    Desk.startExport("evidence", Object.assign({}, proof.days));
  }

  function Bundles() {
    const bundles = Desk.exportsOf("evidence"), busy = bundles.asking || bundles.making;
    return html`<section class="card stack-tight" data-testid="proof-bundle"><h2 class="title-m">${Queue.t("proof.bundle")}</h2>
      <p>${Queue.t("proof.bundle.text")}</p>
      <form class="filters" onSubmit=${make}>${date("day", Queue.t("proof.from"))}${date("to", Queue.t("proof.to"))}
        <div class="filter-acts"><button type="submit" class="button button-primary" data-testid="make-bundle" aria-disabled=${bundles.asking ? "true" : null}>
          ${Desk.icon("files")}<span>${Queue.t(busy ? "proof.making" : "proof.make")}</span></button></div></form>
      ${bundles.list.length ? html`<ul class="plain jobs">${bundles.list.slice(0, 5).map(function (job) {
        return html`<${Desk.Job} key=${job.id} job=${job} />${job.seal ? html`<li class="text-s bundle-seal">${Queue.t("proof.ends")}<br /><code>${job.seal}</code></li>` : null}`;
      })}</ul><p class="soft text-s">${Queue.t("proof.kept")}</p>` : null}</section>`;
  }

  function Check() {
    return html`<section class="card stack-tight"><h2 class="title-m">${Queue.t("proof.check")}</h2><ol class="steps">
      ${[1, 2, 3, 4, 5].map(function (n) {
        return html`<li key=${n}>${Queue.t("proof.check." + n)}${n === 3 ? html`<br /><a class="button" href="/verifier.py" download="verifier.py" data-testid="verifier">${Desk.icon("download")}<span>${Queue.t("proof.verifier")}</span></a>` : null}</li>`;
      })}</ol></section>`;
  }

  function body(found) {
    return Object.keys(found).map(function (key) { return key + ": " + (typeof found[key] === "object" ? JSON.stringify(found[key]) : found[key]); }).join(", ");
  }

  /** A long content is opened when it is wanted. */
  function Content(props) {
    const text = body(props.of);
    if (text.length <= 240) { return text; }
    return html`<details><summary>${text.slice(0, 160)} …</summary>${text}</details>`;
  }

  function Log() {
    const events = proof.events || [], last = events.length ? events[events.length - 1].seq : 0;
    return html`<section class="card"><div class="log-head"><h2 class="title-m">${Queue.t("proof.log")}</h2><p class="soft text-s">${Queue.t("proof.log.text")}</p></div>
      <div class="table-wrap" tabindex="0" role="region" aria-label=${Queue.t("proof.log")}><table class="events" data-testid="events">
        <thead><tr>${["seq", "at", "kind", "actor", "step", "body", "hash"].map(function (name) { return html`<th key=${name} scope="col">${Queue.t("proof." + name)}</th>`; })}</tr></thead>
        <tbody>${events.map(function (e) {
          return html`<tr key=${e.seq}><td class="number">${e.seq}</td><td class="number">${when(e.at)}</td><td>${e.kind}</td><td>${e.actor || ""}</td><td class="number">${e.step || ""}</td>
            <td class="event-body"><${Content} of=${e.body} /></td><td><code title=${e.hash}>${e.hash.slice(0, 12)}</code></td></tr>`;
        })}</tbody></table></div>
      <nav class="pages row" aria-label=${Queue.t("pages")}>
        <${Desk.button} word=${Queue.t("proof.log.newest")} icon="refresh" run=${function () { fetchEvents(null); }} testid="events-newest" />
        <${Desk.button} word=${Queue.t("proof.log.older")} icon="chevron-right" off=${last <= 1} run=${function () { if (last > 1) { fetchEvents(last); } }} testid="events-older" /></nav></section>`;
  }

  Desk.Proof = function () {
    if (!proof.days) { return null; }
    return html`<div class="stack" data-testid="proof">
      ${proof.refusal ? html`<p class="notice notice-warn" role="alert">${Desk.icon("alert-triangle")}<span>${proof.refusal}</span></p>` : null}
      <${Seal} /><${Bundles} /><${Check} /><${Log} /></div>`;
  };
}());
