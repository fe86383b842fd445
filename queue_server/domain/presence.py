"""The code in the QR at the door: it changes every minute and proves that its sender stood there a moment ago.

A code is its minute and a keyed hash of the office and the minute (HMAC-SHA256, RFC 2104), so every process that
has the key knows every code and nothing is stored. A photograph of it is worth as little as an old bus ticket.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

MINUTE_MS = 60_000
#: A code still counts so many minutes after the one in which it was shown: slow hands, slow phones, no signal.
GRACE_MIN = 3
#: Two machines' clocks may differ by this much; a code from further ahead was never shown.
SKEW_MS = 5_000
#: Of the hash, in bytes: 72 bits cannot be guessed within the code's minutes, and the QR stays coarse.
PROOF_BYTES = 9


def key_from(secret: bytes) -> bytes:
    """The key for codes, made from the server's secret, which also has other uses."""
    return hmac.new(secret, b"code at the door", hashlib.sha256).digest()


def minute_of(at_ms: int) -> int:
    """The minute of an instant (UTC ms)."""
    return at_ms // MINUTE_MS


def code(key: bytes, office: str, minute: int) -> str:
    """The code that an office's screens show in this minute."""
    proof = hmac.new(key, f"{office}\n{minute}".encode(), hashlib.sha256).digest()[:PROOF_BYTES]
    return f"{minute:x}.{base64.urlsafe_b64encode(proof).decode()}"


def shown_in(key: bytes, office: str, given: str) -> int | None:
    """The minute in which this office showed, or will show, the code; None: it is none of this office's."""
    head, _, _proof = given.partition(".")
    if not given.isascii() or not 1 <= len(head) <= 10:
        return None
    try:
        minute = int(head, 16)
    except ValueError:
        return None
    return minute if hmac.compare_digest(code(key, office, minute), given) else None


def counts(minute: int | None, at_ms: int) -> bool:
    """Whether a code shown in that minute proves presence at this instant (UTC ms)."""
    if minute is None:
        return False
    return minute_of(at_ms) - GRACE_MIN <= minute <= minute_of(at_ms + SKEW_MS)


def proves(accepted: str, given: str, minute: int | None, at_ms: int, on_sheet: Callable[[], str]) -> bool:
    """Whether a scanned code proves, by what the office accepts, that the phone stands at the door (decisions 5).

    ``accepted``: the office's ``door_code``. ``minute``: what ``shown_in`` says of the code that was ``given``.
    ``on_sheet``: the code of the printed sheet; asked for only where it matters.
    """
    if accepted != "sheet" and counts(minute, at_ms):
        return True
    return accepted != "screen" and given != "" and given == on_sheet()
