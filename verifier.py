#!/usr/bin/env python3
"""Memeriksa bundel bukti catatan antrean. / Checks a bundle of evidence of a queue log.

    python3 verifier.py BUNDLE.zip --seal "rutan 2026-11-22 1234 K7QM-2XWP-…"

Python 3.11 or newer, nothing else: no network, no other package. This file is made from the modules of the queue server
(python -m queue_server verifier --write verifier.py); each of them stands below, word for word.
"""

import json
import sys
import types

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed. / Diperlukan Python 3.11 atau yang lebih baru.")

SOURCES = {}

# -------------------- domain/errors.py --------------------
SOURCES['domain/errors.py'] = r'''"""One family of errors for everything the system answers with "no".

A refusal carries a code, never a sentence: the words files hold the sentence for
``refused.<code>`` in each language, so that the person at the screen reads it in theirs.
"""

from __future__ import annotations


class Refused(Exception):
    """A command was understood and not carried out; nothing was changed.

    ``code`` names the reason (snake_case, the key in the words files) and ``facts`` fill the
    sentence: strings and integers only, never anybody's personal data.
    """

    def __init__(self, code: str, **facts: str | int | None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def as_answer(self) -> dict[str, object]:
        return {"ok": False, "refused": self.code, "facts": self.facts}


class NotAllowed(Refused):
    """The one who asks may not do this at all (wrong role, wrong office, revoked device)."""


class NotFound(Refused):
    """What was asked for does not exist, or not for the one who asks; the two look the same."""


class TooMany(Refused):
    """Asked too often; ``seconds`` among the facts says how long to wait."""


class Busy(Refused):
    """The command was never run: the queue of commands is full or its deadline has passed."""
'''

# -------------------- domain/events.py --------------------
SOURCES['domain/events.py'] = r'''"""The table of events: what can have happened, in the past tense, and what its body may hold.

Nothing personal is in a body (decisions 15): ids, keys, codes, counts and commitments only. An
added optional key keeps the version; a key that changes its meaning or goes needs the next one.
Durations are in ms, instants in ms UTC, dates ISO in the office's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

#: What may stand in a body. Floats may not: see chain.canonical.
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


class EventError(Exception):
    """A fault of the program: an event that is not in the table, or a body with a key not allowed."""


@dataclass(frozen=True)
class Kind:
    """``keys`` are the body keys allowed; ``meaning`` is one line for the reader of a log."""

    version: int
    keys: frozenset[str]
    meaning: str


def _kind(meaning: str, keys: str = "", version: int = 1) -> Kind:
    return Kind(version, frozenset(keys.split()), meaning)


KINDS: dict[str, Kind] = {
    # the office and its day
    "office_configured": _kind(
        "a configuration, its rules and standards came into force", "configuration digest differences reason"
    ),
    "standard_published": _kind(
        "a service's standard became another version, in force from valid_from; both are here whole",
        "standard service version valid_from before after"
    ),
    "day_opened": _kind(
        "an office day began; which numbers were set apart for days without the server, and for whom",
        "day closed_late doubtful_clock reserves"
    ),
    "day_closed": _kind(
        "a supervisor closed the day, or the next opening did",
        "day reason automatic left counts unused_reserve next_opening seal",
    ),
    "schedule_changed": _kind(
        "hours were changed for everybody, as published", "first last services week name reason"
    ),
    "reserve_declared": _kind(
        "a part of a reserve was handed to the device that may give it out while the server is away",
        "day service first last used_to unused_from source device",
    ),
    "issuing_paused": _kind("no numbers for a while, for everybody", "service reason"),
    "issuing_resumed": _kind("numbers again", "service"),
    "refusals_counted": _kind("how often numbers were refused, and why", "day service counts"),
    # a number, from issue to its place
    "ticket_issued": _kind(
        "a number was given; forecast: the range that its holder was told, seconds",
        "ticket day service prefix number channel priority queued_at standard issuer device "
        "state commitment case issued_at source forecast",
    ),
    "paper_entered": _kind(
        "a number from the paper roll was entered afterwards, with what became of it",
        "ticket day service number issued_at source outcome late",
    ),
    "paper_served": _kind(
        "a number of the paper roll was served without the system; the times are those written on paper",
        "ticket counter started_at ended_at durations",
    ),
    "offline_entered": _kind(
        "a number that a kiosk gave while the server was away was handed in; issued_at is the kiosk's clock",
        "ticket day service number issued_at source device queued_at clock_doubt late instead_of",
    ),
    "paper_confirmed": _kind("the printer or the visitor said that the paper came out", "ticket device"),
    "paper_unconfirmed": _kind(
        "nobody answered whether paper came out; the number keeps its place", "ticket device"
    ),
    "paper_failed": _kind(
        "printing failed; how the visitor holds the number now", "ticket device fault replaced_by"
    ),
    "ticket_voided": _kind(
        "printing failed and nothing replaced it; the number is not used again",
        "ticket day service number reason durations",
    ),
    "arrived": _kind("the holder of a remote number is here", "ticket by remote_ms"),
    "coming": _kind("the visitor answered: on the way", "ticket"),
    "passed": _kind(
        "due but not arrived: the next was let past, the place is kept", "ticket returned_seq return_after"
    ),
    "class_changed": _kind(
        "a ticket came into the other class, at the place it would have had", "ticket priority reason"
    ),
    "note_added": _kind("a note was tied to a ticket; only its commitment is here", "ticket commitment"),
    # at a counter
    "called": _kind("a visitor was called", "ticket call counter service priority why reason durations from room"),
    "announced": _kind(
        "a call that waited until somebody had gone to the visitor was given to the boards and spoken",
        "ticket call counter"
    ),
    "recalled": _kind("the call was repeated", "ticket call counter count"),
    "started": _kind("service began", "ticket call counter durations"),
    "finished": _kind("service ended", "ticket call counter outcome durations verdict"),
    "skipped": _kind(
        "did not come to the counter: comes back after some others",
        "ticket call counter return_after durations",
    ),
    "no_show": _kind(
        "did not come after the announced calls",
        "ticket call counter calls_acknowledged without_board reason durations verdict",
    ),
    "brought_back": _kind("waits again, at the promised place", "ticket return_after from reason durations"),
    "parked": _kind(
        "service rests, with a reason and whose clock runs", "ticket call counter reason clock durations"
    ),
    "transferred": _kind(
        "goes on at another service, or by rule at the next stage (outcome next_stage); here: whether it can be called "
        "there at once",
        "ticket call counter to_service to_step standard reason outcome here durations verdict",
    ),
    "cancelled": _kind("gave up, or was cancelled for a reason", "ticket by reason durations verdict"),
    "unserved": _kind(
        "was left when the day closed; told and offered the next opening",
        "ticket reason told next_opening durations verdict",
    ),
    "reopened": _kind("a supervisor made an ended step wait again", "ticket reason return_after from"),
    "undone": _kind(
        "the named event was taken back within seconds",
        "ticket call counter undone_seq undone_kind durations",
    ),
    # rooms: a unit is a counter, and what happens to a visitor there is called, started, finished as everywhere
    "unit_switched_on": _kind("a unit of a room is given out from now on", "room counter"),
    "unit_switched_off": _kind("a unit of a room is not given out, with a reason", "room counter reason"),
    "time_began": _kind("the countdown of a visit at a unit runs", "ticket room counter minutes"),
    "time_warned": _kind("the visitor was warned that the time will soon be up", "ticket room counter left_min"),
    "time_extended": _kind(
        "a visit may be longer, with a reason; total: all its minutes now", "ticket room counter minutes reason total"
    ),
    "time_over": _kind("the time of a visit was up", "ticket room counter total"),
    "batch_called": _kind(
        "parties were called together, as many as fitted; passed: [step, why] of those that were not",
        "room number called passed",
    ),
    "other_asked": _kind("the one to be visited was sent for", "ticket service"),
    "both_ready": _kind(
        "the visitor and the one to be visited are both ready; how long each waited for the other",
        "ticket service visitor_waited_ms other_waited_ms asked_ms",
    ),
    "other_ready": _kind("the one to be visited is ready", "ticket service"),
    "plate_noted": _kind("a car's plate was tied to a ticket; only its commitment is here", "ticket commitment"),
    "party_counted": _kind("how many people come with a number", "ticket people"),
    # counters and people
    "counter_opened": _kind(
        "a counter began to serve; where a supervisor opened it again, why, and what the forecast had proposed",
        "counter services reason remedy",
    ),
    "counter_closed": _kind("a counter stopped serving", "counter reason"),
    "counter_paused": _kind("a counter is away for a while", "counter reason"),
    "counter_resumed": _kind("a counter is back", "counter"),
    "services_moved": _kind(
        "a counter serves other services than configured, for the rest of the day; remedy: what the forecast proposed",
        "counter services before reason remedy",
    ),
    "counter_taken": _kind("an officer sat down at a counter", "counter person from_person reason"),
    "counter_left": _kind("an officer left a counter", "counter person visitor"),
    "visitor_taken_over": _kind(
        "a visitor went on with another officer or counter",
        "ticket call counter from_counter from_person reason room",
    ),
    "person_added": _kind("somebody may sign in", "person role commitment"),
    "password_reset": _kind("a password was set anew", "person by"),
    "sessions_ended": _kind("somebody was signed out everywhere", "person by count"),
    "second_factor_set": _kind("somebody signs in with a code besides the password from now on", "person by"),
    "second_factor_dropped": _kind("the password alone opens again", "person by"),
    "passkey_added": _kind("somebody can sign in with the password and this passkey", "person by passkey"),
    "passkey_dropped": _kind("a passkey opens no longer", "person by count"),
    "person_renamed": _kind("somebody is shown under another name, which is not here", "person"),
    "role_changed": _kind("somebody got another role", "person role before"),
    "person_deactivated": _kind("somebody may not sign in any more", "person"),
    "person_activated": _kind("somebody may sign in again", "person"),
    # devices
    "device_paired": _kind("a board, kiosk or unit was paired by its code", "device kind board hall name"),
    "device_changed": _kind(
        "a device got another name or shows another board",
        "device kind name hall board name_before hall_before board_before",
    ),
    "media_added": _kind("a picture or video was taken in, named by its content", "media bytes"),
    "media_removed": _kind("a picture or video that nothing shows was removed", "media"),
    "device_revoked": _kind("a device may not connect any more", "device reason"),
    "calls_summed": _kind(
        "what boards acknowledged of a call", "ticket call drawn spoken first_at last_at boards"
    ),
    # complaints: what can be counted and what a text can be held against; never the text
    "complaint_made": _kind(
        "somebody complained; of a restricted one the ticket is not here",
        "complaint category kind restricted due service ticket commitment",
    ),
    "complaint_answered": _kind(
        "an answer was written; concerned: by somebody who had to do with the visit",
        "complaint commitment in_time again concerned",
    ),
    "complaint_handed_off": _kind(
        "a complaint went to somebody outside; its number there is only committed to", "complaint to commitment in_time"
    ),
    "complaint_closed": _kind("nothing more is to be done", "complaint outcome in_time"),
    "complaint_contact_opened": _kind("somebody looked at how to reach the person", "complaint"),
    "complaint_erased": _kind("text, contact, answer and their key were erased together", "complaint reason"),
    # reservations: which place, never whose, and never whom the visit is for
    "reservation_made": _kind(
        "a place in a session was reserved",
        "reservation service day session pool place party commitment"),
    "reservation_changed": _kind(
        "a reservation moved to another session; the place it had is free",
        "reservation service day session pool place party before_day before_session before_place"),
    "reservation_cancelled": _kind("a reservation was given back or taken back; its place is free",
                                   "reservation by reason"),
    "reservation_expired": _kind("nobody came in time; the place is free", "reservation"),
    "checked_in": _kind("a reservation became a number", "reservation ticket by"),
    "custody_imported": _kind(
        "the registry of people in custody was brought up to date; cancelled: reservations for people who may no "
        "longer be visited", "people added changed removed cancelled"),
    # what visitors who asked for it are told on their own phones: which, by which way, and whether it went out
    "messages_wanted": _kind("somebody wants to be told of their number or reservation", "ticket reservation channel"),
    "messages_ended": _kind("they want it no longer; the address is erased", "ticket reservation channel by"),
    "message_ended": _kind(
        "a message was sent, or will not be: state sent, failed, late, needless or unknown, and why",
        "message ticket occasion channel state tries reason"),
    # family self-service: which enrolment, by its number; never whose, and never whose case
    "family_enrolled": _kind("staff enrolled somebody who may see the stages of a case", "family relation"),
    "family_ended": _kind("an enrolment was revoked, ran out, or the person is in custody here no more",
                          "family reason"),
    "family_looked": _kind(
        "somebody looked at a case, or had the right code and not the date of birth; place: phone or kiosk",
        "family way place outcome"),
    "family_phone_added": _kind("a phone opens with its fingerprint from now on", "family"),
    # cases: what continues on another day; never whose, and not the code that opens it
    "case_opened": _kind(
        "something was served that is finished on another day; due: the last day on which that is in time",
        "case ticket service days due"),
    "case_ready": _kind("a case can be collected; in_time: on its due day or before", "case in_time"),
    "case_not_ready": _kind("a case that was called ready is in work again", "case reason"),
    "case_linked": _kind("a number was tied to a case, to collect it", "case ticket"),
    "case_collected": _kind("what a case was about was handed over", "case ticket"),
    "case_ended": _kind("a case ended without being collected", "case reason"),
    # what was foreseen
    "alert_raised": _kind("people were told that so many will wait, or wait, longer than promised",
                          "alert service code n"),
    "alert_ended": _kind("that is over", "alert service code"),
    "webhook_set": _kind("where alerts are sent was set, or that they are sent nowhere", "on host"),
    # the log itself
    "sealed": _kind(
        "the log up to here was put under a seal that leaves the building; tick is the office's steady clock, digest "
        "that of the configuration in force, register that of all standards published so far",
        "day reason sealed_seq sealed_hash tick configuration digest register",
    ),
    "erased": _kind(
        "personal values and their key were erased together; rows: which, where somebody asked for it, so that a "
        "restore can do it again", "ticket what count reason rows"),
    "clock_doubted": _kind(
        "the clock jumped, went back or was confirmed by a person", "jump_ms confirmed reason"
    ),
    "restored": _kind(
        "the database was brought back from a backup; the log after backup_seq is lost here",
        "backup_seq lost_seq lost_hash",
    ),
    "segment_started": _kind(
        "a broken link was found; a new segment of the chain starts", "broken_seq broken_hash found_hash"
    ),
    "demo_reset": _kind("the demonstration began anew", "reason"),
}


def check_body(kind: str, body: Mapping[str, Json]) -> int:
    """The version to record ``kind`` with; raises EventError for an unknown kind or body key."""
    known = KINDS.get(kind)
    if known is None:
        raise EventError(f"no event is called {kind!r}")
    wrong = sorted(set(body) - known.keys)
    if wrong:
        raise EventError(f"{kind} has no {', '.join(wrong)}; add it to the table of events with its meaning")
    return known.version
'''

# -------------------- domain/office.py --------------------
SOURCES['domain/office.py'] = r'''"""An office as its configuration describes it: values only, read from TOML or from the database.

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
'''

# -------------------- domain/ticket.py --------------------
SOURCES['domain/ticket.py'] = r'''"""The life of a step: its states, the one table of moves, and the values the rules work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from .errors import Refused


class State(StrEnum):
    ISSUING = "issuing"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    DONE = "done"
    TRANSFERRED = "transferred"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    UNSERVED = "unserved"
    VOID = "void"


OPEN = frozenset({State.ISSUING, State.WAITING, State.CALLED, State.SERVING, State.PARKED})
AT_COUNTER = frozenset({State.CALLED, State.SERVING})
ENDED = frozenset(State) - OPEN

#: Every change of state there is: (what is done, state before) -> state after.
MOVES: dict[tuple[str, State], State] = {
    ("confirm_paper", State.ISSUING): State.WAITING,
    ("void", State.ISSUING): State.VOID,
    ("call", State.WAITING): State.CALLED,
    ("recall", State.CALLED): State.CALLED,
    ("start", State.CALLED): State.SERVING,
    ("skip", State.CALLED): State.WAITING,
    ("no_show", State.CALLED): State.NO_SHOW,
    ("transfer", State.CALLED): State.TRANSFERRED,
    ("finish", State.SERVING): State.DONE,
    ("park", State.SERVING): State.PARKED,
    ("transfer", State.SERVING): State.TRANSFERRED,
    ("bring_back", State.PARKED): State.WAITING,
    ("call", State.PARKED): State.CALLED,
    ("bring_back", State.NO_SHOW): State.WAITING,
    ("cancel", State.WAITING): State.CANCELLED,
    ("cancel", State.CALLED): State.CANCELLED,
    ("cancel", State.PARKED): State.CANCELLED,
    ("enter_served", State.WAITING): State.DONE,  # from the paper roll, entered afterwards
    ("close_day", State.WAITING): State.UNSERVED,
    ("close_day", State.PARKED): State.UNSERVED,
    **{("reopen", s): State.WAITING for s in ENDED - {State.VOID, State.TRANSFERRED}},
}

#: The outcome of a step that was served and goes on by rule at the service's next stage; its state is TRANSFERRED.
NEXT_STAGE = "next_stage"

#: The moves an officer may take back within ``Rules.undo_s`` seconds (decisions 12): move -> its event in the log.
#: ``undo.py`` says when; the console offers exactly these.
UNDOABLE: dict[str, str] = {
    "call": "called",
    "start": "started",
    "finish": "finished",
    "skip": "skipped",
    "no_show": "no_show",
    "park": "parked",
    "transfer": "transferred",
}


def move(name: str, state: State) -> State:
    """The state after ``name``; raises Refused("not_now") when the table does not know the move."""
    after = MOVES.get((name, state))
    if after is None:
        raise Refused("not_now", act=name, state=str(state))
    return after


def label(prefix: str, number: int) -> str:
    """``A 017``: prefix, thin space, at least three digits, the same on every screen and on paper."""
    return f"{prefix}\u2009{number:03d}"


@dataclass(frozen=True)
class Waiting:
    """One waiting step as the discipline sees it. Times are ms on the office's steady clock."""

    step: int
    service: str
    queued_at: int
    priority: bool
    #: seq of the event after which the step waits for ``return_after`` other calls; 0: an ordinary place
    returned_seq: int = 0
    return_after: int = 0


@dataclass(frozen=True)
class Step:
    """One leg of a ticket, as stored; times as in ``tables.py``. ``before`` holds what an undo restores.

    ``day`` is "" of a leg that a transfer began and its undo took back: it belongs to no day, so no list and no
    statistic has it.
    """

    id: int
    ticket_id: int
    office_id: int
    day: str
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
    boot: int
    clock_doubt: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    first_called_at: int | None
    calls: int
    automatic: int
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
    parked_off_ms: int
    first_waited_ms: int | None

    @classmethod
    def of(cls, row: Iterable[Any]) -> Step:
        """The step of a stored row, whose columns stand in the order of the fields; see ``changed`` for why so."""
        new = object.__new__(cls)
        new.__dict__.update(zip(_STEP, row, strict=True))
        return new

    def changed(self, **changes: Any) -> Step:
        """A copy with other values in the fields named; what ``dataclasses.replace`` does for a tenth of its cost,
        which for so many fields was more than the database's for the whole command."""
        new = object.__new__(Step)
        new.__dict__.update(self.__dict__, **changes)
        return new


_STEP = tuple(field.name for field in fields(Step))

#: What a move may change on a step, and so what an undo restores (its version only ever grows).
MUTABLE = (
    "state", "day", "service", "priority", "queued_at", "queued_tick", "returned_seq", "return_after", "passed_seq",
    "arrived_at", "remote_ms",
    "counter", "person_id", "since_tick", "boot", "clock_doubt", "called_at", "started_at", "ended_at",
    "first_called_at", "calls", "automatic", "why", "outcome", "park_clock", "park_reason", "waited_ms",
    "walked_ms", "served_ms", "parked_office_ms", "parked_visitor_ms", "last_seq", "waited_off_ms", "parked_off_ms",
    "first_waited_ms",
)
'''

# -------------------- domain/numbering.py --------------------
SOURCES['domain/numbering.py'] = r'''"""The series of numbers: one per service and office day, with a reserved upper range for paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .office import Service


def next_number(high_water: int, service: Service) -> int:
    """The number after ``high_water``, the highest ordinary number of the day (0: none yet).

    Numbers count 1, 2, 3 … and go on with four digits after 999. The reserved range (decisions 7) belongs to
    the paper roll and the offline kiosk: the ordinary series jumps over it, 900 is followed by 961.
    """
    following = high_water + 1
    if service.reserved is not None and service.reserved[0] <= following <= service.reserved[1]:
        return service.reserved[1] + 1
    return following


@dataclass(frozen=True)
class Range:
    """Numbers of one series issued upwards: from ``first`` to ``last`` (None: open) without ``gap``."""

    first: int
    last: int | None = None
    gap: tuple[int, int] | None = None

    def holds(self, number: int) -> bool:
        if number < self.first or (self.last is not None and number > self.last):
            return False
        return self.gap is None or not self.gap[0] <= number <= self.gap[1]


def ranges(service: Service) -> tuple[Range, ...]:
    """The ordinary range of a service's series and, where it has one, the reserved range."""
    if service.reserved is None:
        return (Range(1),)
    return Range(1, gap=service.reserved), Range(*service.reserved)


#: Whose a part of the reserve is: the paper roll's, or ``kiosk:KEY``.
ROLL = "roll"


@dataclass(frozen=True)
class Part:
    """The numbers ``first`` to ``last`` of a reserve, which only ``source`` gives out, upwards."""

    source: str
    first: int
    last: int

    def holds(self, number: int) -> bool:
        return self.first <= number <= self.last


def kiosk_source(kiosk: str) -> str:
    """The source of the numbers that an offline kiosk gives; ``kiosk`` is its key in the office's file."""
    return f"kiosk:{kiosk}"


def parts(service: Service) -> tuple[Part, ...]:
    """The reserve of a service, divided: each kiosk's declared part, and what is left is the paper roll's.

    No number is in two parts, so two kiosks and the roll never meet, however long they cannot talk.
    """
    if service.reserved is None:
        return ()
    first, last = service.reserved
    kiosks = sorted((Part(kiosk_source(key), *span) for key, span in service.reserved_for.items()),
                    key=lambda part: part.first)
    found: list[Part] = []
    for part in kiosks:
        if first < part.first:
            found.append(Part(ROLL, first, part.first - 1))
        found.append(part)
        first = part.last + 1
    return (*found, Part(ROLL, first, last)) if first <= last else tuple(found)


def part_of(service: Service, number: int) -> Part | None:
    """The part that a number is in; None: it is no number of the reserve."""
    return next((part for part in parts(service) if part.holds(number)), None)


@dataclass(frozen=True)
class Violation:
    """``code``: missing | twice | outside (not of this range) | beyond (above the high-water mark)."""

    number: int
    code: str
    fates: tuple[str, ...] = ()


def fates(of: Range, high_water: int, recorded: Iterable[tuple[int, str]]) -> list[Violation]:
    """The verifier's rule (decisions 7): up to the high-water mark every number has exactly one fate.

    ``high_water`` is the highest number given out in the range (``of.first`` - 1: none); what lies above it
    is unused, for the reserved range that is one recorded fact. ``recorded`` holds (number, fate).
    """
    found: dict[int, list[str]] = {}
    for number, fate in recorded:
        found.setdefault(number, []).append(fate)
    expected = {n for n in range(of.first, high_water + 1) if of.holds(n)}
    wrong = [Violation(n, "missing") for n in expected - found.keys()]
    for number, its in found.items():
        if not of.holds(number):
            wrong.append(Violation(number, "outside", tuple(its)))
        elif number > high_water:
            wrong.append(Violation(number, "beyond", tuple(its)))
        elif len(its) > 1:
            wrong.append(Violation(number, "twice", tuple(its)))
    return sorted(wrong, key=lambda violation: violation.number)
'''

