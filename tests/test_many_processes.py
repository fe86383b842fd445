"""Several processes on one office at once: every number once, nobody called twice, one chain, whoever dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import databases
import pytest
from backstage import ROOT, events, rows
from databases import Postgres
from small_house import KEY, house, session, settings

from queue_server import opening
from queue_server.commands import visitor
from queue_server.commands.setup import add_person, configure
from queue_server.domain import chain
from queue_server.domain.errors import NotFound
from queue_server.domain.verify import check_calls
from queue_server.transaction import SYSTEM, Job

BOTH_DATABASES = True
PROCESSES, NUMBERS = 8, 24


@pytest.fixture
def counters(placed: Callable[[Path], Path], tmp_path: Path) -> Path:
    """An office with a counter and an officer for each process."""
    data = placed(tmp_path / "data")
    open_house(data)
    return data


def open_house(data: Path) -> None:
    with session(house(data, 0)) as opened:
        office = opening.office(opened.database, KEY)
        office = replace(
            office, rules=replace(office.rules, double_press_ms=0),
            counters=tuple(replace(office.counters[0], key=str(n)) for n in range(1, PROCESSES + 1)))
        opened.press(KEY, "configure", configure, office=office, reason="test")
        for n in range(1, PROCESSES + 1):
            opened.press(KEY, "add_person", add_person, name=f"p{n}", role="officer", password_hash="x")


def start(data: Path, n: int) -> subprocess.Popen[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    environment = {**clean, **databases.environment(data), "QUEUE_DATA": str(data), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "tests/racer.py", KEY, str(n), str(n), str(NUMBERS)], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def go(racers: list[subprocess.Popen[str]]) -> None:
    """All at the same moment."""
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n", racer.communicate()
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()


def told(racer: subprocess.Popen[str]) -> dict[str, Any]:
    said, complaint = racer.communicate(timeout=120)
    assert racer.returncode == 0, complaint
    found: dict[str, Any] = json.loads(said)
    return found


def nothing_lost_or_doubled(data: Path, numbers: int | None = None) -> None:
    """What the database says when all have ended: numbers without a gap, each served once, one unbroken chain."""
    issued = [n for n, in rows(data, "SELECT number FROM ticket ORDER BY number")]
    assert issued == list(range(1, len(issued) + 1)) and numbers in (None, len(issued))
    log = events(data, KEY)
    assert chain.check(log) == [] and check_calls(log) == []
    called = [e.step for e in log if e.kind == "called"]
    assert len(called) == len(set(called))


def test_eight_processes_at_once(counters: Path) -> None:
    racers = [start(counters, n) for n in range(1, PROCESSES + 1)]
    go(racers)
    found = [told(racer) for racer in racers]
    given = sorted(n for one in found for n in one["given"])
    called = sorted(label for one in found for label in one["called"])
    assert given == list(range(1, PROCESSES * NUMBERS + 1))
    assert len(called) == len(set(called)) == len(given)
    nothing_lost_or_doubled(counters, len(given))
    assert rows(counters, "SELECT count(*) FROM step WHERE state <> 'done'") == [(0,)]


def test_a_process_that_is_killed_takes_nothing_along(counters: Path) -> None:
    racers = [start(counters, n) for n in range(1, 4)]
    go(racers)
    time.sleep(0.3)
    racers[0].kill()
    racers[0].communicate()
    found = [told(racer) for racer in racers[1:]]
    issued = {n for n, in rows(counters, "SELECT number FROM ticket")}
    assert {n for one in found for n in one["given"]} <= issued
    nothing_lost_or_doubled(counters)


@pytest.fixture
def fragile() -> Iterator[Postgres]:
    """A server of its own, to be killed."""
    running = Postgres().start()
    yield running
    running.remove()


def test_a_database_that_crashes_again_and_again_costs_time_and_nothing_else(fragile: Postgres, tmp_path: Path) -> None:
    data = tmp_path / "data"
    databases.use(data, fragile.create())
    open_house(data)
    racers = [start(data, n) for n in range(1, 4)]
    go(racers)
    for _ in range(3):
        time.sleep(0.4)
        fragile.crash()
        time.sleep(0.2)
        fragile.start()
    found = [told(racer) for racer in racers]
    given = sorted(n for one in found for n in one["given"])
    assert given == list(range(1, 3 * NUMBERS + 1)), "one press, one number, whatever was under way"
    labels = [label for one in found for label in one["called"]]
    assert len(labels) == len(set(labels)) == len(given)
    nothing_lost_or_doubled(data, len(given))


def number(key: str) -> Job:
    return Job(key, SYSTEM, "issue", visitor.issue, {"service": "umum", "channel": "door"})


def test_an_office_that_another_process_holds_does_not_hold_up_the_others(postgres: Postgres, tmp_path: Path) -> None:
    data = tmp_path / "data"
    databases.use(data, postgres.create())
    with session(house(data, 0)) as opened, databases.opened(data, writing=True) as other:
        made = replace(opening.office(opened.database, KEY), key="second")
        opening.add_office(opened.database, "second")
        opened.press("second", "configure", configure, office=made, reason="test")
        databases.execute(other, "SELECT id FROM office WHERE key = ? FOR UPDATE", KEY)
        jobs = [number(key) for key in (KEY, "second", KEY, "nowhere")]
        opened.writer.committer.batch(jobs)
        assert [job.answer is not None for job in jobs] == [False, True, False, False]
        other.rollback()
        opened.writer.committer.batch([jobs[0], jobs[2], jobs[3]])
        assert [job.answer["ticket"]["number"] for job in (jobs[0], jobs[2]) if job.answer] == [1, 2]
        opened.writer.committer.batch([jobs[3], number(KEY)])
        assert isinstance(jobs[3].problem, NotFound), "nobody waits for an office that is not there"
    assert chain.check(events(data, KEY)) == [] and chain.check(events(data, "second")) == []


def test_whoever_was_left_for_the_next_batch_is_in_it(counters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with session(settings(counters)) as opened:
        whole = opened.writer.committer.batch
        monkeypatch.setattr(opened.writer.committer, "batch", lambda jobs: whole(jobs[:1]))
        opened.writer.start()
        found: list[int] = []
        pressing = [
            threading.Thread(target=lambda: found.append(opened.writer.press(number(KEY))["ticket"]["number"]))
            for _ in range(5)]
        for thread in pressing:
            thread.start()
        for thread in pressing:
            thread.join(60)
        assert sorted(found) == [1, 2, 3, 4, 5]
        opened.writer.close()
