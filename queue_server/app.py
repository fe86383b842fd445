"""create_app(): the one place where the parts are plugged together, readable as a table of contents."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, jsonify, render_template, request
from flask_socketio import SocketIO
from jinja2 import FileSystemLoader
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from . import opening, quick_json
from .bookings import Bookings
from .clockwork import Clockwork
from .commands import messages as telling
from .config import Config
from .database import Database
from .domain.errors import Busy, Refused
from .forecasts.alarms import Alarms
from .forecasts.part import Forecasts
from .hints import Hints
from .kit import Kit
from .live import Live
from .messages.part import Outbox, Ways
from .metrics import Metrics
from .openness import Openness
from .paper.slips import Slips
from .proxies import Proxies
from .reports import BoardReports
from .room_clock import RoomClock
from .screens import (
    administration,
    api,
    booking,
    cases,
    complaints,
    evidence,
    families,
    family,
    health,
    helper,
    installable,
    media,
    messages,
    pages,
    passkeys,
    privacy,
    public,
    reporting,
    requests,
    reservations,
    reserve,
    rooms,
    sockets,
    spoken,
    supervision,
)
from .screens.door import Door, status_of
from .screens.entrance import Entrance
from .screens.guard import Guard
from .screens.limits import Limits
from .screens.packets import JsonPacket
from .screens.presence import Presence
from .sessions import SessionsInUse
from .sounds_tool.sets import voice_of
from .transaction import Line, Writer
from .turnstile import Turnstile
from .web import HOST, Web

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 256 * 1024


@dataclass
class House:
    """The running parts, for whoever starts the server."""

    app: Flask
    socketio: SocketIO
    database: Database
    writer: Writer
    live: Live
    kit: Kit

    def finish(self) -> None:
        """Lets the presses under way be answered; anything later was never run."""
        self.writer.close()
        self.kit.sleep(0.3)


def create_app(config: Config, kit: Kit, line: Line | None = None) -> House:
    """The application for one process; the database must exist and be of this release's schema. ``line``: to the
    process that writes for it."""
    app = Web(__name__)
    app.json = quick_json.WebJson(app)
    app.jinja_loader = FileSystemLoader(ROOT)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES)
    app.secret_key = opening.secret(config.data)
    app.wsgi_app = app.extensions["turnstile"] = Turnstile(app.wsgi_app)  # type: ignore[method-assign]

    socketio = SocketIO(
        app, async_mode=kit.name, max_http_buffer_size=MOST_BYTES,
        ping_interval=20, ping_timeout=20, logger=False, engineio_logger=False, serializer=JsonPacket,
        json=quick_json,
    )
    if config.proxies:  # around the lines too: what a screen is asked on its way in stays with it
        app.wsgi_app = Proxies(app.wsgi_app, config.proxies, config.proxy_addresses)  # type: ignore[method-assign]
    database = Database(config.database_url)
    clock = kit.blocking(opening.clock, database)
    writer = Writer(database, clock, kit, line=line)
    live = Live(socketio, database, clock, kit)
    writer.published = live.published
    if config.redis_url:
        hints = Hints(config.redis_url, app.secret_key, kit, live.hinted)
        live.alone, live.hint = False, hints.tell
        hints.start()
    alarms = Alarms(database, writer, kit)
    forecasts = Forecasts(config, database, clock, kit, alarms)
    forecasts.foresee, live.outlook_of = writer.foresee, forecasts.outlook
    live.told.append(forecasts.happened)
    reports = BoardReports(live, database, writer, kit)
    door = Door(config, database, kit, writer)
    slips = Slips(config, live, writer, kit)
    live.words_of = lambda office: voice_of(config.data, office.voice_set, office.languages).words
    live.phones_by = "internet" if config.public_url else "wifi" if config.wifi_url else ""
    live.print_how = "escpos" if slips.escpos else (config.printer or "none")
    sessions = SessionsInUse(live, writer, kit)
    door.on_session = sessions.seen
    clockwork = Clockwork(database, writer, kit)
    room_clock = RoomClock(database, writer, kit)
    writer.happened, ways = telling.happened, Ways(config)
    outbox = Outbox(database, writer, kit, ways)

    app.register_blueprint(pages.blueprint(door, live))
    limits = Limits()
    house = Entrance(door, limits, Presence(door, live), slips.printed)
    app.register_blueprint(requests.blueprint(house, live))
    app.register_blueprint(passkeys.blueprint(door))
    app.register_blueprint(reserve.blueprint(door, live))
    app.register_blueprint(rooms.blueprint(door, live))
    app.register_blueprint(helper.blueprint(house, live))
    app.register_blueprint(spoken.blueprint(door))
    app.register_blueprint(media.blueprint(config, door, live))
    app.register_blueprint(complaints.blueprint(door, live, limits))
    app.register_blueprint(booking.blueprint(house, live, Bookings(database, kit)))
    app.register_blueprint(reservations.blueprint(door, live))
    app.register_blueprint(messages.blueprint(house, live, ways))
    app.register_blueprint(installable.blueprint(door, live))
    app.context_processor(lambda: {"installable": installable.installable(door)})
    app.register_blueprint(family.blueprint(door, live, limits))
    app.register_blueprint(families.blueprint(door, live))
    app.register_blueprint(privacy.blueprint(live))
    app.register_blueprint(cases.blueprint(door, live, limits))
    openness = Openness(live, database, kit)
    live.kept_today = openness.on_boards
    app.register_blueprint(public.blueprint(openness))
    app.register_blueprint(supervision.blueprint(door, live, clockwork))
    app.register_blueprint(reporting.blueprint(door, live))
    app.register_blueprint(evidence.verifier_route(door))
    app.register_blueprint(administration.blueprint(door, live, limits, slips, clockwork, alarms))
    metrics = Metrics(live, writer, database, kit)
    door.on_press, reports.on_drawn = metrics.note_press, metrics.note_drawn
    live.told.append(metrics.note_events)
    app.register_blueprint(health.blueprint(config, door, metrics))
    app.register_blueprint(api.blueprint(house, live))
    sockets.register(socketio, door, live, reports)
    Guard(door, limits).stand(app, socketio)
    _answers(app, database)
    _headers(app)

    for part in (writer, live, reports, slips, sessions, clockwork, room_clock, outbox, openness, forecasts):
        part.start()
    return House(app, socketio, database, writer, live, kit)


def _answers(app: Flask, database: Database) -> None:
    """One translator from errors to answers: nobody ever sees a stack trace."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response | str, int]:
        status = status_of(error)
        return (_missing(), 404) if status == 404 and _typed() else (jsonify(error.as_answer()), status)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response | str, int]:
        codes = {404: "not_found", 405: "not_found", 413: "too_large", 429: "too_many_requests"}
        code = error.code or 500
        if code == 404 and _typed():
            return _missing(), 404
        return jsonify(Refused(codes.get(code, "bad_request" if code < 500 else "failed")).as_answer()), code

    @app.errorhandler(Exception)
    def failed(error: Exception) -> tuple[Response | str, int]:
        if database.passing(error):  # a line for each who asks, not a page: all of them ask again until it is back
            logger.warning("the database is away: %s", request.endpoint)
            return refused(Busy("busy"))
        logger.exception("a request failed: %s", request.endpoint)
        return jsonify(Refused("failed").as_answer()), 500


