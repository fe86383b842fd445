"""An office as its configuration describes it: values only, read from TOML or from the database.

Times of day are minutes since the office's midnight, dates are ISO strings (``2026-11-22``) in the
office's own time zone, durations are minutes where an office publishes them (``..._min``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

LANGUAGES = ("id", "en")
TIME_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
#: Hours ahead of UTC, all the year.
OFFSETS_H = {"WIB": 7, "WITA": 8, "WIT": 9}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHANNELS = ("door", "online", "staff")
CLASSES = ("ordinary", "priority")
#: What a place of service may be called by the voice ("loket tiga", "jalur satu").
COUNTER_KINDS = ("loket", "jalur", "unit", "meja", "ruang", "bilik")
DIRECTIONS = ("ahead", "left", "right", "up", "down", "back")

#: The 14 components of a service standard (PermenPANRB 15/2014); the first six must be published.
COMPONENTS = (
    "requirements", "procedure", "duration", "tariff", "product", "complaints",
    "legal_basis", "facilities", "competence", "supervision", "staff_count",
    "guarantee", "safety", "evaluation",
)
PUBLISHED_COMPONENTS = COMPONENTS[:6]

#: Words in each language: {"id": …, "en": …}; "id" is always there.
Words = dict[str, str]


@dataclass(frozen=True)
class Span:
    """An open period of a day: [start, end) in minutes since midnight; a break lies between two."""

    start: int
    end: int


@dataclass(frozen=True)
class Week:
    """Open periods per weekday, Monday first; an empty tuple is a closed day."""

    days: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Holiday:
    date: str
    name: str


@dataclass(frozen=True)
class Override:
    """Other hours between two dates, both included (Ramadan, joint leave), for all or some services."""

    first: str
    last: str
    name: str
    week: Week
    services: tuple[str, ...] = ()  # empty: all services


@dataclass(frozen=True)
class Hall:
    key: str
    name: Words


@dataclass(frozen=True)
class Board:
    """A TV. ``speaks`` is whether it may be chosen as the voice of its hall."""

    key: str
    hall: str
    name: str
    speaks: bool = True


@dataclass(frozen=True)
class Counter:
    """Where an officer serves; the order of ``services`` matters only for merge = "listed"."""

    key: str
    name: Words          # "Loket 3" / "Counter 3"
    hall: str
    services: tuple[str, ...]
    direction: str = "ahead"  # ahead | left | right | up | down | back: the arrow on the board
    spoken: tuple[str, int] | None = None  # ("loket", 3): how the voice names it


#: What begins the countdown of a unit: the visitor has sat down, or the call is connected.
ROOM_STARTS = ("seated", "connected")
#: What ends a visit at a unit whose time is up: an officer, who sees that the place is empty, or the clock itself.
ROOM_ENDS = ("officer", "clock")


@dataclass(frozen=True)
class Room:
    """Units that are given out one visit at a time, each with a countdown: tables of a visiting room, video units.

    A unit is a counter of the office at which nobody signs in: officers run the whole room from one console.
    ``spare`` units are given out only once somebody has switched them on. Durations are minutes.
    """

    key: str
    name: Words
    service: str
    units: tuple[str, ...]
    spare: tuple[str, ...] = ()
    minutes: int = 15
    warn_min: int = 5
    extend_most_min: int = 15          # all extensions of one visit together
    starts: str = "seated"             # seated | connected
    ends: str = "officer"              # officer | clock
    seats: int | None = None           # people at one unit; None: as many as come
    places: int | None = None          # people in the whole room at once; None: as the units have

    @property
    def all_units(self) -> tuple[str, ...]:
        return (*self.units, *self.spare)


@dataclass(frozen=True)
class Promise:
    """Stated minutes for one channel or class; None where nothing is stated."""

    wait_min: int | None = None
    service_min: int | None = None


WAIT_FROM, WAIT_TO = ("arrived", "issued"), ("called", "started")
SERVICE_FROM = ("started", "called")
#: always; not in the breaks of the published hours; not outside the published hours at all
COUNTS = ("always", "no_breaks", "open_hours")


@dataclass(frozen=True)
class Clocks:
    """What starts and ends the clocks of a standard. The whole visit runs from ``wait_from`` to "finish".

    ``wait_from`` "issued": the time before the holder of a number from a phone came counts too. The way from the
    call to the counter belongs to the wait (``wait_to`` "started"), to the service (``service_from`` "called"), or
    to neither; never to both. ``counts``: when the clocks run while nobody is being served, see ``COUNTS``.
    """

    wait_from: str = "arrived"
    wait_to: str = "called"
    service_from: str = "started"
    counts: str = "always"


@dataclass(frozen=True)
class Standard:
    """What the office publishes about a service, in force from ``valid_from`` to ``valid_to`` (ISO dates, both
    included; "": at once, and until another replaces it). ``register.py`` says which of its versions that is.

    ``promises`` is keyed by "door", "online", "staff" or "priority"; "door" is always there and is
    what the others fall back to. ``components`` holds the texts of the 14 components.
    """

    promises: dict[str, Promise]
    visit_min: int | None = None
    decree: str = ""
    valid_from: str = ""
    components: dict[str, Words] = field(default_factory=dict)
    valid_to: str = ""
    clocks: Clocks = Clocks()

    @property
    def free(self) -> bool:
        """Whether the published tariff says that nothing is to be paid ("GRATIS")."""
        return "gratis" in self.components.get("tariff", {}).get("id", "").lower()

    def promise(self, channel: str, priority: bool) -> Promise:
        """The promise for a ticket: by class first, then by channel, then the door's."""
        if priority and "priority" in self.promises:
            return self.promises["priority"]
        return self.promises.get(channel, self.promises["door"])


