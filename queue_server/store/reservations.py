"""Reservations: who holds which place, found by day, code or secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, literal_column, or_, select, update

from .. import tables as t
from ..domain.hours import IssuedToday
from ..domain.office import Office, Service
from ..domain.reservation import DAY_MS, Made, Party, Signal, State, counted_from, quota_now, reopens, session_now
from ..domain.reservation import signals as rules_signals
from .queue import issued_today

#: So far back signals of brokers are looked for.
SIGNALS_MS = 14 * DAY_MS


class Reservation(NamedTuple):
    """A row; days are ISO dates of the office, ``…_at`` UTC ms. The columns are those of the table."""

    id: int
    office_id: int
    number: int
    service: str
    day: str
    session: str
    pool: str
    place: int
    priority: int
    state: str
    version: int
    secret: str
    code: str
    language: str
    starts_at: int
    ends_at: int
    expires_at: int
    men: int
    women: int
    children: int
    people: int
    permit: int
    person: str
    identity_end: str
    holder_name: str
    device: str
    inmate_id: int
    secret_key: str
    made_at: int
    changed_at: int | None
    ended_at: int | None
    ended_by: str
    reason: str
    ticket_id: int

    @property
    def party(self) -> Party:
        return Party(self.men, self.women, self.children)


_c = t.reservation.c
_columns = select(*(_c[name] for name in Reservation._fields))
#: Word for word the conditions of the indexes, so that they are used.
_holds: ColumnElement[bool] = literal_column("reservation.state IN ('booked', 'checked_in')")
_booked: ColumnElement[bool] = literal_column("reservation.state = 'booked'")

def add(c: Connection, values: dict[str, Any]) -> int:
    """A new reservation; its number in the office (whose row is locked: no two are equal)."""
    highest = c.execute(select(func.max(_c.number)).where(_c.office_id == values["office_id"])).scalar()
    number = int(highest or 0) + 1
    c.execute(insert(t.reservation).values(number=number, **values))
    return number


def change(c: Connection, reservation_id: int, **values: Any) -> None:
    c.execute(update(t.reservation).where(_c.id == reservation_id).values(**values))


def _one(c: Connection, *where: ColumnElement[bool]) -> Reservation | None:
    row = c.execute(_columns.where(*where)).first()
    return None if row is None else Reservation(*row)


def by_secret(c: Connection, secret: str) -> Reservation | None:
    return _one(c, _c.secret == secret)


def by_code(c: Connection, office_id: int, code: str) -> Reservation | None:
    return _one(c, _c.office_id == office_id, _c.code == code)


def by_id(c: Connection, reservation_id: int) -> Reservation | None:
    return _one(c, _c.id == reservation_id)


def numbered(c: Connection, office_id: int, number: int) -> Reservation | None:
    return _one(c, _c.office_id == office_id, _c.number == number)


def booked_ids(c: Connection, office_id: int, ids: Iterable[int]) -> set[int]:
    """Those of some reservations that are still to come."""
    return {row[0] for row in c.execute(select(_c.id).where(_c.office_id == office_id, _c.id.in_(list(ids)), _booked))}


def of_tickets(c: Connection, tickets: Iterable[int]) -> dict[int, Reservation]:
    rows = c.execute(_columns.where(_c.ticket_id.in_([n for n in tickets if n])))
    return {found.ticket_id: found for found in (Reservation(*row) for row in rows)}


def office_of(c: Connection, secret: str) -> str | None:
    """The key of the office at which the reservation with this secret was made."""
    found = c.execute(select(t.office.c.key).join(t.reservation, t.reservation.c.office_id == t.office.c.id)
                      .where(_c.secret == secret)).scalar()
    return None if found is None else str(found)


# --- places ---------------------------------------------------------------------------------------------


def taken(c: Connection, office_id: int, service: str, day: str, session: str, pool: str) -> set[int]:
    """The places of a session's quota that somebody holds."""
    return {row[0] for row in c.execute(select(_c.place).where(
        _c.office_id == office_id, _c.service == service, _c.day == day, _c.session == session, _c.pool == pool,
        _holds))}


def held_from(c: Connection, office_id: int, first_day: str) -> dict[tuple[str, str, str, str], int]:
    """(service, day, session, pool) -> places that are held, from a day on."""
    rows = c.execute(select(_c.service, _c.day, _c.session, _c.pool, func.count()).where(
        _c.office_id == office_id, _c.day >= first_day, _holds).group_by(_c.service, _c.day, _c.session, _c.pool))
    return {(row[0], row[1], row[2], row[3]): int(row[4]) for row in rows}


