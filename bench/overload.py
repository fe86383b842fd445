"""Five times the sustainable rate of numbers: what is accepted keeps its latency, the rest is refused at once.

Numbers are asked for at instants fixed beforehand (open loop), by clients of their own process, and each latency counts
from the instant at which it should have been asked, so that a server that stalls is not flattered.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import selectors
import socket
import time
from multiprocessing.connection import Connection
from typing import cast

from bench.clients import head
from bench.house import House, machine
from bench.issue import CLIENTS, cookie_of, issue_round, ours_body
from queue_server.client import Kiosk
from queue_server.replay.compare import quantile
from queue_server.replay.place import office

#: As many connections are kept open at most: whoever finds none free waits, and that wait counts.
MOST_OPEN = 400
#: A burst is let in whole, by design: it is told apart from what comes after it, seconds.
BURST_S = 2.0
PATH = "/office/bench/tickets"


class Asked:
    """What became of what was asked in a round."""

    def __init__(self) -> None:
        self.accepted: list[float] = []
        self.settled: list[float] = []   # of these, what was asked when the first burst was over
        self.refused: list[float] = []
        #: How long after its instant each was sent: what the clients themselves take, and their wait for a free line.
        self.late: list[float] = []

    def line(self) -> str:
        n = len(self.accepted) + len(self.refused)
        told = (f"{n} asked, {len(self.accepted)} accepted: p50 {quantile(self.accepted, 0.5) * 1000:.0f}, "
                f"p99 {quantile(self.accepted, 0.99) * 1000:.0f} ms")
        if self.refused:
            told += (f"; {len(self.refused)} refused within p50 {quantile(self.refused, 0.5) * 1000:.0f}, "
                     f"p99 {quantile(self.refused, 0.99) * 1000:.0f} ms")
        late = [1000 * quantile(self.late, q) for q in (0.5, 0.99)]
        return told + f"; sent p50 {late[0]:.0f}, p99 {late[1]:.0f} ms late"


class _Asker:
    """Asks at instants fixed beforehand. Plain sockets and one selector: the clients share the machine with the server,
    and must not be what gives way first."""

    def __init__(self, port: int, cookie: str, rate: float, seconds: float) -> None:
        self.port, self.rate, self.count = port, rate, int(rate * seconds)
        self.head = head(port, PATH, cookie)
        self.asked = Asked()
        self._free: list[socket.socket] = []
        self._under_way: dict[socket.socket, float] = {}
        self._selector = selectors.DefaultSelector()
        self.start = 0.0

    def run(self) -> Asked:
        start = self.start = time.perf_counter() + 0.2
        sent = 0
        while sent < self.count or self._under_way:
            now = time.perf_counter()
            while sent < self.count and start + sent / self.rate <= now and self._ask(start + sent / self.rate):
                sent += 1
            waits = max(0.0, start + sent / self.rate - time.perf_counter()) if sent < self.count else 1.0
            for found, _events in self._selector.select(waits if self._can_ask() else 1.0):
                self._answered(cast(socket.socket, found.fileobj))
        for line in self._free:
            line.close()
        return self.asked

    def _can_ask(self) -> bool:
        return bool(self._free) or len(self._under_way) < MOST_OPEN

    def _ask(self, due: float) -> bool:
        if not self._can_ask():
            return False
        line = self._free.pop() if self._free else self._open()
        data = ours_body()
        line.sendall(f"{self.head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        self._under_way[line] = due
        self.asked.late.append(time.perf_counter() - due)
        return True

    def _open(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), 30)
        self._selector.register(line, selectors.EVENT_READ)
        return line

    def _answered(self, line: socket.socket) -> None:
        answer = line.recv(65_536)
        due = self._under_way.pop(line)
        if not answer.endswith(b"}"):
            raise SystemExit(f"no whole answer: {answer[-200:]!r}")
        took = time.perf_counter() - due
        (self.asked.accepted if b'{"ok":true' in answer else self.asked.refused).append(took)
        if b'{"ok":true' in answer and due - self.start > BURST_S:
            self.asked.settled.append(took)
        self._free.append(line)


def _clients(pipe: Connection, port: int, cookie: str, rate: float, seconds: float) -> None:
    found = _Asker(port, cookie, rate, seconds).run()
    pipe.send(json.dumps([found.accepted, found.settled, found.refused, found.late]))


def ask_at(port: int, cookie: str, rate: float, seconds: float) -> Asked:
    """A round of ``rate`` numbers per second, asked by a process of its own."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_clients, args=(theirs, port, cookie, rate, seconds))
    process.start()
    found = Asked()
    found.accepted, found.settled, found.refused, found.late = json.loads(ours.recv())
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
        print(f"accepted numbers at {args.times:g} times, after the first {BURST_S:g} s: {len(full.settled)}, p50 "
              f"{quantile(full.settled, 0.5) * 1000:.0f}, p99 {quantile(full.settled, 0.99) * 1000:.0f} ms; to 0.7: "
              f"{quantile(full.settled, 0.5) / quantile(calm.settled, 0.5):.1f} and "
              f"{quantile(full.settled, 0.99) / quantile(calm.settled, 0.99):.1f} times as long")


if __name__ == "__main__":
    main()