@dataclass(frozen=True)
class Quota:
    """Numbers per day or per open period (``per`` = "day" | "session"); None: no limit.

    ``door`` counts what staff issue too, or staff could go round it. Where ``priority`` is set it is a
    quota of its own: numbers of that class count against it alone, not against the other three.
    """

    per: str = "day"
    total: int | None = None
    door: int | None = None
    online: int | None = None
    priority: int | None = None


#: What the status of somebody in custody may be: before and after the sentence.
STATUSES = ("tahanan", "narapidana")
#: What a reservation may ask for; whatever no rule needs is not asked.
ASKS = ("name", "nik", "inmate", "party", "permit")


@dataclass(frozen=True)
class Session:
    """A part of the day whose places can be reserved. ``weekdays`` empty: every day on which the service is open.

    ``online`` are the places for reservations, ``walk_in`` numbers taken at the office (None: no limit). ``priority``
    given: a quota of its own, reserved and taken at the office alike; left out: they count in the other two.
    """

    key: str
    time: Span
    online: int
    walk_in: int | None = None
    priority: int | None = None
    weekdays: tuple[str, ...] = ()
    name: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Booking:
    """The rules by which places of a service's sessions are reserved; minutes are counted from the session's start."""

    opens_days: int = 7                   # from so many days before the visit
    closes_min: int = 60                  # until so long before the session
    early_min: int = 30                   # one may check in so long before the session
    late_min: int = 15                    # and so long after it began; then the place is free
    release: bool = True                  # places nobody came for go to those who come without a reservation
    numbers_too: bool = False             # besides reservations, numbers from afar are given as well
    asks: tuple[str, ...] = ()            # of ASKS
    per_visitor_week: int | None = None   # visits of one person from Monday to Sunday
    per_inmate_day: int | None = None     # visits to one person in custody
    most_party: int = 5                   # people who come together, the one who reserves among them
    days: dict[str, tuple[str, ...]] = field(default_factory=dict)  # status -> weekdays on which they are visited
    permit: tuple[str, ...] = ()          # statuses for which a permit of the detaining authority is needed
    keep_days: int = 30                   # what is personal is erased so many days after the visit
    signal_bookings: int = 4              # reservations of one phone within a week that the supervisor is shown
    signal_retaken_s: int = 60            # a place given back and taken again within so many seconds is shown too


