"""How visitors are reached who asked for it, and the outbox of what they are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, literal_column, select
from sqlalchemy import update as update_
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from ..domain import discipline
from ..domain.discipline import Heads
from ..domain.message import State
from ..domain.office import Office
from ..domain.ticket import Waiting
from . import queue
from .prepared import Prepared


class Contact(NamedTuple):
    """A row; ``sealed`` is the address, closed (messages/sealed.py), ``mark`` its keyed hash."""

    id: int
    office_id: int
    ticket_id: int
    reservation_id: int
    channel: str
    sealed: str
    mark: str
    language: str
    awaits: str
    erase_at: int


class Message(NamedTuple):
    """A row of the outbox; ``…_at`` UTC ms, ``facts`` JSON of what its sentence needs."""

    id: int
    office_id: int
    contact_id: int
    ticket_id: int
    reservation_id: int
    step_id: int
    channel: str
    occasion: str
    nth: int
    facts: str
    state: str
    due_at: int
    until_at: int
    tries: int


_c, _m = t.contact.c, t.message.c
_contact_columns = [_c[name] for name in Contact._fields]
_message_columns = [_m[name] for name in Message._fields]
#: Word for word the conditions of the indexes, so that they are used.
_awaits: ColumnElement[bool] = literal_column("contact.awaits <> ''")
_unended: ColumnElement[bool] = literal_column("message.state IN ('waiting', 'sending')")

# --- who is told ------------------------------------------------------------------------------------------

_of_ticket = Prepared(select(*_contact_columns).where(_c.ticket_id == bindparam("of_ticket")).order_by(_c.id))
_of_reservation = Prepared(
    select(*_contact_columns).where(_c.reservation_id == bindparam("of_reservation")).order_by(_c.id))
_anybody_in_line = Prepared(select(_c.id).where(
    _c.office_id == bindparam("office"), _c.awaits == bindparam("service_key"), _awaits).limit(1))


def of_ticket(c: Connection, ticket_id: int) -> list[Contact]:
    return [Contact(*row) for row in _of_ticket.all(c, {"of_ticket": ticket_id})]


def of_reservation(c: Connection, reservation_id: int) -> list[Contact]:
    return [Contact(*row) for row in _of_reservation.all(c, {"of_reservation": reservation_id})]


def add_contact(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t.contact).returning(_c.id), values).scalar_one())


def set_contacts(c: Connection, ids: Collection[int], **values: Any) -> None:
    c.execute(update_(t.contact).where(_c.id.in_(ids)).values(**values))


def erase(c: Connection, ids: Collection[int], at: int) -> int:
    """Erases how somebody is reached; what has not been sent yet is not sent any more. How many there were."""
    c.execute(update_(t.message).where(_m.contact_id.in_(ids), _unended).values(
        state=str(State.NEEDLESS), ended_at=at, outcome="no_contact"))
    return int(c.execute(delete(t.contact).where(_c.id.in_(ids))).rowcount)


def marked(c: Connection, office_id: int, mark: str) -> int:
    """How many numbers and reservations of an office are told to one address."""
    return int(c.execute(select(func.count()).where(_c.office_id == office_id, _c.mark == mark)).scalar_one())


def anybody_in_line(c: Connection, office_id: int, service: str) -> bool:
    """Whether somebody in a service's line is to be told when it is nearly their turn."""
    return _anybody_in_line.first(c, {"office": office_id, "service_key": service}) is not None


# --- nearly their turn ------------------------------------------------------------------------------------

_remote = Prepared(
    select(t.step.c.id, t.step.c.service, t.step.c.queued_tick, t.step.c.priority, t.step.c.passed_seq)
    .where(t.step.c.office_id == bindparam("office"), t.step.c.day == bindparam("on_day"),
           t.step.c.service == bindparam("service_key"),
           literal_column("step.state = 'waiting' AND step.arrived_at IS NULL"),
           t.step.c.priority == bindparam("class"))
    .order_by(t.step.c.queued_tick, t.step.c.id).limit(bindparam("most")))
