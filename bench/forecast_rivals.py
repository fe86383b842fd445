"""What the forecast is measured against: the known predictors, and gradient boosting (scikit-learn, only here)."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from queue_server.domain.forecast_line import Moment
from queue_server.domain.forecast_range import TAIL, Calibration, Range, groups

if TYPE_CHECKING:
    from bench.forecast_tables import Asked

LES, HOL, LAST_10, FORMULA, DRAIN = (
    "last to enter service", "head of line", "mean of the last 10", "(queue + 1) x mean service / busy",
    "queue with abandonment and priority",
)


class Marks:
    """The predictors of the literature, fed with the same acts as the line."""

    def __init__(self) -> None:
        self.waiting: dict[int, int] = {}
        self.waits: deque[float] = deque(maxlen=10)
        self.services: deque[float] = deque(maxlen=50)
        self.busy = 0
        self.gave_up, self.waited_in_all = 1.0, 300.0  # one in five minutes, until more is known

    def joined(self, n: int, at: int) -> None:
        self.waiting[n] = at

    def called(self, n: int, at: int) -> None:
        self.waits.append(at - self.waiting[n])
        self.waited_in_all += at - self.waiting.pop(n)
        self.busy += 1

    def left(self, n: int, at: int) -> None:
        self.waited_in_all += at - self.waiting.pop(n)
        self.gave_up += 1

    def finished(self, service: float) -> None:
        self.services.append(service)
        self.busy -= 1

    def say(self, at: int, moment: Moment) -> dict[str, float]:
        mean = sum(self.services) / len(self.services) if self.services else 180.0
        rate, patience = max(1, self.busy) / max(1.0, mean), self.gave_up / self.waited_in_all
        return {
            LES: self.waits[-1] if self.waits else 0.0,
            HOL: at - min(self.waiting.values(), default=at),
            LAST_10: sum(self.waits) / len(self.waits) if self.waits else 0.0,
            FORMULA: (len(self.waiting) + 1) / rate,
            DRAIN: sum(1 / (rate + k * patience) for k in range(moment.ahead + 1)),
        }


@dataclass(frozen=True)
class Boosted:
    """What boosting said of one wait; ``low`` and ``high`` before and after the recalibration."""

    asked: Asked
    raw: Range
    said: Range


def boost(asked: list[Asked]) -> list[Boosted]:
    """Gradient boosting trained on the month before: absolute loss for the middle, 10 and 90 % quantiles for the ends.

    It sees what ours sees, plus the service, the class and the clock as columns. Its range is recalibrated
    as ours is, online and by the same groups: each wait moves it when it ended, before later ones are forecast.
    """
    try:
        import numpy
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError:
        raise SystemExit("the boosting needs scikit-learn: pip install scikit-learn, or run with --plain") from None
    names = {name: n for n, name in enumerate(sorted({a.service for a in asked}))}
    waits = [a for a in asked if a.served and a.waited > 0]
    months = sorted({a.month for a in asked})

    def columns(of: list[Asked]) -> Any:
        return numpy.array([
            [*a.moment.values, a.moment.core, names[a.service], a.priority, a.moment.at % 86_400] for a in of
        ])

    found, calibration = [], Calibration()
    for before, month in pairwise(months):
        train, test = [a for a in waits if a.month == before], [a for a in waits if a.month == month]
        seen, asked_now, truth = columns(train), columns(test), [a.waited for a in train]
        said = []
        for loss, quantile in (("quantile", TAIL), ("absolute_error", None), ("quantile", 1 - TAIL)):
            model = HistGradientBoostingRegressor(
                loss=loss, quantile=quantile, learning_rate=0.06, max_iter=200, max_leaf_nodes=31,
                min_samples_leaf=40, random_state=0,
            )
            said.append(model.fit(seen, truth).predict(asked_now).tolist())
        raw = [_range(three) for three in zip(*said, strict=True)]
        found += _recalibrated(test, raw, calibration)
    return found


def _range(said: tuple[float, ...]) -> Range:
    """Low, middle and high as three models said them: the middle stays what it is, the ends never pass it."""
    low, middle, high = (max(1.0, value) for value in said)
    return Range(min(low, middle), middle, max(high, middle))


def _recalibrated(test: list[Asked], raw: list[Range], calibration: Calibration) -> list[Boosted]:
    done: list[Boosted] = []
    ends: list[tuple[int, int]] = []
    for n, (asked, range_) in enumerate(zip(test, raw, strict=True)):
        while ends and ends[0][0] < asked.at:
            _learn(calibration, test, raw, heapq.heappop(ends)[1])
        done.append(Boosted(asked, range_, calibration.apply(range_, _groups(asked, range_))))
        heapq.heappush(ends, (asked.at + asked.waited, n))
    for _, n in sorted(ends):
        _learn(calibration, test, raw, n)
    return done


def _learn(calibration: Calibration, test: list[Asked], raw: list[Range], n: int) -> None:
    calibration.learn(raw[n], _groups(test[n], raw[n]), test[n].waited)


def _groups(asked: Asked, raw: Range) -> tuple[str, ...]:
    return groups(asked.service, asked.moment.hour, raw.middle)
