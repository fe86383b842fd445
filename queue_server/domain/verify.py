"""What a log says of its own calls and numbers.

Each decision of a call is taken again from what its event recorded. Of the numbers of a day every one up to the
highest of its range must have been given exactly once (decisions 7).

This finds a call that the recorded circumstances do not lead to. That the circumstances are the true
ones is the chain's matter (``chain.check``): acts that were never entered cannot be proven (decisions 34).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .chain import Event, Problem
from .discipline import IN_THE_MIX, RETURNS, decide_again
from .numbering import Part, Range, fates

CALL_PROBLEMS: dict[str, str] = {
    "not_the_next": "the recorded circumstances lead to another visitor or another rule",
    "no_reason": "the call says neither why nor, out of order, the officer's reason",
}


def check_calls(events: Iterable[Event]) -> list[Problem]:
    """Every call of a chain that its own record does not bear out; ``found`` is what it leads to."""
    found = []
    for event in events:
        if event.kind == "called":
            problem = _check_call(event)
            if problem is not None:
                found.append(problem)
    return found


def _check_call(event: Event) -> Problem | None:
    try:
        why = json.loads(event.body)["why"]
        rule = why["rule"]
        if rule not in IN_THE_MIX | RETURNS:
            is_explained = rule == "parked" or bool(why.get("reason"))
            return None if is_explained else Problem(event.seq, "no_reason")
        name, step = decide_again(why)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Problem(event.seq, "no_reason")
    if (name, step) == (rule, event.step):
        return None
    return Problem(event.seq, "not_the_next", f"{name} {step}")


NUMBER_PROBLEMS: dict[str, str] = {
    "number_missing": "a number below the highest of its range was never given",
    "number_twice": "a number was given twice",
    "number_outside": "a number was given by somebody whom it was not set apart for",
    "number_unused": "a number was recorded as unused when the day closed, and given before",
}


#: No series of a day comes near it; a higher number in a log is no number.
HIGHEST = 99_999


@dataclass
class _Given:
    """The server's own numbers of a series, as they were given: all up to ``high`` but the ``missing``."""

    high: int = 0
    missing: set[int] = field(default_factory=set)
    twice: set[int] = field(default_factory=set)

    def give(self, number: int) -> None:
        if number > self.high:
            self.missing.update(range(self.high + 1, number))
            self.high = number
        elif number in self.missing:
            self.missing.remove(number)
        else:
            self.twice.add(number)


@dataclass
class _Series:
    """The numbers of one service and day as the log has them; the newest event is kept to point at."""

    seq: int = 0
    parts: list[Part] = field(default_factory=list)
    own: _Given = field(default_factory=_Given)
    reserve: list[tuple[int, str]] = field(default_factory=list)  # (number, source) of those given out of the reserve
    unused: list[Part] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)


class Numbers:
    """Takes a log event by event and says which numbers have no fate or more than one; little memory for many days.

    A day whose opening is not in the log, or declares no reserves (from a release that had none written down), is
    looked through for doubles only.
    """

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}
        self._declared: set[str] = set()
        self._late: set[tuple[str, str, int]] = set()

    def take(self, event: Event, body: dict[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError for a body that is none of its kind."""
        day = body.get("day", "")
        if event.kind == "day_opened" and "reserves" in body:
            self._declared.add(day)
            for part in body["reserves"]:
                self._of(part["service"], day).parts.append(_part(part))
        elif event.kind == "reserve_declared":
            its, part = self._of(body["service"], day), _part(body)
            if part not in its.parts:
                its.parts.append(part)
        elif event.kind == "ticket_issued":
            self._give(self._of(body["service"], day), event.seq, int(body["number"]), body.get("source", ""))
        elif event.kind == "day_closed":
            for part in body.get("unused_reserve", ()):
                self._of(part["service"], day).unused.append(_part(part))
        elif event.kind in ("offline_entered", "paper_entered") and body.get("late"):
            self._late.add((body["service"], day, body["number"]))

    def _of(self, service: str, day: str) -> _Series:
        return self._series.setdefault((service, day), _Series())

    def _give(self, its: _Series, seq: int, number: int, source: str) -> None:
        its.seq = seq
        if not 0 < number <= HIGHEST:
            its.beyond.append(number)
        elif source:
            its.reserve.append((number, source))
        else:
            its.own.give(number)

    def problems(self) -> list[Problem]:
        """What is wrong so far; ``found`` names service, day and number."""
        found = []
        for (service, day), its in self._series.items():
            late = {number for of, on, number in self._late if (of, on) == (service, day)} if its.unused else set()
            for code, number in _of_series(its, day in self._declared, late):
                found.append(Problem(its.seq, code, f"{service} {day} {number}"))
        return found


def _part(said: dict[str, Any]) -> Part:
    return Part(said["source"], int(said["first"]), int(said["last"]))


NUMBERED = frozenset({
    "day_opened", "day_closed", "reserve_declared", "ticket_issued", "offline_entered", "paper_entered"})


def check_numbers(events: Iterable[Event]) -> list[Problem]:
    """Every number of a log that has no fate or more than one; see ``Numbers``."""
    numbers = Numbers()
    for event in events:
        if event.kind in NUMBERED:
            numbers.take(event, json.loads(event.body))
    return numbers.problems()


def _of_series(its: _Series, declared: bool, late: set[int]) -> list[tuple[str, int]]:
    found = [("number_outside", n) for n in its.beyond]
    reserve_times = Counter(number for number, _source in its.reserve)
    doubled = its.own.twice | {n for n, times in reserve_times.items() if times > 1 or _own_has(its, n)}
    found += [("number_twice", n) for n in sorted(doubled)]
    if not declared:
        return found
    reserved = {n for part in its.parts for n in range(part.first, min(part.last, HIGHEST) + 1)}
    found += [("number_missing", n) for n in sorted(its.own.missing - reserved)]
    found += [("number_outside", n) for n in sorted(reserved) if _own_has(its, n)]
    for source in sorted({source for _n, source in its.reserve}):
        theirs = {n for n, by in its.reserve if by == source}
        mine = [part for part in its.parts if part.source == source]
        found += [("number_outside", n) for n in sorted(theirs) if not any(part.holds(n) for part in mine)]
        for part in mine:
            inside = [n for n in theirs if part.holds(n)]
            wrong = fates(Range(part.first, part.last), max(inside, default=0), [(n, source) for n in inside])
            found += [("number_missing", v.number) for v in wrong if v.code == "missing"]
    for part in its.unused:
        given = {n for n, source in its.reserve if source == part.source and part.holds(n)}
        found += [("number_unused", n) for n in sorted(given - late)]
    return found


def _own_has(its: _Series, number: int) -> bool:
    return 0 < number <= its.own.high and number not in its.own.missing
