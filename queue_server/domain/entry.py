"""A line of the wait-time log: one step as it is judged, whether read from the tables or rebuilt from the events."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

from .office import Promise, Standard
from .standard import Verdict


class Entry(NamedTuple):
    """One line of the log. Times are UTC ms, durations ms, stated times minutes.

    ``wait`` is the wait that the promise is about (from arrival); ``remote`` the time before it; ``total``
    runs from the issue of the ticket to the end of this step. A step under way shows its times so far.
    """

    step: int
    day: str
    prefix: str
    number: int
    leg: int                      # 1: the step the ticket was issued for; 2, 3…: after a transfer
    service: str
    channel: str
    priority: bool
    issued_at: int
    arrived_at: int | None
    first_called_at: int | None
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    wait: int
    walk: int
    serve: int
    parked_office: int
    parked_visitor: int
    remote: int
    total: int
    stated: Promise
    stated_visit: int | None
    verdict: Verdict
    recalls: int
    rule: str
    reason: str
    counter: str
    person: int | None
    state: str
    outcome: str
    standard: int
    standard_version: int
    clock_doubt: bool
    #: Codes of ``plausible.RULES``; empty: plausible.
    flags: tuple[str, ...] = ()

    @property
    def service_ms(self) -> int:
        """What the stated service duration is about."""
        return self.serve + self.parked_office


@lru_cache(maxsize=1_000)
def standard_of(body: str) -> Standard:
    """The part of a published standard, stored as JSON text, that judging needs."""
    found = json.loads(body)
    promises = {
        key: Promise(stated.get("wait_min"), stated.get("service_min")) for key, stated in found["promises"].items()
    }
    return Standard(promises, found.get("visit_min"), valid_from=found.get("valid_from", ""))
