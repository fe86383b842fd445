"""What a press is: who presses, what a command gets and may do, and the press itself on its way."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from .domain import hours
from .domain.chain import Envelope, canonical, digest
from .domain.events import Json, check_body
from .domain.office import Office
from .kit import Signal
from .moment import Moment
from .store.offices import Head

DEADLINE_S = 10.0

Answer = dict[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who presses. ``id`` goes into the log: a kind and a number, never a name."""

    kind: str                      # officer | supervisor | auditor | administrator | visitor | device | system
    id: str                        # "person:3", "device:7", "ticket:12", "visitor", "system"
    person_id: int | None = None
    device_id: int | None = None
    ticket_id: int | None = None
    holder: str = ""               # keyed hash that tells one phone from another
    counter: str = ""


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Recorded:
    """An event as publishing sees it."""

    seq: int
    kind: str
    body: dict[str, Json]
    step_id: int | None


#: (office, service, priority) -> the range that somebody is told who takes a number now, seconds; None: not yet known.
#: Looked up in what is already known: it reads nothing and waits for nobody.
Foretell = Callable[[str, str, bool], tuple[int, int] | None]


def nothing_foretold(_office: str, _service: str, _priority: bool) -> None:
    """Where no forecast runs: commands at the shell."""
    return


class Tx:
    """What a command gets: the connection, the office, the moment, and the log to record in."""

    def __init__(
        self, c: Connection, head: Head, office: Office, now: Moment, actor: Actor,
        foretell: Foretell = nothing_foretold, shared: dict[Any, Any] | None = None,
    ) -> None:
        self.c = c
        #: What commands of one transaction read once for all of them; whoever changes it takes it out.
        self.shared = {} if shared is None else shared
        self.office = office
        self.office_id = head.id
        self.now = now
        self.actor = actor
        self._foretell = foretell
        self.day = hours.office_day(office, now.at)
        self.head = head
        self.recorded: list[Recorded] = []
        self.rows: list[dict[str, Any]] = []
        #: Counter -> its version after this press, where the press changed it: told with the answer, because whoever
        #: pressed knows of it before any picture shows it.
        self.seats: dict[str, int] = {}

    def record(self, kind: str, body: dict[str, Json], step_id: int | None = None) -> int:
        """Appends one event to the office's chain and returns its seq."""
        version = check_body(kind, body)
        seq = self.head.head_seq + 1
        text = canonical(body)
        envelope = Envelope(
            office=self.head.key, seq=seq, kind=kind, version=version, body=text, at=self.now.at,
            boot=self.now.boot_id, boot_ns=self.now.boot_ns, actor=self.actor.id, step=step_id,
        )
        found = digest(self.head.head_hash, envelope)
        self.rows.append({
            "office_id": self.office_id, "seq": seq, "kind": kind, "version": version, "body": text,
            "at": self.now.at, "boot_id": self.now.boot_id, "boot_ns": self.now.boot_ns, "actor": self.actor.id,
            "step_id": step_id, "previous_hash": self.head.head_hash, "hash": found,
        })
        self.head = self.head._replace(head_seq=seq, head_hash=found)
        self.recorded.append(Recorded(seq, kind, body, step_id))
        return seq

    def foretold(self, service: str, priority: bool) -> tuple[int, int] | None:
        """What somebody who takes a number now is told, (low, high) in seconds; it is kept with the number."""
        return self._foretell(self.head.key, service, priority)

    def configured(self, version: int, office: Office) -> None:
        """A new configuration is in force from here on, for the rest of this batch too."""
        self.head = self.head._replace(config_version=version)
        self.office = office


Command = Callable[[Tx, dict[str, Any]], Answer]
#: Runs after each command, in its transaction: what its events give reason to (commands/messages.py).
Happened = Callable[[Tx], None]


def nothing_follows(_tx: Tx) -> None:
    """Where nobody is told anything."""
    return


@dataclass
class Job:
    """One press on its way. ``key`` makes it repeatable; without one it runs each time."""

    office: str
    actor: Actor
    act: str
    command: Command
    args: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    deadline: float = field(default_factory=lambda: time.monotonic() + DEADLINE_S)
    answer: Answer | None = None
    problem: Exception | None = None
    done: Signal | None = None
    put_off: int = 0               # how often another process was let go first

    def content(self) -> str:
        text = orjson.dumps([self.office, self.act, self.args], default=str, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(text).hexdigest()
