"""One of several processes that work on the same office at once: takes numbers, calls and serves until nobody waits.

    python tests/racer.py OFFICE PERSON COUNTER NUMBERS      (QUEUE_DATA, DATABASE_URL say where)

Says "ready", begins when a line comes in, and says at the end as JSON which numbers it was given and whom it called.
"""

from __future__ import annotations

import json
import secrets
import sys
from typing import Any

from queue_server import config
from queue_server.commands import counter, seat, visitor
from queue_server.domain.errors import Busy, Refused
from queue_server.shell import Session
from queue_server.transaction import Actor, Answer, Command, Job

#: So many numbers are asked for together, as when several kiosks press at the same moment.
TOGETHER = 3


class Racer:
    def __init__(self, office: str, person: int, at: str) -> None:
        self.session = Session(config.read())
        self.office, self.counter = office, at
        self.officer = Actor("officer", f"person:{person}", person_id=person)
        self.kiosk = Actor("device", f"device:{person}", device_id=person)
        self.given: list[int] = []
        self.called: list[str] = []

    def job(self, actor: Actor, act: str, command: Command, args: dict[str, Any]) -> Job:
        return Job(self.office, actor, act, command, args, secrets.token_hex(16))

    def press(self, act: str, command: Command, **args: Any) -> Answer:
        """Again with the same key when the database was away, as screens do."""
        job = self.job(self.officer, act, command, args)
        while True:
            try:
                return self.session.writer.press_now(job)
            except Busy:
                job = Job(job.office, job.actor, job.act, job.command, job.args, job.key)

    def take(self, numbers: int) -> None:
        args = {"service": "umum", "channel": "door", "priority": False, "language": "id"}
        jobs = [self.job(self.kiosk, "issue", visitor.issue, args) for _ in range(numbers)]
        self.session.writer.committer.batch(jobs)
        for job in jobs:
            while job.answer is None:
                assert isinstance(job.problem, Busy), job.problem
                job = Job(job.office, job.actor, job.act, job.command, job.args, job.key)
                self.session.writer.committer.batch([job])
            self.given.append(job.answer["ticket"]["number"])

    def serve_one(self) -> bool:
        """False when nobody waits."""
        try:
            self.called.append(self.press("call_next", counter.call_next)["label"])
        except Refused as refused:
            assert refused.code == "nobody_waiting", refused.code
            return False
        self.press("start", counter.start)
        self.press("finish", counter.finish)
        return True

    def run(self, numbers: int) -> None:
        self.press("sit", seat.sit, counter=self.counter)
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(numbers // TOGETHER):
            self.take(TOGETHER)
            self.serve_one()
        while self.serve_one():
            pass
        self.session.close()


def main() -> None:
    _program, office, person, at, numbers = sys.argv
    racer = Racer(office, int(person), at)
    racer.run(int(numbers))
    print(json.dumps({"given": racer.given, "called": racer.called}), flush=True)


if __name__ == "__main__":
    main()
