"""Past days as the public page counts them: once, and again when a day changes (a paper number entered afterwards,
a step reopened). What is kept can be thrown away at any time; it is counted anew from the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from ..domain.public import Counting, Tally
from .reports import Entry, Filters, Reader

_p = t.public_day.c


def count(counts: dict[str, Counting], entries: Iterable[Entry]) -> None:
    """Takes entries of one day into the counts of their services."""
    for entry in entries:
        wait = entry.verdict.wait
        counts.setdefault(entry.service, Counting()).add(
            wait.on_time, wait.why, entry.first_called_at is not None, entry.wait)


def day_of(c: Connection, office_id: int, day: str, bite: int) -> Iterable[list[Entry]]:
    """A day's entries in bites, so that nothing else waits long."""
    return Reader(c, office_id).all(Filters(day, day), bite)


def days_due(c: Connection, office_id: int, before: str, seen: int | None) -> tuple[list[str], int]:
    """Days before ``before`` that must be counted, the newest first, and the newest event now: those that nobody has
    counted, and those to which something happened after event ``seen`` (None: after the one that is noted)."""
    head = int(c.execute(select(t.office.c.head_seq).where(t.office.c.id == office_id)).scalar_one())
    noted = c.execute(select(t.public_seen.c.seq).where(t.public_seen.c.office_id == office_id)).scalar()
    counted = {row[0] for row in c.execute(select(_p.day.distinct()).where(_p.office_id == office_id))}
    if noted is None:  # never looked at to the end: every day of the log, but for those that were reached
        return sorted(set(_days(c, office_id, "", before)) - counted, reverse=True), head
    found = set(_days(c, office_id, max(counted, default=""), before))
    e = t.event_table.c
    found.update(row[0] for row in c.execute(
        select(t.step.c.day.distinct()).join(t.event_table, e.step_id == t.step.c.id).where(
            e.office_id == office_id, e.seq > max(noted, seen or 0), e.seq <= head, t.step.c.day < before,
            t.step.c.day != "")))
    return sorted(found, reverse=True), head


def _days(c: Connection, office_id: int, after: str, before: str) -> Iterator[str]:
    """Days with steps between the two; one look into the index for each, however many steps a day has."""
    step = t.step.c
    while True:
        found = c.execute(select(func.min(step.day)).where(
            step.office_id == office_id, step.day > after, step.day < before)).scalar()
        if found is None:
            return
        after = found
        yield after


def keep(c: Connection, office_id: int, day: str, tallies: dict[str, Tally]) -> None:
    """The counts of a day in place of those before."""
    c.execute(delete(t.public_day).where(_p.office_id == office_id, _p.day == day))
    for service, tally in sorted(tallies.items()):
        c.execute(insert(t.public_day).values(
            office_id=office_id, day=day, service=service, body=orjson.dumps(tally.as_json()).decode()))


def saw(c: Connection, office_id: int, seq: int) -> None:
    """Past days are as of this event."""
    make: Any = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    c.execute(make(t.public_seen).values(office_id=office_id, seq=seq).on_conflict_do_update(
        index_elements=["office_id"], set_={"seq": seq}))


_of_months = select(_p.day, _p.service, _p.body).where(
    _p.office_id == bindparam("office"), _p.day >= bindparam("first")).order_by(_p.day)


def months(c: Connection, office_id: int, first: str) -> dict[str, dict[str, Tally]]:
    """Month ("2026-11") -> service -> the days from ``first`` on that were counted."""
    found: dict[str, dict[str, Tally]] = {}
    for day, service, body in c.execute(_of_months, {"office": office_id, "first": first}):
        month = found.setdefault(day[:7], {})
        month[service] = month.get(service, Tally()) + Tally.of_json(orjson.loads(body))
    return found