# -------------------- domain/hours.py --------------------
SOURCES['domain/hours.py'] = r'''"""When an office is open and whether a number may be issued now: the one decision for every screen.

Nothing here reads a clock. Instants are UTC milliseconds, dates are ISO strings of the office day (which
may begin after midnight, ``Office.day_starts``), times of day are minutes since that date's midnight and so
may exceed 1440 in an office whose day runs past midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache

from .errors import Refused
from .office import OFFSETS_H, Office, Override, Quota, Service, Span

DAY_MIN = 24 * 60
#: How far ahead a next opening is looked for; longer than any row of holidays an office has.
SEARCH_DAYS = 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MINUTE = timedelta(minutes=1)
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Window:
    """The part [opens, closes) of a day in which numbers are issued for one open period."""

    opens: int
    closes: int
    period: Span


@dataclass(frozen=True)
class IssuedToday:
    """Numbers of one service already issued: (channel, priority) -> how many.

    ``day`` counts the office day, ``session`` what was issued since ``session_starts``. Voided numbers are
    left out by whoever counts: nobody was served with them. ``quota`` holds instead of the service's own where
    places can be reserved (``reservation.quota_now``); check-ins are then counted in neither, and ``reopens`` is when
    the next session's numbers begin (UTC ms; None: not today).
    """

    day: Mapping[tuple[str, bool], int] = field(default_factory=dict)
    session: Mapping[tuple[str, bool], int] = field(default_factory=dict)
    quota: Quota | None = None
    reopens: int | None = None


@dataclass(frozen=True)
class Decision:
    """May a number be issued? If not: ``code`` (sentence ``refused.<code>``), its facts, the next opening.

    Facts: ``name`` (holiday), ``last`` and ``ends`` (after_cutoff, "HH:MM"), ``ends`` (closed), ``quota``
    (quota_full), ``reason`` (paused); with a next opening those of ``opening_words`` too.
    """

    allowed: bool
    code: str = ""
    facts: dict[str, str | int] = field(default_factory=dict)
    next_opening: int | None = None

    def refusal(self) -> Refused:
        """The error that a command raises when ``allowed`` is false."""
        return Refused(self.code, **self.facts)


def office_day(office: Office, at_utc_ms: int) -> str:
    """The office's day at an instant, as an ISO date in its own zone; it changes at ``day_starts``."""
    return _day_of_minute(office.time_zone, office.day_starts, at_utc_ms // _MINUTE_MS)


@lru_cache(maxsize=1024)
def _day_of_minute(time_zone: str, day_starts: int, minute: int) -> str:
    """Every command asks for its day, and a day never changes within a minute."""
    wall = (_EPOCH + minute * _MINUTE).astimezone(_zone(time_zone)).replace(tzinfo=None)
    return (wall - day_starts * _MINUTE).date().isoformat()


def local_minutes(office: Office, at_utc_ms: int) -> int:
    """Whole minutes since midnight of the office day's date: ``day_starts`` … ``day_starts`` + 1439."""
    since = at_utc_ms // _MINUTE_MS + OFFSETS_H[office.time_zone] * 60 - office.day_starts
    return since % DAY_MIN + office.day_starts


def instant(office: Office, day: str, minutes: int) -> int:
    """UTC milliseconds of a time of day; the reverse of ``office_day`` with ``local_minutes``."""
    wall = datetime.combine(date.fromisoformat(day), time()) + minutes * _MINUTE
    return (wall.replace(tzinfo=_zone(office.time_zone)) - _EPOCH) // _MILLISECOND


def day_begins(office: Office) -> int | None:
    """Milliseconds after midnight UTC at which the office's day changes; None: always open, so no day ends there."""
    return None if office.always_open else instant(office, "2000-01-01", office.day_starts) % (DAY_MIN * _MINUTE_MS)


def day_after(office: Office, day: str) -> int:
    """UTC ms of the end of the office day after ``day``: until then what was kept for the day is erased."""
    later = date.fromisoformat(day) + timedelta(days=2)
    return instant(office, later.isoformat(), office.day_starts)


def hhmm(minutes: int) -> str:
    """``07:30``; minutes past midnight of the next day read as the next day's clock."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def periods(office: Office, service: Service | None, day: str) -> tuple[Span, ...]:
    """The open periods of a service (None: of the office) on a date, in order.

    A holiday closes everything. Otherwise an override that names the service decides; then its own week;
    then an override for all services; then the office's week. A service with hours of its own is, under an
    override for all, open where both are: Ramadan hours never open a morning service in the afternoon.
    """
    if office.always_open:
        return (Span(office.day_starts, office.day_starts + DAY_MIN),)
    if _holiday(office, day) is not None:
        return ()
    named = _override(office, service, day)
    if named is not None:
        return named.week.days[_weekday(day)]
    general = _override(office, None, day)
    house = (general.week if general is not None else office.week).days[_weekday(day)]
    if service is None or service.week is None:
        return house
    own = service.week.days[_weekday(day)]
    return own if general is None else _common(own, house)


def windows(office: Office, service: Service, day: str) -> tuple[Window, ...]:
    """When numbers of the service are issued on a date, one window per open period (it may be empty).

    Issuing ends ``last_ticket_min`` before the day's last end and ``break_ticket_min`` before a break; before
    the first period it may begin early (``issue_from``).
    """
    spans = periods(office, service, day)
    if office.always_open:
        return tuple(Window(span.start, span.end, span) for span in spans)
    start = _issue_from(office, service, day, spans)
    cut, break_cut = _cut_offs(office, service)
    return tuple(
        Window(
            opens=start if i == 0 else max(span.start, start),
            closes=span.end - (cut if i == len(spans) - 1 else break_cut),
            period=span,
        )
        for i, span in enumerate(spans)
    )


def session_starts(office: Office, service: Service, at_utc_ms: int) -> int:
    """The instant (UTC ms) from which the present session's numbers are counted for a quota per session.

    A session begins when the period before it ends, so that an early kiosk belongs to the period it serves.
    """
    day, now = office_day(office, at_utc_ms), local_minutes(office, at_utc_ms)
    ended = [span.end for span in periods(office, service, day)[:-1] if span.end <= now]
    return instant(office, day, ended[-1] if ended else office.day_starts)


def may_issue(
    office: Office, service: Service, channel: str, priority: bool, at_utc_ms: int,
    issued: IssuedToday, paused: str | None = None,
) -> Decision:
    """May a number of ``service`` be issued at this instant? The only place where that is decided.

    ``paused`` is the reason with which a supervisor paused issuing, or None. There is no individual
    exception: staff are refused like anybody else, and only a published change of the schedule opens.
    """
    if service.key in office.stage_keys:
        return Decision(False, "stage_only")
    if channel == "online" and not (office.remote_numbers and service.remote):
        return Decision(False, "remote_off")
    if channel == "online" and service.booking is not None and not service.booking.numbers_too:
        return Decision(False, "reserve_first")
    day, now = office_day(office, at_utc_ms), local_minutes(office, at_utc_ms)
    spans = windows(office, service, day)
    if not any(w.opens <= now < w.closes for w in spans):
        code, facts = _why_closed(office, service, day, now, spans)
        return _refuse(office, code, facts, at_utc_ms, next_opening(office, service, at_utc_ms))
    if paused is not None:
        return Decision(False, "paused", {"reason": paused})
    quota = service.quota if issued.quota is None else issued.quota
    limit = _exhausted(quota, channel, priority, issued)
    if limit is None:
        return Decision(True)
    opens = issued.reopens or next_opening(office, service, at_utc_ms, today=quota.per != "day")
    return _refuse(office, "quota_full", {"quota": limit}, at_utc_ms, opens)


def next_opening(office: Office, service: Service, at_utc_ms: int, today: bool = True) -> int | None:
    """The next instant (UTC ms) after ``at_utc_ms`` at which issuing begins; None: not within 60 days.

    ``today`` = False leaves out the rest of the present office day.
    """
    first = date.fromisoformat(office_day(office, at_utc_ms))
    for ahead in range(0 if today else 1, SEARCH_DAYS + 1):
        day = (first + timedelta(days=ahead)).isoformat()
        for window in windows(office, service, day):
            opens = instant(office, day, window.opens)
            if window.opens < window.closes and opens > at_utc_ms:
                return opens
    return None


def opening_words(office: Office, opens_utc_ms: int, at_utc_ms: int) -> dict[str, str | int]:
    """An opening as facts for a sentence: ISO date, "HH:MM", and in how many days (0: today)."""
    wall = _wall(office, opens_utc_ms)
    opens, today = _day(office, wall), date.fromisoformat(office_day(office, at_utc_ms))
    return {
        "opens_date": wall.date().isoformat(),
        "opens_time": f"{wall:%H:%M}",
        "opens_in_days": (opens - today).days,
    }


def _refuse(office: Office, code: str, facts: dict[str, str | int], at: int, opens: int | None) -> Decision:
    more = {} if opens is None else opening_words(office, opens, at)
    return Decision(False, code, {**facts, **more}, opens)


def _why_closed(
    office: Office, service: Service, day: str, now: int, spans: tuple[Window, ...]
) -> tuple[str, dict[str, str | int]]:
    """The reason that holds at ``now``, a minute that lies in none of the windows."""
    if not spans:
        return _why_no_hours(office, service, day)
    for i, window in enumerate(spans):
        if now >= window.period.end:
            continue
        if i and now < window.period.start:
            return "break", {}
        if now >= window.closes:
            return "after_cutoff", {"last": hhmm(window.closes), "ends": hhmm(window.period.end)}
        return "before_opening", {}
    return "closed", {"ends": hhmm(spans[-1].period.end)}


def _why_no_hours(office: Office, service: Service, day: str) -> tuple[str, dict[str, str | int]]:
    """A named holiday, an override that closes what is open otherwise, or simply a closed weekday."""
    name = _holiday(office, day)
    if name is not None:
        return "holiday", {"name": name}
    override = _override(office, service, day) or _override(office, None, day)
    if override is not None and (service.week or office.week).days[_weekday(day)]:
        return "holiday", {"name": override.name}
    return "closed_today", {}


def _exhausted(quota: Quota, channel: str, priority: bool, issued: IssuedToday) -> int | None:
    """The limit that the next number would pass, or None; the meaning of each limit is at ``Quota``."""
    if quota.total is None and quota.door is None and quota.online is None and quota.priority is None:
        return None
    counts = issued.session if quota.per == "session" else issued.day
    if priority and quota.priority is not None:
        used = sum(n for (_, first), n in counts.items() if first)
        return quota.priority if used >= quota.priority else None
    shared = {key: n for key, n in counts.items() if not (key[1] and quota.priority is not None)}
    online = sum(n for (by, _), n in shared.items() if by == "online")
    door = sum(shared.values()) - online
    side, used = (quota.online, online) if channel == "online" else (quota.door, door)
    if side is not None and used >= side:
        return side
    if quota.total is not None and door + online >= quota.total:
        return quota.total
    return None


def _issue_from(office: Office, service: Service, day: str, spans: tuple[Span, ...]) -> int:
    """When the day's first number is issued.

    The office's ``issue_from`` holds for services that begin with the office or before it; one that begins
    later in the day (collection in the afternoon) issues from its own beginning unless it says otherwise.
    """
    if not spans:
        return 0
    if service.issue_from is not None:
        return service.issue_from
    house = periods(office, None, day)
    if office.issue_from is not None and house and spans[0].start <= house[0].start:
        return office.issue_from
    return spans[0].start


def _cut_offs(office: Office, service: Service) -> tuple[int, int]:
    """Minutes before the day's last end and before a break at which issuing stops."""
    last = service.last_ticket_min if service.last_ticket_min is not None else office.last_ticket_min
    if service.break_ticket_min is not None:
        return last, service.break_ticket_min
    if service.last_ticket_min is None and office.break_ticket_min is not None:
        return last, office.break_ticket_min
    return last, last


def _holiday(office: Office, day: str) -> str | None:
    return next((h.name for h in office.holidays if h.date == day), None)


def _override(office: Office, service: Service | None, day: str) -> Override | None:
    """The override in force: one that names the service, or for None one that names no service."""
    for override in office.overrides:
        concerned = service.key in override.services if service is not None else not override.services
        if concerned and override.first <= day <= override.last:
            return override
    return None


def _common(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> tuple[Span, ...]:
    """Where both are open, in order."""
    both = (Span(max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return tuple(sorted((span for span in both if span.start < span.end), key=lambda span: span.start))


def _weekday(day: str) -> int:
    return date.fromisoformat(day).weekday()


@cache
def _zone(name: str) -> timezone:
    """Indonesia knows no summer time: an offset is the whole zone, and no machine's tables are asked for it."""
    return timezone(timedelta(hours=OFFSETS_H[name]))


def _wall(office: Office, at_utc_ms: int) -> datetime:
    """What a clock on the office's wall shows, without a zone."""
    return (_EPOCH + at_utc_ms * _MILLISECOND).astimezone(_zone(office.time_zone)).replace(tzinfo=None)


def _day(office: Office, wall: datetime) -> date:
    return (wall - office.day_starts * _MINUTE).date()
'''

# -------------------- domain/open_time.py --------------------
SOURCES['domain/open_time.py'] = r'''"""Which part of a stretch of time a standard does not count: breaks, or all time outside the published hours.

A standard may say that its clocks rest then (``Clocks.counts``). That is about time in which nobody is being served:
waiting, or set aside on the office's clock. Whoever is being served during a break is being served.
"""

from __future__ import annotations

from datetime import date, timedelta

from . import hours
from .office import Office, Service

#: A stretch that is longer has been forgotten by everybody; the rest of it counts.
MOST_DAYS = 31


def uncounted(office: Office, service: Service, counts: str, since: int, until: int) -> int:
    """How many ms between two instants (UTC ms) the standard leaves out, by the office's hours of those days."""
    if counts == "always" or office.always_open or until <= since:
        return 0
    first, last = (date.fromisoformat(hours.office_day(office, at)) for at in (since, until))
    found = 0
    for ahead in range(min((last - first).days, MOST_DAYS) + 1):
        day = (first + timedelta(days=ahead)).isoformat()
        found += sum(_overlap(since, until, *shut) for shut in _shut(office, service, day, counts))
    return found


def _shut(office: Office, service: Service, day: str, counts: str) -> list[tuple[int, int]]:
    """The stretches of an office day (UTC ms) in which the clocks rest."""
    spans = hours.periods(office, service, day)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    whole_day = [office.day_starts, *edges, office.day_starts + hours.DAY_MIN]
    edges = edges[1:-1] if counts == "no_breaks" else whole_day
    at = [hours.instant(office, day, minutes) for minutes in edges]
    return list(zip(at[::2], at[1::2], strict=True))


def _overlap(since: int, until: int, start: int, end: int) -> int:
    return max(0, min(until, end) - max(since, start))
'''

# -------------------- domain/register.py --------------------
SOURCES['domain/register.py'] = r'''"""The register of standards: every version that was ever published, and which of them is in force on a day.

A ticket keeps the version of its day for ever. A version that was published later goes before an earlier one from its
``valid_from`` on, whatever the earlier one said; until then the earlier one goes on. One whose ``valid_to`` has passed
states nothing, and no older one comes back: whoever published it has replaced those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .office import Promise, Standard

#: The supervisor is told so many days before a standard ends.
SOON_DAYS = 30
#: In force where none is.
NOTHING_STATED = Standard({"door": Promise()})


@dataclass(frozen=True)
class Version:
    """``valid_from`` is never empty: the office day of publication where the standard names none.

    ``published`` is the office day of publication ("": long ago), ``seq`` the event by which it was published.
    """

    id: int
    service: str
    version: int
    valid_from: str
    standard: Standard
    seq: int = 0
    published: str = ""

    @property
    def begins(self) -> str:
        """The first day on which a number can be promised this: nothing is promised afterwards."""
        return max(self.valid_from, self.published)


def in_force(versions: Sequence[Version], day: str) -> Version | None:
    """The version of one service in force on an office day; ``versions`` in order of publication."""
    found = next((v for v in reversed(versions) if v.begins <= day), None)
    if found is None or "" < found.standard.valid_to < day:
        return None
    return found


def last_day(versions: Sequence[Version], version: Version) -> str:
    """The last day on which a version is in force: its own ``valid_to`` or the day before a later one begins (that
    day itself, where it was published on it); "": open. A day before it ``begins`` means that it never was."""
    ends = [
        v.begins if v.begins == v.published else (date.fromisoformat(v.begins) - timedelta(days=1)).isoformat()
        for v in versions if v.version > version.version
    ]
    if version.standard.valid_to:
        ends.append(version.standard.valid_to)
    return min(ends, default="")


def standing(versions: Sequence[Version], version: Version, day: str) -> str:
    """in_force | coming | ended | replaced, as seen on a day."""
    if in_force(versions, day) == version:
        return "in_force"
    last = last_day(versions, version)
    if version.begins > day and (not last or last >= version.begins):
        return "coming"
    return "ended" if last and last == version.standard.valid_to else "replaced"


def shown(versions: Sequence[Version], day: str, configured: Standard) -> Standard:
    """What screens may promise on a day. Where nothing is in force, no time is stated; what to bring and what it costs
    is still said, or visitors would stand there without it."""
    found = in_force(versions, day)
    if found is not None:
        return found.standard
    texts = {name: words for name, words in configured.components.items() if name != "duration"}
    return replace(NOTHING_STATED, components=texts)


def gap(versions: Sequence[Version], day: str) -> tuple[str, str] | None:
    """What somebody must be told of a service's standard: ("standard_none", the day since which nothing is stated, ""
    if nothing ever was) or ("standard_ends", its last day) when that is near and nothing follows."""
    now = in_force(versions, day)
    if now is None:
        over = [v.standard.valid_to for v in versions if v.begins <= day and v.standard.valid_to]
        return "standard_none", over[-1] if over else ""
    last = last_day(versions, now)
    if not last or last > (date.fromisoformat(day) + timedelta(days=SOON_DAYS)).isoformat():
        return None
    after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    return None if in_force(versions, after) is not None else ("standard_ends", last)
'''

# -------------------- domain/stored.py --------------------
SOURCES['domain/stored.py'] = r'''"""An office as canonical JSON for the database: sorted keys, no spaces, no floats, always the same bytes."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from functools import cache

from .office import Office, Standard


def to_json(office: Office) -> str:
    """Canonical JSON text; ``from_json`` of it gives an equal office."""
    return json.dumps(_plain(office), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Office:
    """The office of a JSON text made by this or an earlier release; ValueError where it is not one.

    What an earlier release did not know yet takes its default.
    """
    office = _value(Office, json.loads(text), "office")
    assert isinstance(office, Office)
    return office


def standard_to_json(standard: Standard) -> str:
    """One standard as canonical JSON text; ``standard_from_json`` of it gives an equal one."""
    return json.dumps(_plain(standard), sort_keys=True, ensure_ascii=False)


def standard_from_json(text: str) -> Standard:
    """The standard of a JSON text made by this or an earlier release; ValueError where it is not one."""
    found = _value(Standard, json.loads(text), "standard")
    assert isinstance(found, Standard)
    return found


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(type(value).__name__)  # a float would not come back as the same text everywhere


def _value(wanted: object, value: object, path: str) -> object:
    """``value`` as the type ``wanted``; the types are those that occur in domain/office.py."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(arguments[0], value, path)
    if origin is tuple:
        return _tuple(arguments, value, path)
    if origin is dict:
        items = _checked(dict, value, path)
        return {key: _value(arguments[1], item, f"{path}.{key}") for key, item in items.items()}
    assert isinstance(wanted, type)
    if dataclasses.is_dataclass(wanted):
        return _record(wanted, _checked(dict, value, path), path)
    return _checked(wanted, value, path)


def _tuple(kinds: tuple[object, ...], value: object, path: str) -> tuple[object, ...]:
    items = _checked(list, value, path)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(items)
    if len(kinds) != len(items):
        raise ValueError(f"{path}: {len(kinds)} values expected")
    pairs = enumerate(zip(kinds, items, strict=True))
    return tuple(_value(kind, item, f"{path}[{n}]") for n, (kind, item) in pairs)


def _record(kind: type, values: dict[str, object], path: str) -> object:
    types_of = _types(kind)
    unknown = values.keys() - types_of.keys()
    if unknown:
        raise ValueError(f"{path}: unknown {', '.join(sorted(unknown))}; written by a newer release?")
    try:
        return kind(**{key: _value(types_of[key], item, f"{path}.{key}") for key, item in values.items()})
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error


@cache
def _types(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


T = typing.TypeVar("T")


def _checked(kind: type[T], value: object, path: str) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{path}: {kind.__name__} expected")
    return value
'''

# -------------------- domain/standard.py --------------------
SOURCES['domain/standard.py'] = r'''"""The arithmetic of the promise: which clock runs when, and what was on time (decisions 15, 19).

Durations are ms. Nothing here is measured in the office's own favour: a wait that was interrupted
adds up, and a promise broken stays broken whatever became of the visitor afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .office import Clocks, Promise
from .ticket import ENDED, State

MINUTE = 60_000
#: The clocks of a standard that says nothing else.
USUAL = Clocks()


@dataclass(frozen=True)
class Moment:
    """An instant: UTC ms of the wall clock, and the boot clock (ns) within the boot ``boot``."""

    at: int
    boot: str
    boot_ns: int


@dataclass(frozen=True)
class Elapsed:
    ms: int
    doubtful: bool = False


def elapsed(since: Moment, until: Moment) -> Elapsed:
    """Time between two instants: by the boot clock, which nobody can set, within one boot.

    Across a restart of the machine only the wall clock is left: marked doubtful, and never below 0.
    """
    if since.boot == until.boot and until.boot_ns >= since.boot_ns:
        return Elapsed((until.boot_ns - since.boot_ns) // 1_000_000)
    return Elapsed(max(0, until.at - since.at), doubtful=True)


@dataclass(frozen=True)
class Durations:
    """What a step's clocks show. ``remote`` is the part of ``waited`` before the holder arrived.

    ``waited_off`` and ``parked_off`` are the parts of ``waited`` and ``parked_office`` that the step's standard does
    not count, being breaks or closed time (``open_time.py``); where the standard leaves out ``remote``, no moment is in
    both.
    """

    waited: int = 0
    walked: int = 0
    served: int = 0
    parked_office: int = 0
    parked_visitor: int = 0
    remote: int = 0
    doubtful: bool = False
    waited_off: int = 0
    parked_off: int = 0

    def __add__(self, other: Durations) -> Durations:
        """Of the steps of one ticket."""
        return Durations(
            self.waited + other.waited,
            self.walked + other.walked,
            self.served + other.served,
            self.parked_office + other.parked_office,
            self.parked_visitor + other.parked_visitor,
            self.remote + other.remote,
            self.doubtful or other.doubtful,
            self.waited_off + other.waited_off,
            self.parked_off + other.parked_off,
        )

    def wait(self, clocks: Clocks) -> int:
        """The wait that the promise is about, as its standard says; usually from arrival to the call (decisions 5)."""
        walked = self.walked if clocks.wait_to == "started" else 0
        return self._waited(clocks) + walked

    def service(self, clocks: Clocks) -> int:
        """What the stated service duration is about: the time during which the office's clock ran."""
        walked = self.walked if clocks.service_from == "called" else 0
        return self.served + walked + max(0, self.parked_office - self.parked_off)

    def visit(self, clocks: Clocks) -> int:
        """What the stated visit is about: everything but the time that was the visitor's own."""
        return self._waited(clocks) + self.walked + self.served + max(0, self.parked_office - self.parked_off)

    def _waited(self, clocks: Clocks) -> int:
        before = self.remote if clocks.wait_from == "arrived" else 0
        return max(0, self.waited - before - self.waited_off)

    @property
    def total(self) -> int:
        """From issue to the end, whoever's clock ran (but not while the visitor was gone)."""
        return self.waited + self.walked + self.served + self.parked_office + self.parked_visitor


#: Which duration grows in which state; a state that is not here stops every clock.
CLOCKS: dict[State, str] = {
    State.ISSUING: "waited",
    State.WAITING: "waited",
    State.CALLED: "walked",
    State.SERVING: "served",
    State.PARKED: "parked_office",
}

#: Where the act that ends a state tells that another clock had been running; None: none at all.
#: A skipped visitor waited on. One who did not come at all was called in time or not before: the
#: minutes of calling are nobody's. What is undone never happened: an undo puts back the durations and the instant
#: since which the present one runs, so its time goes to the state that is taken up again (decisions 12).
ENDED_BY: dict[tuple[State, str], str | None] = {
    (State.CALLED, "skip"): "waited",
    (State.CALLED, "no_show"): None,
}


def clock(state: State, act: str = "", visitors_clock: bool = False) -> str | None:
    """The name of the duration that time spent in ``state`` belongs to, when ``act`` ends it.

    "" while it lasts. ``visitors_clock``: parked for a reason that lies with the visitor.
    """
    if (state, act) in ENDED_BY:
        return ENDED_BY[state, act]
    if state is State.PARKED and visitors_clock:
        return "parked_visitor"
    return CLOCKS.get(state)


def add(
    durations: Durations,
    state: State,
    act: str,
    time: Elapsed,
    visitors_clock: bool = False,
    absent: bool = False,
) -> Durations:
    """``durations`` after ``time`` in ``state`` that ``act`` ended ("" so far).

    ``absent``: a remote number whose holder had not arrived during that time. Arrival therefore
    ends a stretch (act "arrive") although the state stays.
    """
    name = clock(state, act, visitors_clock)
    if name is None:
        return durations
    grown = {name: getattr(durations, name) + time.ms}
    if absent and name == "waited":
        grown["remote"] = durations.remote + time.ms
    return replace(durations, **grown, doubtful=durations.doubtful or time.doubtful)


#: Why a part of a visit is neither on time nor late: what a share says it left out.
LEFT_OUT: dict[str, str] = {
    "not_stated": "the standard states nothing for this",
    "not_yet_known": "it still runs",
    "left_in_time": "the visitor left before the stated time had passed",
    "closed_in_time": "the day was closed before the stated time had passed",
    "not_served": "there was no service",
    "goes_on": "transferred: it goes on at another service",
    "void": "the number was void: printing failed",
}


class Part(NamedTuple):
    """One part of the promise: kept, broken, or None and why (a key of LEFT_OUT)."""

    on_time: bool | None
    why: str = ""


class Verdict(NamedTuple):
    """The three parts, judged apart; ``doubtful``: a duration rests on the wall clock alone."""

    wait: Part
    service: Part
    visit: Part
    doubtful: bool = False

    @property
    def wait_on_time(self) -> bool | None:
        return self.wait.on_time

    @property
    def service_on_time(self) -> bool | None:
        return self.service.on_time

    @property
    def visit_on_time(self) -> bool | None:
        return self.visit.on_time


#: Every part that there can be, made once: a year's export judges a million steps.
_KEPT, _LATE = Part(True), Part(False)
_OUT = {why: Part(None, why) for why in LEFT_OUT}
#: What a part within its time is worth, by the state of its step.
_SERVICE = {
    state: _KEPT if state is State.DONE else _OUT["goes_on"] if state is State.TRANSFERRED
    else _OUT["not_served" if state in ENDED else "not_yet_known"] for state in State}
_VISIT = _SERVICE | {
    State.UNSERVED: _OUT["closed_in_time"], State.CANCELLED: _OUT["left_in_time"], State.NO_SHOW: _OUT["left_in_time"]}


def judge(
    durations: Durations,
    promise: Promise,
    state: State,
    was_called: bool,
    visit_min: int | None = None,
    visit: Durations | None = None,
    clocks: Clocks = USUAL,
    was_started: bool = False,
    stage_over: bool = False,
) -> Verdict:
    """A step against the promise in force when its ticket was issued (decisions 19).

    ``durations`` up to now or to the end; ``was_called``: at least one call that was not undone;
    ``visit`` is the sum over the ticket's steps so far (this step alone when it is not given);
    ``clocks`` are those of the standard; ``was_started`` matters where a wait ends only with the start;
    ``stage_over``: it was served to its end and goes on at the next stage, so that its service is judged and the
    visit is not yet.
    A part is late as soon as its time has passed, in whatever state the step is or ended; exactly
    the stated minutes are still on time.
    """
    if state is State.VOID:
        void = _OUT["void"]
        return Verdict(void, void, void, durations.doubtful)
    whole = durations if visit is None else visit
    if clocks.wait_to == "started":
        wait_kept = _OUT["not_yet_known"] if state is State.CALLED else _wait_kept(state, was_started)
    else:
        wait_kept = _wait_kept(state, was_called)
    return Verdict(
        _part(durations.wait(clocks), promise.wait_min, wait_kept),
        _part(durations.service(clocks), promise.service_min, _KEPT if stage_over else _SERVICE[state]),
        _part(whole.visit(clocks), visit_min, _VISIT[state]),
        whole.doubtful or durations.doubtful,
    )


def _part(ms: int, stated_min: int | None, otherwise: Part) -> Part:
    if stated_min is None:
        return _OUT["not_stated"]
    return _LATE if ms > stated_min * MINUTE else otherwise


def _wait_kept(state: State, was_ended: bool) -> Part:
    """What a wait within its time is worth: kept only if a call (or a start, where the standard says so) ended it."""
    if state in (State.ISSUING, State.WAITING):
        return _OUT["not_yet_known"]
    if was_ended:
        return _KEPT
    return _OUT["closed_in_time" if state is State.UNSERVED else "left_in_time"]


@dataclass(frozen=True)
class Share:
    """``numerator`` of ``denominator`` were on time; what is not in the denominator, by reason.

    ``doubtful`` of the denominator rest on the wall clock: counted, and said (decisions 15).
    """

    numerator: int
    denominator: int
    left_out: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0


def share(verdicts: Iterable[Verdict], part: str = "wait") -> Share:
    """The share on time of one part: "wait", "service" or "visit"."""
    kept = judged = doubtful = 0
    left_out: dict[str, int] = {}
    for verdict in verdicts:
        found: Part = {"wait": verdict.wait, "service": verdict.service, "visit": verdict.visit}[part]
        if found.on_time is None:
            left_out[found.why] = left_out.get(found.why, 0) + 1
            continue
        judged += 1
        kept += found.on_time
        doubtful += verdict.doubtful
    return Share(kept, judged, left_out, doubtful)
'''

