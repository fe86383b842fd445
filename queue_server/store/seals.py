"""The seals of an office's log, and which offices are due for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select

from .. import tables as t
from ..domain.bundle import standard_line
from ..domain.seal import Seal, seal_of
from .prepared import Prepared


class Sealed(NamedTuple):
    """A seal as stored: ``at`` UTC ms, ``tick`` the office's steady clock, ``boot`` a row of ``boot``."""

    seq: int
    hash: str
    day: str
    reason: str
    at: int
    tick: int
    boot: int

    def of(self, office: str) -> Seal:
        return seal_of(office, self.day, self.seq, self.hash)


_columns = [t.seal.c[name] for name in Sealed._fields]
_newest = Prepared(
    select(*_columns).where(t.seal.c.office_id == bindparam("office")).order_by(t.seal.c.seq.desc()).limit(1))
_add = Prepared(insert(t.seal))


def newest(c: Connection, office_id: int) -> Sealed | None:
    row = _newest.first(c, {"office": office_id})
    return None if row is None else Sealed(*row)


def add(c: Connection, office_id: int, sealed: Sealed) -> None:
    _add.run(c, {"office_id": office_id, **sealed._asdict()})


def between(c: Connection, office_id: int, first: int, last: int) -> list[Sealed]:
    """The seals of the events ``first`` to ``last``, in order."""
    rows = c.execute(
        select(*_columns).where(t.seal.c.office_id == office_id, t.seal.c.seq >= first, t.seal.c.seq <= last)
        .order_by(t.seal.c.seq))
    return [Sealed(*row) for row in rows]


def of_day(c: Connection, office_id: int, day: str) -> list[Sealed]:
    """The seals made on an office day, in order."""
    rows = c.execute(
        select(*_columns).where(t.seal.c.office_id == office_id, t.seal.c.day == day).order_by(t.seal.c.seq))
    return [Sealed(*row) for row in rows]


def register_lines(c: Connection, office_id: int, last: int) -> Iterator[str]:
    """Every standard that was published up to an event, by id, as a bundle of evidence has it."""
    s, event = t.standard.c, t.event_table.c
    rows = c.execute(
        select(s.id, s.service, s.version, s.valid_from, s.seq, event.at, s.body)
        .join(t.event_table, (event.office_id == s.office_id) & (event.seq == s.seq))
        .where(s.office_id == office_id, s.seq <= last).order_by(s.id))
    return (standard_line(*row) for row in rows)
