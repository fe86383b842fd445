"""A line of the wait-time log: one step as it is judged, whether read from the tables or rebuilt from the events."""

from __future__ import annotations

from typing import NamedTuple

from .office import Clocks, Promise
from .standard import USUAL, Verdict


class Entry(NamedTuple):
    """One line of the log. Times are UTC ms, durations ms, stated times minutes.

    ``wait`` is the wait that the promise is about (from arrival to the call, if the standard says nothing else);
    ``remote`` the time before arrival; ``total`` runs from the issue of the ticket to the end of this step. A step
    under way shows its times so far.
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
    #: Of the wait and of ``parked_office``: breaks and closed time that the standard does not count.
    wait_off: int = 0
    parked_off: int = 0
    #: What starts and ends the clocks, as the standard says.
    clocks: Clocks = USUAL

    @property
    def service_ms(self) -> int:
        """What the stated service duration is about."""
        walked = self.walk if self.clocks.service_from == "called" else 0
        return self.serve + walked + max(0, self.parked_office - self.parked_off)
