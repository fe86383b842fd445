"""What is done in a room with units: units switched on and off, visitors called to them, their time, batches.

Nobody sits at a unit. Whoever runs the room presses for all of its units, and several people may: each press names
the unit or the visitor that it means, and is refused when that has become something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..domain import discipline, room
from ..domain import undo as undo_rule
from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..domain.office import Counter, Room
from ..domain.room import Party, Sitting, Unit
from ..domain.ticket import AT_COUNTER, State, Step, label
from ..store import log, people, queue, rooms, stages
from ..store.people import Seat
from ..transaction import Answer, Tx
from . import serving
from .counter import next_for
from .moving import save, step_of
from .undo import take_back
from .visitor import bring_back as come_back

#: So many of each class are looked at for a batch: more than any room has places.
LOOKED_AT = 200


def room_of(tx: Tx, key: Any) -> Room:
    found = tx.office.room(str(key))
    if found is None:
        raise NotFound("no_such_room")
    return found


def _unit_of(tx: Tx, key: Any) -> tuple[Room, Counter]:
    found = tx.office.room_of(str(key))
    if found is None:
        raise NotFound("no_such_unit")
    return found, tx.office.counter(str(key))


def _seat(tx: Tx, unit: str) -> Seat:
    found = people.seat_at(tx.c, tx.office_id, unit)
    if found is None:
        people.add_seats(tx.c, tx.office_id, [unit])
        found = people.seat_at(tx.c, tx.office_id, unit)
    assert found is not None
    return found


def _units(tx: Tx, of: Room) -> dict[str, Unit]:
    seats, taken = people.seats(tx.c, tx.office_id), rooms.inside(tx.c, tx.office_id, of.all_units)
    return {key: Unit(key, key in seats and seats[key].state == "open", key in taken) for key in of.all_units}


def _visitor(tx: Tx, args: dict[str, Any]) -> tuple[Room, Counter, Step]:
    """The visitor who is meant, at their unit; raises Refused when they are at none."""
    step = step_of(tx, args["step"])
    if step.state not in AT_COUNTER or tx.office.room_of(step.counter) is None:
        raise Refused("not_in_room")
    of, counter = _unit_of(tx, step.counter)
    return of, counter, step


# --- units -----------------------------------------------------------------------------------------


def open_room(tx: Tx, args: dict[str, Any]) -> Answer:
    """Every unit that is neither spare nor switched off for a reason is given out from now on."""
    of = room_of(tx, args["room"])
    opened = [key for key in of.units if _seat(tx, key).state == "closed"]
    for key in opened:
        _switch_on(tx, of, key)
    return {"units": len(opened)}


def close_room(tx: Tx, args: dict[str, Any]) -> Answer:
    """No unit is given out any more; what is under way goes on to its end."""
    of = room_of(tx, args["room"])
    closed = [key for key in of.all_units if _seat(tx, key).state == "open"]
    for key in closed:
        _switch_off(tx, of, key, "closed", "")
    return {"units": len(closed)}


def unit_on(tx: Tx, args: dict[str, Any]) -> Answer:
    of, counter = _unit_of(tx, args["unit"])
    if _seat(tx, counter.key).state != "open":
        _switch_on(tx, of, counter.key)
    return {}


def unit_off(tx: Tx, args: dict[str, Any]) -> Answer:
    """With a reason; whoever is there is ended or moved first. It stays off until somebody switches it on."""
    if args.get("reason") not in room.UNIT_OFF:
        raise Refused("reason_needed")
    of, counter = _unit_of(tx, args["unit"])
    if queue.active_at(tx.c, tx.office_id, counter.key) is not None:
        raise Refused("unit_taken")
    if _seat(tx, counter.key).state != "locked":
        _switch_off(tx, of, counter.key, "locked", str(args["reason"]))
    return {}


def _switch_on(tx: Tx, of: Room, unit: str) -> None:
    people.save_seat(tx.c, tx.office_id, unit, None, "open", "", tx.now.at, tx.now.tick)
    tx.record("unit_switched_on", {"room": of.key, "counter": unit})


def _switch_off(tx: Tx, of: Room, unit: str, state: str, reason: str) -> None:
    people.save_seat(tx.c, tx.office_id, unit, None, state, reason, tx.now.at, tx.now.tick)
    tx.record("unit_switched_off", {"room": of.key, "counter": unit, "reason": reason or "room_closed"})


# --- calling ---------------------------------------------------------------------------------------


def room_call(tx: Tx, args: dict[str, Any]) -> Answer:
    """Calls whoever is next to ``unit``, or to the first that is free."""
    of = room_of(tx, args["room"])
    unit = _free_unit(tx, of, args.get("unit"))
    choice = next_for(tx, _alone(tx, of, unit))
    if choice is None:
        raise Refused("nobody_waiting")
    step = step_of(tx, choice.step)
    return {**serving.call(tx, step, tx.office.counter(unit), choice.why, "waiting", of.key), "unit": unit}


def _free_unit(tx: Tx, of: Room, wanted: Any) -> str:
    """The unit that is given out. A second press of a trembling finger gives out no second one."""
    if wanted is None:
        seats = people.seats(tx.c, tx.office_id)
        newest = max((seats[key].changed_tick for key in of.all_units if key in seats), default=0)
        if tx.now.tick - newest < tx.office.rules.double_press_ms and log.newest_press(
                tx.c, tx.office_id, tx.head.head_seq, tx.actor.id) in ("called", None):
            raise Refused("double_press")
        found = room.free(of, _units(tx, of))
        if not found:
            raise Refused("no_free_unit")
        return found[0]
    if wanted not in of.all_units:
        raise NotFound("no_such_unit")
    if queue.active_at(tx.c, tx.office_id, str(wanted)) is not None:
        raise Refused("unit_taken")
    if _seat(tx, str(wanted)).state != "open":
        raise Refused("unit_is_off")
    return str(wanted)


def _alone(tx: Tx, of: Room, unit: str) -> Counter:
    """The unit as a counter of the room's service and no other."""
    return replace(tx.office.counter(unit), services=(of.service,))


