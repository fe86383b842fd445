"""``export``: the wait-time log as a file, by the same code as the supervisor's page."""

from __future__ import annotations

import argparse
import sys

from .. import config, opening
from ..exports import work
from ..upkeep.data_folder import must_exist


def arguments(parser: argparse.ArgumentParser) -> None:
    work.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    must_exist(settings, args.language or "en")
    opening.prepare(settings)
    seen = [0]

    def told(done: int, total: int) -> None:
        seen[0] = done
        if args.out and sys.stderr.isatty():
            print(f"\r{done} / {total}", end="", file=sys.stderr, flush=True)

    try:
        work.run(settings, args, told)
    except OSError as error:
        print(f"The file could not be written: {error}", file=sys.stderr)
        return 1
    if args.format not in work.SHEETS and (args.out or args.format == "xlsx"):
        print(f"{seen[0]} lines written.", file=sys.stderr)
    return 0
