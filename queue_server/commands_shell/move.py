"""``move``: from SQLite to PostgreSQL."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from .. import config, postgresql
from ..upkeep.move import MoveFailed, move
from ..upkeep.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", metavar="URL", default="", help="address of an empty PostgreSQL database (default: "
                        "DATABASE_URL, which others cannot see in the list of processes)")
    parser.add_argument("--anyway", action="store_true", help="also when the log does not hold together")
    parser.add_argument("--language", choices=("id", "en"), default="en", help="language of what is said")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    to = args.to or settings.database_url
    try:
        postgresql.address(to)
    except ValueError:
        print(say(args.language, "move.not_to_postgresql", detail=""), file=sys.stderr)
        return 2
    settings = replace(settings, database_url=f"sqlite:///{settings.data}/queue.db")
    try:
        done = move(settings, to, args.language, args.anyway)
    except MoveFailed as failed:
        print(say(args.language, f"move.{failed.code}", detail=failed.detail), file=sys.stderr)
        return 1
    print(say(args.language, "move.done", rows=done.total, tickets=done.rows["ticket"], events=done.rows["event"],
              to=postgresql.shown(to)))
    print(say(args.language, "move.next", folder=settings.data))
    return 0
