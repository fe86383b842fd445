/* Fields of the administration's forms. What is typed stays text until it is sent; the server says what is wrong. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = (Desk.Form = {});

  Form.DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

  function setter(set) {
    return function (event) {
      set(event.target.type === "checkbox" ? event.target.checked : event.target.value);
      Desk.draw();
    };
  }

  function labelled(props, field) {
    return html`<label class=${"field " + (props.kind || "")}><span class="field-label">${props.label}</span>${field}
      ${props.hint ? html`<span class="field-hint">${props.hint}</span>` : null}</label>`;
  }

  /** One line of text, a date, a colour, a password. */
  Form.Text = function (props) {
    return labelled(props, html`<input class=${"input " + (props.input || "")} type=${props.type || "text"} value=${props.value} onInput=${setter(props.set)}
      name=${props.name} maxlength=${props.most || null} autocomplete=${props.complete || "off"} inputmode=${props.mode || null} data-testid=${props.testid} required=${Boolean(props.needed)} />`);
  };

  Form.Number = function (props) { return html`<${Form.Text} ...${props} mode="numeric" input="short" most=${5} />`; };

  Form.Lines = function (props) {
    return labelled(props, html`<textarea class="input" rows=${props.rows || 3} value=${props.value} onInput=${setter(props.set)} lang=${props.lang} data-testid=${props.testid}></textarea>`);
  };

  /** options: [{key, name}] */
  Form.Choice = function (props) {
    return labelled(props, html`<select class="input" value=${props.value} onChange=${setter(props.set)} data-testid=${props.testid}>
      ${props.options.map(function (option) { return html`<option key=${option.key} value=${option.key} selected=${option.key === props.value}>${option.name}</option>`; })}</select>`);
  };

  Form.Check = function (props) {
    return html`<label class="check"><input type="checkbox" checked=${props.value} onChange=${setter(props.set)} data-testid=${props.testid} /><span>${props.label}
      ${props.hint ? html`<span class="field-hint">${props.hint}</span>` : null}</span></label>`;
  };

  /** Which of several; ``values`` is a list of keys in the order in which they were marked. */
  Form.Checks = function (props) {
    return html`<fieldset class="field"><legend class="field-label">${props.label}</legend><div class="checks">${props.options.map(function (option) {
      return html`<${Form.Check} key=${option.key} label=${option.name} value=${props.values.indexOf(option.key) >= 0} testid=${props.testid + "-" + option.key}
        set=${function (on) { props.set(on ? props.values.concat(option.key) : props.values.filter(function (key) { return key !== option.key; })); }} />`;
    })}</div>${props.hint ? html`<span class="field-hint">${props.hint}</span>` : null}</fieldset>`;
  };

  /** The same in both languages, beside each other. ``value``: {id, en}. */
  Form.Words = function (props) {
    return html`<div class="pair">${["id", "en"].map(function (lang) {
      const Field = props.rows ? Form.Lines : Form.Text;
      return html`<${Field} key=${lang} label=${props.label + " (" + lang.toUpperCase() + ")"} value=${(props.value || {})[lang] || ""} rows=${props.rows} lang=${lang} testid=${props.testid + "-" + lang}
        set=${function (text) { props.set(Object.assign({}, props.value, lang === "id" ? { id: text } : { en: text })); }} />`;
    })}</div>`;
  };

  /* ---- Opening hours: "08:00-11:00, 13:00-14:00" ---- */

  Form.spans = function (text) {
    return String(text || "").split(",").map(function (part) { return part.trim().replace(/\./g, ":").replace(/\s*[–—-]\s*/g, "-"); })
      .filter(Boolean);
  };

  /** A week as it is typed, from the table of a file. */
  Form.weekOf = function (table) {
    const week = {};
    Form.DAYS.forEach(function (day) { week[day] = ((table || {})[day] || []).join(", "); });
    return week;
  };

  /** The table of a file from a week as it was typed. */
  Form.weekTable = function (week) {
    const table = {};
    Form.DAYS.forEach(function (day) { table[day] = Form.spans(week[day]); });
    return table;
  };

  Form.Week = function (props) {
    return html`<fieldset class="field"><legend class="field-label">${props.label}</legend><div class="week">${Form.DAYS.map(function (day) {
      return html`<${Form.Text} key=${day} label=${Queue.t("day." + day)} value=${props.week[day]} testid=${props.testid + "-" + day}
        set=${function (text) { props.week[day] = text; }} />`;
    })}</div><span class="field-hint">${Queue.t("hours.hint")}</span></fieldset>`;
  };

  /* ---- Numbers ---- */

  /** A number as a form holds it. */
  Form.shown = function (value) { return value === undefined || value === null ? "" : String(value); };

  /** What is sent of it: nothing, a whole number, or what was typed, for the server to complain of. */
  Form.whole = function (text) {
    const trimmed = String(text).trim();
    return trimmed === "" ? null : /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
  };

  Form.copy = function (value) { return JSON.parse(JSON.stringify(value)); };

  /** The card of one entry in a list, with its place and the ways to move or remove it. */
  Form.Entry = function (props) {
    const list = props.list, at = props.at;
    function swap(other) { const kept = list[at]; list[at] = list[other]; list[other] = kept; Desk.draw(); }
    return html`<div class="entry" data-testid=${props.testid}>
      <div class="entry-head"><strong>${props.title}</strong><span class="entry-tools">
        ${props.ordered ? html`<${Desk.button} kind="button-quiet" icon="chevron-up" word=${Queue.t("entry.up")} off=${at === 0} run=${function () { if (at) { swap(at - 1); } }} />
          <${Desk.button} kind="button-quiet" icon="chevron-down" word=${Queue.t("entry.down")} off=${at === list.length - 1} run=${function () { if (at < list.length - 1) { swap(at + 1); } }} />` : null}
        <${Desk.button} kind="button-quiet" icon="trash" word=${Queue.t("entry.remove")} testid=${props.testid + "-remove"} run=${function () { list.splice(at, 1); Desk.draw(); }} /></span></div>
      ${props.children}</div>`;
  };

  /** "1,4 MB" */
  Desk.size = function (bytes) {
    const mb = bytes / 1048576;
    if (mb < 0.1) { return Math.max(1, Math.round(bytes / 1024)) + " KB"; }
    return (mb < 10 ? mb.toFixed(1) : String(Math.round(mb))).replace(".", Queue.language() === "en" ? "." : ",") + " MB";
  };

  Desk.moment = function (ms) { return Queue.date(ms) + " " + Queue.time(ms); };
}());
