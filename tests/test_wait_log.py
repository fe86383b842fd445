"""The wait-time log as it is read: every step once, judged by its own standard, and little memory."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cast import ROOT

from bench.fill import fill
from queue_server import config, opening
from queue_server.commands.setup import configure
from queue_server.database import Database
from queue_server.domain.office import Promise
from queue_server.exports.shares import Shares
from queue_server.office_file import read
from queue_server.shell import Session
from queue_server.store import glance, offices, reports
from queue_server.store.reports import Entry, Filters

EVER = ("2000-01-01", "2099-12-31")


def cells(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


# --- reading the log ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 500 ended visits of four past days."""
    data = tmp_path_factory.mktemp("past") / "data"
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    office = read((ROOT / "offices" / "rutan.toml").read_text(encoding="utf-8"), "rutan.toml")
    opening.add_office(session.database, office.key)
    session.press(office.key, "configure", configure, office=office, reason="test")
    session.close()
    fill(data, "rutan", 500, 150)
    return data


@pytest.fixture
def reader(past: Path) -> Iterator[reports.Reader]:
    database = Database(f"sqlite:///{past}/queue.db")
    with database.read() as c:
        yield reports.Reader(c, offices.heads_of(c, ["rutan"])[0].id)
    database.close()


def test_every_step_is_there_once_whatever_the_size_of_a_chunk(reader: reports.Reader) -> None:
    whole = [e for chunk in reader.all(Filters(*EVER)) for e in chunk]
    small = [e for chunk in reader.all(Filters(*EVER), 7) for e in chunk]
    assert len(whole) == 500 and len({e.step for e in whole}) == 500
    assert whole == small
    assert [e.day for e in whole] == sorted(e.day for e in whole)


def test_pages_turn_through_everything_newest_first(reader: reports.Reader) -> None:
    found: list[Entry] = []
    for page in range(1, 10):
        rows, total = reader.page(Filters(*EVER), page, 70)
        assert total == 500
        found += rows
    assert len({e.step for e in found}) == 500
    assert [(e.day, e.step) for e in found] == sorted(((e.day, e.step) for e in found), reverse=True)


def test_filters_find_exactly_their_rows(reader: reports.Reader) -> None:
    whole = [e for chunk in reader.all(Filters(*EVER)) for e in chunk]
    day = whole[200].day
    for filters, wanted in (
        (Filters(day, day), lambda e: e.day == day),
        (Filters(*EVER, service="titipan"), lambda e: e.service == "titipan"),
        (Filters(*EVER, counter="1"), lambda e: e.counter == "1"),
        (Filters(day, day, "kunjungan", "1"), lambda e: (e.day, e.service, e.counter) == (day, "kunjungan", "1")),
        (Filters(*EVER, person=99), lambda e: False),
    ):
        assert [e for chunk in reader.all(filters) for e in chunk] == [e for e in whole if wanted(e)]


def test_a_day_is_read_by_its_index(reader: reports.Reader) -> None:
    """Whatever the planner knows: no chunk may walk the whole table by id."""
    statement = reports._rows.where(reports.t.step.c.office_id == 1, reports.t.step.c.day == "x")
    compiled = statement.order_by(reports._id).compile(reader.c.engine, compile_kwargs={"literal_binds": True})
    plan = reader.c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert any("step_by_day" in row[3] for row in plan), plan


def test_a_step_is_judged_by_the_standard_in_force_at_its_issue(past: Path) -> None:
    """A stricter promise today changes nothing about yesterday."""
    session = Session(config.read(None, {"QUEUE_DATA": str(past)}))
    before = _judged(session)
    office = opening.office(session.database, "rutan")
    strict = tuple(
        replace(s, standard=replace(s.standard, promises={"door": Promise(1, 1)})) for s in office.services)
    session.press("rutan", "configure", configure, office=replace(office, services=strict), reason="test")
    assert _judged(session) == before
    session.press("rutan", "configure", configure, office=office, reason="test")
    session.close()


def _judged(session: Session) -> dict[str, Any]:
    shares = Shares()
    with session.database.read() as c:
        for chunk in reports.Reader(c, 1).all(Filters(*EVER)):
            shares.add(chunk)
    return shares.as_json()


