"""One round: load, a fault, the return measured, rest, and everything checked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random

from . import checks
from .faults import FAULTS
from .house import House

#: Boards and consoles are to be right so soon after the server accepts, seconds. Measured and said; on a busy
#: machine it is no reason to fail.
RIGHT_S = 2.0


@dataclass
class Round:
    number: int
    fault: str
    seed: str
    said: str
    right_s: float
    presses: int
    #: What people were told it stands: numbers, calls, finishes.
    acknowledged: tuple[int, int, int]
    again: dict[str, int]
    problems: list[str]
    took_s: float

    def line(self) -> str:
        again = ", ".join(f"{n} {why}" for why, n in sorted(self.again.items())) or "none"
        late = "" if self.right_s <= RIGHT_S else " LATE"
        numbers, calls, finishes = self.acknowledged
        return (f"{self.number:>4}  {self.seed}  {self.fault:<8} {self.took_s:4.1f} s: {self.presses:>3} presses "
                f"({numbers} numbers, {calls} calls, {finishes} finishes told), sent again: {again}; {self.said}; "
                f"screens right after {self.right_s:.2f} s{late}")


class Rounds:
    """The rounds of one house. ``seed`` decides the faults and their moments; the load has its own from it."""

    def __init__(self, house: House, seed: str, before: int = 0) -> None:
        """``before``: how many rounds other houses have played."""
        self.house, self.seed, self.log = house, seed, checks.Log()
        self.number = before
        self.begun = 0.0

    async def play(self, fault: str) -> Round:
        """One round with this fault; never raises for what it finds wrong."""
        house, loop = self.house, asyncio.get_running_loop()
        began = loop.time()
        self.begun = self.begun or began
        self.number += 1
        seed = f"{self.seed}/{self.number}"
        chance = Random(seed)
        told = house.told
        before, again, stood = told.presses, dict(told.again), told.acknowledged()
        house.day.going.set()
        following = asyncio.create_task(self._phones(chance))
        await asyncio.sleep(chance.uniform(0.4, 1.6))
        said, since = await FAULTS[fault].play(house, chance)
        head = house.head()
        for watched in house.watched:
            watched.expect(since, head)
        await asyncio.sleep(chance.uniform(0.3, 0.8))
        problems: list[str] = []
        try:
            await house.day.rest()
        except TimeoutError:
            problems.append("somebody waits for an answer for a minute")
        right_s = await self._right(since, problems)
        await following
        problems += await checks.screens(house) + house.broken() + self._log()
        sent = {why: n - again.get(why, 0) for why, n in told.again.items() if n > again.get(why, 0)}
        numbers, calls, finishes = (now - then for now, then in zip(told.acknowledged(), stood, strict=True))
        return Round(self.number, fault, seed, said, right_s, told.presses - before, (numbers, calls, finishes), sent,
                     problems, loop.time() - began)

    async def _phones(self, chance: Random) -> None:
        """Two more visitors follow their number before and during the fault."""
        for _ in range(2):
            await asyncio.sleep(chance.uniform(0.2, 0.6))
            taken = chance.choice(self.house.kiosks).taken
            if taken:
                await self.house.phones.follow(taken[-1])

    async def _right(self, since: float, problems: list[str]) -> float:
        """Seconds from the return until the last board and console had a picture of at least that moment."""
        loop = asyncio.get_running_loop()
        end = loop.time() + checks.LIMIT_S
        while any(watched.right_at is None for watched in self.house.watched):
            if loop.time() > end:
                problems += [f"{w.name} had no new picture" for w in self.house.watched if w.right_at is None]
                return checks.LIMIT_S
            await asyncio.sleep(0.02)
        return max(0.0, *((watched.right_at or 0.0) - since for watched in self.house.watched))

    def _log(self) -> list[str]:
        with self.house.database() as c:
            self.log.problems = []
            self.log.read(c)
            problems = [*self.log.problems, *checks.tables(self.log, c)]
        problems += checks.against_told(self.log, self.house.told)
        self.house.told.surprises.clear()
        self.house.told.voided = self.log.voids
        open_ms = int((asyncio.get_running_loop().time() - self.begun) * 1000) + checks.SLACK_MS
        if self.log.longest_ms > open_ms:
            problems.append(f"somebody's duration is {self.log.longest_ms} ms, the house is open for {open_ms} ms")
        return problems
