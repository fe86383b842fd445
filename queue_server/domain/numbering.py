"""The series of numbers: one per service and office day, with a reserved upper range for paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .office import Service


def next_number(high_water: int, service: Service) -> int:
    """The number after ``high_water``, the highest ordinary number of the day (0: none yet).

    Numbers count 1, 2, 3 … and go on with four digits after 999. The reserved range (decisions 7) belongs to
    the paper roll and the offline kiosk: the ordinary series jumps over it, 900 is followed by 961.
    """
    following = high_water + 1
    if service.reserved is not None and service.reserved[0] <= following <= service.reserved[1]:
        return service.reserved[1] + 1
    return following


@dataclass(frozen=True)
class Range:
    """Numbers of one series issued upwards: from ``first`` to ``last`` (None: open) without ``gap``."""

    first: int
    last: int | None = None
    gap: tuple[int, int] | None = None

    def holds(self, number: int) -> bool:
        if number < self.first or (self.last is not None and number > self.last):
            return False
        return self.gap is None or not self.gap[0] <= number <= self.gap[1]


def ranges(service: Service) -> tuple[Range, ...]:
    """The ordinary range of a service's series and, where it has one, the reserved range."""
    if service.reserved is None:
        return (Range(1),)
    return Range(1, gap=service.reserved), Range(*service.reserved)


#: Whose a part of the reserve is: the paper roll's, or ``kiosk:KEY``.
ROLL = "roll"


@dataclass(frozen=True)
class Part:
    """The numbers ``first`` to ``last`` of a reserve, which only ``source`` gives out, upwards."""

    source: str
    first: int
    last: int

    def holds(self, number: int) -> bool:
        return self.first <= number <= self.last


def kiosk_source(kiosk: str) -> str:
    """The source of the numbers that an offline kiosk gives; ``kiosk`` is its key in the office's file."""
    return f"kiosk:{kiosk}"


def parts(service: Service) -> tuple[Part, ...]:
    """The reserve of a service, divided: each kiosk's declared part, and what is left is the paper roll's.

    No number is in two parts, so two kiosks and the roll never meet, however long they cannot talk.
    """
    if service.reserved is None:
        return ()
    first, last = service.reserved
    kiosks = sorted((Part(kiosk_source(key), *span) for key, span in service.reserved_for.items()),
                    key=lambda part: part.first)
    found: list[Part] = []
    for part in kiosks:
        if first < part.first:
            found.append(Part(ROLL, first, part.first - 1))
        found.append(part)
        first = part.last + 1
    return (*found, Part(ROLL, first, last)) if first <= last else tuple(found)


def part_of(service: Service, number: int) -> Part | None:
    """The part that a number is in; None: it is no number of the reserve."""
    return next((part for part in parts(service) if part.holds(number)), None)


@dataclass(frozen=True)
class Violation:
    """``code``: missing | twice | outside (not of this range) | beyond (above the high-water mark)."""

    number: int
    code: str
    fates: tuple[str, ...] = ()


def fates(of: Range, high_water: int, recorded: Iterable[tuple[int, str]]) -> list[Violation]:
    """The verifier's rule (decisions 7): up to the high-water mark every number has exactly one fate.

    ``high_water`` is the highest number given out in the range (``of.first`` - 1: none); what lies above it
    is unused, for the reserved range that is one recorded fact. ``recorded`` holds (number, fate).
    """
    found: dict[int, list[str]] = {}
    for number, fate in recorded:
        found.setdefault(number, []).append(fate)
    expected = {n for n in range(of.first, high_water + 1) if of.holds(n)}
    wrong = [Violation(n, "missing") for n in expected - found.keys()]
    for number, its in found.items():
        if not of.holds(number):
            wrong.append(Violation(number, "outside", tuple(its)))
        elif number > high_water:
            wrong.append(Violation(number, "beyond", tuple(its)))
        elif len(its) > 1:
            wrong.append(Violation(number, "twice", tuple(its)))
    return sorted(wrong, key=lambda violation: violation.number)
