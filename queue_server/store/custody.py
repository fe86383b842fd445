"""The registry of people in custody. Nothing here lists it for the public."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from .. import tables as t
from ..domain.custody import Inmate

_i = t.inmate.c


class Kept(NamedTuple):
    """A row of the registry as it is kept here. ``days``: weekdays, separated by spaces."""

    id: int
    register: str
    status: str
    block: str
    days: str
    may_visit: int
    hidden: int
    gone: int
    remission: str
    release_day: str
    programme: str
    imported_at: int

    @property
    def own_days(self) -> tuple[str, ...]:
        return tuple(self.days.split())

    @property
    def open_to_visits(self) -> bool:
        return bool(self.may_visit) and not self.hidden and not self.gone


_columns = select(*(_i[name] for name in Kept._fields))


def everybody(c: Connection, office_id: int) -> dict[str, Kept]:
    rows = c.execute(_columns.where(_i.office_id == office_id))
    return {row.register: Kept(*row) for row in rows}


def by_register(c: Connection, office_id: int, register: str) -> Kept | None:
    row = c.execute(_columns.where(_i.office_id == office_id, _i.register == register)).first()
    return None if row is None else Kept(*row)


def by_ids(c: Connection, ids: Iterable[int]) -> dict[int, Kept]:
    rows = c.execute(_columns.where(_i.id.in_([n for n in ids if n])))
    return {row.id: Kept(*row) for row in rows}


def values_of(person: Inmate, case: bool) -> dict[str, Any]:
    """``case``: what a family may see is taken over too."""
    return {
        **{name: getattr(person, name) if case else "" for name in ("remission", "release_day", "programme")},
        "status": person.status, "block": person.block, "days": " ".join(person.days),
        "may_visit": int(person.may_visit), "hidden": int(person.hidden), "gone": 0,
        "erase_at": 0,
    }


def add(c: Connection, office_id: int, people: list[Inmate], at: int, case: bool) -> None:
    if people:
        c.execute(insert(t.inmate), [
            {"office_id": office_id, "register": person.register, "imported_at": at, **values_of(person, case)}
            for person in people])


def change(c: Connection, inmate_id: int, **values: Any) -> None:
    c.execute(update(t.inmate).where(_i.id == inmate_id).values(**values))


def count(c: Connection, office_id: int) -> tuple[int, int]:
    """How many people are in the registry now, and when it was last brought up to date (UTC ms; 0: never)."""
    row = c.execute(select(func.count(), func.max(_i.imported_at)).where(
        _i.office_id == office_id, _i.gone == 0)).one()
    return int(row[0]), int(row[1] or 0)
