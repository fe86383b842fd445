"""What somebody must act on now: no board, a mute board, the printer, visitors who wait too long."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..domain.complaint import NEAR_DAYS, days_left
from ..domain.office import Hall, Office
from ..domain.outlook import Remedy, Risk
from ..domain.reservation import DAY_MS
from ..domain.standard import MINUTE
from ..snapshot import Line, Row, Snapshot

#: What a printer may say when nothing would come out.
PRINTER_DOWN = frozenset({"paper_out", "cover_open", "printer_error", "unreachable", "failed"})
#: A ticket that is printed well is out after two seconds.
PAPER_LATE_MS = 4_000
#: Whoever is to be fetched hears and sees no call: after so long without anybody going there somebody must ask.
FETCH_LATE_MS = 2 * MINUTE


def found(s: Snapshot, devices: list[dict[str, Any]], late: dict[str, list[Row]], printer: str) -> list[dict[str, Any]]:
    """Alerts as ``{code, facts}``, the most urgent first; names in facts come in each language."""
    return [*_unfetched(s), *_late(s, late), *will_be_late(s), *_boards(s, devices), *_printer(printer), *_papers(s),
            *_day(s), *_standards(s)]


def brokers(newest: list[int], at: int) -> list[dict[str, Any]]:
    """Signals of brokers of the last day; ``newest``: when the newest reservation of each was made (UTC ms)."""
    fresh = sum(made > at - DAY_MS for made in newest)
    return [{"code": "brokers", "facts": {"n": fresh}}] if fresh else []


def complaints(office: Office, today: str, undone: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Complaints that nobody has answered or handed on: the time of some is over, that of others nearly; ``undone``
    holds (due day, kind)."""
    left = [(days_left(office, today, due), NEAR_DAYS[kind]) for due, kind in undone]
    over, near = [days for days, _near in left if days < 0], [days for days, near in left if 0 <= days <= near]
    alerts: list[dict[str, Any]] = []
    if over:
        alerts.append({"code": "complaint_late", "facts": {"n": len(over)}})
    if near:
        alerts.append({"code": "complaint_due", "facts": {"n": len(near), "days": min(near)}})
    return alerts


def paper_late(s: Snapshot) -> list[Row]:
    """Numbers whose paper has not come out for so long that somebody should look; nobody can call them yet."""
    return [row for row in s.issuing if s.tick - row.since_tick > PAPER_LATE_MS]


def late_rows(s: Snapshot, service: str) -> list[Row]:
    """Who waits longer than stated, the longest first."""
    rows = []
    for row, _why in s.lines[service].order:
        stated = s.promise(row).wait_min
        if stated is not None and s.judged_wait(row) > stated * MINUTE:
            rows.append(row)
    return sorted(rows, key=lambda row: row.queued_tick)


def oldest(line: Line | None, tick: int) -> Row | None:
    """Who has waited longest at ``tick``, whoever is next; whoever has not arrived does not wait yet."""
    rows = [row for row, _why in line.order] if line else []
    return max(rows, key=lambda row: row.waited_by(tick), default=None)


def _late(s: Snapshot, late: dict[str, list[Row]]) -> list[dict[str, Any]]:
    longest = sorted(
        ((rows[0].waited_by(s.tick), key, rows) for key, rows in late.items() if rows), key=lambda found: -found[0])
    return [
        {"code": "late", "facts": {
            "n": len(rows), "label": rows[0].label, "service": key, "name": s.office.service(key).name,
            "minutes": waited // MINUTE, "stated": s.promise(rows[0]).wait_min,
        }}
        for waited, key, rows in longest
    ]


def _unfetched(s: Snapshot) -> list[dict[str, Any]]:
    """Called, and nobody has gone to fetch them; that somebody is fetched is in the log, why is nowhere here."""
    rows = [row for row in s.active if s.at - s.held.get(row.id, s.at) >= FETCH_LATE_MS]
    return [
        {"code": "not_fetched", "facts": {
            "label": row.label, "name": s.office.counter(row.counter).name,
            "minutes": (s.at - s.held[row.id]) // MINUTE,
        }}
        for row in sorted(rows, key=lambda row: s.held[row.id])
    ]


