"""What is PostgreSQL's own: its engines, who may write while a whole database changes, what may be tried again.

psycopg is imported by SQLAlchemy, and only when the database's address asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

#: How long a server may take to answer, seconds; after that it is not there.
CONNECT_S = 5
#: A batch waits so long for an office that another process holds, and a transaction may stand still for so long, ms.
LOCK_MS, IDLE_MS = 10_000, 30_000
#: Every writing connection holds this advisory lock shared; a move or a restore takes it for itself alone.
HOUSE = (0x71756575, 1)
#: Whoever makes or upgrades the tables is alone while it lasts; two processes may start at the same moment.
SCHEMA = (0x71756575, 2)
#: SQLSTATEs after which nothing is wrong with the command. Classes: connection lost, transaction rolled back for
#: another's sake, operator at work. Codes: lock not given in time, all connections taken.
_PASSING_CLASSES = ("08", "40", "57")
_PASSING_CODES = ("55P03", "53300")


class InUse(Exception):
    """A move or a restore is under way on this database, or servers are when one of those begins."""


def address(url: str) -> URL:
    """``postgresql://`` means our driver; others are not tried. Raises ValueError, which does not say the password."""
    try:
        found = make_url(url)
    except ArgumentError:
        raise ValueError("write it as postgresql+psycopg://USER:PASSWORD@HOST/NAME") from None
    if found.drivername == "postgresql":
        found = found.set(drivername="postgresql+psycopg")
    if found.drivername != "postgresql+psycopg":
        raise ValueError(f"{found.drivername} is not known; write postgresql+psycopg://")
    return found


def _engine(url: str, **options: Any) -> Engine:
    # Under eventlet psycopg would find a patched select and wait with it; all our SQL waits in native threads.
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_c")
    whole = address(url)
    ours = {
        "connect_timeout": CONNECT_S, "application_name": "queue", "keepalives_idle": 10, "keepalives_interval": 3,
        "keepalives_count": 3, "tcp_user_timeout": 15_000,
    }
    given = {name: value for name, value in ours.items() if name not in whole.query}
    return create_engine(whole, connect_args=given, **options)


def writing_engine(url: str) -> Engine:
    engine = _engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        from psycopg import IsolationLevel

        raw.isolation_level = IsolationLevel.READ_COMMITTED
        alone = raw.execute("SELECT pg_try_advisory_lock_shared(%s, %s)", HOUSE).fetchone()
        if not alone[0]:
            raise InUse("The database is being moved or restored; try again when that has ended.")
        # An answer is given when the commit is safe on the disk, whatever the database's own setting is.
        raw.execute(
            "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, "
            "false), CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', "
            "'on', false) END", (str(LOCK_MS), str(IDLE_MS)))
        raw.commit()

    return engine


def reading_engine(url: str) -> Engine:
    """Snapshots: everything read in one transaction is of one moment. A stale connection is noticed and replaced."""
    engine = _engine(url, pool_size=8, max_overflow=16, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        from psycopg import IsolationLevel

        raw.isolation_level = IsolationLevel.REPEATABLE_READ
        raw.read_only = True

    return engine


def passing(problem: BaseException) -> bool:
    """True when the same batch may well succeed a moment later: the connection broke, or another one was in the way."""
    cause = problem.orig if isinstance(problem, DBAPIError) and problem.orig is not None else problem
    state = getattr(cause, "sqlstate", None)
    if state:
        return state in _PASSING_CODES or state[:2] in _PASSING_CLASSES
    from psycopg import InterfaceError, OperationalError

    return isinstance(cause, (OperationalError, InterfaceError))


def alone_with_the_schema(c: Connection) -> None:
    """Until the end of the transaction."""
    c.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": SCHEMA[0], "b": SCHEMA[1]})


@contextmanager
def alone_in_the_house(url: str) -> Iterator[Connection]:
    """A connection while no server and no command can write; raises InUse when one is there."""
    engine = _engine(url, poolclass=NullPool)
    try:
        with engine.connect() as c:
            with c.begin():  # the lock is the session's: it stays when the transaction ends
                asked = text("SELECT pg_try_advisory_lock(:a, :b)")
                if not c.execute(asked, {"a": HOUSE[0], "b": HOUSE[1]}).scalar():
                    raise InUse("A server, or a command at the shell, is at work on the database. End it first.")
            yield c
    finally:
        engine.dispose()


def shown(url: str) -> str:
    """The address without its password."""
    return address(url).render_as_string(hide_password=True)


def encoding(c: Connection) -> str:
    return str(c.execute(text("SHOW server_encoding")).scalar_one())
