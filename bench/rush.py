"""``python -m bench.rush``: two hundred phones press for the last ten places of a session in the same second.

Ten must win, on ten different places, the others read that the session has just filled up and where there still is
room, all within two seconds. The server is that of ``bench.visiting`` on the evening before, its clock standing still.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bench.bars import Found, good, load, say
from bench.swift import Clock
from bench.visiting import MINUTE_MS, WHOLE, Server, parties_of, prepared
from bench.visitors import House
from queue_server.domain import hours

LAST = 10


def measure(phones: int) -> list[Found]:
    """The rush in a folder of its own, which is removed again."""
    data = Path(tempfile.mkdtemp(prefix="queue-rush-"))
    try:
        return asyncio.run(_measure(data, phones))
    finally:
        shutil.rmtree(data, ignore_errors=True)


async def _measure(data: Path, phones: int) -> list[Found]:
    taken = WHOLE.online - LAST
    place, office, day = prepared(data, WHOLE)
    parties = parties_of(replace(WHOLE, online=taken + phones, more=0), office, day)[: taken + phones]
    clock = Clock(data / "evening", hours.instant(office, day, 0) - 12 * 60 * MINUTE_MS, 1)
    took: list[float] = []
    with Server(data).at(clock) as running:
        house = House(running.base, place, clock, day, parties)
        for party in parties[:taken]:
            await house.book(party)
        ready = asyncio.Event()

        async def press(n: int) -> None:
            party = parties[taken + n]
            await ready.wait()
            begun = time.perf_counter()
            await house.book(party)
            took.append(time.perf_counter() - begun)

        presses = [asyncio.ensure_future(press(n)) for n in range(phones)]
        await asyncio.sleep(1.0)
        ready.set()
        await asyncio.gather(*presses)
    told = Counter(code for party in parties[taken:] for code in party.told)
    won = sum(bool(party.code) for party in parties[taken:])
    took.sort()
    return [
        Found("places won", won, bar=LAST), Found("kind answers to the others", told["session_full"],
                                                  bar=phones - LAST, least=True, beside=str(dict(told))),
        Found("the last answer", took[-1], " s", bar=2.0, beside=f"median {statistics.median(took):.2f} s; {load()}"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=200)
    found = [say(one) for one in measure(parser.parse_args().phones)]
    return 0 if good(found) and found[0].figure == LAST else 1


if __name__ == "__main__":
    sys.exit(main())
