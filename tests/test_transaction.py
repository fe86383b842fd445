"""The one writer: presses that are committed together, repeated, refused half-way, or broken."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from backstage import ROOT, events
from small_house import KEY, house
from sqlalchemy import func, select

from bench.shims import slow_disk
from queue_server import tables as t
from queue_server.commands import visitor
from queue_server.domain import chain
from queue_server.domain.errors import Busy, Refused
from queue_server.shell import Session
from queue_server.transaction import DEAREST_S, MOST_WAIT_S, SYSTEM, Actor, Answer, Command, Job, Tx

BOTH_DATABASES = True  # the whole module; see conftest.py

KIOSK = Actor("device", "device:1", device_id=1)


@pytest.fixture
def session(placed: Callable[[Path], Path], tmp_path: Path) -> Iterator[Session]:
    opened = Session(house(placed(tmp_path / "data"), 0))
    yield opened
    opened.close()


def number(key: str = "", **more: Any) -> Job:
    args = {"service": "umum", "channel": "door", "priority": False, "language": "id", **more}
    return Job(KEY, KIOSK, "issue", visitor.issue, args, key or secrets.token_hex(16))


def other(command: Command, key: str = "") -> Job:
    return Job(KEY, SYSTEM, "other", command, {}, key)


def together(session: Session, *jobs: Job) -> list[Job]:
    """Runs the jobs as the writer does when they wait at the same time."""
    session.writer.committer.batch(list(jobs))
    return list(jobs)


def labels(jobs: list[Job]) -> list[str]:
    return [job.answer["ticket"]["label"].replace("\u2009", " ") for job in jobs if job.answer and job.answer["ok"]]


def tickets(session: Session) -> int:
    with session.database.read() as c:
        return int(c.execute(select(func.count()).select_from(t.ticket)).scalar_one())


def half_way(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes a number, writes into the log, and is refused then."""
    visitor.issue(tx, {"service": "umum", "channel": "door", "priority": False, "language": "id"})
    raise Refused("not_now", act="call", state="done")


def broken(tx: Tx, args: dict[str, Any]) -> Answer:
    visitor.issue(tx, {"service": "umum", "channel": "door", "priority": False, "language": "id"})
    raise RuntimeError("a fault in the program")


def test_numbers_that_come_together_are_committed_together(session: Session, tmp_path: Path) -> None:
    told = session.writer.committer.batch(jobs := [number() for _ in range(10)])
    assert labels(jobs) == [f"A {n:03d}" for n in range(1, 11)]
    (_office, key, seq, recorded), = told
    assert key == KEY and recorded[-1].seq == seq
    assert [e.kind for e in recorded].count("ticket_issued") == 10
    assert chain.check(events(tmp_path / "data", KEY)) == []


def test_whoever_is_refused_half_way_leaves_nothing_and_takes_nobody_along(session: Session, tmp_path: Path) -> None:
    jobs = together(session, number(), other(half_way), number())
    assert labels(jobs) == ["A 001", "A 002"]  # no gap where the refused one had taken a number
    assert jobs[1].answer is not None and jobs[1].answer["refused"] == "not_now"
    assert tickets(session) == 2
    assert chain.check(events(tmp_path / "data", KEY)) == []
    assert [e.kind for e in events(tmp_path / "data", KEY)].count("ticket_issued") == 2


def test_a_fault_in_one_press_does_not_cost_the_others_their_answer(session: Session, tmp_path: Path) -> None:
    jobs = together(session, number(), other(broken), number())
    assert labels(jobs) == ["A 001", "A 002"]
    assert isinstance(jobs[1].problem, RuntimeError) and jobs[1].answer is None
    assert tickets(session) == 2
    assert chain.check(events(tmp_path / "data", KEY)) == []


def test_a_press_that_is_sent_twice_gets_one_number(session: Session) -> None:
    twice = together(session, number("the-same-key"), number("the-same-key"), number())
    assert labels(twice) == ["A 001", "A 001", "A 002"]
    assert labels(together(session, number("the-same-key"))) == ["A 001"]
    assert tickets(session) == 2


def test_a_refusal_is_repeated_too(session: Session) -> None:
    first, = together(session, other(half_way, "a-key-of-mine"))
    again, = together(session, other(half_way, "a-key-of-mine"))
    assert first.answer == again.answer and tickets(session) == 0


def test_the_key_of_another_press_is_refused(session: Session) -> None:
    together(session, number("the-same-key"))
    other_words, = together(session, number("the-same-key", language="en"))
    assert other_words.answer is not None and other_words.answer["refused"] == "key_reused"
    somebody_else, = together(session, Job(
        KEY, Actor("device", "device:2", device_id=2), "issue", visitor.issue, number().args, "the-same-key"))
    assert labels([somebody_else]) == ["A 002"]


def test_beyond_its_capacity_it_refuses_at_once_and_goes_on(session: Session) -> None:
    """While a press of 20 ms each would have to wait longer than a second, it is told so and never run."""
    writer, begun, go_on = session.writer, threading.Event(), threading.Event()
    answered, refused = [], []

    def held(tx: Tx, args: dict[str, Any]) -> Answer:
        begun.set()
        assert go_on.wait(30)
        return {}

    def press(command: Command) -> None:
        try:
            answered.append(writer.press(other(command)))
        except Busy:
            refused.append(command)

    for _ in range(60):
        writer._learn(DEAREST_S)
    writer.start()
    flood = [threading.Thread(target=press, args=(held,)) for _ in range(100)]
    flood[0].start()
    assert begun.wait(10)  # the writer is at work with one, nobody waits
    for one in flood[1:]:
        one.start()
    while len(refused) + writer.waiting < 100:
        time.sleep(0.01)
    assert writer.waiting == int(MOST_WAIT_S / DEAREST_S) + 1 and len(refused) == 100 - writer.waiting
    go_on.set()
    for one in flood:
        one.join(30)
    assert len(answered) == 100 - len(refused)
    for _ in range(60):
        writer._learn(0.0005)
    assert writer.press(other(held)) == {"ok": True}


def test_those_who_press_again_and_again_share_their_commits_on_a_slow_disk() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.durable", "--json", "--rounds", "1", "--seconds", "3"], cwd=ROOT,
        env={**os.environ, **slow_disk(20)}, text=True, capture_output=True, check=True)
    found, = json.loads(ran.stdout)
    print(found)
    assert found["together"] > 2 and found["many"] > 2 * found["one"], "eight clients, each waiting for a sync of 20 ms"
