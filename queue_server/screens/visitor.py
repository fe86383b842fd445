"""A visitor's own ticket: number, place, call. Nobody else is in it."""

from __future__ import annotations

from typing import Any

from ..domain.announcement import Said, your_number
from ..domain.case import standing
from ..domain.needs import NOTHING
from ..domain.office import LANGUAGES
from ..snapshot import Row, Snapshot
from ..store.pictures import Held
from .counter import re_entry

ENDED = frozenset({"done", "transferred", "no_show", "cancelled", "unserved", "void"})


def picture(s: Snapshot, held: Held, ahead: int | None) -> dict[str, Any]:
    """``ahead``: how many will be called before this one, by the one order; None when not waiting."""
    row = held.row
    service = next(h for h in s.services() if h["key"] == row.service)
    counter = next((c for c in s.office.counters if c.key == row.counter), None)
    promise = s.promise(row)
    called = row.state == "called"
    return {
        "kind": "ticket", "seq": s.seq, "at": s.at, "office": s.office_head(),
        "ticket": {
            "label": row.label, "service": service, "priority": bool(row.priority), "channel": row.channel,
            "issued_at": row.issued_at, "state": row.state, "ahead": ahead, "place": row.place,
            "forecast": s.forecast(row).picture() if row.state in ("waiting", "issuing") else None,
            "counter": {"name": counter.name, "direction": counter.direction} if counter else None,
            "call": {"id": held.call_seq, "n": row.calls, "at": row.called_at} if called else None,
            "arrived_at": row.arrived_at, "coming": row.coming or None, "paper": held.paper,
            "re_entry": {"after": row.return_after} if row.returned_seq and row.state == "waiting" else None,
            "back": _back(s, row),
            "return_after": s.office.rules.return_after, "return_within_min": s.office.rules.return_within_min,
            "hall": s.office.hall_to_wait_in(row.service), "ended_at": row.ended_at,
            "spoken": _spoken(s, held),
            "held": row.id in s.held, "asks": list(s.office.rules.needs), **_said(s, row.ticket_id),
            "plate": s.plates.get(row.ticket_id), "journey": _journey(s, held),
            "phone_away": s.office.without_phone(held.first, row.service),
            "other_awaited": _other_awaited(s, held), "case": _case(s, held),
            "stated_wait_ms": None if promise.wait_min is None else promise.wait_min * 60_000,
        },
        "ended": row.state in ENDED,
    }


def _back(s: Snapshot, row: Row) -> dict[str, int] | None:
    """Who missed the call sees where they come back before they choose; None: they did not, or it is too late."""
    until = (row.ended_at or 0) + s.office.rules.return_within_min * 60_000
    if row.state != "no_show" or s.at > until:
        return None
    return {**re_entry(s, row), "until": until}


def _said(s: Snapshot, ticket: int) -> dict[str, Any]:
    """What the holder said; the page of a ticket is theirs alone."""
    said = s.needs.get(ticket, NOTHING)
    return {"needs": list(said.needs), "fetch": said.fetch, "where": said.where}


def _journey(s: Snapshot, held: Held) -> list[dict[str, Any]]:
    """Where the number is among the stages of its service: each done | now | ahead | elsewhere; empty where there is
    only one."""
    stages, first = s.office.journey(held.first), s.office.service(held.first)
    if held.row.service not in stages or len(stages) + bool(first.elsewhere) < 2:
        return []
    now = stages.index(held.row.service) + (held.row.state == "done")
    found = [{
        "key": key, "name": s.office.service(key).name, "state": "done" if n < now else "now" if n == now else "ahead",
        "phone_away": s.office.service(key).phone_away,
    } for n, key in enumerate(stages)]
    if first.first_stage:
        found[0]["name"] = first.first_stage
    if first.elsewhere:
        found.append({"key": "", "name": first.elsewhere, "state": "elsewhere", "phone_away": False})
    return found


def _case(s: Snapshot, held: Held) -> dict[str, Any] | None:
    """What continues another day: its code, until when it is promised, how it stands."""
    case = held.case
    return None if case is None else {
        "code": case.code, "due": case.due, "days": case.days, "state": standing(case.state, case.due, s.day)}


def _other_awaited(s: Snapshot, held: Held) -> bool:
    """Whether only the one to be visited is missing yet."""
    row = held.row
    return row.state == "waiting" and row.arrived_at is None and s.office.service(row.service).both_ready


def _spoken(s: Snapshot, held: Held) -> Said | None:
    """What a kiosk says when the number was taken; None for a number that no clip can say."""
    language = held.language if held.language in LANGUAGES else LANGUAGES[0]
    try:
        return your_number(held.row.prefix, held.row.number, language, s.office.number_reading)
    except ValueError:
        return None
