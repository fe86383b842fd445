"""Opening the house: the database at this release's schema, this boot's clock, the secret, the demo."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from . import schema
from . import tables as t
from .config import Config
from .database import Database
from .domain.errors import NotFound
from .domain.office import Office
from .moment import BOOT_ID, Clock, boot_ns, wall_ms
from .store import offices


def clock(database: Database) -> Clock:
    """The clock of this boot; the first process of a boot fixes its offset for all."""
    c = database.writer()
    with c.begin():
        known = select(t.boot.c.id, t.boot.c.offset_ms).where(t.boot.c.boot == BOOT_ID)
        row = c.execute(known).first()
        if row is not None:
            return Clock(row[0], row[1])
        now = wall_ms()
        offset = now - boot_ns() // 1_000_000
        insert = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
        first = insert(t.boot).values(boot=BOOT_ID, offset_ms=offset, first_at=now).on_conflict_do_nothing()
        c.execute(first)  # another process of this boot may have been quicker: then its offset holds
        return Clock(*c.execute(known).one())


def secret(data: Path) -> bytes:
    """The server's secret key, generated at the first start and readable by its owner only."""
    path = data / "secret"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        coming = data / f"secret.{os.getpid()}"
        handle = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(coming, path)
        except FileExistsError:  # a second process was quicker: its secret holds
            coming.unlink()
        except OSError:  # no such links on this disk
            os.replace(coming, path)
        else:
            coming.unlink()
    return path.read_bytes()


class Listed(NamedTuple):
    """An office as the list of addresses shows it."""

    key: str
    name: str
    boards: tuple[str, ...]
    reserves: bool          # whether a service takes reservations


def prepare(settings: Config) -> None:
    """Makes the data folder and brings the database to this release's schema."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    c = database.writer()
    with c.begin():
        schema.prepare(c)
    database.close()


def offices_of(database: Database) -> list[Listed]:
    with database.read() as c:
        found = [(h.key, offices.config(c, h.id, h.config_version)) for h in offices.heads(c) if h.config_version]
    return [Listed(key, o.name, tuple(b.key for b in o.boards), any(s.booking for s in o.services))
            for key, o in found]


def offices_in(settings: Config) -> list[Listed]:
    """The offices of a data folder, for a command that has not opened it."""
    database = Database(settings.database_url)
    try:
        return offices_of(database)
    finally:
        database.close()


def office(database: Database, key: str) -> Office:
    """The office as configured now; raises NotFound."""
    with database.read() as c:
        for head in offices.heads_of(c, [key]):
            return offices.config(c, head.id, head.config_version)
    raise NotFound("no_such_office")


def add_office(database: Database, key: str) -> None:
    """An empty row for an office whose configuration follows."""
    c = database.writer()
    with c.begin():
        offices.add_office(c, key, secrets.token_urlsafe(9))
