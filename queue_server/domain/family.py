"""Family self-service: who may see the stages of a case, and by which proof.

Staff enrol whom the person in custody named: a code on a slip of paper, and the date of birth of whoever was enrolled.
Of both only keyed hashes are kept. The inmates themselves look at a kiosk only: they have no phone.
"""

from __future__ import annotations

import hmac
from datetime import date
from enum import StrEnum

from .complaint import read_tracking, tracking

MOST_NAME = 60
#: Enrolments that hold at a time for one person in custody.
MOST_OF_INMATE = 10
#: Phones that one enrolment may open with.
MOST_PHONES = 3
#: After so many wrong dates of birth within an hour a code says no until the hour is over, even to the right one.
MOST_WRONG, WRONG_WITHIN_MS = 5, 3_600_000
OLDEST_YEAR = 1900

RELATIONS = ("spouse", "parent", "child", "sibling", "guardian", "other", "self")
#: Relations that look at a paired kiosk only.
AT_KIOSK_ONLY = frozenset({"self"})
#: Why staff end an enrolment.
REVOKE_REASONS = ("inmate_asked", "family_asked", "slip_lost", "wrong_person")
#: The parts of the programme of a sentence: to know the place (14 days), to a third, to two thirds, to the end.
PROGRAMMES = ("orientation", "first", "second", "last")


class State(StrEnum):
    ENROLLED = "enrolled"
    REVOKED = "revoked"
    RUN_OUT = "run_out"
    GONE = "gone"                # whom it is about is in custody here no more


class Outcome(StrEnum):
    """What became of a look."""

    SEEN = "seen"
    WRONG = "wrong"              # the code was right, the date of birth was not
    HELD = "held"                # too many wrong dates of birth just before
    ELSEWHERE = "elsewhere"      # right, but not at a kiosk


def key_from(secret: bytes) -> bytes:
    """The key of the hashes, from the server's secret, which has other uses too."""
    return hmac.digest(secret, b"family self-service", "sha256")


def new_code(key: bytes, press: str) -> str:
    """The code of an enrolment, 60 bits; the same for the same press, so that a lost answer can be asked for again."""
    return tracking(key, f"family {press}")


def read_code(typed: str) -> str:
    """A code as somebody typed it, in its one form; "" when it cannot be one."""
    return read_tracking(typed)


def code_digest(key: bytes, code: str) -> str:
    """By which the database finds a code; without the server's key it leads nowhere."""
    return hmac.new(key, f"family code {code}".encode(), "sha256").hexdigest()


def proof(key: bytes, code: str, born: str) -> str:
    """What is kept of a date of birth (ISO): there are few of them, so the code, which nobody keeps, is part of it."""
    return hmac.new(key, f"family born {code} {born}".encode(), "sha256").hexdigest()


def read_born(typed: str) -> str:
    """A date of birth as an ISO date; "" when it is none."""
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        return ""
    return found.isoformat() if len(typed) == 10 and found.year >= OLDEST_YEAR else ""
