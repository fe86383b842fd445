"""An office at one seq: everything that screens show, read in one snapshot and shared by all pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .domain import hours
from .domain.discipline import Heads, Recent
from .domain.needs import Stated
from .domain.office import Office, Promise, Standard
from .domain.open_time import uncounted
from .domain.outlook import EMPTY, Outlook, Said
from .domain.register import Version
from .domain.room import Sitting
from .domain.ticket import label
from .store.cases import Case
from .store.people import Device, Seat, Told
from .store.rooms import Called
from .store.seals import Sealed
from .store.stages import Awaited

T = TypeVar("T")

#: Waiting rows per service that consoles and boards get; the whole order goes to phones once a second.
SHOWN = 60
#: So long a number says what it said when it was taken; then what the line says now, ms.
FRESH_MS = 60_000


@dataclass(frozen=True)
class Row:
    """A step with what its ticket says; the fields are those of the tables, times as there."""

    id: int
    ticket_id: int
    service: str
    state: str
    version: int
    priority: int
    queued_at: int
    queued_tick: int
    returned_seq: int
    return_after: int
    passed_seq: int
    arrived_at: int | None
    remote_ms: int
    counter: str
    person_id: int | None
    since_tick: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    calls: int
    why: str
    outcome: str
    park_clock: str
    park_reason: str
    waited_ms: int
    walked_ms: int
    served_ms: int
    parked_office_ms: int
    parked_visitor_ms: int
    standard_id: int
    last_seq: int
    before: str
    waited_off_ms: int
    foretold_low: int | None
    foretold_high: int | None
    prefix: str
    number: int
    channel: str
    place: str
    issued_at: int
    coming: int

    @property
    def label(self) -> str:
        return label(self.prefix, self.number)

    @property
    def reason(self) -> dict[str, Any]:
        return json.loads(self.why) if self.why else {}

    def waited_by(self, tick: int) -> int:
        """ms waited so far, seen at ``tick``, the time before arrival taken off."""
        running = tick - self.since_tick if self.state in ("waiting", "issuing") else 0
        return max(0, self.waited_ms + running - self.remote_ms)

    def served_by(self, tick: int) -> int:
        return self.served_ms + (tick - self.since_tick if self.state == "serving" else 0)


@dataclass(frozen=True)
class Line:
    """Who waits for one service: how many, and the first in calling order with why."""

    waiting: int = 0
    order: tuple[tuple[Row, dict[str, Any]], ...] = ()
    not_arrived: tuple[Row, ...] = ()
    heads: Heads = field(default_factory=Heads)     # what ``order`` came from: a counter of several lines
    recent: Recent = field(default_factory=Recent)  # merges them

    @property
    def here(self) -> int:
        """How many of those waiting can be called now: numbers from phones count when their holders have arrived."""
        if len(self.order) < SHOWN:
            return len(self.order)
        return max(SHOWN, self.waiting - len(self.not_arrived))


@dataclass(frozen=True)
class Call:
    """A call as boards show it; ``counter`` and ``service`` are keys."""

    seq: int
    step_id: int
    service: str
    hall: str
    counter: str
    nth: int
    at: int
    state: str
    prefix: str
    number: int
    drawn_at: int | None
    spoken_at: int | None


@dataclass(frozen=True)
class Undoable:
    """The newest act of an officer that may be taken back: its event, and the ticket it was about."""

    event: int
    act: str
    label: str
    at: int


@dataclass(frozen=True)
class Snapshot:
    office_id: int
    office: Office                            # each service with the standard in force today
    seq: int
    at: int                                   # UTC ms
    tick: int                                 # steady clock, ms
    day: str
    lines: dict[str, Line]
    active: tuple[Row, ...]                   # called and serving
    parked: tuple[Row, ...]
    missed: tuple[Row, ...]                   # no-shows that may still come back
    issuing: tuple[Row, ...]
    calls: tuple[Call, ...]                   # the last of each hall, oldest first
    seats: dict[str, Seat]
    pauses: dict[str, str]
    issued: dict[str, hours.IssuedToday]
    speakers: dict[str, int]                  # hall -> device that speaks
    devices: tuple[Device, ...]
    undoable: dict[int, Undoable] = field(default_factory=dict)   # person -> act
    notes: dict[int, str] = field(default_factory=dict)           # ticket -> note, of visitors at counters
    told: dict[int, Told] = field(default_factory=dict)           # person -> what they must read
    day_open: bool = False
    day_closed: bool = False
    seal: Sealed | None = None                                     # the newest of the log
    standards: Mapping[int, Version] = field(default_factory=dict)  # every one that was ever published, by id
    #: (code, service, date): standards that have ended, or soon will with none to follow; see ``register.gap``
    gaps: tuple[tuple[str, str, str], ...] = ()
    sittings: Mapping[int, Sitting] = field(default_factory=dict)   # step -> its visit at a unit, whose time runs
    batches: Mapping[str, Called] = field(default_factory=dict)     # room -> its newest batch today
    parties: Mapping[int, int] = field(default_factory=dict)        # ticket -> people, of those who wait for rooms
    plates: Mapping[int, str] = field(default_factory=dict)         # ticket -> its car's plate, masked
    needs: Mapping[int, Stated] = field(default_factory=dict)       # ticket -> what its holder said privately
    held: Mapping[int, int] = field(default_factory=dict)           # step -> since when somebody goes to fetch them
    cases: Mapping[int, Case] = field(default_factory=dict)         # ticket -> what is collected with it, at counters
    awaited: tuple[Awaited, ...] = ()                               # sent for, and not both of them ready yet
    both: tuple[Awaited, ...] = ()                                  # where both were ready today
    outlook: Outlook = EMPTY                  # made apart from the snapshot, a second or a few older

    shared: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What several screens show alike, made by the first of their pictures; nobody may change it."""
        if key not in self.shared:
            self.shared[key] = make()
        found: T = self.shared[key]
        return found

    def may(self, service: str, channel: str, priority: bool = False) -> hours.Decision:
        """The one decision, as every screen shows it."""
        return hours.may_issue(
            self.office, self.office.service(service), channel, priority, self.at,
            self.issued.get(service, hours.IssuedToday()), self.pauses.get(service),
        )

    def may_picture(self, service: str, channel: str) -> dict[str, Any]:
        return self.once(("may", service, channel), lambda: self._may_picture(service, channel))

    def _may_picture(self, service: str, channel: str) -> dict[str, Any]:
        decided = self.may(service, channel)
        return {
            "allowed": decided.allowed, "code": decided.code, "facts": decided.facts,
            "next_opening": decided.next_opening,
        }

    def staffed(self, counter: str) -> bool:
        """Whether a counter calls visitors now: its officer is there, or as a unit of a room it is switched on."""
        seat = self.seats.get(counter)
        if seat is None or seat.state != "open":
            return False
        return seat.person_id is not None or self.office.room_of(counter) is not None

    def at_counter(self, counter: str) -> Row | None:
        return next((row for row in self.active if row.counter == counter), None)

    def standard(self, row: Row) -> Standard:
        """What the ticket was promised when it was issued."""
        found = self.standards.get(row.standard_id)
        return self.office.service(row.service).standard if found is None else found.standard

    def forecast(self, row: Row) -> Said:
        """How much longer ``row``, who waits, will wait. The first minute it is what was told with the number."""
        if row.foretold_low is not None and row.foretold_high is not None and self.tick - row.since_tick < FRESH_MS:
            return Said(row.foretold_low, row.foretold_high).after((self.tick - row.since_tick) / 1000)
        said = self.outlook.steps.get(row.id)
        return self.outlook.newcomer(row.service, bool(row.priority)) if said is None else said

    def promise(self, row: Row) -> Promise:
        return self.standard(row).promise(row.channel, bool(row.priority))

    def judged_wait(self, row: Row) -> int:
        """ms of the wait so far that the stated wait is about: with or without the time before arrival, breaks and
        closed time, as the ticket's standard says."""
        clocks = self.standard(row).clocks
        waited = row.waited_by(self.tick) + (row.remote_ms if clocks.wait_from == "issued" else 0)
        if clocks.counts == "always":
            return waited
        now = 0
        if row.state in ("waiting", "issuing"):
            since = self.at - (self.tick - row.since_tick)
            if clocks.wait_from == "arrived":
                since = self.at if row.arrived_at is None else max(since, row.arrived_at)
            now = uncounted(self.office, self.office.service(row.service), clocks.counts, since, self.at)
        return max(0, waited - row.waited_off_ms - now)

    def services(self) -> Iterator[dict[str, Any]]:
        """The head that every picture gives a service."""
        for service in self.office.services:
            yield {
                "key": service.key, "letter": service.prefix, "name": service.name, "icon": service.icon,
                "colour": service.colour,
            }

    def seal_picture(self) -> dict[str, Any] | None:
        """The newest seal as every screen and paper shows it; None before the first."""
        if self.seal is None:
            return None
        found = self.seal.of(self.office.key)
        return {"text": found.text, "groups": list(found.groups), "seq": found.seq, "at": self.seal.at}

    def office_head(self) -> dict[str, Any]:
        office = self.office
        return {
            "key": office.key, "name": office.name, "institution": office.institution, "time_zone": office.time_zone,
            "languages": list(office.languages), "complaint": office.complaint,
            "remote_numbers": office.remote_numbers, "accent": office.accent,
            "seal": self.once(("seal",), self.seal_picture),
        }


