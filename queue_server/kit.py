"""What differs between the two server modes: waiting, starting, and leaving the hub for slow work.

``ThreadKit`` is plain threads. The eventlet twin lives in ``bootstrap.py``, the one file that knows
eventlet; everything else receives a kit and never asks which.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Signal(Protocol):
    def set(self) -> None: ...
    def clear(self) -> None: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Worker(Protocol):
    def run(self, work: Callable[..., T], *args: Any) -> T:
        """As ``Kit.blocking``, always in this worker's own thread; one call at a time."""


class Kit(Protocol):
    name: str

    def signal(self) -> Signal:
        """A flag that one thread of the mode sets and another waits for."""

    def spawn(self, work: Callable[..., Any], *args: Any) -> None:
        """Starts a background loop or job; it ends with the process."""

    def sleep(self, seconds: float) -> None: ...

    def blocking(self, work: Callable[..., T], *args: Any) -> T:
        """Runs SQL, files or printers in a native thread while this thread of the mode waits."""

    def worker(self) -> Worker:
        """A native thread for one loop's work: what it did last is still warm when it does the next."""


class _Here:
    def run(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)


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

    def worker(self) -> Worker:
        return _Here()
