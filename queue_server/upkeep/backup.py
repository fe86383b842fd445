"""The daily backup: a verified copy of the database at a second place, with what lies beside it (decisions 33).

A backup is two files of one name, ``queue-2026-11-22T1830.db`` (``.dump`` of PostgreSQL) and ``….zip`` (each office
as TOML, the server's secret, the voice sets); pictures and videos never change once they are there, so ``media/`` is
shared by all. The database gets its name last: where it is, the backup is whole. It runs in a process of its own,
reading only: calls are not delayed. Every copy is opened again and checked before it counts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from .. import opening
from ..config import Config
from ..database import Database
from ..moment import wall_ms
from ..office_file import write
from ..store import offices
from ..store.chain_events import check_office, counts
from . import dump
from .dump import DumpFailed

KEPT_DAYS, KEPT_MONTHS = 14, 12
NAME = re.compile(r"queue-(\d{4}-\d{2}-\d{2})T\d{4}\.(?:db|dump)")
COMING = ".coming-"
HOUR_MS = 3_600_000
#: From this hour on (this machine's time) a day's work is in the backup.
EVENING = 18
#: A good one older than this is an alarm.
OLD_MS = 36 * HOUR_MS
ROOM_LEFT = 64 * 1024 * 1024
FLUSH_EVERY_S = 0.05


class BackupFailed(Exception):
    """No backup was made, or the copy is not to be trusted; ``code`` is named in doctor.json."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Copy:
    """What was found in a copy: all the events and tickets, and per office what does not hold in its chain."""

    file: Path
    events: int
    tickets: int
    problems: dict[str, int]


def make(settings: Config, to: Path) -> Copy:
    """A backup in ``to``, verified, older ones thinned out; raises BackupFailed."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M")
    coming = to / f"{COMING}{os.getpid()}"
    try:
        copied = _copy(settings, to, coming)
        found = verify(coming.with_suffix(".db"))
        _zip(settings, coming.with_suffix(".db"), coming.with_suffix(".zip"))
        _media(settings.data / "media", to / "media")
        for ending in (".zip", copied.suffix):
            os.replace(coming.with_suffix(ending), to / f"queue-{stamp}{ending}")
        _sync_folder(to)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed("cannot_write", str(error)) from error
    except (DumpFailed, DBAPIError) as error:
        raise BackupFailed("cannot_dump", str(getattr(error, "orig", error)).strip()) from error
    finally:
        for left in to.glob(f"{coming.name}*"):
            left.unlink()
    if not found.problems:
        prune(to)
    return Copy(to / f"queue-{stamp}{copied.suffix}", found.events, found.tickets, found.problems)


def _copy(settings: Config, to: Path, coming: Path) -> Path:
    """The copy that is kept. Beside a dump of PostgreSQL lies ``coming``.db, what was read back from it."""
    if settings.database_url.startswith("postgresql"):
        _room(2 * dump.size(settings.database_url), to)
        dump.dump(settings.database_url, coming.with_suffix(".dump"))
        dump.read_back(coming.with_suffix(".dump"), coming.with_suffix(".db"))
        return coming.with_suffix(".dump")
    source = database_file(settings)
    _room(source.stat().st_size, to)
    copy_database(source, coming.with_suffix(".db"))
    return coming.with_suffix(".db")


def database_file(settings: Config) -> Path:
    """The SQLite file of these settings; raises BackupFailed where there is none."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise BackupFailed("no_database", str(path))
    return path


def _room(needed: int, to: Path) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(to).free
    except OSError as error:
        raise BackupFailed("target_missing", str(error)) from error
    if free < needed + ROOM_LEFT:
        raise BackupFailed("no_space", str(to))
    for left in to.glob(f"{COMING}*"):
        if left.stat().st_mtime < time.time() - 24 * 3600:
            left.unlink()  # of a backup that was cut off


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a database in use; its writer goes on meanwhile.

    The copy is forced to the disk bit by bit: in one go at the end, every number given meanwhile would
    wait behind hundreds of megabytes.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    done = threading.Event()
    flushing = threading.Thread(target=_flush, args=(target, done), daemon=True)
    connection = sqlite3.connect(source.as_uri() + "?mode=ro", uri=True, timeout=30)
    flushing.start()
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
        done.set()
        flushing.join()
    _sync(target)


def _flush(target: Path, done: threading.Event) -> None:
    while not done.wait(FLUSH_EVERY_S):
        _sync(target)


def verify(file: Path) -> Copy:
    """Opens a copy and checks all of it; raises BackupFailed when it is damaged.

    A broken chain is reported, not raised: the copy is then faithful to a log that is broken itself.
    """
    try:
        connection = sqlite3.connect(file.as_uri() + "?mode=ro&immutable=1", uri=True)
        try:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            loose = connection.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise BackupFailed("copy_damaged", str(error)) from error
    if said != ["ok"] or loose:
        raise BackupFailed("copy_damaged", said[0] if said != ["ok"] else f"{len(loose)} loose rows")
    database = Database(f"sqlite:///{file.as_uri()}?mode=ro&immutable=1&uri=true")
    try:
        with database.read() as c:
            problems = {}
            for head in offices.heads(c):
                found = check_office(c, head.id, head.key, head.head_seq, head.head_hash)[1]
                if found:
                    problems[head.key] = len(found)
            return Copy(file, *counts(c), problems)
    finally:
        database.close()


