"""When people come, per weekday and half hour, and how many counters that needs.

Both are means over the days of a weekday on which the office gave numbers at all. The counters needed are worked out
for each service alone, as if its counters served nothing else, from the mean time a counter was busy with one visitor
in this period (walk, service, and what was set aside on the office's clock).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Any

from ..domain.erlang import counters_needed, in_time
from ..domain.tally import HALF_HOUR_MIN, Tally, summed
from ..store import tallies
from ..store.tallies import Came
from .period import Period

SHARE = 0.9
Found = dict[str, Any]


def arrivals(period: Period, weekday: int | None = None) -> Found:
    """The heat map of all weekdays, and the counters needed on ``weekday`` (0: Monday) or on a day of any kind."""
    found = _came(period)
    days = Counter(date.fromisoformat(day).weekday() for day in period.days_with_steps())
    cells: dict[tuple[int, str], int] = defaultdict(int)
    for one in found:
        cells[one.weekday, one.half[:2]] += one.numbers
    return {
        "days": [days[day] for day in range(7)],
        "heat": [
            {"weekday": day, "hour": hour, "numbers": n, "mean": round(n / days[day], 2)}
            for (day, hour), n in sorted(cells.items()) if days[day]],
        "weekday": weekday,
        "needed": _needed(period, found, days, weekday),
        "share": SHARE,
    }


def _came(period: Period) -> list[Came]:
    """Of the kept days and of those that are not."""
    span = period.span
    found = [
        one for one in tallies.came(period.c, period.head.id, span.first, span.last, period.live)
        if period.service in ("", one.service)]
    for day, live in period.live.items():
        weekday = date.fromisoformat(day).weekday()
        for (service, part, half), tally in live.items():
            if part == "half" and period.service in ("", service):
                found.append(Came(weekday, service, half, tally.whole()["numbers"], tally.steps))
    return found


def _needed(period: Period, found: Iterable[Came], days: Counter[int], weekday: int | None) -> list[Found]:
    """One entry a service: its half hours with the visitors that come and the counters they need."""
    n = sum(days.values()) if weekday is None else days[weekday]
    came: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        if weekday in (None, one.weekday):
            came[one.service][one.half] += one.steps
    whole = _by_service(period)
    return [_service(period, key, came[key], n, whole[key]) for key in sorted(came) if n]


def _by_service(period: Period) -> dict[str, Tally]:
    rows: dict[str, list[Tally]] = defaultdict(list)
    for row in period.rows("service"):
        rows[row.service].append(row.tally)
    return {key: summed(found) for key, found in rows.items()}


def _service(period: Period, key: str, came: Counter[str], days: int, tally: Tally) -> Found:
    half = tally.whole()
    served = sum(map(len, half.services))
    busy_min = half["busy_ms"] / served / 60_000 if served else None
    stated = _stated(period, key)
    slots = []
    for name in sorted(came):
        mean = came[name] / days
        slot: Found = {"half": name, "mean": round(mean, 2), "counters": None, "in_time": None}
        if busy_min is not None and stated is not None:
            rate = mean / HALF_HOUR_MIN
            needed = counters_needed(rate, busy_min, stated, SHARE)
            slot.update(counters=needed, in_time=round(in_time(needed, rate, busy_min, stated), 4))
        slots.append(slot)
    return {
        "key": key, "days": days, "busy_min": None if busy_min is None else round(busy_min, 2), "served": served,
        "stated_wait_min": stated, "slots": slots,
        "open_now": sum(key in counter.services for counter in period.office.counters),
        "most": max((ceil(slot["counters"] or 0) for slot in slots), default=0),
    }


def _stated(period: Period, key: str) -> int | None:
    """The wait that the office promises at the door now."""
    service = next((one for one in period.office.services if one.key == key), None)
    return None if service is None else service.standard.promise("door", False).wait_min
