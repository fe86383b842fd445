/* Where people are served and what the TVs are called: counters and boards. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;
  const DIRECTIONS = ["ahead", "left", "right", "up", "down", "back"];

  function halls() { return (Desk.data.office.document.hall || []).map(function (hall) { return { key: hall.key, name: Queue.say(hall.name) }; }); }

  /* How the voice names a counter goes with its name, unless the file says otherwise and the name was left alone. */
  function spokenAsBefore(one) {
    const before = (Desk.data.office.document.counter || []).filter(function (counter) { return counter.key === one.key; })[0];
    return before && before.spoken !== undefined && before.name.id === one.name.id ? before.spoken : undefined;
  }

  function Counter(props) {
    const one = props.one;
    return html`<${Form.Entry} list=${props.list} at=${props.at} title=${Queue.say(one.name) || one.key || Queue.t("counter.new")} testid=${"counter-" + (one.key || "new")}>
      ${one.fresh ? html`<${Form.Text} label=${Queue.t("counter.key")} hint=${Queue.t("key.hint")} value=${one.key} most=${32} testid="counter-key" set=${function (text) { one.key = text; }} />` : null}
      <${Form.Words} label=${Queue.t("counter.name")} value=${one.name} testid=${"counter-name-" + one.key} set=${function (words) { one.name = words; }} />
      <div class="pair"><${Form.Choice} label=${Queue.t("counter.hall")} value=${one.hall} options=${halls()} set=${function (key) { one.hall = key; }} />
        <${Form.Choice} label=${Queue.t("counter.direction")} value=${one.direction} set=${function (key) { one.direction = key; }}
          options=${DIRECTIONS.map(function (name) { return { key: name, name: Queue.t("direction." + name) }; })} /></div>
      <${Form.Checks} label=${Queue.t("counter.services")} options=${Desk.serviceOptions()} values=${one.services} testid=${"counter-" + one.key} set=${function (keys) { one.services = keys; }} /><//>`;
  }

  function Board(props) {
    const one = props.one;
    return html`<${Form.Entry} list=${props.list} at=${props.at} title=${one.name || one.key || Queue.t("board.new")} testid=${"board-" + (one.key || "new")}>
      ${one.fresh ? html`<${Form.Text} label=${Queue.t("board.key")} hint=${Queue.t("key.hint")} value=${one.key} most=${32} testid="board-key" set=${function (text) { one.key = text; }} />`
        : html`<p class="soft text-s">/display/${Queue.meta("office")}/${one.key}</p>`}
      <div class="pair"><${Form.Text} label=${Queue.t("board.name")} value=${one.name} most=${60} set=${function (text) { one.name = text; }} />
        <${Form.Choice} label=${Queue.t("counter.hall")} value=${one.hall} options=${halls()} set=${function (key) { one.hall = key; }} /></div>
      <${Form.Check} label=${Queue.t("board.speaks")} value=${one.speaks} set=${function (on) { one.speaks = on; }} /><//>`;
  }

  function plain(one) {
    const kept = Object.assign({}, one);
    delete kept.fresh;
    return kept;
  }

  Desk.panels.places = {
    form: function (document) {
      return {
        counters: (document.counter || []).map(function (one) { return { key: one.key, name: Form.copy(one.name), hall: one.hall, direction: one.direction || "ahead", services: one.services.slice() }; }),
        boards: (document.board || []).map(function (one) { return { key: one.key, name: one.name, hall: one.hall, speaks: one.speaks !== false }; })
      };
    },
    parts: function (form) {
      return { board: form.boards.map(plain), counter: form.counters.map(function (one) {
        const spoken = spokenAsBefore(one);
        return spoken === undefined ? plain(one) : Object.assign(plain(one), { spoken: spoken });
      }) };
    },
    View: function () {
      const draft = Desk.draft("places"), form = draft.form, hall = halls()[0].key;
      return html`<div class="stack"><h3>${Queue.t("counters")}</h3>${form.counters.map(function (one, at) { return html`<${Counter} key=${at} one=${one} list=${form.counters} at=${at} />`; })}
        <p><${Desk.button} icon="plus" word=${Queue.t("counter.add")} testid="add-counter" run=${function () { form.counters.push({ key: "", name: {}, hall: hall, direction: "ahead", services: [], fresh: true }); Desk.draw(); }} /></p>
        <h3>${Queue.t("boards")}</h3>${form.boards.map(function (one, at) { return html`<${Board} key=${at} one=${one} list=${form.boards} at=${at} />`; })}
        <p><${Desk.button} icon="plus" word=${Queue.t("board.add")} testid="add-board" run=${function () { form.boards.push({ key: "", name: "", hall: hall, speaks: true, fresh: true }); Desk.draw(); }} /></p>
        <${Desk.Bottom} draft=${draft} /></div>`;
    }
  };
}());
