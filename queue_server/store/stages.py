"""Stages for which two must be ready: who was sent for, and since when either is there."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from .prepared import Prepared


class Readiness(NamedTuple):
    """As the table has it: ``..._at`` UTC ms, ``..._tick`` on the steady clock; None: not yet."""

    office_id: int
    ticket_id: int
    service: str
    asked_at: int
    asked_tick: int
    visitor_at: int | None
    visitor_tick: int | None
    other_at: int | None
    other_tick: int | None


class Awaited(NamedTuple):
    """Somebody sent for, as the screens show it: by the number of whoever visits them."""

    ticket_id: int
    service: str
    prefix: str
    number: int
    asked_at: int
    visitor_at: int | None
    other_at: int | None
    visitor_tick: int | None
    other_tick: int | None


_columns = [t.readiness.c[name] for name in Readiness._fields]
_one = Prepared(select(*_columns).where(
    t.readiness.c.ticket_id == bindparam("of_ticket"), t.readiness.c.service == bindparam("of_stage")))
_mine = update(t.readiness).where(
    t.readiness.c.ticket_id == bindparam("of_ticket"), t.readiness.c.service == bindparam("of_stage"))
_visitor = _mine.values(visitor_at=bindparam("now"), visitor_tick=bindparam("now_tick"))
_other = _mine.values(other_at=bindparam("now"), other_tick=bindparam("now_tick"))
_today = Prepared(
    select(t.readiness.c.ticket_id, t.readiness.c.service, t.ticket.c.prefix, t.ticket.c.number,
           t.readiness.c.asked_at, t.readiness.c.visitor_at, t.readiness.c.other_at, t.readiness.c.visitor_tick,
           t.readiness.c.other_tick)
    .join(t.ticket, t.ticket.c.id == t.readiness.c.ticket_id)
    .where(t.readiness.c.office_id == bindparam("office"), t.ticket.c.day == bindparam("on_day"))
    .order_by(t.readiness.c.asked_tick, t.readiness.c.ticket_id))
_still = Prepared(
    select(t.step.c.ticket_id).where(
        t.step.c.office_id == bindparam("office"), t.step.c.day == bindparam("on_day"),
        literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")))


def of_ticket(c: Connection, ticket_id: int, stage: str) -> Readiness | None:
    row = _one.first(c, {"of_ticket": ticket_id, "of_stage": stage})
    return None if row is None else Readiness(*row)


def ask(c: Connection, office_id: int, ticket_id: int, stage: str, at: int, tick: int) -> bool:
    """Notes that somebody was sent for; False when they were already."""
    make: Any = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    made = make(t.readiness).values(
        office_id=office_id, ticket_id=ticket_id, service=stage, asked_at=at, asked_tick=tick,
    ).on_conflict_do_nothing(index_elements=["ticket_id", "service"])
    return bool(c.execute(made).rowcount == 1)


def visitor_ready(c: Connection, ticket_id: int, stage: str, at: int, tick: int) -> None:
    c.execute(_visitor, {"of_ticket": ticket_id, "of_stage": stage, "now": at, "now_tick": tick})


def other_ready(c: Connection, ticket_id: int, stage: str, at: int, tick: int) -> None:
    c.execute(_other, {"of_ticket": ticket_id, "of_stage": stage, "now": at, "now_tick": tick})


def of_day(c: Connection, office_id: int, day: str) -> tuple[list[Awaited], list[Awaited]]:
    """(those of visits that still go on and where not both are ready; those where both were ready)."""
    where = {"office": office_id, "on_day": day}
    found = [Awaited(*row) for row in _today.all(c, where)]
    if not found:
        return [], []
    going_on = {row[0] for row in _still.all(c, where)}
    both = [one for one in found if one.visitor_at is not None and one.other_at is not None]
    return [one for one in found if one not in both and one.ticket_id in going_on], both


_waiting = Prepared(
    select(t.step.c.id).where(
        t.step.c.office_id == bindparam("office"), t.step.c.day == bindparam("on_day"),
        t.step.c.service == bindparam("service_key"),
        literal_column("step.state = 'waiting' AND step.arrived_at IS NULL"),
        t.step.c.queued_tick <= bindparam("until_tick"))
    .order_by(t.step.c.queued_tick, t.step.c.id))


def waiting_for_other(c: Connection, office_id: int, day: str, service: str, until_tick: int) -> list[int]:
    """The steps at a stage, queued up to a tick, that nobody may call yet."""
    where = {"office": office_id, "on_day": day, "service_key": service, "until_tick": until_tick}
    return [row[0] for row in _waiting.all(c, where)]
