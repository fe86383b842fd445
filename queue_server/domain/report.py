"""The report of a period, as it is published: in all, and per service, counter, officer, hour, and day, week or month.

Pages and files make it from kept tallies, a verifier from the log alone; both by what stands here, so that a figure is
the same figure. Each group is figured twice where it holds flagged steps: with every step, and without those.
docs/reports.md says what each figure is; ``figures.py`` works it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from .entry import Entry
from .figures import on_time
from .tally import JUDGED, PARTS, Half, Tally, spread_of_runs, summed, tallied
from .ticket import OPEN, State, label

BY = ("day", "week", "month")
#: A longer period is shown by week, and from so many days on by month.
BY_DAY_DAYS, BY_WEEK_DAYS = 45, 190
Figures = dict[str, Any]


class Counted(Protocol):
    """A tally of one group: ``start`` is its day (or month, ``2026-11``), ``name`` the group's within ``service``."""

    @property
    def start(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tally(self) -> Tally: ...


@dataclass
class Refusals:
    """How often numbers were refused in a period: by reason, by service, by day."""

    total: dict[str, int] = field(default_factory=dict)
    by_service: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)

    def by_start(self, by: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for day, n in self.by_day.items():
            start = start_of(by, day)
            found[start] = found.get(start, 0) + n
        return found


def refusals(counted: Mapping[tuple[str, str], Mapping[str, int]]) -> Refusals:
    """From what the log says of each (day, service): {"channel:code": how often}."""
    found = Refusals()
    for (day, service), counts in sorted(counted.items()):
        for what, n in counts.items():
            code = what.partition(":")[2]
            found.total[code] = found.total.get(code, 0) + n
            found.by_service[service] = found.by_service.get(service, 0) + n
            found.by_day[day] = found.by_day.get(day, 0) + n
    found.total = dict(sorted(found.total.items()))
    return found


def fitting(days: int) -> str:
    """One of BY, for a period of so many days."""
    return "day" if days <= BY_DAY_DAYS else "week" if days <= BY_WEEK_DAYS else "month"


def days_in(first: str, last: str) -> int:
    """How many days from one to the other, both included."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def start_of(by: str, start: str) -> str:
    """The first day of the day, week (from Monday) or month that a day or month belongs to."""
    if by == "month":
        return f"{start[:7]}-01"
    if by == "week":
        day = date.fromisoformat(start)
        return (day - timedelta(days=day.weekday())).isoformat()
    return start


def figures(
    rows: Callable[[str], Iterable[Counted]], by: str, refused: Refusals, series: Iterable[Counted] | None = None,
) -> Figures:
    """Everything; ``rows`` gives the tallies of one of ``tally.PARTS``, covering each day once; ``series`` those of the
    services by day where ``rows`` has whole months or thirds of them."""
    services = list(rows("service"))
    return {
        "all": group(summed(row.tally for row in services), sum(refused.total.values()), refused.total),
        "services": groups(services, lambda row: row.service, refused.by_service),
        "counters": groups(rows("counter"), lambda row: row.name),
        "officers": groups(rows("officer"), lambda row: row.name),
        "hours": groups(rows("half"), lambda row: row.name[:2]),
        "series": groups(
            services if series is None else series, lambda row: start_of(by, row.start), refused.by_start(by)),
    }


def groups(
    rows: Iterable[Counted], name: Callable[[Counted], str], refused: dict[str, int] | None = None
) -> list[Figures]:
    """One group a name, in order of name; where numbers were refused and none was given stands the group alone."""
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        found[name(row)].add(row.tally)
    return [
        {"key": key, **group(found.get(key, Tally()), None if refused is None else refused.get(key, 0))}
        for key in sorted({*found, *(refused or ())})
    ]


def group(tally: Tally, refusals: int | None, because: dict[str, int] | None = None) -> Figures:
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


# --- from the lines of the log -----------------------------------------------------------------


class _Row(NamedTuple):
    start: str
    service: str
    name: str
    tally: Tally


class FromLines:
    """The same report from the lines of the log, which come day by day. ``offset_min``: the office's minutes ahead of
    UTC; ``overtaken``: step -> how often by definition (``overtaking.py``)."""

    def __init__(self, offset_min: int, overtaken: Mapping[int, int]) -> None:
        self.offset_min, self.overtaken = offset_min, overtaken
        self._rows: dict[str, list[_Row]] = {part: [] for part in PARTS}
        self._day: list[Entry] = []

    def add(self, entry: Entry) -> None:
        if self._day and self._day[-1].day != entry.day:
            self._close()
        self._day.append(entry)

    def _close(self) -> None:
        for (service, part, name), tally in tallied(self._day, self.offset_min, self.overtaken).items():
            self._rows[part].append(_Row(self._day[0].day, service, name, tally))
        self._day = []

    def report(self, first: str, last: str, refused: Refusals) -> Figures:
        """What is published of the days from ``first`` to ``last``."""
        if self._day:
            self._close()
        by = fitting(days_in(first, last))
        return {"period": {"first": first, "last": last, "by": by},
                **figures(self._rows.__getitem__, by, refused)}


def differences(stated: Any, found: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(figure, as stated, as worked out) of everything in which two reports differ; a figure is named by its keys."""
    if isinstance(stated, list) and isinstance(found, list):
        stated, found = _by_key(stated), _by_key(found)
    if isinstance(stated, dict) and isinstance(found, dict):
        for key in sorted(stated.keys() | found.keys()):
            yield from differences(stated.get(key), found.get(key), f"{path}.{key}" if path else key)
    elif stated != found or isinstance(stated, bool) is not isinstance(found, bool):
        yield path, _short(stated), _short(found)


def _by_key(groups_: list[Any]) -> dict[str, Any]:
    """Groups by their key; a list that holds none, or one key twice, by place."""
    keys = [one.get("key") if isinstance(one, dict) else None for one in groups_]
    if None in keys or len(set(map(str, keys))) < len(keys):
        return {str(place): one for place, one in enumerate(groups_)}
    return {str(key): one for key, one in zip(keys, groups_, strict=True)}


def _short(value: Any) -> str:
    return "-" if value is None else str(value)[:60]
