"""What the public is told of how the promise was kept, so that nobody can be singled out.

Counts of people from 1 to ``K`` - 1 are never told: they are shown as "fewer than K". The usual danger then is to take
the parts from the total. Here a total is never counted from people: it is the sum of what is shown of its parts, the
hidden ones as ranges. It therefore says nothing that the parts do not say, whatever is subtracted from what.
A test tries every small table: for each hidden count every value from 1 to ``K`` - 1 stays possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
    """How many of ``kept`` + ``late`` (at least ``K``, and told) were late: both groups are people, so neither may be
    told where it is small. Among so few that both could be small nothing but "some of each" is told."""
    judged = kept + late
    if not kept or not late:
        return Range(late, late)
    if judged < 2 * K - 1:
        return Range(1, judged - 1)
    if late < K:
        return Range(1, K - 1)
    return Range(judged - K + 1, judged - 1) if kept < K else Range(late, late)


@dataclass(frozen=True)
class Counted:
    """Steps of one service in one period, by their wait. ``median_ms`` of the ``called``."""

    kept: int = 0
    late: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    called: int = 0
    median_ms: int | None = None

    @property
    def judged(self) -> int:
        return self.kept + self.late


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


@dataclass(frozen=True)
class Figures:
    """``all`` steps; ``flagged``: how many of the judged are flagged (``plausible.py``); ``without`` those, None where
    it would tell of a small group of them."""

    all: Told = field(default_factory=Told)
    flagged: Range = NONE
    without: Told | None = field(default_factory=Told)


def told(counted: Counted) -> Told:
    """What may be said of one service in one period."""
    judged = shown(counted.judged)
    left_out = {why: shown(n) for why, n in sorted(counted.left_out.items()) if n}
    if not judged.exact:
        return Told(judged, None, None, left_out)
    median = None
    if counted.called >= K and counted.median_ms is not None:
        median = counted.median_ms // MINUTE_MS
    return Told(judged, shown_late(counted.kept, counted.late), median, left_out)


def figures(every: Counted, plausible: Counted) -> Figures:
    """With the flagged steps and without them. What lies between the two are people as well, so the second line is
    told only where nothing of all this must be hidden: neither of those in time nor of those who were late, flagged
    or not, are 1 to ``K`` - 1. Where nobody is flagged the two are the same."""
    flagged = every.judged - plausible.judged
    groups = (every.kept, every.late, plausible.kept, plausible.late, every.kept - plausible.kept,
              every.late - plausible.late)
    without = told(plausible) if not flagged or all(n == 0 or n >= K for n in groups) else None
    pair = shown_late(plausible.judged, flagged) if every.judged >= K else shown(flagged)
    return Figures(told(every), pair, without)


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
