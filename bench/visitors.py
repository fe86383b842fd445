"""Everybody of a visiting day as programs: phones, a kiosk, officers at counters, whoever runs the rooms, an escort.

They know nothing but the public interface, and of the time only the office's clock (``bench/swift.py``).
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.swift import Clock
from queue_server.client import Message, Refusal
from queue_server.crowd import Line, Web
from queue_server.replay.cast import Board, paired, signed_in
from queue_server.replay.place import Place

VISIT, SEARCH, MEETING, VIDEO = "kunjungan", "penggeledahan", "pertemuan", "video"
#: Seconds from a call to a counter, and to a table or unit.
WALK_S, WALK_TO_ROOM_S = 12.0, 60.0
#: An inmate comes so long after being sent for, seconds.
FETCHED_S = (180.0, 540.0)
#: What may become of a press because somebody else was quicker, or nobody is there yet.
LATER = frozenset({"nobody_waiting", "no_free_unit", "nobody_fits", "double_press", "changed"})


@dataclass
class Party:
    """Who comes, when (UTC ms) and how; and what became of them."""

    n: int
    service: str
    session: str                 # of the reservation; "": they come without one
    arrives: int
    people: int
    desk_s: float
    search_s: float
    stays: float                 # of the time at a table or unit: 1 to its end, more: with an extension
    misses: bool = False         # does not hear the first call
    never: bool = False          # has gone home before the call
    twice: bool = False          # shows the code a second time
    secret: str = ""
    code: str = ""
    label: str = ""
    told: list[str] = field(default_factory=list)    # refusals, in order
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def identity(self) -> str:
        return f"317101230180{self.n:04d}"

    @property
    def register(self) -> str:
        return f"B{self.n:04d}"


class House:
    """The screens of the day; what happens at them goes on until ``close``."""

    def __init__(self, base: str, place: Place, clock: Clock, day: str, parties: list[Party]) -> None:
        self.base, self.place, self.clock, self.day, self.parties = base, place, clock, day, parties
        self.by_label: dict[str, Party] = {}
        self.kiosks: asyncio.Queue[Web] = asyncio.Queue()
        self.lines: list[Line] = []
        self.crew: list[asyncio.Task[None]] = []
        self.problem: BaseException | None = None
        self.rng = random.Random(7)

    # --- from home -----------------------------------------------------------------------------------

    def phone(self, party: Party) -> Web:
        """Each phone has an address of its own, as the proxy before a public server says."""
        return Web(self.base, address=f"10.{party.n >> 8}.{party.n & 255}.7")

    async def book(self, party: Party) -> None:
        """Reserves, or is told why not."""
        web = self.phone(party)
        try:
            answer = await web.post(f"/office/{self.place.key}/reservations", {
                "key": secrets.token_hex(16), "service": party.service, "day": self.day, "session": party.session,
                "register": party.register, "name": f"Pengunjung {party.n}", "identity": party.identity,
                "party": {"men": 1, "women": party.people - 1, "children": 0}})
            party.secret, party.code = answer["reservation"]["secret"], answer["reservation"]["code"]
        except Refusal as no:
            party.told.append(no.code)
        finally:
            await web.close()

    async def give_back(self, party: Party) -> None:
        web = self.phone(party)
        await web.post(f"/r/{party.secret}/cancel", {"key": secrets.token_hex(16)})
        await web.close()
        party.secret = party.code = ""
        party.told.append("gave_back")

    # --- at the door ---------------------------------------------------------------------------------

    async def comes(self, party: Party) -> None:
        """Reservation or not, they come, and get a number or are told why not."""
        await self.clock.until(party.arrives)
        if party.code:
            await self._check_in(party)
        if not party.label:
            await self._take(party)
        if not party.label:
            party.ended.set()

    async def _check_in(self, party: Party) -> None:
        path = f"/office/{self.place.key}/check-in"
        while not party.label:
            try:
                self._has(party, await self._at_kiosk(path, {"code": party.code}))
            except Refusal as no:
                party.told.append(no.code)
                if no.code != "too_early":
                    return
                await self.clock.passes(60 * no.facts["minutes"] + 1)
        if party.twice:
            with suppress(Refusal):
                await self._at_kiosk(path, {"code": party.code})
                party.told.append("a second number")

    async def _take(self, party: Party) -> None:
        try:
            self._has(party, await self._at_kiosk(f"/office/{self.place.key}/tickets", {
                "service": party.service, "priority": False, "language": "id"}))
        except Refusal as no:
            party.told.append(no.code)

    async def _at_kiosk(self, path: str, message: Message) -> Message:
        kiosk = await self.kiosks.get()
        try:
            return await kiosk.post(path, {"key": secrets.token_hex(16), "printer": "none", **message})
        finally:
            self.kiosks.put_nowait(kiosk)

    def _has(self, party: Party, answer: Message) -> None:
        party.label = answer["ticket"]["label"]
        self.by_label[party.label] = party

    # --- those who work here -------------------------------------------------------------------------

    async def opens(self, counters: dict[str, list[str]], boards: list[str]) -> None:
        """Everybody signs in. ``counters``: service -> its counters."""
        names = iter(self.place.officers)
        supervisor = await signed_in(self.base, self.place.key, self.place.supervisor, self.place.password)
        kiosk = await paired(self.base, self.place.key, supervisor, "kiosk")
        for _ in range(4):
            self.kiosks.put_nowait(Web(self.base, kiosk.cookies))
        for key in boards:
            board = Board(await paired(self.base, self.place.key, supervisor, "board", key), self.place.key, key)
            self.lines.append(await board.line.open())
            self._goes_on(board.live())
        for service, keys in counters.items():
            for key in keys:
                self._goes_on(self._at_counter(await self._console(next(names)), key, service))
        self._goes_on(self._runs(await self._console(next(names), "besuk"), "besuk"))
        self._goes_on(self._escorts(await self._console(next(names), "besuk")))
        self._goes_on(self._runs(await self._console(next(names), "video"), "video"))

    async def _console(self, name: str, room: str = "") -> Line:
        web = await signed_in(self.base, self.place.key, name, self.place.password)
        screen = {"screen": "room", "room": room} if room else {"screen": "counter"}
        line = await Line(web, {**screen, "office": self.place.key}).open()
        self.lines.append(line)
        return line

    def _goes_on(self, work: Awaitable[None]) -> None:
        """A fault of one of them is a fault of the day."""
        async def guarded() -> None:
            try:
                await work
            except Exception as problem:
                self.problem = self.problem or problem
                for party in self.parties:
                    party.ended.set()

        self.crew.append(asyncio.ensure_future(guarded()))

    async def close(self) -> None:
        for task in self.crew:
            task.cancel()
        await asyncio.gather(*self.crew, return_exceptions=True)
        for line in self.lines:
            await line.close()
        while not self.kiosks.empty():
            await self.kiosks.get_nowait().close()

    async def _party(self, label: str) -> Party:
        """The officer may be quicker than the kiosk's answer."""
        while label not in self.by_label:
            await asyncio.sleep(0.002)
        return self.by_label[label]

    async def _press(self, line: Line, act: str, **args: Any) -> Message | None:
        """The answer; None: not now."""
        try:
            return await line.press(act, **args)
        except Refusal as no:
            if no.code not in LATER:
                raise
            return None

    async def _somebody(self, line: Line, what: Callable[[Message], Any]) -> None:
        with suppress(TimeoutError):
            await line.wait_for(what, timeout=2)
        await asyncio.sleep(0.01)

    async def _at_counter(self, line: Line, counter: str, service: str) -> None:
        await line.press("sit", counter=counter)
        while True:
            called = await self._press(line, "call_next")
            if called is None:
                await self._somebody(line, lambda p: p["waiting"]["total"])
                continue
            party = await self._party(called["label"])
            if service == VISIT and (party.misses or party.never):
                await self._missed(line, party)
                continue
            await self.clock.passes(WALK_S)
            await line.press("start")
            await self.clock.passes(party.desk_s if service == VISIT else party.search_s)
            await line.press("finish")

    async def _missed(self, line: Line, party: Party) -> None:
        """Nobody comes: they get their turn again after some others, or have gone."""
        await self.clock.passes(40)
        if party.misses:
            party.misses = False
            await line.press("skip")
            return
        await line.press("recall")
        while True:
            await self.clock.passes(30)
            try:
                await line.press("no_show")
                party.ended.set()
                return
            except Refusal as no:
                if no.code == "reason_needed_no_board":
                    await line.press("no_show", reason="called_aloud")
                    party.ended.set()
                    return
                if no.code != "no_show_calls":
                    raise

    # --- rooms ---------------------------------------------------------------------------------------

    async def _runs(self, line: Line, room: str) -> None:
        """Calls whoever fits to the tables, one after the other to the video units; once a unit is out of order."""
        await line.press("open_room", room=room)
        self._goes_on(self._breaks(line))
        while True:
            await self._somebody(line, lambda p: p["waiting"]["total"] and p["free"])
            picture = line.picture()
            if not (picture["waiting"]["total"] and picture["free"]):
                continue
            done = await self._press(line, "call_batch" if room == "besuk" else "room_call", room=room)
            for called in [] if done is None else done.get("called", [done]):
                self._goes_on(self._at_unit(line, room, called))

    async def _breaks(self, line: Line) -> None:
        """The first unit that is free once some have been is switched off, and on again later."""
        await line.wait_for(lambda p: any(unit["label"] for unit in p["units"]), timeout=3_600)
        while True:
            free = [u["key"] for u in line.picture()["units"] if u["state"] == "free" and not u["spare"]]
            try:
                if free:
                    await line.press("unit_off", unit=free[0], reason="broken")
                    break
            except Refusal as no:
                if no.code != "unit_taken":
                    raise
            await self.clock.passes(30)
        await self.clock.passes(1_200)
        await line.press("unit_on", unit=free[0])

    async def _at_unit(self, line: Line, room: str, called: Message) -> None:
        party, step, minutes = await self._party(called["label"]), called["step"], line.picture()["room"]["minutes"]
        await self.clock.passes(WALK_TO_ROOM_S * self.rng.uniform(0.5, 1.5))
        await line.press("room_start", step=step)
        if party.stays > 1:
            await line.press("extend", step=step, minutes=5, reason="nobody_waits")
        await self.clock.passes(60 * minutes * party.stays)
        if room == "besuk" or party.stays < 0.95:
            await line.press("room_end", step=step)
        else:  # the clock ends it
            await line.wait_for(lambda p: all(u["label"] != party.label for u in p["units"]), timeout=60)
        party.ended.set()

    async def _escorts(self, line: Line) -> None:
        """Fetches whoever is to be visited."""
        fetched: set[int] = set()

        def sent_for(picture: Message) -> list[Message]:
            return [a for a in picture["awaited"] if a["other_at"] is None and a["ticket"] not in fetched]

        while True:
            await self._somebody(line, sent_for)
            for one in sent_for(line.picture()):
                fetched.add(one["ticket"])
                self._goes_on(self._fetches(line, one))

    async def _fetches(self, line: Line, one: Message) -> None:
        await self.clock.until(one["asked_at"] + round(1000 * self.rng.uniform(*FETCHED_S)))
        await line.press("other_ready", ticket=one["ticket"], service=MEETING)
