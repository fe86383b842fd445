"""The doors that take POST: sign in, take a number, what a visitor says, devices that introduce themselves."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from ..commands import setup, visitor
from ..domain.errors import NotAllowed, NotFound, Refused, TooMany
from ..live import Live
from ..transaction import Actor, Job
from . import kiosk as door_screen
from .door import Door, digest, key_of, new_token
from .limits import Limits

YEAR_S = 365 * 86_400
#: From one address in a minute. A morning's officers sign in from one address too: only wrong ones count, and
#: whoever mistypes one name often keeps no colleague out.
WRONG_SIGN_INS = 20
WRONG_FOR_ONE_NAME = 5
GUESSES = 60
VISITOR_ACTS = {"cancel": visitor.cancel, "coming": visitor.coming, "arrived": visitor.arrived}


def body() -> dict[str, Any]:
    """The JSON object of the request; raises Refused("bad_request")."""
    try:
        found = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets within brackets
        found = None
    if not isinstance(found, dict):
        raise Refused("bad_request", field="body")
    return found


def text_of(message: dict[str, Any], name: str, most: int = 200) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise Refused("bad_request", field=name)
    return value


def blueprint(door: Door, live: Live, limits: Limits, printed: Any) -> Blueprint:
    """``printed(office, answer)`` prints a number on the kiosk's printer in the background."""
    bp = Blueprint("requests", __name__)

    @bp.before_request
    def from_our_own_pages() -> None:
        # A form of another site can send neither this header nor JSON, and no GET changes anything.
        if request.method == "POST" and request.headers.get("X-Queue") != "1":
            raise NotAllowed("not_our_page")

    @bp.post("/office/<office>/tickets")
    def tickets(office: str) -> Response:
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
        phone = request.cookies.get("queue_phone") or new_token()
        holder = hmac.new(current_app.secret_key, phone.encode(), "sha256").hexdigest()[:32]  # type: ignore[arg-type]
        actor = Actor("visitor", f"phone:{holder[:16]}", holder=holder)
        args.update(channel="online", door=text_of(message, "door", 60))
        answer = door.writer.press(Job(office, actor, "issue", visitor.issue, args, key))
        response = jsonify(_with_link(door, answer))
        _cookie(door, response, "queue_phone", phone, 86_400)
        return response

    def _held(secret: str) -> tuple[str, Any]:
        """(office, ticket); a whole office's Wi-Fi is one address, so what is counted is the ticket, and only
        guessing counts for the address."""
        limits.check("guess", GUESSES)
        found = door.ticket(secret)
        if found is None:
            limits.spend("guess", GUESSES)
            raise NotFound("no_such_ticket")
        limits.spend("ticket", 120, secret)
        return found

    @bp.post("/t/<secret>/<act>")
    def said(secret: str, act: str) -> Response:
        if act not in VISITOR_ACTS:
            abort(404)
        found = _held(secret)
        message = request.get_json(silent=True) or {}
        office, ticket = found
        args = {"secret": secret, "door": text_of(message, "door", 60)}
        actor = Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id)
        return jsonify(door.writer.press(Job(office, actor, act, VISITOR_ACTS[act], args)))

    @bp.post("/t/<secret>/paper")
    def paper(secret: str) -> Response:
        found = door.ticket(secret)
        if found is None:
            raise NotFound("no_such_ticket")
        message, (office, ticket) = body(), found
        state = text_of(message, "state", 20)
        if state not in ("printed", "kept", "failed", "unknown", "reprint"):
            raise Refused("bad_request", field="state")
        if door.device(office, request.cookies.get("queue_device"), "kiosk") is None:
            raise NotAllowed("not_paired")
        if state == "reprint":
            printed(office, {"ticket": visitor.ticket_answer(ticket)})
            return jsonify({"ok": True})
        actor = Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id)
        args = {"secret": secret, "state": state, "fault": text_of(message, "fault", 40)}
        return jsonify(door.writer.press(Job(office, actor, "paper", visitor.paper, args)))

    @bp.get("/t/<secret>/picture")
    def picture(secret: str) -> Response:
        snapshot = live.latest(_held(secret)[0])
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
        limits.spend("sign_in", 300)  # each costs the server a deliberate moment, right or wrong
        office, name = text_of(message, "office", 80), text_of(message, "name", 80)
        whose = f"{request.remote_addr} {office} {name.strip().lower()}"
        seconds = max(
            limits.wait("wrong_sign_in", WRONG_SIGN_INS), limits.wait("wrong_name", WRONG_FOR_ONE_NAME, whose))
        if seconds:
            raise TooMany("too_many_sign_ins", seconds=seconds)
        try:
            token, person = door.sign_in(office, name, text_of(message, "password", 200))
        except NotAllowed:
            limits.spend("wrong_sign_in", WRONG_SIGN_INS)
            limits.spend("wrong_name", WRONG_FOR_ONE_NAME, whose)
            raise
        response = jsonify({"ok": True, "person": {"id": person.id, "name": person.shown_name, "role": person.role}})
        _cookie(door, response, "queue_session", token, 12 * 3600)
        return response

    @bp.post("/sign-out")
    def sign_out() -> Response:
        message, token = body(), request.cookies.get("queue_session")
        response = jsonify({"ok": True})
        if token:
            office = text_of(message, "office", 80)
            actor = Actor("visitor", "session")
            door.writer.press(Job(office, actor, "sign_out", setup.sign_out, {"token_hash": digest(token)}))
        response.delete_cookie("queue_session")
        return response

    @bp.get("/who")
    def who() -> Response:
        person = door.person(request.args.get("office", ""), request.cookies.get("queue_session"))
        known = person and {"id": person.id, "name": person.shown_name, "role": person.role}
        return jsonify({"ok": True, "person": known})

    @bp.post("/press")
    def press() -> Response:
        message = body()
        office = text_of(message, "office", 80)
        person = door.person(office, request.cookies.get("queue_session"))
        if person is None:
            raise NotAllowed("not_signed_in")
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
