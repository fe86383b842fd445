"""The kiosk's page on the kiosk's own PC: the server's pictures while there is a server, its own when not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, send_from_directory
from flask_socketio import ConnectionRefusedError, SocketIO
from jinja2 import FileSystemLoader
from werkzeug.exceptions import HTTPException

from ..domain.errors import Refused
from ..moment import wall_ms
from ..screens.door import key_of, status_of
from ..screens.pages import FILES, FOLDERS, ROOT, TOGETHER, words_of
from ..theme import theme_css
from .alone import Alone
from .link import Away, Link
from .papers import Papers
from .shelf import Number, Shelf

logger = logging.getLogger(__name__)

BEAT_S = 1.0
#: While the server is away the picture is drawn anew so often: hours begin and end.
REDRAW_S = 5.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST_BYTES = 64 * 1024


class Agent:
    """What the page asks for, answered by the server or, while it is away, from what this PC knows."""

    def __init__(self, shelf: Shelf, alone: Alone, link: Link, papers: Papers) -> None:
        self.shelf, self.alone, self.link, self.papers = shelf, alone, link, papers
        self.seq = 0  # of the page's pictures: grows when something changed

    # --- pictures ------------------------------------------------------------------------------------

    def picture(self) -> dict[str, Any] | None:
        """The door as the page draws it, numbered here; None while nothing is known of the office."""
        known = self.alone.known()
        if self.link.up and self.link.picture:
            found = dict(self.link.picture)
        elif known is not None:
            found = self.alone.picture(known)
        else:
            return None
        return {**found, "seq": self.seq, **self._printing()}

    def _printing(self) -> dict[str, Any]:
        if self.papers.here:
            return {"print": "escpos", "printer": str(self.papers.state)}
        if self.papers.setting == "browser":
            return {"print": "browser", "printer": "none"}
        served = self.link.heard if self.link.up else {}
        return {"print": served.get("print", "none"), "printer": served.get("printer", "none")}

    # --- a number ------------------------------------------------------------------------------------

    def take(self, message: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """(answer, status). One touch is one number, whoever gives it: what this kiosk gave stays what it gave."""
        key = key_of(message)
        mine = self.shelf.by_key(key)
        if mine is not None:
            return self._given(mine)
        asked = self.link.up
        if asked:
            try:
                answer, status = self._ask_server(key, message)
            except Away:
                pass
            else:
                if answer.get("refused") != "failed":
                    return answer, status
                logger.warning("the server could not give a number (is its disk full?)")
        number, new = self.alone.issue(message, asked, "waiting" if self.papers.here else "")
        if new:
            logger.info("%s%03d of %s was given from the reserve", number.prefix, number.number, number.service)
        return self._given(number)

    def _ask_server(self, key: str, message: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return self._served("tickets", self.link.wish(
            key, str(message.get("service")), message.get("priority") is True, str(message.get("language") or "id")))

    def check_in(self, message: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """A reservation's code; only the server knows what it is worth. Raises Away."""
        if not self.link.up:
            raise Away
        return self._served("check-in", {
            "key": key_of(message), "code": str(message.get("code") or ""),
            "printer": self.shelf.kept("prints")})

    def _served(self, what: str, message: dict[str, Any]) -> tuple[dict[str, Any], int]:
        answer = self.link.ask("POST", f"/office/{self.link.office}/{what}", message)
        try:
            found = answer.json()
        except ValueError as error:
            raise Away from error  # no page of ours: something else answers at this address
        if found.get("ok") and self.papers.here:
            self.papers.print_served(found["ticket"])
        return found, answer.status_code

    def _given(self, number: Number) -> tuple[dict[str, Any], int]:
        if number.paper == "waiting":
            self.papers.print_reserve(number)
        return {"ok": True, "ticket": self.alone.ticket(number)}, 200

    def mine(self, secret: str) -> Number | None:
        """A number that this kiosk gave and that the server does not know yet."""
        number = self.shelf.by_secret(secret)
        return number if number is not None and number.handed_in_at is None else None

    def paper(self, secret: str, state: str) -> dict[str, Any] | None:
        """What the visitor said of the paper; None: it is a matter for the server."""
        number = self.mine(secret)
        if state == "reprint" and number is not None and self.papers.here:
            self.shelf.set_paper(number.key, "waiting", wall_ms())
            self.papers.print_reserve(number)
        elif state == "reprint":
            return {"ok": True} if self.papers.again(secret) else None
        elif number is None:
            return None
        elif state in ("printed", "kept") and number.paper != "void":
            self.shelf.set_paper(number.key, state, wall_ms())
        return {"ok": True}


def create_app(agent: Agent) -> tuple[Flask, SocketIO]:
    """The application of one kiosk; only this PC may ask it."""
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = FileSystemLoader(ROOT)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES)
    socketio = SocketIO(app, async_mode="threading", ping_interval=20, ping_timeout=20, logger=False)
    _guards(app)
    _files(app, agent)
    _doors(app, agent)
    _families(app, agent)
    _line(socketio, agent)
    return app, socketio


