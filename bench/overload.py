"""Five times the sustainable rate of numbers: what is accepted keeps its latency, the rest is refused at once.

Numbers are asked for at instants fixed beforehand (open loop), by clients of their own process, and each latency counts
from the instant at which it should have been asked, so that a server that stalls is not flattered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from multiprocessing.connection import Connection

from bench.house import House, machine
from bench.issue import CLIENTS, Client, cookie_of, issue_round, ours_body
from queue_server.client import Kiosk
from queue_server.replay.compare import quantile
from queue_server.replay.place import office

#: As many connections are kept open at most: whoever finds none free waits, and that wait counts.
MOST_OPEN = 400
PATH = "/office/bench/tickets"


class Asked:
    """What became of what was asked in a round."""

    def __init__(self) -> None:
        self.accepted: list[float] = []
        self.refused: list[float] = []

    def line(self) -> str:
        n = len(self.accepted) + len(self.refused)
        told = (f"{n} asked, {len(self.accepted)} accepted: p50 {quantile(self.accepted, 0.5) * 1000:.0f}, "
                f"p99 {quantile(self.accepted, 0.99) * 1000:.0f} ms")
        if self.refused:
            told += (f"; {len(self.refused)} refused within p50 {quantile(self.refused, 0.5) * 1000:.0f}, "
                     f"p99 {quantile(self.refused, 0.99) * 1000:.0f} ms")
        return told


async def _open_loop(port: int, cookie: str, rate: float, seconds: float) -> Asked:
    asked, free = Asked(), asyncio.LifoQueue[Client]()
    opened = 0
    start = time.perf_counter() + 0.2

    async def ask(due: float) -> None:
        nonlocal opened
        if free.empty() and opened < MOST_OPEN:
            opened += 1
            client = await Client(port, PATH, cookie).__aenter__()
        else:
            client = await free.get()
        found = await client.post(ours_body())
        (asked.accepted if found.get("ok") else asked.refused).append(time.perf_counter() - due)
        free.put_nowait(client)

    under_way: set[asyncio.Task[None]] = set()
    for n in range(int(rate * seconds)):
        due = start + n / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(ask(due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return asked


def _clients(pipe: Connection, port: int, cookie: str, rate: float, seconds: float) -> None:
    found = asyncio.run(_open_loop(port, cookie, rate, seconds))
    pipe.send(json.dumps([found.accepted, found.refused]))


def ask_at(port: int, cookie: str, rate: float, seconds: float) -> Asked:
    """A round of ``rate`` numbers per second, asked by a process of its own."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_clients, args=(theirs, port, cookie, rate, seconds))
    process.start()
    found = Asked()
    found.accepted, found.refused = json.loads(ours.recv())
    process.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.overload", description="Five times the sustainable rate, against half of it.")
    parser.add_argument("--seconds", type=float, default=8, help="length of a round")
    parser.add_argument("--times", type=float, default=5, help="how many times the sustainable rate")
    args = parser.parse_args()
    print(machine())
    with House(office("bench", "Bench", {"a": "A"}, {"c1": ["a"]})) as house:
        cookie = cookie_of(Kiosk(house.base, "bench"))
        issue_round(house.process, PATH, cookie, ours_body, 1)
        flat_out = issue_round(house.process, PATH, cookie, ours_body, args.seconds / 2)
        rate = len(flat_out.numbers) / (args.seconds / 2)
        print(f"sustainable, {CLIENTS} clients that wait for each answer: {rate:.0f} numbers a second")
        calm = ask_at(house.process.port, cookie, rate * 0.7, args.seconds)
        print(f"0.7 times that rate: {calm.line()}")
        full = ask_at(house.process.port, cookie, rate * args.times, args.seconds)
        print(f"{args.times:g} times that rate: {full.line()}")
        after = ask_at(house.process.port, cookie, rate * 0.7, args.seconds)
        print(f"0.7 times again, at once afterwards: {after.line()}")
        print(f"accepted numbers at {args.times:g} times against 0.7: p50 "
              f"{quantile(full.accepted, 0.5) / quantile(calm.accepted, 0.5):.1f}, p99 "
              f"{quantile(full.accepted, 0.99) / quantile(calm.accepted, 0.99):.1f} times as long")


if __name__ == "__main__":
    main()
