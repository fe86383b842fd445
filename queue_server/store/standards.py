"""Every promise that was ever published: which one is in force, and what each says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, insert, select

from .. import tables as t
from ..domain import hours, register
from ..domain.office import Office, Standard
from ..domain.register import NOTHING_STATED, Version
from ..office_file import standard_from_json
from . import offices

#: The standard of a ticket for whose service none was in force.
NONE = Version(0, "", 0, "", NOTHING_STATED)

_of_office = (
    select(t.standard.c.id, t.standard.c.service, t.standard.c.version, t.standard.c.valid_from, t.standard.c.body,
           t.standard.c.seq, t.event_table.c.at)
    .outerjoin(t.event_table, (t.event_table.c.office_id == t.standard.c.office_id)
               & (t.event_table.c.seq == t.standard.c.seq))
    .where(t.standard.c.office_id == bindparam("office")).order_by(t.standard.c.service, t.standard.c.version)
)

Register = dict[str, tuple[Version, ...]]
Gaps = tuple[tuple[str, str, str], ...]
_registers: WeakKeyDictionary[Engine, dict[tuple[int, int], Register]] = WeakKeyDictionary()
_by_id: WeakKeyDictionary[Engine, dict[tuple[int, int], dict[int, Version]]] = WeakKeyDictionary()
_days: WeakKeyDictionary[Engine, dict[tuple[int, int, str], tuple[Office, Gaps]]] = WeakKeyDictionary()
offices.caches += [_registers, _by_id, _days]
_MOST_KEPT = 2_000


def all_of(c: Connection, office_id: int, config_version: int) -> Register:
    """Service -> its versions in order of publication, as of a configuration; read once for each."""
    known, key = _registers.setdefault(c.engine, {}), (office_id, config_version)
    if key not in known:
        _forget_many(known)
        found: dict[str, list[Version]] = defaultdict(list)
        office = offices.config(c, office_id, config_version)
        for id_, service, version, valid_from, body, seq, at in c.execute(_of_office, {"office": office_id}):
            published = hours.office_day(office, at) if at else ""
            found[service].append(Version(id_, service, version, valid_from, standard_from_json(body), seq, published))
        known[key] = {service: tuple(versions) for service, versions in found.items()}
    return known[key]


def by_id(c: Connection, office_id: int, config_version: int) -> Mapping[int, Version]:
    """Id -> what a step is judged by; 0: nothing was in force."""
    known, key = _by_id.setdefault(c.engine, {}), (office_id, config_version)
    if key not in known:
        _forget_many(known)
        found = all_of(c, office_id, config_version)
        known[key] = {0: NONE, **{v.id: v for versions in found.values() for v in versions}}
    return known[key]


def in_force(
    c: Connection, office_id: int, config_version: int, service: str, day: str, before_seq: int | None = None
) -> Version:
    """What a number of ``service`` is promised that is issued on ``day``; ``before_seq``: that was issued by this
    event, so that what was published later is not meant."""
    versions: Sequence[Version] = all_of(c, office_id, config_version).get(service, ())
    if before_seq is not None:
        versions = [v for v in versions if v.seq <= before_seq]
    return register.in_force(versions, day) or NONE


def office_of_day(c: Connection, office_id: int, config_version: int, day: str) -> Office:
    """The office as configured, each service with the standard that is in force on ``day``: what screens show."""
    return _of_day(c, office_id, config_version, day)[0]


def gaps(c: Connection, office_id: int, config_version: int, day: str) -> Gaps:
    """(code, service, date) of each configured service whose standard has ended or soon will; see ``register.gap``."""
    return _of_day(c, office_id, config_version, day)[1]


def _of_day(c: Connection, office_id: int, config_version: int, day: str) -> tuple[Office, Gaps]:
    known, key = _days.setdefault(c.engine, {}), (office_id, config_version, day)
    if key not in known:
        _forget_many(known)
        office = offices.config(c, office_id, config_version)
        found = all_of(c, office_id, config_version)
        told = ((s.key, register.gap(found.get(s.key, ()), day)) for s in office.services)
        known[key] = (
            replace(office, services=tuple(
                replace(s, standard=register.shown(found.get(s.key, ()), day, s.standard)) for s in office.services)),
            tuple((gap[0], service, gap[1]) for service, gap in told if gap is not None),
        )
    return known[key]


def _forget_many(known: dict[Any, Any]) -> None:
    if len(known) > _MOST_KEPT:
        known.clear()


_issued_by = (
    select(func.min(t.event_table.c.seq))
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.step_id == (
        select(func.min(t.step.c.id)).where(t.step.c.ticket_id == bindparam("of_ticket")).scalar_subquery()))
)


def issued_by(c: Connection, office_id: int, ticket_id: int) -> int:
    """The seq of the event by which a ticket was issued."""
    return int(c.execute(_issued_by, {"office": office_id, "of_ticket": ticket_id}).scalar() or 0)


# --- publishing --------------------------------------------------------------------------------


def newest(c: Connection, office_id: int, service: str) -> tuple[int, Standard] | None:
    """(version, standard) of the newest standard of a service."""
    row = c.execute(
        select(t.standard.c.version, t.standard.c.body)
        .where(t.standard.c.office_id == office_id, t.standard.c.service == service)
        .order_by(t.standard.c.version.desc()).limit(1)
    ).first()
    return None if row is None else (row[0], standard_from_json(row[1]))


def add(c: Connection, office_id: int, service: str, version: int, valid_from: str, body: str, seq: int) -> int:
    """A version for ever; returns its id."""
    made = insert(t.standard).values(
        office_id=office_id, service=service, version=version, valid_from=valid_from, body=body, seq=seq)
    return int(c.execute(made.returning(t.standard.c.id)).scalar_one())


_published = (
    select(t.standard.c.id, t.event_table.c.at, t.event_table.c.actor)
    .join(t.event_table, (t.event_table.c.office_id == t.standard.c.office_id)
          & (t.event_table.c.seq == t.standard.c.seq))
    .where(t.standard.c.office_id == bindparam("office"))
)


def published(c: Connection, office_id: int) -> dict[int, tuple[int, str]]:
    """Standard -> when it was published (UTC ms), and by whom ("person:7")."""
    return {row[0]: (row[1], row[2]) for row in c.execute(_published, {"office": office_id})}
