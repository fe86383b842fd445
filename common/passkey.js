/* Signing in: name and password, and what else the person has set up: six digits, or a passkey (a phone's fingerprint,
   a security key). Browsers have passkeys on https and on localhost only; elsewhere the server says where to go. */
(function () {
  "use strict";
  const Queue = window.Queue;

  function bytes(text) {
    const plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); }).buffer;
  }

  function text(buffer) {
    const letters = Array.from(new Uint8Array(buffer), function (code) { return String.fromCharCode(code); }).join("");
    return window.btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function named(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  }

  Queue.hasPasskeys = function () { return Boolean(window.PublicKeyCredential && navigator.credentials); };

  /** Resolves with what the server checks; rejected when the person cancels or has no such key. */
  function answered(options) {
    const asked = Object.assign({}, options, { challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) });
    return navigator.credentials.get({ publicKey: asked }).then(function (key) {
      return { id: key.id, rawId: text(key.rawId), type: key.type, response: {
        clientDataJSON: text(key.response.clientDataJSON), authenticatorData: text(key.response.authenticatorData),
        signature: text(key.response.signature) } };
    });
  }

  Queue.answeredPasskey = answered;

  /** Makes a new passkey; resolves with what the server checks. */
  Queue.newPasskey = function (options) {
    const asked = Object.assign({}, options, {
      challenge: bytes(options.challenge), excludeCredentials: named(options.excludeCredentials),
      user: Object.assign({}, options.user, { id: bytes(options.user.id) }) });
    return navigator.credentials.create({ publicKey: asked }).then(function (key) {
      return { id: key.id, rawId: text(key.rawId), type: key.type, response: {
        clientDataJSON: text(key.response.clientDataJSON), attestationObject: text(key.response.attestationObject) } };
    });
  };

  /** Resolves with the server's answer. Where a passkey is set, the browser asks for it by itself; whoever cancels
      reads the server's reason and, if they have one, can type a code instead. */
  Queue.signIn = function (office, name, password, code) {
    const message = { office: office, name: name, password: password, code: code || "" };
    return Queue.post("/sign-in", message).then(function (answer) {
      const options = !answer.ok && answer.ways && answer.ways.passkey;
      if (!options || !Queue.hasPasskeys()) { return answer; }
      return answered(options).then(function (passkey) {
        return Queue.post("/sign-in", Object.assign({ passkey: passkey }, message));
      }, function () { return answer; });
    });
  };
}());