def _guards(app: Flask) -> None:
    @app.before_request
    def from_this_pc() -> None:
        # A page of the internet that this PC's browser shows could ask for "localhost" under a name of its own.
        if request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK:
            abort(403)
        if request.method == "POST" and request.headers.get("X-Queue") != "1":
            abort(403)

    @app.after_request
    def headers(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = (
                f"default-src 'self'; connect-src 'self' ws://{request.host}; img-src 'self' data:; object-src 'none'; "
                "base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(error.as_answer()), status_of(error)

    @app.errorhandler(Away)
    def away(_error: Away) -> tuple[Response, int]:
        return jsonify(Refused("busy").as_answer()), 503

    @app.errorhandler(Exception)
    def failed(error: Exception) -> tuple[Response, int]:
        if isinstance(error, HTTPException):
            return jsonify(Refused("not_found").as_answer()), error.code or 500
        logger.exception("a request failed")
        return jsonify(Refused("failed").as_answer()), 500


def _files(app: Flask, agent: Agent) -> None:
    office = agent.link.office

    @app.get("/")
    def index() -> Any:
        return redirect(f"/kiosk/{office}")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.get(f"/kiosk/{office}")
    def kiosk() -> str:
        return render_template("kiosk/kiosk.html", office=office)

    @app.get("/web/<folder>/<path:name>")
    def web(folder: str, name: str) -> Response:
        if folder not in FOLDERS or not name.endswith(tuple(FILES)):
            abort(404)
        if f"{folder}/{name}" in TOGETHER:
            return _through(agent)
        return send_from_directory(ROOT / folder, name, max_age=0)

    @app.get("/lib/<path:name>")
    def lib(name: str) -> Response:
        return send_from_directory(ROOT / "build" / "web", name, max_age=3600)

    @app.get("/words/kiosk.json")
    def words() -> Response:
        known = agent.alone.known()
        found = {language: dict(both) for language, both in words_of("kiosk").items()}
        for key, both in (known.office.words if known else {}).items():
            for language, text in both.items():
                found.setdefault(language, {})[key] = text
        return jsonify(found)

    @app.get(f"/office/{office}/theme.css")
    def theme() -> Response:
        known = agent.alone.known()
        return Response(theme_css(known.office) if known else "", mimetype="text/css")

    @app.get(f"/voice/{office}/<path:name>")
    def voice(name: str) -> Response:
        return _through(agent)

    @app.get(f"/office/{office}/door-code.svg")
    def door_code() -> Response:
        return _through(agent)

    @app.get("/t/<secret>/qr.svg")
    def qr(secret: str) -> Response:
        return _through(agent)


def _doors(app: Flask, agent: Agent) -> None:
    @app.post("/hello")
    def hello() -> Response:
        if agent.link.paired:
            return jsonify({"ok": True, "paired": True})
        return jsonify({"ok": True, "paired": False, "code": agent.link.code or None})

    @app.post(f"/office/{agent.link.office}/tickets")
    def tickets() -> tuple[Response, int]:
        answer, status = agent.take(_body())
        return jsonify(answer), status

    @app.post(f"/office/{agent.link.office}/check-in")
    def check_in() -> tuple[Response, int]:
        answer, status = agent.check_in(_body())
        return jsonify(answer), status

    @app.get("/t/<secret>/picture")
    def picture(secret: str) -> Response:
        number, known = agent.mine(secret), agent.alone.known()
        if number is not None and known is not None:
            return jsonify(agent.alone.ticket_picture(number, known))
        return _through(agent)

    @app.post("/t/<secret>/paper")
    def paper(secret: str) -> Response:
        message = _body()
        answer = agent.paper(secret, str(message.get("state")))
        return _through(agent, message) if answer is None else jsonify(answer)


def _families(app: Flask, agent: Agent) -> None:
    """Family self-service is the server's: this PC passes it on and keeps nothing of it."""
    office = agent.link.office

    @app.get(f"/family/{office}")
    def family() -> Response:
        return _through(agent)

    @app.get("/words/family.json")
    def family_words() -> Response:
        return _through(agent)

    @app.post(f"/office/{office}/family/look")
    def look() -> Response:
        return _through(agent, _body())


def _body() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise Refused("bad_request", field="body")
    return found


def _through(agent: Agent, message: dict[str, Any] | None = None) -> Response:
    """What the server says to the same request."""
    if not agent.link.up:
        raise Away
    answer = agent.link.ask(request.method, request.full_path.rstrip("?"), message)
    return Response(answer.content, status=answer.status_code, content_type=answer.headers.get("Content-Type"))


def _line(socketio: SocketIO, agent: Agent) -> None:
    """The page's line: it is up as long as this program runs, whether or not the server does."""

    def show(to: str | None = None) -> None:
        picture = agent.picture()
        if picture is not None:
            socketio.emit("picture", picture, to=to)

    @socketio.on("connect")
    def connect(auth: Any = None) -> None:
        if not agent.link.paired:
            raise ConnectionRefusedError("not_paired", {"refused": "not_paired"})
        show(str(request.sid))  # type: ignore[attr-defined]

    @socketio.on("look")
    def look(_message: Any = None) -> None:
        show(str(request.sid))  # type: ignore[attr-defined]

    changed = threading.Event()
    agent.link.changed = changed.set
    threading.Thread(target=_beats, args=(socketio, agent, changed, show), daemon=True).start()


def _beats(socketio: SocketIO, agent: Agent, changed: threading.Event, show: Callable[[], None]) -> None:
    drawn = 0.0
    while True:
        news = changed.wait(BEAT_S)
        changed.clear()
        try:
            agent.papers.settle()
            if not agent.link.paired:
                socketio.emit("gone", {"reason": "revoked"})
            elif news or (not agent.link.up and time.monotonic() - drawn > REDRAW_S):
                drawn = time.monotonic()
                agent.seq += 1
                show()
            socketio.emit("beat", {"at": wall_ms(), "seq": agent.seq})
        except Exception:
            logger.exception("a picture could not be drawn")
