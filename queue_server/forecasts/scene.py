"""An office of this moment as the simulation of the next hour wants it: who waits, who calls, how long things take."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ..domain.ahead import HOUR, MINUTE, Desk, Now, Queued
from ..domain.forecast_day import Day
from ..domain.office import Counter
from ..domain.ticket import Waiting
from ..snapshot import Row, Snapshot
from ..store import pictures

#: Of each service so many are looked at: more are not called within an hour by any office.
MOST = 400
#: How many come is judged by the last so many seconds.
LATELY_S = 3_600.0


def of(c: Connection, s: Snapshot, day: Day, at: float) -> Now:
    """``at``: the moment of the snapshot in the local seconds of ``day``."""
    rows = [row for key, line in s.lines.items() for row in (
        pictures.everybody(c, s.office_id, s.day, key, MOST) if line.waiting > len(line.order) + len(line.not_arrived)
        else [row for row, _why in line.order])]
    desks, closed = _desks(s)
    return Now(
        at=s.tick, rules=s.office.rules, queued=tuple(_queued(s, row) for row in rows), desks=desks,
        recent={key: line.recent for key, line in s.lines.items()}, cycles=_cycles(s, day),
        arrivals={service: _arrivals(joined, at) for service, joined in day.arrivals.items()}, closed=closed)


def _queued(s: Snapshot, row: Row) -> Queued:
    stated = s.promise(row).wait_min
    return Queued(
        Waiting(row.id, row.service, row.queued_tick, bool(row.priority), row.returned_seq, row.return_after),
        row.label, None if stated is None else stated * MINUTE - row.waited_by(s.tick))


def _desks(s: Snapshot) -> tuple[tuple[Desk, ...], tuple[Counter, ...]]:
    """Counters that call, and those that could: nobody sits there, or their officer is away for a while."""
    desks, closed = [], []
    for counter in s.office.counters:
        seat, row = s.seats.get(counter.key), s.at_counter(counter.key)
        if s.staffed(counter.key):
            busy_ms = max(0, s.at - (row.called_at or s.at)) if row else 0
            desks.append(Desk(counter, row.service if row else "", busy_ms))
        else:
            closed.append((seat is not None and seat.state == "locked", counter.key, counter))
    return tuple(desks), tuple(counter for _locked, _key, counter in sorted(closed, key=lambda found: found[:2]))


def _cycles(s: Snapshot, day: Day) -> dict[str, tuple[int, ...]]:
    """What the log says; for a service that it knows nothing of, what its standard states."""
    found = {}
    for service in s.office.services:
        samples = tuple(round(1000 * seconds) for seconds in day.cycles.get(service.key, ()))
        stated = service.standard.promise("door", False).service_min
        if samples or stated:
            found[service.key] = samples or ((stated or 0) * MINUTE,)
    return found


def _arrivals(joined: Iterable[tuple[float, bool]], at: float) -> tuple[float, float]:
    """(visitors an hour, share of priority) lately."""
    lately = [priority for second, priority in joined if second > at - LATELY_S]
    return (len(lately) * HOUR / (LATELY_S * 1000), sum(lately) / len(lately)) if lately else (0.0, 0.0)
