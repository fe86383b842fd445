"""What the kiosk keeps on its own disk: what it knows of the office, and every number that it gave by itself.

One SQLite file. A number is there, forced to the disk, before anybody sees it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS number (
    key TEXT PRIMARY KEY, day TEXT NOT NULL, service TEXT NOT NULL, number INTEGER NOT NULL, prefix TEXT NOT NULL,
    priority INTEGER NOT NULL, language TEXT NOT NULL, secret TEXT NOT NULL UNIQUE, issued_at INTEGER NOT NULL,
    boot TEXT NOT NULL, boot_ns INTEGER NOT NULL, asked INTEGER NOT NULL, paper TEXT NOT NULL,
    paper_at INTEGER NOT NULL, handed_in_at INTEGER, problem TEXT NOT NULL DEFAULT '',
    UNIQUE (day, service, number)
);
CREATE INDEX IF NOT EXISTS number_to_hand_in ON number (issued_at) WHERE handed_in_at IS NULL;
"""
#: Numbers that the server has are forgotten here after so long, ms.
FORGOTTEN_MS = 60 * 24 * 3_600_000


@dataclass(frozen=True)
class Number:
    """A number that this kiosk gave. ``issued_at`` is its own wall clock (UTC ms), ``boot_ns`` its steady clock within
    ``boot``; ``asked``: the server had been asked for this touch and did not answer; ``paper`` as on the server."""

    key: str
    day: str
    service: str
    number: int
    prefix: str
    priority: int
    language: str
    secret: str
    issued_at: int
    boot: str
    boot_ns: int
    asked: int
    paper: str
    paper_at: int
    handed_in_at: int | None = None
    problem: str = ""


_COLUMNS = ", ".join(field.name for field in fields(Number))
#: The paper's states in which nothing more is to come: only such numbers are handed in.
SETTLED = "('', 'printed', 'kept', 'unconfirmed', 'void')"


class Shelf:
    """The file. Safe for several threads; every change is on the disk when its method returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._c = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._c.execute(f"PRAGMA {pragma}")
        self._c.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._c.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._c.execute("BEGIN IMMEDIATE")
            try:
                yield self._c
            except BaseException:
                self._c.execute("ROLLBACK")
                raise
            self._c.execute("COMMIT")

    # --- what is known -----------------------------------------------------------------------------

    def kept(self, name: str) -> str:
        with self._lock:
            row = self._c.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep(self, name: str, value: str) -> None:
        """Writes only what differs: what is asked every few seconds must not wear the disk."""
        if self.kept(name) != value:
            with self._change() as c:
                c.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    # --- numbers -------------------------------------------------------------------------------------

    def add(self, key: str, make: Callable[[], Number]) -> tuple[Number, bool]:
        """The number that ``key`` got, made now unless it has one; (number, whether it is new)."""
        with self._change() as c:
            known = self.by_key(key)
            if known is not None:
                return known, False
            number = make()
            marks = ", ".join("?" for _ in fields(Number))
            c.execute(f"INSERT INTO number ({_COLUMNS}) VALUES ({marks})",
                      [getattr(number, field.name) for field in fields(Number)])
        return number, True

    def by_key(self, key: str) -> Number | None:
        return next(iter(self._numbers("key = ?", key)), None)

    def by_secret(self, secret: str) -> Number | None:
        return next(iter(self._numbers("secret = ?", secret)), None)

    def of_day(self, day: str) -> list[Number]:
        return self._numbers("day = ? ORDER BY issued_at", day)

    def to_hand_in(self) -> list[Number]:
        """What the server does not have yet and whose paper is settled, in order of issue."""
        return self._numbers(f"handed_in_at IS NULL AND problem = '' AND paper IN {SETTLED} ORDER BY issued_at, number")

    def refused(self) -> list[Number]:
        """What the server did not take: a person must look."""
        return self._numbers("handed_in_at IS NULL AND problem <> '' ORDER BY issued_at")

    def unsettled(self) -> list[Number]:
        return self._numbers(f"paper NOT IN {SETTLED}")

    def _numbers(self, where: str, *values: str) -> list[Number]:
        with self._lock:
            rows = self._c.execute(f"SELECT {_COLUMNS} FROM number WHERE {where}", values).fetchall()
        return [Number(*row) for row in rows]

    def set_paper(self, key: str, paper: str, at: int) -> None:
        """A number that the server has already stays as it was handed in."""
        with self._change() as c:
            c.execute("UPDATE number SET paper = ?, paper_at = ? WHERE key = ? AND handed_in_at IS NULL",
                      (paper, at, key))

    def handed_in(self, key: str, at: int) -> None:
        with self._change() as c:
            c.execute("UPDATE number SET handed_in_at = ?, problem = '' WHERE key = ?", (at, key))

    def not_taken(self, key: str, problem: str) -> None:
        with self._change() as c:
            c.execute("UPDATE number SET problem = ? WHERE key = ?", (problem, key))

    def try_again(self) -> None:
        """What was refused is offered once more: after a start, somebody may have put it right."""
        with self._change() as c:
            c.execute("UPDATE number SET problem = '' WHERE handed_in_at IS NULL")

    def forget_old(self, now: int) -> None:
        with self._change() as c:
            c.execute("DELETE FROM number WHERE handed_in_at IS NOT NULL AND issued_at < ?", (now - FORGOTTEN_MS,))
