"""The faults. Each comes at a random moment under load, lasts a random while and is over when it returns: the
moment since which everything must become right, seconds of the loop's clock.

A new fault is one more function and one more line in FAULTS; what it hits joins its house in house.py.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from bench.shims import NO_GROWTH, NO_SYNC, NO_WRITE

from .house import ALONE, TWO, House

FULL = {
    NO_GROWTH: "no file can grow", NO_WRITE: "nothing can be written", NO_SYNC: "syncs fail",
    NO_WRITE | NO_SYNC: "nothing can be written, syncs fail",
}


@dataclass(frozen=True)
class Fault:
    """``house``: where it is played, ALONE or TWO; ``play`` returns what happened and when it was over."""

    house: str
    play: Callable[[House, Random], Awaitable[tuple[str, float]]]


async def kill(house: House, chance: Random) -> tuple[str, float]:
    """kill -9: whatever it was doing, it does no more."""
    await house.stop(signal.SIGKILL)
    away = chance.uniform(0, 1.5)
    await asyncio.sleep(away)
    return f"killed, away {away:.1f} s", await house.start()


async def blackout(house: House, chance: Random) -> tuple[str, float]:
    """The power fails, and the disk has nothing but what it was told to keep: of each file what its last sync found."""
    lost = await house.power_cut()
    await asyncio.sleep(chance.uniform(0, 1.0))
    return f"power cut, {lost} bytes not synced are lost", await house.start()


async def term(house: House, chance: Random) -> tuple[str, float]:
    """SIGTERM, as the system does at an update: presses under way are answered."""
    await house.stop(signal.SIGTERM)
    away = chance.uniform(0, 1.0)
    await asyncio.sleep(away)
    return f"ended by SIGTERM, away {away:.1f} s", await house.start()


async def full(house: House, chance: Random) -> tuple[str, float]:
    """The disk is full for a while, in one of the ways in which disks are; in some rounds the server dies of it."""
    how = chance.choice(list(FULL))
    seconds = chance.uniform(0.5, 3)
    house.disk.full(how)
    try:
        await asyncio.sleep(seconds)
        dies = chance.random() < 0.3
        if dies:
            await house.stop(signal.SIGKILL)
    finally:
        house.disk.full(0)
    since = await (house.start() if dies else house.accepts())
    return f"disk full for {seconds:.1f} s: {FULL[how]}{', then killed' if dies else ''}", since


async def clock(house: House, chance: Random) -> tuple[str, float]:
    """Somebody sets the clock, and later sets it right; in some rounds the server starts under the wrong one."""
    minutes = chance.choice((-1, 1)) * chance.choice((1, 10, 60, 240))
    house.disk.clock_off(minutes * 60)
    try:
        restarts = chance.random() < 0.3
        if restarts:
            await house.stop(signal.SIGTERM)
            await house.start()
        await asyncio.sleep(chance.uniform(1, 3))
    finally:
        house.disk.clock_off(0)
    since = await house.accepts()
    return f"clock {minutes:+d} minutes{', restarted under it' if restarts else ''}", since


async def cut(house: House, chance: Random) -> tuple[str, float]:
    """The network between the screens and the server is away."""
    seconds = chance.choice((0.5, 2, 4, 7)) * chance.uniform(0.8, 1.2)
    how = await house.network.cut(chance)
    try:
        await asyncio.sleep(seconds)
    finally:
        await house.network.join()
    since = await house.accepts()
    return f"{house.network.said}, cut {how} for {seconds:.1f} s", since


async def paper(house: House, chance: Random) -> tuple[str, float]:
    """The printer takes nothing; numbers whose paper failed and that nobody replaces are void 40 seconds later."""
    seconds = chance.uniform(0.5, 2)
    house.printer_off()
    try:
        await asyncio.sleep(seconds)
    finally:
        house.printer_on()
    return f"printer off for {seconds:.1f} s", await house.accepts()


async def process(house: House, chance: Random) -> tuple[str, float]:
    """kill -9 of one of the two processes: half of its screens move to the other one, half wait for its return."""
    which = chance.randrange(len(house.servers))
    await house.stop(signal.SIGKILL, which)
    away = chance.uniform(0, 2)
    await asyncio.sleep(away)
    return f"process {which + 1} killed, away {away:.1f} s", await house.start(which)


async def postgres(house: House, chance: Random) -> tuple[str, float]:
    """kill -9 of PostgreSQL, all its processes at once."""
    await house.kill_postgres()
    away = chance.uniform(0, 3)
    await asyncio.sleep(away)
    return f"PostgreSQL killed, away {away:.1f} s", await house.start_postgres()


async def redis(house: House, chance: Random) -> tuple[str, float]:
    """kill -9 of Redis: what one process commits the other finds by itself."""
    await house.kill_redis()
    away = chance.uniform(0.3, 3)
    await asyncio.sleep(away)
    return f"Redis killed, away {away:.1f} s", await house.start_redis()


async def power(house: House, chance: Random) -> tuple[str, float]:
    """The power fails: everything at once. The database comes back first, as the system's units order it."""
    everybody = range(len(house.servers))
    await asyncio.gather(
        house.kill_postgres(), house.kill_redis(), *(house.stop(signal.SIGKILL, n) for n in everybody))
    await asyncio.sleep(chance.uniform(0, 1))
    await house.start_postgres()
    since = max(await asyncio.gather(house.start_redis(), *(house.start(n) for n in everybody)))
    return "PostgreSQL, Redis and both processes killed at once", since


FAULTS: dict[str, Fault] = {
    "kill": Fault(ALONE, kill), "blackout": Fault(ALONE, blackout),
    "term": Fault(ALONE, term), "full": Fault(ALONE, full), "clock": Fault(ALONE, clock),
    "cut": Fault(ALONE, cut), "paper": Fault(ALONE, paper), "process": Fault(TWO, process),
    "postgres": Fault(TWO, postgres), "redis": Fault(TWO, redis), "power": Fault(TWO, power),
}