def call_batch(tx: Tx, args: dict[str, Any]) -> Answer:
    """Calls as many parties as fit the free units and the room, in order, and records who was passed over and why.

    Refused: ``no_free_unit``, ``nobody_waiting``, and ``nobody_fits`` when all who wait are too many.
    """
    of = room_of(tx, args["room"])
    last = rooms.last_batches(tx.c, tx.office_id, tx.day).get(of.key)
    if last is not None and 0 <= tx.now.at - last.at < tx.office.rules.double_press_ms:
        raise Refused("double_press")
    free = room.free(of, _units(tx, of))
    if not free:
        raise Refused("no_free_unit")
    order = _order(tx, of)
    if not order:
        raise Refused("nobody_waiting")
    people_of = rooms.people_of_steps(tx.c, tx.office_id, order)
    inside = sum(rooms.inside(tx.c, tx.office_id, of.all_units).values())
    found = room.batch(of, [Party(step, people_of[step]) for step in order], free, inside)
    if not found.called:
        raise Refused("nobody_fits", n=len(found.passed))
    passed = (*found.passed, *_not_ready(tx, of, [step for step, _unit in found.called]))
    called = [_call_of_batch(tx, of, step, unit, found.passed) for step, unit in found.called]
    number = last.number + 1 if last else 1
    made = rooms.Called(of.key, number, tx.now.at, tuple(s for s, _u in found.called), passed)
    rooms.add_batch(tx.c, tx.office_id, tx.day, made)
    tx.record("batch_called", {
        "room": of.key, "number": number, "called": [*made.called], "passed": [[s, why] for s, why in made.passed]})
    return {"number": number, "called": called, "passed": [[s, why] for s, why in made.passed]}


