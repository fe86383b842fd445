"""Checks a bundle of evidence and says in words what holds and what does not.

Ends with 0 when everything holds, 1 when something does not, 2 when there was nothing to check.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..domain.bundle import event_of
from ..domain.chain import Event
from ..domain.evidence import Examination
from ..domain.findings import ODD, Finding, Result
from ..domain.in_force import InForce
from ..domain.seal import NotASeal, Seal, read_seal
from .reading import Bundle, NoBundle

Words = Mapping[str, Mapping[str, str]]
LANGUAGES = ("id", "en")
SHOWN = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the zip file, or the folder it was unpacked into")
    parser.add_argument("--seal", action="append", default=[], metavar="TEXT",
                        help="a seal from outside, as printed on a ticket or sheet; may be given again and again")
    parser.add_argument("--seals", type=Path, metavar="FILE", help="a file with one such seal a line")
    parser.add_argument("--say", choices=LANGUAGES, default="", help="one language only (default: both)")


def run(args: argparse.Namespace, words: Words) -> int:
    languages = (args.say,) if args.say else LANGUAGES
    try:
        seals = _seals(args)
        bundle = Bundle(args.bundle)
        examination = examine(bundle, seals)
    except NotASeal as odd:
        return _stop(words, languages, f"stop.{odd.code}", "")
    except (NoBundle, OSError) as odd:
        code, detail = (odd.code, odd.detail) if isinstance(odd, NoBundle) else ("no_file", str(odd))
        return _stop(words, languages, f"stop.{code}", detail)
    for language in languages:
        print("\n".join(report(examination, words[language])))
        print()
    return 0 if examination.result.holds else 1


def examine(bundle: Bundle, seals: Sequence[Seal]) -> Examination:
    """Everything that is checked of a bundle; raises NoBundle when a part of it is missing."""
    found = Examination(bundle.head(), seals)
    for name, take in (("configurations.jsonl", found.configuration), ("standards.jsonl", found.standard)):
        for at, line in enumerate(bundle.lines(name), 1):
            take(at, line)
    found.events(bundle.lines("events.jsonl"))
    found.again(_readable(bundle.lines("events.jsonl")))
    found.seal_list(bundle.lines("seals.jsonl"))
    try:
        report_ = json.loads(bundle.text("report.json"))
    except (ValueError, RecursionError):
        report_ = None
    found.published(bundle.lines("steps.csv"), report_)
    return found


def _readable(lines: Iterable[str]) -> Iterator[Event]:
    """The events of those lines that hold one; the others have been named already."""
    for line in lines:
        with suppress(*ODD):
            yield event_of(line, exact=False)


def _seals(args: argparse.Namespace) -> list[Seal]:
    texts = list(args.seal)
    if args.seals is not None:
        texts += [line for line in args.seals.read_text("utf-8").splitlines() if line.strip()]
    return [read_seal(text) for text in texts]


def _stop(words: Words, languages: Sequence[str], key: str, detail: str) -> int:
    for language in languages:
        print(_fill(words[language][key], {"detail": detail}), file=sys.stderr)
    return 2


def report(examination: Examination, words: Mapping[str, str]) -> list[str]:
    """The outcome in one language, line by line."""
    head, result = examination.head, examination.result
    facts = {
        "office": head.office, "first": head.first_day, "last": head.last_day, "from": head.first_seq,
        "to": result.last_seq, "events": result.events, "seals": result.seals, "calls": result.calls_checked,
        "stated": result.calls_stated, "steps": result.steps, "figures": result.figures,
        "anchored": result.anchored, "given": len(examination.outside), "when": _when(examination),
        "problems": sum(result.counts.values()),
    }
    lines = [_fill(words[key], facts) for key in ("head", "looked")]
    if result.holds:
        lines.append(_fill(words["holds"], facts))
        lines.append(_fill(words["anchored" if result.anchored else "not_anchored"], facts))
        if 0 < result.anchored < result.last_seq:
            lines.append(_fill(words["after_anchor"], facts))
        return lines + [_fill(words[f"note.{code}"], {"n": n}) for code, n in result.notes.items()]
    lines.append(_fill(words["problems"], facts))
    lines += [f"  - {sentence(finding, words)}" for finding in _ordered(result)[:SHOWN]]
    if facts["problems"] > SHOWN:  # type: ignore[operator]
        lines.append(_fill(words["more"], {"n": facts["problems"] - SHOWN}))  # type: ignore[operator]
    return lines


def sentence(finding: Finding, words: Mapping[str, str]) -> str:
    """Where, and what is wrong there."""
    place = words["at.event" if finding.file == "events.jsonl" else "at.line" if finding.at else "at.file"]
    what = words[f"problem.{finding.code}"]
    return _fill(f"{place}: {what}", {"file": finding.file, "at": finding.at, "found": finding.found})


def _ordered(result: Result) -> list[Finding]:
    """What is wrong with the log itself comes first: it explains the rest."""
    return sorted(result.findings, key=lambda found: (found.file != "events.jsonl", found.file, found.at))


def _when(examination: Examination) -> str:
    force: InForce | None = examination.force
    return "" if force is None else force.wall_clock(examination.result.last_at)


def _fill(text: str, facts: Mapping[str, object]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def main(argv: Sequence[str], words: Words) -> int:
    """The single file's way in."""
    parser = argparse.ArgumentParser(prog="verifier.py", description=words["en"]["what"] + " / " + words["id"]["what"])
    add_arguments(parser)
    return run(parser.parse_args(argv), words)
