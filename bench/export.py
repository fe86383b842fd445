"""The wait-time log as CSV, beside the database's own CSV of the same columns in the same minute.

Ours: the program that the server starts for a supervisor's download, with its start. Beside it: the ``sqlite3`` shell
(or Python's sqlite3 and csv where there is none) and, after a move, PostgreSQL's ``COPY``, each with one statement that
makes the same columns of an ended visit: the office's times with their offset, seconds, the promise and if it was kept.
What they wrote is compared line by line: a quick export of something else would be no baseline. Then the spreadsheet
beside plain XlsxWriter with the same cells, and the memory of each kind above that of an export without lines.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import psycopg
import xlsxwriter

from bench.bars import Found, good, load, say
from bench.fill import fill
from bench.house import ROOT, machine
from bench.houses import postgres
from bench.trio import small_office
from queue_server import config
from queue_server.exports.columns import COLUMNS
from queue_server.replay.place import set_up
from queue_server.shell import Session

BAR, XLSX_BAR, MEMORY_MB = 3.0, 1.3, 150.0
DATABASES = ("sqlite", "postgresql")
#: As the columns of an export name them; the promise of the bench's office is 15 and 10 minutes at the door.
_SAME = """
SELECT step.day AS day, ticket.prefix || ' ' || {number} AS number, 1 AS leg, step.service AS service,
 ticket.channel AS channel, CASE step.priority WHEN 0 THEN 'ordinary' ELSE 'priority' END AS class,
 step.state AS state, step.outcome AS outcome, {issued_at}, {arrived_at}, {first_called_at}, {called_at}, {started_at},
 {ended_at}, {waited_ms}, {walked_ms}, {served_ms}, {parked_office_ms}, {parked_visitor_ms}, {remote_ms}, {total},
 '0.000' AS wait_off_s, '0.000' AS parked_off_s, 900 AS stated_wait_s, 600 AS stated_service_s, NULL AS stated_visit_s,
 CASE WHEN step.waited_ms - step.remote_ms <= 900000 THEN 'yes' ELSE 'no' END AS wait_on_time, NULL AS wait_left_out,
 CASE WHEN step.served_ms + step.parked_office_ms <= 600000 THEN 'yes' ELSE 'no' END AS service_on_time,
 NULL AS service_left_out, NULL AS visit_on_time, 'not_stated' AS visit_left_out,
 (SELECT count(*) FROM call WHERE call.step_id = step.id AND call.nth > 1 AND call.undone = 0) AS recalls,
 {rule} AS why_called, NULL AS why_reason, step.counter AS counter, person.shown_name AS officer,
 step.standard_id AS standard, standard.version AS standard_version,
 CASE step.clock_doubt WHEN 0 THEN 'no' ELSE 'yes' END AS clock_doubt,
 NULLIF(trim(CASE WHEN step.served_ms < 20000 THEN 'served_short ' ELSE '' END
  || CASE WHEN step.served_ms > 2400000 THEN 'finish_forgotten ' ELSE '' END
  || CASE WHEN step.walked_ms > 180000 THEN 'walk_long ' ELSE '' END
  || CASE WHEN step.walked_ms >= 60000 AND step.served_ms < 20000 THEN 'no_start' ELSE '' END), '') AS flags,
 step.id AS step
