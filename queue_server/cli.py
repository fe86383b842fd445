"""The commands at the shell: a table of names, each with its options and its work."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from . import __version__, assets, config, opening, sounds_tool
from .commands_shell import (
    backup,
    custody,
    demo,
    doctor,
    export,
    flags,
    kiosk,
    media,
    message,
    move,
    office,
    people,
    personal,
    proof,
    replay,
    roles,
    roll,
    schema,
    serve,
    tally,
)
from .domain.errors import Refused
from .schema import SchemaError
from .shell import say_refusal
from .upkeep.data_folder import CannotUse
from .upkeep.words import say
from .voice import speaker


@dataclass(frozen=True)
class Shell:
    """A command at the shell."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    #: Whether it takes the server's settings as options (a tool of its own brings what it needs).
    settings: bool = True


COMMANDS = (
    Shell("serve", "serve the screens of all offices in the data folder", serve.arguments, serve.run),
    Shell("kiosk", "serve the kiosk's page on the kiosk's own PC, and go on giving numbers when the server is away",
          kiosk.arguments, kiosk.run, settings=False),
    Shell("roll", "make the printable roll of paper numbers for a day without electricity", roll.arguments, roll.run),
    Shell("office", "import, show, compare or export an office's file", office.arguments, office.run),
    Shell("person", "add somebody who may sign in", people.arguments, people.run),
    Shell("reset-password", "give somebody a new password and end their sessions",
          people.reset_arguments, people.reset),
    Shell("custody", "bring the registry of people in custody up to date, for reserving visits",
          custody.arguments, custody.run),
    Shell("erase", "erase a person's data, or all that was kept long enough",
          personal.erase_arguments, personal.erase),
    Shell("message", "send one message by a sender of QUEUE_SENDERS, to see whether it works",
          message.arguments, message.run),
    Shell("demo", "play a busy morning in the demo offices of a running server", demo.arguments, demo.run),
    Shell("replay", "play a recorded day on a running server and compare", replay.arguments, replay.run),
    Shell("export", "write the wait-time log to a file", export.arguments, export.run),
    Shell("tally", "keep what past days and months add up to, for reports; make it anew, or check it",
          tally.arguments, tally.run),
    Shell("evidence", "write the log of a period, its standards, seals and report as one bundle for an inspector",
          proof.evidence_arguments, proof.evidence),
    Shell("verify", "check a bundle of evidence: chain, seals, numbers, calls and every figure",
          proof.verify_arguments, proof.verify, settings=False),
    Shell("verifier", "make the verifier that is one file and needs nothing but Python",
          proof.verifier_arguments, proof.write_verifier, settings=False),
    Shell("backup", "copy the database and what belongs to it to a second place, and check the copy",
          backup.arguments, backup.run),
    Shell("restore", "bring a backup back; the database in place is kept aside",
          backup.restore_arguments, backup.run_restore),
    Shell("move", "move the database from SQLite to PostgreSQL, checked row by row", move.arguments, move.run),
    Shell("doctor", "check clock, disk, database, printer, sound, addresses and backup, and say what to do",
          doctor.arguments, doctor.run),
    Shell("media", "take in a picture or video for the boards", media.arguments, media.run),
    Shell("schema", "print the database's schema", schema.arguments, schema.run, settings=False),
    Shell("flags", "print the rules by which implausible steps are flagged", flags.arguments, flags.run,
          settings=False),
    Shell("roles", "print who may do what", roles.arguments, roles.run, settings=False),
    Shell("personal", "print which personal data there are, why and until when", personal.arguments, personal.run,
          settings=False),
    Shell("sounds", "make, add and check voice sets", sounds_tool.add_arguments, sounds_tool.run, settings=False),
    Shell("assets", "fetch the browser libraries from the npm registry", assets.add_arguments, assets.run,
          settings=False),
    Shell("voice", "speak a hall's calls on this PC's loudspeaker", speaker.add_arguments, speaker.run, settings=False),
)


def parser() -> argparse.ArgumentParser:
    main_parser = argparse.ArgumentParser(
        prog="python -m queue_server", description="A queue for public offices: numbers, counters, boards that speak.")
    main_parser.add_argument("--version", action="version", version=__version__)
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for shell in COMMANDS:
        one = commands.add_parser(shell.name, help=shell.help, description=shell.help)
        if shell.settings:
            config.add_arguments(one)
        shell.arguments(one)
        one.set_defaults(run=shell.run, private=shell.settings)
    return main_parser


def _refusal(refused: Refused, args: argparse.Namespace) -> str:
    """The screens' sentence; where an office is not found the screens speak of addresses, here it is a folder."""
    language = getattr(args, "language", "") or "en"
    if refused.code == "no_such_office":
        settings = config.read(args)
        there = ", ".join(f"{office.key} ({office.name})" for office in opening.offices_in(settings))
        return say(language, "data.no_such_office" if there else "data.no_office", folder=settings.data, offices=there)
    return say_refusal(refused, language)


def main(argv: list[str]) -> int:
    """Runs a command; 0 when it did its work, 1 when it was refused, 2 when it was not understood."""
    args = parser().parse_args(argv)
    if args.private:
        os.umask(0o077)  # databases, exports and backups hold notes about people: only their owner reads them
    try:
        return int(args.run(args))
    except config.SettingError as error:
        print(f"A setting is wrong: {error}", file=sys.stderr)
        return 2
    except Refused as refused:
        print(_refusal(refused, args), file=sys.stderr)
        return 1
    except (assets.AssetsError, CannotUse, SchemaError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
