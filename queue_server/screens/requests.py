"""The doors that take POST: sign in, take a number, what a visitor says, devices that introduce themselves."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from typing import Any

import pyotp
import segno
from flask import Blueprint, Response, abort, current_app, g, jsonify, request

from ..commands import access, setup, visitor
from ..domain.errors import NotAllowed, NotFound, Refused, TooMany
from ..live import Live
from ..store.people import Person
from ..transaction import Actor, Answer, Job
from . import kiosk as door_screen
from . import passkeys
from .door import Door, digest, key_of, new_token
from .guard import body, session_token, text_of
from .limits import Limits

YEAR_S = 365 * 86_400
#: From one address in a minute. A morning's officers sign in from one address too: only wrong ones count, and
#: whoever mistypes one name often keeps no colleague out.
WRONG_SIGN_INS = 20
WRONG_FOR_ONE_NAME = 5
#: Prints a number on the kiosk's printer in the background: (office, the answer with the ticket).
Printed = Callable[[str, Answer], None]
VISITOR_ACTS = {"cancel": visitor.cancel, "coming": visitor.coming, "arrived": visitor.arrived}


def blueprint(door: Door, live: Live, limits: Limits, printed: Printed) -> Blueprint:
    bp = Blueprint("requests", __name__)

    @bp.post("/office/<office>/tickets")
    def tickets(office: str) -> Response:
        return take_number(door, limits, printed, office)

    @bp.post("/t/<secret>/<act>")
    def said(secret: str, act: str) -> Response:
        return say(door, secret, act)

    @bp.post("/t/<secret>/paper")
    def paper(secret: str) -> Response:
        message, (office, ticket) = body(), g.held
        state = text_of(message, "state", 20)
        if state not in ("printed", "kept", "failed", "unknown", "reprint"):
            raise Refused("bad_request", field="state")
        if state == "reprint":
            printed(office, {"ticket": visitor.ticket_answer(ticket)})
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
        return jsonify(door_screen.picture(snapshot, "online"))

    @bp.post("/sign-in")
    def sign_in() -> Response:
        message = body()
        token, person = signed_in(door, limits, text_of(message, "office", 80), message)
        response = jsonify({"ok": True, "person": known(person)})
        _cookie(door, response, "queue_session", token, 12 * 3600)
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
        limits.spend("hello", 60)
        kind = text_of(message, "screen", 20)
        office, board = text_of(message, "office", 80), text_of(message, "board", 80)
        if kind not in ("board", "kiosk"):
            raise Refused("bad_request", field="screen")
        token = request.cookies.get("queue_device")
        known = door.known_device(office, token)
        placed = kind == "board" or board != ""  # a kiosk has a place only where it has a part of the reserve
        same = known is not None and known.kind == kind and (not placed or known.board.endswith(f"/{board}"))
        if known is not None and same and known.state != "revoked":
            return jsonify({"ok": True, "paired": known.state == "paired", "code": known.code, "device": known.id})
        return _introduce(door, kind, office, board)

    return bp


def take_number(door: Door, limits: Limits, printed: Printed, office: str) -> Response:
    """A kiosk's number at the door, or anybody's from their own phone."""
    message = body()
    key, args = key_of(message), {
        "service": text_of(message, "service"), "priority": message.get("priority") is True,
        "language": text_of(message, "language", 2) or "id",
    }
    device = door.device(office, request.cookies.get("queue_device"), "kiosk")
    if device is not None:
        # A kiosk's own PC may print ("own") or show the number only ("none"); else this server prints.
        own = text_of(message, "printer", 10)
        on_paper = own == "own" or (own != "none" and door.config.printer not in ("", "browser"))
        actor = Actor("device", f"device:{device.id}", device_id=device.id)
        args.update(channel="door", paper="escpos" if on_paper else "")
        answer = door.writer.press(Job(office, actor, "issue", visitor.issue, args, key))
        if on_paper and own != "own":
            printed(office, answer)
        return jsonify(_with_link(door, answer))
    limits.spend("number", 30)
    phone = request.cookies.get("queue_phone") or _first_cookie(key)
    holder = _keyed(phone)[:32]
    actor = Actor("visitor", f"phone:{holder[:16]}", holder=holder)
    args.update(channel="online", door=text_of(message, "door", 60))
    answer = door.writer.press(Job(office, actor, "issue", visitor.issue, args, key))
    response = jsonify(_with_link(door, answer))
    _cookie(door, response, "queue_phone", phone, 86_400)
    return response


def _first_cookie(key: str) -> str:
    """A phone's cookie on its first press. It follows from the press's key, so that whoever lost the answer on a bad
    line and presses again is the same phone and gets the same number; a key that could be guessed makes none."""
    return _keyed(f"first press {key}") if len(key) >= 16 else new_token()


def _keyed(text: str) -> str:
    return hmac.new(current_app.secret_key, text.encode(), "sha256").hexdigest()  # type: ignore[arg-type]


def say(door: Door, secret: str, act: str) -> Response:
    """What a visitor says of their own number; the guard knows whose it is."""
    if act not in VISITOR_ACTS:
        abort(404)
    message, (office, ticket) = request.get_json(silent=True) or {}, g.held
    args = {"secret": secret, "door": text_of(message, "door", 60)}
    actor = Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id)
    return jsonify(door.writer.press(Job(office, actor, act, VISITOR_ACTS[act], args)))


def signed_in(door: Door, limits: Limits, office: str, message: dict[str, Any]) -> tuple[str, Person]:
    """A new session's token and whose it is; raises NotAllowed, and TooMany for whoever goes on guessing."""
    limits.spend("sign_in", 300)  # each costs the server a deliberate moment, right or wrong
    name = text_of(message, "name", 80)
    whose = f"{request.remote_addr} {office} {name.strip().lower()}"
    seconds = max(
        limits.wait("wrong_sign_in", WRONG_SIGN_INS), limits.wait("wrong_name", WRONG_FOR_ONE_NAME, whose))
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
            limits.spend("wrong_sign_in", WRONG_SIGN_INS)
            limits.spend("wrong_name", WRONG_FOR_ONE_NAME, whose)
        raise NotAllowed(refused.code, **refused.facts) from None


def sign_off(door: Door, office: str) -> Response:
    """Ends the session of whoever asks; no session: nothing to do."""
    token = session_token()
    if token:
        actor = Actor("visitor", "session")
        door.writer.press(Job(office, actor, "sign_out", access.sign_out, {"token_hash": digest(token)}))
    return jsonify({"ok": True})


def known(person: Person) -> dict[str, Any]:
    """What a screen is told of who is signed in."""
    return {
        "id": person.id, "name": person.shown_name, "role": person.role, "second_factor": bool(person.totp_secret)}


def _introduce(door: Door, kind: str, office: str, board: str) -> Response:
    token = new_token()
    at_home = door.config.demo and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback
    args = {"kind": kind, "board": board, "token_hash": digest(token), "at_home": at_home}
    actor = Actor("device", "device")
    answer = door.writer.press(Job(office, actor, "hello", setup.hello, args))
    response = jsonify(answer)
    _cookie(door, response, "queue_device", token, 5 * YEAR_S)
    return response


def _with_link(door: Door, answer: dict[str, Any]) -> dict[str, Any]:
    """The ticket with the address of its page, and a QR code where a phone could follow it."""
    ticket = dict(answer["ticket"])
    ticket["page"] = f"/t/{ticket['secret']}"
    ticket["qr"] = f"/t/{ticket['secret']}/qr.svg" if door.config.address else None
    return {**answer, "ticket": ticket}


def _cookie(door: Door, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="Lax", secure=door.config.secure, path="/")
