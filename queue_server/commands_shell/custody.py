"""``custody``: brings the registry of people in custody up to date, from a CSV file or through an adapter."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from .. import config, opening
from ..commands.custody import difference, import_people
from ..custody_file import CsvSource
from ..domain.custody import Inmate, Source, SourceError, checked
from ..shell import Session, existing
from ..store import offices


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("import",))
    parser.add_argument("office", help="key of the office")
    parser.add_argument("file", help="CSV file, or MODULE:NAME of an adapter with --adapter")
    parser.add_argument("--adapter", action="store_true",
                        help="FILE names a Python object with people(), such as an adapter to the national register")
    parser.add_argument("--dry-run", action="store_true", help="only read, check, and say what would change")


def run(args: argparse.Namespace) -> int:
    try:
        people = checked(_source(args.file, args.adapter))
    except SourceError as error:
        print(f"Nothing was changed. {error}")
        return 1
    session = existing(config.read(args))
    try:
        done = _tried(session, args.office, people) if args.dry_run else session.press(
            args.office, "import_people", import_people, people=people)
    finally:
        session.close()
    print("Nothing was changed; it would be: " if args.dry_run else "", end="")
    print(f"{done['people']} people: {done['added']} new, {done['changed']} changed, {done['removed']} gone; "
          f"{done['cancelled']} reservations taken back because a visit is not possible any more.")
    return 0


def _tried(session: Session, key: str, people: list[Inmate]) -> dict[str, int]:
    case = opening.office(session.database, key).rules.family.offered
    with session.database.read() as c:
        return difference(c, offices.heads_of(c, [key])[0].id, people, case)


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
