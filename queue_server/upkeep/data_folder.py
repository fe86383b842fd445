"""The data folder: one server at a time, writable, with room left (decisions 35).

SQLite lets two servers write the same file politely, one after the other; but each would believe that it
alone knows what the screens have been told. So whoever serves holds ``DATA/lock`` until its process ends,
however it ends: the lock is the operating system's and needs no clearing up after a power cut.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path

from ..config import Config
from .words import say

#: With less than this the next commit may be the one that fails, bytes.
LEAST_FREE = 64 * 1024 * 1024
#: The byte that is locked on Windows: far behind the text, which others must be able to read.
LOCKED_BYTE = 1 << 20
#: Stands in the folder when its SQLite database was moved elsewhere.
MOVED = "moved-to-postgresql"
PROBE = b"can this folder be written to, and does the disk say so?\n" * 16


class CannotUse(Exception):
    """The data folder cannot be used; the message says why and what to do."""


class DataLock:
    """Held while a server runs on the folder, or while a restore changes what is in it."""

    def __init__(self, data: Path, name: str = "lock") -> None:
        self.path = data / name
        self._handle: int | None = None

    def take(self, who: str) -> None:
        """``who`` is written into the file for the one who is refused; raises CannotUse."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            holder = os.read(handle, 200).decode(errors="replace").strip()
            os.close(handle)
            raise CannotUse(
                f"{self.path.parent} is in use by {holder or 'another program'}. End that one first, or give this one "
                "a folder of its own: --data DIR.") from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{who} (process {os.getpid()})\n".encode())
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> None:
    """Raises OSError when somebody else holds it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


SERVING = re.compile(r"the queue server on port (\d+)(?:, printer (\S+))? \(process")


def served(data: Path) -> tuple[int, str] | None:
    """(port, printer setting) of the server that runs on this folder now; None when none does."""
    path = data / "lock"
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        found = SERVING.match(os.read(handle, 400).decode(errors="replace"))
        try:
            _lock(handle)
        except OSError:
            return (int(found[1]), found[2] or "") if found else None
        return None
    finally:
        os.close(handle)


def must_exist(settings: Config, language: str = "en") -> None:
    """For commands that work on what is there: a mistyped --data must not make a new, empty house; raises CannotUse."""
    if not settings.database_url.startswith("sqlite:///"):
        return  # the database lies elsewhere and answers for itself
    check_moved(settings)
    if not settings.data.is_dir():
        raise CannotUse(say(language, "data.no_folder", folder=settings.data))
    if not Path(settings.database_url.removeprefix("sqlite:///")).is_file():
        raise CannotUse(say(language, "data.no_database", folder=settings.data))


def check_moved(settings: Config) -> None:
    """Raises CannotUse when this folder's own database is the old one of a house that has moved."""
    note = settings.data / MOVED
    if settings.database_url.startswith("sqlite:///") and note.exists():
        raise CannotUse(
            f"The database of {settings.data} was moved to PostgreSQL ({note.read_text(encoding='utf-8').strip()}). "
            f"Set DATABASE_URL to it. To go on with the old file instead, and lose what came after: delete {note}")


def write_ms(data: Path) -> float:
    """Writes a small file, forces it to the disk and removes it; how long that took, ms. Raises OSError."""
    path = data / f".probe-{os.getpid()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        started = time.perf_counter()
        os.write(handle, PROBE)
        os.fsync(handle)
        return (time.perf_counter() - started) * 1000
    finally:
        os.close(handle)
        path.unlink()


def check(data: Path) -> None:
    """Raises CannotUse when an acknowledged number could be lost here: no room, or no writing."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
        if free < LEAST_FREE:
            raise CannotUse(
                f"The disk of {data} is full: {free // 1024 // 1024} MB are left, at least "
                f"{LEAST_FREE // 1024 // 1024} MB are needed. Delete or move what is not needed, then start again.")
        write_ms(data)
    except OSError as error:
        raise CannotUse(
            f"{data} cannot be written to ({error.strerror or error}). Give its folder to the user who runs the server "
            "(chown), or name another: --data DIR.") from None
