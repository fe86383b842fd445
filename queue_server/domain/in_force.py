"""What of an office's configuration a proof needs, read from the JSON text whose digest stands in the log."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .office import Counter, MixRule, Rules

#: Hours ahead of UTC; Indonesia knows no summer time.
OFFSETS = {"WIB": 7, "WITA": 8, "WIT": 9}
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True)
class InForce:
    """A configuration: ``standards`` are the services' published promises as they stand in it."""

    version: int
    digest: str
    offset_h: int
    day_starts: int
    always_open: bool
    rules: Rules
    counters: dict[str, Counter]
    standards: dict[str, Any]

    def day_of(self, at: int) -> str:
        """The office day of an instant (UTC ms), as ``hours.office_day`` has it."""
        return _date((at - self.day_starts * _MINUTE_MS + self.offset_h * 3_600_000) // _DAY_MS)

    def wall_clock(self, at: int) -> str:
        """``2026-11-22 14:05`` in the office's zone."""
        minutes = at // _MINUTE_MS + self.offset_h * 60
        return f"{_date(minutes // 1440)} {minutes // 60 % 24:02d}:{minutes % 60:02d}"

    @property
    def day_begins(self) -> int | None:
        """As ``hours.day_begins``."""
        if self.always_open:
            return None
        return (self.day_starts * _MINUTE_MS - self.offset_h * 3_600_000) % _DAY_MS


def read_configuration(version: int, body: str) -> InForce:
    """Raises KeyError, TypeError or ValueError for a text that is no configuration."""
    found = json.loads(body)
    rules = found["rules"]
    mix = rules["mix"]
    counters = {c["key"]: Counter(c["key"], c["name"], c["hall"], tuple(c["services"])) for c in found["counters"]}
    return InForce(
        version, hashlib.sha256(body.encode()).hexdigest(), OFFSETS[found["time_zone"]], int(found["day_starts"]),
        bool(found.get("always_open", False)),
        Rules(MixRule(mix["priority"], mix["ordinary"], mix["longest_wait_min"]), rules["merge"],
              return_after=rules["return_after"]),
        counters, {s["key"]: s["standard"] for s in found["services"]},
    )


def _date(days: int) -> str:
    """The ISO date so many days after 1970-01-01 (the civil calendar; no zone and no clock is asked)."""
    z = days + 719_468
    era, of_era = divmod(z, 146_097)
    year_of = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of + year_of // 4 - year_of // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return f"{year_of + era * 400 + (month <= 2):04d}-{month:02d}-{day:02d}"
