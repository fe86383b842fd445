"""Playing a recorded day: time runs faster by a factor, everybody presses when the recording says so.

``Follow``: at the recorded instant the recorded counter calls that very ticket, starts and finishes it.
``Decide``: a counter that becomes free presses "call next"; whoever it gets is served for as long as recorded.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from ..client import Message, Refusal
from .cast import Cast
from .recording import Day, Row

#: What recorded time may be off by, seconds (decisions 36).
CLOCK_ERROR_S = 5.0
TRIALS = 20
#: The trial is one visitor at a time; the day has rushes.
MARGIN = 2.0
#: Presses before the first recorded second: time for everything to be in place, seconds.
LEAD_S = 2.0


@dataclass
class Moment:
    """A press: when it was sent and answered, UTC seconds of this machine's clock."""

    sent: float
    answered: float = 0.0


@dataclass
class Played:
    """What became of a row."""

    row: Row
    step: int = 0
    label: str = ""
    secret: str = ""
    moments: dict[str, Moment] = field(default_factory=dict)
    counter: str = ""
    problem: str = ""
    issued: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    #: The visitor has pressed "cancel", whether or not it is answered yet.
    leaving: bool = False


class Player(ABC):
    """The clock of the recording, and what both modes share."""

    def __init__(self, day: Day, cast: Cast, speed: float, progress: Callable[[str, float], None]) -> None:
        self.day, self.cast, self.speed, self.progress = day, cast, speed, progress
        self.played = [Played(row) for row in day.rows]
        self.trial_steps: set[int] = set()
        self.zero = 0.0

    async def trial(self) -> float:
        """Seconds from a number to the start of its service in a quiet house with everybody connected: the worst
        of some trials. Their tickets are left out of the comparison."""
        officer = self.cast.officers[self.day.counters[0]]
        took = []
        for _ in range(TRIALS):
            start = time.perf_counter()
            ticket = await self.cast.issue(self.day.services[0], False, secrets.token_hex(16))
            self.trial_steps.add(ticket["step"])
            await officer.press("call", step=ticket["step"], reason="replay")
            await officer.press("start")
            took.append(time.perf_counter() - start)
            await officer.press("finish", outcome="served")
            await asyncio.sleep(0.05)
        return max(took)

    async def run(self) -> None:
        """Plays the whole day; faults of single rows are kept with them."""
        self.zero = asyncio.get_running_loop().time() + LEAD_S - self.day.first / self.speed
        showing = asyncio.create_task(self._show())
        try:
            await asyncio.gather(*(self._visitor(played) for played in self.played), self.counters())
        finally:
            showing.cancel()

    @abstractmethod
    async def counters(self) -> None:
        """What happens at the counters, until the last visitor has left."""

    def now(self) -> float:
        """Recorded seconds since midnight."""
        return (asyncio.get_running_loop().time() - self.zero) * self.speed

    async def until(self, recorded: float) -> None:
        await asyncio.sleep(max(0.0, self.zero + recorded / self.speed - asyncio.get_running_loop().time()))

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            done = sum(played.ended for played in self.played)
            now = self.now()
            share = min(1.0, max(0.0, (now - self.day.first) / (self.day.last - self.day.first)))
            waiting = sum(p.issued.is_set() and not p.ended and "call" not in p.moments for p in self.played)
            clock = f"{int(now) // 3600 % 24:02d}:{int(now) // 60 % 60:02d}"
            self.progress(f"{clock}  {done} of {len(self.played)} ended, {waiting} waiting", share)

    # --- visitors -------------------------------------------------------------------------------

    async def _visitor(self, played: Played) -> None:
        await self.until(played.row.issued)
        key = secrets.token_hex(16)
        ticket = await self._noted(
            played, "issue", lambda: self.cast.issue(played.row.service, played.row.priority, key))
        if ticket is None:
            played.ended = True
            played.issued.set()
            return
        played.step, played.label, played.secret = ticket["step"], ticket["label"], ticket["secret"]
        self.cast.follow(played.step, played.secret)
        played.issued.set()
        self.arrived(played)
        if played.row.abandoned is not None:
            await self.until(played.row.abandoned)
            await self.give_up(played)

    def arrived(self, played: Played) -> None:
        """A number was given: nothing to do where the recording says who is called."""
        return

    async def give_up(self, played: Played) -> None:
        await self._noted(played, "cancel", lambda: self._cancelled(played.secret))
        self.end(played)

    async def _cancelled(self, secret: str) -> Message:
        await self.cast.cancel(secret)
        return {}

    def end(self, played: Played) -> None:
        played.ended = True
        self.cast.ended(played.step)

    # --- presses --------------------------------------------------------------------------------

    async def press(self, played: Played, name: str, counter: str, act: str, **args: Any) -> Message | None:
        return await self._noted(played, name, lambda: self.cast.officers[counter].press(act, **args))

    def crossed(self, played: Played, name: str, code: str) -> bool:
        """Whether the press was refused because the visitor gave up at the moment of the call."""
        return False

    async def _noted(self, played: Played, name: str, work: Callable[[], Awaitable[Message]]) -> Message | None:
        """Does it and keeps when; None when it was refused or failed, and a problem unless ``crossed`` explains it."""
        moment = Moment(time.time())
        try:
            answer = await work()
        except (Refusal, OSError, TimeoutError, asyncio.IncompleteReadError) as fault:
            if isinstance(fault, Refusal) and self.crossed(played, name, fault.code):
                return None
            code = fault.code if isinstance(fault, Refusal) else type(fault).__name__
            played.problem = played.problem or f"{name}: {code}"
            return None
        moment.answered = time.time()
        played.moments[name] = moment
        return answer


