"""Numbers per second with 8 kiosks at once, ours against the floor of ``bench/baseline_app.py``, by turns.

Bar: at least half of the floor.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.clients import Presses, together
from bench.house import House, Process, free_port, machine
from queue_server.client import Kiosk, Site
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


def _kiosk(body: Callable[[], bytes], until: float, taken: Taken) -> Presses:
    while (start := time.perf_counter()) < until:
        found = yield body()
        if found.get("ok"):
            taken.seconds.append(time.perf_counter() - start)
            taken.numbers.append(found["ticket"]["number"])
        else:
            taken.refused += 1


def issue_round(server: Process, path: str, cookie: str, body: Callable[[], bytes], seconds: float) -> Taken:
    taken, before = Taken(), server.cpu
    until = time.perf_counter() + seconds
    together(server.port, path, [(cookie, _kiosk(body, until, taken)) for _ in range(CLIENTS)])
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
