/* The parts of the helper's page: whom to fetch, a number for somebody, and the numbers that were taken for people. */
(function () {
  "use strict";
  const Helper = (window.Helper = window.Helper || {});
  const Counter = window.Counter, Queue = window.Queue;
  const html = window.htmPreact.html;
  const OPEN = ["issuing", "waiting", "called", "serving", "parked"];

  Helper.Fetch = function (props) {
    const empty = html`<p class="empty">${Queue.t("fetch.none")}</p>`;
    return html`<section class="card" aria-labelledby="fetch-title"><h2 id="fetch-title" class="text-l">${Queue.t("list.fetch")}</h2>
      <div aria-live="polite"><${Counter.FetchList} rows=${props.picture.fetch} now=${props.now} soon=${true} empty=${empty} run=${function (row) { Helper.act("fetched", { step: row.step }, "fetched:" + row.step); }} /></div></section>`;
  };

  function toggle(name, on, word, run) {
    return html`<button type="button" class="button toggle" aria-pressed=${String(on)} data-testid=${name} onClick=${run}>${word}</button>`;
  }

  /** A number for somebody without a phone: the service, the class, what they need; all in one press. */
  Helper.Issue = function (props) {
    const picture = props.picture, open = props.issue, change = props.change;
    const service = picture.services.filter(function (one) { return one.key === open.service; })[0];
    if (!service) {
      return html`<section class="card" aria-labelledby="issue-title"><h2 id="issue-title" class="text-l">${Queue.t("issue.title")}</h2>
        <div class="services">${picture.services.filter(function (one) { return one.may.code !== "stage_only"; }).map(function (one) {
          const off = one.may && !one.may.allowed;
          return html`<button type="button" class="button service" key=${one.key} data-testid=${"service-" + one.key} aria-disabled=${off ? "true" : null} onClick=${function () { if (!off) { change({ service: one.key }); } }}>
            ${Counter.badge(one)}<span class="word">${Queue.say(one.name)}<small class="choice-after">${off ? Queue.refusal({ refused: one.may.code, facts: one.may.facts }) : Queue.t("service.waiting", { waiting: one.waiting })}</small></span></button>`;
        })}</div></section>`;
    }
    const law = Queue.t("law.text", { classes: picture.classes.map(function (code) { return Queue.t("law." + code); }).join(", ") }) + " (" + Queue.t("law.source") + ")";
    const more = html`<div class="toggles" role="group" aria-label=${Queue.t("issue.class")}>
        ${toggle("class-ordinary", !open.priority, Queue.t("class.ordinary"), function () { change({ priority: false }); })}
        ${toggle("class-priority", open.priority, Queue.t("class.priority"), function () { change({ priority: true }); })}</div>
      <p class="soft text-s">${law}</p>
      <div class="toggles" role="group" aria-label=${Queue.t("issue.language")}>${["id", "en"].map(function (language) {
        return toggle("speaks-" + language, open.language === language, Queue.t("language." + language), function () { change({ language: language }); });
      })}</div>`;
    const take = function (said) {
      Helper.act("issue", Object.assign({ service: service.key, priority: open.priority, language: open.language }, said), "issue", function (answer) {
        if (answer && answer.ok) { Helper.issued(answer.ticket); }
      });
    };
    return html`<section class="card" aria-labelledby="issue-title" data-testid="issue-form"><h2 id="issue-title" class="text-l" tabindex="-1">${Queue.say(service.name)}</h2>
      <${Counter.NeedsForm} row=${{ step: "new" }} asks=${picture.needs} redraw=${props.redraw} save=${take} more=${more} word="issue.take" />
      <button type="button" class="button button-quiet" data-testid="issue-back" onClick=${function () { Counter.forgetNeeds(); change({ service: null }); }}>${Queue.t("issue.back")}</button></section>`;
  };

  function words(row) {
    const facts = { counter: Queue.say(row.counter), time: Queue.time(row.called_at || row.ended_at || row.issued_at) };
    if (row.held) { return Queue.t("mine.held", facts); }
    return Queue.t("mine." + row.state, facts);
  }

  function act(name, row, icon, word, run) {
    return html`<button type="button" class="button" key=${name} data-testid=${name + "-" + row.step} aria-label=${word + " " + row.label} onClick=${run}>${Counter.icon(icon)}<span>${word}</span></button>`;
  }

  function acts(props, row) {
    const found = [], asked = props.asked;
    if (row.held) { found.push(act("fetched", row, "check", Queue.t("act.fetched"), function () { Helper.act("fetched", { step: row.step }, "fetched:" + row.step); })); }
    if (OPEN.indexOf(row.state) >= 0) { found.push(act("print", row, "printer", Queue.t("mine.print"), function () { Helper.print(row); })); }
    if (row.state === "waiting" || row.state === "called" || row.state === "parked") {
      if (asked === row.step) {
        found.push(act("cancel-yes", row, "x", Queue.t("mine.cancel.yes"), function () { Helper.ask(null); Helper.act("cancel", { step: row.step, reason: "visitor_asked" }, "cancel"); }));
        found.push(act("cancel-no", row, "arrow-left", Queue.t("no"), function () { Helper.ask(null); }));
      } else { found.push(act("cancel", row, "circle-x", Queue.t("mine.cancel"), function () { Helper.ask(row.step); })); }
    }
    return found;
  }

  Helper.Mine = function (props) {
    const rows = props.rows;
    return html`<section class="card" aria-labelledby="mine-title"><h2 id="mine-title" class="text-l">${Queue.t("mine.title")}</h2>
      ${!rows ? html`<p class="empty">${Queue.t("line.connecting")}</p>` : !rows.length ? html`<p class="empty">${Queue.t("mine.none")}</p>`
      : html`<ul class="plain rows" data-testid="mine">${rows.map(function (row) {
        return html`<li class=${"mine-row mine-" + row.state} key=${row.step} data-testid=${"mine-" + row.step} data-state=${row.held ? "held" : row.state}>
          <div><strong class="number mine-label">${row.label}</strong> <span>${Counter.serviceName(props.picture, row.service)}</span> ${row.priority ? Counter.classMark(true) : null}</div>
          <p class="mine-state">${row.state === "called" ? Counter.icon("bell-ringing") : null}<span>${words(row)}</span></p>
          ${Counter.needMarks(row)}<div class="row-acts">${acts(props, row)}</div></li>`;
      })}</ul>`}</section>`;
  };

  /** The slip for window.print(), where this server has no printer of its own. */
  Helper.slip = function (row, picture) {
    if (!row) { return null; }
    return html`<div class="slip"><p><strong>${picture.office.name}</strong></p><p class="slip-number">${row.label}</p>
      <p>${Counter.serviceName(picture, row.service)}</p><p>${Queue.date(row.issued_at) + ", " + Queue.time(row.issued_at)}</p>
      ${row.qr ? html`<p><img src=${row.qr} alt="" /></p>` : null}</div>`;
  };
}());
