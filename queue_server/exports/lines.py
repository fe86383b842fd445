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
from functools import lru_cache
from typing import Any

from ..store.reports import Entry
from .columns import COLUMNS, Column, Get, Names, headings, local_time, seconds

#: A spreadsheet takes a cell that begins so for a formula, full-width forms included.
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@lru_cache(maxsize=10_000)
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


class Csv:
    """Writes entries as CSV text, block by block; a block column by column, which takes half the time of cell by cell
    (bench/export.py)."""

    def __init__(self, names: Names, separator: str = ",") -> None:
        self.names = names
        self.mark = "\ufeff" if separator == ";" else ""
        self._block = io.StringIO()
        self._writer = csv.writer(self._block, delimiter=separator, lineterminator="\r\n")
        point, offset = "," if separator == ";" else ".", names.offset_h
        answers: dict[bool | None, str | None] = {None: None}
        answers.update((value, harmless(names.yes_no(value))) for value in (True, False))
        formats: dict[str, Callable[[Iterable[Any]], Iterable[Any]]] = {
            "text": lambda texts: [None if text is None else harmless(text) for text in texts],
            "time": lambda times: [None if ms is None else local_time(ms, offset) for ms in times],
            "duration": lambda times: [None if ms is None else seconds(ms, point) for ms in times],
            "stated": lambda times: [None if minutes is None else minutes * 60 for minutes in times],
            "number": _plain, "yes_no": lambda values: map(answers.__getitem__, values),
        }
        self._columns = [(column.value(names), formats[column.kind]) for column in COLUMNS]

    def head(self) -> bytes:
        self._writer.writerow([harmless(word) for word in headings(self.names)])
        return (self.mark + self._taken()).encode()

    def block(self, entries: Iterable[Entry]) -> bytes:
        found = list(entries)
        self._writer.writerows(zip(*(of_kind(map(get, found)) for get, of_kind in self._columns), strict=True))
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
