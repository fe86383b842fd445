"""``custody``: brings the registry of people in custody up to date, from a CSV file or through an adapter."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from .. import config
from ..commands.custody import import_people
from ..custody_file import CsvSource
from ..domain.custody import Source, SourceError, checked
from ..shell import existing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("import",))
    parser.add_argument("office", help="key of the office")
    parser.add_argument("file", help="CSV file, or MODULE:NAME of an adapter with --adapter")
    parser.add_argument("--adapter", action="store_true",
                        help="FILE names a Python object with people(), such as an adapter to the national register")
    parser.add_argument("--dry-run", action="store_true", help="only read and check, change nothing")


def run(args: argparse.Namespace) -> int:
    try:
        people = checked(_source(args.file, args.adapter))
    except SourceError as error:
        print(f"Nothing was changed. {error}")
        return 1
    if args.dry_run:
        print(f"{len(people)} people; nothing was changed.")
        return 0
    session = existing(config.read(args))
    try:
        done = session.press(args.office, "import_people", import_people, people=people)
    finally:
        session.close()
    print(f"{done['people']} people: {done['added']} new, {done['changed']} changed, {done['removed']} gone; "
          f"{done['cancelled']} reservations taken back because a visit is not possible any more.")
    return 0


def _source(named: str, adapter: bool) -> Source:
    """The file, or the object that an adapter's module holds; raises SourceError."""
    if not adapter:
        return CsvSource(Path(named))
    module, _, name = named.partition(":")
    try:
        found: Source = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SourceError(f"there is no adapter {named!r} ({error}); write MODULE:NAME") from error
    return found
