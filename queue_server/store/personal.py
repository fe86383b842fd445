"""Personal data going, by the rules of domain/personal.py: this module knows no table by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select, update

from .. import tables as t
from ..domain.personal import Due, Rule, columns_of


def erase_due(c: Connection, office_id: int, rule: Rule, now: int, day: str, tick: int) -> list[int]:
    """Erases what is due by a rule; what its ``by`` says of each row that went, in order.

    ``now``: UTC ms; ``day``: the office's; ``tick``: of its steady clock. A table without offices is everybody's.
    """
    table = t.metadata.tables[rule.table]
    where = and_(_is_due(table, rule, now, day, tick), *_of_office(table, office_id))
    if not rule.by:
        c.execute(delete(table).where(where))
        return []
    named = [row[0] for row in c.execute(select(table.c[rule.by]).where(where).order_by(table.c[rule.by]))]
    if named:
        _erase(c, table, rule, where)
    return named


def erase(c: Connection, office_id: int, rule: Rule, ids: Iterable[int]) -> int:
    """Erases what lies in these rows, named by the rule's ``by``, whether or not it is due; how many rows."""
    table, wanted = t.metadata.tables[rule.table], sorted(set(ids))
    if not wanted:
        return 0
    where = and_(table.c[rule.by].in_(wanted), *_of_office(table, office_id))
    if not rule.whole:
        where = and_(where, _holds_something(table))
    return _erase(c, table, rule, where)


def _erase(c: Connection, table: Table, rule: Rule, where: ColumnElement[bool]) -> int:
    for child, column in rule.also:
        below = t.metadata.tables[child]
        c.execute(delete(below).where(below.c[column].in_(select(table.c.id).where(where))))
    if rule.whole:
        return int(c.execute(delete(table).where(where)).rowcount)
    emptied = {name: _empty(table, name) for name in columns_of(rule.table)}
    if rule.kind is Due.INSTANT:
        emptied[rule.due] = _empty(table, rule.due)
    return int(c.execute(update(table).where(where).values(emptied)).rowcount)


def _is_due(table: Table, rule: Rule, now: int, day: str, tick: int) -> ColumnElement[bool]:
    column = table.c[rule.due]
    if rule.kind is Due.DAY:
        before = (date.fromisoformat(day) - timedelta(days=rule.after)).isoformat()
        return and_(column < before, _holds_something(table))
    at = (tick if rule.kind is Due.TICK else now) - rule.after
    return and_(column <= at, column > 0) if rule.kind is Due.INSTANT else column <= at


def _of_office(table: Table, office_id: int) -> list[ColumnElement[bool]]:
    return [table.c.office_id == office_id] if "office_id" in table.c else []


def _holds_something(table: Table) -> ColumnElement[bool]:
    return or_(*(table.c[name] != _empty(table, name) for name in columns_of(table.name)))


def _empty(table: Table, name: str) -> Any:
    """What stands in a column of which nothing is known."""
    column = table.c[name]
    if column.nullable:
        return None
    return "" if column.type.python_type is str else 0
