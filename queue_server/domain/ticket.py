"""The life of a step: its states, the one table of moves, and the values the rules work on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
    ("close_day", State.WAITING): State.UNSERVED,
    ("close_day", State.PARKED): State.UNSERVED,
    **{("reopen", s): State.WAITING for s in ENDED - {State.VOID, State.TRANSFERRED}},
}

#: The moves an officer may take back within ten seconds (decisions 12): move -> state it came from.
UNDOABLE: dict[str, State] = {
    "finish": State.SERVING,
    "start": State.CALLED,
    "call": State.WAITING,
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
