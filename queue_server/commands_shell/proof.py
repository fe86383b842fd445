"""``verify``, ``verifier`` and ``evidence``: proving and checking the log."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .. import config, opening
from ..commands.seal import seal_now
from ..domain import hours
from ..domain.errors import NotFound, Refused
from ..exports.work import Asked, filters_of
from ..moment import wall_ms
from ..proof import generator, make, verifier
from ..shell import existing
from ..store import offices

WORDS = Path(verifier.__file__).with_name("words.json")


def words() -> verifier.Words:
    found: verifier.Words = json.loads(WORDS.read_text("utf-8"))
    return found


def verify_arguments(parser: argparse.ArgumentParser) -> None:
    verifier.add_arguments(parser)


def verify(args: argparse.Namespace) -> int:
    return verifier.run(args, words())


def verifier_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", type=Path, nargs="?", const=generator.FILE, metavar="FILE",
                        help=f"write it there (default: {generator.FILE.name} beside the program) instead of printing")


def write_verifier(args: argparse.Namespace) -> int:
    if args.write is None:
        sys.stdout.write(generator.made())
    else:
        args.write.write_text(generator.made(), "utf-8", newline="\n")
    return 0


def evidence_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", help="key of the office")
    add = parser.add_argument
    add("--from", dest="first", default="", metavar="DAY", help="first office day, like 2026-11-01 (default: today)")
    add("--to", dest="last", default="", metavar="DAY", help="last office day (default: the first)")
    add("--out", type=Path, metavar="FILE", help="file to write (default: a name that says what is in it)")


def evidence(args: argparse.Namespace) -> int:
    settings = config.read(args)
    session = existing(settings)
    try:
        first = args.first or args.last or hours.office_day(opening.office(session.database, args.office), wall_ms())
        days = filters_of(first, args.last or first)
        session.press(args.office, "seal", seal_now)
        path = args.out or Path(Asked(args.office, days, "evidence").file_name)
        with session.database.read() as c:
            found = offices.heads_of(c, [args.office])
            if not found:
                raise NotFound("no_such_office")
            seal = make.write(c, found[0], days.first, days.last, path, _told)
    except OSError as error:
        print(f"The file could not be written: {error}", file=sys.stderr)
        return 1
    except make.NotSealed as error:
        raise Refused("not_sealed") from error
    finally:
        session.close()
    print(f"{path}\nThe code of its list of files: {make.code_of_list(path)}\nIt ends with the seal: {seal}")
    return 0


def _told(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} / {total}", end="", file=sys.stderr, flush=True)
