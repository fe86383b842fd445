"""Who was overtaken, counted from what happened: for the report, and to hold the order to its bound.

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
