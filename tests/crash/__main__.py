"""``python -m tests.crash``: many rounds of bad days, seeds printed; ends with 1 when anything was lost or doubled."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from queue_server.replay.compare import quantile

from .faults import FAULTS
from .house import ALONE, SAID, TWO, House
from .rounds import RIGHT_S, Round, Rounds


def order(names: list[str], rounds: int, seed: str) -> Iterator[str]:
    """Every fault equally often, in an order that the seed decides."""
    chance = Random(seed)
    left: list[str] = []
    for _ in range(rounds):
        left = left or chance.sample(names, len(names))
        yield left.pop()


async def play(folder: Path, kind: str, mode: str, seed: str, faults: list[str], done: list[Round]) -> None:
    """These faults in one house of this kind, one after the other, each noted in ``done``; ends early when something
    was wrong."""
    folder.mkdir()
    house = await House(folder, kind, mode, seed).open()
    print(f"{SAID[kind]}; between screens and server: {house.network.said}", flush=True)
    played = Rounds(house, seed, len(done))
    try:
        for fault in faults:
            done.append(await played.play(fault))
            print(done[-1].line(), flush=True)
            for problem in done[-1].problems[:20]:
                print(f"      WRONG: {problem}", flush=True)
            if done[-1].problems:
                break  # what follows would only repeat it; the folder is kept
        log = played.log
        print(f"{log.seq} events, {len(log.numbers)} numbers, {len(log.calls)} calls, {len(log.finished)} finished, "
              f"{log.voids} void, each with its failed paper", flush=True)
    finally:
        await house.close()


def all_houses(folder: Path, mode: str, seed: str, faults: list[str], rounds: int) -> list[Round]:
    """All rounds; each house is opened once. Whoever interrupts gets what was played so far."""
    wanted, done = list(order(faults, rounds, seed)), list[Round]()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also for one that was started in the background
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for kind in (ALONE, TWO):
        here = [fault for fault in wanted if FAULTS[fault].house == kind]
        if here:
            try:
                asyncio.run(play(folder / kind, kind, mode, seed, here, done))
            except KeyboardInterrupt:
                print("interrupted", flush=True)
                break
    return done


def summary(done: list[Round], rounds: int) -> bool:
    for fault in sorted({one.fault for one in done}):
        times = sorted(one.right_s for one in done if one.fault == fault)
        late = sum(1 for t in times if t > RIGHT_S)
        print(f"  {fault:<8} {len(times):>3} rounds; boards and consoles right after: median "
              f"{quantile(times, 0.5):.2f} s, longest {times[-1]:.2f} s, {late} above {RIGHT_S:g} s")
    again: Counter[str] = sum((Counter(one.again) for one in done), Counter())
    print(f"  presses sent again: {dict(again)}")
    bad = sum(1 for one in done if one.problems)
    presses = sum(one.presses for one in done)
    numbers, calls, finishes = (sum(one.acknowledged[n] for one in done) for n in range(3))
    print(f"{len(done)} of {rounds} rounds, {presses} presses ({numbers} numbers, {calls} calls, {finishes} finishes "
          f"told), {bad} rounds with something wrong")
    return not bad and len(done) == rounds


def errors_logged(folder: Path) -> Counter[str]:
    """The last line of every traceback in the server's own log: for reading, not for judging."""
    text = "".join(log.read_text(errors="replace") for log in folder.glob("*/data.log"))
    found: Counter[str] = Counter()
    for part in text.split("Traceback (most recent call last):")[1:]:
        lines = [line for line in part.splitlines() if line and not line.startswith((" ", "["))]
        if lines:
            found[lines[0][:140]] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Bad days, one after the other.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--fault", choices=sorted(FAULTS), action="append", help="only this one; may be given again")
    parser.add_argument("--mode", default="eventlet", choices=("eventlet", "threading"))
    parser.add_argument("--strict", action="store_true", help=f"screens that are right after {RIGHT_S:g} s are a fault")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="queue-crash-"))
    begun = time.monotonic()
    print(f"seed {args.seed}, {args.mode}, in {folder}", flush=True)
    done = all_houses(folder, args.mode, args.seed, args.fault or list(FAULTS), args.rounds)
    good = summary(done, args.rounds) and not (args.strict and any(one.right_s > RIGHT_S for one in done))
    for error, n in errors_logged(folder).most_common(8):
        print(f"  in the server's log {n} times: {error}")
    said = "nothing lost, nothing doubled" if not any(one.problems for one in done) else "WRONG"
    unplayed = "" if len(done) == args.rounds else "; not all rounds were played"
    print(f"{time.monotonic() - begun:.0f} s, seed {args.seed}: {said}{unplayed}")
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
