"""Starts ``python -m queue_server`` quickly: a process that has imported everything forks for each start.

A good part of the tests' time went into importing the same modules some hundred times. What is started is
what the command line starts: the same entry with its arguments and environment, in a process of its own
that can be stopped, frozen and killed. This file is the program (``python nursery.py MODE FD``) and its
client (``start``).
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parents[1]
#: What the processes of a request inherit, in this order: what they print, what they complain, who is told of the end.
FILES = 3


class Started:
    """As much of ``subprocess.Popen`` as a test needs."""

    def __init__(self, pid: int, end: int, stdout: IO[str] | None) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | None = None
        self._end = end

    def poll(self, seconds: float = 0) -> int | None:
        if self.returncode is None and select.select([self._end], [], [], seconds)[0]:
            self.returncode = int(os.read(self._end, 16) or b"-9")
            os.close(self._end)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        limit = 3600 if timeout is None else timeout
        if self.poll(limit) is None:
            raise subprocess.TimeoutExpired(str(self.pid), limit)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The client's side of one process that forks, in one server mode ("" for commands that are not patched)."""

    def __init__(self, mode: str) -> None:
        self.door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), mode, str(theirs.fileno())],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        atexit.register(self.close)

    def start(self, words: list[str], environment: dict[str, str], out: int, err: int) -> tuple[int, int]:
        """(process id, what is readable when it has ended)."""
        end, told = os.pipe()
        request = json.dumps([words, environment]).encode()
        socket.send_fds(self.door, [request], [out, err, told])
        os.close(told)
        return int(self.door.recv(16)), end

    def close(self) -> None:
        self.door.close()
        self.process.wait(20)


_nurseries: dict[str, Nursery] = {}


def start(words: list[str], environment: dict[str, str], err: IO[str], out: IO[str] | None = None) -> Started:
    """Starts ``python -m queue_server WORDS``; what it prints goes to ``out``, or is read from ``stdout``."""
    mode = words[words.index("--async-mode") + 1] if "--async-mode" in words else "eventlet"
    mode = mode if words[0] == "serve" else ""
    if mode not in _nurseries:
        _nurseries[mode] = Nursery(mode)
    if out is not None:
        return Started(*_nurseries[mode].start(words, environment, out.fileno(), err.fileno()), None)
    near, far = os.pipe()
    pid, end = _nurseries[mode].start(words, environment, far, err.fileno())
    os.close(far)
    return Started(pid, end, open(near, encoding="utf-8"))


def run(words: list[str], environment: dict[str, str], timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs ``python -m queue_server WORDS`` to its end."""
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        code = start(words, environment, err, out).wait(timeout)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


# ---- The program itself -------------------------------------------------------------------------------


class _Forks:
    """Keeps what it needs of the standard library as it was before the patch made it green."""

    def __init__(self, fd: int) -> None:
        self.door = socket.socket(fileno=fd)
        self.poll, self.receive = select.poll(), socket.recv_fds
        self.fork, self.waitpid, self.read, self.write = os.fork, os.waitpid, os.read, os.write
        self.woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        for source in (self.door.fileno(), self.woken):
            self.poll.register(source, select.POLLIN)
        self.ends: dict[int, int] = {}

    def forever(self) -> list[str]:
        """Returns in the child only: the words of its command."""
        while True:
            for source, _ in self.poll.poll():
                if source == self.woken:
                    self.read(self.woken, 512)
                    self._bury()
                elif words := self._request():
                    return words

    def _request(self) -> list[str] | None:
        message, files, _flags, _from = self.receive(self.door, 262_144, FILES)
        if not message:
            self._finish()
        pid = self.fork()
        if pid == 0:
            return self._become(message, files)
        self.ends[pid] = files[2]
        for file in files[:2]:
            os.close(file)
        self.door.send(str(pid).encode())
        return None

    def _bury(self) -> None:
        while self.ends:
            pid, status = self.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            end = self.ends.pop(pid)
            self.write(end, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(end)

    def _finish(self) -> NoReturn:
        for pid in self.ends:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def _become(self, message: bytes, files: list[int]) -> list[str]:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(files[0], 1)
        os.dup2(files[1], 2)
        for file in (*files, self.woken, *self.ends.values()):
            os.close(file)
        self.door.close()
        words, environment = json.loads(message)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        found: list[str] = words
        return found


def _program(mode: str, fd: int) -> int:
    forks = _Forks(fd)
    sys.path.insert(0, str(ROOT))
    from queue_server import bootstrap

    if mode:
        bootstrap.patch(mode)
    from queue_server.cli import main

    gc.freeze()
    words = forks.forever()
    sys.argv = ["queue_server", *words]
    return main(words)


if __name__ == "__main__":
    sys.exit(_program(sys.argv[1], int(sys.argv[2])))
