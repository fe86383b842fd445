"""A server of its own for one benchmark: a fresh folder, a free port, an office made for the purpose."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from queue_server import config
from queue_server.domain.office import Office
from queue_server.replay.place import Place, set_up
from queue_server.shell import Session
from tests.databases import not_without_us

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A server process that is up once ``path`` answers (empty: once it accepts), and gone at the end."""

    def __init__(self, command: list[str], port: int, path: str, environment: dict[str, str] | None = None) -> None:
        self.command, self.port, self.path = command, port, path
        self.environment = {**os.environ, **(environment or {})}
        self.base = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def cpu(self) -> float:
        """CPU seconds used so far."""
        return cpu_seconds(self.process.pid) if self.process else 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, preexec_fn=not_without_us)
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.path:
                    urllib.request.urlopen(self.base + self.path, timeout=2).close()
                else:
                    socket.create_connection(("127.0.0.1", self.port), 2).close()
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def __enter__(self) -> Process:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class House:
    """Our server over a data folder of its own; ``place`` is the office that was set up in it."""

    def __init__(
        self, office: Office, officers: int = 0, folder: str | None = None, mode: str = "eventlet",
        environment: dict[str, str] | None = None, notes: Path | None = None,
    ) -> None:
        """``notes``: where the server notes what it hands over to screens, and when (``bench/noted.py``)."""
        self.data = Path(tempfile.mkdtemp(prefix="queue-bench-", dir=folder))
        self.mode = mode
        session = Session(self.settings())
        self.place: Place = set_up(session, office, officers)
        session.close()
        port = free_port()
        module = ["queue_server"] if notes is None else ["bench.noted", str(notes)]
        # With --demo the devices of this very machine are paired at once; no demo office is added to ours.
        self.process = Process(
            [sys.executable, "-m", *module, "serve", "--demo", "--data", str(self.data), "--host", "127.0.0.1",
             "--port", str(port), "--async-mode", mode], port, f"/office/{self.place.key}/door", environment)
        self.base = self.process.base

    def settings(self) -> config.Config:
        return config.read(None, {"QUEUE_DATA": str(self.data), "ASYNC_MODE": self.mode})

    def __enter__(self) -> House:
        self.process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.stop()
        shutil.rmtree(self.data, ignore_errors=True)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and those it has started have used so far; 0 where the system does not tell."""
    try:
        used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [child for task in Path(f"/proc/{pid}/task").iterdir()
                    for child in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    own = (int(used[11]) + int(used[12])) / float(os.sysconf("SC_CLK_TCK"))
    return own + sum(cpu_seconds(int(child)) for child in children)


def resident_kb(pid: int) -> int:
    """Memory that a process holds now, KB; 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:")), 0)


def machine() -> str:
    """One line about the machine that the figures hold for."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine())
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores ({model}), {system}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
