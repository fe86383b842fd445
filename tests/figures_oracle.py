"""The figures of a report once more, by brute force and from the events of the log alone.

Nothing of the program is used but the events, the text of the standards and the flags that the exported log names:
what follows is how a stranger would do it, slowly.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from queue_server.domain.chain import Event

WIB_MIN = 7 * 60
AUTOMATIC = ("first", "priority_turn", "ordinary_turn", "overdue")
TAKES_OFF = ("skipped", "brought_back", "parked", "reopened", "unserved")
STATES = {
    "called": "called", "started": "serving", "finished": "done", "skipped": "waiting", "no_show": "no_show",
    "brought_back": "waiting", "parked": "parked", "transferred": "transferred", "cancelled": "cancelled",
    "unserved": "unserved", "reopened": "waiting", "ticket_voided": "void",
}


@dataclass(frozen=True)
class Step:
    step: int
    ticket: int
    day: str
    service: str
    prefix: str
    number: int
    channel: str
    priority: bool
    leg: int
    issued: int
    queued: int
    arrived: int | None
    standard: int
    state: str = "waiting"
    counter: str = ""
    officer: str = ""
    was_called: bool = False
    outcome: str = ""
    remote: int = 0
    durations: dict[str, int] = field(default_factory=dict)

    def ms(self, name: str) -> int:
        return self.durations.get(name, 0)

    @property
    def wait(self) -> int:
        return max(0, self.ms("waited") - self.remote)

    @property
    def served(self) -> int:
        return self.ms("served") + self.ms("parked_office")

    @property
    def whole(self) -> int:
        return self.wait + self.ms("walked") + self.served


class Log:
    """Every step as it is after the last event, and how often it was overtaken."""

    def __init__(self, events: Iterable[Event], standards: dict[int, dict[str, Any]], in_force: dict[str, int]) -> None:
        self.standards, self.in_force = standards, in_force
        self.steps: dict[int, Step] = {}
        self.past: dict[int, list[tuple[int, Step]]] = {}
        self.refused: Counter[tuple[str, str, str]] = Counter()
        found = list(events)
        undone = {json.loads(e.body)["undone_seq"] for e in found if e.kind == "undone"}
        self.overtaken: Counter[int] = Counter()
        self.calls: list[tuple[int, str]] = []      # (seq, service) of calls that bring returns nearer
        self.returns: dict[int, tuple[int, int]] = {}
        self.left: set[int] = set()                 # let past
        for event in found:
            self._take(event, json.loads(event.body), event.seq in undone)

    def _take(self, event: Event, body: dict[str, Any], undone: bool) -> None:
        if event.kind == "refusals_counted":
            for name, n in body["counts"].items():
                self.refused[body["day"], body["service"], name.split(":")[1]] += n
        if event.kind == "ticket_issued":
            self._new(event, body)
        if event.step is None or event.step not in self.steps:
            return
        if event.kind == "called" and not undone:
            self._passes(event, body)
        before = self.steps[event.step]
        self.past.setdefault(event.step, []).append((event.seq, before))
        self.steps[event.step] = self._after(event, body, before, undone)

    def _new(self, event: Event, body: dict[str, Any]) -> None:
        assert event.step is not None
        here = event.at if body["channel"] != "online" else None
        self.steps[event.step] = Step(
            event.step, body["ticket"], body["day"], body["service"], body["prefix"], body["number"], body["channel"],
            bool(body["priority"]), 1, event.at, event.at, here, body["standard"])

    def _after(self, event: Event, body: dict[str, Any], step: Step, undone: bool) -> Step:
        kind = event.kind
        if kind == "undone":
            return next(before for seq, before in self.past[step.step] if seq == body["undone_seq"])
        if kind == "transferred" and not undone:
            self.steps[body["to_step"]] = replace(
                step, step=body["to_step"], service=body["to_service"], leg=step.leg + 1, queued=event.at,
                arrived=event.at, standard=self.in_force[body["to_service"]], state="waiting", counter="", officer="",
                was_called=False, outcome="", remote=0, durations={})
        if kind == "passed":
            self.left.add(step.step)
        if kind in ("skipped", "brought_back", "reopened") and not undone:
            self.returns[step.step] = (event.seq, body["return_after"])
        if kind == "arrived":
            if step.step in self.left and step.state == "waiting":
                self.returns[step.step] = (event.seq, 3)
            self.left.discard(step.step)
            return replace(step, arrived=event.at, remote=body["remote_ms"])
        if kind not in STATES:
            return step
        changes: dict[str, Any] = {"state": STATES[kind]}
        if "durations" in body:
            changes["durations"] = body["durations"]
        if kind == "called":
            changes.update(counter=body["counter"], officer=event.actor.split(":")[1], was_called=True)
            if not undone:
                self.returns.pop(step.step, None)
        if kind == "reopened":
            here = datetime.fromtimestamp(event.at / 1000, UTC) + timedelta(minutes=WIB_MIN)
            changes["day"] = here.date().isoformat()
        if kind in TAKES_OFF:
            changes.update(counter="", officer="")
        if kind == "cancelled":
            changes["outcome"] = body["reason"]
        if kind in ("brought_back", "reopened") and step.arrived is None:
            changes["arrived"] = event.at
        return replace(step, **changes)

    def _passes(self, event: Event, body: dict[str, Any]) -> None:
        """Whoever could be called, had come earlier and stood in a line that the counter looked at is overtaken."""
        assert event.step is not None
        called, why = self.steps[event.step], body["why"]
        if why["rule"] in AUTOMATIC:
            lines = {one[0] for one in why.get("oldest", [])} or {called.service}
            for other in self.steps.values():
                if other.service not in lines or other.step == called.step or other.queued >= called.queued:
                    continue
                if other.state != "waiting" or other.arrived is None or other.step in self.left:
                    continue
                if why.get("merge") == "listed" and other.service != called.service:
                    continue
                since, after = self.returns.get(other.step, (0, 0))
                nearer = sum(1 for seq, service in self.calls if seq > since and service == other.service)
                if other.step not in self.returns or nearer >= after:
                    self.overtaken[other.step] += 1
        if why["rule"] in (*AUTOMATIC, "out_of_order"):
            self.calls.append((event.seq, called.service))

    # --- the figures ---------------------------------------------------------------------------

    def figures(self, wanted: Callable[[Step], bool]) -> dict[str, Any]:
        steps = [step for step in self.steps.values() if wanted(step)]
        first = [step for step in steps if step.leg == 1]
        states = Counter(step.state for step in steps)
        most = max((self.overtaken[step.step] for step in steps), default=0)
        return {
            "steps": len(steps), "numbers": len(first), "served": states["done"], "no_shows": states["no_show"],
            "abandoned": states["cancelled"], "unserved": states["unserved"], "transferred": states["transferred"],
            "void": states["void"], "priority": sum(step.priority for step in first),
            "abandoned_because": dict(Counter(s.outcome for s in steps if s.state == "cancelled")),
            "channels": dict(Counter(step.channel for step in first)), "overtaken": most,
            "wait": spread([step.wait for step in steps if step.was_called]),
            "service": spread([step.served for step in steps if step.state == "done"]),
            "on_time": {part: self._share(steps, part) for part in ("wait", "service", "visit")},
        }

    def _share(self, steps: list[Step], part: str) -> tuple[int, int]:
        judged = [verdict for step in steps if (verdict := self._on_time(step, part)) is not None]
        return sum(judged), len(judged)

    def _on_time(self, step: Step, part: str) -> bool | None:
        if step.state == "void":
            return None
        standard = self.standards[step.standard]
        promises = standard["promises"]
        stated = promises.get("priority") if step.priority else None
        stated = stated or promises.get(step.channel) or promises["door"]
        if part == "visit":
            minutes, ms = standard.get("visit_min"), sum(
                s.whole for s in self.steps.values() if s.ticket == step.ticket and s.step <= step.step)
        else:
            minutes, ms = stated.get(f"{part}_min"), step.wait if part == "wait" else step.served
        if minutes is None:
            return None
        if ms > minutes * 60_000:
            return False
        if part == "wait":
            return True if step.was_called and step.state != "waiting" else None
        return True if step.state == "done" else None


def spread(found: list[int]) -> dict[str, int | None]:
    found = sorted(found)
    return {
        "count": len(found), "median": percentile(found, 50), "p90": percentile(found, 90),
        "p95": percentile(found, 95), "longest": found[-1] if found else None, "total": sum(found),
    }


def percentile(ascending: list[int], percent: int) -> int | None:
    if not ascending:
        return None
    place = Fraction((len(ascending) - 1) * percent, 100)
    low = floor(place)
    high = min(low + 1, len(ascending) - 1)
    return floor(ascending[low] + (place - low) * (ascending[high] - ascending[low]) + Fraction(1, 2))


def half_hour(step: Step) -> str:
    at = step.issued if step.arrived is None else step.arrived
    minute = (at // 60_000 + WIB_MIN) % 1440
    return f"{minute // 60:02d}:{'30' if minute % 60 >= 30 else '00'}"
