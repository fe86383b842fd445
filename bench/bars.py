"""What a measure found beside what was promised: one line each, and one table of all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One figure. ``bar`` None: nothing is promised, the figure is for those who plan."""

    what: str
    figure: float
    unit: str = ""
    bar: float | None = None
    least: bool = False            # the bar is a floor, not a ceiling
    beside: str = ""               # the baseline of the same minute, and what else helps to read the figure

    @property
    def kept(self) -> bool:
        return self.bar is None or (self.figure >= self.bar if self.least else self.figure <= self.bar)

    def cells(self) -> tuple[str, str, str, str, str]:
        """what, bar, figure, kept or missed, beside."""
        bar = "" if self.bar is None else f"{'at least' if self.least else 'at most'} {_number(self.bar)}{self.unit}"
        verdict = "" if self.bar is None else "kept" if self.kept else "MISSED"
        return self.what, bar, _number(self.figure) + self.unit, verdict, self.beside


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def say(found: Found) -> Found:
    """Prints one line at once and gives it back."""
    what, bar, figure, verdict, beside = found.cells()
    promised = f" ({bar}): {verdict}" if bar else ""
    print(f"  {what}: {figure}{promised}{'   ' + beside if beside else ''}", flush=True)
    return found


def table(found: Sequence[Found]) -> str:
    """All figures as a table that stands in a page of docs/ as it is."""
    rows = [("measure", "bar", "figure", "", "beside it, in the same minute"), *(one.cells() for one in found)]
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|---|---|", *lines[1:]])


def good(found: Sequence[Found]) -> bool:
    return all(one.kept for one in found)


def load() -> str:
    """How busy the machine was: a figure without it says little."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
