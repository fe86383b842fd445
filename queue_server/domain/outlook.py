"""What an office's screens may say of the time to come: forecasts of the wait, and who will pass the promise.

Values only; they are made apart from the screens (``forecasts/``) and drawn as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .forecast import NotYetKnown
from .forecast_range import COVERAGE, Range

COVERAGE_PERCENT = round(COVERAGE * 100)
#: Up to so many minutes a forecast is said to the minute, then in steps of five, and of ten; nobody is helped by "37".
TO_THE_MINUTE, TO_FIVE = 10, 60
#: Too late in so many of a hundred ways in which the hour may go: said to pass the promise.
LIKELY = 50


@dataclass(frozen=True, slots=True)
class Said:
    """A forecast as it is told: seconds; or, where nothing can be said, why (a ``forecast.Reason``)."""

    low: int = 0
    high: int = 0
    why: str = ""

    @classmethod
    def of(cls, forecast: Range | NotYetKnown) -> Said:
        if isinstance(forecast, NotYetKnown):
            return cls(why=str(forecast.reason))
        return cls(math.floor(forecast.low), math.ceil(forecast.high))

    def after(self, seconds: float) -> Said:
        """The same so much later, when nothing else is known."""
        return self if self.why else Said(max(0, int(self.low - seconds)), max(0, int(self.high - seconds)))

    @property
    def minutes(self) -> tuple[int, int] | None:
        """(low, high) in round minutes, the low end down and the high end up; None: nothing can be said."""
        if self.why:
            return None
        low, high = _round(self.low / 60, math.floor), max(1, _round(self.high / 60, math.ceil))
        return (low, high)

    def picture(self) -> dict[str, Any]:
        """As screens get it: ``low_min`` and ``high_min`` are None together, and then ``why`` says the reason."""
        found = self.minutes
        low, high = found or (None, None)
        return {"low_min": low, "high_min": high, "coverage": COVERAGE_PERCENT, "why": self.why}


def _round(minutes: float, way: Any) -> int:
    """``way`` is math.floor or math.ceil."""
    step = 1 if minutes <= TO_THE_MINUTE else 5 if minutes <= TO_FIVE else 10
    return int(way(minutes / step) * step)


@dataclass(frozen=True)
class Risk:
    """Somebody who waits and may pass the promise: ``probability`` in percent, ``left_ms`` until the promise is over
    (negative: it is), ``label`` the number."""

    step: int
    label: str
    service: str
    probability: int
    left_ms: int

    @property
    def likely(self) -> bool:
        """Said to pass the promise: it will in half of the cases or more."""
        return self.probability >= LIKELY

    def picture(self) -> dict[str, Any]:
        return {"step": self.step, "label": self.label, "service": self.service, "probability": self.probability,
                "left_ms": self.left_ms}


@dataclass(frozen=True)
class Remedy:
    """What would help a service: ``kind`` "open" (one more counter) or "move" (let ``counter`` serve it too), until
    about ``until_at`` (UTC ms); of ``late`` who would wait too long it keeps ``kept`` within the promise."""

    service: str
    kind: str
    counter: str
    until_at: int
    late: int
    kept: int

    def picture(self) -> dict[str, Any]:
        return {"service": self.service, "kind": self.kind, "counter": self.counter, "until_at": self.until_at,
                "late": self.late, "kept": self.kept}


@dataclass(frozen=True)
class Ahead:
    """The next hour as simulated at ``at`` (UTC ms): how many of a service will pass the promise, who, what helps."""

    at: int = 0
    late: Mapping[str, int] = field(default_factory=dict)
    risks: tuple[Risk, ...] = ()
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class Hits:
    """How often forecasts held: ``n`` waits that ended in a call and had one, ``inside`` its range, the median width
    of the range in seconds; ``at_once`` of who was called in the same second and did not wait, ``gave_up`` of who
    left before the call (neither is counted in ``n``)."""

    n: int = 0
    inside: int = 0
    width_s: int = 0
    at_once: int = 0
    gave_up: int = 0

    def picture(self) -> dict[str, int]:
        return {"n": self.n, "inside": self.inside, "width_s": self.width_s, "at_once": self.at_once,
                "gave_up": self.gave_up, "coverage": COVERAGE_PERCENT}


@dataclass(frozen=True)
class Outlook:
    """Everything foreseen for one office. ``newcomers``: (service, priority) -> what somebody is told who takes a
    number now; ``steps``: who waits -> the rest of their wait, as of ``at`` (UTC ms)."""

    at: int = 0
    newcomers: Mapping[tuple[str, bool], Said] = field(default_factory=dict)
    steps: Mapping[int, Said] = field(default_factory=dict)
    ahead: Ahead = field(default_factory=Ahead)
    hits: Hits = field(default_factory=Hits)

    def newcomer(self, service: str, priority: bool = False) -> Said:
        """``Said(why="learning")`` while nothing is known of the service."""
        return self.newcomers.get((service, priority), UNKNOWN)


UNKNOWN = Said(why="learning")
EMPTY = Outlook()
