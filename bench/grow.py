"""How it grows: processes, offices, screens, years. Each a sub-command, small unless told otherwise.

``processes``: numbers and calls a second by 1, 2 and 4 processes on PostgreSQL beside one on SQLite, over eight offices
and over one; and how long a call takes to a board that is connected to another process.
``offices``: the same with 1, 100 and 1,000 offices in the house.
``screens``: 10 to 10,000 boards and phones connected: call to board, memory per connection, CPU of doing nothing.
``idle``: so many phones in one process, and its memory.
``history``: what a call costs as the log grows to 5,000,000 events.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from statistics import median

from bench.bars import Found, good, load, say
from bench.ears import Crowd, leave, many
from bench.history import FEW, by_turns
from bench.history import House as Past
from bench.house import machine, resident_kb
from bench.houses import Houses, Redis, made, phones, postgres
from bench.load import CLIENTS, Boards, Rates, delay, saturate
from queue_server import bootstrap

TWO_PROCESSES, IDLE_MB = 1.6, 1_000.0
#: Share of a core for each server process, percent: four of them, the database and the clients fit into two cores.
SHARE = 30
#: Phones of one office: beyond that a line of visitors is none that an office could serve.
PER_OFFICE = 100
WAITING = 50
HISTORY_BAR = 1.5


# --- processes ---------------------------------------------------------------------------------


def _name(kind: str, processes: int) -> str:
    return f"{'PostgreSQL' if kind == 'postgresql' else 'SQLite'}, {processes} process{'es' if processes > 1 else ''}"


async def _calm(houses: Houses, calls: int) -> list[float]:
    async with Boards(houses, houses.offices[:CLIENTS]) as boards:
        return await boards.calls(calls, 0.1)


async def _turns(
    houses: dict[str, Houses], rounds: int, seconds: float, calls: int
) -> tuple[dict[str, list[Rates]], dict[str, list[float]]]:
    """Each house saturated by turns, then each alone with single calls."""
    rates: dict[str, list[Rates]] = {name: [] for name in houses}
    for name in houses:
        await saturate(houses[name], 1)
    for _ in range(rounds):
        for name, one in houses.items():
            rates[name].append(await saturate(one, seconds))
    return rates, {name: await _calm(one, calls) for name, one in houses.items()}


def processes(offices: int, counts: Sequence[int], share: int, rounds: int, seconds: float) -> list[Found]:
    """One office has eight counters, so that as many clients press."""
    counters = 1 if offices >= CLIENTS else CLIENTS
    how = {"counters": counters, "waiting": WAITING}
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(postgres()), stack.enter_context(Redis())
        houses = {_name("sqlite", 1): stack.enter_context(made("sqlite", 1, offices, share, **how))}
        for count in counts:
            houses[_name("postgresql", count)] = stack.enter_context(
                made("postgresql", count, offices, share, server, redis, **how))
        limited = all(one.limited for one in houses.values())
        rates, calm = asyncio.run(_turns(houses, rounds, seconds, 24))
    share_said = f"each process {share} % of a core" if limited else "processes not limited"
    said = f"{offices} office{'s' if offices > 1 else ''}, {share_said}"
    print(f"  {said}; {load()}")
    for name, found in rates.items():
        middle = sorted(found, key=lambda one: one.per_s)[len(found) // 2]
        print(f"    {name:<24} {middle}; {delay(calm[name])}")
    return _ratios(rates, counts, offices, said)


def _ratios(rates: dict[str, list[Rates]], counts: Sequence[int], offices: int, said: str) -> list[Found]:
    one, found = rates[_name("postgresql", 1)], []
    for count in counts:
        if count > 1:
            more = rates[_name("postgresql", count)]
            ratio = median(b.per_s / a.per_s for a, b in zip(one, more, strict=True))
            bar = TWO_PROCESSES if count == 2 and offices >= CLIENTS else None
            rate = median(r.per_s for r in more), median(r.per_s for r in one)
            beside = f"{rate[0]:.0f} commands/s beside {rate[1]:.0f}; {said}; {load()}"
            found.append(say(Found(f"{count} processes on PostgreSQL, times one, {offices} offices", ratio, bar=bar,
                                   least=True, beside=beside)))
    return found


# --- offices -----------------------------------------------------------------------------------


def offices(sizes: Sequence[int], kind: str, seconds: float) -> list[Found]:
    found, first = [], 0.0
    for size in sizes:
        with made(kind, 1, size, counters=1 if size >= CLIENTS else CLIENTS, waiting=10) as houses:
            asyncio.run(saturate(houses, 1))
            rates = asyncio.run(saturate(houses, seconds))
            calm = asyncio.run(_calm(houses, 24))
            memory = resident_kb(houses.pids[0]) / 1024
        first = first or rates.per_s
        found.append(say(Found(f"{size:,} offices in the house ({_name(kind, 1)}), commands a second", rates.per_s,
                               beside=f"{rates.per_s / first:.2f} of the first line; {rates}; {delay(calm)}; "
                                      f"{memory:.0f} MB; {load()}")))
    return found


# --- screens -----------------------------------------------------------------------------------


def _places(screens: int) -> dict[str, int]:
    """Phones and boards of so many screens: one board to up to ninety-nine phones."""
    count = max(1, -(-screens // PER_OFFICE))
    return {"offices": count, "waiting": max(1, screens // count - 1) + WAITING}


async def _connected(houses: Houses, screens: int, calls: int) -> tuple[float, float, list[float]]:
    """(KB per connection, percent of a core while nothing happens, milliseconds from call to board)."""
    port, crowd, pid = houses.processes[0].port, Crowd(), houses.pids[0]
    await leave(await many(port, crowd, phones(houses.offices)[:5]))
    before = resident_kb(pid)
    wanted = screens - min(screens, len(houses.offices))
    each = -(-wanted // len(houses.offices))
    auths = [auth for one in houses.offices for auth in phones([one])[-each:]][:wanted] if wanted else []
    auths += [{"screen": "board", "office": one.key, "device": one.boards[0]} for one in houses.offices]
    ears = await many(port, crowd, auths[:screens])
    await asyncio.sleep(6)
    kb, cpu = (resident_kb(pid) - before) / len(ears), houses.cpu
    await asyncio.sleep(4)
    busy = (houses.cpu - cpu) / 4 * 100
    async with Boards(houses, houses.offices[:CLIENTS]) as boards:
        took = await boards.calls(calls, 0.2)
    await leave(ears)
    return kb, busy, took


def screens(sizes: Sequence[int], kind: str, calls: int) -> list[Found]:
    found = []
    for size in sizes:
        with made(kind, 1, **_places(size)) as houses:
            kb, busy, took = asyncio.run(_connected(houses, size, calls))
            offices_ = len(houses.offices)
        found.append(say(Found(
            f"{size:,} boards and phones connected, call to board", median(took), " ms",
            beside=f"{delay(took)}; {kb:.0f} KB per connection; {busy:.1f} % of a core when nothing happens; "
                   f"{offices_} offices; {load()}")))
    return found


def idle(count: int) -> list[Found]:
    """Phones that only listen, a hundred to an office."""
    async def hold(houses: Houses) -> tuple[int, int]:
        before = resident_kb(houses.pids[0])
        ears = await many(houses.processes[0].port, Crowd(), phones(houses.offices)[:count])
        await asyncio.sleep(8)
        after = resident_kb(houses.pids[0])
        await leave(ears)
        return before, after

    per = min(PER_OFFICE, count)
    with made("sqlite", 1, -(-count // per), waiting=per) as houses:
        before, after = asyncio.run(hold(houses))
    bar = IDLE_MB if count >= 10_000 else None
    each = f"{before / 1024:.0f} MB before they came, {(after - before) / count:.1f} KB each; {load()}"
    return [say(Found(f"{count:,} idle phones in one process", after / 1024, " MB", bar, beside=each))]


# --- history -----------------------------------------------------------------------------------


def history(events: Sequence[int], calls: int, folder: str | None) -> list[Found]:
    """Four events to a visit; a call with 20 waiting, by turns in each house."""
    houses = {size: Past(folder, size // 4) for size in events}
    try:
        middle = by_turns(houses, FEW, calls)
    finally:
        for house in houses.values():
            house.close()
    base, found = middle[events[0]], []
    for size, (called, read) in middle.items():
        found.append(say(Found(
            f"a call with {size:,} events in the log, times {events[0]:,}", called / base[0], bar=HISTORY_BAR,
            beside=f"{called:.2f} ms; the office's picture {read:.2f} ms, {read / base[1]:.2f} times; {load()}")))
    return found


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.grow", description="How it grows.")
    commands = parser.add_subparsers(dest="part", required=True)
    one = commands.add_parser("processes", help="1, 2 and 4 processes")
    one.add_argument("--offices", type=_sizes, default=[CLIENTS, 1], help="how many offices [8,1]")
    one.add_argument("--processes", type=_sizes, default=[1, 2, 4], help="how many processes, 1 among them [1,2,4]")
    one.add_argument("--share", type=int, default=SHARE, help="percent of a core for each process; 0: no limit")
    one.add_argument("--rounds", type=int, default=3)
    one.add_argument("--seconds", type=float, default=4)
    one = commands.add_parser("offices", help="1, 100 and 1,000 offices")
    one.add_argument("--sizes", type=_sizes, default=[1, 100], help="how many offices [1,100]; the issue: 1,100,1000")
    one.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    one.add_argument("--seconds", type=float, default=4)
    one = commands.add_parser("screens", help="10 to 10,000 screens")
    one.add_argument("--sizes", type=_sizes, default=[10, 100, 1_000], help="how many [10,100,1000]; also 10000")
    one.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    one.add_argument("--calls", type=int, default=40)
    one = commands.add_parser("idle", help="phones that only listen")
    one.add_argument("--phones", type=int, default=1_000, help="how many [1000]; the bar is for 10000")
    one = commands.add_parser("history", help="a growing log")
    one.add_argument("--events", type=_sizes, default=[0, 40_000, 400_000],
                     help="sizes, the first is the base [0,40000,400000]; the issue: 0,500000,5000000")
    one.add_argument("--calls", type=int, default=100)
    one.add_argument("--folder", help="where the databases lie (1.3 GB for a million events)")
    return parser


def run(args: argparse.Namespace) -> list[Found]:
    if args.part == "processes":
        return [found for count in args.offices
                for found in processes(count, args.processes, args.share, args.rounds, args.seconds)]
    if args.part == "offices":
        return offices(args.sizes, args.database, args.seconds)
    if args.part == "screens":
        return screens(args.sizes, args.database, args.calls)
    return idle(args.phones) if args.part == "idle" else history(args.events, args.calls, args.folder)


def main(words: Sequence[str] | None = None) -> None:
    args = _arguments().parse_args(words)
    bootstrap.raise_file_limit()
    print(machine())
    sys.exit(0 if good(run(args)) else 1)


if __name__ == "__main__":
    main()
