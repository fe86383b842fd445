"""Taking an act back within seconds: the visitor is where they were, exactly, and what was undone stays in the log."""

from __future__ import annotations

from typing import Any

from ..domain import undo as rule
from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.ticket import State, Step
from ..store import people, queue
from ..store.people import Seat
from ..transaction import Answer, Tx
from . import cases
from .counter import my_seat
from .moving import restore, save, step_of
from .serving import changed


def undo(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes the named event back, if it is still the step's latest (decisions 12)."""
    seat, _counter = my_seat(tx, args)
    done = queue.done(tx.c, tx.office_id, int(args["event"]))
    if done is None:
        raise Refused("undo_unknown")
    step = take_back(tx, done, seat.counter)
    if rule.back_at(done) and seat.state == "paused":
        _resume(tx, seat)
    changed(tx, seat.counter)
    return {"step": step.id}


def take_back(tx: Tx, done: rule.Done, counter: str) -> Step:
    """The step as it was before ``done``, at ``counter`` if it was at one; raises Refused by the rule."""
    here = queue.active_at(tx.c, tx.office_id, counter)
    desk = rule.Desk(counter, here.id if here else None)
    rule.check(done, tx.actor.id, desk, tx.office.rules, tx.now.at)
    step = step_of(tx, done.step)
    back, act = restore(step), rule.MOVE_OF[done.kind]
    if act == "transfer" and not queue.withdraw_next(tx.c, step):
        raise Refused("undo_not_latest")
    if act == "finish":
        cases.undone(tx, step)
    if act == "call":
        queue.end_calls(tx.c, step.id, "withdrawn", tx.now.at)
        queue.undo_call(tx.c, tx.office_id, done.seq)
    elif back.state == State.CALLED:
        queue.call_again(tx.c, step.id, queue.newest_call(tx.c, step.id))
    body: dict[str, Json] = {"counter": counter, "undone_seq": done.seq, "undone_kind": step.state}
    return save(tx, step, back, "undone", body)


def _resume(tx: Tx, seat: Seat) -> None:
    """A visitor is at the counter again: it rests no longer."""
    people.save_seat(tx.c, tx.office_id, seat.counter, seat.person_id, "open", "", tx.now.at, tx.now.tick)
    tx.record("counter_resumed", {"counter": seat.counter})
