"""Exports made in the background, with their progress."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from .. import tables as t


class ExportJob(NamedTuple):
    """``state``: waiting, running, done or failed; ``problem`` says why it failed, as a code."""

    id: int
    kind: str
    asked: str
    state: str
    done: int
    total: int
    file: str
    problem: str
    created_at: int
    ended_at: int | None


def add(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t.job).returning(t.job.c.id), values).scalar_one())


def save(c: Connection, office_id: int, job: int, values: dict[str, Any]) -> None:
    c.execute(update(t.job).where(t.job.c.id == job, t.job.c.office_id == office_id).values(values))


def listed(c: Connection, office_id: int, after: int) -> list[ExportJob]:
    """The jobs of an office begun after an instant, newest first."""
    found = c.execute(
        select(*(t.job.c[name] for name in ExportJob._fields))
        .where(t.job.c.office_id == office_id, t.job.c.created_at > after).order_by(t.job.c.id.desc()))
    return [ExportJob(*row) for row in found]


def forget(c: Connection, office_id: int, before: int) -> None:
    c.execute(delete(t.job).where(t.job.c.office_id == office_id, t.job.c.created_at < before))


_unfinished = t.job.c.state.in_(("waiting", "running"))


def unfinished(c: Connection) -> list[int]:
    """The jobs that somebody is at, or was when its process ended."""
    return [row[0] for row in c.execute(select(t.job.c.id).where(_unfinished).order_by(t.job.c.id))]


def fail(c: Connection, ids: list[int], at: int) -> None:
    """Whatever was under way when a server process ended."""
    found = update(t.job).where(t.job.c.id.in_(ids), _unfinished)
    c.execute(found.values(state="failed", problem="restarted", ended_at=at))
