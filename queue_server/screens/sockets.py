"""The socket's door: who connects, to which room, and what they send."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

from ..live import Live, Screen
from ..reports import BoardReports
from ..transaction import Actor, Recorded
from ..web import cookie
from .acts import NUL
from .door import Door, digest
from .roles import EVENTS, SCREENS

#: Kinds of screens that hear the beat.
BEATS = frozenset({"board", "counter", "kiosk", "room", "supervisor", "unit"})
#: Events after which a screen is let in no more -> whose, by the key of the event's body.
CLOSES = {"device_revoked": "device", "password_reset": "person", "sessions_ended": "person",
          "person_deactivated": "person", "role_changed": "person"}
#: So long a line stays open after its screen was shown out.
LAST_WORDS_S = 1.0
#: Events after which people and devices are asked for anew, and no longer remembered.
FORGETS = frozenset({
    *CLOSES, "second_factor_set", "second_factor_dropped", "passkey_added", "passkey_dropped", "person_renamed",
    "person_activated", "device_paired", "device_changed"})


def register(socketio: SocketIO, door: Door, live: Live, reports: BoardReports) -> None:
    """Connects the events of the socket with the door."""

    def _sender(event: str) -> Screen | None:
        """The screen that sends, when it is one that may send this."""
        screen = live.screens.get(_sid())
        return screen if screen is not None and screen.kind in EVENTS[event][0] else None

    @socketio.on("connect")
    def connect(auth: Any = None) -> None:
        try:
            _enter(_papers(auth))
        except ConnectionRefusedError:
            raise
        except Exception as problem:
            door.fault("a screen could not be let in", problem)
            _leave()
            # Without an answer it would wait for ever on an open line, and a refusal would tell it that it has no
            # business here. Its line ends, as in any break.
            server = socketio.server
            server.eio.disconnect(server.manager.eio_sid_from_sid(_sid(), "/"))
            raise ConnectionRefusedError() from None

    def _enter(auth: dict[str, Any]) -> None:
        screen = _recognise(door, auth)
        if screen is None:
            raise ConnectionRefusedError("not_allowed", {"refused": "not_allowed"})
        # The request lives as long as its line; a second copy of its head does not have to.
        request.environ.pop("headers_raw", None)
        sid = _sid()
        if screen.room != sid:
            join_room(screen.room)
        if screen.kind in BEATS:
            join_room(f"beat:{screen.office}")
        if screen.kind == "visitor":
            join_room(f"line:{screen.office}:{screen.service}")
        live.screens[sid] = screen
        if screen.kind == "board":
            reports.alive(screen, "starting")
        _show(live, screen, sid)

    @socketio.on("disconnect")
    def disconnect(*_reason: Any) -> None:
        _leave()

    def _leave() -> None:
        screen = live.screens.pop(_sid(), None)
        if screen is not None and screen.kind == "board":
            reports.gone(screen)
        # Whoever left, or sent what no screen sends (packets.py), does not keep the connection below it either.
        below = socketio.server.manager.eio_sid_from_sid(_sid(), "/")
        if below is not None:
            socketio.start_background_task(socketio.server.eio.disconnect, below)

    @socketio.on("look")
    def look(*_message: Any) -> None:
        screen = _sender("look")
        if screen is not None:
            _show(live, screen, _sid())

    @socketio.on("press")
    def press(message: Any = None, *_more: Any) -> dict[str, Any]:
        screen = _sender("press")
        try:
            actor = _actor(door, screen) if screen is not None else None
        except Exception as problem:
            return door.fault("who presses could not be read", problem).as_answer()
        if screen is None or actor is None:
            return {"ok": False, "refused": "not_allowed", "facts": {}}
        return door.press(screen.office, actor, message)

    @socketio.on("alive")
    def alive(message: Any = None, *_more: Any) -> None:
        screen = _sender("alive")
        if screen is not None:
            sound = message.get("sound") if isinstance(message, dict) else None
            reports.alive(screen, sound if sound in ("running", "blocked", "none") else "none")

    @socketio.on("shown")
    def shown(message: Any = None, *_more: Any) -> None:
        screen = _sender("shown")
        if screen is not None and isinstance(message, dict):
            reports.shown(screen, message.get("calls"))

    def gone(office: str, events: list[Recorded]) -> None:
        """Whose door was closed leaves at once."""
        if any(event.kind in FORGETS for event in events):
            door.forget()
        for event in events:
            if event.kind in CLOSES:
                _close(office, event)
            elif event.kind == "device_changed":
                _move(office, event)

    def _close(office: str, event: Recorded) -> None:
        whose = CLOSES[event.kind]
        for sid, screen in list(live.screens.items()):
            known = screen.device_id if whose == "device" else screen.person_id
            if screen.office == office and known and known == event.body.get(whose):
                live.screens.pop(sid, None)
                # Out of its rooms as well: what is just being drawn for them is not for whoever was shown out.
                for room in set(socketio.server.rooms(sid)) - {sid}:
                    socketio.server.leave_room(sid, room)
                socketio.emit("gone", {"reason": "revoked"}, to=sid)
                socketio.start_background_task(_end, sid)

    def _end(sid: str) -> None:
        """A little later: the press that showed somebody out may have been their own, and is answered first."""
        socketio.sleep(LAST_WORDS_S)
        socketio.server.disconnect(sid)

    def _move(office: str, event: Recorded) -> None:
        """The device's next picture is that of its new place."""
        for screen in live.screens.values():
            if screen.office == office and screen.device_id == event.body["device"] and screen.kind == "board":
                screen.place = f"{event.body['hall']}/{event.body['board']}"

    live.told.append(gone)
    take = socketio.server.eio.handlers["message"]

    def message(line: str, packet: Any) -> None:
        """What was still under way when its line ended is nobody's."""
        if line in socketio.server.environ:
            take(line, packet)

    socketio.server.eio.on("message", message)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _show(live: Live, screen: Screen, sid: str) -> None:
    snapshot = live.latest(screen.office)
    if snapshot is None:
        return
    if screen.kind == "visitor":
        picture = live.ticket_picture(screen.secret, snapshot)
    else:
        picture = live.picture(snapshot, screen)
    live.socketio.emit("picture", picture, to=sid)


