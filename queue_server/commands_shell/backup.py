"""``backup`` and ``restore``: a verified copy at a second place, and the way back."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import config
from ..upkeep import backup
from ..upkeep.data_folder import must_exist
from ..upkeep.restore import Restored, restore
from ..upkeep.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", metavar="DIR", help="folder of the backups (default: the setting QUEUE_BACKUP)")
    parser.add_argument("--language", choices=("id", "en"), default="en", help="language of what is said")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    to = args.to or settings.backup
    if not to:
        print("Name the folder of the backups: --to DIR, or QUEUE_BACKUP: another disk, or a share.", file=sys.stderr)
        return 2
    must_exist(settings, args.language)
    if hasattr(os, "nice"):
        os.nice(10)  # calls come first
    try:
        made = backup.run(settings, Path(to).resolve())
    except backup.BackupFailed as failed:
        print(say(args.language, f"backup.{failed.code}", detail=failed.detail), file=sys.stderr)
        return 1
    size = made.file.stat().st_size / 1_000_000
    print(say(args.language, "backup.made", file=str(made.file), events=made.events, tickets=made.tickets,
              size=f"{size:.1f}"))
    if made.problems:
        print(say(args.language, "backup.log_doubtful", detail=", ".join(sorted(made.problems))), file=sys.stderr)
        return 1
    return 0


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the backup: queue-….db (its .zip beside it is used too)")
    parser.add_argument("--anyway", action="store_true", help="also when the log in the backup does not hold together")
    parser.add_argument("--language", choices=("id", "en"), default="en", help="language of what is said")


def run_restore(args: argparse.Namespace) -> int:
    try:
        done = restore(config.read(args), Path(args.file).resolve(), args.anyway)
    except backup.BackupFailed as failed:
        print(say(args.language, f"restore.{failed.code}", detail=failed.detail), file=sys.stderr)
        return 1
    for line in _said(done, args.language):
        print(line)
    return 0


def _said(done: Restored, language: str) -> list[str]:
    lines = [say(language, "restore.done", events=done.copy.events, tickets=done.copy.tickets)]
    if done.aside is not None:
        lines.append(say(language, "restore.aside", folder=str(done.aside)))
    lines += [say(language, "restore.lost", office=key, n=n) for key, n in sorted(done.lost.items()) if n]
    if done.erased:
        lines.append(say(language, "restore.erased", n=done.erased))
    if done.without_files:
        lines.append(say(language, "restore.without_files"))
    return lines