# -------------------- domain/plausible.py --------------------
SOURCES['domain/plausible.py'] = r'''"""Which steps a figure should not rest on: written rules in one table, which is also the documentation's.

Two kinds. ``data``: what the row says cannot have happened so (a forgotten "finish", a clock that jumped).
``gaming``: acts that end a clock without serving anybody sooner; each has honest reasons too, so a flag accuses
nobody. No step is changed or hidden by its flags: every figure is shown with all steps and without the flagged ones.

A flag depends on the step alone, its acts and its ticket's earlier steps, never on other visitors: whoever has the
events finds the same flags, now and in ten years. Durations and instants are ms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .standard import Share, Verdict, share
from .ticket import ENDED, State

SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000

SHORT_S = 20
FORGOTTEN_TIMES, FORGOTTEN_LEAST_MIN, FORGOTTEN_UNSTATED_MIN = 4, 30, 120
NIGHT_H = 12
JUMP_S = 10
QUICK_S = 60
CHAIN = 3
WALK_MIN = 3
LATE_START_WALK_S = 60


class Lived(NamedTuple):
    """What the rules look at. Durations by the steady clock, instants by the wall clock."""

    state: State
    leg: int                        # 1: the first step of its ticket
    stated_service_min: int | None
    walked: int
    served: int
    clocks: int                     # all clocks of this step together
    waited: int                     # the part of them before calls; with the time before arrival
    from_afar: bool                 # a number from a phone that was not at the door
    issued_at: int                  # of the ticket
    arrived_at: int | None
    first_called_at: int | None
    called_at: int | None
    started_at: int | None
    until: int                      # its end, or now
    rule: str                       # why it was called
    reason: str
    clock_doubt: bool
    day_begins: int | None          # ms after midnight UTC at which the office's day changes; None: always open
    reopened: bool = False          # by a supervisor, after "finish"
    woken: bool = False             # by a supervisor, after any end: some of its time is on no clock
    no_show_ms: int | None = None   # the shortest time from a call to "did not come"
    been_here: bool = False         # an earlier step of the ticket was at the same service


@dataclass(frozen=True)
class Rule:
    """``n`` is the threshold in the words of ``flag.<code>``; ``source``: why it is where it is."""

    kind: str  # data | gaming
    n: int
    source: str
    holds: Callable[[Lived], bool]


def _forgotten(s: Lived) -> bool:
    stated = s.stated_service_min
    least = FORGOTTEN_UNSTATED_MIN if stated is None else max(FORGOTTEN_TIMES * stated, FORGOTTEN_LEAST_MIN)
    return s.served > least * MINUTE


def _overnight(s: Lived) -> bool:
    if s.day_begins is None:
        return s.until - s.issued_at >= NIGHT_H * 60 * MINUTE
    return (s.until - s.day_begins) // DAY > (s.issued_at - s.day_begins) // DAY


def _jumped(s: Lived) -> bool:
    """Wall clock and steady clock disagree about a step that was called at most once, so that nothing of it lay
    between two clocks."""
    if s.state not in ENDED or s.state in (State.UNSERVED, State.VOID) or s.called_at != s.first_called_at or s.woken:
        return False
    until = s.until
    if s.state is State.NO_SHOW and s.called_at is not None:
        until = s.called_at  # the minutes of calling are on no clock
    if s.leg == 1:
        wall, steady = until - s.issued_at, s.clocks
    elif s.called_at is not None:
        wall, steady = until - s.called_at, s.clocks - s.waited
    else:
        return False
    return abs(wall - steady) > JUMP_S * SECOND


def _called_early(s: Lived) -> bool:
    if s.rule == "out_of_order" and s.reason != "replay":
        return True
    if s.first_called_at is None or not s.from_afar:
        return False
    return s.arrived_at is None or s.arrived_at > s.first_called_at


def _late_start(s: Lived) -> bool:
    if s.state is not State.DONE:
        return False
    return s.started_at is None or (s.walked >= LATE_START_WALK_S * SECOND and s.served < SHORT_S * SECOND)


#: Code -> rule; the sentence is "flag.<code>" of the supervisor's words, the printed table docs/plausible.md.
RULES: dict[str, Rule] = {
    "served_short": Rule(
        "data", SHORT_S, "nobody is greeted, heard and helped in less: start and finish were pressed together",
        lambda s: s.state is State.DONE and s.served < SHORT_S * SECOND),
    "finish_forgotten": Rule(
        "data", FORGOTTEN_TIMES, f"and longer than {FORGOTTEN_LEAST_MIN} minutes; where no service is stated, longer "
        f"than {FORGOTTEN_UNSTATED_MIN} minutes: the visitor had gone, and nobody pressed \"finish\"", _forgotten),
    "overnight": Rule(
        "data", NIGHT_H, "nobody waits or is served through a night; an office that is always open has no change of "
        "day, and there the hours count", _overnight),
    "clock_doubt": Rule(
        "data", 0, "the machine was restarted in between, or the times were written by hand or by a kiosk alone: only "
        "the wall clock tells them (decisions 15)", lambda s: s.clock_doubt),
    "clock_jumped": Rule(
        "data", JUMP_S, "durations come from a clock that nobody can set: where the times of day tell another story, "
        "the wall clock was set in between", _jumped),
    "called_early": Rule(
        "gaming", 0, "its wait ended sooner than its turn in the queue, so it says nothing about the queue",
        _called_early),
    "no_show_quick": Rule(
        "gaming", QUICK_S, "from the far end of a hall, or from a chair, somebody needs longer",
        lambda s: s.no_show_ms is not None and s.no_show_ms < QUICK_S * SECOND),
    "reopened": Rule("gaming", 0, "\"finish\" stops the clock of the service", lambda s: s.reopened),
    "transfer_chain": Rule(
        "gaming", CHAIN, "each transfer ends one wait as kept and begins another",
        lambda s: s.been_here or s.leg > CHAIN),
    "walk_long": Rule(
        "gaming", WALK_MIN, "a call stops the clock of the wait: made long before the counter was ready, it hides a "
        "part of it", lambda s: s.walked > WALK_MIN * MINUTE),
    "no_start": Rule(
        "gaming", SHORT_S, f"after {LATE_START_WALK_S} seconds or more since the call: the visitor was served before "
        "the service's clock ran", _late_start),
}
_TABLE = tuple((code, rule.holds) for code, rule in RULES.items())


def flags(step: Lived) -> tuple[str, ...]:
    """The codes of all rules that hold, in the order of the table; empty: plausible."""
    return tuple([code for code, holds in _TABLE if holds(step)])


@dataclass(frozen=True)
class Shares:
    """A share on time with every step, and with the plausible ones only.

    ``steps`` were looked at and ``flagged`` of them carry a flag; ``by_flag`` counts each (a step may carry several).
    """

    all: Share
    plausible: Share
    steps: int = 0
    flagged: int = 0
    by_flag: dict[str, int] = field(default_factory=dict)


def shares(found: Iterable[tuple[Verdict, tuple[str, ...]]] = (), part: str = "wait") -> Shares:
    """One part ("wait", "service" or "visit") of steps with their flags, both ways."""
    steps = list(found)
    n = Counter(code for _verdict, codes in steps for code in codes)
    return Shares(
        share((verdict for verdict, _codes in steps), part),
        share((verdict for verdict, codes in steps if not codes), part),
        len(steps), sum(bool(codes) for _verdict, codes in steps), {code: n[code] for code in RULES if n[code]},
    )
'''

# -------------------- domain/chain.py --------------------
SOURCES['domain/chain.py'] = r'''"""The chain of an office's log: canonical bodies, the hash of each event, and the walk that checks them.

The encoding here is fixed from the first release (decisions 15): an office's old log must verify
with every later version, so a change of a single byte is a new envelope version, never an edit.
Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .events import KINDS, Json

#: The hash before the first event of a chain, and before the first of a new segment.
GENESIS = "0" * 64
#: Stands first in what is hashed, so that no other hash of ours can be mistaken for an event's.
_FORMAT = b"queue-event/1\n"


@dataclass(frozen=True)
class Envelope:
    """What is hashed of an event besides the previous hash.

    ``body`` is the canonical JSON text exactly as stored, ``at`` UTC in ms, ``boot_ns`` the boot
    clock in ns within boot ``boot``. ``actor`` and ``step`` are None where there is none.
    """

    office: str
    seq: int
    kind: str
    version: int
    body: str
    at: int
    boot: str
    boot_ns: int
    actor: str | None
    step: int | None


@dataclass(frozen=True)
class Event(Envelope):
    """An event as stored, with the two hashes (lower-case hex) that tie it to the chain."""

    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Problem:
    """Something that does not hold at ``seq``; ``code`` is one of PROBLEMS, ``found`` what was there."""

    seq: int
    code: str
    found: str = ""


PROBLEMS: dict[str, str] = {
    "other_office": "the event belongs to another office than the first one",
    "gap": "one or more events between the one before and this one are missing",
    "not_after": "the number is not higher than the one before: doubled or out of order",
    "broken_link": "the previous hash is not the hash of the event before",
    "changed": "the content does not give the stored hash",
    "unknown_kind": "the kind or its version is not in the table of events",
    "body_not_canonical": "the body is not canonical JSON",
    "new_segment": "the chain was cut here on purpose and goes on, with an alarm",
    "seal_differs": "the hash is not the one that a seal given from outside names",
    "seal_not_found": "a seal names an event that is not here",
}


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
#: What most values are; asking this first spares a call for each.
_EXACT = (str, int, bool, type(None))


def canonical(body: Json) -> str:
    """The one JSON text of ``body``: sorted keys (by code point), no spaces, no ASCII escapes.

    Only str, int, bool, None, list and dict with str keys; anything else raises TypeError (floats
    above all: two databases may print them differently), half a surrogate pair raises ValueError.
    """
    _refuse_what_is_not_exact(body)
    text = _ENCODER.encode(body)
    text.encode("utf-8")  # UnicodeEncodeError, a ValueError: such text could not be stored
    return text


def _refuse_what_is_not_exact(value: object) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if isinstance(value, list):
        for item in value:
            if type(item) not in _EXACT:
                _refuse_what_is_not_exact(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be a string, not {type(key).__name__}")
            if type(item) not in _EXACT:
                _refuse_what_is_not_exact(item)
    else:
        raise TypeError(f"no {type(value).__name__} in an event: strings, integers, lists and dicts only")


def digest(previous_hash: str, envelope: Envelope) -> str:
    """SHA-256 (hex) of the event: every field as a type, a length and its UTF-8 bytes, in fixed order.

    With the lengths no two different envelopes give the same bytes, whatever a text contains.
    """
    e = envelope
    what = (e.office, e.seq, e.kind, e.version, e.body)
    when_and_who = (e.at, e.boot, e.boot_ns, e.actor, e.step)
    fields = (previous_hash, *what, *when_and_who)
    parts = []
    for value in fields:  # not a function of its own: this is eleven times every event
        if value is None:
            parts.append("n0:,")
            continue
        text = str(value)
        size = len(text) if text.isascii() else len(text.encode("utf-8"))
        parts.append(f"{'s' if isinstance(value, str) else 'i'}{size}:{text},")
    return hashlib.sha256(_FORMAT + "".join(parts).encode("utf-8")).hexdigest()


def check(
    events: Iterable[Event],
    previous_hash: str | None = GENESIS,
    first_seq: int | None = 1,
    seals: Mapping[int, str] | None = None,
) -> list[Problem]:
    """Walk a chain in order of seq and say everything that does not hold; [] is a consistent chain.

    A part of a chain is walked with the hash and the seq that it must begin with, or None for
    either to take the first event's word. ``seals`` (seq -> hash) come from outside the building;
    without them a consistent chain may still have been written anew as a whole (decisions 34).
    """
    problems: list[Problem] = []
    outside = dict(seals or {})
    office: str | None = None
    expected_seq, link = first_seq, previous_hash
    for event in events:
        office = event.office if office is None else office
        if event.office != office:
            problems.append(Problem(event.seq, "other_office", event.office))
        problems += _seq_problems(event, expected_seq)
        problems += _link_problems(event, link)
        problems += _content_problems(event)
        seal = outside.pop(event.seq, None)
        if seal is not None and seal != event.hash:
            problems.append(Problem(event.seq, "seal_differs", event.hash))
        expected_seq, link = event.seq + 1, event.hash
    problems += [Problem(seq, "seal_not_found", seal) for seq, seal in sorted(outside.items())]
    return problems


def _seq_problems(event: Event, expected: int | None) -> list[Problem]:
    if expected is None or event.seq == expected:
        return []
    return [Problem(event.seq, "gap" if event.seq > expected else "not_after", str(expected))]


def _link_problems(event: Event, link: str | None) -> list[Problem]:
    if event.kind == "segment_started":
        found = [Problem(event.seq, "new_segment")]
        return found if event.previous_hash == GENESIS else [*found, Problem(event.seq, "broken_link")]
    if link is None or event.previous_hash == link:
        return []
    return [Problem(event.seq, "broken_link", event.previous_hash)]


def _content_problems(event: Event) -> list[Problem]:
    problems = []
    if digest(event.previous_hash, event) != event.hash:
        problems.append(Problem(event.seq, "changed", event.hash))
    kind = KINDS.get(event.kind)
    if kind is None or not 1 <= event.version <= kind.version:
        problems.append(Problem(event.seq, "unknown_kind", f"{event.kind} {event.version}"))
    if not is_canonical(event.body):
        problems.append(Problem(event.seq, "body_not_canonical"))
    return problems


def is_canonical(text: str) -> bool:
    """Whether ``text`` is a JSON object written as ``canonical`` writes it."""
    try:
        body = json.loads(text)
        return isinstance(body, dict) and canonical(body) == text
    except (TypeError, ValueError, RecursionError):
        return False
'''

# -------------------- domain/discipline.py --------------------
SOURCES['domain/discipline.py'] = r'''"""The order: who is next, and why. The only order any screen may show (decisions 8-10).

Per service, in this order of rules:

1. a visitor who missed the call and whose ``return_after`` others have been called since;
2. whoever has waited ``longest_wait_min``, the longest waiting first, whatever the class;
3. the mix: priority, if fewer than p of the last p + r - 1 calls were priority, else ordinary;
   within a class first come, first served (queued_at, then step id);
4. a visitor who missed the call and is not yet due: only when nobody else waits.

The mix looks at the calls that rules 2 and 3 made (IN_THE_MIX). Returns and calls out of order do
not count in it: if an ordinary return counted, it would buy a priority call at the cost of those
who never missed anything. A return becomes due after calls of others that were not returns
themselves (ADVANCES): else a few absent visitors, called in turn, could hold the counter for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .events import Json
from .office import Counter, MixRule, Rules
from .ticket import Waiting

Why = dict[str, Json]
MINUTE = 60_000

#: Why a step was called, as stored with the call and as key of the words "why.<rule>".
RULES: dict[str, str] = {
    "first": "only one class waits: the first of it",
    "priority_turn": "both classes wait and the mix gives this turn to priority",
    "ordinary_turn": "both classes wait and the mix gives this turn to ordinary",
    "overdue": "has waited the longest wait or more, longest first",
    "returning": "missed the call, and as many others as promised have been called since",
    "returning_early": "missed the call, is not yet due, but nobody else waits",
    "out_of_order": "an officer chose, with a reason from the list",
    "batch": "called with others to a room: the first who fitted, with why those before did not",
    "parked": "an officer went on with a visitor whose service had rested",
}
IN_THE_MIX = frozenset({"first", "priority_turn", "ordinary_turn", "overdue"})
RETURNS = frozenset({"returning", "returning_early"})
#: Calls that bring a return nearer: those of visitors who had not been called before.
ADVANCES = IN_THE_MIX | {"out_of_order", "batch"}


@dataclass(frozen=True)
class Recent:
    """What today's calls of one service say, newest first, undone calls left out.

    ``classes``: True = priority, of the calls whose rule is IN_THE_MIX, at least ``recent_needed``
    of them if there are so many. ``seqs``: event seqs of the calls whose rule is in
    ADVANCES, back to the oldest ``returned_seq`` that still waits.
    """

    classes: tuple[bool, ...] = ()
    seqs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Heads:
    """The first ``heads_needed`` rows of each class of one service by (queued_at, step), and every
    waiting row with a ``returned_seq``, which belongs to neither class until it is called."""

    ordinary: tuple[Waiting, ...] = ()
    priority: tuple[Waiting, ...] = ()
    returning: tuple[Waiting, ...] = ()

    @classmethod
    def of(cls, waiting: Sequence[Waiting]) -> Heads:
        """From unordered rows of one service."""
        rows = sorted(waiting, key=_place)
        return cls(
            tuple(w for w in rows if not w.returned_seq and not w.priority),
            tuple(w for w in rows if not w.returned_seq and w.priority),
            tuple(w for w in rows if w.returned_seq),
        )


@dataclass(frozen=True)
class Choice:
    """The step to call and why: ``why`` goes into the event as it is (decisions 34)."""

    step: int
    service: str
    why: Why


def heads_needed(rule: MixRule) -> int:
    """Rows per class that one decision looks at: the mix compares the first of each."""
    return 1


def recent_needed(rule: MixRule) -> int:
    """How many calls back the mix looks."""
    return rule.priority + rule.ordinary - 1


def next_in_service(heads: Heads, recent: Recent, rule: MixRule, now: int) -> Choice | None:
    """Who is next in one service at ``now`` (ms on the clock of queued_at); None: nobody waits."""
    for waiting, why in _walk(heads, recent, rule, now):
        return Choice(waiting.step, waiting.service, why)
    return None


def in_order(
    waiting: Sequence[Waiting], recent: Recent, rule: MixRule, now: int
) -> list[tuple[Waiting, Why]]:
    """The full order of one service: next_in_service again and again, with ``now`` held fixed."""
    return list(_walk(Heads.of(waiting), recent, rule, now))


class ReEntry(NamedTuple):
    """Where somebody comes back who missed the call. ``after``: so many others are called first, as the line stands
    now; ``most``: so many at most, if others still come (and unless an officer goes on with somebody parked)."""

    after: int
    most: int


def re_entry(heads: Heads, recent: Recent, rule: MixRule, now: int, back: Waiting) -> ReEntry:
    """The place of ``back`` if it waited again from now on, told before anybody chooses it. Its ``returned_seq`` is
    later than every call so far."""
    waiting = [*heads.ordinary, *heads.priority, *heads.returning]
    order = [w.step for w, _why in in_order([*waiting, back], recent, rule, now)]
    # Each of the others that are called first brings this return nearer, but for returns; those before it go first.
    return ReEntry(order.index(back.step), back.return_after + len(heads.returning))


def choose(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int
) -> Choice | None:
    """Who is next at a counter that serves several services; each service's own rule decides within it.

    A due return comes first (the one due longest), one not yet due last. Between them, "earliest"
    gives the turn to the service of whoever waits longest: compared is the longest waiting visitor
    and not the service's choice, for otherwise a waiting priority visitor would make the choice of
    his service look late and others would pass his whole service. "listed" gives the turn to the
    first service listed that has somebody, after the services with somebody overdue.
    """
    bids = _bids(counter, per_service, rules, now)
    if not bids:
        return None
    service = min(bids, key=lambda s: bids[s][0])
    _, chosen, why = bids[service]
    if len(counter.services) > 1:
        firsts = [(s, _oldest(per_service[s][0])) for s in bids]
        why = {
            **why,
            "merge": rules.merge,
            "oldest": [[s, w.step, w.queued_at] for s, w in firsts if w is not None],
        }
    return Choice(chosen.step, service, why)


def in_order_at(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int, most: int
) -> list[tuple[Waiting, Why]]:
    """The first ``most`` that a counter will call: ``choose`` again and again, with ``now`` held fixed.

    Only the line that was called from is looked at anew, so that ``most`` rows cost ``most`` decisions.
    """
    lines = dict(per_service)
    # The calls to come are later than every call, and than every skip that waits for calls.
    seqs = [
        s
        for heads, recent in lines.values()
        for s in (*recent.seqs[:1], *(w.returned_seq for w in heads.returning))
    ]
    seq = max(seqs, default=0)
    bids = _bids(counter, lines, rules, now)
    order: list[tuple[Waiting, Why]] = []
    while bids and len(order) < most:
        service = min(bids, key=lambda s: bids[s][0])
        _, chosen, why = bids.pop(service)
        order.append((chosen, why))
        seq += 1
        lines[service] = _after(*lines[service], chosen, str(why["rule"]), seq)
        again = _bid(counter, service, *lines[service], rules, now)
        if again is not None:
            bids[service] = again
    return order


#: A service's place among those of a counter, whom it would send there, and why.
Bid = tuple[tuple[int, ...], Waiting, Why]


def _bids(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int
) -> dict[str, Bid]:
    """What each service of a counter has to offer; those without anybody are not in it."""
    asked = {s: _bid(counter, s, *per_service[s], rules, now) for s in counter.services if s in per_service}
    return {service: bid for service, bid in asked.items() if bid is not None}


def _bid(counter: Counter, service: str, heads: Heads, recent: Recent, rules: Rules, now: int) -> Bid | None:
    found = next(_walk(heads, recent, rules.mix, now), None)
    if found is None:
        return None
    listed = counter.services.index(service) if rules.merge == "listed" else 0
    return _rank(str(found[1]["rule"]), _oldest(heads), heads, recent, listed), *found


def _oldest(heads: Heads) -> Waiting | None:
    return min(heads.ordinary[:1] + heads.priority[:1], key=_place, default=None)


def _after(heads: Heads, recent: Recent, called: Waiting, rule: str, seq: int) -> tuple[Heads, Recent]:
    """A line after one of it was called."""
    ordinary, priority, returning = (
        tuple(w for w in part if w is not called)
        for part in (heads.ordinary, heads.priority, heads.returning)
    )
    classes = (called.priority, *recent.classes) if rule in IN_THE_MIX else recent.classes
    seqs = (seq, *recent.seqs) if rule in ADVANCES else recent.seqs
    return Heads(ordinary, priority, returning), Recent(classes, seqs)


def _rank(rule: str, first: Waiting | None, heads: Heads, recent: Recent, listed: int) -> tuple[int, ...]:
    """Place of a service's choice among those of a counter's services; the smallest is called."""
    if first is None or rule in RETURNS:
        returning = min((_due(w, recent.seqs), *_place(w)) for w in heads.returning)
        (is_early, since), queued_at, step = returning
        return (3, queued_at, step) if is_early else (0, since, queued_at, step)
    if rule == "overdue":
        return (1, *_place(first))
    return (2, listed, *_place(first))


def _place(waiting: Waiting) -> tuple[int, int]:
    return waiting.queued_at, waiting.step


def _due(waiting: Waiting, seqs: Sequence[int]) -> tuple[int, int]:
    """(0, seq of the call that made it due) or (1, how many calls are still to come)."""
    since = [seq for seq in seqs if seq > waiting.returned_seq]
    missing = waiting.return_after - len(since)
    if missing > 0:
        return 1, missing
    return 0, since[-waiting.return_after] if waiting.return_after else waiting.returned_seq


def _walk(heads: Heads, recent: Recent, rule: MixRule, now: int) -> Iterator[tuple[Waiting, Why]]:
    """One decision after the other, as if each were called at once; lazy, so that one costs one."""
    ordinary, priority = deque(heads.ordinary), deque(heads.priority)
    dues = sorted(((_due(w, recent.seqs), w) for w in heads.returning), key=lambda d: (d[0], _place(d[1])))
    returning = deque(dues)
    window = deque(reversed(recent.classes[: recent_needed(rule)]), maxlen=recent_needed(rule))
    calls = 0  # those made by this walk that bring the returns nearer
    while ordinary or priority or returning:
        (missing, due), back = returning[0] if returning else ((1, 0), None)
        sight = _Sight(
            first=ordinary[0] if ordinary else None,
            prior=priority[0] if priority else None,
            back=back,
            back_is_due=back is not None and (not missing or due <= calls),
            recent=tuple(window),
            rule=rule,
            now=now,
        )
        name, chosen = sight.decide()
        yield chosen, sight.why(name)
        if name in RETURNS:
            returning.popleft()
            continue
        (priority if chosen.priority else ordinary).popleft()
        window.append(chosen.priority)
        calls += 1


class _Sight(NamedTuple):
    """All that one decision looks at: the first of each line, the mix's calls, the rule, the instant."""

    first: Waiting | None
    prior: Waiting | None
    back: Waiting | None
    back_is_due: bool
    recent: tuple[bool, ...]  # oldest first
    rule: MixRule
    now: int

    def decide(self) -> tuple[str, Waiting]:
        """The rules of the page's head, in their order."""
        if self.back is not None and self.back_is_due:
            return "returning", self.back
        if self.first is None or self.prior is None:
            oldest = self.first or self.prior
        else:
            oldest = self.first if _place(self.first) < _place(self.prior) else self.prior
        if oldest is None:
            assert self.back is not None, "asked although nobody waits"
            return "returning_early", self.back
        longest = self.rule.longest_wait_min
        if longest is not None and self.now - oldest.queued_at >= longest * MINUTE:
            return "overdue", oldest
        if self.first is None or self.prior is None:
            return "first", oldest
        if sum(self.recent) < self.rule.priority:
            return "priority_turn", self.prior
        return "ordinary_turn", self.first

    def why(self, name: str) -> Why:
        """Everything looked at, so that the decision can be taken again from the event alone."""
        heads: list[Json] = []
        for waiting in (self.back, self.first, self.prior):
            if waiting is not None:
                w = waiting
                heads.append([w.step, w.queued_at, w.priority, w.returned_seq, w.return_after])
        return {
            "rule": name,
            "at": self.now,
            "mix": [self.rule.priority, self.rule.ordinary, self.rule.longest_wait_min],
            "recent": list(self.recent),
            "heads": heads,
        }


def decide_again(why: Mapping[str, Any]) -> tuple[str, int]:
    """(rule, step) that the recorded circumstances lead to: the verifier compares it with the call.

    Whether a return among the heads was due is taken from the recorded rule: that one is told by
    the calls in the chain. Raises KeyError, TypeError or ValueError for what is no such record.
    """
    rows = [Waiting(step, "", at, prior, seq, after) for step, at, prior, seq, after in why["heads"]]
    heads = Heads.of(rows)
    sight = _Sight(
        first=next(iter(heads.ordinary), None),
        prior=next(iter(heads.priority), None),
        back=next(iter(heads.returning), None),
        back_is_due=why["rule"] == "returning",
        recent=tuple(why["recent"]),
        rule=MixRule(*why["mix"]),
        now=why["at"],
    )
    if not rows:
        raise ValueError("a decision among nobody")
    name, chosen = sight.decide()
    return name, chosen.step


def overtake_bound(
    rule: MixRule, ahead_same_class: int, priority: bool, others: Sequence[tuple[int, int]] = ()
) -> int:
    """How often a waiting visitor can be overtaken at most, by the rule alone.

    With a ordinary visitors ahead an ordinary one is overtaken at most p * (a // r + 1) times; with b
    priority visitors ahead a priority one at most r * (b // p + 1) times.

    Why. While an ordinary one waits, a priority visitor who came later is called only by the mix, and
    then fewer than p of the p + r - 1 calls before were priority: any p + r calls in a row hold at
    most p of them. Cut the calls of its wait into blocks of p + r from the start: each full block
    holds at least r ordinary calls, so there are at most a // r full blocks with p priority calls
    each, and the rest holds at most p more. The other way round: while a priority one waits, an
    ordinary one who came later is called only if at least p of the p + r - 1 calls before were
    priority, and the same count follows with p and r exchanged. Calls of those who have waited the
    longest wait overtake nobody (they are the oldest) and only fill the window with the other class's
    turns; leaving them out of the row leaves both statements true.

    "Ahead" are all of the own class with an earlier (queued_at, step): those who wait, who cannot be
    called yet, who are put back at their place later; each undone call counts once more. One's own undone call cuts
    the wait in two, for which the count is made each: it adds one more block, p or r.
    At counters that serve several services (merge = "earliest") calls of another service overtake
    only while somebody older waits there; ``others`` are (ordinary, priority) older ones for each.
    Raises ValueError for a rule with p or r below 1: it would promise nothing to one class.
    """
    p, r = rule.priority, rule.ordinary
    if p < 1 or r < 1:
        raise ValueError("a mix needs at least one call for each class")
    own = r * (ahead_same_class // p + 1) if priority else p * (ahead_same_class // r + 1)
    for older_ordinary, older_priority in others:
        # there, by priority until the last older ordinary one is called, and the other way round
        own += p * ((older_ordinary - 1) // r + 1) + r * ((older_priority - 1) // p + 1)
    return own
'''

