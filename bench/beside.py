"""What a call costs while the whole log is read: the export of a long past as CSV, and a backup.

By turns in one server: presses of "call next" alone, during the export, during the backup (as ``queue_server
backup`` makes it, in a process of its own). The answer to the officer is measured, so that the machine's other
work shows as well.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.fill import fill
from bench.house import ROOT, House, machine
from queue_server.client import Site
from queue_server.crowd import Line
from queue_server.replay.cast import paired, signed_in
from queue_server.replay.compare import quantile
from queue_server.replay.place import office

#: Between two visitors, seconds.
PAUSE_S = 0.1


class Export:
    """The supervisor's CSV of all days, read away as fast as it comes."""

    def __init__(self, house: House) -> None:
        site = Site(house.base)
        place = house.place
        site.post("/sign-in", {"office": place.key, "name": place.supervisor, "password": place.password})
        self.path = f"{house.base}/supervisor/{place.key}/log.csv?day=2000-01-01&to=2999-12-31"
        self.http = site.http

    def run(self) -> str:
        size = 0
        with self.http.get(self.path, stream=True, timeout=600) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(1 << 16):
                size += len(piece)
        return f"{size / 1e6:.0f} MB of CSV"


class Backup:
    def __init__(self, house: House) -> None:
        self.house = house

    def run(self) -> str:
        with tempfile.TemporaryDirectory() as second:
            subprocess.run(
                [sys.executable, "-m", "queue_server", "backup", "--data", str(self.house.data), "--to", second],
                cwd=ROOT, env=os.environ, check=True, stdout=subprocess.DEVNULL)
            size = sum(file.stat().st_size for file in Path(second).rglob("*") if file.is_file())
        return f"{size / 1e6:.0f} MB copied and checked"


class Officer:
    """Calls, starts and finishes, again and again; keeps how long the answer to each call took."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def sit(self) -> None:
        place, base = self.house.place, self.house.base
        supervisor = await signed_in(base, place.key, place.supervisor, place.password)
        self.kiosk = await paired(base, place.key, supervisor, "kiosk")
        web = await signed_in(base, place.key, place.officers[0], place.password)
        self.line = await Line(web, {"screen": "counter", "office": place.key}).open()
        await self.line.press("sit", counter="c1")

    async def calls_while(self, work: Callable[[], str], least: int) -> tuple[list[float], str, float]:
        """Milliseconds of each call while ``work`` runs in a thread, at least so many; what it said; its seconds."""
        begun = time.perf_counter()
        running = asyncio.create_task(asyncio.to_thread(work))
        took: list[float] = []
        while not running.done() or len(took) < least:
            took.append(await self.call())
            await asyncio.sleep(PAUSE_S)
        return took, await running, time.perf_counter() - begun

    async def call(self) -> float:
        """Milliseconds until the officer had the answer; the visitor is served and gone afterwards."""
        place = self.house.place
        await self.kiosk.post(f"/office/{place.key}/tickets", {
            "key": secrets.token_hex(16), "service": "a", "priority": False, "language": "id"})
        start = time.perf_counter()
        await self.line.press("call_next")
        took = (time.perf_counter() - start) * 1000
        await self.line.press("start")
        await self.line.press("finish", outcome="served")
        return took


async def measure(house: House, calls: int) -> None:
    officer = Officer(house)
    await officer.sit()
    for _ in range(5):
        await officer.call()
    works: dict[str, Callable[[], str]] = {
        "alone": lambda: "", "during the export": Export(house).run, "alone again": lambda: "",
        "during a backup": Backup(house).run,
    }
    for name, work in works.items():
        took, said, seconds = await officer.calls_while(work, calls if name.startswith("alone") else 1)
        more = f"   {said} in {seconds:.0f} s" if said else ""
        print(f"  {name:<18} {len(took):>5} calls   p50 {quantile(took, 0.5):6.1f} ms   "
              f"p99 {quantile(took, 0.99):6.1f} ms   max {max(took):6.1f} ms{more}", flush=True)
    await officer.line.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description="Calls while the whole log is read.")
    parser.add_argument("--steps", type=int, default=1_000_000, help="old visits in the log")
    parser.add_argument("--calls", type=int, default=150, help="calls measured of a quiet server")
    parser.add_argument("--folder", help="where the database lies; the default is the system's temporary folder")
    args = parser.parse_args()
    print(machine())
    made = office("bench", "Bench", {"a": "A", "b": "B"}, {"c1": ["a", "b"]})
    house = House(made, 1, folder=args.folder)
    fill(house.data, "bench", args.steps)
    with house:
        asyncio.run(measure(house, args.calls))


if __name__ == "__main__":
    main()
