/* The office: its parts at the left, the form of one of them beside it. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  const PANELS = [{ name: "hours", icon: "clock" }, { name: "exceptions", icon: "calendar-time" }, { name: "service", icon: "list" },
    { name: "places", icon: "desk" }, { name: "phones", icon: "device-mobile" }, { name: "notices", icon: "device-tv" }, { name: "file", icon: "file-text" }, { name: "history", icon: "history" }];
  let shown = "hours";

  Desk.showPanel = function (name) { shown = name; Desk.draw(); };

  Desk.Office = function () {
    if (!Desk.data.office) { return html`<${Desk.Loading} />`; }
    const View = Desk.panels[shown].View;
    return html`<div class="office-parts"><nav class="panels" aria-label=${Queue.t("panels")}>${PANELS.map(function (panel) {
      return html`<button type="button" key=${panel.name} class="panel-name" aria-current=${panel.name === shown ? "true" : null} data-testid=${"panel-" + panel.name}
        onClick=${function () { Desk.showPanel(panel.name); }}>${Desk.icon(panel.icon)}<span>${Queue.t("panel." + panel.name)}</span>${Desk.isDirty(panel.name) ? html`<span class="dirty">${Queue.t("draft.mark")}</span>` : null}</button>`;
    })}</nav><section class="card panel"><h2>${Queue.t("panel." + shown)}</h2><p class="soft reading">${Queue.t("panel." + shown + ".note")}</p><${View} /></section></div>`;
  };

  /** The names of services, for choosing among them. */
  Desk.serviceOptions = function () {
    return (Desk.data.office.document.service || []).map(function (service) { return { key: service.key, name: Queue.say(service.name) }; });
  };

  /* ---- Earlier versions ---- */

  let opened = 0, changes = null;

  function open(version) {
    opened = opened === version ? 0 : version;
    changes = null;
    Desk.draw();
    if (opened) {
      Desk.get(Desk.path("office/changes?since=" + (version - 1) + "&to=" + version)).then(function (told) {
        if (told.ok && opened === version) { changes = told; Desk.draw(); }
      });
    }
  }

  function Version(props) {
    const one = props.one;
    return html`<li><div class="row"><span><strong>${Queue.t("version", { version: one.version })}</strong> · ${Desk.moment(one.at)} <span class="soft">${one.who || Queue.t("version.shell")}</span></span>
      ${one.version > 1 ? html`<${Desk.button} kind="button-quiet" word=${Queue.t("version.what")} icon=${opened === one.version ? "chevron-up" : "chevron-down"} open=${opened === one.version} testid=${"version-" + one.version} run=${function () { open(one.version); }} />` : null}</div>
      ${opened === one.version && changes ? html`<${Desk.Differences} rows=${changes.differences} total=${changes.total} />` : null}</li>`;
  }

  Desk.panels.history = {
    View: function () {
      return html`<ul class="plain versions">${Desk.data.office.history.map(function (one) { return html`<${Version} key=${one.version} one=${one} />`; })}</ul>`;
    }
  };
}());
