"""Fills a database with ended visits of past days, quickly: ``python -m bench.fill DATA --office KEY --steps N``.

Each day is played in memory with the office's own counters and the real order (``discipline.choose``): a morning rush,
a quiet afternoon, everybody served. Each visit is a ticket, a step, its call and the four events of its life; each day
is opened, closed and sealed. The log verifies like a lived one (``python -m queue_server evidence``). Written straight
into SQLite with the server stopped; nothing else in the project writes like this.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import secrets
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from queue_server import config, opening, tables
from queue_server.database import Database
from queue_server.domain import bundle, chain, discipline, hours, numbering
from queue_server.domain.discipline import Heads, Recent
from queue_server.domain.office import Counter, Office, Service
from queue_server.domain.ticket import Waiting
from queue_server.store import offices, seals

PER_DAY = 2_000
CHUNK = 5_000
OPEN_H = 8
#: Whoever is still there two hours after closing is served in a twentieth of the time: the day ends on its own date.
HURRY = 0.05
LONGEST_MS = 2 * 3_600_000
#: The boot of these days: no machine ran.
BOOT = "filled"
_COLUMNS = {
    "ticket": "id, office_id, day, service, prefix, number, channel, priority, language, secret, place, issuer, "
              "issued_at, issued_tick",
    "step": "id, ticket_id, office_id, day, service, state, version, priority, queued_at, queued_tick, arrived_at, "
            "counter, person_id, since_tick, boot, called_at, started_at, ended_at, first_called_at, calls, automatic, "
            "why, outcome, waited_ms, walked_ms, served_ms, standard_id, last_seq",
    "call": "office_id, seq, day, service, hall, counter, step_id, at, priority, in_mix, advances, state, over_at, "
            "summed",
    "event": "office_id, seq, kind, version, body, at, boot_id, boot_ns, actor, step_id, previous_hash, hash",
    "seal": "office_id, seq, hash, day, reason, at, tick, boot",
    "office_day": "office_id, day, opened_at, closed_at, closed_how",
}
#: The text of ``chain.canonical`` without its checks, which a million bodies of ours do not need.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
Row = tuple[Any, ...]


@dataclass
class Visit:
    """One visitor's stay: instants UTC ms."""

    step: int
    ticket: int
    service: Service
    number: int
    priority: bool
    issued: int
    called: int = 0
    started: int = 0
    why: str = ""
    call_seq: int = 0

    @property
    def durations(self) -> dict[str, int]:
        found = {"waited": self.called - self.issued, "walked": self.started - self.called if self.started else 0}
        return {name: ms for name, ms in found.items() if ms}


@dataclass
class Line:
    """Who waits for a service today, and what its calls were, newest first."""

    ordinary: deque[Waiting] = field(default_factory=deque)
    priority: deque[Waiting] = field(default_factory=deque)
    classes: deque[bool] = field(default_factory=deque)

    def heads(self) -> Heads:
        return Heads(tuple(self.ordinary)[:1], tuple(self.priority)[:1])


