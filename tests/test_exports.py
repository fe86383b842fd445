"""The wait-time log as pages and files: every step once, judged by its own standard, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest

from queue_server import config
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
from queue_server.store.reports import Entry

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
        "Visit", "Counter 1", "first of its class", "yes")


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
    book.close([("office", "=2+2")], shares, 0)
    for number in (1, 2):
        assert "<f>" not in sheet(tmp_path / "log.xlsx", number)
        assert "<hyperlink" not in sheet(tmp_path / "log.xlsx", number)
    assert "=1+1" in sheet(tmp_path / "log.xlsx", 2)
    assert "=2+2" in sheet(tmp_path / "log.xlsx", 1)


def test_sheets_are_split_with_their_headings(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "log.xlsx", NAMES, rows_a_sheet=3)
    book.add([entry(step=n, number=n) for n in range(1, 8)])
    book.close([], Shares(), 0)
    rows = [len(re.findall(r"<row ", sheet(tmp_path / "log.xlsx", n))) for n in (2, 3, 4)]
    assert rows == [4, 4, 2]
    assert all("why_called" in sheet(tmp_path / "log.xlsx", n) for n in (2, 3, 4))


def test_the_summary_prints_numerator_denominator_and_what_was_left_out(tmp_path: Path) -> None:
    shares = Shares()
    left = Verdict(Part(None, "left_in_time"), Part(None, "not_served"), NO)
    shares.add([entry(), entry(verdict=Verdict(Part(False), YES, NO)), entry(verdict=left)])
    book = Workbook(tmp_path / "log.xlsx", Names({}, {}, {}, 7, words("en")))
    book.close([], shares, 0)
    summary = sheet(tmp_path / "log.xlsx", 1)
    assert "50.0 %" in summary and "left before the stated time" in summary
    wait = shares.as_json()["all"]["wait"]
    assert (wait["on_time"], wait["judged"], wait["left_out"]) == (1, 2, {"left_in_time": 1})


def test_the_days_have_a_line_each_and_two_charts(tmp_path: Path) -> None:
    late = Verdict(Part(False), YES, NO)
    book = Workbook(tmp_path / "log.xlsx", NAMES)
    book.add([entry(), entry(step=2, wait=120_000)])
    book.add([entry(step=3, wait=180_000, verdict=late), entry(step=4, day="2026-11-24", first_called_at=None)])
    book.close([], Shares(), 0)
    days = sheet(tmp_path / "log.xlsx", 3)
    assert days.count("<row ") == 3 and "2026-11-24" in days
    values = [float(value) for value in re.findall(r'<c r="[A-Z]2"[^>]*><v>([^<]*)</v>', days)]
    assert values == pytest.approx([3, 120_000 / 86_400_000, 168_000 / 86_400_000, 2, 3, 0.666667])
    with zipfile.ZipFile(tmp_path / "log.xlsx") as file:
        charts = [file.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2)]
    assert "by_day!$C$2:$C$3" in charts[0] and "by_day!$G$2:$G$3" in charts[1]


def test_the_same_entries_make_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one.xlsx", "other.xlsx"):
        book = Workbook(tmp_path / name, NAMES)
        book.add([entry()])
        book.close([], Shares(), 1_795_396_200_000)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


# --- the server's side --------------------------------------------------------------------------


@pytest.mark.parametrize("given", [
    {"first": "2026-02-30"}, {"first": "x"}, {"last": "2026-11-21"}, {"service": "a'b"}, {"counter": "../x"},
    {"person": "-1"}, {"person": "1; DROP"}, {"service": "x" * 41},
])
def test_odd_filters_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"bad_request|period_backwards"):
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
