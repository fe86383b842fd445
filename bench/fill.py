"""Fills a database with ended visits of past days, quickly: ``python -m bench.fill DATA --office KEY --steps N``.

Each visit is a ticket, a step, its call and the four events of its life, in a chain that verifies. Written
straight into SQLite with the server stopped; nothing else in the project writes like this.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from queue_server import config, opening
from queue_server.database import Database
from queue_server.domain import chain, hours
from queue_server.domain.office import Office
from queue_server.moment import BOOT_ID

PER_DAY = 2_000
CHUNK = 5_000
_TICKET = (
    "id, office_id, day, service, prefix, number, channel, priority, language, secret, place, issuer, issued_at, "
    "issued_tick")
_STEP = (
    "id, ticket_id, office_id, day, service, state, version, priority, queued_at, queued_tick, arrived_at, counter, "
    "person_id, since_tick, boot, called_at, started_at, ended_at, first_called_at, calls, automatic, why, outcome, "
    "waited_ms, walked_ms, served_ms, standard_id, last_seq")
_CALL = (
    "office_id, seq, day, service, hall, counter, step_id, at, priority, in_mix, advances, state, over_at, summed")
_EVENT = "office_id, seq, kind, version, body, at, boot_id, boot_ns, actor, step_id, previous_hash, hash"
#: The text of ``chain.canonical`` without its checks, which a million bodies of ours do not need.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
Row = tuple[Any, ...]


class Past:
    """Makes the rows of one visit after the other, and goes on with the office's chain."""

    def __init__(self, c: sqlite3.Connection, key: str, office: Office, boot: int, seed: int = 1) -> None:
        self.office, self.key, self.boot, self.chance = office, key, boot, random.Random(seed)
        found = c.execute("SELECT id, head_seq, head_hash FROM office WHERE key = ?", (key,)).fetchone()
        self.id, self.seq, self.hash = found
        self.ticket = _highest(c, "ticket")
        self.step = _highest(c, "step")
        self.standards = dict(c.execute(
            "SELECT service, max(id) FROM standard WHERE office_id = ? GROUP BY service", (self.id,)))
        officers = c.execute("SELECT id FROM person WHERE office_id = ? AND role = 'officer' ORDER BY id", (self.id,))
        self.people = [row[0] for row in officers]
        self.tickets: list[Row] = []
        self.steps: list[Row] = []
        self.calls: list[Row] = []
        self.events: list[Row] = []

    def visit(self, day: str, start: int, nth: int, number: int) -> None:
        """One visit that began ``nth`` of the day; ``start`` is the day's opening, UTC ms."""
        chance, services = self.chance, self.office.services
        service = services[nth % len(services)]
        at_counters = [c for c in self.office.counters if service.key in c.services]
        counter = at_counters[nth % len(at_counters)]
        person = self.people[nth % len(self.people)] if self.people else None
        waited, walked, served = (int(chance.expovariate(1 / mean) * 1000) for mean in (600, 20, 240))
        issued = start + nth * (8 * 3_600_000 // PER_DAY)
        called, started = issued + waited, issued + waited + walked
        ended = started + served
        priority = int(chance.random() < 0.1)
        self.ticket += 1
        self.step += 1
        seq, actor, standard = self.seq, f"person:{person or 1}", self.standards.get(service.key, 0)
        why = {"rule": "first", "at": called, "heads": [[self.step, issued, bool(priority), 0, 0]],
               "mix": [1, 2, 60], "recent": []}
        self._event("ticket_issued", issued, "device:1", {
            "ticket": self.ticket, "day": day, "service": service.key, "prefix": service.prefix, "number": number,
            "channel": "door", "priority": priority, "standard": standard, "state": "waiting"})
        self._event("called", called, actor, {
            "ticket": self.ticket, "counter": counter.key, "service": service.key, "priority": priority, "why": why,
            "from": "waiting", "durations": {"waited": waited}})
        durations = {"waited": waited, "walked": walked}
        for kind, at, more in (
            ("started", started, {"durations": durations}),
            ("finished", ended, {"outcome": "served", "durations": {**durations, "served": served}}),
        ):
            self._event(kind, at, actor, {"ticket": self.ticket, "counter": counter.key, **more})
        self.tickets.append((
            self.ticket, self.id, day, service.key, service.prefix, number, "door", priority, "id",
            secrets.token_urlsafe(16), secrets.token_urlsafe(6), "device:1", issued, issued))
        self.steps.append((
            self.step, self.ticket, self.id, day, service.key, "done", 4, priority, issued, issued, issued, counter.key,
            person, ended, self.boot, called, started, ended, called, 1, 1, json.dumps(why), "served", waited, walked,
            served, standard, seq + 4))
        self.calls.append((
            self.id, seq + 2, day, service.key, counter.hall, counter.key, self.step, called, priority, 1, 1, "over",
            started, 1))

    def _event(self, kind: str, at: int, actor: str, body: dict[str, Any]) -> None:
        self.seq += 1
        text, nanos = _canonical(body), at * 1_000_000
        envelope = chain.Envelope(self.key, self.seq, kind, 1, text, at, BOOT_ID, nanos, actor, self.step)
        hashed = chain.digest(self.hash, envelope)
        self.events.append((self.id, self.seq, kind, 1, text, at, BOOT_ID, nanos, actor, self.step, self.hash, hashed))
        self.hash = hashed

    def write(self, c: sqlite3.Connection) -> None:
        for table, columns, rows in (
            ("ticket", _TICKET, self.tickets), ("step", _STEP, self.steps), ("call", _CALL, self.calls),
            ("event", _EVENT, self.events),
        ):
            marks = ", ".join("?" * (columns.count(",") + 1))
            c.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            rows.clear()
        c.execute("UPDATE office SET head_seq = ?, head_hash = ? WHERE id = ?", (self.seq, self.hash, self.id))


def _highest(c: sqlite3.Connection, table: str) -> int:
    return int(c.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])


def fill(data: Path, key: str, steps: int, per_day: int = PER_DAY) -> None:
    """Adds ``steps`` ended visits on the days before today, oldest first."""
    settings = config.read(None, {"QUEUE_DATA": str(data)})
    opening.prepare(settings)
    database = Database(settings.database_url)
    boot = opening.clock(database).boot
    made = opening.office(database, key)
    database.close()
    c = sqlite3.connect(data / "queue.db", isolation_level=None)
    c.execute("PRAGMA synchronous=OFF")  # a filled database is made anew when the power fails
    c.execute("PRAGMA cache_size=-400000")
    past = Past(c, key, made, boot)
    for visits in _chunks(_visits(made, steps, per_day)):
        c.execute("BEGIN IMMEDIATE")
        for visit in visits:
            past.visit(*visit)
        past.write(c)
        c.execute("COMMIT")
    c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    c.execute("PRAGMA optimize")
    c.close()


def _visits(office: Office, steps: int, per_day: int) -> Iterator[tuple[str, int, int, int]]:
    today = date.fromisoformat(hours.office_day(office, time.time_ns() // 1_000_000))
    days = -(-steps // per_day)
    for index in range(steps):
        nth = index % per_day
        day = (today - timedelta(days=days - index // per_day)).isoformat()
        yield day, hours.instant(office, day, 8 * 60), nth, nth // len(office.services) + 1


def _chunks(visits: Iterator[tuple[str, int, int, int]]) -> Iterator[Sequence[tuple[str, int, int, int]]]:
    chunk: list[tuple[str, int, int, int]] = []
    for visit in visits:
        chunk.append(visit)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


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
