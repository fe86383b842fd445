"""Bad days in short: one round of each fault under load, and what the checks would not let pass.

``make check-long`` plays 100 rounds (``python -m tests.crash``); how a round goes stands in ``tests/crash/``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from backstage import ROOT, play

from bench.shims import slow_disk
from tests.crash import checks
from tests.crash.faults import FAULTS
from tests.crash.house import House
from tests.crash.rounds import Round, Rounds

SEED = "a short bad day"


async def one_of_each(folder: Path) -> tuple[list[Round], Rounds]:
    house = await House(folder, "eventlet", SEED).open()
    rounds = Rounds(house, SEED)
    try:
        return [await rounds.play(fault) for fault in FAULTS], rounds
    finally:
        await house.close()


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Round], Rounds]]:
    yield play(asyncio.wait_for(one_of_each(tmp_path_factory.mktemp("crash")), 200))


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_doubled(bad_day: tuple[list[Round], Rounds], fault: str) -> None:
    rounds, _ = bad_day
    found = next(one for one in rounds if one.fault == fault)
    print(found.line())
    assert found.problems == []
    assert found.presses > 20, "that was no load"


def test_what_was_told_and_is_not_in_the_log_is_found(bad_day: tuple[list[Round], Rounds]) -> None:
    _, rounds = bad_day
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


def test_a_slow_disk_is_slow_for_whoever_is_started_on_it(tmp_path: Path) -> None:
    work = ("import os, time; f = os.open(%r, os.O_CREAT | os.O_WRONLY); t = time.perf_counter();"
            "[os.write(f, b'x') and os.fdatasync(f) for _ in range(10)]; print(time.perf_counter() - t)")
    ran = subprocess.run([sys.executable, "-c", work % str(tmp_path / "file")], env=slow_disk(20), text=True,
                         capture_output=True, check=True, cwd=ROOT)
    assert 0.2 <= float(ran.stdout) < 1.0
