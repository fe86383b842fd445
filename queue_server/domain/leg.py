"""A step under the hand of its events: what the rebuilding keeps of it, and the line of the log that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from .entry import Acts, Entry, judged
from .rebuilt_clock import Moment
from .register import Version
from .standard import Durations, Elapsed, add, clock
from .ticket import OPEN, State


@dataclass(slots=True)
class Leg:
    """The fields of ``ticket.Step`` that a report needs; durations ms, instants UTC ms."""

    id: int
    ticket: Ticket
    day: str
    service: str
    state: State
    priority: bool
    since: Moment
    standard: int
    arrived_at: int | None
    queued: Moment
    source: str = ""
    counter: str = ""
    person: int | None = None
    called_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    first_called_at: int | None = None
    recalls: int = 0
    rule: str = ""
    reason: str = ""
    outcome: str = ""
    park_clock: str = ""
    waited: int = 0
    walked: int = 0
    served: int = 0
    parked_office: int = 0
    parked_visitor: int = 0
    waited_off: int = 0
    parked_off: int = 0
    remote: int = 0
    doubt: bool = False
    returned_seq: int = 0
    return_after: int = 0
    passed: bool = False
    reopened: bool = False
    woken: bool = False
    no_show_ms: int | None = None
    last_seq: int = 0
    unsure: bool = False  # a stretch across a restart of the machine whose length no event has told yet

    @property
    def durations(self) -> Durations:
        return Durations(
            self.waited, self.walked, self.served, self.parked_office, self.parked_visitor, self.remote, self.doubt,
            self.waited_off, self.parked_off)

    def copy(self) -> Leg:
        made = Leg.__new__(Leg)
        for name in FIELDS:
            setattr(made, name, getattr(self, name))
        return made


FIELDS = tuple(each.name for each in fields(Leg))


@dataclass(slots=True)
class Ticket:
    """A number and its legs, in order; one whose transfer was undone is in none of them."""

    id: int
    prefix: str
    number: int
    channel: str
    issued_at: int
    day: str = ""
    issued_seq: int = 0
    legs: list[Leg] = field(default_factory=list)


def entry_of(leg: Leg, running_ms: int, off_ms: int, now: int, judged_by: Version, day_begins: int | None) -> Entry:
    """The line of a step at ``now`` (UTC ms), when its present state has lasted ``running_ms``, of which its standard
    does not count ``off_ms``."""
    took, ticket = leg.durations, leg.ticket
    if leg.state in OPEN:
        visitors = leg.park_clock == "visitor"
        took = add(took, leg.state, "", Elapsed(running_ms), visitors, leg.arrived_at is None)
        if clock(leg.state, "", visitors) == "waited":
            took = replace(took, waited_off=took.waited_off + off_ms)
        else:
            took = replace(took, parked_off=took.parked_off + off_ms)
    nth = next(at for at, other in enumerate(ticket.legs) if other is leg)
    earlier = ticket.legs[:nth]
    visit = sum((other.durations for other in earlier), Durations()) + took
    return judged(
        leg.id, leg.day, ticket.prefix, ticket.number, nth + 1, leg.service, ticket.channel, leg.priority,
        ticket.issued_at, leg.arrived_at, leg.first_called_at, leg.called_at, leg.started_at, leg.ended_at, took, visit,
        judged_by, leg.recalls, leg.rule, leg.reason, leg.counter, leg.person, leg.state, leg.outcome, leg.standard,
        now, day_begins, Acts(leg.reopened, leg.woken, leg.no_show_ms),
        any(other.service == leg.service for other in earlier))
