"""One command = one transaction = one moment; then publish.

Everything that anybody does arrives here as a ``Job``. One writer takes all jobs that are waiting,
runs them in one transaction, commits once, and lets the answers go when the disk has it (decisions 16-18); while
it syncs, the next batch runs. All of it runs in native threads: nothing in here may log, wait or emit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from .batch import Batch, NeedsCare, Told
from .database import Database
from .domain.errors import Busy, Refused
from .flusher import Done, Doubtful, Flusher
from .kit import Kit, Mailbox
from .moment import Clock
from .press import (
    SYSTEM,
    Actor,
    Answer,
    Command,
    Foretell,
    Happened,
    Job,
    Recorded,
    Tx,
    nothing_follows,
    nothing_foretold,
)
from .store import offices

__all__ = ["SYSTEM", "Actor", "Answer", "Command", "Doubtful", "Job", "Published", "Recorded", "Tx", "Writer"]

MOST_WAITING = 2_000
#: A press that would wait longer than this for its turn is refused at once, so that those before it are answered as
#: quickly as ever; whoever was refused asks again, seconds.
MOST_WAIT_S = 1.0
#: What a press costs the writer, as first believed, and as most ever believed of one (a stalled disk is no measure).
COST_S, DEAREST_S = 0.002, 0.02
BATCH = 64
#: So long a batch is tried again while the database is away, seconds; the pauses between grow up to the longest.
PATIENCE_S, FIRST_PAUSE_S, LONGEST_PAUSE_S = 6.0, 0.02, 0.5

#: (office id, office key, seq after, events): told once per office and committed batch.
Published = Callable[[int, str, int, list[Recorded]], None]


class _Away(Exception):
    """The database was lost. ``doubtful`` is the batch whose COMMIT was under way: it may stand, or not."""

    def __init__(self, problem: Exception, doubtful: Batch | None) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.doubtful = doubtful


class Writer:
    """The one writer of a process."""

    def __init__(self, database: Database, clock: Clock, kit: Kit, published: Published | None = None) -> None:
        self.database = database
        self.clock = clock
        self.kit = kit
        self.published = published
        self.foretell: Foretell = nothing_foretold
        self.happened: Happened = nothing_follows
        self._pending: SimpleQueue[Job] = SimpleQueue()
        self._again: deque[Job] = deque()
        self._unanswered: set[int] = set()
        self._ended: Mailbox[Done] = kit.mailbox()
        self._flusher = Flusher(database, self._ended.put)
        self._closed = False
        self._begun = 0.0
        self._cost_s = COST_S

    @property
    def waiting(self) -> int:
        """Presses that were not answered yet."""
        return len(self._unanswered)

    @property
    def at_work_s(self) -> float:
        """How long the writer has been at its present batch, or at making one safe, seconds."""
        begun = self._begun
        return max(time.monotonic() - begun if begun else 0.0, self._flusher.at_work_s)

    def close(self) -> None:
        """Takes no more presses and waits until those it has are committed and answered."""
        self._closed = True
        while self._unanswered:
            self.kit.sleep(0.02)

    def start(self) -> None:
        self.database.sync_apart()
        self.kit.spawn(self._answers)
        self._flusher.start()
        threading.Thread(target=self._loop, daemon=True).start()

    def press(self, job: Job, within_s: float | None = None) -> Answer:
        """Runs a job and returns its answer; raises Refused (Busy when it was never run).

        ``within_s``: raises Busy when there is no answer by then, although the job may still run: for jobs that
        change nothing.
        """
        waiting = self.waiting
        if self._closed or waiting >= MOST_WAITING or waiting * self._cost_s > MOST_WAIT_S:
            raise Busy("busy")
        job.done = self.kit.signal()
        self._unanswered.add(id(job))
        self._pending.put(job)
        if not job.done.wait(within_s):
            raise Busy("busy")
        return _outcome(job)

    def press_now(self, job: Job) -> Answer:
        """The same in the caller's own thread, for commands at the shell."""
        told, safe = self._turn([job])
        if not safe:
            raise Doubtful("the database could not be synced")
        self._let_go(Done([job], told))
        return _outcome(job)

    def _answers(self) -> None:
        while True:
            for done in self._ended.take():
                self._let_go(done)

    def _let_go(self, done: Done) -> None:
        """What stands is told: to whoever pressed, then to everybody."""
        for job in done.jobs:
            self._unanswered.discard(id(job))
            if job.done is not None:
                job.done.set()
        if self.published:
            for item in done.told:
                self.published(*item)

    # --- in a native thread from here on -------------------------------------------------------

    def _loop(self) -> None:
        while True:
            jobs = self._next()
            self._begun = time.monotonic()
            try:
                told, safe = self._turn(jobs)
            except Exception as problem:  # the loop outlives whatever a batch runs into
                told, safe = [], True
                for job in jobs:
                    job.problem = job.problem or problem
            ended = [job for job in jobs if job.answer is not None or job.problem is not None]
            # At the office of the others another process was just at work: they are the first of the next batch.
            self._again.extend(job for job in jobs if job.answer is None and job.problem is None)
            self._learn((time.monotonic() - self._begun) / max(1, len(ended)))
            self._begun = 0.0
            done = Done(ended, told)
            if safe:
                self._ended.put(done)
            else:
                self._flusher.hand(done)

    def _next(self) -> list[Job]:
        """All that wait, as many as go into one batch; waits for the first."""
        jobs = [self._again.popleft() if self._again else self._pending.get()]
        while len(jobs) < BATCH and (self._again or not self._pending.empty()):
            jobs.append(self._again.popleft() if self._again else self._pending.get())
        return jobs

    def _learn(self, cost_s: float) -> None:
        """What a press cost in the newest batch, taken a fifth into what is believed."""
        self._cost_s += (min(cost_s, DEAREST_S) - self._cost_s) / 5

    def _turn(self, jobs: list[Job]) -> tuple[list[Told], bool]:
        """Commits the jobs; whether it is safe already, or nothing was promised."""
        try:
            self.database.mend()
        except OSError as problem:
            for job in jobs:
                job.problem = problem
            return [], True
        told = self._batch(jobs)
        if self.database.wal is None or all(job.answer is None for job in jobs):
            return told, True
        # A press that is alone gains nothing by the turn of a second thread.
        if len(jobs) == 1 and self._pending.empty() and self._flusher.idle:
            with suppress(OSError):  # the flusher tries longer
                self.database.sync()
                return told, True
        return told, False

    def _batch(self, jobs: list[Job]) -> list[Told]:
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
            told.extend(self._batch([job]))
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
            batch = Batch(c, self.clock, jobs, careful, doubtful, self.foretell, self.happened)
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


def _outcome(job: Job) -> Answer:
    if job.problem is not None:
        raise job.problem
    assert job.answer is not None
    if job.answer.get("ok") is False:
        raise Refused(str(job.answer["refused"]), **job.answer.get("facts", {}))
    return job.answer
