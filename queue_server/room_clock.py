"""The countdowns of rooms: a warning in time, and the end when it comes, to the second.

The time itself needs nobody: every screen counts down to an instant that it knows. What is pressed here is what the
log has of it, and the end of a visit where the clock ends it.
"""

from __future__ import annotations

import logging

from .commands import rooms as acts
from .database import Database
from .domain.errors import Refused
from .kit import Kit
from .store import offices, rooms
from .transaction import SYSTEM, Job, Writer

logger = logging.getLogger(__name__)

#: How often it is looked, seconds; a warning or an end is late by so much at most.
LOOK_S = 1.0


class RoomClock:
    """One loop; what two processes would both say is a claim in the command itself."""

    def __init__(self, database: Database, writer: Writer, kit: Kit) -> None:
        self.database = database
        self.writer = writer
        self.kit = kit

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def _loop(self) -> None:
        while True:
            self.kit.sleep(LOOK_S)
            try:
                for office, step in self.kit.blocking(self._due):
                    self._press(office, step)
            except Exception:
                logger.exception("the countdowns stumbled; they go on")

    def _press(self, office: str, step: int) -> None:
        try:
            self.writer.press(Job(office, SYSTEM, "time_passed", acts.time_passed, {"step": step}))
        except Refused as refused:
            logger.info("a countdown needed nothing any more: %s", refused.code)

    def _due(self) -> list[tuple[str, int]]:
        """(office, step) of the visits of which there is something to say."""
        tick, due = self.writer.clock.tick(), []
        with self.database.read() as c:
            running = rooms.running_everywhere(c)
            heads = {head.key: head for head in offices.heads(c)} if running else {}
            for key, sitting in running:
                office = offices.config(c, heads[key].id, heads[key].config_version)
                of = office.room(sitting.room)
                if of is not None and sitting.due(tick, of.warn_min):
                    due.append((key, sitting.step))
        return due
