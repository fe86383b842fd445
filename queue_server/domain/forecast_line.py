"""The line as it stands at one moment, in numbers: all that a forecast of the wait may look at.

A ``Line`` is told what the log says, in order (joined, called, finished, left), and holds one pool: the services whose
counters are shared. It knows nothing of the future and asks no clock: every act carries its time. All
times are seconds; any epoch will do, as long as a day starts at a multiple of 86,400 (local time).
"""

from __future__ import annotations

from array import array
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from math import exp, log, log1p

DAY = 86_400
RECENT = 600.0  # a counter that served within ten minutes counts as staffed
MINUTES_3 = 180.0
LONG_AGO = 3000.0  # beyond this, "how long ago" says nothing more
USUAL_SERVICE = 180.0  # until the line has seen a service end
ABLE_SHARE = 0.05  # a service that makes up this share of a counter's work is one that it serves
FORGET_WORK = 0.99  # per call: what a counter served a hundred calls ago weighs a third
HOURS = 12  # hats of two hours around the clock

# What is counted (people, counters) and what is measured (seconds), in the order of ``Moment.values``.
COUNTS = ("ahead", "ahead_service", "ahead_class", "waiting", "counters", "able", "counters_5min", "serving",
          "joined_3min", "joined_10min", "gave_up_10min", "called_10min", "called_service", "called_class")
SECONDS = ("head_age", "head_age_service", "last_wait_service", "mean_wait_10", "mean_wait_service", "mean_wait_class",
           "since_5_calls", "since_10_calls", "since_service_call", "since_class_call", "mean_service", "mean_elapsed")
CROSSED = ("one", "nobody_ahead", "priority", "priority_ahead", "priority_ahead_priority", "ordinary_ahead_priority",
           "counters_ahead", "waited")
FEATURES = (*CROSSED, *COUNTS, *SECONDS, *(f"hour_{2 * h}" for h in range(HOURS)))


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known of one visitor's wait at ``at``, ``waited`` seconds after joining.

    ``core`` is the plain formula, in log seconds: (people ahead + 1) x mean service / counters staffed. ``open`` once
    anybody was called that day.
    """

    at: float
    service: str
    ahead: int
    counters: int
    open: bool
    waited: float
    core: float
    values: array[float]                        # a third of the memory of a tuple: a thousand people may wait

    @property
    def hour(self) -> int:
        """0 to 23, local."""
        return int(self.at % DAY // 3600)

    @property
    def long_line(self) -> float:
        """Log of one plus the people ahead: what a service's own pace is multiplied with."""
        return log1p(self.ahead)


@dataclass(slots=True)
class _Waiting:
    at: float
    service: str
    priority: bool
    order: float


@dataclass
class _Times:
    """The instants of the last happenings of one kind."""

    at: deque[float] = field(default_factory=lambda: deque(maxlen=600))

    def within(self, now: float, seconds: float) -> int:
        count = 0
        for then in reversed(self.at):
            if then < now - seconds:
                break
            count += 1
        return count

    def on_day_of(self, now: float) -> bool:
        return bool(self.at) and self.at[-1] // DAY == now // DAY

    def since(self, now: float, nth: int = 1) -> float:
        return min(LONG_AGO, now - self.at[-nth]) if len(self.at) >= nth else LONG_AGO


def _last(many: int) -> deque[float]:
    return deque(maxlen=many)


def _mean(numbers: Iterable[float], otherwise: float = 0.0) -> float:
    held = list(numbers)
    return sum(held) / len(held) if held else otherwise


