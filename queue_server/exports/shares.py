"""The promise kept, as shares: numerator, denominator, and what was left out and why (decisions 19)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..domain.standard import Verdict, share
from ..store.reports import Entry

PARTS = ("wait", "service", "visit")


class Shares:
    """Counts verdicts as they come: a million entries hold a few dozen different ones."""

    def __init__(self) -> None:
        self.entries = 0
        self.verdicts: dict[str, Counter[Verdict]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.entries += 1
            self.verdicts.setdefault(entry.service, Counter())[entry.verdict] += 1

    def as_json(self) -> dict[str, Any]:
        whole: Counter[Verdict] = Counter()
        for found in self.verdicts.values():
            whole.update(found)
        return {
            "entries": self.entries, "all": shares_of(whole),
            "services": {key: shares_of(found) for key, found in sorted(self.verdicts.items())},
        }


def shares_of(verdicts: Counter[Verdict]) -> dict[str, Any]:
    """The three parts, judged apart."""
    found = {part: share(verdicts.elements(), part) for part in PARTS}
    return {
        part: {"on_time": s.numerator, "judged": s.denominator, "left_out": s.left_out, "doubtful": s.doubtful}
        for part, s in found.items()
    }
