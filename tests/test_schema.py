"""The schema: schema.sql is fresh, and every way to it leads to the same tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command

from queue_server import schema
from queue_server.database import Database


def objects(database: Database) -> set[tuple[str, str]]:
    with database.read() as c:
        rows = c.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'")
        return {(name, " ".join(sql.split())) for name, sql in rows}


@pytest.mark.parametrize("dialect", sorted(schema.PRINTED))
def test_the_printed_schema_is_fresh(dialect: str) -> None:
    assert schema.PRINTED[dialect].read_text(encoding="utf-8") == schema.printed(dialect), (
        "run: python -m queue_server schema --write")


def test_upgrading_from_every_release_equals_a_fresh_database(tmp_path: Path) -> None:
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    with fresh.writer().begin():
        schema.prepare(fresh.writer())
    upgraded = Database(f"sqlite:///{tmp_path}/upgraded.db")
    with upgraded.writer().begin():
        command.upgrade(schema._config(upgraded.writer()), "head")
    assert objects(upgraded) == objects(fresh)
    with upgraded.read() as c:
        assert schema.release(c) == schema.newest()
    for database in (fresh, upgraded):
        database.close()


def test_schema_sql_makes_the_same_tables(tmp_path: Path) -> None:
    import sqlite3

    printed = sqlite3.connect(tmp_path / "printed.db")
    printed.executescript(schema.PRINTED["sqlite"].read_text(encoding="utf-8"))
    printed.close()
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    with fresh.writer().begin():
        schema.prepare(fresh.writer())
    by_hand = Database(f"sqlite:///{tmp_path}/printed.db")
    assert objects(by_hand) == objects(fresh)
    for database in (fresh, by_hand):
        database.close()


def test_a_database_of_a_later_release_is_refused(tmp_path: Path) -> None:
    later = Database(f"sqlite:///{tmp_path}/later.db")
    with later.writer().begin():
        schema.prepare(later.writer())
        later.writer().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.SchemaError, match="9999"), later.writer().begin():
        schema.prepare(later.writer())
    later.close()
