"""Answers and the disk: who is answered, when the next batch runs, and what becomes of everybody when a sync fails."""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backstage import events
from cast import Server
from small_house import KEY, house

from queue_server import flusher
from queue_server.client import Kiosk, Refusal
from queue_server.commands import visitor
from queue_server.domain import chain
from queue_server.flusher import Doubtful
from queue_server.kit import ThreadKit
from queue_server.screens.acts import ACTS
from queue_server.screens.entrance import VISITOR_ACTS
from queue_server.shell import Session
from queue_server.transaction import Actor, Job, Writer
from queue_server.wal import POSSIBLE
from queue_server.writer_process import Apart

KIOSK = Actor("device", "device:1", device_id=1)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = Session(house(tmp_path / "data", 0))
    yield opened
    opened.close()


def number(key: str = "") -> Job:
    args = {"service": "umum", "channel": "door", "priority": False, "language": "id"}
    return Job(KEY, KIOSK, "issue", visitor.issue, args, key or secrets.token_hex(16))


class Disk:
    """What the disk was asked, and when; a real sync each time, and slow."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.syncs: list[tuple[float, float]] = []
        self.broken = False
        self._sync = os.fdatasync
        monkeypatch.setattr(os, "fdatasync", self)

    def __call__(self, file: int) -> None:
        begun = time.monotonic()
        if self.broken:
            raise OSError(5, "the disk is broken")
        self._sync(file)
        time.sleep(0.03)
        self.syncs.append((begun, time.monotonic()))


class Pressed:
    """Numbers that many take at once, each again and again: when each was committed, and when it was answered."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writer = session.writer
        self.committed: dict[int, float] = {}
        self.batches: list[tuple[float, float]] = []
        self.answered: list[tuple[int, float]] = []
        whole = self.writer.committer.batch

        def batch(jobs: list[Job]) -> object:
            begun = time.monotonic()
            told = whole(jobs)
            self.batches.append((begun, time.monotonic()))
            self.committed.update({int(j.answer["ticket"]["number"]): self.batches[-1][1] for j in jobs if j.answer})
            return told

        monkeypatch.setattr(self.writer.committer, "batch", batch)

    def by(self, people: int, times: int) -> None:
        def press() -> None:
            for _ in range(times):
                ticket = self.writer.press(number())["ticket"]
                self.answered.append((int(ticket["number"]), time.monotonic()))

        pressing = [threading.Thread(target=press) for _ in range(people)]
        for one in pressing:
            one.start()
        for one in pressing:
            one.join(60)


@pytest.mark.parametrize("people", [1, 8])
def test_every_answer_leaves_after_a_sync_that_began_after_its_commit(
    session: Session, monkeypatch: pytest.MonkeyPatch, people: int
) -> None:
    assert POSSIBLE, "here the disk is synced beside the next batch"
    disk, pressed = Disk(monkeypatch), Pressed(session, monkeypatch)
    session.writer.start()
    pressed.by(people, 6)
    session.writer.close()
    assert len(pressed.answered) == 6 * people
    for given, at in pressed.answered:
        assert any(pressed.committed[given] <= begun and ended <= at for begun, ended in disk.syncs), given


def test_the_next_batch_runs_while_the_disk_syncs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, pressed = Disk(monkeypatch), Pressed(session, monkeypatch)
    session.writer.start()
    pressed.by(8, 6)
    session.writer.close()
    beside = [b for b in pressed.batches if any(begun < b[0] and b[1] < ended for begun, ended in disk.syncs)]
    assert beside, "no batch ran from its beginning to its end within a sync"
    assert len(disk.syncs) < len(pressed.answered), "a sync is for all that were committed before it"