FROM step JOIN ticket ON ticket.id = step.ticket_id LEFT JOIN person ON person.id = step.person_id
LEFT JOIN standard ON standard.id = step.standard_id
WHERE step.day >= '2000-01-01' ORDER BY step.day, step.id"""
_TIMES = ("issued_at", "arrived_at", "first_called_at", "called_at", "started_at", "ended_at")
_DURATIONS = {"waited_ms": "wait_s", "walked_ms": "walk_s", "served_ms": "serve_s", "remote_ms": "before_arrival_s",
              "parked_office_ms": "parked_office_s", "parked_visitor_ms": "parked_visitor_s"}


class Sqlite:
    """The ``sqlite3`` shell; the statement is what it is given."""

    name = "sqlite3's CSV"

    def __init__(self, data: Path) -> None:
        self.file = data / "queue.db"
        self.shell = shutil.which("sqlite3")
        self.sql = _statement(
            number="printf('%03d', ticket.number)", rule="json_extract(step.why, '$.rule')",
            time="strftime('%Y-%m-%dT%H:%M:%f', ({} + 25200000) / 1000.0, 'unixepoch') || '+07:00'",
            seconds="printf('%d.%03d', ({0}) / 1000, ({0}) % 1000)")

    def export(self, out: Path) -> None:
        if self.shell:
            with out.open("wb") as file:
                subprocess.run([self.shell, "-readonly", "-csv", "-header", str(self.file), self.sql], check=True,
                               stdout=file)
            return
        c = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        with out.open("w", newline="", encoding="utf-8") as file:
            found = c.execute(self.sql)
            writer = csv.writer(file)
            writer.writerow([column[0] for column in found.description])
            writer.writerows(found)
        c.close()


class Copy:
    """PostgreSQL's COPY, received by one client and written away."""

    name = "PostgreSQL's COPY"

    def __init__(self, url: str) -> None:
        self.url = url.replace("+psycopg", "")
        self.sql = _statement(
            number="lpad(ticket.number::text, greatest(3, length(ticket.number::text)), '0')",
            rule="(step.why::json ->> 'rule')",
            time="to_char(to_timestamp(({} + 25200000) / 1000.0) AT TIME ZONE 'UTC', "
                 "'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || '+07:00'",
            seconds="({0}) / 1000 || '.' || lpad((({0}) % 1000)::text, 3, '0')")

    def export(self, out: Path) -> None:
        with psycopg.connect(self.url) as c, out.open("wb") as file, c.cursor().copy(
            f"COPY ({self.sql}) TO STDOUT (FORMAT csv, HEADER)"  # type: ignore[arg-type]  # ours, nobody's input
        ) as copy:
            for block in copy:
                file.write(block)


def _statement(number: str, rule: str, time: str, seconds: str) -> str:
    of = {"issued_at": "ticket.issued_at"}
    parts = {name: f"{time.format(of.get(name, f'step.{name}'))} AS {name}" for name in _TIMES}
    for name, column in _DURATIONS.items():
        source = "step.waited_ms - step.remote_ms" if name == "waited_ms" else f"step.{name}"
        parts[name] = f"{seconds.format(source)} AS {column}"
    whole = " + ".join(f"step.{name}" for name in _DURATIONS if name != "remote_ms")
    return _SAME.format(number=number, rule=rule, total=f"{seconds.format(whole)} AS total_s", **parts)


def ours(environment: dict[str, str], out: Path) -> None:
    """As the server starts it."""
    with out.open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "queue_server.exports", "bench", "--from", "2000-01-01", "--to", "2999-12-31"],
            cwd=ROOT, env={**os.environ, **environment}, check=True, stdout=file)


def _same(one: Path, other: Path) -> None:
    """Raises SystemExit when the two files do not say the same."""
    with one.open(newline="", encoding="utf-8") as a, other.open(newline="", encoding="utf-8") as b:
        for nth, (mine, theirs) in enumerate(itertools.zip_longest(csv.reader(a), csv.reader(b))):
            if mine != theirs:
                raise SystemExit(f"line {nth} differs:\n  {mine}\n  {theirs}")


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(environment: dict[str, str], baseline: Sqlite | Copy, steps: int, rounds: int) -> list[Found]:
    with tempfile.TemporaryDirectory(prefix="queue-export-") as folder:
        mine, theirs = Path(folder) / "ours.csv", Path(folder) / "theirs.csv"
        times = []
        for _ in range(rounds):
            times.append((_timed(lambda: ours(environment, mine)), _timed(lambda: baseline.export(theirs))))
        _same(mine, theirs)
        size = mine.stat().st_size / 1e6
    took, bare = median(a for a, _ in times), median(b for _, b in times)
    return [say(Found(
        f"export of {steps:,} steps, times {baseline.name}", median(a / b for a, b in times), bar=BAR,
        beside=f"{took:.1f} s ({steps / took:,.0f} steps/s, {size:.0f} MB) beside {bare:.1f} s; {load()}"))]


def plain(lines: list[list[str]], kinds: Sequence[str], out: Path) -> None:
    """The cells of our CSV with XlsxWriter and nothing else, as its own documentation does it for large files."""
    book = xlsxwriter.Workbook(str(out), {"constant_memory": True, "strings_to_urls": False})
    sheet, time_format = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    durations = book.add_format({"num_format": "0.000"})
    for row, cells in enumerate(lines):
        for place, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            if cell == "":
                continue
            if row and kind in ("duration", "stated", "number"):
                sheet.write_number(row, place, float(cell), durations if kind == "duration" else None)
            elif row and kind == "time":
                sheet.write_number(row, place, row / 86_400, time_format)
            else:
                sheet.write_string(row, place, cell)
    book.close()


