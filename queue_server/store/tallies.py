"""Kept tallies of past days, thirds of months and months, and what makes a day's.

A run of durations is kept as one blob: a byte that says how wide a number is, then the numbers in the machine's own
order, so that it is read without being taken apart. ``rules`` of the book names that order too: on another machine
everything is made anew.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from .. import tables as t
from ..domain import hours, line_history
from ..domain.line_history import Line, Noted, Place
from ..domain.office import Office
from ..domain.overtaking import overtakes
from ..domain.plausible import RULES
from ..domain.tally import Half, Key, Passed, Run, Tally, tallied
from .reports import Entry

#: Grows with every change of what a tally holds.
VERSION = 2
#: Numbers of so many bytes, by the byte that a blob begins with.
_WIDTHS = {b"4": "I", b"8": "Q"}
_MOST_NARROW = 2**32 - 1
OFFSET_MIN = {"WIB": 7 * 60, "WITA": 8 * 60, "WIT": 9 * 60}


class Row(NamedTuple):
    """``start``: the day, or the month as ``2026-11``."""

    span: str
    start: str
    service: str
    name: str
    tally: Tally


@dataclass(frozen=True)
class Book:
    """``seq``: every change of a past day up to this event is in the tallies, but for the days ``left_out``."""

    seq: int
    rules: str
    left_out: frozenset[str]


def rules_of(office: Office) -> str:
    """By what tallies are made; others are made anew."""
    codes = ",".join(f"{code}:{rule.n}" for code, rule in RULES.items())
    return " ".join(map(str, (
        VERSION, sys.byteorder, office.time_zone, office.day_starts, office.always_open, office.rules.return_after,
        codes)))


# --- the tallies of one day, from the log ------------------------------------------------------


def of_day(office: Office, entries: Sequence[Entry], line: Line) -> dict[Key, Tally]:
    """From the steps of a day, and what happened in its lines."""
    return tallied(entries, OFFSET_MIN[office.time_zone], overtakes(line.happened))


def line_of(c: Connection, office_id: int, office: Office, day: str, before: Line | None = None) -> Line:
    """What happened in the lines of a day; ``before``: the same, read earlier, which is left as it is."""
    line = Line(office.rules.return_after) if before is None else before.copy()
    where = {"office": office_id, "of_day": day, "after_seq": line.seq}
    found = [
        (Noted(seq, kind, step, orjson.loads(body)), Place(service, tick))
        for seq, kind, step, body, service, tick in c.execute(_newer if before else _day_events, where)]
    places = {event.step: place for event, place in found}
    places.update(_places(c, [event.body["to_step"] for event, _place in found if event.kind == "transferred"]))
    line.goes_on((event for event, _place in found), places)
    return line


def _places(c: Connection, steps: list[int]) -> dict[int, Place]:
    s = t.step.c
    found = c.execute(select(s.id, s.service, s.queued_tick).where(s.id.in_(steps))) if steps else ()
    return {row[0]: Place(row[1], row[2]) for row in found}


_of_events = select(
    t.event_table.c.seq, t.event_table.c.kind, t.event_table.c.step_id, t.event_table.c.body, t.step.c.service,
    t.step.c.queued_tick,
).join(t.step, t.step.c.id == t.event_table.c.step_id).where(
    t.step.c.day == bindparam("of_day"), t.event_table.c.kind.in_(line_history.KINDS)).order_by(t.event_table.c.seq)
#: Through the steps of the day, and through the newest events of the office.
_day_events = _of_events.where(t.step.c.office_id == bindparam("office"))
_newer = _of_events.where(
    t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"))


# --- what is kept ------------------------------------------------------------------------------


def book(c: Connection, office_id: int) -> Book | None:
    """None: nothing was ever kept."""
    b = t.tally_book.c
    row = c.execute(select(b.seq, b.rules, b.left_out).where(b.office_id == office_id)).first()
    return None if row is None else Book(row[0], row[1], frozenset(row[2].split()))


def save_book(c: Connection, office_id: int, found: Book) -> None:
    c.execute(delete(t.tally_book).where(t.tally_book.c.office_id == office_id))
    c.execute(insert(t.tally_book).values(
        office_id=office_id, seq=found.seq, rules=found.rules, left_out=" ".join(sorted(found.left_out))))


def forget(c: Connection, office_id: int) -> None:
    """Drops every tally of an office."""
    for table in (t.tally, t.tally_book):
        c.execute(delete(table).where(table.c.office_id == office_id))


_changed = (
    select(t.step.c.day, t.ticket.c.day.label("came")).distinct()
    .join(t.event_table, t.event_table.c.step_id == t.step.c.id).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"))
)
_reopened = t.event_table.alias("reopened")
_reopened_at = (
    select(_reopened.c.at)
    .join(t.event_table, t.event_table.c.step_id == _reopened.c.step_id)
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"),
           t.event_table.c.kind == "reopened", _reopened.c.kind == "reopened")
)


def changed_days(c: Connection, office_id: int, office: Office, after_seq: int) -> set[str]:
    """Every day that has, or had, a step that an event after ``after_seq`` is about.

    A step that a supervisor reopens on another day is a step of that day from then on; the day it leaves has changed.
    """
    where = {"office": office_id, "after_seq": after_seq}
    found = {day for row in c.execute(_changed, where) for day in row}
    found.update(hours.office_day(office, row[0]) for row in c.execute(_reopened_at, where))
    return found


def save(c: Connection, office_id: int, span: str, start: str, tallies: Mapping[Key, Tally]) -> None:
    """Puts the tallies of a day or month in the place of those there were."""
    c.execute(delete(t.tally).where(t.tally.c.office_id == office_id, t.tally.c.span == span, t.tally.c.start == start))
    weekday = date.fromisoformat(start).weekday() if span == "day" else 0
    rows = [
        {"office_id": office_id, "span": span, "start": start, "weekday": weekday, **_stored(key, tally)}
        for key, tally in tallies.items()
    ]
    if rows:
        c.execute(insert(t.tally), rows)


def _stored(key: Key, tally: Tally) -> dict[str, Any]:
    service, part, name = key
    plausible, flagged = tally.plausible, tally.flagged
    counts = [[half.counts, asdict(half.passed)] for half in (plausible, flagged)]
    return {
        "service": service, "part": part, "name": name, "numbers": plausible["numbers"] + flagged["numbers"],
        "steps": tally.steps, "counts": orjson.dumps(counts, option=orjson.OPT_SORT_KEYS).decode(),
        "waits": packed(plausible.waits), "services": packed(plausible.services),
        "waits_flagged": packed(flagged.waits), "services_flagged": packed(flagged.services),
    }


def packed(runs: Sequence[Run]) -> bytes:
    """Runs as the blob of one."""
    found = sorted(ms for run in runs for ms in run)
    if not found:
        return b""
    width = b"4" if found[-1] <= _MOST_NARROW else b"8"
    return width + array(_WIDTHS[width], found).tobytes()


def unpacked(blob: bytes) -> list[Run]:
    return [memoryview(blob)[1:].cast(_WIDTHS[blob[:1]])] if blob else []  # type: ignore[call-overload]


#: A tally as values that can be compared: counts, who was overtaken most, durations; of both halves.
Plain = tuple[tuple[dict[str, int], Passed, list[int], list[int]], ...]


def plain(tally: Tally) -> Plain:
    return tuple(
        (half.counts, half.passed, sorted(ms for run in half.waits for ms in run),
         sorted(ms for run in half.services for ms in run)) for half in (tally.plausible, tally.flagged))


_k = t.tally.c
_kept = (
    select(_k.span, _k.start, _k.service, _k.name, _k.counts, _k.waits, _k.services, _k.waits_flagged,
           _k.services_flagged)
    .where(_k.office_id == bindparam("office"), _k.span == bindparam("of_span"), _k.part == bindparam("of_part"),
           _k.start >= bindparam("first"), _k.start <= bindparam("last"))
)
_kept_of_service = _kept.where(_k.service == bindparam("of_service"))


def kept(
    c: Connection, office_id: int, part: str, span: str, first: str, last: str, service: str = ""
) -> Iterator[Row]:
    """The kept tallies of a range of days, or months, both ends included; ``service``: only of this one."""
    where = {"office": office_id, "of_span": span, "of_part": part, "first": first, "last": last}
    found = c.execute(_kept_of_service, {**where, "of_service": service}) if service else c.execute(_kept, where)
    for row in found:
        (plausible, passed), (flagged, passed_flagged) = orjson.loads(row[4])
        yield Row(row[0], row[1], row[2], row[3], Tally(
            Half(plausible, unpacked(row[5]), unpacked(row[6]), Passed(**passed)),
            Half(flagged, unpacked(row[7]), unpacked(row[8]), Passed(**passed_flagged))))


def starts(c: Connection, office_id: int, span: str, first: str, last: str) -> set[str]:
    """The days, or months, of a range that have tallies."""
    rows = c.execute(select(_k.start).distinct().where(
        _k.office_id == office_id, _k.span == span, _k.part == "service", _k.start >= first, _k.start <= last))
    return {row[0] for row in rows}


class Came(NamedTuple):
    """How many came in a half hour, summed over the days of one weekday: ``numbers`` new ones, ``steps`` in all."""

    weekday: int
    service: str
    half: str
    numbers: int
    steps: int


def came(c: Connection, office_id: int, first: str, last: str, leave_out: Iterable[str] = ()) -> list[Came]:
    """The arrivals of the kept days of a range, without those of ``leave_out``."""
    rows = c.execute(
        select(_k.weekday, _k.service, _k.name, func.sum(_k.numbers), func.sum(_k.steps))
        .where(_k.office_id == office_id, _k.span == "day", _k.part == "half", _k.start >= first, _k.start <= last,
               _k.start.not_in(sorted(leave_out)))
        .group_by(_k.weekday, _k.service, _k.name))
    return [Came(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]
