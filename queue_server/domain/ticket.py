"""The life of a step: its states, the one table of moves, and the values the rules work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from .errors import Refused


class State(StrEnum):
    ISSUING = "issuing"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    DONE = "done"
    TRANSFERRED = "transferred"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    UNSERVED = "unserved"
    VOID = "void"


OPEN = frozenset({State.ISSUING, State.WAITING, State.CALLED, State.SERVING, State.PARKED})
AT_COUNTER = frozenset({State.CALLED, State.SERVING})
ENDED = frozenset(State) - OPEN

#: Every change of state there is: (what is done, state before) -> state after.
MOVES: dict[tuple[str, State], State] = {
    ("confirm_paper", State.ISSUING): State.WAITING,
    ("void", State.ISSUING): State.VOID,
    ("call", State.WAITING): State.CALLED,
    ("recall", State.CALLED): State.CALLED,
    ("start", State.CALLED): State.SERVING,
    ("skip", State.CALLED): State.WAITING,
    ("no_show", State.CALLED): State.NO_SHOW,
    ("transfer", State.CALLED): State.TRANSFERRED,
    ("finish", State.SERVING): State.DONE,
    ("park", State.SERVING): State.PARKED,
    ("transfer", State.SERVING): State.TRANSFERRED,
    ("bring_back", State.PARKED): State.WAITING,
    ("call", State.PARKED): State.CALLED,
    ("bring_back", State.NO_SHOW): State.WAITING,
    ("cancel", State.WAITING): State.CANCELLED,
    ("cancel", State.CALLED): State.CANCELLED,
    ("cancel", State.PARKED): State.CANCELLED,
    ("enter_served", State.WAITING): State.DONE,  # from the paper roll, entered afterwards
    ("close_day", State.WAITING): State.UNSERVED,
    ("close_day", State.PARKED): State.UNSERVED,
    **{("reopen", s): State.WAITING for s in ENDED - {State.VOID, State.TRANSFERRED}},
}

#: The outcome of a step that was served and goes on by rule at the service's next stage; its state is TRANSFERRED.
NEXT_STAGE = "next_stage"

#: The moves an officer may take back within ``Rules.undo_s`` seconds (decisions 12): move -> its event in the log.
#: ``undo.py`` says when; the console offers exactly these.
UNDOABLE: dict[str, str] = {
    "call": "called",
    "start": "started",
    "finish": "finished",
    "skip": "skipped",
    "no_show": "no_show",
    "park": "parked",
    "transfer": "transferred",
}


def move(name: str, state: State) -> State:
    """The state after ``name``; raises Refused("not_now") when the table does not know the move."""
    after = MOVES.get((name, state))
    if after is None:
        raise Refused("not_now", act=name, state=str(state))
    return after


def label(prefix: str, number: int) -> str:
    """``A 017``: prefix, thin space, at least three digits, the same on every screen and on paper."""
    return f"{prefix}\u2009{number:03d}"


@dataclass(frozen=True)
class Waiting:
    """One waiting step as the discipline sees it. Times are ms on the office's steady clock."""

    step: int
    service: str
    queued_at: int
    priority: bool
    #: seq of the event after which the step waits for ``return_after`` other calls; 0: an ordinary place
    returned_seq: int = 0
    return_after: int = 0


@dataclass(frozen=True)
class Step:
    """One leg of a ticket, as stored; times as in ``tables.py``. ``before`` holds what an undo restores.

    ``day`` is "" of a leg that a transfer began and its undo took back: it belongs to no day, so no list and no
    statistic has it.
    """

    id: int
    ticket_id: int
    office_id: int
    day: str
    service: str
    state: str
    version: int
    priority: int
    queued_at: int
    queued_tick: int
    returned_seq: int
    return_after: int
    passed_seq: int
    arrived_at: int | None
    remote_ms: int
    counter: str
    person_id: int | None
    since_tick: int
    boot: int
    clock_doubt: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    first_called_at: int | None
    calls: int
    automatic: int
    why: str
    outcome: str
    park_clock: str
    park_reason: str
    waited_ms: int
    walked_ms: int
    served_ms: int
    parked_office_ms: int
    parked_visitor_ms: int
    standard_id: int
    last_seq: int
    before: str
    waited_off_ms: int
    parked_off_ms: int
    first_waited_ms: int | None

    @classmethod
    def of(cls, row: Iterable[Any]) -> Step:
        """The step of a stored row, whose columns stand in the order of the fields; see ``changed`` for why so."""
        new = object.__new__(cls)
        new.__dict__.update(zip(_STEP, row, strict=True))
        return new

    def changed(self, **changes: Any) -> Step:
        """A copy with other values in the fields named; what ``dataclasses.replace`` does for a tenth of its cost,
        which for so many fields was more than the database's for the whole command."""
        new = object.__new__(Step)
        new.__dict__.update(self.__dict__, **changes)
        return new


_STEP = tuple(field.name for field in fields(Step))

#: What a move may change on a step, and so what an undo restores (its version only ever grows).
MUTABLE = (
    "state", "day", "service", "priority", "queued_at", "queued_tick", "returned_seq", "return_after", "passed_seq",
    "arrived_at", "remote_ms",
    "counter", "person_id", "since_tick", "boot", "clock_doubt", "called_at", "started_at", "ended_at",
    "first_called_at", "calls", "automatic", "why", "outcome", "park_clock", "park_reason", "waited_ms",
    "walked_ms", "served_ms", "parked_office_ms", "parked_visitor_ms", "last_seq", "waited_off_ms", "parked_off_ms",
    "first_waited_ms",
)
