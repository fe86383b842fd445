"""The house on that machine: first one PC with its file, then PostgreSQL, Redis, two processes and nginx."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import databases
import psycopg
import requests
from backstage import until, with_rules
from databases import Postgres
from test_two_processes import Redis

from queue_server.client import Board, Kiosk, Officer
from queue_server.office_file import write

from .machine import NAME, PROGRAM, ROOT_RUNS, put
from .unit import Unit, do

OFFICE = "rutan"
DATA = Path("/var/lib/queue")
SITE = f"https://{NAME}"
FILES = PROGRAM / "deploy" / "nginx"
#: Not on everybody's path.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
OFFICERS = ("ani", "dewi")
#: The lines of deploy/queue.env that the page says to take the # away from.
TWO_SERVERS = ("PUBLIC_URL", "QUEUE_PROXIES", "DATABASE_URL", "REDIS_URL")


class PairedBoard(Board):
    """A board whose code the supervisor types in, on its way to its line."""

    def __init__(self, house: House, transport: str, name: str) -> None:
        self.house, self.transport, self.name = house, transport, name
        super().__init__(house.base, OFFICE, "tv-tunggu")

    def connect(self, auth: Any) -> None:
        self.house.pair(self.hello, self.name)
        super().connect(auth)


class House:
    def __init__(self) -> None:
        self.base = ""
        self.passwords: dict[str, str] = {}
        self.sari: Officer | None = None
        self.pc = Unit("queue")
        self.a, self.b = Unit("queue@8081"), Unit("queue@8082")
        self.nginx: subprocess.Popen[bytes] | None = None
        self.postgres, self.redis = Postgres(), Redis()
        self.postgres.port, self.redis.port = 5432, 6379

    # --- one PC ------------------------------------------------------------------------------------

    def one_pc(self) -> None:
        """deploy/queue.service with deploy/queue.env as it is: an office, its people, SQLite."""
        self.environment()
        DATA.chmod(0o700)
        if ROOT_RUNS:
            shutil.chown(DATA, self.pc.one("User"), self.pc.one("Group"))
        put("/srv/rutan.toml", write(with_rules(OFFICE, double_press_ms=0)))
        do("office", "import", "/srv/rutan.toml")
        added = do("person", "add", OFFICE, "sari", "--role", "supervisor")
        self.passwords["sari"] = re.findall(r"password: (\S+)", added)[0]
        self.pc.start()
        self.base = self.pc.base
        for name in OFFICERS:
            self.passwords[name] = self.supervisor().post("/press", {
                "office": OFFICE, "act": "add_person", "key": secrets.token_hex(16), "name": name, "role": "officer",
            })["password"]

    def environment(self, *names: str) -> None:
        """/etc/queue.env: the example, with the # taken away before the named lines."""
        text = (PROGRAM / "deploy" / "queue.env").read_text("utf-8")
        for name in names:
            assert f"\n#{name}=" in text
            text = text.replace(f"\n#{name}=", f"\n{name}=")
        put("/etc/queue.env", text, 0o600)

    # --- two servers -------------------------------------------------------------------------------

    def two_servers(self) -> None:
        """The page's steps: database, move, two processes, nginx."""
        self.leave()
        self.pc.stop()
        self.postgres.start()
        self.redis.start()
        with psycopg.connect(self.postgres.address("postgres"), autocommit=True) as c:
            c.execute("CREATE DATABASE queue ENCODING 'UTF8' TEMPLATE template0")
        self.environment(*TWO_SERVERS)
        do("move")
        databases.use(DATA, self.postgres.address("queue").replace("postgresql:", "postgresql+psycopg:"))
        for unit in (self.a, self.b):
            unit.begin()
        for unit in (self.a, self.b):
            unit.wait()
        for name in ("nginx.conf", "queue.conf"):
            put(f"/etc/nginx/{name}", (FILES / name).read_text("utf-8"))
        tried = subprocess.run([NGINX, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0 and "warn" not in tried.stderr, tried.stderr
        self.nginx = subprocess.Popen([NGINX, "-g", "daemon off;"], preexec_fn=databases.not_without_us)
        self.base = SITE
        until(self.answers, 20, "nginx")

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.base}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def close(self) -> None:
        self.leave()
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(20)
        for unit in (self.pc, self.a, self.b):
            unit.stop()
        self.redis.stop()
        self.postgres.remove()

    # --- people and screens ------------------------------------------------------------------------

    def supervisor(self) -> Officer:
        if self.sari is None:
            self.sari = Officer(self.base, OFFICE, "sari", self.passwords["sari"], "supervisor")
        return self.sari

    def leave(self) -> None:
        if self.sari is not None:
            self.sari.close()
            self.sari = None

    def pair(self, hello: dict[str, Any], name: str) -> None:
        assert hello["paired"] is False
        self.supervisor().press("pair", code=hello["code"], name=name)

    def kiosk(self, name: str) -> Kiosk:
        kiosk = Kiosk(self.base, OFFICE)
        self.pair(kiosk.hello, name)
        return kiosk

    def board_at(self, unit: Unit, transport: str, name: str) -> PairedBoard:
        """A board whose line is at that process: which one is drawn by its cookie, so until it is."""
        count = f'queue_screens{{kind="board",office="{OFFICE}"}}'
        for attempt in range(30):
            before = unit.figure(count)
            board = PairedBoard(self, transport, f"{name}-{attempt}")
            board.wait_for(lambda p: p["kind"] == "board")
            if unit.figure(count) > before:
                return board
            board.close()
        raise AssertionError(f"thirty boards and none at {unit.name}: the site does not share them out")

    def officer_at(self, unit: Unit, name: str, counter: str) -> Officer:
        """Signed in, at a counter, and at that process."""
        count = f'queue_screens{{kind="counter",office="{OFFICE}"}}'
        for _ in range(30):
            before = unit.figure(count)
            officer = Officer(self.base, OFFICE, name, self.passwords[name])
            officer.wait_for(lambda p: p["kind"] == "counter")
            if unit.figure(count) > before:
                officer.press("sit", counter=counter)
                officer.wait_for(lambda p: p["counter"] and p["counter"]["key"] == counter)
                return officer
            officer.close()
        raise AssertionError(f"{name} signed in thirty times and was never at {unit.name}")
