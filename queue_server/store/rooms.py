"""Visits at the units of rooms, and the batches that rooms called."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, insert, literal_column, select, update

from .. import tables as t
from ..domain.room import Sitting
from .prepared import Prepared

_columns = (
    t.sitting.c.step_id, t.sitting.c.room, t.sitting.c.unit, t.sitting.c.minutes, t.sitting.c.extended_min,
    t.sitting.c.began_at, t.sitting.c.began_tick, t.sitting.c.warned, t.sitting.c.over,
)
# A visit whose step ended in another way (cancelled, the day closed) has no time running any more.
_is_running = and_(
    t.sitting.c.office_id == bindparam("office"), literal_column("sitting.ended_at IS NULL"),
    t.step.c.state == "serving", t.step.c.counter == t.sitting.c.unit,
)
_running = Prepared(
    select(*_columns).join(t.step, t.step.c.id == t.sitting.c.step_id).where(_is_running).order_by(t.sitting.c.id))
_of_step = Prepared(
    select(*_columns).join(t.step, t.step.c.id == t.sitting.c.step_id)
    .where(_is_running, t.sitting.c.step_id == bindparam("of_step")))
_any_running = Prepared(
    select(t.office.c.key, *_columns).join(t.office, t.office.c.id == t.sitting.c.office_id)
    .join(t.step, t.step.c.id == t.sitting.c.step_id)
    .where(literal_column("sitting.ended_at IS NULL"), t.step.c.state == "serving",
           t.step.c.counter == t.sitting.c.unit))
_of_unit = and_(t.sitting.c.office_id == bindparam("office"), t.sitting.c.unit == bindparam("at_unit"),
                literal_column("sitting.ended_at IS NULL"))
_end = update(t.sitting).where(_of_unit).values(ended_at=bindparam("now"))
_newest = select(func.max(t.sitting.c.id)).where(t.sitting.c.step_id == bindparam("of_step")).scalar_subquery()
_resume = update(t.sitting).where(t.sitting.c.id == _newest).values(ended_at=None)
_save = update(t.sitting).where(
    t.sitting.c.office_id == bindparam("office"), t.sitting.c.step_id == bindparam("of_step"),
    literal_column("sitting.ended_at IS NULL"),
).values(extended_min=bindparam("new_extended"), warned=bindparam("new_warned"), over=bindparam("new_over"),
         unit=bindparam("new_unit"))


def running(c: Connection, office_id: int) -> dict[int, Sitting]:
    """Step -> its visit, of all whose time runs."""
    found = [Sitting(*row) for row in _running.all(c, {"office": office_id})]
    return {sitting.step: sitting for sitting in found}


def running_everywhere(c: Connection) -> list[tuple[str, Sitting]]:
    """(office, visit) of all offices."""
    return [(row[0], Sitting(*row[1:])) for row in _any_running.all(c, {})]


def of_step(c: Connection, office_id: int, step: int) -> Sitting | None:
    row = _of_step.first(c, {"office": office_id, "of_step": step})
    return None if row is None else Sitting(*row)


def begin(c: Connection, office_id: int, sitting: Sitting) -> None:
    """The countdown runs; whatever still stood at the unit has ended (its step did, in whatever way)."""
    end(c, office_id, sitting.unit, sitting.began_at)
    c.execute(insert(t.sitting).values(
        office_id=office_id, step_id=sitting.step, room=sitting.room, unit=sitting.unit, minutes=sitting.minutes,
        extended_min=sitting.extended_min, began_at=sitting.began_at, began_tick=sitting.began_tick,
    ))


def end(c: Connection, office_id: int, unit: str, at: int) -> None:
    c.execute(_end, {"office": office_id, "at_unit": unit, "now": at})


def resume(c: Connection, step: int) -> None:
    """The end of the step's newest visit was taken back: its time ran on."""
    c.execute(_resume, {"of_step": step})


def save(c: Connection, office_id: int, sitting: Sitting) -> None:
    c.execute(_save, {
        "office": office_id, "of_step": sitting.step, "new_extended": sitting.extended_min,
        "new_warned": sitting.warned, "new_over": sitting.over, "new_unit": sitting.unit,
    })


# --- batches ---------------------------------------------------------------------------------------


class Called(NamedTuple):
    """A batch as it was called; ``called`` are steps, ``passed`` (step, code of ``room.PASSED``)."""

    room: str
    number: int
    at: int
    called: tuple[int, ...]
    passed: tuple[tuple[int, str], ...]


_last = Prepared(
    select(t.batch.c.room, t.batch.c.number, t.batch.c.at, t.batch.c.called, t.batch.c.passed)
    .where(t.batch.c.office_id == bindparam("office"), t.batch.c.day == bindparam("on_day"))
    .order_by(t.batch.c.number))


def add_batch(c: Connection, office_id: int, day: str, made: Called) -> None:
    c.execute(insert(t.batch).values(
        office_id=office_id, day=day, room=made.room, number=made.number, at=made.at,
        called=json.dumps(made.called), passed=json.dumps(made.passed)))


def last_batches(c: Connection, office_id: int, day: str) -> dict[str, Called]:
    """Room -> its newest batch of a day."""
    found = {}
    for room, number, at, called, passed in _last.all(c, {"office": office_id, "on_day": day}):
        skipped = tuple((step, code) for step, code in json.loads(passed))
        found[room] = Called(room, number, at, tuple(json.loads(called)), skipped)
    return found


# --- parties ---------------------------------------------------------------------------------------


def people(c: Connection, tickets: list[int]) -> dict[int, int]:
    """Ticket -> how many people come with it."""
    rows = c.execute(select(t.ticket.c.id, t.ticket.c.party).where(t.ticket.c.id.in_(tickets))) if tickets else ()
    return {row[0]: max(1, row[1]) for row in rows}


def people_of_steps(c: Connection, office_id: int, steps: list[int]) -> dict[int, int]:
    """Step -> how many people come with its number."""
    rows = c.execute(
        select(t.step.c.id, t.ticket.c.party).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
        .where(t.step.c.office_id == office_id, t.step.c.id.in_(steps))) if steps else ()
    return {row[0]: max(1, row[1]) for row in rows}


_inside = Prepared(
    select(t.step.c.counter, t.ticket.c.party).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
    .where(t.step.c.office_id == bindparam("office"), literal_column("step.state IN ('called', 'serving')")))


def inside(c: Connection, office_id: int, units: tuple[str, ...]) -> dict[str, int]:
    """Unit -> how many people were called to it or are there, of those that are not free."""
    found = _inside.all(c, {"office": office_id})
    return {unit: max(1, people_) for unit, people_ in found if unit in units}


def set_people(c: Connection, ticket: int, people_: int) -> None:
    c.execute(update(t.ticket).where(t.ticket.c.id == ticket).values(party=people_))

