"""Statements that run thousands of times an hour: compiled once, then run on the driver's own cursor.

SQLAlchemy writes the SQL, so that both databases get theirs; its way of running a statement costs ten
times what SQLite needs for a small one (docs/benchmarks.md), which the one writer cannot give away. Only
for statements whose shape is fixed and whose values are integers, texts and None: no types are converted,
no lists expanded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable

Values = Mapping[str, Any]


class Prepared:
    """One statement. Inserts take all their columns as values, the same ones every time."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._known: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def run(self, c: Connection, values: Values) -> Any:
        """The driver's cursor after the statement, within the transaction of ``c``."""
        found = self._known.get(c.dialect.name) or self._compile(c, values)
        cursor = c.connection.cursor()
        cursor.execute(found[0], _given(found, values))
        return cursor

    def many(self, c: Connection, rows: Sequence[Values]) -> None:
        """The statement for each row."""
        if len(rows) == 1:
            self.run(c, rows[0])
            return
        found = self._known.get(c.dialect.name) or self._compile(c, rows[0])
        c.connection.cursor().executemany(found[0], [_given(found, row) for row in rows])

    def all(self, c: Connection, values: Values) -> list[Any]:
        rows: list[Any] = self.run(c, values).fetchall()
        return rows

    def first(self, c: Connection, values: Values) -> Any:
        """The first row, or None."""
        cursor = self.run(c, values)
        row = cursor.fetchone()
        cursor.close()
        return row

    def _compile(self, c: Connection, values: Values) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        insert = bool(getattr(self.statement, "is_insert", False))
        compiled: Any = self.statement.compile(dialect=c.dialect, column_keys=list(values) if insert else None)  # type: ignore[attr-defined]
        order = tuple(compiled.positiontup) if compiled.positional else None
        fixed = {name: value for name, value in compiled.params.items() if name not in values}
        found = self._known[c.dialect.name] = (str(compiled), order, fixed)
        return found


def _given(found: tuple[str, tuple[str, ...] | None, dict[str, Any]], values: Values) -> Any:
    _sql, order, fixed = found
    whole = {**fixed, **values} if fixed else values
    return whole if order is None else [whole[name] for name in order]


def savepoint(c: Connection, act: str) -> None:
    """``act``: SAVEPOINT, RELEASE or ROLLBACK TO, of the one savepoint that a command runs in."""
    cursor = c.connection.cursor()
    cursor.execute(f"{act} one_command")
    if act == "ROLLBACK TO":
        cursor.execute("RELEASE one_command")
