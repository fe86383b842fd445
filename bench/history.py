"""What "call next" costs the server with a long past and with a long queue.

The command itself (one transaction, as the writer runs it) and the snapshot that the screens are drawn from
afterwards, in four houses by turns: without a past and with 1,000,000 old visits, each with 20 and with 2,000
waiting. Bar: at most 1.5 times the cost without a past and with 20 waiting.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import TypeVar

from bench.fill import fill
from bench.house import machine
from queue_server import config
from queue_server.commands import counter, seat, visitor
from queue_server.replay.place import Place, office, set_up
from queue_server.shell import Session
from queue_server.store import offices, pictures
from queue_server.transaction import Actor, Answer, Command, Job

Key = TypeVar("Key")
FEW, MANY = 20, 2_000
BAR = 1.5
SERVICES = {"a": "A", "b": "B"}


class House:
    """A data folder without a server: the commands are run in this process."""

    def __init__(self, folder: str | None, old: int) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=folder))
        settings = config.read(None, {"QUEUE_DATA": str(self.data)})
        made = office("bench", "Bench", SERVICES, {"c1": list(SERVICES), "c2": list(SERVICES)})
        session = Session(settings)
        self.place: Place = set_up(session, made, 1)
        session.close()
        if old:
            fill(self.data, "bench", old)
        self.session = Session(settings)
        self.officer = Actor("officer", "person:1", 1)
        self.waiting = 0
        self.press("sit", seat.sit, counter="c1")

    def press(self, act: str, command: Command, **args: object) -> Answer:
        return self.session.writer.press_now(Job("bench", self.officer, act, command, dict(args)))

    def fill_up(self, wanted: int) -> None:
        while self.waiting < wanted:
            service = "ab"[self.waiting % 2]
            self.press("issue", visitor.issue, service=service, priority=self.waiting % 7 == 0, channel="door")
            self.waiting += 1

    def call(self) -> tuple[float, float]:
        """Milliseconds of one "call next", and of reading the office for its screens; then the visitor goes."""
        called = _ms(lambda: self.press("call_next", counter.call_next))
        read = _ms(self.read)
        self.press("start", counter.start)
        self.press("finish", counter.finish, outcome="served")
        self.waiting -= 1
        return called, read

    def read(self) -> None:
        with self.session.database.read() as c:
            head = offices.heads_of(c, ["bench"])[0]
            pictures.snapshot(c, head, self.session.writer.clock.now())

    def close(self) -> None:
        self.session.close()
        shutil.rmtree(self.data, ignore_errors=True)


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.history", description="Call next with a long past.")
    parser.add_argument("--old", type=int, default=1_000_000, help="old visits")
    parser.add_argument("--calls", type=int, default=200, help="calls measured of each kind")
    parser.add_argument("--folder", help="where the databases lie; the default is the system's temporary folder")
    args = parser.parse_args()
    print(machine())
    start = time.monotonic()
    houses = {"no past": House(args.folder, 0), f"{args.old:,} old visits": House(args.folder, args.old)}
    print(f"filled in {time.monotonic() - start:.0f} s")
    try:
        found = {}
        for waiting in (FEW, MANY):
            middle = by_turns(houses, waiting, args.calls)
            found.update({(name, waiting): took for name, took in middle.items()})
    finally:
        for house in houses.values():
            house.close()
    sys.exit(_report(found))


def by_turns(houses: Mapping[Key, House], waiting: int, calls: int) -> dict[Key, tuple[float, float]]:
    """Medians (call, read) of each house with so many waiting, kept at that number; the houses take turns."""
    rounds: dict[Key, list[tuple[float, float]]] = {key: [] for key in houses}
    for n in range(calls + 5):
        for key, house in houses.items():
            house.fill_up(waiting)
            took = house.call()
            if n >= 5:  # the first ones warm up
                rounds[key].append(took)
    return {key: (median(called for called, _ in found), median(read for _, read in found))
            for key, found in rounds.items()}


def _report(found: dict[tuple[str, int], tuple[float, float]]) -> int:
    base = next(iter(found.values()))
    good = True
    print(f"{'':<24} {'waiting':>8} {'call next':>12} {'ratio':>6} {'snapshot':>12} {'ratio':>6}")
    for (name, waiting), (called, read) in found.items():
        good = good and called <= BAR * base[0]
        ratios = called / base[0], read / base[1]
        print(f"{name:<24} {waiting:>8} {called:>9.2f} ms {ratios[0]:>6.2f} {read:>9.2f} ms {ratios[1]:>6.2f}")
    print(f"bar: call next at most {BAR} times the first line: {'kept' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    main()
