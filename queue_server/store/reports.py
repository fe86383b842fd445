"""The wait-time log: every step of a range of office days, judged by the promise in force at its issue.

Read day by day and by id within the day, so that a range of any length costs little memory, and always
on a reading connection: nothing here can hold up a call (decisions 33).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from .. import tables as t
from ..domain import hours, plausible
from ..domain import standard as promise_rules
from ..domain.entry import Entry, standard_of
from ..domain.office import Promise, Standard
from ..domain.standard import Durations, Elapsed
from ..domain.ticket import OPEN, State
from ..moment import BOOT_ID, boot_ns, wall_ms
from . import offices
from .acts import NOTHING, Acts, acts_of

__all__ = ["Entry", "Filters", "Reader", "days", "numbers"]


@dataclass(frozen=True)
class Filters:
    """Office days from ``first`` to ``last``, both included; an empty field is no filter."""

    first: str
    last: str
    service: str = ""
    counter: str = ""
    person: int | None = None


_DURATIONS = ("waited_ms", "walked_ms", "served_ms", "parked_office_ms", "parked_visitor_ms", "remote_ms")
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
_under_way: ColumnElement[bool] = literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")


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


class Reader:
    """Reads entries in one snapshot, with the standards of the office and the steady clock of that moment."""

    def __init__(self, c: Connection, office_id: int) -> None:
        self.c = c
        self.office_id = office_id
        self.tick = _tick(c)
        self.now = wall_ms()
        self.day_begins = _day_begins(c, office_id)
        self.standards = _standards(c, office_id)

    def all(self, filters: Filters, most: int = 1_000) -> Iterator[list[Entry]]:
        """Every entry of the range in chunks of at most ``most``, by day and order of issue."""
        for day, _count in days(self.c, self.office_id, filters):
            # One statement a day, read bit by bit: asked for again from an id on, it would sort the day each time.
            found = self.c.execute(
                _rows.where(*_where(self.office_id, filters), t.step.c.day == day).order_by(_id),
                execution_options={"stream_results": True, "yield_per": most})
            for rows in found.partitions():
                yield self.entries(rows)

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

    def changed(self, day: str, after_seq: int) -> tuple[list[Entry], int]:
        """Entries of a day that changed after an event, and the newest event seen."""
        rows = self.c.execute(_rows.where(
            t.step.c.office_id == self.office_id, t.step.c.day == day, t.step.c.last_seq > after_seq)).all()
        return self.entries(rows), max((row.last_seq for row in rows), default=after_seq)

    def under_way(self, day: str) -> list[Entry]:
        """Entries of a day that have not ended, with their times so far."""
        return self.entries(self.c.execute(_rows.where(
            t.step.c.office_id == self.office_id, t.step.c.day == day, _under_way)).all())

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
        columns = [t.step.c[name] for name in ("ticket_id", "id", "service", "clock_doubt", *_DURATIONS)]
        tickets = sorted({ticket for ticket, _service in steps.values()})
        for ticket, step, service, doubt, *times in self.c.execute(
            select(*columns).where(t.step.c.ticket_id.in_(tickets), t.step.c.day != "")
        ):
            legs.setdefault(ticket, []).append((step, service, Durations(*times, doubtful=bool(doubt))))
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
         parked_visitor, remote, standard_id, _seq, prefix, number, channel, issued_at, earlier, recalls) = row
        state = State(in_state)
        took = Durations(waited, walked, served, parked_office, parked_visitor, remote, bool(doubt))
        if state in OPEN:
            running = Elapsed(max(0, self.tick - since_tick))
            took = promise_rules.add(took, state, "", running, park_clock == "visitor", arrived_at is None)
        visit, been_here = (took, False) if before is None else (before[0] + took, before[1])
        version, standard = self.standards.get(standard_id, _NONE)
        stated = standard.promise(channel, bool(priority))
        verdict = promise_rules.judge(took, stated, state, first_called_at is not None, standard.visit_min, visit)
        rule, reason = _code(_RULE, why), _code(_REASON, why)
        flags = plausible.flags(plausible.Lived(
            state, earlier + 1, stated.service_min, took.walked, took.served, took.total, took.waited, issued_at,
            arrived_at, first_called_at, called_at, started_at, ended_at or self.now, rule, reason, bool(doubt),
            self.day_begins, acts.reopened, acts.woken, acts.no_show_ms, been_here))
        return Entry(
            step, day, prefix, number, earlier + 1, service, channel, bool(priority), issued_at, arrived_at,
            first_called_at, called_at, started_at, ended_at, took.waited_here, took.walked, took.served,
            took.parked_office, took.parked_visitor, took.remote, visit.total, stated, standard.visit_min, verdict,
            recalls, rule, reason, counter, person, in_state, outcome, standard_id, version, bool(doubt), flags,
        )


_NONE = (0, Standard({"door": Promise()}))


#: Two codes out of the decision that called the step; reading the whole of it would take longer than all else.
_RULE, _REASON = re.compile(r'"rule": ?"(\w+)"'), re.compile(r'"reason": ?"(\w+)"')


def _code(pattern: re.Pattern[str], why: str) -> str:
    found = pattern.search(why)
    return found[1] if found else ""


def _standards(c: Connection, office_id: int) -> dict[int, tuple[int, Standard]]:
    """Id -> (version, standard) of everything that the office ever promised."""
    rows = c.execute(select(t.standard.c.id, t.standard.c.version, t.standard.c.body).where(
        t.standard.c.office_id == office_id))
    return {row[0]: (row[1], standard_of(row[2])) for row in rows}


def _tick(c: Connection) -> int:
    """The office's steady clock now; in a boot that nobody opened yet the wall clock stands in."""
    offset = c.execute(select(t.boot.c.offset_ms).where(t.boot.c.boot == BOOT_ID)).scalar()
    return wall_ms() if offset is None else int(offset) + boot_ns() // 1_000_000


def _day_begins(c: Connection, office_id: int) -> int | None:
    """Ms after midnight UTC at which the office's day changes; None where it is always open."""
    version = c.execute(select(t.office.c.config_version).where(t.office.c.id == office_id)).scalar_one()
    return hours.day_begins(offices.config(c, office_id, version))
