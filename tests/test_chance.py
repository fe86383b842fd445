"""Tests of chance and Erlang's formula against values that are known from elsewhere."""

from __future__ import annotations

from itertools import combinations
from math import comb, isclose

import pytest

from queue_server.domain import chance
from queue_server.domain.erlang import counters_needed, in_time, waits


def test_rank_sum_counts_every_order_when_there_are_few() -> None:
    """Mann and Whitney's own table: n = m = 3, U = 0 has one of 20 orders."""
    assert chance.rank_sum([1, 2, 3], [4, 5, 6]).p == pytest.approx(2 / 20)
    assert chance.rank_sum([4, 5, 6], [1, 2, 3]).p == pytest.approx(2 / 20)
    for n, m in ((2, 3), (4, 4), (3, 6)):
        for a in combinations(range(n + m), n):
            b = [value for value in range(n + m) if value not in a]
            assert chance.rank_sum(list(a), b).p == pytest.approx(brute(a, n, m))


def brute(a: tuple[int, ...], n: int, m: int) -> float:
    """The share of all orders whose U is as far from the middle as this one's, or farther, twice the smaller side."""
    u = sum(a) - n * (n - 1) // 2
    low = min(u, n * m - u)
    smaller = sum(1 for other in combinations(range(n + m), n) if sum(other) - n * (n - 1) // 2 <= low)
    return min(1.0, 2 * smaller / comb(n + m, n))


def test_rank_sum_with_ties_and_many() -> None:
    """1 to 30 against 11 to 40: U = 200 of 900, twenty pairs of equals, z = 249.5 / 67.620 = 3.6897."""
    assert chance.rank_sum(list(range(1, 31)), list(range(11, 41))).p == pytest.approx(0.000224, abs=1e-6)
    assert chance.rank_sum([5] * 10, [5] * 10).p is None
    assert chance.rank_sum([], [1]).p is None
    same = list(range(50))
    assert chance.rank_sum(same, same).p == pytest.approx(1.0)


def test_four_counts() -> None:
    """Fisher's lady tasting tea: 3 of 4 right gives 0.4857; and a table of large counts by chi squared."""
    assert chance.shares((3, 1), (4, 4)).p == pytest.approx(0.485714, abs=1e-6)
    assert chance.shares((4, 0), (4, 4)).p == pytest.approx(2 / 70)
    found = chance.shares((15, 30), (50, 50)).p  # chi squared 9.0909
    assert found == pytest.approx(0.0025690, abs=1e-6)
    assert chance.shares((0, 0), (5, 5)).p is None and chance.shares((1, 0), (2, 0)).p is None
    assert chance.median_test((15, 30), (50, 50)).p == found


def test_the_interval_of_a_difference() -> None:
    """Newcombe 1998, table II: 56/70 less 48/80 by method 10 is 0.0524 to 0.3339."""
    found = chance.difference((48, 56), (80, 70))
    assert found is not None
    assert (round(found[0], 4), round(found[1], 4)) == (0.0524, 0.3339)
    assert chance.difference((0, 1), (0, 2)) is None


def test_erlang_c_is_the_known_one() -> None:
    assert waits(1, 0.7) == pytest.approx(0.7), "with one counter, whoever finds it busy waits"
    assert waits(2, 1.0) == pytest.approx(1 / 3)
    assert waits(3, 2.0) == pytest.approx(4 / 9)
    for counters, load in ((5, 3.5), (10, 8.0)):  # by the sum in the books
        terms, n = [1.0], 1
        while n <= counters:
            terms.append(terms[-1] * load / n)
            n += 1
        last = terms[counters] * counters / (counters - load)
        assert isclose(waits(counters, load), last / (sum(terms[:counters]) + last))
    assert waits(3, 3.0) == 1.0


def test_counters_needed() -> None:
    """10 an hour, 4 minutes each, 10 minutes stated: one counter keeps it for 1 - 2/3 e^(-(1/12) 10) = 71 %, two do."""
    assert in_time(1, 10 / 60, 4, 10) == pytest.approx(0.7103, abs=1e-4)
    assert counters_needed(10 / 60, 4, 10, 0.9) == 2
    assert counters_needed(0, 4, 10, 0.9) == 0
    assert counters_needed(2, 5, 0, 0.9) > 10, "more than the ten that would always be busy"
    for rate in (0.1, 0.5, 2.0):
        n = counters_needed(rate, 5, 10, 0.9)
        assert in_time(n, rate, 5, 10) >= 0.9 > (in_time(n - 1, rate, 5, 10) if n > 1 else 0)
