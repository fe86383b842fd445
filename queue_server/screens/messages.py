"""A visitor's wish to be told on their own phone, from the page of a number or of a reservation; and the end of it.

Where one types an address, a stranger's can be typed. What that can be used for is kept small: only what this office
sends, to so few numbers and reservations at a time, from so few requests; and whoever has the page can end it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify

from ..commands import messages as commands
from ..domain import message as rules
from ..domain.errors import NotFound, Refused
from ..domain.office import LANGUAGES, Office
from ..domain.ticket import OPEN
from ..live import Live
from ..messages.part import Ways
from ..messages.push import subscription
from ..store import messages, queue, reservations
from ..store.messages import Contact
from ..transaction import Actor, Command, Job
from .booking import GUESSES, OF_A_RESERVATION
from .door import Door
from .entrance import Entrance
from .guard import body, text_of
from .limits import HOUR_S, Limits, Rule

#: Addresses given from one address of the network, and for one number or reservation, in an hour.
OF_ADDRESS = Rule("messages_address", 120, HOUR_S)
OF_ONE = Rule("messages_of_one", 12, HOUR_S)


@dataclass(frozen=True)
class _Whose:
    """What somebody holds: a number or a reservation. ``away``: its holder has no phone any more; ``over``: nothing
    more is to be told."""

    office: Office
    secret: str
    actor: Actor
    kept: list[Contact]
    over: bool
    away: bool
    tell: Command
    leave: Command


class _Desk:
    """What the routes share."""

    def __init__(self, house: Entrance, live: Live, ways: Ways) -> None:
        self.door: Door = house.door
        self.limits: Limits = house.limits
        self.live, self.ways = live, ways

    def office(self, key: str) -> Office:
        found = self.live.latest(key)
        if found is None:
            abort(404)
        return found.office

    def of_ticket(self) -> _Whose:
        """The number that the guard has let in."""
        key, ticket = g.held
        office = self.office(key)
        kept, state, service = self.door.kit.blocking(self._ticket, ticket.id)
        return _Whose(
            office, ticket.secret, Actor("visitor", f"ticket:{ticket.id}", ticket_id=ticket.id), kept,
            state not in OPEN, office.without_phone(ticket.service, service),
            commands.tell_ticket, commands.leave_ticket)

    def _ticket(self, ticket_id: int) -> tuple[list[Contact], str, str]:
        with self.door.database.read() as c:
            step = queue.newest_step(c, ticket_id)
            return messages.of_ticket(c, ticket_id), step.state, step.service

    def of_reservation(self, secret: str) -> _Whose:
        """The reservation of a secret address; guessing counts for the address that asks."""
        self.limits.check(GUESSES)
        found = self.door.kit.blocking(self._reservation, secret)
        if found is None:
            self.limits.spend(GUESSES)
            raise NotFound("no_such_reservation")
        self.limits.spend(OF_A_RESERVATION, secret)
        key, row, kept = found
        return _Whose(
            self.office(key), secret, Actor("visitor", f"reservation:{row.number}"), kept,
            row.state != "booked", False, commands.tell_reservation, commands.leave_reservation)

    def _reservation(self, secret: str) -> tuple[str, reservations.Reservation, list[Contact]] | None:
        with self.door.database.read() as c:
            row, key = reservations.by_secret(c, secret), reservations.office_of(c, secret)
            return None if row is None or key is None else (key, row, messages.of_reservation(c, row.id))


def blueprint(house: Entrance, live: Live, ways: Ways) -> Blueprint:
    bp = Blueprint("messages", __name__)
    desk = _Desk(house, live, ways)

    @bp.get("/t/<secret>/messages")
    def ticket_told(secret: str) -> Response:
        return _picture(desk, desk.of_ticket())

    @bp.post("/t/<secret>/messages")
    def tell_ticket(secret: str) -> Response:
        return _tell(desk, desk.of_ticket(), body())

    @bp.post("/t/<secret>/messages/off")
    def leave_ticket(secret: str) -> Response:
        return _leave(desk, desk.of_ticket(), body())

    @bp.get("/r/<token>/messages")
    def reservation_told(token: str) -> Response:
        return _picture(desk, desk.of_reservation(token))

    @bp.post("/r/<token>/messages")
    def tell_reservation(token: str) -> Response:
        return _tell(desk, desk.of_reservation(token), body())

    @bp.post("/r/<token>/messages/off")
    def leave_reservation(token: str) -> Response:
        return _leave(desk, desk.of_reservation(token), body())

    return bp


def _picture(desk: _Desk, whose: _Whose) -> Response:
    """What is offered, and how its holder is told now: of an address only as much as to know it again."""
    offered = whose.office.messages
    shown = {one.channel: rules.in_part(one.channel, desk.ways.sealer.open(whose.office.key, one.sealed) or "")
             for one in whose.kept}
    return jsonify({
        "ok": True, "offered": [] if whose.over or whose.away else desk.ways.offered(offered), "on": shown,
        "push_key": desk.ways.push_key if offered.push else None, "ahead": offered.ahead,
        "reminders_h": list(offered.reminders_h)})


def _tell(desk: _Desk, whose: _Whose, message: dict[str, Any]) -> Response:
    channel, language = text_of(message, "channel", 20), text_of(message, "language", 2)
    if channel not in desk.ways.offered(whose.office.messages):
        raise Refused("channel_off")
    address = _address(desk, channel, message)
    desk.limits.spend(OF_ADDRESS)
    desk.limits.spend(OF_ONE, whose.secret)
    seal = desk.ways.sealer
    args = {
        "secret": whose.secret, "channel": channel, "sealed": seal.close(whose.office.key, address),
        "mark": seal.mark(whose.office.key, address),
        "language": language if language in LANGUAGES else LANGUAGES[0]}
    return _pressed(desk, whose, "tell", whose.tell, args)


def _address(desk: _Desk, channel: str, message: dict[str, Any]) -> str:
    if channel == "push":
        found = subscription(message.get("subscription"), desk.ways.private_push)
        if found is None:
            raise Refused("push_wrong")
        return found
    found = rules.address(channel, text_of(message, "address", rules.MOST_ADDRESS))
    if found is None:
        raise Refused("email_wrong" if channel == "email" else "phone_wrong")
    return found


def _leave(desk: _Desk, whose: _Whose, message: dict[str, Any]) -> Response:
    args = {"secret": whose.secret, "channel": text_of(message, "channel", 20)}
    return _pressed(desk, whose, "leave", whose.leave, args)


def _pressed(desk: _Desk, whose: _Whose, act: str, command: Callable[..., Any], args: dict[str, Any]) -> Response:
    return jsonify(desk.door.writer.press(Job(whose.office.key, whose.actor, f"{act}_messages", command, args)))
