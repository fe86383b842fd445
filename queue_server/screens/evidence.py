"""What an inspector sees beside the figures: the seals, the log itself, and the bundles made from it.

Looking changes nothing; a bundle that is asked for ends with a seal of its own, made by the system.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request
from markupsafe import Markup
from sqlalchemy import select

from .. import tables as t
from ..commands.seal import seal_now
from ..domain.errors import NotFound, Refused
from ..exports.work import Asked, filters_of
from ..live import Live
from ..proof import generator
from ..proof.printed import qr_svg
from ..store import seals
from ..transaction import SYSTEM, Job
from .door import Door
from .pages import words_of

PAGE = 50


def hang(bp: Blueprint, door: Door, live: Live) -> None:
    """Adds the seals and the log to the supervisor's routes."""

    @bp.get("/seal")
    def seal_sheet(office: str) -> str:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        day = _day(request.args.get("day", "") or snapshot.day)
        found = door.kit.blocking(_seals, door, g.person.office_id, office, day)
        # Markup: the drawings are ours, made of the seals' letters only.
        rows = [{**row, "code": Markup(row.pop("svg"))} for row in found["seals"]]
        return render_template(
            "supervisor/seal.html", office=snapshot.office, day=day, rows=rows, languages=snapshot.office.languages,
            words=words_of("supervisor"))

    @bp.get("/seals")
    def seal_list(office: str) -> Response:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        day = _day(request.args.get("day", "") or snapshot.day)
        return jsonify({"ok": True, "day": day, **door.kit.blocking(_seals, door, g.person.office_id, office, day)})

    @bp.get("/events")
    def events(office: str) -> Response:
        before = request.args.get("before", "")
        if before and (not before.isdigit() or len(before) > 15):
            raise Refused("bad_request", field="before")
        return jsonify({"ok": True, **door.kit.blocking(_events, door, g.person.office_id, int(before or 2**53))})


def verifier_route(door: Door) -> Blueprint:
    """The single file, for whoever has no release of this program at hand."""
    bp = Blueprint("verifier", __name__)

    @bp.get("/verifier.py")
    def verifier() -> Response:
        response = Response(door.kit.blocking(generator.made), content_type="text/x-python; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="verifier.py"'
        return response

    return bp


def sealed(door: Door, asked: Asked) -> Asked:
    """A bundle's wish with the seal, made now, with which it will end."""
    answer = door.writer.press(Job(asked.office, SYSTEM, "seal", seal_now))
    return replace(asked, seal=str(answer["text"]))


def _day(text: str) -> str:
    return filters_of(text, text).first


# --- in native threads -------------------------------------------------------------------------


def _seals(door: Door, office_id: int, office: str, day: str) -> dict[str, Any]:
    with door.database.read() as c:
        newest, of_day = seals.newest(c, office_id), seals.of_day(c, office_id, day)
    rows = [_seal(found, office) for found in reversed(of_day)]
    return {"newest": None if newest is None else _seal(newest, office), "seals": rows}


def _seal(found: seals.Sealed, office: str) -> dict[str, Any]:
    seal = found.of(office)
    return {"seq": seal.seq, "day": seal.day, "at": found.at, "reason": found.reason, "text": seal.text,
            "groups": list(seal.groups), "svg": qr_svg(seal)}


def _events(door: Door, office_id: int, before: int) -> dict[str, Any]:
    e = t.event_table.c
    with door.database.read() as c:
        rows = c.execute(
            select(e.seq, e.kind, e.body, e.at, e.actor, e.step_id, e.hash)
            .where(e.office_id == office_id, e.seq < before).order_by(e.seq.desc()).limit(PAGE)).all()
    return {"events": [
        {"seq": seq, "kind": kind, "body": json.loads(body), "at": at, "actor": actor, "step": step, "hash": hash_}
        for seq, kind, body, at, actor, step, hash_ in rows
    ]}
