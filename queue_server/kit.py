"""What differs between the two server modes: waiting, starting, and leaving the hub for slow work.

``ThreadKit`` is plain threads. The eventlet twin lives in ``bootstrap.py``, the one file that knows
eventlet; everything else receives a kit and never asks which.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

try:  # eventlet puts Python's slow one in the place of the interpreter's own, in every thread and everywhere
    from _queue import SimpleQueue as SimpleQueue
except ImportError:
    from queue import SimpleQueue as SimpleQueue

T = TypeVar("T")


class Signal(Protocol):
    def set(self) -> None: ...
    def clear(self) -> None: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Mailbox(Protocol[T]):
    def put(self, letter: T) -> None:
        """From any native thread; waits for nobody."""

    def take(self) -> list[T]:
        """All that have come, in their order, for one thread of the mode; waits for the first."""


class Kit(Protocol):
    name: str

    def signal(self) -> Signal:
        """A flag that one thread of the mode sets and another waits for."""

    def spawn(self, work: Callable[..., Any], *args: Any) -> None:
        """Starts a background loop or job; it ends with the process."""

    def sleep(self, seconds: float) -> None: ...

    def blocking(self, work: Callable[..., T], *args: Any) -> T:
        """Runs SQL, files or printers in a native thread while this thread of the mode waits."""

    def mailbox(self) -> Mailbox[Any]:
        """By which native threads tell this mode what they have done."""


class _Letters(Generic[T]):
    def __init__(self) -> None:
        self._letters: SimpleQueue[T] = SimpleQueue()

    def put(self, letter: T) -> None:
        self._letters.put(letter)

    def take(self) -> list[T]:
        found = [self._letters.get()]
        while not self._letters.empty():
            found.append(self._letters.get())
        return found


class ThreadKit:
    name = "threading"

    def signal(self) -> Signal:
        return threading.Event()

    def spawn(self, work: Callable[..., Any], *args: Any) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def blocking(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)

    def mailbox(self) -> Mailbox[Any]:
        return _Letters()
