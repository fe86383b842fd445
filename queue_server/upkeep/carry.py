"""Everything of one database into another, row for row, and compared afterwards: a move, or a restore on PostgreSQL.

The source is SQLite (the office's own file, or a backup that was read back), the target PostgreSQL. Both are read
in the order of their keys, so that two streams of any length are compared in little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, UniqueConstraint, collate, func, inspect, select, text

from .. import schema
from .. import tables as t
from ..store import offices
from ..store.chain_events import check_office

#: Rows per fetch.
AT_ONCE = 2_000
#: What a database of ours may hold besides our tables.
VERSION_TABLE = "alembic_version"


class Differs(Exception):
    """A row in the target is not the one in the source; the message names the table."""


def strangers(c: Connection) -> list[str]:
    """What stands in the way of filling this database: tables that are not ours, or ours with rows in them."""
    ours = {table.name: table for table in t.metadata.sorted_tables}
    found = []
    for name in sorted(inspect(c).get_table_names()):
        if name == VERSION_TABLE:
            continue
        if name not in ours or c.execute(select(text("1")).select_from(ours[name]).limit(1)).first():
            found.append(name)
    return found


def clear(c: Connection) -> None:
    """Takes our tables out of a PostgreSQL database, in the transaction of ``c``."""
    names = ", ".join(f'"{name}"' for name in (*t.metadata.tables, VERSION_TABLE))
    c.exec_driver_sql(f"DROP TABLE IF EXISTS {names} CASCADE")
    c.exec_driver_sql("DROP FUNCTION IF EXISTS event_is_append_only()")


def fill(source: Connection, target: Connection) -> dict[str, int]:
    """Makes the tables in ``target``, empty until now, and copies every row; (table -> rows). Commits nothing."""
    schema.prepare(target)
    counted = {table.name: _copy(source, target, table) for table in t.metadata.sorted_tables}
    for table in t.metadata.sorted_tables:
        if "id" in table.c:  # the next one counts on from the last
            target.execute(select(func.setval(
                func.pg_get_serial_sequence(table.name, "id"),
                select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery(), text("false"))))
    return counted


def compare(source: Connection, target: Connection) -> dict[str, int]:
    """Every row against every row, then each office's chain in the target; (office -> problems of its chain).

    Raises Differs.
    """
    for table in t.metadata.sorted_tables:
        for here, there in zip_longest(_rows(source, table), _rows(target, table)):
            if here != there:
                raise Differs(f"{table.name}: {_key(table, here)} came as {_key(table, there)}")
    problems = {}
    for head in offices.heads(target):
        broken = check_office(target, head.id, head.key, head.head_seq, head.head_hash)[1]
        if broken:
            problems[head.key] = len(broken)
    return problems


def _copy(source: Connection, target: Connection, table: Table) -> int:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    count = 0
    cursor: Any = target.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in _rows(source, table):
            copy.write_row(row)
            count += 1
    return count


def _rows(c: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    keys: list[Any] = [
        collate(column, "C") if c.dialect.name == "postgresql" and isinstance(column.type, Text) else column
        for column in key_of(table)
    ]
    little = {"stream_results": True, "yield_per": AT_ONCE}
    for row in c.execute(select(table).order_by(*keys), execution_options=little):
        yield tuple(row)


def key_of(table: Table) -> list[Column[Any]]:
    """The columns that name a row: its primary key, or else its first unique ones."""
    if table.primary_key.columns:
        return list(table.primary_key.columns)
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    return list(unique[0].columns)


def _key(table: Table, row: tuple[Any, ...] | None) -> str:
    """Says which row, and nothing of what is in it."""
    if row is None:
        return "nothing"
    names = [column.name for column in table.columns]
    return "row " + "/".join(str(row[names.index(column.name)]) for column in key_of(table))
