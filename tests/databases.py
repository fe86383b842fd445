"""Both databases for tests: a real PostgreSQL of our own, and how to look into whichever a data folder uses."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

#: Address of the database of a data folder, where it is not SQLite in the folder itself.
_elsewhere: dict[Path, str] = {}


def use(data: Path, url: str) -> None:
    _elsewhere[data] = url


def url_of(data: Path) -> str:
    return _elsewhere.get(data, "")


def environment(data: Path) -> dict[str, str]:
    """What a command at the shell needs to find the database of this folder."""
    return {"DATABASE_URL": url_of(data)} if url_of(data) else {}


@contextmanager
def opened(data: Path, writing: bool = False) -> Iterator[Any]:
    """The driver's own connection, beside the running server; committed at the end when ``writing``."""
    if url_of(data):
        with psycopg.connect(url_of(data).replace("+psycopg", "")) as c:
            yield c
            if not writing:
                c.rollback()
        return
    address = f"file:{data}/queue.db" + ("" if writing else "?mode=ro")
    raw = sqlite3.connect(address, uri=True, timeout=20)
    try:
        yield raw
        if writing:
            raw.commit()
    finally:
        raw.close()


def execute(c: Any, sql: str, *values: Any) -> Any:
    """A statement with ``?`` for values, on either database; nothing in it may be a per cent sign."""
    if isinstance(c, sqlite3.Connection):
        return c.execute(sql, values)
    return c.execute(sql.replace("?", "%s"), values)


class Postgres:
    """A server of our own: a free port, a temporary folder, an unprivileged user, ended by its pid."""

    def __init__(self, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="queue-pg-"))
        self.binaries = _binaries()
        self.user = _unprivileged()
        self.port = free_port()
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None
        self.made = 0
        if self.user:
            shutil.chown(self.folder, self.user)
        # -N: what a test makes need not outlive a power cut.
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "queue", "--auth=trust", "--encoding=UTF8",
                  "--locale=C", "-N")

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run([str(self.binaries / program), *words], cwd=self.folder, capture_output=True, text=True,
                              user=self.user, group=self.user, extra_groups=[] if self.user else None, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> Postgres:
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
            "full_page_writes": "off", "max_connections": 200, "shared_buffers": "32MB", "autovacuum": "on",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *words, *self.options],
                cwd=self.folder, stdout=log, stderr=log, user=self.user, group=self.user,
                extra_groups=[] if self.user else None, preexec_fn=not_without_us)
        end = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=3).close()
                return self
            except psycopg.OperationalError:
                assert time.monotonic() < end and self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)

    def stop(self, how: int = signal.SIGINT) -> None:
        """SIGINT: connections are ended, what is committed is written. For SIGKILL there is ``kill``."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def crash(self) -> None:
        """As when the power of its machine fails: all of it ends at once, nothing is written any more."""
        self.stop(signal.SIGQUIT)

    def kill(self) -> None:
        """kill -9 of all its processes at once, the postmaster first so that nobody is started anew."""
        if self.process is not None:
            family = [self.process.pid, *_children(self.process.pid)]
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None
            end = time.monotonic() + 30
            while any(map(_lives, family)):  # it does not start while one of them holds its memory
                assert time.monotonic() < end, "a process of PostgreSQL outlives kill -9"
                time.sleep(0.01)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str) -> str:
        return f"postgresql://queue@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "") -> str:
        """A new database, empty or a copy of ``template`` (an address); its address for DATABASE_URL."""
        self.made += 1
        name = f"queue_{self.made}"
        of = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
        with psycopg.connect(self.address("postgres"), autocommit=True) as c:
            end = time.monotonic() + 10
            while True:  # the last connection to the template may still be on its way out
                try:
                    c.execute(f'CREATE DATABASE "{name}"{of}')
                    break
                except psycopg.errors.ObjectInUse:
                    assert time.monotonic() < end
                    time.sleep(0.05)
        return self.address(name).replace("postgresql:", "postgresql+psycopg:")

    def drop(self, url: str) -> None:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.address("postgres"), autocommit=True) as c:
            c.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')


def _binaries() -> Path:
    """Debian keeps each version's programs in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    there = str(found[-1]) if found else shutil.which("initdb")
    assert there, "PostgreSQL is not installed; make test installs it as root, or run: apt-get install postgresql"
    return Path(there).resolve().parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _stat(pid: int) -> list[str]:
    """State, parent and so on of a process (Linux, proc(5)); empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _children(parent: int) -> list[int]:
    everybody = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in everybody if _stat(pid)[1:2] == [str(parent)]]


def _lives(pid: int) -> bool:
    return _stat(pid)[:1] not in ([], ["Z"])


def not_without_us() -> None:
    """On Linux the server ends when the tests are killed; nothing is left behind on the machine."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, int(signal.SIGINT))  # PR_SET_PDEATHSIG


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
