"""The kiosk's way to its server: requests with a short patience, the line for pictures, and handing numbers in."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
import socketio

from ..moment import BOOT_ID, boot_ns, wall_ms
from .alone import Alone
from .shelf import Number, Shelf

logger = logging.getLogger(__name__)

#: A server that has not answered by then is away, seconds.
PATIENCE_S = 1.5
#: How often a server that is away is asked whether it is back, and one that is there what is new, seconds.
BACK_S = 1.0
NEWS_S = 5.0
BEAT_LOST_S = 3.0
PAIRING_S = 3.0
#: Clocks that differ by more are said on the screen of whoever started the kiosk, ms.
CLOCK_ERROR_MS = 5_000
#: Answers of a proxy whose server is not there.
NOBODY_THERE = frozenset({502, 504})

Message = dict[str, Any]


class Away(Exception):
    """The server did not answer; nobody knows whether it did what was asked."""


class Link:
    """One kiosk's connection to its server. ``up`` says whether the server answers; ``changed`` is told of it."""

    def __init__(self, base: str, office: str, kiosk: str, shelf: Shelf, alone: Alone) -> None:
        self.base = base.rstrip("/")
        self.office = office
        self.kiosk = kiosk
        self.shelf = shelf
        self.alone = alone
        self.paired = bool(shelf.kept("device"))
        self.up = self.paired                          # until it does not answer
        self.code = ""
        self.heard: Message = {}                       # the newest answer with what the server knows
        self.picture: Message = {}                     # the newest picture that it drew for this kiosk
        self.changed: Callable[[], None] = lambda: None
        self._local = threading.local()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._beat = 0.0
        self._declared = ""
        self._clock_told = False
        self._line = self._new_line()

    def start(self) -> None:
        for work in (self._watch, self._listen):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        self._wake.set()
        self._hang_up()

    # --- asking ----------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, message: Message | None = None) -> requests.Response:
        """The server's answer, whatever it says; raises Away, and from then on the server counts as away."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.headers["X-Queue"] = "1"
        token = self.shelf.kept("device")
        cookie = {"Cookie": f"queue_device={token}"} if token else {}
        try:
            answer: requests.Response = session.request(
                method, self.base + path, json=message, headers=cookie, timeout=PATIENCE_S)
        except requests.RequestException as error:
            self._is_away()
            raise Away from error
        if answer.status_code in NOBODY_THERE:
            self._is_away()
            raise Away
        return answer

    def post(self, path: str, message: Message) -> Message:
        """The JSON answer to a POST; raises Away (also for what is no JSON: something else answers there)."""
        try:
            found = self.ask("POST", path, message).json()
        except requests.exceptions.JSONDecodeError as error:
            raise Away from error
        if not isinstance(found, dict):
            raise Away
        return found

    def _is_away(self) -> None:
        if self.up:
            self.up = False
            logger.warning("the server does not answer; numbers come from the reserve")
            self.changed()
        self._wake.set()

    # --- watching --------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except Away:
                self._is_away()
            except Exception:
                logger.exception("the kiosk stumbled; it goes on")
            self._wake.clear()
            if not self._stop.is_set():
                self._wake.wait(PAIRING_S if not self.paired else NEWS_S if self.up else BACK_S)
                time.sleep(0.05)  # a server that drops every line at once is not asked in a tight loop

    def _look(self) -> None:
        """One look at the server: pairing, what is new, and whatever has to be handed in."""
        if not self.paired:
            self._introduce()
        if not self.paired:
            return
        answer = self.ask("GET", f"/office/{self.office}/reserve?version={self.shelf.kept('version')}")
        heard = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        if heard.get("refused") == "not_paired":
            self._unpaired()
            return
        if not heard.get("ok"):
            raise Away  # an older server, or something else at this address: nothing can be handed in there
        self.alone.learn(heard)
        self.heard = {name: heard[name] for name in ("print", "printer", "address")}
        self._compare_clocks(heard["at"])
        self._declare(heard)
        if not self.up:
            self.up = True
            logger.info("the server answers again")
            self.changed()
        self.hand_in()

    def _introduce(self) -> None:
        message = {"screen": "kiosk", "office": self.office, "board": self.kiosk}
        answer = self.ask("POST", "/hello", message)
        heard = answer.json()
        if heard.get("refused") == "no_such_kiosk":
            logger.warning("the office's file gives the kiosk %r no part of a reserve (reserved_for): "
                           "without the server it will give no numbers", self.kiosk)
            self.kiosk = ""
            return
        if not heard.get("ok"):
            logger.warning("the server refused this kiosk: %s", heard.get("refused"))
            return
        token = answer.cookies.get("queue_device")
        if token:
            self.shelf.keep("device", token)
        before = (self.paired, self.code)
        self.paired, self.code = bool(heard["paired"]), str(heard.get("code") or "")
        self.up = self.paired
        if before != (self.paired, self.code):
            logger.info("paired" if self.paired else f"not paired yet; the code is {self.code}")
            self.changed()

    def _unpaired(self) -> None:
        """A supervisor revoked this kiosk: it introduces itself again. Its numbers stay and are handed in later."""
        self.paired, self.up = False, False
        self.shelf.keep("device", "")
        self.changed()
        self._wake.set()

    def _compare_clocks(self, at: int) -> None:
        off = wall_ms() - at
        if abs(off) > CLOCK_ERROR_MS + NEWS_S * 1000 and not self._clock_told:
            self._clock_told = True
            logger.warning("this PC's clock is %d s off the server's: set it right, or times on paper will be wrong",
                           off // 1000)

    def _declare(self, heard: Message) -> None:
        """Once a day, and after each change of the office: the log says which numbers this kiosk holds."""
        key = f"declare-{heard['day']}-{heard['version']}"
        if heard["parts"] and key != self._declared:
            self.post(f"/office/{self.office}/reserve/declare", {"key": key, "day": heard["day"]})
            self._declared = key

    # --- handing in ------------------------------------------------------------------------------------

    def hand_in(self) -> None:
        """Every number that the server does not have, in order of issue; raises Away when it is gone again."""
        for number in self.shelf.to_hand_in():
            if not self._hand_in(number):
                return  # the server has too much to do, or revoked this kiosk: the next look tries again

    def _hand_in(self, number: Number) -> bool:
        """Under the touch's own key: if the server answered that touch after all, it says so now. False: not now."""
        answer = self.post(f"/office/{self.office}/reserve/numbers", self._handed(number, number.key, ""))
        if answer.get("refused") == "key_reused":
            unseen = self._unseen(number)
            again = hashlib.sha256(f"{number.key} instead".encode()).hexdigest()
            answer = self.post(f"/office/{self.office}/reserve/numbers", self._handed(number, again, unseen))
        if answer.get("ok"):
            self.shelf.handed_in(number.key, wall_ms())
            self.changed()
        elif answer.get("refused") in ("busy", "failed", "not_paired", "too_many_requests"):
            return False
        else:
            problem = str(answer.get("refused") or "unknown")
            logger.error("the server did not take %s %s%03d of %s: %s", number.service, number.prefix, number.number,
                         number.day, problem)
            self.shelf.not_taken(number.key, problem)
        return True

    def _unseen(self, number: Number) -> str:
        """The secret of the number that the server gave for the touch which this kiosk then answered itself."""
        given = self.post(f"/office/{self.office}/tickets", self.wish(
            number.key, number.service, bool(number.priority), number.language))
        return str(given["ticket"]["secret"]) if given.get("ok") else ""

    def wish(self, key: str, service: str, priority: bool, language: str) -> Message:
        """A visitor's touch, as it is sent to the server, the same every time."""
        return {"key": key, "service": service, "priority": priority, "language": language,
                "printer": self.shelf.kept("prints")}

    def _handed(self, number: Number, key: str, instead_of: str) -> Message:
        steady = number.boot == BOOT_ID
        age_ms = (boot_ns() - number.boot_ns) // 1_000_000 if steady else max(0, wall_ms() - number.issued_at)
        return {
            "key": key, "service": number.service, "number": number.number, "issued_at": number.issued_at,
            "age_ms": age_ms, "steady": steady, "priority": bool(number.priority), "language": number.language,
            "secret": number.secret, "paper": number.paper, "instead_of": instead_of,
        }

    # --- the line ----------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Keeps the line for pictures open while the server is there."""
        while not self._stop.is_set():
            if self.paired and self.up and not self._line.connected:
                self._open()
            if self._line.connected and time.monotonic() - self._beat > BEAT_LOST_S:
                self._hang_up()
                self._wake.set()
            self._stop.wait(0.3)

    def _new_line(self) -> socketio.Client:
        line = socketio.Client(reconnection=False, handle_sigint=False)
        line.on("picture", self._on_picture)
        line.on("beat", lambda beat: self._on_beat(line, beat))
        line.on("gone", lambda _message: self._unpaired())
        line.on("disconnect", lambda *_reason: self._wake.set())
        return line

    def _hang_up(self) -> None:
        """Without waiting for the line's own threads: one of them can miss the end, and notices it half a minute later
        (engineio says "disconnecting" only after the last packet is in its queue)."""
        if self._line.connected:
            self._line.eio.disconnect(abort=True)

    def _open(self) -> None:
        auth = {"screen": "kiosk", "office": self.office, "device": self.shelf.kept("device")}
        self._beat = time.monotonic()
        self._line = self._new_line()
        try:
            self._line.connect(self.base, auth=auth, transports=["websocket"], wait_timeout=2)
        except (socketio.exceptions.ConnectionError, OSError, ValueError):
            self._wake.set()
            self._stop.wait(0.5)

    def _on_picture(self, picture: Message) -> None:
        self._beat = time.monotonic()
        self.picture = picture
        self.changed()

    def _on_beat(self, line: socketio.Client, beat: Message) -> None:
        self._beat = time.monotonic()
        if beat["seq"] > self.picture.get("seq", -1):
            with suppress(socketio.exceptions.BadNamespaceError):  # cut meanwhile: the next brings it all
                line.emit("look", {})
