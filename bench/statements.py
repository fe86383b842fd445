"""What the command costs inside the writer, against the very statements that it sends, played by raw sqlite3.

The statements of a run are recorded with their values. Then two copies of the same database are worked by turns:
one by our commands, one by a loop that only executes what was recorded. Without HTTP, pictures and syncs (in
memory where the system has /dev/shm), in CPU time, so that other work on the machine does not count. With 20 and
with 2,000 waiting.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from bench.house import machine
from queue_server import config
from queue_server.commands import counter, seat, visitor
from queue_server.database import Database
from queue_server.replay.place import office, set_up
from queue_server.shell import Session
from queue_server.transaction import Actor, Command, Job

FEW, MANY = 20, 2_000
BAR, FLAT = 3.0, 1.25
BLOCK = 25
OFFICER, KIOSK = Actor("officer", "person:1", 1), Actor("device", "device:1", device_id=1)
NUMBER = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
#: A visitor's way; a new one comes for each who goes, so that as many wait all the time.
WAY: tuple[tuple[str, Actor, Command, dict[str, Any]], ...] = (
    ("issue", KIOSK, visitor.issue, NUMBER), ("call_next", OFFICER, counter.call_next, {}),
    ("start", OFFICER, counter.start, {}), ("finish", OFFICER, counter.finish, {"outcome": "served"}),
)
#: One command's statements with their values, as the driver got them.
Statements = list[tuple[str, Any]]


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        noted.append((sql, tuple(values)))
        return super().execute(sql, values)

    def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
        rows = [tuple(row) for row in rows]
        noted.extend((sql, row) for row in rows)
        return super().executemany(sql, rows)


class _Recording(sqlite3.Connection):
    """A connection that notes every statement, its own and those of its cursors."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        found: sqlite3.Cursor = self.cursor().execute(sql, values)
        return found

    def commit(self) -> None:
        noted.append(("COMMIT", ()))
        super().commit()


noted: Statements = []


class House:
    """Our writer over a data folder; no server."""

    def __init__(self, data: Path, recording: bool = False) -> None:
        self.session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
        self.session.database.drop_writer()
        if recording:
            _record(self.session.database)

    def press(self, act: str, actor: Actor, command: Command, args: dict[str, Any], key: str) -> None:
        self.session.writer.press_now(Job("bench", actor, act, command, dict(args), key))

    def visit(self, n: int) -> None:
        for act, actor, command, args in WAY:
            self.press(act, actor, command, args, f"{act}-{n:08d}")


def _record(database: Database) -> None:
    @event.listens_for(database.writing, "do_connect")
    def recording(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["factory"] = _Recording


def _made(data: Path, waiting: int) -> None:
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    set_up(session, office("bench", "Bench", {"a": "A"}, {"c1": ["a"]}), 1)
    session.writer.press_now(Job("bench", OFFICER, "sit", seat.sit, {"counter": "c1"}))
    for _ in range(waiting):
        session.writer.press_now(Job("bench", KIOSK, "issue", visitor.issue, dict(NUMBER)))
    session.close()


def _recorded(data: Path, visits: int) -> list[Statements]:
    """The statements of each visit."""
    house, found = House(data, recording=True), []
    for n in range(visits):
        noted.clear()
        house.visit(n)
        found.append(list(noted))
    house.session.close()
    return found


def _raw(data: Path) -> sqlite3.Connection:
    c = sqlite3.connect(data / "queue.db", isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        c.execute(f"PRAGMA {pragma}")
    return c


class Pair:
    """Ours and the raw loop over two copies of one database, with so many waiting."""

    def __init__(self, folder: Path, waiting: int, visits: int) -> None:
        _made(folder / "ours", waiting)
        for copy in ("raw", "recorded"):
            shutil.copytree(folder / "ours", folder / copy)
        self.statements = _recorded(folder / "recorded", visits)
        self.house, self.cursor = House(folder / "ours"), _raw(folder / "raw").cursor()
        self.done = 0
        self.ours: list[float] = []
        self.raw: list[float] = []

    def round(self, visits: int) -> None:
        """So many visits by each; notes the CPU time of a command, microseconds."""
        numbers = range(self.done, self.done + visits)
        start = time.process_time()
        for n in numbers:
            self.house.visit(n)
        middle = time.process_time()
        for n in numbers:
            for sql, values in self.statements[n]:
                self.cursor.execute(sql, values).fetchall()
        commands = visits * len(WAY)
        self.raw.append((time.process_time() - middle) / commands * 1e6)
        self.ours.append((middle - start) / commands * 1e6)
        self.done += visits

    def close(self) -> None:
        self.house.session.close()
        self.cursor.connection.close()


def measure(rounds: int) -> dict[int, Pair]:
    """Both queues by turns; the first round only warms up."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=shm if shm.is_dir() else None))
    try:
        pairs = {waiting: Pair(folder / str(waiting), waiting, (rounds + 1) * BLOCK) for waiting in (FEW, MANY)}
        for _ in range(rounds + 1):
            for pair in pairs.values():
                pair.round(BLOCK)
        for pair in pairs.values():
            pair.close()
            pair.ours, pair.raw = pair.ours[1:], pair.raw[1:]
        return pairs
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(rounds: int) -> bool:
    """Prints both queues; whether the bars are kept."""
    pairs, good = measure(rounds), True
    for waiting, pair in pairs.items():
        ratio = median(a / b for a, b in zip(pair.ours, pair.raw, strict=True))
        good = good and ratio <= BAR
        print(f"  {waiting:>5} waiting: {median(pair.ours):5.0f} us of CPU a command, its statements alone "
              f"{median(pair.raw):5.0f} us: ratio {ratio:.2f} (bar {BAR:g})")
    flat = median(a / b for a, b in zip(pairs[MANY].ours, pairs[FEW].ours, strict=True))
    print(f"  {MANY} waiting against {FEW}: {flat:.2f} times (bar {FLAT:g})")
    return good and flat <= FLAT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.statements", description="A command against its statements.")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    print(machine())
    sys.exit(0 if run(args.rounds) else 1)


if __name__ == "__main__":
    main()
