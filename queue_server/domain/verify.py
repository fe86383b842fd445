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


@dataclass
class _Series:
    """The numbers of one service and day as the log has them; the newest event is kept to point at."""

    seq: int = 0
    parts: list[Part] = field(default_factory=list)
    given: list[tuple[int, str]] = field(default_factory=list)  # (number, source; "": the server's own)
    unused: list[Part] = field(default_factory=list)


def check_numbers(events: Iterable[Event]) -> list[Problem]:
    """Every number of a whole chain that has no fate or more than one; ``found`` names service, day and number.

    A day whose opening declares no reserves is from a release that had none written down: only doubles are found there.
    """
    series: dict[tuple[str, str], _Series] = {}
    declared: set[str] = set()
    late: set[tuple[str, str, int]] = set()
    for event in events:
        if event.kind in ("day_opened", "day_closed", "reserve_declared", "ticket_issued", "offline_entered",
                          "paper_entered"):
            _take(event, json.loads(event.body), series, declared, late)
    found = []
    for (service, day), its in series.items():
        for code, number in _of_series(its, day in declared, late, service, day):
            found.append(Problem(its.seq, code, f"{service} {day} {number}"))
    return found


def _take(
    event: Event, body: dict[str, Any], series: dict[tuple[str, str], _Series], declared: set[str],
    late: set[tuple[str, str, int]],
) -> None:
    day = body.get("day", "")

    def of(service: str) -> _Series:
        return series.setdefault((service, day), _Series())

    if event.kind == "day_opened" and "reserves" in body:
        declared.add(day)
        for part in body["reserves"]:
            of(part["service"]).parts.append(Part(part["source"], part["first"], part["last"]))
    elif event.kind == "reserve_declared":
        part = Part(body["source"], body["first"], body["last"])
        its = of(body["service"])
        if part not in its.parts:
            its.parts.append(part)
    elif event.kind == "ticket_issued":
        its = of(body["service"])
        its.seq = event.seq
        its.given.append((body["number"], body.get("source", "")))
    elif event.kind == "day_closed":
        for part in body.get("unused_reserve", ()):
            of(part["service"]).unused.append(Part(part["source"], part["first"], part["last"]))
    elif body.get("late"):
        late.add((body["service"], day, body["number"]))


def _of_series(
    its: _Series, declared: bool, late: set[tuple[str, str, int]], service: str, day: str
) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    times = Counter(number for number, _source in its.given)
    found += [("number_twice", n) for n in sorted(times) if times[n] > 1]
    if not declared:
        return found
    reserved = {n for part in its.parts for n in range(part.first, part.last + 1)}
    own = {n for n, source in its.given if not source}
    found += [("number_missing", n) for n in range(1, max(own, default=0)) if n not in own and n not in reserved]
    found += [("number_outside", n) for n in sorted(own & reserved)]
    for source in sorted({source for _n, source in its.given if source}):
        theirs = {n for n, by in its.given if by == source}
        mine = [part for part in its.parts if part.source == source]
        found += [("number_outside", n) for n in sorted(theirs) if not any(part.holds(n) for part in mine)]
        for part in mine:
            inside = [n for n in theirs if part.holds(n)]
            wrong = fates(Range(part.first, part.last), max(inside, default=0), [(n, source) for n in inside])
            found += [("number_missing", v.number) for v in wrong if v.code == "missing"]
    for part in its.unused:
        given = {n for n, source in its.given if source == part.source and part.holds(n)}
        found += [("number_unused", n) for n in sorted(given) if (service, day, n) not in late]
    return found
