"""The rows of a bundle that are no events: where its log begins, the configurations and the standards that it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from .. import tables as t
from ..store import seals


def first_seq(c: Connection, office_id: int, first_day: str, last_day: str, last_seq: int) -> int:
    """The event with which the log of these days begins: the newest seal before the first number of any step of the
    period (also of one that was reopened or goes on from an earlier day), or the very first event.

    A period without a number gets the log from the seal before its first day on.
    """
    in_period = (t.step.c.office_id == office_id, t.step.c.day >= first_day, t.step.c.day <= last_day)
    ticket = c.execute(select(func.min(t.step.c.ticket_id)).where(*in_period)).scalar()
    if ticket is None:
        made = c.execute(select(func.min(t.seal.c.seq)).where(
            t.seal.c.office_id == office_id, t.seal.c.day >= first_day)).scalar()
        return max(1, seals.newest_before(c, office_id, int(made or last_seq)))
    step = c.execute(select(func.min(t.step.c.id)).where(t.step.c.ticket_id == ticket)).scalar()
    begun = c.execute(select(func.min(t.event_table.c.seq)).where(
        t.event_table.c.office_id == office_id, t.event_table.c.step_id == step)).scalar()
    return max(1, seals.newest_before(c, office_id, int(begun or 1)))


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
