"""A busy morning in a demo office, played through the public interface until somebody ends it.

Visitors come to the kiosk and on their phones; officers call, call again, serve, set aside, send on and skip.
Times are shortened: a service that takes ten minutes in life takes half a minute here.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from ..client import Message, Refusal
from ..crowd import Line, Web
from ..domain.office import Counter, Office
from .cast import paired, signed_in

SERVE_S = 30.0
WALK_S = 4.0
#: Slightly more come than can be served, so that there is a queue to look at; never more than wait in a small hall.
PRESSURE = 1.15
MOST_WAITING = 25
#: The first visitors come at once: a newcomer should see boards calling within a minute.
FIRST = 6
FIRST_S = 1.0
#: An officer presses at human speed: never twice within the time in which a press counts as a trembling finger.
BREATH_S = 1.0
#: A server that does not answer at the end is left alone after so long.
TIDY_S = 5.0
ONLINE = 0.2
PRIORITY = 0.15


@dataclass
class Account:
    """Somebody of the demo's own who may sign in."""

    name: str
    password: str


@dataclass
class Morning:
    """One demo office; ``say`` is told once what deserves a line."""

    base: str
    office: Office
    officers: list[Account]
    supervisor: Account
    say: Callable[[str], None]
    chance: random.Random = field(default_factory=random.Random)
    tickets: dict[int, str] = field(default_factory=dict)  # step -> secret, of numbers that are still out
    phones: dict[int, Line] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)
    calls: int = 0
    device: int = 0                # the demo's own kiosk
    standing: Line | None = None   # and its line

    async def play(self) -> None:
        """Until it is cancelled; then the counters are left tidy."""
        helper = await signed_in(self.base, self.office.key, self.supervisor.name, self.supervisor.password)
        kiosk = await paired(self.base, self.office.key, helper, "kiosk")
        seats: dict[str, Line] = {}
        try:
            # Connected like any kiosk: the list of devices says that it is on, and a later one takes its place.
            await self._connect(kiosk)
            for account, counter in zip(self.officers, staffed(self.office), strict=False):
                web = await signed_in(self.base, self.office.key, account.name, account.password)
                line = await Line(web, {"screen": "counter", "office": self.office.key}).open()
                try:
                    await line.press("sit", counter=counter.key)
                    seats[counter.key] = line
                except Refusal:  # somebody who tries the demo sits there: theirs
                    await line.close()
            if not seats:
                self.say(f"{self.office.name}: every counter is taken, nobody of the demo could sit down")
                return
            async with asyncio.TaskGroup() as group:
                group.create_task(self._visitors(kiosk, tuple(seats)))
                for key, line in seats.items():
                    group.create_task(self._officer(self.office.counter(key), line))
        finally:
            await asyncio.shield(self._tidy(seats, helper))

    async def _connect(self, kiosk: Web) -> None:
        self.device = (await kiosk.post("/hello", {"screen": "kiosk", "office": self.office.key}))["device"]
        self.standing = await Line(kiosk, {"screen": "kiosk", "office": self.office.key}).open()

    async def _tidy(self, seats: dict[str, Line], helper: Web) -> None:
        """Who is at a counter is finished, the demo's waiting numbers are given back, the officers leave, and the
        kiosk is taken away."""
        await asyncio.gather(*(_leave(line) for line in seats.values()))
        if self.standing is not None:
            await self.standing.close()
            with suppress(Refusal, OSError, asyncio.IncompleteReadError, TimeoutError):
                await helper.post("/press", {
                    "act": "revoke", "office": self.office.key, "device": self.device, "reason": "test",
                    "key": secrets.token_hex(16)})
        visitor = Web(self.base)
        for secret in list(self.tickets.values()):
            with suppress(Refusal, OSError, asyncio.IncompleteReadError):
                await visitor.post(f"/t/{secret}/cancel")
        for phone in self.phones.values():
            await phone.close()

    # --- visitors -------------------------------------------------------------------------------

    async def _visitors(self, kiosk: Web, counters: tuple[str, ...]) -> None:
        wanted = {s for key in counters for s in self.office.counter(key).services} - self.office.stage_keys
        mean = (SERVE_S + WALK_S) / len(counters) / PRESSURE
        count = 0
        while True:
            services = [s.key for s in self.office.services if s.key in wanted - self.full]
            if not services:
                self.say(f"{self.office.name}: today's numbers are all given out; those who wait are served")
                return
            if len(self.tickets) < MOST_WAITING + len(counters):
                await self._take(kiosk, self._weighted(services, counters))
                count += 1
            await asyncio.sleep(FIRST_S if count < FIRST else self.chance.expovariate(1 / mean))

    def _weighted(self, services: list[str], counters: tuple[str, ...]) -> str:
        """Visitors come in proportion to the counters that serve them."""
        weights = [sum(s in self.office.counter(c).services for c in counters) for s in services]
        return self.chance.choices(services, weights)[0]

    async def _take(self, kiosk: Web, service: str) -> None:
        online = self.chance.random() < ONLINE and self.office.service(service).remote and self.office.remote_numbers
        web = Web(self.base) if online else kiosk
        try:
            answer = await web.post(f"/office/{self.office.key}/tickets", {
                "key": secrets.token_hex(16), "service": service, "priority": self.chance.random() < PRIORITY,
                "language": "id"})
        except Refusal as refusal:
            if refusal.code in ("quota_full", "closed", "after_cutoff", "holiday"):
                self.full.add(service)
            return
        except (OSError, asyncio.IncompleteReadError, TimeoutError):  # the server is being restarted
            await asyncio.sleep(BREATH_S)
            return
        finally:
            if online:
                await web.close()
        ticket = answer["ticket"]
        self.tickets[ticket["step"]] = ticket["secret"]
        if online:
            phone = Line(Web(self.base), {"screen": "visitor", "ticket": ticket["secret"]})
            with suppress(Refusal, TimeoutError):
                self.phones[ticket["step"]] = await phone.open()

    # --- officers -------------------------------------------------------------------------------

    async def _officer(self, counter: Counter, line: Line) -> None:
        parked: dict[int, float] = {}
        await asyncio.sleep(self.chance.uniform(0, 3))
        while True:
            try:
                await self._next_act(counter, line, parked)
            except (Refusal, TimeoutError):
                await asyncio.sleep(2 * BREATH_S)

    async def _next_act(self, counter: Counter, line: Line, parked: dict[int, float]) -> None:
        now = asyncio.get_running_loop().time()
        due = [step for step, at in parked.items() if at < now]
        remote = line.picture().get("remote", [])
        if due:
            parked.pop(due[0])
            await line.press("bring_back", step=due[0])
            await asyncio.sleep(BREATH_S)
        elif remote and self.chance.random() < 0.3:  # a phone's holder has come to the door
            await line.press("arrived", step=remote[0]["step"])
            await asyncio.sleep(BREATH_S)
        try:
            called = await line.press("call_next")
        except Refusal as refusal:
            if refusal.code == "visitor_here":  # from a morning that ended in the middle
                await self._end(line)
            elif refusal.code != "nobody_waiting":
                raise
            await asyncio.sleep(self.chance.uniform(2, 4))
            return
        self.calls += 1
        await self._attend(counter, line, called, parked)

    async def _end(self, line: Line) -> None:
        """Sees to it that whoever still stands at the counter is served and goes."""
        with suppress(Refusal):
            await line.press("start")
            await self._pause(SERVE_S)
        await line.press("finish", outcome="served")

    async def _attend(self, counter: Counter, line: Line, called: Message, parked: dict[int, float]) -> None:
        """One visitor from the call to the end, mostly in the ordinary way."""
        step, luck = called["step"], self.chance.random()
        await self._pause(WALK_S)
        if luck < 0.08:  # nobody comes: called again, and then back in line after some others
            await asyncio.sleep(self.office.rules.recall_spacing_s)
            with suppress(Refusal):
                await line.press("recall")
            await self._pause(2 * WALK_S)
            if luck < 0.05:
                await line.press("skip")
                return
        await line.press("start")
        await self._pause(SERVE_S)
        others = [
            s.key for s in self.office.services
            if s.key != called.get("service") and s.key not in self.office.stage_keys and self._reachable(s.key)]
        if luck > 0.95:
            await line.press("park", reason="papers_missing")
            parked[step] = asyncio.get_running_loop().time() + 3 * SERVE_S
        elif luck > 0.90 and others:
            self._goes_on(step, await line.press("transfer", service=self.chance.choice(others)))
        else:
            done = await line.press("finish", outcome="served")
            if "stage" in done:
                self._goes_on(step, done)
            else:
                await self._gone(step)
        await asyncio.sleep(self.chance.uniform(BREATH_S, 3 * BREATH_S))

    def _reachable(self, service: str) -> bool:
        return any(service in counter.services for counter in staffed(self.office)) and service not in self.full

    async def _pause(self, mean: float) -> None:
        await asyncio.sleep(max(BREATH_S, self.chance.gauss(mean, mean / 3)))

    def _goes_on(self, step: int, moved: Message) -> None:
        """The same number waits somewhere else."""
        secret = self.tickets.pop(step, None)
        if secret is not None:
            self.tickets[moved["step"]] = secret

    async def _gone(self, step: int) -> None:
        self.tickets.pop(step, None)
        phone = self.phones.pop(step, None)
        if phone is not None:
            await phone.close()


def seats_of(office: Office) -> list[Counter]:
    """The counters where somebody can sit down: not the units of a room, which its console leads."""
    return [counter for counter in office.counters if office.room_of(counter.key) is None]


def staffed(office: Office) -> list[Counter]:
    """The counters that the demo's officers take: of several that serve the same, one stays free for whoever
    tries the demo, and three are enough."""
    alike: dict[tuple[str, ...], list[Counter]] = defaultdict(list)
    for counter in seats_of(office):
        alike[counter.services].append(counter)
    return list(_chosen(alike.values()))


def _chosen(groups: Iterable[list[Counter]]) -> Iterable[Counter]:
    for group in groups:
        yield from group[: max(1, min(3, len(group) - 1))]


async def _leave(line: Line) -> None:
    """The officer goes; a visitor being served is finished, one only called waits again and is next."""
    current = line.picture().get("current") or {}
    with suppress(Refusal, TimeoutError):
        async with asyncio.timeout(TIDY_S):
            await line.press("leave", becomes="finish" if current.get("state") == "serving" else "waiting")
    await line.close()
