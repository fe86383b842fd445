"""Statements that run thousands of times an hour: compiled once, then run on the driver's own cursor.

SQLAlchemy writes the SQL, so that both databases get theirs; its way of running a statement costs ten
times what SQLite needs for a small one (docs/benchmarks.md), which the one writer cannot give away. Only
for statements whose shape is fixed and whose values are integers, texts and None: no types are converted,
no lists expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Executable

Values = Mapping[str, Any]
#: So many rows go into one INSERT; its texts are kept by the driver, one for each number of rows.
MOST_AT_ONCE = 16
_MARKS = re.compile(r"VALUES (\([?, ]+\))$")
#: SQL, from named values to the marks' (None: the driver takes names), and what the statement brings itself.
_Compiled = tuple[str, Callable[[Values], Any] | None, dict[str, Any]]


class Prepared:
    """One statement. Inserts take all their columns as values, the same ones every time."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._known: dict[str, _Compiled] = {}

    def run(self, c: Connection, values: Values) -> Any:
        """The driver's cursor after the statement, within the transaction of ``c``."""
        sql, order, fixed = self._known.get(c.dialect.name) or self._compile(c, values)
        whole = {**fixed, **values} if fixed else values
        # The connection's own short way to a cursor: a writer's statement is not much dearer than its Python.
        return c.connection.dbapi_connection.execute(sql, whole if order is None else order(whole))  # type: ignore[union-attr]

    def many(self, c: Connection, rows: Sequence[Values]) -> None:
        """The statement for each row."""
        if len(rows) == 1:
            self.run(c, rows[0])
            return
        found = self._known.get(c.dialect.name) or self._compile(c, rows[0])
        given = [_given(found, row) for row in rows]
        if len(rows) <= MOST_AT_ONCE and found[1] is not None and (marks := _MARKS.search(found[0])) is not None:
            # One statement for all: each row of its own would be two more turns of Python's lock.
            more = f", {marks[1]}" * (len(rows) - 1)
            c.connection.dbapi_connection.execute(found[0] + more, [*chain.from_iterable(given)])  # type: ignore[union-attr]
            return
        c.connection.cursor().executemany(found[0], given)

    def all(self, c: Connection, values: Values) -> list[Any]:
        rows: list[Any] = self.run(c, values).fetchall()
        return rows

    def first(self, c: Connection, values: Values) -> Any:
        """The first row, or None."""
        cursor = self.run(c, values)
        row = cursor.fetchone()
        cursor.close()
        return row

    def _compile(self, c: Connection, values: Values) -> _Compiled:
        insert = bool(getattr(self.statement, "is_insert", False))
        compiled: Any = self.statement.compile(dialect=c.dialect, column_keys=list(values) if insert else None)  # type: ignore[attr-defined]
        order = _in_order(tuple(compiled.positiontup)) if compiled.positional else None
        fixed = {name: value for name, value in compiled.params.items() if name not in values}
        found = self._known[c.dialect.name] = (str(compiled), order, fixed)
        return found


def _in_order(names: tuple[str, ...]) -> Callable[[Values], Any]:
    """From named values to those of the marks, in the driver's order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


def _given(found: _Compiled, values: Values) -> Any:
    _sql, order, fixed = found
    whole = {**fixed, **values} if fixed else values
    return whole if order is None else order(whole)


def savepoint(c: Connection, act: str) -> None:
    """``act``: SAVEPOINT, RELEASE or ROLLBACK TO, of the one savepoint that a command runs in."""
    cursor = c.connection.cursor()
    cursor.execute(f"{act} one_command")
    if act == "ROLLBACK TO":
        cursor.execute("RELEASE one_command")
