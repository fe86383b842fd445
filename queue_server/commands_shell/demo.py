"""``demo``: plays a busy morning in the demo offices of a running server, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

import requests

from .. import config, opening
from ..client import Refusal
from ..commands.setup import add_person, reset_password
from ..domain.errors import Refused
from ..domain.office import Office
from ..passwords import hashed, new_password
from ..replay.morning import Account, Morning, seats_of, staffed
from ..shell import Session, existing
from ..upkeep.data_folder import served

SUPERVISOR = "demo-supervisor"
SAID_EVERY_S = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=0, help="end after so long; 0: when you press Ctrl-C [0]")
    parser.add_argument("--office", action="append", default=[], help="only this demo office (may be given again)")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    base = f"http://127.0.0.1:{settings.port}"
    try:
        requests.get(base + "/", timeout=10)
    except requests.RequestException:
        print(f"No server answers at {base}. Start it in another window: make run", file=sys.stderr)
        return 2
    running = served(settings.data)
    if running is None or running[0] != settings.port:
        print(f"The server at {base} does not serve the folder {settings.data}. Name the same --data and --port as for "
              "the server: make demo ARGS=\"--data … --port …\". Nothing was changed.", file=sys.stderr)
        return 2
    session = existing(settings)
    try:
        mornings = _mornings(session, base, args.office)
    finally:
        session.close()
    if not mornings:
        print("This server has no demo office to play in: an office of yours is left alone.", file=sys.stderr)
        return 2
    print(_addresses(mornings, base), flush=True)
    try:
        asyncio.run(_play(mornings, args.minutes))
    except KeyboardInterrupt:
        pass
    except (Refusal, OSError, TimeoutError, ExceptionGroup) as fault:
        print(f"The demo could not go on: {_first(fault)}", file=sys.stderr)
        return 1
    print(f"The demo has ended after {sum(m.calls for m in mornings)} calls; its counters are empty again.")
    return 0


def _mornings(session: Session, base: str, wanted: Sequence[str]) -> list[Morning]:
    """The demo offices, each with officers of the demo's own; offices that are not marked demo are not touched."""
    found = []
    for listed in opening.offices_of(session.database):
        office = opening.office(session.database, listed.key)
        if office.demo and (not wanted or office.key in wanted):
            officers = [f"demo-{n}" for n in range(1, len(staffed(office)) + 1)]
            accounts = _accounts(session, office, officers)
            found.append(Morning(base, office, accounts[1:], accounts[0], lambda text: print(text, flush=True)))
    return found


def _accounts(session: Session, office: Office, officers: Sequence[str]) -> list[Account]:
    """The demo's supervisor and officers with one new password, which is kept in this program's memory alone."""
    password = new_password()
    kept = hashed(password)
    for name, role in ((SUPERVISOR, "supervisor"), *((name, "officer") for name in officers)):
        try:
            session.press(
                office.key, "add_person", add_person, name=name, shown_name=name.capitalize(), role=role,
                password_hash=kept)
        except Refused as refused:
            if refused.code != "name_taken":
                raise
            session.press(office.key, "reset_password", reset_password, name=name, password_hash=kept)
    return [Account(name, password) for name in (SUPERVISOR, *officers)]


def _addresses(mornings: Sequence[Morning], base: str) -> str:
    shown = base.replace("127.0.0.1", "localhost")
    lines = ["A busy morning begins. Open a board and watch; Ctrl-C ends it.", ""]
    for morning in mornings:
        office = morning.office
        lines.append(f"  {office.name}")
        lines += [f"    board       {shown}/display/{office.key}/{board.key}" for board in office.boards]
        free = [c.name["en"] for c in seats_of(office) if c not in staffed(office)]
        for_you = f"   free for you: {', '.join(free)}" if free else ""
        lines += [
            f"    counter     {shown}/counter/{office.key}{for_you}",
            f"    people      demo-1 to demo-{len(morning.officers)}, made for the demo; their password is not kept",
            ""]
    return "\n".join(lines)


def _first(fault: Exception) -> Exception:
    """What went wrong first, where several tasks ended of it; a fault of the program goes on as it is."""
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    if not isinstance(fault, Refusal | OSError | TimeoutError):
        raise fault
    return fault


async def _play(mornings: Sequence[Morning], minutes: float) -> None:
    """All offices at once. Ctrl-C cancels this, and each office is left tidy before it returns."""
    said = asyncio.create_task(_say(mornings))
    try:
        async with asyncio.timeout(minutes * 60 or None):
            await asyncio.gather(*(morning.play() for morning in mornings))
    except TimeoutError:
        pass
    finally:
        said.cancel()


async def _say(mornings: Sequence[Morning]) -> None:
    started = time.monotonic()
    while True:
        await asyncio.sleep(SAID_EVERY_S)
        for m in mornings:
            print(f"  {(time.monotonic() - started) / 60:.0f} min  {m.office.name}: {m.calls} calls, "
                  f"{len(m.tickets)} numbers out", flush=True)
