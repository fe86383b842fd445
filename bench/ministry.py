"""All that was promised in figures about growth and speed, each beside its baseline, in about a quarter of an hour.

``python -m bench.ministry``: prints each line as it comes, and at the end one table: measure, bar, figure, kept or
missed, and what stood beside it in the same minute. ``--only emit,grow`` runs some parts; ``--json`` keeps the figures.
Needs the machine to itself, PostgreSQL, Redis and Chromium.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bench import export, fanout, grow, pages
from bench.bars import Found, good, load, say, table
from bench.house import ROOT, machine
from queue_server import bootstrap

#: What ``bench.fast`` says of a bar: its name, the figure, the bar.
_LINE = re.compile(r"^ {2}(.+): ([0-9.]+) \(bar (at least|at most) ([0-9.]+)\): (kept|MISSED)$")
_STATEMENTS = re.compile(r"^ +([\d,]+) waiting: .*ratio ([0-9.]+) \(bar ([0-9.]+)\)$")


def fast(rounds: int) -> list[Found]:
    """The bars of issue and call: ``bench.fast``, in a process of its own because it is patched."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.fast", "--rounds", str(rounds), "--seconds", "2"], cwd=ROOT,
        stdout=subprocess.PIPE, text=True, check=False)
    print(ran.stdout, flush=True)
    found = []
    for line in ran.stdout.splitlines():
        if bar := _LINE.match(line):
            found.append(Found(bar[1], float(bar[2]), bar=float(bar[4]), least=bar[3] == "at least", beside=load()))
        elif bar := _STATEMENTS.match(line):
            found.append(Found(f"a command to its own statements in raw sqlite3, {bar[1]} waiting", float(bar[2]),
                               bar=float(bar[3]), beside=line.partition(": ")[2].partition(": ratio")[0]))
    if not found:
        raise SystemExit("bench.fast found nothing")
    return found


def _parts(rounds: int, big: bool, chromium: str) -> dict[str, Callable[[], list[Found]]]:
    """Name -> what it measures; ``big``: the sizes that the issue names, which take an hour."""
    events = [0, 500_000, 5_000_000] if big else [0, 400_000]
    return {
        "emit": lambda: fanout.run("emit", 3 * rounds),
        "boards": lambda: fanout.run("boards", 3 * rounds),
        "reconnect": lambda: fanout.run("reconnect", 3 * rounds),
        "memory": lambda: fanout.run("memory", rounds),
        "report": lambda: fanout.run("report", rounds),
        "fast": lambda: fast(rounds),
        "export": lambda: export.run(1_000_000 if big else 50_000, rounds),
        "pages": lambda: pages.run(rounds, chromium),
        "processes": lambda: [f for count in (grow.CLIENTS, 1)
                              for f in grow.processes(count, [1, 2, 4], grow.SHARE, rounds, 4)],
        "plain": lambda: grow.processes(grow.CLIENTS, [1, 2], 0, rounds, 4),
        "offices": lambda: grow.offices([1, 100, 1_000] if big else [1, 100], "sqlite", 4),
        "screens": lambda: grow.screens([10, 100, 1_000, 10_000] if big else [10, 100, 1_000], "sqlite", 40),
        "idle": lambda: grow.idle(10_000),
        "history": lambda: grow.history(events, 100, None),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ministry", description="All measures of growth and speed.")
    parser.add_argument("--only", default="", help="parts, with commas: " + ",".join(_parts(1, False, "")))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--big", action="store_true", help="5,000,000 events, 1,000 offices, 10,000 screens: an hour")
    parser.add_argument("--chromium", default="", help="path of the browser [the system's, else playwright's own]")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    args = parser.parse_args()
    bootstrap.raise_file_limit()
    parts = _parts(args.rounds, args.big, args.chromium)
    wanted = args.only.split(",") if args.only else list(parts)
    if unknown := set(wanted) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    print(machine(), load(), sep=", ", flush=True)
    found: list[Found] = []
    for name in wanted:
        begun = time.monotonic()
        print(f"{name}:", flush=True)
        try:
            found += parts[name]()
        except (Exception, SystemExit):  # the others are still worth their figures
            traceback.print_exc()
            found.append(say(Found(f"{name}: could not be measured", 1, bar=0)))
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
        if args.json:
            args.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    print("\n" + table(found))
    sys.exit(0 if good(found) else 1)


if __name__ == "__main__":
    main()
