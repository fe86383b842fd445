"""The wait-time log made again from the events alone: every step with its clocks, its verdict and what became of it.

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
