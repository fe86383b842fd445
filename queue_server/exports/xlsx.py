"""A spreadsheet of the log in constant memory: a summary, then the lines, split where Excel ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from ..store.reports import Entry
from . import by_day
from .by_day import Days
from .columns import COLUMNS, Names, headings
from .shares import PARTS, Shares

#: Excel ends at 1,048,576 rows; a round number is easier to explain.
ROWS_A_SHEET = 1_000_000
DAY_MS = 86_400_000
#: Days from Excel's epoch to ours.
EPOCH = 25_569
_WIDTHS = {"text": 14, "time": 21, "duration": 11, "stated": 11, "number": 9, "yes_no": 9}


class Workbook:
    """Nothing in it is ever a formula or a link: every text is written as text."""

    def __init__(self, path: Path, names: Names, rows_a_sheet: int = ROWS_A_SHEET) -> None:
        self.names = names
        self.rows_a_sheet = rows_a_sheet
        self.book = xlsxwriter.Workbook(str(path), {
            "constant_memory": True, "tmpdir": str(path.parent),
            "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        })
        self.bold = self.book.add_format({"bold": True})
        self.formats = {
            "time": self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "duration": self.book.add_format({"num_format": "0.000"}),
        }
        self.summary = self.book.add_worksheet(names.say("sheet", "summary"))
        self.days = Days()
        kinds: dict[str, Callable[[int, Any], None]] = {
            "time": self._time, "duration": self._duration, "stated": self._stated, "yes_no": self._yes_no,
            "number": self._number, "text": self._text,
        }
        self.cells = [(place, kinds[column.kind], column.value(names)) for place, column in enumerate(COLUMNS)]
        self.sheets = 0
        self.row = 0
        self._add_sheet()

    def _add_sheet(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(f"{self.names.say('sheet', 'log')} {self.sheets}")
        self.sheet.freeze_panes(1, 2)
        for place, column in enumerate(COLUMNS):
            self.sheet.set_column(place, place, _WIDTHS[column.kind])
        for place, heading in enumerate(headings(self.names)):
            self.sheet.write_string(0, place, heading, self.bold)
        self.row = 1

    def add(self, entries: Sequence[Entry]) -> None:
        self.days.add(entries)
        for entry in entries:
            if self.row > self.rows_a_sheet:
                self._add_sheet()
            for place, write, get in self.cells:
                value = get(entry)
                if value is not None and value != "":
                    write(place, value)
            self.row += 1

    def _time(self, place: int, value: int) -> None:
        # Excel knows no zones: the office's own time of day, as on its clocks.
        local = (value + self.names.offset_h * 3_600_000) / DAY_MS + EPOCH
        self.sheet.write_number(self.row, place, local, self.formats["time"])

    def _duration(self, place: int, value: int) -> None:
        self.sheet.write_number(self.row, place, value / 1000, self.formats["duration"])

    def _stated(self, place: int, value: int) -> None:
        self.sheet.write_number(self.row, place, value * 60)

    def _yes_no(self, place: int, value: bool) -> None:
        self.sheet.write_string(self.row, place, self.names.yes_no(value))

    def _number(self, place: int, value: int) -> None:
        self.sheet.write_number(self.row, place, value)

    def _text(self, place: int, value: str) -> None:
        self.sheet.write_string(self.row, place, value)

    def close(self, facts: list[tuple[str, str]], shares: Shares, at: int) -> None:
        """Writes the summary (it stands first, but is known last), the days and the file. ``at`` is its date: when the
        newest event in it was recorded, UTC ms."""
        self.book.set_properties({"created": datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None)})
        by_day.write(
            self.book, self.book.add_worksheet(self.names.say("sheet", "by_day")), self.names, self.days.all(),
            self.bold)
        say, sheet = self.names.say, self.summary
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 6, 16)
        row = 0
        for name, value in facts:
            sheet.write_string(row, 0, say("sheet", name), self.bold)
            sheet.write_string(row, 1, value)
            row += 1
        row += 1
        found = shares.as_json()
        for title, parts in [(say("sheet", "all_services"), found["all"])] + [
            (self.names.services.get(key, key), parts) for key, parts in found["services"].items()
        ]:
            row = self._shares(row, title, parts)
        self.book.close()

    def _shares(self, row: int, title: str, parts: dict[str, Any]) -> int:
        """One service: each part of the promise with every step, and beside it with the plausible ones only."""
        say, sheet = self.names.say, self.summary
        heads = [say("sheet", name) for name in ("on_time", "judged", "share")]
        for place, text in enumerate((title, *heads, *(f"{head} ({say('sheet', 'plausible')})" for head in heads))):
            sheet.write_string(row, place, text, self.bold)
        for part in PARTS:
            row += 1
            sheet.write_string(row, 0, say("part", part))
            self._share(row, 1, parts[part])
            self._share(row, 4, parts[part]["plausible"])
            for why, count in sorted(parts[part]["left_out"].items()):
                row += 1
                sheet.write_string(row, 0, f"    {say('sheet', 'left_out')}: {say('left_out', why)}")
                sheet.write_number(row, 2, count)
                sheet.write_number(row, 5, parts[part]["plausible"]["left_out"].get(why, 0))
        row = self._clocks(row, parts["clocks"])
        return self._flagged(row + 1, parts["flagged"]) + 2

    def _clocks(self, row: int, clocks: dict[str, dict[str, int]]) -> int:
        """How long steps were set aside, by whose clock ran, and what the standard does not count."""
        for name, total in clocks.items():
            row += 1
            self.summary.write_string(row, 0, self.names.say("sheet", name))
            self.summary.write_number(row, 1, total["ms"] / 1000, self.formats["duration"])
            self.summary.write_number(row, 2, total["steps"])
        return row

    def _share(self, row: int, place: int, one: dict[str, Any]) -> None:
        self.summary.write_number(row, place, one["on_time"])
        self.summary.write_number(row, place + 1, one["judged"])
        if one["judged"]:
            self.summary.write_string(row, place + 2, f"{100 * one['on_time'] / one['judged']:.1f} %")

    def _flagged(self, row: int, flagged: dict[str, Any]) -> int:
        """How many steps carry a flag, of how many, and which."""
        sheet = self.summary
        sheet.write_string(row, 0, self.names.say("sheet", "flagged"))
        sheet.write_number(row, 1, flagged["steps"])
        sheet.write_number(row, 2, flagged["of"])
        if flagged["of"]:
            sheet.write_string(row, 3, f"{100 * flagged['steps'] / flagged['of']:.1f} %")
        for code, count in flagged["by"].items():
            row += 1
            sheet.write_string(row, 0, f"    {self.names.flag(code)}")
            sheet.write_number(row, 1, count)
        return row
