"""Bringing a backup back, in one command: verified first, the old database kept aside, erasures done again.

What happened after the backup is lost to the queue, not to the office: the old file stays in
``DATA/before-restore-…/`` as long as somebody wants to look at it, and the log says where it was cut.
A backup of SQLite may be restored into PostgreSQL, and the other way round.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from .. import clockwork, opening, postgresql, schema
from .. import tables as t
from ..commands import erasure, messages
from ..config import Config
from ..database import Database, sqlite_url
from ..shell import Session
from ..store import offices
from ..transaction import Answer, Tx
from . import backup, carry, dump
from .backup import BackupFailed
from .data_folder import CannotUse, DataLock, check
from .dump import DumpFailed

BESIDE = ("-wal", "-shm")


@dataclass
class Restored:
    """What was done. ``lost``: per office, how many entries of the log came after the backup; ``erased``: tickets."""

    copy: backup.Copy
    aside: Path | None
    erased: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    without_files: bool = False


@dataclass(frozen=True)
class Later:
    """What the old database knows that the backup may not: its head, (seq, table, rows) of every erasure, and
    (seq, body) of every wish to be told that was ended."""

    seq: int
    hash: str
    erased: tuple[tuple[int, str, tuple[int, ...]], ...]
    ended: tuple[tuple[int, str], ...] = ()


def restore(settings: Config, file: Path, anyway: bool = False) -> Restored:
    """Puts ``file`` in the place of the database; raises CannotUse, BackupFailed or SchemaError, nothing changed then.

    ``anyway``: also when a chain in it does not hold.
    """
    if not file.is_file():
        raise CannotUse(f"There is no file {file}.")
    check(settings.data)
    lock = DataLock(settings.data)
    lock.take("a restore")
    try:
        return _restore(settings, file, anyway)
    finally:
        lock.release()


def _restore(settings: Config, file: Path, anyway: bool) -> Restored:
    here = settings.database_url.startswith("sqlite:///")
    target = Path(settings.database_url.removeprefix("sqlite:///")) if here else settings.data / "queue.db"
    coming = target.with_name(f"{backup.COMING}restore.db")
    try:
        found = _ready(file, coming, anyway)
        aside, later = _in_place(settings, target, coming) if here else _in_postgresql(settings, coming)
    except DumpFailed as failed:
        raise BackupFailed("copy_damaged", str(failed)) from failed
    finally:
        for left in (coming, *(coming.with_name(coming.name + ending) for ending in BESIDE)):
            left.unlink(missing_ok=True)
    done = Restored(found, aside)
    done.without_files = not _files(file.with_suffix(".zip"), settings.data, aside)
    backup._media(file.parent / "media", settings.data / "media")
    _go_on(settings, later, done)
    return done


def _in_place(settings: Config, target: Path, coming: Path) -> tuple[Path | None, dict[str, Later]]:
    later = _later(target)
    aside = _put_aside(settings.data, target)
    os.replace(coming, target)
    return aside, later


def _in_postgresql(settings: Config, coming: Path) -> tuple[Path | None, dict[str, Later]]:
    """All in one transaction, compared row for row before it is committed."""
    source = Database(sqlite_url(coming))
    try:
        with postgresql.alone_in_the_house(settings.database_url) as target:
            aside = _dump_aside(settings)
            with source.read() as rows, target.begin():
                later = _later_in(target)
                carry.clear(target)
                carry.fill(rows, target)
                carry.compare(rows, target)
        return aside, later
    except postgresql.InUse as error:
        raise CannotUse(str(error)) from None
    except (carry.Differs, DBAPIError) as error:
        raise BackupFailed("database_refused", str(getattr(error, "orig", error)).strip()) from error
    finally:
        source.close()


def _dump_aside(settings: Config) -> Path | None:
    if not dump.has_tables(settings.database_url):
        return None
    aside = _aside(settings.data)
    try:
        dump.dump(settings.database_url, aside / "queue.dump")
    except DumpFailed as failed:
        shutil.rmtree(aside)
        raise BackupFailed("cannot_put_aside", str(failed)) from failed
    return aside


def _later_in(c: Connection) -> dict[str, Later]:
    if not inspect(c).has_table("office"):
        return {}
    found = {}
    for head in offices.heads(c):
        rows = c.execute(select(t.event_table.c.kind, t.event_table.c.seq, t.event_table.c.body).where(
            t.event_table.c.office_id == head.id, t.event_table.c.kind.in_(("erased", "messages_ended")))).all()
        found[head.key] = Later(
            head.head_seq, head.head_hash, tuple(
                (seq, *which) for kind, seq, body in rows if kind == "erased" for which in _which(body)),
            tuple((seq, body) for kind, seq, body in rows if kind == "messages_ended"))
    return found


def _which(body: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(table, rows) that an `erased` event names. What only ran out of its time is not named: it is due again."""
    event = json.loads(body)
    if "rows" in event:
        yield event["what"], tuple(event["rows"])
    elif "ticket" in event:
        yield "private", (event["ticket"],)


