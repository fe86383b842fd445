"""The tables of the forecast's bench, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from queue_server.domain.forecast_line import Moment
from queue_server.domain.forecast_range import COVERAGE, TAIL, Range

if TYPE_CHECKING:
    from bench.forecast_rivals import Boosted

LENGTHS = (0, 30, 60, 120, 240)  # s foretold


@dataclass(frozen=True)
class Asked:
    """A moment at which the forecast was asked: ``waited`` s more until the call, or until somebody gave up."""

    month: str
    at: int
    service: str
    moment: Moment
    served: bool
    waited: int
    said: Range | None
    marks: dict[str, float]
    priority: bool
    age: int  # s since joining


@dataclass(frozen=True)
class Judged:
    waited: float
    said: Range

    @property
    def covered(self) -> bool:
        return self.said.low <= self.waited <= self.said.high

    @property
    def width(self) -> float:
        return self.said.high - self.said.low

    @property
    def score(self) -> float:
        """The interval score (Gneiting and Raftery 2007): the width, and 2 / (1 - coverage) for each second outside."""
        outside = max(0.0, self.said.low - self.waited, self.waited - self.said.high)
        return self.width + outside / TAIL


def tables(asked: list[Asked], again: list[Asked], rivals: list[Boosted], learned_only: str) -> str:
    tried = [a for a in asked if a.month != learned_only]
    months = sorted({a.month for a in tried})
    waits = [a for a in tried if a.served and a.waited > 0]
    parts = [
        _errors(waits, rivals, months), _ranges(waits, rivals, months),
        _by("Covered per service, % (number of waits)", waits, months, lambda a: a.service),
        _by("Covered per hour, %", waits, months, lambda a: f"{a.moment.hour:02d}"),
        _by("Covered per length foretold, s, %", waits, months, _length),
        _by("Covered per people ahead, %", waits, months, lambda a: _from((0, 1, 2, 4, 8), a.moment.ahead)),
        _beside(tried, months), _later(again, months),
    ]
    return "\n".join(parts)


def _errors(waits: list[Asked], rivals: list[Boosted], months: list[str]) -> str:
    table: dict[str, list[str]] = {"this forecast": [], "boosting, trained on the month before": []}
    for month in months:
        here = [a for a in waits if a.month == month]
        table["this forecast"].append(_error((a.said.middle, a.waited) for a in here if a.said))
        table["boosting, trained on the month before"].append(
            _error((b.raw.middle, b.asked.waited) for b in rivals if b.asked.month == month))
        for mark in here[0].marks:
            table.setdefault(mark, []).append(_error((a.marks[mark], a.waited) for a in here))
    return _table("Mean absolute error / root mean square, s, of those who waited and were served", months, table)


def _ranges(waits: list[Asked], rivals: list[Boosted], months: list[str]) -> str:
    ours, raw, said = (
        [[Judged(a.waited, a.said) for a in waits if a.month == m and a.said] for m in months],
        [[Judged(b.asked.waited, b.raw) for b in rivals if b.asked.month == m] for m in months],
        [[Judged(b.asked.waited, b.said) for b in rivals if b.asked.month == m] for m in months],
    )
    return _table(f"Range of {COVERAGE:.0%}: covered % / mean width s / interval score s", months, {
        "this forecast": [_range(j) for j in ours],
        "quantile boosting, recalibrated": [_range(j) for j in said],
        "quantile boosting as trained": [_range(j) for j in raw],
    })


def _by(title: str, waits: list[Asked], months: list[str], group: Callable[[Asked], str]) -> str:
    judged: dict[tuple[str, str], list[Judged]] = {}
    for asked in waits:
        if asked.said:
            for month in (asked.month, "all"):
                judged.setdefault((group(asked), month), []).append(Judged(asked.waited, asked.said))
    names = sorted({name for name, _ in judged})
    table = {name: [_share(judged.get((name, month), [])) for month in [*months, "all"]] for name in names}
    return _table(title + "; ± what chance alone explains in 19 of 20 cases", [*months, "all"], table)


def _beside(tried: list[Asked], months: list[str]) -> str:
    names = ("waited and were served", "of these nothing could be said", "called at once",
             "of these foretold under 30 s", "gave up", "of these sooner than the low end", "of these within the range",
             "of these later than the high end", "covered, these last counted as misses")
    table: dict[str, list[str]] = {name: [] for name in names}
    for month in months:
        here = [a for a in tried if a.month == month]
        waits = [a for a in here if a.served and a.waited > 0]
        known = [Judged(a.waited, a.said) for a in waits if a.said]
        at_once = [a for a in here if a.served and not a.waited]
        gone = [Judged(a.waited, a.said) for a in here if not a.served and a.said]
        sooner, later = sum(j.waited < j.said.low for j in gone), sum(j.waited > j.said.high for j in gone)
        figures = (
            f"{len(waits)}", f"{len(waits) - len(known)}", f"{len(at_once)}",
            _percent(sum(a.said is not None and a.said.middle < 30 for a in at_once), len(at_once)),
            f"{sum(not a.served for a in here)}", _percent(sooner, len(gone)),
            _percent(len(gone) - sooner - later, len(gone)), _percent(later, len(gone)),
            _percent(sum(j.covered for j in known), len(known) + later),
        )
        for name, figure in zip(names, figures, strict=True):
            table[name].append(figure)
    return _table("Beside it: nothing said, zero waits, people who gave up", months, table)


def _later(again: list[Asked], months: list[str]) -> str:
    table = {}
    for after in sorted({_age(a) for a in again}):
        here = [[a for a in again if a.month == m and a.said and a.served and _age(a) == after] for m in months]
        table[f"told anew, {after}"] = [
            f"{_error((a.said.middle, a.waited) for a in one if a.said)} · "
            f"{_range([Judged(a.waited, a.said) for a in one if a.said])} ({len(one)})" for one in here
        ]
    return _table("While waiting, the rest of the wait: MAE / RMSE · covered % / width / score (number)", months, table)


def _age(asked: Asked) -> str:
    return f"{asked.age:4d} s after joining"


def _error(pairs: Iterable[tuple[float, float]]) -> str:
    gaps = [said - waited for said, waited in pairs]
    if not gaps:
        return "–"
    return f"{sum(map(abs, gaps)) / len(gaps):.1f} / {sqrt(sum(g * g for g in gaps) / len(gaps)):.1f}"


def _range(judged: Sequence[Judged]) -> str:
    many = len(judged)
    if not many:
        return "–"
    width, score = sum(j.width for j in judged) / many, sum(j.score for j in judged) / many
    return f"{100 * sum(j.covered for j in judged) / many:.1f} / {width:.1f} / {score:.1f}"


def _share(judged: Sequence[Judged]) -> str:
    many = len(judged)
    if not many:
        return "–"
    chance = 196 * sqrt(COVERAGE * (1 - COVERAGE) / many)
    return f"{100 * sum(j.covered for j in judged) / many:.1f} ± {chance:.1f} ({many})"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _length(asked: Asked) -> str:
    assert asked.said is not None
    return _from(LENGTHS, asked.said.middle)


def _from(steps: tuple[int, ...], value: float) -> str:
    return f"from {max(step for step in steps if step <= value):3d}"


def _table(title: str, columns: list[str], rows: dict[str, list[str]]) -> str:
    lines = [f"\n{title}\n", "| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()])
