"""``flags``: prints the rules by which steps are flagged, or writes them as docs/plausible.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..domain.plausible import RULES
from ..exports.columns import names_of_flags

FILE = Path(__file__).resolve().parents[2] / "docs" / "plausible.md"
KINDS = {
    "data": "Data that cannot be so",
    "gaming": "Acts that look like gaming the clock",
}
HEAD = """# Which steps a figure should not rest on

This page is the code: the table `RULES` in `queue_server/domain/plausible.py`, printed by
`python -m queue_server flags --write`.

A flag changes nothing about its step and hides nothing: the step stays in the log, in every file and in every figure.
But each figure is shown **twice, with every step and without the flagged ones, with their share beside it**, so that
nobody can make a figure look better by acts of these kinds, nor spoil a colleague's. A flag does not accuse anybody:
each of these acts has honest reasons too. A step may carry several flags.

A flag depends only on the step, its acts in the log and its ticket's earlier steps, never on other visitors. Whoever
has the events finds the same flags. Durations are of the clock that nobody can set (decisions 15).
"""
TAIL = """
Where they are seen: the wait log has a filter and says them with each number; the files have the column `flags`;
shares, reports and compliance sheets print both figures. A step that is under way is flagged as soon as a rule holds.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write docs/plausible.md")


def run(args: argparse.Namespace) -> int:
    if args.write:
        FILE.write_text(printed(), encoding="utf-8")
    else:
        print(printed(), end="")
    return 0


def printed() -> str:
    """The page, as Markdown."""
    english, indonesian = names_of_flags("en"), names_of_flags("id")
    lines = [HEAD]
    for kind, title in KINDS.items():
        lines += [f"## {title}", "", "| flag | what | apa | why the threshold |", "|---|---|---|---|"]
        lines += [
            f"| `{code}` | {english[code]} | {indonesian[code]} | {rule.source} |"
            for code, rule in RULES.items() if rule.kind == kind
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n" + TAIL
