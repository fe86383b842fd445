"""Days gone by, lived through by the real commands under a clock of the test's own: every kind of act, from a seed.

What comes out is a data folder with steps, calls and a chain of events as a server leaves them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import databases
from backstage import demo_office
from sqlalchemy import insert, select

from queue_server import config, opening
from queue_server import tables as t
from queue_server.commands import counter, day, seat, supervisor, undo, visitor
from queue_server.commands.setup import configure
from queue_server.domain import hours
from queue_server.domain.errors import Refused
from queue_server.domain.office import Office
from queue_server.moment import BOOT_ID, Clock, Moment
from queue_server.press import SYSTEM, Actor, Answer, Command, Job
from queue_server.shell import Session

KEY = "rutan"
MINUTE = 60_000
#: Who sits where; the supervisor closes the day.
SEATS = {1: "1", 2: "2", 3: "4"}
SUPERVISOR = 4
SERVICES = ("kunjungan", "kunjungan", "informasi", "pengaduan")


class TestClock(Clock):
    """Stands still until the test moves it."""

    __test__ = False

    def __init__(self, boot: int, at: int) -> None:
        super().__init__(boot, 0)
        self.at = at

    def now(self) -> Moment:
        return Moment(self.at, self.at, self.boot, BOOT_ID, self.at * 1_000_000)

    def tick(self) -> int:
        return self.at


@dataclass
class Desk:
    """An officer, what they are doing and when they are done with it."""

    person: int
    until: int = 0
    doing: str = "free"
    step: int = 0
    event: int = 0


class Life:
    """The days; ``press`` acts as somebody at the instant that the clock shows."""

    def __init__(self, data: Path, seed: int = 1) -> None:
        self.opened(data, 1_700_000_000_000)
        self.chance = random.Random(seed)
        self.office: Office = replace(
            demo_office(KEY), rules=replace(demo_office(KEY).rules, double_press_ms=0), remote_numbers=True)
        opening.add_office(self.session.database, KEY)
        self._people()
        self.press(SYSTEM, configure, office=self.office, reason="test")
        self.parked: list[int] = []

    def opened(self, data: Path, at: int) -> None:
        """Begins, or goes on with a folder whose database was moved, at that instant (UTC ms)."""
        self.session = Session(config.read(None, {"QUEUE_DATA": str(data), **databases.environment(data)}))
        self.clock = self.session.writer.clock = TestClock(self.session.writer.clock.boot, at)

    def _people(self) -> None:
        c = self.session.database.writer()
        with c.begin():
            for person in (*SEATS, SUPERVISOR):
                role = "supervisor" if person == SUPERVISOR else "officer"
                c.execute(insert(t.person).values(
                    id=person, office_id=1, name=f"p{person}", shown_name=f"Petugas {person}", role=role))

    def press(self, actor: Actor, command: Command, **args: Any) -> Answer:
        return self.session.writer.press_now(Job(KEY, actor, command.__name__, command, args))

    def day(self, one: str, visitors: int) -> None:
        opens = hours.instant(self.office, one, 8 * 60)
        desks = [Desk(person) for person in SEATS]
        comes = sorted(opens + self.chance.randrange(180) * MINUTE for _ in range(visitors))
        self.clock.at = opens
        for desk in desks:
            self.press(officer(desk.person), seat.sit, counter=SEATS[desk.person])
        while comes or any(desk.doing != "free" for desk in desks) or self._waiting():
            while comes and comes[0] <= self.clock.at:
                comes.pop(0)
                self._comes()
            for desk in desks:
                if desk.until <= self.clock.at:
                    self._works(desk)
            self.clock.at += 5_000
            if self.clock.at > opens + 5 * 60 * MINUTE and all(desk.doing == "free" for desk in desks):
                break
        self._closes(one)

    def _waiting(self) -> bool:
        with self.session.database.read() as c:
            return c.exec_driver_sql("SELECT 1 FROM step WHERE state = 'waiting' LIMIT 1").first() is not None

    def _comes(self) -> None:
        chance = self.chance
        online = chance.random() < 0.15
        who = Actor("visitor", "visitor") if online else SYSTEM
        given = self.press(
            who, visitor.issue, service=chance.choice(SERVICES), channel="online" if online else "door",
            priority=chance.random() < 0.2)["ticket"]
        if online and chance.random() < 0.6:
            self.press(officer(2), counter.arrived, step=given["step"])
        elif not online and chance.random() < 0.06:
            self.press(who, visitor.cancel, secret=given["secret"])

    def _works(self, desk: Desk) -> None:
        chance, me = self.chance, officer(desk.person)
        try:
            if desk.doing == "free":
                self._calls(desk, me)
            elif desk.doing == "called":
                self._begins(desk, me, chance.random())
            else:
                self._ends(desk, me, chance.random())
        except Refused as refused:
            assert refused.code in ("nobody_waiting", "no_show_too_soon", "not_now", "not_served_here"), refused.code
            desk.until = self.clock.at + 20_000

    def _calls(self, desk: Desk, me: Actor) -> None:
        if self.parked and self.chance.random() < 0.3:
            called = self.press(me, counter.call, step=self.parked.pop())
        else:
            called = self.press(me, counter.call_next)
        desk.doing, desk.step, desk.event = "called", called["step"], called["call"]
        desk.until = self.clock.at + self.chance.choice((4_000, 20_000, 60_000, 240_000))

    def _begins(self, desk: Desk, me: Actor, what: float) -> None:
        if what < 0.05 and desk.until - self.clock.at < 5_000 and self._recent(desk):
            self.press(me, undo.undo, event=desk.event)
            desk.doing = "free"
        elif what < 0.15:
            self.press(me, counter.skip)
            desk.doing = "free"
        elif what < 0.20:
            self.press(me, counter.no_show, reason="called_aloud")
            desk.doing = "free"
        elif what < 0.25:
            self.press(me, counter.transfer, service=self._other(desk.step))
            desk.doing = "free"
        else:
            self.press(me, counter.start)
            desk.doing = "serving"
        took = self.chance.expovariate(1 / 200_000) if desk.doing == "serving" else 0
        desk.until = self.clock.at + (8_000 if self.chance.random() < 0.1 else int(took))

    def _recent(self, desk: Desk) -> bool:
        with self.session.database.read() as c:
            at = c.execute(select(t.step.c.called_at).where(t.step.c.id == desk.step)).scalar_one()
        return bool(self.clock.at - at < self.office.rules.undo_s * 1000)

    def _ends(self, desk: Desk, me: Actor, what: float) -> None:
        if what < 0.08:
            self.press(me, counter.park, reason=self.chance.choice(sorted(counter.PARK)))
            self.parked.append(desk.step)
        elif what < 0.14:
            self.press(me, counter.transfer, service=self._other(desk.step))
        else:
            finished = self.press(me, counter.finish)
            if what > 0.97:
                self.clock.at += 2_000
                self.press(me, undo.undo, event=finished["event"])
                self.press(me, counter.finish)
            elif what > 0.94:
                self.press(boss(), supervisor.reopen, step=desk.step, reason="visitor_returned")
        desk.doing, desk.until = "free", self.clock.at + self.chance.randrange(30_000)

    def comes_back(self, step: int) -> None:
        """A step that has ended is reopened by the supervisor, and an officer finishes it."""
        self.press(boss(), supervisor.reopen, step=step, reason="visitor_returned")
        self.clock.at += 3 * MINUTE
        for command in (counter.call_next, counter.start, counter.finish):
            self.clock.at += MINUTE
            self.press(officer(1), command)

    def _other(self, step: int) -> str:
        with self.session.database.read() as c:
            service = c.execute(select(t.step.c.service).where(t.step.c.id == step)).scalar_one()
        return next(s for s in ("informasi", "pengaduan") if s != service)

    def _closes(self, one: str) -> None:
        self.clock.at = max(self.clock.at, hours.instant(self.office, one, 16 * 60))
        self.parked.clear()
        self.press(boss(), day.close_day, reason="visitor_left")
        for service in ("kunjungan", "informasi"):
            self.press(boss(), supervisor.pause_service, service=service, reason="full_hall")
            for _ in range(2):
                try:
                    self.press(SYSTEM, visitor.issue, service=service, channel="door")
                except Refused as refused:
                    assert refused.code == "paused", refused.code
            self.press(boss(), supervisor.resume_service, service=service)


def officer(person: int) -> Actor:
    return Actor("officer", f"person:{person}", person)


def boss() -> Actor:
    return Actor("supervisor", f"person:{SUPERVISOR}", SUPERVISOR)
