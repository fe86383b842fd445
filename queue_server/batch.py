"""The presses of one transaction. All of it runs in a native thread: nothing in here may log, wait or emit."""

from __future__ import annotations

import time
from typing import Any

import orjson
from sqlalchemy import Connection

from .domain.errors import Busy, NotFound, Refused
from .moment import Clock, Moment
from .press import Foretell, Happened, Job, Recorded, Tx, nothing_follows, nothing_foretold
from .store import log, offices
from .store.prepared import savepoint

ANSWER_KEPT_MS = 24 * 3_600_000
#: So often a job lets another process go first with its office; then it waits for it.
MOST_PUT_OFF = 2
#: (office id, office key, seq after, events) of an office in a committed batch.
Told = tuple[int, str, int, list[Recorded]]


class NeedsCare(Exception):
    """A job was refused in a transaction without savepoints: what it wrote must not stay."""


class Batch:
    """The jobs of one transaction, office by office; each in a savepoint when ``careful``.

    ``doubtful`` is an earlier attempt at the same jobs of which nobody knows whether its COMMIT arrived. If it did,
    its answers are the answers.
    """

    def __init__(
        self, c: Connection, clock: Clock, jobs: list[Job], careful: bool, doubtful: Batch | None = None,
        foretell: Foretell = nothing_foretold, happened: Happened = nothing_follows,
    ) -> None:
        self.c = c
        self.clock = clock
        self.jobs = jobs
        self.careful = careful
        self.doubtful = doubtful
        self.foretell = foretell
        self.happened = happened
        self.shared: dict[Any, Any] = {}
        self.written = False
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.told: list[Told] = []

    def run(self) -> None:
        # Whoever was committing before us with these heads has ended when we have them.
        self.heads = {h.key: h for h in self._lock()}
        self.before = dict(self.heads)
        if self.doubtful is not None and self.doubtful.stands(self.c):
            return
        self.doubtful = None
        presses = [(job.actor.id, job.key) for job in self.jobs if job.key]
        self.known = log.answers(self.c, presses) if presses else {}
        self.recorded: dict[str, list[Recorded]] = {}
        for job in self.jobs:
            job.problem, job.answer = None, None
            self._one(job)

    def _lock(self) -> list[offices.Head]:
        """The heads of the jobs' offices. Where another process is at work on some of them, those jobs are left for the
        next batch, without an answer: or two processes would wait for each other all the time, office by office."""
        keys = sorted({job.office for job in self.jobs})
        if len(keys) == 1 or self.doubtful is not None or self.c.dialect.name != "postgresql":
            return offices.lock_heads(self.c, keys)
        patiently = sorted({job.office for job in self.jobs if job.put_off >= MOST_PUT_OFF})
        heads = offices.lock_free_heads(self.c, keys, patiently)
        if not heads and not patiently:
            patiently = [self.jobs[0].office]
            heads = offices.lock_heads(self.c, patiently)
        ours = {*patiently, *(head.key for head in heads)}
        for job in self.jobs:
            if job.office not in ours:
                job.put_off += 1
                job.problem, job.answer = None, None  # an attempt before this one may have come further
        self.jobs = [job for job in self.jobs if job.office in ours]
        return heads

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
        tx = Tx(self.c, head, office, now, job.actor, self.foretell, self.shared)
        if self.careful:
            savepoint(self.c, "SAVEPOINT")
        try:
            job.answer = {"ok": True, **job.command(tx, job.args)}
            if tx.seats and job.actor.person_id is not None:
                job.answer["seats"] = tx.seats
            self.happened(tx)
        except Refused as refused:
            if not self.careful:
                raise NeedsCare from None
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

    def stands(self, c: Connection) -> bool:
        """Whether what this batch committed is there, as another transaction sees it. Without an event of its own it
        counts as never run: its keys still find their answers, and what has neither may be done twice."""
        return bool(self.events) and log.is_there(c, self.events[0])

    def in_doubt(self) -> Batch | None:
        """After a failure: the attempt of which nobody knows whether it is committed."""
        return self if self.written else self.doubtful

    def write(self) -> None:
        """What is left for the end of the transaction, each in one statement."""
        if self.doubtful is not None:
            self.told = self.doubtful.told
            return
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
        self.written = True
