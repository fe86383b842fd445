"""``replay``: plays a recorded day on a running server through its public interface, and compares."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from pathlib import Path

import requests

from .. import config
from ..client import Refusal
from ..replay import cast, compare, log
from ..replay.play import CLOCK_ERROR_S, MARGIN, Decide, Follow, Player
from ..replay.recording import Day, Note, RecordingError, read
from ..upkeep.data_folder import must_exist

NAMED = 5
WIDTH = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="recorded tickets (CSV: see queue_server/replay/recording.py)")
    parser.add_argument("--speed", type=float, default=60, help="recorded seconds in one second; less where the clock "
                        f"would err by more than {CLOCK_ERROR_S:g} recorded seconds [60]")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--follow", action="store_true", help="call the recorded ticket where it was called [default]")
    mode.add_argument("--decide", action="store_true", help="let the office's own order choose whom to call")
    parser.add_argument("--any-speed", action="store_true", help="play at --speed however much the clock errs then")
    parser.add_argument("--server", default="", help="address of the running server [http://127.0.0.1:PORT]")
    parser.add_argument("--boards", type=int, default=1, help="boards that connect and confirm calls [1]")
    parser.add_argument("--phones", type=int, default=20, help="phones that follow their tickets [20]")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    if not args.speed > 0 or args.boards < 0 or args.phones < 0:
        print("--speed must be above 0, --boards and --phones not below.", file=sys.stderr)
        return 2
    try:
        day = read(args.file)
    except (RecordingError, OSError) as error:
        print(f"The recording cannot be read: {error}", file=sys.stderr)
        return 2
    base = (args.server or f"http://127.0.0.1:{settings.port}").rstrip("/")
    if not _is_up(base):
        print(f"No server answers at {base}. Start one: python -m queue_server serve --port {settings.port}",
              file=sys.stderr)
        return 2
    must_exist(settings)
    print(_announced(day, args))
    _say_notes(day.notes)
    mode = "decide" if args.decide else "follow"
    made = cast.make_office(settings, day, mode, args.boards)
    print(f"Office {made.key} at {base}; supervisor's page: {base}/supervisor/{made.key}")
    try:
        player = asyncio.run(_played(day, cast.Cast(base, made), args))
        verdict = compare.compare(player, log.read(base, made), args.any_speed)
    except (Refusal, OSError, TimeoutError) as fault:
        what = f"refused: {fault.code}" if isinstance(fault, Refusal) else f"{type(fault).__name__} {fault}"
        print(f"\nThe replay could not be played to its end ({what}).", file=sys.stderr)
        return 1
    return _say(verdict)


def _is_up(base: str) -> bool:
    try:
        requests.get(base + "/", timeout=10)
    except requests.RequestException:
        return False
    return True


def _announced(day: Day, args: argparse.Namespace) -> str:
    served = sum(row.served for row in day.rows)
    return (
        f"{day.name}: {len(day.rows)} tickets of {day.date}, {served} served at {len(day.counters)} counters, "
        f"{len(day.rows) - served} gave up; {(day.last - day.first) / 3600:.1f} hours")


def _say_notes(notes: tuple[Note, ...]) -> None:
    """Every row that is changed or left out, and why; what is merely unusual with the first few of its rows."""
    by_why: dict[tuple[bool, str], list[Note]] = defaultdict(list)
    for note in notes:
        by_why[(not note.changed, note.why)].append(note)
    for (unchanged, why), found in sorted(by_why.items()):
        shown = found[:NAMED] if unchanged else found
        some = ", ".join(f"{n.ticket} ({n.what})" if n.what else n.ticket for n in shown)
        more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        print(f"  {'as recorded' if unchanged else 'changed'}: {len(found)} x {why}: {some}{more}")


async def _played(day: Day, people: cast.Cast, args: argparse.Namespace) -> Player:
    bar = Bar()
    player = (Decide if args.decide else Follow)(day, people, args.speed, bar.show)
    await people.enter(day.counters, args.boards, args.phones)
    try:
        worst = await player.trial()
        fastest = CLOCK_ERROR_S / (MARGIN * worst)
        print(f"From a number to the start of service takes up to {worst * 1000:.0f} ms here.")
        if player.speed > fastest and not args.any_speed:
            player.speed = max(1.0, float(int(fastest)))
            print(f"At {args.speed:g} times the speed the clock could err by more than {CLOCK_ERROR_S:g} recorded "
                  f"seconds; playing {player.speed:g} times as fast.")
        print(f"It takes {(day.last - day.first) / player.speed / 60:.1f} minutes.", flush=True)
        await player.run()
    finally:
        bar.end()
        await people.leave()
    drawn = [len(board.drawn) for board in people.boards]
    print(f"{len(drawn)} boards drew {min(drawn, default=0)} to {max(drawn, default=0)} calls each; "
          f"{people.followed} tickets were followed by phones, {people.most_phones} at a time")
    return player


class Bar:
    """Progress on one line of a terminal, or a line every tenth of the way elsewhere."""

    def __init__(self) -> None:
        self.moves = sys.stdout.isatty()
        self.tenth = -1
        self.started = time.monotonic()

    def show(self, text: str, share: float) -> None:
        if self.moves:
            full = round(share * WIDTH)
            print(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {text:<60}", end="", flush=True)
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            print(f"  {share:4.0%}  {text}", flush=True)

    def end(self) -> None:
        if self.moves:
            print()


def _say(verdict: compare.Verdict) -> int:
    print("\n".join(verdict.lines))
    for line in verdict.wrong:
        print(f"WRONG: {line}")
    print("All holds." if not verdict.wrong else "Not all holds: see WRONG above.")
    return 1 if verdict.wrong else 0
