/* The register of standards: for each service every version, from when to when, by which decree, and what it changed. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const MINUTES = ["wait_min", "service_min", "visit_min"], DATES = ["valid_from", "valid_to"], CLOCKS = ["wait_from", "wait_to", "service_from", "counts"];

  const register = { found: null, refusal: null, open: {} };

  Desk.fetchStandards = function () {
    Desk.get(Desk.logBase() + "/standards").then(function (answer) {
      if (answer.ok) { register.found = answer; register.refusal = null; } else { register.refusal = Queue.refusal(answer); }
      Desk.draw();
    }, function () { register.refusal = Queue.t("log.lost"); Desk.draw(); });
  };

  /** "2026-11-30" as people write it. */
  Desk.dateWords = function (iso) { return Queue.date(Date.parse(iso + "T05:00:00Z")); };

  function minutes(n) { return n === null || n === undefined ? Queue.t("register.not_stated") : Queue.t("register.minutes", { n: n }); }

  function channels(version) {
    return ["door", "online", "staff", "priority"].filter(function (name) { return version.promise[name]; });
  }

  /* One side of a change, in words. */
  function value(field, given) {
    if (MINUTES.indexOf(field) >= 0) { return minutes(given); }
    if (given === null || given === undefined || given === "") { return Queue.t("register.nothing"); }
    if (DATES.indexOf(field) >= 0) { return Desk.dateWords(given); }
    if (CLOCKS.indexOf(field) >= 0) { return Queue.t("register." + field + "." + given); }
    return typeof given === "object" ? Queue.say(given) : given;
  }

  function Change(props) {
    const change = props.change, field = change.field;
    const of = field === "component" ? Queue.t("component." + change.of) : Queue.t("register." + field) + (change.of ? " (" + Queue.t("register.channel." + change.of) + ")" : "");
    return html`<li><strong>${of}</strong>: <del>${value(field, change.before)}</del> ${Desk.icon("arrow-right")} <span class="unseen">${Queue.t("register.became")}</span><ins>${value(field, change.after)}</ins></li>`;
  }

  function Stated(props) {
    const version = props.version;
    return html`<div class="table-box"><table class="table stated"><thead><tr><th scope="col">${Queue.t("register.for")}</th><th scope="col" class="figure">${Queue.t("register.wait_min")}</th><th scope="col" class="figure">${Queue.t("register.service_min")}</th></tr></thead>
      <tbody>${channels(version).map(function (name) {
        const one = version.promise[name];
        return html`<tr key=${name}><th scope="row">${Queue.t("register.channel." + name)}</th><td class="figure">${minutes(one.wait_min)}</td><td class="figure">${minutes(one.service_min)}</td></tr>`;
      })}</tbody></table></div>
      <p>${Queue.t("register.visit_min")}: <strong>${minutes(version.visit_min)}</strong></p>`;
  }

  /* In sentences, because "started" alone explains nothing to who reads it first. */
  function ClockWords(props) {
    const clocks = props.version.clocks;
    return html`<ul class="plain clocks" data-testid="clocks">
      <li>${Queue.t("register.clock.wait", { from: Queue.t("register.wait_from." + clocks.wait_from), to: Queue.t("register.wait_to." + clocks.wait_to) })}</li>
      <li>${Queue.t("register.clock.service", { from: Queue.t("register.service_from." + clocks.service_from) })}</li>
      <li>${Queue.t("register.clock.visit", { from: Queue.t("register.wait_from." + clocks.wait_from) })}</li>
      <li>${Queue.t("register.counts")}: ${Queue.t("register.counts." + clocks.counts)}</li>
      <li>${Queue.t("register.clock.parked")}</li></ul>`;
  }

  function Components(props) {
    const found = register.found, version = props.version;
    const shown = function (part) {
      const words = version.components[part];
      return html`<div key=${part}><dt>${Queue.t("component." + part)}</dt><dd class=${words ? "" : "soft"}>${words ? Queue.say(words) : Queue.t("register.nothing")}</dd></div>`;
    };
    const others = found.components.filter(function (part) { return found.published.indexOf(part) < 0; });
    return html`<h4>${Queue.t("register.published")}</h4><dl class="component-list">${found.published.map(shown)}</dl>
      <h4>${Queue.t("register.others")}</h4><dl class="component-list">${others.map(shown)}</dl>`;
  }

  function Version(props) {
    const version = props.version, key = props.service + "/" + version.version, open = Boolean(register.open[key]);
    const until = version.last_day && version.last_day >= version.begins ? Queue.t("register.until", { from: Desk.dateWords(version.valid_from), to: Desk.dateWords(version.last_day) })
      : version.last_day ? Queue.t("register.never") : Queue.t("register.since", { from: Desk.dateWords(version.valid_from) });
    return html`<li class="version" data-testid=${"standard-" + props.service + "-" + version.version} data-standing=${version.standing}>
      <div class="version-head"><h3>${Queue.t("register.version", { n: version.version })}</h3><span class=${"state standing-" + version.standing}>${Queue.t("register.standing." + version.standing)}</span>
        <span>${until}</span></div>
      <p class="soft text-s">${version.decree || Queue.t("register.no_decree")}${version.published_at ? " · " + Queue.t("register.by", { date: Queue.date(version.published_at), time: Queue.time(version.published_at), name: version.by || Queue.t("register.shell") }) : ""} · ${Queue.t("register.id", { id: version.id })}</p>
      <p class="version-figures">${Queue.t("register.short", { wait: minutes(version.promise.door.wait_min), service: minutes(version.promise.door.service_min), visit: minutes(version.visit_min) })}</p>
      ${version.changes.length ? html`<ul class="changes" data-testid=${"changes-" + props.service + "-" + version.version}>${version.changes.map(function (change, n) { return html`<${Change} key=${n} change=${change} />`; })}</ul>` : null}
      <${Desk.button} kind="button-quiet" icon=${open ? "chevron-up" : "chevron-down"} word=${Queue.t(open ? "register.less" : "register.whole")} open=${open} testid=${"whole-" + props.service + "-" + version.version}
        run=${function () { register.open[key] = !open; Desk.draw(); }} />
      ${open ? html`<div class="version-whole stack"><${Stated} version=${version} /><${ClockWords} version=${version} /><${Components} version=${version} /></div>` : null}</li>`;
  }

  function Gap(props) {
    if (!props.gap) { return null; }
    const date = props.gap[1] ? Desk.dateWords(props.gap[1]) : "";
    return html`<p class="notice notice-warn" role="status">${Desk.icon("alert-triangle")}<span>${Queue.t("alert." + props.gap[0] + (date ? "" : ".ever"), { name: Queue.say(props.name), date: date })}</span></p>`;
  }

  Desk.Register = function (props) {
    if (register.refusal) { return html`<p class="notice notice-warn" role="alert">${Desk.icon("alert-triangle")}<span>${register.refusal}</span></p>`; }
    if (!register.found) { return html`<p class="soft" role="status">${Queue.t("register.loading")}</p>`; }
    return html`<div class="register stack" data-testid="register"><p class="soft">${Queue.t("register.note")}${props.may ? html` <a href=${"/admin/" + Queue.meta("office") + "#office"}>${Queue.t("register.edit")}</a>` : null}</p>
      ${register.found.services.map(function (service) {
        return html`<section class="card" key=${service.key} data-testid=${"register-" + service.key}><h2 class="service-title">${Desk.badge(Desk.serviceOf(props.picture, service.key))}<span>${Queue.say(service.name)}</span>${service.there ? null : html`<span class="soft"> ${Queue.t("register.gone")}</span>`}</h2>
          <${Gap} gap=${service.gap} name=${service.name} />
          <ol class="plain versions">${service.versions.map(function (version) { return html`<${Version} key=${version.id} version=${version} service=${service.key} />`; })}</ol></section>`;
      })}</div>`;
  };
}());
