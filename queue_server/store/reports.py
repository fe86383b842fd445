"""The wait-time log: every step of a range of office days, judged by the promise in force at its issue.

Read day by day and by id within the day, so that a range of any length costs little memory, and always
on a reading connection: nothing here can hold up a call (decisions 33).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from .. import tables as t
from ..domain import hours
from ..domain import standard as promise_rules
from ..domain.entry import Acts, Entry, judged
from ..domain.office import Clocks
from ..domain.open_time import uncounted
from ..domain.standard import Durations, Elapsed
from ..domain.ticket import OPEN, State
from ..moment import BOOT_ID, boot_ns, wall_ms
from . import offices, standards
from .acts import NOTHING, acts_of

__all__ = ["Entry", "Filters", "Reader", "days", "numbers"]


@dataclass(frozen=True)
class Filters:
    """Office days from ``first`` to ``last``, both included; an empty field is no filter."""

    first: str
    last: str
    service: str = ""
    counter: str = ""
    person: int | None = None
    #: A code of ``plausible.RULES``, "any": every flagged step, or "none": every other.
    flag: str = ""

    def wants(self, entry: Entry) -> bool:
        """Whether an entry, found by what its row holds, has the flag that is asked for."""
        if self.flag == "any":
            return bool(entry.flags)
        return not entry.flags if self.flag == "none" else self.flag in entry.flags


_DURATIONS = (
    "waited_ms", "walked_ms", "served_ms", "parked_office_ms", "parked_visitor_ms", "remote_ms", "waited_off_ms",
    "parked_off_ms",
)
_earlier_step = t.step.alias("earlier")
_earlier = (
    select(func.count()).where(
        _earlier_step.c.ticket_id == t.step.c.ticket_id, _earlier_step.c.id < t.step.c.id, _earlier_step.c.day != "")
    .scalar_subquery().label("earlier")
)
_recalls = (
    select(func.count()).where(t.call.c.step_id == t.step.c.id, t.call.c.nth > 1, t.call.c.undone == 0)
    .scalar_subquery().label("recalls")
)
_of_step = (
    "id", "ticket_id", "day", "service", "state", "priority", "arrived_at", "counter", "person_id", "since_tick",
    "clock_doubt", "called_at", "started_at", "ended_at", "first_called_at", "why", "outcome", "park_clock",
    *_DURATIONS, "standard_id", "last_seq",
)
_of_ticket = ("prefix", "number", "channel", "issued_at")
_rows = select(
    *(t.step.c[name] for name in _of_step), *(t.ticket.c[name] for name in _of_ticket), _earlier, _recalls,
).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
#: The plus keeps the planner from walking the whole table by id: it takes the day by its index and sorts that.
_id: ColumnElement[int] = literal_column("+step.id")

#: Word for word the condition of the index of open steps, so that it is used.
UNDER_WAY: ColumnElement[bool] = literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")


def _where(office_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    found = [t.step.c.office_id == office_id]
    if filters.service:
        found.append(t.step.c.service == filters.service)
    if filters.counter:
        found.append(t.step.c.counter == filters.counter)
    if filters.person is not None:
        found.append(t.step.c.person_id == filters.person)
    return found


def days(c: Connection, office_id: int, filters: Filters) -> list[tuple[str, int]]:
    """(day, how many steps) of the range, oldest first."""
    found = c.execute(
        select(t.step.c.day, func.count())
        .where(*_where(office_id, filters), t.step.c.day >= filters.first, t.step.c.day <= filters.last)
        .group_by(t.step.c.day).order_by(t.step.c.day)
    )
    return [(row[0], row[1]) for row in found]


def numbers(c: Connection, office_id: int, filters: Filters) -> int:
    """How many numbers have a step in the range; one that was transferred has several and counts once."""
    return int(c.execute(
        select(func.count(t.step.c.ticket_id.distinct()))
        .where(*_where(office_id, filters), t.step.c.day >= filters.first, t.step.c.day <= filters.last)
    ).scalar_one())


#: Rows that are read at once where most of them may not be wanted.
BITE = 200


class Reader:
    """Reads entries in one snapshot, with the standards of the office and the steady clock of that moment."""

    def __init__(self, c: Connection, office_id: int) -> None:
        self.c = c
        self.office_id = office_id
        self.tick = _tick(c)
        self.now = wall_ms()
        version = c.execute(select(t.office.c.config_version).where(t.office.c.id == office_id)).scalar_one()
        self.office = offices.config(c, office_id, version)
        self.day_begins = hours.day_begins(self.office)
        self.services = {service.key: service for service in self.office.services}
        self.standards = standards.by_id(c, office_id, version)

    def all(self, filters: Filters, most: int = 1_000) -> Iterator[list[Entry]]:
        """Every entry of the range in chunks of at most ``most``, by day and order of issue."""
        for day, _count in days(self.c, self.office_id, filters):
            yield from self.day(filters, day, most)

    def day(self, filters: Filters, day: str, most: int = 1_000) -> Iterator[list[Entry]]:
        """The entries of a day in chunks of at most ``most``, in order of issue."""
        # One statement a day, read bit by bit: asked for again from an id on, it would sort the day each time.
        found = self.c.execute(
            _rows.where(*_where(self.office_id, filters), t.step.c.day == day).order_by(_id),
            execution_options={"stream_results": True, "yield_per": most})
        for rows in found.partitions():
            entries = self.entries(rows)
            yield [e for e in entries if filters.wants(e)] if filters.flag else entries

    def page(self, filters: Filters, page: int, size: int) -> tuple[list[Entry], int]:
        """Page ``page`` (from 1), newest first, and how many entries there are in all."""
        counted = days(self.c, self.office_id, filters)
        skip, found = (page - 1) * size, list[Entry]()
        for day, count in reversed(counted):
            if skip >= count:
                skip -= count
                continue
            rows = self.c.execute(
                _rows.where(*_where(self.office_id, filters), t.step.c.day == day)
                .order_by(_id.desc()).limit(size - len(found)).offset(skip)).all()
            found += self.entries(rows)
            skip = 0
            if len(found) >= size:
                break
        return found, sum(count for _day, count in counted)

    def flagged(
        self, filters: Filters, before: tuple[str, int] | None, most: int, look: int
    ) -> tuple[list[Entry], tuple[str, int] | None]:
        """Up to ``most`` entries with the flag that is asked for, newest first, among the next ``look`` rows before
        (day, step); and how far it looked, None: to the end. No column says what is flagged, so a row must be read."""
        found: list[Entry] = []
        for day, _count in reversed(days(self.c, self.office_id, filters)):
            if before is not None and day > before[0]:
                continue
            below = before[1] if before is not None and day == before[0] else 2**62
            statement = _rows.where(
                *_where(self.office_id, filters), t.step.c.day == day, _id < bindparam("below_id")).order_by(_id.desc())
            while True:
                rows = self.c.execute(statement.limit(min(BITE, look)), {"below_id": below}).all()
                if not rows:
                    break
                for entry in self.entries(rows):
                    below, look = entry.step, look - 1
                    if filters.wants(entry):
                        found.append(entry)
                        if len(found) == most:
                            return found, (day, below)
                if not look:
                    return found, (day, below)
        return found, None

    def changed(self, day: str, after_seq: int) -> tuple[list[Entry], int]:
        """Entries of a day that changed after an event, and the newest event seen."""
        rows = self.c.execute(_rows.where(
            t.step.c.office_id == self.office_id, t.step.c.day == day, t.step.c.last_seq > after_seq)).all()
        return self.entries(rows), max((row.last_seq for row in rows), default=after_seq)

    def under_way(self, day: str) -> list[Entry]:
        """Entries of a day that have not ended, with their times so far."""
        return self.entries(self.c.execute(_rows.where(
            t.step.c.office_id == self.office_id, t.step.c.day == day, UNDER_WAY)).all())

    def entries(self, rows: Iterable[Any]) -> list[Entry]:
        rows = list(rows)
        before = self._before(rows)
        acts = acts_of(self.c, self.office_id, [row.id for row in rows])
        return [self._entry(row, before.get(row.id), acts.get(row.id, NOTHING)) for row in rows]

    def _before(self, rows: list[Any]) -> dict[int, tuple[Durations, bool]]:
        """Step -> what the earlier steps of its ticket took, and whether one was at the same service; only for the
        few that have any."""
        steps = {row.id: (row.ticket_id, row.service) for row in rows if row.earlier}
        if not steps:
            return {}
        legs: dict[int, list[tuple[int, str, Durations]]] = {}
        columns = [t.step.c[name] for name in ("ticket_id", "id", "service", *_DURATIONS, "clock_doubt")]
        tickets = sorted({ticket for ticket, _service in steps.values()})
        for ticket, step, service, *times in self.c.execute(
            select(*columns).where(t.step.c.ticket_id.in_(tickets), t.step.c.day != "")
        ):
            legs.setdefault(ticket, []).append((step, service, _durations(*times)))
        return {
            step: (
                sum((d for leg, _service, d in legs[ticket] if leg < step), Durations()),
                any(leg < step and service == here for leg, service, _d in legs[ticket]),
            ) for step, (ticket, here) in steps.items()
        }

    def _entry(self, row: Any, before: tuple[Durations, bool] | None, acts: Acts) -> Entry:
        # Taken apart in one go: a million rows cost half as much as by their names.
        (step, _ticket, day, service, in_state, priority, arrived_at, counter, person, since_tick, doubt, called_at,
         started_at, ended_at, first_called_at, why, outcome, park_clock, waited, walked, served, parked_office,
         parked_visitor, remote, waited_off, parked_off, standard_id, _seq, prefix, number, channel, issued_at, earlier,
         recalls) = row
        state = State(in_state)
        took = Durations(
            waited, walked, served, parked_office, parked_visitor, remote, bool(doubt), waited_off, parked_off)
        judged_by = self.standards.get(standard_id, standards.NONE)
        clocks = judged_by.standard.clocks
        if state in OPEN:
            running = max(0, self.tick - since_tick)
            took = promise_rules.add(took, state, "", Elapsed(running), park_clock == "visitor", arrived_at is None)
            if clocks.counts != "always":
                took = self._less_closed_time(took, state, running, park_clock, arrived_at, service, clocks)
        visit, been_here = (took, False) if before is None else (before[0] + took, before[1])
        return judged(
            step, day, prefix, number, earlier + 1, service, channel, bool(priority), issued_at, arrived_at,
            first_called_at, called_at, started_at, ended_at, took, visit, judged_by, recalls, _code(_RULE, why),
            _code(_REASON, why), counter, person, state, outcome, standard_id, self.now, self.day_begins, acts,
            been_here)

    def _less_closed_time(
        self, took: Durations, state: State, running: int, park_clock: str, arrived_at: int | None, service: str,
        clocks: Clocks,
    ) -> Durations:
        """``took`` with what its standard does not count of the stretch that runs now, as ``moving.advance`` would."""
        name = promise_rules.clock(state, "", park_clock == "visitor")
        if name not in ("waited", "parked_office") or service not in self.services:
            return took
        since = self.now - running
        if name == "waited" and clocks.wait_from == "arrived":
            since = self.now if arrived_at is None else max(since, arrived_at)
        off = uncounted(self.office, self.services[service], clocks.counts, since, self.now)
        if name == "waited":
            return replace(took, waited_off=took.waited_off + off)
        return replace(took, parked_off=took.parked_off + off)


def _durations(
    waited: int, walked: int, served: int, office: int, visitor: int, remote: int, waited_off: int, parked_off: int,
    doubt: int,
) -> Durations:
    """A row's, in the order of ``_DURATIONS``, and whether the clock was in doubt."""
    return Durations(waited, walked, served, office, visitor, remote, bool(doubt), waited_off, parked_off)


#: Two codes out of the decision that called the step; reading the whole of it would take longer than all else.
_RULE, _REASON = re.compile(r'"rule": ?"(\w+)"'), re.compile(r'"reason": ?"(\w+)"')


def _code(pattern: re.Pattern[str], why: str) -> str:
    found = pattern.search(why)
    return found[1] if found else ""


def _tick(c: Connection) -> int:
    """The office's steady clock now; in a boot that nobody opened yet the wall clock stands in."""
    offset = c.execute(select(t.boot.c.offset_ms).where(t.boot.c.boot == BOOT_ID)).scalar()
    return wall_ms() if offset is None else int(offset) + boot_ns() // 1_000_000