# -------------------- domain/verify.py --------------------
SOURCES['domain/verify.py'] = r'''"""What a log says of its own calls and numbers.

Each decision of a call is taken again from what its event recorded. Of the numbers of a day every one up to the
highest of its range must have been given exactly once (decisions 7).

This finds a call that the recorded circumstances do not lead to. That the circumstances are the true
ones is the chain's matter (``chain.check``): acts that were never entered cannot be proven (decisions 34).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .chain import Event, Problem
from .discipline import IN_THE_MIX, RETURNS, decide_again
from .numbering import Part, Range, fates

CALL_PROBLEMS: dict[str, str] = {
    "not_the_next": "the recorded circumstances lead to another visitor or another rule",
    "no_reason": "the call says neither why nor, out of order, the officer's reason",
}


def check_calls(events: Iterable[Event]) -> list[Problem]:
    """Every call of a chain that its own record does not bear out; ``found`` is what it leads to."""
    found = []
    for event in events:
        if event.kind == "called":
            problem = _check_call(event)
            if problem is not None:
                found.append(problem)
    return found


def _check_call(event: Event) -> Problem | None:
    try:
        why = json.loads(event.body)["why"]
        rule = why["rule"]
        if rule not in IN_THE_MIX | RETURNS:
            is_explained = rule == "parked" or bool(why.get("reason"))
            return None if is_explained else Problem(event.seq, "no_reason")
        name, step = decide_again(why)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Problem(event.seq, "no_reason")
    if (name, step) == (rule, event.step):
        return None
    return Problem(event.seq, "not_the_next", f"{name} {step}")


NUMBER_PROBLEMS: dict[str, str] = {
    "number_missing": "a number below the highest of its range was never given",
    "number_twice": "a number was given twice",
    "number_outside": "a number was given by somebody whom it was not set apart for",
    "number_unused": "a number was recorded as unused when the day closed, and given before",
}


#: No series of a day comes near it; a higher number in a log is no number.
HIGHEST = 99_999


@dataclass
class _Given:
    """The server's own numbers of a series, as they were given: all up to ``high`` but the ``missing``."""

    high: int = 0
    missing: set[int] = field(default_factory=set)
    twice: set[int] = field(default_factory=set)

    def give(self, number: int) -> None:
        if number > self.high:
            self.missing.update(range(self.high + 1, number))
            self.high = number
        elif number in self.missing:
            self.missing.remove(number)
        else:
            self.twice.add(number)


@dataclass
class _Series:
    """The numbers of one service and day as the log has them; the newest event is kept to point at."""

    seq: int = 0
    parts: list[Part] = field(default_factory=list)
    own: _Given = field(default_factory=_Given)
    reserve: list[tuple[int, str]] = field(default_factory=list)  # (number, source) of those given out of the reserve
    unused: list[Part] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)


class Numbers:
    """Takes a log event by event and says which numbers have no fate or more than one; little memory for many days.

    A day whose opening is not in the log, or declares no reserves (from a release that had none written down), is
    looked through for doubles only.
    """

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}
        self._declared: set[str] = set()
        self._late: set[tuple[str, str, int]] = set()

    def take(self, event: Event, body: dict[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError for a body that is none of its kind."""
        day = body.get("day", "")
        if event.kind == "day_opened" and "reserves" in body:
            self._declared.add(day)
            for part in body["reserves"]:
                self._of(part["service"], day).parts.append(_part(part))
        elif event.kind == "reserve_declared":
            its, part = self._of(body["service"], day), _part(body)
            if part not in its.parts:
                its.parts.append(part)
        elif event.kind == "ticket_issued":
            self._give(self._of(body["service"], day), event.seq, int(body["number"]), body.get("source", ""))
        elif event.kind == "day_closed":
            for part in body.get("unused_reserve", ()):
                self._of(part["service"], day).unused.append(_part(part))
        elif event.kind in ("offline_entered", "paper_entered") and body.get("late"):
            self._late.add((body["service"], day, body["number"]))

    def _of(self, service: str, day: str) -> _Series:
        return self._series.setdefault((service, day), _Series())

    def _give(self, its: _Series, seq: int, number: int, source: str) -> None:
        its.seq = seq
        if not 0 < number <= HIGHEST:
            its.beyond.append(number)
        elif source:
            its.reserve.append((number, source))
        else:
            its.own.give(number)

    def problems(self) -> list[Problem]:
        """What is wrong so far; ``found`` names service, day and number."""
        found = []
        for (service, day), its in self._series.items():
            late = {number for of, on, number in self._late if (of, on) == (service, day)} if its.unused else set()
            for code, number in _of_series(its, day in self._declared, late):
                found.append(Problem(its.seq, code, f"{service} {day} {number}"))
        return found


def _part(said: dict[str, Any]) -> Part:
    return Part(said["source"], int(said["first"]), int(said["last"]))


NUMBERED = frozenset({
    "day_opened", "day_closed", "reserve_declared", "ticket_issued", "offline_entered", "paper_entered"})


def check_numbers(events: Iterable[Event]) -> list[Problem]:
    """Every number of a log that has no fate or more than one; see ``Numbers``."""
    numbers = Numbers()
    for event in events:
        if event.kind in NUMBERED:
            numbers.take(event, json.loads(event.body))
    return numbers.problems()


def _of_series(its: _Series, declared: bool, late: set[int]) -> list[tuple[str, int]]:
    found = [("number_outside", n) for n in its.beyond]
    reserve_times = Counter(number for number, _source in its.reserve)
    doubled = its.own.twice | {n for n, times in reserve_times.items() if times > 1 or _own_has(its, n)}
    found += [("number_twice", n) for n in sorted(doubled)]
    if not declared:
        return found
    reserved = {n for part in its.parts for n in range(part.first, min(part.last, HIGHEST) + 1)}
    found += [("number_missing", n) for n in sorted(its.own.missing - reserved)]
    found += [("number_outside", n) for n in sorted(reserved) if _own_has(its, n)]
    for source in sorted({source for _n, source in its.reserve}):
        theirs = {n for n, by in its.reserve if by == source}
        mine = [part for part in its.parts if part.source == source]
        found += [("number_outside", n) for n in sorted(theirs) if not any(part.holds(n) for part in mine)]
        for part in mine:
            inside = [n for n in theirs if part.holds(n)]
            wrong = fates(Range(part.first, part.last), max(inside, default=0), [(n, source) for n in inside])
            found += [("number_missing", v.number) for v in wrong if v.code == "missing"]
    for part in its.unused:
        given = {n for n, source in its.reserve if source == part.source and part.holds(n)}
        found += [("number_unused", n) for n in sorted(given - late)]
    return found


def _own_has(its: _Series, number: int) -> bool:
    return 0 < number <= its.own.high and number not in its.own.missing
'''

# -------------------- domain/seal.py --------------------
SOURCES['domain/seal.py'] = r'''"""A seal: the short form of an event's hash that leaves the building, so that nobody can write the log anew unseen.

``rutan 2026-11-22 1234 K7QM-2XWP-9D3F-6HVA-0RTC-MZ18-Y4EN-5BGS-W3K0``: the office's key, its day, the seq of the
event, and nine groups of four. Eight of them are the first 160 bits of the event's SHA-256; the ninth is a check that
tells a slip of the pen from a forgery.

Why 160 bits. Whoever can write into the log before it is sealed may prepare two logs, the honest one and another, that
give the same seal: by the birthday bound that takes about 2^(bits / 2) trials. 80 bits, which would be plenty against
changing a log afterwards, would fall in 2^40 trials, a night on one graphics card; 128 in 2^64, which large machines
have done; 160 need 2^80, which nobody has. Finding another log for a seal that is printed already takes 2^160.

The letters are Crockford's base 32: no I, L, O and U, and whoever writes an O or an I is understood.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from string import ascii_uppercase, digits

BITS = 160
LETTERS = "".join(letter for letter in digits + ascii_uppercase if letter not in "ILOU")
GROUP = 4
_OF_HASH = BITS // 5
_CHECK = 4
_FORMAT = "queue-seal/1"
_TEXT = re.compile(r"(\S+)\s+(\d{4}-\d{2}-\d{2})\s+#?([0-9]{1,18})\s+(.+)", re.DOTALL)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class NotASeal(ValueError):
    """``code``: ``not_a_seal`` or ``not_a_code`` for a text that is none, ``seal_miscopied`` where the check does not
    fit."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Seal:
    """``letters`` are the 32 of the hash; ``day`` is the office day of the event."""

    office: str
    day: str
    seq: int
    letters: str

    @property
    def groups(self) -> tuple[str, ...]:
        """What is printed: eight groups of the hash, and the check."""
        whole = self.letters + _check(self.office, self.day, self.seq, self.letters)
        return tuple(whole[at:at + GROUP] for at in range(0, len(whole), GROUP))

    @property
    def text(self) -> str:
        return f"{self.office} {self.day} {self.seq} {'-'.join(self.groups)}"

    def fits(self, hash_: str) -> bool:
        """Whether an event's hash (hex) is the one that was sealed."""
        return _letters(hash_) == self.letters


def seal_of(office: str, day: str, seq: int, hash_: str) -> Seal:
    """The seal of an event by its hash, lower-case hex."""
    return Seal(office, day, seq, _letters(hash_))


def read_seal(text: str) -> Seal:
    """A seal as somebody copied it: spaces, hyphens and small letters do not matter. Raises NotASeal."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise NotASeal("not_a_seal")
    office, day, seq = found[1].lower(), found[2], int(found[3])
    copied = re.sub(r"[\s\-\u2010-\u2015.]", "", found[4]).upper().translate(_READ_AS)
    if len(copied) != _OF_HASH + _CHECK or set(copied) - set(LETTERS):
        raise NotASeal("not_a_seal")
    letters, check = copied[:_OF_HASH], copied[_OF_HASH:]
    if _check(office, day, seq, letters) != check:
        raise NotASeal("seal_miscopied")
    return Seal(office, day, seq, letters)


def code_of(digest: str) -> str:
    """A SHA-256 (hex) in eight groups of a seal's letters, for people to write down and compare."""
    letters = _letters(digest)
    return "-".join(letters[at:at + GROUP] for at in range(0, len(letters), GROUP))


def read_code(text: str) -> str:
    """A code as somebody copied it, as ``code_of`` writes it; raises NotASeal."""
    letters = re.sub(r"[\s\-\u2010-\u2015.]", "", text).upper().translate(_READ_AS)
    if len(letters) != _OF_HASH or set(letters) - set(LETTERS):
        raise NotASeal("not_a_code")
    return "-".join(letters[at:at + GROUP] for at in range(0, len(letters), GROUP))


def _letters(hash_: str) -> str:
    return _base32(int(hash_, 16) >> (256 - BITS), _OF_HASH)


def _check(office: str, day: str, seq: int, letters: str) -> str:
    digest = hashlib.sha256(f"{_FORMAT}\n{office}\n{day}\n{seq}\n{letters}".encode()).digest()
    return _base32(int.from_bytes(digest, "big") >> (256 - 5 * _CHECK), _CHECK)


def _base32(number: int, length: int) -> str:
    return "".join(LETTERS[number >> 5 * at & 31] for at in reversed(range(length)))
'''

# -------------------- domain/bundle.py --------------------
SOURCES['domain/bundle.py'] = r'''"""What lies in a bundle of evidence, and how each line of it is written.

Every file is UTF-8 with ``\\n``; a line has exactly one spelling, so that a byte changed in it is a line changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .chain import Event
from .seal import code_of

FORMAT = 1
EVENT_KEYS = (
    "office", "seq", "kind", "version", "body", "at", "boot", "boot_ns", "actor", "step", "previous_hash", "hash")
_TEXTS = frozenset({"office", "kind", "body", "boot", "previous_hash", "hash"})
_MAY_LACK = frozenset({"actor", "step"})

#: What lies in a bundle, in words in its README, and the list of it: each file with its SHA-256, as ``sha256sum -c``
#: reads it. The list's own code is printed where the bundle is made, so that no file can be exchanged unseen.
FILES = ("bundle.json", "events.jsonl", "configurations.jsonl", "standards.jsonl", "seals.jsonl", "steps.csv",
         "report.json", "verifier.py", "README.txt")
LIST = "SHA256SUMS"


@dataclass(frozen=True)
class BundleHead:
    """bundle.json: whose log, of which office days, and between which events. ``previous_hash`` is that of the event
    before the first, 64 zeros at the beginning of the log."""

    office: str
    first_day: str
    last_day: str
    first_seq: int
    last_seq: int
    previous_hash: str
    last_hash: str

    def text(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def read_head(text: str) -> BundleHead:
    """Raises KeyError, TypeError or ValueError for what is no head of a bundle that this release knows."""
    found = json.loads(text)
    if found.pop("format") != FORMAT:
        raise ValueError("format")
    for name, value in found.items():
        if type(value) is not (int if name.endswith("_seq") else str):
            raise TypeError(name)
    return BundleHead(**found)


def standard_line(key: int, service: str, version: int, valid_from: str, seq: int, at: int, body: str) -> str:
    """A published standard as it stands in standards.jsonl: its id, its place in the register, when it was published
    (the event, and UTC ms), and its text."""
    row = {"id": key, "service": service, "version": version, "valid_from": valid_from, "seq": seq, "at": at,
           "body": body}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def register_digest(lines: Iterable[str]) -> str:
    """SHA-256 (hex) of a register of standards: their lines in order of id. Every seal carries it, so that a log which
    begins at a seal still says what had been promised before."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("utf-8")).hexdigest()


def list_text(digests: Mapping[str, str]) -> str:
    """The list of files: SHA-256 (hex) and name, in order of name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def read_list(text: str) -> dict[str, str]:
    """File -> SHA-256; raises ValueError for a text that ``list_text`` does not write."""
    found = {line[66:]: line[:64] for line in text.splitlines()}
    if list_text(found) != text:
        raise ValueError("list")
    return found


def list_code(text: str) -> str:
    """What is printed of a list of files: nobody finds another list with the same code."""
    return code_of(hashlib.sha256(text.encode("utf-8")).hexdigest())


def event_line(event: Event) -> str:
    """An event as it stands in events.jsonl, without the line's end."""
    return json.dumps({name: getattr(event, name) for name in EVENT_KEYS}, ensure_ascii=False, separators=(",", ":"))


def event_of(line: str, exact: bool = True) -> Event:
    """The event of a line; raises KeyError, TypeError or ValueError for a line that ``event_line`` does not write
    (not ``exact``: whose spelling is known already)."""
    found: Any = json.loads(line)
    if type(found) is not dict or tuple(found) != EVENT_KEYS:
        raise ValueError("keys")
    for name, value in found.items():
        wanted = str if name in _TEXTS or name == "actor" else int
        if type(value) is not wanted and not (value is None and name in _MAY_LACK):
            raise TypeError(name)
    event = Event(**found)
    if exact and event_line(event) != line:
        raise ValueError("spelling")
    return event
'''

# -------------------- domain/figures.py --------------------
SOURCES['domain/figures.py'] = r'''"""The published figures: what a median, a percentile and a share on time are, to the last digit.

Every report, export and proof takes them from here, and the verifier that an inspector runs is made from this file, so
that a figure means the same wherever it stands and can be worked out again from the log with any spreadsheet:

- A percentile p of n durations in ascending order is the value at position (n - 1) * p / 100, counted from 0, in a
  straight line between the two neighbours where that is no whole position, rounded half up to a whole millisecond.
  So do MEDIAN and PERCENTILE.INC of spreadsheets (Hyndman and Fan 1996, type 7; numpy's and PostgreSQL's
  percentile_cont).
- The interval of a share is Wilson's (1927) score interval at 95 %, z = 1.959963984540054. It never leaves 0 to 1 and
  holds for small n, where the usual p +- 1.96 * sqrt(p * q / n) does not (Brown, Cai and DasGupta 2001).

Durations are whole ms and are added up as whole numbers: nothing here depends on the order of its input. Pure standard
library.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import sqrt

from .standard import Share

#: Of the normal distribution: 95 % lie within so many standard deviations of the middle.
Z_95 = 1.959963984540054


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The percentile (0 to 100) of durations in ascending order; None of nothing. See the head of this file."""
    if not ascending:
        return None
    at, part = divmod((len(ascending) - 1) * percent, 100)
    low = ascending[at]
    return low if part == 0 else _between(low, ascending[at + 1], part)


def _between(low: int, high: int, part: int) -> int:
    """``part`` hundredths of the way from ``low`` to ``high``, rounded half up; whole numbers only."""
    return low + ((high - low) * part * 2 + 100) // 200


@dataclass(frozen=True)
class Spread:
    """How durations are spread: ms, or None where there is none. ``total`` lets a reader make the mean."""

    count: int = 0
    median: int | None = None
    p90: int | None = None
    p95: int | None = None
    longest: int | None = None
    total: int = 0


def spread(durations: Iterable[int]) -> Spread:
    """Of durations in any order, ms."""
    found = sorted(durations)
    if not found:
        return Spread()
    return Spread(
        len(found), percentile(found, 50), percentile(found, 90), percentile(found, 95), found[-1], sum(found))


def spread_of_counts(counts: Mapping[int, int]) -> Spread:
    """The same of counted durations (duration -> how often): the counts of days add up to those of a month."""
    values = sorted(ms for ms, times in counts.items() if times > 0)
    if not values:
        return Spread()
    ends = list(accumulate(counts[ms] for ms in values))  # so many durations are at most as long as this value
    n = ends[-1]

    def at(position: int) -> int:
        return values[bisect_right(ends, position)]

    def percentile_of(percent: int) -> int:
        position, part = divmod((n - 1) * percent, 100)
        return at(position) if part == 0 else _between(at(position), at(position + 1), part)

    total = sum(ms * counts[ms] for ms in values)
    return Spread(n, percentile_of(50), percentile_of(90), percentile_of(95), values[-1], total)


def wilson(kept: int, of: int) -> tuple[float, float] | None:
    """The 95 % interval of the share ``kept / of``, each 0 to 1; None where nothing was judged."""
    if of <= 0:
        return None
    share, squared = kept / of, Z_95 * Z_95
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = Z_95 / (1 + squared / of) * sqrt(share * (1 - share) / of + squared / (4 * of * of))
    # At the very ends the formula gives exactly 0 and 1, its arithmetic in binary fractions almost.
    return (0.0 if kept == 0 else middle - half), (1.0 if kept == of else middle + half)


@dataclass(frozen=True)
class OnTime:
    """A share on time as it is published: the two numbers, what was left out and why, and the interval.

    ``share``, ``low`` and ``high`` are 0 to 1, rounded to six decimals, and None where nothing was judged.
    ``doubtful`` of those judged rest on the wall clock alone (decisions 15, 19).
    """

    kept: int = 0
    judged: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0


def on_time(found: Share) -> OnTime:
    """A counted share with its interval."""
    kept, judged = found.numerator, found.denominator
    left_out = dict(sorted(found.left_out.items()))
    interval = wilson(kept, judged)
    if interval is None:
        return OnTime(kept, judged, left_out=left_out, doubtful=found.doubtful)
    low, high = (round(end, 6) for end in interval)
    return OnTime(kept, judged, round(kept / judged, 6), low, high, left_out, found.doubtful)


def together(*shares: Share) -> Share:
    """Shares of parts (days, services) as the share of the whole: numbers add up, percentages do not."""
    left_out: dict[str, int] = {}
    for one in shares:
        for why, n in one.left_out.items():
            left_out[why] = left_out.get(why, 0) + n
    return Share(
        sum(s.numerator for s in shares), sum(s.denominator for s in shares), left_out, sum(s.doubtful for s in shares))
'''

# -------------------- domain/entry.py --------------------
SOURCES['domain/entry.py'] = r'''"""A line of the wait-time log: one step as it is judged, whether read from the tables or rebuilt from the events."""

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
'''

