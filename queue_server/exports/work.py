"""The program that writes an export: at the shell, and as the server's subprocess."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from ..config import Config
from ..database import Database
from ..domain import hours
from ..domain.errors import NotFound, Refused
from ..domain.office import Office
from ..domain.plausible import RULES
from ..domain.seal import read_seal
from ..moment import wall_ms
from ..store import chain_events, offices, people, reports
from ..store.offices import Head
from ..store.reports import Filters
from ..store.touched import touched
from . import crew
from .columns import Names, local_time, names
from .crew import Lines
from .lines import Csv, JsonLines
from .shares import Shares

FORMATS = ("csv", "jsonl", "xlsx")
SEPARATORS = (",", ";")
#: What may be asked for: one flag, every flagged step, or every other.
FLAGS = ("any", "none", *RULES)
#: PDF: the closing sheet of a day, the report on the standards of a month.
SHEETS = ("closing", "compliance")
#: Told after each chunk: entries written, entries in all.
Told = Callable[[int, int], None]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Asked:
    """What somebody wants to have exported."""

    office: str
    filters: Filters
    kind: str = "csv"             # csv | jsonl | xlsx | shares | evidence | closing | compliance
    separator: str = ","
    language: str = ""            # id | en; empty: codes
    seal: str = ""                # with which a bundle of evidence ends; "" for the newest there is

    @property
    def file_name(self) -> str:
        """Says what is in it: ``wait-log_rutan_2026-11-01_2026-11-30.csv``."""
        f = self.filters
        only = [f.service, f.counter and f"counter-{f.counter}", f.person is not None and f"officer-{f.person}",
                f.flag and f"flag-{f.flag}"]
        if self.kind in SHEETS:
            span = f.first if f.first == f.last else f"{f.first}_{f.last}"
            return f"{self.kind}_{self.office}_{span}.pdf"
        if self.kind == "evidence":
            return f"evidence_{self.office}_{f.first}_{f.last}.zip"
        parts = ["wait-log", self.office, f.first, f.last, *(str(part) for part in only if part)]
        return "_".join(parts) + f".{self.kind}"

    def options(self) -> list[str]:
        """The same as options of the program."""
        f = self.filters
        found = [self.office, "--from", f.first, "--to", f.last, "--format", self.kind, "--separator", self.separator]
        for option, value in (
            ("--service", f.service), ("--counter", f.counter), ("--language", self.language),
            ("--officer", "" if f.person is None else str(f.person)), ("--flag", f.flag), ("--seal", self.seal),
        ):
            if value:
                found += [option, value]
        return found


def filters_of(
    first: str, last: str, service: str = "", counter: str = "", person: str = "", flag: str = ""
) -> Filters:
    """Filters from what somebody typed; raises Refused: bad_request naming the field, period_backwards."""
    for name, value in (("day", first), ("to", last)):
        if not _is_day(value):
            raise Refused("bad_request", field=name)
    if last < first:
        raise Refused("period_backwards")
    for name, value in (("service", service), ("counter", counter)):
        if value and not _KEY.fullmatch(value):
            raise Refused("bad_request", field=name)
    if person and not re.fullmatch(r"[0-9]{1,15}", person):
        raise Refused("bad_request", field="officer")
    if flag and flag not in FLAGS:
        raise Refused("bad_request", field="flag")
    return Filters(first, last, service, counter, int(person) if person else None, flag)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", help="key of the office")
    add = parser.add_argument
    add("--from", dest="first", default="", metavar="DAY", help="first office day, like 2026-11-01 (default: today)")
    add("--to", dest="last", default="", metavar="DAY", help="last office day (default: the first)")
    add("--service", default="", help="only this service (its key)")
    add("--counter", default="", help="only this counter (its key)")
    add("--officer", default="", metavar="ID", help="only this officer (the number of the person)")
    add("--flag", choices=FLAGS, default="", metavar="FLAG",
        help="only steps with this flag (`flags` prints them); any: with one, none: without")
    add("--format", choices=(*FORMATS, "shares", "evidence", *SHEETS), default="csv",
        help="shares: the promise kept, as JSON; evidence: a bundle up to the last seal (see the command evidence); "
             "closing: the closing sheet of a day, compliance: the report on the standards, both PDF")
    add("--seal", default="", metavar="TEXT", help="evidence: the seal with which it ends (default: the newest)")
    add("--separator", choices=SEPARATORS, default=",", help="CSV: ; is for spreadsheets set to Indonesian")
    add("--language", choices=("id", "en"), default="", help="words instead of codes (XLSX: id by default)")
    add("--processes", type=int, default=0, metavar="N",
        help="CSV and JSON lines: how many processes write a long log, 1 or 2 (default: 2 on two processors)")
    add("--helper", action="store_true", help=argparse.SUPPRESS)
    add("--out", metavar="FILE", default="", help="file to write (default: the screen; XLSX: a name of its own)")


def asked_of(args: argparse.Namespace, today: str) -> Asked:
    first = args.first or args.last or today
    filters = filters_of(first, args.last or first, args.service, args.counter, args.officer, args.flag)
    return Asked(args.office, filters, args.format, args.separator, args.language, args.seal)


def run(settings: Config, args: argparse.Namespace, told: Told) -> None:
    """Writes what the options ask for; raises Refused, OSError when the file cannot be written."""
    database = Database(settings.database_url)
    try:
        with database.read() as c:
            found = offices.heads_of(c, [args.office])
            if not found or not found[0].config_version:
                raise NotFound("no_such_office")
            office = offices.config(c, found[0].id, found[0].config_version)
            asked = asked_of(args, hours.office_day(office, wall_ms()))
            if asked.kind in SHEETS:
                _put(sheet(database, asked, told), args.out)
            elif asked.kind == "evidence":
                evidence(c, found[0], asked, Path(args.out or asked.file_name), told)
            else:
                _write(settings, c, found[0].id, office, asked, args, told)
    finally:
        database.close()


def evidence(c: Connection, head: Head, asked: Asked, path: Path, told: Told) -> None:
    """The bundle of a period; raises Refused where the log has no such seal."""
    from ..proof import make

    last = read_seal(asked.seal).seq if asked.seal else None
    try:
        make.write(c, head, asked.filters.first, asked.filters.last, path, told, last)
    except make.NotSealed as error:
        raise Refused("not_sealed") from error


def sheet(database: Database, asked: Asked, told: Told) -> bytes:
    """A sheet to print, as PDF; past days that are not kept yet are kept first."""
    from ..reporting.keep import keep
    from ..reporting.period import NotKept

    try:
        return _sheet(database, asked)
    except NotKept:
        keep(database, asked.office, told)
        return _sheet(database, asked)


def _sheet(database: Database, asked: Asked) -> bytes:
    from ..reporting.period import Period, Span
    from ..sheets.closing import closing_sheet
    from ..sheets.compliance import compliance_report

    with database.read() as c:
        period = Period(c, asked.office, Span(asked.filters.first, asked.filters.last), asked.filters.service)
        _seq, at = chain_events.newest_of(c, period.head.id)
        make = closing_sheet if asked.kind == "closing" else compliance_report
        return make(period, asked.language or "id", at)


def _put(made: bytes, out: str) -> None:
    if out:
        Path(out).write_bytes(made)
    else:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()


def _write(
    settings: Config, c: Connection, office_id: int, office: Office, asked: Asked, args: argparse.Namespace, told: Told
) -> None:
    shown = {person.id: person.shown_name for person in people.people_of(c, office_id)}
    language = "" if asked.kind == "jsonl" else asked.language or ("id" if asked.kind == "xlsx" else "")
    names_ = names(office, shown, language)
    if asked.kind == "xlsx":
        _spreadsheet(c, office_id, office, asked, names_, Path(args.out or asked.file_name), told)
    elif asked.kind == "shares":
        _put(json.dumps(_shares(c, office_id, asked, told).as_json()).encode(), args.out)
    elif args.helper:
        _help(c, office_id, asked, _lines(asked, names_))
    else:
        with open(args.out, "wb") if args.out else nullcontext(sys.stdout.buffer) as out:
            _stream(settings, c, office_id, asked, _lines(asked, names_), out, told, args.processes)


def _lines(asked: Asked, names_: Names) -> Lines:
    return Csv(names_, asked.separator) if asked.kind == "csv" else JsonLines(names_)


def _help(c: Connection, office_id: int, asked: Asked, lines: Lines) -> None:
    of_day = partial(reports.Reader(c, office_id).day, asked.filters)  # the snapshot is taken when it is made
    crew.help_out(lines, of_day, sys.stdin.buffer, sys.stdout.buffer)


def _stream(
    settings: Config, c: Connection, office_id: int, asked: Asked, lines: Lines, out: BinaryIO, told: Told,
    processes: int,
) -> None:
    counted = reports.days(c, office_id, asked.filters)
    total, done = sum(count for _day, count in counted), 0
    out.write(lines.head())
    for count, block in blocks(settings, c, office_id, asked, lines, counted, processes):
        out.write(block)
        done += count
        told(done, total)
    out.flush()


def blocks(
    settings: Config, c: Connection, office_id: int, asked: Asked, lines: Lines, counted: list[tuple[str, int]],
    processes: int,
) -> Iterator[tuple[int, bytes]]:
    """(lines, text) of the whole log, as it is in this snapshot."""
    reader, days = reports.Reader(c, office_id), [day for day, _count in counted]
    helpers = crew.helpers(processes, sum(count for _day, count in counted))
    if not helpers:
        for day in days:
            yield from _of_day(reader, asked, lines, day)
        return
    with crew.Crew(settings, asked.options(), helpers) as at_work:
        at_work.wait()
        ours = _not_to_share(settings, reader, chain_events.newest_of(c, office_id)[0])
        shared = at_work.share(day for day in days if day not in ours)
        for day in days:
            yield from shared[day] if day in shared else _of_day(reader, asked, lines, day)


def _of_day(reader: reports.Reader, asked: Asked, lines: Lines, day: str) -> Iterator[tuple[int, bytes]]:
    for entries in reader.day(asked.filters, day):
        yield len(entries), lines.block(entries)


def _not_to_share(settings: Config, reader: reports.Reader, seen: int) -> set[str]:
    """The days that look otherwise in a helper's snapshot than in the reader's, which holds the events up to ``seen``,
    or at another moment."""
    database = Database(settings.database_url)
    try:
        with database.read() as later:
            return touched(later, reader.office_id, reader.office, seen)
    finally:
        database.close()


def _shares(c: Connection, office_id: int, asked: Asked, told: Told) -> Shares:
    shares, total = Shares(), _total(c, office_id, asked)
    for entries in reports.Reader(c, office_id).all(asked.filters):
        shares.add(entries)
        told(shares.entries, total)
    return shares


def _spreadsheet(
    c: Connection, office_id: int, office: Office, asked: Asked, names_: Names, path: Path, told: Told
) -> None:
    from .xlsx import Workbook

    total, shares = _total(c, office_id, asked), Shares()
    part = path.with_name(path.name + ".part")
    book = Workbook(part, names_)
    for entries in reports.Reader(c, office_id).all(asked.filters):
        book.add(entries)
        shares.add(entries)
        told(shares.entries, total)
    seq, at = chain_events.newest_of(c, office_id)
    book.close(_facts(office, asked, names_, total, seq, at), shares, at)
    os.replace(part, path)


def _facts(
    office: Office, asked: Asked, names_: Names, total: int, seq: int, at: int
) -> list[tuple[str, str]]:
    """What the summary says of the whole file."""
    f = asked.filters
    officer = "" if f.person is None else names_.people.get(f.person, f"#{f.person}")
    return [
        ("office", office.name), ("period", f"{f.first} – {f.last}"), ("zone", office.time_zone),
        ("upto", f"{seq} ({local_time(at, names_.offset_h)})"), ("entries", str(total)),
        *([("service", names_.services.get(f.service, f.service))] if f.service else []),
        *([("counter", names_.counters.get(f.counter, f.counter))] if f.counter else []),
        *([("officer", officer)] if officer else []), *([("flagged", names_.flag(f.flag))] if f.flag else []),
    ]


def _total(c: Connection, office_id: int, asked: Asked) -> int:
    return sum(count for _day, count in reports.days(c, office_id, asked.filters))
