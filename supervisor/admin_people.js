/* Who may sign in: adding, changing, a new password, ending sessions, letting nobody in any more. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;
  const ROLES = ["officer", "supervisor", "auditor", "administrator"];
  const LEAST = 10;

  /* told: a password that was made up, shown until it is noted; it is kept nowhere else. */
  const state = { told: null, adding: null, edit: null, sure: "" };

  function blank() { return { name: "", shown_name: "", role: "officer", own: false, first: "", second: "" }; }
  function roles() { return ROLES.map(function (role) { return { key: role, name: Desk.word("role", role) }; }); }
  function reload() { Desk.load("people"); }

  function told(name) {
    return function (answer) {
      state.told = answer.password ? { name: name, password: answer.password } : null;
      state.sure = "";
      reload();
    };
  }

  /* What was typed twice is the same and long enough; the server asks again. */
  function chosen(form) {
    if (!form.own) { return {}; }
    if (form.first.length < LEAST) { Desk.refuse(Queue.t("refused.password_short", { least: LEAST })); return null; }
    if (form.first !== form.second) { Desk.refuse(Queue.t("password.differ")); return null; }
    return { password: form.first };
  }

  function Password(props) {
    const form = props.form;
    return html`<fieldset class="field"><legend class="field-label">${Queue.t("password")}</legend>
      <${Form.Check} label=${Queue.t("password.own")} hint=${Queue.t("password.made")} value=${form.own} testid="password-own" set=${function (on) { form.own = on; }} />
      ${form.own ? html`<div class="pair">
        <${Form.Text} type="password" complete="new-password" label=${Queue.t("password.first")} value=${form.first} testid="password-first" set=${function (text) { form.first = text; }} />
        <${Form.Text} type="password" complete="new-password" label=${Queue.t("password.second")} value=${form.second} testid="password-second" set=${function (text) { form.second = text; }} /></div>` : null}</fieldset>`;
  }

  /** Whoever gives themselves a new password is signed out by it: it is shown at the sign-in too. */
  Desk.Told = function () {
    const seen = state.told;
    return seen ? html`<section class="card told" role="alert" data-testid="told-password"><h2>${Queue.t("password.told", { name: seen.name })}</h2>
      <p><input class="input code-told" readonly value=${seen.password} aria-label=${Queue.t("password")} data-testid="new-password" onFocus=${function (event) { event.target.select(); }} /></p>
      <p class="soft">${Queue.t("password.once")}</p>
      <${Desk.button} kind="button-primary" word=${Queue.t("password.noted")} testid="noted" run=${function () { state.told = null; Desk.draw(); }} /></section>` : null;
  };

  function add(event) {
    event.preventDefault();
    const form = state.adding, password = chosen(form), name = form.name.trim().toLowerCase();
    if (password === null) { return; }
    Desk.press("add_person", Object.assign({ name: name, shown_name: form.shown_name.trim() || form.name.trim(), role: form.role }, password), function (answer) {
      state.adding = null;
      told(name)(answer);
    });
  }

  function Add() {
    const form = state.adding;
    if (!form) { return html`<p><${Desk.button} kind="button-primary" icon="user-plus" word=${Queue.t("person.add")} testid="add-person" run=${function () { state.adding = blank(); Desk.draw(); }} /></p>`; }
    return html`<section class="card"><h2>${Queue.t("person.add")}</h2><form onSubmit=${add} data-testid="add-form">
      <div class="pair"><${Form.Text} label=${Queue.t("person.name")} hint=${Queue.t("person.name.hint")} value=${form.name} needed=${true} most=${60} testid="person-name" set=${function (text) { form.name = text; }} />
        <${Form.Text} label=${Queue.t("person.shown_name")} hint=${Queue.t("person.shown_name.hint")} value=${form.shown_name} most=${60} testid="person-shown-name" set=${function (text) { form.shown_name = text; }} /></div>
      <${Form.Choice} label=${Queue.t("person.role")} hint=${Queue.t("role.help." + form.role)} value=${form.role} options=${roles()} testid="person-role" set=${function (role) { form.role = role; }} />
      <${Password} form=${form} />
      <div class="row form-acts"><button type="submit" class="button button-primary" data-testid="add-go">${Queue.t("person.add.go")}</button>
        <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { state.adding = null; Desk.draw(); }} /></div></form></section>`;
  }

  /* A press that somebody will feel asks once more, where it stands. */
  function Sure(props) {
    if (state.sure !== props.name) {
      return html`<${Desk.button} kind=${props.kind} icon=${props.icon} word=${props.word} testid=${props.name} run=${function () { state.sure = props.name; Desk.draw(); }} />`;
    }
    return html`<span class="sure"><span>${props.ask}</span> <${Desk.button} kind="button-bad" word=${props.word} testid=${props.name + "-yes"} run=${props.run} />
      <${Desk.button} kind="button-quiet" word=${Queue.t("not")} run=${function () { state.sure = ""; Desk.draw(); }} /></span>`;
  }

  function save(event) {
    event.preventDefault();
    Desk.press("change_person", { person: state.edit.id, shown_name: state.edit.shown_name.trim(), role: state.edit.role }, reload);
  }

  function renew(event) {
    event.preventDefault();
    const form = state.edit, password = chosen(form);
    if (password !== null) { Desk.press("reset_password", Object.assign({ person: form.id }, password), told(form.name)); }
  }

  function Edit(props) {
    const person = props.person, form = state.edit;
    function press(act, more) { return function () { state.sure = ""; Desk.press(act, Object.assign({ person: person.id }, more), reload); }; }
    return html`<div class="person-edit">
      <form class="person-form" onSubmit=${save}>
        <${Form.Text} label=${Queue.t("person.shown_name")} value=${form.shown_name} most=${60} testid="edit-shown-name" set=${function (text) { form.shown_name = text; }} />
        <${Form.Choice} label=${Queue.t("person.role")} value=${form.role} options=${roles()} testid="edit-role" set=${function (role) { form.role = role; }} />
        <button type="submit" class="button" data-testid="edit-save">${Queue.t("save")}</button></form>
      <form onSubmit=${renew}><${Password} form=${form} />
        <button type="submit" class="button" data-testid="edit-password">${Queue.t("password.renew")}</button> <span class="soft text-s">${Queue.t("password.renew.note")}</span></form>
      <div class="sessions"><h3>${Queue.t("sessions")}</h3>
        ${person.sessions.length ? html`<ul>${person.sessions.map(function (one) { return html`<li key=${one.since}>${Queue.t("session.line", { since: Desk.moment(one.since), used: Queue.time(one.used) })}</li>`; })}</ul>
          <${Sure} name="end-sessions" word=${Queue.t("sessions.end")} icon="logout" ask=${Queue.t("sessions.end.ask")} run=${press("end_sessions")} />`
          : html`<p class="soft">${Queue.t("sessions.none")}</p>`}</div>
      <div class="row">
        ${person.second_factor ? html`<${Sure} name="drop-second-factor" word=${Queue.t("second_factor.drop")} icon="lock-open" ask=${Queue.t("second_factor.drop.ask")} run=${press("drop_second_factor")} />` : null}
        ${person.active ? html`<${Sure} name="deactivate" kind="button-bad" icon="user-off" word=${Queue.t("person.deactivate")} ask=${Queue.t("person.deactivate.ask")} run=${press("set_active", { active: false })} />`
          : html`<${Desk.button} icon="user-plus" word=${Queue.t("person.activate")} testid="activate" run=${press("set_active", { active: true })} />`}</div></div>`;
  }

  function open(person) {
    state.edit = Object.assign(blank(), { id: person.id, name: person.name, shown_name: person.shown_name, role: person.role });
    state.sure = "";
    Desk.open("person", person.id);
  }

  function Row(props) {
    const person = props.person, opened = Desk.isOpen("person", person.id) && state.edit;
    const rows = [html`<tr key=${person.id} class=${person.active ? null : "is-off"} data-testid=${"person-" + person.name}>
      <th scope="row">${person.shown_name} <span class="soft person">${person.name}</span></th>
      ${Desk.cell(Queue.t("person.role"), Desk.word("role", person.role))}
      ${Desk.cell(Queue.t("column.state"), html`<span class=${"state state-" + (person.active ? "open" : "closed")}>${Queue.t(person.active ? "person.active" : "person.inactive")}</span>`)}
      ${Desk.cell(Queue.t("sessions"), person.sessions.length ? Queue.t("sessions.n", { n: person.sessions.length }) : "–")}
      <td class="tool"><${Desk.button} kind="button-quiet" icon="pencil" word=${Queue.t("change")} testid=${"edit-" + person.name} open=${Boolean(opened)} run=${function () { open(person); }} /></td></tr>`];
    if (opened) { rows.push(html`<tr key=${person.id + "-edit"} class="opened"><td colspan="5"><${Edit} person=${person} /></td></tr>`); }
    return rows;
  }

  Desk.People = function () {
    const data = Desk.data.people;
    if (!data) { return html`<${Desk.Loading} />`; }
    return html`<div class="stack"><${Desk.Told} /><${Add} />
      <section class="card"><h2>${Queue.t("people")}</h2><p class="soft reading">${Queue.t("people.note")}</p>
        <div class="table-box"><table class="table as-cards"><thead><tr><th scope="col">${Queue.t("person")}</th><th scope="col">${Queue.t("person.role")}</th>
          <th scope="col">${Queue.t("column.state")}</th><th scope="col">${Queue.t("sessions")}</th><th><span class="unseen">${Queue.t("column.act")}</span></th></tr></thead>
        <tbody>${data.people.map(function (person) { return html`<${Row} key=${person.id} person=${person} />`; })}</tbody></table></div></section></div>`;
  };
}());
