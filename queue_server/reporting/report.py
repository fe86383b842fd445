"""The figures of a period: in all, and per service, counter, officer, hour, and day, week or month.

Each group is figured twice where it holds flagged steps: with every step, and without those. docs/reports.md says
what each figure is; ``domain/figures.py`` works it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from .. import tables as t
from ..domain.figures import on_time
from ..domain.tally import JUDGED, Half, Tally, spread_of_runs, summed
from ..domain.ticket import OPEN, State, label
from ..store.tallies import Row
from .period import Period

BY = ("day", "week", "month")
#: A longer period is shown by week, and from so many days on by month.
BY_DAY_DAYS, BY_WEEK_DAYS = 45, 190
Figures = dict[str, Any]


def report(period: Period, by: str = "") -> Figures:
    """The whole report; ``by`` is one of BY, or empty: as fits the length of the period."""
    by = by or _fitting(period.span.days)
    refused = _refusals(period.c, period.head.id, period)
    services = list(period.rows("service"))
    as_they_are = by == "month" or not period.months()
    series = services if as_they_are else period.rows("service", by_day=True)
    return {
        "period": {
            "first": period.span.first, "last": period.span.last, "by": by, "today": period.today,
            "days": len(period.days_with_steps()), "service": period.service or None,
        },
        "seq": period.seq, "live": sorted(period.live),
        "all": _group(summed(row.tally for row in services), sum(refused.total.values()), refused.total),
        "services": _groups(services, lambda row: row.service, refused.by_service),
        "counters": _groups(period.rows("counter"), lambda row: row.name),
        "officers": _groups(period.rows("officer"), lambda row: row.name),
        "hours": _groups(period.rows("half"), lambda row: row.name[:2]),
        "series": _groups(series, lambda row: start_of(by, row.start), refused.by_start(by)),
    }


def _fitting(days: int) -> str:
    return "day" if days <= BY_DAY_DAYS else "week" if days <= BY_WEEK_DAYS else "month"


def start_of(by: str, start: str) -> str:
    """The first day of the day, week (from Monday) or month that a day or month belongs to."""
    if by == "month":
        return f"{start[:7]}-01"
    if by == "week":
        day = date.fromisoformat(start)
        return (day - timedelta(days=day.weekday())).isoformat()
    return start


def _groups(
    rows: Iterable[Row], name: Callable[[Row], str], refused: dict[str, int] | None = None
) -> list[Figures]:
    """One group a name, in order of name; where numbers were refused and none was given stands the group alone."""
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        found[name(row)].add(row.tally)
    return [
        {"key": key, **_group(found.get(key, Tally()), None if refused is None else refused.get(key, 0))}
        for key in sorted({*found, *(refused or ())})
    ]


def _group(tally: Tally, refusals: int | None, because: dict[str, int] | None = None) -> Figures:
    """``refusals``: None for a kind of group that a refusal cannot belong to (who has no number has no counter)."""
    flagged = tally.flagged
    found: Figures = {
        "with": figures_of(tally.whole() if flagged.counts else tally.plausible),
        "without": figures_of(tally.plausible) if flagged.counts else None,
        "flagged": {"steps": flagged["steps"], "of": tally.steps, "by": flagged.under("flag.")},
    }
    if refusals is not None:
        found["refusals"] = refusals
    if because is not None:
        found["refused_because"] = because
    return found


def figures_of(half: Half) -> Figures:
    """The figures of one half, or of both together; durations ms, shares 0 to 1."""
    states = half.under("state.")
    waits = spread_of_runs(half.waits, half["waits_ms"])
    services = spread_of_runs(half.services, half["services_ms"])
    return {
        "steps": half["steps"], "numbers": half["numbers"], "served": states.get(State.DONE, 0),
        "no_shows": states.get(State.NO_SHOW, 0), "abandoned": states.get(State.CANCELLED, 0),
        "abandoned_because": half.under("outcome."), "unserved": states.get(State.UNSERVED, 0),
        "transferred": states.get(State.TRANSFERRED, 0), "void": states.get(State.VOID, 0),
        "under_way": sum(states.get(state, 0) for state in OPEN),
        "priority": half["priority"], "channels": half.under("channel."),
        "overtaken": {
            "times": half.passed.times, "day": half.passed.day or None,
            "label": label(half.passed.prefix, half.passed.number) if half.passed.times else None},
        "wait": vars(waits), "service": vars(services),
        "on_time": {part: vars(on_time(half.share(part))) for part in JUDGED},
    }


class _Refusals:
    """How often numbers were refused in a period: by reason, by service, by day."""

    def __init__(self) -> None:
        self.total: dict[str, int] = {}
        self.by_service: dict[str, int] = {}
        self.by_day: dict[str, int] = {}

    def by_start(self, by: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for day, n in self.by_day.items():
            start = start_of(by, day)
            found[start] = found.get(start, 0) + n
        return found


def _refusals(c: Connection, office_id: int, period: Period) -> _Refusals:
    r = t.refusal.c
    where = [r.office_id == office_id, r.day >= period.span.first, r.day <= period.span.last]
    if period.service:
        where.append(r.service == period.service)
    found = _Refusals()
    for into, column in ((found.total, r.code), (found.by_service, r.service), (found.by_day, r.day)):
        for name, n in c.execute(select(column, func.sum(r.n)).where(*where).group_by(column).order_by(column)):
            into[name] = int(n)
    return found
