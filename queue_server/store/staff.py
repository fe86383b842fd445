"""What the administration asks and writes besides what every sign-in needs: who works here, and what is in use."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select, update

from .. import tables as t


class Session(NamedTuple):
    person_id: int
    created_at: int
    used_tick: int


class Version(NamedTuple):
    version: int
    at: int
    actor: str


def count_active(c: Connection, office_id: int, role: str) -> int:
    """How many of a role may sign in."""
    return int(c.execute(select(func.count()).select_from(t.person).where(
        t.person.c.office_id == office_id, t.person.c.role == role, t.person.c.active == 1)).scalar_one())


def save_person(c: Connection, person_id: int, **values: str | int) -> None:
    c.execute(update(t.person).where(t.person.c.id == person_id).values(**values))


def sessions(c: Connection, office_id: int, tick: int, used_since: int) -> list[Session]:
    """Sessions that have not ended, the newest first."""
    rows = c.execute(
        select(t.session.c.person_id, t.session.c.created_at, t.session.c.used_tick)
        .where(t.session.c.office_id == office_id, t.session.c.expires_tick > tick, t.session.c.used_tick > used_since)
        .order_by(t.session.c.created_at.desc())
    )
    return [Session(*row) for row in rows]


def versions(c: Connection, office_id: int, most: int) -> list[Version]:
    """The newest configurations, with who put them in force."""
    rows = c.execute(
        select(t.office_version.c.version, t.office_version.c.at, t.event_table.c.actor)
        .join(t.event_table, (t.event_table.c.office_id == t.office_version.c.office_id)
              & (t.event_table.c.seq == t.office_version.c.seq))
        .where(t.office_version.c.office_id == office_id)
        .order_by(t.office_version.c.version.desc()).limit(most)
    )
    return [Version(*row) for row in rows]


def services_in_use(c: Connection, office_id: int, day: str, among: set[str]) -> set[str]:
    """Services of ``among`` that gave a number on that day, or whose visitors are not done."""
    still: ColumnElement[bool] = literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")
    rows = c.execute(select(t.step.c.service).distinct().where(
        t.step.c.office_id == office_id, t.step.c.service.in_(among), or_(t.step.c.day == day, still)))
    return {row[0] for row in rows}


def counters_in_use(c: Connection, office_id: int, day: str, among: set[str]) -> set[str]:
    """Counters of ``among`` where somebody sits, or that called somebody on that day."""
    seated = c.execute(select(t.seat.c.counter).where(
        t.seat.c.office_id == office_id, t.seat.c.counter.in_(among), t.seat.c.person_id.is_not(None)))
    called = c.execute(select(t.call.c.counter).distinct().where(
        t.call.c.office_id == office_id, t.call.c.day == day, t.call.c.counter.in_(among)))
    return {row[0] for row in seated} | {row[0] for row in called}
