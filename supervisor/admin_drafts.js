/* What is being changed in the office: kept here until it is in force, checked by the server, and never lost when
   somebody else was quicker. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* panel -> {form(document, of) -> what is typed, parts(form, of) -> what is sent}; filled by the other files. */
  Desk.panels = {};

  const drafts = {};
  let checked = null;     /* {id, sent, told}: what the server said of the draft as it was */
  let checking = "";
  let meanwhile = null;   /* {id, since, version, differences}: what others changed since the draft was begun */

  function idOf(panel, of) { return of ? panel + ":" + of : panel; }

  /** The draft of a panel; begun from the version in force when there is none. */
  Desk.draft = function (panel, of) {
    const id = idOf(panel, of), office = Desk.data.office;
    if (!drafts[id]) {
      const form = Desk.panels[panel].form(office.document, of);
      drafts[id] = { id: id, panel: panel, of: of, seen: office.version, form: form, was: JSON.stringify(form) };
    }
    return drafts[id];
  };

  function dirty(draft) { return JSON.stringify(draft.form) !== draft.was; }

  /** Whether something of this panel was typed and is not in force. */
  Desk.isDirty = function (panel) {
    return Object.keys(drafts).some(function (id) { return drafts[id].panel === panel && dirty(drafts[id]); });
  };

  /** A new version is in force: what nobody has changed here begins from it. */
  Desk.forgetClean = function () {
    Object.keys(drafts).forEach(function (id) { if (!dirty(drafts[id])) { delete drafts[id]; } });
  };

  /** What was put in force here is nobody else's change: what else is being typed counts as made from it too. The whole
      file would undo it, so that one does not. */
  Desk.advanced = function (from, to) {
    Object.keys(drafts).forEach(function (id) { if (drafts[id].seen === from && !Desk.panels[drafts[id].panel].text) { drafts[id].seen = to; } });
  };

  function drop(draft) {
    delete drafts[draft.id];
    if (checked && checked.id === draft.id) { checked = null; }
    if (meanwhile && meanwhile.id === draft.id) { meanwhile = null; }
    Desk.draw();
  }

  function message(draft) {
    const panel = Desk.panels[draft.panel];
    return panel.text ? { seen: draft.seen, text: panel.text(draft.form) } : { seen: draft.seen, parts: panel.parts(draft.form, draft.of) };
  }

  function check(draft) {
    const sent = message(draft);
    checking = draft.id;
    checked = null;
    Desk.draw();
    Queue.post(Desk.path("office/check"), sent).then(function (told) {
      checking = "";
      if (told.ok) { checked = { id: draft.id, sent: sent, told: told }; } else { Desk.refused(told); }
      Desk.draw();
    }, function () {
      checking = "";
      Desk.refuse(Queue.t("sign_in.no_line"));
    });
  }

  function late(draft) {
    Desk.get(Desk.path("office/changes?since=" + draft.seen)).then(function (told) {
      if (told.ok) { meanwhile = { id: draft.id, since: draft.seen, version: told.version, differences: told.differences }; }
      Desk.draw();
    });
  }

  function putInForce(draft) {
    const act = Desk.panels[draft.panel].text ? "put_office" : "change_office";
    Desk.press(act, checked.sent, function (answer) {
      drop(draft);
      Desk.advanced(draft.seen, answer.version);
      Desk.load("office");
    }, function (answer) {
      checked = null;
      if (answer.refused === "office_changed") { late(draft); }
    });
  }

  /* From here on the draft counts as made from the version that the others left. */
  function onto(draft) {
    draft.seen = meanwhile.version;
    meanwhile = null;
    Desk.load("office");
    check(draft);
  }

  /** What differs, by the names of the office file. */
  Desk.Differences = function (props) {
    const rows = props.rows;
    return html`<div class="table-box"><table class="table differences"><thead><tr><th scope="col">${Queue.t("difference.what")}</th><th scope="col">${Queue.t("difference.before")}</th><th scope="col">${Queue.t("difference.after")}</th></tr></thead>
      <tbody>${rows.map(function (row) { return html`<tr key=${row.path}><th scope="row">${row.path}</th><td>${row.before === null ? "–" : row.before}</td><td>${row.after === null ? "–" : row.after}</td></tr>`; })}</tbody></table></div>
      ${props.total > rows.length ? html`<p class="soft">${Queue.t("difference.more", { n: props.total - rows.length })}</p>` : null}`;
  };

  Desk.Problems = function (props) {
    return html`<ul class="problems">${props.rows.map(function (row, at) {
      const words = Queue.say({ id: row.id, en: row.en });
      return html`<li key=${at}>${row.line && props.go ? html`<button type="button" class="link" onClick=${function () { props.go(row.line); }}>${words}</button>` : words}</li>`;
    })}</ul>`;
  };

  function Meanwhile(props) {
    const draft = props.draft;
    return html`<div class="notice notice-warn meanwhile" data-testid="meanwhile">${Desk.icon("alert-triangle")}<div>
      <p><strong>${Queue.t("meanwhile.title", { since: meanwhile.since, version: meanwhile.version })}</strong></p>
      <${Desk.Differences} rows=${meanwhile.differences} total=${meanwhile.differences.length} /><p>${Queue.t("meanwhile.note")}</p>
      <div class="row"><${Desk.button} word=${Queue.t("meanwhile.onto")} testid="onto" run=${function () { onto(draft); }} />
        <${Desk.button} kind="button-quiet" word=${Queue.t("draft.drop")} run=${function () { drop(draft); Desk.load("office"); }} /></div></div></div>`;
  }

  function Verdict(props) {
    const draft = props.draft, told = checked.told;
    const stale = JSON.stringify(message(draft)) !== JSON.stringify(checked.sent);
    if (stale) { return null; }
    if (told.problems.length) {
      return html`<div class="notice notice-warn" role="alert" data-testid="problems">${Desk.icon("alert-circle")}<div><p><strong>${Queue.t("problems.title", { n: told.problems.length })}</strong></p>
        <${Desk.Problems} rows=${told.problems} go=${props.go} /></div></div>`;
    }
    return html`<div class="verdict" data-testid="verdict">
      ${told.warnings.length ? html`<div class="notice" data-testid="warnings">${Desk.icon("info-circle")}<div><p>${Queue.t("warnings.title")}</p><${Desk.Problems} rows=${told.warnings} go=${props.go} /></div></div>` : null}
      ${told.differences.length ? html`<h3>${Queue.t("differences.title")}</h3><${Desk.Differences} rows=${told.differences} total=${told.total} />
        <p><${Desk.button} kind="button-primary" icon="check" word=${Queue.t("put_in_force")} testid="put-in-force" run=${function () { putInForce(draft); }} /></p>`
        : html`<p data-testid="no-differences">${Queue.t("differences.none")}</p>`}</div>`;
  }

  /** Below every form: check, what the server says of it, and putting it in force. */
  Desk.Bottom = function (props) {
    const draft = props.draft, changed = dirty(draft);
    return html`<div class="bottom">
      ${meanwhile && meanwhile.id === draft.id ? html`<${Meanwhile} draft=${draft} />` : null}
      <div class="row"><${Desk.button} kind=${checked && checked.id === draft.id ? "" : "button-primary"} word=${Queue.t(checking === draft.id ? "checking" : "check")} testid="check" off=${!changed && !props.always}
          run=${function () { if (changed || props.always) { check(draft); } else { Desk.refuse(Queue.t("draft.same")); } }} />
        ${changed ? html`<${Desk.button} kind="button-quiet" word=${Queue.t("draft.drop")} testid="drop" run=${function () { drop(draft); }} />` : html`<span class="soft">${Queue.t("draft.same")}</span>`}</div>
      ${checked && checked.id === draft.id ? html`<${Verdict} draft=${draft} go=${props.go} />` : null}</div>`;
  };
}());
