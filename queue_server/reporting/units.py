"""What days are added up to beforehand: thirds of a month and whole months.

A year is read as its months, what is left of it as thirds, and only the last few days one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

#: The first days of a month's thirds; the last third takes what is left.
_THIRDS = (1, 11, 21)


@dataclass(frozen=True)
class Unit:
    """``name``: the span of its tallies. A unit is named by its start: ``2026-11``, ``2026-11-21``."""

    name: str

    def of(self, day: str) -> str:
        """The unit in which a day lies."""
        if self.name == "month":
            return day[:7]
        return f"{day[:8]}{max(first for first in _THIRDS if first <= int(day[8:])):02d}"

    def first(self, start: str) -> str:
        """The first day of a unit."""
        return f"{start}-01" if self.name == "month" else start

    def last(self, start: str) -> str:
        """The last day of a unit."""
        if self.name == "third" and not start.endswith("-21"):
            return f"{start[:8]}{int(start[8:]) + 9}"
        return month_end(start[:7])


MONTH, THIRD = Unit("month"), Unit("third")
#: The largest first.
UNITS = (MONTH, THIRD)


def month_end(month: str) -> str:
    """The last day of a month, ISO."""
    first = date.fromisoformat(f"{month}-01")
    return ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat()


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
