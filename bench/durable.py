"""Durable commands per second inside the writer, against what the disk's syncs allow: 8 clients that wait for each
other's commit, and one client alone. Without HTTP and pictures; the writer as the server runs it, under eventlet.

``bench/fast.py`` starts it on a disk of 5 ms per sync.
"""

from __future__ import annotations

from queue_server import bootstrap

bootstrap.patch("eventlet")

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import secrets  # noqa: E402
import shutil  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402

from queue_server import config, opening, writer_process  # noqa: E402
from queue_server.commands import visitor  # noqa: E402
from queue_server.database import Database  # noqa: E402
from queue_server.flusher import Done  # noqa: E402
from queue_server.replay.compare import quantile  # noqa: E402
from queue_server.replay.place import office, set_up  # noqa: E402
from queue_server.shell import Session  # noqa: E402
from queue_server.transaction import Actor, Job, Writer  # noqa: E402

CLIENTS = 8
KIOSK = Actor("device", "device:1", device_id=1)


def syncs(folder: Path, seconds: float) -> list[float]:
    """How long each bare fdatasync after a written page took, seconds."""
    file = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY, 0o600)
    page, took = bytes(4096), []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        os.pwrite(file, page, 0)
        os.fdatasync(file)
        took.append(time.perf_counter() - start)
    os.close(file)
    return took


class House:
    """The writer of a server, without the server."""

    def __init__(self, data: Path) -> None:
        settings = config.read(None, {"QUEUE_DATA": str(data)})
        session = Session(settings)
        set_up(session, office("bench", "Bench", {"a": "A"}, {"c1": ["a"]}), 0)
        session.close()
        line = writer_process.fork()
        self.kit = bootstrap.kit("eventlet")
        self.database = Database(settings.database_url)
        self.writer = Writer(self.database, self.kit.blocking(opening.clock, self.database), self.kit, line=line)
        self.database.sync_apart()  # for ``alone``, which commits here
        self.commits = 0
        self._let_go, self.writer._let_go = self.writer._let_go, self._counted  # type: ignore[method-assign]
        self.writer.start()

    def _counted(self, done: Done) -> None:
        self.commits += 1
        self._let_go(done)

    def numbers(self, clients: int, seconds: float) -> list[float]:
        """Seconds of each number that so many clients took, each pressing again when it had its answer."""
        took: list[float] = []
        done = []
        end = time.perf_counter() + seconds

        def client() -> None:
            while (start := time.perf_counter()) < end:
                self.writer.press(_number())
                took.append(time.perf_counter() - start)
            done.append(True)

        for _ in range(clients):
            self.kit.spawn(client)
        while len(done) < clients:
            self.kit.sleep(0.01)
        return took

    def alone(self, seconds: float) -> list[float]:
        """The same numbers by one thread that runs the command and commits it itself, without a queue or a group."""
        took: list[float] = []
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            self.writer.press_now(_number())
            took.append(time.perf_counter() - start)
        return took


def _number() -> Job:
    args = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
    return Job("bench", KIOSK, "issue", visitor.issue, args, secrets.token_hex(16))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.durable", description="Durable commands inside the writer.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of each measure in a round")
    parser.add_argument("--folder", help="where the database lies; the default is the system's temporary folder")
    parser.add_argument("--json", action="store_true", help="print one line of JSON with the rounds")
    args = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=args.folder))
    rounds = []
    try:
        house = House(data)
        house.numbers(CLIENTS, 0.5)
        for _ in range(args.rounds):
            bare, before = syncs(data, args.seconds), house.commits
            many = house.numbers(CLIENTS, args.seconds)
            together = len(many) / (house.commits - before)
            one = house.numbers(1, args.seconds)
            bare_one = house.kit.blocking(house.alone, args.seconds)
            rounds.append({
                "syncs": len(bare) / args.seconds, "sync_ms": median(bare) * 1000,
                "many": len(many) / args.seconds, "together": together,
                "many_p99_ms": quantile(sorted(many), 0.99) * 1000,
                "one": len(one) / args.seconds, "one_ms": median(one) * 1000,
                "alone_ms": median(bare_one) * 1000,
            })
            if not args.json:
                print("  " + "   ".join(f"{name} {value:.2f}" for name, value in rounds[-1].items()), flush=True)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    if args.json:
        print(json.dumps(rounds))


if __name__ == "__main__":
    main()
