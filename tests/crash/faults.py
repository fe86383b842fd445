"""The faults. Each comes at a random moment under load, lasts a random while and is over when it returns: the
moment since which everything must become right, seconds of the loop's clock.

A fault of a part that is not here yet (kill -9 of PostgreSQL, of Redis, of one of two server processes) is one more
function and one more line in FAULTS; its part joins the house in house.py.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from random import Random

from bench.shims import NO_GROWTH, NO_SYNC, NO_WRITE

from .house import House

Fault = Callable[[House, Random], Awaitable[tuple[str, float]]]

FULL = {
    NO_GROWTH: "no file can grow", NO_WRITE: "nothing can be written", NO_SYNC: "syncs fail",
    NO_WRITE | NO_SYNC: "nothing can be written, syncs fail",
}


async def kill(house: House, chance: Random) -> tuple[str, float]:
    """kill -9: whatever it was doing, it does no more."""
    await house.stop(signal.SIGKILL)
    away = chance.uniform(0, 1.5)
    await asyncio.sleep(away)
    return f"killed, away {away:.1f} s", await house.start()


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
    """The network between the screens and the server is away; sometimes it forgets the connections."""
    seconds = chance.choice((0.5, 2, 4, 7)) * chance.uniform(0.8, 1.2)
    forgets = chance.random() < 0.5
    house.network.cut()
    try:
        await asyncio.sleep(seconds)
        if forgets:
            house.network.drop()
    finally:
        house.network.join()
    since = await house.accepts()
    return f"network cut for {seconds:.1f} s{', connections forgotten' if forgets else ''}", since


FAULTS: dict[str, Fault] = {"kill": kill, "term": term, "full": full, "clock": clock, "cut": cut}