def test_shares_agree_with_the_stored_durations(past: Path, reader: reports.Reader) -> None:
    shares = Shares()
    for chunk in reader.all(Filters(*EVER)):
        shares.add(chunk)
    stated = {e.service: e.stated.wait_min for chunk in reader.all(Filters(*EVER)) for e in chunk if not e.priority}
    c = sqlite3.connect(past / "queue.db")
    for service, minutes in stated.items():
        kept, judged = c.execute(
            "SELECT sum(waited_ms <= ?), count(*) FROM step WHERE service = ? AND priority = 0",
            ((minutes or 0) * 60_000, service)).fetchone()
        ordinary = Shares()
        for chunk in reader.all(Filters(*EVER, service=service)):
            ordinary.add([e for e in chunk if not e.priority])
        found = ordinary.as_json()["all"]["wait"]
        assert (found["on_time"], found["judged"]) == (kept, judged)
    c.close()


# --- the program -------------------------------------------------------------------------------


def shell(past: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "queue_server", "export", "rutan", "--data", str(past), *options], cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}, capture_output=True, timeout=120)


def test_the_shell_writes_the_same_log(past: Path, tmp_path: Path) -> None:
    options = ("--from", EVER[0], "--to", EVER[1])
    written = shell(past, *options, "--out", str(tmp_path / "log.csv"))
    assert written.returncode == 0, written.stderr
    rows = cells((tmp_path / "log.csv").read_bytes())
    assert len(rows) == 500
    lines = shell(past, *options, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["step"] for line in lines] == [int(row["step"]) for row in rows]


def test_the_shell_says_what_is_wrong(past: Path) -> None:
    assert b"not understood (day)." in shell(past, "--from", "yesterday").stderr
    assert b"The end is before the beginning" in shell(past, "--from", "2026-11-02", "--to", "2026-11-01").stderr
    wrong = shell(past, "--out", "/nowhere/log.csv")
    assert wrong.returncode == 1 and b"could not be written" in wrong.stderr


@pytest.mark.long
def test_a_long_log_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    office = read((ROOT / "offices" / "rutan.toml").read_text(encoding="utf-8"), "rutan.toml")
    opening.add_office(session.database, office.key)
    session.press(office.key, "configure", configure, office=office, reason="test")
    session.close()
    fill(data, "rutan", 60_000)
    last = (time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400 * 30)), "2099-01-01")
    short, long = (_peak_mb(data, *days) for days in (("2099-01-01", "2099-01-01"), last))
    assert long < short + 40


def _peak_mb(data: Path, first: str, last: str) -> float:
    program = (
        "import resource, sys\nfrom queue_server.exports.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\nsys.exit(status)")
    done = subprocess.run(
        [sys.executable, "-c", program, "rutan", "--data", str(data), "--from", first, "--to", last], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=250, check=True)
    return int(done.stderr.split()[-1]) / 1024


# --- the supervisor's picture --------------------------------------------------------------------


def test_the_glance_reads_only_what_changed_and_forgets_what_was_undone(past: Path) -> None:
    database = Database(f"sqlite:///{past}/queue.db")
    with database.read() as c:
        day = reports.days(c, 1, Filters(*EVER))[1][0]
        first = glance.today(c, 1, day)
        assert sum(service.served for service in first.services.values()) == 150
    raw = sqlite3.connect(past / "queue.db")
    raw.execute("UPDATE step SET state = 'serving', last_seq = 900001, ended_at = NULL, counter = 'x' WHERE id = "
                "(SELECT min(id) FROM step WHERE day = ?)", (day,))
    raw.commit()
    with database.read() as c:
        assert sum(service.served for service in glance.today(c, 1, day).services.values()) == 149
    raw.execute("UPDATE step SET state = 'done', last_seq = 900002, counter = '1' WHERE last_seq = 900001")
    raw.commit()
    raw.close()
    with database.read() as c:
        assert sum(service.served for service in glance.today(c, 1, day).services.values()) == 150
    database.close()
