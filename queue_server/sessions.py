"""Which sessions are in use: those that ask, and those of a connected console or supervisor's page.

Gathered in the hub and written every few minutes, so that a session which nobody uses ends by itself
(commands/access.py) and one at work does not.
"""

from __future__ import annotations

import logging
from collections import defaultdict

from .commands import access
from .domain.errors import Refused
from .kit import Kit
from .live import Live
from .transaction import SYSTEM, Job, Writer

logger = logging.getLogger(__name__)

EVERY_S = 120.0


class SessionsInUse:
    def __init__(self, live: Live, writer: Writer, kit: Kit) -> None:
        self.live, self.writer, self.kit = live, writer, kit
        self._seen: dict[str, set[str]] = defaultdict(set)

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def seen(self, office: str, token_hash: str) -> None:
        """A request came with this session, and it was good."""
        self._seen[office].add(token_hash)

    def _loop(self) -> None:
        while True:
            self.kit.sleep(EVERY_S)
            self.write()

    def write(self) -> None:
        """Notes all that were in use since the last time."""
        for screen in list(self.live.screens.values()):
            if screen.token_hash:
                self._seen[screen.office].add(screen.token_hash)
        seen, self._seen = self._seen, defaultdict(set)
        for office, hashes in seen.items():
            try:
                self.writer.press(Job(office, SYSTEM, "used", access.used, {"token_hashes": sorted(hashes)}))
            except Refused as refused:
                logger.warning("sessions in use could not be noted: %s", refused.code)
