"""The only file that knows eventlet (its cures: shared reasons in docs/decisions.md, "eventlet").

``patch()`` must run before anything else is imported. Threads are left native on purpose: all SQL runs
in native threads, with native locks, so no green lock can ever stand inside a database call.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from .heads import QuickHeads
from .kit import Kit, Mailbox, Signal, ThreadKit

T = TypeVar("T")
BACKLOG = 4096
MOST_CONNECTIONS = 20_000


def patch(mode: str) -> None:
    """Makes sockets and waiting green when the mode is eventlet; does nothing otherwise."""
    if mode != "eventlet":
        return
    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*|capitalize_response_headers is disabled")
    import eventlet

    eventlet.monkey_patch(thread=False)


class _GreenSignal:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._event = make()

    def set(self) -> None:
        if not self._event.ready():
            self._event.send(True)

    def clear(self) -> None:
        if self._event.ready():
            self._event = self._make()

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            self._event.wait()
            return True
        return bool(self._event.wait(timeout))


class _GreenMailbox(Generic[T]):
    """Whoever waits for a letter waits for a byte on a socket, as the hub does for everything."""

    def __init__(self) -> None:
        from eventlet.patcher import original

        self._letters: deque[T] = deque()
        self._rung = False
        self._here, there = socket.socketpair()
        self._there = original("socket").socket(fileno=there.detach())

    def put(self, letter: T) -> None:
        self._letters.append(letter)
        if not self._rung:
            self._rung = True
            self._there.send(b"!")

    def take(self) -> list[T]:
        while not self._letters:
            self._here.recv(64)
            self._rung = False  # before the letters are looked at: one that comes now rings again
        return [self._letters.popleft() for _ in range(len(self._letters))]


class GreenKit:
    name = "eventlet"

    def __init__(self) -> None:
        from eventlet.event import Event

        self._event: Callable[[], Any] = Event

    def signal(self) -> Signal:
        return _GreenSignal(self._event)

    def spawn(self, work: Callable[..., Any], *args: Any) -> None:
        import eventlet

        eventlet.spawn_n(work, *args)

    def sleep(self, seconds: float) -> None:
        import eventlet

        eventlet.sleep(seconds)

    def blocking(self, work: Callable[..., T], *args: Any) -> T:
        from eventlet import tpool

        return tpool.execute(work, *args)  # type: ignore[no-any-return]

    def mailbox(self) -> Mailbox[Any]:
        return _GreenMailbox()


def kit(mode: str) -> Kit:
    return GreenKit() if mode == "eventlet" else ThreadKit()


def raise_file_limit() -> None:
    """A screen is a connection is a file: 1,024 of them must not be the end (decisions 30)."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65_536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket with a long backlog and no Nagle delay: 1,000 screens may come at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    door.bind((host, port))
    door.listen(BACKLOG)
    return door


def _end_on_signals(mode: str, finish: Callable[[], None]) -> None:
    """SIGTERM and Ctrl-C: what was pressed is answered, then the process ends, open screens or not.

    An exception raised in a signal handler would end whichever green thread happens to run, and waiting
    for websockets would wait for ever: so a task of its own finishes the work and leaves.
    """

    def leave() -> None:
        finish()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def asked(_signal: int, _frame: Any) -> None:
        if mode == "eventlet":
            from eventlet.hubs import get_hub

            get_hub().schedule_call_global(0, GreenKit().spawn, leave)
        else:
            ThreadKit().spawn(leave)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, asked)


class _Talk:
    """What eventlet writes on the error stream, a line for each screen that left without a word, goes to the log."""

    def write(self, text: str) -> None:
        logging.getLogger("eventlet").debug("%s", text.rstrip())

    def flush(self) -> None:
        return


class _Unfailing:
    """A stream whose disk may be full, or whose reader may be gone: what it cannot take is lost, and nothing else.

    Without it a message about a full disk, written to that disk, ended the whole server.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _rarer_collections() -> None:
    """What was loaded stays: looking through it for rubbish again and again would hold up calls.

    A thousand screens are a million objects that live; a search for every 700 new ones, Python's default,
    took a fifth of the time in which they come back (docs/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def serve(mode: str, app: Any, door: socket.socket, finish: Callable[[], None]) -> None:
    """Serves until SIGTERM or Ctrl-C; ``finish`` runs before the end, for presses under way."""
    sys.stdout, sys.stderr = _Unfailing(sys.stdout), _Unfailing(sys.stderr)
    _end_on_signals(mode, finish)
    _rarer_collections()
    # So long the thread that draws waits for Python, each time it has sent or received, while a native thread forecasts
    # or reports; Python's own is 5 ms.
    sys.setswitchinterval(0.0001)
    if mode == "eventlet":
        import eventlet.wsgi

        class Protocol(QuickHeads, eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
            # An open line keeps both for hours; heads and answers' heads are far shorter, and what is longer goes past.
            rbufsize, wbufsize = 2048, 4096
            turned_away = staticmethod(app.extensions["turnstile"].turned_away)

        eventlet.wsgi.server(
            door, app, max_size=MOST_CONNECTIONS, log_output=False, keepalive=True, socket_timeout=None, debug=False,
            environ={"wsgi.errors": _Talk()}, protocol=Protocol,
            capitalize_response_headers=False,  # they are, and spelling each of them again costs as much as a route
        )
    else:
        from werkzeug.serving import make_server

        host, port = door.getsockname()[:2]
        make_server(host, port, app, threaded=True, fd=door.fileno()).serve_forever()
