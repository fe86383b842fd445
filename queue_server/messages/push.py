"""The sender ``push``: a message to a browser that asked for it, through its maker's push service.

RFC 8030 (web push), RFC 8291 (encryption: the push service reads nothing) and RFC 8292 (who sends: VAPID). Keys are
made from the server's secret (messages/sealed.py); a subscription names its own push service, so where a visitor's
browser may send us is kept small: HTTPS, out in the internet, no redirects.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .line import judge, of_anybody, of_public, request
from .senders import BadSender, NotSent, Outgoing, only

#: One record holds the whole message; push services take 4,096 bytes (RFC 8030, 7.2).
_RECORD, _MOST = 4_096, 3_993
#: A signed name of who sends is good for so long (24 h at most, RFC 8292, 2), seconds.
_SIGNED_S = 12 * 3_600
MOST_ENDPOINT = 1_000


def b64(data: bytes) -> str:
    """Base64 for URLs without padding, as every one of these RFCs writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 65 bytes of an uncompressed point."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def subscription(given: Any, private: bool = False) -> str | None:
    """What a browser gave as its subscription, checked and in one form; None where it is none."""
    try:
        endpoint, keys = given["endpoint"], given["keys"]
        public, auth = unb64(keys["p256dh"]), unb64(keys["auth"])
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        parts = urlsplit(endpoint)
        good = parts.scheme == "https" or (private and parts.scheme == "http")
        if not good or not parts.hostname or parts.username or parts.port == 0 or len(auth) != 16:
            return None
    except (KeyError, TypeError, ValueError, binascii.Error, AttributeError):
        return None
    if len(public) != 65 or len(endpoint) > MOST_ENDPOINT or any(not 33 <= ord(sign) <= 126 for sign in endpoint):
        return None
    return json.dumps({"endpoint": endpoint, "p256dh": b64(public), "auth": b64(auth)}, sort_keys=True)


def encrypted(
    text: bytes, receiver: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"",
) -> bytes:
    """``text`` for one subscription (RFC 8291, 3.4), as one record of aes128gcm (RFC 8188). ``own`` and ``salt`` are
    fresh for every message; given only where the result must be known beforehand."""
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or secrets.token_bytes(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)
    ours = public_bytes(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    secret = _derived(auth, shared, b"WebPush: info\0" + receiver + ours, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def _derived(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def signed(key: ec.EllipticCurvePrivateKey, endpoint: str, subject: str, now_s: int) -> str:
    """The header Authorization that says who sends (RFC 8292, 3)."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now_s + _SIGNED_S, "sub": subject}
    told = ".".join(b64(json.dumps(part, separators=(",", ":")).encode())
                    for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = utils.decode_dss_signature(key.sign(told.encode(), ec.ECDSA(hashes.SHA256())))
    signature = b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={told}.{signature}, k={b64(public_bytes(key.public_key()))}"


class PushSender:
    """``private``: whether push services inside the office's own network, and without HTTPS, are meant too.

    ``key`` and ``subject`` come from the server itself: who sends, and how a push service reaches its administrator.
    """

    #: A phone shows one notification per tag: the second takes the place of the first.
    repeatable = True

    def __init__(self, settings: dict[str, Any]) -> None:
        only(settings, {"private": bool, "key": str, "subject": str})
        self.private = bool(settings.get("private", False))
        self.subject = str(settings.get("subject") or "mailto:postmaster@localhost")
        if not self.subject.startswith(("mailto:", "https:")):
            raise BadSender("subject must begin with mailto: or https:.")
        self._key = str(settings.get("key", ""))

    def send(self, message: Outgoing) -> None:
        to = json.loads(message.to)
        shown = {"title": message.subject, "body": message.text, "link": message.link, **message.more}
        text = json.dumps(shown, ensure_ascii=False).encode()
        if len(text) > _MOST:
            raise NotSent("refused")
        key = ec.derive_private_key(int.from_bytes(unb64(self._key), "big"), ec.SECP256R1())
        headers = {
            "Authorization": signed(key, to["endpoint"], self.subject, int(time.time())),
            "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
            "TTL": str(message.seconds_of_use), "Urgency": "high",
        }
        body = encrypted(text, unb64(to["p256dh"]), unb64(to["auth"]))
        status = request("POST", to["endpoint"], headers, body, of_anybody if self.private else of_public)
        if status in (404, 410):  # RFC 8030, 7.3: the subscription is over
            raise NotSent("gone")
        judge(status)
