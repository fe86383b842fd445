"""Hints between the server processes of one house, through Redis: which office has something new.

A hint carries no content; what is new stands in the database (decisions 21). While Redis is away each process finds
it within a second by itself, so nothing here is ever waited for or repeated.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from .kit import Kit

logger = logging.getLogger(__name__)

WAIT_S = 2.0
AGAIN_S = 1.0


class Hints:
    """``told``: (office, whether only to be drawn anew) for each hint of another process."""

    def __init__(self, url: str, house: bytes, kit: Kit, told: Callable[[str, bool], None]) -> None:
        self.url, self.kit, self.told = url, kit, told
        self.me = secrets.token_hex(4)
        #: Several houses may share one Redis; whoever knows the secret is of this one.
        self.channel = "queue:" + hashlib.sha256(b"hints" + house).hexdigest()[:24]
        self._waiting: dict[str, tuple[bool, float]] = {}  # office -> only drawn, when to say so
        self._wake = kit.signal()
        self._away = False

    def start(self) -> None:
        self.kit.spawn(self._speak)
        self.kit.spawn(self._listen)

    def tell(self, office: str, only_drawn: bool = False, patience_s: float = 0.0) -> None:
        """Says so to the others after ``patience_s`` seconds at most, with whatever comes meanwhile; costs the caller
        nothing."""
        drawn, due = self._waiting.get(office, (True, float("inf")))
        self._waiting[office] = (only_drawn and drawn, min(due, time.monotonic() + patience_s))
        if patience_s == 0 or due == float("inf"):
            self._wake.set()

    def _client(self, **more: Any) -> Any:
        import redis

        return redis.Redis.from_url(
            self.url, socket_connect_timeout=WAIT_S, socket_keepalive=True, decode_responses=True, **more)

    def _speak(self) -> None:
        client = self._client(socket_timeout=WAIT_S)
        while True:
            next_due = min((due for _drawn, due in self._waiting.values()), default=None)
            self._wake.wait(None if next_due is None else max(0.0, next_due - time.monotonic()))
            self._wake.clear()
            try:
                for office, only_drawn in self._due():
                    client.publish(self.channel, f"{self.me} {int(only_drawn)} {office}")
                    self._back()
            except Exception as problem:
                self._lost(problem)

    def _due(self) -> list[tuple[str, bool]]:
        """What must be said now: (office, whether only to be drawn anew)."""
        now = time.monotonic()
        due = [(office, drawn) for office, (drawn, when) in self._waiting.items() if when <= now]
        for office, _drawn in due:
            del self._waiting[office]
        return due

    def _listen(self) -> None:
        while True:
            try:
                with self._client() as client, client.pubsub(ignore_subscribe_messages=True) as ear:
                    ear.subscribe(self.channel)
                    self._back()
                    for message in ear.listen():
                        self._hear(str(message["data"]))
            except Exception as problem:
                self._lost(problem)
            self.kit.sleep(AGAIN_S)

    def _hear(self, text: str) -> None:
        who, only_drawn, office = text.split(" ", 2)
        if who != self.me:
            self.told(office, only_drawn == "1")

    def _lost(self, problem: Exception) -> None:
        if not self._away:
            self._away = True
            logger.warning("Redis is away (%s); other processes' changes are shown within a second", problem)

    def _back(self) -> None:
        if self._away:
            self._away = False
            logger.info("Redis is there again")