def _typed() -> bool:
    """Whether somebody typed the address, or followed a link to it: no script asks for HTML."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _missing() -> str:
    """A sentence and the way to the list of screens."""
    return render_template("common/missing.html", words=pages.words_of("common"), key="refused.not_found")


def _policy() -> str:
    host = request.host if HOST.match(request.host) else "localhost"
    return (
        f"default-src 'self'; connect-src 'self' ws://{host} wss://{host}; img-src 'self' data: blob:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


#: In every answer; what it says of these by itself stands.
ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"))


def _headers(app: Flask) -> None:
    """Security headers; Chromium 69 refuses 'self' for websockets, so their origin is named (decisions 27)."""

    said = (0, "")

    def dated() -> str:
        """The second, spelled once for all answers that leave in it."""
        nonlocal said
        second = int(time.time())
        if second != said[0]:
            said = second, http_date(second)
        return said[1]

    @app.after_request
    def headers(response: Response) -> Response:
        lines = response.headers
        found = {name.lower(): value for name, value in lines}
        if found.get("content-type", "").startswith("text/html"):
            # Only a page runs scripts, and every byte counts on a slow phone.
            lines["Content-Security-Policy"] = _policy()
            lines["X-Frame-Options"] = "DENY"  # for what is too old for frame-ancestors
        for name, value in ALWAYS:
            if name.lower() not in found:
                lines.add(name, value)
        lines.add("Date", dated())
        return response
