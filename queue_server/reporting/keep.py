"""Keeping the tallies of past days: in a process of its own, once a day is over and whenever one changed since.

A day is kept when it is over and nobody of it is under way. Whatever happens to one of its steps afterwards (a number
from the paper roll entered days later, a step reopened) makes readers count that day from the log again until it has
been kept anew, so a report is right at any moment, kept or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from .. import tables as t
from ..database import Database
from ..domain import hours
from ..domain.office import Office
from ..domain.tally import PARTS, Key, Tally
from ..domain.ticket import OPEN, State
from ..moment import wall_ms
from ..store import offices, tallies
from ..store.offices import Head
from ..store.reports import Filters, Reader, days
from ..store.tallies import Book
from .units import UNITS, Unit

EVER = ("0000-01-01", "9999-12-31")
#: Told after each day: how many are done, how many there are.
Told = Callable[[int, int], None]


def keep(database: Database, key: str, told: Told = lambda done, total: None, anew: bool = False) -> int:
    """Brings an office's tallies up to date; how many days were written. ``anew``: makes all of them again.

    One short transaction a day, and the book last: what is interrupted is done again.
    """
    head, office, found = _opening(database, key, anew)
    today = hours.office_day(office, wall_ms())
    due = [day for day in found if day < today]
    left_out = {day for day in found if day >= today}
    for done, day in enumerate(due, 1):
        made, under_way = of_day(database, head.id, office, day)
        if under_way:
            left_out.add(day)
        else:
            with _writing(database) as c:
                tallies.save(c, head.id, "day", day, made)
        told(done, len(due))
    for unit in UNITS:
        with database.read() as c:
            missing = {unit.of(day) for day in tallies.starts(c, head.id, "day", *EVER)} - tallies.starts(
                c, head.id, unit.name, *EVER)
        for start in sorted({unit.of(day) for day in due} | missing):
            if unit.last(start) < today:
                _keep_unit(database, head.id, unit, start)
    with _writing(database) as c:
        tallies.save_book(c, head.id, Book(head.head_seq, tallies.rules_of(office), frozenset(left_out)))
    return len(due)


def _opening(database: Database, key: str, anew: bool) -> tuple[Head, Office, list[str]]:
    """The office as it is now, and the days whose tallies are missing or old."""
    with database.read() as c:
        head = offices.heads_of(c, [key])[0]
        office = offices.config(c, head.id, head.config_version)
        known = tallies.book(c, head.id)
    if anew or known is None or known.rules != tallies.rules_of(office):
        with _writing(database) as c:
            tallies.forget(c, head.id)
        known = None
    with database.read() as c:
        return head, office, sorted(stale_days(c, head.id, office, known))


def stale_days(c: Connection, office_id: int, office: Office, known: Book | None) -> Iterable[str]:
    """The days with steps that are not, or not any more, as the book has them."""
    if known is None:
        return [day for day, _count in days(c, office_id, Filters(*EVER)) if day]
    return (known.left_out | tallies.changed_days(c, office_id, office, known.seq)) - {""}


def of_day(database: Database, office_id: int, office: Office, day: str) -> tuple[dict[Key, Tally], bool]:
    """A day from the log, and whether anybody of it is under way."""
    with database.read() as c:
        entries = [entry for chunk in Reader(c, office_id).all(Filters(day, day)) for entry in chunk]
        under_way = any(State(entry.state) in OPEN for entry in entries)
        return tallies.of_day(office, entries, tallies.line_of(c, office_id, office, day)), under_way


def _keep_unit(database: Database, office_id: int, unit: Unit, start: str) -> None:
    """A month, or a third of one, from its days."""
    with database.read() as c:
        made = _added(c, office_id, unit, start)
    with _writing(database) as c:
        tallies.save(c, office_id, unit.name, start, made)


def _added(c: Connection, office_id: int, unit: Unit, start: str) -> dict[Key, Tally]:
    made: dict[Key, Tally] = {}
    for part in PARTS:
        for row in tallies.kept(c, office_id, part, "day", unit.first(start), unit.last(start)):
            made.setdefault((row.service, part, row.name), Tally()).add(row.tally)
    return made


@contextmanager
def _writing(database: Database) -> Iterator[Connection]:
    """A short transaction on the writing connection of this process; the server's own waits for it, as for that of a
    command at the shell."""
    c = database.writer()
    with c.begin():
        yield c


def is_due(c: Connection, head: Head, office: Office, today: str) -> bool:
    """Whether a day that is over waits to be kept."""
    known = tallies.book(c, head.id)
    if known is None or known.rules != tallies.rules_of(office):
        s = t.step.c
        some = select(s.id).where(s.office_id == head.id, s.day < today, s.day != "").limit(1)
        return c.execute(some).first() is not None
    return any(day < today for day in stale_days(c, head.id, office, known))


# --- whether it is right -----------------------------------------------------------------------


def check(database: Database, key: str, told: Told = lambda done, total: None) -> tuple[int, list[str]]:
    """Counts every kept day again from the log, months and their thirds from the days; (how many, those that differ).

    Days that changed since they were kept are left out: readers do not use them.
    """
    with database.read() as c:
        head = offices.heads_of(c, [key])[0]
        office = offices.config(c, head.id, head.config_version)
        known = tallies.book(c, head.id)
        if known is None or known.rules != tallies.rules_of(office):
            return 0, []
        changed = set(stale_days(c, head.id, office, known))
        kept = sorted(tallies.starts(c, head.id, "day", *EVER) - changed)
        added = [
            (unit, start) for unit in UNITS
            for start in sorted(tallies.starts(c, head.id, unit.name, *EVER) - {unit.of(day) for day in changed})]
    differing, total = [], len(kept) + len(added)
    for done, day in enumerate(kept, 1):
        made, _under_way = of_day(database, head.id, office, day)
        with database.read() as c:
            if not _is(c, head.id, "day", day, made):
                differing.append(day)
        told(done, total)
    for done, (unit, start) in enumerate(added, len(kept) + 1):
        with database.read() as c:
            if not _is(c, head.id, unit.name, start, _added(c, head.id, unit, start)):
                differing.append(start)
        told(done, total)
    return total, differing


def _is(c: Connection, office_id: int, span: str, start: str, made: dict[Key, Tally]) -> bool:
    """Whether what is kept is what was made."""
    return stored(c, office_id, span, start) == {name: tallies.plain(tally) for name, tally in made.items()}


def stored(c: Connection, office_id: int, span: str, start: str) -> dict[Key, tallies.Plain]:
    """The kept tallies of one day or month as plain values."""
    return {
        (row.service, part, row.name): tallies.plain(row.tally)
        for part in PARTS for row in tallies.kept(c, office_id, part, span, start, start)
    }
