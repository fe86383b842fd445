"""One office day, told by its log: what each event means for the lines, the forecasts and what they learn.

The same events in the same order give the same forecasts, whether a server heard them as they happened, or reads
them again after a restart, or at night to learn from them. Times are seconds as in ``forecast_line``.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .forecast import Forecast, NotYetKnown
from .forecast_line import Line, Moment
from .forecast_range import Range
from .office import MixRule, Office

#: Seconds after joining at which somebody who still waits is told anew, as far as learning goes.
LOOK_AGAIN = (60.0, 120.0, 240.0, 480.0, 960.0)
#: So many samples of how long a service keeps a counter are held, per service.
CYCLES = 200
#: Between two visitors an officer types and tidies up; a longer gap was something else, seconds.
LONGEST_GAP_S = 180.0
KEPT_ARRIVALS = 400


class Heard(NamedTuple):
    """An event as the lines hear it. ``at``: seconds, local, by the steady clock; ``wall``: UTC ms, as written."""

    kind: str
    at: float
    wall: int
    step: int | None
    body: Mapping[str, Any]


def pools(office: Office) -> dict[str, str]:
    """Service -> the name of its pool: services belong together when counters are shared, however indirectly."""
    pool = {service.key: service.key for service in office.services}
    for counter in office.counters:
        known = [key for key in counter.services if key in pool]
        for other in known[1:]:
            old, new = pool[other], pool[known[0]]
            pool = {service: new if found == old else found for service, found in pool.items()}
    return pool


@dataclass(slots=True)
class _Visit:
    """What is held of a step until it has ended."""

    service: str
    priority: bool
    joined: float = 0.0
    order: float = 0.0
    counter: str = ""
    called: float = 0.0
    first: bool = True                         # its first wait: the one that is learned from
    asked: list[tuple[Forecast, Moment]] = field(default_factory=list)


@dataclass
class _Desk:
    """A counter between two visitors: when the last one left, and how long that one took."""

    freed: float = 0.0
    service: str = ""
    took: float = 0.0
    somebody_waited: bool = False


class Day:
    """The lines of one office on one day, and both forecasts over them.

    ``begin_with``: pool -> how long the last services of the day before took, seconds.
    """

    def __init__(
        self, pool_of: Mapping[str, str], at_issue: Forecast, waiting: Forecast, mix: MixRule,
        begin_with: Mapping[str, Iterable[float]] | None = None,
    ) -> None:
        self.at_issue, self.waiting, self.mix = at_issue, waiting, mix
        self._pool_of = pool_of
        held = begin_with or {}
        self._lines: dict[str, Line] = {
            pool: Line(held.get(pool, ())) for pool in sorted({*pool_of.values(), *held})}
        self._visits: dict[int, _Visit] = {}
        self._looks: list[tuple[float, int]] = []
        self._desks: dict[str, _Desk] = {}
        self._went_on: dict[int, int] = {}     # step -> the step that its transfer began
        #: Service -> how long a visitor kept a counter from the next one, seconds, newest last.
        self.cycles: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=CYCLES))
        #: Service -> (second, priority) of those who joined, newest last.
        self.arrivals: dict[str, deque[tuple[float, bool]]] = defaultdict(lambda: deque(maxlen=KEPT_ARRIVALS))
        self._at = 0.0

    # --- asking --------------------------------------------------------------------------------

    def newcomer(self, at: float, service: str, priority: bool) -> Range | NotYetKnown:
        """Seconds until somebody is called who takes a number now."""
        line = self._line(service)
        order = self._place(line, service, priority, at)
        return self.at_issue.forecast(line.newcomer(at, service, priority, order))

    def rest(self, step: int, at: float) -> Range | NotYetKnown | None:
        """Seconds until ``step``, who waits, is called; None: it does not wait here."""
        visit = self._visits.get(step)
        if visit is None or step not in self._line(visit.service):
            return None
        moment = self._line(visit.service).moment(step, at)
        if at - visit.joined >= LOOK_AGAIN[0]:
            return self.waiting.forecast(moment)
        said = self.at_issue.forecast(moment)
        return said if isinstance(said, NotYetKnown) else shifted(said, at - visit.joined)

    @property
    def nobody_waits(self) -> bool:
        return not any(map(len, self._lines.values()))

    def steps(self) -> set[int]:
        """Who waits, in whatever line."""
        return {step for step, visit in self._visits.items() if step in self._line(visit.service)}

    def begins_with(self) -> dict[str, list[float]]:
        """What the next day's lines begin with."""
        return {pool: [round(s, 1) for s in line.services] for pool, line in self._lines.items() if line.services}

    # --- hearing -------------------------------------------------------------------------------

    def hear(self, events: Iterable[Heard]) -> None:
        """What happened, in order. Events of steps that this day does not know are passed over."""
        for event in events:
            act = _ACTS.get(event.kind)
            if act is None:
                continue
            self._at = max(self._at, event.at)
            self.look(self._at)
            act(self, event, self._at)

    def look(self, until: float) -> None:
        """Everybody who still waits is told anew when it is time, for learning; all before ``until`` was heard."""
        while self._looks and self._looks[0][0] <= until:
            at, step = heapq.heappop(self._looks)
            visit = self._visits.get(step)
            if visit is not None and visit.first and step in self._line(visit.service):
                self._ask(self.waiting, visit, step, at)

    def _line(self, service: str) -> Line:
        """A service that no configuration knows any more has a line of its own."""
        pool = self._pool_of.get(service, service)
        found = self._lines.get(pool)
        if found is None:
            found = self._lines[pool] = Line()
        return found

    def _ask(self, forecast: Forecast, visit: _Visit, step: int, at: float) -> None:
        visit.asked.append((forecast, self._line(visit.service).moment(step, at)))

    def _place(self, line: Line, service: str, priority: bool, at: float) -> float:
        """Where somebody who joins now stands among those who wait: ordinary at the end, priority where the mix puts
        the next one of that class. As a time of joining, so that places of several services compare."""
        if not priority:
            return at
        places = line.places(service)
        earlier = sum(first for _place, first in places)
        rule = self.mix
        ahead = earlier + min(len(places) - earlier, rule.ordinary * (earlier // rule.priority))
        if ahead >= len(places):
            return at
        before = places[ahead - 1][0] if ahead else places[0][0] - 1
        return (before + places[ahead][0]) / 2

    def _join(self, step: int, visit: _Visit, at: float, order: float) -> None:
        self._visits[step] = visit
        visit.joined, visit.order, visit.counter = at, order, ""
        self._line(visit.service).joined(step, at, visit.service, visit.priority, order)

    def _newly(self, step: int, service: str, priority: bool, at: float) -> None:
        """Somebody joins who is to be forecast and learned from."""
        visit = _Visit(service, priority)
        self._join(step, visit, at, self._place(self._line(service), service, priority, at))
        self.arrivals[service].append((at, priority))
        self._ask(self.at_issue, visit, step, at)
        for later in LOOK_AGAIN:
            heapq.heappush(self._looks, (at + later, step))

    def _issued(self, event: Heard, at: float) -> None:
        body, step = event.body, event.step
        if step is None:
            return
        service, priority = str(body["service"]), bool(body["priority"])
        if "source" in body:  # from the paper roll or a kiosk alone: it has waited already, nobody knew of it
            order = at - max(0, event.wall - int(body.get("queued_at", event.wall))) / 1000
            self._join(step, _Visit(service, priority, first=False), at, order)
        elif body["channel"] == "online":
            self._visits[step] = _Visit(service, priority)  # waits from its arrival on
        else:
            self._newly(step, service, priority, at)

    def _arrived(self, event: Heard, at: float) -> None:
        visit = self._known(event)
        if visit is not None and event.step is not None and not visit.counter and event.step not in self._line(
                visit.service):
            self._newly(event.step, visit.service, visit.priority, at)

    def _called(self, event: Heard, at: float) -> None:
        visit, step = self._known(event), event.step
        if visit is None or step is None:
            return
        line, counter = self._line(visit.service), str(event.body["counter"])
        self._note_gap(counter, at)
        if step in line:
            line.called(step, at, counter)
            if visit.first:
                for forecast, moment in visit.asked:
                    if at > moment.at:
                        forecast.observe(moment, at - moment.at)
        else:
            line.resumed(step, at, counter)
        visit.first, visit.asked = False, []
        visit.counter, visit.called = counter, at

    def _freed(self, event: Heard, at: float) -> None:
        """Whatever ends a visitor's stay at a counter, for now or for good."""
        visit = self._known(event)
        if visit is None or event.step is None:
            return
        self._free(event.step, visit, at)

    def _free(self, step: int, visit: _Visit, at: float) -> None:
        if visit.counter:
            line = self._line(visit.service)
            line.finished(step, at, visit.counter)
            self._desks[visit.counter] = _Desk(at, visit.service, at - visit.called, len(line) > 0)
            visit.counter = ""

    def _note_gap(self, counter: str, at: float) -> None:
        """The last visitor's service and the gap after it together are what keeps a counter from the next one."""
        desk = self._desks.pop(counter, None)
        if desk is not None and desk.service:
            gap = min(LONGEST_GAP_S, at - desk.freed) if desk.somebody_waited else 0.0
            self.cycles[desk.service].append(round(desk.took + gap, 1))

    def _gone(self, event: Heard, at: float) -> None:
        """Cancelled or left unserved, from wherever the step stood."""
        visit, step = self._known(event), event.step
        if visit is None or step is None:
            return
        if step in self._line(visit.service):
            self._line(visit.service).left(step, at)
        self._free(step, visit, at)
        del self._visits[step]

    def _dropped(self, event: Heard, _at: float) -> None:
        if event.step is not None:
            self._take_out(event.step)
            self._visits.pop(event.step, None)

    def _take_out(self, step: int) -> None:
        """Out of its line, if it stands in one, as if it had never joined."""
        visit = self._visits.get(step)
        if visit is not None and step in self._line(visit.service):
            self._line(visit.service).dropped(step)

    def _back(self, event: Heard, at: float) -> None:
        """Waits again: skipped, brought back, reopened; behind ``return_after`` others."""
        visit, step = self._known(event), event.step
        if visit is None or step is None:
            return
        self._free(step, visit, at)
        line = self._line(visit.service)
        if step in line:
            return
        places, after = [place for place, _ in line.places(visit.service)], int(event.body.get("return_after", 0))
        order = places[0] - 1 if places and not after else places[after - 1] + 0.001 if after < len(places) else at
        visit.first = False
        self._join(step, visit, at, order)

    def _transferred(self, event: Heard, at: float) -> None:
        visit = self._known(event)
        self._freed(event, at)
        to_step, service = event.body.get("to_step"), event.body.get("to_service")
        if to_step and service and event.step is not None:
            self._went_on[event.step] = int(to_step)
            priority = bool(visit and visit.priority)
            if event.body.get("here", True):
                self._newly(int(to_step), str(service), priority, at)
            else:  # waits from its arrival on
                self._visits[int(to_step)] = _Visit(str(service), priority)

    def _reclassed(self, event: Heard, at: float) -> None:
        visit, step = self._known(event), event.step
        if visit is None or step is None:
            return
        visit.priority = bool(event.body["priority"])
        line = self._line(visit.service)
        if step in line:
            order = self._place(line, visit.service, True, at) if visit.priority else visit.joined
            line.reclassed(step, visit.priority, order)

    def _taken_over(self, event: Heard, at: float) -> None:
        visit = self._known(event)
        if visit is not None and event.step is not None and visit.counter:
            line, counter = self._line(visit.service), str(event.body["counter"])
            line.finished(event.step, at, visit.counter)
            line.resumed(event.step, at, counter)
            visit.counter = counter

    def _undone(self, event: Heard, at: float) -> None:
        visit, step, was = self._known(event), event.step, event.body.get("undone_kind")
        if visit is None or step is None:
            return
        counter, line = str(event.body["counter"]), self._line(visit.service)
        if was == "called":
            line.finished(step, at, counter)
            if step not in line:
                self._join(step, visit, at, visit.order)
        elif was in ("done", "no_show", "parked", "transferred", "waiting"):
            for taken_back in (step, self._went_on.pop(step, 0)):
                self._take_out(taken_back)
            line.resumed(step, at, counter)
            visit.counter = counter
            self._desks.pop(counter, None)

    def _known(self, event: Heard) -> _Visit | None:
        return self._visits.get(event.step) if event.step is not None else None


def shifted(said: Range, seconds: float) -> Range:
    """What is left of a forecast so many seconds later, when nothing else is known."""
    return Range(max(0.0, said.low - seconds), max(0.0, said.middle - seconds), max(0.0, said.high - seconds))


_ACTS: dict[str, Callable[[Day, Heard, float], None]] = {
    "ticket_issued": Day._issued, "arrived": Day._arrived, "called": Day._called, "finished": Day._freed,
    "no_show": Day._freed, "parked": Day._freed, "skipped": Day._back, "brought_back": Day._back,
    "reopened": Day._back, "transferred": Day._transferred, "cancelled": Day._gone, "unserved": Day._gone,
    "ticket_voided": Day._dropped, "paper_served": Day._dropped, "class_changed": Day._reclassed,
    "visitor_taken_over": Day._taken_over, "undone": Day._undone,
}
#: The events that a line needs to hear of.
KINDS = tuple(_ACTS)