def test_a_sync_that_fails_once_is_made_good_before_anybody_is_answered(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk = Disk(monkeypatch)
    session.writer.start()
    first = session.writer.press(number())["ticket"]["number"]
    disk.broken = True  # the system forgets what it had to write: no later sync of the log is believed
    second = session.writer.press(number())["ticket"]["number"]
    assert second == first + 1
    wal = session.database.wal
    assert wal is not None and not wal.broken, "it stands in the database's own file"
    disk.broken = False
    assert session.writer.press(number())["ticket"]["number"] == second + 1
    assert chain.check(events(tmp_path / "data", KEY)) == []


def test_a_pause_is_used_to_carry_the_log_into_the_database(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise somebody's press would have to wait for it one day, for as long as a slow disk takes."""
    monkeypatch.setattr("queue_server.flusher.QUIET_S", 0.2)
    session.writer.start()
    many = flusher.MANY + 5
    numbers = [session.writer.press(number())["ticket"]["number"] for _ in range(many)]
    own = Path(str(session.database.writing.url.database))
    until = time.monotonic() + 20
    while in_the_file_alone(own, tmp_path / "alone.db") < many:
        assert time.monotonic() < until, "nobody carried it"
        time.sleep(0.1)
    assert session.writer.press(number())["ticket"]["number"] == numbers[-1] + 1
    assert chain.check(events(tmp_path / "data", KEY)) == []


def in_the_file_alone(database: Path, copy: Path) -> int:
    """How many numbers stand in the database's own file; what is only in its log is not seen."""
    shutil.copyfile(database, copy)
    with contextlib.closing(sqlite3.connect(copy)) as opened:
        return int(opened.execute("SELECT count(*) FROM ticket").fetchone()[0])


def test_while_a_disk_fails_nothing_more_is_promised_and_then_all_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk = Disk(monkeypatch)
    monkeypatch.setattr("queue_server.flusher.PATIENCE_S", 0.5)
    session.writer.start()
    first = session.writer.press(number())["ticket"]["number"]
    disk.broken = True
    carry = session.database.carry
    wal = session.database.wal
    assert wal is not None
    wal._carry = lambda: False
    doubtful = number("pressed once more later")
    with pytest.raises(Doubtful):
        session.writer.press(doubtful)
    with pytest.raises(OSError, match="could not be synced"):
        session.writer.press(number())
    disk.broken, wal._carry = False, carry
    again = session.writer.press(number("pressed once more later"))["ticket"]["number"]
    assert again == first + 1, "nobody knew whether it stood; it does, once"
    assert session.writer.press(number())["ticket"]["number"] == first + 2, "what was refused has left no gap"
    assert chain.check(events(tmp_path / "data", KEY)) == []


def test_every_press_can_go_to_the_process_that_writes() -> None:
    for command in [*(act.command for act in ACTS.values()), *VISITOR_ACTS.values()]:
        assert pickle.loads(pickle.dumps(command)) is command


def test_what_cannot_be_sent_is_a_fault_and_holds_nobody_up(session: Session) -> None:
    near, far = socket.socketpair()
    writer = Writer(session.database, session.writer.clock, ThreadKit(), line=Apart(near))
    with pytest.raises((pickle.PicklingError, AttributeError)):
        writer.press(Job(KEY, KIOSK, "issue", lambda tx, args: {}))
    assert writer.waiting == 0
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1)
    near.close()
    far.close()


def writing(server: Server) -> int:
    """The process that writes for a server."""
    assert server.process is not None
    pid = server.process.pid
    one, = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(one)


def ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_when_the_process_that_writes_is_killed_the_server_ends_and_nothing_is_lost(server: Server) -> None:
    kiosk = server.kiosk()
    last = kiosk.take("informasi")["number"]
    os.kill(writing(server), signal.SIGKILL)
    running = server.process
    assert running is not None
    until(lambda: running.poll() is not None)
    assert running.poll() == 1
    server.stop()
    server.start()
    assert server.kiosk().take("informasi")["number"] == last + 1
    assert chain.check(events(server.data, "rutan")) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_process_that_writes_ends_with_its_server(server: Server, how: signal.Signals) -> None:
    server.kiosk().take("informasi")
    pid = writing(server)
    server.stop(how)
    until(lambda: ended(pid))


def test_a_fault_in_a_press_is_in_the_servers_log_with_its_place(server: Server) -> None:
    import sqlite3

    held = sqlite3.connect(server.data / "queue.db", isolation_level=None, timeout=10)
    held.execute("DROP TABLE series")
    kiosk: Kiosk = server.kiosk()
    with pytest.raises(Refusal, match="failed"):
        kiosk.take("informasi")
    held.close()
    log = (server.data.parent / f"{server.data.name}.log").read_text()
    assert "no such table: series" in log and "visitor.py" in log
