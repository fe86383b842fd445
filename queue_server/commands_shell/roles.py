"""``roles``: prints who may do what, or writes it as docs/roles.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from ..screens.acts import ACTS
from ..screens.roles import EVENTS, ROUTES, SCREENS, Who

FILE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
YES, NO = "●", ""
HEAD = """# Who may do what

This page is the code: `queue_server/screens/roles.py` and `acts.py`, printed by `python -m queue_server roles --write`.
What is not named here is refused: the server does not start while a route or an event of the socket has no line, and
a test tries every line with every role.

| role | who that is |
|---|---|
| visitor | anybody: nothing is known of them |
| holder | whoever has the secret address of a ticket (128 bits at random) |
| board, kiosk | a device, paired by a code that a supervisor typed in; known by a cookie, revocable at once |
| officer | serves visitors |
| supervisor | serves, and answers for the day: devices, schedule, closing, the log |
| auditor | reads the log and the supervisor's page, presses nothing |
| administrator | sets the house up ([administration](administration.md)); reads the log, does not serve |

Where an office has no administrator who may sign in, a supervisor stands in and does what is an administrator's.

People and devices belong to one office: at another they are visitors.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write docs/roles.md")


def run(args: argparse.Namespace) -> int:
    if args.write:
        FILE.write_text(printed(), encoding="utf-8")
    else:
        print(printed(), end="")
    return 0


def printed() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *_routes(), "", *_screens(), "", *_acts(), ""])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(title: str, heads: list[str], roles: list[Who], rows: Iterator[list[str]]) -> Iterator[str]:
    yield from (f"## {title}", "", _row([*heads, *roles]))
    yield "|" + "---|" * len(heads) + ":-:|" * len(roles)
    yield from (_row(row) for row in rows)


def _marks(roles: list[Who], who: frozenset[Who]) -> list[str]:
    return [YES if role in who else NO for role in roles]


def _routes() -> Iterator[str]:
    roles = list(Who)
    rows = ([f"`{key}`", line.what, *_marks(roles, line.who)] for key, line in ROUTES.items())
    return _table("Addresses", ["address", "what"], roles, rows)


def _screens() -> Iterator[str]:
    roles = list(Who)
    yield from _table("Screens that connect (Socket.IO)", ["screen"], roles, (
        [key, *_marks(roles, who)] for key, who in SCREENS.items()))
    yield from ("", "What a connected screen sends:", "", "| event | from | what |", "|---|---|---|")
    for event, (screens, what) in EVENTS.items():
        yield _row([f"`{event}`", "any" if screens == frozenset(SCREENS) else ", ".join(sorted(screens)), what])


def _acts() -> Iterator[str]:
    roles = [Who.OFFICER, Who.SUPERVISOR, Who.AUDITOR, Who.ADMINISTRATOR]
    rows = ([f"`{act.name}`", ", ".join(f"{name}: {kind.__name__}" for name, kind in act.takes.items()),
             *_marks(roles, act.roles)] for act in ACTS.values())
    return _table("What people press", ["act", "with"], roles, rows)
