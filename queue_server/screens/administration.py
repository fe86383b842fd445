"""The administration page's reading, and what is no press: checking an office, uploads, a test print, a sample.

Whatever changes something is an act (acts.py) and leaves an event; here only the uploaded file itself arrives.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ..clockwork import Clockwork
from ..commands import access
from ..domain.errors import NotFound, Refused
from ..forecasts.alarms import VERSION as MESSAGE_VERSION
from ..forecasts.alarms import Alarms
from ..icons import SERVICE_ICONS
from ..live import Live
from ..moment import wall_ms
from ..office_file import OfficeFileError, differences, document, missing_media, warnings, write
from ..paper.slips import Slips
from ..store import alerts, offices, passkeys, people, staff
from ..transaction import Actor, Recorded
from .before import Before, OfficeRefused, edited, read_text, said, version
from .door import Door
from .guard import body
from .limits import Limits, Rule
from .media_room import MediaRoom
from .voices import sample, sets

#: How many earlier versions are listed.
VERSIONS = 30
#: Differences shown at once; an office that is replaced as a whole has more than anybody reads.
MOST_DIFFERENCES = 400

UPLOADS, TEST_PRINTS, TEST_MESSAGES = Rule("upload", 60), Rule("test_print", 10), Rule("test_message", 10)


def blueprint(
    door: Door, live: Live, limits: Limits, slips: Slips, clockwork: Clockwork, alarms: Alarms
) -> Blueprint:
    """The routes below ``/admin/<office>/``."""
    bp = Blueprint("administration", __name__, url_prefix="/admin/<office>")
    room = MediaRoom(door)
    clockwork.hourly.append(room.tidy)

    @bp.get("/people")
    def listed(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_people, door, g.person.office_id)})

    @bp.get("/office")
    def configured(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_office, door, office), "phones_by": live.phones_by})

    @bp.get("/office.toml")
    def exported(office: str) -> Response:
        text = door.kit.blocking(_text, door, office)
        response = Response(text, mimetype="application/toml")
        response.headers["Content-Disposition"] = f'attachment; filename="{office}.toml"'
        return response

    @bp.get("/office/changes")
    def changes(office: str) -> Response:
        since, to = _number(request.args.get("since")), request.args.get("to")
        return jsonify({"ok": True, **door.kit.blocking(_changes, door, office, since, _number(to) if to else 0)})

    @bp.post("/office/check")
    def check(office: str) -> Response:
        here = Before(door.database, door.config.data, office, "", "")
        return jsonify({"ok": True, **door.kit.blocking(_checked, here, room, body())})

    @bp.get("/media")
    def media(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(room.listed, office)})

    @bp.post("/media")
    def upload(office: str) -> Response:
        limits.spend(UPLOADS)
        person = g.person
        return jsonify(room.take_in(office, Actor(person.role, f"person:{person.id}", person.id)))

    @bp.get("/webhook")
    def webhook(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_webhook, door, g.person.office_id)})

    @bp.post("/webhook")
    def try_webhook(office: str) -> Response:
        limits.spend(TEST_MESSAGES)
        told = alarms.send(office, {"version": MESSAGE_VERSION, "office": office, "code": "test", "at": wall_ms()},
                           pauses=())
        return jsonify({"ok": True, "told": told})

    @bp.get("/machine")
    def machine(office: str) -> Response:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        printer = {"setting": door.config.printer, "how": live.print_how, "state": live.printer}
        voices = door.kit.blocking(sets, door.config.data, snapshot.office)
        return jsonify({"ok": True, "printer": printer, "voices": voices})

    @bp.post("/printer")
    def test_print(office: str) -> Response:
        limits.spend(TEST_PRINTS)
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        return jsonify({"ok": True, "confirmed": slips.test(snapshot)})

    @bp.get("/voices/<name>/sample.wav")
    def heard(office: str, name: str) -> Response:
        snapshot = live.latest(office)
        sound = door.kit.blocking(sample, door.config.data, snapshot.office, name) if snapshot else None
        if sound is None:
            raise NotFound("not_found")
        return Response(sound, mimetype="audio/wav")

    def told(office: str, events: list[Recorded]) -> None:
        for event in events:
            if event.kind == "media_removed":
                door.kit.spawn(door.kit.blocking, room.delete, str(event.body["media"]))

    live.told.append(told)
    return bp


def _number(text: str | None) -> int:
    if not text or not text.isdigit() or len(text) > 9:
        raise Refused("bad_request", field="since")
    return int(text)


# --- in native threads -------------------------------------------------------------------------


def _people(door: Door, office_id: int) -> dict[str, Any]:
    with door.database.read() as c:
        sessions: dict[int, list[dict[str, int]]] = {}
        now, tick = wall_ms(), door.writer.clock.tick()
        for session in staff.sessions(c, office_id, tick, tick - access.IDLE_MS):
            used = now - (tick - session.used_tick)
            sessions.setdefault(session.person_id, []).append({"since": session.created_at, "used": used})
        found, keyed = people.people_of(c, office_id), passkeys.holders(c, office_id)
    return {"people": [
        {"id": p.id, "name": p.name, "shown_name": p.shown_name, "role": p.role, "active": bool(p.active),
         "second_factor": bool(p.totp_secret) or p.id in keyed, "sessions": sessions.get(p.id, [])} for p in found]}


def _office(door: Door, key: str) -> dict[str, Any]:
    with door.database.read() as c:
        head = offices.heads_of(c, [key])[0]
        office = offices.config(c, head.id, head.config_version)
        names = {f"person:{p.id}": p.shown_name for p in people.people_of(c, head.id)}
        history = [{"version": v.version, "at": v.at, "who": names.get(v.actor, "")}
                   for v in staff.versions(c, head.id, VERSIONS)]
    return {"version": head.config_version, "document": document(office), "text": write(office), "history": history,
            "icons": list(SERVICE_ICONS)}


def _text(door: Door, key: str) -> str:
    with door.database.read() as c:
        head = offices.heads_of(c, [key])[0]
        return write(offices.config(c, head.id, head.config_version))


def _changes(door: Door, key: str, since: int, to: int) -> dict[str, Any]:
    with door.database.read() as c:
        newest = to or offices.heads_of(c, [key])[0].config_version
    before, after = version(door.database, key, since), version(door.database, key, newest)
    found = differences(before, after)
    return {"version": newest, "total": len(found), "differences": _shown(found)}


def _shown(found: list[Any]) -> list[dict[str, str | None]]:
    return [{"path": d.path, "before": d.before, "after": d.after} for d in found[:MOST_DIFFERENCES]]


def _checked(here: Before, room: MediaRoom, message: dict[str, Any]) -> dict[str, Any]:
    """What would happen: nothing is changed. ``seen`` and either ``parts`` or ``text``, as the two acts take them."""
    seen, parts, text = message.get("seen"), message.get("parts"), message.get("text")
    if not isinstance(seen, int) or isinstance(seen, bool):
        raise Refused("bad_request", field="seen")
    if not isinstance(text, str) and not isinstance(parts, dict):
        raise Refused("bad_request", field="parts")
    with here.database.read() as c:
        head = offices.heads_of(c, [here.office])[0]
        now = offices.config(c, head.id, head.config_version)
    answer: dict[str, Any] = {"version": head.config_version, "problems": [], "warnings": [], "differences": []}
    try:
        prepared, _ = read_text(here, message) if isinstance(text, str) else edited(here, message)
    except OfficeRefused as refused:
        return {**answer, "problems": said(refused.problems)}
    except OfficeFileError as wrong:
        return {**answer, "problems": said(wrong.problems)}
    office = prepared["office"]
    there = [kept.name for kept in room.kept()]
    known = [*warnings(now), *missing_media(now, there)] if not isinstance(text, str) else []
    new = [w for w in (*warnings(office), *missing_media(office, there)) if w not in known]
    found = differences(now, office)
    return {**answer, "warnings": said(new), "total": len(found), "differences": _shown(found)}


def _webhook(door: Door, office_id: int) -> dict[str, Any]:
    with door.database.read() as c:
        found = alerts.webhook(c, office_id)
    if found is None:
        return {"url": "", "secret": "", "told_at": None, "told": ""}
    return {"url": found.url, "secret": found.secret, "told_at": found.told_at, "told": found.told}
