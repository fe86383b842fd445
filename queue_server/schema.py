"""The schema: made fresh, brought forward by Alembic, printed as schema.sql.

``tables.py`` is the source. A database carries the release of its schema; one from a later release
than this program is refused, because only that could do harm (decisions 35).
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_mock_engine, inspect, text

from . import postgresql
from . import tables as t

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PRINTED = {"sqlite": ROOT / "schema.sql", "postgresql": ROOT / "deploy" / "schema.postgresql.sql"}


class SchemaError(Exception):
    """The database cannot be used by this release; the message says what to do."""


def _config(c: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = c
    return config


def release(c: Connection) -> str | None:
    """The schema release of a database; None for an empty one."""
    if not inspect(c).has_table("alembic_version"):
        return None
    found = c.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def known() -> set[str]:
    """Every release that this program can bring forward to its own: how the names of the migrations begin.

    Alembic is loaded only when there is something to bring forward: it costs each command at the shell more than
    reading one row does.
    """
    return {path.name.partition("_")[0] for path in (HERE / "migrations" / "versions").glob("[0-9]*_*.py")}


def newest() -> str:
    return max(known())


def prepare(c: Connection) -> None:
    """Brings a database to this release, from empty or from any earlier one; raises SchemaError."""
    if c.dialect.name == "postgresql":
        postgresql.alone_with_the_schema(c)
        if postgresql.encoding(c) != "UTF8":
            raise SchemaError(
                f"The database's encoding is {postgresql.encoding(c)}; names and the log need UTF8. Make one: "
                "createdb --encoding=UTF8 --template=template0 NAME")
    found = release(c)
    if found == newest():
        return
    from alembic import command

    if found is None and not inspect(c).has_table("office"):
        t.metadata.create_all(c)
        command.stamp(_config(c), "head")
        return
    if found is None or found not in known():
        raise SchemaError(
            f"The database is of schema release {found or 'unknown'}, which this program does not know. "
            "Start the newer program that made it, or restore a backup of this release.")
    command.upgrade(_config(c), "head")


def prepare_as(c: Connection, wanted: str | None) -> None:
    """Makes the tables of an earlier release, or of this one, in an empty database; raises SchemaError."""
    if wanted not in known():
        raise SchemaError(f"The copy is of schema release {wanted or 'unknown'}, which this program does not know.")
    from alembic import command

    command.upgrade(_config(c), str(wanted))


def printed(dialect: str) -> str:
    """The whole schema as SQL text, triggers included; the indexes of a table in order of name."""
    statements: list[str] = []

    def note(statement: Any, *_args: Any, **_more: Any) -> None:
        sql = str(statement.compile(dialect=engine.dialect)) if hasattr(statement, "compile") else str(statement)
        statements.append("\n".join(line.rstrip() for line in sql.strip().splitlines()))

    engine = create_mock_engine(f"{dialect}://", note)
    t.metadata.create_all(engine, checkfirst=False)
    ordered: list[str] = []
    for is_index, group in groupby(statements, key=lambda sql: " INDEX " in sql.split("(")[0]):
        run = list(group)
        ordered.extend(sorted(run) if is_index else run)
    comment = "-- Printed from queue_server/tables.py by: python -m queue_server schema --write\n\n"
    return comment + ";\n\n".join(ordered) + ";\n"


def write_files() -> None:
    for dialect, path in PRINTED.items():
        path.write_text(printed(dialect), encoding="utf-8")
