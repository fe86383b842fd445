"""SQLite's write-ahead log, made safe by us instead of by SQLite.

With ``synchronous=FULL`` SQLite keeps the right to write while the disk syncs: on a slow disk nobody's command runs
for most of the time. So the writer's connection commits without waiting (``synchronous=NORMAL``, which never breaks
the file), we sync the log's file ourselves while the next batch runs, and answer after that. What is committed and
not yet synced can be read for those milliseconds; nobody was told that it stands.
Sources: sqlite.org/pragma.html#pragma_synchronous, sqlite.org/wal.html, sqlite.org/walformat.html.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress

#: Elsewhere (Windows, macOS) SQLite knows better than Python how a disk is synced: it goes on doing so itself.
POSSIBLE = hasattr(os, "fdatasync")


class Wal:
    """The log of one database file. ``carry`` brings everything committed into that file and syncs it, or says that
    it could not yet."""

    def __init__(self, database: str, carry: Callable[[], bool]) -> None:
        self._path = database + "-wal"
        self._carry = carry
        self._file = -1
        #: A sync failed. The system forgets then which pages it still had to write: no later sync vouches for them.
        self.broken = False

    def sync(self) -> None:
        """Returns when all that was committed before the call is safe on the disk; raises OSError when it is not."""
        if self.broken:
            self.mend()
            return
        try:
            # Held open: a failure of the disk in between is told to whoever had the file open when it happened.
            if self._file < 0 or os.fstat(self._file).st_ino != os.stat(self._path).st_ino:
                self._open()
            os.fdatasync(self._file)
        except OSError:
            self.broken = True
            raise

    def mend(self) -> None:
        """After a failed sync: nobody is answered, and nothing more is written, before everything stands in the
        database's own file. Raises OSError while that does not succeed."""
        if self.broken:
            if not self._carry():
                raise OSError(errno.EIO, "the log of the database could not be synced")
            self.broken = False

    def _open(self) -> None:
        self.close()
        self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)

    def close(self) -> None:
        # Letting go of a file lets go of the process's locks on it (POSIX); on this one SQLite holds none.
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1
