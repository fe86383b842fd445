"""The cast everyone knows: a real server with the two demo offices, and the people in them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import databases
import nursery

from queue_server.client import Board, Kiosk, Officer, Phone

ROOT = Path(__file__).resolve().parents[1]
SIGN_IN = re.compile(r"^ {6}(\w+) +(\S+) {3}(\w+)$")


@dataclass
class Server:
    """A running server as a subprocess: exactly what ``make run`` starts, on a free port."""

    data: Path
    mode: str = "eventlet"
    port: int = 0
    options: tuple[str, ...] = ("--demo",)
    environment: dict[str, str] = field(default_factory=dict)
    passwords: dict[tuple[str, str], str] = field(default_factory=dict)
    process: subprocess.Popen[str] | nursery.Started | None = None
    host: str = "127.0.0.1"
    #: What the command is given to, e.g. another network namespace.
    within: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> Server:
        words = ["serve", *self.options, "--data", str(self.data), "--port", str(self.port), "--host", self.host,
                 "--async-mode", self.mode]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
        self.log = open(self.data.parent / f"{self.data.name}.log", "a")  # noqa: SIM115 (lives with the process)
        environment = {**clean, **databases.environment(self.data), **self.environment}
        if self.within or "LD_PRELOAD" in environment:  # what must be there before the program is
            self.process = subprocess.Popen(
                [*self.within, sys.executable, "-u", "-m", "queue_server", *words], cwd=ROOT, env=environment,
                stdout=subprocess.PIPE, stderr=self.log, text=True)
        else:
            self.process = nursery.start(words, environment, self.log)
        self._read_addresses()
        return self

    def _read_addresses(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        office = ""
        for line in self.process.stdout:
            found = re.search(r"The queue is open: http://localhost:(\d+)", line)
            if found:
                self.port = int(found[1])
            if line.startswith("    Rutan Hari"):
                office = "besuk"
            elif line.startswith("    Rutan"):
                office = "rutan"
            elif line.startswith("    Kantor"):
                office = "kanim"
            signed = SIGN_IN.match(line.rstrip("\n"))
            if signed:
                self.passwords[office, signed[1]] = signed[2]
            if line.startswith("  Ready"):
                return
        raise AssertionError(f"the server did not start: {(self.data.parent / f'{self.data.name}.log').read_text()}")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.log.close()
            self.process = None

    def restart(self, how: int = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    # --- the cast ----------------------------------------------------------------------------------

    def kiosk(self, office: str = "rutan") -> Kiosk:
        return Kiosk(self.base, office)

    def officer(self, name: str = "ani", office: str = "rutan", counter: str = "") -> Officer:
        """A signed-in officer, at a counter if one is named."""
        officer = Officer(self.base, office, name, self.passwords[office, name])
        officer.wait_for(lambda p: p["kind"] == "counter")
        if counter:
            officer.press("sit", counter=counter)
            officer.wait_for(lambda p: p["counter"] and p["counter"]["key"] == counter)
            settle()
        return officer

    def supervisor(self, office: str = "rutan") -> Officer:
        return Officer(self.base, office, "sari", self.passwords[office, "sari"], "supervisor")

    def board(self, board: str = "tv-tunggu", office: str = "rutan") -> Board:
        found = Board(self.base, office, board)
        found.wait_for(lambda p: p["kind"] == "board")
        return found

    def phone(self, office: str = "rutan") -> Phone:
        return Phone(self.base, office)


#: The offices of the tests take a second press for a mistake so long, ms; 700 in the demo.
TREMBLING_MS = 100


def settle(seconds: float = 1.5 * TREMBLING_MS / 1000) -> None:
    """Longer than the time in which a second press counts as a trembling finger."""
    time.sleep(seconds)


def copy_of(demo: Server, data: Path, mode: str = "eventlet", **more: Any) -> Server:
    """A server on a copy of the demo's data, with the same people and passwords; ``more``: its other fields."""
    shutil.copytree(demo.data, data)
    return Server(data, mode, passwords=dict(demo.passwords), **more)