# -------------------- domain/entry_csv.py --------------------
SOURCES['domain/entry_csv.py'] = r'''"""The lines of the log as the plain table that lies in a bundle of evidence: every field as it is counted.

Times are UTC ms, durations ms, stated times minutes; codes and keys, no names. Semicolons are in no value.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from .entry import Entry

HEAD = (
    "day;prefix;number;leg;step;service;channel;priority;state;outcome;issued_at;arrived_at;first_called_at;called_at;"
    "started_at;ended_at;wait_ms;walk_ms;serve_ms;parked_office_ms;parked_visitor_ms;before_arrival_ms;wait_off_ms;"
    "parked_off_ms;service_ms;total_ms;clocks;"
    "stated_wait_min;stated_service_min;stated_visit_min;wait_on_time;service_on_time;visit_on_time;recalls;rule;"
    "reason;counter;officer;standard;standard_version;clock_doubt;flags"
)


def csv_line(e: Entry) -> str:
    """One line without its end."""
    v = e.verdict
    values = (
        e.day, e.prefix, e.number, e.leg, e.step, e.service, e.channel, int(e.priority), e.state, e.outcome,
        e.issued_at, e.arrived_at, e.first_called_at, e.called_at, e.started_at, e.ended_at, e.wait, e.walk, e.serve,
        e.parked_office, e.parked_visitor, e.remote, e.wait_off, e.parked_off, e.service_ms, e.total,
        " ".join((e.clocks.wait_from, e.clocks.wait_to, e.clocks.service_from, e.clocks.counts)),
        e.stated.wait_min, e.stated.service_min, e.stated_visit,
        v.wait.on_time, v.service.on_time, v.visit.on_time, e.recalls, e.rule, e.reason, e.counter, e.person,
        e.standard, e.standard_version, int(e.clock_doubt), " ".join(e.flags),
    )
    return ";".join(map(_cell, values))


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def compared(stated: Iterable[str], made: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with the lines of a table against those that the events give: line number, code, and the line.

    Line by line as long as they are equal. From the first that is not, lines are held against each other by their
    step, so that one line taken out is one finding and not one for each line after it.
    """
    given, due = iter(stated), iter(made)
    for at, (line, wanted) in enumerate(zip_longest(given, due), 1):
        if line != wanted:
            yield from _apart(
                at, [one for one in chain([line], given) if one is not None],
                [one for one in chain([wanted], due) if one is not None])
            return


def _apart(at: int, given: list[str], due: list[str]) -> Iterator[tuple[int, str, str]]:
    place = {_step(line): nth for nth, line in enumerate(due)}
    there = dict.fromkeys(place[_step(line)] for line in given if _step(line) in place)
    kept = _in_order(list(there))
    absent = deque(line for nth, line in enumerate(due) if nth not in there)
    seen: set[int] = set()
    for here, line in enumerate(given, at):
        nth = place.get(_step(line))
        if nth is None or nth in seen:
            yield here, "line_more", line
            continue
        seen.add(nth)
        while nth in kept and absent and place[_step(absent[0])] < nth:
            yield here, "line_missing", absent.popleft()
        if nth not in kept:
            yield here, "line_moved", line
        if line != due[nth]:
            yield here, "line_differs", line
    for line in absent:
        yield at + len(given), "line_missing", line


def _step(line: str) -> str:
    return "".join(line.split(";", 5)[4:5])


def _in_order(places: list[int]) -> set[int]:
    """A longest selection of ``places`` that rises: whatever is not in it stands somewhere else than it should."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        nth = bisect_left(ends, place)
        before[place] = ends[nth - 1] if nth else None
        ends[nth:nth + 1] = [place]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
'''

# -------------------- domain/tally.py --------------------
SOURCES['domain/tally.py'] = r'''"""Tallies: what a group of steps adds up to, so that the figures of a year come from 365 of them and stay exact.

A tally holds counts, and the durations themselves in ascending order: a median of medians would be no median. Tallies
of days add up to those of a month by counting together and by putting their runs of durations side by side; a
percentile of several runs is found by counting how many durations lie below a value, without sorting them anew.
Every step stands once in each of PARTS. Flagged steps (``plausible.py``) are kept apart, so that every figure can be
shown with and without them. Durations are ms.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from .entry import Entry
from .figures import Spread, percentile, spread
from .standard import Share, Verdict
from .ticket import State

#: By what steps are grouped, always within one service: the service as a whole, counter, officer, half hour of arrival.
PARTS = ("service", "counter", "officer", "half")
#: The parts of the promise, judged apart.
JUDGED = ("wait", "service", "visit")
HALF_HOUR_MIN = 30
#: Below so many durations a run, sorting them together is quicker than counting in each run.
SORTED_BELOW = 90
#: When so few durations are left that can stand at a place, they are sorted.
FEW = 200

Run = Sequence[int]


@dataclass(frozen=True)
class Passed:
    """Who was overtaken most: by how many calls, and which number on which day; the earliest of equals."""

    times: int = 0
    day: str = ""
    prefix: str = ""
    number: int = 0

    def most(self, other: Passed) -> Passed:
        mine, theirs = (-self.times, self.day, self.number), (-other.times, other.day, other.number)
        return self if mine <= theirs else other


@dataclass
class Half:
    """One of the two halves of a tally: the plausible steps, or the flagged ones.

    ``counts``: "steps", "numbers" (first steps of a ticket), "state.…", "channel.…", "priority", "outcome.…" of
    cancelled steps, "flag.…"; per part of the promise "wait.kept", "wait.judged", "wait.doubtful" and
    "wait.out.…" (why it was left out); "waits_ms", "services_ms": their sums; "busy_ms": how long counters were busy
    with finished steps, from the call on.
    ``waits`` of who was called, ``services`` of who was finished: runs in ascending order.
    """

    counts: dict[str, int] = field(default_factory=dict)
    waits: list[Run] = field(default_factory=list)
    services: list[Run] = field(default_factory=list)
    passed: Passed = Passed()

    def add(self, other: Half) -> None:
        mine, theirs = self.counts, other.counts
        if not mine:
            mine.update(theirs)
        else:
            get = mine.get
            for name, n in theirs.items():
                mine[name] = get(name, 0) + n
        self.waits += other.waits
        self.services += other.services
        if other.passed.times:
            self.passed = self.passed.most(other.passed)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)

    def under(self, start: str) -> dict[str, int]:
        """The counts whose name begins so, by the rest of it: ``under("state.")``."""
        return {name[len(start):]: n for name, n in sorted(self.counts.items()) if name.startswith(start)}

    def share(self, part: str) -> Share:
        return Share(self[f"{part}.kept"], self[f"{part}.judged"], self.under(f"{part}.out."), self[f"{part}.doubtful"])


@dataclass
class Tally:
    plausible: Half = field(default_factory=Half)
    flagged: Half = field(default_factory=Half)

    def add(self, other: Tally) -> None:
        self.plausible.add(other.plausible)
        self.flagged.add(other.flagged)

    @property
    def steps(self) -> int:
        return self.plausible["steps"] + self.flagged["steps"]

    def whole(self) -> Half:
        """Both halves together."""
        found = Half()
        found.add(self.plausible)
        found.add(self.flagged)
        return found


def summed(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for one in tallies:
        found.add(one)
    return found


#: Service, part and the group's name in it ("" for the service as a whole).
Key = tuple[str, str, str]


def tallied(steps: Iterable[Entry], offset_min: int, overtaken: Mapping[int, int]) -> dict[Key, Tally]:
    """The tallies of a day's steps. ``offset_min``: the office's minutes ahead of UTC; ``overtaken``: step -> times.

    A step that nobody called stands under no counter and no officer.
    """
    groups: dict[Key, tuple[_Group, _Group]] = {}
    for one in steps:
        shape = (one.state, one.channel if one.leg == 1 else "", one.leg == 1 and one.priority,
                 one.outcome if one.state == State.CANCELLED else "", one.flags, one.verdict)
        since = one.issued_at if one.arrived_at is None else one.arrived_at
        service = one.service
        keys = [(service, "service", ""), (service, "half", half_hour(since, offset_min))]
        if one.counter:
            keys.append((service, "counter", one.counter))
        if one.person is not None:
            keys.append((service, "officer", str(one.person)))
        for key in keys:
            pair = groups.get(key)
            if pair is None:
                pair = groups[key] = _Group(), _Group()
            pair[1 if one.flags else 0].add(one, shape, overtaken.get(one.step, 0))
    return {key: Tally(plausible.half(), flagged.half()) for key, (plausible, flagged) in groups.items()}


#: What of a step is counted: state, channel and priority of a first step, outcome, flags, verdict. A day's thousands of
#: steps have a few dozen shapes, so they are counted by shape and each shape is looked into once.
Shape = tuple[str, str, bool, str, tuple[str, ...], Verdict]


class _Group:
    """One half of a tally in the making."""

    def __init__(self) -> None:
        self.shapes: dict[Shape, int] = {}
        self.waits: list[int] = []
        self.services: list[int] = []
        self.busy_ms = 0
        self.passed = Passed()

    def add(self, one: Entry, shape: Shape, times: int) -> None:
        self.shapes[shape] = self.shapes.get(shape, 0) + 1
        if one.first_called_at is not None:
            self.waits.append(one.wait)
        if one.state == State.DONE:
            took = one.service_ms
            self.services.append(took)
            self.busy_ms += one.walk + took
        if times > self.passed.times or times == self.passed.times > 0:
            self.passed = self.passed.most(Passed(times, one.day, one.prefix, one.number))

    def half(self) -> Half:
        counts: dict[str, int] = {}
        for shape, n in self.shapes.items():
            for name in _counted(shape):
                counts[name] = counts.get(name, 0) + n
        for name, sum_ms in (
            ("waits_ms", sum(self.waits)), ("services_ms", sum(self.services)), ("busy_ms", self.busy_ms)):
            if sum_ms:
                counts[name] = sum_ms
        self.waits.sort()
        self.services.sort()
        return Half(counts, [self.waits] if self.waits else [], [self.services] if self.services else [], self.passed)


def _counted(shape: Shape) -> list[str]:
    """What a step of this shape is counted under."""
    state, channel, priority, outcome, flags, verdict = shape
    found = ["steps", f"state.{state}", *(f"flag.{code}" for code in flags)]
    if channel:
        found += ["numbers", f"channel.{channel}"]
    if priority:
        found.append("priority")
    if outcome:
        found.append(f"outcome.{outcome}")
    for part, judged in (("wait", verdict.wait), ("service", verdict.service), ("visit", verdict.visit)):
        if judged.on_time is None:
            found.append(f"{part}.out.{judged.why}")
            continue
        found.append(f"{part}.judged")
        if judged.on_time:
            found.append(f"{part}.kept")
        if verdict.doubtful:
            found.append(f"{part}.doubtful")
    return found


def half_hour(at: int, offset_min: int) -> str:
    """The half hour of the day in which an instant (UTC ms) lies at the office: ``08:30``."""
    minute = (at // 60_000 + offset_min) % 1440
    return f"{minute // 60:02d}:{minute % 60 // HALF_HOUR_MIN * HALF_HOUR_MIN:02d}"


# --- percentiles of runs -----------------------------------------------------------------------


def spread_of_runs(runs: Sequence[Run], total: int | None = None) -> Spread:
    """The same as ``figures.spread`` of all durations together; each run ascends.

    ``total``: their sum where it is known already.
    """
    runs = [run for run in runs if len(run)]
    n = sum(map(len, runs))
    if n <= SORTED_BELOW * len(runs):
        few: list[int] = []
        for run in runs:
            few += run
        return spread(few)
    together = _Together(runs)
    added = sum(map(sum, runs)) if total is None else total
    return Spread(
        n, percentile(together, 50), percentile(together, 90), percentile(together, 95), together.highest, added)


def median_of_runs(runs: Sequence[Run]) -> int | None:
    """The median alone, for a third of the work."""
    runs = [run for run in runs if len(run)]
    return percentile(_Together(runs), 50) if runs else None


def below_or_equal(runs: Sequence[Run], value: int) -> int:
    """How many durations are at most ``value``."""
    return sum(bisect_right(run, value) for run in runs)


class _Together(Sequence[int]):
    """Several runs as the one sequence in ascending order that they would be when sorted; each place is looked for."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self.lowest, self.highest = min(run[0] for run in runs), max(run[-1] for run in runs)
        self._last = (-2, 0)  # the place that was looked for last, and its value

    def __len__(self) -> int:
        return sum(map(len, self.runs))

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        before, value = self._last
        found = self._after(value, place) if place == before + 1 else self._look(place)
        self._last = (place, found)
        return found

    def _look(self, place: int) -> int:
        """By halving the range of values, and with it the part of each run that can still hold the place."""
        runs, n = self.runs, len(self)
        # What stands at the same part of each run encloses what stands there in all of them together.
        likely = [run[place * len(run) // n] for run in runs]
        low, high = min(likely), max(likely)
        starts = [bisect_left(run, low) for run in runs]
        ends = [bisect_right(run, high) for run in runs]
        while low < high and sum(ends) - sum(starts) > FEW:
            middle = (low + high) // 2
            found = [bisect_right(run, middle, a, b) for run, a, b in zip(runs, starts, ends, strict=True)]
            if sum(found) > place:
                high, ends = middle, found
            else:
                low, starts = middle + 1, found
        if low == high:
            return low
        left: list[int] = []
        for run, a, b in zip(runs, starts, ends, strict=True):
            left += run[a:b]
        left.sort()
        return left[place - sum(starts)]

    def _after(self, value: int, place: int) -> int:
        """What stands at ``place`` when ``value`` stands before it."""
        ends = [bisect_right(run, value) for run in self.runs]
        if sum(ends) > place:
            return value
        return min(run[end] for run, end in zip(self.runs, ends, strict=True) if end < len(run))
'''

# -------------------- domain/report.py --------------------
SOURCES['domain/report.py'] = r'''"""The report of a period, as it is published: in all, and per service, counter, officer, hour, and day, week or month.

Pages and files make it from kept tallies, a verifier from the log alone; both by what stands here, so that a figure is
the same figure. Each group is figured twice where it holds flagged steps: with every step, and without those.
docs/reports.md says what each figure is; ``figures.py`` works it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from .entry import Entry
from .figures import on_time
from .tally import JUDGED, PARTS, Half, Tally, spread_of_runs, summed, tallied
from .ticket import OPEN, State, label

BY = ("day", "week", "month")
#: A longer period is shown by week, and from so many days on by month.
BY_DAY_DAYS, BY_WEEK_DAYS = 45, 190
Figures = dict[str, Any]


class Counted(Protocol):
    """A tally of one group: ``start`` is its day (or month, ``2026-11``), ``name`` the group's within ``service``."""

    @property
    def start(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tally(self) -> Tally: ...


@dataclass
class Refusals:
    """How often numbers were refused in a period: by reason, by service, by day."""

    total: dict[str, int] = field(default_factory=dict)
    by_service: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)

    def by_start(self, by: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for day, n in self.by_day.items():
            start = start_of(by, day)
            found[start] = found.get(start, 0) + n
        return found


def refusals(counted: Mapping[tuple[str, str], Mapping[str, int]]) -> Refusals:
    """From what the log says of each (day, service): {"channel:code": how often}."""
    found = Refusals()
    for (day, service), counts in sorted(counted.items()):
        for what, n in counts.items():
            code = what.partition(":")[2]
            found.total[code] = found.total.get(code, 0) + n
            found.by_service[service] = found.by_service.get(service, 0) + n
            found.by_day[day] = found.by_day.get(day, 0) + n
    found.total = dict(sorted(found.total.items()))
    return found


def fitting(days: int) -> str:
    """One of BY, for a period of so many days."""
    return "day" if days <= BY_DAY_DAYS else "week" if days <= BY_WEEK_DAYS else "month"


def days_in(first: str, last: str) -> int:
    """How many days from one to the other, both included."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def start_of(by: str, start: str) -> str:
    """The first day of the day, week (from Monday) or month that a day or month belongs to."""
    if by == "month":
        return f"{start[:7]}-01"
    if by == "week":
        day = date.fromisoformat(start)
        return (day - timedelta(days=day.weekday())).isoformat()
    return start


def figures(
    rows: Callable[[str], Iterable[Counted]], by: str, refused: Refusals, series: Iterable[Counted] | None = None,
) -> Figures:
    """Everything; ``rows`` gives the tallies of one of ``tally.PARTS``, covering each day once; ``series`` those of the
    services by day where ``rows`` has whole months or thirds of them."""
    services = list(rows("service"))
    return {
        "all": group(summed(row.tally for row in services), sum(refused.total.values()), refused.total),
        "services": groups(services, lambda row: row.service, refused.by_service),
        "counters": groups(rows("counter"), lambda row: row.name),
        "officers": groups(rows("officer"), lambda row: row.name),
        "hours": groups(rows("half"), lambda row: row.name[:2]),
        "series": groups(
            services if series is None else series, lambda row: start_of(by, row.start), refused.by_start(by)),
    }


def groups(
    rows: Iterable[Counted], name: Callable[[Counted], str], refused: dict[str, int] | None = None
) -> list[Figures]:
    """One group a name, in order of name; where numbers were refused and none was given stands the group alone."""
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        found[name(row)].add(row.tally)
    return [
        {"key": key, **group(found.get(key, Tally()), None if refused is None else refused.get(key, 0))}
        for key in sorted({*found, *(refused or ())})
    ]


def group(tally: Tally, refusals: int | None, because: dict[str, int] | None = None) -> Figures:
    """``refusals``: None for a kind of group that a refusal cannot belong to (who has no number has no counter)."""
    flagged = tally.flagged
    found: Figures = {
        "with": figures_of(tally.whole() if flagged.counts else tally.plausible),
        "without": figures_of(tally.plausible) if flagged.counts else None,
        "flagged": {"steps": flagged["steps"], "of": tally.steps, "by": flagged.under("flag.")},
    }
    if refusals is not None:
        found["refusals"] = refusals
    if because is not None:
        found["refused_because"] = because
    return found


def figures_of(half: Half) -> Figures:
    """The figures of one half, or of both together; durations ms, shares 0 to 1."""
    states = half.under("state.")
    waits = spread_of_runs(half.waits, half["waits_ms"])
    services = spread_of_runs(half.services, half["services_ms"])
    return {
        "steps": half["steps"], "numbers": half["numbers"], "served": states.get(State.DONE, 0),
        "no_shows": states.get(State.NO_SHOW, 0), "abandoned": states.get(State.CANCELLED, 0),
        "abandoned_because": half.under("outcome."), "unserved": states.get(State.UNSERVED, 0),
        "transferred": states.get(State.TRANSFERRED, 0), "void": states.get(State.VOID, 0),
        "under_way": sum(states.get(state, 0) for state in OPEN),
        "priority": half["priority"], "channels": half.under("channel."),
        "overtaken": {
            "times": half.passed.times, "day": half.passed.day or None,
            "label": label(half.passed.prefix, half.passed.number) if half.passed.times else None},
        "wait": vars(waits), "service": vars(services),
        "on_time": {part: vars(on_time(half.share(part))) for part in JUDGED},
    }


# --- from the lines of the log -----------------------------------------------------------------


class _Row(NamedTuple):
    start: str
    service: str
    name: str
    tally: Tally


class FromLines:
    """The same report from the lines of the log, which come day by day. ``offset_min``: the office's minutes ahead of
    UTC; ``overtaken``: step -> how often by definition (``overtaking.py``)."""

    def __init__(self, offset_min: int, overtaken: Mapping[int, int]) -> None:
        self.offset_min, self.overtaken = offset_min, overtaken
        self._rows: dict[str, list[_Row]] = {part: [] for part in PARTS}
        self._day: list[Entry] = []

    def add(self, entry: Entry) -> None:
        if self._day and self._day[-1].day != entry.day:
            self._close()
        self._day.append(entry)

    def _close(self) -> None:
        for (service, part, name), tally in tallied(self._day, self.offset_min, self.overtaken).items():
            self._rows[part].append(_Row(self._day[0].day, service, name, tally))
        self._day = []

    def report(self, first: str, last: str, refused: Refusals) -> Figures:
        """What is published of the days from ``first`` to ``last``."""
        if self._day:
            self._close()
        by = fitting(days_in(first, last))
        return {"period": {"first": first, "last": last, "by": by},
                **figures(self._rows.__getitem__, by, refused)}


def differences(stated: Any, found: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(figure, as stated, as worked out) of everything in which two reports differ; a figure is named by its keys."""
    if isinstance(stated, list) and isinstance(found, list):
        stated, found = _by_key(stated), _by_key(found)
    if isinstance(stated, dict) and isinstance(found, dict):
        for key in sorted(stated.keys() | found.keys()):
            yield from differences(stated.get(key), found.get(key), f"{path}.{key}" if path else key)
    elif stated != found or isinstance(stated, bool) is not isinstance(found, bool):
        yield path, _short(stated), _short(found)


def _by_key(groups_: list[Any]) -> dict[str, Any]:
    """Groups by their key; a list that holds none, or one key twice, by place."""
    keys = [one.get("key") if isinstance(one, dict) else None for one in groups_]
    if None in keys or len(set(map(str, keys))) < len(keys):
        return {str(place): one for place, one in enumerate(groups_)}
    return {str(key): one for key, one in zip(keys, groups_, strict=True)}


def _short(value: Any) -> str:
    return "-" if value is None else str(value)[:60]
'''

# -------------------- domain/rebuilt_clock.py --------------------
SOURCES['domain/rebuilt_clock.py'] = r'''"""The steady clock of an office as its events tell it.

Within one boot of the machine the boot clock of the events is enough. Between two boots the office's steady clock goes
on by an offset that the server fixes at the first start in a boot (``moment.py``); events that carry a reading of it
("tick": calls, seals) tell that offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .chain import Event, Problem

CLOCK_PROBLEMS: dict[str, str] = {
    "clock_back": "the boot clock, which only goes forward, is earlier than that of the event before",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as an event has it: the boot, ms of its clock in whole ms as the server counts them, and UTC ms."""

    boot: str
    ms: int
    at: int

    @classmethod
    def of(cls, event: Event) -> Moment:
        return cls(event.boot, event.boot_ns // 1_000_000, event.at)

    def earlier(self, ms: int) -> Moment:
        return Moment(self.boot, self.ms - ms, self.at - ms) if ms else self


class Clocks:
    """What is known of the boots seen so far."""

    def __init__(self) -> None:
        self.offsets: dict[str, int] = {}
        self._last = ("", 0)

    def see(self, event: Event, body: dict[str, Any]) -> None:
        """Learns the offset of the event's boot where it tells it."""
        if event.boot in self.offsets:
            return
        tick = body.get("tick")
        if event.kind == "called":
            why = body.get("why")
            tick = why.get("at") if isinstance(why, dict) else None
        if isinstance(tick, int):
            self.offsets[event.boot] = tick - event.boot_ns // 1_000_000

    def goes_back(self, event: Event) -> Problem | None:
        """Whether the event's boot clock is behind the one before, in the same boot."""
        boot, ns = self._last
        self._last = (event.boot, event.boot_ns)
        if boot == event.boot and event.boot_ns < ns:
            return Problem(event.seq, "clock_back", f"{(ns - event.boot_ns) // 1_000_000} ms")
        return None

    def between(self, since: Moment, until: Moment) -> int | None:
        """ms from one moment to the other, never below 0; None: in two boots of which one tells no offset."""
        if since.boot == until.boot:
            return max(0, until.ms - since.ms)
        if since.boot in self.offsets and until.boot in self.offsets:
            return max(0, self.offsets[until.boot] + until.ms - self.offsets[since.boot] - since.ms)
        return None

    def tick(self, moment: Moment) -> int | None:
        """The office's steady clock at a moment; None where it is not known."""
        offset = self.offsets.get(moment.boot)
        return None if offset is None else offset + moment.ms
'''

# -------------------- domain/leg.py --------------------
SOURCES['domain/leg.py'] = r'''"""A step under the hand of its events: what the rebuilding keeps of it, and the line of the log that it makes."""

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
'''

