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
from typing import Any

from ..domain.blame import explained
from ..domain.bundle import FILES, LIST, event_of, list_code, read_list
from ..domain.chain import Event
from ..domain.evidence import Examination
from ..domain.findings import ODD, Finding, Result
from ..domain.in_force import InForce
from ..domain.seal import NotASeal, Seal, read_code, read_seal
from .reading import Bundle, NoBundle

Words = Mapping[str, Mapping[str, str]]
LANGUAGES = ("id", "en")
SHOWN, SHOWN_EXPLAINED = 40, 10
#: In this order is told what is wrong in which file; other files come between the two.
CAUSES = ("events.jsonl", "configurations.jsonl", "standards.jsonl")
CONSEQUENCES = ("seals.jsonl", "steps.csv", "report.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the zip file, or the folder it was unpacked into")
    parser.add_argument("--seal", action="append", default=[], metavar="TEXT",
                        help="a seal from outside, as printed on a ticket or sheet; may be given again and again")
    parser.add_argument("--seals", type=Path, metavar="FILE", help="a file with one such seal a line")
    parser.add_argument("--list", default="", metavar="CODE",
                        help="the code of the list of files, as it was shown where the bundle was made")
    parser.add_argument("--say", choices=LANGUAGES, default="", help="one language only (default: both)")


def run(args: argparse.Namespace, words: Words) -> int:
    languages = (args.say,) if args.say else LANGUAGES
    try:
        seals = _seals(args)
        code = read_code(args.list) if args.list else ""
        bundle = Bundle(args.bundle)
        examination = examine(bundle, seals, code)
    except NotASeal as odd:
        return _stop(words, languages, f"stop.{odd.code}", "")
    except (NoBundle, OSError) as odd:
        code, detail = (odd.code, odd.detail) if isinstance(odd, NoBundle) else ("no_file", str(odd))
        return _stop(words, languages, f"stop.{code}", detail)
    for language in languages:
        print("\n".join(report(examination, words[language])))
        print()
    return 0 if examination.result.holds else 1


def examine(bundle: Bundle, seals: Sequence[Seal], code: str = "") -> Examination:
    """Everything that is checked of a bundle; raises NoBundle when a part of it is missing. ``code``: that of the list
    of files, from outside."""
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
    _files(bundle, found.result, code)
    found.result.findings = explained(found.result.findings)
    return found


def _files(bundle: Bundle, result: Result, code: str) -> None:
    """Each file is the one in the list, each is listed, and the list is the one whose code is known outside."""
    try:
        text = bundle.text(LIST)
        listed = read_list(text)
    except (NoBundle, ValueError):
        result.add(Finding(LIST, 0, "files_unlisted"))
        return
    result.files, result.list_code, result.list_given = len(listed), list_code(text), bool(code)
    if code and code != result.list_code:
        result.add(Finding(LIST, 0, "list_differs", result.list_code))
    for name, digest in listed.items():
        try:
            if bundle.digest(name) != digest:
                result.add(Finding(name, 0, "file_differs"))
        except NoBundle:
            result.add(Finding(name, 0, "file_missing"))
    there = bundle.names()
    for name in sorted({*FILES, *there} - {LIST}):
        if name not in listed or there[name] > 1:
            result.add(Finding(name, 0, "file_unlisted"))


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
    facts: dict[str, Any] = {
        "office": head.office, "first": head.first_day, "last": head.last_day, "from": head.first_seq,
        "to": result.last_seq, "events": result.events, "seals": result.seals, "calls": result.calls_checked,
        "stated": result.calls_stated, "steps": result.steps, "figures": result.figures,
        "anchored": result.anchored, "given": len(examination.outside), "when": _when(examination),
        "files": result.files, "code": result.list_code,
    }
    known = [finding for finding in result.findings if finding.because]
    facts["problems"] = max(1, sum(result.counts.values()) - len(known))
    lines = [_fill(words[key], facts) for key in ("head", "looked")]
    if result.holds:
        lines.append(_fill(words["holds"], facts))
        lines.append(_fill(words["anchored" if result.anchored else "not_anchored"], facts))
        if 0 < result.anchored < result.last_seq:
            lines.append(_fill(words["after_anchor"], facts))
        lines.append(_fill(words["files" if result.list_given else "files_alone"], facts))
        return lines + [_fill(words[f"note.{code}"], {"n": n}) for code, n in result.notes.items()]
    lines.append(_fill(words["problems"], facts))
    named = [finding for finding in _ordered(result) if not finding.because]
    lines += [f"  - {sentence(finding, words)}" for finding in named[:SHOWN]]
    if facts["problems"] > SHOWN:
        lines.append(_fill(words["more"], {"n": facts["problems"] - SHOWN}))
    return lines + _explained(known, words)


def _explained(known: Sequence[Finding], words: Mapping[str, str]) -> list[str]:
    """What follows from the rows that are named above, apart from them: these rows may be as they were."""
    if not known:
        return []
    lines = [_fill(words["explained"], {"n": len(known)})]
    for finding in known[:SHOWN_EXPLAINED]:
        lines.append(f"  - {sentence(finding, words)}" + _fill(words["because"], {"because": finding.because}))
    if len(known) > SHOWN_EXPLAINED:
        lines.append(_fill(words["more"], {"n": len(known) - SHOWN_EXPLAINED}))
    return lines


def sentence(finding: Finding, words: Mapping[str, str]) -> str:
    """Where, and what is wrong there."""
    place = words["at.file" if not finding.at else "at.event" if finding.file == "events.jsonl" else "at.line"]
    what = words[f"problem.{finding.code}"]
    return _fill(f"{place}: {what}", {"file": finding.file, "at": finding.at, "found": finding.found})


def _ordered(result: Result) -> list[Finding]:
    """What is wrong with the log and with what it is judged by comes first: it explains the rest."""
    rank = {name: nth for nth, name in enumerate(CAUSES)}
    rank.update((name, len(rank) + 1 + nth) for nth, name in enumerate(CONSEQUENCES))
    return sorted(result.findings, key=lambda f: (rank.get(f.file, len(CAUSES)), f.file, f.at))


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
