"""How often one address, one phone or one ticket may do something in a minute or an hour.

Counted in memory per process, in a span that begins with the first time; behind a proxy that sends an address always
to the same process (as it must, for websockets) the limits hold for the whole server. A kiosk, which is paired,
is never counted: this stands in the way of every number it gives (docs/benchmarks.md), so it is small.
"""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass

from flask import abort, request

MINUTE_S = 60.0
HOUR_S = 3_600.0
#: Counts kept before past ones are thrown away.
MANY_KEPT = 10_000


@dataclass(frozen=True)
class Rule:
    """At most ``most`` times in ``within_s`` seconds."""

    what: str
    most: int
    within_s: float = MINUTE_S


def address() -> str:
    """Whoever has one IPv6 address has all of its network's: they count as one."""
    given = str(request.remote_addr)
    try:
        found = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if found.version == 4 or found.ipv4_mapped is not None:
        return str(found.ipv4_mapped or found) if found.version == 6 else given
    return str(ipaddress.ip_network((found, 64), strict=False))


def from_here() -> bool:
    """Whether the request comes from this machine; what a proxy passes on need not be an address at all."""
    try:
        return ipaddress.ip_address(str(request.remote_addr)).is_loopback
    except ValueError:
        return False


class Limits:
    """``whose`` is the address asking, unless somebody or something else is named."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, float]] = {}
        self._sweep_at = MANY_KEPT

    def check(self, rule: Rule) -> None:
        """Answers 429 when the address asking has spent what ``spend`` allows; counts nothing."""
        if self.wait(rule):
            abort(429)

    def wait(self, rule: Rule, whose: str = "") -> int:
        """Seconds until one more would be allowed, 0 when it is now; counts nothing."""
        count, until = self._counts.get((rule.what, whose or address()), (0, 0.0))
        left = until - time.monotonic()
        return max(1, math.ceil(left)) if count >= rule.most and left > 0 else 0

    def spend(self, rule: Rule, whose: str = "") -> None:
        """Once more; answers 429 when it was once too often."""
        if self.take((rule,), whose):
            abort(429)

    def take(self, rules: tuple[Rule, ...], whose: str = "") -> int:
        """Once more by every rule, or by none: then the seconds until it would be allowed. 0: it is counted."""
        whose = whose or address()
        seconds = max(self.wait(rule, whose) for rule in rules)
        if seconds == 0:
            for rule in rules:
                self._count(rule, whose)
        return seconds

    def give_back(self, rules: tuple[Rule, ...], whose: str = "") -> None:
        """What was taken came to nothing."""
        whose = whose or address()
        for rule in rules:
            count, until = self._counts.get((rule.what, whose), (0, 0.0))
            if count:
                self._counts[rule.what, whose] = (count - 1, until)

    def _count(self, rule: Rule, whose: str) -> None:
        key, now = (rule.what, whose), time.monotonic()
        count, until = self._counts.get(key, (0, 0.0))
        if now >= until:
            count, until = 0, now + rule.within_s
            self._sweep(now)
        self._counts[key] = (count + 1, until)

    def _sweep(self, now: float) -> None:
        """Throws past counts away, the more seldom the more there are that still hold."""
        if len(self._counts) >= self._sweep_at:
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
            self._sweep_at = max(MANY_KEPT, 2 * len(self._counts))
