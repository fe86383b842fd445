"""The sheet that hangs at the door: scan it to take a number and, where the office accepts that, to say that one has
arrived. Its code stays the same, so it proves no more than that somebody once stood there."""

from __future__ import annotations

from urllib.parse import urlencode

import segno
from flask import Blueprint, render_template, request
from markupsafe import Markup

from ..domain.errors import NotFound
from ..live import Live
from ..store import offices
from .door import Door
from .pages import words_of


def hang(bp: Blueprint, door: Door, live: Live) -> None:
    """Adds ``/poster`` to the supervisor's routes: the code tells who stands at the door, so not everybody gets it."""

    @bp.get("/poster")
    def poster(office: str) -> str:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        code, counts = "", snapshot.office.door_code != "screen"
        wanted = request.args.get("service", "")
        one = next((service for service in snapshot.office.services if service.key == wanted), None)
        if door.config.address:
            address = f"{door.config.address}/visit/{office}"
            asked = {"door": door.kit.blocking(_door_code, door, snapshot.office_id)} if counts else {}
            if one is not None:
                asked["service"] = one.key  # the sheet of one service: at the beginning of a lane, say
            address += f"?{urlencode(asked)}" if asked else ""
            code = segno.make(address, error="q").svg_inline(scale=10, border=0, omitsize=True)
        # Markup: the drawing is ours, made of numbers only.
        return render_template(
            "supervisor/poster.html", office=snapshot.office, code=Markup(code),
            languages=snapshot.office.languages, words=words_of("supervisor"), wifi=not door.config.public_url,
            counts=counts, service=one)


def _door_code(door: Door, office_id: int) -> str:
    with door.database.read() as c:
        return offices.door_code(c, office_id)
