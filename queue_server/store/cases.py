"""Cases: found by code, by ticket, by due day; each row as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, literal_column, select, update

from .. import tables as t
from ..domain.case import OPEN

_c = t.case_file.c


@dataclass(frozen=True)
class Case:
    """Days are ISO dates of the office, instants UTC ms; ``days`` are working days. ``over``: collected or ended."""

    id: int
    office_id: int
    number: int
    code: str
    service: str
    ticket_id: int
    day: str
    opened_at: int
    days: int
    due: str
    state: str
    ready_at: int | None
    ready_day: str
    over_at: int | None
    over_day: str
    reason: str
    collect_ticket_id: int


_columns = select(*(_c[name] for name in Case.__dataclass_fields__))
#: Word for word the condition of the index of open cases.
_open: ColumnElement[bool] = literal_column("state IN ('in_work', 'ready')")


def _one(c: Connection, *where: Any) -> Case | None:
    row = c.execute(_columns.where(*where).order_by(_c.id.desc()).limit(1)).first()
    return None if row is None else Case(*row)


def add(c: Connection, values: dict[str, Any]) -> int:
    """The number of a new case: 1, 2, 3 … per office."""
    newest = c.execute(select(func.max(_c.number)).where(_c.office_id == values["office_id"])).scalar()
    number = int(newest or 0) + 1
    c.execute(insert(t.case_file).values(number=number, **values))
    return number


def change(c: Connection, case: Case, **values: Any) -> None:
    c.execute(update(t.case_file).where(_c.id == case.id).values(**values))


def by_code(c: Connection, office_id: int, code: str) -> Case | None:
    return _one(c, _c.office_id == office_id, _c.code == code)


def numbered(c: Connection, office_id: int, number: int) -> Case | None:
    return _one(c, _c.office_id == office_id, _c.number == number)


def of_ticket(c: Connection, ticket_id: int) -> Case | None:
    """The newest case that a ticket opened, one that was undone left out."""
    return _one(c, _c.ticket_id == ticket_id, _c.reason != "undone")


def to_collect(c: Connection, ticket_id: int) -> Case | None:
    """The case that is collected with a ticket."""
    return _one(c, _c.collect_ticket_id == ticket_id)


def of_collections(c: Connection, tickets: list[int]) -> dict[int, Case]:
    """Ticket -> the case that is collected with it."""
    rows = c.execute(_columns.where(_c.collect_ticket_id.in_(tickets))) if tickets else ()
    return {case.collect_ticket_id: case for case in (Case(*row) for row in rows)}


#: The list shows so many at most; what is late comes first.
MOST_LISTED = 500


def open_cases(c: Connection, office_id: int) -> list[Case]:
    """What is in work or ready, the earliest promised first."""
    rows = c.execute(_columns.where(_c.office_id == office_id, _open).order_by(_c.due, _c.number).limit(MOST_LISTED))
    return [Case(*row) for row in rows]


def over_since(c: Connection, office_id: int, day: str) -> list[Case]:
    """What was collected or ended on or after a day, the newest first."""
    rows = c.execute(
        _columns.where(_c.office_id == office_id, _c.state.not_in([str(s) for s in OPEN]), _c.over_day >= day,
                       _c.reason != "undone").order_by(_c.over_at.desc()).limit(MOST_LISTED))
    return [Case(*row) for row in rows]


def due_between(c: Connection, office_id: int, first: str, last: str, service: str = "") -> list[Case]:
    """Cases whose last promised day lies between two days; those that were undone left out."""
    where = [_c.office_id == office_id, _c.due >= first, _c.due <= last, _c.reason != "undone"]
    if service:
        where.append(_c.service == service)
    return [Case(*row) for row in c.execute(_columns.where(*where).order_by(_c.due, _c.number))]
