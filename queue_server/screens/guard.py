"""The guard at every route: what roles.ROUTES says is done here, before any route's own code runs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
from flask import Flask, Request, current_app, g, request
from flask_socketio import SocketIO

from ..domain.errors import NotAllowed, NotFound, Refused
from ..store.people import Device, Person
from ..web import asked, cookie
from .acts import NUL
from .door import Door
from .limits import Limits, Rule
from .roles import ANYBODY, DEVICES, HOLDERS, PEOPLE, ROUTES, Line, Who, unruled

#: Tickets that do not exist, asked for from one address in a minute.
GUESSES = Rule("guess", 60)
#: A whole office's Wi-Fi is one address, so what is counted is the ticket: requests in a minute.
OF_A_TICKET = Rule("ticket", 120)


_BODY = "queue.body"


def body() -> dict[str, Any]:
    """The JSON object of the request; raises Refused("bad_request")."""
    here = asked()
    found: Any = here.environ.get(_BODY)
    if found is None:
        found = here.environ[_BODY] = _read(here)
    if not isinstance(found, dict):
        raise Refused("bad_request", field="body")
    return found


def _read(here: Request) -> Any:
    """The body as JSON; None: it is none. One of a length that is told is taken as it is: what Flask does besides, for
    forms and files and streams without an end, costs more than the whole guard."""
    told, kind = here.environ.get("CONTENT_LENGTH", ""), here.environ.get("CONTENT_TYPE", "")
    if not told.isdigit() or int(told) > current_app.config["MAX_CONTENT_LENGTH"] or kind != "application/json":
        with suppress(RecursionError):
            return here.get_json(silent=True)
        return None
    try:
        return orjson.loads(here.environ["wsgi.input"].read(int(told)))
    except (ValueError, RecursionError):  # no JSON; brackets within brackets within brackets
        return None


def text_of(message: dict[str, Any], name: str, most: int = 200) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > most or NUL in value:
        raise Refused("bad_request", field=name)
    return value


def session_token() -> str:
    """The token of the session: a browser's cookie, or a program's "Authorization: Bearer"."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else cookie("queue_session")


def own_secret() -> bytes:
    """The server's own, which all its processes share."""
    secret = current_app.secret_key
    assert isinstance(secret, bytes)
    return secret


def _from_our_own_pages(here: Request) -> bool:
    """A form of another site can send neither of these headers, and no GET changes anything."""
    return here.environ.get("HTTP_X_QUEUE") == "1" or "HTTP_AUTHORIZATION" in here.environ


def _could_be_a_name(path: str) -> bool:
    """Neither a file nor a row can be called by a NUL, and no file by more than 255 bytes."""
    return NUL not in path and all(len(part.encode("utf-8", "replace")) <= 255 for part in path.split("/"))


class Guard:
    """Leaves whom it let in for the route: ``g.person``, ``g.device`` or ``g.held`` (office, ticket)."""

    def __init__(self, door: Door, limits: Limits) -> None:
        self.door = door
        self.limits = limits

    def stand(self, app: Flask, socketio: SocketIO) -> None:
        """Takes its place; raises LookupError when a route or an event of the socket has no line in roles.py."""
        routes = [f"{method} {rule.rule}" for rule in app.url_map.iter_rules()
                  for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
        lacking = unruled(routes, socketio.server.handlers["/"])
        if lacking:
            raise LookupError(f"roles.py and the doors differ: {', '.join(lacking)}")
        app.before_request(self._ask)

    def _ask(self) -> None:
        here = asked()
        rule, method = here.url_rule, here.method
        if rule is None or method == "OPTIONS":
            return  # nothing is there, or nothing is asked
        if not _could_be_a_name(here.path) or b"%00" in here.query_string:
            raise NotFound("not_found")
        if method not in ("GET", "HEAD") and not _from_our_own_pages(here):
            raise NotAllowed("not_our_page")
        method = "GET" if method == "HEAD" else method
        self._let_in(ROUTES[f"{method} {rule.rule}"], here.view_args or {})

    def _let_in(self, line: Line, places: dict[str, Any]) -> None:
        if "secret" in places:
            g.held = self._held(places["secret"])
        if line.who in (ANYBODY, HOLDERS):
            return
        office = g.held[0] if "secret" in places else places.get("office") or text_of(body(), "office", 80)
        g.device = self._device(line.who & DEVICES, office)
        if g.device is not None:
            return
        if not line.who & PEOPLE:
            raise NotAllowed("not_paired")
        g.person = self._person(line.who, office)

    def _held(self, secret: str) -> tuple[str, Any]:
        """(office, ticket); only guessing counts for the address."""
        self.limits.check(GUESSES)
        found = self.door.ticket(secret)
        if found is None:
            self.limits.spend(GUESSES)
            raise NotFound("no_such_ticket")
        self.limits.spend(OF_A_TICKET, secret)
        return found

    def _device(self, who: frozenset[Who], office: str) -> Device | None:
        token = cookie("queue_device")
        found = (self.door.device(office, token, str(kind)) for kind in sorted(who))
        return next((device for device in found if device is not None), None)

    def _person(self, who: frozenset[Who], office: str) -> Person:
        person = self.door.person(office, session_token())
        if person is None:
            raise NotAllowed("not_signed_in")
        if not self.door.may(office, person.role, who):
            raise NotAllowed("not_allowed")
        return person