# -------------------- domain/rebuilt.py --------------------
SOURCES['domain/rebuilt.py'] = r'''"""The wait-time log made again from the events alone: every step with its clocks, its verdict and what became of it.

Nothing here reads a table. The durations are measured anew from the clocks that each event carries (decisions 15) and
compared with the ones that it states; each change of state must be one that ``ticket.MOVES`` knows. What comes out is
the same ``Entry`` that the reports are made from, so that a figure can be worked out from either and must be equal.

Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any

from .chain import Event, Problem
from .entry import Entry
from .hours import day_begins, office_day
from .leg import FIELDS, Leg, Ticket, entry_of
from .numbering import ROLL
from .office import Office
from .open_time import uncounted
from .rebuilt_clock import Clocks, Moment
from .register import NOTHING_STATED, Version
from .standard import clock
from .ticket import MOVES, OPEN, UNDOABLE, State

STEP_PROBLEMS: dict[str, str] = {
    "unreadable": "the body does not hold what an event of its kind must hold",
    "unknown_step": "the event is about a step that no number or transfer in this log began",
    "step_twice": "a step is begun that was begun before",
    "not_possible": "the table of moves does not allow this act in the state in which the step was",
    "durations_differ": "the durations stated are not those that the clocks of the events give",
    "undo_of_another": "an undo names an event that is not the step's latest",
}
#: The durations as events state them, in the order of ``Durations``.
NAMES = ("waited", "walked", "served", "parked_office", "parked_visitor", "waited_off", "parked_off")
#: Acts of a step whose events state no durations: no clock has moved on in them.
SILENT = frozenset({
    "recalled", "announced", "class_changed", "arrived", "passed", "paper_confirmed", "paper_unconfirmed",
    "visitor_taken_over", "reopened", "offline_entered",
})
#: More acts than this are never open to an undo at once: it is a matter of seconds.
MOST_UNDOABLE = 2_000


class _Wrong(Exception):
    """An event that cannot be: ``code`` is one of STEP_PROBLEMS."""

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code)
        self.code, self.found = code, found


class Rebuilt:
    """Takes the events of one office in order of seq; ``entries`` are the log as of a moment.

    ``standards``: every version that was published, by id. ``office`` is the configuration in force, which whoever
    feeds the events sets before those that it holds for. Steps that began before the first event are left alone when
    ``whole`` is False.
    """

    def __init__(self, standards: Mapping[int, Version], whole: bool = True) -> None:
        self.standards, self.whole = standards, whole
        self.office: Office | None = None
        self.clocks = Clocks()
        self.legs: dict[int, Leg] = {}
        self._announced_at: dict[int, int] = {}  # step -> when boards had its call, where somebody went there first
        self._befores: dict[int, Leg] = {}  # the newest acts that may be undone: step -> how it was before
        self.problems: list[Problem] = []
        self._acts: dict[str, Callable[[Leg, Event, dict[str, Any]], None]] = {
            "paper_confirmed": self._paper, "paper_unconfirmed": self._paper, "ticket_voided": self._void,
            "arrived": self._arrived, "passed": self._passed, "class_changed": self._class_changed,
            "called": self._called, "recalled": self._recalled, "announced": self._announced,
            "started": self._started, "finished": self._finished,
            "skipped": self._skipped, "no_show": self._no_show, "brought_back": self._brought_back,
            "parked": self._parked, "transferred": self._transferred, "cancelled": self._cancelled,
            "unserved": self._unserved, "reopened": self._reopened, "visitor_taken_over": self._taken_over,
            "paper_served": self._paper_served, "offline_entered": self._offline, "undone": self._undone,
        }

    def take(self, event: Event, body: dict[str, Any]) -> Leg | None:
        """One event with its body; the step that it changed, if it is about one."""
        try:
            self.clocks.see(event, body)
            if event.kind == "ticket_issued":
                return self._issued(event, body)
            act = self._acts.get(event.kind)
            return None if act is None else self._act(act, event, body)
        except _Wrong as wrong:
            self.problems.append(Problem(event.seq, wrong.code, wrong.found))
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            self.problems.append(Problem(event.seq, "unreadable", str(odd)))
        return None

    def _act(
        self, act: Callable[[Leg, Event, dict[str, Any]], None], event: Event, body: dict[str, Any]
    ) -> Leg | None:
        leg = self.legs.get(event.step or 0)
        if leg is None:
            if self.whole:
                raise _Wrong("unknown_step", str(event.step))
            return None
        before = leg.copy() if event.kind in _UNDOABLE else None
        act(leg, event, body)
        leg.last_seq = event.seq
        self._befores.pop(leg.id, None)
        if before is not None:
            self._befores[leg.id] = before
            if len(self._befores) > MOST_UNDOABLE:
                del self._befores[next(iter(self._befores))]
        if event.kind not in SILENT:
            self._compare(leg, body)
        return leg

    def _compare(self, leg: Leg, body: dict[str, Any]) -> None:
        """The durations that the event states, against those measured."""
        stated = body.get("durations", {})
        if leg.unsure:
            for name in NAMES:
                setattr(leg, name, int(stated.get(name, 0)))
            leg.unsure = False
        measured = {name: ms for name in NAMES if (ms := getattr(leg, name))}
        if stated != measured:
            raise _Wrong("durations_differ", json.dumps(measured, sort_keys=True))

    # --- moves and clocks ------------------------------------------------------------------------

    def _move(self, leg: Leg, name: str, event: Event, body: dict[str, Any]) -> None:
        """The move, and the time since the last one on the clock that it belongs to."""
        after = MOVES.get((name, leg.state))
        if after is None:
            raise _Wrong("not_possible", f"{name} {leg.state}")
        now = Moment.of(event)
        running = clock(leg.state, name, leg.park_clock == "visitor")
        if running is not None:
            grown = self.clocks.between(leg.since, now)
            # Across a restart of the machine that no event tells the length of: what was written down then.
            leg.unsure = leg.unsure or grown is None
            setattr(leg, running, getattr(leg, running) + (grown or 0))
            if running in OFF:
                off = self._not_counted(leg, running, event.at - (grown or 0), event.at)
                setattr(leg, OFF[running], getattr(leg, OFF[running]) + off)
        self._rests(leg, now)
        leg.state = after

    def _rests(self, leg: Leg, now: Moment) -> None:
        leg.doubt = leg.doubt or leg.since.boot != now.boot
        leg.since = now

    def _not_counted(self, leg: Leg, name: str, since: int, until: int) -> int:
        """How much of a stretch (UTC ms) of a clock the step's standard leaves out; as ``commands.moving`` has it."""
        clocks = self._standard(leg).standard.clocks
        service = None if self.office is None else next((s for s in self.office.services if s.key == leg.service), None)
        if clocks.counts == "always" or self.office is None or service is None:
            return 0
        if name == "waited" and clocks.wait_from == "arrived":
            since = until if leg.arrived_at is None else max(since, leg.arrived_at)
        return uncounted(self.office, service, clocks.counts, since, until)

    def _standard(self, leg: Leg) -> Version:
        return self.standards.get(leg.standard, NONE)

    def day_of(self, at: int) -> str:
        """The office day of an instant (UTC ms) under the configuration in force; "" before the first."""
        return "" if self.office is None else office_day(self.office, at)

    # --- a number --------------------------------------------------------------------------------

    def _issued(self, event: Event, body: dict[str, Any]) -> Leg:
        if event.step is None or event.step in self.legs:
            raise _Wrong("step_twice", str(event.step))
        source = _text(body.get("source", ""))
        came = int(body["queued_at"]) if source else event.at
        queued = Moment.of(event).earlier(max(0, event.at - came))
        channel, state = _text(body["channel"]), State(body["state"])
        ticket = Ticket(
            int(body["ticket"]), _text(body["prefix"]), int(body["number"]), channel, came, _text(body["day"]),
            event.seq)
        leg = Leg(
            event.step, ticket, ticket.day, _text(body["service"]), state, bool(body["priority"]), queued,
            int(body["standard"]), None if channel == "online" else came, queued, source, doubt=source == ROLL,
            last_seq=event.seq)
        self._begins(leg)
        return leg

    def _begins(self, leg: Leg) -> None:
        self.legs[leg.id] = leg
        leg.ticket.legs.append(leg)

    def _offline(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.doubt = bool(body["clock_doubt"])

    def _paper(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "confirm_paper", event, body)

    def _void(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "void", event, body)
        leg.ended_at = event.at
        if leg.source:  # a number of the reserve that nobody ever held
            leg.waited = 0

    def _arrived(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.arrived_at, leg.remote = event.at, int(body["remote_ms"])
        if leg.passed and leg.state is State.WAITING:
            leg.returned_seq = event.seq - 1
            leg.return_after = 0 if self.office is None else self.office.rules.return_after

    def _passed(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.passed = True

    def _class_changed(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.priority = bool(body["priority"])

    # --- at a counter ----------------------------------------------------------------------------

    def _called(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "call", event, body)
        why = body["why"]
        leg.rule, leg.reason = _text(why["rule"]), _text(why.get("reason", ""))
        leg.counter, leg.person = _text(body["counter"]), _server(event, body)
        leg.called_at, leg.started_at = event.at, None
        leg.first_called_at = leg.first_called_at or event.at
        leg.returned_seq = leg.return_after = 0
        self._announced_at.pop(leg.id, None)

    def _announced(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        if leg.state is not State.CALLED:
            raise _Wrong("not_possible", f"announce {leg.state}")
        self._announced_at[leg.id] = event.at

    def _recalled(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        if leg.state is not State.CALLED:
            raise _Wrong("not_possible", f"recall {leg.state}")
        leg.recalls += 1

    def _started(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "start", event, body)
        leg.started_at = event.at

    def _finished(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "finish", event, body)
        self._ends(leg, event.at, _text(body["outcome"]))

    def _ends(self, leg: Leg, at: int, outcome: str) -> None:
        leg.ended_at, leg.outcome = at, outcome

    def _returns(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.counter, leg.person = "", None
        leg.returned_seq, leg.return_after = event.seq, int(body["return_after"])

    def _skipped(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "skip", event, body)
        self._returns(leg, event, body)

    def _no_show(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "no_show", event, body)
        self._ends(leg, event.at, "no_show")
        called_at = self._announced_at.get(leg.id) or leg.called_at
        since_call = max(0, event.at - (called_at or event.at))
        leg.no_show_ms = since_call if leg.no_show_ms is None else min(since_call, leg.no_show_ms)

    def _again(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._returns(leg, event, body)
        leg.ended_at, leg.outcome = None, ""
        leg.arrived_at = leg.arrived_at or event.at

    def _brought_back(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "bring_back", event, body)
        self._again(leg, event, body)

    def _reopened(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.woken, leg.reopened = True, leg.reopened or leg.state is State.DONE
        self._move(leg, "reopen", event, body)
        self._again(leg, event, body)
        leg.day = self.day_of(event.at)

    def _parked(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "park", event, body)
        leg.counter, leg.person, leg.park_clock = "", None, _text(body["clock"])

    def _transferred(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        to_step, service = int(body["to_step"]), _text(body["to_service"])
        if to_step in self.legs:
            raise _Wrong("step_twice", str(to_step))
        self._move(leg, "transfer", event, body)
        self._ends(leg, event.at, _text(body.get("outcome", "transferred")))
        standard = int(body.get("standard", 0))
        now, here = Moment.of(event), event.at if body.get("here", True) else None
        self._begins(Leg(
            to_step, leg.ticket, self.day_of(event.at), service, State.WAITING, leg.priority, now, standard, here, now))

    def _cancelled(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "cancel", event, body)
        self._ends(leg, event.at, _text(body["reason"]))
        if body["by"] == "paper":  # the times are those on the paper
            leg.waited = int(body.get("durations", {}).get("waited", 0))
            leg.ended_at = leg.ticket.issued_at + leg.waited
            leg.waited_off = self._not_counted(leg, "waited", leg.ticket.issued_at, leg.ended_at)

    def _unserved(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        if leg.state not in (State.WAITING, State.PARKED):  # nobody finished it: no clock gets the night
            leg.doubt = leg.doubt or leg.since.boot != event.boot
            leg.state, leg.since = State.WAITING, Moment.of(event)
        self._move(leg, "close_day", event, body)
        leg.ended_at, leg.counter, leg.person = event.at, "", None
        if body["told"] is False:  # its day was over before the server knew of the number
            leg.waited, leg.doubt = 0, True

    def _taken_over(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        leg.counter, leg.person = _text(body["counter"]), _server(event, body)

    def _paper_served(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        self._move(leg, "enter_served", event, body)
        started, ended = int(body["started_at"]), int(body["ended_at"])
        leg.counter, leg.called_at, leg.first_called_at = _text(body["counter"]), started, started
        leg.started_at = started
        leg.waited, leg.served = started - leg.ticket.issued_at, ended - started
        leg.waited_off = self._not_counted(leg, "waited", leg.ticket.issued_at, started)
        self._ends(leg, ended, "served")

    def _undone(self, leg: Leg, event: Event, body: dict[str, Any]) -> None:
        before = self._befores.get(leg.id)
        if before is None or leg.last_seq != body["undone_seq"]:
            raise _Wrong("undo_of_another", str(body["undone_seq"]))
        if leg.state is State.TRANSFERRED:
            self._withdraw(leg.ticket.legs.pop())
        for name in FIELDS:
            setattr(leg, name, getattr(before, name))

    def _withdraw(self, leg: Leg) -> None:
        if leg.last_seq:
            raise _Wrong("undo_of_another", str(leg.last_seq))
        del self.legs[leg.id]

    # --- what comes out --------------------------------------------------------------------------

    def entries(self, as_of: Moment) -> Iterator[Entry]:
        """Every step as of a moment, by day and order of issue."""
        for leg in sorted(self.legs.values(), key=lambda found: (found.day, found.id)):
            yield self.entry(leg, as_of)

    def entry(self, leg: Leg, as_of: Moment) -> Entry:
        """A line of the log, judged by the promise in force when the ticket was issued."""
        running = off = 0
        if leg.state in OPEN:
            running = self.clocks.between(leg.since, as_of) or 0
            name = clock(leg.state, "", leg.park_clock == "visitor")
            if name in OFF:
                off = self._not_counted(leg, name, as_of.at - running, as_of.at)
        begins = None if self.office is None else day_begins(self.office)
        return entry_of(leg, running, off, as_of.at, self._standard(leg), begins)


#: The standard of a number for whose service none was in force.
NONE = Version(0, "", 0, "", NOTHING_STATED)
#: Clock -> how much of it the standard does not count, being breaks or closed time.
OFF = {"waited": "waited_off", "parked_office": "parked_off"}
_UNDOABLE = frozenset(UNDOABLE.values())


def _person(event: Event) -> int | None:
    kind, _, number = (event.actor or "").partition(":")
    return int(number) if kind == "person" else None


def _server(event: Event, body: dict[str, Any]) -> int | None:
    """Who serves from here on; at a unit of a room nobody sits, whoever called there."""
    return None if body.get("room") else _person(event)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return intern(value)  # a few dozen keys and codes, in every step
'''

# -------------------- domain/in_force.py --------------------
SOURCES['domain/in_force.py'] = r'''"""A configuration that was in force, read from the JSON text whose digest stands in the log."""

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
'''

# -------------------- domain/lines.py --------------------
SOURCES['domain/lines.py'] = r'''"""Every call held against the queue as the log itself rebuilds it: who waited, in what order, and whom the rule names.

``verify.check_calls`` takes each decision again from the circumstances that its own event states. Here those
circumstances are not believed either: the waiting visitors, the calls before and the rules in force come from the
events before the call, ``discipline.choose`` decides on them anew, and what the call states must be what comes out.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from .chain import Event, Problem
from .discipline import ADVANCES, IN_THE_MIX, RETURNS, Choice, Heads, Recent, choose, recent_needed
from .leg import Leg
from .office import Counter, Office
from .rebuilt import Rebuilt
from .rebuilt_clock import Moment
from .ticket import State, Waiting

LINE_PROBLEMS: dict[str, str] = {
    "passed_over": "by the queue as the log has it, another visitor was next",
    "other_circumstances": "the visitor was next, but the queue was not as the call states it",
}


class _Line:
    """Who can be called at one service, of whatever day: the places of each class in order, and the returns."""

    def __init__(self) -> None:
        self.places: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])  # (tick, step): ordinary, priority
        self.returns: dict[int, Leg] = {}
        self.unplaced: dict[int, Leg] = {}  # whose clock no event has told yet
        self._where: dict[int, tuple[bool, tuple[int, int]]] = {}

    def wait(self, leg: Leg, tick: int | None) -> None:
        if leg.returned_seq:
            self.returns[leg.id] = leg
        elif tick is None:
            self.unplaced[leg.id] = leg
        else:
            self._where[leg.id] = (leg.priority, (tick, leg.id))
            insort(self.places[leg.priority], (tick, leg.id))

    def leave(self, step: int) -> None:
        self.returns.pop(step, None)
        self.unplaced.pop(step, None)
        found = self._where.pop(step, None)
        if found is not None:
            places = self.places[found[0]]
            del places[bisect_left(places, found[1])]

    def steps(self) -> list[int]:
        return [*self._where, *self.returns, *self.unplaced]


class Lines:
    """The lines of one office, kept beside ``Rebuilt``: ask ``check`` before a call is taken, ``follow`` after."""

    def __init__(self, rebuilt: Rebuilt) -> None:
        self.rebuilt = rebuilt
        self.waiting: dict[str, _Line] = defaultdict(_Line)
        self._calls: dict[tuple[str, str], list[tuple[int, bool, str]]] = defaultdict(list)  # (seq, priority, rule)
        self._day = ""
        self._moved: dict[tuple[str, str], tuple[str, ...]] = {}  # (day, counter) -> what it serves on that day
        self.checked = self.unchecked = 0

    def follow(self, event: Event, body: dict[str, Any], legs: Iterable[Leg]) -> None:
        """What an event changed: ``legs`` are the step that it is about and the one that it began, if it began one."""
        for leg in legs:
            self.waiting[leg.service].leave(leg.id)
            if leg.state is State.WAITING and leg.arrived_at is not None and leg.id in self.rebuilt.legs:
                self.waiting[leg.service].wait(leg, self.rebuilt.clocks.tick(leg.queued))
            if event.kind == "called":
                self._called(event, body, leg)
        if event.kind == "undone":
            self._undone(body["undone_seq"], body.get("undone_kind") == "transferred")

    def services_moved(self, event: Event, body: dict[str, Any], office: Office) -> None:
        """A counter serves other services than configured, until the day ends or all is as usual again."""
        key, services = (self.rebuilt.day_of(event.at), str(body["counter"])), tuple(map(str, body["services"]))
        usual = next((c.services for c in office.counters if c.key == key[1]), ())
        self._moved.pop(key, None)
        if sorted(services) != sorted(usual):
            self._moved[key] = services

    def counter_on(self, key: str, day: str, office: Office) -> Counter | None:
        """A counter with what it serves on a day; None: there is none."""
        found = next((c for c in office.counters if c.key == key), None)
        moved = self._moved.get((day, key))
        if found is None or moved is None:
            return found
        known = {service.key for service in office.services}
        return replace(found, services=tuple(s for s in moved if s in known) or found.services)

    def _undone(self, seq: int, transfer: bool) -> None:
        for calls in self._calls.values():
            if calls and calls[-1][0] >= seq:
                calls[:] = [call for call in calls if call[0] != seq]
        for line in self.waiting.values() if transfer else ():
            for step in line.steps():  # the one that the transfer had begun is of no day any more
                if step not in self.rebuilt.legs:
                    line.leave(step)

    def _called(self, event: Event, body: dict[str, Any], leg: Leg) -> None:
        day = self.rebuilt.day_of(event.at)
        if day != self._day:  # calls of another day count for nothing; a log may come back to the one before
            for key in [key for key in self._calls if key[1] not in (day, self._day)]:
                del self._calls[key]
            self._day = day
        self._calls[leg.service, day].append((event.seq, bool(body["priority"]), body["why"]["rule"]))

    def check(self, event: Event, body: dict[str, Any], office: Office) -> Problem | None:
        """A call by the rule, before it is taken; None: it was right, or out of the order with a reason."""
        why = body["why"]
        if why["rule"] not in IN_THE_MIX | RETURNS:
            return None
        choice = self._choice(event, body, office)
        if choice is None:
            self.unchecked += 1
            return None
        self.checked += 1
        if choice.step != event.step:
            return Problem(event.seq, "passed_over", f"{choice.why['rule']} {choice.step}")
        if choice.why != why:
            return Problem(event.seq, "other_circumstances", json.dumps(choice.why, sort_keys=True))
        return None

    def _choice(self, event: Event, body: dict[str, Any], office: Office) -> Choice | None:
        """Whom the rule names; None where a clock of the waiting is not known, or the counter is not."""
        now = self.rebuilt.clocks.tick(Moment.of(event))
        day = self.rebuilt.day_of(event.at)
        counter = self.counter_on(body["counter"], day, office)
        if now is None or counter is None:
            return None
        per_service = {}
        for service in counter.services:
            heads = self._heads(service, day)
            if heads is None:
                return None
            if heads.ordinary or heads.priority or heads.returning:
                per_service[service] = (heads, self._recent(service, day, office, bool(heads.returning)))
        return choose(counter, per_service, office.rules, now)

    def _heads(self, service: str, day: str) -> Heads | None:
        """The first of each class and whoever returns; None where the clock of somebody who waits is not known."""
        line = self.waiting[service]
        for leg in list(line.unplaced.values()):
            line.leave(leg.id)
            line.wait(leg, self.rebuilt.clocks.tick(leg.queued))
        returning = []
        for leg in line.returns.values():
            tick = self.rebuilt.clocks.tick(leg.queued)
            if tick is None:
                return None
            if leg.day == day:
                returning.append(Waiting(leg.id, service, tick, leg.priority, leg.returned_seq, leg.return_after))
        if any(leg.day == day for leg in line.unplaced.values()):
            return None
        returning.sort(key=lambda waiting: (waiting.queued_at, waiting.step))
        ordinary, priority = (self._first(line, service, day, bool(which)) for which in (0, 1))
        return Heads(ordinary, priority, tuple(returning))

    def _first(self, line: _Line, service: str, day: str, priority: bool) -> tuple[Waiting, ...]:
        for tick, step in line.places[priority]:
            if self.rebuilt.legs[step].day == day:
                return (Waiting(step, service, tick, priority),)
        return ()

    def _recent(self, service: str, day: str, office: Office, with_seqs: bool) -> Recent:
        """As far back as the mix looks; all of them only where somebody's return depends on them."""
        calls = self._calls.get((service, day), [])
        needed = recent_needed(office.rules.mix)
        classes = islice((priority for _seq, priority, rule in reversed(calls) if rule in IN_THE_MIX), needed)
        seqs = tuple(seq for seq, _p, rule in reversed(calls) if rule in ADVANCES) if with_seqs else ()
        return Recent(tuple(classes), seqs)
'''

# -------------------- domain/overtaking.py --------------------
SOURCES['domain/overtaking.py'] = r'''"""Who was overtaken, counted from what happened: for the report, and to hold the order to its bound.

The definition (decisions 9): a waiting visitor is overtaken by every automatic call of somebody who
queued later, by a counter that could have served him, while he could be called. Calls out of order
with a reason, returns at a promised place and the list of services that an office set for a counter
do not count; they are told apart by cause. What was undone never happened: an undone call passed nobody, and
nobody was passed in the place that an undone skip or transfer had given him.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .discipline import ADVANCES, IN_THE_MIX, RETURNS


@dataclass(frozen=True)
class Happened:
    """One happening in a queue, in order of seq. ``kind`` is one of

    "joined": can be called from now on at its place (issued, paper confirmed, arrived, reopened);
    "left": cannot be called any more (cancelled, unserved, let past because not here);
    "returned": waits again, for ``return_after`` others (skipped, brought back);
    "called": with the ``rule`` of the choice, by a counter that ``serves`` these services in this
    ``merge``; "undone": the happening with seq ``undone_seq`` was taken back. After a call the step waits as before;
    after a "returned" (a skip) or a "joined" (a transfer) it does not wait.
    """

    seq: int
    kind: str
    step: int
    service: str
    queued_at: int
    rule: str = ""
    serves: tuple[str, ...] = ()
    merge: str = "earliest"
    return_after: int = 0
    undone_seq: int = 0


def overtakes(history: Sequence[Happened]) -> dict[int, int]:
    """How often each step that waited was overtaken, by definition."""
    counts = {h.step: 0 for h in history}
    for step, cause in _passings(history):
        counts[step] += not cause
    return counts


def excused(history: Sequence[Happened]) -> dict[int, dict[str, int]]:
    """How often somebody later went first and why that is not overtaking: step -> cause -> times.

    Causes: "returning", "listed" (the office's order of services) or the rule of the call.
    """
    found: dict[int, Counter[str]] = {}
    for step, cause in _passings(history):
        if cause:
            found.setdefault(step, Counter())[cause] += 1
    return {step: dict(causes) for step, causes in found.items()}


class _Line:
    """The visitors of one service who wait, and the calls that bring its returns nearer."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []  # (queued_at, step) of those at an ordinary place, sorted
        self.returns: dict[int, Happened] = {}  # step -> how it came back
        self.calls: list[int] = []  # seqs, ascending

    def wait(self, step: Happened, returned: Happened | None = None) -> None:
        self.leave(step.step)
        if returned is None:
            insort(self.places, (step.queued_at, step.step))
        else:
            self.returns[step.step] = returned

    def leave(self, step: int) -> Happened | None:
        """Takes the step out; its return, if it was one."""
        self.places = [place for place in self.places if place[1] != step]
        return self.returns.pop(step, None)

    def passed_by(self, queued_at: int) -> Iterator[int]:
        """Those who could be called and queued before ``queued_at``."""
        for place in self.places:
            if place[0] >= queued_at:
                break
            yield place[1]
        for step, back in self.returns.items():
            since = len(self.calls) - bisect_right(self.calls, back.seq)
            if since >= back.return_after and back.queued_at < queued_at:
                yield step


def _passings(history: Sequence[Happened]) -> Iterator[tuple[int, str]]:
    """(who was passed, why it does not count or "") for every visitor passed by every call."""
    undone = {h.undone_seq for h in history if h.kind == "undone"}
    lines: dict[str, _Line] = defaultdict(_Line)
    was_return: dict[int, Happened | None] = {}  # an undone call -> how its step had waited
    for h in history:
        line = lines[h.service]
        if h.kind in ("joined", "returned") and h.seq in undone:
            continue
        if h.kind == "undone" and h.undone_seq not in was_return:
            continue
        if h.kind == "joined":
            line.wait(h)
        elif h.kind == "returned":
            line.wait(h, returned=h)
        elif h.kind == "left":
            line.leave(h.step)
        elif h.kind == "undone":
            line.wait(h, was_return.pop(h.undone_seq))
        elif h.seq in undone:
            if h.rule != "parked":  # whoever was parked waits in no line
                was_return[h.seq] = line.leave(h.step)
        else:
            line.leave(h.step)
            for service in h.serves or (h.service,):
                for step in lines[service].passed_by(h.queued_at):
                    yield step, _cause(h, service)
            if h.rule in ADVANCES:
                line.calls.append(h.seq)


def _cause(call: Happened, service: str) -> str:
    if call.rule in RETURNS:
        return "returning"
    if call.rule not in IN_THE_MIX:
        return call.rule
    return "listed" if call.merge == "listed" and service != call.service else ""
'''