class Past:
    """Plays one day after the other, and goes on with the office's chain."""

    def __init__(self, c: sqlite3.Connection, key: str, office: Office, boot: int, proof: dict[str, Any]) -> None:
        self.office, self.key, self.boot, self.chance, self.proof = office, key, boot, random.Random(1), proof
        self.id, self.seq, self.hash = c.execute(
            "SELECT id, head_seq, head_hash FROM office WHERE key = ?", (key,)).fetchone()
        self.ticket, self.step = (
            int(c.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]) for table in ("ticket", "step"))
        self.standards = dict(c.execute(
            "SELECT service, max(id) FROM standard WHERE office_id = ? GROUP BY service", (self.id,)))
        officers = c.execute("SELECT id FROM person WHERE office_id = ? AND role = 'officer' ORDER BY id", (self.id,))
        people = [row[0] for row in officers]
        self.people = {
            desk.key: people[n % len(people)] if people else None for n, desk in enumerate(office.counters)}
        self.rows: dict[str, list[Row]] = {table: [] for table in _COLUMNS}

    def day(self, day: str, visits: int) -> None:
        """A day from its opening to its seal."""
        start = hours.instant(self.office, day, 8 * 60)
        reserves = [
            {"service": s.key, "source": part.source, "first": part.first, "last": part.last}
            for s in self.office.services for part in numbering.parts(s)]
        self._event("day_opened", start, "system", None, {"day": day, "reserves": reserves})
        ended = _Played(self, day, start, visits).play()
        self._event("day_closed", ended, "system", None, {
            "day": day, "automatic": False, "left": 0, "unused_reserve": reserves})
        self._event("sealed", ended, "system", None, {
            "day": day, "reason": "closing", "sealed_seq": self.seq, "sealed_hash": self.hash, "tick": ended,
            **self.proof})
        self.rows["seal"].append((self.id, self.seq, self.hash, day, "closing", ended, ended, 0))
        self.rows["office_day"].append((self.id, day, start, ended, "supervisor"))

    def issue(self, visit: Visit, day: str) -> None:
        self._event("ticket_issued", visit.issued, "device:1", visit.step, {
            "ticket": visit.ticket, "day": day, "service": visit.service.key, "prefix": visit.service.prefix,
            "number": visit.number, "channel": "door", "priority": int(visit.priority),
            "standard": self.standards.get(visit.service.key, 0), "state": "waiting"})

    def at_counter(self, kind: str, at: int, visit: Visit, counter: Counter, more: dict[str, Any]) -> int:
        body = {"ticket": visit.ticket, "counter": counter.key, **more}
        if not body.get("durations", True):
            del body["durations"]
        return self._event(kind, at, f"person:{self.people[counter.key] or 1}", visit.step, body)

    def done(self, visit: Visit, day: str, counter: Counter, ended: int) -> None:
        """The rows of a visit whose last event was the newest."""
        v, service = visit, visit.service
        self.rows["ticket"].append((
            v.ticket, self.id, day, service.key, service.prefix, v.number, "door", int(v.priority), "id",
            secrets.token_urlsafe(16), secrets.token_urlsafe(6), "device:1", v.issued, v.issued))
        self.rows["step"].append((
            v.step, v.ticket, self.id, day, service.key, "done", 4, int(v.priority), v.issued, v.issued, v.issued,
            counter.key, self.people[counter.key], ended, self.boot, v.called, v.started, ended, v.called, 1, 1, v.why,
            "served", v.called - v.issued, v.started - v.called, ended - v.started,
            self.standards.get(service.key, 0), self.seq))
        self.rows["call"].append((
            self.id, v.call_seq, day, service.key, counter.hall, counter.key, v.step, v.called, int(v.priority), 1, 1,
            "over", v.started, 1))

    def _event(self, kind: str, at: int, actor: str, step: int | None, body: dict[str, Any]) -> int:
        self.seq += 1
        text, nanos = _canonical(body), at * 1_000_000
        envelope = chain.Envelope(self.key, self.seq, kind, 1, text, at, BOOT, nanos, actor, step)
        hashed = chain.digest(self.hash, envelope)
        self.rows["event"].append(
            (self.id, self.seq, kind, 1, text, at, BOOT, nanos, actor, step, self.hash, hashed))
        self.hash = hashed
        return self.seq

    def write(self, c: sqlite3.Connection) -> None:
        for table, columns in _COLUMNS.items():
            marks = ", ".join("?" * (columns.count(",") + 1))
            c.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", self.rows[table])
            self.rows[table].clear()
        c.execute("UPDATE office SET head_seq = ?, head_hash = ? WHERE id = ?", (self.seq, self.hash, self.id))


