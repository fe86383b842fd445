"""The rows of a bundle that are no events: where its log begins, the configurations and the standards that it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from .. import tables as t
from ..store import seals


def first_seq(c: Connection, office_id: int, first_day: str, last_day: str, last_seq: int) -> int:
    """The event with which the log of these days begins: the newest seal of a day before the first number of any step
    of the period was given (also of one that was reopened or goes on from an earlier day), so that such a number's day
    is there from its beginning; or the very first event.
    """
    in_period = (t.step.c.office_id == office_id, t.step.c.day >= first_day, t.step.c.day <= last_day)
    ticket = c.execute(select(func.min(t.step.c.ticket_id)).where(*in_period)).scalar()
    day, begun = first_day, last_seq
    if ticket is not None:
        of_ticket = select(t.ticket.c.day, func.min(t.step.c.id)).join(
            t.step, t.step.c.ticket_id == t.ticket.c.id).where(t.ticket.c.id == ticket).group_by(t.ticket.c.day)
        ticket_day, step = c.execute(of_ticket).one()
        day = min(day, ticket_day)
        begun = c.execute(select(func.min(t.event_table.c.seq)).where(
            t.event_table.c.office_id == office_id, t.event_table.c.step_id == step)).scalar() or 1
    found = c.execute(select(func.max(t.seal.c.seq)).where(
        t.seal.c.office_id == office_id, t.seal.c.seq <= begun, t.seal.c.day < day)).scalar()
    return int(found or 1)


def configurations(c: Connection, office_id: int, first: int, last: int) -> Iterator[str]:
    """A line for each configuration that was in force between two events."""
    v = t.office_version.c
    at_first = c.execute(select(func.max(v.version)).where(v.office_id == office_id, v.seq <= first)).scalar() or 1
    rows = c.execute(select(v.version, v.seq, v.body).where(
        v.office_id == office_id, v.version >= at_first, v.seq <= last).order_by(v.version))
    for version, seq, body in rows:
        yield _line({"version": version, "seq": seq, "body": body})


def standards(c: Connection, office_id: int, last: int) -> Iterator[str]:
    """A line for every standard that was published up to an event."""
    return seals.register_lines(c, office_id, last)


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
