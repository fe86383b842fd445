"""Our server as ``serve`` starts it, but that its clocks stand still at a chosen instant until they are let go, and
then run faster: a day in minutes, however long a busy machine takes to start a server.

``python -m bench.swift FILE INSTANT_MS SPEED serve …``: it is INSTANT_MS (UTC ms) in the office until FILE holds an
instant of this machine's boot clock; each second from that one on is SPEED seconds there. The wall clock and the steady
clock go together, as on a machine that was started at that instant; what must be heard from within seconds may stay
away longer by the same factor.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from queue_server import bootstrap, moment

if __name__ == "__main__":
    bootstrap.patch(os.environ.get("ASYNC_MODE", "eventlet"))

_real_ns = moment.boot_ns


@dataclass
class Clock:
    """The office's clock, the same in every process of this machine that names the same file."""

    file: Path
    instant_ms: int
    speed: float
    began_ns: int = 0            # 0: it stands

    def begin(self) -> None:
        """From now on it runs."""
        self.began_ns = _real_ns()
        coming = self.file.with_suffix(".coming")
        coming.write_text(str(self.began_ns))
        coming.replace(self.file)

    def passed_ns(self) -> int:
        if not self.began_ns and self.file.exists():
            self.began_ns = int(self.file.read_text())
        return round((_real_ns() - self.began_ns) * self.speed) if self.began_ns else 0

    def now(self) -> int:
        """UTC ms in the office."""
        return self.instant_ms + self.passed_ns() // 1_000_000

    async def until(self, instant_ms: int) -> None:
        await asyncio.sleep(max(0.0, (instant_ms - self.now()) / 1000 / self.speed))

    async def passes(self, seconds: float) -> None:
        """So many seconds of the office."""
        await asyncio.sleep(seconds / self.speed)

    def words(self) -> list[str]:
        """As this module takes it on the command line."""
        return [str(self.file), str(self.instant_ms), str(self.speed)]


def set_clocks(clock: Clock) -> None:
    """Before anything else of the server is imported: this process lives in the office's time."""
    moment.BOOT_ID = str(uuid.uuid4())
    booted = _real_ns()
    moment.boot_ns = lambda: booted + clock.passed_ns()
    moment.wall_ms = clock.now

    from queue_server import reports, room_clock, sessions
    from queue_server.store import people

    people.ALIVE_MS = round(people.ALIVE_MS * clock.speed)
    reports.LEASE_MS = round(reports.LEASE_MS * clock.speed)
    sessions.EVERY_S = max(0.2, sessions.EVERY_S / clock.speed)
    room_clock.LOOK_S = max(0.05, room_clock.LOOK_S / clock.speed)


def main() -> int:
    set_clocks(Clock(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))

    from queue_server import cli

    return cli.main(sys.argv[4:])


if __name__ == "__main__":
    sys.exit(main())
