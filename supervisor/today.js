/* Today at a glance: what needs somebody, four figures, and each service against its promise. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const ICONS = { not_fetched: "walk", late: "clock", will_be_late: "hourglass", no_board: "device-tv", board_mute: "volume-off", printer_down: "printer-off", printer_low: "printer-off", board_unseen: "device-tv", paper_waiting: "ticket",
    standard_none: "certificate", standard_ends: "certificate", backup_failed: "database", backup_never: "database", backup_old: "database", complaint_due: "message-report", complaint_late: "message-report", brokers: "eye" };
  const COMPLAINTS = ["complaint_due", "complaint_late"];
  /* For whoever sets the office up or passes by: no alarm. */
  const HINTS = ["board_unseen", "paper_waiting", "brokers"];
  const URGENT = ["not_fetched", "late", "no_board", "printer_down", "backup_failed", "backup_never", "backup_old", "complaint_late"];

  function alertWords(alert) {
    const facts = Object.assign({}, alert.facts);
    if (facts.name) { facts.name = Queue.say(facts.name); }
    if (facts.date) { facts.date = Desk.dateWords(facts.date); }
    if (facts.state) { facts.state = Desk.word("printer", facts.state); }
    if (alert.code === "will_be_late") { facts.when = facts.minutes ? Queue.t("alert.in_minutes", facts) : Queue.t("alert.any_moment"); }
    const key = "alert." + alert.code + (facts.n > 1 && alert.code === "late" ? ".many" : alert.code === "standard_none" && !facts.date ? ".ever" : "");
    return Queue.t(key, facts);
  }

  /** What somebody must act on; hints are no part of it. */
  Desk.alarms = function (picture) {
    return picture.alerts.filter(function (alert) { return HINTS.indexOf(alert.code) < 0; });
  };

  function levelOf(alert) {
    if (HINTS.indexOf(alert.code) >= 0) { return "notice-info"; }
    return URGENT.indexOf(alert.code) >= 0 ? "notice-bad" : "notice-warn";
  }

  /* A remedy is for an unusual moment: "as usual again" is no reason for one. */
  function usual(code) { return code !== "back_as_usual"; }

  /* The act that a remedy comes to: a counter takes a service, or one that was closed by hand is opened. */
  function actOf(remedy, picture) {
    const counter = picture.counters.filter(function (one) { return one.key === remedy.counter; })[0];
    if (remedy.kind === "move") { return { name: "move_service", args: { counter: remedy.counter, service: remedy.service, on: true }, codes: picture.reasons.move.filter(usual) }; }
    return counter && counter.state === "locked" && !counter.room ? { name: "open_counter", args: { counter: remedy.counter }, codes: picture.reasons.open_counter.filter(usual) } : null;
  }

  /* What the supervisor looked at when the question opened: a newer forecast changes nothing under the finger. */
  let asked = null;

  function Why(props) {
    const remedy = asked, act = actOf(remedy, props.picture);
    if (!act) { return null; }
    const facts = { counter: Desk.counterName(props.picture, remedy.counter), service: Desk.serviceName(props.picture, remedy.service), kept: remedy.kept, late: remedy.late };
    const followed = { service: remedy.service, late: remedy.late, kept: remedy.kept, until_at: remedy.until_at };
    return html`<div class="remedy-why"><${Desk.Reasons} title=${Queue.t("remedy." + remedy.kind + "_ask", facts)} first=${{ code: "forecast", word: Queue.t("remedy.reason", facts) }} codes=${act.codes}
      choose=${function (code) { Desk.press(act.name, Object.assign({ reason: code }, act.args, code === "forecast" ? { remedy: followed } : {})); }} /></div>`;
  }

  /* Nobody can be made to sit down by a press: then it says what to ask for. */
  function seatWords(remedy, picture) {
    const counter = picture.counters.filter(function (one) { return one.key === remedy.counter; })[0];
    if (remedy.kind !== "open" || !counter || (!counter.room && counter.state !== "closed" && counter.state !== "paused")) { return null; }
    if (counter.room) { return html` <a class="alert-link" href=${"/units/" + Queue.meta("office") + "/" + counter.room} data-testid="remedy-room">${Queue.t("remedy.open.unit", { counter: Queue.say(counter.name) })}</a>`; }
    return html` <span>${Queue.t(counter.state === "paused" ? "remedy.open.paused" : "remedy.open.nobody", { counter: Queue.say(counter.name) })}</span>`;
  }

  /** What helps, as the simulation of the next hour found it; done with two presses, the second says why. */
  function Remedy(props) {
    const remedy = props.remedy;
    if (!remedy) { return html`<span class="remedy soft" data-testid="remedy">${Queue.t("remedy.none")}</span>`; }
    const words = Queue.t("remedy." + remedy.kind, { counter: Desk.counterName(props.picture, remedy.counter), service: Desk.serviceName(props.picture, remedy.service),
      time: Queue.time(remedy.until_at), kept: remedy.kept, late: remedy.late });
    const open = Desk.isOpen("remedy", remedy.service), doing = remedy.kind === "move" ? "remedy.move.do" : "remedy.open.do";
    return html`<span class="remedy" data-testid="remedy">${Desk.icon("bulb")}<span>${words}${seatWords(remedy, props.picture)}</span>
      ${props.may && actOf(remedy, props.picture) ? html`<${Desk.button} word=${Queue.t(doing, { counter: Desk.counterName(props.picture, remedy.counter) })} testid=${"do-" + remedy.service} open=${open}
        run=${function () { asked = remedy; Desk.open("remedy", remedy.service); }} />` : null}</span>
      ${props.may && open ? html`<${Why} picture=${props.picture} />` : null}`;
  }

  Desk.Alerts = function (props) {
    const alarms = Desk.alarms(props.picture);
    const alerts = alarms.concat(props.picture.alerts.filter(function (alert) { return alarms.indexOf(alert) < 0; }));
    /* A hint is something to do as well: "nothing to do" stands alone or not at all. */
    if (!alerts.length) {
      return html`<p class="notice notice-good calm" data-testid="calm">${Desk.icon("circle-check")}<span>${Queue.t("alert.none")}</span></p>`;
    }
    return html`<ul class="plain alerts" aria-label=${Queue.t("alerts")}>${alerts.map(function (alert, index) {
      return html`<li key=${alert.code + index} class=${"notice " + levelOf(alert)} data-testid=${"alert-" + alert.code}>
        ${Desk.icon(ICONS[alert.code] || "alert-triangle")}<span>${alertWords(alert)}</span>
        ${alert.code === "will_be_late" ? html`<${Remedy} remedy=${alert.facts.remedy} ...${props} />` : null}
        ${alert.code === "late" ? html`<a class="alert-link" href="#log" onClick=${function () { Desk.showLog({ service: alert.facts.service }); }}>${Queue.t("show_rows")}</a>` : null}
        ${alert.code === "not_fetched" ? html`<a class="alert-link" href=${"/helper/" + Queue.meta("office")}>${Queue.t("show_helper")}</a>` : null}
        ${COMPLAINTS.indexOf(alert.code) >= 0 ? html`<a class="alert-link" href=${"/complaints/" + Queue.meta("office")}>${Queue.t("tab.complaints")}</a>` : null}
        ${alert.code === "brokers" ? html`<a class="alert-link" href=${"/reservations/" + Queue.meta("office")}>${Queue.t("tab.reservations")}</a>` : null}</li>`;
    })}</ul>`;
  };

  function longest(picture) {
    return picture.services.reduce(function (found, service) {
      return service.longest_since && (!found || service.longest_since < found.longest_since) ? service : found;
    }, null);
  }

  function sum(picture, get) { return picture.services.reduce(function (total, service) { return total + get(service); }, 0); }

  /** The services' shares added up; what they leave out as well. */
  Desk.together = function (picture, name) {
    const all = { on_time: 0, judged: 0, left_out: {}, plausible: { on_time: 0, judged: 0 } };
    picture.services.forEach(function (service) {
      const part = service[name];
      all.on_time += part.on_time;
      all.judged += part.judged;
      all.plausible.on_time += part.plausible.on_time;
      all.plausible.judged += part.plausible.judged;
      Object.keys(part.left_out).forEach(function (why) { all.left_out[why] = (all.left_out[why] || 0) + part.left_out[why]; });
    });
    return all;
  };

  function Figure(props) {
    return html`<section class=${"card figure-card" + (props.bad ? " is-bad" : "")} data-testid=${"figure-" + props.name}>
      <h2 class="figure-name">${Queue.t("figure." + props.name)}</h2>
      <p class="figure-value">${props.value}</p>
      <p class="figure-note">${props.note}</p></section>`;
  }

  function waitedNote(service, picture) {
    if (!service) { return Queue.t("figure.longest.nobody"); }
    return html`<span class="number">${service.oldest_label || ""}</span> ${Queue.say(service.name)}${service.oldest_stated_min === null ? "" : " · " + Desk.stated([service.oldest_stated_min])}`;
  }

  /** Numbers from phones whose holders have not come yet: they do not wait here, so they are told apart. */
  function notArrived(n) { return n ? html`<span class="not-arrived" data-testid="not-arrived">${Queue.t("not_arrived", { n: n })}</span>` : null; }

  Desk.Figures = function (props) {
    const picture = props.picture, first = longest(picture), wait = Desk.together(picture, "wait");
    const late = sum(picture, function (s) { return s.late; }), soon = sum(picture, function (s) { return s.soon; });
    const missed = sum(picture, function (s) { return s.no_shows; }), away = sum(picture, function (s) { return s.not_arrived; });
    return html`<div class="figures">
      <${Figure} name="waiting" value=${sum(picture, function (s) { return s.waiting; })} bad=${late > 0}
        note=${html`${late || soon ? Queue.t("figure.waiting.note", { late: late, soon: soon }) : Queue.t("figure.waiting.calm")}${notArrived(away)}`} />
      <${Figure} name="longest" value=${first ? Desk.span(props.now - first.longest_since) : "–"} bad=${first && first.late > 0} note=${waitedNote(first, picture)} />
      <${Figure} name="served" value=${sum(picture, function (s) { return s.served; })} note=${Queue.t("figure.served.note", { missed: missed })} />
      <${Figure} name="on_time" value=${wait.judged ? Desk.percent(wait.on_time, wait.judged) : "–"}
        note=${wait.judged ? Queue.t("share.of", { on_time: wait.on_time, judged: wait.judged }) + (Desk.leftOut(Desk.ended(wait)) ? " · " + Desk.leftOut(Desk.ended(wait)) : "") + (Desk.plausible(wait) ? " · " + Desk.plausible(wait) : "") : Queue.t("share.none")} />
    </div>`;
  };

  function pauseTool(service, props) {
    if (!props.may) { return service.paused ? html`<span class="state state-paused">${Queue.t("service.paused")}</span>` : null; }
    if (service.paused) {
      return html`<${Desk.button} word=${Queue.t("act.resume_service")} icon="player-play" testid=${"resume-" + service.key}
        run=${function () { Desk.press("resume_service", { service: service.key }); }} />`;
    }
    return html`<${Desk.button} kind="button-quiet" word=${Queue.t("act.pause_service")} icon="player-pause" testid=${"pause-" + service.key}
      open=${Desk.isOpen("pause", service.key)} run=${function () { Desk.open("pause", service.key); }} />`;
  }

  function timesOf(part, stated) {
    return html`<div class="times"><span class="times-words">${part.median_ms === null ? html`<span class="soft">–</span>`
      : Queue.t("median", { time: Desk.span(part.median_ms), worst: Desk.span(part.worst_ms) })}
      ${!stated.length ? null : html`<span class="soft">${Desk.stated(stated)}</span>`}</span><${Desk.Share} part=${Desk.ended(part)} /></div>`;
  }

  /* What is still under way is told once for all services: on a busy morning it stood in every line. */
  function UnderWay(props) {
    const n = ["wait", "service"].map(function (name) { return Desk.together(props.picture, name).left_out.not_yet_known || 0; });
    if (!n[0] && !n[1]) { return null; }
    return html`<p class="soft text-s" data-testid="under-way">${Queue.t("share.under_way", { wait: n[0], service: n[1] })}</p>`;
  }

  function ServiceRow(props) {
    const service = props.service, name = Queue.say(service.name);
    const waited = service.longest_since ? Desk.span(props.now - service.longest_since) : "–";
    const rows = [html`<tr key=${service.key} data-testid=${"service-" + service.key}>
      <th scope="row"><a class="service-name" href="#log" title=${Queue.t("show_rows")} onClick=${function () { Desk.showLog({ service: service.key }); }}>${Desk.badge(service)}<span>${name}</span></a>
        ${service.paused ? html`<span class="state state-paused">${Queue.t("service.paused_because", { reason: Desk.word("reason", service.paused) })}</span>` : null}</th>
      ${Desk.cell(Queue.t("column.waiting"), html`${service.waiting}${service.late ? html` <span class="state state-breached">${Queue.t("service.late", { n: service.late })}</span>` : null}${notArrived(service.not_arrived)}`, "figure")}
      ${Desk.cell(Queue.t("column.longest"), waited, "figure")}
      ${Desk.cell(Queue.t("column.served"), service.served, "figure")}
      ${Desk.cell(Queue.t("column.wait"), timesOf(service.wait, service.stated.waits), "half")}
      ${Desk.cell(Queue.t("column.service_time"), timesOf(service.service, service.stated.services), "half")}
      ${Desk.cell(Queue.t("column.no_shows"), service.no_shows + " / " + service.refusals, "figure")}
      <td class="tool">${pauseTool(service, props)}</td></tr>`];
    if (Desk.isOpen("pause", service.key)) {
      rows.push(html`<tr key=${service.key + "-why"} class="opened"><td colspan="8"><${Desk.Reasons} title=${Queue.t("service.pause_ask", { name: name })}
        codes=${props.picture.reasons.pause_service} choose=${function (code) { Desk.press("pause_service", { service: service.key, reason: code }); }} /></td></tr>`);
    }
    return rows;
  }

  Desk.Services = function (props) {
    const columns = ["waiting", "longest", "served", "wait", "service_time", "no_shows"];
    const figures = ["waiting", "longest", "served", "no_shows"];
    return html`<section class="card services"><h2>${Queue.t("services")}</h2><${UnderWay} picture=${props.picture} /><div class="table-box"><table class="table as-cards">
      <thead><tr><th scope="col">${Queue.t("column.service")}</th>${columns.map(function (name) {
        return html`<th scope="col" key=${name} class=${figures.indexOf(name) >= 0 ? "figure" : null}>${Queue.t("column." + name)}</th>`;
      })}<th><span class="unseen">${Queue.t("column.act")}</span></th></tr></thead>
      <tbody>${props.picture.services.map(function (service) { return html`<${ServiceRow} key=${service.key} service=${service} ...${props} />`; })}</tbody>
    </table></div></section>`;
  };

  Desk.Today = function (props) {
    return html`<div class="today"><${Desk.Alerts} ...${props} /><${Desk.Figures} ...${props} />
      <${Desk.Lines} ...${props} />
      <${Desk.Services} ...${props} />
      <div class="side"><${Desk.Counters} ...${props} /><${Desk.Day} ...${props} /><${Desk.Paper} ...${props} /></div>
      <${Desk.Flow} ...${props} /></div>`;
  };
}());
