"""Complaints: the only place where what a person wrote lies, and the register over it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, func, insert, literal_column, select, update

from .. import tables as t
from ..domain.complaint import Case, State, kept


class Complaint(NamedTuple):
    """A row; days are ISO dates of the office, ``…_at`` UTC ms. The columns are those of the table."""

    id: int
    office_id: int
    number: int
    day: str
    made_at: int
    category: str
    kind: str
    restricted: int
    about_lead: int
    ticket_id: int
    service: str
    due: str
    state: str
    language: str
    made_seq: int
    body: str
    contact: str
    secret_key: str
    readers: str
    answer: str
    answered_at: int | None
    answered_day: str
    answered_by: int | None
    handed_to: str
    reference: str
    handed_at: int | None
    handed_day: str
    outcome: str
    closed_at: int | None
    erase_at: int | None

    @property
    def done_day(self) -> str:
        """The day of the first answer or handing on; "" so far."""
        return min((day for day in (self.answered_day, self.handed_day) if day), default="")

    @property
    def erased(self) -> bool:
        return not self.secret_key

    def read_contact(self, person: int) -> bool:
        return str(person) in self.readers.split()


_c = t.complaint.c
_columns = select(*(_c[name] for name in Complaint._fields))
#: Word for word the condition of the index of open complaints, so that it is used.
_open: ColumnElement[bool] = literal_column("complaint.state <> 'closed'")


def add(c: Connection, values: dict[str, Any]) -> int:
    """A new complaint; its number in the office: 1, 2, 3 … (the office's row is locked: no two are equal)."""
    office = values["office_id"]
    highest = c.execute(select(func.max(_c.number)).where(_c.office_id == office)).scalar()
    number = int(highest or 0) + 1
    c.execute(insert(t.complaint).values(number=number, **values))
    return number


def change(c: Connection, complaint_id: int, **values: Any) -> None:
    c.execute(update(t.complaint).where(_c.id == complaint_id).values(**values))


def numbered(c: Connection, office_id: int, number: int) -> Complaint | None:
    row = c.execute(_columns.where(_c.office_id == office_id, _c.number == number)).first()
    return None if row is None else Complaint(*row)


def tracked(c: Connection, office_key: str, digest: str) -> Complaint | None:
    """The complaint with this tracking number at this office."""
    row = c.execute(_columns.join(t.office, t.office.c.id == _c.office_id).where(
        _c.tracking == digest, t.office.c.key == office_key)).first()
    return None if row is None else Complaint(*row)


def count_of_ticket(c: Connection, ticket_id: int) -> int:
    return int(c.execute(select(func.count()).where(_c.ticket_id == ticket_id)).scalar_one())


def page(c: Connection, office_id: int, which: str, page: int, size: int) -> tuple[list[Complaint], int]:
    """Page ``page`` (from 1) of the register and how many there are: "open" by deadline, "all" newest first."""
    where = [_c.office_id == office_id] + ([_open] if which == "open" else [])
    order = (_c.due, _c.number) if which == "open" else (_c.number.desc(),)
    total = int(c.execute(select(func.count()).select_from(t.complaint).where(*where)).scalar_one())
    rows = c.execute(_columns.where(*where).order_by(*order).limit(size).offset((page - 1) * size))
    return [Complaint(*row) for row in rows], total


def undone(c: Connection, office_id: int) -> list[tuple[str, str]]:
    """(due day, kind) of those that nobody has answered or handed on yet, the most pressing first."""
    rows = c.execute(select(_c.due, _c.kind).where(
        _c.office_id == office_id, _open, _c.state == State.RECEIVED).order_by(_c.due))
    return [(row[0], row[1]) for row in rows]


def concerned(c: Connection, ticket_id: int) -> frozenset[int]:
    """Everybody who had to do with a ticket: who called or served it, and whoever pressed anything about it."""
    if not ticket_id:
        return frozenset()
    steps = list(c.execute(select(t.step.c.id, t.step.c.person_id).where(t.step.c.ticket_id == ticket_id)))
    found = {row[1] for row in steps if row[1] is not None}
    actors = c.execute(select(t.event_table.c.actor.distinct()).where(
        t.event_table.c.step_id.in_([row[0] for row in steps])))
    found.update(int(row[0].partition(":")[2]) for row in actors if row[0].startswith("person:"))
    return frozenset(found)


def case(c: Connection, row: Complaint) -> Case:
    """What decides about who may touch it."""
    return Case(
        restricted=bool(row.restricted), about_lead=bool(row.about_lead), concerned=concerned(c, row.ticket_id),
        answered_by=row.answered_by, handed_off=bool(row.handed_day))


class Happened(NamedTuple):
    """One entry of a ticket's timeline. ``durations``: what the step's clocks show more than at the one before, ms."""

    seq: int
    at: int
    kind: str
    person: int | None
    counter: str
    reason: str
    durations: dict[str, int]


def timeline(c: Connection, ticket_id: int) -> list[Happened]:
    """What the log holds of a ticket, in order."""
    steps = select(t.step.c.id).where(t.step.c.ticket_id == ticket_id)
    e = t.event_table.c
    found = []
    clocks: dict[int, dict[str, int]] = {}
    for seq, at, kind, actor, step, text in c.execute(
            select(e.seq, e.at, e.kind, e.actor, e.step_id, e.body).where(e.step_id.in_(steps)).order_by(e.seq)):
        body = orjson.loads(text)
        person = int(actor.partition(":")[2]) if actor.startswith("person:") else None
        reason, now, before = body.get("reason"), body.get("durations"), clocks.get(step, {})
        more = {}
        if isinstance(now, dict):
            more = {name: ms - before.get(name, 0) for name, ms in now.items() if ms > before.get(name, 0)}
            clocks[step] = now
        found.append(Happened(
            seq, at, kind, person, str(body.get("counter") or ""), reason if isinstance(reason, str) else "", more))
    return found


def numbers(c: Connection, ids: list[int]) -> list[int]:
    """The numbers of these complaints in their office."""
    return list(c.execute(select(_c.number).where(_c.id.in_(ids)).order_by(_c.number)).scalars())


# --- counted ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """Complaints of a category that came in within a period. Each is in exactly one of ``in_time``, ``late`` and
    ``pending``: its first answer or handing on came by the due day, did not, or may still come in time."""

    category: str
    kind: str
    received: int
    in_time: int
    late: int
    pending: int
    handed_off: int
    closed: int


def counted(c: Connection, office_id: int, first: str, last: str, today: str) -> list[Counted]:
    """The complaints of the office days from ``first`` to ``last``, per category, as of ``today``; for the register
    and the compliance report."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    rows = c.execute(_columns.where(_c.office_id == office_id, _c.day >= first, _c.day <= last))
    for row in (Complaint(*found) for found in rows):
        counts = sums.setdefault((row.category, row.kind), Counter())
        in_time = kept(row.due, row.done_day, today)
        counts["received"] += 1
        counts["pending" if in_time is None else "in_time" if in_time else "late"] += 1
        counts["handed_off"] += bool(row.handed_day)
        counts["closed"] += row.state == State.CLOSED
    return [
        Counted(category, kind, *(counts[name] for name in (
            "received", "in_time", "late", "pending", "handed_off", "closed")))
        for (category, kind), counts in sorted(sums.items())]
