"""Before the doors open: what would corrupt data stops the start, a doubtful clock is said and recorded.

Nothing else stops it (decisions 35): an office with a wrong clock still has visitors before its door.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DatabaseError

from .. import opening, postgresql
from ..moment import wall_ms
from ..shell import Session
from ..store.chain_events import newest_at
from ..transaction import Answer, Tx
from . import data_folder
from .data_folder import CannotUse, DataLock

#: Clocks that are set by the network go back by a little now and then; more than this is a doubt, ms.
TOLERATED_MS = 2_000
#: Unpacking an archive may set file times of another time zone; a dead battery is years off, ms.
A_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Doubt:
    """The clock of this machine says less than it must. ``office`` is None when no log speaks against it."""

    office: str | None
    jump_ms: int
    reason: str

    def say(self) -> str:
        than = (f"the last entry in the log of {self.office}" if self.office
                else "the day on which this program was installed")
        return (
            f"THE CLOCK IS DOUBTFUL: it is {_length(self.jump_ms)} earlier than {than}. Set it right (sudo timedatectl "
            "set-ntp true) and restart; the queue opens meanwhile, and the log says that the clock was in doubt.")


def open_data(settings: Any) -> tuple[DataLock, Session]:
    """The folder locked for this server and the database at this release; raises CannotUse or SchemaError."""
    data_folder.check(settings.data)
    data_folder.check_moved(settings)
    lock = DataLock(settings.data)
    if settings.database_url.startswith("sqlite"):
        printer = f", printer {settings.printer}" if settings.printer else ""
        lock.take(f"the queue server on port {settings.port}{printer}")
    try:
        return lock, Session(settings)
    except postgresql.InUse as error:
        raise CannotUse(str(error)) from None
    except DatabaseError as error:
        lock.release()
        if not settings.database_url.startswith("sqlite"):
            raise CannotUse(
                f"The database {postgresql.shown(settings.database_url)} cannot be used: {_first_line(error.orig)}. "
                "Is PostgreSQL running, are name and password right? 'python -m queue_server doctor' says more.",
            ) from error
        raise CannotUse(
            f"The database cannot be opened ({error.orig}). Nothing was changed. Look at it with "
            "'python -m queue_server doctor', or bring the last backup back: python -m queue_server restore FILE.",
        ) from error
    except BaseException:
        lock.release()
        raise


def doubts(session: Session, installed: Path = Path(__file__)) -> list[Doubt]:
    """Where the clock stands against what is known: the log of each office, and when the program came here."""
    now = wall_ms()
    with session.database.read() as c:
        last = newest_at(c)
    ahead = [(office, at) for office, at in sorted(last.items()) if now < at - TOLERATED_MS]
    found = [Doubt(office, now - at, "earlier_than_last_event") for office, at in ahead]
    came = int(installed.stat().st_mtime * 1000)
    if not found and now < came - A_DAY_MS:
        found = [Doubt(None, now - came, "earlier_than_the_program")]
    return found


def note_doubts(session: Session, found: list[Doubt]) -> None:
    """Each office's log says that its next times are doubtful."""
    for doubt in found:
        offices = [doubt.office] if doubt.office else [o.key for o in opening.offices_of(session.database)]
        for office in offices:
            session.press(office, "doubt_clock", doubt_clock, jump_ms=doubt.jump_ms, reason=doubt.reason)


def doubt_clock(tx: Tx, args: dict[str, Any]) -> Answer:
    """The clock jumped or is behind; ``confirmed`` when a person says that it is right now."""
    jump_ms, confirmed = int(args.get("jump_ms", 0)), bool(args.get("confirmed"))
    tx.record("clock_doubted", {"jump_ms": jump_ms, "confirmed": confirmed, "reason": str(args["reason"])})
    return {}


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["no word"])[0]


def _length(ms: int) -> str:
    minutes = abs(ms) // 60_000
    if minutes < 1:
        return f"{abs(ms) // 1000} seconds"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
