"""What the log of a visiting day says, and nothing but the log: places, tables, units, order, everybody's fate."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from queue_server.domain import hours
from queue_server.domain.chain import Event
from queue_server.domain.discipline import IN_THE_MIX, RETURNS
from queue_server.domain.office import Office

#: What ends a number, with the reason that its body names.
LAST = {"finished": "outcome", "no_show": "without_board", "cancelled": "reason", "unserved": "reason",
        "ticket_voided": "reason"}
#: What frees a counter or unit.
GONE = ("finished", "transferred", "skipped", "no_show")


@dataclass
class Told:
    """``problems`` is empty when the day was in order."""

    problems: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=lambda: defaultdict(int))     # counter or unit -> visits
    most_at_once: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # room -> units; besuk people too
    fates: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # of calls out of the plain order
    held: dict[str, int] = field(default_factory=lambda: defaultdict(int))     # session -> most places held at once
    besides: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # session -> numbers without one
    batches: int = 0
    passed: int = 0


def read(events: Iterable[Event], office: Office, day: str) -> Told:
    told, events = Told(), list(events)
    _places(told, events, office, day)
    _units(told, events, office)
    _order(told, events)
    _everybody(told, events)
    return told


def _bodies(events: Iterable[Event], *kinds: str) -> Iterable[tuple[Event, dict[str, Any]]]:
    return ((e, json.loads(e.body)) for e in events if e.kind in kinds)


def _places(told: Told, events: list[Event], office: Office, day: str) -> None:
    """No place is held twice, no quota exceeded; every reservation came to an end."""
    holder: dict[tuple[Any, ...], int] = {}
    place_of: dict[int, tuple[Any, ...]] = {}
    open_: set[int] = set()
    quota = {s.key: s for service in office.services for s in service.sessions}
    kinds = ("reservation_made", "reservation_changed", "reservation_cancelled", "reservation_expired", "checked_in")
    for event, body in _bodies(events, *kinds):
        number = body["reservation"]
        if event.kind != "checked_in":
            holder.pop(place_of.pop(number, ()), None)
            open_.discard(number)
        if event.kind in ("reservation_made", "reservation_changed"):
            place = (body["day"], body["session"], body["pool"], body["place"])
            if place in holder:
                told.problems.append(f"place {place} was given to {holder[place]} and {number}")
            holder[place], place_of[number] = number, place
            open_.add(number)
            now = sum(p[:3] == place[:3] for p in holder)
            told.held[body["session"]] = max(told.held[body["session"]], now)
            if now > quota[body["session"]].online:
                told.problems.append(f"session {body['session']} had {now} places")
        elif event.kind == "checked_in":
            open_.discard(number)
    told.problems += [f"reservation {number} was neither used nor ended" for number in sorted(open_)]
    _besides(told, events, office, day, holder)


def _besides(told: Told, events: list[Event], office: Office, day: str, holder: dict[tuple[Any, ...], int]) -> None:
    """Numbers taken at the office: the session's own, and of the places from home what nobody holds at its end."""
    for service in office.services:
        issued = [event.at for event, body in _bodies(events, "ticket_issued")
                  if body["service"] == service.key and body["channel"] == "door"]
        for session in service.sessions:
            ends = hours.instant(office, day, session.time.end)
            mine = sum(at < ends for at in issued)
            issued = [at for at in issued if at >= ends]
            told.besides[session.key] = mine
            freed = session.online - sum(place[:2] == (day, session.key) for place in holder)
            if session.walk_in is not None and mine > session.walk_in + freed:
                told.problems.append(f"session {session.key} gave {mine} numbers at the door")
        if service.quota.total is not None and service.quota.per == "session":
            for span in hours.periods(office, service, day):
                ends = hours.instant(office, day, span.end)
                mine = sum(at < ends for at in issued)
                issued = [at for at in issued if at >= ends]
                told.besides[f"{service.key} until {hours.hhmm(span.end)}"] = mine
                if mine > service.quota.total:
                    told.problems.append(f"{service.key} gave {mine} numbers until {hours.hhmm(span.end)}")


def _units(told: Told, events: list[Event], office: Office) -> None:
    """One visit at a time at each counter, table and unit; none where it is switched off."""
    at: dict[str, int | None] = {}
    off: set[str] = set()
    people = _people(events)
    for event in events:
        body = json.loads(event.body)
        if event.kind == "unit_switched_off":
            off.add(body["counter"])
        elif event.kind == "unit_switched_on":
            off.discard(body["counter"])
        elif event.kind == "called":
            unit = body["counter"]
            if unit in at or unit in off:
                told.problems.append(f"{unit} was used twice or while it was off")
            at[unit] = event.step
            told.used[unit] += 1
            room = office.room_of(unit)
            if room is not None:
                mine = [key for key in at if key in room.all_units]
                told.most_at_once[room.key] = max(told.most_at_once[room.key], len(mine))
                if room.places is not None and sum(people[at[key] or 0] for key in mine) > room.places:
                    told.problems.append(f"more than {room.places} people were in {room.key}")
        elif event.kind in GONE and at.pop(body["counter"], None) != event.step:
            told.problems.append(f"somebody left {body['counter']} who was not there")
    told.problems += [f"{unit} was never left" for unit in at]


def _people(events: list[Event]) -> dict[int, int]:
    """Step -> how many people come with its number, as reserved; 1 where nobody counted."""
    party = {body["reservation"]: body["party"] for _e, body in _bodies(events, "reservation_made")}
    of_ticket = {body["ticket"]: party[body["reservation"]] for _e, body in _bodies(events, "checked_in")}
    found: dict[int, int] = defaultdict(lambda: 1)
    found.update({e.step or 0: of_ticket.get(body["ticket"], 1) for e, body in _bodies(events, "called")})
    return found


def _order(told: Told, events: list[Event]) -> None:
    """Everybody in order, or with a reason written; who was passed over by a batch, with why."""
    for event, body in _bodies(events, "called", "batch_called"):
        if event.kind == "batch_called":
            told.batches += 1
            told.passed += len(body["passed"])
            told.problems += [f"batch {body['number']} passed {s} without why" for s, why in body["passed"] if not why]
            continue
        rule = body["why"]["rule"]
        if rule in RETURNS or rule not in IN_THE_MIX:
            told.reasons[body["why"].get("reason") or rule] += 1
        if rule not in IN_THE_MIX | RETURNS and not body["why"].get("reason"):
            told.problems.append(f"step {event.step} was called out of order without a reason")


def _everybody(told: Told, events: list[Event]) -> None:
    """Every number has exactly one fate at the end."""
    fate: dict[int, str] = {}
    for event, body in _bodies(events, "ticket_issued", "called", "brought_back", *LAST):
        ticket = body["ticket"] if event.kind != "called" else body.get("ticket", 0)
        if event.kind in LAST:
            fate[ticket] = str(body.get("outcome") or event.kind)
        else:
            fate[ticket] = "open"
    for ticket, found in fate.items():
        told.fates[found] += 1
        if found == "open":
            told.problems.append(f"number {ticket} was lost: nothing says what became of it")
