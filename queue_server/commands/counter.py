"""What an officer does at a counter: call, recall, start, finish, skip, no-show, park, transfer. Undo: ``undo.py``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..domain import discipline
from ..domain import no_show as no_show_rule
from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.office import Counter
from ..domain.ticket import State, Step, label, move
from ..store import log, moved, people, queue
from ..store.people import Seat
from ..transaction import Answer, Tx
from .moving import advance, save, service_of, step_of
from .visitor import arrive, new_step, standard_of

#: Reasons from a list (decisions 9, 11); the words files hold the sentences "reason.<code>".
OUT_OF_ORDER = ("urgent_need", "companion", "short_question", "wrong_order", "supervisor_asked", "replay")
OUTCOMES = ("served", "incomplete", "referred", "visitor_left")
#: Why service rests, and whose clock runs meanwhile.
PARK = {
    "papers_missing": "visitor", "visitor_fetches": "visitor", "system_down": "office", "colleague_needed": "office",
}
NO_SHOW = ("board_broken", "called_aloud")
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
        if before in REPEATS[act] or (before is None and REPEATS[act] is ONE_BUTTON):
            raise Refused("double_press")
    return seat, counter


def changed(tx: Tx, counter: str) -> None:
    """Something happened at a counter: presses that saw the state before are stale."""
    people.touch_seat(tx.c, tx.office_id, counter, tx.now.tick)


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
    return _call(tx, step, counter, choice.why, "waiting")


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
        return _call(tx, step, counter, {"rule": "parked"}, "parked")
    if args.get("reason") not in OUT_OF_ORDER:
        raise Refused("reason_needed")
    return _call(tx, step, counter, {"rule": "out_of_order", "reason": args["reason"]}, "waiting")


def free(tx: Tx, seat: Seat) -> None:
    """Raises Refused unless the counter is open and nobody stands there."""
    if seat.state == "paused":
        raise Refused("paused_counter")
    if queue.active_at(tx.c, tx.office_id, seat.counter) is not None:
        raise Refused("visitor_here")


def _call(tx: Tx, step: Step, counter: Counter, why: dict[str, Json], came_from: str) -> Answer:
    called = advance(
        tx, step, "call", counter=counter.key, person_id=tx.actor.person_id, called_at=tx.now.at,
        first_called_at=step.first_called_at or tx.now.at, calls=1, returned_seq=0, return_after=0,
        automatic=int(why["rule"] in discipline.IN_THE_MIX), why=json.dumps(why), started_at=None,
    )
    if step.first_called_at is None:
        called = called.changed(first_waited_ms=max(0, called.waited_ms - step.remote_ms))
    body: dict[str, Json] = {
        "counter": counter.key, "service": step.service, "priority": step.priority, "why": why, "from": came_from,
    }
    if why.get("reason"):
        body["reason"] = why["reason"]
    called = save(tx, step, called, "called", body)
    rule = str(why["rule"])
    _announce(tx, called, counter, 1, rule)
    if rule in discipline.IN_THE_MIX:
        for passed, ticket_id in queue.pass_remote(
            tx.c, tx.office_id, tx.day, step.service, step.queued_tick, called.last_seq
        ):
            tx.record("passed", {"ticket": ticket_id}, passed)
    changed(tx, counter.key)
    ticket = queue.ticket(tx.c, step.ticket_id)
    return {"step": step.id, "label": label(ticket.prefix, ticket.number), "call": called.last_seq, "why": why}


def _announce(tx: Tx, step: Step, counter: Counter, nth: int, rule: str) -> None:
    queue.add_call(tx.c, {
        "office_id": tx.office_id, "seq": step.last_seq, "day": tx.day, "service": step.service, "hall": counter.hall,
        "counter": counter.key, "step_id": step.id, "nth": nth, "at": tx.now.at, "priority": step.priority,
        "in_mix": int(rule in discipline.IN_THE_MIX),
        "advances": int(rule not in discipline.RETURNS and rule != "parked"),
    })


def recall(tx: Tx, args: dict[str, Any]) -> Answer:
    """Repeats the call; counted, and spaced so that a hall is not shouted at."""
    seat, counter = _quick(tx, args, "recall")
    step = _visitor(tx, seat)
    heard = queue.calls_heard(tx.c, step.id, queue.first_call(tx.c, step.id))
    spacing_ms = tx.office.rules.recall_spacing_s * 1000
    wait_ms = heard[-1].at + spacing_ms - tx.now.at if heard else 0
    if 0 < wait_ms <= spacing_ms:  # more than that: the clock was set back since, and nobody is to wait for it
        raise Refused("recall_too_soon", seconds=-(-wait_ms // 1000))
    move("recall", State(step.state))
    new = replace(step, calls=step.calls + 1)  # the walk is one walk, however often it was called
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    new = save(tx, step, new, "recalled", {"counter": counter.key, "count": new.calls})
    _announce(tx, new, counter, new.calls, "recall")
    changed(tx, counter.key)
    return {"call": new.last_seq, "count": new.calls}


def start(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor is here: service begins."""
    seat, counter = _quick(tx, args, "start")
    step = _visitor(tx, seat)
    if step.arrived_at is None:
        step = arrive(tx, step, "call")
    new = save(tx, step, advance(tx, step, "start", started_at=tx.now.at), "started", {"counter": counter.key})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"step": step.id, "event": new.last_seq}


