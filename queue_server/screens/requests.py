"""The doors that take POST: sign in, take a number, what a visitor says, devices that introduce themselves."""

from __future__ import annotations

from typing import Any

import pyotp
import segno
from flask import Blueprint, Response, abort, g, jsonify, request

from ..commands import access, setup, visitor
from ..domain.errors import NotAllowed, NotFound, Refused, TooMany
from ..live import Live
from ..store.people import Person
from ..transaction import Actor, Job
from ..web import cookie
from . import kiosk as door_screen
from . import passkeys
from .door import Door, digest, new_token
from .entrance import Entrance, set_cookie
from .guard import body, session_token, text_of
from .limits import Limits, Rule, address, from_here
from .presence import HERE

YEAR_S = 365 * 86_400
HELLOS = Rule("hello", 60)
#: Each costs the server a deliberate moment, right or wrong.
SIGN_INS = Rule("sign_in", 300)
#: A morning's officers sign in from one address too: only wrong ones count, and whoever mistypes one name often keeps
#: no colleague out.
WRONG_SIGN_INS = Rule("wrong_sign_in", 20)
WRONG_FOR_ONE_NAME = Rule("wrong_name", 5)


def blueprint(house: Entrance, live: Live) -> Blueprint:
    bp = Blueprint("requests", __name__)
    door, limits = house.door, house.limits

    @bp.post("/office/<office>/tickets")
    def tickets(office: str) -> Response:
        return house.take_number(office)

    @bp.post("/t/<secret>/<act>")
    def said(secret: str, act: str) -> Response:
        return house.say(secret, act)

    @bp.post("/t/<secret>/paper")
    def paper(secret: str) -> Response:
        message, (office, ticket) = body(), g.held
        state = text_of(message, "state", 20)
        if state not in ("printed", "kept", "failed", "unknown", "reprint"):
            raise Refused("bad_request", field="state")
        if state == "reprint":
            house.printed(office, {"ticket": visitor.ticket_answer(ticket)})
            return jsonify({"ok": True})
        actor = Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id)
        args = {"secret": secret, "state": state, "fault": text_of(message, "fault", 40)}
        return jsonify(door.writer.press(Job(office, actor, "paper", visitor.paper, args)))

    @bp.get("/t/<secret>/picture")
    def picture(secret: str) -> Response:
        snapshot = live.latest(g.held[0])
        drawn = live.ticket_picture(secret, snapshot) if snapshot else None
        if drawn is None:
            raise NotFound("no_such_ticket")
        return jsonify(drawn)

    @bp.get("/office/<office>/door")
    def door_picture(office: str) -> Response:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        scanned = house.presence.judge(snapshot, request.args.get("door", ""))
        return jsonify({**door_screen.picture(snapshot, "door" if scanned == HERE else "online"), "door": scanned})

    @bp.get("/office/<office>/door-code.svg")
    def door_code(office: str) -> Response:
        drawn = house.presence.drawn(office)
        if drawn is None:
            abort(404)
        return Response(drawn, mimetype="image/svg+xml")

    @bp.post("/sign-in")
    def sign_in() -> Response:
        message = body()
        token, person = signed_in(door, limits, text_of(message, "office", 80), message)
        response = jsonify({"ok": True, "person": known(person)})
        set_cookie(door, response, "queue_session", token, 12 * 3600)
        return response

    @bp.post("/sign-out")
    def sign_out() -> Response:
        response = sign_off(door, text_of(body(), "office", 80))
        response.delete_cookie("queue_session")
        return response

    @bp.get("/who")
    def who() -> Response:
        person = door.person(request.args.get("office", ""), session_token())
        return jsonify({"ok": True, "person": known(person) if person else None})

    @bp.post("/second-factor")
    def second_factor() -> Response:
        secret = pyotp.random_base32()
        name = f"{text_of(body(), 'office', 80)}:{g.person.name}"
        uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Antrean")
        return jsonify({"ok": True, "secret": secret, "qr": segno.make(uri, error="m").svg_data_uri(scale=5, border=3)})

    @bp.post("/press")
    def press() -> Response:
        message = body()
        office, person = text_of(message, "office", 80), g.person
        return jsonify(door.press(office, Actor(person.role, f"person:{person.id}", person.id), message))

    @bp.post("/hello")
    def hello() -> Response:
        message = body()
        limits.spend(HELLOS)
        kind = text_of(message, "screen", 20)
        office, board = text_of(message, "office", 80), text_of(message, "board", 80)
        if kind not in ("board", "kiosk", "unit"):
            raise Refused("bad_request", field="screen")
        token = cookie("queue_device")
        known = door.known_device(office, token)
        placed = kind == "board" or board != ""  # a kiosk has a place only where it has a part of the reserve
        same = known is not None and known.kind == kind and (not placed or known.board.endswith(f"/{board}"))
        if known is not None and same and known.state != "revoked":
            return jsonify({"ok": True, "paired": known.state == "paired", "code": known.code, "device": known.id})
        return _introduce(door, kind, office, board)

    return bp


def signed_in(door: Door, limits: Limits, office: str, message: dict[str, Any]) -> tuple[str, Person]:
    """A new session's token and whose it is; raises NotAllowed, and TooMany for whoever goes on guessing."""
    limits.spend(SIGN_INS)
    name = text_of(message, "name", 80)
    whose = f"{address()} {office} {name.strip().lower()}"
    seconds = max(limits.wait(WRONG_SIGN_INS), limits.wait(WRONG_FOR_ONE_NAME, whose))
    if seconds:
        raise TooMany("too_many_sign_ins", seconds=seconds)
    person = None
    try:
        person = door.by_password(office, name, text_of(message, "password", 200))
        proof = passkeys.proof(door, person, message.get("passkey"))
        return door.open_session(office, person, text_of(message, "code", 10), proof), person
    except Refused as refused:
        if refused.code == "code_needed" and person is not None:
            raise passkeys.needed(door, person) from None
        if refused.code in ("wrong_sign_in", "wrong_code", "wrong_passkey"):
            limits.spend(WRONG_SIGN_INS)
            limits.spend(WRONG_FOR_ONE_NAME, whose)
        raise NotAllowed(refused.code, **refused.facts) from None


def sign_off(door: Door, office: str) -> Response:
    """Ends the session of whoever asks; no session: nothing to do."""
    token = session_token()
    if token:
        actor = Actor("visitor", "session")
        door.writer.press(Job(office, actor, "sign_out", access.sign_out, {"token_hash": digest(token)}))
        door.forget()
    return jsonify({"ok": True})


def known(person: Person) -> dict[str, Any]:
    """What a screen is told of who is signed in."""
    return {
        "id": person.id, "name": person.shown_name, "role": person.role, "second_factor": bool(person.totp_secret)}


def _introduce(door: Door, kind: str, office: str, board: str) -> Response:
    token = new_token()
    at_home = door.config.demo and from_here()
    args = {"kind": kind, "board": board, "token_hash": digest(token), "at_home": at_home}
    actor = Actor("device", "device")
    answer = door.writer.press(Job(office, actor, "hello", setup.hello, args))
    response = jsonify(answer)
    set_cookie(door, response, "queue_device", token, 5 * YEAR_S)
    return response
