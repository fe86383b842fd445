"""The promise kept, as shares: numerator, denominator, and what was left out and why (decisions 19).

Each is there twice: with every step, and with the plausible ones only (domain/plausible.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..domain import plausible
from ..domain.standard import Share, Verdict
from ..store.reports import Entry

PARTS = ("wait", "service", "visit")
#: A verdict with the flags of its step.
Judged = tuple[Verdict, tuple[str, ...]]


class Shares:
    """Counts verdicts as they come: a million entries hold a few dozen different ones."""

    def __init__(self) -> None:
        self.entries = 0
        self.verdicts: dict[str, Counter[Judged]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.entries += 1
            self.verdicts.setdefault(entry.service, Counter())[entry.verdict, entry.flags] += 1

    def as_json(self) -> dict[str, Any]:
        whole: Counter[Judged] = Counter()
        for found in self.verdicts.values():
            whole.update(found)
        return {
            "entries": self.entries, "all": shares_of(whole),
            "services": {key: shares_of(found) for key, found in sorted(self.verdicts.items())},
        }


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
