"""What doctor asks a PostgreSQL server: is it there, does it keep what it acknowledged, is there room for us."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..database import Database
from . import dump

#: With these off an acknowledged number may be gone after a power cut.
DURABLE = ("fsync", "full_page_writes")
#: So many connections a server process may open (database.py); less than that left is too little.
OURS = 25

Look = tuple[str, str, dict[str, Any]]


def problem(url: str) -> str:
    """Why the database cannot be reached, in PostgreSQL's own words; "" when it can."""
    database = Database(url)
    try:
        with database.read():
            return ""
    except DBAPIError as error:
        return (str(error.orig).strip().splitlines() or ["no word"])[-1]
    finally:
        database.close()


def look(c: Connection) -> Iterator[Look]:
    """(level, key of the sentence, facts) of each thing worth a line."""

    def setting(name: str) -> str:
        return str(c.exec_driver_sql(f"SHOW {name}").scalar_one())

    used, size = c.exec_driver_sql(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
        "pg_database_size(current_database())").one()
    most, version = int(setting("max_connections")), setting("server_version")
    facts = {"version": version, "size": f"{size / 1_000_000:.0f}", "connections": used, "most": most}
    yield "OK", "server", facts
    if most - used < OURS:
        yield "WARN", "few_connections", facts
    for name in DURABLE:
        if setting(name) == "off":  # synchronous_commit the servers switch on for themselves
            yield "BAD", "not_durable", {"setting": name}
    major = int(version.split(".")[0])
    if _dumps() < major:
        yield "WARN", "no_pg_dump", {"major": major}


def _dumps() -> int:
    """The newest major release that pg_dump here can read; 0 when there is none."""
    try:
        said = subprocess.run([dump.program("pg_dump"), "--version"], capture_output=True, text=True, check=True).stdout
    except (dump.DumpFailed, OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)(?:\.\d+)?", said)
    return int(found[1]) if found else 0

