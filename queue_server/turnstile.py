"""Load beyond capacity is refused early, so that what is let in is answered as quickly as ever.

A queue in front of a server does two things: a short one takes up a burst (two hundred phones in the same second at
eight o'clock), a standing one only makes everybody wait. So the measure is time, not length: requests that never
became fewer than ``FEW`` for ``STANDING_S`` are a standing queue, and from then on no more than ``KEPT`` are inside at
once, until nobody had to be sent away for ``CALM_S``. (K. Nichols, V. Jacobson, "Controlling Queue Delay", ACM Queue
10(5), 2012; B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015.) Whoever is sent away is told within a fraction of
what an answer costs, and every screen asks again by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from . import quick_json
from .domain.errors import Busy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: As many requests inside at once are nothing: a morning's officers sign in together, a page asks for some at a time.
FEW = 32
#: As many are inside once a standing queue is cut: enough to keep the server at work, and hardly one waits for another.
KEPT = 8
STANDING_S = 0.5
CALM_S = 2.0
#: However short the burst, more than this are never inside: their answers would come after their time-out.
MOST = 2_000
#: Whoever watches over the server is answered first when it is full.
ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
#: Places in a session are wanted in one second by nature, and "full" is a short answer: those who press for one have
#: an entrance of their own, as wide as this, and are not counted among the others.
FOR_A_PLACE, MOST_FOR_A_PLACE = "/reservations", 400
#: For whoever typed the address: both languages, and it asks again by itself.
PAGE = Path(__file__).resolve().parents[1] / "common" / "full.html"


#: Lines of screens do not pass here.
LINES = "/socket.io/"
STATUS = "503 SERVICE UNAVAILABLE"


def _lines(kind: str, told: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Type", kind), ("Content-Length", str(len(told))), ("Retry-After", "1"),
        ("Cache-Control", "no-store"), ("Content-Security-Policy", "default-src 'none'"),
        ("X-Content-Type-Options", "nosniff")]


class Turnstile:
    """Wraps a WSGI application. Lines of screens (Socket.IO) do not pass here: officers go on calling."""

    def __init__(self, app: WSGIApplication, now: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self.inside = 0
        self.for_a_place = 0
        self._now = now
        self._lock = threading.Lock()
        self._crowded_since: float | None = None
        self._full_until = 0.0
        self._answer = quick_json.dumps(Busy("busy").as_answer()).encode()
        self._page = PAGE.read_bytes()
        lines = "".join(f"{name}: {value}\r\n" for name, value in _lines("application/json", self._answer))
        self._whole = f"HTTP/1.1 {STATUS}\r\n{lines}\r\n".encode() + self._answer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for_a_place = environ.get("REQUEST_METHOD") == "POST" and path.endswith(FOR_A_PLACE)
        if not (self._enter_for_a_place() if for_a_place else self._enter(path)):
            return self._sent_away("text/html" in environ.get("HTTP_ACCEPT", ""), start_response)
        try:
            return self.app(environ, start_response)
        finally:
            self._leave(for_a_place)

    def turned_away(self, method: str, path: str) -> bytes | None:
        """For a server that has read no more than a request's head: the whole answer to whoever would be sent away,
        None to whoever may come in. In a crowd beyond all measure even saying no must cost next to nothing."""
        if path.startswith(LINES):
            return None
        if method == "POST" and path.endswith(FOR_A_PLACE):
            full = self.for_a_place >= MOST_FOR_A_PLACE
        else:
            with self._lock:
                full = not self._room(path)
        return self._whole if full else None

    def _sent_away(self, typed: bool, start_response: StartResponse) -> list[bytes]:
        told, kind = (self._page, "text/html; charset=utf-8") if typed else (self._answer, "application/json")
        start_response(STATUS, _lines(kind, told))
        return [told]

    def _enter(self, path: str) -> bool:
        with self._lock:
            if not self._room(path):
                return False
            self.inside += 1
            return True

    def _enter_for_a_place(self) -> bool:
        with self._lock:
            if self.for_a_place >= MOST_FOR_A_PLACE:
                return False
            self.for_a_place += 1
            return True

    def _leave(self, for_a_place: bool) -> None:
        with self._lock:
            if for_a_place:
                self.for_a_place -= 1
                return
            self.inside -= 1
            if self.inside < FEW:
                self._crowded_since = None

    def _room(self, path: str) -> bool:
        if self.inside < KEPT or path in ALWAYS:
            return True
        now = self._now()
        if now < self._full_until:
            self._full_until = now + CALM_S
            return False
        if self.inside < FEW:
            return True
        if self._crowded_since is None:
            self._crowded_since = now
        if now - self._crowded_since >= STANDING_S:
            self._full_until = now + CALM_S
            return False
        return self.inside < MOST
