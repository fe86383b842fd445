/* A service: its names and texts, quota, stated times, hours of its own. Its letter and short name stay with the file. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;

  const QUOTAS = ["total", "door", "online", "priority"];
  const CHANNELS = ["door", "online", "staff", "priority"];
  const PUBLISHED = ["requirements", "procedure", "duration", "tariff", "product", "complaints"];
  const OTHERS = ["legal_basis", "facilities", "competence", "supervision", "staff_count", "guarantee", "safety", "evaluation"];
  let chosen = "";

  function of(document, key) { return (document.service || []).filter(function (service) { return service.key === key; })[0]; }

  function limits(quota) {
    const form = { per: (quota || {}).per || "day" };
    QUOTAS.forEach(function (name) { form[name] = Form.shown((quota || {})[name]); });
    return form;
  }

  /* A class or channel without minutes of its own has those of the door. */
  function promises(standard) {
    const stated = standard.promise || {}, form = {};
    CHANNELS.forEach(function (name) {
      const one = stated[name] || {};
      form[name] = { wait: Form.shown(one.wait_min), service: Form.shown(one.service_min), there: Boolean(stated[name]) };
    });
    return form;
  }

  function stated(form) {
    const promise = {};
    CHANNELS.forEach(function (name) {
      const one = form[name], there = one.wait.trim() || one.service.trim();
      promise[name] = there || name === "door" || one.there ? { wait_min: Form.whole(one.wait), service_min: Form.whole(one.service) } : null;
    });
    return promise;
  }

  /* The way to the counter belongs to one clock or to none: one question, where the file has two keys. */
  function clocksOf(clocks) {
    return { wait_from: clocks.wait_from || "arrived", counts: clocks.counts || "always",
      walk: clocks.wait_to === "started" ? "wait" : clocks.service_from === "called" ? "service" : "neither" };
  }

  function clockTable(form) {
    return { wait_from: form.wait_from, counts: form.counts, wait_to: form.walk === "wait" ? "started" : "called", service_from: form.walk === "service" ? "called" : "started" };
  }

  Desk.panels.service = {
    form: function (document, key) {
      const service = of(document, key), standard = service.standard || {}, hours = service.hours || {};
      return {
        name: Form.copy(service.name), summary: Form.copy(service.summary || {}), icon: service.icon, colour: service.colour, remote: service.remote !== false,
        english: Boolean(service.english), quota: limits(service.quota), promise: promises(standard), visit: Form.shown(standard.visit_min), decree: standard.decree || "",
        valid_from: standard.valid_from || "", valid_to: standard.valid_to || "", clocks: clocksOf(standard.clocks || {}), components: Form.copy(standard.components || {}),
        own: Form.DAYS.some(function (day) { return hours[day] !== undefined; }), week: Form.weekOf(hours), last: Form.shown(hours.last_ticket_min)
      };
    },
    parts: function (form, key) {
      const service = of(Desk.data.office.document, key), quota = { per: form.quota.per }, parts = {};
      QUOTAS.forEach(function (name) { quota[name] = Form.whole(form.quota[name]); });
      const hours = Object.assign({}, service.hours || {}, Form.weekTable(form.week), { last_ticket_min: Form.whole(form.last) });
      if (!form.own) { Form.DAYS.forEach(function (day) { delete hours[day]; }); }
      parts["service:" + key] = {
        name: form.name, summary: form.summary, icon: form.icon, colour: form.colour, remote: form.remote, english: form.english, quota: quota, hours: hours,
        standard: Object.assign({}, service.standard, { promise: stated(form.promise), visit_min: Form.whole(form.visit), decree: form.decree.trim() || null,
          valid_from: form.valid_from || null, valid_to: form.valid_to || null, clocks: clockTable(form.clocks), components: form.components })
      };
      return parts;
    },
    View: function () {
      const services = Desk.data.office.document.service || [];
      if (!services.some(function (service) { return service.key === chosen; })) { chosen = services[0].key; }
      return html`<div class="stack"><${Form.Choice} label=${Queue.t("service.which")} value=${chosen} options=${Desk.serviceOptions()} testid="service-which" set=${function (key) { chosen = key; }} />
        <${Service} key=${chosen} draft=${Desk.draft("service", chosen)} /></div>`;
    }
  };

  function Texts(props) {
    const components = props.form.components;
    return props.parts.map(function (part) {
      return html`<${Form.Words} key=${part} rows=${2} label=${Queue.t("component." + part)} value=${components[part]} testid=${"component-" + part} set=${function (words) { components[part] = words; }} />`;
    });
  }

  function Times(props) {
    const promise = props.form.promise;
    return html`<fieldset class="field"><legend class="field-label">${Queue.t("stated")}</legend><p class="field-hint">${Queue.t("stated.note")}</p>
      <div class="table-box"><table class="table stated"><thead><tr><th></th><th scope="col">${Queue.t("stated.wait")}</th><th scope="col">${Queue.t("stated.service")}</th></tr></thead>
      <tbody>${CHANNELS.map(function (name) {
        const one = promise[name], label = Queue.t("stated." + name);
        return html`<tr key=${name}><th scope="row">${label}</th>${["wait", "service"].map(function (what) {
          return html`<td key=${what}><input class="input short" inputmode="numeric" maxlength="4" value=${one[what]} aria-label=${label + ", " + Queue.t("stated." + what)} data-testid=${"stated-" + name + "-" + what}
            onInput=${function (event) { one[what] = event.target.value; Desk.draw(); }} /></td>`;
        })}</tr>`;
      })}</tbody></table></div></fieldset>`;
  }

  function ClockFields(props) {
    const clocks = props.form.clocks;
    const choice = function (name, codes) {
      return html`<${Form.Choice} key=${name} label=${Queue.t("stated." + name)} value=${clocks[name]} testid=${"stated-" + name} set=${function (code) { clocks[name] = code; }}
        options=${codes.map(function (code) { return { key: code, name: Queue.t("stated." + name + "." + code) }; })} />`;
    };
    return html`<fieldset class="field"><legend class="field-label">${Queue.t("stated.clocks")}</legend><div class="triple">
      ${choice("wait_from", ["arrived", "issued"])}${choice("walk", ["neither", "wait", "service"])}${choice("counts", ["always", "no_breaks", "open_hours"])}</div></fieldset>`;
  }

  function Service(props) {
    const form = props.draft.form, quota = form.quota;
    return html`<div class="stack">
      <${Form.Words} label=${Queue.t("service.name")} value=${form.name} testid="service-name" set=${function (words) { form.name = words; }} />
      <${Form.Words} label=${Queue.t("service.summary")} value=${form.summary} testid="service-summary" set=${function (words) { form.summary = words; }} />
      <div class="triple"><${Form.Choice} label=${Queue.t("service.icon")} value=${form.icon} set=${function (icon) { form.icon = icon; }}
          options=${Desk.data.office.icons.map(function (icon) { return { key: icon, name: icon }; })} />
        <${Form.Text} type="color" label=${Queue.t("service.colour")} value=${form.colour} set=${function (colour) { form.colour = colour; }} />
        <p class="icon-shown" aria-hidden="true">${Desk.icon(form.icon)}</p></div>
      <${Times} form=${form} />
      <div class="triple"><${Form.Number} label=${Queue.t("stated.visit")} value=${form.visit} testid="stated-visit" set=${function (text) { form.visit = text; }} />
        <${Form.Text} label=${Queue.t("stated.decree")} value=${form.decree} most=${200} set=${function (text) { form.decree = text; }} /></div>
      <div class="triple"><${Form.Text} type="date" label=${Queue.t("stated.valid_from")} value=${form.valid_from} testid="stated-valid-from" set=${function (text) { form.valid_from = text; }} />
        <${Form.Text} type="date" label=${Queue.t("stated.valid_to")} value=${form.valid_to} testid="stated-valid-to" set=${function (text) { form.valid_to = text; }} /></div>
      <p class="field-hint">${Queue.t("stated.valid.hint")}</p>
      <${ClockFields} form=${form} />
      <fieldset class="field"><legend class="field-label">${Queue.t("quota")}</legend><p class="field-hint">${Queue.t("quota.note")}</p>
        <${Form.Choice} label=${Queue.t("quota.per")} value=${quota.per} options=${["day", "session"].map(function (per) { return { key: per, name: Queue.t("quota." + per) }; })} testid="quota-per" set=${function (per) { quota.per = per; }} />
        <div class="quota">${QUOTAS.map(function (name) { return html`<${Form.Number} key=${name} label=${Queue.t("quota." + name)} value=${quota[name]} testid=${"quota-" + name} set=${function (text) { quota[name] = text; }} />`; })}</div></fieldset>
      <${Form.Number} label=${Queue.t("service.last")} hint=${Queue.t("service.last.hint")} value=${form.last} testid="service-last" set=${function (text) { form.last = text; }} />
      <${Form.Check} label=${Queue.t("service.own_hours")} hint=${Queue.t("service.own_hours.hint")} value=${form.own} testid="service-own-hours" set=${function (on) { form.own = on; }} />
      ${form.own ? html`<${Form.Week} label=${Queue.t("service.hours")} week=${form.week} testid="service-week" />` : null}
      <${Form.Check} label=${Queue.t("service.remote")} value=${form.remote} testid="service-remote" set=${function (on) { form.remote = on; }} />
      <${Form.Check} label=${Queue.t("service.english")} value=${form.english} testid="service-english" set=${function (on) { form.english = on; }} />
      <h3>${Queue.t("components.published")}</h3><${Texts} form=${form} parts=${PUBLISHED} />
      <details><summary>${Queue.t("components.others")}</summary><div class="stack"><${Texts} form=${form} parts=${OTHERS} /></div></details>
      <${Desk.Bottom} draft=${props.draft} /></div>`;
  }
}());
