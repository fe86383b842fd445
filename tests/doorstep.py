"""The kiosk's own program as a process, as it runs on the kiosk's PC; and a page that is touched there."""

from __future__ import annotations

import os
import secrets
import signal
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nursery
import requests
from backstage import until


@dataclass
class KioskPC:
    """``python -m queue_server kiosk`` for a server, on a free port."""

    data: Path
    server: str
    office: str = "rutan"
    name: str = "pintu"
    printer: str = ""
    port: int = 0
    process: nursery.Started | None = None
    said: list[str] = field(default_factory=list)

    def start(self) -> KioskPC:
        words = ["kiosk", "--server", self.server, "--office", self.office, "--name", self.name,
                 "--data", str(self.data), "--port", str(self.port)]
        if self.printer:
            words += ["--printer", self.printer]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
        self.log = open(f"{self.data}.log", "a")  # noqa: SIM115 (lives with the process)
        self.process = nursery.start(words, clean, self.log)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if "The kiosk is open: " in line:
                self.port = int(line.split("127.0.0.1:")[1].split("/")[0])
            if line.startswith("  Ready"):
                return self
        raise AssertionError(f"the kiosk did not start: {Path(f'{self.data}.log').read_text()}")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.log.close()
            self.process = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- the page ----------------------------------------------------------------------------------------

    def post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = requests.post(
            self.base + path, json=message, headers={"X-Queue": "1"}, timeout=20).json()
        return answer

    def touch(self, service: str, key: str = "", priority: bool = False) -> dict[str, Any]:
        """The whole answer to a visitor's touch."""
        return self.post(f"/office/{self.office}/tickets", {
            "key": key or secrets.token_hex(16), "service": service, "priority": priority, "language": "id"})

    def take(self, service: str, key: str = "") -> dict[str, Any]:
        """The ticket."""
        answer = self.touch(service, key)
        assert answer["ok"], answer
        ticket: dict[str, Any] = answer["ticket"]
        return ticket

    def ready(self) -> KioskPC:
        """Waits until it has heard from its server what it must know to go on alone."""
        until(lambda: self.rows("SELECT 1 FROM kept WHERE name = 'facts'"), 60, "the kiosk's knowledge")
        return self

    def rows(self, sql: str) -> list[Any]:
        c = sqlite3.connect(f"file:{self.data}/kiosk.db?mode=ro", uri=True, timeout=20)
        try:
            return c.execute(sql).fetchall()
        finally:
            c.close()

    def left(self) -> int:
        """Numbers that the server does not have yet."""
        return int(self.rows("SELECT count(*) FROM number WHERE handed_in_at IS NULL")[0][0])


class Visitors(threading.Thread):
    """People who come one after the other and touch until they have their number, as the page does for them."""

    def __init__(self, kiosk: KioskPC, services: tuple[str, ...]) -> None:
        super().__init__(daemon=True)
        self.kiosk, self.services = kiosk, services
        self.tickets: list[dict[str, Any]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            key, service = secrets.token_hex(16), self.services[len(self.tickets) % len(self.services)]
            while True:
                try:
                    answer = self.kiosk.touch(service, key)
                except (requests.RequestException, ValueError):
                    self.enough.wait(0.1)  # the kiosk's program is away: the page tries again with the same key
                    continue
                if answer["ok"]:
                    self.tickets.append(answer["ticket"])
                    break
                assert answer["refused"] == "busy", answer
            self.enough.wait(0.25)
