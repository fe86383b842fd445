"""``media``: takes a picture or video in for the boards."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import config
from ..media_store import BadMedia, keep
from ..upkeep.data_folder import must_exist


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("add",))
    parser.add_argument("file", help="PNG, JPEG, WebP, MP4 or WebM")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    must_exist(settings)
    try:
        with Path(args.file).open("rb") as source:
            name = keep(settings.data, source)
    except (BadMedia, OSError) as problem:
        print(f"{args.file} was not taken: {problem}", file=sys.stderr)
        return 1
    print(f'Taken. In the office file, write under [[notice]]: file = "{name}"')
    return 0
