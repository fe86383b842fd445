"""A past day played again: as it was, and with another counter, another rule or another share of priority.

Everybody comes when they came, keeps a counter as long as they did, and gives up after the wait after which they gave
up; only who is called when is decided anew, by the real discipline. The day as it was is simulated too: how far that
is from the waits that really happened says how far the answer can be trusted. Times are ms of one clock, whose zero
does not matter.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median

from . import discipline
from .ahead import MINUTE, Lines
from .office import Counter, MixRule, Rules
from .ticket import Waiting

#: A counter that does not exist: what one more would do.
ONE_MORE = "+"


@dataclass(frozen=True)
class Visit:
    """One leg of a visit as it was. ``joined``: when the wait began; ``keeps``: how long they kept a counter, and the
    officer after them, None when they were never called; ``patience``: the wait after which they gave up; ``waited``:
    the wait that really was until the first call; ``stated``: the promised wait; ``after``: the leg that this one
    followed, whose end begins it."""

    step: int
    label: str
    service: str
    priority: bool
    joined: int
    keeps: int | None
    waited: int | None = None
    patience: int | None = None
    stated: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Shift:
    """Somebody called at ``counter`` from ``start`` to ``end``."""

    counter: str
    start: int
    end: int


@dataclass(frozen=True)
class Past:
    """A day as the log has it."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    counters: tuple[Counter, ...]
    rules: Rules


@dataclass(frozen=True)
class Change:
    """What is tried. ``counter``: one more, with ``services``, from ``start`` to ``end``; ``mix``: another rule;
    ``priority``: so many of a hundred visitors come with priority."""

    counter: str = ""
    services: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    mix: MixRule | None = None
    priority: int | None = None


@dataclass(frozen=True)
class Played:
    """What became of a visit: called at ``called`` to ``counter``, which was free again at ``freed``; or gave up at
    ``left``; all None: still waiting when the last counter closed."""

    visit: Visit
    joined: int
    priority: bool
    called: int | None = None
    counter: str = ""
    freed: int | None = None
    left: int | None = None

    @property
    def waited(self) -> int | None:
        return None if self.called is None else self.called - self.joined


@dataclass(frozen=True)
class Figures:
    """Waits of those who were called, ms; ``late`` passed the promise, of ``judged`` who had one: who gave up or was
    left counts as late when the promise had passed by then (decisions 19)."""

    n: int = 0
    median: int = 0
    p90: int = 0
    worst: int = 0
    judged: int = 0
    late: int = 0
    gave_up: int = 0


def play(past: Past, change: Change | None = None) -> list[Played]:
    """The day, with ``change`` or as it was, visits in the order in which they joined."""
    day = past if change is None else _changed(past, change)
    return _Play(day).run()


def _changed(past: Past, change: Change) -> Past:
    rules = past.rules if change.mix is None else replace(past.rules, mix=change.mix)
    counters, shifts = past.counters, past.shifts
    if change.counter:
        if change.counter == ONE_MORE or all(c.key != change.counter for c in counters):
            counters = (*counters, Counter(change.counter, {"id": change.counter}, "", change.services))
        else:
            counters = tuple(replace(c, services=_both(c.services, change.services)) if c.key == change.counter else c
                             for c in counters)
        shifts = _with(shifts, Shift(change.counter, change.start, change.end))
    visits = past.visits if change.priority is None else _mixed(past.visits, change.priority)
    return Past(visits, shifts, counters, rules)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return (*one, *(key for key in other if key not in one))


def _with(shifts: tuple[Shift, ...], more: Shift) -> tuple[Shift, ...]:
    """One shift more; those of the same counter that it touches become one with it."""
    touched = [s for s in shifts if s.counter == more.counter and s.start <= more.end and more.start <= s.end]
    whole = Shift(
        more.counter, min([more.start, *(s.start for s in touched)]), max([more.end, *(s.end for s in touched)]))
    return (*(s for s in shifts if s not in touched), whole)


def _mixed(visits: tuple[Visit, ...], percent: int) -> tuple[Visit, ...]:
    """The same visitors, so many of a hundred with priority; who changes is drawn, the same each time."""
    wanted = round(len(visits) * percent / 100)
    have = [n for n, visit in enumerate(visits) if visit.priority]
    others = [n for n, visit in enumerate(visits) if not visit.priority]
    chance = Random(f"{len(visits)} {percent}")
    change = set(chance.sample(others, min(len(others), wanted - len(have))) if wanted > len(have)
                 else chance.sample(have, len(have) - wanted))
    return tuple(replace(v, priority=not v.priority) if n in change else v for n, v in enumerate(visits))


#: What happens at one instant, in this order: counters open before anybody is called, who gives up goes first.
OPEN, JOIN, FREE, LEAVE, CLOSE = range(5)


