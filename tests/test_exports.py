"""The wait-time log as pages and files: every step once, judged by its own standard, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from cast import ROOT, Server, copy_of, settle

from bench.fill import fill
from queue_server import config, opening
from queue_server.client import Officer, Refusal
from queue_server.commands.setup import configure
from queue_server.database import Database
from queue_server.domain.errors import Busy, Refused
from queue_server.domain.office import Promise
from queue_server.domain.standard import Part, Verdict
from queue_server.exports.columns import COLUMNS, Names, local_time, seconds, words
from queue_server.exports.jobs import Blocks, Exports
from queue_server.exports.lines import Csv, JsonLines, harmless
from queue_server.exports.process import Running
from queue_server.exports.shares import Shares
from queue_server.exports.work import Asked, filters_of
from queue_server.exports.xlsx import Workbook
from queue_server.kit import ThreadKit
from queue_server.office_file import read
from queue_server.shell import Session
from queue_server.store import glance, offices, reports
from queue_server.store.reports import Entry, Filters

EVER = ("2000-01-01", "2099-12-31")
YES, NO = Part(True), Part(None, "not_stated")


def entry(**changes: Any) -> Entry:
    """A1: waited 61.234 s of ten minutes, served at Loket 1 by officer 7."""
    at = 1_795_396_200_000  # Monday 2026-11-23, 08.10 WIB
    usual = Entry(
        step=1, day="2026-11-23", prefix="A", number=1, leg=1, service="kunjungan", channel="door", priority=False,
        issued_at=at, arrived_at=at, first_called_at=at + 61_234, called_at=at + 61_234, started_at=at + 70_000,
        ended_at=at + 130_500, wait=61_234, walk=8_766, serve=60_500, parked_office=0, parked_visitor=0, remote=0,
        total=130_500, stated=Promise(10, 5), stated_visit=None, verdict=Verdict(YES, YES, NO), recalls=0, rule="first",
        reason="", counter="1", person=7, state="done", outcome="served", standard=3, standard_version=1,
        clock_doubt=False)
    return usual._replace(**changes)


NAMES = Names({}, {}, {7: "Ani"})


def cells(written: bytes, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=separator))


# --- what a line holds -------------------------------------------------------------------------


def test_a_line_holds_the_whole_step_in_the_offices_own_time() -> None:
    lines = Csv(NAMES)
    row = cells(lines.head() + lines.block([entry()]))[0]
    assert row["number"] == "A 001"
    assert row["issued_at"] == "2026-11-23T08:10:00.000+07:00"
    assert row["called_at"] == "2026-11-23T08:11:01.234+07:00"
    assert (row["wait_s"], row["stated_wait_s"], row["wait_on_time"]) == ("61.234", "600", "yes")
    assert (row["visit_on_time"], row["visit_left_out"]) == ("", "not_stated")
    assert (row["officer"], row["why_called"], row["standard"]) == ("Ani", "first", "3")


def test_times_are_exact_in_every_zone_and_across_midnight() -> None:
    at = 1_795_366_799_999  # one ms before midnight in WIB
    assert local_time(at, 7) == "2026-11-22T23:59:59.999+07:00"
    assert local_time(at + 1, 7) == "2026-11-23T00:00:00.000+07:00"
    assert local_time(at + 1, 9) == "2026-11-23T02:00:00.000+09:00"


def test_durations_are_exact_and_take_the_readers_point() -> None:
    assert seconds(12_345) == "12.345"
    assert seconds(7, ",") == "0,007"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_a_spreadsheet_would_execute_is_made_harmless(start: str) -> None:
    text = start + 'HYPERLINK("http://evil.test")'
    assert harmless(text) == "'" + text
    lines = Csv(Names({}, {}, {7: text}))
    row = cells(lines.head() + lines.block([entry()]))[0]
    assert row["officer"].replace("\r", "\n") == harmless(text).replace("\r", "\n")


def test_ordinary_words_stay_as_they_are() -> None:
    assert [harmless(word) for word in ("Ani", "A 001", "2026-11-23", "a=b")] == ["Ani", "A 001", "2026-11-23", "a=b"]


def test_semicolons_come_with_a_mark_and_a_decimal_comma() -> None:
    lines = Csv(NAMES, ";")
    written = lines.head() + lines.block([entry()])
    assert written.startswith(b"\xef\xbb\xbf")
    assert cells(written, ";")[0]["wait_s"] == "61,234"
    assert not Csv(NAMES).head().startswith(b"\xef\xbb\xbf")


def test_a_cell_with_separator_quote_or_line_end_stays_one_cell() -> None:
    odd = 'Ani; "the, great"\nof Jakarta'
    for separator in ",;":
        lines = Csv(Names({}, {}, {7: odd}), separator)
        assert cells(lines.head() + lines.block([entry()]), separator)[0]["officer"] == odd


def test_json_lines_hold_numbers_and_nulls() -> None:
    record = json.loads(JsonLines(NAMES).block([entry(counter="", started_at=None)]))
    assert record["wait_s"] == 61.234 and record["stated_wait_s"] == 600
    assert record["wait_on_time"] is True and record["visit_on_time"] is None and record["clock_doubt"] is False
    assert record["counter"] is None and record["started_at"] is None
    assert list(record) == [column.name for column in COLUMNS]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_column_and_code_has_its_word(language: str) -> None:
    known = words(language)
    headings = [known.get(f"heading.{c.name}") for c in COLUMNS]
    assert None not in headings and len(set(headings)) == len(headings)
    from queue_server.domain.discipline import RULES
    from queue_server.domain.standard import LEFT_OUT
    from queue_server.domain.ticket import State
    groups = {"rule": RULES, "left_out": LEFT_OUT, "state": State}
    assert [f"{g}.{code}" for g, codes in groups.items() for code in codes if f"{g}.{code}" not in known] == []


def test_with_a_language_codes_become_words() -> None:
    lines = Csv(Names({"kunjungan": "Visit"}, {"1": "Counter 1"}, {}, 7, words("en")))
    row = cells(lines.head() + lines.block([entry()]))[0]
    assert (row["Service"], row["Counter"], row["Why called"], row["Wait on time"]) == (
        "Visit", "Counter 1", "waited longest", "yes")


# --- spreadsheets ------------------------------------------------------------------------------


def sheet(path: Path, number: int) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_a_spreadsheet_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    shares = Shares()
    evil = [entry(person=7), entry(person=8)]
    book = Workbook(tmp_path / "log.xlsx", Names({}, {}, {7: "=1+1", 8: "http://evil.test"}, 7, words("id")))
    book.add(evil)
    shares.add(evil)
    book.close([("office", "=2+2")], shares)
    for number in (1, 2):
        assert "<f>" not in sheet(tmp_path / "log.xlsx", number)
        assert "<hyperlink" not in sheet(tmp_path / "log.xlsx", number)
    assert "=1+1" in sheet(tmp_path / "log.xlsx", 2)
    assert "=2+2" in sheet(tmp_path / "log.xlsx", 1)


def test_sheets_are_split_with_their_headings(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "log.xlsx", NAMES, rows_a_sheet=3)
    book.add(entry(step=n, number=n) for n in range(1, 8))
    book.close([], Shares())
    rows = [len(re.findall(r"<row ", sheet(tmp_path / "log.xlsx", n))) for n in (2, 3, 4)]
    assert rows == [4, 4, 2]
    assert all("why_called" in sheet(tmp_path / "log.xlsx", n) for n in (2, 3, 4))


def test_the_summary_prints_numerator_denominator_and_what_was_left_out(tmp_path: Path) -> None:
    shares = Shares()
    left = Verdict(Part(None, "left_in_time"), Part(None, "not_served"), NO)
    shares.add([entry(), entry(verdict=Verdict(Part(False), YES, NO)), entry(verdict=left)])
    book = Workbook(tmp_path / "log.xlsx", Names({}, {}, {}, 7, words("en")))
    book.close([], shares)
    summary = sheet(tmp_path / "log.xlsx", 1)
    assert "50.0 %" in summary and "left before the stated time" in summary
    wait = shares.as_json()["all"]["wait"]
    assert (wait["on_time"], wait["judged"], wait["left_out"]) == (1, 2, {"left_in_time": 1})


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
    statement = reports._rows.where(reports.t.step.c.office_id == 1, reports.t.step.c.day == "x", reports._id > 0)
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
    assert b"[bad_request]" in shell(past, "--from", "yesterday").stderr
    assert b"[bad_request]" in shell(past, "--from", "2026-11-02", "--to", "2026-11-01").stderr
    wrong = shell(past, "--out", "/nowhere/log.csv")
    assert wrong.returncode == 1 and b"could not be written" in wrong.stderr


@pytest.mark.parametrize("given", [
    {"first": "2026-02-30"}, {"first": "x"}, {"last": "2026-11-21"}, {"service": "a'b"}, {"counter": "../x"},
    {"person": "-1"}, {"person": "1; DROP"}, {"service": "x" * 41},
])
def test_odd_filters_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="bad_request"):
        filters_of(**{"first": "2026-11-22", "last": "2026-11-22", **given})


def test_a_file_name_says_what_it_holds() -> None:
    filters = filters_of("2026-11-01", "2026-11-30", "titipan", "3", "7")
    assert Asked("rutan", filters).file_name == "wait-log_rutan_2026-11-01_2026-11-30_titipan_counter-3_officer-7.csv"
    assert Asked("rutan", filters_of("2026-11-01", "2026-11-02"), "xlsx").file_name == (
        "wait-log_rutan_2026-11-01_2026-11-02.xlsx")


class Broken:
    """A process that writes two blocks and dies."""

    def __init__(self, blocks: int, status: int) -> None:
        self.left, self.status, self.ended = blocks, status, 0

    def read(self) -> bytes:
        self.left -= 1
        return b"x" if self.left >= 0 else b""

    def finish(self) -> tuple[int, str]:
        return self.end()

    def end(self) -> tuple[int, str]:
        self.ended += 1
        return self.status, "crashed"


class Counted:
    """As much of Exports as a stream needs."""

    def __init__(self) -> None:
        self.kit, self.streams = ThreadKit(), 1


def blocks(running: Broken, exports: Counted) -> Blocks:
    return Blocks(cast(Exports, exports), cast(Running, running))


def test_half_a_log_is_never_taken_for_the_whole() -> None:
    exports = Counted()
    stream = blocks(Broken(2, 1), exports)
    assert next(stream) == b"x" and next(stream) == b"x"
    with pytest.raises(RuntimeError):
        next(stream)
    assert exports.streams == 0


def test_a_stream_that_fails_at_once_is_a_refusal() -> None:
    exports = Counted()
    with pytest.raises(Refused, match="export_failed"):
        blocks(Broken(0, 1), exports)
    assert exports.streams == 0


def test_an_empty_log_is_an_empty_stream() -> None:
    exports = Counted()
    assert list(blocks(Broken(0, 0), exports)) == [] and exports.streams == 0


def test_whoever_leaves_ends_the_process() -> None:
    exports, running = Counted(), Broken(9, 0)
    stream = blocks(running, exports)
    next(stream)
    stream.close()
    stream.close()
    assert running.ended == 1 and exports.streams == 0
    assert list(stream) == []


def test_streams_are_few_at_a_time(tmp_path: Path) -> None:
    exports = Exports(config.read(None, {"QUEUE_DATA": str(tmp_path)}), *cast(Any, (None, None)), ThreadKit())
    exports.streams = 4
    with pytest.raises(Busy):
        exports.stream(Asked("rutan", filters_of("2026-11-01", "2026-11-01")))


def test_old_spreadsheets_are_removed(tmp_path: Path) -> None:
    exports = Exports(config.read(None, {"QUEUE_DATA": str(tmp_path)}), *cast(Any, (None, None)), ThreadKit())
    assert exports.clean() == 0
    for job, days in ((1, 8), (2, 6)):
        path = exports.path(job, "wait-log.xlsx")
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        then = time.time() - days * 86_400
        os.utime(path.parent, (then, then))
    assert exports.clean() == 1
    assert not exports.path(1, "wait-log.xlsx").exists() and exports.path(2, "wait-log.xlsx").exists()


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


# --- the server --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office_day(demo: Server, tmp_path_factory: pytest.TempPathFactory, mode: str) -> Iterator[Server]:
    """A server in each mode; at counter 1 one visitor was served, one came too late, one was transferred."""
    server = copy_of(demo, tmp_path_factory.mktemp(f"day-{mode}") / "data", mode).start()
    kiosk = server.kiosk()
    for _ in range(4):
        kiosk.take("kunjungan")
    ani = server.officer("ani", counter="1")
    for act, more in (
        ("call_next", {}), ("start", {}), ("finish", {"outcome": "served"}),
        ("call_next", {}), ("start", {}), ("transfer", {"service": "informasi"}), ("call_next", {}),
    ):
        ani.press(act, **more)
        settle()
    ani.close()
    yield server
    server.stop()


def signed_in(server: Server, name: str = "sari", office: str = "rutan") -> requests.Session:
    session = requests.Session()
    session.headers["X-Queue"] = "1"
    message = {"office": office, "name": name, "password": server.passwords[office, name]}
    assert session.post(f"{server.base}/sign-in", json=message, timeout=20).json()["ok"]
    return session


def test_the_log_over_http(office_day: Server) -> None:
    http, base = signed_in(office_day), f"{office_day.base}/supervisor/rutan"
    log = http.get(f"{base}/log", timeout=20).json()
    assert log["total"] == 5 and log["pages"] == 1
    by_label = {(row["label"].replace("\u2009", " "), row["leg"]): row for row in log["rows"]}
    served, moved, goes_on, called = (by_label[key] for key in (("A 001", 1), ("A 002", 1), ("A 002", 2), ("A 003", 1)))
    assert served["state"] == "done" and served["officer"] == "Ani" and served["counter"] == "1"
    assert served["judged"]["wait"]["on_time"] is True
    assert moved["state"] == "transferred" and moved["judged"]["service"]["why"] == "goes_on"
    assert goes_on["service"] == "informasi" and goes_on["total"] >= moved["total"]
    assert called["state"] == "called" and called["judged"]["service"]["why"] == "not_yet_known"
    assert served["issued_at"] <= served["called_at"] <= served["started_at"] <= served["ended_at"]
    assert abs(served["serve"] - (served["ended_at"] - served["started_at"])) < 1_000

    shares = http.get(f"{base}/log/shares", timeout=20).json()
    assert shares["entries"] == 5
    assert shares["all"]["wait"] == {"on_time": 3, "judged": 3, "left_out": {"not_yet_known": 2}, "doubtful": 0}
    assert http.get(f"{base}/log?service=informasi", timeout=20).json()["total"] == 1
    assert http.get(f"{base}/log?officer={served['step'] + 900}", timeout=20).json()["total"] == 0


def test_streams_over_http(office_day: Server) -> None:
    http, base = signed_in(office_day, "auditor"), f"{office_day.base}/supervisor/rutan"
    answer = http.get(f"{base}/log.csv?separator=;&language=id", timeout=60)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = r'attachment; filename="wait-log_rutan_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv"'
    assert re.fullmatch(name, answer.headers["Content-Disposition"])
    rows = cells(answer.content, ";")
    assert len(rows) == 5 and rows[0]["Layanan"] == "Kunjungan" and rows[0]["Loket"] == "Loket 1"
    lines = http.get(f"{base}/log.jsonl", timeout=60).text.splitlines()
    assert [json.loads(line)["number"] for line in lines] == ["A 001", "A 002", "A 003", "A 004", "A 002"]
    assert http.get(f"{base}/log.jsonl?day=2001-01-01", timeout=60).content == b""


def test_a_spreadsheet_in_the_background(office_day: Server) -> None:
    http, base = signed_in(office_day), f"{office_day.base}/supervisor/rutan"
    asked = {"kind": "xlsx", "filters": {"service": "kunjungan"}}
    job = http.post(f"{base}/exports", json=asked, timeout=20).json()["job"]
    found = _wait_for(http, base, job, "done")
    assert (found["done"], found["total"]) == (4, 4)
    answer = http.get(f"{base}/exports/{job}", timeout=20)
    assert found["file"] in answer.headers["Content-Disposition"] and found["file"].endswith("_kunjungan.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.read("xl/worksheets/sheet2.xml").count(b"<row ") == 5
    kanim = signed_in(office_day, "sari", "kanim")
    assert kanim.get(f"{office_day.base}/supervisor/kanim/exports/{job}", timeout=20).status_code == 404
    assert kanim.get(f"{base}/exports/{job}", timeout=20).json()["refused"] == "not_signed_in"


def _wait_for(http: requests.Session, base: str, job: int, state: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        jobs = http.get(f"{base}/exports", timeout=20).json()["exports"]
        found: dict[str, Any] = next(j for j in jobs if j["id"] == job)
        if found["state"] in ("done", "failed"):
            assert found["state"] == state, found
            return found
        assert time.monotonic() < end, found
        time.sleep(0.2)


def test_who_may_read_the_log(office_day: Server) -> None:
    base = f"{office_day.base}/supervisor/rutan"
    assert requests.get(f"{base}/log", timeout=20).json()["refused"] == "not_signed_in"
    officer = signed_in(office_day, "ani")
    for path in ("/log", "/log/shares", "/log.csv", "/log.jsonl", "/exports", "/exports/1"):
        assert officer.get(base + path, timeout=20).status_code == 403
    auditor = signed_in(office_day, "auditor")
    assert auditor.get(f"{base}/log", timeout=20).status_code == 200
    del auditor.headers["X-Queue"]
    assert auditor.post(f"{base}/exports", json={"kind": "xlsx", "filters": {}}, timeout=20).status_code == 403


def test_an_auditor_changes_nothing(office_day: Server) -> None:
    auditor = Officer(office_day.base, "rutan", "auditor", office_day.passwords["rutan", "auditor"], "supervisor")
    for act, args in (
        ("reopen", {"step": 1, "reason": "visitor_returned"}), ("close_day", {"reason": "visitor_left"}),
        ("pause_service", {"service": "kunjungan", "reason": "drill"}), ("pair", {"code": "ABCDEF"}),
        ("close_counter", {"counter": "2", "reason": "repair"}), ("revoke", {"device": 1}), ("call_next", {}),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            auditor.press(act, **args)
    auditor.close()


@pytest.mark.parametrize("query", [
    "day=x", "day=2026-02-30", "to=2000-01-01", "service=%27%20OR%201", "officer=x", "page=0", "page=x", "page=9999999",
])
def test_odd_requests_are_answered_clearly(office_day: Server, query: str) -> None:
    answer = signed_in_once(office_day).get(f"{office_day.base}/supervisor/rutan/log?{query}", timeout=20)
    assert answer.status_code == 400 and answer.json()["refused"] == "bad_request"


_kept: dict[str, requests.Session] = {}


def signed_in_once(server: Server) -> requests.Session:
    if server.base not in _kept:
        _kept[server.base] = signed_in(server)
    return _kept[server.base]


def test_odd_exports_are_refused(office_day: Server) -> None:
    http, base = signed_in_once(office_day), f"{office_day.base}/supervisor/rutan"
    for message in ([], {"kind": "pdf"}, {"kind": "xlsx"}, {"kind": "xlsx", "filters": {"day": ["x"]}},
                    {"kind": "xlsx", "filters": {"service": "../.."}}):
        assert http.post(f"{base}/exports", json=message, timeout=20).status_code == 400
    assert http.get(f"{base}/log.csv?separator=|", timeout=20).status_code == 400
    assert http.get(f"{base}/log.xml", timeout=20).status_code == 404
    assert http.get(f"{base}/exports/999", timeout=20).status_code == 404


def test_the_picture_counts_as_the_log_does(office_day: Server) -> None:
    supervisor = office_day.supervisor()
    picture = supervisor.wait_for(lambda p: p["kind"] == "supervisor")
    supervisor.close()
    visits = next(s for s in picture["services"] if s["key"] == "kunjungan")
    assert visits["served"] == 1 and visits["waiting"] == 1
    shares = signed_in_once(office_day).get(f"{office_day.base}/supervisor/rutan/log/shares", timeout=20).json()
    for part in ("wait", "service", "visit"):
        counted = shares["services"]["kunjungan"][part]
        assert {name: visits[part][name] for name in counted} == counted
    assert visits["service"]["left_out"] == {"goes_on": 1, "not_yet_known": 2}
    counter = next(c for c in picture["counters"] if c["key"] == "1")
    assert (counter["served"], counter["person"], counter["state"]) == (1, "Ani", "called")
    assert any(alert["code"] == "no_board" for alert in picture["alerts"])


def test_what_was_under_way_at_a_restart_has_failed(demo: Server, tmp_path: Path) -> None:
    server = copy_of(demo, tmp_path / "data")
    try:
        c = sqlite3.connect(tmp_path / "data" / "queue.db")
        c.execute("INSERT INTO job (office_id, kind, asked, state, file, created_at) VALUES "
                  "(1, 'xlsx', '{\"filters\": {}}', 'running', 'wait-log.xlsx', ?)", (int(time.time() * 1000),))
        c.commit()
        c.close()
        (tmp_path / "data" / "exports").write_text("a file where the folder should be")
        server.start()
        http, base = signed_in(server), f"{server.base}/supervisor/rutan"
        assert http.get(f"{base}/exports", timeout=20).json()["exports"][0]["problem"] == "restarted"
        job = http.post(f"{base}/exports", json={"kind": "xlsx", "filters": {}}, timeout=20).json()["job"]
        assert _wait_for(http, base, job, "failed")["problem"] == "crashed"
        assert http.get(f"{base}/exports/{job}", timeout=20).json()["refused"] == "export_not_ready"
    finally:
        server.stop()


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
