"""``python -m bench.visiting``: a visiting day of 400 parties, from the reservation at home to the end of the visit.

The evening before, phones press for 120 places in each of two sessions, and more of them than there are places. In
the morning they check in at a kiosk, others take one of 40 numbers without a reservation, others come for a video
call; four counters, four places for the search, twelve tables, eight units. The server is a real one on a clock that
runs faster (``bench/swift.py``); between evening and morning it is stopped and started. Afterwards the log alone says
whether the day was in order. The office: ``offices/besuk.toml``.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from bench.bars import Found, good, load, say
from bench.house import Process, free_port
from bench.swift import Clock
from bench.visiting_log import Told, read
from bench.visitors import SEARCH, VIDEO, VISIT, House, Party
from queue_server import config, office_file
from queue_server import tables as t
from queue_server.commands.custody import import_people
from queue_server.domain import hours
from queue_server.domain.chain import Event, check
from queue_server.domain.custody import Inmate
from queue_server.domain.office import Office, Span, Week
from queue_server.domain.verify import check_calls
from queue_server.moment import wall_ms
from queue_server.replay.place import Place, set_up
from queue_server.shell import Session
from queue_server.store.chain_events import stored
from queue_server.store.reports import Entry, Filters, Reader

FILE = Path(__file__).resolve().parents[1] / "offices" / "besuk.toml"
OFFICERS = 11
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Plan:
    """How many come in each session, and who is refused because there are more of them; minutes are the office's."""

    online: int = 120
    walk_in: int = 40
    video: int = 40
    more: int = 6                # who press for a place, or ask for a number, when all are taken
    minutes: int = 15
    spans: tuple[Span, Span] = (Span(480, 690), Span(750, 960))
    issue_from: int = 450
    late_min: int = 150

    @property
    def parties(self) -> int:
        return 2 * (self.online + self.walk_in + self.video)


WHOLE = Plan()
#: The same in little, for a test: 40 parties, sessions of half an hour, visits of four minutes.
LITTLE = Plan(12, 4, 4, 2, 4, (Span(480, 510), Span(520, 550)), 465, 20)


@dataclass
class Day:
    """What was found, and what it rests on."""

    told: Told
    found: list[Found]
    parties: list[Party]
    events: list[Event]
    entries: list[Entry]