@dataclass(frozen=True)
class Service:
    key: str
    prefix: str
    name: Words
    icon: str
    colour: str
    standard: Standard
    quota: Quota = Quota()
    week: Week | None = None              # None: the office's hours
    issue_from: int | None = None         # None: the office's; minutes since midnight
    last_ticket_min: int | None = None    # None: the office's; minutes before the day's last end
    break_ticket_min: int | None = None   # the same before a break; None: as last_ticket_min, then the office's
    remote: bool = True                   # numbers from a phone, where the office allows them
    english: bool = False                 # the call is spoken in English too
    priority_prefix: str = ""             # warned about at import: everyone sees the class then
    reserved: tuple[int, int] | None = None  # upper range for paper roll and offline kiosk
    #: kiosk -> its part of the reserve, for when the server is away; what is left is the roll's
    reserved_for: dict[str, tuple[int, int]] = field(default_factory=dict)
    summary: Words = field(default_factory=dict)  # one plain line for the kiosk
    booking: Booking | None = None        # None: no reservations
    sessions: tuple[Session, ...] = ()
    #: What follows on the same number, in order: whoever is served here goes on there by rule.
    stages: tuple[str, ...] = ()
    first_stage: Words = field(default_factory=dict)  # what is done here, as the first of the stages; {}: the name
    #: What is done after the last of them at another place, such as paying at a bank; {}: nothing.
    elsewhere: Words = field(default_factory=dict)
    both_ready: bool = False              # a stage that begins only when the other one (the inmate) is ready too
    phone_away: bool = False              # from this stage on phones are in a locker: no call may depend on one
    plate: bool = False                   # a lane: whoever takes a number may give the car's plate
    #: What is served here is finished within so many working days (0: the same day) and has a case; None: at once.
    finish_in_days: int | None = None
    collected_at: tuple[str, ...] = ()    # the services at which it is collected then


@dataclass(frozen=True)
class MixRule:
    """``priority`` calls per ``ordinary`` calls, and the wait after which anyone is next."""

    priority: int = 1
    ordinary: int = 2
    longest_wait_min: int | None = 60


@dataclass(frozen=True)
class ComplaintRule:
    """Working days to answer, by kind of complaint, and the days that its words are kept after it was closed."""

    light_days: int = 2
    normative_days: int = 5
    ordinary_days: int = 14
    supervisory_days: int = 60
    keep_days: int = 365


#: What a visitor may say that they need; nobody must, and none of it is asked to be proven (needs.py).
NEEDS = ("seat", "wheelchair", "sign", "nursing", "blind", "unread")


@dataclass(frozen=True)
class FamilyRule:
    """Whether families whom staff enrolled may see the stages of a case, and for how long, days."""

    offered: bool = False
    holds_days: int = 365            # an enrolment runs out after so long
    keep_days: int = 90              # an ended one, and every look, is kept so long


@dataclass(frozen=True)
class Rules:
    mix: MixRule = MixRule()
    merge: str = "earliest"          # earliest | listed: how a counter merges its services
    return_after: int = 3            # who missed the call comes back after so many others
    no_show_calls: int = 2           # acknowledged calls before a no-show
    recall_spacing_s: int = 15
    no_show_after_s: int = 20
    return_within_min: int = 60      # grace after a no-show
    double_press_ms: int = 700
    undo_s: int = 10
    tickets_per_phone: int = 3       # active tickets of one phone
    kept_on_boards: bool = True      # boards show today's share of the promise between calls
    complaints: ComplaintRule = ComplaintRule()
    needs: tuple[str, ...] = NEEDS   # of them, those that are asked about here; empty: none
    family: FamilyRule = FamilyRule()


@dataclass(frozen=True)
class Notice:
    """Something for the board between calls: kind = text | picture | video."""

    kind: str
    text: Words = field(default_factory=dict)
    file: str = ""
    seconds: int = 12


#: The ways to tell a visitor something, in the order in which a page offers them.
MESSAGE_CHANNELS = ("push", "whatsapp", "sms", "email")


@dataclass(frozen=True)
class Messages:
    """What visitors who ask for it are told, and how. ``push`` goes to the browser itself, where there is HTTPS; the
    others each name a sender of the server's (docs/notifications.md). "": not offered."""

    push: bool = False
    whatsapp: str = ""
    sms: str = ""
    email: str = ""
    ahead: int = 3                      # "nearly your turn": when so many people are ahead
    reminders_h: tuple[int, ...] = (24, 2)  # of a reservation: so many hours before its session

    def sender(self, channel: str) -> str:
        """The name of the sender of a channel; "" where the office does not offer it."""
        return ("push" if self.push else "") if channel == "push" else str(getattr(self, channel))

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(channel for channel in MESSAGE_CHANNELS if self.sender(channel))


