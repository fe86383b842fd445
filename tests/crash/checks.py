"""What must be true after every round. Everything here only reads: the log, the tables, the screens."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from databases import execute

from queue_server.client import Message
from queue_server.domain import chain, verify
from queue_server.domain.ticket import label

from .house import KEY, House
from .people import Told

_EVENTS = (
    "SELECT o.key, e.seq, e.kind, e.version, e.body, e.at, e.boot_id, e.boot_ns, e.actor, e.step_id, e.previous_hash, "
    "e.hash FROM event e JOIN office o ON o.id = e.office_id WHERE o.key = ? AND e.seq > ? ORDER BY e.seq")
#: Kind of an event -> state of its step after it.
STATE_AFTER = {
    "called": "called", "recalled": "called", "started": "serving", "finished": "done", "skipped": "waiting",
    "paper_confirmed": "waiting", "paper_unconfirmed": "waiting", "paper_failed": "issuing", "ticket_voided": "void",
}
#: Screens are waited for so long before a round counts as failed; how long it really took is measured, seconds.
LIMIT_S = 30.0
#: No duration may be longer than the house is open; the clock's own steps, ms.
SLACK_MS = 1_000


@dataclass
class Log:
    """The log as read so far; each round reads on from there."""

    seq: int = 0
    hash: str = chain.GENESIS
    numbers: Counter[tuple[str, str, int]] = field(default_factory=Counter)   # (day, service, number)
    calls: dict[int, int] = field(default_factory=dict)                       # seq -> step
    recalls: set[int] = field(default_factory=set)
    started: Counter[int] = field(default_factory=Counter)
    skipped: Counter[int] = field(default_factory=Counter)
    finished: dict[int, int] = field(default_factory=dict)
    failed_papers: set[int] = field(default_factory=set)                      # tickets
    voids: int = 0
    states: dict[int, str] = field(default_factory=dict)
    longest_ms: int = 0
    problems: list[str] = field(default_factory=list)

    def read(self, c: Any) -> None:
        """The new events: the chain, every call's own record, and what each event says."""
        events = [chain.Event(*row) for row in execute(c, _EVENTS, KEY, self.seq)]
        self.problems += [f"the chain at {p.seq}: {p.code} {p.found}" for p in chain.check(
            events, self.hash, self.seq + 1)]
        self.problems += [f"the call {p.seq}: {p.code} {p.found}" for p in verify.check_calls(events)]
        for event in events:
            self._take(event, json.loads(event.body))
        if events:
            self.seq, self.hash = events[-1].seq, events[-1].hash
        head = execute(c, "SELECT head_seq, head_hash FROM office WHERE key = ?", KEY).fetchone()
        if head != (self.seq, self.hash):
            self.problems.append(f"the head row says {head[0]}, the log ends at {self.seq}")

    def _take(self, event: chain.Event, body: Message) -> None:
        step = event.step or 0
        kept: dict[str, Callable[[], Any]] = {
            "ticket_issued": lambda: self.numbers.update([(body["day"], body["service"], body["number"])]),
            "called": lambda: self._called(event.seq, step),
            "recalled": lambda: self.recalls.add(event.seq),
            "started": lambda: self.started.update([step]),
            "skipped": lambda: self.skipped.update([step]),
            "finished": lambda: self.finished.update({event.seq: step}),
            "paper_failed": lambda: self.failed_papers.add(body["ticket"]),
            "ticket_voided": lambda: self._voided(event.seq, body["ticket"]),
        }
        if event.kind in kept:
            kept[event.kind]()
        if event.kind == "ticket_issued":
            self.states[step] = body["state"]
        elif event.kind in STATE_AFTER:
            self.states[step] = STATE_AFTER[event.kind]
        self.longest_ms = max(self.longest_ms, *body.get("durations", {"": 0}).values())

    def _called(self, seq: int, step: int) -> None:
        """Somebody is called a second time only after they were set back."""
        if self.states.get(step) != "waiting":
            self.problems.append(f"step {step} was called at {seq} while {self.states.get(step)}")
        self.calls[seq] = step

    def _voided(self, seq: int, ticket: int) -> None:
        self.voids += 1
        if ticket not in self.failed_papers:
            self.problems.append(f"ticket {ticket} was made void at {seq} without a failed paper")


