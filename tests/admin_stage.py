"""An administrator without the page, and what they upload; the fixtures of the tests about administration."""

from __future__ import annotations

import json
import secrets
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from backstage import events
from cast import Server, copy_of

from queue_server.client import Site

ADMIN = "/admin/rutan"


@dataclass
class Admin:
    """Somebody at the administration page, without the page."""

    server: Server
    name: str = "admin"
    password: str = ""
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        self.site = Site(self.server.base)
        password = self.password or self.server.passwords["rutan", self.name]
        self.site.post("/sign-in", {"office": "rutan", "name": self.name, "password": password})

    def press(self, act: str, key: str = "", **args: Any) -> Any:
        return self.site.post("/press", {"office": "rutan", "act": act, "key": key or secrets.token_hex(16), **args})

    def get(self, path: str) -> Any:
        return self.site.get(f"{ADMIN}/{path}")

    def check(self, **message: Any) -> Any:
        return self.site.post(f"{ADMIN}/office/check", message)

    def version(self) -> int:
        found: int = self.get("office")["version"]
        return found

    def person(self, name: str) -> Any:
        return next(p for p in self.get("people")["people"] if p["name"] == name)

    def upload(self, data: bytes, **headers: str) -> requests.Response:
        return self.site.http.post(f"{self.server.base}{ADMIN}/media", data=data, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def shared(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all that leaves the others alone."""
    running = copy_of(demo, tmp_path_factory.mktemp("shared") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def admin(shared: Server) -> Admin:
    return Admin(shared)


@pytest.fixture
def alone(server: Server) -> Admin:
    """On a server of its own, for what the others would notice."""
    return Admin(server)


def bodies(server: Server, kind: str) -> list[dict[str, Any]]:
    return [json.loads(e.body) for e in events(server.data, "rutan") if e.kind == kind]


def picture(size: int = 8, colour: bytes = b"\x00\x50\xa0") -> bytes:
    """A PNG of one colour."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\x00" + colour * size for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))
