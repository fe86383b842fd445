"""Makes a bundle of evidence: the log of a period and what it needs, streamed into one zip file.

The events come from the tables, everything else in the bundle from the events: what is published there is what the
verifier works out, by the same code, as of the seal with which the bundle ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from ..domain.bundle import LIST, BundleHead, event_line, list_code, list_text
from ..domain.chain import GENESIS, Event
from ..domain.entry_csv import HEAD, csv_line
from ..domain.evidence import Examination, seal_line
from ..domain.report import FromLines
from ..store import chain_events, offices, seals
from . import evidence_rows, generator

#: Told after so many events: events written, events in all.
Told = Callable[[int, int], None]
EVERY = 2_000
#: So many lines go into the zip in one piece.
BLOCK = 500
README = Path(__file__).with_name("README.txt")


class NotSealed(Exception):
    """The log has no seal to end a bundle with."""


def write(
    c: Connection, head: offices.Head, first_day: str, last_day: str, path: Path, told: Told, until: int | None = None,
) -> str:
    """Writes the bundle of the office days ``first_day`` to ``last_day``; returns the seal with which it ends.

    The log goes from the newest seal before the period's first number to the seal ``until`` (its seq; None: the newest
    of all): whatever happened to a number of the period since, it is in it. Raises NotSealed, OSError.
    """
    last = seals.newest(c, head.id) if until is None else next(iter(seals.between(c, head.id, until, until)), None)
    if last is None:
        raise NotSealed
    first_seq = evidence_rows.first_seq(c, head.id, first_day, last_day, last.seq)
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        bundle = _Bundle(c, head, file, told)
        previous = GENESIS if first_seq == 1 else chain_events.hash_before(c, head.id, first_seq)
        bundle.all(BundleHead(head.key, first_day, last_day, first_seq, last.seq, previous, last.hash))
    os.replace(part, path)
    return last.of(head.key).text


class _Bundle:
    def __init__(self, c: Connection, head: offices.Head, file: zipfile.ZipFile, told: Told) -> None:
        self.c, self.office, self.zip, self.told = c, head, file, told
        self.digests: dict[str, str] = {}  # of each file as it was written

    def all(self, head: BundleHead) -> None:
        found = Examination(head)
        self._text("bundle.json", head.text())
        self._lines("configurations.jsonl", self._configurations(found))
        self._lines("standards.jsonl", self._standards(found))
        self._lines("events.jsonl", self._events(found))
        self._lines("seals.jsonl", (seal_line(seal, event) for seal, event in found.seals))
        found.again(self._stored(head))
        report = found.lines_of_report()
        self._lines("steps.csv", self._steps(found, report))
        self._text("report.json", json.dumps(found.report(report), ensure_ascii=False, indent=1) + "\n")
        self._text("verifier.py", generator.made())
        self._text("README.txt", readme(head))
        self.zip.writestr(LIST, list_text(self.digests))

    def _configurations(self, found: Examination) -> Iterator[str]:
        rows = evidence_rows.configurations(self.c, self.office.id, found.head.first_seq, found.head.last_seq)
        for at, line in enumerate(rows, 1):
            found.configuration(at, line)
            yield line

    def _standards(self, found: Examination) -> Iterator[str]:
        rows = evidence_rows.standards(self.c, self.office.id, found.head.last_seq)
        for at, line in enumerate(rows, 1):
            found.standard(at, line)
            yield line

    def _events(self, found: Examination) -> Iterator[str]:
        """Each event on its way into the file goes through the rebuilding too."""
        head = found.head
        total = head.last_seq - head.first_seq + 1
        for done, event in enumerate(self._stored(head), 1):
            found.event(event)
            if done % EVERY == 0:
                self.told(done, total)
            yield event_line(event)
        self.told(total, total)

    def _stored(self, head: BundleHead) -> Iterator[Event]:
        return chain_events.stored(self.c, self.office.id, self.office.key, head.first_seq, head.last_seq)

    def _steps(self, found: Examination, report: FromLines) -> Iterator[str]:
        yield HEAD
        for entry in found.entries():
            report.add(entry)
            yield csv_line(entry)

    def _text(self, name: str, text: str) -> None:
        data = text.encode("utf-8")
        self.zip.writestr(name, data)
        self.digests[name] = hashlib.sha256(data).hexdigest()

    def _lines(self, name: str, lines: Iterator[str]) -> None:
        digest = hashlib.sha256()
        # A part that grows beyond 2 GB must be announced: its size stands before it.
        with self.zip.open(name, "w", force_zip64=True) as file:
            while block := list(islice(lines, BLOCK)):
                data = ("\n".join(block) + "\n").encode("utf-8")
                digest.update(data)
                file.write(data)
        self.digests[name] = digest.hexdigest()


def code_of_list(path: Path) -> str:
    """The code of a bundle's list of files, to be written down beside its seal; raises OSError, KeyError."""
    with zipfile.ZipFile(path) as file:
        return list_code(file.read(LIST).decode("utf-8"))


def readme(head: BundleHead) -> str:
    """What lies in the bundle and how to check it, in both languages."""
    text = README.read_text("utf-8")
    for name, value in vars(head).items():
        text = text.replace("{" + name + "}", str(value))
    return text


