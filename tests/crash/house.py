"""The houses that have bad days: ``ALONE``, one server on SQLite, on a disk that can be full and by a clock that can be
set; ``TWO``, two server processes on PostgreSQL and Redis. And everybody in them."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import databases
import psycopg
from cast import Server
from databases import Postgres
from redis_server import Redis

from bench.shims import BadDay
from queue_server import config
from queue_server.crowd import Line
from queue_server.domain import hours
from queue_server.domain.office import Office
from queue_server.moment import wall_ms
from queue_server.replay import cast, place
from queue_server.shell import Session

from . import network
from .people import Day, Kiosk, Officer, Phones, Told, Watched

ALONE, TWO = "alone", "two"
SAID = {ALONE: "one process, SQLite", TWO: "two processes, PostgreSQL, Redis"}
KEY = "crash"
SERVICES = {"a": "A", "b": "B"}
KIOSKS, OFFICERS, BOARDS, PHONES = 3, 4, 4, 6
#: A server that does not answer after so long will not, seconds.
START_S = 180.0
#: What is answered as stored must be stored: nothing is spared here.
SAFE = ("-c", "fsync=on", "-c", "full_page_writes=on")


def _office() -> Office:
    """Open day and night; its day changes as far from now as can be, so that a clock may be hours off."""
    made = place.office(
        KEY, "Crash", SERVICES, {f"c{n}": list(SERVICES) for n in range(1, OFFICERS + 1)}, boards=BOARDS, mix=cast.MIX)
    return replace(made, day_starts=(hours.local_minutes(made, wall_ms()) + 12 * 60) % (24 * 60))


def _holds(process: Path, file: str) -> bool:
    with suppress(OSError):  # it has ended meanwhile
        return any(os.readlink(one) == file for one in (process / "fd").iterdir())
    return False


class House:
    """Made, then ``open``: whatever cannot be opened is closed again."""

    def __init__(self, folder: Path, kind: str, mode: str, seed: str) -> None:
        """``folder`` is there and empty; ``kind``: ALONE or TWO; ``mode``: the server's."""
        self.kind, self.data, self.papers = kind, folder / "data", folder / "paper-0"
        self.told, self.day, self.chance = Told(), Day(), Random(seed)
        self.kiosks: list[Kiosk] = []
        self.officers: list[Officer] = []
        self.watched: list[Watched] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.disk = BadDay(folder / "page", folder)
        self.postgres, self.redis = (Postgres(*SAFE), Redis()) if kind == TWO else (None, None)
        self.network = network.between(2 if kind == TWO else 1)
        redis = {"REDIS_URL": self.redis.url} if self.redis else {}
        # With --demo the devices of this very machine are paired at once; no demo office is added to ours.
        self.servers = [
            Server(self.data, mode, options=("--demo", "--printer", f"file://{folder}/paper-{n}"),
                   environment={**self.disk.environment(shadow=kind == ALONE), **redis},
                   host=self.network.host, within=self.network.within)
            for n in range(2 if kind == TWO else 1)]

    async def open(self) -> House:
        """Everybody comes in."""
        try:
            await asyncio.to_thread(self._begin)
            await asyncio.gather(*(self.start(n) for n in range(len(self.servers))))
            await self.network.open([server.port for server in self.servers])
            self.phones = Phones(self.network.base, PHONES)
            await self._enter()
        except BaseException:
            await self.close()
            raise
        return self

    def _begin(self) -> None:
        if self.postgres and self.redis:
            self.redis.start()
            databases.use(self.data, self.postgres.start().create())
        session = Session(config.read(None, {"QUEUE_DATA": str(self.data), **databases.environment(self.data)}))
        self.place = place.set_up(session, _office(), OFFICERS)
        session.close()
        if self.kind == ALONE:
            self.disk.at_rest(self.data)

    async def _enter(self) -> None:
        base = self.network.base
        supervisor = await cast.signed_in(base(0), KEY, self.place.supervisor, self.place.password)
        for n in range(KIOSKS):
            web = await cast.paired(base(n), KEY, supervisor, "kiosk")
            self.kiosks.append(Kiosk(web, KEY, list(SERVICES), self.told, Random(self.chance.random())))
        for n in range(1, BOARDS + 1):
            board = cast.Board(await cast.paired(base(n), KEY, supervisor, "board", f"b{n}"), KEY, f"b{n}")
            self.watched.append(Watched(f"board {n}", board.line))
            await board.line.open()
            self._tasks.append(asyncio.create_task(board.live()))
        for n, name in enumerate(self.place.officers, 1):
            line = Line(
                await cast.signed_in(base(n), KEY, name, self.place.password), {"screen": "counter", "office": KEY})
            self.watched.append(Watched(f"console {n}", line))
            await line.open()
            await line.press("sit", counter=f"c{n}")
            self.officers.append(Officer(line, self.told, Random(self.chance.random())))
        self._tasks += [asyncio.create_task(self.day.work(one.once)) for one in (*self.kiosks, *self.officers)]
        await supervisor.close()

    async def close(self) -> None:
        """Everything ends, also when only half of it was open."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for watched in self.watched:
            await watched.line.close()
        for kiosk in self.kiosks:
            await kiosk.web.close()
        if hasattr(self, "phones"):
            await self.phones.close()
        for n in range(len(self.servers)):
            await self.stop(signal.SIGTERM, n)
        await self.network.close()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        if self.redis:
            self.redis.stop()
        if self.postgres:
            self.postgres.remove()
        self.disk.close()

    def broken(self) -> list[str]:
        """What ended somebody's work for good; nothing may."""
        ended = [task for task in self._tasks if task.done() and not task.cancelled()]
        return [f"somebody stopped working: {task.exception()!r}" for task in ended]

    # --- the servers -----------------------------------------------------------------------------

    async def stop(self, how: signal.Signals, which: int = 0) -> None:
        await asyncio.to_thread(self.servers[which].stop, how)

    async def power_cut(self) -> int:
        """Bytes that were written and never synced."""
        for one in self._holders():
            with suppress(ProcessLookupError):  # whoever finds the other one dead ends by itself
                os.kill(int(one.name), signal.SIGKILL)
        await self.stop(signal.SIGKILL)
        return await asyncio.to_thread(self.disk.power_cut, self.data)

    def _holders(self) -> list[Path]:
        """The server and the process that writes for it, the younger one first."""
        database = str(self.data / "queue.db")
        others = sorted((f for f in Path("/proc").iterdir() if f.name.isdigit()), key=lambda f: -int(f.name))
        return [one for one in others if int(one.name) != os.getpid() and _holds(one, database)]

    async def start(self, which: int = 0) -> float:
        """Starts a server; when it accepted, seconds of the loop's clock."""
        server = self.servers[which]
        starting = asyncio.create_task(asyncio.to_thread(server.start))
        if not server.port:  # the first time it says where it listens
            await starting
        accepted = await self.accepts(which, starting)
        await starting
        return accepted

    async def accepts(self, which: int = 0, starting: asyncio.Task[Server] | None = None) -> float:
        """Asks the server until it answers; the moment, seconds of the loop's clock."""
        loop = asyncio.get_running_loop()
        end = loop.time() + START_S
        while loop.time() < end:
            if starting is not None and starting.done():
                starting.result()  # a server that did not start says why
            with suppress(OSError, EOFError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._ask(self.servers[which])
                    return loop.time()
            await asyncio.sleep(0.02)
        raise TimeoutError("the server does not answer")

    async def _ask(self, server: Server) -> None:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        try:
            writer.write(f"GET /office/{KEY}/door HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            await reader.readuntil(b"200 OK\r\n")
        finally:
            writer.close()

    # --- what they lean on -----------------------------------------------------------------------

    def printer_off(self) -> None:
        """A folder stands where the first server's printer takes its bytes: it cannot be opened for writing."""
        with suppress(FileNotFoundError):  # nothing was printed yet
            self.papers.rename(self.papers.with_suffix(".kept"))
        self.papers.mkdir()

    def printer_on(self) -> None:
        self.papers.rmdir()
        with suppress(FileNotFoundError):
            self.papers.with_suffix(".kept").rename(self.papers)

    async def kill_postgres(self) -> None:
        assert self.postgres
        await asyncio.to_thread(self.postgres.kill)

    async def start_postgres(self) -> float:
        """When it accepted, seconds of the loop's clock."""
        assert self.postgres
        await asyncio.to_thread(self.postgres.start)
        return asyncio.get_running_loop().time()

    async def kill_redis(self) -> None:
        assert self.redis
        await asyncio.to_thread(self.redis.stop)

    async def start_redis(self) -> float:
        """When it answered, seconds of the loop's clock."""
        assert self.redis
        await asyncio.to_thread(self.redis.start)
        return asyncio.get_running_loop().time()

    # --- the truth -------------------------------------------------------------------------------

    @contextmanager
    def database(self) -> Iterator[Any]:
        """A reader of its own; what is read within is of one moment."""
        if self.postgres:
            with psycopg.connect(databases.url_of(self.data).replace("+psycopg", "")) as found:
                found.isolation_level, found.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
                yield found
            return
        raw = sqlite3.connect(f"file:{self.data}/queue.db?mode=ro", uri=True, timeout=20, isolation_level=None)
        try:
            raw.execute("BEGIN")
            yield raw
        finally:
            raw.close()

    def head(self) -> int:
        with self.database() as c:
            found = databases.execute(c, "SELECT head_seq FROM office WHERE key = ?", KEY).fetchone()
            return int(found[0])
