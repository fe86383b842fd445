"""From the log of a day to what happened in its lines, as ``overtaking.py`` counts it."""

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