_at_step = Prepared(
    select(*_contact_columns).join(t.step, t.step.c.ticket_id == _c.ticket_id)
    .where(t.step.c.id == bindparam("of_step"), _c.awaits == t.step.c.service, _awaits))


def first_in_line(
    c: Connection, office_id: int, office: Office, day: str, service: str, most: int, tick: int, seq: int
) -> list[int]:
    """The first steps of a service's line in calling order, as phones see it: those who have not arrived stand where
    they would come if they arrived now, at ``seq``. Reads so many rows per class, however long the line is."""
    heads = queue.heads(c, office_id, day, service, most)
    where = {"office": office_id, "on_day": day, "service_key": service, "most": most}
    far = []
    for step, of_service, queued, priority, passed in (
            row for kind in (0, 1) for row in _remote.all(c, {**where, "class": kind})):
        returned, after = (seq, office.rules.return_after) if passed else (0, 0)
        far.append(Waiting(step, of_service, queued, bool(priority), returned, after))
    waiting = [*heads.ordinary, *heads.priority, *heads.returning, *far]
    rule = office.rules.mix
    recent = queue.recent(c, office_id, day, service, discipline.recent_needed(rule), Heads.of(waiting))
    return [w.step for w, _why in discipline.in_order(waiting, recent, rule, tick)][:most]


def awaiting(c: Connection, step_id: int) -> list[Contact]:
    """Who is to be told that it is nearly the turn of a step."""
    return [Contact(*row) for row in _at_step.all(c, {"of_step": step_id})]


# --- the outbox -------------------------------------------------------------------------------------------


def add(c: Connection, values: dict[str, Any]) -> bool:
    """Puts a message into the outbox; False when the same was said, or is to be said, already."""
    make: Any = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    made = make(t.message).values(values).on_conflict_do_nothing(
        index_elements=["office_id", "ticket_id", "reservation_id", "occasion", "nth", "channel"])
    return bool(c.execute(made).rowcount == 1)


def due(c: Connection, at: int) -> list[str]:
    """The offices with something to send, or whose sender was not heard of in time; the longest due first."""
    rows = c.execute(
        select(t.office.c.key).join(t.message, _m.office_id == t.office.c.id)
        .where(_unended, _m.due_at <= at).group_by(t.office.c.key).order_by(func.min(_m.due_at)))
    return [row[0] for row in rows]


def due_at(c: Connection, office_id: int, at: int, most: int) -> list[Message]:
    rows = c.execute(select(*_message_columns).where(_m.office_id == office_id, _unended, _m.due_at <= at)
                     .order_by(_m.due_at, _m.id).limit(most))
    return [Message(*row) for row in rows]


def by_ids(c: Connection, ids: Collection[int]) -> list[Message]:
    rows = c.execute(select(*_message_columns).where(_m.id.in_(ids)).order_by(_m.id))
    return [Message(*row) for row in rows]


def contacts(c: Connection, ids: Iterable[int]) -> dict[int, Contact]:
    rows = c.execute(select(*_contact_columns).where(_c.id.in_(list(ids))))
    return {found.id: found for found in (Contact(*row) for row in rows)}


def save(c: Connection, message_id: int, **values: Any) -> None:
    c.execute(update_(t.message).where(_m.id == message_id).values(**values))


def withdraw(c: Connection, reservation_id: int, at: int, occasion: str) -> None:
    """What was not sent yet of a reservation is not sent any more."""
    c.execute(delete(t.message).where(
        _m.reservation_id == reservation_id, _m.occasion == occasion, _m.state == str(State.WAITING), _m.tries == 0))
    c.execute(update_(t.message).where(
        _m.reservation_id == reservation_id, _m.occasion == occasion, _unended).values(
        state=str(State.NEEDLESS), ended_at=at, outcome="changed"))


# --- time passes ------------------------------------------------------------------------------------------