# -------------------- domain/line_history.py --------------------
SOURCES['domain/line_history.py'] = r'''"""From the log of a day to what happened in its lines, as ``overtaking.py`` counts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .overtaking import Happened

#: The events that change who waits where.
KINDS = (
    "ticket_issued", "paper_confirmed", "paper_unconfirmed", "arrived", "passed", "skipped", "brought_back", "reopened",
    "called", "transferred", "cancelled", "unserved", "ticket_voided", "undone",
)
_LEFT = frozenset({"cancelled", "unserved", "ticket_voided"})
_BACK = frozenset({"skipped", "brought_back", "reopened"})


class Noted(NamedTuple):
    """An event of a step."""

    seq: int
    kind: str
    step: int
    body: Mapping[str, Any]


class Place(NamedTuple):
    """Where a step stands: its line, and when it joined it by the office's steady clock, ms."""

    service: str
    queued: int


def history(events: Iterable[Noted], places: Mapping[int, Place], return_after: int) -> list[Happened]:
    """What happened, in order of seq; ``events`` are of KINDS and in that order, ``places`` of every step in them.

    ``return_after``: the office's rule for who was due and not here (the log notes it only for those who were called).
    """
    line = Line(return_after)
    line.goes_on(events, places)
    return line.happened


class Line:
    """A day's lines as its events tell of them, one after the other."""

    def __init__(self, return_after: int) -> None:
        self.return_after = return_after
        self.seq = 0                   # of the newest event
        self.happened: list[Happened] = []
        self.joined: set[int] = set()  # has been in a line once
        self.passed: set[int] = set()  # was due, not here, and let the next one pass
        self.called: set[int] = set()  # stands at a counter, or is on the way to one

    def copy(self) -> Line:
        """One that can go on while others read this one."""
        found = Line(self.return_after)
        found.seq, found.happened = self.seq, self.happened.copy()
        found.joined, found.passed, found.called = self.joined.copy(), self.passed.copy(), self.called.copy()
        return found

    def goes_on(self, events: Iterable[Noted], places: Mapping[int, Place]) -> None:
        for event in events:
            self.seq = event.seq
            kind, step, more = self._means(event)
            place = places.get(step)
            if kind and place is not None:
                self.happened.append(Happened(event.seq, kind, step, place.service, place.queued, **more))

    def _means(self, event: Noted) -> tuple[str, int, dict[str, Any]]:
        """(what it is to a line or "", of which step, with what)."""
        step, kind, body = event.step, event.kind, event.body
        if kind in _BACK:
            self.called.discard(step)
            return "returned", step, {"return_after": body.get("return_after", 0)}
        if kind in _LEFT:
            return "left", step, {}
        if kind == "called":
            self.called.add(step)
            return "called", step, _choice(body)
        if kind == "undone":
            return self._undone(step, body)
        if kind == "transferred":  # who cannot be called yet joins on arrival
            return self._joins(body["to_step"]) if body.get("here", True) else ("", step, {})
        if kind == "passed":
            self.passed.add(step)
            return "left", step, {}
        if kind == "arrived":
            return self._arrived(step)
        here = kind != "ticket_issued" or (body["state"] == "waiting" and body["channel"] != "online")
        return self._joins(step) if here else ("", step, {})

    def _joins(self, step: int) -> tuple[str, int, dict[str, Any]]:
        if step in self.joined:
            return "", step, {}
        self.joined.add(step)
        return "joined", step, {}

    def _arrived(self, step: int) -> tuple[str, int, dict[str, Any]]:
        """Who answers a call on the way has left the line already."""
        if step in self.called:
            return "", step, {}
        if step in self.passed:
            self.passed.discard(step)
            self.joined.add(step)
            return "returned", step, {"return_after": self.return_after}
        return self._joins(step)

    def _undone(self, step: int, body: Mapping[str, Any]) -> tuple[str, int, dict[str, Any]]:
        """``undone_kind`` is the state that was left: who had been called waits again, who was set back is called."""
        if body["undone_kind"] == "called":
            self.called.discard(step)
        elif body["undone_kind"] == "waiting":
            self.called.add(step)
        return "undone", step, {"undone_seq": body["undone_seq"]}


def _choice(body: Mapping[str, Any]) -> dict[str, Any]:
    """The rule of a call, and the lines it chose from: those of its counter in which somebody waited."""
    why = body["why"]
    serves = tuple(one[0] for one in why.get("oldest", ()))
    return {"rule": why["rule"], "serves": serves, "merge": why.get("merge", "earliest")}
'''

# -------------------- domain/overtaken.py --------------------
SOURCES['domain/overtaken.py'] = r'''"""How often each step was overtaken, from the events of a log read once more when every step's day is known.

The events of one day's steps are held until the last of them has come: a log of any length costs no more than its
fullest day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from .chain import Event
from .leg import Leg
from .line_history import KINDS, Noted, Place, history
from .overtaking import overtakes
from .rebuilt import Rebuilt

_KINDS = frozenset(KINDS)


def overtaken(events: Iterable[Event], rebuilt: Rebuilt, first_day: str, last_day: str) -> dict[int, int]:
    """Step -> times, of the steps of a period; ``rebuilt`` has seen all of ``events`` before."""
    legs: dict[str, list[Leg]] = {}
    for leg in rebuilt.legs.values():
        if first_day <= leg.day <= last_day:
            legs.setdefault(leg.day, []).append(leg)
    found: dict[int, int] = {}
    for day, noted in _by_day(events, rebuilt, {day: max(leg.last_seq for leg in legs[day]) for day in legs}):
        found.update(_of_day(legs[day], noted, rebuilt))
    return found


def _by_day(events: Iterable[Event], rebuilt: Rebuilt, last: dict[str, int]) -> Iterator[tuple[str, list[Noted]]]:
    """(day, its events) as each day comes to its end."""
    open_days: dict[str, list[Noted]] = {}
    for event in events:
        leg = rebuilt.legs.get(event.step or 0)
        if leg is None or leg.day not in last:
            continue
        if event.kind in _KINDS:
            open_days.setdefault(leg.day, []).append(
                Noted(event.seq, event.kind, leg.id, json.loads(event.body)))
        if event.seq >= last[leg.day]:
            yield leg.day, open_days.pop(leg.day, [])
    yield from open_days.items()


def _of_day(legs: list[Leg], noted: list[Noted], rebuilt: Rebuilt) -> dict[int, int]:
    places = {}
    for leg in legs:
        tick = rebuilt.clocks.tick(leg.queued)
        places[leg.id] = Place(leg.service, leg.queued.at if tick is None else tick)
    after = 0 if rebuilt.office is None else rebuilt.office.rules.return_after
    return overtakes(history(noted, places, after))
'''

# -------------------- domain/findings.py --------------------
SOURCES['domain/findings.py'] = r'''"""What an examination of evidence can find, and what it says in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

#: Of so many findings each is kept; the rest are counted.
MOST_KEPT = 1_000

#: What reading something that is no such thing raises.
ODD = (KeyError, TypeError, ValueError, AttributeError, RecursionError)

EVIDENCE_PROBLEMS: dict[str, str] = {
    "row_unreadable": "the line is not an event as bundles have it",
    "not_as_announced": "the events are not those that the bundle's head announces",
    "not_sealed": "the last event is no seal",
    "seal_wrong": "a sealing event does not name the event before it",
    "seal_list_differs": "the list of seals is not that of the events",
    "seal_before": "a seal given from outside names an event before the first of the bundle",
    "seal_lost": "a seal given from outside names an event that a restored backup does not have",
    "seal_other_office": "a seal given from outside is of another office",
    "configuration_differs": "a configuration is not the one whose digest the log has",
    "configuration_missing": "a configuration that the log names is not in the bundle",
    "standard_differs": "a standard is not the one that the log published",
    "register_differs": "the standards are not those of which a seal has the digest",
    "standard_unknown": "a number names another standard than the one that was in force for it",
    "figure_differs": "a published figure is not the one that the events give",
    "line_differs": "a line of the table is not the one that the events give",
    "line_missing": "a line of the table that the events give is not there",
    "line_more": "the events give no such line of the table, or only one",
    "line_moved": "a line of the table stands in another place than the events give it",
    "rehashed": "the content gives the stored hash, but the next event was linked to another one",
    "link_explained": "the link does not fit because the event before was changed",
    "files_unlisted": "the bundle has no list of its files",
    "file_differs": "a file is not the one in the list of files",
    "file_missing": "a file of the list is not there",
    "file_unlisted": "a file is not in the list of files",
    "list_differs": "the list of files is not the one whose code was given from outside",
}


NOTES: dict[str, str] = {
    "standard_later": "numbers of days before anything was published are judged by the first version",
}


@dataclass(frozen=True)
class Finding:
    """``file`` of the bundle, ``at`` a seq in events.jsonl and a line elsewhere; ``found`` is what was there;
    ``because``: the seq of the changed event that explains it, 0 where nothing does (``blame.py``)."""

    file: str
    at: int
    code: str
    found: str = ""
    because: int = 0


@dataclass
class Result:
    """``anchored`` is the last seq that a seal from outside vouches for, 0 without one; ``notes`` (codes of NOTES, how
    often) are no faults, but a reader should know."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    anchored: int = 0
    events: int = 0
    last_seq: int = 0
    last_at: int = 0
    seals: int = 0
    calls_checked: int = 0
    calls_stated: int = 0
    steps: int = 0
    figures: int = 0
    files: int = 0
    list_code: str = ""
    list_given: bool = False

    @property
    def holds(self) -> bool:
        return not self.counts

    def add(self, finding: Finding) -> None:
        self.counts[finding.code] += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(finding)
'''

# -------------------- domain/blame.py --------------------
SOURCES['domain/blame.py'] = r'''"""Which of the findings name a changed row, and which are only explained by one.

One row that is changed breaks more than itself: the next row's link, the clocks and durations that were measured from
it, the figures. An inspector wants the row that was changed, and the others as what follows from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from .findings import Finding

LOG = "events.jsonl"
#: What can be wrong with a row because another one was changed.
FOLLOWS = frozenset({
    "durations_differ", "not_possible", "unknown_step", "step_twice", "undo_of_another", "clock_back", "not_the_next",
    "passed_over", "other_circumstances", "number_missing", "number_twice", "number_outside", "number_unused",
    "standard_unknown", "standard_differs", "configuration_differs", "register_differs", "line_differs",
    "line_missing", "line_more", "line_moved", "figure_differs", "seal_list_differs",
})
#: A row of which one of these is said is itself not what it was.
_CHANGED = frozenset({"changed", "row_unreadable", "body_not_canonical", "unknown_kind", "other_office"})
_PLACE = frozenset({"gap", "not_after"})


def explained(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, with ``because`` set where the row that it names explains them."""
    given = list(findings)
    found = [each for finding in given for each in _link(finding, _codes(given))]
    named = sorted({f.at for f in found if f.file == LOG and not f.because and f.code not in FOLLOWS})
    links = [seq for seq in named if _breaks(seq, found)]
    return [_follow(finding, links) for finding in found]


def _codes(findings: Iterable[Finding]) -> dict[int, set[str]]:
    codes: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.file == LOG:
            codes[finding.at].add(finding.code)
    return codes


def _link(finding: Finding, codes: dict[int, set[str]]) -> list[Finding]:
    """A broken link names one of its two rows: the one before when that was changed, or when both are whole and the row
    after vouches for this one."""
    at, here = finding.at, codes[finding.at] if finding.file == LOG else set()
    if finding.file != LOG or finding.code not in ("broken_link", "gap"):
        return [finding]
    if finding.code == "gap" or "gap" in here:
        before = _before_gap(finding if finding.code == "gap" else None, here, codes, at)
        return [_explained(finding, before)] if before else [finding]
    before = at - 1
    if codes.get(before, set()) & _CHANGED:
        return [_explained(finding, before)]
    if here & (_CHANGED | _PLACE) or "new_segment" in here:
        return [finding]
    if "broken_link" in codes.get(before, set()):  # the one before was made anew, link and all: it is named
        return [_explained(finding, before)]
    if "broken_link" in codes.get(at + 1, set()):
        return [finding]
    return [replace(finding, at=before, code="rehashed", found=""), _explained(finding, before)]


def _before_gap(gap: Finding | None, here: set[str], codes: dict[int, set[str]], at: int) -> int:
    """The row that explains a gap before ``at``: one that could not be read, or one that stands in the wrong place."""
    expected = int(gap.found) if gap is not None and gap.found.isdigit() else at - 1
    if "row_unreadable" in codes.get(at - 1, set()):
        return at - 1
    return expected - 1 if gap is not None and "not_after" in codes.get(expected - 1, set()) else 0


def _explained(finding: Finding, because: int) -> Finding:
    return replace(finding, code="link_explained", found=str(because), because=because)


def _breaks(seq: int, findings: Iterable[Finding]) -> bool:
    return any(f.at == seq and f.file == LOG and f.code in _CHANGED | _PLACE | {"broken_link", "rehashed"}
               for f in findings)


def _follow(finding: Finding, links: list[int]) -> Finding:
    of_log = finding.file == LOG
    whole = of_log and finding.code == "file_differs"  # the log's own file, in the list of files
    if finding.because or not links or not (finding.code in FOLLOWS or whole) or (of_log and finding.at in links):
        return finding
    earlier = [seq for seq in links if of_log and seq <= finding.at]
    return replace(finding, because=earlier[-1] if earlier else links[0])
'''

# -------------------- domain/evidence.py --------------------
SOURCES['domain/evidence.py'] = r'''"""A bundle of evidence examined: the chain, its seals, its numbers, its calls, and every figure worked out anew.

What comes in are the lines of the bundle's files, whoever reads them; what goes out are findings, each naming the place
and what is wrong there. Nothing is believed but the seals that the reader brings from outside: without one a consistent
log may still have been written anew as a whole (decisions 34).

Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from .bundle import BundleHead, event_of, register_digest, standard_line
from .chain import GENESIS, Event, Problem, check
from .entry import Entry
from .entry_csv import HEAD, compared, csv_line
from .findings import ODD, Finding, Result
from .hours import office_day
from .in_force import InForce, read_configuration
from .lines import Lines
from .overtaken import overtaken
from .rebuilt import Rebuilt
from .rebuilt_clock import Moment
from .register import Version, in_force
from .report import FromLines, differences, refusals
from .seal import Seal, seal_of
from .stored import standard_from_json
from .verify import NUMBERED, Numbers, check_calls


class Examination:
    """Takes a bundle's parts in this order: head, configurations, standards, events; then the rest is compared."""

    def __init__(self, head: BundleHead, outside: Iterable[Seal] = ()) -> None:
        self.head, self.outside = head, list(outside)
        self.result = Result()
        self.configurations: dict[int, InForce] = {}
        self.force: InForce | None = None
        self.standards: dict[int, Version] = {}
        self.lines_of_standards: dict[int, str] = {}
        self.published_at: dict[int, int] = {}
        self.in_force_at: dict[int, InForce] = {}  # by the event that put it in force
        self.in_log: set[int] = set()  # standards whose publication is among the events
        self.numbers = Numbers()
        self.rebuilt = Rebuilt(self.standards, whole=head.first_seq == 1)
        self.lines = Lines(self.rebuilt)
        self.refused: dict[tuple[str, str], dict[str, int]] = {}
        self.seals: list[tuple[Seal, Event]] = []
        self.last: Event | None = None
        self.cut_day = ""  # the day in whose middle a log begins that does not begin at its very first event
        self.overtaken: dict[int, int] = {}
        self._other: set[int] = set()  # configurations that are not those of the log
        self._differing: set[int] = set()  # events of which a seal from outside tells another hash
        self._restores: list[tuple[int, int, str]] = []  # (kept up to, lost up to, day)

    def _say(self, file: str, at: int, code: str, found: str = "") -> None:
        self.result.add(Finding(file, at, code, found))

    # --- what the log only names by digest -----------------------------------------------------

    def configuration(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            read = read_configuration(row["version"], row["body"])
            self.configurations[read.version] = read
        except (*ODD, AssertionError) as odd:
            self._say("configurations.jsonl", at, "row_unreadable", str(odd))

    def standard(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            newest = self.configurations[max(self.configurations)]
            found = Version(row["id"], row["service"], row["version"], row["valid_from"],
                            standard_from_json(row["body"]), row["seq"], office_day(newest.office, row["at"]))
            if standard_line(found.id, found.service, found.version, found.valid_from, found.seq, row["at"],
                             row["body"]) != line:
                raise ValueError("spelling")
            self.published_at[found.id] = int(row["at"])
            self.standards[found.id] = found
            self.lines_of_standards[found.id] = line
        except (*ODD, AssertionError) as odd:
            self._say("standards.jsonl", at, "row_unreadable", str(odd))

    # --- the log -------------------------------------------------------------------------------

    def events(self, lines: Iterable[str]) -> None:
        """The whole of events.jsonl, in the order in which it stands there."""
        head = self.head
        previous = GENESIS if head.first_seq == 1 else head.previous_hash
        for problem in check(self._passing(lines), previous, head.first_seq):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)
        for problem in (*self.rebuilt.problems, *self.numbers.problems()):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)
        last = self.last
        if last is None or (last.seq, last.hash) != (head.last_seq, head.last_hash):
            self._say("events.jsonl", 0 if last is None else last.seq, "not_as_announced", str(head.last_seq))
        if last is None or last.kind != "sealed":
            self._say("events.jsonl", 0 if last is None else last.seq, "not_sealed")
        self._outside_missing()
        self._unpublished()
        self.result.calls_checked, self.result.calls_stated = self.lines.checked, self.lines.unchecked

    def _passing(self, lines: Iterable[str]) -> Iterator[Event]:
        for at, line in enumerate(lines, 1):
            try:
                event = event_of(line)
            except ODD as odd:
                self._say("events.jsonl", self.head.first_seq + at - 1, "row_unreadable", str(odd))
                continue
            self.event(event)
            yield event

    def event(self, event: Event) -> None:
        """One event in its turn, without the chain's own check (``events`` does that)."""
        self.last = event
        self.result.events += 1
        if event.office != self.head.office:
            self._say("events.jsonl", event.seq, "other_office", event.office)
        back = self.rebuilt.clocks.goes_back(event)
        if back is not None:
            self._say("events.jsonl", back.seq, back.code, back.found)
        self._outside_here(event)
        try:
            body = json.loads(event.body)
            if not isinstance(body, dict):
                raise ValueError("no object")
            self._content(event, body)
        except ODD as odd:
            self._say("events.jsonl", event.seq, "unreadable", str(odd))

    def _content(self, event: Event, body: dict[str, Any]) -> None:
        if event.kind == "office_configured":
            self._configured(event.seq, body["configuration"], body["digest"])
        elif event.kind == "standard_published":
            self._publishes(event, body)
        elif event.kind == "sealed":
            self._sealed(event, body)
        elif event.kind == "refusals_counted":
            self.refused[body["day"], body["service"]] = {str(k): int(n) for k, n in body["counts"].items()}
        elif event.kind == "restored":
            self._restores.append((int(body["backup_seq"]), int(body["lost_seq"]), self.rebuilt.day_of(event.at)))
        elif event.kind == "services_moved" and self.force is not None:
            self.lines.services_moved(event, body, self.force.office)
        elif event.kind == "called":
            self._call(event, body)
        if event.kind in NUMBERED:
            self.numbers.take(event, body)
        if event.kind in ("ticket_issued", "transferred"):
            self._promise(event, body)
        leg = self.rebuilt.take(event, body)
        if leg is not None:
            begun = leg.ticket.legs[-1:] if event.kind == "transferred" else []
            self.lines.follow(event, body, [leg, *(other for other in begun if other is not leg)])

    def _call(self, event: Event, body: dict[str, Any]) -> None:
        wrong: Problem | None = None
        if self.force is not None and event.step in self.rebuilt.legs:
            self.rebuilt.clocks.see(event, body)
            if self.rebuilt.day_of(event.at) == self.cut_day:  # who waited before the first event is not known
                self.lines.unchecked += 1
            else:
                wrong = self.lines.check(event, body, self.force.office)
        for problem in [wrong] if wrong is not None else check_calls([event]):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)

    def _configured(self, seq: int, version: int, digest: str) -> None:
        found = self.configurations.get(version)
        if found is None:
            self._say("events.jsonl", seq, "configuration_missing", str(version))
            return
        if found.digest != digest and version not in self._other:  # each seal names it again: said once
            self._other.add(version)
            self._say("configurations.jsonl", version, "configuration_differs", str(version))
        self.force, self.rebuilt.office = found, found.office
        self.in_force_at[seq] = found

    def _publishes(self, event: Event, body: dict[str, Any]) -> None:
        """A standard in the bundle is word for word the one that the log has."""
        key = int(body["standard"])
        self.in_log.add(key)
        found, line = self.standards.get(key), self.lines_of_standards.get(key)
        row = {} if line is None else json.loads(line)
        if found is None or json.loads(row["body"]) != body["after"] or (
                found.service, found.version, found.valid_from, row["at"]) != (
                body["service"], body["version"], body["valid_from"], event.at):
            self._say("standards.jsonl", key, "standard_differs", f"{body['service']} {key}")

    def _unpublished(self) -> None:
        """Those from before the first event are vouched for by the first seal's digest of the register; one whose
        publication should be among the events and is not was put in. (Earlier releases published them with the
        configuration alone.)"""
        for key, found in self.standards.items():
            if key in self.in_log or found.seq < self.head.first_seq:
                continue
            force = self.in_force_at.get(found.seq)
            stated = [s.standard for s in force.office.services if s.key == found.service] if force is not None else []
            if stated != [found.standard]:
                self._say("standards.jsonl", key, "standard_differs", f"{found.service} {key}")

    def _sealed(self, event: Event, body: dict[str, Any]) -> None:
        if (body["sealed_seq"], body["sealed_hash"]) != (event.seq - 1, event.previous_hash):
            self._say("events.jsonl", event.seq, "seal_wrong", str(body["sealed_seq"]))
        if self.force is None or self.force.digest != body["digest"]:
            self._configured(event.seq, body["configuration"], body["digest"])
        known = (line for key, line in sorted(self.lines_of_standards.items()) if self.standards[key].seq < event.seq)
        if register_digest(known) != body["register"]:
            self._say("standards.jsonl", event.seq, "register_differs", str(event.seq))
        if event.seq == self.head.first_seq > 1:
            self.cut_day = self.rebuilt.day_of(event.at)
        self.seals.append((seal_of(event.office, body["day"], event.seq, event.hash), event))
        self.result.seals += 1

    def _promise(self, event: Event, body: dict[str, Any]) -> None:
        """A number is judged by the standard of its service that was in force when it was given; so is every further
        step of its ticket."""
        service, day, before = body.get("service"), body.get("day"), event.seq
        if event.kind == "transferred":
            leg = self.rebuilt.legs.get(event.step or 0)
            if leg is None or "standard" not in body:
                return
            service, day, before = body["to_service"], leg.ticket.day, leg.ticket.issued_seq
        versions = sorted((self._dated(v) for v in self.standards.values() if v.service == service and v.seq < before),
                          key=lambda version: version.version)
        found = in_force(versions, str(day))
        if body["standard"] == (0 if found is None else found.id):
            return
        if versions and body["standard"] == versions[0].id and str(day) < versions[0].published:
            self.result.notes["standard_later"] += 1
            return
        self._say("events.jsonl", event.seq, "standard_unknown", f"{service} {body['standard']}")

    def _dated(self, version: Version) -> Version:
        """With the office day of its publication, by the configuration in force."""
        return replace(version, published=self.rebuilt.day_of(self.published_at[version.id]))

    # --- seals from outside --------------------------------------------------------------------

    def _outside_here(self, event: Event) -> None:
        for seal in self.outside:
            if seal.seq == event.seq and seal.office == self.head.office:
                if seal.fits(event.hash) and (not self.force or self.rebuilt.day_of(event.at) == seal.day):
                    self.result.anchored = max(self.result.anchored, event.seq)
                else:
                    self._differing.add(event.seq)

    def _outside_missing(self) -> None:
        last = 0 if self.last is None else self.last.seq
        self.result.last_seq, self.result.last_at = last, 0 if self.last is None else self.last.at
        for seal in self.outside:
            if seal.office != self.head.office:
                self._say("events.jsonl", seal.seq, "seal_other_office", seal.text)
            elif seal.seq > last or seal.seq < self.head.first_seq:
                code = "seal_not_found" if seal.seq > last else "seal_before"
                self._say("events.jsonl", seal.seq, code, seal.text)
            elif seal.seq in self._differing:
                is_lost = any(cut < seal.seq <= lost and seal.day <= day for cut, lost, day in self._restores)
                self._say("events.jsonl", seal.seq, "seal_lost" if is_lost else "seal_differs", seal.text)

    # --- what was published --------------------------------------------------------------------

    def seal_list(self, lines: Iterable[str]) -> None:
        """seals.jsonl: nothing but what the events say, for people to read."""
        made = [seal_line(seal, event) for seal, event in self.seals]
        for at, (stated, found) in enumerate(zip_longest(lines, made, fillvalue=""), 1):
            if stated != found:
                self._say("seals.jsonl", at, "seal_list_differs", stated[:120])

    def again(self, events: Iterable[Event]) -> None:
        """The events once more, now that the day of each step is known: who was overtaken how often."""
        try:
            self.overtaken = overtaken(events, self.rebuilt, self.head.first_day, self.head.last_day)
        except ODD as odd:
            self._say("events.jsonl", 0, "unreadable", str(odd))

    def entries(self) -> Iterator[Entry]:
        """The lines of the period as of the last event."""
        if self.last is None:
            return
        as_of = Moment.of(self.last)
        for entry in self.rebuilt.entries(as_of):
            if self.head.first_day <= entry.day <= self.head.last_day:
                yield entry

    def lines_of_report(self) -> FromLines:
        """What takes the entries and makes the report of them."""
        return FromLines(0 if self.force is None else 60 * self.force.offset_h, self.overtaken)

    def report(self, made: FromLines) -> Any:
        """The report of the period from the lines that ``made`` has taken, and the refusals that the log counts."""
        refused = {k: n for k, n in self.refused.items() if self.head.first_day <= k[0] <= self.head.last_day}
        # As a reader of the file finds it: what JSON cannot tell apart is not different.
        return json.loads(json.dumps(made.report(self.head.first_day, self.head.last_day, refusals(refused))))

    def published(self, steps: Iterable[str], stated: Any) -> None:
        """steps.csv line by line, and report.json figure by figure."""
        made = self.lines_of_report()

        def lines() -> Iterator[str]:
            yield HEAD
            for entry in self.entries():
                made.add(entry)
                self.result.steps += 1
                yield csv_line(entry)

        try:
            for at, code, line in compared(steps, lines()):
                self._say("steps.csv", at, code, line[:160])
            figures = self.report(made)
        except ODD as odd:
            self._say("events.jsonl", 0, "unreadable", str(odd))
            return
        self.result.figures = sum(1 for _figure in leaves(figures))
        for path, was, worked_out in differences(stated, figures):
            self._say("report.json", 0, "figure_differs", f"{path}: {was} / {worked_out}")


def seal_line(seal: Seal, event: Event) -> str:
    """A line of seals.jsonl."""
    row = {"seq": seal.seq, "day": seal.day, "at": event.at, "reason": json.loads(event.body)["reason"],
           "seal": seal.text}
    return json.dumps(row, separators=(",", ":"))


def leaves(found: Any) -> Iterator[Any]:
    """The single figures of a report."""
    if isinstance(found, dict | list):
        for value in found.values() if isinstance(found, dict) else found:
            yield from leaves(value)
    else:
        yield found

'''

