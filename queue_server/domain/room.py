"""Rooms with units and a countdown: who gets which unit, how long, and when that may be longer.

Instants are ms of the office's steady clock (``..._tick``), so that setting the wall clock takes nobody's minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .errors import Refused
from .office import Room

MINUTE = 60_000

#: Why a visit may be longer; the words files hold "extend.<code>".
EXTEND = ("connection_lost", "late_start", "child_or_infirm", "far_away", "nobody_waits", "supervisor_asked")
#: Why a unit is switched off; the words files hold "unit_off.<code>".
UNIT_OFF = ("broken", "not_needed", "cleaning", "security")
#: Why a batch passes a party over; the words files hold "passed.<code>".
PASSED = {
    "too_large": "more people than any free unit seats",
    "room_full": "more people than the room still holds; smaller parties after it may fit",
    "not_ready": "the one to be visited is not ready yet",
}


@dataclass(frozen=True)
class Sitting:
    """One visit at one unit, and its countdown. ``minutes`` as the room gives, ``extended_min`` what was added."""

    step: int
    room: str
    unit: str
    minutes: int
    extended_min: int
    began_at: int                      # UTC ms
    began_tick: int
    warned: int = 0
    over: int = 0

    @property
    def ends_tick(self) -> int:
        return self.began_tick + (self.minutes + self.extended_min) * MINUTE

    def left_ms(self, tick: int) -> int:
        """What is left of the time; negative when it is over."""
        return self.ends_tick - tick

    def phase(self, tick: int, warn_min: int) -> str:
        """running | warning (the last ``warn_min`` minutes) | over."""
        left = self.left_ms(tick)
        if left <= 0:
            return "over"
        return "warning" if left <= warn_min * MINUTE else "running"

    def due(self, tick: int, warn_min: int) -> str:
        """What the clock has to say of it that was not said yet: "warn", "over", or "" for nothing.

        A visit that is shorter than the warning is not warned of: its end follows at once.
        """
        phase = self.phase(tick, warn_min)
        if phase == "over":
            return "" if self.over else "over"
        return "warn" if phase == "warning" and not self.warned and self.minutes + self.extended_min > warn_min else ""


def extended(sitting: Sitting, room: Room, minutes: int, tick: int) -> Sitting:
    """The visit with ``minutes`` more. Once there is more time than the warning's, it will be warned of again.

    Refused: ``extend_minutes`` for no minutes at all or less, ``extend_most`` beyond the room's limit.
    """
    if minutes < 1:
        raise Refused("extend_minutes")
    if sitting.extended_min + minutes > room.extend_most_min:
        raise Refused("extend_most", most=room.extend_most_min, left=room.extend_most_min - sitting.extended_min)
    longer = replace(sitting, extended_min=sitting.extended_min + minutes, over=0)
    return replace(longer, warned=int(bool(sitting.warned) and longer.phase(tick, room.warn_min) != "running"))


@dataclass(frozen=True)
class Unit:
    """``on``: may be given out; ``busy``: somebody was called to it or is there."""

    key: str
    on: bool
    busy: bool


def free(room: Room, units: Mapping[str, Unit]) -> list[str]:
    """The units that may be given out now, in the order of the room; spare ones come last."""
    return [key for key in room.all_units if key in units and units[key].on and not units[key].busy]


@dataclass(frozen=True)
class Party:
    """Who waits for a room with one number: a step, and how many people come with it."""

    step: int
    people: int


@dataclass(frozen=True)
class Batch:
    """``called``: (step, unit) in order. ``passed``: (step, code of PASSED) of those that came before the last one
    called, or that would have been called had there been room."""

    called: tuple[tuple[int, str], ...]
    passed: tuple[tuple[int, str], ...]


def batch(room: Room, order: Sequence[Party], free_units: Sequence[str], inside: int) -> Batch:
    """As many parties as fit, in ``order``; ``inside``: people who are in the room already.

    Nobody is called before somebody who would have fitted too: a party is passed over only for its own size, and
    keeps its place, so that it is the first of the next batch that has room for it.
    """
    units = list(free_units)
    left = None if room.places is None else max(0, room.places - inside)
    called: list[tuple[int, str]] = []
    passed: list[tuple[int, str]] = []
    for party in order:
        if not units:
            break
        code = _hindrance(room, party, left)
        if code:
            passed.append((party.step, code))
            continue
        called.append((party.step, units.pop(0)))
        left = None if left is None else left - party.people
    return Batch(tuple(called), tuple(passed))


def _hindrance(room: Room, party: Party, left: int | None) -> str:
    if room.seats is not None and party.people > room.seats:
        return "too_large"
    return "room_full" if left is not None and party.people > left else ""

