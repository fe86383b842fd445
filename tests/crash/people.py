"""Who presses while the bad day goes on, and what each of them was told: the ledger that the log is held against.

Everybody is a program at the public interface. A press that is not answered, or answered with "busy" or
"failed", is sent again with the same key until it is: so at rest nothing is open.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from queue_server.client import Message, Refusal
from queue_server.crowd import Line, Web

#: A screen waits so long for the answer to a press, then presses again, seconds.
ANSWER_S = 3.0
#: Screens that hear the beat drop a line that is silent for so long (decisions 23), seconds.
PATIENCE_S = 3.0
#: Nobody comes any more while so many wait: the load is the same in the hundredth round as in the first.
MOST_WAITING = 150
#: Refusals after which the press is repeated with its key: it was not run.
AGAIN = frozenset({"busy", "failed"})
_SEQ = re.compile(r'"seq": ?([0-9]+)')


@dataclass
class Told:
    """What people were told; ``surprises`` are refusals that cannot be explained by what they were told before."""

    numbers: dict[str, Message] = field(default_factory=dict)
    calls: dict[int, Message] = field(default_factory=dict)      # seq of the call -> answer
    recalls: set[int] = field(default_factory=set)
    started: Counter[int] = field(default_factory=Counter)       # step -> how often
    skipped: Counter[int] = field(default_factory=Counter)
    finished: dict[int, int] = field(default_factory=dict)       # seq of the finish -> step
    surprises: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)         # why presses were sent again
    presses: int = 0
    #: Numbers that were void by the end of the last round; nobody is told.
    voided: int = 0

    def acknowledged(self) -> tuple[int, int, int]:
        """How many numbers, calls and finishes."""
        return len(self.numbers), len(self.calls), len(self.finished)

    def call(self, answer: Message) -> None:
        if answer["call"] in self.calls:
            self.surprises.append(f"call {answer['call']} was told twice")
        self.calls[answer["call"]] = answer


class Day:
    """Whether people press now; ``rest`` returns when everybody has the answer to their last press."""

    def __init__(self) -> None:
        self.going = asyncio.Event()
        self.busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def work(self, once: Callable[[], Awaitable[float]]) -> None:
        """Does ``once`` again and again; it returns the pause after it, seconds."""
        while True:
            await self.going.wait()
            self.busy += 1
            self._idle.clear()
            try:
                pause = await once()
            finally:
                self.busy -= 1
                if not self.busy:
                    self._idle.set()
            await asyncio.sleep(pause)

    async def rest(self, limit_s: float = 60) -> None:
        self.going.clear()
        async with asyncio.timeout(limit_s):
            await self._idle.wait()


async def persist(told: Told, send: Callable[[], Awaitable[Message]]) -> Message:
    """Sends until there is an answer; raises Refusal for a no that is final."""
    while True:
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await send()
            told.presses += 1
            return answer
        except Refusal as refusal:
            if refusal.code not in AGAIN:
                raise
            told.again[refusal.code] += 1
        except (OSError, EOFError, ValueError, TimeoutError):
            told.again["no answer"] += 1
        await asyncio.sleep(0.2)


class Kiosk:
    """Takes a number every now and then."""

    def __init__(self, web: Web, office: str, services: list[str], told: Told, chance: Random) -> None:
        self.web, self.office, self.services, self.told, self.chance = web, office, services, told, chance
        #: Tickets that a phone may follow.
        self.taken: deque[Message] = deque(maxlen=50)

    async def once(self) -> float:
        if len(self.told.numbers) - len(self.told.finished) - self.told.voided > MOST_WAITING:
            return 0.2
        key = secrets.token_hex(16)
        message = {
            "key": key, "service": self.chance.choice(self.services), "priority": self.chance.random() < 0.15,
            "language": "id"}

        async def send() -> Message:
            try:
                return await self.web.post(f"/office/{self.office}/tickets", message)
            except BaseException:
                await self.web.close()  # its answer may still be under way: not on this connection any more
                raise

        answer = await persist(self.told, send)
        self.told.numbers[key] = answer["ticket"]
        self.taken.append(answer["ticket"])
        return self.chance.uniform(0.01, 0.09)


class Officer:
    """Calls, now and then repeats or sets back, starts and finishes."""

    def __init__(self, line: Line, told: Told, chance: Random) -> None:
        self.line, self.told, self.chance = line, told, chance
        self.step = 0
        self.state = ""

    async def once(self) -> float:
        try:
            await self._once()
        except Refusal as refusal:
            if refusal.code != "nobody_waiting":
                self.told.surprises.append(f"an officer ({self.state or 'free'}) was refused: {refusal.code}")
            return 0.1
        return self.chance.uniform(0.005, 0.06)

    async def _once(self) -> None:
        told = self.told
        if not self.state:
            answer = await self._press("call_next")
            told.call(answer)
            self.step, self.state = answer["step"], "called"
        elif self.state == "serving":
            answer = await self._press("finish", outcome="served")
            told.finished[answer["event"]] = self.step
            self.state = ""
        elif (luck := self.chance.random()) < 0.05:
            told.recalls.add((await self._press("recall"))["call"])
        elif luck < 0.10:
            await self._press("skip")
            told.skipped[self.step] += 1
            self.state = ""
        else:
            await self._press("start")
            told.started[self.step] += 1
            self.state = "serving"

    async def _press(self, act: str, **args: str) -> Message:
        key = secrets.token_hex(16)
        return await persist(self.told, lambda: self.line.press(act, key=key, **args))


class Watched:
    """A board's or console's line, and when it was right again after a fault."""

    def __init__(self, name: str, line: Line) -> None:
        self.name, self.line = name, line
        self.since, self.head = 0.0, 0
        self.right_at: float | None = None
        self._shown = line.on_picture
        line.patience, line.on_picture = PATIENCE_S, self._picture

    def expect(self, since: float, head: int) -> None:
        """From ``since`` (seconds of the loop's clock) a picture of at least ``head`` counts."""
        self.since, self.head, self.right_at = since, head, None

    def _picture(self, text: str) -> None:
        found = _SEQ.search(text, 0, 200)
        now = asyncio.get_running_loop().time()
        if self.right_at is None and found and int(found[1]) >= self.head and now >= self.since:
            self.right_at = now
        if self._shown is not None:
            self._shown(text)


class Phones:
    """Some visitors follow their number; the oldest makes room for the next."""

    def __init__(self, base: Callable[[int], str], most: int) -> None:
        self.base, self.most, self.followed = base, most, 0
        self.lines: deque[tuple[Message, Line]] = deque()

    async def follow(self, ticket: Message) -> None:
        self.followed += 1
        line = Line(Web(self.base(self.followed)), {"screen": "visitor", "ticket": ticket["secret"]})
        with suppress(TimeoutError):
            await line.open()
        self.lines.append((ticket, line))
        if len(self.lines) > self.most:
            _ticket, old = self.lines.popleft()
            await old.close()

    async def close(self) -> None:
        for _ticket, line in self.lines:
            await line.close()
