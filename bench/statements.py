"""What the command costs inside the writer, against the very statements that it sends, played by raw sqlite3.

The statements of a run are recorded with their values. Then two copies of the same database are worked by turns:
one by our commands, one by a loop that only executes what was recorded. Without HTTP, pictures and syncs (in
memory where the system has /dev/shm). With 20 and with 2,000 waiting.
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
WARM_UP, BLOCK = 20, 25
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
    """A connection that notes every statement of its cursors."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

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


def measure(waiting: int, rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds of a command (a quarter of a visit), ours and raw, one of each a round."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=shm if shm.is_dir() else None))
    visits = WARM_UP + rounds * BLOCK
    try:
        _made(folder / "ours", waiting)
        for copy in ("raw", "recorded"):
            shutil.copytree(folder / "ours", folder / copy)
        statements = _recorded(folder / "recorded", visits)
        house, cursor = House(folder / "ours"), _raw(folder / "raw").cursor()
        took: dict[str, list[float]] = {"ours": [], "raw": []}
        begin, end = 0, WARM_UP
        for _ in range(rounds + 1):
            start = time.perf_counter()
            for n in range(begin, end):
                house.visit(n)
            middle = time.perf_counter()
            for visit in statements[begin:end]:
                for sql, values in visit:
                    cursor.execute(sql, values).fetchall()
            took["raw"].append((time.perf_counter() - middle) / (end - begin) / len(WAY) * 1e6)
            took["ours"].append((middle - start) / (end - begin) / len(WAY) * 1e6)
            begin, end = end, end + BLOCK
        house.session.close()
        cursor.connection.close()
        return took["ours"][1:], took["raw"][1:]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(rounds: int) -> bool:
    """Prints both houses; whether the bars are kept."""
    found = {waiting: measure(waiting, rounds) for waiting in (FEW, MANY)}
    good = True
    for waiting, (ours, raw) in found.items():
        ratio = median(a / b for a, b in zip(ours, raw, strict=True))
        good = good and ratio <= BAR
        print(f"  {waiting:>5} waiting: {median(ours):5.0f} us a command, its statements alone {median(raw):5.0f} us: "
              f"ratio {ratio:.2f} (bar {BAR:g})")
    flat = median(found[MANY][0]) / median(found[FEW][0])
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
