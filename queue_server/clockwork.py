"""What happens because time passes. It presses the same commands as everybody else."""

from __future__ import annotations

import logging
import time
from typing import Any

from sqlalchemy import Connection

from .commands import family, reservations, retention, seal, visitor
from .database import Database
from .domain import hours
from .domain.errors import Refused
from .kit import Kit
from .moment import wall_ms
from .store import offices, people, seals, upkeep
from .store import reservations as held
from .transaction import SYSTEM, Answer, Job, Tx, Writer

logger = logging.getLogger(__name__)

#: An unanswered print becomes "paper unconfirmed" after this (decisions 3), ms.
PAPER_MS = 12_000
#: A reported failure that nobody replaced makes the number void after this, ms.
VOID_MS = 40_000
HOUR_S, HOUR_MS = 3_600, 3_600_000
#: How often it is looked whether a log is due for a seal, seconds.
SEALS_S = 20.0


class Clockwork:
    """One loop; what two processes would both do is a claim in the command itself."""

    def __init__(self, database: Database, writer: Writer, kit: Kit) -> None:
        self.database = database
        self.writer = writer
        self.kit = kit
        self.hourly: list[Any] = []

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def _loop(self) -> None:
        # By the steady clock, and not at the start: while the wall clock is a day ahead for a moment, answers that
        # look old are not forgotten, or a press repeated after that would be run twice.
        next_hour, next_seals = time.monotonic() + HOUR_S, 0.0
        while True:
            try:
                if time.monotonic() >= next_seals:  # first of all: the seal of a new boot tells the log its clock
                    next_seals = time.monotonic() + SEALS_S
                    self._seals()
                self._papers()
                self._reservations()
                if time.monotonic() >= next_hour:
                    next_hour = time.monotonic() + HOUR_S
                    self._tidy()
            except Exception:
                logger.exception("the clockwork stumbled; it goes on")
            self.kit.sleep(2.0)

    def _papers(self) -> None:
        for office, secret, state in self.kit.blocking(self._due):
            try:
                self.writer.press(Job(office, SYSTEM, "paper", visitor.paper, {"secret": secret, "state": state}))
            except Refused as refused:
                logger.info("a paper needed nothing any more: %s", refused.code)

    def _due(self) -> list[tuple[str, str, str]]:
        now = wall_ms()
        with self.database.read() as c:
            return upkeep.papers_due(c, now - PAPER_MS, now - VOID_MS, now)

    def _reservations(self) -> None:
        for office in self.kit.blocking(self._reservations_due):
            try:
                self.writer.press(Job(office, SYSTEM, "expire", reservations.expire))
            except Refused as refused:
                logger.info("no place could be given free just now: %s", refused.code)

    def _reservations_due(self) -> list[str]:
        with self.database.read() as c:
            return held.due(c, wall_ms())

    def _seals(self) -> None:
        for office in self.kit.blocking(self._unsealed):
            try:
                self.writer.press(Job(office, SYSTEM, "seal", seal.seal_when_due))
            except Refused as refused:
                logger.info("a log could not be sealed just now: %s", refused.code)

    def _unsealed(self) -> list[str]:
        """The offices in which something happened since the last seal, or which are open, and whose seal is old."""
        clock, due = self.writer.clock, []
        with self.database.read() as c:
            for head in offices.heads(c):
                newest = seals.newest(c, head.id)
                if not head.config_version or not seal.is_due(newest, clock.tick(), clock.boot):
                    continue
                if newest is None or head.head_seq > newest.seq or self._open(c, head):
                    due.append(head.key)
        return due

    def _open(self, c: Connection, head: offices.Head) -> bool:
        office, now = offices.config(c, head.id, head.config_version), wall_ms()
        minute = hours.local_minutes(office, now)
        return any(p.start <= minute < p.end for p in hours.periods(office, None, hours.office_day(office, now)))

    def _tidy(self) -> None:
        for office in self.kit.blocking(self._offices):
            self.writer.press(Job(office, SYSTEM, "tidy", tidy))
        self.kit.blocking(self.database.wipe)
        for work in self.hourly:
            self.kit.blocking(work)

    def _offices(self) -> list[str]:
        with self.database.read() as c:
            return upkeep.office_keys(c)


def tidy(tx: Tx, _args: dict[str, Any]) -> Answer:
    """Forgets what was kept only for a while: requests for pairing, families' enrolments that ran out, and whatever is
    personal and was kept long enough (domain/personal.py)."""
    people.drop_old_requests(tx.c, tx.now.at - 24 * HOUR_MS)
    family.run_out(tx)
    return retention.retain(tx, {})
