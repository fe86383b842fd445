"""The promise kept, as shares: numerator, denominator, and what was left out and why (decisions 19).

Each is there twice: with every step, and with the plausible ones only (domain/plausible.py). Beside them the time that
was set aside, by whose clock ran, and the time that the standard does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..domain import plausible
from ..domain.standard import Share, Verdict
from ..store.reports import Entry

PARTS = ("wait", "service", "visit")
#: Totals of a service, ms.
CLOCKS = ("parked_office", "parked_visitor", "uncounted")
#: A verdict with the flags of its step.
Judged = tuple[Verdict, tuple[str, ...]]


class Shares:
    """Counts verdicts as they come: a million entries hold a few dozen different ones."""

    def __init__(self) -> None:
        self.entries = 0
        self.verdicts: dict[str, Counter[Judged]] = {}
        self.clocks: dict[str, Counter[str]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.entries += 1
            self.verdicts.setdefault(entry.service, Counter())[entry.verdict, entry.flags] += 1
            if entry.parked_office or entry.parked_visitor or entry.wait_off:
                self._add_clocks(entry)

    def _add_clocks(self, entry: Entry) -> None:
        totals = self.clocks.setdefault(entry.service, Counter())
        totals["parked_office"] += entry.parked_office
        totals["parked_visitor"] += entry.parked_visitor
        totals["uncounted"] += entry.wait_off + entry.parked_off
        totals["parked_office_steps"] += bool(entry.parked_office)
        totals["parked_visitor_steps"] += bool(entry.parked_visitor)
        totals["uncounted_steps"] += bool(entry.wait_off or entry.parked_off)

    def as_json(self) -> dict[str, Any]:
        whole: Counter[Judged] = Counter()
        for found in self.verdicts.values():
            whole.update(found)
        clocks: Counter[str] = Counter()
        for totals in self.clocks.values():
            clocks.update(totals)
        return {
            "entries": self.entries, "all": {**shares_of(whole), "clocks": _clocks(clocks)},
            "services": {
                key: {**shares_of(found), "clocks": _clocks(self.clocks.get(key, Counter()))}
                for key, found in sorted(self.verdicts.items())
            },
        }


def _clocks(totals: Counter[str]) -> dict[str, dict[str, int]]:
    """Clock -> how long it ran in all, and in how many steps."""
    return {name: {"ms": totals[name], "steps": totals[f"{name}_steps"]} for name in CLOCKS}


def shares_of(verdicts: Counter[Judged]) -> dict[str, Any]:
    """The three parts, judged apart, and what was flagged."""
    found = {part: plausible.shares(verdicts.elements(), part) for part in PARTS}
    whole = found[PARTS[0]]
    return {
        **{part: {**_share(s.all), "plausible": _share(s.plausible)} for part, s in found.items()},
        "flagged": {"steps": whole.flagged, "of": whole.steps, "by": whole.by_flag},
    }


def _share(s: Share) -> dict[str, Any]:
    return {"on_time": s.numerator, "judged": s.denominator, "left_out": s.left_out, "doubtful": s.doubtful}
