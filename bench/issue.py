"""Numbers per second with 8 kiosks at once, ours against the floor of ``bench/baseline_app.py``, by turns.

The client is raw sockets in one process, so that it is not what is measured. Bar: at least half of the floor.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.house import House, Process, free_port, machine
from queue_server.client import Kiosk, Message, Site
from queue_server.replay.compare import quantile
from queue_server.replay.place import office

CLIENTS = 8
BAR = 0.5


class Taken:
    """What one server gave in one round."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.seconds: list[float] = []
        self.refused = 0
        self.cpu = 0.0  # seconds that the server worked for it


class Client:
    """Requests over one kept connection by raw sockets."""

    def __init__(self, port: int, path: str, cookie: str = "") -> None:
        self.port = port
        self.head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Queue: 1\r\n"
                     f"Content-Type: application/json\r\n{cookie}")

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.writer.close()

    async def post(self, data: bytes) -> Message:
        self.writer.write(f"{self.head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        lines = answer.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length"))
        found: Message = json.loads(await self.reader.readexactly(length))
        return found


async def _client(port: int, path: str, cookie: str, body: Callable[[], bytes], until: float, taken: Taken) -> None:
    async with Client(port, path, cookie) as client:
        while time.perf_counter() < until:
            start = time.perf_counter()
            found = await client.post(body())
            if found.get("ok"):
                taken.seconds.append(time.perf_counter() - start)
                taken.numbers.append(found["ticket"]["number"])
            else:
                taken.refused += 1


async def _clients(port: int, path: str, cookie: str, body: Callable[[], bytes], seconds: float) -> Taken:
    taken = Taken()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_client(port, path, cookie, body, until, taken) for _ in range(CLIENTS)))
    return taken


def issue_round(server: Process, path: str, cookie: str, body: Callable[[], bytes], seconds: float) -> Taken:
    before = server.cpu
    taken = asyncio.run(_clients(server.port, path, cookie, body, seconds))
    taken.cpu = server.cpu - before
    return taken


def cookie_of(site: Site) -> str:
    """The header line with what a signed-in or paired client has."""
    return "Cookie: " + "; ".join(f"{c.name}={c.value}" for c in site.http.cookies) + "\r\n"


def ours_body() -> bytes:
    message = {"key": secrets.token_hex(16), "service": "a", "priority": False, "language": "id"}
    return json.dumps(message).encode()


def floor_body() -> bytes:
    return b'{"service": "a"}'


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.issue", description="Numbers per second against the floor.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="length of a round for each server")
    parser.add_argument("--folder", help="where the databases lie; the default is the system's temporary folder")
    args = parser.parse_args()
    made = office("bench", "Bench", {"a": "A"}, {"c1": ["a"]})
    floor_data, floor_port = Path(tempfile.mkdtemp(prefix="queue-floor-", dir=args.folder)), free_port()
    floor = Process(
        [sys.executable, "-m", "bench.baseline_app", str(floor_data / "floor.db"), str(floor_port)], floor_port, "/")
    print(machine())
    print(f"{CLIENTS} clients at once; numbers per second (p50 / p99 ms)")
    ratios, ours_all, floor_all = [], [], []
    try:
        with House(made, folder=args.folder) as house, floor:
            kiosk = Kiosk(house.base, "bench")
            cookie = cookie_of(kiosk)
            for _ in range(args.rounds):
                theirs = issue_round(floor, "/tickets", "", floor_body, args.seconds)
                ours = issue_round(house.process, "/office/bench/tickets", cookie, ours_body, args.seconds)
                ratios.append(len(ours.numbers) / len(theirs.numbers))
                floor_all += theirs.numbers
                ours_all += ours.numbers
                print(f"  floor {spoken(theirs, args.seconds)}")
                print(f"  ours  {spoken(ours, args.seconds)}   ratio {ratios[-1]:.2f}")
    finally:
        shutil.rmtree(floor_data, ignore_errors=True)
    doubled = len(ours_all) - len(set(ours_all))
    missing = max(ours_all) - len(set(ours_all))
    good = median(ratios) >= BAR and not doubled and not missing
    print(f"median ratio {median(ratios):.2f} (bar {BAR})")
    print(f"{len(ours_all)} numbers, {doubled} doubled, {missing} missing")
    sys.exit(0 if good else 1)


def spoken(taken: Taken, seconds: float) -> str:
    """Rate, times of an answer, and CPU time, in one line."""
    ms = [s * 1000 for s in taken.seconds]
    cpu = taken.cpu * 1000 / max(1, len(taken.seconds))
    refused = f" {taken.refused} refused" if taken.refused else ""
    speed = f"{len(taken.seconds) / seconds:5.0f}/s ({quantile(ms, 0.5):.1f} / {quantile(ms, 0.99):.1f})"
    return f"{speed}, {cpu:.2f} ms CPU each{refused}"


if __name__ == "__main__":
    main()
