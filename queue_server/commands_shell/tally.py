"""``tally``: keeps what past days and months add up to, for reports; makes all of it anew, or checks it."""

from __future__ import annotations

import argparse
import os
import sys

from .. import config, opening
from ..config import Config
from ..database import Database
from ..domain.errors import NotFound
from ..reporting import keep
from ..upkeep.data_folder import must_exist


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", nargs="?", default="", help="key of the office (default: every office)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--anew", action="store_true", help="drop what is kept and make all of it again from the log")
    how.add_argument("--check", action="store_true", help="count every kept day again from the log and compare")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    must_exist(settings, "en")
    if hasattr(os, "nice"):
        os.nice(10)  # behind the server, which gives numbers meanwhile
    wrong = 0
    for key in _offices(settings, args.office):
        database = Database(settings.database_url)
        try:
            wrong += _check(database, key) if args.check else _keep(database, key, args.anew)
        finally:
            database.close()
    return 1 if wrong else 0


def _offices(settings: Config, key: str) -> list[str]:
    opening.prepare(settings)
    found = [office.key for office in opening.offices_in(settings) if key in ("", office.key)]
    if not found:
        raise NotFound("no_such_office")
    return found


def _keep(database: Database, key: str, anew: bool) -> int:
    days = keep.keep(database, key, _told, anew)
    print(f"{key}: {days} days written.")
    return 0


def _check(database: Database, key: str) -> int:
    days, differing = keep.check(database, key, _told)
    for what in differing:
        print(f"{key}: {what} is not what the log adds up to; make it again with --anew.")
    print(f"{key}: {days} kept days and months checked, {len(differing)} differ.")
    return len(differing)


def _told(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} / {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)
