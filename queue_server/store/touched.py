"""Which days' log is not the same in two snapshots."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .. import tables as t
from ..domain.office import Office
from .reports import UNDER_WAY
from .tallies import changed_days


def touched(c: Connection, office_id: int, office: Office, after_seq: int) -> set[str]:
    """The days whose log an event after ``after_seq`` changed, by a step of that day or another one of its ticket, and
    those on which a step is under way: what the log says of all others is the same in an earlier snapshot."""
    changed = select(t.event_table.c.step_id).where(
        t.event_table.c.office_id == office_id, t.event_table.c.seq > after_seq, t.event_table.c.step_id.is_not(None))
    tickets = select(t.step.c.ticket_id).where(t.step.c.id.in_(changed))
    found = c.execute(select(t.step.c.day).distinct().where(t.step.c.ticket_id.in_(tickets)))
    open_days = c.execute(select(t.step.c.day).distinct().where(t.step.c.office_id == office_id, UNDER_WAY))
    return {row[0] for row in (*found, *open_days)} | changed_days(c, office_id, office, after_seq)