def _zip(settings: Config, copied: Path, target: Path) -> None:
    """What belongs to the database and is not in it."""
    database = Database(f"sqlite:///{copied.as_uri()}?mode=ro&immutable=1&uri=true")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for listed in opening.offices_of(database):
            packed.writestr(f"offices/{listed.key}.toml", write(opening.office(database, listed.key)))
        secret = settings.data / "secret"
        if secret.exists():
            packed.write(secret, "secret")
        voices = settings.data / "voices"
        for path in sorted(voices.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                packed.write(path, f"voices/{path.relative_to(voices).as_posix()}")
    database.close()
    os.chmod(target, 0o600)
    _sync(target)


def _media(source: Path, target: Path) -> None:
    """Copies what is not there yet; a name is the content's hash, so what is there is right."""
    for path in source.glob("*"):
        if path.name.startswith(".") or (target / path.name).exists():
            continue
        target.mkdir(exist_ok=True)
        coming = target / f"{COMING}{path.name}"
        shutil.copyfile(path, coming)
        _sync(coming)
        os.replace(coming, target / path.name)


def prune(folder: Path) -> None:
    """Keeps the newest of each of the last 14 days and of each of the last 12 months that have one."""
    dated = [(found[1], path) for path in folder.iterdir() if (found := NAME.fullmatch(path.name))]
    kept = kept_names((path.name for _day, path in dated), KEPT_DAYS, KEPT_MONTHS)
    for _day, path in dated:
        if path.name not in kept:
            path.unlink()
            path.with_suffix(".zip").unlink(missing_ok=True)


def kept_names(names: Iterable[str], days: int, months: int) -> set[str]:
    """Which of these backups stay."""
    kept: set[str] = set()
    for length, most in ((len("2026-11-22"), days), (len("2026-11"), months)):
        newest: dict[str, str] = {}
        for name in sorted(names := list(names)):
            newest[name.removeprefix("queue-")[:length]] = name
        kept.update(newest[period] for period in sorted(newest)[-most:])
    return kept


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Makes the new names last; Windows has no such thing."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError:
            return  # some network shares cannot; the files themselves are on the disk
        finally:
            os.close(handle)


# What became of the last one, for the supervisor's page and doctor


@dataclass(frozen=True)
class State:
    """DATA/backup.json. Times are UTC ms; ``problem`` is a code of BackupFailed, "log_doubtful" or ""."""

    at: int = 0
    ok: bool = False
    problem: str = ""
    detail: str = ""
    to: str = ""
    file: str = ""
    last_good_at: int = 0
    events: int = 0
    tickets: int = 0
    bytes: int = 0
    seconds: int = 0


def state(data: Path) -> dict[str, Any]:
    """What became of the last backup (the fields of State); {} when none was ever tried."""
    try:
        known = json.loads((data / "backup.json").read_text(encoding="utf-8"))
        return asdict(State(**known))
    except (OSError, ValueError, TypeError):
        return {}


def alert(settings: Config, now: int) -> dict[str, Any] | None:
    """The supervisor's alert ``{code, facts}`` when the backup that the office asked for is not there."""
    if not settings.backup:
        return None
    known = state(settings.data)
    if not known or (known["ok"] and now - known["last_good_at"] <= OLD_MS):
        return None
    if not known["last_good_at"]:
        return {"code": "backup_never", "facts": {}}
    hours = (now - known["last_good_at"]) // HOUR_MS
    return {"code": "backup_old" if known["ok"] else "backup_failed", "facts": {"hours": hours}}


def note(data: Path, new: State) -> None:
    """Writes the state in one step; a reader never sees half."""
    good = new.at if new.ok else int(state(data).get("last_good_at", 0))
    coming = data / f"backup.json.{os.getpid()}"
    coming.write_text(json.dumps({**asdict(new), "last_good_at": good}), encoding="utf-8")
    os.replace(coming, data / "backup.json")


def run(settings: Config, to: Path) -> Copy:
    """``make``, and what became of it noted; raises BackupFailed."""
    started = wall_ms()
    try:
        made = make(settings, to)
    except BackupFailed as failed:
        note(settings.data, State(at=started, problem=failed.code, detail=failed.detail, to=str(to)))
        raise
    note(settings.data, State(
        at=started, ok=not made.problems, problem="log_doubtful" if made.problems else "",
        detail=", ".join(sorted(made.problems)), to=str(to), file=made.file.name, events=made.events,
        tickets=made.tickets, bytes=made.file.stat().st_size, seconds=(wall_ms() - started) // 1000))
    return made


def due(data: Path, now: int, hour: int) -> bool:
    """Whether to make one now: in the evening when the day's is missing, or when the last is a day old.

    ``hour`` is this machine's. After a failure it is tried again in an hour.
    """
    known = state(data)
    if not known:
        return True
    if not known["ok"]:
        return bool(now - known["at"] > HOUR_MS)
    age = now - known["last_good_at"]
    return bool(age > 24 * HOUR_MS or (hour >= EVENING and age > 8 * HOUR_MS))
