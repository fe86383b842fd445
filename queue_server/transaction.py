"""One command = one transaction = one moment; then publish.

Everything that anybody does arrives here as a ``Job``. The one writer takes all jobs that are waiting, commits them
together, and only when the disk has them do the answers leave (decisions 16-18). Who commits is a ``Committer``, in a
native thread of this process or, on SQLite, in a process of its own (writer_process.py).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Protocol

from .committer import Committer, Foretold, Pending
from .database import Database
from .domain.errors import Busy, Refused
from .flusher import Done, Doubtful
from .kit import Kit, Mailbox
from .moment import Clock
from .press import SYSTEM, Actor, Answer, Command, Happened, Job, Recorded, Tx, nothing_follows

__all__ = ["SYSTEM", "Actor", "Answer", "Command", "Doubtful", "Job", "Published", "Recorded", "Tx", "Writer"]

logger = logging.getLogger(__name__)
MOST_WAITING = 2_000
#: A press that would wait longer than this for its turn is refused at once, so that those before it are answered as
#: quickly as ever; whoever was refused asks again, seconds.
MOST_WAIT_S = 1.0
#: What a press costs the writer, as first believed, and as most ever believed of one (a stalled disk is no measure).
COST_S, DEAREST_S = 0.002, 0.02

#: (office id, office key, seq after, events): told once per office and committed batch.
Published = Callable[[int, str, int, list[Recorded]], None]


class Line(Protocol):
    """The way to a committer and back."""

    def begin(self, database: Database, clock: Clock, happened: Happened) -> None: ...

    def put(self, job: Job) -> None: ...

    def take(self) -> list[Done]:
        """What has ended since; waits for the first. Raises EOFError when there is nobody any more."""

    def foresee(self, office: str, foretold: Foretold) -> None: ...

    def end(self) -> None:
        """After the last answer."""


class Here:
    """To a committer in this process."""

    def __init__(self, committer: Committer, source: Pending, ended: Mailbox[Done]) -> None:
        self.committer = committer
        self.put = source.put
        self.take = ended.take

    def begin(self, _database: Database, _clock: Clock, happened: Happened) -> None:
        self.committer.happened = happened
        self.committer.start()

    def foresee(self, office: str, foretold: Foretold) -> None:
        self.committer.foretold[office] = foretold

    def end(self) -> None:
        return


class Writer:
    """The one writer of a process. ``line`` leads to a committer elsewhere; without it one works here."""

    def __init__(
        self, database: Database, clock: Clock, kit: Kit, published: Published | None = None, line: Line | None = None,
    ) -> None:
        self.database = database
        self.kit = kit
        self.published = published
        self.happened: Happened = nothing_follows
        source, ended = Pending(), kit.mailbox()
        self.committer = Committer(database, clock, source, ended.put)
        self.line = line or Here(self.committer, source, ended)
        #: When each press came that was not answered yet, seconds of the monotonic clock; the oldest is the first.
        self._unanswered: dict[int, float] = {}
        self._closed = False
        self._cost_s = COST_S

    @property
    def clock(self) -> Clock:
        return self.committer.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self.committer.clock = clock

    @property
    def waiting(self) -> int:
        """Presses that were not answered yet."""
        return len(self._unanswered)

    @property
    def at_work_s(self) -> float:
        """How long the oldest of them waits, seconds."""
        oldest = min(list(self._unanswered.values()), default=None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    def start(self) -> None:
        self.line.begin(self.database, self.clock, self.happened)
        self.kit.spawn(self._answers)

    def close(self) -> None:
        """Takes no more presses and waits until those it has are committed and answered."""
        self._closed = True
        while self._unanswered:
            self.kit.sleep(0.02)
        self.line.end()

    def foresee(self, office: str, foretold: Foretold) -> None:
        """What from now on somebody is told who takes a number."""
        self.line.foresee(office, foretold)

    def press(self, job: Job, within_s: float | None = None) -> Answer:
        """Runs a job and returns its answer; raises Refused (Busy when it was never run).

        ``within_s``: raises Busy when there is no answer by then, although the job may still run: for jobs that
        change nothing.
        """
        waiting = self.waiting
        if self._closed or waiting >= MOST_WAITING or waiting * self._cost_s > MOST_WAIT_S:
            raise Busy("busy")
        job.done = self.kit.signal()
        self._unanswered[id(job)] = time.monotonic()
        try:
            self.line.put(job)
        except Exception:
            del self._unanswered[id(job)]
            raise
        if not job.done.wait(within_s):
            raise Busy("busy")
        return _outcome(job)

    def press_now(self, job: Job) -> Answer:
        """The same in the caller's own thread, for commands at the shell."""
        self.committer.happened = self.happened
        told, safe = self.committer.turn([job])
        if not safe:
            raise Doubtful("the database could not be synced")
        self._let_go(Done([job], told, 0.0))
        return _outcome(job)

    def _answers(self) -> None:
        while True:
            try:
                ended = self.line.take()
            except EOFError:
                if self._closed:
                    return
                # Nothing can be written any more, and nobody knows of the last presses: as after a power cut.
                logger.critical("the process that writes has ended; so does this one, to be started again")
                os._exit(1)
            for done in ended:
                self._learn(done.cost_s)
                self._let_go(done)

    def _let_go(self, done: Done) -> None:
        """What stands is told: to whoever pressed, then to everybody."""
        for job in done.jobs:
            self._unanswered.pop(id(job), None)
            if job.done is not None:
                job.done.set()
        if self.published:
            for item in done.told:
                self.published(*item)

    def _learn(self, cost_s: float) -> None:
        """What a press cost in the newest batch, taken a fifth into what is believed."""
        self._cost_s += (min(cost_s, DEAREST_S) - self._cost_s) / 5


def _outcome(job: Job) -> Answer:
    if job.problem is not None:
        raise job.problem
    assert job.answer is not None
    if job.answer.get("ok") is False:
        raise Refused(str(job.answer["refused"]), **job.answer.get("facts", {}))
    return job.answer
