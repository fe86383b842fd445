"""What the public is told of how the promise was kept, so that nobody can be singled out.

Counts of people from 1 to ``K`` - 1 are never told: they are shown as "fewer than K". The usual danger then is to take
the parts from the total. Here a total is never counted from people: it is the sum of what is shown of its parts, the
hidden ones as ranges. It therefore says nothing that the parts do not say, whatever is subtracted from what.
A test tries every small table: for each hidden count every value from 1 to ``K`` - 1 stays possible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Counts below this are hidden.
K = 5
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Range:
    """A number of people: exact when both ends are one, else somewhere from ``low`` to ``high``."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)


NONE = Range(0, 0)


def shown(count: int) -> Range:
    """A count as it may be told: 0, or ``K`` and more, as it is."""
    return Range(1, K - 1) if 0 < count < K else Range(count, count)


def shown_late(kept: int, late: int) -> Range:
    """How many of ``kept`` + ``late`` (at least ``K``) were late: both groups are people, so neither may be told
    where it is small. Among so few that both could be small nothing but "some of each" is told."""
    judged = kept + late
    if not kept or not late:
        return Range(late, late)
    if judged < 2 * K - 1:
        return Range(1, judged - 1)
    if late < K:
        return Range(1, K - 1)
    return Range(judged - K + 1, judged - 1) if kept < K else Range(late, late)


@dataclass(frozen=True)
class Tally:
    """A day or more of one service, as counted. ``waits``: whole minutes waited until the call -> how many people."""

    kept: int = 0
    late: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.kept + other.kept, self.late + other.late,
            dict(Counter(self.left_out) + Counter(other.left_out)), dict(Counter(self.waits) + Counter(other.waits)))

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": self.kept, "late": self.late, "left_out": dict(self.left_out),
            "waits": {str(minute): n for minute, n in sorted(self.waits.items())}}

    @staticmethod
    def of_json(stored: Mapping[str, Any]) -> Tally:
        waits = {int(minute): int(n) for minute, n in stored["waits"].items()}
        return Tally(stored["kept"], stored["late"], stored["left_out"], waits)


class Counting:
    """Steps taken in one after the other; ``tally`` is what they come to."""

    def __init__(self) -> None:
        self._verdicts: Counter[bool] = Counter()
        self._left_out: Counter[str] = Counter()
        self._waits: Counter[int] = Counter()

    def add(self, on_time: bool | None, why: str, called: bool, waited_ms: int) -> None:
        """A step's wait: kept, late, or None and why it is left out; ``called``: a call ended it."""
        if on_time is None:
            self._left_out[why] += 1
        else:
            self._verdicts[on_time] += 1
        if called:
            self._waits[waited_ms // MINUTE_MS] += 1

    @property
    def tally(self) -> Tally:
        return Tally(self._verdicts[True], self._verdicts[False], dict(self._left_out), dict(self._waits))


@dataclass(frozen=True)
class Told:
    """What is told of a service, or of all. ``judged``: people who could be judged; ``late`` of them, None where
    ``judged`` is hidden; ``median``: whole minutes; ``left_out``: why not judged -> how many."""

    judged: Range = NONE
    late: Range | None = NONE
    median: int | None = None
    left_out: Mapping[str, Range] = field(default_factory=dict)

    @property
    def kept(self) -> Range | None:
        """How many were on time; told only beside an exact ``judged``."""
        if self.late is None:
            return None
        return Range(self.judged.low - self.late.high, self.judged.low - self.late.low)

    @property
    def share(self) -> tuple[float, float] | None:
        """The share on time as a range from 0 to 1; None: nobody, or too few to say."""
        kept = self.kept
        if kept is None or not self.judged.low:
            return None
        return kept.low / self.judged.low, kept.high / self.judged.low


def told(tally: Tally) -> Told:
    """What may be said of one service in one period."""
    judged = shown(tally.kept + tally.late)
    left_out = {why: shown(n) for why, n in sorted(tally.left_out.items()) if n}
    if not judged.exact:
        return Told(judged, None, None, left_out)
    return Told(judged, shown_late(tally.kept, tally.late), _median(tally.waits), left_out)


def total(parts: Iterable[Told]) -> tuple[Told, int]:
    """All services together, made of what is told of each; and how many were too small to be in it."""
    judged, late, small = NONE, NONE, 0
    left_out: dict[str, Range] = {}
    for part in parts:
        if part.late is None:
            small += 1
        else:
            judged, late = judged + part.judged, late + part.late
        for why, n in part.left_out.items():
            left_out[why] = left_out.get(why, NONE) + n
    return Told(judged, late, None, dict(sorted(left_out.items()))), small


def _median(waits: Mapping[int, int]) -> int | None:
    """The whole minute within which the middle one was called (of an even number the earlier); None: fewer than K."""
    n = sum(waits.values())
    if n < K:
        return None
    passed = 0
    for minute in sorted(waits):
        passed += waits[minute]
        if 2 * passed >= n:
            return minute
    raise AssertionError("the middle lies among them")
