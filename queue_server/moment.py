"""The moment of a command: wall time, and the machine's boot clock, which nobody can set.

Durations are differences of ``tick``: the boot clock plus an offset that is fixed once per boot, so
that setting the wall clock cannot change how long anybody waited (decisions 15). Between two boots
the wall clock joins them; a step that lived through that carries ``clock_doubt``.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from pathlib import Path


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        # Where the system names no boot (Windows), each start of the server counts as one.
        return str(uuid.uuid4())


BOOT_ID = _boot_id()


def boot_ns() -> int:
    """Nanoseconds since this boot, sleep included where the system tells."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if boottime is None else time.clock_gettime_ns(boottime)


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Moment:
    at: int        # UTC ms, wall clock
    tick: int      # ms, steady clock
    boot: int      # row of ``boot``
    boot_id: str
    boot_ns: int


class Clock:
    """Makes moments for one boot; ``offset_ms`` and ``boot`` come from the database."""

    def __init__(self, boot: int, offset_ms: int) -> None:
        self.boot = boot
        self.offset_ms = offset_ms

    def now(self) -> Moment:
        ns = boot_ns()
        return Moment(wall_ms(), self.offset_ms + ns // 1_000_000, self.boot, BOOT_ID, ns)

    def tick(self) -> int:
        return self.offset_ms + boot_ns() // 1_000_000
