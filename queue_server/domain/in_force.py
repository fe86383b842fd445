"""A configuration that was in force, read from the JSON text whose digest stands in the log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .hours import hhmm, local_minutes, office_day
from .office import OFFSETS_H, Office
from .stored import from_json


@dataclass(frozen=True)
class InForce:
    """``digest`` is the SHA-256 (hex) of the text."""

    version: int
    digest: str
    office: Office

    @property
    def offset_h(self) -> int:
        return OFFSETS_H[self.office.time_zone]

    def wall_clock(self, at: int) -> str:
        """``2026-11-22 14:05`` in the office's zone; the date is that of the office's day."""
        return f"{office_day(self.office, at)} {hhmm(local_minutes(self.office, at))}"


def read_configuration(version: int, body: str) -> InForce:
    """Raises ValueError (or a kin of it) for a text that is no configuration."""
    return InForce(version, hashlib.sha256(body.encode()).hexdigest(), from_json(body))
