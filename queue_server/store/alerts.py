"""Alerts that were raised, and where they are sent."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t


class Webhook(NamedTuple):
    """Where an office's alerts go; ``told`` is what became of the newest one ("": none was sent yet)."""

    url: str
    secret: str
    set_at: int
    told_at: int | None
    told: str


def under_way(c: Connection, office_id: int, day: str) -> dict[tuple[str, str], int]:
    """(service, code) -> id of the alerts of a day that have not ended."""
    rows = c.execute(select(t.alert.c.service, t.alert.c.code, t.alert.c.id).where(
        t.alert.c.office_id == office_id, t.alert.c.day == day, t.alert.c.ended_at.is_(None)))
    return {(r[0], r[1]): r[2] for r in rows}


def add(c: Connection, office_id: int, day: str, service: str, code: str, at: int, facts: str) -> int:
    made = insert(t.alert).values(
        office_id=office_id, day=day, service=service, code=code, raised_at=at, facts=facts)
    return int(c.execute(made.returning(t.alert.c.id)).scalar_one())


def end(c: Connection, alert: int, at: int) -> None:
    c.execute(update(t.alert).where(t.alert.c.id == alert).values(ended_at=at))


def webhook(c: Connection, office_id: int) -> Webhook | None:
    """None: this office sends its alerts nowhere."""
    row = c.execute(select(*(t.webhook.c[name] for name in Webhook._fields)).where(
        t.webhook.c.office_id == office_id, t.webhook.c.url != "")).first()
    return None if row is None else Webhook(*row)


def set_webhook(c: Connection, office_id: int, url: str, secret: str, at: int) -> None:
    make = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    values = {"url": url, "secret": secret, "set_at": at, "told_at": None, "told": ""}
    c.execute(make(t.webhook).values(office_id=office_id, **values).on_conflict_do_update(
        index_elements=["office_id"], set_=values))


def note_sent(c: Connection, office_id: int, alert: int | None, at: int, told: str) -> None:
    """What became of a message: "ok", or why it did not arrive."""
    c.execute(update(t.webhook).where(t.webhook.c.office_id == office_id).values(told_at=at, told=told))
    if alert is not None:
        c.execute(update(t.alert).where(t.alert.c.id == alert).values(sent=told))