def _order(tx: Tx, of: Room) -> list[int]:
    """Who waits for the room, in the order in which they would be called one by one."""
    rule = tx.office.rules.mix
    heads = queue.heads(tx.c, tx.office_id, tx.day, of.service, LOOKED_AT)
    recent = queue.recent(tx.c, tx.office_id, tx.day, of.service, discipline.recent_needed(rule), heads)
    rows = [*heads.ordinary, *heads.priority, *heads.returning]
    return [w.step for w, _why in discipline.in_order(rows, recent, rule, tx.now.tick)]


def _not_ready(tx: Tx, of: Room, called: list[int]) -> list[tuple[int, str]]:
    """Who came to this stage before somebody who is called now, and still waits for the other one to be ready."""
    latest = max(step_of(tx, step).queued_tick for step in called)
    return [(step, "not_ready") for step in stages.waiting_for_other(tx.c, tx.office_id, tx.day, of.service, latest)]


def _call_of_batch(tx: Tx, of: Room, step_id: int, unit: str, passed: tuple[tuple[int, str], ...]) -> dict[str, Any]:
    """The next one is called as always; one who is not the next, because those before did not fit, by the rule of
    the batch."""
    choice = next_for(tx, _alone(tx, of, unit))
    why: dict[str, Json] = {"rule": "batch", "reason": passed[0][1] if passed else "room_full"}
    if choice is not None and choice.step == step_id:
        why = choice.why
    done = serving.call(tx, step_of(tx, step_id), tx.office.counter(unit), why, "waiting", of.key)
    return {"step": step_id, "unit": unit, "label": done["label"]}


def room_recall(tx: Tx, args: dict[str, Any]) -> Answer:
    _room, counter, step = _visitor(tx, args)
    return serving.recall(tx, counter, step)


def room_skip(tx: Tx, args: dict[str, Any]) -> Answer:
    _room, counter, step = _visitor(tx, args)
    return serving.skip(tx, counter, step)


def room_no_show(tx: Tx, args: dict[str, Any]) -> Answer:
    _room, counter, step = _visitor(tx, args)
    return serving.no_show(tx, counter, step, args.get("reason"))


def room_back(tx: Tx, args: dict[str, Any]) -> Answer:
    """Who missed a call to a room waits again, at the promised place."""
    step = step_of(tx, args["step"])
    if all(of.service != step.service for of in tx.office.rooms):
        raise Refused("not_in_room")
    return come_back(tx, step)


# --- the time --------------------------------------------------------------------------------------


