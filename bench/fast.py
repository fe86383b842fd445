"""The bars of speed, each beside its baseline in the same minute: commands on a slow disk against its syncs, a
command against its own statements, numbers and calls over HTTP against ``bench/baseline_app.py``. Ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import statements
from bench.clients import Presses, together
from bench.house import ROOT, House, Process, free_port, machine
from bench.issue import CLIENTS, Taken, cookie_of, floor_body, issue_round, ours_body, spoken
from bench.shims import slow_disk
from queue_server import config
from queue_server.client import Kiosk, Site
from queue_server.commands import visitor
from queue_server.replay.place import office
from queue_server.shell import Session
from queue_server.transaction import Actor, Job

SYNC_MS = 5.0
DURABLE, ALONE, OVER_HTTP = 3.5, 1.1, 0.6
#: Visitors who wait before calls are measured: more than are called.
WAITING = 6_000


def _bar(name: str, value: float, bar: float, least: bool) -> bool:
    good = value >= bar if least else value <= bar
    print(f"  {name}: {value:.2f} (bar {'at least' if least else 'at most'} {bar:g}): {'kept' if good else 'MISSED'}")
    return good


def slow(rounds: int, seconds: float) -> bool:
    """Inside the writer, on a disk of 5 ms."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.durable", "--json", "--rounds", str(rounds), "--seconds", str(seconds)],
        cwd=ROOT, env={**os.environ, **slow_disk(SYNC_MS)}, check=True, capture_output=True, text=True)
    found = json.loads(ran.stdout)
    middle = {name: median(one[name] for one in found) for name in found[0]}
    print(f"  bare syncs {middle['syncs']:.0f}/s; {CLIENTS} clients {middle['many']:.0f}/s (p99 "
          f"{middle['many_p99_ms']:.1f} ms, {middle['together']:.1f} in a commit); one client {middle['one']:.0f}/s, "
          f"{middle['one_ms']:.2f} ms where a sync takes {middle['sync_ms']:.2f} and the command with its commit, "
          f"without the writer, {middle['alone_ms']:.2f}")
    many = _bar(f"{CLIENTS} clients to bare syncs", median(one["many"] / one["syncs"] for one in found), DURABLE, True)
    alone = median(one["one_ms"] / one["alone_ms"] for one in found)
    return _bar("one client's answer to the command without the writer", alone, ALONE, False) and many


def slow_http(rounds: int, seconds: float) -> bool:
    """Numbers, and calls with their starts and finishes, over HTTP on a disk of 5 ms, beside its bare syncs."""
    with House(office("bench", "Bench", {"a": "A"}, {"c1": ["a"]}), environment=slow_disk(SYNC_MS)) as house:
        cookie = cookie_of(Kiosk(house.base, "bench"))

        def numbers() -> Taken:
            return issue_round(house.process, "/office/bench/tickets", cookie, ours_body, seconds)

        good = _beside_syncs("numbers", numbers, rounds, seconds)
    with _officers(None, slow_disk(SYNC_MS)) as house:
        cookies = [_seated(house, n) for n in range(CLIENTS)]

        def calls() -> Taken:
            return _presses(house.process, cookies, seconds)

        return _beside_syncs("calls, starts and finishes", calls, rounds, seconds) and good


def _beside_syncs(what: str, taken: Callable[[], Taken], rounds: int, seconds: float) -> bool:
    ratios = []
    for _ in range(rounds):
        bare, found = _bare_syncs(seconds), taken()
        ratios.append(len(found.seconds) / seconds / bare)
        print(f"  bare syncs {bare:.0f}/s; {what} {spoken(found, seconds)}   ratio {ratios[-1]:.2f}", flush=True)
    return _bar(f"{what} by {CLIENTS} clients over HTTP to bare syncs", median(ratios), DURABLE, True)


def _bare_syncs(seconds: float) -> float:
    code = ("import sys; from pathlib import Path; from bench.durable import syncs;"
            "print(len(syncs(Path(sys.argv[1]), float(sys.argv[2]))))")
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code, folder, str(seconds)], cwd=ROOT,
                             env={**os.environ, **slow_disk(SYNC_MS)}, check=True, capture_output=True, text=True)
    return int(ran.stdout) / seconds


def _say(theirs: Taken, ours: Taken, seconds: float) -> None:
    ratio = len(ours.seconds) / len(theirs.seconds)
    print(f"  floor {spoken(theirs, seconds)}   ours {spoken(ours, seconds)}   ratio {ratio:.2f}", flush=True)


