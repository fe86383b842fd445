"""The door for a kiosk that goes on by itself: what it must know beforehand, and what it hands in afterwards."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ..commands import reserve as commands
from ..domain import hours, numbering
from ..domain.errors import NotFound, Refused
from ..live import Live
from ..moment import wall_ms
from ..office_file import to_json
from ..snapshot import Snapshot
from ..store import offices, reserve, standards
from ..store.people import Device
from ..transaction import Actor, Job
from .door import Door, key_of
from .guard import body, text_of

#: A number that is older than this was not given by a kiosk of this office day or the days before, ms.
OLDEST_MS = 31 * 24 * 3_600_000


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("reserve", __name__, url_prefix="/office/<office>/reserve")

    def _kiosk() -> tuple[Device, Actor]:
        return g.device, Actor("device", f"device:{g.device.id}", device_id=g.device.id)

    @bp.get("")
    def known(office: str) -> Response:
        """Everything by which a kiosk decides alone; the office itself only when ``version`` is not the newest."""
        device, _actor = _kiosk()
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        found = door.kit.blocking(_knowledge, door, snapshot, device, request.args.get("version", ""))
        return jsonify({
            "ok": True, **found, "address": door.config.address, "print": live.print_how, "printer": live.printer})

    @bp.post("/declare")
    def declare(office: str) -> Response:
        message = body()
        device, actor = _kiosk()
        args = {"kiosk": _key_of(device), "day": text_of(message, "day", 10)}
        job = Job(office, actor, "declare_reserve", commands.declare, args, key_of(message))
        return jsonify(door.writer.press(job))

    @bp.post("/numbers")
    def numbers(office: str) -> Response:
        message = body()
        device, actor = _kiosk()
        came_at = wall_ms() - _whole(message, "age_ms", 0, OLDEST_MS)
        paper = text_of(message, "paper", 20)
        if paper not in commands.PAPERS:
            raise Refused("bad_request", field="paper")
        secret = text_of(message, "secret", 40)
        if len(secret) < 20:
            raise Refused("bad_request", field="secret")
        args = {
            "service": text_of(message, "service"), "number": _whole(message, "number", 1, 9_999),
            "issued_at": _whole(message, "issued_at", 0, 2**45), "priority": message.get("priority") is True,
            "language": text_of(message, "language", 2) or "id", "secret": secret, "kiosk": _key_of(device),
        }
        told = commands.Told(came_at, message.get("steady") is True, paper, text_of(message, "instead_of", 40))
        command = partial(commands.hand_in, told)
        return jsonify(door.writer.press(Job(office, actor, "hand_in", command, args, key_of(message))))

    return bp


def _key_of(device: Device) -> str:
    """The kiosk's key in the office's file; refused for one that has no part in any reserve."""
    key = device.board.partition("/")[2]
    if not key:
        raise Refused("no_such_kiosk", name=device.name)
    return key


def _whole(message: dict[str, Any], name: str, least: int, most: int) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused("bad_request", field=name)
    return value


def _knowledge(door: Door, s: Snapshot, device: Device, version: str) -> dict[str, Any]:
    """Its parts with what is used of them, what a quota and a pause need, and the office unless ``version`` is it."""
    key = device.board.partition("/")[2]
    with door.database.read() as c:
        head = offices.heads_of(c, [s.office.key])[0]
        office = standards.office_of_day(c, head.id, head.config_version, s.day)
        newest = f"{head.config_version}-{s.day}"  # each day has its promises
        parts = {
            service.key: {
                "first": part.first, "last": part.last,
                "used_to": reserve.used_to(c, s.office_id, service.key, s.day, part),
            }
            for service in office.services for part in numbering.parts(service)
            if key and part.source == numbering.kiosk_source(key)
        }
        others = [at for k, _state, at in reserve.kiosks_at(c, s.office_id, device.board) if k != device.id]
    paired_at = device.paired_at or s.at
    return {
        "at": s.at, "day": s.day, "version": newest, "kiosk": key, "parts": parts,
        "office": None if version == newest else json.loads(to_json(office)),
        "from_day": _from_day(s, paired_at, any(at <= paired_at for at in others)),
        "issued": {k: {"day": _counts(found.day), "session": _counts(found.session)} for k, found in s.issued.items()},
        "paused": s.pauses,
    }


def _from_day(s: Snapshot, paired_at: int, replaces: bool) -> str:
    """The first office day on which this kiosk may give numbers of its part. Where it took another's place nobody
    knows yet what that one gave on the same day, so its own begin with the day after."""
    paired = hours.office_day(s.office, paired_at)
    return (date.fromisoformat(paired) + timedelta(days=1)).isoformat() if replaces else paired


def _counts(found: Any) -> list[list[Any]]:
    return [[channel, priority, n] for (channel, priority), n in found.items()]
