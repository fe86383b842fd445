"""How often one address, or one ticket, may ask in a minute.

Counted in memory per process, in a minute that begins with the first request. A kiosk, which is paired,
is never counted: this stands in the way of every number it gives (docs/benchmarks.md), so it is small.
"""

from __future__ import annotations

import math
import time

from flask import abort, request

MINUTE_S = 60.0
#: Counts kept at most; past ones are thrown away when there are so many.
MOST_KEPT = 10_000


class Limits:
    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, float]] = {}

    def check(self, what: str, most: int) -> None:
        """Answers 429 when the address asking has spent what ``spend`` allows; counts nothing."""
        if self.wait(what, most):
            abort(429)

    def wait(self, what: str, most: int, whose: str = "") -> int:
        """Seconds until one more would be allowed, 0 when it is now; counts nothing."""
        count, until = self._counts.get((what, whose or str(request.remote_addr)), (0, 0.0))
        left = until - time.monotonic()
        return max(1, math.ceil(left)) if count >= most and left > 0 else 0

    def spend(self, what: str, most: int, whose: str = "") -> None:
        """One more request of this kind; answers 429 after ``most`` in a minute. ``whose``: the address asking,
        unless named."""
        key, now = (what, whose or str(request.remote_addr)), time.monotonic()
        count, until = self._counts.get(key, (0, 0.0))
        if now >= until:
            count, until = 0, now + MINUTE_S
            if len(self._counts) >= MOST_KEPT:
                self._counts = {k: kept for k, kept in self._counts.items() if kept[1] > now}
        if count >= most:
            abort(429)
        self._counts[key] = (count + 1, until)
