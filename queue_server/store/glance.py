"""A day so far, per service and per counter: what the supervisor's picture is drawn from.

Judged by the same rules as the log: whoever waits too long is late already. Of the ended steps only those
that changed since the last look are read again, so that the afternoon costs as little as the morning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ..domain.plausible import Shares, shares
from ..domain.ticket import ENDED, State
from . import log
from .reports import Entry, Reader


@dataclass(frozen=True)
class ServiceDay:
    """A service's day so far; durations in ms, ascending: ``waits`` of who was called, ``services`` of who is done."""

    served: int = 0
    no_shows: int = 0
    refusals: int = 0
    waits: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    wait: Shares = field(default_factory=shares)
    service: Shares = field(default_factory=shares)
    visit: Shares = field(default_factory=shares)


@dataclass(frozen=True)
class Today:
    """The day of an office; ``counters``: how long each finished service at a counter took, ms."""

    services: dict[str, ServiceDay]
    counters: dict[str, tuple[int, ...]]

    def service(self, key: str) -> ServiceDay:
        return self.services.get(key, ServiceDay())


@dataclass(frozen=True)
class _Kept:
    day: str
    seq: int
    entries: dict[int, Entry]


#: Replaced whole, never changed in place: two threads may look at the same time.
_kept: dict[tuple[str, int], _Kept] = {}


def today(c: Connection, office_id: int, day: str) -> Today:
    """The day so far as of this snapshot."""
    found = entries(c, office_id, day)
    refused: dict[str, int] = defaultdict(int)
    for service, _channel, _code, n in log.refusals(c, office_id, day):
        refused[service] += n
    by_service: dict[str, list[Entry]] = defaultdict(list)
    counters: dict[str, list[int]] = defaultdict(list)
    for entry in found:
        by_service[entry.service].append(entry)
        if entry.state == State.DONE:
            counters[entry.counter].append(entry.service_ms)
    keys = set(by_service) | set(refused)
    return Today(
        {key: _service(by_service[key], refused[key]) for key in keys},
        {key: tuple(sorted(durations)) for key, durations in counters.items()},
    )


def entries(c: Connection, office_id: int, day: str) -> list[Entry]:
    """The steps of the day so far, in no order."""
    reader = Reader(c, office_id)
    return [*_ended(reader, day), *reader.under_way(day)]


def _ended(reader: Reader, day: str) -> Iterable[Entry]:
    key = (str(reader.c.engine.url), reader.office_id)
    kept = _kept.get(key)
    if kept is None or kept.day != day:
        kept = _Kept(day, 0, {})
    found, seq = reader.changed(day, kept.seq)
    if found:
        entries = dict(kept.entries)
        for entry in found:
            entries.pop(entry.step, None)
            if State(entry.state) in ENDED:
                entries[entry.step] = entry
        kept = _Kept(day, seq, entries)
        _kept[key] = kept
    return kept.entries.values()


def _service(entries: list[Entry], refusals: int) -> ServiceDay:
    done = [e for e in entries if e.state == State.DONE]
    judged = [(e.verdict, e.flags) for e in entries]
    return ServiceDay(
        served=len(done), no_shows=sum(e.state == State.NO_SHOW for e in entries), refusals=refusals,
        waits=tuple(sorted(e.wait for e in entries if e.first_called_at is not None)),
        services=tuple(sorted(e.service_ms for e in done)),
        wait=shares(judged, "wait"), service=shares(judged, "service"), visit=shares(judged, "visit"),
    )