class _Play:
    def __init__(self, day: Past) -> None:
        self.day = day
        self.lines = Lines(day.rules.mix)
        self.counters = {c.key: c for c in day.counters}
        self.open: dict[str, bool] = {}            # counter -> whether it is free, while somebody calls there
        self.waiting: dict[int, Waiting] = {}
        self.found: dict[int, Played] = {}
        self.following: dict[int, list[Visit]] = {}
        self.visits = {v.step: v for v in day.visits}
        self.coming: list[tuple[int, int, int, str]] = []   # (time, what, step or nth, counter)

    def run(self) -> list[Played]:
        for visit in self.day.visits:
            if visit.after is not None and visit.after in self.visits:
                self.following.setdefault(visit.after, []).append(visit)
            else:
                self._push(visit.joined, JOIN, visit.step)
        for n, shift in enumerate(self.day.shifts):
            if shift.counter in self.counters:
                self._push(shift.start, OPEN, n, shift.counter)
                self._push(shift.end, CLOSE, n, shift.counter)
        while self.coming:
            at = self.coming[0][0]
            while self.coming and self.coming[0][0] == at:
                _at, what, which, counter = heapq.heappop(self.coming)
                self._happens(at, what, which, counter)
            self._call(at)
        return sorted(self.found.values(), key=lambda played: (played.joined, played.visit.step))

    def _push(self, at: int, what: int, which: int, counter: str = "") -> None:
        heapq.heappush(self.coming, (at, what, which, counter))

    def _happens(self, at: int, what: int, which: int, counter: str) -> None:
        if what == JOIN:
            self._join(self.visits[which], at)
        elif what == LEAVE:
            waiting = self.waiting.pop(which, None)
            if waiting is not None:
                self.lines.left(waiting)
                self.found[which] = replace(self.found[which], left=at)
        elif what == FREE:
            if counter in self.open:
                self.open[counter] = True
            for visit in self.following.get(which, ()):
                self._join(visit, at)
        elif what == OPEN:
            self.open[counter] = not any(
                p.counter == counter and p.freed is not None and p.freed > at for p in self.found.values())
        else:
            self.open.pop(counter, None)

    def _join(self, visit: Visit, at: int) -> None:
        self.found[visit.step] = Played(visit, at, visit.priority)
        waiting = self.waiting[visit.step] = Waiting(visit.step, visit.service, at, visit.priority)
        self.lines.joined(waiting)
        if visit.patience is not None:
            self._push(at + visit.patience, LEAVE, visit.step)

    def _call(self, at: int) -> None:
        for key in [key for key, free in self.open.items() if free]:
            counter = self.counters[key]
            choice = discipline.choose(counter, self.lines.of(counter.services), self.day.rules, at)
            if choice is None:
                continue
            self.lines.called(choice)
            self.waiting.pop(choice.step)
            visit = self.visits[choice.step]
            freed = at + self._keeps(visit)
            self.found[choice.step] = replace(self.found[choice.step], called=at, counter=key, freed=freed)
            self.open[key] = False
            self._push(freed, FREE, choice.step, key)

    def _keeps(self, visit: Visit) -> int:
        """Who gave up in life may be called now: they take as long as their service usually does."""
        if visit.keeps is not None:
            return max(1, visit.keeps)
        known = sorted(v.keeps for v in self.day.visits if v.service == visit.service and v.keeps is not None)
        return known[len(known) // 2] if known else 5 * MINUTE


def figures(played: Sequence[Played], until: int) -> dict[str, Figures]:
    """Service -> its figures, and "" -> those of all; ``until``: when the last counter closed, ms."""
    found: dict[str, list[Played]] = {"": list(played)}
    for one in played:
        found.setdefault(one.visit.service, []).append(one)
    return {service: _figures(some, until) for service, some in found.items()}


def _figures(played: Sequence[Played], until: int) -> Figures:
    waits = sorted(p.waited for p in played if p.waited is not None)
    judged = [p for p in played if p.visit.stated is not None]
    late = sum(_wait(p, until) > (p.visit.stated or 0) for p in judged)
    return _of(waits, len(judged), late, sum(p.left is not None for p in played))


def real(visits: Sequence[Visit]) -> dict[str, Figures]:
    """The same figures of the waits that really were."""
    found: dict[str, list[Visit]] = {"": list(visits)}
    for visit in visits:
        found.setdefault(visit.service, []).append(visit)
    return {service: _real(some) for service, some in found.items()}


def _real(visits: Sequence[Visit]) -> Figures:
    waits = sorted(v.waited for v in visits if v.waited is not None)
    judged = [v for v in visits if v.stated is not None]
    late = sum((v.waited if v.waited is not None else v.patience or 0) > (v.stated or 0) for v in judged)
    return _of(waits, len(judged), late, sum(v.waited is None for v in visits))


def _wait(played: Played, until: int) -> int:
    end = played.called if played.called is not None else played.left if played.left is not None else until
    return max(0, end - played.joined)


def _of(waits: Sequence[int], judged: int, late: int, gave_up: int) -> Figures:
    if not waits:
        return Figures(judged=judged, late=late, gave_up=gave_up)
    return Figures(
        len(waits), round(median(waits)), waits[min(len(waits) - 1, len(waits) * 9 // 10)], waits[-1], judged, late,
        gave_up)


@dataclass(frozen=True)
class Comparison:
    """``real``: what was; ``same``: the day simulated as it was; ``changed``: with the change. Service -> figures."""

    real: Mapping[str, Figures] = field(default_factory=dict)
    same: Mapping[str, Figures] = field(default_factory=dict)
    changed: Mapping[str, Figures] = field(default_factory=dict)


def compare(past: Past, change: Change) -> tuple[Comparison, list[Played]]:
    """The three, and the changed day for whoever wants to watch it."""
    until = max((s.end for s in past.shifts), default=0)
    same, changed = play(past), play(past, change)
    return Comparison(real(past.visits), figures(same, until), figures(changed, max(until, change.end))), changed
