/* Before the work: who are you, and at which counter do you sit? */
(function () {
  "use strict";
  const Counter = (window.Counter = window.Counter || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  function signIn(event) {
    event.preventDefault();
    const fields = event.target.elements;
    Counter.signIn(fields.name.value.trim(), fields.password.value, fields.code ? fields.code.value : "");
  }

  Counter.SignIn = function (props) {
    return html`<main class="entrance"><form class="card sign-in" onSubmit=${signIn}>
      <h1>${Queue.t("sign_in.title")}</h1>
      <p class="soft">${props.officeName}</p>
      ${props.why ? html`<p class="notice notice-warn" role="alert" data-testid="sign-in-why">${props.why}</p>` : null}
      <label class="field"><span class="field-label">${Queue.t("sign_in.name")}</span>
        <input class="input" name="name" autocomplete="username" autocapitalize="none" spellcheck=${false} required data-testid="name" /></label>
      <label class="field"><span class="field-label">${Queue.t("sign_in.password")}</span>
        <input class="input" name="password" type="password" autocomplete="current-password" required data-testid="password" /></label>
      ${props.code ? html`<label class="field"><span class="field-label">${Queue.t("sign_in.code")}</span>
        <input class="input" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required data-testid="code" /></label>` : null}
      <button type="submit" class="button button-primary button-large button-wide" data-testid="sign-in" aria-disabled=${props.busy ? "true" : null}>
        ${Queue.t(props.busy ? "sign_in.busy" : "sign_in.go")}</button>
    </form></main>`;
  };

  function sit(counter, takeOver) {
    return function () {
      const args = { counter: counter.key };
      if (takeOver) { args.take_over = true; }
      Counter.act("sit", args);
    };
  }

  function servedBy(picture, counter) {
    return (counter.services || []).map(function (key) { return Counter.serviceOf(picture, key); }).filter(Boolean);
  }

  function Seat(props) {
    const counter = props.counter, picture = props.picture, locked = counter.state === "locked";
    const asked = Boolean(props.open) && props.open.panel === "seat" && props.open.counter === counter.key;
    const run = counter.person ? function () { Counter.open("seat", { counter: counter.key }); } : sit(counter, false);
    const services = servedBy(picture, counter);
    return html`<li class="seat">
      <button type="button" class="seat-button" data-testid=${"counter-" + counter.key} aria-disabled=${locked ? "true" : null}
          aria-expanded=${counter.person ? String(asked) : null} onClick=${locked ? null : run}>
        ${props.figure <= 9 ? Counter.keyCap(String(props.figure)) : null}
        <span class="seat-words"><strong class="seat-name">${Queue.say(counter.name)}</strong>
          ${services.length ? html`<span class="seat-services">${services.map(Counter.badge)}
            <span class="soft text-s">${services.map(function (s) { return Queue.say(s.name); }).join(", ")}</span></span>` : null}</span>
        <span class=${"seat-state " + (counter.person ? "is-taken" : "soft")}>${counter.person || Counter.seatWord(counter)}</span>
      </button>
      ${asked ? html`<div class="row-choices"><p class="row-title">${Queue.t("seat.ask", { counter: Queue.say(counter.name), person: counter.person })}
          ${counter.label ? " " + Queue.t("seat.ask_visitor", { label: counter.label }) : ""}</p>
        <${Counter.Choices} title=${Queue.t("seat.take_over")} choices=${[
          { code: "take_over", key: "Y", word: Queue.t("seat.take_over"), run: sit(counter, true) },
          { code: "not", key: "Esc", word: Queue.t("no"), run: Counter.close }]} /></div>` : null}
    </li>`;
  }

  /** The figures choose a counter. The figure of a taken one asks, and pressed again it still only asks. */
  Counter.chooseSeat = function (picture, figure, open) {
    const counter = picture.counters[figure - 1];
    if (!counter || counter.state === "locked" || (open && open.panel === "seat" && open.counter === counter.key)) { return; }
    if (counter.person) { Counter.open("seat", { counter: counter.key }); } else { sit(counter, false)(); }
  };

  Counter.Seats = function (props) {
    const picture = props.picture;
    return html`<main class="entrance"><section class="seats">
      <div class="list-head"><h1>${Queue.t("seats.title")}</h1>
        <button type="button" class="button button-quiet" data-testid="sign-out" onClick=${Counter.signOut}>${Counter.icon("logout")}<span>${Queue.t("sign_out")}</span></button></div>
      <p class="soft">${Queue.t("seats.hello", { person: props.person ? props.person.name : "" })}</p>
      <${Counter.Told} picture=${picture} understood=${props.understood} />
      <${Counter.Said} presses=${props.presses} line=${props.line} />
      <ul class="plain seat-list">${picture.counters.map(function (counter, index) {
        return html`<${Seat} key=${counter.key} figure=${index + 1} counter=${counter} picture=${picture} open=${props.open} />`;
      })}</ul>
    </section></main>`;
  };
}());
