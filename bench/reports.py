"""How long each part of the report page takes: a week of 5,000 numbers a day, and a year of them.

The numbers are filled in by ``bench.fill`` and kept by ``python -m queue_server tally``, as the server does by itself
once a day is over. Each address is asked for in turn over HTTP, as the page asks; the figure is the slowest answer of
all rounds, the first one included. ``--year`` needs a quarter of an hour to fill and 4 GB; ``--days`` makes it shorter.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

from bench.bars import Found, good, load, say
from bench.fill import fill
from bench.house import ROOT, House, machine
from queue_server.client import Site
from queue_server.domain.office import Office
from queue_server.replay.place import office

PER_DAY = 5_000
WEEK_DAYS, WEEK_MS = 7, 300
#: 260 days of work: 1,300,000 steps.
YEAR_DAYS, YEAR_MS = 260, 1_000
OFFICERS = 12


def busy_office() -> Office:
    """Four services, twelve counters that serve two each."""
    keys = "abcd"
    counters = {f"c{n}": [keys[n % 4], keys[(n + 1) % 4]] for n in range(OFFICERS)}
    return office("bench", "Bench", {key: key.upper() for key in keys}, counters)


@contextmanager
def filled(days: int, folder: str | None) -> Iterator[House]:
    """A running house with so many days before today, kept; says how long keeping took."""
    house = House(busy_office(), OFFICERS, folder)
    fill(house.data, "bench", days * PER_DAY, PER_DAY)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "queue_server", "tally", "--data", str(house.data)], cwd=ROOT,
                   env={**os.environ}, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    speed = f"{days * PER_DAY / took:,.0f} steps/s; {load()}"
    say(Found(f"keeping {days} days of {PER_DAY:,}", took, " s", beside=speed))
    with house:
        yield house


def measure(name: str, days: int, bar_ms: float, rounds: int, folder: str | None) -> list[Found]:
    with filled(days, folder) as house:
        site = Site(house.base)
        site.post("/sign-in", {
            "office": "bench", "name": house.place.supervisor, "password": house.place.password})
        today = datetime.now(UTC) + timedelta(hours=7)
        first, middle = (f"{today - timedelta(days=back):%Y-%m-%d}" for back in (days, days // 2))
        span = f"from={first}&to={today:%Y-%m-%d}"
        halves = f"before={first}&before_to={middle}&from={middle}&to={today:%Y-%m-%d}"
        pages = {
            "the page itself": "reports", "figures": f"reports/figures?{span}",
            "figures by day": f"reports/figures?{span}&by=day",
            "figures of one service": f"reports/figures?{span}&service=a",
            "two periods compared": f"reports/compare?{halves}", "arrivals and counters": f"reports/arrivals?{span}",
        }
        times: dict[str, list[float]] = {what: [] for what in pages}
        for _ in range(rounds):
            for what, path in pages.items():
                begun = time.perf_counter()
                answer = site.http.get(f"{house.base}/supervisor/bench/{path}", timeout=120)
                times[what].append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200 or b'"preparing"' in answer.content:
                    raise SystemExit(f"{what} gave no answer: {answer.text[:200]}")
    return [
        say(Found(f"{name}: {what}, slowest", max(found), " ms", bar_ms,
                  beside=f"median {median(found):.0f} ms of {rounds}; {load()}")) for what, found in times.items()]


def run(rounds: int, year_days: int, folder: str | None = None) -> list[Found]:
    found = measure("a week", WEEK_DAYS, WEEK_MS, rounds, folder)
    if year_days:
        found += measure(f"{year_days} days of work", year_days, YEAR_MS, rounds, folder)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description="The report page, week and year.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--year", action="store_const", dest="days", const=YEAR_DAYS, default=0, help="260 days too")
    parser.add_argument("--days", type=int, dest="days", help="so many days instead of a year")
    parser.add_argument("--folder", help="where the databases lie; the default is the system's temporary folder")
    args = parser.parse_args()
    print(machine())
    sys.exit(0 if good(run(args.rounds, args.days, args.folder)) else 1)


if __name__ == "__main__":
    main()
