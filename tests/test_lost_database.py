"""PostgreSQL goes away at the worst moment: a press is run once or never, and its answer says which."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import databases
import pytest
from backstage import events, play, rows, until
from cast import Server, settle
from databases import Postgres
from many_lines import Line
from small_house import KEY, house, settings

from queue_server import committer
from queue_server.client import Refusal
from queue_server.commands import visitor
from queue_server.domain import chain
from queue_server.domain.errors import Busy
from queue_server.live import Live, Screen
from queue_server.press import Recorded
from queue_server.shell import Session
from queue_server.transaction import Actor, Job

KIOSK = Actor("device", "device:1", device_id=1)
ARGS = {"service": "umum", "channel": "door", "priority": False, "language": "id"}


class Wire:
    """Stands between the server and the database, and is cut when a COMMIT passes.

    ``cut``: "" never, "before" the database has it, "after" it has answered and nobody hears; once.
    """

    def __init__(self, port: int) -> None:
        self.to, self.cut, self.cuts = port, "", 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self.door.accept()[0]
                try:
                    far = socket.create_connection(("127.0.0.1", self.to))
                except OSError:
                    near.close()
                    continue
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := near.recv(65_536):
                if self.cut and b"COMMIT" in block:
                    how, self.cut, self.cuts = self.cut, "", self.cuts + 1
                    near.shutdown(socket.SHUT_WR)
                    if how == "after":
                        far.sendall(block)
                        time.sleep(0.3)
                    break
                far.sendall(block)
        near.close()
        far.close()

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := far.recv(65_536):
                near.sendall(block)
        with contextlib.suppress(OSError):  # also after a reset: who sent into a closed line is told so
            near.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(postgres: Postgres) -> Iterator[Wire]:
    found = Wire(postgres.port)
    yield found
    found.door.close()


@pytest.fixture
def session(postgres: Postgres, wire: Wire, tmp_path: Path) -> Iterator[Session]:
    """A session whose database lies behind the wire."""
    data = tmp_path / "data"
    url = postgres.create()
    databases.use(data, url)
    house(data, 0)
    opened = Session(replace(settings(data), database_url=url.replace(f":{postgres.port}", f":{wire.port}")))
    yield opened
    opened.close()
    postgres.drop(url)


def number(key: str = "") -> Job:
    return Job(KEY, KIOSK, "issue", visitor.issue, ARGS, key)


def given(jobs: list[Job]) -> list[int]:
    return [job.answer["ticket"]["number"] for job in jobs if job.answer is not None]


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("keyed", [True, False])
def test_a_commit_that_nobody_heard_of_is_done_once(
    session: Session, wire: Wire, tmp_path: Path, how: str, keyed: bool
) -> None:
    session.writer.committer.batch([number()])
    wire.cut = how
    jobs = [number(secrets.token_hex(16) if keyed else "") for _ in range(3)]
    told = session.writer.committer.batch(jobs)
    assert wire.cuts == 1 and given(jobs) == [2, 3, 4]
    assert [e.kind for _o, _k, _s, recorded in told for e in recorded].count("ticket_issued") == 3
    if keyed:
        again = number(jobs[0].key)
        session.writer.committer.batch([again])
        assert given([again]) == [2]
    assert rows(tmp_path / "data", "SELECT count(*) FROM ticket") == [(4,)]
    assert chain.check(events(tmp_path / "data", KEY)) == []


def test_while_the_database_is_away_a_press_is_refused_and_was_never_run(
    session: Session, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "PATIENCE_S", 0.3)
    session.writer.committer.batch([number()])
    wire.to, there = 1, wire.to  # nobody listens there
    session.database.drop_writer()
    jobs = [number(), number()]
    assert session.writer.committer.batch(jobs) == []
    assert [type(job.problem) for job in jobs] == [Busy, Busy] and given(jobs) == []
    wire.to = there
    session.writer.committer.batch(later := [number()])
    assert given(later) == [2]
    assert rows(tmp_path / "data", "SELECT count(*) FROM ticket") == [(2,)]


def test_two_processes_that_lock_each_other_out_both_get_through(session: Session, postgres: Postgres) -> None:
    """Somebody else holds the office's row and is then chosen as the victim, or ends: the batch is run again whole."""
    other = Session(replace(session.settings, database_url=databases.url_of(session.settings.data)))
    with other.database.writing.begin() as c:
        c.exec_driver_sql("SELECT 1 FROM office FOR UPDATE")
        jobs = [number()]
        waiting = threading.Thread(target=session.writer.committer.batch, args=(jobs,))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive() and given(jobs) == []
    waiting.join(10)
    assert given(jobs) == [1]
    other.close()


