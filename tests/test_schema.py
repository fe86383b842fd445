"""The schema: schema.sql is fresh, and every way to it leads to the same tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import databases
import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, insert, select

from queue_server import schema
from queue_server.database import Database, sqlite_url

BOTH_DATABASES = True
Place = Callable[[Path], Path]
#: Everything that a schema is on PostgreSQL, as its own catalogue tells it.
CATALOGUE = (
    "SELECT table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type, is_nullable, column_default) "
    "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
    "AND conname <> 'alembic_version_pkc'",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
)
OF_SQLITE = ("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'",)


def objects(database: Database) -> set[tuple[str, str]]:
    with database.read() as c:
        asked = OF_SQLITE if database.is_sqlite else CATALOGUE
        return {(name, " ".join(sql.split())) for one in asked for name, sql in c.exec_driver_sql(one)}


@pytest.fixture
def made(placed: Place, tmp_path: Path) -> Callable[[str], Database]:
    """An empty database by name."""

    def make(name: str) -> Database:
        data = placed(tmp_path / name)
        return Database(databases.url_of(data) or sqlite_url(tmp_path / f"{name}.db"))

    return make


def prepared(database: Database) -> Database:
    with database.writer().begin():
        schema.prepare(database.writer())
    return database


@pytest.mark.parametrize("dialect", sorted(schema.PRINTED))
def test_the_printed_schema_is_fresh(dialect: str) -> None:
    assert schema.PRINTED[dialect].read_text(encoding="utf-8") == schema.printed(dialect), (
        "run: python -m queue_server schema --write")


def test_upgrading_from_every_release_equals_a_fresh_database(made: Callable[[str], Database]) -> None:
    fresh, upgraded = prepared(made("fresh")), made("upgraded")
    with upgraded.writer().begin():
        command.upgrade(schema._config(upgraded.writer()), "head")
    assert objects(upgraded) == objects(fresh)
    assert len(objects(fresh)) > 20
    with upgraded.read() as c:
        assert schema.release(c) == schema.newest()
    for database in (fresh, upgraded):
        database.close()


def test_the_releases_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(schema.HERE / "migrations"))
    assert schema.known() == {script.revision for script in scripts.walk_revisions()}
    assert schema.newest() == scripts.get_current_head()


#: What a later release calls a column of an earlier one.
RENAMED = {("session", "expires_at"): "expires_tick", ("session", "used_at"): "used_tick"}


def reflected(c: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(c)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def filled(c: Connection) -> dict[str, list[dict[str, object]]]:
    """Two rows in every table, each value another one; references lead to rows that are there."""
    rows = {}
    for table in reflected(c):
        rows[table.name] = [
            {column.name: n if column.foreign_keys or (column.primary_key and column.type.python_type is int)
             else n * 1_000 + at if column.type.python_type is int
             else bytes([n, at]) if column.type.python_type is bytes else f"{column.name} {n}"
             for at, column in enumerate(table.columns)} for n in (1, 2)]
        c.execute(insert(table), rows[table.name])
    return rows


@pytest.mark.parametrize("release", sorted(schema.known())[:-1])
def test_what_lies_in_an_earlier_release_comes_along(made: Callable[[str], Database], release: str) -> None:
    database = made("earlier")
    with database.writer().begin():
        command.upgrade(schema._config(database.writer()), release)
    with database.writer().begin():
        before = filled(database.writer())
    with database.writer().begin():
        schema.prepare(database.writer())
    with database.read() as c:
        after = {table.name: [dict(row._mapping) for row in c.execute(select(table))] for table in reflected(c)}
    for name, rows in before.items():
        kept = [{column: row[RENAMED.get((name, column), column)] if column not in row else row[column]
                 for column in rows[0]} for row in after[name]]
        added = [row for row in kept if row not in rows]
        assert added == [] and len(kept) == 2, name
    database.close()


def test_the_printed_schema_makes_the_same_tables(made: Callable[[str], Database], engine: str) -> None:
    fresh, by_hand = prepared(made("fresh")), made("printed")
    text = schema.PRINTED[engine].read_text(encoding="utf-8")
    if engine == "sqlite":
        raw = sqlite3.connect(by_hand.url.removeprefix("sqlite:///"))
        raw.executescript(text)
        raw.close()
    else:
        with psycopg.connect(by_hand.url.replace("+psycopg", "")) as c:
            c.execute(text)
    assert objects(by_hand) == objects(fresh)
    for database in (fresh, by_hand):
        database.close()


def test_a_database_of_a_later_release_is_refused(made: Callable[[str], Database]) -> None:
    later = prepared(made("later"))
    with later.writer().begin():
        later.writer().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.SchemaError, match="9999"), later.writer().begin():
        schema.prepare(later.writer())
    later.close()
