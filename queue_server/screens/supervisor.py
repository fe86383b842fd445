"""Today at a glance: who waits too long, the promise so far, counters, boards, and what needs somebody."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from ..commands import day
from ..commands import supervisor as acts
from ..commands.paper_roll import OUTCOMES, roll_words
from ..domain import hours, numbering
from ..domain.office import Service
from ..domain.plausible import Shares
from ..domain.standard import MINUTE, Share
from ..moment import wall_ms
from ..snapshot import Row, Snapshot
from ..store.glance import ServiceDay, Today
from ..store.people import ALIVE_MS, Device
from . import alerts

#: Whoever has waited so many hundredths of the stated time will soon have waited too long.
SOON = 80
#: When this server began, UTC ms: a device that was not seen since then may just not have been switched on yet.
STARTED_AT = wall_ms()
#: A device that was paired just now, or whose server has just begun, takes a moment to connect, ms.
CONNECTING_MS = 10_000
#: One that was on so short a time before the server began is expected back, ms; it has longer for that, ms.
EXPECTED_MS = 24 * 60 * MINUTE
COMING_BACK_MS = 2 * MINUTE


def picture(
    s: Snapshot, today: Today, connected: frozenset[int], printer: str = "none", machine: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """``connected``: devices with a line to this server now; ``printer``: what it said of itself last;
    ``machine``: alerts about the server itself.
    """
    late = {key: alerts.late_rows(s, key) for key in s.lines}
    missed = _in_use(s)
    devices = [_device(s, d, connected, missed) for d in s.devices]
    return {
        "kind": "supervisor", "seq": s.seq, "at": s.at, "office": s.office_head(),
        "services": [{**head, **_service(s, head["key"], today.service(head["key"]), late)} for head in s.services()],
        "lanes": [service.key for service in s.office.services if service.plate],
        "counters": [_counter(s, c.key, today.counters.get(c.key, ())) for c in s.office.counters],
        "reservations": any(service.booking is not None for service in s.office.services), "cases": s.office.has_cases,
        "boards": devices, "places": [{"key": b.key, "name": b.name, "hall": b.hall} for b in s.office.boards],
        "ahead": {
            "at": s.outlook.ahead.at or None, "forecast_at": s.outlook.at or None,
            "risks": [{**risk.picture(), "left_ms": left_ms} for risk, left_ms in alerts.risks(s)],
            "remedies": [remedy.picture() for remedy in s.outlook.ahead.remedies],
        },
        "hits": s.outlook.hits.picture(),
        "printer": printer, "alerts": [*alerts.found(s, devices, late, printer), *machine],
        "day": {"date": s.day, "open": s.day_open, "closed": s.day_closed},
        "left": _left(s), "at_counter": [_at_counter(s, row) for row in s.active],
        "issuing": [row.label for row in s.issuing],
        "hours": [
            {"start": hours.hhmm(p.start), "end": hours.hhmm(p.end)} for p in hours.periods(s.office, None, s.day)],
        "roll": {service.key: roll_words(service) for service in s.office.services if numbering.parts(service)},
        "reasons": {
            "reopen": list(acts.REOPEN), "pause_service": list(acts.PAUSE_SERVICE), "counter": list(acts.COUNTER),
            "unserved": list(day.UNSERVED), "move": [code for code in acts.MOVE if code != acts.FORECAST],
            "open_counter": [code for code in acts.OPEN_COUNTER if code != acts.FORECAST],
            "revoke": list(acts.REVOKE), "paper": list(OUTCOMES),
        },
    }


def _service(s: Snapshot, key: str, day: ServiceDay, late: dict[str, list[Row]]) -> dict[str, Any]:
    line = s.lines.get(key)
    promise = s.office.service(key).standard.promise("door", False)
    oldest = alerts.oldest(line, s.tick)
    return {
        "waiting": line.here if line else 0, "not_arrived": line.waiting - line.here if line else 0,
        "longest_since": s.at - oldest.waited_by(s.tick) if oldest else None,
        "oldest_label": oldest.label if oldest else None, "late": len(late.get(key, ())), "soon": _soon(s, key),
        "served": day.served, "no_shows": day.no_shows, "refusals": day.refusals,
        "wait": _part(day.waits, day.wait), "service": _part(day.services, day.service),
        "visit": _part((), day.visit),
        "oldest_stated_min": s.promise(oldest).wait_min if oldest else None,
        "stated": {"wait_min": promise.wait_min, "service_min": promise.service_min, **_range(s.office.service(key))},
        "paused": s.pauses.get(key), "forecast": s.outlook.newcomer(key).picture(),
        "people": _people(s, key), "will_be_late": sum(risk.service == key for risk, _left_ms in alerts.risks(s)),
    }


def _range(service: Service) -> dict[str, list[int]]:
    """The least and the most that is promised, by whatever channel or class: of one line some may be promised less."""
    stated = service.standard.promises.values()
    waits, services = {p.wait_min for p in stated} - {None}, {p.service_min for p in stated} - {None}
    return {"waits": _ends(waits), "services": _ends(services)}


def _ends(minutes: set[int | None]) -> list[int]:
    known = sorted(n for n in minutes if n is not None)
    return sorted({known[0], known[-1]}) if known else []


#: As many of a line are drawn one by one; the others are a number.
DRAWN = 40


def _people(s: Snapshot, key: str) -> list[dict[str, Any]]:
    """Who waits, the longest first, as the picture of a line: how long so far and what was promised, nobody's data."""
    line = s.lines.get(key)
    rows = sorted((row for row, _why in line.order), key=lambda row: -row.waited_by(s.tick)) if line else []
    chance = {risk.step: risk.probability for risk in s.outlook.ahead.risks}
    return [
        {"label": row.label, "since": s.at - row.waited_by(s.tick), "stated_min": s.promise(row).wait_min,
         "priority": bool(row.priority), "risk": chance.get(row.id)} for row in rows[:DRAWN]]


