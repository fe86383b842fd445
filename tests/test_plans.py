"""Each statement of a call looks only at the rows it is about, however many came today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from queue_server import schema
from queue_server.database import Database, sqlite_url
from queue_server.store import log, pictures, queue
from queue_server.store.prepared import Prepared

PLANS = {
    "first in line": (queue._heads, "step_next"),
    "first in line, with all that screens show": (pictures._first, "step_next"),
    "those set back": (queue._returning, "step_returning"),
    "those set back, with all that screens show": (pictures._returning, "step_returning"),
    "those not here yet": (pictures._remote, "step_remote"),
    "those not here yet, to be passed": (queue._not_arrived, "step_remote"),
    "at counters, parked, waiting for paper": (pictures._set_apart, "step_open"),
    "how many wait": (pictures._counts, "COVERING INDEX step_open"),
    "no-shows that may come back": (pictures._missed, "step_missed"),
    "the last calls of a service": (queue._recent, "call_of_service"),
    "the last calls of a hall": (pictures._hall_calls, "call_of_hall"),
    "the visitor at a counter": (queue._active, "one_visitor_per_counter"),
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    database = Database(sqlite_url(tmp_path_factory.mktemp("plans") / "queue.db"))
    with database.writing.begin() as c:
        schema.prepare(c)
    with database.read() as c:
        yield c
    database.close()


def plan(c: Connection, statement: Prepared) -> list[str]:
    sql = str(statement.statement.compile(dialect=c.dialect))  # type: ignore[attr-defined]
    cursor = c.connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}", [0] * sql.count("?"))
    return [row[3] for row in cursor.fetchall()]


@pytest.mark.parametrize("what", PLANS)
def test_a_statement_goes_by_its_own_index(what: str, connection: Connection) -> None:
    statement, index = PLANS[what]
    found = plan(connection, statement)
    assert index in found[0], found
    assert not any(line.startswith("SCAN") for line in found), found


@pytest.mark.parametrize("presses", [1, 2, 64])
def test_presses_answered_before_are_found_by_actor_and_key(presses: int, connection: Connection) -> None:
    log.answers(connection, [("device:1", f"key-{n}") for n in range(presses)])
    found = plan(connection, log._answers[presses])
    assert not any(line.startswith("SCAN") for line in found), found
    assert "actor=? AND key=?" in found[-1]
