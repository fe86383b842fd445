"""The fixtures of every test; the people and servers themselves are in cast.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from admin_stage import admin, alone, shared  # noqa: F401 (fixtures of the tests about administration)
from cast import Server, copy_of


@pytest.fixture(scope="session", params=["eventlet", "threading"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both server modes; a test that asks for it runs in each."""
    return str(request.param)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A data folder as the first ``serve --demo`` leaves it; tests start on copies of it."""
    first = Server(tmp_path_factory.mktemp("demo") / "data").start()
    first.stop()
    return first


@pytest.fixture
def server(demo: Server, tmp_path: Path) -> Iterator[Server]:
    """A fresh server with the demo offices, in the default mode."""
    running = copy_of(demo, tmp_path / "data").start()
    yield running
    running.stop()


@pytest.fixture
def server_in(demo: Server, tmp_path: Path, mode: str) -> Iterator[Server]:
    """A fresh server in each mode."""
    running = copy_of(demo, tmp_path / "data", mode).start()
    yield running
    running.stop()
