"""What visitors are told on their own phone: on which occasion, until when it is of use, and when it is tried again.

Issue 5, "Notifications": opt-in, sent once, retried, nothing personal in the log. An address is what somebody typed
for this one visit; it is checked here, shown again only in part, and never part of an event.
"""

from __future__ import annotations

import re
from enum import StrEnum

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


class Occasion(StrEnum):
    """Why somebody is told something; the words files hold ``message.<occasion>``."""

    NEARLY = "nearly"            # few are ahead
    CALLED = "called"
    REMINDER = "reminder"        # of a reservation
    CANCELLED = "cancelled"      # a reservation, by somebody who works here


class State(StrEnum):
    """Of a message in the outbox. ``UNKNOWN``: the sender ended while it was at it, and nobody can say whether it went
    out; it is not sent a second time."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LATE = "late"                # too old to be of use
    NEEDLESS = "needless"        # what it says holds no longer
    UNKNOWN = "unknown"


#: How long a message is of use after what it tells happened, ms; that of a reservation until its session begins.
OF_USE_MS = {Occasion.NEARLY: 10 * MINUTE_MS, Occasion.CALLED: 5 * MINUTE_MS}
#: Pauses before the second, third, ... attempt, ms; the last one again and again while the message is of use.
PAUSES_MS = (5_000, 15_000, 45_000, 2 * MINUTE_MS, 10 * MINUTE_MS)
#: So long an attempt may take until nobody believes in it any more, ms. A sender gives up long before.
LEASE_MS = 90_000
#: Numbers and reservations that one address may be told of at the same time: no stranger's phone can be flooded.
MOST_OF_ADDRESS = 6
MOST_ADDRESS = 120

_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


def next_try(tries: int, now: int, until: int) -> int | None:
    """When a message is tried again after ``tries`` attempts that failed (UTC ms); None: it would be too old then."""
    at = now + PAUSES_MS[min(tries, len(PAUSES_MS)) - 1]
    return at if at < until else None


def address(channel: str, typed: str) -> str | None:
    """What was typed in the form in which it is sent to; None where it is none. Push has no address to type."""
    return email(typed) if channel == "email" else phone(typed)


def phone(typed: str) -> str | None:
    """A number as gateways take it, ``+62812…``; one that begins with 0 is Indonesian."""
    plain = re.sub(r"[\s().\-]", "", typed)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    elif plain.startswith("0"):
        plain = "+62" + plain[1:]
    elif plain.startswith("62"):
        plain = "+" + plain
    return plain if plain.isascii() and _PHONE.fullmatch(plain) else None


def email(typed: str) -> str | None:
    plain = typed.strip()
    return plain if len(plain) <= MOST_ADDRESS and _EMAIL.fullmatch(plain) else None


def in_part(channel: str, full: str) -> str:
    """Enough of an address for whoever typed it to know it again."""
    if channel == "push":
        return ""
    name, at, host = full.partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{full[-3:]}"
