"""The steady clock of an office as its events tell it.

Within one boot of the machine the boot clock of the events is enough. Between two boots the office's steady clock goes
on by an offset that the server fixes at the first start in a boot (``moment.py``); events that carry a reading of it
("tick": calls, seals) tell that offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .chain import Event, Problem

CLOCK_PROBLEMS: dict[str, str] = {
    "clock_back": "the boot clock, which only goes forward, is earlier than that of the event before",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as an event has it: the boot, ms of its clock in whole ms as the server counts them, and UTC ms."""

    boot: str
    ms: int
    at: int

    @classmethod
    def of(cls, event: Event) -> Moment:
        return cls(event.boot, event.boot_ns // 1_000_000, event.at)

    def earlier(self, ms: int) -> Moment:
        return Moment(self.boot, self.ms - ms, self.at - ms) if ms else self


class Clocks:
    """What is known of the boots seen so far."""

    def __init__(self) -> None:
        self.offsets: dict[str, int] = {}
        self._last = ("", 0)

    def see(self, event: Event, body: dict[str, Any]) -> None:
        """Learns the offset of the event's boot where it tells it."""
        if event.boot in self.offsets:
            return
        tick = body.get("tick")
        if event.kind == "called":
            why = body.get("why")
            tick = why.get("at") if isinstance(why, dict) else None
        if isinstance(tick, int):
            self.offsets[event.boot] = tick - event.boot_ns // 1_000_000

    def goes_back(self, event: Event) -> Problem | None:
        """Whether the event's boot clock is behind the one before, in the same boot."""
        boot, ns = self._last
        self._last = (event.boot, event.boot_ns)
        if boot == event.boot and event.boot_ns < ns:
            return Problem(event.seq, "clock_back", f"{(ns - event.boot_ns) // 1_000_000} ms")
        return None

    def between(self, since: Moment, until: Moment) -> int | None:
        """ms from one moment to the other, never below 0; None: in two boots of which one tells no offset."""
        if since.boot == until.boot:
            return max(0, until.ms - since.ms)
        if since.boot in self.offsets and until.boot in self.offsets:
            return max(0, self.offsets[until.boot] + until.ms - self.offsets[since.boot] - since.ms)
        return None

    def tick(self, moment: Moment) -> int | None:
        """The office's steady clock at a moment; None where it is not known."""
        offset = self.offsets.get(moment.boot)
        return None if offset is None else offset + moment.ms
