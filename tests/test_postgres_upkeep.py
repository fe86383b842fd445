"""Backup, restore and doctor on PostgreSQL: the same promises as on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import databases
import psycopg
import pytest
from backstage import events, rows, until
from cast import Server
from databases import Postgres
from small_house import KEY, house, session, settings, take, write_note

from queue_server.config import Config
from queue_server.domain import chain
from queue_server.moment import wall_ms
from queue_server.schema import SchemaError
from queue_server.upkeep import backup, doctor, dump, postgres_health, restore, startup
from queue_server.upkeep.backup import BackupFailed
from queue_server.upkeep.data_folder import CannotUse
from queue_server.upkeep.doctor import BAD, OK, WARN, Patient

HOUR = 3_600_000


@pytest.fixture
def new(postgres: Postgres) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def create() -> str:
        made.append(postgres.create())
        return made[-1]

    yield create
    for url in made:
        postgres.drop(url)


@pytest.fixture
def there(new: Callable[[], str], tmp_path: Path) -> Config:
    """A house on PostgreSQL with three numbers and two notes."""
    databases.use(tmp_path / "data", new())
    found = house(tmp_path / "data", 0)
    take(found, 3)
    for step in (1, 2):
        write_note(found, step, "Gul merah \\ – 🌷\nline two")
    return found


def the_log_holds(found: Config) -> bool:
    return chain.check(events(found.data, KEY)) == []


def change(found: Config, *statements: str) -> None:
    with databases.opened(found.data, writing=True) as c:
        for statement in statements:
            databases.execute(c, statement)


# Backup and restore


def test_a_backup_is_read_back_whole_and_the_queue_goes_on_from_it(there: Config, tmp_path: Path) -> None:
    made = backup.run(there, tmp_path / "second")
    assert made.file.suffix == ".dump" and made.tickets == 3 and made.problems == {}
    assert {p.name for p in (tmp_path / "second").iterdir()} == {made.file.name, made.file.with_suffix(".zip").name}
    for path in (made.file, made.file.with_suffix(".zip")):
        assert path.stat().st_mode & 0o077 == 0
    write_note(there, 1, "")  # erased after the backup
    take(there, 2)
    done = restore.restore(there, made.file)
    assert done.erased == 1 and done.lost == {KEY: 3} and done.copy.tickets == 3
    assert done.aside is not None and (done.aside / "queue.dump").stat().st_size > 1000
    assert rows(there.data, "SELECT value FROM private") == [("Gul merah \\ – 🌷\nline two",)]
    assert take(there, 1) == ["A\u2009004"] and the_log_holds(there)


def test_a_backup_goes_either_way(there: Config, tmp_path: Path, new: Callable[[], str]) -> None:
    made = backup.run(there, tmp_path / "second")
    here = replace(settings(tmp_path / "here"), database_url=f"sqlite:///{tmp_path}/here/queue.db")
    restore.restore(here, made.file)
    assert take(here, 1) == ["A\u2009004"] and the_log_holds(here)
    copied = backup.run(here, tmp_path / "third")
    databases.use(tmp_path / "elsewhere", new())
    elsewhere = settings(tmp_path / "elsewhere")
    restore.restore(elsewhere, copied.file)
    assert take(elsewhere, 1) == ["A\u2009005"] and the_log_holds(elsewhere)


def test_a_damaged_dump_is_not_restored_and_nothing_is_changed(there: Config, tmp_path: Path) -> None:
    made = backup.run(there, tmp_path / "second")
    whole = made.file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"this is no dump"):
        made.file.write_bytes(damaged)
        with pytest.raises((BackupFailed, SchemaError)):
            restore.restore(there, made.file)
    assert take(there, 1) == ["A\u2009004"] and not list(there.data.glob("before-*"))
    assert not list(there.data.glob(".coming-*"))


def test_a_log_that_is_broken_itself_is_kept_and_told(there: Config, tmp_path: Path) -> None:
    change(there, "DROP TRIGGER event_no_change ON event",
           "UPDATE event SET body = '{}' WHERE kind = 'ticket_issued'")
    made = backup.run(there, tmp_path / "second")
    assert made.problems == {KEY: 3} and backup.state(there.data)["problem"] == "log_doubtful"
    with pytest.raises(BackupFailed, match="log_doubtful"):
        restore.restore(there, made.file)
    assert restore.restore(there, made.file, anyway=True).lost == {KEY: 0}


def test_no_restore_while_a_server_is_at_work(there: Config, tmp_path: Path) -> None:
    made = backup.run(there, tmp_path / "second")
    with session(there) as other:
        other.database.writer()
        with pytest.raises(CannotUse, match="at work on the database"):
            restore.restore(there, made.file)
    restore.restore(there, made.file)


def test_without_pg_dump_no_backup_is_claimed(there: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="postgresql-client"):
        backup.run(there, tmp_path / "second")
    assert backup.state(there.data)["problem"] == "cannot_dump" and not list((tmp_path / "second").iterdir())


def test_no_password_is_in_a_command_line() -> None:
    env = dump.surroundings("postgresql://antrean:r%40hasia@db.example:5433/house?sslmode=require")
    assert {k: env[k] for k in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE")} == {
        "PGHOST": "db.example", "PGPORT": "5433", "PGUSER": "antrean", "PGPASSWORD": "r@hasia", "PGDATABASE": "house",
        "PGSSLMODE": "require"}


# Doctor and the start


def found_by_doctor(found: Config) -> dict[str, str]:
    return {f"{f.topic}.{f.key}": f.level for f in doctor.examine(Patient(found, wall_ms()))}


def test_doctor_looks_at_the_server(there: Config) -> None:
    said = found_by_doctor(there)
    assert said["database.server"] == OK and said["database.release"] == OK and said["log.holds"] == OK
    # This server was started for tests: nothing needs to outlive a power cut.
    assert said["database.not_durable"] == BAD
    assert not any(key.endswith("broke") for key in said)


def test_doctor_and_the_start_say_that_the_server_is_away(there: Config) -> None:
    away = replace(there, database_url="postgresql+psycopg://queue:geheim@127.0.0.1:1/queue")
    findings = [f for f in doctor.examine(Patient(away, wall_ms())) if f.level == BAD]
    assert [f.key for f in findings if f.topic in ("database", "log")] == ["unreachable"]
    said = findings[0].say("en") + " ".join(f.say("en") for f in findings)
    assert "geheim" not in said and "127.0.0.1" in said
    with pytest.raises(CannotUse, match="Is PostgreSQL running") as no:
        startup.open_data(away)
    assert "geheim" not in str(no.value)


def test_doctor_counts_connections_and_looks_for_pg_dump(there: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_health, "OURS", 500)
    monkeypatch.setattr(postgres_health, "_dumps", lambda: 9)
    said = found_by_doctor(there)
    assert said["database.few_connections"] == WARN and said["database.no_pg_dump"] == WARN


def test_another_encoding_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as c:
        c.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    url = postgres.address("latin").replace("postgresql:", "postgresql+psycopg:")
    with pytest.raises(SchemaError, match="UTF8"), session(replace(settings(tmp_path / "data"), database_url=url)):
        raise AssertionError("it was opened")
    postgres.drop(url)


def test_the_server_makes_its_daily_backup(new: Callable[[], str], tmp_path: Path) -> None:
    databases.use(tmp_path / "data", new())
    server = Server(tmp_path / "data", environment={"QUEUE_BACKUP": str(tmp_path / "second")}).start()
    try:
        until(lambda: backup.state(server.data), 60, "the backup")
        assert backup.state(server.data)["ok"] and list((tmp_path / "second").glob("queue-*.dump"))
    finally:
        server.stop()