@dataclass(frozen=True)
class Office:
    key: str
    name: str
    institution: str
    time_zone: str                      # WIB | WITA | WIT
    languages: tuple[str, ...]
    accent: str
    week: Week
    issue_from: int | None              # kiosk opens; None: with the first period
    last_ticket_min: int
    halls: tuple[Hall, ...]
    boards: tuple[Board, ...]
    counters: tuple[Counter, ...]
    services: tuple[Service, ...]
    holidays: tuple[Holiday, ...] = ()
    overrides: tuple[Override, ...] = ()
    rules: Rules = Rules()
    notices: tuple[Notice, ...] = ()
    running_text: Words = field(default_factory=dict)
    complaint: Words = field(default_factory=dict)
    number_reading: str = "digits"      # digits | words
    voice: bool = True
    voice_set: str = "shipped"
    remote_numbers: bool = False
    door_code: str = "screen"           # what proves presence: screen | sheet | both (presence.py)
    day_starts: int = 0                 # minutes after midnight at which the office day changes
    break_ticket_min: int | None = None  # last ticket before a break; None: as last_ticket_min
    pause_reasons: tuple[Words, ...] = ()
    words: dict[str, Words] = field(default_factory=dict)  # an office's own wording, by key
    always_open: bool = False           # replay and drills: a 24-hour office
    demo: bool = False
    rooms: tuple[Room, ...] = ()
    messages: Messages = Messages()

    def service(self, key: str) -> Service:
        return next(s for s in self.services if s.key == key)

    def counter(self, key: str) -> Counter:
        return next(c for c in self.counters if c.key == key)

    @cached_property
    def stage_keys(self) -> frozenset[str]:
        """Services that are a stage of another: no number is taken for them."""
        return frozenset(key for service in self.services for key in service.stages)

    @cached_property
    def has_cases(self) -> bool:
        """Whether something that is served here continues on another day."""
        return any(service.finish_in_days is not None for service in self.services)

    def journey(self, first: str) -> tuple[str, ...]:
        """The services that a number of ``first`` goes through, in order; itself alone where it has no stages."""
        found = next((s for s in self.services if s.key == first), None)
        return (first,) if found is None else (first, *found.stages)

    def next_stage(self, first: str, current: str) -> str | None:
        """Where a number of ``first`` goes on after it was served at ``current``; None: nowhere."""
        journey = self.journey(first)
        if current not in journey:  # it was transferred to another service: that one's stages follow
            journey = self.journey(current)
        at = journey.index(current) + 1
        return journey[at] if at < len(journey) else None

    def without_phone(self, first: str, current: str) -> bool:
        """Whether a number of ``first`` that is at ``current`` has left its phone in the locker."""
        journey = self.journey(first)
        gone = journey[: journey.index(current) + 1] if current in journey else (current,)
        return any(s.phone_away for s in self.services if s.key in gone)

    def phone_away_at(self, service: str) -> bool:
        """Whether whoever waits at ``service`` has left the phone in the locker. A stage is of one journey only."""
        first = next((s.key for s in self.services if service in s.stages), service)
        return self.without_phone(first, service)

    def room(self, key: str) -> Room | None:
        return next((r for r in self.rooms if r.key == key), None)

    def room_of(self, counter: str) -> Room | None:
        """The room that a counter is a unit of; None: an ordinary counter."""
        return next((r for r in self.rooms if counter in r.all_units), None)

    def hall_to_wait_in(self, service: str) -> Words | None:
        """The name of the one hall where a service is called; None where there is nothing to choose."""
        served = self.hall_of(service)
        if len(self.halls) < 2 or len(served) != 1:
            return None
        return next(h.name for h in self.halls if h.key in served)

    def hall_of(self, service: str) -> set[str]:
        return {c.hall for c in self.counters if service in c.services}
