"""``roll``: the printable paper numbers of a service, to be kept in a drawer for the day without electricity."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import config, opening
from ..domain.errors import NotFound
from ..paper import roll
from ..shell import existing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", help="key of the office")
    parser.add_argument("--service", required=True, metavar="KEY", help="key of the service")
    parser.add_argument("--from", dest="first", type=int, metavar="N", help="first number [the roll's first]")
    parser.add_argument("--to", dest="last", type=int, metavar="N", help="last number [the roll's last]")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write [roll-OFFICE-SERVICE.html]")


def run(args: argparse.Namespace) -> int:
    session = existing(config.read(args))
    office = opening.office(session.database, args.office)
    session.close()
    service = next((s for s in office.services if s.key == args.service), None)
    if service is None:
        raise NotFound("no_such_service")
    try:
        wanted = roll.numbers(service, args.first, args.last)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    out = args.out or Path(f"roll-{args.office}-{args.service}.html")
    out.write_text(roll.page(office, service, wanted), encoding="utf-8")
    print(f"{len(wanted)} numbers, {wanted[0]} to {wanted[-1]}: {out}. Open it in a browser and print it on A4.")
    return 0
