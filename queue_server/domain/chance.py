"""Whether a difference between two periods can be chance: three plain tests, each from counts alone.

Two-sided, and each says which it is. A small ``p`` says that a difference this large, in either direction, would be
rare if nothing had changed; it says nothing about why something changed. Pure standard library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, erfc, sqrt

from .figures import wilson

#: Up to so many values together the rank-sum test counts every possible order; above, its sum is as good as normal.
EXACT_UP_TO = 40


@dataclass(frozen=True)
class Found:
    """``test``: rank_sum | median | shares; ``p``: 0 to 1, None where nothing can be said; ``n``: of what, how many."""

    test: str
    p: float | None
    n: tuple[int, int]


def rank_sum(a: Sequence[int], b: Sequence[int]) -> Found:
    """Wilcoxon's rank-sum test (Mann and Whitney's U): are the values of one group mostly larger?

    Exact where no two values are equal and there are few; otherwise by the normal distribution, with the correction
    for equal values and for steps of one half.
    """
    n, m = len(a), len(b)
    if not n or not m:
        return Found("rank_sum", None, (n, m))
    ranks, ties = _ranks([*a, *b])
    twice_u = 2 * sum(ranks[:n]) - n * (n + 1)   # ranks may end in a half
    if not ties and n + m <= EXACT_UP_TO:
        u = round(twice_u / 2)
        return Found("rank_sum", _exact(n, m, min(u, n * m - u)), (n, m))
    total = n + m
    variance = n * m / 12 * ((total + 1) - ties / (total * (total - 1)))
    if variance <= 0:
        return Found("rank_sum", None, (n, m))  # all values are equal
    distance = max(0.0, abs(twice_u - n * m) / 2 - 0.5)
    return Found("rank_sum", _two_sided(distance / sqrt(variance)), (n, m))


def _ranks(values: Sequence[int]) -> tuple[list[float], int]:
    """The rank of each value from 1, equals sharing theirs; and the sum of t^3 - t over groups of t equals."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    ranks, ties, start = [0.0] * len(values), 0, 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start:end + 1]:
            ranks[place] = (start + end) / 2 + 1
        ties += (end - start + 1) ** 3 - (end - start + 1)
        start = end + 1
    return ranks, ties


def _exact(n: int, m: int, u: int) -> float:
    """Twice the chance that U is at most ``u`` (the smaller side) when every order is as likely.

    The orders with each U are the coefficients of the Gaussian binomial: a product of (1 - x^(m+i)) / (1 - x^i).
    """
    orders = [1] + [0] * u
    for i in range(1, n + 1):
        for k in range(u, m + i - 1, -1):
            orders[k] -= orders[k - m - i]
        for k in range(i, u + 1):
            orders[k] += orders[k - i]
    return min(1.0, 2 * sum(orders) / comb(n + m, n))


def median_test(above: tuple[int, int], n: tuple[int, int]) -> Found:
    """Mood's median test: of both groups, how many lie above the median of all together?

    ``above`` of ``n``, group by group. Fisher's exact test of the four counts where one of them would be expected
    below 5, otherwise chi squared with one degree of freedom.
    """
    return Found("median", _four(above, n), n)


def shares(kept: tuple[int, int], n: tuple[int, int]) -> Found:
    """Whether two shares differ: the same test of four counts."""
    return Found("shares", _four(kept, n), n)


def _four(hits: tuple[int, int], n: tuple[int, int]) -> float | None:
    total, hit = sum(n), sum(hits)
    if not n[0] or not n[1] or hit in (0, total):
        return None
    expected = [part * side / total for part in n for side in (hit, total - hit)]
    if min(expected) < 5:
        return _fisher(hits[0], n, hit)
    squared = total * (hits[0] * (n[1] - hits[1]) - hits[1] * (n[0] - hits[0])) ** 2 / (
        n[0] * n[1] * hit * (total - hit))
    return _two_sided(sqrt(squared))


def _fisher(here: int, n: tuple[int, int], hit: int) -> float:
    """The chance of tables that are no likelier than this one, with the same sums."""
    ways = {
        k: comb(n[0], k) * comb(n[1], hit - k) for k in range(max(0, hit - n[1]), min(n[0], hit) + 1)}
    return sum(way for way in ways.values() if way <= ways[here]) / sum(ways.values())


def _two_sided(z: float) -> float:
    return erfc(z / sqrt(2))


def difference(kept: tuple[int, int], n: tuple[int, int]) -> tuple[float, float] | None:
    """The 95 % interval of the second share minus the first: Newcombe's (1998, method 10), made of Wilson's two."""
    first, second = wilson(kept[0], n[0]), wilson(kept[1], n[1])
    if first is None or second is None:
        return None
    p, q = kept[0] / n[0], kept[1] / n[1]
    return (
        q - p - sqrt((q - second[0]) ** 2 + (first[1] - p) ** 2),
        q - p + sqrt((second[1] - q) ** 2 + (p - first[0]) ** 2))
