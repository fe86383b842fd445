"""The lines of the log as the plain table that lies in a bundle of evidence: every field as it is counted.

Times are UTC ms, durations ms, stated times minutes; codes and keys, no names. Semicolons are in no value.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from .entry import Entry

HEAD = (
    "day;prefix;number;leg;step;service;channel;priority;state;outcome;issued_at;arrived_at;first_called_at;called_at;"
    "started_at;ended_at;wait_ms;walk_ms;serve_ms;parked_office_ms;parked_visitor_ms;before_arrival_ms;wait_off_ms;"
    "parked_off_ms;service_ms;total_ms;clocks;"
    "stated_wait_min;stated_service_min;stated_visit_min;wait_on_time;service_on_time;visit_on_time;recalls;rule;"
    "reason;counter;officer;standard;standard_version;clock_doubt;flags"
)


def csv_line(e: Entry) -> str:
    """One line without its end."""
    v = e.verdict
    values = (
        e.day, e.prefix, e.number, e.leg, e.step, e.service, e.channel, int(e.priority), e.state, e.outcome,
        e.issued_at, e.arrived_at, e.first_called_at, e.called_at, e.started_at, e.ended_at, e.wait, e.walk, e.serve,
        e.parked_office, e.parked_visitor, e.remote, e.wait_off, e.parked_off, e.service_ms, e.total,
        " ".join((e.clocks.wait_from, e.clocks.wait_to, e.clocks.service_from, e.clocks.counts)),
        e.stated.wait_min, e.stated.service_min, e.stated_visit,
        v.wait.on_time, v.service.on_time, v.visit.on_time, e.recalls, e.rule, e.reason, e.counter, e.person,
        e.standard, e.standard_version, int(e.clock_doubt), " ".join(e.flags),
    )
    return ";".join(map(_cell, values))


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def compared(stated: Iterable[str], made: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with the lines of a table against those that the events give: line number, code, and the line.

    Line by line as long as they are equal. From the first that is not, lines are held against each other by their
    step, so that one line taken out is one finding and not one for each line after it.
    """
    given, due = iter(stated), iter(made)
    for at, (line, wanted) in enumerate(zip_longest(given, due), 1):
        if line != wanted:
            yield from _apart(
                at, [one for one in chain([line], given) if one is not None],
                [one for one in chain([wanted], due) if one is not None])
            return


def _apart(at: int, given: list[str], due: list[str]) -> Iterator[tuple[int, str, str]]:
    place = {_step(line): nth for nth, line in enumerate(due)}
    there = dict.fromkeys(place[_step(line)] for line in given if _step(line) in place)
    kept = _in_order(list(there))
    absent = deque(line for nth, line in enumerate(due) if nth not in there)
    seen: set[int] = set()
    for here, line in enumerate(given, at):
        nth = place.get(_step(line))
        if nth is None or nth in seen:
            yield here, "line_more", line
            continue
        seen.add(nth)
        while nth in kept and absent and place[_step(absent[0])] < nth:
            yield here, "line_missing", absent.popleft()
        if nth not in kept:
            yield here, "line_moved", line
        if line != due[nth]:
            yield here, "line_differs", line
    for line in absent:
        yield at + len(given), "line_missing", line


def _step(line: str) -> str:
    return "".join(line.split(";", 5)[4:5])


def _in_order(places: list[int]) -> set[int]:
    """A longest selection of ``places`` that rises: whatever is not in it stands somewhere else than it should."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        nth = bisect_left(ends, place)
        before[place] = ends[nth - 1] if nth else None
        ends[nth:nth + 1] = [place]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