def office_of(plan: Plan) -> Office:
    """The file's office with the plan's sessions, quotas and times."""
    office = office_file.read(FILE.read_text(encoding="utf-8"), FILE.name)
    visit = office.service(VISIT)
    assert visit.booking is not None
    sessions = tuple(
        replace(s, time=span, online=plan.online, walk_in=plan.walk_in)
        for s, span in zip(visit.sessions, plan.spans, strict=True))
    visit = replace(visit, sessions=sessions, booking=replace(visit.booking, late_min=plan.late_min))
    video = office.service(VIDEO)
    video = replace(video, quota=replace(video.quota, total=plan.video))
    services = tuple({VISIT: visit, VIDEO: video}.get(s.key, s) for s in office.services)
    week = Week(tuple(plan.spans if any(day) else () for day in map(tuple, office.week.days)))
    rooms = tuple(replace(r, minutes=plan.minutes, warn_min=min(r.warn_min, plan.minutes - 1)) for r in office.rooms)
    last = min(office.last_ticket_min, (plan.spans[0].end - plan.spans[0].start) // 5)
    return replace(office, services=services, week=week, rooms=rooms, issue_from=plan.issue_from, last_ticket_min=last)


def parties_of(plan: Plan, office: Office, day: str, seed: int = 3) -> list[Party]:
    """Who comes: those with a reservation over the first hours of their session, the others as they like."""
    rng, found = random.Random(seed), list[Party]()

    def party(service: str, session: str, at: float) -> Party:
        online = bool(session)
        made = Party(
            len(found) + 1, service, session, hours.instant(office, day, 0) + round(at * MINUTE_MS),
            rng.choice((1, 2, 2, 3, 3, 4, 5)), rng.lognormvariate(4.2 if online else 5.3, 0.25),
            rng.lognormvariate(4.8, 0.25), rng.choice((0.7, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.2)))
        found.append(made)
        return made

    for session, span in zip(office.service(VISIT).sessions, plan.spans, strict=True):
        length, opens = span.end - span.start, max(plan.issue_from, span.start - 30)
        closes = span.end - office.last_ticket_min - 1
        for n in range(plan.online + plan.more):
            made = party(VISIT, session.key, rng.uniform(span.start - 29, span.start + 0.8 * plan.late_min))
            if n % 40 == 5:
                made.arrives -= 25 * MINUTE_MS              # some too early, one too late, some a second time
            made.twice, made.misses = n % 30 == 7, n % 25 == 9
            if n == 3:
                made.arrives = hours.instant(office, day, span.start + plan.late_min) + MINUTE_MS
        for n in range(plan.walk_in + plan.more):
            opened = opens if session.key == "pagi" else span.start
            made = party(VISIT, "", rng.uniform(opened, min(closes, span.start + 0.7 * length)))
            made.never = n == 1
        for _ in range(plan.video + plan.more):
            party(VIDEO, "", rng.uniform(span.start, span.start + 0.55 * length))
    return found


# --- the server ------------------------------------------------------------------------------------------


class Server:
    """The same data in the evening and in the morning; each time a process on the office's clock of then."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def at(self, clock: Clock) -> Process:
        port = free_port()
        return Process(
            [sys.executable, "-m", "bench.swift", *clock.words(), "serve", "--demo", "--data", str(self.data),
             "--host", "127.0.0.1", "--port", str(port)], port, "/readyz", {"QUEUE_PROXIES": "1"})


def prepared(data: Path, plan: Plan) -> tuple[Place, Office, str]:
    """The office in force with its people and its registry; and the next Monday that is not today or tomorrow."""
    session, office = Session(config.read(None, {"QUEUE_DATA": str(data)})), office_of(plan)
    try:
        place = set_up(session, office, OFFICERS)
        session.press(office.key, "import_people", import_people, people=[
            Inmate(f"B{n:04d}", "narapidana", "B") for n in range(1, 1_000)])
    finally:
        session.close()
    today = date.fromisoformat(hours.office_day(office, wall_ms()))
    ahead = 2 + (-(today.weekday() + 2)) % 7
    return place, office, (today + timedelta(days=ahead)).isoformat()


async def evening(house: House, plan: Plan) -> list[float]:
    """Everybody presses for a place; some give theirs back, and who got none tries again. Seconds of each press."""
    house.clock.begin()
    took: list[float] = []
    turn = asyncio.Semaphore(60)

    async def press(party: Party) -> None:
        async with turn:
            begun = time.perf_counter()
            await house.book(party)
            took.append(time.perf_counter() - begun)

    wanting = [p for p in house.parties if p.session]
    random.Random(5).shuffle(wanting)
    await asyncio.gather(*(press(p) for p in wanting))
    for session in {p.session for p in wanting}:
        mine = [p for p in wanting if p.session == session]
        for giver, taker in zip([p for p in mine if p.code][-2:], [p for p in mine if not p.code][:2], strict=True):
            await house.give_back(giver)
            await press(taker)
    for party in wanting:
        if not party.code:
            party.ended.set()                               # they stay at home
    return took


async def visiting(house: House, office: Office, progress: bool) -> None:
    """From the opening to the last one's end."""
    counters = {key: [c.key for c in office.counters if c.services == (key,)] for key in (VISIT, SEARCH)}
    await house.opens(counters, [b.key for b in office.boards])
    house.clock.begin()
    coming = [p for p in house.parties if p.code or not p.session]
    showing = asyncio.ensure_future(_shown(house, office)) if progress else None
    try:
        await asyncio.gather(*(house.comes(p) for p in coming))
        await asyncio.gather(*(p.ended.wait() for p in coming))
    finally:
        if showing is not None:
            showing.cancel()
        await house.close()
    if house.problem is not None:
        raise house.problem


async def settled(data: Path) -> None:
    """Until the server has ended every reservation that nobody came with. It looks every two seconds of the machine's,
    which at a fast clock is a quarter of an hour of the office's: the last one may have gone home before.
    """
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    try:
        async with asyncio.timeout(60):
            while True:
                with session.database.read() as c:
                    if not c.execute(select(t.reservation.c.id).where(t.reservation.c.state == "booked")).first():
                        return
                await asyncio.sleep(0.2)
    finally:
        session.close()


async def _shown(house: House, office: Office) -> None:
    while True:
        await asyncio.sleep(10)
        minute = hours.local_minutes(office, house.clock.now())
        inside = sum(bool(p.label) and not p.ended.is_set() for p in house.parties)
        done = sum(bool(p.label) and p.ended.is_set() for p in house.parties)
        print(f"  {hours.hhmm(minute)}  {done} done, {inside} in the house", flush=True)


def play(plan: Plan, speed: float, progress: bool = False) -> Day:
    """The whole of it in a folder of its own, which is removed again."""
    data = Path(tempfile.mkdtemp(prefix="queue-visiting-"))
    try:
        return asyncio.run(_play(data, plan, speed, progress))
    finally:
        shutil.rmtree(data, ignore_errors=True)


async def _play(data: Path, plan: Plan, speed: float, progress: bool) -> Day:
    place, office, day = prepared(data, plan)
    server, parties = Server(data), parties_of(plan, office, day)
    before = hours.instant(office, day, 0) - 12 * 60 * MINUTE_MS
    clock = Clock(data / "evening", before, min(speed, 60))  # nothing happens in the evening but presses
    with server.at(clock) as running:
        took = await evening(House(running.base, place, clock, day, parties), plan)
    begins = hours.instant(office, day, plan.issue_from) - 40 * MINUTE_MS
    clock = Clock(data / "morning", begins, speed)
    with server.at(clock) as running:
        await visiting(House(running.base, place, clock, day, parties), office, progress)
        await settled(data)
    return judged(data, office, day, parties, plan, took)


# --- what came of it -------------------------------------------------------------------------------------


def judged(data: Path, office: Office, day: str, parties: list[Party], plan: Plan, took: list[float]) -> Day:
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    try:
        with session.database.read() as c:
            events = list(stored(c, 1, office.key))
            entries = [e for chunk in Reader(c, 1).all(Filters(day, day)) for e in chunk]
    finally:
        session.close()
    told = read(events, office, day)
    told.problems += [f"{p.code} at {p.seq}" for p in (*check(events), *check_calls(events))]
    told.problems += [f"party {p.n} with {p.label} was not served" for p in parties if p.label and not p.ended.is_set()]
    return Day(told, figures(told, entries, parties, plan, took), parties, events, entries)


def figures(told: Told, entries: list[Entry], parties: list[Party], plan: Plan, took: list[float]) -> list[Found]:
    issued = sum(bool(p.label) for p in parties)
    desk = [e for e in entries if e.service == VISIT and e.channel == "online" and e.outcome == "next_stage"]
    stage = [(e.wait + e.walk + e.serve) / MINUTE_MS for e in desk]
    stated = desk[0].stated.service_min if desk else None
    waits = [e.wait / MINUTE_MS for e in desk]
    kept = [e for e in desk if e.verdict.wait.on_time]
    reasons = ", ".join(f"{why} {n}" for why, n in sorted(told.reasons.items()))
    return [
        Found("what the log says is wrong", len(told.problems), bar=0, beside="; ".join(told.problems[:5])),
        Found("numbers given, of so many parties", issued, bar=plan.parties, least=True,
              beside=f"fates: {dict(told.fates)}"),
        Found("places from home held at once, most of a session", max(told.held.values()), bar=plan.online),
        Found("answers to a press for a place, the last", max(took), " s", beside=f"of {len(took)} within moments"),
        Found("registration with a reservation, median from arrival to the end", statistics.median(stage), " min",
              stated, beside=f"wait {statistics.median(waits):.2f} min; in time {len(kept)} of {len(desk)}"),
        Found("tables in use at once, at most", told.most_at_once["besuk"], bar=12, beside=f"batches: {told.batches}"),
        Found("video units in use at once, at most", told.most_at_once["video"], bar=8),
        Found("calls out of the plain order", sum(told.reasons.values()), beside=reasons),
    ]


def refusals(parties: list[Party]) -> dict[str, Counter[str]]:
    """What people were told instead of what they wanted, by how they came."""
    found: dict[str, Counter[str]] = {}
    for party in parties:
        kind = party.service if not party.session else f"{party.service} ({party.session})"
        found.setdefault(kind, Counter()).update(party.told)
    return {kind: codes for kind, codes in found.items() if codes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=100.0, help="so many times faster than a real day")
    parser.add_argument("--little", action="store_true", help="40 parties instead of 400")
    args = parser.parse_args()
    plan = LITTLE if args.little else WHOLE
    print(f"{plan.parties} parties at {args.speed:g} times the speed; {load()}", flush=True)
    day = play(plan, args.speed, progress=True)
    for one in day.found:
        say(one)
    for kind, codes in refusals(day.parties).items():
        print(f"  {kind} were told: " + ", ".join(f"{code} {n}" for code, n in codes.most_common()))
    for problem in day.told.problems:
        print(f"  ! {problem}")
    return 0 if good(day.found) else 1


if __name__ == "__main__":
    sys.exit(main())
