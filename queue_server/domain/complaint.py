"""Complaints: what they are about, by when they must be answered, what may become of them, and who may touch them.

Deadlines are working days by kind, as units publish them: light 2, about a rule or a stated time 5, not for the
inspectorate 14, for the inspectorate 60 (https://sippn.menpan.go.id/pelayanan-publik/8304801). An office whose own
standard says otherwise writes its days in its file. What was in force when a complaint came in holds for it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_uppercase, digits

from . import working_days
from .errors import NotAllowed, Refused
from .office import ComplaintRule, Office

LIGHT, NORMATIVE, ORDINARY, SUPERVISORY = "light", "normative", "ordinary", "supervisory"


@dataclass(frozen=True)
class Category:
    """``restricted``: whoever it may be about must neither read nor answer it, and nobody ends it alone."""

    kind: str
    restricted: bool = False


#: What a complaint may be about; the words are ``complaint.category.<key>``.
CATEGORIES: dict[str, Category] = {
    "wait": Category(NORMATIVE),
    "order": Category(NORMATIVE),
    "requirements": Category(NORMATIVE),
    "information": Category(LIGHT),
    "facilities": Category(LIGHT),
    "attitude": Category(ORDINARY),
    "access": Category(ORDINARY),
    "bribery": Category(SUPERVISORY, restricted=True),
    "abuse": Category(SUPERVISORY, restricted=True),
    "other": Category(ORDINARY),
}
#: Where a complaint is handed on to, outside the office; only LAPOR! gives a number that must be noted.
HANDED_TO = ("lapor", "superior", "inspectorate", "ombudsman")
NUMBERED = frozenset({"lapor"})
OUTCOMES = ("resolved", "not_proven", "withdrawn", "not_a_complaint")
#: With so many working days left the register says that the deadline is near.
NEAR_DAYS = {LIGHT: 1, NORMATIVE: 1, ORDINARY: 3, SUPERVISORY: 10}

LEAST_TEXT, MOST_TEXT, MOST_CONTACT, MOST_REFERENCE = 10, 2_000, 120, 40
#: Complaints about one ticket: one may come back to a thing, a script may not.
MOST_OF_TICKET = 3


class State(StrEnum):
    RECEIVED = "received"
    ANSWERED = "answered"
    HANDED_OFF = "handed_off"
    CLOSED = "closed"


#: (act, state) -> state; what is not here cannot be done. Nothing ends a complaint that was neither answered nor
#: handed on: it cannot vanish.
MOVES: dict[tuple[str, State], State] = {
    ("answer", State.RECEIVED): State.ANSWERED,
    ("answer", State.ANSWERED): State.ANSWERED,
    ("answer", State.HANDED_OFF): State.ANSWERED,
    ("hand_off", State.RECEIVED): State.HANDED_OFF,
    ("hand_off", State.ANSWERED): State.HANDED_OFF,
    ("close", State.ANSWERED): State.CLOSED,
    ("close", State.HANDED_OFF): State.CLOSED,
}


def moved(act: str, state: State) -> State:
    """The state after ``act``; raises Refused("complaint_state")."""
    found = MOVES.get((act, state))
    if found is None:
        raise Refused("complaint_state")
    return found


# --- by when ---------------------------------------------------------------------------------------


def days_of(kind: str, rule: ComplaintRule) -> int:
    """Working days until the answer is due."""
    return {
        LIGHT: rule.light_days, NORMATIVE: rule.normative_days, ORDINARY: rule.ordinary_days,
        SUPERVISORY: rule.supervisory_days,
    }[kind]


def due_day(office: Office, received: str, kind: str) -> str:
    """The last day (ISO) on which an answer is in time; the day of receipt does not count."""
    return working_days.after(office, received, days_of(kind, office.rules.complaints))


def days_left(office: Office, today: str, due: str) -> int:
    """Working days after today up to the due day: 0 on the last one, -1 and less when it has passed."""
    return working_days.left(office, today, due)


def kept(due: str, done: str, today: str) -> bool | None:
    """Whether the deadline was kept; None: it has not passed and nothing was done. ``done``: the day of the first
    answer or handing on, "" so far."""
    if done:
        return done <= due
    return False if today > due else None


# --- who --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What decides about who may touch a complaint. ``concerned``: everybody who had to do with its ticket."""

    restricted: bool = False
    about_lead: bool = False          # the visitor says that it is about who leads or oversees the office
    concerned: frozenset[int] = frozenset()
    answered_by: int | None = None
    handed_off: bool = False


def may_read(case: Case, role: str, person: int) -> bool:
    """Whether the text may be read. An auditor reads all; a supervisor nothing about the lead, not even where there
    is no administrator to stand in for; nobody a restricted complaint about a visit they had a part in."""
    if role == "auditor":
        return True
    if role == "supervisor" and case.about_lead:
        return False
    return role in ("supervisor", "administrator") and not (case.restricted and person in case.concerned)


def check_may_act(case: Case, act: str, role: str, person: int) -> None:
    """Raises NotAllowed. A restricted complaint is not ended by who answered it: a second person agrees, or it went
    to somebody outside."""
    if role == "auditor" or not may_read(case, role, person):
        raise NotAllowed("complaint_not_yours")
    if act == "close" and case.restricted and not case.handed_off and person == case.answered_by:
        raise NotAllowed("complaint_four_eyes")


# --- the tracking number ----------------------------------------------------------------------------

#: No letter that is read as a digit or as another one.
ALPHABET = digits + "".join(letter for letter in ascii_uppercase if letter not in "ILOU")
SIGNS, GROUP = 12, 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def tracking(key: bytes, press: str) -> str:
    """The tracking number of a press: 60 bits that only the server's own key can make, the same for the same press,
    so that whoever lost the answer and sends again gets their number."""
    bits = int.from_bytes(hmac.digest(key, press.encode("utf-8", "surrogatepass"), "sha256"), "big")
    signs = "".join(ALPHABET[bits >> (5 * n) & 31] for n in range(SIGNS))
    return grouped(signs)


def grouped(signs: str) -> str:
    """``ABCD-EFGH-JKMN``."""
    return "-".join(signs[at:at + GROUP] for at in range(0, len(signs), GROUP))


def read_tracking(typed: str) -> str:
    """A number as somebody typed it, in its one form; "" when it cannot be one."""
    signs = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(_READ_AS)
    return grouped(signs) if len(signs) == SIGNS and set(signs) <= set(ALPHABET) else ""


def tracking_digest(number: str) -> str:
    """What the database keeps of it."""
    return hashlib.sha256(f"complaint {number}".encode()).hexdigest()


def commitment(key: bytes, *texts: str) -> str:
    """What the log keeps of texts: nobody can read them out of it, and with the key nobody can swap them."""
    whole = b"".join(len(data).to_bytes(4, "big") + data for data in (text.encode() for text in texts))
    return hmac.new(key, whole, hashlib.sha256).hexdigest()
