"""From SQLite to PostgreSQL in one command: every row, every link of the chain, all or nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import databases
import psycopg
import pytest
from backstage import events, rows
from cast import ROOT, Server, copy_of
from databases import Postgres
from small_house import KEY, house, session, settings, take, write_note
from test_backup import break_the_log

from bench.fill import fill
from queue_server import config
from queue_server import tables as t
from queue_server.domain import chain
from queue_server.upkeep import carry
from queue_server.upkeep.data_folder import CannotUse, DataLock, check_moved
from queue_server.upkeep.move import MoveFailed, move


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    url = postgres.create()
    yield url
    postgres.drop(url)


def there(data: Path, url: str) -> config.Config:
    """The settings of the house after the move."""
    databases.use(data, url)
    return settings(data)


def content(c: sqlite3.Connection | psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(tuple(row) for row in c.execute(f'SELECT * FROM "{name}"')) for name in t.metadata.tables}


def test_everything_arrives_and_the_queue_goes_on(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data", 0)
    take(found, 3)
    write_note(found, 1, "Gul\tmerah \\ 100 % – 🌷\nline two")
    done = move(found, empty)
    assert done.problems == {} and done.rows["ticket"] == 3 and done.rows["private"] == 1
    before = content(sqlite3.connect(found.data / "queue.db"))
    with psycopg.connect(empty.replace("+psycopg", "")) as c:
        assert content(c) == before
    assert sum(done.rows.values()) == sum(map(len, before.values()))
    moved = there(found.data, empty)
    assert take(moved, 2) == ["A\u2009004", "A\u2009005"]  # ids, numbers and the chain count on
    assert chain.check(events(found.data, KEY)) == []
    assert rows(found.data, "SELECT count(*) FROM ticket") == [(5,)]


def test_a_long_past_arrives(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data", 0)
    fill(found.data, KEY, 3_000, 150)
    done = move(found, empty)
    assert done.rows["step"] == 3_000 and done.problems == {}
    moved = there(found.data, empty)
    assert len(events(moved.data, KEY)) == done.rows["event"]


def test_the_old_file_is_not_used_any_more(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data")
    old = (found.data / "queue.db").stat().st_size
    move(found, empty)
    assert (found.data / "queue.db").stat().st_size == old
    with pytest.raises(CannotUse, match="moved to PostgreSQL"):
        check_moved(found)
    refused = subprocess.run(
        [sys.executable, "-m", "queue_server", "serve", "--data", str(found.data), "--port", "0", "--host",
         "127.0.0.1"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={k: v for k, v in os.environ.items() if k != "DATABASE_URL"})
    assert refused.returncode == 1 and "Set DATABASE_URL" in refused.stderr
    with pytest.raises(CannotUse, match="moved to PostgreSQL"):
        move(found, empty)


def test_the_command_takes_the_address_from_the_environment(
    demo: Server, postgres: Postgres, tmp_path: Path, empty: str
) -> None:
    server = copy_of(demo, tmp_path / "data").start()
    server.kiosk().take("kunjungan")
    words = [sys.executable, "-m", "queue_server", "move", "--data", str(server.data)]
    env = {**os.environ, "DATABASE_URL": empty.replace("queue@", "queue:not-needed@")}
    busy = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert busy.returncode == 1 and "in use by the queue server" in busy.stderr
    server.stop()
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Every row was compared" in done.stdout and "not-needed" not in done.stdout
    databases.use(server.data, empty)
    server.start()
    assert server.kiosk().take("kunjungan")["label"] == "A\u2009002"
    ani = server.officer(counter="1")  # the same people with the same passwords
    assert ani.press("call_next")["label"] == "A\u2009001"
    ani.close()
    server.stop()
    for office in ("rutan", "kanim"):
        assert chain.check(events(server.data, office)) == []


# What must be refused


def nothing_in(url: str) -> bool:
    with psycopg.connect(url.replace("+psycopg", "")) as c:
        return c.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_that_is_not_empty(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data")
    with psycopg.connect(empty.replace("+psycopg", "")) as c:
        c.execute("CREATE TABLE somebody_elses (id int)")
    with pytest.raises(MoveFailed, match="somebody_elses"):
        move(found, empty)
    assert take(found, 1) == ["A\u2009004"]


def test_a_house_in_use_on_either_side(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data")
    lock = DataLock(found.data)
    lock.take("a test")
    with pytest.raises(CannotUse, match="in use by a test"):
        move(found, empty)
    lock.release()
    house_there = replace(settings(tmp_path / "there"), database_url=empty)
    with session(house_there) as other:
        other.database.writer()
        with pytest.raises(CannotUse, match="at work on the database"):
            move(found, empty)


def test_a_broken_log_is_moved_only_when_asked(tmp_path: Path, empty: str) -> None:
    found = house(tmp_path / "data")
    break_the_log(found.data / "queue.db")
    with pytest.raises(MoveFailed, match="log_doubtful"):
        move(found, empty)
    assert nothing_in(empty)
    assert move(found, empty, anyway=True).problems == {KEY: 3}


def test_a_row_that_did_not_arrive_as_it_was(tmp_path: Path, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = house(tmp_path / "data")
    real = carry._copy

    def loses(source: carry.Connection, target: carry.Connection, table: carry.Table) -> int:
        count = real(source, target, table)
        if table.name == "ticket":
            target.exec_driver_sql("UPDATE ticket SET number = 99 WHERE id = 2")
        return count

    monkeypatch.setattr(carry, "_copy", loses)
    with pytest.raises(MoveFailed, match="ticket: row 2"):
        move(found, empty)
    assert nothing_in(empty)
    check_moved(found)


@pytest.mark.parametrize("to", ["sqlite:///other.db", "mysql://queue@localhost/queue", ""])
def test_only_to_postgresql(tmp_path: Path, to: str) -> None:
    with pytest.raises(MoveFailed, match="not_to_postgresql"):
        move(house(tmp_path / "data"), to)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MoveFailed, match="database"):
        move(house(tmp_path / "data"), "postgresql+psycopg://queue@127.0.0.1:1/queue")
