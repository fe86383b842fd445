"""The forecast of the wait, tried on a real log: every visitor in order of time, knowing what a live office knows.

    python -m bench.forecast FOLDER             FOLDER holds YYYY-MM.csv.gz, in the form of "ticket,issued_at,service,…"
    python -m bench.forecast FOLDER --plain     without the boosting (needs no scikit-learn)

The first month is only learned from; each later one is forecast while it runs, the factors learned from the days that
are over and the range moved by the waits that have ended. A service is known when it ended, a wait when the call came.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.forecast_rivals import Marks, boost
from bench.forecast_tables import Asked, tables
from queue_server.domain.forecast import Forecast
from queue_server.domain.forecast_line import Line
from queue_server.domain.forecast_range import Range

DAY = 86_400
# s: what this bank gave its better customers (SOURCE.md of the data). An office's own log holds the order itself.
HEAD_START = 90
OWN_POOL = {"IN"}  # the internet desk has agents of its own
LOOK_AGAIN = (60, 120, 240, 480, 960)  # s after joining: when somebody who still waits is told anew

# Order within one second: who joins knows nothing of what else happens in it.
JOIN, END, CALL, END_AT_ONCE, LEAVE, LOOK = range(6)


@dataclass(frozen=True)
class Ticket:
    month: str
    service: str
    priority: bool
    issued: int
    called: int | None
    ended: int | None
    left: int | None
    counter: str
    waited: int


def seconds(stamp: str) -> int | None:
    """Local time as seconds; the day changes at multiples of 86,400."""
    return int((datetime.fromisoformat(stamp) - datetime(1970, 1, 1)).total_seconds()) if stamp else None  # noqa: DTZ001


def read(path: Path) -> Iterator[Ticket]:
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            issued = seconds(row["issued_at"])
            assert issued is not None
            served = row["outcome"] == "served"
            yield Ticket(
                path.name[:7], row["service"], row["priority"] == "1", issued,
                (seconds(row["called_at"]) or seconds(row["served_at"])) if served else None,
                seconds(row["ended_at"]) if served else None,
                None if served else seconds(row["abandoned_at"]), row["counter"], int(row["wait_s"]),
            )


def acts(tickets: list[Ticket]) -> list[tuple[int, int, int]]:
    """(second, act, ticket), in order."""
    found = []
    for n, ticket in enumerate(tickets):
        found.append((ticket.issued, JOIN, n))
        if ticket.called is not None and ticket.ended is not None:
            found.append((ticket.called, CALL, n))
            found.append((ticket.ended, END if ticket.ended > ticket.called else END_AT_ONCE, n))
        elif ticket.left is not None:
            found.append((ticket.left, LEAVE, n))
        found += [(ticket.issued + later, LOOK, n) for later in LOOK_AGAIN if later < ticket.waited]
    return sorted(found)


@dataclass
class Pool:
    line: Line = field(default_factory=Line)
    marks: Marks = field(default_factory=Marks)


class Replay:
    """The live office: it hears one act after the other and is asked at every issue."""

    def __init__(self, tickets: list[Ticket], learned_only: str) -> None:
        self.tickets, self.learned_only = tickets, learned_only
        self.at_issue, self.waiting = Forecast(), Forecast()
        self.pools = {True: Pool(), False: Pool()}
        self.asked: list[Asked] = []
        self.again: list[Asked] = []
        self.open: dict[int, list[tuple[Forecast, Asked]]] = {}
        self.forecast_ns: list[int] = []
        self.night_s: list[float] = []

    def run(self) -> None:
        today = -1
        for at, act, n in acts(self.tickets):
            if at // DAY != today:
                today = at // DAY
                self.night()
            self.hear(at, act, n)

    def night(self) -> None:
        started = time.thread_time()
        self.at_issue.learn()
        self.waiting.learn()
        self.night_s.append(time.thread_time() - started)

    def hear(self, at: int, act: int, n: int) -> None:
        ticket = self.tickets[n]
        pool = self.pools[ticket.service in OWN_POOL]
        if act == JOIN:
            pool.line.joined(n, at, ticket.service, ticket.priority, at - HEAD_START * ticket.priority)
            self.asked.append(self.ask(self.at_issue, pool, at, n))
            pool.marks.joined(n, at)
        elif act == LOOK:
            self.again.append(self.ask(self.waiting, pool, at, n))
        elif act == CALL:
            pool.line.called(n, at, ticket.counter)
            pool.marks.called(n, at)
            self.called(at, n)
        elif act == LEAVE:
            pool.line.left(n, at)
            pool.marks.left(n, at)
            self.open.pop(n)
        else:
            pool.line.finished(n, at, ticket.counter)
            assert ticket.called is not None
            pool.marks.finished(at - ticket.called)

    def ask(self, forecast: Forecast, pool: Pool, at: int, n: int) -> Asked:
        started = time.thread_time_ns()
        moment = pool.line.moment(n, at)
        said = forecast.forecast(moment)
        self.forecast_ns.append(time.thread_time_ns() - started)
        ticket = self.tickets[n]
        asked = Asked(
            ticket.month, at, ticket.service, moment, ticket.called is not None, ticket.waited - (at - ticket.issued),
            said if isinstance(said, Range) else None, pool.marks.say(at, moment), ticket.priority,
            at - ticket.issued,
        )
        self.open.setdefault(n, []).append((forecast, asked))
        return asked

    def called(self, at: int, n: int) -> None:
        """The wait of ``n`` is over: only now may anything learn from it."""
        for forecast, asked in self.open.pop(n):
            if at > asked.at:
                forecast.observe(asked.moment, at - asked.at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where YYYY-MM.csv.gz lie")
    parser.add_argument("--plain", action="store_true", help="without the boosting; needs no scikit-learn")
    chosen = parser.parse_args()
    files = sorted(chosen.folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].csv.gz"))
    if len(files) < 2:
        raise SystemExit(f"{chosen.folder} needs at least two months: one to learn from, one to try")
    replay = Replay([ticket for path in files for ticket in read(path)], files[0].name[:7])
    replay.run()
    rivals = [] if chosen.plain else boost(replay.asked)
    print(tables(replay.asked, replay.again, rivals, replay.learned_only))
    spent = sorted(replay.forecast_ns)
    print(f"One forecast, with the picture of the line: median {spent[len(spent) // 2] / 1e6:.2f} ms, "
          f"p99 {spent[len(spent) * 99 // 100] / 1e6:.2f} ms of CPU. "
          f"A night's learning: at most {max(replay.night_s):.1f} s of CPU.")


if __name__ == "__main__":
    main()
