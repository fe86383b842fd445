"""PostgreSQL's own copy of a database (``pg_dump``), and reading it back without a PostgreSQL.

A dump that nobody has read is a hope. So each is read back whole into a scratch SQLite file at the release of its
own schema, where the same checks run as on every other backup, and from which a restore takes its rows.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import inspect

from .. import postgresql, schema
from ..database import Database, sqlite_url

DEBIAN = Path("/usr/lib/postgresql")
#: Rows per insert when a dump is read back.
AT_ONCE = 2_000
_COPY = re.compile(rb'COPY (?:public\.)?"?(\w+)"? \((.*)\) FROM stdin;\n')
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class DumpFailed(Exception):
    """pg_dump or pg_restore is not there, or said no; the message is its last word."""


def program(name: str) -> str:
    """Where pg_dump or pg_restore is: the newest that Debian installed, or the one on the path."""
    found = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0)
    there = str(found[-1]) if found else shutil.which(name)
    if there is None:
        raise DumpFailed(f"{name} is not installed (Debian: sudo apt-get install postgresql-client)")
    return there


def surroundings(url: str) -> dict[str, str]:
    """The address as environment variables: what stands in a command line can be read by everybody."""
    from psycopg.pq import Conninfo

    variables = {o.keyword.decode(): o.envvar.decode() for o in Conninfo.get_defaults() if o.envvar is not None}
    whole = postgresql.address(url)
    given = {
        "host": whole.host, "port": whole.port, "user": whole.username, "password": whole.password,
        "dbname": whole.database, **{k: v if isinstance(v, str) else ",".join(v) for k, v in whole.query.items()},
    }
    ours = {variables[name]: str(value) for name, value in given.items() if value is not None and name in variables}
    return {**os.environ, "PGAPPNAME": "queue backup", "PGCONNECT_TIMEOUT": str(postgresql.CONNECT_S), **ours}


def dump(url: str, target: Path) -> None:
    """A copy of one moment, readable by its owner only, while servers go on; raises DumpFailed."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _run([program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--file={target}"],
         surroundings(url))


def _run(words: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(words, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise DumpFailed(_last(done.stderr) or f"{Path(words[0]).name} ended with {done.returncode}")


def _last(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1] if lines else ""


def size(url: str) -> int:
    """Bytes of the database on the disk of its server."""
    database = Database(url)
    try:
        with database.read() as c:
            return int(c.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    finally:
        database.close()


def has_tables(url: str) -> bool:
    database = Database(url)
    try:
        with database.read() as c:
            return inspect(c).has_table("office")
    finally:
        database.close()


def read_back(file: Path, scratch: Path) -> None:
    """Puts all that is in a dump into a new SQLite file, at the dump's own schema; raises DumpFailed, SchemaError."""
    release = next((values[0] for table, _names, values in rows(file, "alembic_version") if table), None)
    os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    database = Database(sqlite_url(scratch))
    with database.writer() as c, c.begin():
        schema.prepare_as(c, release)
    database.close()
    raw = sqlite3.connect(scratch, isolation_level=None)
    try:
        raw.execute("PRAGMA synchronous=OFF")  # a scratch file; nobody needs it after a power cut
        raw.execute("BEGIN")
        _insert(raw, rows(file))
        raw.execute("COMMIT")
        raw.execute("PRAGMA journal_mode=DELETE")  # one file, to be opened as unchanging
    except sqlite3.Error as error:
        raise DumpFailed(f"a row of the copy does not fit: {error}") from error
    finally:
        raw.close()


def _insert(raw: sqlite3.Connection, found: Iterator[tuple[str, list[str], list[str | None]]]) -> None:
    into, waiting = "", list[list[str | None]]()

    def write() -> None:
        if waiting:
            raw.executemany(into, waiting)
            waiting.clear()

    for table, names, values in found:
        if table == "alembic_version":
            continue
        columns = ", ".join(f'"{name}"' for name in names)
        statement = f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(names))})'
        if statement != into or len(waiting) >= AT_ONCE:
            write()
            into = statement
        waiting.append(values)  # SQLite makes integers of them where the column says so
    write()


def rows(file: Path, only: str = "") -> Iterator[tuple[str, list[str], list[str | None]]]:
    """(table, columns, values as text) of every row in a dump; raises DumpFailed when it is damaged."""
    words = [program("pg_restore"), "--data-only", "--file=-", *([f"--table={only}"] if only else []), str(file)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert process.stdout is not None and process.stderr is not None
    try:
        yield from _parse(process.stdout)
        said = process.stderr.read().decode(errors="replace")
        if process.wait():
            raise DumpFailed(_last(said) or f"pg_restore ended with {process.returncode}")
    finally:
        process.stdout.close()
        process.stderr.close()
        if process.poll() is None:  # whoever asked has seen enough
            process.kill()
            process.wait()


def _parse(lines: IO[bytes]) -> Iterator[tuple[str, list[str], list[str | None]]]:
    table, names = "", list[str]()
    for line in lines:
        if not table:
            began = _COPY.fullmatch(line)
            if began:
                table, names = began[1].decode(), [name.strip(' "') for name in began[2].decode().split(",")]
        elif line == b"\\.\n":
            table = ""
        else:
            yield table, names, [_value(field) for field in line[:-1].split(b"\t")]


def _value(field: bytes) -> str | None:
    if field == b"\\N":
        return None
    if b"\\" in field:
        field = _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), field)
    return field.decode("utf-8")
