"""The published figures: what a median, a percentile and a share on time are, to the last digit.

Every report, export and proof takes them from here, and the verifier that an inspector runs is made from this file, so
that a figure means the same wherever it stands and can be worked out again from the log with any spreadsheet:

- A percentile p of n durations in ascending order is the value at position (n - 1) * p / 100, counted from 0, in a
  straight line between the two neighbours where that is no whole position, rounded half up to a whole millisecond.
  So do MEDIAN and PERCENTILE.INC of spreadsheets (Hyndman and Fan 1996, type 7; numpy's and PostgreSQL's
  percentile_cont).
- The interval of a share is Wilson's (1927) score interval at 95 %, z = 1.959963984540054. It never leaves 0 to 1 and
  holds for small n, where the usual p +- 1.96 * sqrt(p * q / n) does not (Brown, Cai and DasGupta 2001).

Durations are whole ms and are added up as whole numbers: nothing here depends on the order of its input. Pure standard
library.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import sqrt

from .standard import Share

#: Of the normal distribution: 95 % lie within so many standard deviations of the middle.
Z_95 = 1.959963984540054


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The percentile (0 to 100) of durations in ascending order; None of nothing. See the head of this file."""
    if not ascending:
        return None
    at, part = divmod((len(ascending) - 1) * percent, 100)
    low = ascending[at]
    return low if part == 0 else _between(low, ascending[at + 1], part)


def _between(low: int, high: int, part: int) -> int:
    """``part`` hundredths of the way from ``low`` to ``high``, rounded half up; whole numbers only."""
    return low + ((high - low) * part * 2 + 100) // 200


@dataclass(frozen=True)
class Spread:
    """How durations are spread: ms, or None where there is none. ``total`` lets a reader make the mean."""

    count: int = 0
    median: int | None = None
    p90: int | None = None
    p95: int | None = None
    longest: int | None = None
    total: int = 0


def spread(durations: Iterable[int]) -> Spread:
    """Of durations in any order, ms."""
    found = sorted(durations)
    if not found:
        return Spread()
    return Spread(
        len(found), percentile(found, 50), percentile(found, 90), percentile(found, 95), found[-1], sum(found))


def spread_of_counts(counts: Mapping[int, int]) -> Spread:
    """The same of counted durations (duration -> how often): the counts of days add up to those of a month."""
    values = sorted(ms for ms, times in counts.items() if times > 0)
    if not values:
        return Spread()
    ends = list(accumulate(counts[ms] for ms in values))  # so many durations are at most as long as this value
    n = ends[-1]

    def at(position: int) -> int:
        return values[bisect_right(ends, position)]

    def percentile_of(percent: int) -> int:
        position, part = divmod((n - 1) * percent, 100)
        return at(position) if part == 0 else _between(at(position), at(position + 1), part)

    total = sum(ms * counts[ms] for ms in values)
    return Spread(n, percentile_of(50), percentile_of(90), percentile_of(95), values[-1], total)


def wilson(kept: int, of: int) -> tuple[float, float] | None:
    """The 95 % interval of the share ``kept / of``, each 0 to 1; None where nothing was judged."""
    if of <= 0:
        return None
    share, squared = kept / of, Z_95 * Z_95
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = Z_95 / (1 + squared / of) * sqrt(share * (1 - share) / of + squared / (4 * of * of))
    # At the very ends the formula gives exactly 0 and 1, its arithmetic in binary fractions almost.
    return (0.0 if kept == 0 else middle - half), (1.0 if kept == of else middle + half)


@dataclass(frozen=True)
class OnTime:
    """A share on time as it is published: the two numbers, what was left out and why, and the interval.

    ``share``, ``low`` and ``high`` are 0 to 1, rounded to six decimals, and None where nothing was judged.
    ``doubtful`` of those judged rest on the wall clock alone (decisions 15, 19).
    """

    kept: int = 0
    judged: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0


def on_time(found: Share) -> OnTime:
    """A counted share with its interval."""
    kept, judged = found.numerator, found.denominator
    left_out = dict(sorted(found.left_out.items()))
    interval = wilson(kept, judged)
    if interval is None:
        return OnTime(kept, judged, left_out=left_out, doubtful=found.doubtful)
    low, high = (round(end, 6) for end in interval)
    return OnTime(kept, judged, round(kept / judged, 6), low, high, left_out, found.doubtful)


def together(*shares: Share) -> Share:
    """Shares of parts (days, services) as the share of the whole: numbers add up, percentages do not."""
    left_out: dict[str, int] = {}
    for one in shares:
        for why, n in one.left_out.items():
            left_out[why] = left_out.get(why, 0) + n
    return Share(
        sum(s.numerator for s in shares), sum(s.denominator for s in shares), left_out, sum(s.doubtful for s in shares))
