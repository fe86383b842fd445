"""Reservations for those who work here: a day's list, check-in, what may be a broker, and the registry's state."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request
from sqlalchemy import Connection

from ..commands.reservations import CANCEL_REASONS
from ..domain import hours
from ..domain import reservation as rules
from ..domain.errors import Refused
from ..domain.office import Office, Session
from ..domain.reservation import HOLDING, KINDS, ONLINE, PRIORITY, State
from ..domain.ticket import label
from ..live import Live
from ..moment import wall_ms
from ..store import custody, queue, reservations
from ..store.people import Person
from ..store.reservations import Reservation
from .door import Door
from .roles import READS, SERVES


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("reservations", __name__)

    def office_of(key: str) -> Office:
        found = live.latest(key)
        if found is None:
            abort(404)
        return found.office

    @bp.get("/reservations/<office>")
    def page(office: str) -> str:
        return render_template("supervisor/reservations.html", office=office_of(office))

    @bp.get("/supervisor/<office>/reservations")
    def listed(office: str) -> Response:
        found = office_of(office)
        day = request.args.get("day") or hours.office_day(found, wall_ms())
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Refused("bad_request", field="day") from None
        return jsonify({"ok": True, **door.kit.blocking(_day, door, found, g.person, day)})

    return bp


def _day(door: Door, office: Office, person: Person, day: str) -> dict[str, Any]:
    """A day's reservations. Whoever only reads the log sees no name, number or person in custody."""
    serves, reads = person.role in SERVES or _stands_in(door, office, person), person.role in READS
    with door.database.read() as c:
        rows = reservations.of_day(c, person.office_id, day)
        inmates = custody.by_ids(c, [row.inmate_id for row in rows]) if serves else {}
        labels = {row.ticket_id: queue.ticket(c, row.ticket_id) for row in rows if row.ticket_id}
        besides = {service.key: reservations.taken_at_office(c, person.office_id, service.key, day)
                   for service in office.services if service.booking is not None}
        signals = _signals(c, person.office_id, office) if reads else []
        people, at = custody.count(c, person.office_id)
    return {
        "day": day, "today": hours.office_day(office, wall_ms()), "at": wall_ms(), "signals": signals,
        "sessions": _sessions(office, day, rows, besides), "reasons": list(CANCEL_REASONS) if reads else [],
        "registry": {"people": people, "at": at} if any(
            s.booking and "inmate" in s.booking.asks for s in office.services) else None,
        "rows": [_row(office, row, serves, inmates, labels) for row in rows],
    }


def _stands_in(door: Door, office: Office, person: Person) -> bool:
    """An administrator sees what a supervisor would where the office has none."""
    return person.role not in SERVES and door.may(office.key, person.role, SERVES)


def _row(
    office: Office, row: Reservation, serves: bool, inmates: dict[int, custody.Kept], labels: dict[int, queue.Ticket],
) -> dict[str, Any]:
    inmate, ticket = inmates.get(row.inmate_id), labels.get(row.ticket_id)
    service = next((s for s in office.services if s.key == row.service), None)
    held = service is not None and any(s.key == row.session for s in rules.sessions_of(office, service, row.day))
    return {
        "number": row.number, "code": row.code, "service": row.service, "session": row.session, "state": row.state,
        "priority": bool(row.priority), "starts_at": row.starts_at, "expires_at": row.expires_at, "people": row.people,
        "party": {kind: getattr(row, kind) for kind in KINDS}, "permit": bool(row.permit), "reason": row.reason,
        "label": label(ticket.prefix, ticket.number) if ticket else "", "held": held,
        "name": row.holder_name if serves else "", "identity_end": row.identity_end if serves else "",
        "register": inmate.register if inmate else "", "block": inmate.block if inmate else "",
        "status": inmate.status if inmate else "",
    }


def _sessions(
    office: Office, day: str, rows: list[Reservation], besides: dict[str, list[tuple[int, bool]]],
) -> list[dict[str, Any]]:
    """Each session of the day: its places, how many are held, came, did not come. ``besides``: service -> the numbers
    taken at the office without a reservation."""
    found = []
    for service in office.services:
        sessions = rules.sessions_of(office, service, day)
        for at, session in enumerate(sessions):
            of = [row for row in rows if (row.service, row.session) == (service.key, session.key)]
            held = [row for row in of if row.state in HOLDING]
            found.append({
                "service": service.key, "letter": service.prefix, "service_name": service.name, "key": session.key,
                "name": session.name, "start": hours.hhmm(session.time.start), "end": hours.hhmm(session.time.end),
                "online": session.online, "priority": session.priority, "walk_in": session.walk_in,
                "held": sum(row.pool == ONLINE for row in held), "held_priority": sum(
                    row.pool == PRIORITY for row in held),
                "walked_in": _walked_in(office, day, besides.get(service.key, []), sessions, at),
                "came": sum(row.state == State.CHECKED_IN for row in of),
                "expired": sum(row.state == State.EXPIRED for row in of),
                "cancelled": sum(row.state == State.CANCELLED for row in of),
                "people": sum(row.people for row in held),
            })
    return found


def _walked_in(
    office: Office, day: str, taken: list[tuple[int, bool]], sessions: tuple[Session, ...], at: int,
) -> int:
    """How many of a session's numbers without a reservation are gone; those between sessions belong to the next."""
    since = hours.instant(office, day, sessions[at - 1].time.end) if at else 0
    until = hours.instant(office, day, sessions[at].time.end)
    return sum(since <= issued < until and not (priority and sessions[at].priority is not None)
               for issued, priority in taken)


def _signals(c: Connection, office_id: int, office: Office) -> list[dict[str, Any]]:
    return [{"service": service.key, "service_name": service.name, **asdict(signal)}
            for service, signal in reservations.signals(c, office_id, office, wall_ms())]
