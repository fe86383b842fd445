"""Numbers that were given without the server: what of a reserve is used, and entering them afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select

from .. import tables as t
from ..domain.numbering import Part


def used_to(c: Connection, office_id: int, service: str, day: str, part: Part) -> int:
    """The highest number of a part that is known to be given out on a day; ``part.first`` - 1: none."""
    found = c.execute(select(func.max(t.ticket.c.number)).where(
        t.ticket.c.office_id == office_id, t.ticket.c.service == service, t.ticket.c.day == day,
        t.ticket.c.number.between(part.first, part.last))).scalar()
    return part.first - 1 if found is None else int(found)


def is_taken(c: Connection, office_id: int, service: str, day: str, number: int) -> bool:
    """Whether the number of a series was given out already, by whomever."""
    return c.execute(select(t.ticket.c.id).where(
        t.ticket.c.office_id == office_id, t.ticket.c.service == service, t.ticket.c.day == day,
        t.ticket.c.number == number)).first() is not None


def add_ticket(c: Connection, values: dict[str, Any]) -> int:
    """As ``queue.add_ticket``, whose statement is made for one set of columns."""
    return int(c.execute(insert(t.ticket).values(values).returning(t.ticket.c.id)).scalar_one())


def add_step(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t.step).values(values).returning(t.step.c.id)).scalar_one())


def kiosks_at(c: Connection, office_id: int, place: str) -> list[tuple[int, str, int]]:
    """(device, state, paired at) of every kiosk that was ever paired at a place, oldest first."""
    rows = c.execute(
        select(t.device.c.id, t.device.c.state, t.device.c.paired_at)
        .where(t.device.c.office_id == office_id, t.device.c.kind == "kiosk", t.device.c.board == place,
               t.device.c.paired_at.is_not(None)).order_by(t.device.c.paired_at, t.device.c.id))
    return [(r[0], r[1], r[2]) for r in rows]
