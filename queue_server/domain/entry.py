"""A line of the wait-time log: one step as it is judged, whether read from the tables or rebuilt from the events."""

from __future__ import annotations

from typing import NamedTuple

from .office import Clocks, Promise
from .plausible import Lived, flags
from .register import Version
from .standard import USUAL, Durations, Verdict, judge
from .ticket import NEXT_STAGE, State


class Acts(NamedTuple):
    """What became of a step that its own row no longer shows.

    ``reopened``: after "finish"; ``woken``: after any end; ``no_show_ms``: the shortest time from a call to "did not
    come", whatever became of the visitor afterwards.
    """

    reopened: bool = False
    woken: bool = False
    no_show_ms: int | None = None


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


def judged(
    step: int, day: str, prefix: str, number: int, leg: int, service: str, channel: str, priority: bool, issued_at: int,
    arrived_at: int | None, first_called_at: int | None, called_at: int | None, started_at: int | None,
    ended_at: int | None, took: Durations, visit: Durations, judged_by: Version, recalls: int, rule: str, reason: str,
    counter: str, person: int | None, state: State, outcome: str, standard: int, now: int, day_begins: int | None,
    acts: Acts, been_here: bool,
) -> Entry:
    """The one way from what a step lived through to its line: judged by its standard, with its flags.

    ``visit``: what its ticket's steps took up to this one; ``now`` (UTC ms) stands for the end of one under way;
    ``day_begins`` as ``hours.day_begins``; ``been_here``: an earlier step of the ticket was at the same service.
    """
    promised, clocks = judged_by.standard, judged_by.standard.clocks
    stated = promised.promise(channel, priority)
    verdict = judge(
        took, stated, state, first_called_at is not None, promised.visit_min, visit, clocks, started_at is not None,
        outcome == NEXT_STAGE)
    found = flags(Lived(
        state, leg, stated.service_min, took.walked, took.served, took.total, took.waited,
        channel == "online" and leg == 1, issued_at, arrived_at, first_called_at, called_at, started_at,
        ended_at or now, rule, reason, took.doubtful, day_begins, acts.reopened, acts.woken, acts.no_show_ms,
        been_here))
    return Entry(
        step, day, prefix, number, leg, service, channel, priority, issued_at, arrived_at, first_called_at, called_at,
        started_at, ended_at, took.wait(clocks), took.walked, took.served, took.parked_office, took.parked_visitor,
        took.remote, visit.total, stated, promised.visit_min, verdict, recalls, rule, reason, counter, person,
        str(state), outcome, standard, judged_by.version, took.doubtful, found, took.waited_off, took.parked_off,
        clocks)
