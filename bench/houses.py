"""Many offices in one house, served by one or more processes, on SQLite or on PostgreSQL with Redis.

Everybody's papers (devices, sessions, seats) are made before the servers start, so that no sign-in is measured.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.house import Process, free_port
from bench.quota import Share
from queue_server import config, opening
from queue_server.commands import access, seat, setup, visitor
from queue_server.replay.place import office
from queue_server.screens.door import digest, new_token
from queue_server.shell import Session
from queue_server.transaction import SYSTEM, Actor, Job
from tests.databases import Postgres, not_without_us

#: Jobs in one transaction while the house is made.
TOGETHER = 40
NUMBER = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
DEVICE = Actor("device", "device")


@dataclass
class Papers:
    """What the screens of one office show at the door."""

    key: str
    kiosk: str = ""
    boards: list[str] = field(default_factory=list)
    officers: list[str] = field(default_factory=list)     # sessions; the nth sits at counter c<n>
    tickets: list[str] = field(default_factory=list)      # secrets of those who wait


class Builder:
    """Presses for many offices, some dozens in each transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.jobs: list[Job] = []

    def add(self, key: str, act: str, command: Any, actor: Actor = SYSTEM, **args: Any) -> Job:
        job = Job(key, actor, act, command, args)
        self.jobs.append(job)
        if len(self.jobs) >= TOGETHER:
            self.run()
        return job

    def run(self) -> None:
        """Raises what was refused: a house that is half made measures nothing."""
        if self.jobs:
            self.session.writer.committer.batch(self.jobs)
        for job in self.jobs:
            if job.problem is not None or not job.answer or not job.answer.get("ok"):
                raise SystemExit(f"{job.act}: {job.problem or job.answer}")
        self.jobs = []


def build(settings: config.Config, offices: int, counters: int = 1, boards: int = 1, waiting: int = 0) -> list[Papers]:
    """``offices`` offices with so many manned counters, paired boards and visitors who wait, in each."""
    session = Session(settings)
    build, made = Builder(session), [Papers(f"o{n:04}") for n in range(offices)]
    for one in made:
        opening.add_office(session.database, one.key)
        configured = office(one.key, one.key, {"a": "A"}, {f"c{n}": ["a"] for n in range(1, counters + 1)}, boards)
        build.add(one.key, "configure", setup.configure, office=configured, reason="bench")
    build.run()
    people = [(one, n, build.add(one.key, "add_person", setup.add_person, name=f"p{n}", role="officer",
                                 password_hash="x")) for one in made for n in range(1, counters + 1)]
    build.run()
    for one, n, job in people:
        assert job.answer is not None
        person = int(job.answer["person"])
        one.officers.append(new_token())
        build.add(one.key, "sign_in", access.sign_in, person=person, token_hash=digest(one.officers[-1]))
        build.add(one.key, "sit", seat.sit, Actor("officer", f"person:{person}", person), counter=f"c{n}")
    for one in made:
        one.kiosk, one.boards = new_token(), [new_token() for _ in range(boards)]
        for kind, board, token in [("kiosk", "", one.kiosk),
                                   *(("board", f"b{n}", token) for n, token in enumerate(one.boards, 1))]:
            build.add(one.key, "hello", setup.hello, DEVICE, kind=kind, board=board, token_hash=digest(token),
                      at_home=True)
    build.run()
    taken = [
        (one, build.add(one.key, "issue", visitor.issue, DEVICE, **NUMBER)) for one in made for _ in range(waiting)]
    build.run()
    for one, job in taken:
        assert job.answer is not None
        one.tickets.append(str(job.answer["ticket"]["secret"]))
    session.close()
    return made


class Houses:
    """One house in so many processes. ``percent``: share of a core for each, where the system can limit it."""

    def __init__(
        self, processes: int, database_url: str = "", redis_url: str = "", percent: int = 0,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="queue-bench-"))
        self.environment = {"QUEUE_DATA": str(self.data), "DATABASE_URL": database_url, "REDIS_URL": redis_url}
        self.percent, self.shares = percent, list[Share]()
        self.processes = [self._process(environment or {}) for _ in range(processes)]
        self.offices: list[Papers] = []

    def _process(self, more: dict[str, str]) -> Process:
        port = free_port()
        return Process(
            [sys.executable, "-m", "queue_server", "serve", "--host", "127.0.0.1", "--port", str(port)], port,
            "/healthz", {**self.environment, **more})

    def build(self, offices: int, **how: int) -> Houses:
        self.offices = build(config.read(None, self.environment), offices, **how)
        return self

    @property
    def limited(self) -> bool:
        return bool(self.shares) and all(share.limited for share in self.shares)

    @property
    def pids(self) -> list[int]:
        return [one.process.pid for one in self.processes if one.process is not None]

    @property
    def cpu(self) -> float:
        return sum(one.cpu for one in self.processes)

    def __enter__(self) -> Houses:
        for one in self.processes:
            one.start()
        if self.percent:
            self.shares = [Share(pid, self.percent) for pid in self.pids]
        return self

    def __exit__(self, *_error: object) -> None:
        for one in self.processes:
            one.stop()
        for share in self.shares:
            share.end()
        shutil.rmtree(self.data, ignore_errors=True)


class Redis:
    """A Redis of our own that keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Redis:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL, preexec_fn=not_without_us)
        end = time.monotonic() + 10
        while subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True).returncode:
            if time.monotonic() > end:
                raise SystemExit("Redis did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A durable one: what is committed is on the disk, as in an office."""
    running = Postgres("-c", "fsync=on", "-c", "full_page_writes=on", "-c", "shared_buffers=128MB")
    try:
        yield running.start()
    finally:
        running.remove()


@contextmanager
def made(
    kind: str, processes: int, offices: int, percent: int = 0, server: Postgres | None = None,
    redis: Redis | None = None, **how: int,
) -> Iterator[Houses]:
    """A running house. ``kind``: sqlite (one process) or postgresql, whose server is given or started."""
    with ExitStack() as stack:
        url = hints = ""
        if kind == "postgresql":
            server = server or stack.enter_context(postgres())
            url = server.create()
            if processes > 1:
                hints = (redis or stack.enter_context(Redis())).url
        yield stack.enter_context(Houses(processes, url, hints, percent).build(offices, **how))


def spread(houses: Houses, nth: int) -> Process:
    """The process that a proxy gives the nth screen to."""
    return houses.processes[nth % len(houses.processes)]


def cookie(name: str, token: str) -> str:
    """A header line for ``bench.issue.Client``."""
    return f"Cookie: queue_{name}={token}\r\n"


def phones(papers: Sequence[Papers]) -> list[dict[str, Any]]:
    return [{"screen": "visitor", "ticket": secret} for one in papers for secret in one.tickets]
