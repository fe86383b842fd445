"""Working days of an office: Monday to Friday without its holidays (decisions 6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from .office import Office


def is_working(day: date, holidays: Collection[str]) -> bool:
    """Monday to Friday, unless the office's file names the date as a holiday."""
    return day.weekday() < 5 and day.isoformat() not in holidays


def _holidays(office: Office) -> frozenset[str]:
    return frozenset(holiday.date for holiday in office.holidays)


def after(office: Office, day: str, n: int) -> str:
    """The ``n``-th working day (ISO) after ``day``, which itself does not count; ``day`` where ``n`` is 0."""
    holidays, found, left_ = _holidays(office), date.fromisoformat(day), n
    while left_:
        found += timedelta(days=1)
        left_ -= is_working(found, holidays)
    return found.isoformat()


def left(office: Office, today: str, due: str) -> int:
    """Working days after today up to the due day: 0 on the last one, -1 and less when it has passed."""
    holidays = _holidays(office)
    day, last = date.fromisoformat(today), date.fromisoformat(due)
    if day > last:
        return -1 - sum(is_working(last + timedelta(days=n), holidays) for n in range(1, (day - last).days))
    return sum(is_working(day + timedelta(days=n), holidays) for n in range(1, (last - day).days + 1))
