"""How long a wait will be: a range that is right four times out of five, learned from the office's own log.

The forecast is the plain queue formula (people ahead x mean service / counters) times factors: for the service,
the hour, priority, the counters that serve it, how long the others have been waiting, how fast calls came just now.
The factors are found by quantile regression, one set each for the low end, the middle and the high end, and
improved every night by the waits of the day (a Newton step on the pinball loss, older days fading). The range is
then moved after every wait that ended (``forecast_range``). Only plain Python: 1,000 waits are learned in a second.

A forecast says how long somebody will wait who stays until the call. It is learned from waits that ended in a call.
Who was called at once never waited, and who gave up would have waited nobody knows how long: neither is learned from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import mul
from typing import Any

from .forecast_line import FEATURES, Moment, seconds
from .forecast_range import TAIL, Calibration, Range, groups

VERSION = 1
ENOUGH = 200  # waits learned before anything is said
ENOUGH_OF_SERVICE = 10
PRIOR = 30.0  # how strongly the plain formula holds against the first waits, in waits
FADE = 0.9999  # per wait: about 7,000 waits ago counts half
PER_SERVICE = 2  # a service's own factor, and its own pace per person ahead

QUANTILES = (TAIL, 0.5, 1 - TAIL)
# How dense waits are around each quantile, per factor of e: the Newton step's curvature.
DENSITY = (0.25, 0.45, 0.45)
SMOOTH = 0.1  # a wait within a tenth of the forecast counts partly on both sides


class Reason(StrEnum):
    """Why nothing is said."""

    LEARNING = "learning"  # too few waits have been learned
    NEW_SERVICE = "new_service"  # too few of this service
    NOBODY_SERVES = "nobody_serves"  # nobody was called today: nothing tells when that will begin


@dataclass(frozen=True)
class NotYetKnown:
    reason: Reason


@dataclass(frozen=True)
class _Seen:
    """One wait of the day, kept for the night."""

    moment: Moment
    waited: float


class Forecast:
    """What one office has learned about one kind of moment: that of issue, or those while waiting.

    ``forecast`` changes nothing. ``observe`` moves the range at once and keeps the wait; ``learn`` learns
    the kept waits and is called when the day is over. The same acts in the same order give the same forecasts.
    """

    def __init__(self) -> None:
        self._learned = 0
        self._usual = 0.0  # mean of the waits learned: weighs long waits against the prior
        self._services: dict[str, int] = {}  # waits learned per service, in order of appearance
        self._weights = [[0.0] * len(FEATURES) for _ in QUANTILES]
        self._information = _diagonal(len(FEATURES))
        self._range = Calibration()
        self._today: list[_Seen] = []

    def forecast(self, moment: Moment) -> Range | NotYetKnown:
        """Seconds from ``moment`` until the call, if the visitor stays."""
        if self._learned < ENOUGH:
            return NotYetKnown(Reason.LEARNING)
        if self._services.get(moment.service, 0) < ENOUGH_OF_SERVICE:
            return NotYetKnown(Reason.NEW_SERVICE)
        if not moment.open:
            return NotYetKnown(Reason.NOBODY_SERVES)
        raw = self._raw(moment)
        return self._range.apply(raw, _groups(moment, raw))

    def observe(self, moment: Moment, waited: float) -> None:
        """A wait that ended in a call, ``waited`` > 0 seconds after ``moment``: to be told then, not before."""
        if waited <= 0:
            raise ValueError("who was called at once did not wait")
        if self._learned >= ENOUGH and moment.service in self._services:
            raw = self._raw(moment)
            self._range.learn(raw, _groups(moment, raw), waited)
        self._today.append(_Seen(moment, waited))

    def learn(self) -> None:
        """The day is over: improve the factors by its waits."""
        today, self._today = self._today, []
        if not today:
            return
        for seen in today:
            self._make_room(seen.moment.service)
            self._learned += 1
            self._services[seen.moment.service] += 1
            self._usual += (seen.waited - self._usual) / self._learned
        rows = [self._row(seen.moment) for seen in today]
        fade: float = FADE ** len(today)
        size = len(self._information)
        for i, line in enumerate(self._information):
            self._information[i] = [fade * v for v in line]
            self._information[i][i] += (1 - fade) * PRIOR
        for seen, row in zip(today, rows, strict=True):
            importance = seconds(seen.moment.core + _times(self._weights[1], row)) / self._usual
            for i in range(size):
                if row[i]:
                    part = importance * row[i]
                    self._information[i] = [v + part * x for v, x in zip(self._information[i], row, strict=True)]
        steps = _inverse(self._information)
        for seen, row in zip(today, rows, strict=True):
            self._improve(seen, row, [_times(line, row) for line in steps])

    def _improve(self, seen: _Seen, row: list[float], direction: list[float]) -> None:
        for which, quantile in enumerate(QUANTILES):
            weights = self._weights[which]
            said = seconds(seen.moment.core + _times(weights, row))
            # From -1 (well below what was said) to 1 (well above).
            side = min(1.0, max(-1.0, (seen.waited - said) / said / SMOOTH))
            step = (quantile - 0.5 + side / 2) * said / self._usual / DENSITY[which]
            self._weights[which] = [w + step * d for w, d in zip(weights, direction, strict=True)]

    def _raw(self, moment: Moment) -> Range:
        row = self._row(moment)
        low, middle, high = sorted(seconds(moment.core + _times(weights, row)) for weights in self._weights)
        return Range(low, middle, high)

    def _row(self, moment: Moment) -> list[float]:
        own = [0.0] * (PER_SERVICE * len(self._services))
        for place, service in enumerate(self._services):
            if service == moment.service:
                own[PER_SERVICE * place:PER_SERVICE * place + PER_SERVICE] = (1.0, moment.long_line)
        return [*moment.values, *own]

    def _make_room(self, service: str) -> None:
        if service in self._services:
            return
        self._services[service] = 0
        old = len(self._information)
        self._information = [[*line, *[0.0] * PER_SERVICE] for line in self._information]
        self._information += _diagonal(old + PER_SERVICE)[old:]
        self._weights = [[*weights, *[0.0] * PER_SERVICE] for weights in self._weights]

    def factors(self) -> dict[str, tuple[float, ...]]:
        """Feature -> its weight for the low end, the middle and the high end: what an IT person may read."""
        names = [*FEATURES, *(f"{kind} {s}" for s in self._services for kind in ("service", "pace of"))]
        return {name: tuple(weights[i] for weights in self._weights) for i, name in enumerate(names)}

    def state(self) -> dict[str, Any]:
        """Everything learned, as JSON values. Only between two days: a day that has begun is told again."""
        if self._today:
            raise ValueError("the day is not learned yet")
        return {
            "version": VERSION, "features": list(FEATURES), "learned": self._learned, "usual": self._usual,
            "services": list(self._services.items()), "weights": self._weights,
            "information": [line[:i + 1] for i, line in enumerate(self._information)],
            "range": self._range.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Forecast:
        """Goes on where ``state`` was taken. ValueError when another version made it: then learn anew from the log."""
        if state["version"] != VERSION or tuple(state["features"]) != FEATURES:
            raise ValueError("learned by another version")
        made = cls()
        made._learned, made._usual = int(state["learned"]), float(state["usual"])
        made._services = {name: int(count) for name, count in state["services"]}
        made._weights = [[float(w) for w in weights] for weights in state["weights"]]
        half = state["information"]
        size = len(half)
        made._information = [[float(half[max(i, j)][min(i, j)]) for j in range(size)] for i in range(size)]
        made._range = Calibration(state["range"])
        return made


def _groups(moment: Moment, raw: Range) -> tuple[str, ...]:
    return groups(moment.service, moment.hour, raw.middle, moment.waited)


def _times(a: Sequence[float], b: Sequence[float]) -> float:
    total: float = sum(map(mul, a, b))
    return total


def _diagonal(size: int) -> list[list[float]]:
    return [[PRIOR if i == j else 0.0 for j in range(size)] for i in range(size)]


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Of a symmetric, positive definite matrix, by elimination: the prior keeps the pivots away from 0."""
    size = len(matrix)
    rows = [[*line, *(1.0 if i == j else 0.0 for j in range(size))] for i, line in enumerate(matrix)]
    for i in range(size):
        pivot = rows[i][i]
        rows[i] = [v / pivot for v in rows[i]]
        for j in range(size):
            share = rows[j][i]
            if j != i and share:
                rows[j] = [v - share * p for v, p in zip(rows[j], rows[i], strict=True)]
    return [line[size:] for line in rows]