def risks(s: Snapshot) -> list[tuple[Risk, int]]:
    """Who still waits and will probably wait longer than promised, the soonest first, each with the ms that are left.

    The simulation may be some seconds older than the snapshot: who was called meanwhile is not in it, and who has
    passed the promise meanwhile is late, which the snapshot says. Alerts, tiles and the table of risks are all made
    of this, so that one picture never says two things.
    """
    found: list[tuple[Risk, int]] = s.once(("risks",), lambda: _risks(s))
    return found


def _risks(s: Snapshot) -> list[tuple[Risk, int]]:
    waiting = {row.id for line in s.lines.values() for row, _why in line.order}
    passed = s.at - s.outlook.ahead.at
    return [
        (risk, risk.left_ms - passed) for risk in s.outlook.ahead.risks
        if risk.likely and risk.left_ms >= passed and risk.step in waiting]


def will_be_late(s: Snapshot, services: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Who will wait longer than promised within the hour, per service (``services``; None: all), and what helps."""
    known = risks(s)
    remedies = {remedy.service: remedy for remedy in s.outlook.ahead.remedies}
    found = []
    for service in s.office.services:
        mine = [(risk, left_ms) for risk, left_ms in known if risk.service == service.key]
        if not mine or (services is not None and service.key not in services):
            continue
        (first, left_ms), remedy = mine[0], remedies.get(service.key)
        found.append({"code": "will_be_late", "facts": {
            "n": len(mine), "label": first.label, "service": service.key, "name": service.name,
            "minutes": left_ms // MINUTE, "probability": first.probability,
            "remedy": _now(remedy, len(mine)) if remedy else None,
        }})
    return found


def _now(remedy: Remedy, n: int) -> dict[str, Any]:
    """The remedy told of those who are left of whom it was found for."""
    return {**remedy.picture(), "late": n, "kept": min(remedy.kept, n)}


def _boards(s: Snapshot, devices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    alerts: list[dict[str, Any]] = []
    boards = [d for d in devices if d["kind"] == "board"]
    speaks = {f"{b.hall}/{b.key}": b.speaks for b in s.office.boards}
    for hall in s.office.halls:
        if not any(b.hall == hall.key for b in s.office.boards):
            continue
        alive = [d for d in boards if d["hall"] == hall.key and d["alive"]]
        if not alive:
            alerts.extend(_no_board(s, hall, {d["life"] for d in boards if d["hall"] == hall.key}))
        elif s.office.voice and not any(d["sound"] == "running" for d in alive):
            mute = [d for d in alive if speaks.get(f"{d['hall']}/{d['board']}", True) and d["sound"] != "starting"]
            if mute:
                alerts.append({"code": "board_mute", "facts": {"name": hall.name, "board": mute[0]["name"]}})
    return alerts


def _no_board(s: Snapshot, hall: Hall, lives: set[str]) -> list[dict[str, Any]]:
    """An alarm only where one was on and is missed; one that was never on is for whoever sets the office up."""
    if "gone" in lives:
        return [{"code": "no_board", "facts": {"name": hall.name}}]
    if lives & {"connecting", "off"}:
        return []
    first = next(b for b in s.office.boards if b.hall == hall.key)
    return [{"code": "board_unseen", "facts": {"name": hall.name, "address": f"/display/{s.office.key}/{first.key}"}}]


def _papers(s: Snapshot) -> list[dict[str, Any]]:
    rows = paper_late(s)
    facts = {"n": len(rows), "labels": ", ".join(row.label for row in rows)}
    return [{"code": "paper_waiting", "facts": facts}] if rows else []


def _printer(printer: str) -> list[dict[str, Any]]:
    if printer in PRINTER_DOWN:
        return [{"code": "printer_down", "facts": {"state": printer}}]
    return [{"code": "printer_low", "facts": {}}] if printer == "paper_low" else []


def _day(s: Snapshot) -> list[dict[str, Any]]:
    """Numbers are left after the day was closed (reopened ones, say)."""
    waiting = sum(line.waiting for line in s.lines.values())
    return [{"code": "left_after_closing", "facts": {"n": waiting}}] if s.day_closed and waiting else []


def _standards(s: Snapshot) -> list[dict[str, Any]]:
    """A service that states nothing any more, or soon will not: nobody can be late there, and nobody would notice."""
    return [
        {"code": code, "facts": {"service": key, "name": s.office.service(key).name, "date": date}}
        for code, key, date in s.gaps
    ]
