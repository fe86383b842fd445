"""What an office's forecast has learned, stored once for each day that is over, and how it is learned from the log.

Learning costs about a millisecond for each wait, so the server does it in a process of its own
(``python -m queue_server.forecasts OFFICE``). The same log gives the same state, whoever learns it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from ..domain import hours
from ..domain.forecast import Forecast
from ..domain.forecast_day import Day, pools
from ..domain.office import Office
from ..store.offices import Head
from . import log

#: Older days have faded to nothing; so many events are some ten thousand numbers, a minute of learning.
OLDEST_DAYS, MOST_EVENTS = 90, 100_000
#: States kept: the newest, and a few before it for a look back.
KEPT = 3


@dataclass
class Learned:
    """``day``: everything up to it is in here ("": nothing yet). ``begin_with`` and ``cycles`` as in ``Day``."""

    day: str = ""
    at_issue: Forecast = field(default_factory=Forecast)
    waiting: Forecast = field(default_factory=Forecast)
    begin_with: dict[str, list[float]] = field(default_factory=dict)
    cycles: dict[str, list[float]] = field(default_factory=dict)

    def start_of_day(self, office: Office) -> Day:
        """The lines of a new day."""
        day = Day(pools(office), self.at_issue, self.waiting, office.rules.mix, self.begin_with)
        for service, samples in self.cycles.items():
            day.cycles[service].extend(samples)
        return day

    def end_of_day(self, day: Day, name: str) -> None:
        """Learns a day that is over."""
        self.at_issue.learn()
        self.waiting.learn()
        self.begin_with = {**self.begin_with, **day.begins_with()}
        self.cycles = {service: list(samples) for service, samples in day.cycles.items()}
        self.day = name

    def as_text(self) -> str:
        return orjson.dumps({
            "at_issue": self.at_issue.state(), "waiting": self.waiting.state(), "begin_with": self.begin_with,
            "cycles": self.cycles,
        }).decode()

    @classmethod
    def from_text(cls, day: str, body: str) -> Learned:
        """Raises ValueError or KeyError for what another version of this program wrote: then it is learned anew."""
        found: Mapping[str, Any] = orjson.loads(body)
        return cls(
            day, Forecast.from_state(found["at_issue"]), Forecast.from_state(found["waiting"]),
            {pool: [float(s) for s in held] for pool, held in found["begin_with"].items()},
            {service: [float(s) for s in held] for service, held in found["cycles"].items()},
        )


def newest(c: Connection, office_id: int) -> Learned:
    """The newest state that this program can read; an empty one where there is none."""
    rows = c.execute(
        select(t.forecast_state.c.day, t.forecast_state.c.body)
        .where(t.forecast_state.c.office_id == office_id).order_by(t.forecast_state.c.day.desc()))
    for day, body in rows:
        try:
            return Learned.from_text(day, body)
        except (ValueError, KeyError, TypeError):
            continue
    return Learned()


def newest_day(c: Connection, office_id: int) -> str:
    """The day up to which something was learned; "": nothing was."""
    return c.execute(
        select(t.forecast_state.c.day).where(t.forecast_state.c.office_id == office_id)
        .order_by(t.forecast_state.c.day.desc()).limit(1)).scalar() or ""


def save(c: Connection, office_id: int, learned: Learned) -> None:
    """Keeps a state; another process that learned the same day has written the same."""
    make = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    c.execute(make(t.forecast_state).values(
        office_id=office_id, day=learned.day, body=learned.as_text()
    ).on_conflict_do_update(index_elements=["office_id", "day"], set_={"body": learned.as_text()}))
    kept = select(t.forecast_state.c.day).where(t.forecast_state.c.office_id == office_id).order_by(
        t.forecast_state.c.day.desc()).limit(KEPT)
    c.execute(delete(t.forecast_state).where(
        t.forecast_state.c.office_id == office_id, t.forecast_state.c.day.not_in(kept)))


def learn(read: Callable[[int], list[log.Written]], office: Office, learned: Learned, after_seq: int) -> None:
    """Learns every day of the events after ``after_seq``, which end with a day's end.

    ``read``: the next events after a seq; an empty list at the end.
    """
    name, held = "", list[log.Written]()
    while events := read(after_seq):
        after_seq = events[-1].seq
        for event in events:
            its_day = hours.office_day(office, event.wall)
            if its_day > name:  # an event of a clock that was behind belongs to the day that has begun
                _one_day(learned, office, name, held)
                name, held = its_day, []
            held.append(event)
    _one_day(learned, office, name, held)


def _one_day(learned: Learned, office: Office, name: str, events: list[log.Written]) -> None:
    if not events:
        return
    day, local = learned.start_of_day(office), log.LocalTime(office)
    day.hear(sorted((event.heard(local) for event in events), key=lambda event: event.at))
    learned.end_of_day(day, name)


def is_behind(c: Connection, head: Head, office: Office, day: str, today: str, to_seq: int) -> bool:
    """Whether the log up to ``to_seq``, the end of yesterday, holds what a state of ``day`` has not learned."""
    after = _after(c, head, office, day, today)
    return after < to_seq and bool(log.written(c, head.id, after, to_seq, 1))


def _after(c: Connection, head: Head, office: Office, day: str, today: str) -> int:
    """The seq after which learning goes on where a state of ``day`` ends."""
    oldest = (date.fromisoformat(today) - timedelta(days=OLDEST_DAYS)).isoformat()
    since = (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day else oldest
    return log.seq_before(c, head.id, log.begins(office, max(since, oldest)), head.head_seq)


def catch_up(c: Connection, head: Head, office: Office, today: str) -> Learned | None:
    """The state up to yesterday, learned from where the newest one ends; None: there is nothing to learn."""
    learned = newest(c, head.id)
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    if learned.day >= yesterday:
        return None
    to_seq = log.seq_before(c, head.id, log.begins(office, today), head.head_seq)
    after = _after(c, head, office, learned.day, today)
    learn(
        lambda after_seq: log.written(c, head.id, after_seq, to_seq), office, learned, max(after, to_seq - MOST_EVENTS))
    learned.day = yesterday
    return learned
