"""The server's hold on a running export: start it, read what it writes, end it.

The pipe is our own and not Popen's: with eventlet, Popen would make its pipes green, and they are read
in native threads here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ..config import Config

ROOT = Path(__file__).resolve().parents[2]
BLOCK = 64 * 1024


class Running:
    """A subprocess that writes an export. ``read`` and starting block: call them in a native thread."""

    def __init__(self, settings: Config, options: list[str]) -> None:
        reading, writing = os.pipe()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed in end())
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "queue_server.exports", *options], cwd=ROOT, env=settings.environment(),
                stdin=subprocess.DEVNULL, stdout=writing, stderr=self._said,
            )
        except BaseException:
            os.close(reading)
            self._said.close()
            raise
        finally:
            os.close(writing)
        self._pipe = reading
        self._open = True

    def read(self) -> bytes:
        """The next block; empty at the end."""
        return os.read(self._pipe, BLOCK)

    def end(self) -> tuple[int, str]:
        """Ends the process if it still runs; (its status, the last line it said). Safe to call again."""
        if self.process.poll() is None and self._open:
            self.process.kill()
        status = self.process.wait()
        if self._open:
            self._open = False
            os.close(self._pipe)
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").strip().splitlines()
            self._last = lines[-1] if lines else ""
            self._said.close()
        return status, self._last

    def finish(self) -> tuple[int, str]:
        """Waits for a process that has closed its output, and ends."""
        self.process.wait()
        return self.end()