class Line:
    """One pool of counters and the people who wait for it. Acts must come in order of time.

    ``services``: how long the last services of the day before took, seconds; they stand in until today's have ended.
    """

    def __init__(self, services: Iterable[float] = ()) -> None:
        self._waiting: dict[Hashable, _Waiting] = {}
        self._serving: dict[str, tuple[Hashable, float]] = {}
        self._seen: dict[str, float] = {}
        self._work: dict[str, dict[str, float]] = defaultdict(dict)
        self._joined, self._called, self._gave_up = _Times(), _Times(), _Times()
        self._called_service: dict[str, _Times] = defaultdict(_Times)
        self._called_class: dict[tuple[str, bool], _Times] = defaultdict(_Times)
        self._waits = _last(10)
        self._waits_service: dict[str, deque[float]] = defaultdict(lambda: _last(10))
        self._waits_class: dict[tuple[str, bool], deque[float]] = defaultdict(lambda: _last(5))
        self._services = _last(50)
        self._services.extend(services)

    def __contains__(self, step: Hashable) -> bool:
        """Whether ``step`` waits in this line."""
        return step in self._waiting

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def services(self) -> list[float]:
        """How long the last services took, seconds, oldest first: what the line of the next day begins with."""
        return list(self._services)

    def places(self, service: str) -> list[tuple[float, bool]]:
        """(place, priority) of those who wait for ``service``, in order; places are those given to ``joined``."""
        return sorted((who.order, who.priority) for who in self._waiting.values() if who.service == service)

    def joined(
        self, step: Hashable, at: float, service: str, priority: bool = False, order: float | None = None,
    ) -> None:
        """``step`` waits. ``order`` is its place: who has a smaller one goes first (default: in order of joining)."""
        self._waiting[step] = _Waiting(at, service, priority, at if order is None else order)
        self._joined.at.append(at)

    def called(self, step: Hashable, at: float, counter: str) -> None:
        """``step`` goes to ``counter``. Its service is counted from here: the counter is taken."""
        who = self._waiting.pop(step)
        waited, kind = at - who.at, (who.service, who.priority)
        self._serving[counter], self._seen[counter] = (step, at), at
        for calls in (self._called, self._called_service[who.service], self._called_class[kind]):
            calls.at.append(at)
        for waits in (self._waits, self._waits_service[who.service], self._waits_class[kind]):
            waits.append(waited)
        work = self._work[counter]
        for service in work:
            work[service] *= FORGET_WORK
        work[who.service] = work.get(who.service, 0.0) + 1

    def finished(self, step: Hashable, at: float, counter: str) -> None:
        """The service of ``step`` ended. A counter that meanwhile called somebody else keeps that one."""
        held = self._serving.get(counter)
        if held is not None and held[0] == step:
            self._services.append(at - held[1])
            del self._serving[counter]
        self._seen[counter] = at

    def resumed(self, step: Hashable, at: float, counter: str) -> None:
        """``counter`` is taken by somebody who did not come from this line: parked, handed over, taken back."""
        self._serving[counter], self._seen[counter] = (step, at), at

    def reclassed(self, step: Hashable, priority: bool, order: float) -> None:
        """``step``, who waits, is of the other class now, at another place."""
        who = self._waiting[step]
        who.priority, who.order = priority, order

    def left(self, step: Hashable, at: float) -> None:
        """``step`` gave up, or was taken out of the line without being served."""
        self._waiting.pop(step)
        self._gave_up.at.append(at)

    def dropped(self, step: Hashable) -> None:
        """``step`` never stood here: a number that became void, a transfer taken back. Nobody gave up."""
        self._waiting.pop(step)

    def moment(self, step: Hashable, at: float) -> Moment:
        """The line as ``step``, who waits in it, finds it at ``at``."""
        me = self._waiting[step]
        return self._moment(me, at, [who for key, who in self._waiting.items() if key != step])

    def newcomer(self, at: float, service: str, priority: bool = False, order: float | None = None) -> Moment:
        """The line as somebody would find it who joined at ``at``; nothing changes."""
        me = _Waiting(at, service, priority, at if order is None else order)
        return self._moment(me, at, list(self._waiting.values()))

    def _moment(self, me: _Waiting, at: float, others: list[_Waiting]) -> Moment:
        kind = (me.service, me.priority)
        before = [who for who in others if who.order <= me.order]
        in_service = [who for who in others if who.service == me.service]
        staffed = self._staffed(at, RECENT)
        counters = len(staffed)
        ahead, ahead_priority = len(before), sum(who.priority for who in before)
        mean_service = _mean(self._services, USUAL_SERVICE)
        counts = (
            ahead, sum(who.service == me.service for who in before),
            sum(who.priority == me.priority for who in in_service), len(others),
            counters, sum(self._able(counter, me.service) for counter in staffed), len(self._staffed(at, RECENT / 2)),
            len(self._serving), self._joined.within(at, MINUTES_3), self._joined.within(at, RECENT),
            self._gave_up.within(at, RECENT), self._called.within(at, RECENT),
            self._called_service[me.service].within(at, RECENT), self._called_class[kind].within(at, RECENT),
        )
        waits = self._waits_service[me.service]
        times = (
            max((at - who.at for who in others), default=0.0), max((at - who.at for who in in_service), default=0.0),
            waits[-1] if waits else 0.0, _mean(self._waits), _mean(waits), _mean(self._waits_class[kind]),
            self._called.since(at, 5), self._called.since(at, 10),
            self._called_service[me.service].since(at), self._called_class[kind].since(at),
            mean_service, _mean(at - since for _, since in self._serving.values()),
        )
        long_line, long_priority, first = log1p(ahead), log1p(ahead_priority), float(me.priority)
        crossed = (1.0, float(ahead == 0), first, first * long_line, first * long_priority,
                   (1 - first) * long_priority, log1p(counters) * long_line, log1p(max(0.0, at - me.at)) / 3)
        # Logarithms, brought near to one another: a line twice as long counts as much from 2 to 4 as from 20 to 40.
        values = array("d", (
            *crossed, *((log1p(n) - 1) / 0.7 for n in counts), *((log1p(s) - 4) / 1.5 for s in times), *_hours(at),
        ))
        core = log((ahead + 1) * max(20.0, mean_service) / max(1, counters))
        begun = counters > 0 or self._called.on_day_of(at)
        return Moment(at, me.service, ahead, counters, begun, at - me.at, min(9.0, max(1.0, core)), values)

    def _staffed(self, at: float, seconds: float) -> list[str]:
        return [c for c, seen in self._seen.items() if c in self._serving or seen >= at - seconds]

    def _able(self, counter: str, service: str) -> float:
        """How far ``counter`` serves ``service``, by what it did lately: 0 to 1."""
        work = self._work[counter]
        return min(1.0, work.get(service, 0.0) / (ABLE_SHARE * sum(work.values())))


def _hours(at: float) -> list[float]:
    """The time of day as twelve overlapping hats, so that an evening does not jump into a morning."""
    hour = at % DAY / 3600
    gaps = [abs(hour - 2 * h) for h in range(HOURS)]
    return [max(0.0, 1 - min(gap, 24 - gap) / 2) for gap in gaps]


def seconds(core: float) -> float:
    """Seconds from log seconds, kept between 1 s and about a day and a half."""
    return exp(min(11.8, max(0.0, core)))
