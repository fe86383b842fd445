"""When an act at a counter may be taken back: one rule for the press and for the screen (decisions 12)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .errors import Refused
from .office import Rules
from .ticket import AT_COUNTER, UNDOABLE, State

#: Event in the log -> the move that it was.
MOVE_OF: dict[str, str] = {event: move for move, event in UNDOABLE.items()}


@dataclass(frozen=True)
class Done:
    """An act as the log has it, and what has become of its step since.

    ``at``: UTC ms; ``actor`` as in the log; ``before``: the step before the act, "" when that is not kept;
    ``gone_on``: how many later steps of the same visit (a transfer begins one) something has happened to already.
    """

    seq: int
    kind: str
    at: int
    actor: str
    step: int
    last_seq: int
    before: str
    gone_on: int = 0


@dataclass(frozen=True)
class Desk:
    """Where the one who wants it back sits ("" nowhere), and the step called or served there."""

    counter: str = ""
    step: int | None = None


def back_at(done: Done) -> str:
    """The counter at which the visitor stands again; "" where the visitor was not at a counter before."""
    before = json.loads(done.before)
    return str(before["counter"]) if State(before["state"]) in AT_COUNTER else ""


def check(done: Done, actor: str, desk: Desk, rules: Rules, now: int) -> None:
    """Raises Refused with the reason why ``actor`` may not take ``done`` back at ``now`` (UTC ms).

    Only the newest act on the step, by whoever did it, within the office's seconds, and only while there is still
    one visitor at most at the counter and at the officer.
    """
    if done.kind not in MOVE_OF:
        raise Refused("undo_not_undoable")
    if done.actor != actor:
        raise Refused("undo_not_yours")
    if done.last_seq != done.seq or not done.before or done.gone_on:
        raise Refused("undo_not_latest")
    if now - done.at > rules.undo_s * 1000:
        raise Refused("undo_too_late", seconds=rules.undo_s)
    counter = back_at(done)
    if counter and counter != desk.counter:
        raise Refused("undo_other_counter")
    if counter and desk.step not in (None, done.step):
        raise Refused("undo_visitor_here")


def allowed(done: Done, actor: str, desk: Desk, rules: Rules, now: int) -> bool:
    """Whether ``check`` would let it pass."""
    try:
        check(done, actor, desk, rules, now)
    except Refused:
        return False
    return True
