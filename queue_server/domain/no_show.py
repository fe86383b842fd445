"""When a visitor who was called may be recorded as not having come: one rule for press and screen (decisions 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .errors import Refused
from .office import Rules


class HeardCall(Protocol):
    """A call, and when boards first drew and spoke it (UTC ms)."""

    @property
    def at(self) -> int: ...
    @property
    def drawn_at(self) -> int | None: ...
    @property
    def spoken_at(self) -> int | None: ...


@dataclass(frozen=True)
class Standing:
    """``heard`` of ``needed`` calls count; ``presses``: so many must still be made, beyond those on their way;
    ``at``: from when on, by the last call (UTC ms); ``after_s``: seconds that a new call would begin."""

    heard: int
    needed: int
    presses: int
    at: int
    after_s: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.heard)

    def earliest(self, now: int) -> int:
        """``at``; 0 when the last call is of a clock that was set back since: nobody is to wait for that clock."""
        return self.at if self.at - now <= self.after_s * 1000 else 0

    def refusal(self, boards_alive: bool, now: int) -> Refused | None:
        """Everything that is missing at ``now``; None: nothing (but a reason, where no board is alive)."""
        seconds = max(0, -(-(self.earliest(now) - now) // 1000))
        if not self.missing or not boards_alive:
            return Refused("no_show_too_soon", seconds=seconds) if seconds else None
        then = self.after_s if self.presses else seconds
        facts = {"needed": self.needed, "heard": self.heard, "missing": self.missing}
        if then:
            return Refused("no_show_calls_then", **facts, seconds=then)
        return Refused("no_show_calls", **facts)


def standing(calls: Sequence[HeardCall], rules: Rules, voice: bool, called_at: int) -> Standing:
    """What ``calls``, the present call and its repeats, are worth; without a ``voice`` a drawn one is heard."""
    heard = sum(1 for call in calls if call.drawn_at and (call.spoken_at or not voice))
    last = max((call.at for call in calls), default=called_at)
    return Standing(
        heard, rules.no_show_calls, max(0, rules.no_show_calls - len(calls)), last + rules.no_show_after_s * 1000,
        rules.no_show_after_s)
