"""Every call held against the queue as the log itself rebuilds it: who waited, in what order, and whom the rule names.

``verify.check_calls`` takes each decision again from the circumstances that its own event states. Here those
circumstances are not believed either: the waiting visitors, the calls before and the rules in force come from the
events before the call, ``discipline.choose`` decides on them anew, and what the call states must be what comes out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .chain import Event, Problem
from .discipline import ADVANCES, IN_THE_MIX, RETURNS, Choice, Heads, Recent, choose, recent_needed
from .in_force import InForce
from .leg import Leg
from .rebuilt import Rebuilt
from .rebuilt_clock import Moment
from .ticket import State, Waiting

LINE_PROBLEMS: dict[str, str] = {
    "passed_over": "by the queue as the log has it, another visitor was next",
    "other_circumstances": "the visitor was next, but the queue was not as the call states it",
}


class Lines:
    """The lines of one office, kept beside ``Rebuilt``: ask ``check`` before a call is taken, ``follow`` after."""

    def __init__(self, rebuilt: Rebuilt) -> None:
        self.rebuilt = rebuilt
        self.waiting: dict[str, dict[int, Leg]] = defaultdict(dict)
        self._calls: dict[tuple[str, str], list[tuple[int, bool, str]]] = defaultdict(list)  # (seq, priority, rule)
        self._day = ""
        self.checked = self.unchecked = 0

    def follow(self, event: Event, body: dict[str, Any], legs: Iterable[Leg]) -> None:
        """What an event changed: ``legs`` are the step that it is about and the one that it began, if it began one."""
        for leg in legs:
            for line in self.waiting.values():
                line.pop(leg.id, None)
            if leg.state is State.WAITING and leg.id in self.rebuilt.legs:
                self.waiting[leg.service][leg.id] = leg
            if event.kind == "called":
                self._called(event, body, leg)
        if event.kind == "undone":
            undone = body["undone_seq"]
            for line in self.waiting.values():  # the step that a transfer began, when that is taken back
                for step in [step for step in line if step not in self.rebuilt.legs]:
                    del line[step]
            for calls in self._calls.values():
                if calls and calls[-1][0] >= undone:
                    calls[:] = [call for call in calls if call[0] != undone]

    def _called(self, event: Event, body: dict[str, Any], leg: Leg) -> None:
        day = self.rebuilt.day_of(event.at)
        if day != self._day:  # calls of another day count for nothing
            self._day = day
            self._calls.clear()
        self._calls[leg.service, day].append((event.seq, bool(body["priority"]), body["why"]["rule"]))

    def check(self, event: Event, body: dict[str, Any], force: InForce) -> Problem | None:
        """A call by the rule, before it is taken; None: it was right, or out of the order with a reason."""
        why = body["why"]
        if why["rule"] not in IN_THE_MIX | RETURNS:
            return None
        choice = self._choice(event, body, force)
        if choice is None:
            self.unchecked += 1
            return None
        self.checked += 1
        if choice.step != event.step:
            return Problem(event.seq, "passed_over", f"{choice.why['rule']} {choice.step}")
        if choice.why != why:
            return Problem(event.seq, "other_circumstances", json.dumps(choice.why, sort_keys=True))
        return None

    def _choice(self, event: Event, body: dict[str, Any], force: InForce) -> Choice | None:
        """Whom the rule names; None where a clock of the waiting is not known, or the counter is not."""
        now, counter = self.rebuilt.clocks.tick(Moment.of(event)), force.counters.get(body["counter"])
        if now is None or counter is None:
            return None
        day = self.rebuilt.day_of(event.at)
        per_service = {}
        for service in counter.services:
            rows = self._rows(service, day)
            if rows is None:
                return None
            if rows:
                heads = Heads.of(rows)
                firsts = Heads(heads.ordinary[:1], heads.priority[:1], heads.returning)
                per_service[service] = (firsts, self._recent(service, day, force))
        return choose(counter, per_service, force.rules, now)

    def _rows(self, service: str, day: str) -> list[Waiting] | None:
        rows = []
        for leg in self.waiting[service].values():
            if leg.day != day or leg.arrived_at is None:
                continue
            tick = self.rebuilt.clocks.tick(leg.queued)
            if tick is None:
                return None
            rows.append(Waiting(leg.id, service, tick, leg.priority, leg.returned_seq, leg.return_after))
        return rows

    def _recent(self, service: str, day: str, force: InForce) -> Recent:
        calls = self._calls.get((service, day), [])
        classes = tuple(priority for _seq, priority, rule in reversed(calls) if rule in IN_THE_MIX)
        seqs = tuple(seq for seq, _priority, rule in reversed(calls) if rule in ADVANCES)
        return Recent(classes[: recent_needed(force.rules.mix)], seqs)
