"""Which rows belong to somebody who asks to be erased."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .. import tables as t
from . import reservations
from .reservations import Reservation

_r, _t = t.reservation.c, t.ticket.c


def reservations_of(c: Connection, office_id: int, person: str) -> list[Reservation]:
    """Everything that one person reserved, by the keyed hash of who they are; "" is nobody."""
    if not person:
        return []
    secrets = c.execute(select(_r.secret).where(_r.office_id == office_id, _r.person == person)).scalars()
    found = (reservations.by_secret(c, secret) for secret in list(secrets))
    return [row for row in found if row is not None]


def reservations_to(c: Connection, office_id: int, inmate_id: int) -> set[int]:
    return set(c.execute(select(_r.id).where(_r.office_id == office_id, _r.inmate_id == inmate_id)).scalars())


def enrolled_for(c: Connection, office_id: int, inmate_id: int) -> set[int]:
    """Everybody who was ever enrolled for a case."""
    f = t.family.c
    return set(c.execute(select(f.id).where(f.office_id == office_id, f.inmate_id == inmate_id)).scalars())


def ticket(c: Connection, office_id: int, day: str, prefix: str, number: int) -> int | None:
    """The id of the number with this label."""
    return c.execute(select(_t.id).where(
        _t.office_id == office_id, _t.day == day, _t.prefix == prefix, _t.number == number)).scalar()


def of_visitor(c: Connection, tickets: set[int], reserved: set[int]) -> dict[str, set[int]]:
    """What numbers and reservations said that they need, and how they wanted to be told: ids, by table."""
    found = {
        table.name: set(c.execute(select(table.c.id).where(
            table.c.ticket_id.in_(tickets) | table.c.reservation_id.in_(reserved))).scalars())
        for table in (t.need, t.contact)}
    return found | {"message": found["contact"]}


def code_of_ticket(c: Connection, office_id: int, ticket_id: int) -> str:
    """The code of the reservation that became this number; "" when it was none."""
    found = c.execute(select(_r.code).where(_r.office_id == office_id, _r.ticket_id == ticket_id)).scalar()
    return str(found or "")
