"""The figures that are published, against other people's definitions of the same."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest

from queue_server.domain.figures import (
    OnTime,
    Spread,
    on_time,
    percentile,
    spread,
    spread_of_counts,
    together,
    wilson,
)
from queue_server.domain.standard import Share

DAYS = [[], [7], [1, 2], [5, 1, 3], [0, 0, 0, 900_000], [n * n * 37 % 100_003 for n in range(1, 402)], [3] * 50 + [9]]


@pytest.mark.parametrize("durations", DAYS)
def test_a_percentile_is_that_of_a_spreadsheet(durations: list[int]) -> None:
    ascending = sorted(durations)
    found = spread(durations)
    assert found.count == len(durations)
    for percent, mine in ((50, found.median), (90, found.p90), (95, found.p95)):
        if len(durations) < 2:
            assert mine == (durations[0] if durations else None)
            continue
        theirs = statistics.quantiles([Fraction(ms) for ms in ascending], n=100, method="inclusive")[percent - 1]
        assert mine == int(theirs + Fraction(1, 2)), percent


def test_a_median_halfway_is_rounded_up() -> None:
    assert percentile([1, 2], 50) == 2
    assert percentile([10, 20], 90) == 19
    assert percentile([0, 3], 50) == 2


@pytest.mark.parametrize("durations", DAYS)
def test_counts_give_the_same_figures_as_the_durations(durations: list[int]) -> None:
    counts: dict[int, int] = {}
    for ms in durations:
        counts[ms] = counts.get(ms, 0) + 1
    assert spread_of_counts(counts) == spread(durations)


def test_nothing_has_no_figures() -> None:
    assert spread([]) == Spread() == spread_of_counts({5: 0})
    assert percentile([], 50) is None
    assert wilson(0, 0) is None
    assert on_time(Share(0, 0, {"not_stated": 3})) == OnTime(left_out={"not_stated": 3})


@pytest.mark.parametrize(("kept", "of", "low", "high"), [
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    (29, 29, 0.8830, 1.0),
])
def test_the_interval_is_the_one_in_the_literature(kept: int, of: int, low: float, high: float) -> None:
    found = wilson(kept, of)
    assert found is not None
    assert found == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_shares_add_up_by_their_numbers() -> None:
    whole = together(Share(1, 2, {"void": 1}, 1), Share(8, 9, {"void": 2, "not_stated": 4}))
    assert whole == Share(9, 11, {"void": 3, "not_stated": 4}, 1)
    shown = on_time(whole)
    assert (shown.kept, shown.judged, shown.share) == (9, 11, 0.818182)
    assert shown.low is not None and shown.high is not None and shown.low < 0.818182 < shown.high
