"""What the screens of a room show: its console, its board, the page at one of its units.

On the board and at a unit stands a number, never who holds it.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from ..commands import serving
from ..domain import room as rule
from ..domain.office import Counter, Room
from ..domain.room import Sitting, Unit
from ..domain.ticket import label
from ..snapshot import Row, Snapshot
from .counter import in_order, missed, row_picture, undo, visitor

#: How many of those who wait stand on the board.
NEXT_SHOWN = 5


def console(s: Snapshot, key: str, person: int) -> dict[str, Any]:
    """Everything whoever runs the room needs; a room that is no more has none."""
    of = s.office.room(key)
    head = {"kind": "room", "seq": s.seq, "at": s.at, "office": s.office_head(), "person": {"id": person}}
    if of is None:
        return {**head, "room": None}
    line = s.lines.get(of.service)
    free = rule.free(of, _units(s, of))
    return {
        **head, "room": _room(s, of), "units": [_unit(s, of, key, whole=True) for key in of.all_units],
        "next_unit": free[0] if free else None, "free": len(free),
        "waiting": {
            "total": line.here if line else 0,
            "rows": [_waiting(s, row, place) for place, row in enumerate(in_order(s, _alone(s, of)), 1)],
        },
        "missed": [
            missed(s, row) for row in s.missed if row.service == of.service
        ],
        "awaited": _awaited(s, of), "readiness": _readiness(s, of),
        "batch": _batch(s, of), "undo": undo(s, person), "undo_s": s.office.rules.undo_s,
        "reasons": {
            "extend": list(rule.EXTEND), "unit_off": list(rule.UNIT_OFF), "no_show": list(serving.NO_SHOW),
            "outcome": list(serving.OUTCOMES),
        },
    }


def device(s: Snapshot, place: str) -> dict[str, Any]:
    """Of what hangs in a room ("room"), or stands at one of its units ("room/unit")."""
    key, _, unit = place.partition("/")
    of = s.office.room(key)
    head = {"kind": "unit" if unit else "room_board", "seq": s.seq, "at": s.at, "office": s.office_head()}
    if of is None or (unit and unit not in of.all_units):
        return {**head, "room": None}
    if unit:
        return {**head, "room": _room(s, of), "unit": _unit(s, of, unit)}
    line = s.lines.get(of.service)
    return {
        **head, "room": _room(s, of), "units": [_unit(s, of, key) for key in of.all_units],
        "waiting": line.here if line else 0,
        "next": [row.label for row, _why in line.order[:NEXT_SHOWN]] if line else [],
        "batch": _batch_numbers(s, of),
    }


def _room(s: Snapshot, of: Room) -> dict[str, Any]:
    service = next(head for head in s.services() if head["key"] == of.service)
    return {
        "key": of.key, "name": of.name, "service": service, "minutes": of.minutes, "warn_min": of.warn_min,
        "extend_most_min": of.extend_most_min, "starts": of.starts, "ends": of.ends, "seats": of.seats,
        "places": of.places, "open": any(s.staffed(key) for key in of.all_units),
    }


def _units(s: Snapshot, of: Room) -> dict[str, Unit]:
    return {key: Unit(key, s.staffed(key), s.at_counter(key) is not None) for key in of.all_units}


def _alone(s: Snapshot, of: Room) -> Counter:
    """Who is next for the room is asked as for a counter that serves its service and no other."""
    first = s.office.counter(of.all_units[0])
    return Counter(of.key, of.name, first.hall, (of.service,))


def _unit(s: Snapshot, of: Room, key: str, whole: bool = False) -> dict[str, Any]:
    """``state``: off | free | called | running | warning | over. ``whole``: with the visitor, for officers."""
    counter, row, seat = s.office.counter(key), s.at_counter(key), s.seats.get(key)
    if row is not None and row.id in s.held and not whole:
        row = None  # what hangs in the room shows the call when somebody has gone to the visitor
    sitting = s.sittings.get(row.id) if row else None
    found: dict[str, Any] = {
        "key": key, "name": counter.name, "direction": counter.direction, "spare": key in of.spare,
        "state": _state(s, of, key, row, sitting), "reason": seat.reason if seat and seat.state == "locked" else "",
        "label": row.label if row else None, "called_at": row.called_at if row else None, "time": None,
    }
    if sitting is not None:
        found["time"] = {
            "began_at": sitting.began_at, "ends_at": s.at + sitting.left_ms(s.tick), "minutes": sitting.minutes,
            "extended_min": sitting.extended_min, "may_extend_min": of.extend_most_min - sitting.extended_min,
        }
    if whole and row is not None:
        found["visitor"] = {**visitor(s, row), "people": s.parties.get(row.ticket_id, 1)}
    return found


def _state(s: Snapshot, of: Room, key: str, row: Row | None, sitting: Sitting | None) -> str:
    if row is None:
        return "free" if s.staffed(key) else "off"
    if row.state == "called" or sitting is None:
        return "called"
    return sitting.phase(s.tick, of.warn_min)


def _waiting(s: Snapshot, row: Row, place: int) -> dict[str, Any]:
    return {**row_picture(s, row, place), "people": s.parties.get(row.ticket_id, 1)}


def _batch(s: Snapshot, of: Room) -> dict[str, Any] | None:
    """The newest batch with who was passed over and why; of whoever has gone on since, only the numbers stand."""
    made = s.batches.get(of.key)
    if made is None:
        return None
    line = s.lines.get(of.service)
    rows = [*(row for row, _why in line.order), *line.not_arrived] if line else []
    waiting = {row.id: row.label for row in rows}
    return {
        **_numbered(s, of), "passed": [
            {"step": step, "label": waiting[step], "why": why} for step, why in made.passed if step in waiting],
    }


def _awaited(s: Snapshot, of: Room) -> list[dict[str, Any]]:
    """Who was sent for and is not there, or is there and waits for the visitor: by the visitor's number."""
    return [{
        "ticket": one.ticket_id, "label": label(one.prefix, one.number), "asked_at": one.asked_at,
        "visitor_at": one.visitor_at, "other_at": one.other_at,
    } for one in s.awaited if one.service == of.service]


def _readiness(s: Snapshot, of: Room) -> dict[str, Any] | None:
    """How long each side waited for the other today, medians in ms; None where nobody needs to be sent for."""
    if not s.office.service(of.service).both_ready:
        return None
    gaps = [(one.other_tick or 0) - (one.visitor_tick or 0) for one in s.both if one.service == of.service]
    return {
        "n": len(gaps), "visitor_ms": round(median([max(0, gap) for gap in gaps])) if gaps else None,
        "other_ms": round(median([max(0, -gap) for gap in gaps])) if gaps else None,
    }


def _batch_numbers(s: Snapshot, of: Room) -> dict[str, Any] | None:
    return _numbered(s, of) if of.key in s.batches else None


def _numbered(s: Snapshot, of: Room) -> dict[str, Any]:
    made = s.batches[of.key]
    here = {row.id: row.label for row in s.active if row.id not in s.held}
    return {"number": made.number, "at": made.at, "called": [here[step] for step in made.called if step in here]}
