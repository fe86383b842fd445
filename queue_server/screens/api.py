"""The same doors for programs: /api/v1, described by its own OpenAPI document.

A program signs in once and sends ``Authorization: Bearer TOKEN``; whoever may do what stands in roles.py, as for
everybody. ``key`` makes every press repeatable: after a lost answer send the same again.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, jsonify

from ..domain.errors import NotAllowed, NotFound
from ..live import Live, Screen
from ..opening import offices_of
from ..snapshot import Snapshot
from ..transaction import Actor
from . import counter, kiosk, openapi, room_pictures
from .acts import ACTS
from .door import status_of_answer
from .entrance import Entrance
from .guard import body
from .requests import known, sign_off, signed_in


def blueprint(house: Entrance, live: Live) -> Blueprint:
    bp = Blueprint("api", __name__, url_prefix="/api/v1")
    door = house.door

    def snapshot(office: str) -> Snapshot:
        found = live.latest(office)
        if found is None:
            raise NotFound("no_such_office")
        return found

    @bp.get("/openapi.json")
    def described() -> Response:
        return jsonify(openapi.document())

    @bp.get("/offices")
    def offices() -> Response:
        listed = door.kit.blocking(offices_of, door.database)
        return jsonify({"ok": True, "offices": [{"key": o.key, "name": o.name} for o in listed]})

    @bp.get("/offices/<office>/door")
    def door_picture(office: str) -> Response:
        return jsonify(kiosk.picture(snapshot(office), "online"))

    @bp.post("/offices/<office>/tickets")
    def tickets(office: str) -> Response:
        return house.take_number(office)

    @bp.get("/tickets/<secret>")
    def ticket(secret: str) -> Response:
        drawn = live.ticket_picture(secret, snapshot(g.held[0]))
        return jsonify(drawn or abort(404))

    @bp.post("/tickets/<secret>/<act>")
    def said(secret: str, act: str) -> Response:
        return house.say(secret, act)

    @bp.post("/offices/<office>/sessions")
    def sign_in(office: str) -> Response:
        token, person = signed_in(door, house.limits, office, body())
        return jsonify({"ok": True, "token": token, "person": known(person)})

    @bp.delete("/offices/<office>/sessions")
    def sign_out(office: str) -> Response:
        return sign_off(door, office)

    @bp.get("/offices/<office>/counter")
    def console(office: str) -> Response:
        return jsonify(counter.picture(snapshot(office), g.person.id))

    @bp.get("/offices/<office>/rooms/<room>")
    def of_room(office: str, room: str) -> Response:
        found = room_pictures.console(snapshot(office), room, g.person.id)
        if found["room"] is None:
            raise NotFound("no_such_room")
        return jsonify(found)

    @bp.get("/offices/<office>/today")
    def today(office: str) -> Response:
        seen = snapshot(office)
        return jsonify(live.picture(seen, Screen("supervisor", office, "", person_id=g.person.id)))

    @bp.post("/offices/<office>/acts/<act>")
    def press(office: str, act: str) -> tuple[Response, int]:
        if act not in ACTS:
            raise NotFound("no_such_act")
        if not door.may(office, g.person.role, ACTS[act].roles):
            raise NotAllowed("not_allowed")
        actor = Actor(g.person.role, f"person:{g.person.id}", g.person.id)
        answer = door.press(office, actor, {**body(), "act": act})
        return jsonify(answer), status_of_answer(answer)

    return bp
