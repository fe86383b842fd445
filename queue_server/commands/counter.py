"""What an officer does at a counter: call, recall, start, finish, skip, no-show, park, transfer. Undo: ``undo.py``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..domain import discipline
from ..domain.errors import Refused
from ..domain.office import Counter
from ..domain.ticket import State, Step
from ..store import log, moved, people, queue
from ..store.people import Seat
from ..transaction import Answer, Tx
from . import serving, stages
from .moving import advance, save, service_of, step_of
from .serving import changed
from .visitor import arrive
from .visitor import bring_back as come_back

#: Reasons from a list (decisions 9, 11); the words files hold the sentences "reason.<code>".
OUT_OF_ORDER = ("urgent_need", "companion", "short_question", "wrong_order", "supervisor_asked", "replay")
#: Why service rests, and whose clock runs meanwhile.
PARK = {
    "papers_missing": "visitor", "visitor_fetches": "visitor", "system_down": "office", "colleague_needed": "office",
}
RECLASS = ("not_in_group", "in_group", "by_mistake")
CANCEL = ("visitor_asked", "double_number", "wrong_service")
#: What the one big button does, as the log has it: pressed twice, it would do the next of these.
ONE_BUTTON = frozenset({"called", "started", "finished", "counter_resumed"})
#: Act -> the acts just before it, as the log has them, after which it is the same press once more (decisions 13).
REPEATS: dict[str, frozenset[str]] = {
    "call_next": ONE_BUTTON, "start": ONE_BUTTON, "finish": ONE_BUTTON, "call": frozenset({"called"}),
    "recall": frozenset({"recalled"}), "skip": frozenset({"skipped"}), "no_show": frozenset({"no_show"}),
    "park": frozenset({"parked"}), "transfer": frozenset({"transferred"}),
}


def my_seat(tx: Tx, args: dict[str, Any]) -> tuple[Seat, Counter]:
    """The seat of the officer who presses, if the press fits what they saw (decisions 13)."""
    seat = people.seat_of(tx.c, tx.office_id, tx.actor.person_id or 0)
    if seat is None:
        raise Refused("no_counter")
    seen = args.get("seen")
    if seen is not None and int(seen) != seat.version:
        raise Refused("changed")
    return seat, next(c for c in tx.office.counters if c.key == seat.counter)


def _quick(tx: Tx, args: dict[str, Any], act: str) -> tuple[Seat, Counter]:
    """As ``my_seat``, for the presses that a trembling finger repeats: the same within a moment of a change does
    nothing. Another act is another wish and goes on."""
    seat, counter = my_seat(tx, args)
    if tx.now.tick - seat.changed_tick < tx.office.rules.double_press_ms:
        before = log.newest_press(tx.c, tx.office_id, tx.head.head_seq, tx.actor.id)
        # Not in the log: it came in this very batch, or somebody else changed what the big button would do.
        same = REPEATS[act] | {"transferred"} if tx.office.stage_keys and REPEATS[act] is ONE_BUTTON else REPEATS[act]
        if before in same or (before is None and REPEATS[act] is ONE_BUTTON):
            raise Refused("double_press")
    return seat, counter


def _visitor(tx: Tx, seat: Seat) -> Step:
    step = queue.active_at(tx.c, tx.office_id, seat.counter)
    if step is None:
        raise Refused("nobody_here")
    return step


# --- calling -----------------------------------------------------------------------------------


def call_next(tx: Tx, args: dict[str, Any]) -> Answer:
    """Calls whoever ``discipline.choose`` names for this counter, and stores why."""
    seat, counter = _quick(tx, args, "call_next")
    free(tx, seat)
    choice = next_for(tx, as_today(tx, counter))
    if choice is None:
        raise Refused("nobody_waiting")
    step = step_of(tx, choice.step)
    return serving.call(tx, step, counter, choice.why, "waiting")


def as_today(tx: Tx, counter: Counter) -> Counter:
    """The counter with what it serves today."""
    return moved.as_today(tx.c, tx.office_id, tx.office, tx.day).counter(counter.key)


def next_for(tx: Tx, counter: Counter) -> discipline.Choice | None:
    rule = tx.office.rules.mix
    per_service = {}
    for key in counter.services:
        heads = queue.heads(tx.c, tx.office_id, tx.day, key, discipline.heads_needed(rule))
        if heads.ordinary or heads.priority or heads.returning:
            needed = discipline.recent_needed(rule)
            per_service[key] = (heads, queue.recent(tx.c, tx.office_id, tx.day, key, needed, heads))
    return discipline.choose(counter, per_service, tx.office.rules, tx.now.tick)


def call(tx: Tx, args: dict[str, Any]) -> Answer:
    """Calls a chosen step: a parked one, or a waiting one out of order with a reason from the list."""
    seat, counter = _quick(tx, args, "call")
    free(tx, seat)
    step = step_of(tx, args["step"])
    if step.service not in as_today(tx, counter).services:
        raise Refused("not_served_here")
    if step.state == State.PARKED:
        return serving.call(tx, step, counter, {"rule": "parked"}, "parked")
    if args.get("reason") not in OUT_OF_ORDER:
        raise Refused("reason_needed")
    stages.wait_for_both(tx, step.id)
    return serving.call(tx, step, counter, {"rule": "out_of_order", "reason": args["reason"]}, "waiting")


def free(tx: Tx, seat: Seat) -> None:
    """Raises Refused unless the counter is open and nobody stands there."""
    if seat.state == "paused":
        raise Refused("paused_counter")
    if queue.active_at(tx.c, tx.office_id, seat.counter) is not None:
        raise Refused("visitor_here")


def recall(tx: Tx, args: dict[str, Any]) -> Answer:
    """Repeats the call; counted, and spaced so that a hall is not shouted at."""
    seat, counter = _quick(tx, args, "recall")
    return serving.recall(tx, counter, _visitor(tx, seat))


def start(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor is here: service begins."""
    seat, counter = _quick(tx, args, "start")
    return serving.start(tx, counter, _visitor(tx, seat))