def _papers(auth: Any) -> dict[str, str]:
    """The papers among what a connection brings: texts."""
    given = auth if isinstance(auth, dict) else {}
    return {name: text for name, text in given.items() if isinstance(text, str) and NUL not in text}


def _recognise(door: Door, auth: dict[str, Any]) -> Screen | None:
    """The screen that the connection's papers make it; None: not let in."""
    kind, office = auth.get("screen"), str(auth.get("office") or "")
    if kind == "visitor":
        found = door.ticket(str(auth.get("ticket") or ""))
        if found is None:
            return None
        office, ticket = found
        # Its room is the line's own: a thousand rooms of one would have to be searched whenever a line ends.
        return Screen(
            "visitor", office, _sid(), ticket_id=ticket.id, service=ticket.service, secret=ticket.secret)
    if kind in ("board", "kiosk", "unit"):
        token = str(auth.get("device") or cookie("queue_device"))
        device = door.device(office, token, str(kind))
        if device is None:
            return None
        room = {"board": f"board:{office}:{device.id}", "unit": f"unit:{office}{device.board}"}.get(
            str(kind), f"kiosk:{office}")
        return Screen(str(kind), office, room, device_id=device.id, place=device.board)
    if kind in ("counter", "room", "supervisor"):
        token = str(auth.get("session") or cookie("queue_session"))
        person = door.person(office, token)
        if person is None or person.role not in SCREENS[kind]:
            return None
        place = str(auth.get("room") or "") if kind == "room" else person.role
        room = {"counter": f"counter:{office}:{person.id}", "room": f"room:{office}:{person.id}:{place}"}.get(
            str(kind), f"supervisor:{office}")
        return Screen(str(kind), office, room, person_id=person.id, token_hash=digest(token), place=place)
    return None


def _actor(door: Door, screen: Screen) -> Actor | None:
    """Who presses, asked anew: a session that ended presses nothing."""
    person = door.by_token(screen.office, screen.token_hash)
    return None if person is None else Actor(person.role, f"person:{person.id}", person.id)
