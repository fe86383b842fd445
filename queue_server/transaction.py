"""One command = one transaction = one moment; then publish.

Everything that anybody does arrives here as a ``Job``. One writer takes all jobs that are waiting,
runs them in one transaction, commits once, and only then lets the answers go (decisions 16-18). All of
it runs in a native thread: nothing in here may log, wait or emit.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from .database import Database
from .domain import hours
from .domain.chain import Envelope, canonical, digest
from .domain.errors import Busy, NotFound, Refused
from .domain.events import Json, check_body
from .domain.office import Office
from .kit import Kit, Signal
from .moment import Clock, Moment
from .store import log, offices
from .store.offices import Head
from .store.prepared import savepoint

MOST_WAITING = 2_000
#: A press that would wait longer than this for its turn is refused at once, so that those before it are answered as
#: quickly as ever; whoever was refused asks again, seconds.
MOST_WAIT_S = 1.0
#: What a press costs the writer, as first believed, and as most ever believed of one (a stalled disk is no measure).
COST_S, DEAREST_S = 0.002, 0.02
BATCH = 64
DEADLINE_S = 10.0
ANSWER_KEPT_MS = 24 * 3_600_000

Answer = dict[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who presses. ``id`` goes into the log: a kind and a number, never a name."""

    kind: str                      # officer | supervisor | auditor | administrator | visitor | device | system
    id: str                        # "person:3", "device:7", "ticket:12", "visitor", "system"
    person_id: int | None = None
    device_id: int | None = None
    ticket_id: int | None = None
    holder: str = ""               # keyed hash that tells one phone from another
    counter: str = ""


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Recorded:
    """An event as publishing sees it."""

    seq: int
    kind: str
    body: dict[str, Json]
    step_id: int | None


class Tx:
    """What a command gets: the connection, the office, the moment, and the log to record in."""

    def __init__(self, c: Connection, head: Head, office: Office, now: Moment, actor: Actor) -> None:
        self.c = c
        self.office = office
        self.office_id = head.id
        self.now = now
        self.actor = actor
        self.day = hours.office_day(office, now.at)
        self.head = head
        self.recorded: list[Recorded] = []
        self.rows: list[dict[str, Any]] = []

    def record(self, kind: str, body: dict[str, Json], step_id: int | None = None) -> int:
        """Appends one event to the office's chain and returns its seq."""
        version = check_body(kind, body)
        seq = self.head.head_seq + 1
        text = canonical(body)
        envelope = Envelope(
            office=self.head.key, seq=seq, kind=kind, version=version, body=text, at=self.now.at,
            boot=self.now.boot_id, boot_ns=self.now.boot_ns, actor=self.actor.id, step=step_id,
        )
        found = digest(self.head.head_hash, envelope)
        self.rows.append({
            "office_id": self.office_id, "seq": seq, "kind": kind, "version": version, "body": text,
            "at": self.now.at, "boot_id": self.now.boot_id, "boot_ns": self.now.boot_ns, "actor": self.actor.id,
            "step_id": step_id, "previous_hash": self.head.head_hash, "hash": found,
        })
        self.head = self.head._replace(head_seq=seq, head_hash=found)
        self.recorded.append(Recorded(seq, kind, body, step_id))
        return seq

    def configured(self, version: int, office: Office) -> None:
        """A new configuration is in force from here on, for the rest of this batch too."""
        self.head = self.head._replace(config_version=version)
        self.office = office


Command = Callable[[Tx, dict[str, Any]], Answer]