def _ready(file: Path, coming: Path, anyway: bool) -> backup.Copy:
    """A verified copy of the backup, at this release's schema."""
    coming.unlink(missing_ok=True)
    if file.suffix == ".dump":
        dump.read_back(file, coming)
    else:
        shutil.copyfile(file, coming)
        os.chmod(coming, 0o600)
    found = backup.verify(coming)
    if found.problems and not anyway:
        raise BackupFailed("log_doubtful", ", ".join(sorted(found.problems)))
    database = Database(f"sqlite:///{coming}")
    with database.writer() as c, c.begin():
        schema.prepare(c)
    database.close()
    raw = sqlite3.connect(coming)
    raw.execute("PRAGMA journal_mode=DELETE")  # one file again, to be moved in one step
    raw.close()
    backup._sync(coming)
    return found


def _later(target: Path) -> dict[str, Later]:
    """What the database in place knows, by office; {} when there is none or it cannot be read.

    Raises CannotUse when some program has it open: one that knows no lock file, or a command at the shell.
    """
    if not target.exists():
        return {}
    raw = sqlite3.connect(target, timeout=2)
    try:
        raw.execute("PRAGMA journal_mode=DELETE")
        heads = raw.execute("SELECT id, key, head_seq, head_hash FROM office").fetchall()
        return {
            key: Later(seq, found, tuple((at, *which) for at, body in raw.execute(
                "SELECT seq, body FROM event WHERE office_id = ? AND kind = 'erased'", (number,))
                for which in _which(body)), tuple(raw.execute(
                    "SELECT seq, body FROM event WHERE office_id = ? AND kind = 'messages_ended'", (number,))))
            for number, key, seq, found in heads
        }
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise CannotUse(f"{target} is in use by another program. End it first.") from None
        return {}
    except sqlite3.DatabaseError:
        return {}  # damaged: the reason why somebody restores
    finally:
        raw.close()


def _put_aside(data: Path, target: Path) -> Path | None:
    if not target.exists():
        return None
    aside = _aside(data)
    for name in (target.name, *(target.name + ending for ending in BESIDE)):
        if (target.parent / name).exists():
            os.replace(target.parent / name, aside / name)
    return aside


def _aside(data: Path) -> Path:
    stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
    aside = data / f"before-restore-{stamp}"
    aside.mkdir(mode=0o700)
    return aside


def _files(packed: Path, data: Path, aside: Path | None) -> bool:
    """The secret and the voice sets; False when the backup came without them."""
    if not packed.is_file():
        return False
    with zipfile.ZipFile(packed) as files:
        for name in files.namelist():
            parts = PurePosixPath(name).parts
            if name != "secret" and (len(parts) < 3 or parts[0] != "voices" or ".." in parts):
                continue
            path = data.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == "secret" and path.exists() and aside is not None:
                os.replace(path, aside / "secret")
            path.write_bytes(files.read(name))
            if name == "secret":
                os.chmod(path, 0o600)
    return True


def _go_on(settings: Config, later: dict[str, Later], done: Restored) -> None:
    """The log says where it was cut; what was erased since, and what is due, is erased again."""
    session = Session(settings)
    try:
        with session.database.read() as c:
            heads = {head.key: head for head in offices.heads(c) if head.config_version}
        for listed in opening.offices_of(session.database):
            old, cut = later.get(listed.key, Later(0, "", ())), heads[listed.key].head_seq
            answer = session.press(
                listed.key, "restored", note_restored, lost_seq=old.seq, lost_hash=old.hash,
                erased=[[table, list(rows)] for seq, table, rows in old.erased if seq > cut],
                ended=[json.loads(body) for seq, body in old.ended if seq > cut])
            done.erased += answer["erased"]
            done.lost[listed.key] = max(0, old.seq - cut)
    finally:
        session.close()


def note_restored(tx: Tx, args: dict[str, Any]) -> Answer:
    """Records the restore, then erases what a person had erased after the backup and what is due by now."""
    before = tx.head.head_seq
    tx.record("restored", {"backup_seq": before, "lost_seq": args["lost_seq"], "lost_hash": args["lost_hash"]})
    erasure.again(tx, args["erased"])
    for left in args.get("ended", ()):
        messages.end_again(tx, left)
    clockwork.tidy(tx, {})
    return {"erased": sum(r.kind == "erased" for r in tx.recorded)}