def issued_besides(c: Connection, office_id: int, office: Office, service: Service, day: str, at: int) -> IssuedToday:
    """What was issued today besides check-ins, and the quota that holds beside the places of the session of now."""
    session = session_now(office, service, at)
    held: dict[str, int] = {}
    if session is not None:
        rows = c.execute(select(_c.pool, func.count()).where(
            _c.office_id == office_id, _c.service == service.key, _c.day == day, _c.session == session.key, _holds,
            # Who is too late holds nothing any more, whether or not that has been noted yet.
            or_(_c.state != str(State.BOOKED), _c.expires_at > at)).group_by(_c.pool))
        held = {row[0]: int(row[1]) for row in rows}
    found = issued_today(c, office_id, service.key, day, counted_from(office, service, at), reserved=False)
    return IssuedToday(
        found.day, found.session, quota_now(office, service, at, held), reopens(office, service, at))


def taken_at_office(c: Connection, office_id: int, service: str, day: str) -> list[tuple[int, bool]]:
    """(issued_at, priority) of the numbers of a day that were taken at the office without a reservation."""
    k = t.ticket.c
    rows = c.execute(select(k.issued_at, k.priority).where(
        k.office_id == office_id, k.service == service, k.day == day, k.paper != "void", k.channel != "online",
        ~select(_c.id).where(_c.ticket_id == k.id).exists()))
    return [(row[0], bool(row[1])) for row in rows]


# --- rules ----------------------------------------------------------------------------------------------


def booked_by(c: Connection, office_id: int, service: str, person: str) -> Reservation | None:
    """The reservation that a person holds and has not used."""
    return _one(c, _c.office_id == office_id, _c.service == service, _c.person == person, _booked)


def visits_of(c: Connection, office_id: int, service: str, person: str, first: str, last: str, but: int = 0) -> int:
    """A person's visits, made and to come, between two days; ``but``: a reservation that does not count."""
    return int(c.execute(select(func.count()).select_from(t.reservation).where(
        _c.office_id == office_id, _c.service == service, _c.person == person, _c.day >= first, _c.day <= last,
        _c.id != but, _holds)).scalar_one())


def visits_to(
    c: Connection, office_id: int, inmate: int, first: str, last: str, but: int = 0,
) -> dict[str, int]:
    """day -> visits to somebody in custody, made and to come, whatever the service."""
    rows = c.execute(select(_c.day, func.count()).where(
        _c.office_id == office_id, _c.inmate_id == inmate, _c.day >= first, _c.day <= last, _c.id != but, _holds)
        .group_by(_c.day))
    return {row[0]: int(row[1]) for row in rows}


def booked_inmates(c: Connection, office_id: int) -> list[int]:
    """Whom the reservations to come are for, one id for each reservation."""
    return [row[0] for row in c.execute(select(_c.inmate_id).where(_c.office_id == office_id, _booked))]


def no_longer_visitable(c: Connection, office_id: int) -> list[Reservation]:
    """Reservations to come for people who may not be visited any more."""
    closed = select(t.inmate.c.id).where(t.inmate.c.office_id == office_id, or_(
        t.inmate.c.may_visit == 0, t.inmate.c.hidden == 1, t.inmate.c.gone == 1))
    rows = c.execute(_columns.where(_c.office_id == office_id, _booked, _c.inmate_id.in_(closed)).order_by(_c.number))
    return [Reservation(*row) for row in rows]


# --- time passes ----------------------------------------------------------------------------------------


def due(c: Connection, at: int) -> list[str]:
    """The offices at which somebody has not come in time."""
    rows = c.execute(select(t.office.c.key).where(t.office.c.id.in_(
        select(_c.office_id).where(_booked & (_c.expires_at <= at)))))
    return [row[0] for row in rows]


def expired(c: Connection, office_id: int, at: int) -> list[Reservation]:
    rows = c.execute(_columns.where(_c.office_id == office_id, _booked, _c.expires_at <= at).order_by(_c.number))
    return [Reservation(*row) for row in rows]


# --- for those who work here ----------------------------------------------------------------------------


def of_day(c: Connection, office_id: int, day: str) -> list[Reservation]:
    """All reservations of a day, by session and number."""
    rows = c.execute(_columns.where(_c.office_id == office_id, _c.day == day).order_by(_c.starts_at, _c.number))
    return [Reservation(*row) for row in rows]


def made_since(c: Connection, office_id: int, service: str, since: int) -> list[Made]:
    rows = c.execute(select(_c.number, _c.device, _c.person, _c.day, _c.session, _c.made_at, _c.changed_at, _c.state,
                            _c.ended_at).where(_c.office_id == office_id, _c.service == service,
                                               func.coalesce(_c.changed_at, _c.made_at) >= since))
    return [Made(row.number, row.device, row.person, (service, row.day, row.session),
                 row.changed_at or row.made_at, row.ended_at if row.state == State.CANCELLED else None)
            for row in rows]


def signals(c: Connection, office_id: int, office: Office, at: int) -> list[tuple[Service, Signal]]:
    """What may be a broker, of the last SIGNALS_MS before an instant."""
    return [(service, signal) for service in office.services if service.booking is not None
            for signal in rules_signals(service.booking, made_since(c, office_id, service.key, at - SIGNALS_MS))]
