"""The report of a period, from the lines of the log: what is published, and what a verifier works out again.

The same figures for the whole and for each service, day, counter, officer and hour of issue; each with every step, and
again without the steps that carry a flag (``plausible``). Refusals come from the log too, as counted there.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from .entry import Entry
from .figures import on_time, spread_of_counts
from .standard import Verdict, share
from .ticket import State

PARTS = ("wait", "service", "visit")
#: Which durations are spread, of which steps: the wait of whoever was called; walk, service and the whole stay of
#: whoever was served.
DURATIONS = ("wait", "walk", "service", "total")
HOUR_MS = 3_600_000


class Group:
    """The steps of one service, one day…; durations are kept as they come, verdicts counted."""

    def __init__(self) -> None:
        self.steps = self.numbers = self.recalls = self.priority = self.flagged = 0
        self.states: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.durations = {name: array("q") for name in DURATIONS}
        self.doubted = {name: array("q") for name in DURATIONS}
        self.verdicts: Counter[Verdict] = Counter()
        self.doubtful: Counter[Verdict] = Counter()

    def add(self, entry: Entry) -> None:
        self.steps += 1
        self.numbers += entry.leg == 1
        self.recalls += entry.recalls
        self.priority += entry.priority
        self.states[entry.state] += 1
        self.flags.update(entry.flags)
        self.flagged += bool(entry.flags)
        if entry.rule:
            self.rules[entry.rule] += 1
        for name, ms in _durations(entry):
            self.durations[name].append(ms)
            if entry.flags:
                self.doubted[name].append(ms)
        self.verdicts[entry.verdict] += 1
        if entry.flags:
            self.doubtful[entry.verdict] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "steps": self.steps, "numbers": self.numbers, "flagged": self.flagged, "flags": _sorted(self.flags),
            "states": _sorted(self.states), "rules": _sorted(self.rules), "recalls": self.recalls,
            "priority": self.priority, **self._figures({}, Counter()),
            "plausible": self._figures(self.doubted, self.doubtful),
        }

    def _figures(self, without: Mapping[str, Iterable[int]], but: Counter[Verdict]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, values in self.durations.items():
            counts = Counter(values)
            counts.subtract(without.get(name, ()))
            found[name] = asdict(spread_of_counts(counts))
        verdicts = self.verdicts - but
        found["on_time"] = {part: asdict(on_time(share(verdicts.elements(), part))) for part in PARTS}
        return found


def _durations(entry: Entry) -> Iterator[tuple[str, int]]:
    if entry.first_called_at is not None:
        yield "wait", entry.wait
    if entry.state == State.DONE:
        yield "walk", entry.walk
        yield "service", entry.service_ms
        yield "total", entry.total


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


#: Refusals of a day and service: {"channel:code": how often}.
Refusals = Mapping[tuple[str, str], Mapping[str, int]]


class Report:
    """Takes the lines of a period; ``offset_h`` is how far the office's time is ahead of UTC, hours."""

    def __init__(self, offset_h: int) -> None:
        self.offset_h = offset_h
        self.all = Group()
        self.by: dict[str, dict[str, Group]] = {
            name: {} for name in ("services", "days", "counters", "officers", "hours")}

    def add(self, entry: Entry) -> None:
        self.all.add(entry)
        hour = (entry.issued_at // HOUR_MS + self.offset_h) % 24
        keys = (entry.service, entry.day, entry.counter, "" if entry.person is None else str(entry.person),
                f"{hour:02d}")
        for groups, key in zip(self.by.values(), keys, strict=True):
            if key:
                group = groups.get(key)
                if group is None:
                    group = groups[key] = Group()
                group.add(entry)

    def as_json(self, refusals: Refusals) -> dict[str, Any]:
        """Everything, keys in order; ``refusals`` are those of the period."""
        return {
            "all": self.all.as_json(),
            **{name: {key: groups[key].as_json() for key in sorted(groups)} for name, groups in self.by.items()},
            "refusals": _refused(refusals),
        }


def _refused(refusals: Refusals) -> dict[str, Any]:
    of_service: dict[str, Counter[str]] = {}
    of_day: Counter[str] = Counter()
    for (day, service), counts in refusals.items():
        of_day[day] += sum(counts.values())
        of_service.setdefault(service, Counter()).update(counts)
    return {
        "all": sum(of_day.values()), "days": _sorted(of_day),
        "services": {key: _sorted(of_service[key]) for key in sorted(of_service)},
    }


def differences(stated: Any, found: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(figure, as stated, as worked out) of everything in which two reports differ; a figure is named by its keys."""
    if isinstance(stated, dict) and isinstance(found, dict):
        for key in sorted(stated.keys() | found.keys()):
            yield from differences(stated.get(key), found.get(key), f"{path}.{key}" if path else key)
    elif stated != found or isinstance(stated, bool) is not isinstance(found, bool):
        yield path, _short(stated), _short(found)


def _short(value: Any) -> str:
    return "-" if value is None else str(value)[:60]
