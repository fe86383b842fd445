"""How often each step was overtaken, from the events of a log read once more when every step's day is known.

The events of one day's steps are held until the last of them has come: a log of any length costs no more than its
fullest day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from .chain import Event
from .leg import Leg
from .line_history import KINDS, Noted, Place, history
from .overtaking import overtakes
from .rebuilt import Rebuilt

_KINDS = frozenset(KINDS)


def overtaken(events: Iterable[Event], rebuilt: Rebuilt, first_day: str, last_day: str) -> dict[int, int]:
    """Step -> times, of the steps of a period; ``rebuilt`` has seen all of ``events`` before."""
    legs: dict[str, list[Leg]] = {}
    for leg in rebuilt.legs.values():
        if first_day <= leg.day <= last_day:
            legs.setdefault(leg.day, []).append(leg)
    found: dict[int, int] = {}
    for day, noted in _by_day(events, rebuilt, {day: max(leg.last_seq for leg in legs[day]) for day in legs}):
        found.update(_of_day(legs[day], noted, rebuilt))
    return found


def _by_day(events: Iterable[Event], rebuilt: Rebuilt, last: dict[str, int]) -> Iterator[tuple[str, list[Noted]]]:
    """(day, its events) as each day comes to its end."""
    open_days: dict[str, list[Noted]] = {}
    for event in events:
        leg = rebuilt.legs.get(event.step or 0)
        if leg is None or leg.day not in last:
            continue
        if event.kind in _KINDS:
            open_days.setdefault(leg.day, []).append(
                Noted(event.seq, event.kind, leg.id, json.loads(event.body)))
        if event.seq >= last[leg.day]:
            yield leg.day, open_days.pop(leg.day, [])
    yield from open_days.items()


def _of_day(legs: list[Leg], noted: list[Noted], rebuilt: Rebuilt) -> dict[int, int]:
    places = {}
    for leg in legs:
        tick = rebuilt.clocks.tick(leg.queued)
        places[leg.id] = Place(leg.service, leg.queued.at if tick is None else tick)
    after = 0 if rebuilt.office is None else rebuilt.office.rules.return_after
    return overtakes(history(noted, places, after))
