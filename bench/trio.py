"""Our server, a bare Flask-SocketIO + eventlet, and picows, side by side, with as many lines to each.

Ours is a real server with numbers given out; the lines are phones that follow them. The two floors send the same
bytes as ours.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.ears import Auth, Crowd, Ear, many
from bench.house import House, Process, free_port
from queue_server import config
from queue_server.client import Kiosk
from queue_server.commands import setup, visitor
from queue_server.domain.office import Office
from queue_server.replay.place import office
from queue_server.screens.door import digest, new_token
from queue_server.shell import Session
from queue_server.transaction import Actor, Job

KIOSK = Actor("device", "device:1", device_id=1)
NUMBER = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
BATCH = 50
FLOORS = ("bare", "picows")
_PROGRAMS = {"bare": "bench.floor_emit", "picows": "bench.floor_picows"}


def small_office(boards: int = 1, officers: int = 1) -> Office:
    counters = {f"c{n}": ["a"] for n in range(1, officers + 1)}
    return office("bench", "Bench", {"a": "A"}, counters, boards=boards)


def give(settings: config.Config, numbers: int, key: str = "bench") -> list[str]:
    """So many visitors take a number, without a server; the secrets of their tickets."""
    session, secrets = Session(settings), []
    for start in range(0, numbers, BATCH):
        jobs = [Job(key, KIOSK, "issue", visitor.issue, dict(NUMBER)) for _ in range(min(BATCH, numbers - start))]
        session.writer.committer.batch(jobs)
        secrets += [str(job.answer["ticket"]["secret"]) for job in jobs if job.answer]
    session.close()
    return secrets


def devices(settings: config.Config, boards: Sequence[str], key: str = "bench") -> list[str]:
    """Paired boards, without a server: a minute allows fewer at its door than a bench wants. Their tokens."""
    session, tokens = Session(settings), [new_token() for _ in boards]
    for board, token in zip(boards, tokens, strict=True):
        args = {"kind": "board", "board": board, "token_hash": digest(token), "at_home": True}
        session.writer.press_now(Job(key, Actor("device", "device"), "hello", setup.hello, args))
    session.close()
    return tokens


class Noted:
    """Our server, and what it noted of its emits."""

    def __init__(self, made: Office, officers: int = 0) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="queue-notes-")
        self.notes = Path(self.folder.name) / "emits"
        self.house = House(made, officers, notes=self.notes)

    def __enter__(self) -> Noted:
        self.house.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.house.__exit__(None, None, None)
        self.folder.cleanup()

    def emits(self, event: str, room: str = "") -> list[int]:
        """When messages of this name were handed over, to rooms that begin so; nanoseconds."""
        lines = (line.split(" ") for line in self.notes.read_text().splitlines())
        return [int(line[0]) for line in lines if line[1] == event and line[2].startswith(room)]


def floor(name: str, first: Path | None = None) -> Process:
    """A floor that is not started yet; ``first``: JSON of what each line gets when it comes in."""
    port = free_port()
    more = ["--first", str(first)] if first else []
    return Process([sys.executable, "-m", _PROGRAMS[name], str(port), *more], port, "")


class Phones:
    """Phones at our server."""

    def __init__(self, house: House, secrets: Sequence[str]) -> None:
        self.house = house
        self.auths: list[Auth | None] = [{"screen": "visitor", "ticket": secret} for secret in secrets]
        self.kiosk: Kiosk | None = None

    async def come(self, crowd: Crowd) -> list[Ear]:
        return await many(self.house.process.port, crowd, self.auths)

    def number(self) -> None:
        """Somebody takes a number at the kiosk: within a second every phone of the line is told."""
        if self.kiosk is None:
            self.kiosk = Kiosk(self.house.base, self.house.place.key)
        self.kiosk.take("a")
