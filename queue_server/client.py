"""The public interface from the outside: kiosks, officers, boards and phones as programs.

The demo, the replay, the benchmarks and the tests drive a running server through this and nothing else.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

import requests
import socketio

Message = dict[str, Any]


class Refusal(Exception):
    """The server said no; ``code`` and ``facts`` as in the words files."""

    def __init__(self, answer: Message) -> None:
        super().__init__(answer.get("refused", "unknown"))
        self.code: str = answer.get("refused", "unknown")
        self.facts: Message = answer.get("facts", {})


class Site:
    """A browser's worth of cookies at one server, e.g. ``http://127.0.0.1:8080``."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.http = requests.Session()
        self.http.headers["X-Queue"] = "1"

    def post(self, path: str, message: Message | None = None) -> Message:
        """The answer; raises Refusal when it says no, ConnectionError when it is none (a proxy's page, say)."""
        answer = self.http.post(self.base + path, json=message or {}, timeout=30).json()
        if not isinstance(answer, dict):
            raise ConnectionError(f"{path} was answered with no answer of ours: {answer!r}")
        if not answer.get("ok"):
            raise Refusal(answer)
        return answer

    def get(self, path: str) -> Message:
        found: Message = self.http.get(self.base + path, timeout=30).json()
        return found


class Screen(Site):
    """A screen with a line: ``picture`` is its newest, ``seen`` wakes whoever waits for one."""

    #: The line's way: a websocket like our own pages; "polling" is Socket.IO's other one.
    transport = "websocket"

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.picture: Message = {}
        self.seen = threading.Condition()
        self.on_picture: Callable[[Message], None] | None = None
        self.line = socketio.Client(
            reconnection=True, reconnection_delay=0.5, reconnection_delay_max=0.5, handle_sigint=False,
            # The library sends a header with the first poll only; behind a proxy each must bring its cookies.
            http_session=self.http if self.transport == "polling" else None)
        self.line.on("picture", self._picture)

    def connect(self, auth: Message) -> None:
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        self.line.connect(
            self.base, headers={"Cookie": cookies}, auth=auth, transports=[self.transport], wait_timeout=10)

    def _picture(self, picture: Message) -> None:
        with self.seen:
            if picture["seq"] >= self.picture.get("seq", -1):
                self.picture = picture
            self.seen.notify_all()
        if self.on_picture is not None:
            self.on_picture(picture)

    def wait_for(self, what: Callable[[Message], Any], timeout: float = 30) -> Message:
        """The newest picture as soon as ``what`` is true of it; raises TimeoutError."""
        with self.seen:
            if not self.seen.wait_for(lambda: bool(self.picture) and what(self.picture), timeout):
                raise TimeoutError("no such picture came")
            return self.picture

    def close(self) -> None:
        self.line.disconnect()
        self.http.close()


class Kiosk(Site):
    """A paired kiosk; on a demo server's own machine pairing needs nobody."""

    def __init__(self, base: str, office: str) -> None:
        super().__init__(base)
        self.office = office
        self.hello = self.post("/hello", {"screen": "kiosk", "office": office})

    def take(self, service: str, priority: bool = False, key: str = "") -> Message:
        """The ticket."""
        answer = self.post(f"/office/{self.office}/tickets", {
            "key": key or secrets.token_hex(16), "service": service, "priority": priority, "language": "id"})
        ticket: Message = answer["ticket"]
        return ticket


class Phone(Screen):
    """A visitor's phone: takes a number, then follows it."""

    def __init__(self, base: str, office: str) -> None:
        super().__init__(base)
        self.office = office
        self.ticket: Message = {}
        self.order: list[str] = []
        self.line.on("line", self._line)

    def _line(self, message: Message) -> None:
        with self.seen:
            self.order = message["order"]
            self.seen.notify_all()

    def take(self, service: str, priority: bool = False) -> Message:
        answer = self.post(f"/office/{self.office}/tickets", {
            "key": secrets.token_hex(16), "service": service, "priority": priority, "language": "id"})
        self.ticket = answer["ticket"]
        return self.ticket

    def follow(self, secret: str = "") -> None:
        self.connect({"screen": "visitor", "ticket": secret or self.ticket["secret"]})


class Officer(Screen):
    """A signed-in officer at a console; ``room``: that of a room, with ``screen`` "room"."""

    def __init__(
        self, base: str, office: str, name: str, password: str, screen: str = "counter", room: str = ""
    ) -> None:
        super().__init__(base)
        self.office = office
        self.person = self.post("/sign-in", {"office": office, "name": name, "password": password})["person"]
        self.connect({"screen": screen, "office": office, "room": room})

    def press(self, act: str, key: str = "", **args: Any) -> Message:
        """The answer; raises Refusal when it says no, ConnectionError when the server was just ending this line (it
        says ("", 400) then: see ``crowd.Line.press``)."""
        answer = self.line.call("press", {"act": act, "key": key or secrets.token_hex(16), **args}, timeout=30)
        if not isinstance(answer, dict):
            raise ConnectionError(f"the line ended before {act} was answered: {answer!r}")
        if not answer.get("ok"):
            raise Refusal(answer)
        result: Message = answer
        return result


class Board(Screen):
    """A board that draws and speaks at once, and says so."""

    def __init__(self, base: str, office: str, board: str, sound: str = "running") -> None:
        super().__init__(base)
        self.office, self.board, self.sound = office, board, sound
        self.acknowledged: set[tuple[int, bool]] = set()
        self.hello = self.post("/hello", {"screen": "board", "office": office, "board": board})
        self.on_picture = self._shown
        self._open = True
        self.connect({"screen": "board", "office": office, "board": board})
        threading.Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        while self._open:
            if self.line.connected:
                self.line.emit("alive", {"sound": self.sound})
            threading.Event().wait(1.0)

    def _shown(self, picture: Message) -> None:
        spoken = bool(picture.get("speaker")) and self.sound == "running"
        new = [c["id"] for c in picture["calls"] if (c["id"], spoken) not in self.acknowledged]
        if new and self.line.connected:
            self.acknowledged.update((i, spoken) for i in new)
            self.line.emit("shown", {"calls": [{"id": i, "drawn": True, "spoken": spoken} for i in new]})

    def close(self) -> None:
        self._open = False
        super().close()
