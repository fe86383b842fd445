"""A day in which everything happens that can happen to a number, played through the real commands in seconds.

The clock is the test's own: hours pass between two presses, the wall clock is set, the machine starts anew. What comes
of it is a database and its log, to be compared with each other.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from backstage import demo_office
from small_house import settings

from queue_server import opening
from queue_server.commands import counter, day, paper_roll, reserve, seat, serving, setup, supervisor, undo, visitor
from queue_server.commands.seal import seal_now
from queue_server.database import Database
from queue_server.domain import hours
from queue_server.domain.errors import Refused
from queue_server.domain.office import Office
from queue_server.kit import ThreadKit
from queue_server.moment import Clock, Moment
from queue_server.transaction import SYSTEM, Actor, Answer, Command, Job, Writer

KEY = "rutan"
START = 1_774_315_800_000  # 2026-03-24 08:30 WIB
MINUTE = 60_000


class PlayedClock(Clock):
    """Stands still until it is told to go on."""

    def __init__(self, at: int = START) -> None:
        super().__init__(1, 0)
        self.at, self.ns, self.name = at, 5_000_000_123, "boot-a"
        self.offset_ms = self.at - self.ns // 1_000_000

    def now(self) -> Moment:
        return Moment(self.at, self.tick(), self.boot, self.name, self.ns)

    def tick(self) -> int:
        return self.offset_ms + self.ns // 1_000_000

    def go_on(self, ms: int) -> None:
        self.at += ms
        self.ns += ms * 1_000_000 + 437_211  # never whole ms, as a real one

    def set_wall(self, ms: int) -> None:
        """Somebody sets the wall clock; the boot clock does not care."""
        self.at += ms

    def restart(self) -> None:
        """The machine starts anew: another boot, whose offset the server fixes by the wall clock."""
        self.boot += 1
        self.name, self.ns = f"boot-{self.boot}", 9_000_000_777
        self.offset_ms = self.at - self.ns // 1_000_000


class Played:
    """An office with officers at its counters, and a chance that decides who presses what."""

    def __init__(self, data: Path, seed: int = 1, office: Callable[[Office], Office] = lambda office: office) -> None:
        self.chance = random.Random(seed)
        self.clock = PlayedClock()
        found = settings(data)
        opening.prepare(found)
        self.database = Database(found.database_url)
        self.writer = Writer(self.database, self.clock, ThreadKit())
        demo = demo_office(KEY)
        quick = replace(demo.rules, double_press_ms=0, recall_spacing_s=0, tickets_per_phone=50)
        opening.add_office(self.database, KEY)
        self.office = office(replace(demo, rules=quick, always_open=True, remote_numbers=True))
        self.press("configure", setup.configure, office=self.office, reason="test")
        self.officers = [
            Actor("officer", f"person:{n}", n) for n in (
                self.press("add_person", setup.add_person, name=f"o{i}", role="officer", password_hash="x")["person"]
                for i in range(len(self.office.counters)))
        ]
        self.phones: list[str] = []
        self.kiosk_next: dict[str, int] = {}

    def press(self, act: str, command: Command, actor: Actor = SYSTEM, **args: Any) -> Answer:
        return self.writer.press_now(Job(KEY, actor, act, command, args))

    def tried(self, act: str, command: Command, actor: Actor = SYSTEM, **args: Any) -> Answer | None:
        """The press, or None where it was refused: chance presses what does not fit the moment, too."""
        try:
            return self.press(act, command, actor, **args)
        except Refused:
            return None

    def close(self) -> None:
        self.database.close()

    # --- who does what ---------------------------------------------------------------------------

    def sit_down(self) -> None:
        for officer, desk in zip(self.officers, self.office.counters, strict=True):
            self.tried("sit", seat.sit, officer, counter=desk.key, take_over=True)

    def take(self, channel: str = "door") -> None:
        service = self.chance.choice(self.office.services)
        phone = Actor("visitor", "visitor", holder=secrets.token_hex(8))
        paper = "escpos" if channel == "door" and self.chance.random() < 0.3 else ""
        answer = self.tried(
            "issue", visitor.issue, phone, service=service.key, channel=channel, paper=paper,
            priority=self.chance.random() < 0.25)
        if answer is not None:
            secret = answer["ticket"]["secret"]
            self.phones.append(secret)
            if paper:
                state = self.chance.choice(("printed", "printed", "unknown", "failed", "void"))
                self.tried("paper", visitor.paper, secret=secret, state=state)

    def steps(self) -> list[tuple[int, str, str]]:
        """(step, state, counter) of everything there is."""
        with self.database.read() as c:
            return [tuple(row) for row in c.exec_driver_sql(
                "SELECT id, state, counter FROM step WHERE day <> '' ORDER BY id").fetchall()]

    def some_step(self, *states: str) -> int:
        found = [step for step, state, _counter in self.steps() if state in states]
        return self.chance.choice(found) if found else 0

    def newest_event(self) -> int:
        with self.database.read() as c:
            return int(c.exec_driver_sql("SELECT max(seq) FROM event").scalar_one())

    def _next_of_reserve(self, of: str, first: int) -> int:
        """Numbers of a reserve begin anew each day."""
        key = f"{of} {hours.office_day(self.office, self.clock.at)}"
        self.kiosk_next[key] = self.kiosk_next.get(key, first - 1) + 1
        return self.kiosk_next[key]

    def hand_in(self) -> None:
        """A kiosk hands in a number that it gave while the server was away, some of them late or never held."""
        service = next(s for s in self.office.services if s.reserved_for)  # the demo's kiosk has its part of a reserve
        kiosk, (first, _last) = next(iter(service.reserved_for.items()))
        number = self._next_of_reserve(service.key, first)
        came = self.clock.at - self.chance.choice((0, 4, 30)) * MINUTE
        told = reserve.Told(came, self.chance.random() < 0.8, self.chance.choice(("printed", "", "void")))

        def command(tx: Any, args: dict[str, Any]) -> Answer:
            return reserve.hand_in(told, tx, args)

        self.tried("hand_in", command, service=service.key, number=number, issued_at=came, kiosk=kiosk,
                   secret=secrets.token_urlsafe(16), priority=False)

    def enter_paper(self) -> None:
        service = self.chance.choice(self.office.services)
        parts = [p for p in reserve.numbering.parts(service) if p.source == reserve.numbering.ROLL]
        if not parts:
            return
        number = self._next_of_reserve(f"roll {service.key}", parts[0].first)
        desk = next(c for c in self.office.counters if service.key in c.services)
        self.tried("enter_paper", paper_roll.enter_paper, service=service.key, number=number, issued="08:00",
                   outcome=self.chance.choice(paper_roll.OUTCOMES), counter=desk.key, started="08:07", ended="08:21")

    def some_officer(self) -> Actor:
        """Mostly one who has a visitor: what is done with visitors is what this is about."""
        busy = [counter for _step, state, counter in self.steps() if state in ("called", "serving")]
        keys = [desk.key for desk in self.office.counters]
        if busy and self.chance.random() < 0.7:
            return self.officers[keys.index(self.chance.choice(busy))]
        return self.chance.choice(self.officers)

    def somebody_presses(self) -> None:
        """One act of one officer, a visitor or the supervisor, and some time after it."""
        chance, officer = self.chance, self.some_officer()
        other = chance.choice(self.office.services).key
        acts: list[tuple[int, Callable[[], Any]]] = [
            (7, lambda: self.take()),
            (1, lambda: self.take("online")),
            (20, lambda: self.tried("call_next", counter.call_next, officer)),
            (18, lambda: self.tried("start", counter.start, officer)),
            (14, lambda: self.tried("finish", counter.finish, officer, outcome=chance.choice(serving.OUTCOMES))),
            (2, lambda: self.tried("recall", counter.recall, officer)),
            (3, lambda: self.tried("skip", counter.skip, officer)),
            (4, lambda: self.tried("no_show", counter.no_show, officer, reason="board_broken")),
            (4, lambda: self.tried("park", counter.park, officer, reason=chance.choice(list(counter.PARK)))),
            (3, lambda: self.tried("transfer", counter.transfer, officer, service=other)),
            (4, lambda: self.tried("undo", undo.undo, officer, event=self.newest_event())),
            (2, lambda: self.tried("bring_back", counter.bring_back, officer,
                                   step=self.some_step("parked", "no_show"))),
            (2, lambda: self.tried("call", counter.call, officer, step=self.some_step("parked", "waiting"),
                                   reason="urgent_need")),
            (1, lambda: self.tried("reclass", counter.reclass, officer, step=self.some_step("waiting", "called"),
                                   priority=chance.random() < 0.5, reason="by_mistake")),
            (1, lambda: self.tried("cancel", counter.cancel, officer, step=self.some_step("waiting", "parked"),
                                   reason="visitor_asked")),
            (1, lambda: self.tried("take_visitor", seat.take_visitor, officer,
                                   step=self.some_step("called", "serving"))),
            (1, lambda: self.tried("leave", seat.leave, officer, becomes=chance.choice(("finish", "waiting")))),
            (1, lambda: self.tried("reopen", supervisor.reopen, step=self.some_step("done", "cancelled", "no_show"),
                                   reason="visitor_returned")),
            (2, lambda: self.tried("arrived", counter.arrived, officer, step=self.some_step("waiting"))),
            (1, lambda: self.phones and self.tried("cancel", visitor.cancel, secret=chance.choice(self.phones))),
            (1, lambda: self.phones and self.tried("coming", visitor.coming, secret=chance.choice(self.phones))),
            (1, self.hand_in),
            (1, self.enter_paper),
            (3, self.sit_down),
        ]
        chance.choices([act for _n, act in acts], [n for n, _act in acts])[0]()
        self.clock.go_on(chance.choice((200, 1_500, 4_000, 41_000, 3 * MINUTE)))

    def every_fate(self) -> None:
        """One visitor after the other through what chance might leave out."""
        officer, desk = self.officers[0], self.office.counters[0]
        self.sit_down()

        def do(act: str, command: Command, minutes: int = 1, **args: Any) -> None:
            self.press(act, command, officer, **args)
            self.clock.go_on(minutes * MINUTE)

        def step() -> int:
            return next(step for step, state, _c in reversed(self.steps()) if state in ("parked", "no_show"))

        for _ in range(4):
            self.press("issue", visitor.issue, service=desk.services[0], channel="door")
        do("call_next", counter.call_next)
        do("recall", counter.recall)
        do("start", counter.start, 2)
        do("park", counter.park, 3, reason="papers_missing")
        do("bring_back", counter.bring_back, step=step())
        do("call_next", counter.call_next)
        do("start", counter.start)
        do("park", counter.park, 5, reason="system_down")
        do("call", counter.call, step=step())
        do("start", counter.start)
        do("finish", counter.finish)
        do("call_next", counter.call_next)
        do("recall", counter.recall)
        do("no_show", counter.no_show, reason="board_broken")
        do("call_next", counter.call_next)
        do("start", counter.start)
        do("finish", counter.finish, 0)
        do("undo", undo.undo, event=self.newest_event())
        other = self.officers[1]
        serving = next(step for step, state, _c in self.steps() if state == "serving")
        self.press("take_visitor", seat.take_visitor, other, step=serving)
        self.press("finish", counter.finish, other)
        done = next(step for step, state, _c in self.steps() if state == "done")
        self.press("reopen", supervisor.reopen, step=done, reason="visitor_returned")

    def play(self, presses: int) -> None:
        self.sit_down()
        for _ in range(presses):
            self.somebody_presses()

    def end_day(self) -> None:
        """Whoever is at a counter is finished, and the supervisor closes the day."""
        for officer in self.officers:
            self.tried("start", counter.start, officer)
            self.tried("finish", counter.finish, officer)
        for secret in self.phones:
            self.tried("paper", visitor.paper, secret=secret, state="unknown")
        self.tried("close_day", day.close_day, reason="told_to_come_back")


def busy_days(data: Path, presses: int = 300, seed: int = 1) -> Played:
    """Two days with a restart of the machine, a wall clock that is set, and a night without closing."""
    played = Played(data, seed)
    played.every_fate()
    played.play(presses // 2)
    played.press("seal", seal_now)
    played.clock.set_wall(-20 * MINUTE)
    played.play(presses // 4)
    played.clock.restart()
    played.play(presses // 4)
    played.clock.go_on(20 * 60 * MINUTE)
    played.play(presses // 2)
    played.end_day()
    played.play(presses // 8)
    return played
