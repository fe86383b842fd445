"""Every call held against the queue as the log itself rebuilds it: who waited, in what order, and whom the rule names.

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
