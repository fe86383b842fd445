"""Makes what is committed safe on the disk, in a native thread, while the writer is at the next batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty

from .batch import Told
from .database import Database
from .kit import SimpleQueue
from .press import Job

#: So long a sync that failed is made good before its presses are told that nobody knows, seconds; and how often.
PATIENCE_S, PAUSE_S = 6.0, 0.2
#: While fewer than half of those who wait for an answer are committed, a sync waits for the batch that is just at work,
#: for so much of the time that a sync takes: who is committed right after its beginning waits for all of it and then
#: for another (what PostgreSQL calls commit_delay and commit_siblings).
DELAY = 0.4
#: Those who were just answered and come again are waited for where they were lately back within this part of a sync:
#: then all share each sync, else two groups take turns. A little longer than they took, as a factor.
BACK, LONGER = 0.6, 1.2
#: When nothing was committed for so long, seconds, after so many batches or more, the log is carried into the database
#: itself: in the pauses of an office, where it makes nobody wait.
QUIET_S, MANY = 1.0, 50


class Doubtful(Exception):
    """It is committed, or may be, and nobody can say whether it is safe."""


@dataclass
class Done:
    """A batch whose transaction has ended: its presses, what is to be published of them, and what each of them cost
    the committer, seconds."""

    jobs: list[Job]
    told: list[Told]
    cost_s: float


def _one(together: list[Done]) -> Done:
    """What one sync made safe is told at once: each telling wakes another thread or process, which costs as much as a
    part of a press."""
    if len(together) == 1:
        return together[0]
    return Done([job for done in together for job in done.jobs], [item for done in together for item in done.told],
                sum(done.cost_s * len(done.jobs) for done in together) / max(1, _presses(together)))


def _presses(together: list[Done]) -> int:
    return sum(len(done.jobs) for done in together)


class Flusher:
    """``safe`` gets the batches, in the order of the commits and together, when a sync that began after their commits
    has ended."""

    def __init__(self, database: Database, safe: Callable[[Done], None], few: Callable[[int], bool]) -> None:
        """``few``: whether so many presses are few, and more are at work."""
        self.database = database
        self._safe = safe
        self._few = few
        self._handed: SimpleQueue[Done] = SimpleQueue()
        self._given = self._ended = 0  # batches; each is written by one thread only
        self._took_s = 0.0             # a sync, as it was lately
        self.shared = False            # whether the last sync was for more than one press
        self._answered, self._answered_at = 0, 0.0    # by the last sync
        self._came, self._came_at = 0, 0.0            # committed since; when they were as many as had been answered
        self._return_s = 1.0                          # how long that took, as it was lately
        self.committed = 0             # batches, counted by whoever commits
        self._carried = 0              # and up to which of them the log is carried

    def start(self) -> None:
        threading.Thread(target=self._loop, daemon=True).start()

    def hand(self, done: Done) -> None:
        self._given += 1
        self._came += len(done.jobs)
        if not self._came_at and self._came >= self._answered:
            self._came_at = time.monotonic()
        self._handed.put(done)

    @property
    def idle(self) -> bool:
        """For the thread that hands: all that it handed is answered."""
        return self._given == self._ended

    def _loop(self) -> None:
        while True:
            together = self._gathered()
            self.shared = _presses(together) > 1
            begun = time.monotonic()
            problem = self._sync()
            ended = time.monotonic()
            self._took_s += (ended - begun - self._took_s) / 5
            self._return_s += ((self._came_at or ended) - self._answered_at - self._return_s) / 4
            self._answered, self._answered_at, self._came, self._came_at = _presses(together), ended, 0, 0.0
            done = _one(together)
            for job in done.jobs if problem is not None else ():
                job.answer, job.problem = None, problem
            self._safe(done)
            self._ended += len(together)

    def _gathered(self) -> list[Done]:
        """What is committed; waits for the first, and a moment for more."""
        together = [self._first()]
        end = time.monotonic() + DELAY * self._took_s
        if self._return_s < BACK * self._took_s:
            back = self._answered_at + LONGER * self._return_s
            self._wait(together, back, lambda: self._came < self._answered)
        self._wait(together, end, lambda: self._few(_presses(together)))
        return together

    def _first(self) -> Done:
        before = -1
        while True:
            try:
                return self._handed.get(timeout=QUIET_S)
            except Empty:
                if self.committed == before and before - self._carried >= MANY and self.database.carry():
                    self._carried = before
                before = self.committed

    def _wait(self, together: list[Done], end: float, worth: Callable[[], bool]) -> None:
        while not self._handed.empty() or worth():
            try:
                together.append(self._handed.get(timeout=max(0.0, end - time.monotonic())))
            except Empty:
                break

    def _sync(self) -> Exception | None:
        """What went wrong for good."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.database.sync()
                return None
            except Exception as problem:
                if time.monotonic() > end:
                    return Doubtful(str(problem))
            threading.Event().wait(PAUSE_S)  # time.sleep is the hub's, and this is none of its threads
