"""The one table for what is personal. A value and the key of its commitment come and go together."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from .. import tables as t
from .prepared import Prepared


def keep(
    c: Connection, office_id: int, ticket_id: int, name: str, value: str, secret_key: str, erase_at: int
) -> None:
    c.execute(insert(t.private).values(
        office_id=office_id, ticket_id=ticket_id, name=name, value=value, secret_key=secret_key, erase_at=erase_at))


def erase(c: Connection, office_id: int, ticket_id: int, name: str) -> bool:
    """True when there was something to erase."""
    gone = c.execute(delete(t.private).where(
        t.private.c.office_id == office_id, t.private.c.ticket_id == ticket_id, t.private.c.name == name))
    return bool(gone.rowcount)


_note = Prepared(select(t.private.c.value).where(
    t.private.c.ticket_id == bindparam("of_ticket"), t.private.c.name == "note"))


def note(c: Connection, ticket_id: int) -> str:
    """What the officer wrote about a ticket; "" when nothing."""
    found = _note.first(c, {"of_ticket": ticket_id})
    return "" if found is None else str(found[0])


def plates(c: Connection, tickets: list[int]) -> dict[int, str]:
    """Ticket -> the plate of its car, where one was given."""
    if not tickets:
        return {}
    rows = c.execute(select(t.private.c.ticket_id, t.private.c.value).where(
        t.private.c.ticket_id.in_(tickets), t.private.c.name == "plate"))
    return {row[0]: row[1] for row in rows}
