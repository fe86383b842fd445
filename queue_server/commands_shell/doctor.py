"""``doctor``: what is right with this machine, and what to do about the rest."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace

from .. import config, opening
from ..shell import existing
from ..upkeep import doctor
from ..upkeep.data_folder import served
from ..upkeep.startup import doubt_clock
from ..upkeep.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("id", "en"), default=_language(), help="language of what is said")
    parser.add_argument("--quick", action="store_true", help="without walking through the whole log of each office")
    parser.add_argument("--clock-is-right", action="store_true",
                        help="you have looked: note in the log that the clock is right now")


def _language() -> str:
    return "id" if os.environ.get("LANG", "").lower().startswith("id") else "en"


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    if args.clock_is_right:
        session = existing(settings, args.language)
        for office in opening.offices_of(session.database):
            session.press(office.key, "doubt_clock", doubt_clock, confirmed=True, reason="by_a_person")
        session.close()
        print(say(args.language, "clock.confirmed"))
        return 0
    running = served(settings.data)
    if running is not None:  # what the running server was told counts, not what this command was not
        settings = replace(settings, port=running[0], printer=settings.printer or running[1])
    return doctor.run(settings, args.language, args.quick)
