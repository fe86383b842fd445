"""``python -m queue_server sounds make | add | list | clips | try``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from queue_server.domain.announcement import READINGS, all_clips, announcement
from queue_server.domain.office import LANGUAGES, Counter

from . import make as making
from .engines import EngineFailed
from .render import finder, render
from .sets import SHIPPED_NAME, BadSet, folder_of, read_set, voice_set


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands of ``sounds``; the caller calls ``run`` with what was parsed."""
    actions = parser.add_subparsers(dest="sounds_action", required=True, metavar="ACTION")
    common = argparse.ArgumentParser(add_help=False)
    data = Path(os.environ.get("QUEUE_DATA", "data"))
    common.add_argument("--data", type=Path, default=data, metavar="DIR", help="the server's data folder")
    languages = argparse.ArgumentParser(add_help=False)
    languages.add_argument("--lang", action="append", choices=LANGUAGES, help="only this language")

    both = [common, languages]
    made = actions.add_parser("make", parents=both, help="let an engine speak every clip of a voice set")
    made.add_argument("--engine", choices=("auto", "espeak", "gtts"), default="auto",
                      help="auto: gtts when the internet is there, else espeak (offline)")  # fmt: skip
    made.add_argument("--set", default="voice", metavar="NAME", help="name of the set (default: voice)")
    made.add_argument("--words", type=Path, metavar="FILE", help="JSON: words that differ, own places")
    made.add_argument("--out", type=Path, metavar="DIR", help="this folder, not DATA/voices/NAME")

    own = actions.add_parser("add", parents=both, help="take own recordings as a voice set")
    own.add_argument("recordings", type=Path, metavar="DIR", help="holds id/*.wav and en/*.wav (or mp3, …)")
    own.add_argument("--set", required=True, metavar="NAME", help="name of the set that they become")

    actions.add_parser("list", parents=[common], help="the sets that are there and what is wrong with each")
    actions.add_parser("clips", parents=[languages], help="the names of the clips that a set must hold")

    tried = actions.add_parser("try", parents=both, help="write one call as a WAV file to listen to")
    tried.add_argument("--set", default=SHIPPED_NAME, metavar="NAME", help="the set to listen to (default: shipped)")
    tried.add_argument("--prefix", default="A", help="letter of the ticket (default: A)")
    tried.add_argument("--number", type=int, default=12, help="number of the ticket (default: 12)")
    tried.add_argument("--counter", default="Loket 3", metavar="NAME", help='where to go (default: "Loket 3")')
    tried.add_argument("--reading", choices=READINGS, default=READINGS[0], help="digit by digit, or as a word")
    tried.add_argument("--to", type=Path, required=True, metavar="FILE", help="the WAV file to write")


def _progress(line: str) -> None:
    print(line, file=sys.stderr)


def _make(args: argparse.Namespace) -> None:
    languages = args.lang or LANGUAGES
    words = making.read_words(args.words, languages)
    folder = args.out or folder_of(args.data, args.set)
    if args.engine == "auto":
        engine = making.make_best(languages, words, folder, _progress)
    else:
        engine = args.engine
        making.make(making.engine_named(engine), languages, words, folder, _progress)
    print(f"{folder}: complete, by {engine}")


def _add(args: argparse.Namespace) -> None:
    folder = folder_of(args.data, args.set)
    making.add(args.recordings, folder, args.lang or LANGUAGES)
    print(f"{folder}: complete, recorded")


def _list(args: argparse.Namespace) -> None:
    shipped, _ = voice_set(args.data, SHIPPED_NAME, LANGUAGES)
    print(f"{SHIPPED_NAME}: complete ({', '.join(shipped.languages)}), {shipped.engine}, {shipped.made}")
    for folder in sorted(path for path in (args.data / "voices").glob("*") if path.is_dir()):
        try:
            voice = read_set(folder_of(args.data, folder.name), folder.name)
            print(f"{voice.name}: complete ({', '.join(voice.languages)}), {voice.engine}, {voice.made}")
        except BadSet as error:
            print(f"{folder.name}: not used: {error}")


def _clips(args: argparse.Namespace) -> None:
    for lang in args.lang or LANGUAGES:
        print("\n".join(f"{lang}/{clip}" for clip in all_clips(lang)))


def _try(args: argparse.Namespace) -> None:
    languages = args.lang or LANGUAGES
    voice, problems = voice_set(args.data, args.set, languages)
    if problems:
        raise BadSet(problems)
    counter = Counter("try", {"id": args.counter}, "", ())
    said = announcement(args.prefix, args.number, counter, languages, args.reading, voice.words)
    args.to.write_bytes(render(said, finder(voice)))
    print("\n".join(one["text"] for one in said))


ACTIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "make": _make, "add": _add, "list": _list, "clips": _clips, "try": _try,
}  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """0 when done; 1 with every reason on standard error."""
    try:
        ACTIONS[args.sounds_action](args)
    except BadSet as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 1
    except (EngineFailed, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
