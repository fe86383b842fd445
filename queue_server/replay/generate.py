"""A day that nobody lived: the same columns as a recorded one, from a seed.

``python -m queue_server.replay.generate FILE --tickets 200 --seed 1 --minutes 90``
"""

from __future__ import annotations

import argparse
import csv
import heapq
import random
from datetime import datetime, timedelta
from pathlib import Path

from .recording import NEEDED

DAY = datetime(2026, 3, 2)  # noqa: DTZ001  (a recording is local time without a zone)
SERVICES = (("VISIT", 6), ("GOODS", 3), ("INFO", 1))
FIRST_H = 8


def generate(tickets: int, seed: int, minutes: float, counters: int = 4) -> list[dict[str, str]]:
    """Rows as a small office would record them: queues, people who give up, and the oddities real logs have
    (no counter written down, two visitors at one counter, nobody served for more than 0 s)."""
    chance = random.Random(seed)
    issues = sorted(round(chance.uniform(0, minutes * 60)) for _ in range(tickets))
    free = [(0.0, f"C{n:02d}") for n in range(1, counters + 1)]
    heapq.heapify(free)
    mean = minutes * 60 * counters / tickets
    rows = []
    for number, issued in enumerate(issues, 1):
        service = chance.choices([s for s, _ in SERVICES], [w for _, w in SERVICES])[0]
        row = dict.fromkeys(NEEDED, "")
        row.update(ticket=f"{service}{number}", service=service, priority=str(int(chance.random() < 0.25)),
                   issued_at=_at(issued), outcome="served")
        at, counter = free[0]
        called = max(issued, round(at))
        patience = chance.expovariate(1 / (4 * mean))
        if called - issued > patience:
            row.update(outcome="abandoned", abandoned_at=_at(issued + round(patience)))
        else:
            walk, serve = chance.choice((0, 0, 5, 20)), round(chance.expovariate(1 / mean))
            serve = 0 if chance.random() < 0.02 else serve
            ended = called + walk + serve
            heapq.heapreplace(free, (ended, counter))
            odd = chance.random()
            written = "" if odd < 0.02 else (f"C{chance.randint(1, counters):02d}" if odd < 0.05 else counter)
            row.update(called_at=_at(called), served_at=_at(called + walk), ended_at=_at(ended), counter=written)
        rows.append(row)
    return rows


def _at(seconds: float) -> str:
    return (DAY + timedelta(hours=FIRST_H, seconds=seconds)).isoformat()


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NEEDED)
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m queue_server.replay.generate", description="A generated day.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--tickets", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=90, help="length of the day")
    parser.add_argument("--counters", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    write(args.file, generate(args.tickets, args.seed, args.minutes, args.counters))


if __name__ == "__main__":
    main()
