"""Opening the database: one writing connection, readers of their own, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from . import postgresql
from .wal import POSSIBLE, Wal

#: How long a second process (a command at the shell, say) waits for the writer, seconds.
BUSY_S = 10
#: Carrying the log into the database itself stops the writer for two syncs. It is done when nobody presses (``carry``);
#: where somebody always does, every 64 MB.
WAL_PAGES = 16_000


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _sqlite_engine(url: str, begin: str, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_S}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves; the driver would begin too late
        # secure_delete: what is erased is overwritten, not only let go; else a name stays in the file for months.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
                       f"busy_timeout={BUSY_S * 1000}"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.connection.cursor().execute(begin)

    return engine


class Database:
    """The engines of one database. Every method here blocks: call it in a native thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.writing = _sqlite_engine(url, "BEGIN IMMEDIATE", poolclass=NullPool)
            # As many as the server has native threads: a storm of screens must not open and close them.
            self.reading = _sqlite_engine(url, "BEGIN", pool_size=20, max_overflow=4)
        else:
            self.writing = postgresql.writing_engine(url)
            self.reading = postgresql.reading_engine(url)
        self._writer: Connection | None = None
        #: Set for a server's writer, which answers after a sync of its own; commands at the shell let SQLite sync.
        self.wal: Wal | None = None

    def sync_apart(self) -> None:
        """From now on a commit of the writing connection is safe only after ``sync``. PostgreSQL stays as it is, and
        so does a system on which we cannot."""
        if self.is_sqlite and POSSIBLE and self.wal is None:
            self.wal = Wal(str(self.writing.url.database), self.carry)
            self.drop_writer()

    def sync(self) -> None:
        """Returns when everything committed is safe on the disk; raises OSError."""
        if self.wal is not None:
            self.wal.sync()

    def mend(self) -> None:
        """Raises OSError while an earlier ``sync`` has failed and what it was for is still not safe."""
        if self.wal is not None:
            self.wal.mend()

    def writer(self) -> Connection:
        """The one writing connection of this process, made when first asked for and after a break."""
        if self._writer is None or self._writer.closed or self._writer.invalidated:
            self._writer = self.writing.connect()
            if self.wal is not None:
                for pragma in ("synchronous=NORMAL", f"wal_autocheckpoint={WAL_PAGES}"):
                    self._writer.connection.cursor().execute(f"PRAGMA {pragma}")
        return self._writer

    def drop_writer(self) -> None:
        """Forgets a connection whose state is in doubt; the next command opens another."""
        broken, self._writer = self._writer, None
        if broken is not None:
            with suppress(Exception):  # whatever a broken connection still says, it is gone
                broken.invalidate()
                broken.close()

    def passing(self, problem: BaseException) -> bool:
        """Whether the same batch may succeed on another connection, with nothing wrong in it. On SQLite what fails
        (a full disk, a broken file) fails again."""
        return not self.is_sqlite and postgresql.passing(problem)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: everything read inside is of one moment."""
        with self.reading.connect() as connection, connection.begin():
            yield connection

    def wipe(self) -> bool:
        """Empties SQLite's write-ahead log, where what was erased stands for a while as it was before. False: somebody
        reads or writes just now, and nothing was waited for. PostgreSQL's autovacuum does the like."""
        if not self.is_sqlite:
            return True
        line = self.writing.raw_connection()
        try:
            line.cursor().execute("PRAGMA busy_timeout=0")
            return not line.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            line.close()

    def carry(self) -> bool:
        """Brings all that is committed from the log into the database's file and syncs it there, beside readers and the
        writer and waiting for neither. False: a disk that fails, or a long reading of an earlier moment, is in the way.
        """
        try:
            line = self.writing.raw_connection()
        except SQLAlchemyError:
            return False
        try:
            _busy, logged, carried = line.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            return bool(logged == carried)
        except sqlite3.Error:
            return False
        finally:
            line.close()

    def close(self) -> None:
        if self.wal is not None:
            self.wal.close()
        if self._writer is not None:
            with suppress(Exception):
                self._writer.close()
            self._writer = None
        self.writing.dispose()
        self.reading.dispose()