class Floor:
    """``bench/baseline_app.py`` over a database of its own."""

    def __init__(self, folder: str | None) -> None:
        self.data, port = Path(tempfile.mkdtemp(prefix="queue-floor-", dir=folder)), free_port()
        self.process = Process(
            [sys.executable, "-m", "bench.baseline_app", str(self.data / "floor.db"), str(port)], port, "/")

    def __enter__(self) -> Floor:
        self.process.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.stop()
        shutil.rmtree(self.data, ignore_errors=True)


def numbers(rounds: int, seconds: float, folder: str | None) -> bool:
    with House(office("bench", "Bench", {"a": "A"}, {"c1": ["a"]}), folder=folder) as house, Floor(folder) as floor:
        cookie, ratios = cookie_of(Kiosk(house.base, "bench")), []
        for _ in range(rounds):
            theirs = issue_round(floor.process, "/tickets", "", floor_body, seconds)
            ours = issue_round(house.process, "/office/bench/tickets", cookie, ours_body, seconds)
            ratios.append(len(ours.seconds) / len(theirs.seconds))
            _say(theirs, ours, seconds)
    return _bar("numbers over HTTP to the floor", median(ratios), OVER_HTTP, True)


def calls(rounds: int, seconds: float, folder: str | None) -> bool:
    """8 officers who call, start and finish; every press counts."""
    with _officers(folder) as house, Floor(folder) as floor:
        _take(floor.process, WAITING)
        cookies = [_seated(house, n) for n in range(CLIENTS)]
        ratios = []
        for _ in range(rounds):
            theirs = _presses(floor.process, [""] * CLIENTS, seconds)
            ours = _presses(house.process, cookies, seconds)
            ratios.append(len(ours.seconds) / len(theirs.seconds))
            _say(theirs, ours, seconds)
    return _bar("calls, starts and finishes over HTTP to the floor", median(ratios), OVER_HTTP, True)


def _officers(folder: str | None, environment: dict[str, str] | None = None) -> House:
    """A house of 8 officers and of more visitors than they will call; not open yet."""
    made = office("bench", "Bench", {"a": "A"}, {f"c{n}": ["a"] for n in range(1, CLIENTS + 1)})
    house = House(made, CLIENTS, folder, environment=environment)
    _fill(house)
    return house


def _fill(house: House) -> None:
    session = Session(config.read(None, {"QUEUE_DATA": str(house.data)}))
    kiosk = Actor("device", "device:1", device_id=1)
    for _ in range(0, WAITING, 50):
        args = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
        session.writer.committer.batch([Job("bench", kiosk, "issue", visitor.issue, dict(args)) for _ in range(50)])
    session.close()


def _take(floor: Process, many: int) -> None:
    def kiosk() -> Presses:
        for _ in range(many // CLIENTS):
            yield floor_body()

    together(floor.port, "/tickets", [("", kiosk()) for _ in range(CLIENTS)])


def _seated(house: House, n: int) -> str:
    """The cookie of a signed-in officer at a counter of their own."""
    site, place = Site(house.base), house.place
    site.post("/sign-in", {"office": place.key, "name": place.officers[n], "password": place.password})
    site.post("/press", {"office": place.key, "key": secrets.token_hex(16), "act": "sit", "counter": f"c{n + 1}"})
    return cookie_of(site)


def _presses(server: Process, cookies: list[str], seconds: float) -> Taken:
    taken, before = Taken(), server.cpu
    until = time.perf_counter() + seconds

    def officer(n: int, cookie: str) -> Presses:
        while time.perf_counter() < until:
            for act in ("call_next", "start", "finish"):
                message = {"office": "bench", "act": act, "key": secrets.token_hex(16)}
                # The floor knows officers by their counter, ours by their cookie.
                message.update({} if cookie else {"counter": f"c{n}"})
                start = time.perf_counter()
                found = yield json.dumps(message).encode()
                if found.get("ok"):
                    taken.seconds.append(time.perf_counter() - start)
                else:
                    taken.refused += 1

    together(server.port, "/press", [(cookie, officer(n, cookie)) for n, cookie in enumerate(cookies, 1)])
    taken.cpu = server.cpu - before
    return taken


PARTS = ("slow", "slow-http", "statements", "numbers", "calls")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fast", description="The bars of speed, and their baselines.")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be given again")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="length of each measure in a round")
    parser.add_argument("--folder", help="where the databases lie; the default is the system's temporary folder")
    args = parser.parse_args()
    print(machine())
    good = True
    for part in args.part or PARTS:
        print(f"{part}:", flush=True)
        if part == "slow":
            good = slow(args.rounds, args.seconds) and good
        elif part == "slow-http":
            good = slow_http(args.rounds, args.seconds) and good
        elif part == "statements":
            good = statements.run(4 * args.rounds) and good
        else:
            good = (numbers if part == "numbers" else calls)(args.rounds, args.seconds, args.folder) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