@dataclass
class Job:
    """One press on its way. ``key`` makes it repeatable; without one it runs each time."""

    office: str
    actor: Actor
    act: str
    command: Command
    args: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    deadline: float = field(default_factory=lambda: time.monotonic() + DEADLINE_S)
    answer: Answer | None = None
    problem: Exception | None = None
    done: Signal | None = None

    def content(self) -> str:
        text = orjson.dumps([self.office, self.act, self.args], default=str, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(text).hexdigest()


#: (office id, office key, seq after, events): told once per office and committed batch.
Published = Callable[[int, str, int, list[Recorded]], None]


class Writer:
    """The one writer of a process."""

    def __init__(self, database: Database, clock: Clock, kit: Kit, published: Published | None = None) -> None:
        self.database = database
        self.clock = clock
        self.kit = kit
        self.published = published
        self._pending: deque[Job] = deque()
        self._wake = kit.signal()
        self._closed = False
        self._working = False
        self._begun = 0.0
        self._cost_s = COST_S

    @property
    def waiting(self) -> int:
        """Presses that wait for the writer."""
        return len(self._pending)

    @property
    def at_work_s(self) -> float:
        """How long the writer has been at its present batch, seconds."""
        return time.monotonic() - self._begun if self._working else 0.0

    def close(self) -> None:
        """Takes no more presses and waits until those it has are committed and answered."""
        self._closed = True
        while self._pending or self._working:
            self.kit.sleep(0.02)

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def press(self, job: Job) -> Answer:
        """Runs a job and returns its answer; raises Refused (Busy when it was never run)."""
        waiting = len(self._pending)
        if self._closed or waiting >= MOST_WAITING or waiting * self._cost_s > MOST_WAIT_S:
            raise Busy("busy")
        job.done = self.kit.signal()
        self._pending.append(job)
        self._wake.set()
        job.done.wait()
        return _outcome(job)

    def press_now(self, job: Job) -> Answer:
        """The same in the caller's own thread, for commands at the shell."""
        for office_id, key, seq, events in self._batch([job]):
            if self.published:
                self.published(office_id, key, seq, events)
        return _outcome(job)

    def _loop(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._pending:
                self._working, self._begun = True, time.monotonic()
                jobs = [self._pending.popleft() for _ in range(min(BATCH, len(self._pending)))]
                try:
                    told = self.kit.blocking(self._batch, jobs)
                except Exception as problem:  # the loop outlives whatever a batch runs into
                    told = []
                    for job in jobs:
                        job.problem = job.problem or problem
                self._learn((time.monotonic() - self._begun) / len(jobs))
                for job in jobs:
                    if job.done is not None:
                        job.done.set()
                if self.published:
                    for item in told:
                        self.published(*item)
            self._working = False

    def _learn(self, cost_s: float) -> None:
        """What a press cost in the newest batch, taken a fifth into what is believed."""
        self._cost_s += (min(cost_s, DEAREST_S) - self._cost_s) / 5

    # --- in a native thread from here on -------------------------------------------------------

    def _batch(self, jobs: list[Job]) -> list[tuple[int, str, int, list[Recorded]]]:
        """Commits the jobs together, or each alone when the whole fails (a full disk, a lost database)."""
        try:
            return self._attempt(jobs)
        except Exception as problem:
            self.database.drop_writer()
            if len(jobs) == 1:
                jobs[0].problem, jobs[0].answer = problem, None
                return []
        told = []
        for job in jobs:
            job.problem, job.answer = None, None
            told.extend(self._batch([job]))
        return told

    def _attempt(self, jobs: list[Job], careful: bool = False) -> list[tuple[int, str, int, list[Recorded]]]:
        """One transaction. Without savepoints first: each is two turns of the interpreter's lock that a number
        does not need; where one of the jobs is refused, all are run again with them."""
        c = self.database.writer()
        try:
            with c.begin():
                batch = _Batch(c, self.clock, jobs, careful)
                batch.run()
                batch.write()
        except _NeedsCare:
            return self._attempt(jobs, careful=True)
        return batch.told


def _outcome(job: Job) -> Answer:
    if job.problem is not None:
        raise job.problem
    assert job.answer is not None
    if job.answer.get("ok") is False:
        raise Refused(str(job.answer["refused"]), **job.answer.get("facts", {}))
    return job.answer


class _NeedsCare(Exception):
    """A job was refused in a transaction without savepoints: what it wrote must not stay."""


class _Batch:
    """The jobs of one transaction, office by office; each in a savepoint when ``careful``."""

    def __init__(self, c: Connection, clock: Clock, jobs: list[Job], careful: bool) -> None:
        self.c = c
        self.clock = clock
        self.jobs = jobs
        self.careful = careful
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.told: list[tuple[int, str, int, list[Recorded]]] = []

    def run(self) -> None:
        self.heads = {h.key: h for h in offices.lock_heads(self.c, sorted({j.office for j in self.jobs}))}
        self.before = dict(self.heads)
        presses = [(job.actor.id, job.key) for job in self.jobs if job.key]
        self.known = log.answers(self.c, presses) if presses else {}
        self.recorded: dict[str, list[Recorded]] = {}
        for job in self.jobs:
            job.problem, job.answer = None, None
            self._one(job)

    def _one(self, job: Job) -> None:
        if job.office not in self.heads:
            job.problem = NotFound("no_such_office")
            return
        if time.monotonic() > job.deadline:
            job.problem = Busy("busy")
            return
        before = self.known.get((job.actor.id, job.key)) if job.key else None
        if before is not None:
            same = before[0] == job.content()
            job.answer = orjson.loads(before[1]) if same else Refused("key_reused").as_answer()
            return
        self._run(job)

    def _run(self, job: Job) -> None:
        head = self.heads[job.office]
        now = self.clock.now()
        office = offices.config(self.c, head.id, head.config_version) if head.config_version else job.args["office"]
        tx = Tx(self.c, head, office, now, job.actor)
        if self.careful:
            savepoint(self.c, "SAVEPOINT")
        try:
            job.answer = {"ok": True, **job.command(tx, job.args)}
        except Refused as refused:
            if not self.careful:
                raise _NeedsCare from None
            savepoint(self.c, "ROLLBACK TO")
            job.answer = refused.as_answer()
            counted = getattr(refused, "counted", None)
            if counted is not None:
                log.count_refusal(self.c, head.id, tx.day, counted[0], counted[1], refused.code)
        else:
            if self.careful:
                savepoint(self.c, "RELEASE")
            self.heads[job.office] = tx.head
            self.events.extend(tx.rows)
            self.recorded.setdefault(job.office, []).extend(tx.recorded)
        if job.key:
            self._remember(job, now)

    def _remember(self, job: Job, now: Moment) -> None:
        content, answer = job.content(), orjson.dumps(job.answer).decode()
        self.known[(job.actor.id, job.key)] = (content, answer)
        self.answers.append({
            "actor": job.actor.id, "key": job.key, "digest": content, "answer": answer,
            "expires_at": now.at + ANSWER_KEPT_MS,
        })

    def write(self) -> None:
        """What is left for the end of the transaction, each in one statement."""
        if self.events:
            log.add_events(self.c, self.events)
        if self.answers:
            log.add_answers(self.c, self.answers)
        changed = [h for key, h in self.heads.items() if h != self.before[key]]
        if changed:
            offices.save_heads(self.c, changed)
        self.told = [
            (self.heads[key].id, key, self.heads[key].head_seq, events)
            for key, events in self.recorded.items() if events
        ]