def room_start(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor has sat down, or the call is connected: the time runs."""
    of, counter, step = _visitor(tx, args)
    done = serving.start(tx, counter, step)
    rooms.begin(tx.c, tx.office_id, Sitting(step.id, of.key, counter.key, of.minutes, 0, tx.now.at, tx.now.tick))
    tx.record("time_began", {
        "ticket": step.ticket_id, "room": of.key, "counter": counter.key, "minutes": of.minutes}, step.id)
    return done


def extend(tx: Tx, args: dict[str, Any]) -> Answer:
    """More minutes, with a reason from the list and within the room's limit."""
    if args.get("reason") not in room.EXTEND:
        raise Refused("reason_needed")
    of, counter, step = _visitor(tx, args)
    sitting = _sitting(tx, step)
    longer = room.extended(sitting, of, int(args["minutes"]), tx.now.tick)
    rooms.save(tx.c, tx.office_id, longer)
    total = longer.minutes + longer.extended_min
    tx.record("time_extended", {
        "ticket": step.ticket_id, "room": of.key, "counter": counter.key, "minutes": int(args["minutes"]),
        "reason": str(args["reason"]), "total": total}, step.id)
    serving.changed(tx, counter.key)
    return {"total": total}


def room_end(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visit is over, before its time or after; the unit is free."""
    _room, counter, step = _visitor(tx, args)
    return _end(tx, counter, step, serving.outcome_of(args))


def _end(tx: Tx, counter: Counter, step: Step, outcome: str) -> Answer:
    done = serving.finish(tx, counter, step, outcome)
    rooms.end(tx.c, tx.office_id, counter.key, tx.now.at)
    return done


def _sitting(tx: Tx, step: Step) -> Sitting:
    found = rooms.of_step(tx.c, tx.office_id, step.id)
    if found is None:
        raise Refused("not_now", act="extend", state=step.state)
    return found


def room_move(tx: Tx, args: dict[str, Any]) -> Answer:
    """Whoever was called to a unit, or is there, goes on at another one that is free; the time runs on."""
    of, counter, step = _visitor(tx, args)
    unit = _free_unit(tx, of, str(args["unit"]))
    sitting = rooms.of_step(tx.c, tx.office_id, step.id)
    new = replace(step, counter=unit, before="")
    save(tx, step, new, "visitor_taken_over", {
        "counter": unit, "from_counter": counter.key, "from_person": None, "room": of.key})
    if sitting is not None:
        rooms.save(tx.c, tx.office_id, replace(sitting, unit=unit))
    for key in (counter.key, unit):
        serving.changed(tx, key)
    return {"unit": unit}


def time_passed(tx: Tx, args: dict[str, Any]) -> Answer:
    """What the clock says of a visit: a warning, and at the end that the time is up. Two processes may both press it;
    what was said already is not said again. Where the room's file says so, the end is the end."""
    step = step_of(tx, args["step"])
    sitting = rooms.of_step(tx.c, tx.office_id, step.id)
    of = tx.office.room_of(step.counter)
    due = sitting.due(tx.now.tick, of.warn_min) if sitting is not None and of is not None else ""
    if sitting is None or of is None or not due:
        return {"due": ""}
    body: dict[str, Json] = {"ticket": step.ticket_id, "room": of.key, "counter": step.counter}
    if due == "warn":
        rooms.save(tx.c, tx.office_id, replace(sitting, warned=1))
        left_min = -(-sitting.left_ms(tx.now.tick) // room.MINUTE)
        tx.record("time_warned", {**body, "left_min": left_min}, step.id)
    else:
        rooms.save(tx.c, tx.office_id, replace(sitting, warned=1, over=1))
        tx.record("time_over", {**body, "total": sitting.minutes + sitting.extended_min}, step.id)
        if of.ends == "clock":
            _end(tx, tx.office.counter(step.counter), step, "served")
    return {"due": due}


# --- undo, parties ---------------------------------------------------------------------------------


def room_undo(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes the named act back, as at a counter; a countdown that was ended by mistake has run on."""
    done = queue.done(tx.c, tx.office_id, int(args["event"]))
    if done is None or not done.before:
        raise Refused("undo_unknown")
    step = step_of(tx, done.step)
    unit = undo_rule.back_at(done) or step.counter
    if tx.office.room_of(unit) is None:
        raise Refused("undo_unknown")
    back = take_back(tx, done, unit)
    if done.kind == "started":
        rooms.end(tx.c, tx.office_id, unit, tx.now.at)
    elif back.state == State.SERVING:
        rooms.resume(tx.c, step.id)
    serving.changed(tx, unit)
    return {"step": step.id}


def count_party(tx: Tx, args: dict[str, Any]) -> Answer:
    """How many people come with a number, as counted at the counter: what a batch goes by."""
    number = int(args["people"])
    if not 1 <= number <= 50:
        raise Refused("party_count", most=50)
    step = step_of(tx, args["step"])
    rooms.set_people(tx.c, step.ticket_id, number)
    tx.record("party_counted", {"ticket": step.ticket_id, "people": number}, step.id)
    ticket = queue.ticket(tx.c, step.ticket_id)
    return {"label": label(ticket.prefix, ticket.number), "people": number}
