"""How the promise was kept, for everybody: worked out every few seconds at most, however many ask.

Today comes from what the supervisor's page reads, past days from the tallies that the reports are made of
(``reporting/``), so that the public sees the same figures. What may be told of them: ``domain/public.py``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from .database import Database
from .domain import hours
from .domain.office import Office
from .domain.public import Counted, Figures, Told, figures, told, total
from .domain.tally import Half, Tally, spread_of_runs, tallied
from .kit import Kit
from .live import Live
from .moment import wall_ms
from .reporting.period import NotKept, Period, Span
from .reporting.units import day_before
from .snapshot import Snapshot
from .store import glance, upkeep
from .store.tallies import OFFSET_MIN
from .together import Once

logger = logging.getLogger(__name__)

#: What is told of today, and of past days, is so old at most, seconds.
RENEW_S, RENEW_PAST_S = 10.0, 60.0
#: For the boards it is worked out so soon after the start, and so often then, seconds.
FIRST_S, LOOK_S = 2.0, 20.0
MONTHS = 13
#: Forecasts of so many days before today are looked at.
FORECAST_DAYS = 30
#: Of an office's days from the first to the last (ISO): how many forecasts there were, and how many of them held.
Hits = Callable[[Connection, int, str, str], tuple[int, int]]


@dataclass(frozen=True)
class Month:
    """``over``: no day can be added to it any more."""

    month: str
    over: bool
    services: Mapping[str, Figures]
    all: Told
    small: int                # services that are too small to be in ``all``


@dataclass(frozen=True)
class Published:
    """What is told of an office. ``at``: UTC ms; ``day``: the office day that "today" means; newest month first."""

    office: Office
    at: int
    day: str
    today: Mapping[str, Figures]
    all: Told
    small: int
    months: tuple[Month, ...]
    counting: bool            # past days are still being counted
    forecast: Told            # of the forecasts of FORECAST_DAYS: "kept" are those that held


class Openness:
    """One for a process; the only place from which the public page and the boards take their figures."""

    def __init__(self, live: Live, database: Database, kit: Kit) -> None:
        self.live = live
        self.database = database
        self.kit = kit
        self.hits: Hits = lambda c, office_id, first, last: (0, 0)
        self._kept: dict[str, tuple[Published, float]] = {}
        self._past: dict[str, tuple[str, tuple[Month, ...], float]] = {}
        self._once: Once[str, Published | None] = Once(kit)

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def of(self, key: str) -> Published | None:
        """What is told of an office now; None: there is no such office."""
        return self._once.ask(key, lambda: self._fresh(key), lambda: self._renewed(key))

    def on_boards(self, snapshot: Snapshot) -> dict[str, Told]:
        """Today's share by service, where the office lets boards show it; never works anything out itself."""
        kept = self._kept.get(snapshot.office.key)
        if kept is None or kept[0].day != snapshot.day or not snapshot.office.rules.kept_on_boards:
            return {}
        return {service: found.all for service, found in kept[0].today.items()}

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

    def _loop(self) -> None:
        self.kit.sleep(FIRST_S)
        while True:
            try:
                for key in self.kit.blocking(self._keys):
                    self.of(key)
            except Exception:
                logger.exception("public figures could not be worked out; again in a while")
            self.kit.sleep(LOOK_S)

    # --- in native threads ------------------------------------------------------------------------------

    def _keys(self) -> list[str]:
        with self.database.read() as c:
            return upkeep.office_keys(c)

    def _read(self, s: Snapshot) -> Published:
        at = wall_ms()
        day = hours.office_day(s.office, at)
        with self.database.read() as c:
            entries = glance.entries(c, s.office_id, day)
            months, counting = self._months(c, s.office.key, day)
            first = (date.fromisoformat(day) - timedelta(days=FORECAST_DAYS)).isoformat()
            n, held = self.hits(c, s.office_id, first, day_before(day))
        found = tallied(entries, OFFSET_MIN[s.office.time_zone], {})  # who overtook whom is not told here
        today = by_service((service, tally) for (service, part, _name), tally in found.items() if part == "service")
        return Published(
            s.office, at, day, today, *total(one.all for one in today.values()), months, counting,
            told(Counted(held, n - held)))

    def _months(self, c: Connection, key: str, today: str) -> tuple[tuple[Month, ...], bool]:
        """The months up to yesterday, and whether some of their days are still to be counted."""
        kept = self._past.get(key)
        if kept is not None and kept[0] == today and time.monotonic() - kept[2] < RENEW_PAST_S:
            return kept[1], False
        try:
            rows = list(Period(c, key, Span(first_day(today), day_before(today))).rows("service"))
        except NotKept:
            return kept[1] if kept is not None else (), True
        months = tuple(
            _month(month, today, by_service((row.service, row.tally) for row in rows if row.start[:7] == month))
            for month in sorted({row.start[:7] for row in rows}, reverse=True))
        self._past[key] = (today, months, time.monotonic())
        return months, False


def by_service(rows: Iterable[tuple[str, Tally]]) -> dict[str, Figures]:
    """What may be told of each service."""
    sums: dict[str, Tally] = {}
    for service, tally in rows:
        sums.setdefault(service, Tally()).add(tally)
    return {service: figures(counted(tally.whole()), counted(tally.plausible)) for service, tally in sums.items()}


def counted(half: Half) -> Counted:
    """The waits of a half."""
    share, waits = half.share("wait"), spread_of_runs(half.waits, half["waits_ms"])
    return Counted(
        share.numerator, share.denominator - share.numerator, share.left_out, waits.count, waits.median)


def first_day(today: str) -> str:
    """The first of the oldest month that is shown."""
    day = date.fromisoformat(today)
    months = day.year * 12 + day.month - 1 - (MONTHS - 1)
    return date(months // 12, months % 12 + 1, 1).isoformat()


def _month(month: str, today: str, services: Mapping[str, Figures]) -> Month:
    return Month(month, month < today[:7], services, *total(one.all for one in services.values()))
