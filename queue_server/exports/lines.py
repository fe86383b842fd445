"""CSV and JSON lines.

CSV comes in two kinds. With ``,``: RFC 4180, UTF-8, decimal point: for programs. With ``;``: a byte order
mark and a decimal comma, because a spreadsheet set to Indonesian reads ``12.345`` as twelve thousand and
puts a comma-separated line into one cell: for people.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from ..store.reports import Entry
from .columns import COLUMNS, Column, Get, Names, headings, local_time, seconds

#: A spreadsheet takes a cell that begins so for a formula, full-width forms included.
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
#: So many cells of a column are remembered.
MOST_KEPT = 5_000


def harmless(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would execute."""
    return "'" + text if text.startswith(DANGEROUS) else text


def formatted(column: Column, names: Names, formats: dict[str, Callable[[Any], Any]]) -> Get:
    """The column's value of an entry, formatted by its kind unless it is empty."""
    get, of_kind = column.value(names), formats[column.kind]

    def cell(entry: Entry) -> Any:
        value = get(entry)
        return None if value is None else of_kind(value)

    return cell


def _plain(value: Any) -> Any:
    return value


class _Cells(dict[Any, Any]):
    """Value -> cell, worked out when it first comes: most values of a column come again, and what is looked up so
    costs a tenth of what is formatted."""

    def __init__(self, cell: Callable[[Any], Any]) -> None:
        super().__init__()
        self.cell = cell

    def __missing__(self, value: Any) -> Any:
        if len(self) >= MOST_KEPT:
            self.clear()
        made = self[value] = None if value is None else self.cell(value)
        return made


Cells = Callable[[Iterable[Any]], Iterable[Any]]


def _cells(column: Column, kinds: dict[str, Cells], names: Names) -> Cells:
    """What makes cells of a column's values."""
    if column.kind != "text":
        return kinds.get(column.kind, _plain)
    said = column.said(names)

    def text(value: Any) -> str | None:
        words = value if said is None else said(value)
        return None if words is None else harmless(words)

    return _looked_up(text)


def _looked_up(cell: Callable[[Any], Any]) -> Cells:
    cells = _Cells(cell)
    return lambda values: map(cells.__getitem__, values)


def _times(offset_h: int) -> Cells:
    """``2026-11-22T08:15`` from a table of the minutes that came, ``:07.120+07:00`` from one of all milliseconds of a
    minute: an instant is seldom twice the same, and six of them stand in every line."""
    minutes = _Cells(lambda minute: local_time(minute * 60_000, offset_h)[:16])
    # Put together of two short tables: formatting each of the 60,000 took a tenth of a second before the first line.
    millis = [local_time(ms, offset_h)[19:] for ms in range(1_000)]
    rests = [second + rest for second in (f":{s:02}" for s in range(60)) for rest in millis]
    return lambda times: [None if ms is None else minutes[ms // 60_000] + rests[ms % 60_000] for ms in times]


def _durations(point: str) -> Cells:
    whole, millis = _Cells(str), [seconds(ms, point)[1:] for ms in range(1_000)]
    return lambda times: [None if ms is None else whole[ms // 1_000] + millis[ms % 1_000] for ms in times]


class Csv:
    """Writes entries as CSV text, block by block; a block column by column, which takes half the time of cell by cell
    (bench/export.py)."""

    def __init__(self, names: Names, separator: str = ",") -> None:
        self.names = names
        self.mark = "\ufeff" if separator == ";" else ""
        self._block = io.StringIO()
        self._writer = csv.writer(self._block, delimiter=separator, lineterminator="\r\n")
        kinds = {
            "time": _times(names.offset_h), "duration": _durations("," if separator == ";" else "."),
            "stated": _looked_up(lambda minutes: minutes * 60),
            "yes_no": _looked_up(lambda value: harmless(names.yes_no(value))),
        }
        self._columns = [(column.get, _cells(column, kinds, names)) for column in COLUMNS]

    def head(self) -> bytes:
        self._writer.writerow([harmless(word) for word in headings(self.names)])
        return (self.mark + self._taken()).encode()

    def block(self, entries: Iterable[Entry]) -> bytes:
        found = list(entries)
        self._writer.writerows(zip(*(cells(map(get, found)) for get, cells in self._columns), strict=True))
        return self._taken().encode()

    def _taken(self) -> str:
        text = self._block.getvalue()
        self._block.seek(0)
        self._block.truncate()
        return text


class JsonLines:
    """Writes entries as one JSON object a line: codes, numbers as numbers, and null for what is empty."""

    def __init__(self, names: Names) -> None:
        offset = names.offset_h
        formats: dict[str, Callable[[Any], Any]] = {
            "text": lambda text: text or None, "time": lambda ms: local_time(ms, offset),
            "duration": lambda ms: ms / 1000, "stated": lambda minutes: minutes * 60,
            "number": _plain, "yes_no": _plain,
        }
        self._cells = [(column.name, formatted(column, names, formats)) for column in COLUMNS]

    def head(self) -> bytes:
        return b""

    def block(self, entries: Iterable[Entry]) -> bytes:
        return "".join(json.dumps(self.record(entry), ensure_ascii=False) + "\n" for entry in entries).encode()

    def record(self, entry: Entry) -> dict[str, Any]:
        return {name: cell(entry) for name, cell in self._cells}