class _Played:
    """One day: arrivals, free counters, and whom the order sends to them."""

    def __init__(self, past: Past, day: str, start: int, visits: int) -> None:
        self.past, self.day_, self.office, self.chance = past, day, past.office, past.chance
        self.lines = {service.key: Line() for service in self.office.services}
        self.idle = list(self.office.counters)
        self.waiting: dict[int, Visit] = {}
        self.todo: list[tuple[int, int, str, Visit, Counter | None]] = []
        self._nth = 0
        self.late = start + (OPEN_H + 2) * 3_600_000
        services = [s for s in self.office.services if any(s.key in c.services for c in self.office.counters)]
        #: As long as the counters of a service can bear when as many come all day as now and then: busy, not hopeless.
        self.mean_ms = {
            s.key: 0.9 * OPEN_H * 3_600_000 * len(services) / max(1, visits) * sum(
                1 / len(c.services) for c in self.office.counters if s.key in c.services) for s in services}
        at = sorted(self._arrival(start) for _ in range(visits))
        number = {s.key: 0 for s in services}
        for nth, issued in enumerate(at):
            service = services[nth % len(services)]
            number[service.key] = numbering.next_number(number[service.key], service)
            past.ticket, past.step = past.ticket + 1, past.step + 1
            self._later(issued, "arrives", Visit(
                past.step, past.ticket, service, number[service.key], self.chance.random() < 0.1, issued))

    def _arrival(self, start: int) -> int:
        """Half of them within the first three hours."""
        share = self.chance.betavariate(1.3, 1.9)
        return start + 1 + int(share * OPEN_H * 3_600_000)

    def _later(self, at: int, what: str, visit: Visit, counter: Counter | None = None) -> None:
        self._nth += 1
        heapq.heappush(self.todo, (at, self._nth, what, visit, counter))

    def play(self) -> int:
        """Until everybody is served; the instant of the end, UTC ms."""
        at = 0
        while self.todo:
            at, _nth, what, visit, counter = heapq.heappop(self.todo)
            if what == "arrives":
                self._arrives(visit)
            elif what == "starts" and counter is not None:
                visit.started = at
                self.past.at_counter("started", at, visit, counter, {"durations": visit.durations})
                mean = self.mean_ms[visit.service.key] * (HURRY if at > self.late else 1)
                served = 1_000 + int(min(self.chance.expovariate(1 / mean), LONGEST_MS))
                self._later(at + served, "ends", visit, counter)
            elif counter is not None:
                durations = {**visit.durations, "served": at - visit.started}
                self.past.at_counter(
                    "finished", at, visit, counter, {"outcome": "served", "durations": durations})
                self.past.done(visit, self.day_, counter, at)
                self.idle.append(counter)
                self._call(at, counter)
        return at + 1

    def _arrives(self, visit: Visit) -> None:
        self.past.issue(visit, self.day_)
        line = self.lines[visit.service.key]
        self.waiting[visit.step] = visit
        (line.priority if visit.priority else line.ordinary).append(
            Waiting(visit.step, visit.service.key, visit.issued, visit.priority))
        free = next((c for c in self.idle if visit.service.key in c.services), None)
        if free is not None:
            self._call(visit.issued, free)

    def _call(self, at: int, counter: Counter) -> None:
        """Whom the order sends to a free counter, if anybody waits for it."""
        rules = self.office.rules
        lines = {
            s: (self.lines[s].heads(), Recent(tuple(self.lines[s].classes))) for s in counter.services
            if self.lines[s].ordinary or self.lines[s].priority}
        choice = discipline.choose(counter, lines, rules, at)
        if choice is None:
            return
        self.idle.remove(counter)
        visit, line = self.waiting.pop(choice.step), self.lines[choice.service]
        (line.priority if visit.priority else line.ordinary).popleft()
        line.classes.appendleft(visit.priority)
        if len(line.classes) > discipline.recent_needed(rules.mix):
            line.classes.pop()
        visit.called, visit.why = at, json.dumps(choice.why)
        visit.call_seq = self.past.at_counter("called", at, visit, counter, {
            "service": choice.service, "priority": int(visit.priority), "why": choice.why, "from": "waiting",
            "durations": visit.durations})
        self._later(at + int(self.chance.expovariate(1 / 20_000)), "starts", visit, counter)


def fill(data: Path, key: str, steps: int, per_day: int = PER_DAY) -> None:
    """Adds ``steps`` ended visits on the days before today, oldest first."""
    settings = config.read(None, {"QUEUE_DATA": str(data)})
    opening.prepare(settings)
    database = Database(settings.database_url)
    boot = opening.clock(database).boot
    made = opening.office(database, key)
    with database.read() as read:
        head = offices.heads_of(read, [key])[0]
        today = hours.office_day(made, time.time_ns() // 1_000_000)
        taken = select(tables.ticket.c.id).where(tables.ticket.c.office_id == head.id, tables.ticket.c.day >= today)
        if read.execute(taken.limit(1)).first() is not None:
            raise SystemExit(f"{key} has given numbers today: a past is made before the day's first one.")
        proof = {
            "configuration": head.config_version,
            "digest": offices.config_digest(read, head.id, head.config_version),
            "register": bundle.register_digest(seals.register_lines(read, head.id, head.head_seq)),
        }
    database.close()
    c = sqlite3.connect(data / "queue.db", isolation_level=None)
    c.execute("PRAGMA synchronous=OFF")  # a filled database is made anew when the power fails
    c.execute("PRAGMA cache_size=-400000")
    past = Past(c, key, made, boot, proof)
    c.execute("BEGIN IMMEDIATE")
    c.execute("DELETE FROM forecast_state WHERE office_id = ?", (past.id,))  # what was learned is of another past
    for day, visits in _days(made, steps, per_day):
        past.day(day, visits)
        if len(past.rows["step"]) >= CHUNK:
            past.write(c)
            c.execute("COMMIT")
            c.execute("BEGIN IMMEDIATE")
    past.write(c)
    c.execute("COMMIT")
    c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    c.execute("PRAGMA optimize")
    c.close()


def _days(office: Office, steps: int, per_day: int) -> Iterator[tuple[str, int]]:
    """(day, how many visits), the last day with the rest."""
    today = date.fromisoformat(hours.office_day(office, time.time_ns() // 1_000_000))
    days = -(-steps // per_day)
    for nth in range(days):
        yield (today - timedelta(days=days - nth)).isoformat(), min(per_day, steps - nth * per_day)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fill", description="Fill a database with ended visits.")
    parser.add_argument("data", type=Path, help="data folder of a stopped server")
    parser.add_argument("--office", required=True, help="key of the office")
    parser.add_argument("--steps", type=int, required=True, help="how many visits")
    parser.add_argument("--per-day", type=int, default=PER_DAY, help="visits on one day")
    args = parser.parse_args()
    start = time.monotonic()
    fill(args.data, args.office, args.steps, args.per_day)
    print(f"{args.steps} visits in {time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
