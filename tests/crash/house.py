"""The house that has a bad day: a server of its own behind a network that can be cut, on a disk that can be full,
by a clock that can be set, and everybody in it."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from bench.shims import BadDay
from queue_server import config
from queue_server.crowd import Line
from queue_server.domain import hours
from queue_server.domain.office import Office
from queue_server.moment import wall_ms
from queue_server.replay import cast, place
from queue_server.shell import Session
from tests.cast import Server

from .people import Day, Kiosk, Officer, Phones, Told, Watched
from .proxy import Proxy

KEY = "crash"
SERVICES = {"a": "A", "b": "B"}
KIOSKS, OFFICERS, BOARDS, PHONES = 3, 4, 3, 6
#: A server that does not answer after so long will not, seconds.
START_S = 180.0


def _office() -> Office:
    """Open day and night; its day changes as far from now as can be, so that a clock may be hours off."""
    made = place.office(
        KEY, "Crash", SERVICES, {f"c{n}": list(SERVICES) for n in range(1, OFFICERS + 1)}, boards=BOARDS, mix=cast.MIX)
    return replace(made, day_starts=(hours.local_minutes(made, wall_ms()) + 12 * 60) % (24 * 60))


class House:
    """Where a second process, PostgreSQL or Redis join in: started in ``open``, ended in ``close``, and each with
    a fault of its own in faults.py."""

    def __init__(self, folder: Path, mode: str, seed: str) -> None:
        self.data = folder / "data"
        self.disk = BadDay(folder / "page", folder)
        self.told, self.day, self.chance = Told(), Day(), Random(seed)
        session = Session(config.read(None, {"QUEUE_DATA": str(self.data)}))
        self.place = place.set_up(session, _office(), OFFICERS)
        session.close()
        # With --demo the devices of this very machine are paired at once; no demo office is added to ours.
        self.server = Server(
            self.data, mode, options=("--demo", "--printer", f"file://{folder}/paper"),
            environment=self.disk.environment())
        self.kiosks: list[Kiosk] = []
        self.officers: list[Officer] = []
        self.watched: list[Watched] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> House:
        """Everybody comes in; when somebody cannot, the server is ended."""
        await asyncio.to_thread(self.server.start)
        try:
            await self._enter()
        except BaseException:
            self.server.stop(signal.SIGKILL)
            raise
        return self

    async def _enter(self) -> None:
        self.network = await Proxy(self.server.port).open()
        base = self.network.base
        self.phones = Phones(base, PHONES)
        supervisor = await cast.signed_in(base, KEY, self.place.supervisor, self.place.password)
        for _ in range(KIOSKS):
            web = await cast.paired(base, KEY, supervisor, "kiosk")
            self.kiosks.append(Kiosk(web, KEY, list(SERVICES), self.told, Random(self.chance.random())))
        for n in range(1, BOARDS + 1):
            board = cast.Board(await cast.paired(base, KEY, supervisor, "board", f"b{n}"), KEY, f"b{n}")
            self.watched.append(Watched(f"board {n}", board.line))
            await board.line.open()
            self._tasks.append(asyncio.create_task(board.live()))
        for n, name in enumerate(self.place.officers, 1):
            line = Line(
                await cast.signed_in(base, KEY, name, self.place.password), {"screen": "counter", "office": KEY})
            self.watched.append(Watched(f"console {n}", line))
            await line.open()
            await line.press("sit", counter=f"c{n}")
            self.officers.append(Officer(line, self.told, Random(self.chance.random())))
        self._tasks += [asyncio.create_task(self.day.work(one.once)) for one in (*self.kiosks, *self.officers)]
        await supervisor.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for watched in self.watched:
            await watched.line.close()
        for kiosk in self.kiosks:
            await kiosk.web.close()
        await self.phones.close()
        await self.network.close()
        await asyncio.to_thread(self.server.stop)
        self.disk.close()

    def broken(self) -> list[str]:
        """What ended somebody's work for good; nothing may."""
        ended = [task for task in self._tasks if task.done() and not task.cancelled()]
        return [f"somebody stopped working: {task.exception()!r}" for task in ended]

    # --- the server ------------------------------------------------------------------------------

    async def stop(self, how: signal.Signals) -> None:
        await asyncio.to_thread(self.server.stop, how)

    async def start(self) -> float:
        """Starts the server; when it accepted, seconds of the loop's clock."""
        starting = asyncio.create_task(asyncio.to_thread(self.server.start))
        accepted = await self.accepts(starting)
        await starting
        return accepted

    async def accepts(self, starting: asyncio.Task[Server] | None = None) -> float:
        """Asks the server until it answers; the moment, seconds of the loop's clock."""
        loop = asyncio.get_running_loop()
        end = loop.time() + START_S
        while loop.time() < end:
            if starting is not None and starting.done():
                starting.result()  # a server that did not start says why
            with suppress(OSError, EOFError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._ask()
                    return loop.time()
            await asyncio.sleep(0.02)
        raise TimeoutError("the server does not answer")

    async def _ask(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        try:
            writer.write(f"GET /office/{KEY}/door HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            await reader.readuntil(b"200 OK\r\n")
        finally:
            writer.close()

    # --- the truth -------------------------------------------------------------------------------

    def database(self) -> sqlite3.Connection:
        """A reader of its own; one transaction is one moment."""
        c = sqlite3.connect(f"file:{self.data}/queue.db?mode=ro", uri=True, timeout=20, isolation_level=None)
        c.execute("BEGIN")
        return c

    def head(self) -> int:
        c = self.database()
        try:
            return int(c.execute("SELECT head_seq FROM office WHERE key = ?", (KEY,)).fetchone()[0])
        finally:
            c.close()
