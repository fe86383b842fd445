"""One message to many screens, a thousand that come back, what an idle one costs; beside a bare Flask-SocketIO +
eventlet and beside picows, which send the same bytes to as many lines in the same minute.

``--part emit``: from the moment the server hands over the line of waiting numbers until the last phone has it.
``--part boards``: from the first picture after a call until the last of 100 boards, each with a picture of its own.
``--part reconnect``: the server was ended and started again, all connect at once, until the last has its picture.
``--part memory``: resident memory per phone that only listens.
``--part report``: other requests while a supervisor's report of half a second runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.bars import Found, good, load, say
from bench.ears import Auth, Crowd, Ear, leave, many
from bench.house import House, Process, machine, resident_kb
from bench.storm import PICTURE, storm
from bench.trio import FLOORS, Noted, Phones, devices, floor, give, small_office
from queue_server import bootstrap
from queue_server.crowd import Line
from queue_server.replay.cast import signed_in

#: So many lines -> how many times picows' time it may take until the last has the message.
EMIT_BARS = {100: 6.0, 1_000: 5.0}
RECONNECT_BAR, IDLE_KB = 8.0, 70.0
Times = dict[str, list[float]]


def _ms(nanoseconds: float) -> float:
    return nanoseconds / 1e6


def _beside(times: Times, unit: str = "ms") -> str:
    parts = [f"{name} {median(took):.1f} {unit}" for name, took in times.items()]
    return ", ".join(parts) + f"; {load()}"


def _ratio(times: Times, of: str, to: str) -> float:
    """The median of each round's ratio: what the machine did in that minute happened to both."""
    return median(a / b for a, b in zip(times[of], times[to], strict=True))


# --- emit --------------------------------------------------------------------------------------


async def _ours_line(noted: Noted, phones: Phones, crowd: Crowd, ears: int) -> float:
    before = len(noted.emits("line"))
    crowd.expect("line", ears)
    await asyncio.to_thread(phones.number)
    last = max(await crowd.all())
    while len(sent := noted.emits("line")) == before:  # noted when all of it is handed over
        await asyncio.sleep(0.01)
    return _ms(last - sent[before])


async def _floor_line(asker: Ear, crowd: Crowd, ears: int, message: object) -> float:
    crowd.expect("line", ears)
    begun = await asker.ask("emit", message)
    return _ms(max(await crowd.all()) - begun)


def _message(text: bytes) -> object:
    return json.loads(text[2:])[1]


async def _emit(noted: Noted, floors: dict[str, Process], secrets: Sequence[str], rounds: int) -> tuple[Times, int]:
    many_ears = len(secrets)
    phones = Phones(noted.house, secrets)
    crowd = Crowd()
    ours = await phones.come(crowd)
    theirs = {name: await many(process.port, crowd, [None] * many_ears) for name, process in floors.items()}
    await asyncio.sleep(2.5)  # the lines that were due when they came in are out
    await _ours_line(noted, phones, crowd, many_ears)
    times: Times = {name: [] for name in ("ours", *FLOORS)}
    for _ in range(rounds):
        times["ours"].append(await _ours_line(noted, phones, crowd, many_ears))
        message = _message(crowd.newest)
        size = len(crowd.newest)
        for name in FLOORS:
            times[name].append(await _floor_line(theirs[name][0], crowd, many_ears, message))
        await asyncio.sleep(0.2)
    for ears in (ours, *theirs.values()):
        await leave(ears)
    return times, size


def emit(lines: int, rounds: int) -> list[Found]:
    noted = Noted(small_office())
    secrets = give(noted.house.settings(), lines)
    with noted, floor("bare") as bare, floor("picows") as picows:
        times, size = asyncio.run(_emit(noted, {"bare": bare, "picows": picows}, secrets, rounds))
    beside = f"{size:,} bytes; {_beside(times)}"
    name = f"emit to the last of {lines:,} phones"
    return [
        say(Found(f"{name}, times picows", _ratio(times, "ours", "picows"), bar=EMIT_BARS.get(lines), beside=beside)),
        say(Found(f"{name}, times a bare emit", _ratio(times, "ours", "bare"))),
    ]


# --- boards ------------------------------------------------------------------------------------


