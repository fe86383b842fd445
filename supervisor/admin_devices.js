/* Screens: the supervisor's list with pairing and disconnecting, and here another name or another board. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Form = Desk.Form;

  let form = null;

  function open(device) {
    form = { id: device.device, name: device.name, board: device.board };
    Desk.open("device", device.device);
  }

  function save(event) {
    event.preventDefault();
    Desk.press("change_device", form.board ? { device: form.id, name: form.name, board: form.board } : { device: form.id, name: form.name });
  }

  /** A button more in a row of devices.js. */
  Desk.DeviceTool = function (props) {
    const device = props.device;
    return html`<${Desk.button} kind="button-quiet" word=${Queue.t("change")} icon="pencil" testid=${"change-" + device.device}
      open=${Desk.isOpen("device", device.device)} run=${function () { open(device); }} />`;
  };

  /** What stands below that row while it is open. */
  Desk.DeviceForm = function (props) {
    const device = props.device;
    if (!form || form.id !== device.device) { return null; }
    return html`<form class="person-form" onSubmit=${save} data-testid="device-form">
      <${Form.Text} label=${Queue.t("pair.name")} value=${form.name} most=${60} testid="device-name" set=${function (text) { form.name = text; }} />
      ${device.kind === "board" ? html`<${Form.Choice} label=${Queue.t("device.shows")} value=${form.board} testid="device-board" set=${function (key) { form.board = key; }}
        options=${props.picture.places.map(function (place) { return { key: place.key, name: Queue.say(place.name) }; })} />` : null}
      <button type="submit" class="button" data-testid="device-save">${Queue.t("save")}</button></form>`;
  };
}());
