"""What other requests wait while a supervisor's report of about half a second runs.

The reports are those that a supervisor asks for: the shares of a range (counted in the server), the same of a longer
range (in a process of its own), and the log as CSV. Beside each: the same requests alone, in the same seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.bars import Found, load, say
from bench.fill import fill
from bench.house import House
from bench.trio import small_office
from queue_server.client import Site
from queue_server.replay.compare import quantile

BAR_MS = 10.0
#: Visits in the log; the server counts the shares of so many in about half a second.
VISITS = 4_000
PER_DAY = 200
PAUSE_S = 0.003
ALL = "day=2000-01-01&to=2999-12-31"
REPORTS = {"shares of the log": "log/shares", "log as CSV": "log.csv"}


class Asker:
    """A supervisor, and somebody else whose requests are measured."""

    def __init__(self, house: House) -> None:
        place, self.house = house.place, house
        self.site = Site(house.base)
        self.site.post("/sign-in", {"office": place.key, "name": place.supervisor, "password": place.password})

    def report(self, path: str) -> float:
        """Seconds that it took."""
        begun = time.perf_counter()
        address = f"{self.house.base}/supervisor/{self.house.place.key}/{path}?{ALL}"
        self.site.http.get(address, timeout=120).raise_for_status()
        return time.perf_counter() - begun

    async def others_while(self, work: Callable[[], float]) -> tuple[list[float], float]:
        """Milliseconds of each other request until ``work`` is done, and what it gave back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.house.process.port)
        request = f"GET /office/{self.house.place.key}/door HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        running, took = asyncio.create_task(asyncio.to_thread(work)), []
        while not running.done():
            begun = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            took.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(PAUSE_S)
        writer.close()
        return took, running.result()


def _wait(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


async def _measure(asker: Asker, path: str, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of others alone and during the report, by turns; seconds of each report."""
    alone: list[float] = []
    during: list[float] = []
    reports: list[float] = []
    for turn in range(rounds + 1):
        took, seconds = await asker.others_while(lambda: asker.report(path))
        quiet, _ = await asker.others_while(lambda: _wait(0.5))
        if turn:
            during, alone, reports = during + took, alone + quiet, [*reports, seconds]
    return alone, during, reports


def run(rounds: int) -> list[Found]:
    house = House(small_office())
    fill(house.data, "bench", VISITS, PER_DAY)
    found = []
    with house:
        asker = Asker(house)
        for name, path in REPORTS.items():
            alone, during, reports = asyncio.run(_measure(asker, path, rounds))
            found.append(say(Found(
                f"other requests, p99, during: {name}", quantile(during, 0.99), " ms", BAR_MS,
                beside=f"alone {quantile(alone, 0.99):.1f} ms; {len(during)} requests in {rounds} reports of "
                       f"{sum(reports) / len(reports):.2f} s; {load()}")))
    return found