async def _boards(
    noted: Noted, floors: dict[str, Process], tokens: Sequence[str], rounds: int
) -> tuple[Times, int]:
    house, crowd, boards = noted.house, Crowd(), len(tokens)
    place, base = house.place, house.base
    auths: list[Auth | None] = [{"screen": "board", "office": place.key, "device": token} for token in tokens]
    ours = await many(house.process.port, crowd, auths)
    theirs = {name: await many(process.port, crowd, [None] * boards) for name, process in floors.items()}
    officer = await Line(
        await signed_in(base, place.key, place.officers[0], place.password),
        {"screen": "counter", "office": place.key}).open()
    await officer.press("sit", counter="c1")
    times: Times = {name: [] for name in ("ours", *FLOORS)}
    for turn in range(rounds + 1):
        await asyncio.sleep(0.6)
        before = len(noted.emits("picture", "board:"))
        crowd.expect("picture", boards)
        await officer.press("call_next")
        last = max(await crowd.all())
        await asyncio.sleep(0.6)  # the officer's own press is over, its drawing too
        took = _ms(last - noted.emits("picture", "board:")[before])
        message, size = _message(crowd.newest), len(crowd.newest)
        for act in ("start", "finish"):
            await officer.press(act, **({"outcome": "served"} if act == "finish" else {}))
        await asyncio.sleep(0.6)
        if turn:  # the first one warms up
            times["ours"].append(took)
            for name in FLOORS:
                times[name].append(await _floor_line(theirs[name][0], crowd, boards, message))
    await officer.close()
    for ears in (ours, *theirs.values()):
        await leave(ears)
    return times, size


def boards(count: int, rounds: int) -> list[Found]:
    noted = Noted(small_office(count, 1), 1)
    give(noted.house.settings(), rounds + 20)
    tokens = devices(noted.house.settings(), [f"b{n}" for n in range(1, count + 1)])
    with noted, floor("bare") as bare, floor("picows") as picows:
        times, size = asyncio.run(_boards(noted, {"bare": bare, "picows": picows}, tokens, rounds))
    name = f"a call, each of {count:,} boards its own picture, to the last"
    return [say(Found(f"{name}, times picows", _ratio(times, "ours", "picows"), bar=EMIT_BARS.get(count),
                      beside=f"{size:,} bytes each; {_beside(times)}"))]


# --- reconnect ---------------------------------------------------------------------------------


def reconnect(lines: int, rounds: int) -> list[Found]:
    house = House(small_office())
    auths = Phones(house, give(house.settings(), lines)).auths
    times: Times = {name: [] for name in ("ours", *FLOORS)}
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.json"
        with house:
            for _ in range(rounds):
                house.process.stop()
                house.process.start()
                seconds, newest = storm(house.process.port, auths)
                times["ours"].append(max(seconds) * 1000)
                first.write_bytes(newest[len(PICTURE) + 1:-1])
                for name in FLOORS:
                    with floor(name, first) as process:
                        times[name].append(max(storm(process.port, [None] * lines)[0]) * 1000)
    beside = f"picture of {len(newest):,} bytes; {_beside(times)}"
    name = f"{lines:,} reconnecting after a restart"
    bar = RECONNECT_BAR if lines == 1_000 else None
    return [
        say(Found(f"{name}, times picows", _ratio(times, "ours", "picows"), bar=bar, beside=beside)),
        say(Found(f"{name}, times bare", _ratio(times, "ours", "bare"))),
    ]


# --- memory ------------------------------------------------------------------------------------


async def _held(process: Process, come: Callable[[Crowd], object], lines: int) -> float:
    """KB of resident memory per line, some seconds after all came in."""
    assert process.process is not None
    pid, crowd = process.process.pid, Crowd()
    before = resident_kb(pid)
    ears = await come(crowd)  # type: ignore[misc]
    await asyncio.sleep(5)
    kb = (resident_kb(pid) - before) / lines
    await leave(ears)
    return kb


def memory(lines: int) -> list[Found]:
    house = House(small_office())
    phones = Phones(house, give(house.settings(), lines))
    with house, floor("bare") as bare:
        phones.number()
        ours = asyncio.run(_held(house.process, phones.come, lines))
        theirs = asyncio.run(_held(bare, lambda crowd: many(bare.port, crowd, [None] * lines), lines))
    return [say(Found(f"memory per idle phone, {lines:,} connected", ours, " KB", IDLE_KB,
                      beside=f"bare {theirs:.0f} KB a line"))]


PARTS = ("emit", "boards", "reconnect", "memory", "report")


def run(part: str, rounds: int, lines: int | None = None) -> list[Found]:
    """The figures of one part, printed as they come."""
    if part == "emit":
        return [found for count in ([lines] if lines else EMIT_BARS) for found in emit(count, rounds)]
    if part == "boards":
        return boards(min(lines or 100, 100), max(3, rounds // 2))
    if part == "reconnect":
        return reconnect(lines or 1_000, max(3, rounds // 3))
    if part == "memory":
        return memory(lines or 1_000)
    from bench import report

    return report.run(rounds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description="One message to many screens.")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be given again")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--lines", type=int, help="how many screens; the default is what the bars say")
    args = parser.parse_args()
    bootstrap.raise_file_limit()
    print(machine())
    found: list[Found] = []
    for part in args.part or PARTS:
        print(f"{part}:", flush=True)
        found += run(part, args.rounds, args.lines)
    sys.exit(0 if good(found) else 1)


if __name__ == "__main__":
    main()
