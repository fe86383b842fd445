"""Cases: what continues on another day, with a code of its own, the working days until it is promised, and what became
of it (decisions 6).

A case is opened when somebody was served at the end of a service that finishes on another day; it is ready once the
office says so, and collected when the number that was taken with its code has been served. Nothing personal belongs
to it: who it is for stands in the office's own system, the code stands in the visitor's hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum

from .complaint import ALPHABET
from .errors import Refused
from .office import Office, Service
from .standard import Share

#: Why a case ends without being collected; the words are ``case.reason.<code>``.
REASONS = ("withdrawn", "turned_down", "not_collected")
#: The finish that opened it was taken back within seconds.
UNDONE = "undone"


class State(StrEnum):
    IN_WORK = "in_work"
    READY = "ready"
    COLLECTED = "collected"
    ENDED = "ended"


#: What is not over yet.
OPEN = (State.IN_WORK, State.READY)
#: (act, state) -> state; what is not here cannot be done. What was not called ready may turn out to be, and back.
MOVES: dict[tuple[str, State], State] = {
    ("ready", State.IN_WORK): State.READY,
    ("not_ready", State.READY): State.IN_WORK,
    ("collect", State.READY): State.COLLECTED,
    ("end", State.IN_WORK): State.ENDED,
    ("end", State.READY): State.ENDED,
}


def moved(act: str, state: str) -> State:
    """The state after ``act``; raises Refused("case_state")."""
    found = MOVES.get((act, State(state)))
    if found is None:
        raise Refused("case_state")
    return found


def opened_by(office: Office, first: str, served_at: str) -> Service | None:
    """The service whose case begins when a number that was taken for ``first`` was served at ``served_at`` and goes on
    at no further stage; None: nothing continues another day."""
    for key in (served_at, first):
        service = office.service(key)
        if service.finish_in_days is not None and office.journey(key)[-1] == served_at:
            return service
    return None


def code(secret: str) -> str:
    """The short code of a case, ``K7QF-2M9X``: 40 bits, typed at the kiosk or on the phone."""
    bits = int.from_bytes(hashlib.sha256(f"case {secret}".encode()).digest(), "big")
    signs = "".join(ALPHABET[bits >> (5 * n) & 31] for n in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def standing(state: str, due: str, today: str) -> str:
    """in_work | due (today is its last day) | late | ready | collected | ended."""
    if state != State.IN_WORK:
        return state
    return "late" if due < today else "due" if due == today else "in_work"


def kept(state: str, due: str, ready_day: str, today: str) -> bool | None:
    """Whether the finish promise was kept: ready (ISO day) by the due day. None: its time is not over yet, or it ended
    without ever being ready before that."""
    if ready_day:
        return ready_day <= due
    return False if state == State.IN_WORK and due < today else None


def share(found: Iterable[tuple[str, str, str]], today: str) -> Share:
    """How many of (state, due, ready day) were kept; left out is what is not due yet, or ended before it was due."""
    numerator = denominator = 0
    left_out: dict[str, int] = {}
    for state, due, ready_day in found:
        verdict = kept(state, due, ready_day, today)
        if verdict is None:
            why = "ended" if state == State.ENDED else "not_due"
            left_out[why] = left_out.get(why, 0) + 1
        else:
            denominator += 1
            numerator += verdict
    return Share(numerator, denominator, left_out)