def test_a_reader_finds_the_database_again_by_itself(session: Session, wire: Wire) -> None:
    with session.database.read() as c:
        c.exec_driver_sql("SELECT 1")
    with session.database.writing.begin() as c:
        c.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()")
    with session.database.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM office").scalar_one() == 1


def test_a_snapshot_is_of_one_moment_and_changes_nothing(session: Session) -> None:
    from sqlalchemy.exc import DBAPIError

    with session.database.read() as c:
        count = "SELECT count(*) FROM ticket"
        before = c.exec_driver_sql(count).scalar_one()
        session.writer.committer.batch([number()])
        assert c.exec_driver_sql(count).scalar_one() == before
        with pytest.raises(DBAPIError, match="read-only"):
            c.exec_driver_sql("DELETE FROM ticket")


def test_a_picture_that_could_not_be_drawn_is_drawn_when_the_database_is_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone's own picture is drawn for what concerns it, and that must not be forgotten with the first attempt."""
    session.writer.committer.batch(jobs := [number()])
    assert jobs[0].answer is not None
    ticket = jobs[0].answer["ticket"]
    with session.database.read() as c:
        ticket_id = c.exec_driver_sql("SELECT id FROM ticket").scalar_one()
    drawn: list[tuple[str, Any]] = []
    emitter: Any = SimpleNamespace(emit=lambda _name, message, to: drawn.append((to, message)))
    live = Live(emitter, session.database, session.writer.clock, session.writer.kit)
    live.screens["a phone"] = Screen(
        "visitor", KEY, "a phone", ticket_id=ticket_id, service="umum", secret=ticket["secret"])
    read, failures = live._read, ["the connection is lost", "the database system is starting up"]

    def away(key: str) -> Any:
        if failures:
            raise OSError(failures.pop())
        return read(key)

    monkeypatch.setattr(live, "_read", away)
    live._happened(KEY, 1, [Recorded(1, "called", {}, ticket["step"])])
    until(lambda: live._draw_due() or drawn, 60, "the phone's picture")
    assert not failures
    assert [(to, picture["ticket"]["label"]) for to, picture in drawn] == [("a phone", ticket["label"])]


@pytest.fixture
def fragile() -> Iterator[Postgres]:
    """A database of its own, to be ended."""
    running = Postgres().start()
    yield running
    running.remove()


def test_a_screen_that_comes_while_the_database_is_away_is_cut_and_comes_again(
    fragile: Postgres, tmp_path: Path
) -> None:
    """An open line on which nobody ever answers would be a board that stays black for the day."""
    databases.use(tmp_path / "data", fragile.create())
    server = Server(tmp_path / "data").start()
    try:
        kiosk, ani = server.kiosk(), server.officer("ani", counter="4")
        ticket = kiosk.take("informasi")
        auth = {"screen": "visitor", "ticket": ticket["secret"]}

        async def come() -> None:
            line = Line(server.port, auth)
            try:
                await asyncio.wait_for(line.open(), 15)
            finally:
                await line.close()

        settle()
        fragile.kill()
        with pytest.raises(ConnectionError, match="the line ended"):
            play(come())
        for press in (lambda: ani.press("call_next"), lambda: kiosk.take("informasi")):
            with pytest.raises(Refusal, match="busy"):
                press()
        fragile.start()
        play(come())
        assert ani.press("call_next")["label"] == ticket["label"]
        ani.close()
    finally:
        server.stop()
