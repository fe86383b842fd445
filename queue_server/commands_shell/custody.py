"""``custody``: brings the registry of people in custody up to date, from a CSV file or through an adapter."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import config, opening
from ..commands.custody import difference, import_people, must_be_meant
from ..custody_file import CsvSource
from ..domain.custody import Inmate, Source, SourceError, checked
from ..shell import Session, existing
from ..store import custody, offices


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("import",))
    parser.add_argument("office", help="key of the office")
    parser.add_argument("file", help="CSV file, or MODULE:NAME of an adapter with --adapter")
    parser.add_argument("--adapter", action="store_true",
                        help="FILE names a Python object with people(), such as an adapter to the national register")
    parser.add_argument("--dry-run", action="store_true", help="only read, check, and say what would change")
    parser.add_argument("--anyway", action="store_true", help="also when hardly anybody would be left in the registry")
    parser.add_argument("--language", choices=("id", "en"), default="en", help="language of refusals")


def run(args: argparse.Namespace) -> int:
    try:
        people = checked(_source(args.file, args.adapter))
    except SourceError as error:
        print(f"Nothing was changed. {error}")
        return 1
    session = existing(config.read(args), args.language)
    try:
        if args.dry_run:
            _try(session, args.office, people, args.anyway)
        else:
            print(_told(session.press(
                args.office, "import_people", import_people, people=people, anyway=args.anyway)))
    finally:
        session.close()
    return 0


def _try(session: Session, key: str, people: list[Inmate], anyway: bool) -> None:
    """Says what an import would change; raises Refused where it would be refused."""
    case = opening.office(session.database, key).rules.family.offered
    with session.database.read() as c:
        office_id = offices.heads_of(c, [key])[0].id
        there, done = custody.count(c, office_id)[0], difference(c, office_id, people, case)
    print(f"Nothing was changed; it would be: {_told(done)}")
    if not anyway:
        must_be_meant(there, done["removed"])


def _told(done: Mapping[str, Any]) -> str:
    return (f"{done['people']} people: {done['added']} new, {done['changed']} changed, {done['removed']} gone; "
            f"{done['cancelled']} reservations taken back because a visit is not possible any more.")


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
