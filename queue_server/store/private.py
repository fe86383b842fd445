"""The one table for what is personal. A value and the key of its commitment come and go together."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from .. import tables as t


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


def erase_all(c: Connection, office_id: int, ticket_id: int) -> int:
    """Everything personal of a ticket, keys included; how many values there were."""
    return int(c.execute(delete(t.private).where(
        t.private.c.office_id == office_id, t.private.c.ticket_id == ticket_id)).rowcount)


def notes(c: Connection, tickets: Iterable[int]) -> dict[int, str]:
    """Ticket -> note, for the tickets at counters."""
    rows = c.execute(select(t.private.c.ticket_id, t.private.c.value).where(
        t.private.c.ticket_id.in_(list(tickets)), t.private.c.name == "note"))
    return {r[0]: r[1] for r in rows}
