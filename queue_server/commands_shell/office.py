"""``office``: import, apply, difference and export of an office's file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import config, opening
from ..commands.setup import configure
from ..domain.errors import NotFound
from ..domain.office import Office
from ..office_file import OfficeFileError, differences, read, warnings, write
from ..shell import Session, existing
from ..upkeep.doctor import no_code_at_the_door


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("import", "apply", "difference", "export", "list"), help="what to do")
    parser.add_argument("file", nargs="?", help="the office's TOML file (export: the office's key)")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument("--language", choices=("id", "en"), default="en", help="language of messages about the file")


def run(args: argparse.Namespace) -> int:
    if args.what != "list" and not args.file:
        print("Name the file (or, for export, the office).", file=sys.stderr)
        return 2
    settings = config.read(args)
    session = Session(settings) if args.what == "import" else existing(settings, args.language)
    try:
        return _run(session, args)
    except OSError as error:
        print(f"{args.file} cannot be read: {error.strerror}. Check the name of the file.", file=sys.stderr)
        return 1
    except OfficeFileError as error:
        print(error.say(args.language), file=sys.stderr)
        return 1
    finally:
        session.close()


def _run(session: Session, args: argparse.Namespace) -> int:
    if args.what == "list":
        for listed in opening.offices_of(session.database):
            print(f"{listed.key}  {listed.name}")
        return 0
    if args.what == "export":
        print(write(opening.office(session.database, args.file)), end="")
        return 0
    office = read(Path(args.file).read_text(encoding="utf-8"), args.file)
    for warning in warnings(office):
        print(warning.say(args.language), file=sys.stderr)
    _say_no_door_code(session, office, args.language)
    known = {listed.key for listed in opening.offices_of(session.database)}
    if office.key not in known and args.what == "difference":
        raise NotFound("no_such_office")
    if office.key not in known:
        return _import(session, office)
    return _apply(session, office, args)


def _say_no_door_code(session: Session, office: Office, language: str) -> None:
    """Phones may take numbers, and nothing at the door could note that they have come: said before anybody waits."""
    found = None if session.settings.address else no_code_at_the_door([office])
    if found:
        print(found.say(language), file=sys.stderr)


def _import(session: Session, office: Office) -> int:
    opening.add_office(session.database, office.key)
    session.press(office.key, "configure", configure, office=office, reason="import")
    print(f"{office.name} is imported. Add people: python -m queue_server person add {office.key} NAME --role officer")
    return 0


def _agreed() -> bool:
    """What the person at the shell says; nobody there (a script) has not agreed."""
    try:
        return input("Put these changes in force? [y/N] ").strip().lower() in ("y", "yes", "ya")
    except EOFError:
        print("Nobody answered. To apply without being asked: --yes", file=sys.stderr)
        return False


def _apply(session: Session, office: Office, args: argparse.Namespace) -> int:
    changes = differences(opening.office(session.database, office.key), office)
    if not changes:
        print("Nothing differs from what is in force.")
        return 0
    for change in changes:
        print(f"{change.path}: {change.before} -> {change.after}")
    if args.what == "difference":
        return 0
    if not args.yes and not _agreed():
        print("Nothing was changed.")
        return 1
    answer = session.press(office.key, "configure", configure, office=office, reason="apply")
    print(f"In force as version {answer['version']}.")
    return 0