def finish(tx: Tx, args: dict[str, Any]) -> Answer:
    """Service ends, with its outcome from the list."""
    seat, counter = _quick(tx, args, "finish")
    outcome = serving.outcome_of(args)
    return serving.finish(tx, counter, _visitor(tx, seat), outcome)


def skip(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor did not come: back after ``return_after`` others."""
    seat, counter = _quick(tx, args, "skip")
    return serving.skip(tx, counter, _visitor(tx, seat))


def no_show(tx: Tx, args: dict[str, Any]) -> Answer:
    """Ends a step whose holder did not come after enough calls that boards drew and spoke (decisions 11)."""
    seat, counter = _quick(tx, args, "no_show")
    return serving.no_show(tx, counter, _visitor(tx, seat), args.get("reason"))


# --- setting aside, moving on ------------------------------------------------------------------


def bring_back(tx: Tx, args: dict[str, Any]) -> Answer:
    """A parked visitor, or one who missed the call within the grace time, waits again at the promised place."""
    seat, _counter = my_seat(tx, {})
    done = come_back(tx, step_of(tx, args["step"]))
    changed(tx, seat.counter)
    return done


def park(tx: Tx, args: dict[str, Any]) -> Answer:
    """Service rests, with a reason and whose clock runs meanwhile."""
    seat, counter = _quick(tx, args, "park")
    clock = PARK.get(str(args.get("reason")))
    if clock is None:
        raise Refused("reason_needed")
    step = _visitor(tx, seat)
    new = advance(tx, step, "park", counter="", person_id=None, park_clock=clock, park_reason=args["reason"])
    new = save(tx, step, new, "parked", {"counter": counter.key, "reason": args["reason"], "clock": clock})
    changed(tx, counter.key)
    return {"event": new.last_seq}


def transfer(tx: Tx, args: dict[str, Any]) -> Answer:
    """Goes on at another service on the same number: this step ends, a new one waits."""
    seat, counter = _quick(tx, args, "transfer")
    target = service_of(tx.office, args.get("service"))
    step = _visitor(tx, seat)
    if target.key == step.service:
        raise Refused("same_service")
    done = stages.go_on(tx, counter, step, target.key, "transferred", f"from_{step.state}")
    changed(tx, counter.key)
    return done


def reclass(tx: Tx, args: dict[str, Any]) -> Answer:
    """Into the other class with a reason, at the place it would have had, never to the end (decisions 4)."""
    if args.get("reason") not in RECLASS:
        raise Refused("reason_needed")
    step = step_of(tx, args["step"])
    if step.state not in (State.WAITING, State.CALLED, State.SERVING, State.PARKED):
        raise Refused("not_now", act="reclass", state=step.state)
    new = replace(step, priority=int(bool(args["priority"])))
    save(tx, step, new, "class_changed", {"priority": new.priority, "reason": args["reason"]})
    _bump(tx)
    return {}


def cancel(tx: Tx, args: dict[str, Any]) -> Answer:
    """Cancels a number for its holder, with a reason from the list."""
    if args.get("reason") not in CANCEL:
        raise Refused("reason_needed")
    step = step_of(tx, args["step"])
    new = advance(tx, step, "cancel", ended_at=tx.now.at, outcome=args["reason"])
    save(tx, step, new, "cancelled", {"by": "officer", "reason": args["reason"]})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    if step.counter:
        changed(tx, step.counter)
    return {}


def arrived(tx: Tx, args: dict[str, Any]) -> Answer:
    """The holder of a number from a phone stands here."""
    step = step_of(tx, args["step"])
    stages.wait_for_both(tx, step.id)
    if step.arrived_at is None:
        arrive(tx, step, "staff")
    return {}


def _bump(tx: Tx) -> None:
    seat = people.seat_of(tx.c, tx.office_id, tx.actor.person_id or 0)
    if seat is not None:
        changed(tx, seat.counter)
