/* Boards and kiosks: which live, which speak, and letting a new one in by the code it shows. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* A board's sound in one word; a kiosk has none to speak of. */
  function sound(device) {
    if (device.kind !== "board") { return "–"; }
    if (!device.alive) { return html`<span class="soft">–</span>`; }
    if (device.speaker && device.sound === "running") { return html`<span class="sound">${Desk.icon("volume")}${Queue.t("sound.speaks")}</span>`; }
    if (device.sound === "running") { return Queue.t("sound.ready"); }
    return html`<span class="sound is-late">${Desk.icon("volume-off")}${Queue.t(device.sound === "starting" ? "sound.starting" : "sound.mute")}</span>`;
  }

  /* Red only for what was on and is missed. */
  const SHAPES = { alive: "open", connecting: "waiting", unseen: "waiting", gone: "breached", off: "closed" };

  function life(device) {
    const away = device.life === "gone" || device.life === "off";
    const words = away ? Queue.t("device.gone_since", { time: Queue.time(device.seen_at) }) : Queue.t("device." + device.life);
    return html`<span class=${"state state-" + SHAPES[device.life]} data-testid="life">${words}</span>
      ${device.life === "unseen" ? html`<span class="soft text-s life-help">${Queue.t("device.unseen.help")}</span>` : null}`;
  }

  function placeOf(picture, device) {
    const place = picture.places.filter(function (one) { return one.key === device.board && one.hall === device.hall; })[0];
    return place ? Queue.say(place.name) : device.board || "–";
  }

  function Row(props) {
    const device = props.device;
    const rows = [html`<tr key=${device.device} data-testid=${"device-" + device.device}>
      <th scope="row">${Desk.icon(device.kind === "board" ? "device-tv" : "ticket")} ${device.name || Desk.word("device", device.kind)}</th>
      ${Desk.cell(Queue.t("column.kind"), Desk.word("device", device.kind))}
      ${Desk.cell(Queue.t("column.place"), placeOf(props.picture, device))}
      ${Desk.cell(Queue.t("column.life"), life(device))}
      ${Desk.cell(Queue.t("column.sound"), sound(device))}
      <td class="tool">${props.may && Desk.DeviceTool ? html`<${Desk.DeviceTool} device=${device} />` : null}${props.may ? html`<${Desk.button} kind="button-quiet" word=${Queue.t("act.revoke")} icon="plug-connected-x" testid=${"revoke-" + device.device}
        open=${Desk.isOpen("revoke", device.device)} run=${function () { Desk.open("revoke", device.device); }} />` : null}</td></tr>`];
    if (Desk.isOpen("device", device.device)) { rows.push(html`<tr key="change" class="opened"><td colspan="6"><${Desk.DeviceForm} device=${device} picture=${props.picture} /></td></tr>`); }
    if (Desk.isOpen("revoke", device.device)) {
      rows.push(html`<tr key="why" class="opened"><td colspan="6"><${Desk.Reasons} title=${Queue.t("device.revoke_ask", { name: device.name })}
        codes=${props.picture.reasons.revoke} choose=${function (code) { Desk.press("revoke", { device: device.device, reason: code }); }} /></td></tr>`);
    }
    return rows;
  }

  function pair(event) {
    event.preventDefault();
    const form = event.target, fields = form.elements, args = { code: fields.code.value };
    if (fields.name.value.trim()) { args.name = fields.name.value.trim(); }
    if (fields.board.value) { args.board = fields.board.value; }
    Desk.press("pair", args, function () { form.reset(); });
  }

  function Pair(props) {
    return html`<section class="card"><h2>${Queue.t("pair")}</h2><p class="soft reading">${Queue.t("pair.note")}</p>
      <form class="pair-form" onSubmit=${pair} data-testid="pair">
        <label class="field"><span class="field-label">${Queue.t("pair.code")}</span><input class="input code" name="code" required maxlength="9" autocomplete="off" autocapitalize="characters" spellcheck=${false} data-testid="pair-code" /></label>
        <label class="field"><span class="field-label">${Queue.t("pair.name")}</span><input class="input" name="name" maxlength="60" autocomplete="off" data-testid="pair-name" /></label>
        <label class="field"><span class="field-label">${Queue.t("pair.board")}</span><select class="input" name="board" data-testid="pair-board"><option value="">${Queue.t("pair.board_same")}</option>
          ${props.picture.places.map(function (one) { return html`<option key=${one.key} value=${one.key}>${Queue.say(one.name)}</option>`; })}</select></label>
        <button type="submit" class="button button-primary" data-testid="pair-go">${Queue.t("act.pair")}</button></form></section>`;
  }

  Desk.Devices = function (props) {
    const picture = props.picture;
    return html`<div class="devices stack">
      <section class="card"><h2>${Queue.t("devices")}</h2>
        ${picture.printer === "none" ? null : html`<p class="printer" data-testid="printer">${Desk.icon("printer")} ${Queue.t("printer")}: ${Desk.word("printer", picture.printer)}</p>`}
        ${picture.boards.length ? html`<div class="table-box"><table class="table as-cards"><thead><tr>
          ${["device", "kind", "place", "life", "sound"].map(function (name) { return html`<th scope="col" key=${name}>${Queue.t("column." + name)}</th>`; })}
          <th><span class="unseen">${Queue.t("column.act")}</span></th></tr></thead>
          <tbody>${picture.boards.map(function (device) { return html`<${Row} key=${device.device} device=${device} ...${props} />`; })}</tbody></table></div>`
          : html`<p class="empty">${Desk.icon("device-tv")}${Queue.t("devices.none")}</p>`}</section>
      ${props.may ? html`<${Pair} picture=${picture} />` : null}
      <section class="card"><h2>${Queue.t("poster")}</h2><p class="soft reading">${Queue.t("poster.note")}</p>
        <a class="button" href=${"/supervisor/" + picture.office.key + "/poster"} target="_blank" rel="noopener" data-testid="poster-open">${Desk.icon("qrcode")}<span>${Queue.t("poster.open")}</span></a>
        ${picture.services.filter(function (one) { return picture.lanes.indexOf(one.key) >= 0; }).map(function (one) {
          return html`<a class="button" key=${one.key} href=${"/supervisor/" + picture.office.key + "/poster?service=" + one.key} target="_blank" rel="noopener"
            data-testid=${"poster-" + one.key}>${Desk.icon("qrcode")}<span>${Queue.t("poster.lane", { service: Queue.say(one.name) })}</span></a>`;
        })}</section></div>`;
  };
}());
