"""What is due because time has passed."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from .. import tables as t


def papers_due(c: Connection, unanswered_before: int, failed_before: int, now: int) -> list[tuple[str, str, str]]:
    """(office, secret, what to say) of the numbers whose paper nobody said anything about in time.

    An instant after ``now`` is of a clock that was set back since: how long ago it is nobody knows, so it is due.
    """
    rows = c.execute(
        select(t.office.c.key, t.ticket.c.secret, t.ticket.c.paper, t.ticket.c.issued_at, t.ticket.c.paper_at)
        .join(t.step, t.step.c.ticket_id == t.ticket.c.id).join(t.office, t.office.c.id == t.step.c.office_id)
        .where(literal_column("step.state = 'issuing'"),
               literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')"))
    )
    due = []
    for office, secret, paper, issued_at, paper_at in rows:
        if paper == "failed" and not failed_before <= paper_at <= now:
            due.append((office, secret, "void"))
        elif paper != "failed" and not unanswered_before <= issued_at <= now:
            due.append((office, secret, "unknown"))
    return due


def open_steps(c: Connection) -> list[tuple[str, str, str, int]]:
    """(office, service, state, how many) of visitors who are not done."""
    held: ColumnElement[bool] = literal_column("step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")
    rows = c.execute(
        select(t.office.c.key, t.step.c.service, t.step.c.state, func.count())
        .join(t.office, t.office.c.id == t.step.c.office_id).where(held)
        .group_by(t.office.c.key, t.step.c.service, t.step.c.state)
    )
    return [(r[0], r[1], r[2], r[3]) for r in rows]


def heads(c: Connection) -> list[tuple[str, int]]:
    """(office, seq of its newest event)."""
    return [(r[0], r[1]) for r in c.execute(select(t.office.c.key, t.office.c.head_seq))]


def office_keys(c: Connection) -> list[str]:
    return [r[0] for r in c.execute(select(t.office.c.key).where(t.office.c.config_version > 0))]
