"""Bad days in short: a round of some faults under load (the others are ``long``); what the checks would not let pass.

``make check-long`` plays 100 rounds (``python -m tests.crash``); how a round goes stands in ``tests/crash/``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from backstage import ROOT, play

from bench.shims import slow_disk
from tests.crash import checks, network
from tests.crash.__main__ import order
from tests.crash.faults import FAULTS
from tests.crash.house import House
from tests.crash.rounds import Round, Rounds

SEED = "a short bad day"
SHORT = ("kill", "process", "postgres")
BadDay = Callable[[str], tuple[list[Round], Rounds]]


async def one_of_each(folder: Path, kind: str, faults: list[str]) -> tuple[list[Round], Rounds]:
    house = await House(folder, kind, "eventlet", SEED).open()
    rounds = Rounds(house, SEED)
    try:
        return [await rounds.play(fault) for fault in faults], rounds
    finally:
        await house.close()


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> BadDay:
    """The day on which this fault comes, with the others of its house that are as short or as long."""
    played: dict[tuple[str, bool], tuple[list[Round], Rounds]] = {}

    def day(fault: str) -> tuple[list[Round], Rounds]:
        kind, short = FAULTS[fault].house, fault in SHORT
        if (kind, short) not in played:
            faults = [f for f in FAULTS if FAULTS[f].house == kind and (f in SHORT) == short]
            coming = one_of_each(tmp_path_factory.mktemp("crash"), kind, faults)
            played[kind, short] = play(asyncio.wait_for(coming, 250))
        return played[kind, short]

    return day


@pytest.mark.parametrize("fault", [pytest.param(f, marks=() if f in SHORT else pytest.mark.long) for f in FAULTS])
def test_nothing_is_lost_or_doubled(bad_day: BadDay, fault: str) -> None:
    rounds, _ = bad_day(fault)
    found = next(one for one in rounds if one.fault == fault)
    print(found.line())
    assert found.problems == []
    assert found.presses > 10 and found.acknowledged[0], "that was no load"


def test_every_fault_comes_equally_often_and_the_seed_says_when() -> None:
    names = list(FAULTS)
    first = list(order(names, 4 * len(names), "a"))
    assert {first.count(name) for name in names} == {4}
    assert first == list(order(names, 4 * len(names), "a")) != list(order(names, 4 * len(names), "b"))


def test_what_was_told_and_is_not_in_the_log_is_found(bad_day: BadDay) -> None:
    _, rounds = bad_day("kill")
    told, log = rounds.house.told, rounds.log
    assert checks.against_told(log, told) == []
    told.numbers["lost"] = {"service": "a", "number": 99_999}
    told.finished[99_999] = 1
    assert checks.against_told(log, told) == [
        "number ('a', 99999): told 1, 0 in the log", "finish (99999, 1): told 1, 0 in the log"]
    del told.numbers["lost"], told.finished[99_999]
    call = next(iter(told.calls))
    answer = told.calls.pop(call)
    assert checks.against_told(log, told) == [f"call {(call, answer['step'])}: 1 in the log, told 0"]
    told.calls[call] = answer


@pytest.mark.parametrize("between", [lambda: network.between(servers=1), network.Proxied], ids=["here", "proxy"])
def test_a_cut_network_is_cut_and_whole_again(between: Callable[[], network.Network]) -> None:
    """In whichever way this machine has, and by the proxy, which all have."""

    async def trial() -> None:
        wire = between()
        code = (f"import socket; s = socket.create_server(({wire.host!r}, 0)); print(s.getsockname()[1], flush=True)\n"
                "while True: s.accept()[0].sendall(b'there')")
        server = subprocess.Popen([*wire.within, sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None

        async def there() -> bool:
            try:
                host, port = wire.base(0).removeprefix("http://").split(":")
                async with asyncio.timeout(1):
                    reader, writer = await asyncio.open_connection(host, int(port))
                    found = await reader.read(5)
                    writer.close()
                    return found == b"there"
            except (OSError, TimeoutError):
                return False

        async def whole() -> None:
            async with asyncio.timeout(30):
                while not await there():
                    await asyncio.sleep(0.05)

        try:
            await wire.open([int(server.stdout.readline())])
            for chance in map(Random, range(2)):
                await whole()
                print(wire.said, await wire.cut(chance))
                assert not await there()
                await wire.join()
            await whole()
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
            await wire.close()

    play(trial())


def test_a_slow_disk_is_slow_for_whoever_is_started_on_it(tmp_path: Path) -> None:
    work = ("import os, time; f = os.open(%r, os.O_CREAT | os.O_WRONLY); t = time.perf_counter();"
            "[os.write(f, b'x') and os.fdatasync(f) for _ in range(10)]; print(time.perf_counter() - t)")
    ran = subprocess.run([sys.executable, "-c", work % str(tmp_path / "file")], env=slow_disk(20), text=True,
                         capture_output=True, check=True, cwd=ROOT)
    assert 0.2 <= float(ran.stdout) < 1.0
