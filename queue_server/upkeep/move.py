"""Moving a house from SQLite to PostgreSQL in one command: all or nothing, checked row for row and by the chain.

The old file stays where it is, untouched. A note beside it keeps a server that is started without DATABASE_URL
from going on with it: two houses would give the same numbers.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from .. import opening, postgresql
from ..config import Config
from ..database import Database
from . import carry
from .data_folder import MOVED, CannotUse, DataLock, must_exist


class MoveFailed(Exception):
    """Nothing was moved and nothing changed; ``code`` is named in doctor.json."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Moved:
    """What is now in PostgreSQL: rows per table, and what does not hold in whose chain, as it was before."""

    rows: dict[str, int]
    problems: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def move(settings: Config, to: str, language: str = "en", anyway: bool = False) -> Moved:
    """Copies the data folder's SQLite database to the empty PostgreSQL database ``to``; raises MoveFailed, CannotUse.

    ``settings`` are those of the SQLite house. ``anyway``: also when a chain in it does not hold.
    """
    if not settings.database_url.startswith("sqlite:///"):
        raise MoveFailed("not_from_sqlite")
    if not to.startswith("postgresql"):
        raise MoveFailed("not_to_postgresql")
    must_exist(settings, language)
    lock = DataLock(settings.data)
    lock.take("a move to PostgreSQL")
    try:
        return _move(settings, to, anyway)
    finally:
        lock.release()


def _move(settings: Config, to: str, anyway: bool) -> Moved:
    opening.prepare(settings)
    source = Database(settings.database_url)
    try:
        # BEGIN IMMEDIATE: a command at the shell that wants to write waits, and is then refused by the note.
        with postgresql.alone_in_the_house(to) as target, source.writer().begin():
            with target.begin():
                in_the_way = carry.strangers(target)
                if in_the_way:
                    raise MoveFailed("not_empty", ", ".join(in_the_way[:5]))
                rows = carry.fill(source.writer(), target)
                problems = carry.compare(source.writer(), target)
                if problems and not anyway:
                    raise MoveFailed("log_doubtful", ", ".join(sorted(problems)))
            _note(settings.data, postgresql.shown(to))
            with target.begin():
                target.exec_driver_sql("ANALYZE")
        return Moved(rows, problems)
    except postgresql.InUse as error:
        raise CannotUse(str(error)) from None
    except carry.Differs as error:
        raise MoveFailed("differs", str(error)) from None
    except DBAPIError as error:
        raise MoveFailed("database", str(error.orig).strip().splitlines()[0]) from None
    finally:
        source.close()


def _note(data: Path, to: str) -> None:
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    coming = data / f"{MOVED}.{os.getpid()}"
    coming.write_text(f"{stamp} {to}\n", encoding="utf-8")
    os.replace(coming, data / MOVED)
