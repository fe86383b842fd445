"""The helper's page: whom to fetch, and the numbers that a helper took for people without a phone; and the way back
for who missed the call, at a kiosk, with the place told before it is chosen."""

from __future__ import annotations

import re
from typing import Any

import segno
from flask import Blueprint, Response, g, jsonify, render_template

from ..commands import visitor
from ..domain import hours
from ..domain.errors import NotFound, Refused
from ..domain.ticket import label
from ..live import Live
from ..snapshot import Snapshot
from ..store import needs, pictures, queue
from ..transaction import Actor, Job
from .door import key_of
from .entrance import Entrance
from .guard import body, text_of

#: A number as somebody types it, or reads it from the paper: letters, then digits.
NUMBER = re.compile(r"([A-Z]{1,3})[\s\u2009-]*0*(\d{1,5})")


def blueprint(house: Entrance, live: Live) -> Blueprint:
    bp = Blueprint("helper", __name__)
    door = house.door

    def snapshot(office: str) -> Snapshot:
        found = live.latest(office)
        if found is None:
            raise NotFound("no_such_office")
        return found

    @bp.get("/helper/<office>")
    def page(office: str) -> str:
        return render_template("helper/helper.html", office=snapshot(office).office)

    @bp.get("/helper/<office>/numbers")
    def numbers(office: str) -> Response:
        found = snapshot(office)
        rows = door.kit.blocking(_issued, house, found, g.person.id)
        return jsonify({"ok": True, "at": found.at, "print": _printer(house), "rows": rows})

    @bp.post("/helper/<office>/print")
    def print_again(office: str) -> Response:
        step = body().get("step")
        if not isinstance(step, int) or isinstance(step, bool):
            raise Refused("bad_request", field="step")
        ticket = door.kit.blocking(_of_step, house, snapshot(office).office_id, step)
        if _printer(house) != "escpos":
            raise Refused("no_printer")
        house.printed(office, {"ticket": visitor.ticket_answer(ticket)})
        return jsonify({"ok": True})

    @bp.post("/office/<office>/missed")
    def missed(office: str) -> Response:
        found = snapshot(office)
        prefix, number = _number(body())
        return jsonify({"ok": True, "ticket": door.kit.blocking(_missed, house, live, found, prefix, number)})

    @bp.post("/office/<office>/back")
    def back(office: str) -> Response:
        message = body()
        prefix, number = _number(message)
        actor = Actor("device", f"device:{g.device.id}", device_id=g.device.id)
        args = {"prefix": prefix, "number": number}
        return jsonify(door.writer.press(Job(office, actor, "back", visitor.back, args, key_of(message))))

    return bp


def _number(message: dict[str, Any]) -> tuple[str, int]:
    found = NUMBER.fullmatch(text_of(message, "label", 20).strip().upper())
    if found is None:
        raise NotFound("no_such_number")
    return found[1], int(found[2])


def _printer(house: Entrance) -> str:
    """What prints: this server's own printer, or the browser of whoever asks."""
    return "browser" if house.door.config.printer in ("", "browser") else "escpos"


def _issued(house: Entrance, s: Snapshot, person: int) -> list[dict[str, Any]]:
    """The numbers that somebody took today for visitors, newest first, with what was said of them."""
    with house.door.database.read() as c:
        rows = needs.issued_by(c, s.office_id, s.day, person)
        said = needs.of_day(c, s.office_id, hours.day_after(s.office, s.day))
    address = house.door.config.address
    counters = {counter.key: counter.name for counter in s.office.counters}
    found = []
    for row in rows:
        stated = said.get(row.ticket)
        found.append({
            "step": row.step, "label": label(row.prefix, row.number), "service": row.service, "state": row.state,
            "priority": bool(row.priority), "issued_at": row.issued_at, "called_at": row.called_at,
            "ended_at": row.ended_at, "counter": counters.get(row.counter, {}), "held": row.step in s.held,
            "language": row.language, "needs": list(stated.needs) if stated else [],
            "fetch": bool(stated and stated.fetch), "where": stated.where if stated else "",
            "qr": segno.make(f"{address}/t/{row.secret}", error="m").svg_data_uri(scale=4, border=3)
            if address else None,
        })
    return found


def _of_step(house: Entrance, office_id: int, step: int) -> queue.Ticket:
    with house.door.database.read() as c:
        found = queue.step(c, office_id, step)
        if found is None:
            raise NotFound("no_such_ticket")
        return queue.ticket(c, found.ticket_id)


def _missed(house: Entrance, live: Live, s: Snapshot, prefix: str, number: int) -> dict[str, Any]:
    """What a kiosk says of a number that somebody types: its state, and the place of the way back. Nothing else of it:
    a number is no secret."""
    with house.door.database.read() as c:
        secret = pictures.secret_of_number(
            c, s.office_id, visitor.with_prefix(s.office, prefix), s.day, prefix, number)
    drawn = live.ticket_picture(secret, s) if secret else None
    if drawn is None:
        raise NotFound("no_such_number")
    ticket = drawn["ticket"]
    return {name: ticket[name] for name in ("label", "state", "ahead", "back", "return_within_min")} | {
        "counter": ticket["counter"] if not ticket["held"] else None}
