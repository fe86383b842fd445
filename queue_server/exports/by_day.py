"""The sheet of a spreadsheet that shows the days: a line each, and two charts made of them by the spreadsheet itself.

Entries come day by day, so that only the durations of one day are held at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..domain.entry import Entry
from ..domain.figures import on_time, spread
from ..domain.standard import share
from .columns import Names

#: A chart's size in pixels, and after so many rows the second begins.
_WIDE, _HIGH, _BELOW = 720, 300, 16


class Day(NamedTuple):
    """Durations ms; ``kept`` of ``judged`` waits were on time."""

    day: str
    steps: int
    median: int | None
    p90: int | None
    kept: int
    judged: int
    share: float | None


class Days:
    """Adds entries up day by day, in the order in which they are written."""

    def __init__(self) -> None:
        self.found: list[Day] = []
        self._now: list[Entry] = []

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if self._now and self._now[0].day != entry.day:
                self._done()
            self._now.append(entry)

    def all(self) -> list[Day]:
        if self._now:
            self._done()
        return self.found

    def _done(self) -> None:
        now, self._now = self._now, []
        waits = spread(entry.wait for entry in now if entry.first_called_at is not None)
        kept = on_time(share(entry.verdict for entry in now))
        self.found.append(Day(now[0].day, len(now), waits.median, waits.p90, kept.kept, kept.judged, kept.share))


def write(book: Any, sheet: Any, names: Names, days: list[Day], bold: Any) -> None:
    """The lines, and beside them the charts: waits by day, and the share on time."""
    say = names.say
    heads = ("day", "steps", "median_wait", "p90_wait", "on_time", "judged", "share")
    formats = {2: book.add_format({"num_format": "[mm]:ss"}), 6: book.add_format({"num_format": "0.0%"})}
    sheet.set_column(0, 6, 14)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, say("sheet", head), bold)
    for row, day in enumerate(days, 1):
        sheet.write_string(row, 0, day.day)
        sheet.write_number(row, 1, day.steps)
        for place, ms in ((2, day.median), (3, day.p90)):
            if ms is not None:
                sheet.write_number(row, place, ms / 86_400_000, formats[2])
        sheet.write_number(row, 4, day.kept)
        sheet.write_number(row, 5, day.judged)
        if day.share is not None:
            sheet.write_number(row, 6, day.share, formats[6])
    if days:
        _chart(book, sheet, say("sheet", "chart_waits"), "line", (2, 3), len(days), 0, "[mm]:ss")
        _chart(book, sheet, say("sheet", "chart_share"), "column", (6,), len(days), _BELOW, "0%")


def _chart(
    book: Any, sheet: Any, title: str, kind: str, columns: tuple[int, ...], last: int, row: int, figures: str
) -> None:
    chart, name = book.add_chart({"type": kind}), sheet.get_name()
    for place in columns:
        chart.add_series({
            "name": [name, 0, place], "categories": [name, 1, 0, last, 0], "values": [name, 1, place, last, place],
            # Told apart without colour as well: one line is dashed.
            **({"line": {"dash_type": "dash", "width": 2}} if place == 3 else {}),
        })
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": figures, "min": 0, **({"max": 1} if kind == "column" else {})})
    chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
    chart.set_size({"width": _WIDE, "height": _HIGH})
    sheet.insert_chart(row + 1, 8, chart)
