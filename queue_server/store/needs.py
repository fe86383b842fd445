"""What visitors said that they need: one row a ticket, or a reservation until it becomes one; gone the day after."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update

from .. import tables as t
from ..domain.needs import NOTHING, Stated
from .prepared import Prepared

_n = t.need
# + 0: beside an index whose condition names the same column (need_of_reservation), SQLite plans a statement anew for
# every value that is bound to it, which takes eight times as long as looking for the row.
_said = Prepared(select(_n.c.stated, _n.c.to_fetch, _n.c.place).where(_n.c.ticket_id == bindparam("of_ticket") + 0))
_of_day = Prepared(
    select(_n.c.ticket_id, _n.c.stated, _n.c.to_fetch, _n.c.place)
    .where(_n.c.office_id == bindparam("office"), _n.c.erase_at >= bindparam("from_ms"),
           literal_column("need.ticket_id > 0")))
_held = Prepared(
    select(t.call.c.step_id, t.call.c.at)
    .where(t.call.c.office_id == bindparam("office"), literal_column("call.state = 'held'")))


class Issued(NamedTuple):
    """A number that somebody who works here took for a visitor."""

    step: int
    ticket: int
    secret: str
    prefix: str
    number: int
    service: str
    language: str
    priority: int
    issued_at: int
    paper: str
    state: str
    counter: str
    called_at: int | None
    ended_at: int | None


def _stated(row: Any) -> Stated:
    return Stated(tuple(code for code in str(row[0]).split(",") if code), bool(row[1]), str(row[2]))


def of_ticket(c: Connection, ticket_id: int) -> Stated:
    found = _said.first(c, {"of_ticket": ticket_id})
    return NOTHING if found is None else _stated(found)


def of_day(c: Connection, office_id: int, erased: int) -> dict[int, Stated]:
    """Ticket -> what was said of it, of those that are erased at ``erased`` (UTC ms) or later: the day's."""
    rows = _of_day.all(c, {"office": office_id, "from_ms": erased})
    return {row[0]: _stated(row[1:]) for row in rows}


def of_reservation(c: Connection, reservation_id: int) -> Stated:
    found = c.execute(select(_n.c.stated, _n.c.to_fetch, _n.c.place).where(
        _n.c.reservation_id == reservation_id, literal_column("need.ticket_id = 0"))).first()
    return NOTHING if found is None else _stated(found)


def keep(
    c: Connection, office_id: int, said: Stated, erase_at: int, ticket_id: int = 0, reservation_id: int = 0,
    secret_key: str = "",
) -> None:
    """In place of what was said before; nothing said is no row."""
    mine = _n.c.ticket_id == ticket_id if ticket_id else (_n.c.ticket_id == 0) & (_n.c.reservation_id == reservation_id)
    c.execute(delete(_n).where(mine))
    if said:
        c.execute(insert(_n).values(
            office_id=office_id, ticket_id=ticket_id, reservation_id=reservation_id, stated=",".join(said.needs),
            to_fetch=int(said.fetch), place=said.where, secret_key=secret_key, erase_at=erase_at))


def becomes_ticket(c: Connection, reservation_id: int, ticket_id: int, erase_at: int) -> None:
    """What was said with a reservation is said with its number."""
    c.execute(update(_n).where(_n.c.reservation_id == reservation_id, _n.c.ticket_id == 0).values(
        ticket_id=ticket_id, erase_at=erase_at))


def held_since(c: Connection, office_id: int) -> dict[int, int]:
    """Step -> when it was called (UTC ms), of those to whom somebody goes now, before any board shows the call."""
    return {row[0]: row[1] for row in _held.all(c, {"office": office_id})}


def issued_by(c: Connection, office_id: int, day: str, person_id: int, most: int = 60) -> list[Issued]:
    """The numbers that a person took for visitors on a day, newest first, each with its newest step."""
    leg = t.step.alias("leg")
    newest = select(func.max(leg.c.id)).where(leg.c.ticket_id == t.ticket.c.id, leg.c.day != "").correlate(t.ticket)
    rows = c.execute(
        select(t.step.c.id, t.ticket.c.id, t.ticket.c.secret, t.ticket.c.prefix, t.ticket.c.number, t.step.c.service,
               t.ticket.c.language, t.ticket.c.priority, t.ticket.c.issued_at, t.ticket.c.paper, t.step.c.state,
               t.step.c.counter, t.step.c.called_at, t.step.c.ended_at)
        .join(t.step, t.step.c.ticket_id == t.ticket.c.id)
        .where(t.step.c.id == newest.scalar_subquery(), t.ticket.c.office_id == office_id, t.ticket.c.day == day,
               t.ticket.c.issuer == f"person:{person_id}")
        .order_by(t.ticket.c.id.desc()).limit(most))
    return [Issued._make(row) for row in rows]
