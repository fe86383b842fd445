"""Two periods side by side: "10 minutes → 2 minutes", with what it rests on and whether it can be chance."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..domain import chance
from ..domain.report import figures_of
from ..domain.tally import JUDGED, Half, Run, Tally, below_or_equal, median_of_runs, summed
from ..store.tallies import Row
from .period import Period

#: With so many days in each period, days are compared with days; with fewer, visitors with visitors.
ENOUGH_DAYS = 5
Found = dict[str, Any]


def compare(before: Period, after: Period) -> Found:
    """The whole office (or the one service that both periods are about), then every service that is in both."""
    rows = list(before.rows("service", by_day=True)), list(after.rows("service", by_day=True))
    keys = sorted({row.service for row in rows[0]} & {row.service for row in rows[1]})
    return {
        "before": _period(before), "after": _period(after),
        "all": _pair(*rows),
        "services": [
            {"key": key, **_pair(*([row for row in side if row.service == key] for side in rows))} for key in keys],
    }


def _period(period: Period) -> Found:
    return {
        "first": period.span.first, "last": period.span.last, "days": len(period.days_with_steps()), "seq": period.seq}


def _pair(before: list[Row], after: list[Row]) -> Found:
    """The figures of both, and the tests; without the flagged steps as well where there are any."""
    found = _tested(before, after, Tally.whole)
    flagged = any(row.tally.flagged.counts for row in (*before, *after))
    return {**found, "without": _tested(before, after, lambda tally: tally.plausible) if flagged else None}


def _tested(before: list[Row], after: list[Row], half: Any) -> Found:
    sums: tuple[Half, Half] = half(summed(row.tally for row in before)), half(summed(row.tally for row in after))
    days = _days(before, half), _days(after, half)
    return {
        "before": figures_of(sums[0]), "after": figures_of(sums[1]),
        "wait": _durations(sums[0].waits, sums[1].waits, *(_medians(side, "waits") for side in days)),
        "service": _durations(sums[0].services, sums[1].services, *(_medians(side, "services") for side in days)),
        "on_time": {part: _shares(sums, part) for part in JUDGED},
    }


def _days(rows: list[Row], half: Any) -> list[Half]:
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        found[row.start].add(row.tally)
    return [half(found[day]) for day in sorted(found)]


def _medians(days: list[Half], runs: str) -> list[int]:
    """The median of each day that has any."""
    found = [median_of_runs(getattr(day, runs)) for day in days]
    return [median for median in found if median is not None]


def _durations(before: list[Run], after: list[Run], days_before: list[int], days_after: list[int]) -> Found:
    """Whether durations became other ones.

    Visitors of one day wait in the same queue, so their waits resemble each other and are not so many independent
    values: where there are days enough, the medians of days are compared.
    """
    if min(len(days_before), len(days_after)) >= ENOUGH_DAYS:
        return _said(chance.rank_sum(days_before, days_after))
    together = median_of_runs([*before, *after])
    n = sum(map(len, before)), sum(map(len, after))
    if together is None:
        return _said(chance.Found("median", None, n))
    above = n[0] - below_or_equal(before, together), n[1] - below_or_equal(after, together)
    return _said(chance.median_test(above, n))


def _shares(halves: tuple[Half, Half], part: str) -> Found:
    kept = halves[0][f"{part}.kept"], halves[1][f"{part}.kept"]
    judged = halves[0][f"{part}.judged"], halves[1][f"{part}.judged"]
    low, high = chance.difference(kept, judged) or (None, None)
    return {
        **_said(chance.shares(kept, judged)),
        "low": None if low is None else round(low, 6), "high": None if high is None else round(high, 6)}


def _said(found: chance.Found) -> Found:
    return {"test": found.test, "p": None if found.p is None else round(found.p, 6), "n": list(found.n)}
