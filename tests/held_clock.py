"""A small house without a server whose clock the test holds: hours pass at once, and the wall clock can be set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from any_office import example
from small_house import settings

from queue_server import opening
from queue_server.commands import counter, seat, setup, supervisor, visitor
from queue_server.commands.setup import configure
from queue_server.domain import hours
from queue_server.domain.office import Counter, Office
from queue_server.moment import BOOT_ID, Clock, Moment
from queue_server.shell import Session
from queue_server.store import reports
from queue_server.store.reports import Entry, Filters
from queue_server.transaction import Actor, Answer, Command, Job

MINUTE = 60_000
KEY = "rutan"
#: A Monday.
DAY = "2026-11-23"
DOOR = Actor("device", "device:1", device_id=1)


class Held(Clock):
    """Wall clock and steady clock stand still until the test moves them."""

    def __init__(self, clock: Clock, at: int) -> None:
        super().__init__(clock.boot, clock.offset_ms)
        self.at, self.passed = at, 0

    def now(self) -> Moment:
        ns = 1_000_000_000_000 + self.passed * 1_000_000
        return Moment(self.at, self.offset_ms + ns // 1_000_000, self.boot, BOOT_ID, ns)


@dataclass
class House:
    session: Session
    clock: Held
    office: Office
    officer: Actor

    def passes(self, minutes: float) -> None:
        ms = round(minutes * MINUTE)
        self.clock.at += ms
        self.clock.passed += ms

    def set_wall(self, day: str, time: str) -> None:
        """Somebody sets the wall clock; the steady clock goes on as before."""
        self.clock.at = self.at(day, time)

    def at(self, day: str, time: str) -> int:
        hour, minute = (int(part) for part in time.split(":"))
        return hours.instant(self.office, day, hour * 60 + minute)

    def press(self, command: Command, actor: Actor | None = None, **args: Any) -> Answer:
        return self.session.writer.press_now(Job(KEY, actor or self.officer, "test", command, args))

    def number(self, service: str = "informasi", **more: Any) -> int:
        """Takes a number; the step."""
        args = {"service": service, "channel": "door", "priority": False, **more}
        return int(self.press(visitor.issue, DOOR, **args)["ticket"]["step"])

    def configure(self, office: Office) -> None:
        self.office = office
        self.press(configure, office=office, reason="test")

    def serve(self, minutes: float = 2, walk: float = 0.5) -> None:
        """Calls the next, who comes, is served and leaves; a moment after whatever was pressed before."""
        self.passes(0.02)
        self.press(counter.call_next)
        self.passes(walk)
        self.press(counter.start)
        self.passes(minutes)
        self.press(counter.finish)

    def reopen(self, step: int) -> None:
        self.press(supervisor.reopen, step=step, reason="ended_by_mistake")

    def entries(self) -> dict[int, Entry]:
        """The whole log, by step."""
        with self.session.database.read() as c:
            found = reports.Reader(c, 1).all(Filters("2000-01-01", "2099-12-31"))
            return {entry.step: entry for chunk in found for entry in chunk}


@contextmanager
def house(data: Path, office: Office | None = None, time: str = "8:30") -> Iterator[House]:
    """The rutan's office (or another of its key) with an officer at counter 3, who serves everything."""
    wanted = office or example(KEY)
    session = Session(settings(data))
    try:
        opening.add_office(session.database, KEY)
        clock = Held(session.writer.clock, hours.instant(wanted, DAY, 0))
        session.writer.clock = clock
        found = House(session, clock, wanted, DOOR)
        found.set_wall(DAY, time)
        everything = Counter("3", {"id": "Loket 3"}, wanted.halls[0].key, tuple(s.key for s in wanted.services))
        others = tuple(c for c in wanted.counters if c.key != "3")
        found.configure(replace(wanted, counters=(*others, everything)))
        person = found.press(setup.add_person, name="ani", role="supervisor", password_hash="-")["person"]
        found.officer = Actor("supervisor", f"person:{person}", person)
        found.press(seat.sit, counter="3")
        yield found
    finally:
        session.close()
