"""The arithmetic of the promise: which clock runs when, and what was on time (decisions 15, 19).

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
