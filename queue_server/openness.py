"""How the promise was kept, for everybody: counted every few seconds at most, however many ask.

Today is read from what the supervisor's page reads; past days are counted once from the log in the background and kept
(``public_day``), so that a year costs no more than its 365 rows. What is told of the counts: ``domain/public.py``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from .commands import public as commands
from .database import Database
from .domain import hours
from .domain.errors import Refused
from .domain.office import Office
from .domain.public import Counting, Tally, Told, told, total
from .kit import Kit
from .live import Live
from .moment import wall_ms
from .snapshot import Snapshot
from .store import glance, public, upkeep
from .together import Once
from .transaction import SYSTEM, Job, Writer

logger = logging.getLogger(__name__)

#: What is told of today, and of past days, is so old at most, seconds.
RENEW_S, RENEW_PAST_S = 10.0, 60.0
#: So soon after the start it is looked for the first time, and so often then, seconds.
FIRST_S, LOOK_S = 2.0, 10.0
MONTHS = 13
#: Entries of a past day are counted in bites; between them others have the interpreter, seconds.
BITE, REST_S = 200, 0.005


@dataclass(frozen=True)
class Month:
    """``over``: no day can be added to it any more."""

    month: str
    over: bool
    services: Mapping[str, Told]
    all: Told
    small: int                # services that are too small to be in ``all``


@dataclass(frozen=True)
class Published:
    """What is told of an office. ``at``: UTC ms; ``day``: the office day that "today" means; newest month first."""

    office: Office
    at: int
    day: str
    today: Mapping[str, Told]
    all: Told
    small: int
    months: tuple[Month, ...]
    counting: bool            # past days are still being counted


class Openness:
    """One for a process; the only place from which the public page and the boards take their figures."""

    def __init__(self, live: Live, database: Database, writer: Writer, kit: Kit) -> None:
        self.live = live
        self.database = database
        self.writer = writer
        self.kit = kit
        self._kept: dict[str, tuple[Published, float]] = {}
        self._past: dict[str, tuple[str, tuple[Month, ...], float]] = {}
        self._once: Once[str, Published | None] = Once(kit)
        self._seen: dict[str, int] = {}
        self._counted: set[str] = set()       # offices whose past days are all counted

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def of(self, key: str) -> Published | None:
        """What is told of an office now; None: there is no such office."""
        return self._once.ask(key, lambda: self._fresh(key), lambda: self._renewed(key))

    def on_boards(self, snapshot: Snapshot) -> dict[str, Told]:
        """Today's share by service, where the office lets boards show it; never counts anything itself."""
        kept = self._kept.get(snapshot.office.key)
        if kept is None or kept[0].day != snapshot.day or not snapshot.office.rules.kept_on_boards:
            return {}
        return dict(kept[0].today)

    def _fresh(self, key: str) -> Published | None:
        kept = self._kept.get(key)
        return kept[0] if kept is not None and time.monotonic() - kept[1] < RENEW_S else None

    def _renewed(self, key: str) -> Published | None:
        snapshot = self.live.latest(key)
        if snapshot is None:
            return None
        found = self.kit.blocking(self._read, snapshot)
        self._kept[key] = (found, time.monotonic())
        return found

    # --- past days, in the background -----------------------------------------------------------------

    def _loop(self) -> None:
        self.kit.sleep(FIRST_S)
        while True:
            for key in self._offices():
                try:
                    self._count(key)
                    self.of(key)
                except Refused as refused:
                    logger.info("public figures wait: %s", refused.code)
                except Exception:
                    logger.exception("public figures could not be counted; again in a while")
            self.kit.sleep(LOOK_S)

    def _offices(self) -> list[str]:
        try:
            return self.kit.blocking(self._keys)
        except Exception:
            logger.exception("the offices could not be read; again in a while")
            return []

    def _count(self, key: str) -> None:
        """Counts the past days that need it; the public page shows what there is meanwhile."""
        snapshot = self.live.latest(key)
        if snapshot is None:
            return
        today = hours.office_day(snapshot.office, wall_ms())
        days, head = self.kit.blocking(self._due, snapshot.office_id, today, self._seen.get(key))
        for day in days:
            tallies = self.kit.blocking(self._of_day, snapshot.office_id, day)
            self.writer.press(Job(key, SYSTEM, "public_day", commands.keep_day, {"day": day, "tallies": tallies}))
        if days or key not in self._counted:
            self.writer.press(Job(key, SYSTEM, "public_seen", commands.saw, {"seq": head}))
        self._seen[key] = head
        if days or key not in self._counted:
            self._counted.add(key)
            self._past.pop(key, None)
            self._kept.pop(key, None)

    # --- in native threads ------------------------------------------------------------------------------

    def _keys(self) -> list[str]:
        with self.database.read() as c:
            return upkeep.office_keys(c)

    def _due(self, office_id: int, today: str, seen: int | None) -> tuple[list[str], int]:
        with self.database.read() as c:
            return public.days_due(c, office_id, today, seen)

    def _of_day(self, office_id: int, day: str) -> dict[str, Tally]:
        counts: dict[str, Counting] = {}
        rest = threading.Event()
        with self.database.read() as c:
            for entries in public.day_of(c, office_id, day, BITE):
                public.count(counts, entries)
                rest.wait(REST_S)
        return {service: counting.tally for service, counting in counts.items()}

    def _read(self, s: Snapshot) -> Published:
        at = wall_ms()
        day = hours.office_day(s.office, at)
        with self.database.read() as c:
            counts: dict[str, Counting] = {}
            public.count(counts, glance.entries_of(c, s.office_id, day))
            months = self._months(c, s, day)
        today = {service: told(counting.tally) for service, counting in counts.items()}
        return Published(s.office, at, day, today, *total(today.values()), months, s.office.key not in self._counted)

    def _months(self, c: Connection, s: Snapshot, today: str) -> tuple[Month, ...]:
        kept = self._past.get(s.office.key)
        if kept is not None and kept[0] == today and time.monotonic() - kept[2] < RENEW_PAST_S:
            return kept[1]
        past = public.months(c, s.office_id, first_day(today))
        months = tuple(_month(month, today, past[month]) for month in sorted(past, reverse=True))
        self._past[s.office.key] = (today, months, time.monotonic())
        return months


def first_day(today: str) -> str:
    """The first of the oldest month that is shown."""
    day = date.fromisoformat(today)
    months = day.year * 12 + day.month - 1 - (MONTHS - 1)
    return date(months // 12, months % 12 + 1, 1).isoformat()


def _month(month: str, today: str, tallies: Mapping[str, Tally]) -> Month:
    services = {service: told(tally) for service, tally in tallies.items()}
    return Month(month, month < today[:7], services, *total(services.values()))
