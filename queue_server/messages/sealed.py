"""Addresses as the database keeps them: closed with a key that is made from the server's secret, not from the database.

Whoever has a copy of the database alone (a dump sent to somebody for help) has no address. A backup of the whole data
folder holds the secret too.
"""

from __future__ import annotations

import base64
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
#: The order of the curve P-256 (FIPS 186-5).
_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Sealer:
    """Keys made from the server's secret, each for one use."""

    def __init__(self, secret: bytes) -> None:
        self._box = AESGCM(hmac.digest(secret, b"addresses of visitors", "sha256"))
        self._mark = hmac.digest(secret, b"marks of addresses", "sha256")
        self._vapid = hmac.digest(secret, b"who sends web push", "sha512")

    def close(self, office: str, address: str) -> str:
        """The address as it is stored; it opens for this office only."""
        nonce = secrets.token_bytes(_NONCE)
        closed = self._box.encrypt(nonce, address.encode(), office.encode())
        return base64.urlsafe_b64encode(nonce + closed).decode()

    def open(self, office: str, sealed: str) -> str | None:
        """The address; None where the server's secret is another one than it was."""
        whole = base64.urlsafe_b64decode(sealed)
        try:
            return self._box.decrypt(whole[:_NONCE], whole[_NONCE:], office.encode()).decode()
        except InvalidTag:
            return None

    def mark(self, office: str, address: str) -> str:
        """By what two equal addresses of an office are known, and nothing else about them."""
        return hmac.new(self._mark, f"{office}\n{address}".encode(), "sha256").hexdigest()[:32]

    def vapid(self) -> ec.EllipticCurvePrivateKey:
        """Who sends web push (RFC 8292). It follows from the secret that is made at the first start, so that all
        processes of a server have the same one, and a browser's subscription outlives a restart."""
        return ec.derive_private_key(int.from_bytes(self._vapid, "big") % (_P256 - 1) + 1, ec.SECP256R1())
