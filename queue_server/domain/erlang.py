"""How many counters a service needs so that enough visitors are called in time: Erlang's formula for waiting lines.

It takes visitors to come at random (Poisson) at a steady rate, to be served for times that vary as the exponential
distribution does, in order, and to stay (A. K. Erlang 1917; the M/M/c queue). Service at a counter usually varies less
than that, so that the number is on the safe side; a half hour is taken for itself, so that a queue left over from the
one before is not in it. Pure standard library.
"""

from __future__ import annotations

from math import exp

#: More counters than any office has: nothing that is asked for needs them.
MOST = 500


def waits(counters: int, load: float) -> float:
    """Erlang C: the share of visitors who wait at all, 0 to 1. ``load``: counters that would be busy without a break,
    that is arrivals in the time of one service."""
    if load >= counters:
        return 1.0
    blocked = 1.0  # Erlang B, by its recursion over the counters
    for n in range(1, counters + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - load / counters * (1 - blocked))


def in_time(counters: int, arrivals: float, service_min: float, stated_min: float) -> float:
    """The share of visitors called within the stated wait. ``arrivals``: a minute; durations in minutes."""
    load = arrivals * service_min
    if load == 0:
        return 1.0
    if load >= counters:
        return 0.0
    return 1 - waits(counters, load) * exp(-(counters - load) * stated_min / service_min)


def counters_needed(arrivals: float, service_min: float, stated_min: float, share: float) -> int:
    """The fewest counters with which at least ``share`` (0 to 1) are called in time; 0 where nobody comes."""
    if arrivals <= 0 or service_min <= 0:
        return 0
    return next((n for n in range(1, MOST) if in_time(n, arrivals, service_min, stated_min) >= share), MOST)
