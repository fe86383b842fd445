"""Passwords: those we make up, what is asked of those people choose, and what is kept of them.

A password that we make up comes from the key of the press that asked for it: when an answer was lost on its way,
the same press gives the same password again, and nothing but its hash was ever kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from .domain.errors import Refused

#: What somebody chooses has at least so many characters.
LEAST = 10
#: Easy to type, and none is taken for another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LONG = 3, 4


def new_password() -> str:
    """Sixty bits in letters that are easy to type and cannot be confused."""
    return _spelled(secrets.token_bytes(32))


def password_of_press(secret: bytes, press: str) -> str:
    """The same for whoever knows the server's secret and the press; a password as good as ``new_password``'s."""
    return _spelled(hmac.new(secret, f"password:{press}".encode(), hashlib.sha256).digest())


def salt_of_press(secret: bytes, press: str) -> bytes:
    """A salt of its own for each press, and the same when the press is repeated."""
    return hmac.new(secret, f"salt:{press}".encode(), hashlib.sha256).digest()[:16]


def check(password: str, name: str) -> None:
    """Raises Refused("password_short") or Refused("password_name") for what is too easy to guess."""
    if len(password) < LEAST:
        raise Refused("password_short", least=LEAST)
    if name and name.strip().lower() in password.lower() and len(password) < LEAST + len(name):
        raise Refused("password_name")


def hashed(password: str, salt: bytes | None = None) -> str:
    """What is kept of a password (argon2id); takes a deliberate moment."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password, salt=salt)


def _spelled(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    groups = []
    for _ in range(_GROUPS):
        group = ""
        for _ in range(_LONG):
            number, at = divmod(number, len(LETTERS))
            group += LETTERS[at]
        groups.append(group)
    return "-".join(groups)
