"""Reading a period: months, thirds and days that are kept, and from the log what is not: today, and changed days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..domain import hours
from ..domain.errors import NotFound
from ..domain.line_history import Line
from ..domain.office import Office
from ..domain.tally import Key, Tally
from ..moment import wall_ms
from ..store import glance, offices, tallies
from ..store.offices import Head
from ..store.reports import Filters, Reader
from ..store.tallies import Book, Row
from .keep import stale_days
from .units import UNITS, Unit, day_after, day_before

#: So many days may be counted from the log while somebody waits for the page; with more, they are kept first.
MOST_LIVE = 3
LONGEST_DAYS = 3_700


class NotKept(Exception):
    """Too many days of the period are not kept yet: ``python -m queue_server tally`` has to run first."""


@dataclass(frozen=True)
class Span:
    """Office days from ``first`` to ``last``, both included."""

    first: str
    last: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, str) and self.first <= day <= self.last

    def units(self, unit: Unit) -> list[str]:
        """The months, or thirds, that lie in it as a whole."""
        found, start = [], unit.of(self.first)
        while unit.first(start) <= self.last:
            if unit.first(start) >= self.first and unit.last(start) <= self.last:
                found.append(start)
            start = unit.of(day_after(unit.last(start)))
        return found

    @property
    def days(self) -> int:
        return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days + 1


class Period:
    """The tallies of a span of days as of one snapshot; raises NotFound, NotKept."""

    def __init__(self, c: Connection, key: str, span: Span, service: str = "") -> None:
        found = offices.heads_of(c, [key])
        if not found or not found[0].config_version:
            raise NotFound("no_such_office")
        self.c, self.span, self.service = c, span, service
        self.head: Head = found[0]
        self.office: Office = offices.config(c, self.head.id, self.head.config_version)
        self.today = hours.office_day(self.office, wall_ms())
        self.live = {day: self._live(day) for day in self._not_kept()}

    def _not_kept(self) -> list[str]:
        known = tallies.book(self.c, self.head.id)
        if known is not None and known.rules != tallies.rules_of(self.office):
            known = None
        found = sorted(day for day in _stale(self.c, self.head, self.office, known) if day in self.span)
        if len(found) > MOST_LIVE:
            raise NotKept
        return found

    def _live(self, day: str) -> dict[Key, Tally]:
        c, office_id = self.c, self.head.id
        if day != self.today:
            entries = [entry for chunk in Reader(c, office_id).all(Filters(day, day)) for entry in chunk]
            return tallies.of_day(self.office, entries, tallies.line_of(c, office_id, self.office, day))
        return tallies.of_day(self.office, glance.entries(c, office_id, day), self._todays_line())

    def _todays_line(self) -> Line:
        """What happened today, going on from where the last report stopped."""
        key = (str(self.c.engine.url), self.head.id)
        day, before = _lines.get(key, ("", None))
        if before is not None and (day != self.today or before.seq > self.head.head_seq):
            before = None
        line = tallies.line_of(self.c, self.head.id, self.office, self.today, before)
        _lines[key] = (self.today, line)
        return line

    @property
    def seq(self) -> int:
        """The newest event that is in the figures."""
        return self.head.head_seq

    def rows(self, part: str, by_day: bool = False) -> Iterator[Row]:
        """Tallies of one part that cover every day once; ``by_day``: each of a single day."""
        gaps = [self.span]
        for unit in () if by_day else UNITS:
            left = []
            for gap in gaps:
                found = self._unbroken(unit, gap)
                if not found:
                    left.append(gap)
                    continue
                yield from self._kept(part, unit.name, found[0], found[-1])
                before = Span(gap.first, day_before(unit.first(found[0])))
                after = Span(day_after(unit.last(found[-1])), gap.last)
                left += [rest for rest in (before, after) if rest.first <= rest.last]
            gaps = left
        for gap in gaps:
            yield from (row for row in self._kept(part, "day", gap.first, gap.last) if row.start not in self.live)
        for day, made in self.live.items():
            for (service, of_part, name), tally in made.items():
                if of_part == part and self.service in ("", service):
                    yield Row("day", day, service, name, tally)

    def _kept(self, part: str, span: str, first: str, last: str) -> Iterator[Row]:
        return tallies.kept(self.c, self.head.id, part, span, first, last, self.service)

    def _unbroken(self, unit: Unit, gap: Span) -> list[str]:
        """Months, or thirds, that are kept and in which nothing changed since: an unbroken run of them, the longest."""
        wanted = gap.units(unit)
        if not wanted:
            return []
        there = tallies.starts(self.c, self.head.id, unit.name, wanted[0], wanted[-1])
        changed = {unit.of(day) for day in self.live}
        runs: list[list[str]] = [[]]
        for start in wanted:
            if start in there and start not in changed:
                runs[-1].append(start)
            elif runs[-1]:
                runs.append([])
        return max(runs, key=len)

    def days_with_steps(self) -> list[str]:
        kept = tallies.starts(self.c, self.head.id, "day", self.span.first, self.span.last)
        return sorted((kept - set(self.live)) | {day for day, found in self.live.items() if found})


#: Per database and office: a day, and what happened in its lines so far. Replaced whole, never changed in place.
_lines: dict[tuple[str, int], tuple[str, Line | None]] = {}
#: Per database and office: up to which event changed days were looked for, and those found. Replaced whole.
_seen: dict[tuple[str, int], tuple[int, int, frozenset[str]]] = {}


def _stale(c: Connection, head: Head, office: Office, known: Book | None) -> Iterable[str]:
    """``keep.stale_days``, looking only at the events since it was asked last."""
    if known is None:
        return stale_days(c, head.id, office, None)
    key = (str(c.engine.url), head.id)
    book_seq, seq, found = _seen.get(key, (-1, 0, frozenset()))
    if book_seq != known.seq or seq > head.head_seq:
        seq, found = known.seq, known.left_out
    found |= tallies.changed_days(c, head.id, office, seq)
    _seen[key] = (known.seq, head.head_seq, found)
    return found - {""}
