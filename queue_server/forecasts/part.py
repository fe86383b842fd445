"""The part of the server that looks ahead: one loop over the offices, in native threads, never more than its share.

What it finds is replaced whole in one dictionary, from which the screens draw theirs, and told the writer, who takes
the forecast that goes with a number from it: neither ever waits for it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from ..config import Config
from ..database import Database
from ..domain import hours
from ..domain.outlook import EMPTY, Outlook
from ..kit import Kit
from ..moment import Clock
from ..press import Recorded
from ..store import moved, offices
from ..upkeep.data_folder import CannotUse, DataLock
from . import learned
from .alarms import Alarms
from .house import House

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
#: Where something was recorded a new look follows after so long; where nothing was, because time passes, seconds.
SOON_S, QUIET_S, CALM_S = 1.0, 5.0, 15.0
#: The loop rests so many times as long as it has worked: calls come first, in an office as in a ministry of hundreds.
#: While a day is told again after a restart it rests less.
REST, REST_WHILE_BEHIND = 9, 3
#: While so many things a second are recorded, it rests more: forecasts may then be half a minute old, calls not.
MANY_A_SECOND, REST_IN_A_RUSH = 150, 29
#: Whether a night has been learned is asked so often, and learning that failed is tried again after so long, seconds.
ASK_S, AGAIN_S = 60.0, 900.0
#: The learning process is looked after so often, seconds.
LOOK_AT_IT_EVERY_S = 1.0


class Rush:
    """Whether more is recorded than on any office's busiest day, counted second by second."""

    def __init__(self) -> None:
        self._second, self._now, self._before = 0, 0, 0

    def more(self, many: int) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._before = self._now if second == self._second + 1 else 0
            self._second, self._now = second, 0
        self._now += many

    @property
    def on(self) -> bool:
        self.more(0)
        return max(self._now, self._before) >= MANY_A_SECOND


class Forecasts:
    """The outlook of every office of this server."""

    def __init__(self, config: Config, database: Database, clock: Clock, kit: Kit, alarms: Alarms) -> None:
        self.config, self.database, self.clock, self.kit = config, database, clock, kit
        self.alarms = alarms
        self.outlooks: dict[str, Outlook] = {}
        #: Told the writer: office, (service, priority) -> what somebody is told who takes a number now, seconds.
        self.foresee: Callable[[str, dict[tuple[str, bool], tuple[int, int]]], None] = lambda office, foretold: None
        self._houses: dict[str, House] = {}
        self._due: dict[str, float] = {}
        self._asked: dict[str, float] = {}           # when the newest state of an office was looked for
        self._learned_to: dict[str, str] = {}        # and up to which day it goes
        self._learning = False
        self._next_learning: dict[str, float] = {}
        self._rush = Rush()

    def start(self) -> None:
        self.kit.spawn(self._loop)

    # --- what others ask ------------------------------------------------------------------------

    def outlook(self, office: str) -> Outlook:
        """What is known now; ``EMPTY`` until the first look."""
        return self.outlooks.get(office, EMPTY)

    def happened(self, office: str, events: Sequence[Recorded]) -> None:
        """Something was recorded at an office."""
        self._rush.more(len(events))
        self._due[office] = min(self._due.get(office, 0.0), time.monotonic() + SOON_S)

    # --- the loop -------------------------------------------------------------------------------

    def _loop(self) -> None:
        for key in self._all():
            self._due.setdefault(key, 0.0)
        while True:
            worked, behind = self._turn()
            rest = REST_IN_A_RUSH if self._rush.on else REST_WHILE_BEHIND if behind else REST
            self.kit.sleep(max(0.02 if behind else 0.2, rest * worked))

    def _all(self) -> list[str]:
        while True:
            try:
                return self.kit.blocking(self._keys)
            except Exception:
                logger.exception("the offices could not be read; again in a moment")
                self.kit.sleep(ASK_S / 10)

    def _keys(self) -> list[str]:
        with self.database.read() as c:
            return [head.key for head in offices.heads(c) if head.config_version]

    def _turn(self) -> tuple[float, bool]:
        """Looks at the office that has waited longest for it; seconds of work, and whether it is behind its log."""
        now = time.monotonic()
        due = min(list(self._due.items()), key=lambda item: item[1], default=None)
        if due is None or due[1] > now:
            return 0.0, False
        key, behind = due[0], False
        self._due[key] = now + QUIET_S
        try:
            outlook = self.kit.blocking(self._look, key)
            house = self._houses.get(key)
            behind = outlook is None and house is not None
            if outlook is not None:
                self._told(key, outlook)
            self._learn_nights(key)
            if behind:
                self._due[key] = now
            elif house is not None and house.calm and self._due[key] == now + QUIET_S:
                self._due[key] = now + CALM_S
        except Exception:
            logger.exception("an office could not be looked ahead for; again in a moment")
        return time.monotonic() - now, behind

    def _told(self, key: str, outlook: Outlook) -> None:
        before = self.outlooks.get(key, EMPTY)
        self.outlooks[key] = outlook
        if outlook.newcomers != before.newcomers:
            self.foresee(key, {
                which: (said.low, said.high) for which, said in outlook.newcomers.items() if not said.why})
        if outlook.ahead is not before.ahead:
            self.alarms.looked(key, self._houses[key].name, outlook.ahead)

    # --- in a native thread -----------------------------------------------------------------------

    def _look(self, key: str) -> Outlook | None:
        """None: there is no such office, or its log is not heard to the end yet."""
        now = self.clock.now()
        with self.database.read() as c:
            found = offices.heads_of(c, [key])
            if not found or not found[0].config_version:
                return None
            head = found[0]
            office = offices.config(c, head.id, head.config_version)
            office = moved.as_today(c, head.id, office, hours.office_day(office, now.at))
            if time.monotonic() - self._asked.get(key, -ASK_S) >= ASK_S:
                self._asked[key], self._learned_to[key] = time.monotonic(), learned.newest_day(c, head.id)
            house = self._houses.get(key)
            if house is None or not house.fits(office, now, self._learned_to[key]):
                house = self._houses[key] = House(c, head, office, now, self._learned_to[key])
            return house.look_ahead(c, head, office, now) if house.hear(c, head) else None

    # --- learning, in a process of its own ----------------------------------------------------------

    def _learn_nights(self, key: str) -> None:
        """Starts the learning of what is over and not learned yet; one office at a time."""
        house, now = self._houses.get(key), time.monotonic()
        if house is None or not house.behind or self._learning or now < self._next_learning.get(key, 0.0):
            return
        self._next_learning[key], self._learning = now + AGAIN_S, True
        self.kit.spawn(self._learn, key)

    def _learn(self, key: str) -> None:
        """Of several processes on one folder one learns; the others find what it has stored."""
        lock = DataLock(self.config.data, "forecast.lock")
        try:
            self.kit.blocking(lock.take, "the forecast's learning")
        except CannotUse:
            self._learning = False
            return
        try:
            self._one(key)
        except Exception:
            logger.exception("the forecast of %s could not be learned", key)
        finally:
            self._learning = False
            lock.release()

    def _one(self, key: str) -> None:
        said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, after the process)
        with said:
            process: Any = self.kit.blocking(self._process, key, said)
            while process.poll() is None:
                self.kit.sleep(LOOK_AT_IT_EVERY_S)
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
        if process.returncode:
            logger.error("the forecast of %s could not be learned: %s", key, *(last or ["no word"]))
        self._asked.pop(key, None)
        self._due[key] = 0.0  # what it has stored is looked for at once

    def _process(self, key: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "queue_server.forecasts", key], cwd=ROOT, env=self.config.environment(),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said)
