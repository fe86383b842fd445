"""Where visitors come in: a number from a kiosk or a phone, and what they say of it later.

A kiosk is paired and not limited. A phone is: by its cookie, and by the address from which it asks, because a script
throws cookies away. Whole families, halls and villages share one address, so an address may do much more than a phone,
and more still with codes from the door, which a script far away does not have (docs/security.md).
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, g, jsonify, request

from ..commands import codes, needs, visitor
from ..domain.errors import Refused, TooMany
from ..domain.needs import MOST_WHERE
from ..store.people import Device
from ..transaction import Actor, Answer, Command, Job
from ..web import cookie
from .door import Door, key_of, new_token
from .guard import body, own_secret, text_of
from .limits import HOUR_S, MINUTE_S, Limits, Rule
from .presence import HERE, Presence

DAY_S = 86_400
#: Requests for a number, whatever becomes of them: a phone that asks again gets its number again.
ASKED_OF_PHONE = Rule("asked_of_phone", 30, MINUTE_S)
ASKED_OF_ADDRESS = Rule("asked_of_address", 300, MINUTE_S)
#: New numbers of one phone, given back and taken again.
OF_PHONE = (Rule("of_phone", 12, HOUR_S),)
#: New numbers of one address: from afar, and with a code that proves presence.
FROM_AFAR = (Rule("afar", 30, MINUTE_S), Rule("afar_hour", 120, HOUR_S))
AT_DOOR = (Rule("here", 60, MINUTE_S), Rule("here_hour", 600, HOUR_S))
#: Prints a number on the kiosk's printer in the background: (office, the answer with the ticket).
Printed = Callable[[str, Answer], None]
VISITOR_ACTS: dict[str, Command] = {
    "cancel": visitor.cancel, "coming": visitor.coming, "arrived": visitor.arrived, "needs": needs.own_needs,
    "back": visitor.back}


@dataclass(frozen=True)
class Entrance:
    door: Door
    limits: Limits
    presence: Presence
    printed: Printed

    def take_number(self, office: str) -> Response:
        """A kiosk's number at the door, or anybody's from their own phone."""
        message = body()
        key, args = key_of(message), {
            "service": text_of(message, "service"), "priority": message.get("priority") is True,
            "language": text_of(message, "language", 2) or "id", "plate": text_of(message, "plate", 20),
            "case": text_of(message, "case", 40), **said(message),
        }
        device = self.door.device(office, cookie("queue_device"), "kiosk")
        if device is None:
            return self._on_phone(office, key, args, text_of(message, "door", 60))
        return self._at_kiosk(office, device, "issue", visitor.issue, {**args, "channel": "door"}, message)

    def check_in(self, office: str) -> Response:
        """A reservation's or a case's code at a kiosk, which the guard knows: its number, printed like any other."""
        message = body()
        args = {"code": text_of(message, "code", 40), "by": "kiosk"}
        return self._at_kiosk(office, g.device, "check_in", codes.number_for, args, message)

    def _at_kiosk(
        self, office: str, device: Device, act: str, command: Command, args: dict[str, Any], message: dict[str, Any],
    ) -> Response:
        # A kiosk's own PC may print ("own") or show the number only ("none"); else this server prints.
        own = text_of(message, "printer", 10)
        on_paper = own == "own" or (own != "none" and self.door.config.printer not in ("", "browser"))
        actor = Actor("device", f"device:{device.id}", device_id=device.id)
        args["paper"] = "escpos" if on_paper else ""
        answer = self.door.writer.press(Job(office, actor, act, command, args, key_of(message)))
        if on_paper and own != "own":
            self.printed(office, answer)
        return jsonify(self.with_link(answer))

    def _on_phone(self, office: str, key: str, args: dict[str, Any], scanned: str) -> Response:
        phone = cookie("queue_phone") or first_cookie(key)
        holder = keyed(phone)[:32]
        self.limits.spend(ASKED_OF_ADDRESS)
        self.limits.spend(ASKED_OF_PHONE, holder)
        args.update(channel="online", door=scanned, shown=self.presence.shown_in(office, scanned))
        actor = Actor("visitor", f"phone:{holder[:16]}", holder=holder)
        answer = self._counted(office, scanned, holder, Job(office, actor, "issue", visitor.issue, args, key))
        response = jsonify(self.with_link(answer))
        set_cookie(self.door, response, "queue_phone", phone, DAY_S)
        return response

    def _counted(self, office: str, scanned: str, holder: str, job: Job) -> Answer:
        """Runs the press; only a new number counts. Raises TooMany with what is left to the visitor."""
        of_address = AT_DOOR if self._at_door(office, scanned) else FROM_AFAR
        self._spend(of_address, "", "too_many_numbers")
        try:
            self._spend(OF_PHONE, holder, "too_many_from_phone")
            try:
                answer = self.door.writer.press(job)
            except Refused:
                self.limits.give_back(OF_PHONE, holder)
                raise
        except Refused:
            self.limits.give_back(of_address)
            raise
        if answer.get("again"):
            self.limits.give_back(OF_PHONE, holder)
            self.limits.give_back(of_address)
        return answer

    def _at_door(self, office: str, scanned: str) -> bool:
        snapshot = self.presence.live.latest(office) if scanned else None
        return snapshot is not None and self.presence.judge(snapshot, scanned) == HERE

    def _spend(self, rules: tuple[Rule, ...], whose: str, code: str) -> None:
        seconds = self.limits.take(rules, whose)
        if seconds:
            raise TooMany(code, minutes=math.ceil(seconds / MINUTE_S))

    def say(self, secret: str, act: str) -> Response:
        """What a visitor says of their own number; the guard knows whose it is."""
        if act not in VISITOR_ACTS:
            abort(404)
        message, (office, ticket) = request.get_json(silent=True) or {}, g.held
        scanned = text_of(message, "door", 60)
        args = {"secret": secret, "door": scanned, "shown": self.presence.shown_in(office, scanned), **said(message)}
        actor = Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id)
        return jsonify(self.door.writer.press(Job(office, actor, act, VISITOR_ACTS[act], args)))

    def with_link(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer with the address of the ticket's page in it, and a QR code where a phone could follow it."""
        ticket = dict(answer["ticket"])
        ticket["page"] = f"/t/{ticket['secret']}"
        ticket["qr"] = f"/t/{ticket['secret']}/qr.svg" if self.door.config.address else None
        ticket["complaint_qr"] = f"/t/{ticket['secret']}/qr.svg?for=complaint" if self.door.config.address else None
        return {**answer, "ticket": ticket}


def said(message: dict[str, Any]) -> dict[str, Any]:
    """What a message says privately of needs; what it says nothing of is not in it."""
    found: dict[str, Any] = {"needs": text_of(message, "needs", 80), "where": text_of(message, "where", MOST_WHERE)}
    if isinstance(message.get("fetch"), bool):
        found["fetch"] = message["fetch"]
    return {name: value for name, value in found.items() if value != ""}


def first_cookie(key: str) -> str:
    """A phone's cookie on its first press. It follows from the press's key, so that whoever lost the answer on a bad
    line and presses again is the same phone and gets the same number; a key that could be guessed makes none."""
    return keyed(f"first press {key}") if len(key) >= 16 else new_token()


def keyed(text: str) -> str:
    """What is kept of a phone's cookie: a hash by the server's own secret."""
    return hmac.new(own_secret(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def set_cookie(door: Door, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="Lax", secure=door.config.secure, path="/")
