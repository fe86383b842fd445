"""What "call next" costs where visitors are told on their own phones, against the same office without messages.

``python -m bench.told``: 200 wait. Three copies of the same house are worked by turns: without messages; with messages
that nobody asked for; everybody told by SMS and e-mail, so that each call puts up to four messages into the outbox.
Inside the writer, without HTTP and pictures; sending is a process of its own and no part of a call. Wall time of a
call with its commit, median and what 99 of 100 stay within.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.house import machine
from queue_server import config
from queue_server.commands import counter, messages, seat, visitor
from queue_server.domain.office import Messages
from queue_server.replay.place import office, set_up
from queue_server.shell import Session
from queue_server.transaction import Actor, Answer, Command, Job

WAITING, ROUNDS = 200, 300
OFFICER, KIOSK = Actor("officer", "person:1", 1), Actor("device", "device:1", device_id=1)
VISITOR = Actor("visitor", "visitor:1")
NUMBER = {"service": "a", "priority": False, "language": "id", "channel": "door", "paper": ""}
WAYS = ("sms", "email")
KINDS = {"without messages": (False, False), "nobody asked": (True, False), "everybody told": (True, True)}


class House:
    """Our writer over a data folder; whoever goes is replaced by somebody new."""

    def __init__(self, data: Path, offered: bool, told: bool) -> None:
        self.session, self.told = Session(config.read(None, {"QUEUE_DATA": str(data)})), told
        made = office("bench", "Bench", {"a": "A"}, {"c1": ["a"]})
        way = Messages(sms="gateway", email="mail", ahead=3) if offered else Messages()
        set_up(self.session, replace(made, messages=way), 1)
        self.press(OFFICER, "sit", seat.sit, counter="c1")
        for _ in range(WAITING):
            self.take()

    def press(self, actor: Actor, act: str, command: Command, **args: object) -> Answer:
        return self.session.writer.press_now(Job("bench", actor, act, command, args))

    def take(self) -> None:
        ticket = self.press(KIOSK, "issue", visitor.issue, **NUMBER)["ticket"]
        for way in WAYS if self.told else ():
            self.press(VISITOR, "tell", messages.tell_ticket, secret=ticket["secret"], channel=way, sealed="-",
                       mark=ticket["secret"], language="id")

    def call(self) -> float:
        """Calls the next; how long that took, ms."""
        begun = time.perf_counter()
        self.press(OFFICER, "call_next", counter.call_next)
        took = (time.perf_counter() - begun) * 1000
        self.press(OFFICER, "start", counter.start)
        self.press(OFFICER, "finish", counter.finish, outcome="served")
        self.take()
        return took


def main() -> int:
    argparse.ArgumentParser(prog="python -m bench.told", description=__doc__).parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="queue-told-") as folder:
        houses = {name: House(Path(folder) / str(n), *kind) for n, (name, kind) in enumerate(KINDS.items())}
        took: dict[str, list[float]] = {name: [] for name in houses}
        for _ in range(ROUNDS):
            for name, house in houses.items():
                took[name].append(house.call())
        least = median(took["without messages"])
        for name, times in took.items():
            print(f"  {name:<17} median {median(times):.2f} ms ({median(times) / least:.2f} times), "
                  f"99 of 100 within {sorted(times)[len(times) * 99 // 100]:.2f} ms")
        for house in houses.values():
            house.session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