class Follow(Player):
    """Every counter does what it did."""

    async def counters(self) -> None:
        served: dict[str, list[Played]] = defaultdict(list)
        for played in self.played:
            if played.row.served:
                served[played.row.counter].append(played)
        await asyncio.gather(*(
            self._counter(counter, sorted(found, key=lambda p: p.row.span)) for counter, found in served.items()))

    async def _counter(self, counter: str, served: list[Played]) -> None:
        for played in served:
            row = played.row
            assert row.called is not None and row.started is not None and row.ended is not None
            await self.until(row.called)
            await played.issued.wait()
            if not played.step:
                continue
            played.counter = counter
            await self.press(played, "call", counter, "call", step=played.step, reason="replay")
            await self.until(row.started)
            await self.press(played, "start", counter, "start")
            await self.until(row.ended)
            await self.press(played, "finish", counter, "finish", outcome="served")
            self.end(played)


class Decide(Player):
    """Our discipline chooses. A counter works from its first recorded call to its last recorded end, and on while
    somebody waits; the one that worked longest stays until the last visitor has left."""

    def __init__(self, day: Day, cast: Cast, speed: float, progress: Callable[[str, float], None]) -> None:
        super().__init__(day, cast, speed, progress)
        self.by_step: dict[int, Played] = {}
        self.free: deque[asyncio.Future[None]] = deque()
        self.waiting: set[int] = set()
        self.called: set[int] = set()
        spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
        lengths: dict[str, list[float]] = defaultdict(list)
        for row in day.rows:
            if row.started is not None and row.ended is not None:
                spans[row.counter].append(row.span)
                lengths[row.service].append(row.ended - row.started)
        self.shifts = {counter: (min(s)[0], max(end for _, end in s)) for counter, s in spans.items()}
        self.lengths = {service: median(found) for service, found in lengths.items()}
        self.any_length = median([length for found in lengths.values() for length in found])
        #: Gave up in the recording, was called before that here.
        self.sooner: list[Played] = []
        #: Gave up while a counter's call for them was under way, and so left after being called.
        self.left_called: list[Played] = []
        #: The same, but service had begun before the server heard of it: they were served.
        self.stayed: list[Played] = []

    def arrived(self, played: Played) -> None:
        self.by_step[played.step] = played
        if played.step not in self.called:  # a counter may be quicker than the answer to the visitor
            self.waiting.add(played.step)
            self._wake()

    def _wake(self) -> None:
        """The counter that has been free longest looks whether somebody waits."""
        while self.free:
            one = self.free.popleft()
            if not one.done():
                one.set_result(None)
                return

    async def give_up(self, played: Played) -> None:
        if played.step not in self.waiting:
            return
        self.waiting.discard(played.step)
        played.leaving = True
        await self._noted(played, "cancel", lambda: self._cancelled(played.secret))
        if played not in self.stayed:
            self.end(played)

    def crossed(self, played: Played, name: str, code: str) -> bool:
        """A visitor gives up and a counter calls, neither knowing of the other: whichever the server heard first
        holds. Then either nobody is there to be started, or who is being served cannot cancel."""
        if name == "start" and code == "nobody_here" and played.leaving:
            self.left_called.append(played)
            return True
        if name == "cancel" and code == "not_now" and played.step in self.called:
            self.stayed.append(played)
            return True
        return False

    def _all_ended(self) -> bool:
        return all(played.ended for played in self.played)

    async def counters(self) -> None:
        last = max(self.shifts, key=lambda counter: self.shifts[counter][1])
        await asyncio.gather(*(self._counter(counter, counter == last) for counter in self.shifts))

    async def _counter(self, counter: str, stays: bool) -> None:
        begins, ends = self.shifts[counter]
        await self.until(begins)
        while True:
            played = await self._next(counter) if self.waiting else None
            if played is not None:
                await self._serve(counter, played)
            elif self.waiting:
                await asyncio.sleep(0)
            elif (not stays and self.now() >= ends) or self._all_ended():
                return
            else:
                await self._somebody(ends)

    async def _somebody(self, ends: float) -> None:
        """Waits until a number is given or the shift is over, and at most for a while of recorded time."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.free.append(turn)
        patience = min(60.0 if self.now() >= ends else ends - self.now(), 60.0) / self.speed
        await asyncio.wait({turn}, timeout=max(0.01, patience))
        if not turn.done():
            turn.cancel()

    async def _next(self, counter: str) -> Played | None:
        """Presses "call next"; None when somebody else was quicker."""
        moment = Moment(time.time())
        try:
            answer = await self.cast.officers[counter].press("call_next")
        except Refusal as refusal:
            if refusal.code != "nobody_waiting":
                raise
            await asyncio.sleep(0.01)  # whoever seemed to wait is being called or gives up at this moment
            return None
        moment.answered = time.time()
        twice = answer["step"] in self.called
        self.called.add(answer["step"])
        self.waiting.discard(answer["step"])
        while answer["step"] not in self.by_step:
            await asyncio.sleep(0.001)
        played = self.by_step[answer["step"]]
        if twice:
            played.problem = "called twice"
        played.moments["call"], played.counter = moment, counter
        return played

    async def _serve(self, counter: str, played: Played) -> None:
        row = played.row
        if row.started is not None and row.ended is not None:
            length = row.ended - row.started
        else:
            length = self.lengths.get(row.service, self.any_length)
        began = self.now()
        if await self.press(played, "start", counter, "start") is not None:
            if not row.served:
                self.sooner.append(played)
            await self.until(began + length)
            await self.press(played, "finish", counter, "finish", outcome="served")
        self.end(played)
