"""The pages of rooms: the console that runs all units, the room's board, the page at a unit."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from ..domain.office import Room
from ..live import Live
from .door import Door


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("rooms", __name__)

    def known(office: str, key: str, unit: str = "") -> Room:
        """The room, with the unit if one is named; nobody learns anything from another address."""
        found = live.latest(office) if door.office_exists(office) else None
        of = found.office.room(key) if found is not None else None
        if of is None or (unit and unit not in of.all_units):
            abort(404)
        return of

    @bp.get("/units/<office>/<room>")
    def units(office: str, room: str) -> str:
        return render_template("rooms/console.html", office=office, room=known(office, room).key)

    @bp.get("/room/<office>/<room>")
    def board(office: str, room: str) -> str:
        return render_template("rooms/board.html", office=office, room=known(office, room).key, place=room)

    @bp.get("/room/<office>/<room>/<unit>")
    def unit(office: str, room: str, unit: str) -> str:
        return render_template(
            "rooms/unit.html", office=office, room=known(office, room, unit).key, place=f"{room}/{unit}")

    return bp