def measure_xlsx(environment: dict[str, str], steps: int, rounds: int) -> list[Found]:
    """A spreadsheet of the same lines beside plain XlsxWriter, which is given the cells ready made."""
    with tempfile.TemporaryDirectory(prefix="queue-export-") as folder:
        mine, cells, bare = (Path(folder) / name for name in ("ours.xlsx", "ours.csv", "bare.xlsx"))
        ours(environment, cells)
        with cells.open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        kinds = [column.kind for column in COLUMNS]
        times = [
            (_timed(lambda: peak_mb(environment, ["--format", "xlsx", "--out", str(mine)])),
             _timed(lambda: plain(lines, kinds, bare))) for _ in range(rounds)]
    took, alone = median(a for a, _ in times), median(b for _, b in times)
    return [say(Found(
        f"spreadsheet of {steps:,} steps, times plain XlsxWriter", median(a / b for a, b in times), bar=XLSX_BAR,
        beside=f"{took:.1f} s beside {alone:.1f} s; {load()}"))]


def measure_memory(environment: dict[str, str], steps: int) -> list[Found]:
    """The most memory of each export's process, above that of one that exports a day without steps."""
    idle = peak_mb(environment, ["--to", "1999-12-31"], first="1999-12-31")
    found = []
    with tempfile.TemporaryDirectory(prefix="queue-export-") as folder:
        for kind in ("csv", "jsonl", "xlsx"):
            used = peak_mb(environment, ["--format", kind, "--out", str(Path(folder) / f"log.{kind}")])
            found.append(say(Found(
                f"memory of {kind}, {steps:,} steps, above idle", used - idle, " MB", MEMORY_MB,
                beside=f"idle {idle:.0f} MB")))
    return found


def peak_mb(environment: dict[str, str], options: Sequence[str], first: str = "2000-01-01") -> float:
    """Runs an export as the server does; the most memory of it and its helpers together, MB, by looking every 50 ms."""
    last = [] if "--to" in options else ["--to", "2999-12-31"]
    process = subprocess.Popen(
        [sys.executable, "-m", "queue_server.exports", "bench", "--from", first, *last, *options], cwd=ROOT,
        env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, _memory_mb(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the export ended with status {process.returncode}")
    return most


def _memory_mb(pid: int) -> float:
    """Of a process and those it started; what several share counts once (Linux: proportional set size)."""
    try:
        task = Path(f"/proc/{pid}")
        own = sum(int(line.split()[1]) for line in (task / "smaps_rollup").read_text().splitlines()
                  if line.startswith("Pss:")) / 1024
        return own + sum(_memory_mb(int(child)) for child in (task / f"task/{pid}/children").read_text().split())
    except (OSError, ValueError):  # it has just ended
        return 0.0


def run(steps: int, rounds: int, folder: str | None = None, databases: Sequence[str] = DATABASES) -> list[Found]:
    data = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=folder))
    sqlite = {"QUEUE_DATA": str(data)}
    try:
        session = Session(config.read(None, sqlite))
        set_up(session, small_office(), 1)
        session.close()
        fill(data, "bench", steps)
        found = []
        if "sqlite" in databases:
            found += measure(sqlite, Sqlite(data), steps, rounds) + measure_xlsx(sqlite, steps, rounds)
            found += measure_memory(sqlite, steps)
        if "postgresql" in databases:
            with postgres() as server:
                url = server.create()
                moved = {**sqlite, "DATABASE_URL": url}
                subprocess.run([sys.executable, "-m", "queue_server", "move"], cwd=ROOT, env={**os.environ, **moved},
                               check=True, stdout=subprocess.DEVNULL)
                with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as c:
                    c.execute("ANALYZE")
                found += measure(moved, Copy(url), steps, rounds)
        return found
    finally:
        shutil.rmtree(data, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.export", description="CSV beside the database's own.")
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--folder", help="where the database lies; the default is the system's temporary folder")
    args = parser.parse_args()
    print(machine())
    sys.exit(0 if good(run(args.steps, args.rounds, args.folder, args.database or DATABASES)) else 1)


if __name__ == "__main__":
    main()
