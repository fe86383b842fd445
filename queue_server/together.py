"""Questions that come at the same moment, asked of the database in one go, or only once.

A thousand phones that come back together would otherwise be a thousand native threads' turns, which
cost more than what they read (docs/benchmarks.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from .kit import Kit, Signal

Q = TypeVar("Q")
A = TypeVar("A")
#: Whoever waits for somebody's reading looks this often whether another one has brought it meanwhile, seconds.
LOOK_S = 5.0


class Once(Generic[Q, A]):
    """One reading of a thing at a time: who asks meanwhile waits for it and looks again at what is kept."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._lock = threading.Lock()
        self._under_way: dict[Q, Signal] = {}

    def ask(self, what: Q, kept: Callable[[], A | None], read: Callable[[], A]) -> A:
        """What is ``kept`` and still good, else what ``read`` gives; raises what ``read`` raises."""
        while True:
            found = kept()
            if found is not None:
                return found
            with self._lock:
                others = self._under_way.get(what)
                if others is None:
                    mine = self._under_way[what] = self._kit.signal()
                    break
            others.wait(LOOK_S)
        try:
            return read()
        finally:
            del self._under_way[what]
            mine.set()


class _Batch(Generic[Q, A]):
    def __init__(self, done: Signal, before: Signal | None) -> None:
        self.done, self.before = done, before
        self.questions: list[Q] = []
        self.answers: list[A] = []
        self.error: BaseException | None = None


class Together(Generic[Q, A]):
    """``read`` answers a list of questions, in a native thread; one list at a time, and who comes meanwhile
    is in the next."""

    def __init__(self, kit: Kit, read: Callable[[list[Q]], list[A]]) -> None:
        self._kit = kit
        self._read = read
        self._lock = threading.Lock()
        self._gathering: _Batch[Q, A] | None = None
        self._under_way: Signal | None = None

    def ask(self, question: Q) -> A:
        """The answer, read after the question was put; raises what ``read`` raises."""
        with self._lock:
            mine = self._gathering
            first = mine is None
            if mine is None:
                mine = self._gathering = _Batch(self._kit.signal(), self._under_way)
                self._under_way = mine.done
            nth = len(mine.questions)
            mine.questions.append(question)
        if first:
            self._answer(mine)
        else:
            mine.done.wait()
        if mine.error is not None:
            raise mine.error
        return mine.answers[nth]

    def _answer(self, mine: _Batch[Q, A]) -> None:
        if mine.before is not None:
            mine.before.wait()
            mine.before = None
        with self._lock:
            self._gathering = None
        try:
            mine.answers = self._kit.blocking(self._read, mine.questions)
        except BaseException as error:
            mine.error = error
            raise
        finally:
            mine.done.set()
