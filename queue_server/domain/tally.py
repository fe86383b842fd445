"""Tallies: what a group of steps adds up to, so that the figures of a year come from 365 of them and stay exact.

A tally holds counts, and the durations themselves in ascending order: a median of medians would be no median. Tallies
of days add up to those of a month by counting together and by putting their runs of durations side by side; a
percentile of several runs is found by counting how many durations lie below a value, without sorting them anew.
Every step stands once in each of PARTS. Flagged steps (``plausible.py``) are kept apart, so that every figure can be
shown with and without them. Durations are ms.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from .entry import Entry
from .figures import Spread, percentile, spread
from .standard import Share, Verdict
from .ticket import State

#: By what steps are grouped, always within one service: the service as a whole, counter, officer, half hour of arrival.
PARTS = ("service", "counter", "officer", "half")
#: The parts of the promise, judged apart.
JUDGED = ("wait", "service", "visit")
HALF_HOUR_MIN = 30
#: Below so many durations a run, sorting them together is quicker than counting in each run.
SORTED_BELOW = 90
#: When so few durations are left that can stand at a place, they are sorted.
FEW = 200

Run = Sequence[int]


@dataclass(frozen=True)
class Passed:
    """Who was overtaken most: by how many calls, and which number on which day; the earliest of equals."""

    times: int = 0
    day: str = ""
    prefix: str = ""
    number: int = 0

    def most(self, other: Passed) -> Passed:
        mine, theirs = (-self.times, self.day, self.number), (-other.times, other.day, other.number)
        return self if mine <= theirs else other


@dataclass
class Half:
    """One of the two halves of a tally: the plausible steps, or the flagged ones.

    ``counts``: "steps", "numbers" (first steps of a ticket), "state.…", "channel.…", "priority", "outcome.…" of
    cancelled steps, "flag.…"; per part of the promise "wait.kept", "wait.judged", "wait.doubtful" and
    "wait.out.…" (why it was left out); "waits_ms", "services_ms": their sums; "busy_ms": how long counters were busy
    with finished steps, from the call on.
    ``waits`` of who was called, ``services`` of who was finished: runs in ascending order.
    """

    counts: dict[str, int] = field(default_factory=dict)
    waits: list[Run] = field(default_factory=list)
    services: list[Run] = field(default_factory=list)
    passed: Passed = Passed()

    def add(self, other: Half) -> None:
        mine, theirs = self.counts, other.counts
        if not mine:
            mine.update(theirs)
        else:
            get = mine.get
            for name, n in theirs.items():
                mine[name] = get(name, 0) + n
        self.waits += other.waits
        self.services += other.services
        if other.passed.times:
            self.passed = self.passed.most(other.passed)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)

    def under(self, start: str) -> dict[str, int]:
        """The counts whose name begins so, by the rest of it: ``under("state.")``."""
        return {name[len(start):]: n for name, n in sorted(self.counts.items()) if name.startswith(start)}

    def share(self, part: str) -> Share:
        return Share(self[f"{part}.kept"], self[f"{part}.judged"], self.under(f"{part}.out."), self[f"{part}.doubtful"])


@dataclass
class Tally:
    plausible: Half = field(default_factory=Half)
    flagged: Half = field(default_factory=Half)

    def add(self, other: Tally) -> None:
        self.plausible.add(other.plausible)
        self.flagged.add(other.flagged)

    @property
    def steps(self) -> int:
        return self.plausible["steps"] + self.flagged["steps"]

    def whole(self) -> Half:
        """Both halves together."""
        found = Half()
        found.add(self.plausible)
        found.add(self.flagged)
        return found


def summed(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for one in tallies:
        found.add(one)
    return found


#: Service, part and the group's name in it ("" for the service as a whole).
Key = tuple[str, str, str]


def tallied(steps: Iterable[Entry], offset_min: int, overtaken: Mapping[int, int]) -> dict[Key, Tally]:
    """The tallies of a day's steps. ``offset_min``: the office's minutes ahead of UTC; ``overtaken``: step -> times.

    A step that nobody called stands under no counter and no officer.
    """
    groups: dict[Key, tuple[_Group, _Group]] = {}
    for one in steps:
        shape = (one.state, one.channel if one.leg == 1 else "", one.leg == 1 and one.priority,
                 one.outcome if one.state == State.CANCELLED else "", one.flags, one.verdict)
        since = one.issued_at if one.arrived_at is None else one.arrived_at
        service = one.service
        keys = [(service, "service", ""), (service, "half", half_hour(since, offset_min))]
        if one.counter:
            keys.append((service, "counter", one.counter))
        if one.person is not None:
            keys.append((service, "officer", str(one.person)))
        for key in keys:
            pair = groups.get(key)
            if pair is None:
                pair = groups[key] = _Group(), _Group()
            pair[1 if one.flags else 0].add(one, shape, overtaken.get(one.step, 0))
    return {key: Tally(plausible.half(), flagged.half()) for key, (plausible, flagged) in groups.items()}


#: What of a step is counted: state, channel and priority of a first step, outcome, flags, verdict. A day's thousands of
#: steps have a few dozen shapes, so they are counted by shape and each shape is looked into once.
Shape = tuple[str, str, bool, str, tuple[str, ...], Verdict]


class _Group:
    """One half of a tally in the making."""

    def __init__(self) -> None:
        self.shapes: dict[Shape, int] = {}
        self.waits: list[int] = []
        self.services: list[int] = []
        self.busy_ms = 0
        self.passed = Passed()

    def add(self, one: Entry, shape: Shape, times: int) -> None:
        self.shapes[shape] = self.shapes.get(shape, 0) + 1
        if one.first_called_at is not None:
            self.waits.append(one.wait)
        if one.state == State.DONE:
            took = one.service_ms
            self.services.append(took)
            self.busy_ms += one.walk + took
        if times > self.passed.times or times == self.passed.times > 0:
            self.passed = self.passed.most(Passed(times, one.day, one.prefix, one.number))

    def half(self) -> Half:
        counts: dict[str, int] = {}
        for shape, n in self.shapes.items():
            for name in _counted(shape):
                counts[name] = counts.get(name, 0) + n
        for name, sum_ms in (
            ("waits_ms", sum(self.waits)), ("services_ms", sum(self.services)), ("busy_ms", self.busy_ms)):
            if sum_ms:
                counts[name] = sum_ms
        self.waits.sort()
        self.services.sort()
        return Half(counts, [self.waits] if self.waits else [], [self.services] if self.services else [], self.passed)


def _counted(shape: Shape) -> list[str]:
    """What a step of this shape is counted under."""
    state, channel, priority, outcome, flags, verdict = shape
    found = ["steps", f"state.{state}", *(f"flag.{code}" for code in flags)]
    if channel:
        found += ["numbers", f"channel.{channel}"]
    if priority:
        found.append("priority")
    if outcome:
        found.append(f"outcome.{outcome}")
    for part, judged in (("wait", verdict.wait), ("service", verdict.service), ("visit", verdict.visit)):
        if judged.on_time is None:
            found.append(f"{part}.out.{judged.why}")
            continue
        found.append(f"{part}.judged")
        if judged.on_time:
            found.append(f"{part}.kept")
        if verdict.doubtful:
            found.append(f"{part}.doubtful")
    return found


def half_hour(at: int, offset_min: int) -> str:
    """The half hour of the day in which an instant (UTC ms) lies at the office: ``08:30``."""
    minute = (at // 60_000 + offset_min) % 1440
    return f"{minute // 60:02d}:{minute % 60 // HALF_HOUR_MIN * HALF_HOUR_MIN:02d}"


# --- percentiles of runs -----------------------------------------------------------------------


def spread_of_runs(runs: Sequence[Run], total: int | None = None) -> Spread:
    """The same as ``figures.spread`` of all durations together; each run ascends.

    ``total``: their sum where it is known already.
    """
    runs = [run for run in runs if len(run)]
    n = sum(map(len, runs))
    if n <= SORTED_BELOW * len(runs):
        few: list[int] = []
        for run in runs:
            few += run
        return spread(few)
    together = _Together(runs)
    added = sum(map(sum, runs)) if total is None else total
    return Spread(
        n, percentile(together, 50), percentile(together, 90), percentile(together, 95), together.highest, added)


def median_of_runs(runs: Sequence[Run]) -> int | None:
    """The median alone, for a third of the work."""
    runs = [run for run in runs if len(run)]
    return percentile(_Together(runs), 50) if runs else None


def below_or_equal(runs: Sequence[Run], value: int) -> int:
    """How many durations are at most ``value``."""
    return sum(bisect_right(run, value) for run in runs)


class _Together(Sequence[int]):
    """Several runs as the one sequence in ascending order that they would be when sorted; each place is looked for."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self.lowest, self.highest = min(run[0] for run in runs), max(run[-1] for run in runs)
        self._last = (-2, 0)  # the place that was looked for last, and its value

    def __len__(self) -> int:
        return sum(map(len, self.runs))

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        before, value = self._last
        found = self._after(value, place) if place == before + 1 else self._look(place)
        self._last = (place, found)
        return found

    def _look(self, place: int) -> int:
        """By halving the range of values, and with it the part of each run that can still hold the place."""
        runs, n = self.runs, len(self)
        # What stands at the same part of each run encloses what stands there in all of them together.
        likely = [run[place * len(run) // n] for run in runs]
        low, high = min(likely), max(likely)
        starts = [bisect_left(run, low) for run in runs]
        ends = [bisect_right(run, high) for run in runs]
        while low < high and sum(ends) - sum(starts) > FEW:
            middle = (low + high) // 2
            found = [bisect_right(run, middle, a, b) for run, a, b in zip(runs, starts, ends, strict=True)]
            if sum(found) > place:
                high, ends = middle, found
            else:
                low, starts = middle + 1, found
        if low == high:
            return low
        left: list[int] = []
        for run, a, b in zip(runs, starts, ends, strict=True):
            left += run[a:b]
        left.sort()
        return left[place - sum(starts)]

    def _after(self, value: int, place: int) -> int:
        """What stands at ``place`` when ``value`` stands before it."""
        ends = [bisect_right(run, value) for run in self.runs]
        if sum(ends) > place:
            return value
        return min(run[end] for run, end in zip(self.runs, ends, strict=True) if end < len(run))