def _part(durations: tuple[int, ...], shares: Shares) -> dict[str, Any]:
    return {
        "median_ms": _median(durations), "worst_ms": durations[-1] if durations else None, **_share(shares.all),
        "plausible": _share(shares.plausible), "flagged": shares.flagged, "steps": shares.steps,
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "on_time": share.numerator, "judged": share.denominator, "left_out": share.left_out, "doubtful": share.doubtful,
    }


def _soon(s: Snapshot, key: str) -> int:
    """How many are in the last fifth of their stated wait."""
    line = s.lines.get(key)
    n = 0
    for row, _why in line.order if line else ():
        stated = s.promise(row).wait_min
        if stated is not None:
            n += stated * MINUTE * SOON // 100 <= s.judged_wait(row) <= stated * MINUTE
    return n


def _counter(s: Snapshot, key: str, durations: tuple[int, ...]) -> dict[str, Any]:
    counter, seat, row, room = s.office.counter(key), s.seats.get(key), s.at_counter(key), s.office.room_of(key)
    return {
        "key": key, "name": counter.name, "person": seat.shown_name if seat and seat.person_id else None,
        "state": row.state if row else (seat.state if seat else "closed"), "reason": seat.reason if seat else "",
        "label": row.label if row else None, "since": (row.started_at or row.called_at) if row else None,
        "services": list(counter.services), "served": len(durations), "serve_median_ms": _median(durations),
        "hall": counter.hall, "room": room.key if room else None, "service": row.service if row else None,
        "stated_service_ms": _stated_ms(s, row) if row else None, "served_ms": row.served_by(s.tick) if row else None,
    }


def _stated_ms(s: Snapshot, row: Row) -> int | None:
    stated = s.promise(row).service_min
    return None if stated is None else stated * MINUTE


def _in_use(s: Snapshot) -> bool:
    """Whether somebody would miss a board now: a number may be taken, or somebody waits or stands at a counter."""
    return bool(s.active) or any(line.waiting for line in s.lines.values()) or any(
        s.may_picture(service.key, "door")["allowed"] for service in s.office.services)


def _life(s: Snapshot, device: Device, alive: bool, missed: bool) -> str:
    """alive; connecting: just paired, or expected back after the server began; unseen: not once here since it was
    paired, nor within a day before the server began; gone: was here and is missed; off: was here and nobody
    needs it now.
    """
    paired_at, seen_until = device.paired_at or 0, device.seen_at + ALIVE_MS  # what is noted may be as old
    since = max(paired_at, STARTED_AT)
    expected = STARTED_AT - EXPECTED_MS < seen_until < STARTED_AT and seen_until >= paired_at
    if alive:
        return "alive"
    if s.at < since + (COMING_BACK_MS if expected else CONNECTING_MS):
        return "connecting"
    if seen_until < since and not expected:
        return "unseen"
    return "gone" if missed else "off"


def _device(s: Snapshot, device: Device, connected: frozenset[int], missed: bool) -> dict[str, Any]:
    hall, _, board = device.board.partition("/")
    alive = device.seen_at > s.at - ALIVE_MS if device.kind == "board" else device.id in connected
    return {
        "device": device.id, "kind": device.kind, "name": device.name, "hall": hall, "board": board, "alive": alive,
        "life": _life(s, device, alive, missed),
        "sound": device.sound, "speaker": s.speakers.get(hall) == device.id, "seen_at": device.seen_at or None,
    }


def _left(s: Snapshot) -> dict[str, Any]:
    """Who would be left if the day were closed now; each needs a reason."""
    rows = [row for line in s.lines.values() for row, _why in line.order] + list(s.parked)
    rows += [row for line in s.lines.values() for row in line.not_arrived]
    shown = {row.id: row for row in rows}
    return {
        "total": sum(line.waiting for line in s.lines.values()) + len(s.parked),
        "rows": [
            {"step": row.id, "label": row.label, "service": row.service, "state": row.state, "since": row.queued_at}
            for row in sorted(shown.values(), key=lambda row: row.queued_tick)
        ],
    }


def _at_counter(s: Snapshot, row: Row) -> dict[str, Any]:
    return {"label": row.label, "state": row.state, "counter": s.office.counter(row.counter).name}


def _median(values: tuple[int, ...]) -> int | None:
    return int(median(values)) if values else None