def against_told(log: Log, told: Told) -> list[str]:
    """At rest nobody waits for an answer: the log holds exactly what people were told, once."""
    numbers = Counter((t["service"], t["number"]) for t in told.numbers.values())
    logged = Counter((service, number) for _day, service, number in log.numbers.elements())
    found = [
        *_difference("number", numbers, logged),
        *_difference("call", Counter((s, a["step"]) for s, a in told.calls.items()), Counter(log.calls.items())),
        *_difference("repeated call", Counter(told.recalls), Counter(log.recalls)),
        *_difference("start", told.started, log.started),
        *_difference("set back", told.skipped, log.skipped),
        *_difference("finish", Counter(told.finished.items()), Counter(log.finished.items())),
    ]
    return [*told.surprises, *found]


def _difference(what: str, told: Counter[Any], logged: Counter[Any]) -> list[str]:
    lost = [f"{what} {one}: told {n}, {logged[one]} in the log" for one, n in told.items() if logged[one] < n]
    more = [f"{what} {one}: {n} in the log, told {told[one]}" for one, n in logged.items() if told[one] < n]
    return lost + more


def tables(log: Log, c: Any) -> list[str]:
    """The tables say what the log says, and each series has every number once."""
    problems = []
    stored = dict(execute(
        c, "SELECT s.id, s.state FROM step s JOIN office o ON o.id = s.office_id WHERE o.key = ?", KEY).fetchall())
    for step in sorted(set(stored) | set(log.states)):
        if stored.get(step) != log.states.get(step):
            problems.append(f"step {step}: {stored.get(step)} in the table, {log.states.get(step)} by the log")
    series: dict[tuple[str, str], set[int]] = {}
    for (day, service, number), n in log.numbers.items():
        series.setdefault((day, service), set()).add(number)
        if n > 1:
            problems.append(f"number {number} of {service} was given {n} times on {day}")
    for (day, service), numbers in series.items():
        if numbers != set(range(1, len(numbers) + 1)):
            problems.append(f"the numbers of {service} on {day} have a gap")
    if isinstance(c, sqlite3.Connection) and (sound := c.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        problems.append(f"the database: {sound}")
    return problems


async def screens(house: House) -> list[str]:
    """Every screen shows what the tables say. Waits for it; what is still wrong at the end is said."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LIMIT_S
    while True:
        wrong = _wrong_screens(house)
        if not wrong or loop.time() > end:
            return wrong
        await asyncio.sleep(0.1)


def _wrong_screens(house: House) -> list[str]:
    with house.database() as c:
        at_counter = {
            counter: (label(prefix, number), state) for counter, prefix, number, state in c.execute(
                "SELECT s.counter, t.prefix, t.number, s.state FROM step s JOIN ticket t ON t.id = s.ticket_id "
                "WHERE s.state IN ('called', 'serving')")}
        waiting = int(c.execute("SELECT count(*) FROM step WHERE state = 'waiting'").fetchone()[0])
        held = dict(c.execute(
            "SELECT t.secret, s.state FROM step s JOIN ticket t ON t.id = s.ticket_id").fetchall())
    wrong = []
    for watched in house.watched:
        picture = watched.line.picture()
        shown = _of_board(picture) if picture["kind"] == "board" else _of_console(picture)
        if picture["kind"] == "counter":
            mine = picture["counter"]["key"] if picture["counter"] else ""
            right: Any = ({k: v for k, v in at_counter.items() if k == mine}, waiting)
        else:
            right = (at_counter, waiting)
        if shown != right:
            wrong.append(f"{watched.name} shows {shown}, right is {right}")
    for ticket, line in house.phones.lines:
        state = (line.picture().get("ticket") or {}).get("state")
        if state != held[ticket["secret"]]:
            wrong.append(f"the phone of {ticket['label']} shows {state}, right is {held[ticket['secret']]}")
    return wrong


def _of_board(picture: Message) -> tuple[dict[str, Any], int]:
    shown = {x["key"]: (x["label"], x["state"]) for x in picture["counters"] if x["label"]}
    return shown, sum(service["waiting"] for service in picture["services"])


def _of_console(picture: Message) -> tuple[dict[str, Any], int]:
    current, seat = picture["current"], picture["counter"]
    shown = {seat["key"]: (current["label"], current["state"])} if current and seat else {}
    return shown, picture["waiting"]["total"]
