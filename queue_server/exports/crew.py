"""Several processes share a long export.

Each of them formats whole days, and the one that was started first puts the days together in their order: a log of
years is written in half the time on two processors. What it says is as ever the log of one moment, the first one's
snapshot. The helpers open their own snapshots a little later, so the days that a command touched in between are not
given to them, nor are days on which a step is still under way, whose times go on.
"""

from __future__ import annotations

import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from ..config import Config
from ..store.reports import Entry

ROOT = Path(__file__).resolve().parents[2]
#: A log of so many lines is quicker written alone: a helper needs a second to start.
WORTH_IT = 30_000
#: Each takes fifty megabytes, and an export must not take what the server of a small PC needs.
MOST = 2
#: So many blocks of a helper wait for their turn: as many as most offices' days have, so that it never waits itself.
AHEAD = 12
#: A helper says that it has its snapshot; then (lines, bytes) before each block, zeros at the end of a day.
_READY, _HEAD = b"ready", struct.Struct("<II")
_Block = tuple[int, bytes]


class Lines(Protocol):
    """What turns entries into text: ``lines.Csv`` and ``lines.JsonLines``."""

    def head(self) -> bytes: ...

    def block(self, entries: Iterable[Entry]) -> bytes: ...


#: The entries of a day, in chunks.
OfDay = Callable[[str], Iterable[list[Entry]]]


class Lost(RuntimeError):
    """A helper ended before its work was done."""


def helpers(wanted: int, total: int) -> int:
    """How many helpers write ``total`` lines; ``wanted`` processes in all, 0: as many as there are processors."""
    processes = min(wanted or os.cpu_count() or 1, MOST)
    return processes if processes > 1 and total > WORTH_IT else 0


def help_out(lines: Lines, of_day: OfDay, days: BinaryIO, out: BinaryIO) -> None:
    """The helper's part, once it has its snapshot: says so, reads the days it is given, writes them as blocks."""
    out.write(_READY)
    out.flush()
    for day in days.read().decode().split():
        for entries in of_day(day):
            block = lines.block(entries)
            if block:  # of a chunk in which nothing has the flag that is asked for, nothing is left
                out.write(_HEAD.pack(len(entries), len(block)))
                out.write(block)
        out.write(_HEAD.pack(0, 0))
    out.flush()


class _Helper:
    """A running helper, and the thread that takes what it writes."""

    def __init__(self, settings: Config, options: list[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "queue_server.exports", *options, "--helper"], cwd=ROOT,
            env=settings.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._blocks: queue.Queue[_Block | Lost] = queue.Queue(AHEAD)
        self._reading = threading.Thread(target=self._read_all, daemon=True)

    def wait(self) -> None:
        """Until it has its snapshot."""
        self._read(len(_READY))
        self._reading.start()

    def give(self, days: Iterable[str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(days).encode())
        self.process.stdin.close()

    def day(self) -> Iterator[_Block]:
        """(lines, text) of the blocks of its next day."""
        while True:
            found = self._blocks.get()
            if isinstance(found, Lost):
                raise found
            if not found[1]:
                return
            yield found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        while self._reading.is_alive():
            with suppress(queue.Empty):
                self._blocks.get(timeout=0.01)
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _read_all(self) -> None:
        try:
            while True:
                lines, size = _HEAD.unpack(self._read(_HEAD.size))
                self._blocks.put((lines, self._read(size)))
        except Lost as lost:  # also how it ends when its work is done: then nobody asks any more
            self._blocks.put(lost)

    def _read(self, size: int) -> bytes:
        assert self.process.stdout is not None
        found = self.process.stdout.read(size)
        if len(found) < size:
            raise Lost(f"a helper of the export ended with status {self.process.wait()}")
        return found


class Crew:
    """Helpers at work; ends them when it is left."""

    def __init__(self, settings: Config, options: list[str], helpers: int) -> None:
        self.helpers = [_Helper(settings, options) for _ in range(helpers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for helper in self.helpers:
            helper.end()

    def wait(self) -> None:
        """Until each has its snapshot."""
        for helper in self.helpers:
            helper.wait()

    def share(self, days: Iterable[str]) -> dict[str, Iterator[_Block]]:
        """Gives the days to the helpers in turn; the blocks of each, which must be asked for in the same order."""
        shared, n = list(days), len(self.helpers)
        for nth, helper in enumerate(self.helpers):
            helper.give(shared[nth::n])
        return {day: self.helpers[nth % n].day() for nth, day in enumerate(shared)}
