"""One [[room]] of an office file, and what must be true of it beside the counters that are its units."""

from __future__ import annotations

from ..domain.hours import DAY_MIN
from ..domain.office import ROOM_ENDS, ROOM_STARTS, Office, Room
from .node import Node, Sheet, shown

#: A room of more units is two rooms: nobody watches so many countdowns.
MOST_UNITS = 60


def room(node: Node) -> Room:
    usual = Room("", {}, "", ())
    found = Room(
        key=node.key("key"), name=node.words("name", required=True, most=60), service=node.text("service"),
        units=node.texts("units", required=True), spare=node.texts("spare"),
        minutes=node.number("minutes", usual.minutes, 1, DAY_MIN),
        warn_min=node.number("warn_min", usual.warn_min, 0, DAY_MIN),
        extend_most_min=node.number("extend_most_min", usual.extend_most_min, 0, DAY_MIN),
        starts=node.choice("starts", ROOM_STARTS, usual.starts), ends=node.choice("ends", ROOM_ENDS, usual.ends),
        seats=node.whole("seats", None, 1, 100), places=node.whole("places", None, 1, 5_000),
    )
    if isinstance(node.value.get("units"), list) and not found.units:
        node.note("empty_list", "units")
    if len(found.all_units) > MOST_UNITS:
        node.note("too_many", "units", count=len(found.all_units), most=MOST_UNITS)
    if found.warn_min >= found.minutes:
        node.note("warning_too_early", "warn_min", given=found.warn_min, minutes=found.minutes)
    node.done()
    return found


def check_rooms(office: Office, sheet: Sheet) -> None:
    """Every unit is a counter that serves the room's service, in one hall, and belongs to this room alone."""
    counters = {counter.key: counter for counter in office.counters}
    taken: dict[str, str] = {}
    for place, found in enumerate(office.rooms):
        where, halls = f'room "{found.key}"', {counters[key].hall for key in found.all_units if key in counters}
        for list_, keys in (("units", found.units), ("spare", found.spare)):
            for item, key in enumerate(keys):
                path = ("room", place, list_, item)
                facts = {"where": where, "given": shown(key)}
                if key not in counters:
                    sheet.note("no_such_unit", path, **facts)
                elif key in taken:
                    sheet.note("unit_twice", path, other=taken[key], **facts)
                elif counters[key].services != (found.service,):
                    sheet.note("unit_serves_other", path, service=shown(found.service), **facts)
                taken.setdefault(key, where)
        if len(halls) > 1:
            sheet.note("room_in_two_halls", ("room", place, "units"), where=where, halls=", ".join(sorted(halls)))
