"""The side of the writer that runs in native threads, of the server or of a process of its own: nothing in here may
log, wait for a screen, or emit (decisions 16-18).

All presses that are waiting are run in one transaction, committed once, and handed on when the disk has them; while it
syncs, the next batch runs (wal.py, flusher.py).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from .batch import Batch, NeedsCare, Told
from .database import Database
from .domain.errors import Busy
from .flusher import Done, Doubtful, Flusher
from .kit import SimpleQueue
from .moment import Clock
from .press import Happened, Job, nothing_follows
from .store import offices

BATCH = 64
#: So long a batch is tried again while the database is away, seconds; the pauses between grow up to the longest.
PATIENCE_S, FIRST_PAUSE_S, LONGEST_PAUSE_S = 6.0, 0.02, 0.5

#: (service, priority) -> the range that somebody is told who takes a number now, seconds.
Foretold = dict[tuple[str, bool], tuple[int, int]]


class Source(Protocol):
    """Where presses come from. ``inside``: how many wait for their answers, as it was last heard; 0: unknown."""

    inside: int

    def get(self, wait: bool, most: int) -> list[Job]:
        """Those that wait, at most so many; with ``wait`` at least one."""

    def empty(self) -> bool: ...


class Pending:
    """Presses of this very process."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self.inside = 0
        self.put = self._jobs.put
        self.empty = self._jobs.empty

    def get(self, wait: bool, most: int) -> list[Job]:
        jobs = [self._jobs.get()] if wait else []
        while len(jobs) < most and not self._jobs.empty():
            jobs.append(self._jobs.get())
        return jobs


class _Away(Exception):
    """The database was lost. ``doubtful`` is the batch whose COMMIT was under way: it may stand, or not."""

    def __init__(self, problem: Exception, doubtful: Batch | None) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.doubtful = doubtful


class Committer:
    """``ended`` gets each batch when what it promises is safe."""

    def __init__(self, database: Database, clock: Clock, source: Source, ended: Callable[[Done], None]) -> None:
        self.database = database
        self.clock = clock
        self.happened: Happened = nothing_follows
        #: By office; replaced whole whenever somebody has looked ahead.
        self.foretold: dict[str, Foretold] = {}
        self._source = source
        self._again: deque[Job] = deque()
        self._ended = ended
        self._at_work = False
        self._flusher = Flusher(database, ended, self._are_few)

    def start(self) -> None:
        threading.Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """For ever, in the thread that calls it."""
        self.database.sync_apart()
        self._flusher.start()
        while True:
            jobs = self._next()
            self._at_work, begun = True, time.monotonic()
            try:
                told, safe = self.turn(jobs)
            except Exception as problem:  # the loop outlives whatever a batch runs into
                told, safe = [], True
                for job in jobs:
                    job.problem = job.problem or problem
            ended = [job for job in jobs if job.answer is not None or job.problem is not None]
            # At the office of the others another process was just at work: they are the first of the next batch.
            self._again.extend(job for job in jobs if job.answer is None and job.problem is None)
            done = Done(ended, told, (time.monotonic() - begun) / max(1, len(ended)))
            if safe:
                self._ended(done)
            else:
                self._flusher.hand(done)
            self._at_work = False

    def _are_few(self, committed: int) -> bool:
        return 2 * committed < self._source.inside and (self._at_work or not self._source.empty())

    def _next(self) -> list[Job]:
        """All that wait, as many as go into one batch; waits for the first."""
        jobs = [self._again.popleft() for _ in range(min(BATCH, len(self._again)))]
        return jobs + self._source.get(not jobs, BATCH - len(jobs))

    def turn(self, jobs: list[Job]) -> tuple[list[Told], bool]:
        """Commits the jobs; whether it is safe already, or nothing was promised."""
        try:
            self.database.mend()
        except OSError as problem:
            for job in jobs:
                job.problem = problem
            return [], True
        told = self.batch(jobs)
        if self.database.wal is None or all(job.answer is None for job in jobs):
            return told, True
        self._flusher.committed += 1
        # A press that is alone gains nothing by a second thread; the first of several would hold the others up.
        if len(jobs) == 1 and self._flusher.idle and self._source.empty():
            if self._flusher.shared:
                self._flusher.shared = False
                return told, False
            with suppress(OSError):  # the flusher tries longer
                self.database.sync()
                return told, True
        return told, False

    def batch(self, jobs: list[Job]) -> list[Told]:
        """Commits the jobs together, or each alone when the whole fails (a full disk, a fault in one of them)."""
        try:
            return self._patiently(jobs)
        except Exception as problem:
            self._forget()
            if len(jobs) == 1:
                jobs[0].problem, jobs[0].answer = problem, None
                return []
        told = []
        for job in jobs:
            job.problem, job.answer = None, None
            told.extend(self.batch([job]))
        return told

    def _patiently(self, jobs: list[Job]) -> list[Told]:
        """The whole batch, again and again while the database is away or another process is in the way; at the end
        of the patience each job is told that it was never run, or that nobody knows."""
        began, pause = time.monotonic(), FIRST_PAUSE_S
        doubtful: Batch | None = None
        while True:
            try:
                return self._attempt(jobs, doubtful)
            except _Away as away:
                self._forget()
                doubtful = away.doubtful
                if time.monotonic() - began + pause > PATIENCE_S:
                    problem = Busy("busy") if doubtful is None else Doubtful(str(away.problem))
                    for job in jobs:
                        job.answer, job.problem = None, problem
                    return []
            threading.Event().wait(pause)  # this native thread has nothing else to do; green ones go on
            pause = min(LONGEST_PAUSE_S, pause * 2)

    def _attempt(
        self, jobs: list[Job], doubtful: Batch | None = None, careful: bool = False
    ) -> list[Told]:
        """One transaction. Without savepoints first: each is two turns of the interpreter's lock that a number
        does not need; where one of the jobs is refused, all are run again with them."""
        batch = None
        try:
            c = self.database.writer()
            batch = Batch(c, self.clock, jobs, careful, doubtful, self._foretell, self.happened)
            with c.begin():
                batch.run()
                batch.write()
        except NeedsCare:
            return self._attempt(jobs, careful=True)
        except Exception as problem:
            if not self.database.passing(problem):
                raise
            raise _Away(problem, doubtful if batch is None else batch.in_doubt()) from problem
        return batch.told

    def _forget(self) -> None:
        """What was read in a transaction that failed: another process may have given the same version its content."""
        self.database.drop_writer()
        offices.forget(self.database.writing)

    def _foretell(self, office: str, service: str, priority: bool) -> tuple[int, int] | None:
        """Looked up in what is already known: it reads nothing and waits for nobody."""
        return self.foretold.get(office, {}).get((service, priority))
