"""The server's keeping of tallies: a process of its own, started when a day is over or a past one has changed."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from ..config import Config
from ..database import Database
from ..domain import hours
from ..kit import Kit, Signal
from ..moment import wall_ms
from ..store import offices
from ..upkeep.data_folder import CannotUse, DataLock
from .keep import is_due

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
#: The first look comes when the screens are back after a start.
FIRST_LOOK_S, LOOK_EVERY_S = 20.0, 600.0
LOOK_AT_IT_EVERY_S = 0.5


class Keeper:
    """One loop. It never ends the server; what it could not do it tries again at the next look."""

    def __init__(self, settings: Config, database: Database, kit: Kit) -> None:
        self.settings, self.database, self.kit = settings, database, kit
        self._asked: Signal = kit.signal()

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def ask(self) -> None:
        """Somebody waits for a report whose days are not kept: looks at once."""
        self._asked.set()

    def _loop(self) -> None:
        patience = FIRST_LOOK_S
        while True:
            self._asked.wait(patience)
            self._asked.clear()
            patience = LOOK_EVERY_S
            try:
                self._if_due()
            except Exception:
                logger.exception("keeping the tallies stumbled; it is tried again")

    def _if_due(self) -> None:
        """Of several processes on one folder one does it."""
        lock = DataLock(self.settings.data, "tally.lock")
        try:
            self.kit.blocking(lock.take, "keeping tallies")
        except CannotUse:
            return
        try:
            if self.kit.blocking(self._due):
                self._keep()
        finally:
            lock.release()

    def _due(self) -> bool:
        with self.database.read() as c:
            for head in offices.heads(c):
                if head.config_version:
                    office = offices.config(c, head.id, head.config_version)
                    if is_due(c, head, office, hours.office_day(office, wall_ms())):
                        return True
        return False

    def _keep(self) -> None:
        said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, after the process)
        with said:
            process: Any = self.kit.blocking(self._process, said)
            # Looked at from the loop, not waited for: a waiting native thread would be one less for screens.
            while process.poll() is None:
                self.kit.sleep(LOOK_AT_IT_EVERY_S)
            said.seek(0)
            if process.returncode:
                last = said.read().decode(errors="replace").strip().splitlines()[-1:]
                logger.error("keeping the tallies failed: %s", *(last or ["no word"]))

    def _process(self, said: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "queue_server", "tally"], cwd=ROOT, env=self.settings.environment(),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said)
