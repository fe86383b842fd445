"""The server's daily backup: a process of its own, started when one is due, so that no call ever waits for it."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from ..config import Config
from ..kit import Kit
from ..live import Live
from ..moment import wall_ms
from . import backup
from .data_folder import CannotUse, DataLock

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 60.0
LOOK_AT_IT_EVERY_S = 1.0


class Daily:
    """One loop; it never ends the server and is never ended by a backup."""

    def __init__(self, settings: Config, kit: Kit, live: Live) -> None:
        self.settings = settings
        self.kit = kit
        self.live = live

    def start(self) -> None:
        if self.settings.backup:
            self.kit.spawn(self._loop)

    def _loop(self) -> None:
        while True:
            try:
                self._if_due()
                alert = self.kit.blocking(backup.alert, self.settings, wall_ms())
                self.live.machine = [alert] if alert else []
            except Exception:
                logger.exception("the daily backup stumbled; it is tried again")
            self.kit.sleep(LOOK_EVERY_S)

    def _if_due(self) -> None:
        """Of several processes on one folder one makes it."""
        lock = DataLock(self.settings.data, "backup.lock")
        try:
            self.kit.blocking(lock.take, "the daily backup")
        except CannotUse:
            return
        try:
            if self.kit.blocking(self._due):
                self._one()
        finally:
            lock.release()

    def _due(self) -> bool:
        return backup.due(self.settings.data, wall_ms(), datetime.now().astimezone().hour)

    def _one(self) -> None:
        before = wall_ms()
        said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, after the process)
        with said:
            process: Any = self.kit.blocking(self._process, said)
            # Looked at from the loop, not waited for: a waiting native thread would be one less for screens.
            while process.poll() is None:
                self.kit.sleep(LOOK_AT_IT_EVERY_S)
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
        if process.returncode == 0:
            logger.info("the backup is made: %s", *(last or ["no word"]))
            return
        logger.error("THE BACKUP FAILED: %s", *(last or ["no word"]))
        if backup.state(self.settings.data).get("at", 0) < before:
            # It ended without saying so itself (killed, out of memory).
            self.kit.blocking(
                backup.note, self.settings.data,
                backup.State(at=before, problem="ended_early", detail=str(process.returncode), to=self.settings.backup))

    def _process(self, said: IO[bytes]) -> subprocess.Popen[bytes]:
        environment = self.settings.environment(QUEUE_BACKUP=str(Path(self.settings.backup).resolve()))
        return subprocess.Popen(
            [sys.executable, "-m", "queue_server", "backup"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=said, stderr=said)
