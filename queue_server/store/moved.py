"""Services that a supervisor moved to a counter for today; tomorrow the configuration's stand again."""

from __future__ import annotations

from dataclasses import replace

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from .. import tables as t
from ..domain.office import Office
from .prepared import Prepared

Moved = tuple[tuple[str, tuple[str, ...]], ...]
_of_day = Prepared(select(t.counter_today.c.counter, t.counter_today.c.services).where(
    t.counter_today.c.office_id == bindparam("office"), t.counter_today.c.day == bindparam("on_day"))
    .order_by(t.counter_today.c.counter))
#: (office, what was moved) -> the configuration that it was laid over, and the result: every picture asks for it.
_laid: dict[tuple[str, Moved], tuple[Office, Office]] = {}
MOST_LAID = 200


def of_day(c: Connection, office_id: int, day: str) -> Moved:
    """(counter, its services) of the counters that serve something else than configured on a day."""
    return tuple((r[0], tuple(orjson.loads(r[1]))) for r in _of_day.all(c, {"office": office_id, "on_day": day}))


def as_today(c: Connection, office_id: int, office: Office, day: str) -> Office:
    """The office with its counters' services of a day; the same object for the same question."""
    found = of_day(c, office_id, day)
    if not found:
        return office
    known = _laid.get((office.key, found))
    if known is None or known[0] is not office:
        services = dict(found)
        counters = tuple(replace(k, services=_known(office, services[k.key]) or k.services) if k.key in services else k
                         for k in office.counters)
        if len(_laid) > MOST_LAID:
            _laid.clear()
        known = _laid[office.key, found] = (office, replace(office, counters=counters))
    return known[1]


def _known(office: Office, services: tuple[str, ...]) -> tuple[str, ...]:
    """A service may have gone from the configuration since it was moved."""
    keys = {service.key for service in office.services}
    return tuple(key for key in services if key in keys)


def save(
    c: Connection, office_id: int, day: str, counter: str, services: tuple[str, ...], reason: str, at: int
) -> None:
    """``services``: all that the counter serves for the rest of the day; empty: as configured."""
    c.execute(delete(t.counter_today).where(
        t.counter_today.c.office_id == office_id, t.counter_today.c.day == day, t.counter_today.c.counter == counter))
    if services:
        c.execute(insert(t.counter_today).values(
            office_id=office_id, day=day, counter=counter, services=orjson.dumps(list(services)).decode(),
            reason=reason, since_at=at))
