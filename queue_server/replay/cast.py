"""Everybody who takes part: a kiosk, officers at their counters, boards that confirm, phones that follow.

The office is set up like at the shell, on the server's data; everything else goes through its doors.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..client import Message, Refusal
from ..config import Config
from ..crowd import Line, Web
from ..domain import hours
from ..domain.office import MixRule, Office
from ..moment import wall_ms
from ..shell import Session
from . import place
from .recording import Day

#: Requests under way at once from the one kiosk and from visitors: a real kiosk gives one number after the other,
#: but at 100 times the speed two visitors of neighbouring seconds come at once.
AT_ONCE = 6
NOTICED_S = 15.0
#: Nearly half of the recorded visitors have priority, so one of each in turn.
MIX = MixRule(priority=1, ordinary=1, longest_wait_min=60)


def letters(services: Sequence[str]) -> dict[str, str]:
    """A, B, C … for the services of a recording."""
    return {service: chr(ord("A") + n) for n, service in enumerate(services[:26])}


def office_of(day: Day, mode: str, key: str, boards: int) -> Office:
    """A 24-hour office in which every counter serves everything; its day changes as far from now as can be."""
    made = place.office(
        key, f"Replay {day.date} {mode}", letters(day.services), dict.fromkeys(day.counters, day.services),
        boards=max(1, boards), mix=MIX)
    now = hours.local_minutes(made, wall_ms())
    return replace(made, day_starts=(now + 12 * 60) % (24 * 60))


def new_key(session: Session, day: Day, mode: str) -> str:
    """replay-<date>-<mode>-<n>: every run has an office of its own."""
    from .. import opening

    known = {listed.key for listed in opening.offices_of(session.database)}
    n = 1
    while (key := f"replay-{day.date}-{mode}-{n}") in known:
        n += 1
    return key


def make_office(settings: Config, day: Day, mode: str, boards: int) -> place.Place:
    session = Session(settings)
    try:
        made = office_of(day, mode, new_key(session, day, mode), boards)
        return place.set_up(session, made, len(day.counters))
    finally:
        session.close()


class Board:
    """A board that draws and speaks at once, and says so."""

    def __init__(self, web: Web, office: str, board: str) -> None:
        self.drawn: set[int] = set()
        self.spoken: set[int] = set()
        self.line = Line(web, {"screen": "board", "office": office, "board": board}, self._show)

    def _show(self, text: str) -> None:
        picture = json.loads(text)
        speaks = bool(picture["speaker"])
        known = self.spoken if speaks else self.drawn
        new = [call["id"] for call in picture["calls"] if call["id"] not in known]
        if new:
            self.drawn.update(new)
            if speaks:
                self.spoken.update(new)
            self.line.say("shown", {"calls": [{"id": i, "drawn": True, "spoken": speaks} for i in new]})

    async def live(self) -> None:
        while True:
            self.line.say("alive", {"sound": "running"})
            await asyncio.sleep(1.0)


@dataclass
class Cast:
    """The screens of one replay; ``webs`` are the connections that visitors share."""

    base: str
    place: place.Place
    officers: dict[str, Line] = field(default_factory=dict)
    boards: list[Board] = field(default_factory=list)
    phones: dict[int, Line] = field(default_factory=dict)
    most_phones: int = 0
    followed: int = 0
    _webs: asyncio.Queue[Web] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def issue(self, service: str, priority: bool, key: str) -> Message:
        """A number at the kiosk; the ticket."""
        answer = await self._post(f"/office/{self.place.key}/tickets", {
            "key": key, "service": service, "priority": priority, "language": "id"})
        ticket: Message = answer["ticket"]
        return ticket

    async def cancel(self, secret: str) -> None:
        """The visitor gives the number back on the ticket's own page."""
        await self._post(f"/t/{secret}/cancel", {})

    async def _post(self, path: str, message: Message) -> Message:
        web = await self._webs.get()
        try:
            return await web.post(path, message)
        finally:
            self._webs.put_nowait(web)

    def follow(self, step: int, secret: str) -> None:
        """A phone opens the page of this ticket, if not enough phones are there already."""
        if len(self.phones) < self.most_phones:
            phone = Line(Web(self.base), {"screen": "visitor", "ticket": secret})
            self.phones[step] = phone
            self.followed += 1
            self._spawn(phone.open())

    def ended(self, step: int) -> None:
        """The ticket's phone, if it has one, is put away a little later."""
        phone = self.phones.pop(step, None)
        if phone is not None:
            self._spawn(_put_away(phone))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(_note_failure)
        task.add_done_callback(self._tasks.discard)

    async def enter(self, counters: Sequence[str], boards: int, phones: int) -> None:
        """Everybody comes in: signed in, paired, connected and seated."""
        supervisor = await signed_in(self.base, self.place.key, self.place.supervisor, self.place.password)
        kiosk = await paired(self.base, self.place.key, supervisor, "kiosk")
        for _ in range(AT_ONCE):
            self._webs.put_nowait(Web(self.base, kiosk.cookies))
        for name, counter in zip(self.place.officers, counters, strict=True):
            web = await signed_in(self.base, self.place.key, name, self.place.password)
            line = await Line(web, {"screen": "counter", "office": self.place.key}).open()
            await line.press("sit", counter=counter)
            self.officers[counter] = line
        for n in range(1, boards + 1):
            device = await paired(self.base, self.place.key, supervisor, "board", f"b{n}")
            board = Board(device, self.place.key, f"b{n}")
            await board.line.open()
            self.boards.append(board)
            self._spawn(board.live())
        self.most_phones = phones

    async def leave(self) -> None:
        """The officers leave their counters, everybody disconnects."""
        for line in self.officers.values():
            with suppress(Refusal, TimeoutError):
                await line.press("leave", becomes="finish")
        for line in (*self.officers.values(), *(b.line for b in self.boards), *self.phones.values()):
            await line.close()
        for task in self._tasks:
            task.cancel()
        while not self._webs.empty():
            await self._webs.get_nowait().close()


async def signed_in(base: str, office: str, name: str, password: str) -> Web:
    """A person's browser after signing in; raises Refusal."""
    web = Web(base)
    deadline = time.monotonic() + NOTICED_S
    while True:
        try:
            await web.post("/sign-in", {"office": office, "name": name, "password": password})
            return web
        except Refusal as refusal:  # the server may need a second to notice a new office
            if refusal.code not in ("no_such_office", "wrong_sign_in") or time.monotonic() > deadline:
                raise
            await asyncio.sleep(1.0)


async def paired(base: str, office: str, supervisor: Web, screen: str, board: str = "") -> Web:
    """A device as it comes in: it shows its code and the supervisor pairs it, unless it is paired at once."""
    web = Web(base)
    hello = {"screen": screen, "office": office, "board": board}
    answer = await web.post("/hello", hello)
    if not answer["paired"]:
        await supervisor.post("/press", {
            "act": "pair", "office": office, "code": answer["code"], "name": board or screen,
            "key": secrets.token_hex(16)})
        answer = await web.post("/hello", hello)
    if not answer["paired"]:
        raise Refusal({"refused": "not_paired"})
    return web


async def _put_away(phone: Line) -> None:
    await asyncio.sleep(2.0)
    await phone.close()


def _note_failure(task: asyncio.Task[Any]) -> None:
    """A phone that could not connect is a phone less; the boards' and officers' lines come back by themselves."""
    if not task.cancelled():
        task.exception()
