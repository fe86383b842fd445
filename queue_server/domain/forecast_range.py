"""A range that keeps its word: both ends are moved after every wait that ended, until one in ten misses each.

Adaptive conformal inference (Gibbs and Candès 2021, "Adaptive Conformal Inference Under Distribution Shift"), with one
correction for all and one each for the service, the hour and the length foretold (while waiting also for the time
waited), which add up. A miss pushes its end outwards by 0.9 of a step, a hit draws it in by 0.1: whatever the waits
do, the share of misses tends to one in ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log2, sqrt

COVERAGE = 0.8
TAIL = (1 - COVERAGE) / 2
OUTERMOST = 2.5  # a correction never exceeds e to this: one wild day must not ruin the next


@dataclass(frozen=True)
class Range:
    """Seconds still to wait: with ``coverage`` between ``low`` and ``high``, as likely above ``middle`` as below."""

    low: float
    middle: float
    high: float
    coverage: float = COVERAGE


def groups(service: str, hour: int, middle: float, waited: float = 0.0) -> tuple[str, ...]:
    """The corrections that a forecast takes part in; lengths and times ``waited`` in doublings of seconds."""
    names = ("all", f"service {service}", f"hour {hour}", f"length {_doublings(middle)}")
    return (*names, f"waited {_doublings(waited)}") if waited else names


def _doublings(seconds: float) -> int:
    """From below half a minute (4) to above an hour (12)."""
    return min(12, max(4, int(log2(max(1.0, seconds)))))


class Calibration:
    """What both ends were moved by, in log seconds, per group."""

    def __init__(self, state: Mapping[str, Sequence[float]] | None = None) -> None:
        self._moved = {name: [float(v) for v in held] for name, held in (state or {}).items()}

    def apply(self, raw: Range, names: Sequence[str]) -> Range:
        """``raw`` with both ends moved; never below 0, never past its middle."""
        held = [self._moved[name] for name in names if name in self._moved]
        down, up = _kept(sum(h[0] for h in held)), _kept(sum(h[1] for h in held))
        return Range(min(raw.middle, raw.low * exp(-down)), raw.middle, max(raw.middle, raw.high * exp(up)))

    def learn(self, raw: Range, names: Sequence[str], waited: float) -> None:
        """What became of a forecast: ``waited`` seconds more, until the call."""
        said = self.apply(raw, names)
        below, above = (waited < said.low) - TAIL, (waited > said.high) - TAIL
        for name in names:
            held = self._moved.setdefault(name, [0.0, 0.0, 0.0])
            held[2] += 1
            step = step_of(name, held[2])
            held[0] = _kept(held[0] + step * below)
            held[1] = _kept(held[1] + step * above)

    def state(self) -> dict[str, list[float]]:
        return {name: list(held) for name, held in sorted(self._moved.items())}


def step_of(name: str, seen: float) -> float:
    """How far one miss moves an end. Large while little is known, and never so small that a change goes unnoticed."""
    floor, first = STEPS[name.partition(" ")[0]]
    return max(floor, first / sqrt(seen))


# Smallest step, first step. Four corrections add up: with larger steps the ends tremble, and small offices cover less.
STEPS = {
    "all": (0.004, 0.2), "service": (0.008, 0.15), "hour": (0.008, 0.05), "length": (0.008, 0.1),
    "waited": (0.008, 0.1),
}


def _kept(moved: float) -> float:
    return min(OUTERMOST, max(-OUTERMOST, moved))

