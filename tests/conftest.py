"""The fixtures of every test; the people and servers themselves are in cast.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import databases
import pytest
from admin_stage import admin, alone, shared  # noqa: F401 (fixtures of the tests about administration)
from backstage import apply, with_rules
from cast import TREMBLING_MS, Server, copy_of
from databases import Postgres


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says ``BOTH_DATABASES = True`` runs on SQLite and on PostgreSQL."""
    if "engine" in metafunc.fixturenames and getattr(metafunc.module, "BOTH_DATABASES", False):
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True, scope="session")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Commands that run in the test's own process make files their owner's only, and a backup lets others go first."""
    umask = os.umask(0)
    os.umask(umask)
    yield
    os.umask(umask)
    with suppress(AttributeError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, 0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this process; asked for only by those that need it."""
    running = Postgres().start()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The database a test runs on: SQLite where nothing else is said."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="module")
def placed(engine: str, request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Path]]:
    """Gives a data folder an empty database of the engine under test; returns the folder."""
    made = []

    def place(data: Path) -> Path:
        if engine == "postgresql":
            made.append(_postgres(request).create())
            databases.use(data, made[-1])
        return data

    yield place
    for url in made:
        _postgres(request).drop(url)


def _postgres(request: pytest.FixtureRequest) -> Postgres:
    found = request.getfixturevalue("postgres")
    assert isinstance(found, Postgres)
    return found


@pytest.fixture(scope="session", params=["eventlet", "threading"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both server modes; a test that asks for it runs in each."""
    return str(request.param)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A data folder as ``serve --demo`` leaves it; tests start on copies of it."""
    return _first(tmp_path_factory.mktemp("demo") / "data")


def _first(data: Path) -> Server:
    """As the demo begins, but for the time in which a second press counts as a trembling finger (see settle)."""
    first = Server(data).start()
    first.stop()
    for key in ("rutan", "kanim"):
        apply(data, with_rules(key, double_press_ms=TREMBLING_MS))
    return first


@pytest.fixture(scope="session")
def demo_on_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The same on PostgreSQL."""
    data = tmp_path_factory.mktemp("demo-postgres") / "data"
    databases.use(data, postgres.create())
    return _first(data)


Copied = Callable[..., Server]


@pytest.fixture(scope="module")
def copied(engine: str, request: pytest.FixtureRequest) -> Iterator[Copied]:
    """Makes copies of the demo in a folder, on the database of the engine under test; the caller starts and stops."""
    made = []

    def copy(data: Path, mode: str = "eventlet", **more: Any) -> Server:
        if engine == "sqlite":
            return copy_of(request.getfixturevalue("demo"), data, mode, **more)
        first = request.getfixturevalue("demo_on_postgres")
        made.append(_postgres(request).create(databases.url_of(first.data)))
        found = copy_of(first, data, mode, **more)
        databases.use(data, made[-1])
        return found

    yield copy
    for url in made:
        _postgres(request).drop(url)


def _running(server: Server) -> Iterator[Server]:
    yield server.start()
    server.stop()


@pytest.fixture
def server(copied: Copied, tmp_path: Path) -> Iterator[Server]:
    """A fresh server with the demo offices, in the default mode."""
    yield from _running(copied(tmp_path / "data"))


@pytest.fixture
def server_in(copied: Copied, tmp_path: Path, mode: str) -> Iterator[Server]:
    """A fresh server in each mode."""
    yield from _running(copied(tmp_path / "data", mode))