# -------------------- proof/reading.py --------------------
SOURCES['proof/reading.py'] = r'''"""Reading a bundle: a zip file, or the folder that somebody unpacked it into."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..domain.bundle import BundleHead, read_head


class NoBundle(Exception):
    """``code``: ``no_file``, ``no_zip``, ``part_missing`` (``detail`` names it) or ``no_head``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


class Bundle:
    """The files of a bundle, read line by line: a year of log needs no more memory than a day."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoBundle("no_file", str(path))
        self._folder = path if path.is_dir() else None
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as odd:
            raise NoBundle("no_zip", str(path)) from odd

    def head(self) -> BundleHead:
        try:
            return read_head(self.text("bundle.json"))
        except (KeyError, TypeError, ValueError, RecursionError) as odd:
            raise NoBundle("no_head", str(odd)) from odd

    def text(self, name: str) -> str:
        with self._open(name) as file:
            return file.read().decode("utf-8", "replace")

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a file without their ends; a byte that is no UTF-8 is a character that nobody wrote."""
        with self._open(name) as raw, io.TextIOWrapper(raw, "utf-8", "replace", newline="\n") as file:
            for line in file:
                yield line.removesuffix("\n")

    def names(self) -> Counter[str]:
        """The files of a zip and how often each is in it; of a folder nothing: other files may lie there."""
        return Counter() if self._zip is None else Counter(self._zip.namelist())

    def digest(self, name: str) -> str:
        """SHA-256 (hex) of a file; raises NoBundle."""
        found = hashlib.sha256()
        with self._open(name) as file:
            while block := file.read(1 << 20):
                found.update(block)
        return found.hexdigest()

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            if self._folder is not None:
                file: IO[bytes] = (self._folder / name).open("rb")
            else:
                assert self._zip is not None
                file = self._zip.open(name)
        except (KeyError, OSError, zipfile.BadZipFile, NotImplementedError) as odd:
            raise NoBundle("part_missing", name) from odd
        try:
            with file:
                yield file
        except (zipfile.BadZipFile, EOFError) as odd:  # the zip's own check sum of the part
            raise NoBundle("part_missing", name) from odd
'''

# -------------------- proof/verifier.py --------------------
SOURCES['proof/verifier.py'] = r'''"""Checks a bundle of evidence and says in words what holds and what does not.

Ends with 0 when everything holds, 1 when something does not, 2 when there was nothing to check.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..domain.blame import explained
from ..domain.bundle import FILES, LIST, event_of, list_code, read_list
from ..domain.chain import Event
from ..domain.evidence import Examination
from ..domain.findings import ODD, Finding, Result
from ..domain.in_force import InForce
from ..domain.seal import NotASeal, Seal, read_code, read_seal
from .reading import Bundle, NoBundle

Words = Mapping[str, Mapping[str, str]]
LANGUAGES = ("id", "en")
SHOWN, SHOWN_EXPLAINED = 40, 10
#: In this order is told what is wrong in which file; other files come between the two.
CAUSES = ("events.jsonl", "configurations.jsonl", "standards.jsonl")
CONSEQUENCES = ("seals.jsonl", "steps.csv", "report.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the zip file, or the folder it was unpacked into")
    parser.add_argument("--seal", action="append", default=[], metavar="TEXT",
                        help="a seal from outside, as printed on a ticket or sheet; may be given again and again")
    parser.add_argument("--seals", type=Path, metavar="FILE", help="a file with one such seal a line")
    parser.add_argument("--list", default="", metavar="CODE",
                        help="the code of the list of files, as it was shown where the bundle was made")
    parser.add_argument("--say", choices=LANGUAGES, default="", help="one language only (default: both)")


def run(args: argparse.Namespace, words: Words) -> int:
    languages = (args.say,) if args.say else LANGUAGES
    try:
        seals = _seals(args)
        code = read_code(args.list) if args.list else ""
        bundle = Bundle(args.bundle)
        examination = examine(bundle, seals, code)
    except NotASeal as odd:
        return _stop(words, languages, f"stop.{odd.code}", "")
    except (NoBundle, OSError) as odd:
        code, detail = (odd.code, odd.detail) if isinstance(odd, NoBundle) else ("no_file", str(odd))
        return _stop(words, languages, f"stop.{code}", detail)
    for language in languages:
        print("\n".join(report(examination, words[language])))
        print()
    return 0 if examination.result.holds else 1


def examine(bundle: Bundle, seals: Sequence[Seal], code: str = "") -> Examination:
    """Everything that is checked of a bundle; raises NoBundle when a part of it is missing. ``code``: that of the list
    of files, from outside."""
    found = Examination(bundle.head(), seals)
    for name, take in (("configurations.jsonl", found.configuration), ("standards.jsonl", found.standard)):
        for at, line in enumerate(bundle.lines(name), 1):
            take(at, line)
    found.events(bundle.lines("events.jsonl"))
    found.again(_readable(bundle.lines("events.jsonl")))
    found.seal_list(bundle.lines("seals.jsonl"))
    try:
        report_ = json.loads(bundle.text("report.json"))
    except (ValueError, RecursionError):
        report_ = None
    found.published(bundle.lines("steps.csv"), report_)
    _files(bundle, found.result, code)
    found.result.findings = explained(found.result.findings)
    return found


def _files(bundle: Bundle, result: Result, code: str) -> None:
    """Each file is the one in the list, each is listed, and the list is the one whose code is known outside."""
    try:
        text = bundle.text(LIST)
        listed = read_list(text)
    except (NoBundle, ValueError):
        result.add(Finding(LIST, 0, "files_unlisted"))
        return
    result.files, result.list_code, result.list_given = len(listed), list_code(text), bool(code)
    if code and code != result.list_code:
        result.add(Finding(LIST, 0, "list_differs", result.list_code))
    for name, digest in listed.items():
        try:
            if bundle.digest(name) != digest:
                result.add(Finding(name, 0, "file_differs"))
        except NoBundle:
            result.add(Finding(name, 0, "file_missing"))
    there = bundle.names()
    for name in sorted({*FILES, *there} - {LIST}):
        if name not in listed or there[name] > 1:
            result.add(Finding(name, 0, "file_unlisted"))


def _readable(lines: Iterable[str]) -> Iterator[Event]:
    """The events of those lines that hold one; the others have been named already."""
    for line in lines:
        with suppress(*ODD):
            yield event_of(line, exact=False)


def _seals(args: argparse.Namespace) -> list[Seal]:
    texts = list(args.seal)
    if args.seals is not None:
        texts += [line for line in args.seals.read_text("utf-8").splitlines() if line.strip()]
    return [read_seal(text) for text in texts]


def _stop(words: Words, languages: Sequence[str], key: str, detail: str) -> int:
    for language in languages:
        print(_fill(words[language][key], {"detail": detail}), file=sys.stderr)
    return 2


def report(examination: Examination, words: Mapping[str, str]) -> list[str]:
    """The outcome in one language, line by line."""
    head, result = examination.head, examination.result
    facts: dict[str, Any] = {
        "office": head.office, "first": head.first_day, "last": head.last_day, "from": head.first_seq,
        "to": result.last_seq, "events": result.events, "seals": result.seals, "calls": result.calls_checked,
        "stated": result.calls_stated, "steps": result.steps, "figures": result.figures,
        "anchored": result.anchored, "given": len(examination.outside), "when": _when(examination),
        "files": result.files, "code": result.list_code,
    }
    known = [finding for finding in result.findings if finding.because]
    facts["problems"] = max(1, sum(result.counts.values()) - len(known))
    lines = [_fill(words[key], facts) for key in ("head", "looked")]
    if result.holds:
        lines.append(_fill(words["holds"], facts))
        lines.append(_fill(words["anchored" if result.anchored else "not_anchored"], facts))
        if 0 < result.anchored < result.last_seq:
            lines.append(_fill(words["after_anchor"], facts))
        lines.append(_fill(words["files" if result.list_given else "files_alone"], facts))
        return lines + [_fill(words[f"note.{code}"], {"n": n}) for code, n in result.notes.items()]
    lines.append(_fill(words["problems"], facts))
    named = [finding for finding in _ordered(result) if not finding.because]
    lines += [f"  - {sentence(finding, words)}" for finding in named[:SHOWN]]
    if facts["problems"] > SHOWN:
        lines.append(_fill(words["more"], {"n": facts["problems"] - SHOWN}))
    return lines + _explained(known, words)


def _explained(known: Sequence[Finding], words: Mapping[str, str]) -> list[str]:
    """What follows from the rows that are named above, apart from them: these rows may be as they were."""
    if not known:
        return []
    lines = [_fill(words["explained"], {"n": len(known)})]
    for finding in known[:SHOWN_EXPLAINED]:
        lines.append(f"  - {sentence(finding, words)}" + _fill(words["because"], {"because": finding.because}))
    if len(known) > SHOWN_EXPLAINED:
        lines.append(_fill(words["more"], {"n": len(known) - SHOWN_EXPLAINED}))
    return lines


def sentence(finding: Finding, words: Mapping[str, str]) -> str:
    """Where, and what is wrong there."""
    place = words["at.file" if not finding.at else "at.event" if finding.file == "events.jsonl" else "at.line"]
    what = words[f"problem.{finding.code}"]
    return _fill(f"{place}: {what}", {"file": finding.file, "at": finding.at, "found": finding.found})


def _ordered(result: Result) -> list[Finding]:
    """What is wrong with the log and with what it is judged by comes first: it explains the rest."""
    rank = {name: nth for nth, name in enumerate(CAUSES)}
    rank.update((name, len(rank) + 1 + nth) for nth, name in enumerate(CONSEQUENCES))
    return sorted(result.findings, key=lambda f: (rank.get(f.file, len(CAUSES)), f.file, f.at))


def _when(examination: Examination) -> str:
    force: InForce | None = examination.force
    return "" if force is None else force.wall_clock(examination.result.last_at)


def _fill(text: str, facts: Mapping[str, object]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def main(argv: Sequence[str], words: Words) -> int:
    """The single file's way in."""
    parser = argparse.ArgumentParser(prog="verifier.py", description=words["en"]["what"] + " / " + words["id"]["what"])
    add_arguments(parser)
    return run(parser.parse_args(argv), words)
'''

# -------------------- words --------------------
WORDS = r'''{
 "id": {
  "what": "Memeriksa bundel bukti catatan antrean",
  "head": "Bundel bukti kantor {office}, hari {first} sampai {last}, kejadian {from} sampai {to} (terakhir {when}).",
  "looked": "Diperiksa: {events} kejadian, {seals} segel, {calls} panggilan menurut antrean saat itu dan {stated} menurut catatannya sendiri, {steps} tahap layanan, {figures} angka laporan.",
  "holds": "KONSISTEN: rantai utuh, tidak ada nomor yang hilang, setiap panggilan mengikuti aturan atau menyebut alasannya, dan semua angka laporan sama dengan hasil hitung ulang.",
  "anchored": "TERTAMBAT: {given} segel dari luar diperiksa; sampai kejadian {anchored} tidak ada yang diubah sejak segel itu dicetak.",
  "after_anchor": "Kejadian sesudah {anchored} konsisten, tetapi belum tertambat: berikan segel yang lebih baru.",
  "not_anchored": "BELUM TERTAMBAT: tanpa segel dari luar, seluruh catatan masih mungkin ditulis ulang. Berikan segel dari tiket, lembar penutupan atau foto papan: --seal \"…\"",
  "problems": "TIDAK COCOK. Temuan: {problems}.",
  "more": "  … dan {n} temuan lain.",
  "at.event": "kejadian {at}",
  "at.line": "{file}, baris {at}",
  "because": " (karena kejadian {because})",
  "explained": "Dijelaskan oleh temuan di atas ({n}); baris ini sendiri mungkin utuh:",
  "files": "BERKAS: {files} berkas sesuai daftarnya, dan daftar itu yang kodenya Anda berikan ({code}).",
  "files_alone": "BERKAS: {files} berkas sesuai daftarnya. Bandingkan kode daftar itu dengan yang tampil ketika bundel dibuat: {code}",
  "at.file": "{file}",
  "stop.no_file": "Berkas tidak dapat dibaca: {detail}",
  "stop.no_zip": "Ini bukan berkas zip yang utuh: {detail}",
  "stop.not_a_code": "Itu bukan kode daftar berkas. Salin seluruhnya: delapan kelompok huruf.",
  "stop.part_missing": "Bagian ini hilang dari bundel atau rusak: {detail}",
  "stop.no_head": "bundle.json bukan kepala bundel yang dikenal: {detail}",
  "stop.not_a_seal": "Itu bukan segel. Salin seluruhnya: kantor, tanggal, nomor dan sembilan kelompok huruf.",
  "stop.seal_miscopied": "Segel salah salin: kelompok terakhir tidak cocok dengan yang lain. Periksa huruf demi huruf.",
  "note.standard_later": "Catatan: {n} nomor berasal dari hari sebelum standar mana pun diterbitkan; nomor itu dinilai dengan standar pertama.",
  "problem.other_office": "milik kantor lain ({found})",
  "problem.gap": "ada kejadian yang hilang sebelum ini; yang seharusnya berikutnya adalah {found}",
  "problem.not_after": "nomornya tidak lebih tinggi dari yang sebelumnya: berganda atau tertukar urutan; yang seharusnya {found}",
  "problem.broken_link": "hash sebelumnya bukan hash kejadian di depannya: ada yang diubah, dihapus, disisipkan atau ditukar di sini",
  "problem.changed": "isinya tidak menghasilkan hash yang tercatat: kejadian ini diubah",
  "problem.unknown_kind": "jenis kejadian tidak dikenal ({found})",
  "problem.body_not_canonical": "isinya tidak ditulis seperti seharusnya: diubah",
  "problem.new_segment": "rantai diputus di sini dengan alarm dan dimulai lagi",
  "problem.seal_differs": "hash-nya bukan yang disebut segel dari luar ({found}): catatan sampai di sini ditulis ulang",
  "problem.seal_not_found": "segel dari luar menyebut kejadian ini, tetapi bundel berakhir sebelumnya ({found}): ekornya dipotong, atau bundel ini lebih tua dari segel itu",
  "problem.seal_before": "segel dari luar menyebut kejadian sebelum awal bundel ini ({found}): mintalah bundel yang mulai lebih awal",
  "problem.seal_lost": "segel dari luar menyebut kejadian yang hilang ketika cadangan dipulihkan ({found}): pemulihan itu tercatat, tetapi isinya tidak dapat diperiksa lagi",
  "problem.seal_other_office": "segel dari luar milik kantor lain ({found})",
  "problem.not_the_next": "panggilan ini tidak sesuai dengan catatannya sendiri; menurut catatan itu seharusnya {found}",
  "problem.no_reason": "panggilan ini tidak menyebut aturan atau alasannya",
  "problem.passed_over": "menurut antrean saat itu, yang berikutnya adalah orang lain ({found})",
  "problem.other_circumstances": "orangnya benar, tetapi keadaan antrean saat itu bukan seperti yang disebut; seharusnya {found}",
  "problem.number_missing": "nomor di bawah yang tertinggi tidak pernah diberikan ({found})",
  "problem.number_twice": "nomor diberikan dua kali ({found})",
  "problem.number_outside": "nomor diberikan oleh yang tidak berhak ({found})",
  "problem.number_unused": "nomor yang tercatat tidak terpakai ternyata pernah diberikan ({found})",
  "problem.unreadable": "isi kejadian tidak dapat dipahami ({found})",
  "problem.unknown_step": "tentang tahap {found}, yang tidak pernah dimulai dalam catatan ini",
  "problem.step_twice": "memulai tahap {found} yang sudah ada",
  "problem.not_possible": "tidak mungkin dalam keadaan tahap itu ({found})",
  "problem.durations_differ": "lama waktu yang disebut bukan yang dihasilkan jam kejadian-kejadiannya; seharusnya {found} (ms)",
  "problem.undo_of_another": "membatalkan kejadian yang bukan terakhir dari tahap itu ({found})",
  "problem.clock_back": "jam mesin mundur {found}: kejadian ini dimundurkan waktunya atau dipindahkan",
  "problem.row_unreadable": "baris ini bukan baris yang sah ({found}): diubah",
  "problem.not_as_announced": "kejadian terakhir bukan yang disebut kepala bundel (nomor {found})",
  "problem.not_sealed": "bundel tidak berakhir dengan segel: ekornya dipotong",
  "problem.seal_wrong": "kejadian segel tidak menyebut kejadian tepat sebelumnya ({found})",
  "problem.seal_list_differs": "daftar segel berbeda dari kejadiannya ({found})",
  "problem.configuration_differs": "konfigurasi ini bukan yang sidik jarinya tercatat (versi {found})",
  "problem.configuration_missing": "konfigurasi versi {found} yang disebut catatan tidak ada dalam bundel",
  "problem.standard_differs": "standar pelayanan ini bukan yang diterbitkan ({found})",
  "problem.register_differs": "standar-standar dalam bundel bukan yang sidik jarinya ada pada segel kejadian {found}",
  "problem.rehashed": "kejadian ini diubah: isinya cocok dengan hash-nya sendiri, tetapi kejadian berikutnya ditautkan pada hash yang lain",
  "problem.standard_unknown": "nomor ini menyebut standar lain dari yang berlaku baginya ({found})",
  "problem.figure_differs": "angka laporan berbeda, tertulis / hasil hitung ulang: {found}",
  "problem.file_differs": "berkas ini bukan yang tercantum dalam daftar berkas: diubah",
  "problem.file_missing": "berkas ini tercantum dalam daftar, tetapi tidak ada",
  "problem.file_unlisted": "berkas ini tidak tercantum dalam daftar berkas",
  "problem.files_unlisted": "daftar berkas bundel ini tidak ada atau rusak: README.txt dan verifier.py tidak dapat diperiksa",
  "problem.line_differs": "baris berbeda dari hasil hitung ulang ({found})",
  "problem.line_missing": "di sini hilang satu baris, yang menurut kejadian harus ada ({found})",
  "problem.line_more": "baris ini tidak ada dalam hasil hitung ulang, atau hanya sekali ({found})",
  "problem.line_moved": "baris ini bukan di tempatnya ({found})",
  "problem.link_explained": "tautannya tidak cocok, dijelaskan oleh kejadian {found}",
  "problem.list_differs": "daftar berkas bukan yang kodenya Anda berikan; kodenya {found}"
 },
 "en": {
  "what": "Checks a bundle of evidence of a queue log",
  "head": "Bundle of evidence of office {office}, days {first} to {last}, events {from} to {to} (the last one {when}).",
  "looked": "Checked: {events} events, {seals} seals, {calls} calls against the queue of that moment and {stated} against their own record, {steps} steps, {figures} figures of the report.",
  "holds": "CONSISTENT: the chain is whole, no number is missing, every call followed the rule or says its reason, and every figure of the report is what the events give.",
  "anchored": "ANCHORED: {given} seals from outside were checked; up to event {anchored} nothing was changed since they were printed.",
  "after_anchor": "The events after {anchored} are consistent, but not anchored: give a newer seal.",
  "not_anchored": "NOT ANCHORED: without a seal from outside the whole log may still have been written anew. Give one from a ticket, a closing sheet or a photo of a board: --seal \"…\"",
  "problems": "DOES NOT HOLD. Findings: {problems}.",
  "more": "  … and {n} more.",
  "at.event": "event {at}",
  "at.line": "{file}, line {at}",
  "because": " (because of event {because})",
  "explained": "Explained by what is named above ({n}); these rows themselves may be whole:",
  "files": "FILES: {files} files are those of the list, and the list is the one whose code you gave ({code}).",
  "files_alone": "FILES: {files} files are those of the list. Compare the code of that list with the one shown when the bundle was made: {code}",
  "at.file": "{file}",
  "stop.no_file": "The file cannot be read: {detail}",
  "stop.no_zip": "This is no whole zip file: {detail}",
  "stop.not_a_code": "That is no code of a list of files. Copy all of it: eight groups of letters.",
  "stop.part_missing": "This part of the bundle is missing or damaged: {detail}",
  "stop.no_head": "bundle.json is no head of a bundle that is known here: {detail}",
  "stop.not_a_seal": "That is no seal. Copy all of it: office, date, number and nine groups of letters.",
  "stop.seal_miscopied": "The seal was copied wrongly: its last group does not fit the others. Check it letter by letter.",
  "note.standard_later": "Note: numbers of days before any standard was published are judged by the first one: {n}.",
  "problem.other_office": "belongs to another office ({found})",
  "problem.gap": "events before this one are missing; the next should have been {found}",
  "problem.not_after": "its number is not higher than the one before: doubled or out of order; it should be {found}",
  "problem.broken_link": "the previous hash is not that of the event before: something was changed, removed, put in or swapped here",
  "problem.changed": "its content does not give the stored hash: this event was changed",
  "problem.unknown_kind": "no such kind of event ({found})",
  "problem.body_not_canonical": "its body is not written as it must be: changed",
  "problem.new_segment": "the chain was cut here with an alarm and begins anew",
  "problem.seal_differs": "its hash is not the one that a seal from outside names ({found}): the log up to here was written anew",
  "problem.seal_not_found": "a seal from outside names this event, but the bundle ends before it ({found}): the tail was cut, or this bundle is older than the seal",
  "problem.seal_before": "a seal from outside names an event before the bundle begins ({found}): ask for a bundle that begins earlier",
  "problem.seal_lost": "a seal from outside names an event that was lost when a backup was restored ({found}): the restore is on record, but what it lost cannot be checked any more",
  "problem.seal_other_office": "a seal from outside is of another office ({found})",
  "problem.not_the_next": "the call does not follow from its own record, which leads to {found}",
  "problem.no_reason": "the call says neither its rule nor its reason",
  "problem.passed_over": "by the queue of that moment somebody else was next ({found})",
  "problem.other_circumstances": "the right visitor, but the queue was not as the call states it; it was {found}",
  "problem.number_missing": "a number below the highest was never given ({found})",
  "problem.number_twice": "a number was given twice ({found})",
  "problem.number_outside": "a number was given by somebody whom it was not set apart for ({found})",
  "problem.number_unused": "a number recorded as unused had been given ({found})",
  "problem.unreadable": "the content cannot be understood ({found})",
  "problem.unknown_step": "is about step {found}, which nothing in this log began",
  "problem.step_twice": "begins step {found}, which is there already",
  "problem.not_possible": "not possible in the state in which the step was ({found})",
  "problem.durations_differ": "the durations stated are not those that the clocks of its events give, which are {found} (ms)",
  "problem.undo_of_another": "takes back an event that is not the step's latest ({found})",
  "problem.clock_back": "the machine's clock goes back by {found}: this event was back-dated or moved",
  "problem.row_unreadable": "the line is not one that a bundle can hold ({found}): changed",
  "problem.not_as_announced": "the last event is not the one that the bundle's head names (number {found})",
  "problem.not_sealed": "the bundle does not end with a seal: its tail was cut",
  "problem.seal_wrong": "the seal does not name the event right before it ({found})",
  "problem.seal_list_differs": "the list of seals is not that of the events ({found})",
  "problem.configuration_differs": "the configuration is not the one whose fingerprint is in the log (version {found})",
  "problem.configuration_missing": "configuration version {found}, which the log names, is not in the bundle",
  "problem.standard_differs": "the service standard is not the one that was published ({found})",
  "problem.register_differs": "the standards in the bundle are not those whose fingerprint the seal of event {found} carries",
  "problem.rehashed": "this event was changed: its content fits its own hash, but the next event was linked to another one",
  "problem.standard_unknown": "the number names another standard than the one that was in force for it ({found})",
  "problem.figure_differs": "a figure of the report differs, as written / as worked out: {found}",
  "problem.file_differs": "this file is not the one in the list of files: it was changed",
  "problem.file_missing": "this file stands in the list, but is not there",
  "problem.file_unlisted": "this file does not stand in the list of files",
  "problem.files_unlisted": "the list of this bundle's files is missing or damaged: README.txt and verifier.py cannot be checked",
  "problem.line_differs": "the line is not what the events give ({found})",
  "problem.line_missing": "a line that the events give is missing here ({found})",
  "problem.line_more": "the events give no such line, or only one ({found})",
  "problem.line_moved": "the line stands in another place than it should ({found})",
  "problem.link_explained": "its link does not fit, which event {found} explains",
  "problem.list_differs": "the list of files is not the one whose code you gave; its code is {found}"
 }
}
'''


def load():
    """Each module under its own name, in order."""
    for name in ("queue_verifier", *("queue_verifier." + folder for folder in ("domain", "proof"))):
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
    for path, source in SOURCES.items():
        name = "queue_verifier." + path.removesuffix(".py").replace("/", ".")
        module = types.ModuleType(name)
        module.__package__ = name.rpartition(".")[0]
        sys.modules[name] = module
        setattr(sys.modules[module.__package__], name.rpartition(".")[2], module)
        exec(compile(source, path, "exec"), module.__dict__)
    return sys.modules["queue_verifier.proof.verifier"]


if __name__ == "__main__":
    sys.exit(load().main(sys.argv[1:], json.loads(WORDS)))
