"""Who sits where: taking a counter, leaving it, pausing it, and taking over from a colleague (decisions 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..domain.errors import NotAllowed, Refused
from ..domain.events import Json
from ..domain.ticket import State, Step, label
from ..store import people, queue
from ..store.people import Seat
from ..transaction import Answer, Tx
from .counter import finish, free, my_seat
from .moving import advance, save, step_of
from .serving import changed

PAUSE = ("prayer", "rest", "meeting", "system_down", "back_office")


def sit(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes a counter; a taken one only with ``take_over``, which is recorded."""
    counter = next((c for c in tx.office.counters if c.key == args.get("counter")), None)
    if counter is None:
        raise NotAllowed("no_such_counter")
    if tx.office.room_of(counter.key) is not None:
        raise Refused("unit_of_room")
    person = tx.actor.person_id or 0
    held = people.seat_at(tx.c, tx.office_id, counter.key)
    if held is None:
        people.add_seats(tx.c, tx.office_id, [counter.key])
        held = people.seat_at(tx.c, tx.office_id, counter.key)
    assert held is not None
    people.read(tx.c, tx.office_id, person)  # whoever sits down, or sits here already, knows where they are
    if held.person_id == person:
        return {"counter": counter.key}
    if held.state == "locked":
        raise Refused("counter_locked")
    mine = people.seat_of(tx.c, tx.office_id, person)
    if mine is not None:
        if queue.active_at(tx.c, tx.office_id, mine.counter) is not None:
            raise Refused("visitor_here")
        _stand_up(tx, mine.counter)
    body: dict[str, Json] = {"counter": counter.key, "person": person}
    if held.person_id is not None:
        if not args.get("take_over"):
            raise Refused("counter_taken")
        body["from_person"] = held.person_id
        tell(tx, held.person_id, "counter_taken", counter.key, queue.active_at(tx.c, tx.office_id, counter.key))
    people.save_seat(tx.c, tx.office_id, counter.key, person, "open", "", tx.now.at, tx.now.tick)
    tx.record("counter_taken", body)
    step = queue.active_at(tx.c, tx.office_id, counter.key)
    if step is not None:
        save(tx, step, replace(step, person_id=person, before=""), "visitor_taken_over", {
            "counter": counter.key, "from_person": held.person_id})
    return {"counter": counter.key}


def tell(tx: Tx, person: int, code: str, counter: str, step: Step | None) -> None:
    """What somebody else did to an officer is never silent: it stands on their console until they have read it.

    ``step``: the visitor that it was about, if there was one.
    """
    ticket = queue.ticket(tx.c, step.ticket_id) if step is not None else None
    shown = label(ticket.prefix, ticket.number) if ticket is not None else ""
    people.tell(tx.c, tx.office_id, person, code, counter, shown, tx.actor.person_id or 0, tx.now.at)


def understood(tx: Tx, args: dict[str, Any]) -> Answer:
    """The officer has read what they were told."""
    people.read(tx.c, tx.office_id, tx.actor.person_id or 0)
    return {}


def _stand_up(tx: Tx, counter: str, visitor: str = "") -> None:
    people.save_seat(tx.c, tx.office_id, counter, None, "closed", "", tx.now.at, tx.now.tick)
    body: dict[str, Json] = {"counter": counter, "person": tx.actor.person_id}
    if visitor:
        body["visitor"] = visitor
    tx.record("counter_left", body)


def leave(tx: Tx, args: dict[str, Any]) -> Answer:
    """Leaves the counter; with a visitor there it must be said what becomes of them."""
    seat, _counter = my_seat(tx, {})
    becomes = args.get("becomes")
    step = queue.active_at(tx.c, tx.office_id, seat.counter)
    if step is not None:
        if becomes == "finish":
            finish(tx, {"outcome": "served"})
        elif becomes == "waiting":
            _back_to_queue(tx, seat, step)
        else:
            raise Refused("visitor_left_behind")
    _stand_up(tx, seat.counter, str(becomes or "") if step is not None else "")
    return {}


def _back_to_queue(tx: Tx, seat: Seat, step: Step) -> None:
    """The visitor of an officer who leaves is next, at once: nobody who missed nothing waits longer."""
    act = "skip" if step.state == State.CALLED else "park"
    extra = {} if act == "skip" else {"park_clock": "office", "park_reason": "officer_left"}
    seq = tx.head.head_seq + 1
    new = advance(tx, step, act, counter="", person_id=None, returned_seq=seq, return_after=0, **extra)
    if act == "skip":
        save(tx, step, new, "skipped", {"counter": seat.counter, "return_after": 0})
        queue.end_calls(tx.c, step.id, "over", tx.now.at)
    else:
        parked = save(tx, step, new, "parked", {"counter": seat.counter, "reason": "officer_left", "clock": "office"})
        back = advance(tx, parked, "bring_back", returned_seq=tx.head.head_seq + 1, return_after=0)
        save(tx, parked, back, "brought_back", {"return_after": 0, "from": "parked"})


def take_visitor(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes over a visitor in service at another counter; recorded, and the other counter is free."""
    seat, counter = my_seat(tx, args)
    free(tx, seat)
    step = step_of(tx, args["step"])
    if step.state not in (State.CALLED, State.SERVING):
        raise Refused("not_now", act="take_visitor", state=step.state)
    new = replace(step, counter=counter.key, person_id=tx.actor.person_id, before="")
    save(tx, step, new, "visitor_taken_over", {
        "counter": counter.key, "from_counter": step.counter, "from_person": step.person_id})
    if step.person_id is not None:
        tell(tx, step.person_id, "visitor_taken", counter.key, step)
    for key in (step.counter, counter.key):
        changed(tx, key)
    return {}


def pause(tx: Tx, args: dict[str, Any]) -> Answer:
    """Away for a while, with a reason; a visitor at the counter comes first."""
    seat, counter = my_seat(tx, args)
    if not args.get("reason"):
        raise Refused("reason_needed")
    if queue.active_at(tx.c, tx.office_id, seat.counter) is not None:
        raise Refused("visitor_here")
    people.save_seat(
        tx.c, tx.office_id, counter.key, tx.actor.person_id, "paused", str(args["reason"]), tx.now.at, tx.now.tick)
    tx.record("counter_paused", {"counter": counter.key, "reason": str(args["reason"])})
    return {}


def resume(tx: Tx, args: dict[str, Any]) -> Answer:
    seat, counter = my_seat(tx, args)
    if seat.state == "paused":
        people.save_seat(tx.c, tx.office_id, counter.key, tx.actor.person_id, "open", "", tx.now.at, tx.now.tick)
        tx.record("counter_resumed", {"counter": counter.key})
    return {}