def finish(tx: Tx, args: dict[str, Any]) -> Answer:
    """Service ends, with its outcome from the list."""
    seat, counter = _quick(tx, args, "finish")
    outcome = args.get("outcome") or "served"
    if outcome not in OUTCOMES:
        raise Refused("reason_needed")
    step = _visitor(tx, seat)
    new = advance(tx, step, "finish", ended_at=tx.now.at, outcome=outcome)
    new = save(tx, step, new, "finished", {"counter": counter.key, "outcome": outcome})
    changed(tx, counter.key)
    return {"step": step.id, "event": new.last_seq}


def skip(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor did not come: back after ``return_after`` others."""
    seat, counter = _quick(tx, args, "skip")
    step = _visitor(tx, seat)
    after = tx.office.rules.return_after
    # The place counts from this very event, so that the calls after it bring the visitor nearer.
    new = advance(tx, step, "skip", counter="", person_id=None, returned_seq=tx.head.head_seq + 1, return_after=after)
    new = save(tx, step, new, "skipped", {"counter": counter.key, "return_after": after})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"return_after": after, "event": new.last_seq}


def no_show(tx: Tx, args: dict[str, Any]) -> Answer:
    """Ends a step whose holder did not come after enough calls that boards drew and spoke (decisions 11)."""
    seat, counter = _quick(tx, args, "no_show")
    step = _visitor(tx, seat)
    verdict = no_show_verdict(tx, step, counter, args.get("reason"))
    new = advance(tx, step, "no_show", ended_at=tx.now.at, outcome="no_show")
    new = save(tx, step, new, "no_show", {"counter": counter.key, **verdict})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"event": new.last_seq}


def no_show_verdict(tx: Tx, step: Step, counter: Counter, reason: Any) -> dict[str, Json]:
    """What the log says of the calls; raises Refused with everything that is missing yet."""
    calls = queue.calls_heard(tx.c, step.id, queue.first_call(tx.c, step.id))
    standing = no_show_rule.standing(calls, tx.office.rules, tx.office.voice, step.called_at or 0)
    boards = bool(people.boards_alive(tx.c, tx.office_id, counter.hall, tx.now.at))
    refused = standing.refusal(boards, tx.now.at)
    if refused is not None:
        raise refused
    if not standing.missing:
        return {"calls_acknowledged": standing.heard}
    if reason not in NO_SHOW:
        raise Refused("reason_needed_no_board")
    return {"calls_acknowledged": standing.heard, "without_board": True, "reason": str(reason)}


# --- setting aside, moving on ------------------------------------------------------------------


def bring_back(tx: Tx, args: dict[str, Any]) -> Answer:
    """A parked visitor, or one who missed the call within the grace time, waits again at the promised place."""
    seat, _counter = my_seat(tx, {})
    step = step_of(tx, args["step"])
    rules = tx.office.rules
    if step.state == State.NO_SHOW and tx.now.at - (step.ended_at or 0) > rules.return_within_min * 60_000:
        raise Refused("grace_over", minutes=rules.return_within_min)
    after = 0 if step.state == State.PARKED else rules.return_after
    new = advance(
        tx, step, "bring_back", counter="", person_id=None, ended_at=None, outcome="",
        returned_seq=tx.head.head_seq + 1, return_after=after, arrived_at=step.arrived_at or tx.now.at,
    )
    save(tx, step, new, "brought_back", {"return_after": after, "from": step.state})
    changed(tx, seat.counter)
    return {"return_after": after}


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
    came_from = step.state
    new = advance(tx, step, "transfer", ended_at=tx.now.at, outcome="transferred")
    standard = standard_of(tx, target.key, queue.ticket(tx.c, step.ticket_id).day, step.ticket_id)
    to_step = queue.add_step(tx.c, new_step(
        tx, step.ticket_id, target.key, bool(step.priority), State.WAITING, standard, True))
    new = save(tx, step, new, "transferred", {
        "counter": counter.key, "to_service": target.key, "to_step": to_step, "standard": standard,
        "reason": f"from_{came_from}"})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"step": to_step, "event": new.last_seq}


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
    if step.arrived_at is None:
        arrive(tx, step, "staff")
    return {}


def _bump(tx: Tx) -> None:
    seat = people.seat_of(tx.c, tx.office_id, tx.actor.person_id or 0)
    if seat is not None:
        changed(tx, seat.counter)
