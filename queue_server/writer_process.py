"""The committer in a process of its own, for a server on SQLite.

Python runs one thread of a process at a time, and a committer beside the thread that serves screens waits for it at
every statement: both together took twice the processor's time that each takes alone (docs/benchmarks.md). So the
server forks once, before it opens anything, and presses and answers go through a pair of connected sockets. Whoever
finds the other end closed ends: what was not answered was never promised.
"""

from __future__ import annotations

import fcntl
import gc
import os
import pickle
import signal
import socket
import struct
import sys
import termios
import threading
import traceback
from collections import deque
from contextlib import suppress
from itertools import count
from typing import Any

from .committer import Committer, Foretold
from .database import Database
from .flusher import Done
from .moment import Clock
from .press import Happened, Job

#: The thread that has synced waits at most so long for the one that runs the next batch, seconds.
SWITCH_S = 0.0001
_LENGTH = struct.Struct("!I")


def _frame(content: Any) -> bytes:
    found = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(found)) + found


class Apart:
    """The server's end."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._numbers = count(1)
        self._jobs: dict[int, Job] = {}
        self._out: deque[bytes] = deque()
        self._sending = threading.Lock()
        self._rest = b""

    def begin(self, database: Database, clock: Clock, happened: Happened) -> None:
        self._say("begin", database.url, clock, happened)

    def put(self, job: Job) -> None:
        number = next(self._numbers)
        self._jobs[number] = job
        try:
            self._say("job", number, len(self._jobs), job.office, job.actor, job.act, job.command, job.args, job.key,
                      job.deadline)
        except Exception:  # it cannot be sent: a fault of ours
            del self._jobs[number]
            raise

    def foresee(self, office: str, foretold: Foretold) -> None:
        self._say("foretold", office, foretold)

    def end(self) -> None:
        self._say("end")

    def _say(self, *message: Any) -> None:
        """Sent at once, by whoever is not too late; what is said while somebody sends goes out together, after it."""
        self._out.append(_frame(message))
        while self._out and self._sending.acquire(blocking=False):
            try:
                frames = [self._out.popleft() for _ in range(len(self._out))]
                with suppress(OSError):  # whoever reads finds it out too, and says so
                    self._door.sendall(b"".join(frames))
            finally:
                self._sending.release()

    def take(self) -> list[Done]:
        ended: list[Done] = []
        while not ended:
            try:
                block = self._door.recv(262_144)
            except OSError:
                block = b""
            if not block:
                raise EOFError
            self._rest += block
            while len(self._rest) >= _LENGTH.size:
                end = _LENGTH.size + _LENGTH.unpack_from(self._rest)[0]
                if len(self._rest) < end:
                    break
                ended.append(self._done(*pickle.loads(self._rest[_LENGTH.size:end])))
                self._rest = self._rest[end:]
        return ended

    def _done(self, answers: list[tuple[int, Any, Exception | None]], told: list[Any], cost_s: float) -> Done:
        jobs = []
        for number, answer, problem in answers:
            job = self._jobs.pop(number)
            job.answer, job.problem = answer, problem
            jobs.append(job)
        return Done(jobs, told, cost_s)


def fork() -> Apart:
    """Call it before anything is opened and before any thread runs: the other process begins as a copy of this one."""
    near, far = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork() == 0:
        os.close(near.detach())
        try:
            _Desk(far.detach()).work()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    far.close()
    return Apart(near)


class _Desk:
    """The committer's end: a ``Source`` of presses, and where they go when they have ended. Plain blocking files: what
    the server's mode made of sockets is of no use here."""

    def __init__(self, file: int) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)  # the server says when the last press is answered
        os.set_blocking(file, True)
        self._in = open(file, "rb", buffering=0)  # noqa: SIM115 (lives as long as this)
        self._out = open(os.dup(file), "wb", buffering=0)  # noqa: SIM115
        self.inside = 0
        self._come = b""
        self._jobs: deque[Job] = deque()
        self._numbers: dict[int, int] = {}
        self._saying = threading.Lock()
        self._committer: Committer | None = None

    def work(self) -> None:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        sys.setswitchinterval(SWITCH_S)
        _begin, url, clock, happened = self._read()
        database = Database(url)
        self._committer = Committer(database, clock, self, self.ended)
        self._committer.happened = happened
        self._committer.work()

    def get(self, wait: bool, most: int) -> list[Job]:
        while (wait and not self._jobs) or (len(self._jobs) < most and self._waits()):
            self._hear(*self._read())
        return [self._jobs.popleft() for _ in range(min(most, len(self._jobs)))]

    def empty(self) -> bool:
        return not self._jobs and not self._waits()

    def ended(self, done: Done) -> None:
        answers = [(self._numbers.pop(id(job)), job.answer, _told(job.problem)) for job in done.jobs]
        frame = memoryview(_frame((answers, done.told, done.cost_s)))
        with self._saying:
            try:
                while frame:
                    frame = frame[self._out.write(frame):]
            except OSError:  # the server has ended
                os._exit(0)

    def _waits(self) -> bool:
        """Whether bytes have come. (eventlet's ``select`` has no ``poll``, and this costs less.)"""
        return bool(self._come) or fcntl.ioctl(self._in, termios.FIONREAD, bytes(4)) != bytes(4)

    def _hear(self, what: str, *rest: Any) -> None:
        assert self._committer is not None
        if what == "job":
            number, self.inside, office, actor, act, command, args, key, deadline = rest
            job = Job(office, actor, act, command, args, key, deadline)
            self._numbers[id(job)] = number
            self._jobs.append(job)
        elif what == "foretold":
            office, foretold = rest
            self._committer.foretold[office] = foretold
        else:
            self._committer.database.close()
            os._exit(0)

    def _read(self) -> Any:
        """What was said next; ends this process when nothing more will be."""
        return pickle.loads(self._exactly(_LENGTH.unpack(self._exactly(_LENGTH.size))[0]))

    def _exactly(self, size: int) -> bytes:
        while len(self._come) < size:
            block = self._in.read(262_144)
            if not block:
                os._exit(0)
            self._come += block
        found, self._come = self._come[:size], self._come[size:]
        return found


def _told(problem: Exception | None) -> Exception | None:
    """A fault as the server can hear of it, with where it happened."""
    if problem is None:
        return None
    where = "".join(traceback.format_exception(problem))
    problem.__traceback__ = problem.__cause__ = problem.__context__ = None
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:
        problem = RuntimeError(repr(problem))
    problem.add_note(where)
    return problem
