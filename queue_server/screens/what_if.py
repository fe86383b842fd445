"""What if? A past day with another counter, rule or share of priority, compared and to be watched."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, request

from ..domain.errors import Refused
from ..domain.office import TIME_ZONES, MixRule, Office
from ..domain.what_if import ONE_MORE, Change, Comparison, Past, Played, compare
from ..exports.work import filters_of
from ..store import offices, past_day
from .door import Door

#: The most that a rule may say: p priority calls for r ordinary ones, and the longest wait in minutes.
MOST_CALLS, MOST_WAIT_MIN = 20, 600


def hang(bp: Blueprint, door: Door) -> None:
    """The routes of the page, below ``/supervisor/<office>/``."""

    @bp.get("/what-if")
    def what_if(office: str) -> Response:
        """``day``; what is changed: ``counter`` (a key, or "+"), ``services`` (keys with commas between), ``from`` and
        ``to`` (HH:MM); ``mix`` ("1:2"), ``longest`` (minutes, or "none"); ``priority`` (percent)."""
        found = door.kit.blocking(_played, door, office, dict(request.args))
        return jsonify({"ok": True, **found})


def _played(door: Door, office_key: str, given: dict[str, str]) -> dict[str, Any]:
    day = filters_of(given.get("day", ""), given.get("day", ""), "", "", "").first
    with door.database.read() as c:
        head = offices.heads_of(c, [office_key])[0]
        office = offices.config(c, head.id, head.config_version)
        past = past_day.read(c, head.id, office, day)
    change = _change(office, past, day, given)
    compared, changed = compare(past, change)
    return {"day": day, "visits": len(past.visits), **_figures(compared), "counters": _counters(past, change),
            "film": [_frame(played) for played in changed], "rule": _rule(past)}


def _figures(compared: Comparison) -> dict[str, Any]:
    return {name: {service: asdict(found) for service, found in getattr(compared, name).items()}
            for name in ("real", "same", "changed")}


def _rule(past: Past) -> dict[str, Any]:
    """The rule that was in force, to begin from."""
    mix = past.rules.mix
    share = sum(v.priority for v in past.visits) * 100 / len(past.visits) if past.visits else 0
    return {"priority": mix.priority, "ordinary": mix.ordinary, "longest_wait_min": mix.longest_wait_min,
            "priority_percent": round(share)}


def _counters(past: Past, change: Change) -> list[str]:
    """Keys of the counters of the film, in the order of the house."""
    keys = [shift.counter for shift in past.shifts] + ([change.counter] if change.counter else [])
    ordered = [counter.key for counter in past.counters if counter.key in keys]
    return ordered + ([ONE_MORE] if ONE_MORE in keys else [])


def _frame(played: Played) -> list[Any]:
    """One visit of the film: label, service, priority, and when it joined, was called, where, was free, gave up."""
    return [played.visit.label, played.visit.service, int(played.priority), played.joined, played.called,
            played.counter, played.freed, played.left]


# --- what is changed ---------------------------------------------------------------------------


def _change(office: Office, past: Past, day: str, given: dict[str, str]) -> Change:
    counter = given.get("counter", "")
    services = tuple(key for key in given.get("services", "").split(",") if key)
    if counter not in ("", ONE_MORE) and all(c.key != counter for c in past.counters):
        raise Refused("bad_request", field="counter")
    if any(all(s.key != key for s in office.services) for key in services):
        raise Refused("bad_request", field="services")
    if counter and not services:
        raise Refused("choose_service")
    start = _instant(office, day, given.get("from") or "00:00", "from") if counter else 0
    end = _instant(office, day, given.get("to") or "23:59", "to") if counter else 0
    if counter and end <= start:
        raise Refused("period_backwards")
    return Change(counter, services, start, end, _mix(past, given), _percent(given.get("priority", "")))


def _instant(office: Office, day: str, text: str, field: str) -> int:
    """UTC ms of a time of day ("08:30") of an office's day."""
    try:
        hour, minute = (int(part) for part in text.split(":"))
        at = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(TIME_ZONES[office.time_zone]))
    except ValueError:
        raise Refused("bad_request", field=field) from None
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise Refused("bad_request", field=field)
    return int((at + timedelta(hours=hour, minutes=minute)).timestamp() * 1000)


def _mix(past: Past, given: dict[str, str]) -> MixRule | None:
    mix, longest = given.get("mix", ""), given.get("longest", "")
    if not mix and not longest:
        return None
    before = past.rules.mix
    priority, ordinary = before.priority, before.ordinary
    if mix:
        parts = mix.split(":")
        if len(parts) != 2 or not all(part.isdigit() and 1 <= int(part) <= MOST_CALLS for part in parts):
            raise Refused("bad_request", field="mix")
        priority, ordinary = int(parts[0]), int(parts[1])
    wait = before.longest_wait_min
    if longest:
        if longest != "none" and not (longest.isdigit() and 1 <= int(longest) <= MOST_WAIT_MIN):
            raise Refused("bad_request", field="longest")
        wait = None if longest == "none" else int(longest)
    return MixRule(priority, ordinary, wait)


def _percent(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or int(text) > 100:
        raise Refused("bad_request", field="priority")
    return int(text)
