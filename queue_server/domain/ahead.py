"""The next hour, simulated: who of those waiting will pass the promise, and what would help.

The queue is played forward many times, with the real discipline (``discipline.choose``) and with times drawn from what
the office's own log says a visitor keeps a counter. Whoever is called too late in half of the runs or more is said
to pass the promise. The same moment gives the same answer: chance is seeded by it. All times are ms of the steady
clock; nothing here reads one.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from . import discipline
from .discipline import Heads, Recent
from .office import Counter, MixRule, Rules
from .outlook import Ahead, Remedy, Risk
from .ticket import Waiting

MINUTE, HOUR = 60_000, 3_600_000
HORIZON = HOUR
#: Runs for a short line; a long one is surer of itself and gets fewer, so that the cost stays the same.
RUNS, FEWEST_RUNS, CALLS = 40, 12, 4_000
#: A remedy is proposed when it keeps at least so many within the promise.
WORTH = 1
#: So many ways to help are tried for a service, and of so many services, the worst first.
MOST_TRIED, MOST_SERVICES = 3, 3
#: Closed counters of different services among them: one that serves others too may be taken up by these.
MOST_OPENED = 2
#: Where the log says nothing of a service yet, and its standard nothing either.
USUAL_MS = 5 * MINUTE
#: A visitor who has kept the counter longer than any before stays a little longer, whoever asks.
LITTLE_MS = MINUTE
#: "until 10:40": a supervisor thinks in steps of so much.
STEP_MS = 5 * MINUTE


@dataclass(frozen=True)
class Queued:
    """Somebody who waits; ``left_ms`` until the promise is over (negative: it is), None where nothing is promised."""

    waiting: Waiting
    label: str
    left_ms: int | None


@dataclass(frozen=True)
class Desk:
    """A counter at which somebody calls; ``busy_with`` the service of its visitor, who came ``busy_ms`` ago."""

    counter: Counter
    busy_with: str = ""
    busy_ms: int = 0


@dataclass(frozen=True)
class Now:
    """An office at ``at``. ``cycles``: service -> samples of how long a visitor keeps a counter; ``arrivals``: service
    -> (visitors an hour, share of priority); ``closed``: counters at which nobody calls now, but somebody could.
    """

    at: int
    rules: Rules
    queued: tuple[Queued, ...]
    desks: tuple[Desk, ...]
    recent: Mapping[str, Recent] = field(default_factory=dict)
    cycles: Mapping[str, Sequence[int]] = field(default_factory=dict)
    arrivals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    closed: tuple[Counter, ...] = ()


class Lines:
    """The lines of every service, cut to what one decision looks at (decisions 10)."""

    def __init__(
        self, mix: MixRule, waiting: Iterable[Waiting] = (), recent: Mapping[str, Recent] | None = None
    ) -> None:
        self.first: dict[tuple[str, bool], deque[Waiting]] = {}
        self.back: dict[str, list[Waiting]] = {}
        self.recent = dict(recent or {})
        self.needed = discipline.recent_needed(mix)
        for queued in sorted(waiting, key=lambda w: (w.queued_at, w.step)):
            if queued.returned_seq:
                self.back.setdefault(queued.service, []).append(queued)
            else:
                self.joined(queued)
        # The calls to come are later than every call, and than every skip that waits for calls.
        seqs = (*(s for r in self.recent.values() for s in r.seqs[:1]),
                *(w.returned_seq for back in self.back.values() for w in back))
        self.seq = max(seqs, default=0)

    def joined(self, waiting: Waiting) -> None:
        self.first.setdefault((waiting.service, waiting.priority), deque()).append(waiting)

    def left(self, waiting: Waiting) -> None:
        """Gave up. Only who has not been called before."""
        self.first[(waiting.service, waiting.priority)].remove(waiting)

    def of(self, services: Iterable[str]) -> dict[str, tuple[Heads, Recent]]:
        found = {}
        for service in services:
            ordinary, priority = self.first.get((service, False)), self.first.get((service, True))
            back = self.back.get(service)
            if ordinary or priority or back:
                heads = Heads((ordinary[0],) if ordinary else (), (priority[0],) if priority else (), tuple(back or ()))
                found[service] = (heads, self.recent.get(service, Recent()))
        return found

    def called(self, choice: discipline.Choice) -> None:
        rule, service = str(choice.why["rule"]), choice.service
        back = self.back.get(service, [])
        priority = False
        if any(w.step == choice.step for w in back):
            self.back[service] = [w for w in back if w.step != choice.step]
        else:
            line = self.first.get((service, True))
            priority = bool(line and line[0].step == choice.step)
            self.first[(service, priority)].popleft()
        recent = self.recent.get(service, Recent())
        classes, seqs = recent.classes, recent.seqs
        if rule in discipline.IN_THE_MIX:
            classes = (priority, *classes[:self.needed])
        if rule in discipline.ADVANCES:
            self.seq += 1
            seqs = (self.seq, *seqs) if back else seqs
        self.recent[service] = Recent(classes, seqs)


class _Run:
    """One way in which the next hour may go."""

    def __init__(self, now: Now, chance: Random) -> None:
        self.now, self.chance = now, chance
        self.lines = Lines(now.rules.mix, (q.waiting for q in now.queued), now.recent)
        self.called_at: dict[int, int] = {}
        self.wanted = {q.waiting.step for q in now.queued}
        self._all = [s for samples in now.cycles.values() for s in samples] or [USUAL_MS]

    def play(self) -> dict[int, int]:
        """Step -> when it is called; who is not called within the hour is not in it."""
        end = self.now.at + HORIZON
        # (time, nth, desk or None, who joins): ``nth`` keeps equal times in one order.
        happenings: list[tuple[int, int, int | None, Waiting | None]] = []
        free = []
        for n, desk in enumerate(self.now.desks):
            if desk.busy_with:
                happenings.append((self.now.at + self._rest(desk), n, n, None))
            else:
                free.append(n)
        happenings += self._coming(end)
        heapq.heapify(happenings)
        self._call(free, self.now.at, happenings)
        while happenings and len(self.called_at) < len(self.wanted):
            at, _nth, desk_n, who = heapq.heappop(happenings)
            if at > end:
                break
            if who is not None:
                self.lines.joined(who)
            elif desk_n is not None:
                free.append(desk_n)
            self._call(free, at, happenings)
        return self.called_at

    def _call(self, free: list[int], at: int, happenings: list[tuple[int, int, int | None, Waiting | None]]) -> None:
        for n in list(free):
            counter = self.now.desks[n].counter
            choice = discipline.choose(counter, self.lines.of(counter.services), self.now.rules, at)
            if choice is None:
                continue
            self.lines.called(choice)
            if choice.step in self.wanted:
                self.called_at[choice.step] = at
            free.remove(n)
            heapq.heappush(happenings, (at + self._takes(choice.service), n, n, None))

    def _takes(self, service: str) -> int:
        return max(1_000, self.chance.choice(self.now.cycles.get(service) or self._all))

    def _rest(self, desk: Desk) -> int:
        longer = [s for s in self.now.cycles.get(desk.busy_with) or self._all if s > desk.busy_ms]
        return self.chance.choice(longer) - desk.busy_ms if longer else LITTLE_MS

    def _coming(self, end: int) -> list[tuple[int, int, int | None, Waiting | None]]:
        """Who will join meanwhile: priority visitors among them come before some who wait already."""
        found: list[tuple[int, int, int | None, Waiting | None]] = []
        for service, (an_hour, share) in sorted(self.now.arrivals.items()):
            at = float(self.now.at)
            while an_hour > 0 and (at := at + self.chance.expovariate(an_hour / HOUR)) < end:
                step = -1 - len(found)  # no step has such an id
                who = Waiting(step, service, int(at), self.chance.random() < share)
                found.append((int(at), len(self.now.desks) - step, None, who))
        return found


@dataclass(frozen=True)
class _Played:
    """``late``: step -> in how many of ``runs`` it was called too late; ``last``: when the last of them was called."""

    runs: int
    late: dict[int, int]
    last: tuple[int, ...]

    def expected(self, steps: Iterable[int]) -> float:
        return sum(self.late.get(step, 0) for step in steps) / self.runs


def _play(now: Now, runs: int) -> _Played:
    late = {q.waiting.step: 0 for q in now.queued}
    last = []
    for n in range(runs):
        called = _Run(now, Random(f"{now.at // MINUTE} {n}")).play()
        for queued in now.queued:
            if queued.left_ms is None:
                continue
            at = called.get(queued.waiting.step, now.at + HORIZON)  # not within the hour: at its end at the earliest
            late[queued.waiting.step] += at - now.at > queued.left_ms
        last.append(max(called.values(), default=now.at))
    return _Played(runs, late, tuple(sorted(last)))


def look(now: Now, wall_ms: int) -> Ahead:
    """What the next hour brings; ``wall_ms``: UTC ms at ``now.at``. Nobody waits, nobody is late."""
    if not any(q.left_ms is not None for q in now.queued):
        return Ahead(wall_ms)
    runs = max(FEWEST_RUNS, min(RUNS, CALLS // len(now.queued)))
    played = _play(now, runs)
    risks = []
    for queued in now.queued:
        if queued.left_ms is not None:
            w = queued.waiting
            percent = 100 if queued.left_ms < 0 else round(100 * played.late[w.step] / runs)
            risks.append(Risk(w.step, queued.label, w.service, percent, queued.left_ms))
    risks.sort(key=lambda risk: (risk.left_ms, risk.step))
    late: dict[str, int] = {}
    for risk in risks:
        if risk.likely and risk.left_ms >= 0:
            late[risk.service] = late.get(risk.service, 0) + 1
    worst = sorted(late, key=lambda service: (-late[service], service))[:MOST_SERVICES]
    remedies = [found for service in worst if (found := _remedy(now, wall_ms, service, played, late[service]))]
    return Ahead(wall_ms, late, tuple(risks), tuple(remedies))


def _remedy(now: Now, wall_ms: int, service: str, played: _Played, late: int) -> Remedy | None:
    """The way that keeps most within the promise, without making it worse for all together; told as so many of the
    ``late`` who are named."""
    steps = [q.waiting.step for q in now.queued if q.waiting.service == service and q.left_ms is not None
             and q.left_ms >= 0]
    everybody = [q.waiting.step for q in now.queued if q.left_ms is not None]
    before, before_all = played.expected(steps), played.expected(everybody)
    best: tuple[float, Remedy] | None = None
    for kind, counter, changed in _ways(now, service):
        after = _play(changed, played.runs)
        kept = before - after.expected(steps)
        if round(kept) < WORTH or before_all - after.expected(everybody) < kept / 2:
            continue
        until = after.last[math.ceil(0.8 * len(after.last)) - 1]
        at = -(-(wall_ms + until - now.at) // STEP_MS) * STEP_MS
        found = Remedy(service, kind, counter, at, late, min(round(kept), late))
        if best is None or kept > best[0] + 0.5:
            best = (kept, found)
    return best[1] if best else None


def _ways(now: Now, service: str) -> list[tuple[str, str, Now]]:
    """What a supervisor could do: open a counter that serves it, or move it to an open one; the gentlest first."""
    found = []
    alike: set[tuple[str, ...]] = set()  # who serves the same helps the same
    for counter in now.closed:
        if service in counter.services and counter.services not in alike and len(alike) < MOST_OPENED:
            alike.add(counter.services)
            found.append(("open", counter.key, replace(now, desks=(*now.desks, Desk(counter)))))
    others = sorted(
        (d for d in now.desks if service not in d.counter.services), key=lambda d: (bool(d.busy_with), d.counter.key))
    for desk in others[:MOST_TRIED - len(found)]:
        moved = replace(desk, counter=replace(desk.counter, services=(*desk.counter.services, service)))
        found.append(("move", desk.counter.key, replace(
            now, desks=tuple(moved if d is desk else d for d in now.desks))))
    return found
