"""A bundle of evidence examined: the chain, its seals, its numbers, its calls, and every figure worked out anew.

What comes in are the lines of the bundle's files, whoever reads them; what goes out are findings, each naming the place
and what is wrong there. Nothing is believed but the seals that the reader brings from outside: without one a consistent
log may still have been written anew as a whole (decisions 34).

Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from .bundle import BundleHead, event_of
from .chain import GENESIS, Event, Problem, check
from .entry import Entry, standard_of
from .entry_csv import HEAD, csv_line
from .in_force import InForce, read_configuration
from .lines import Lines
from .office import Standard
from .rebuilt import Rebuilt
from .rebuilt_clock import Moment
from .report import Report, differences
from .seal import Seal, seal_of
from .verify import NUMBERED, Numbers, check_calls

#: Of so many findings each is kept; the rest are counted.
MOST_KEPT = 1_000

EVIDENCE_PROBLEMS: dict[str, str] = {
    "row_unreadable": "the line is not an event as bundles have it",
    "not_as_announced": "the events are not those that the bundle's head announces",
    "not_sealed": "the last event is no seal",
    "seal_wrong": "a sealing event does not name the event before it",
    "seal_list_differs": "the list of seals is not that of the events",
    "seal_before": "a seal given from outside names an event before the first of the bundle",
    "seal_lost": "a seal given from outside names an event that a restored backup does not have",
    "seal_other_office": "a seal given from outside is of another office",
    "configuration_differs": "a configuration is not the one whose digest the log has",
    "configuration_missing": "a configuration that the log names is not in the bundle",
    "standard_differs": "a standard is not that of the configuration which published it",
    "standard_unknown": "a number names a standard that is not in the bundle, or not of its service, or not in force",
    "figure_differs": "a published figure is not the one that the events give",
    "line_differs": "a line of the table is not the one that the events give",
}


@dataclass(frozen=True)
class Finding:
    """``file`` of the bundle, ``at`` a seq in events.jsonl and a line elsewhere; ``found`` is what was there."""

    file: str
    at: int
    code: str
    found: str = ""


@dataclass
class Result:
    """``anchored`` is the last seq that a seal from outside vouches for, 0 without one."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    anchored: int = 0
    events: int = 0
    last_seq: int = 0
    last_at: int = 0
    seals: int = 0
    calls_checked: int = 0
    calls_stated: int = 0
    steps: int = 0
    figures: int = 0

    @property
    def holds(self) -> bool:
        return not self.counts

    def add(self, finding: Finding) -> None:
        self.counts[finding.code] += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(finding)


class Examination:
    """Takes a bundle's parts in this order: head, configurations, standards, events; then the rest is compared."""

    def __init__(self, head: BundleHead, outside: Iterable[Seal] = ()) -> None:
        self.head, self.outside = head, list(outside)
        self.result = Result()
        self.configurations: dict[int, tuple[InForce, int]] = {}  # version -> (it, seq of its event)
        self.by_seq: dict[int, InForce] = {}
        self.force: InForce | None = None
        self.standards: dict[int, tuple[str, int, int, Standard]] = {}
        self.texts: dict[int, str] = {}
        self.numbers = Numbers()
        self.rebuilt = Rebuilt(self.standards, self._day_of, whole=head.first_seq == 1)
        self.lines = Lines(self.rebuilt)
        self.refused: dict[tuple[str, str], dict[str, int]] = {}
        self.seals: list[tuple[Seal, Event]] = []
        self.last: Event | None = None
        self._differing: set[int] = set()  # events of which a seal from outside tells another hash
        self._restores: list[tuple[int, int, str]] = []  # (kept up to, lost up to, day)

    def _say(self, file: str, at: int, code: str, found: str = "") -> None:
        self.result.add(Finding(file, at, code, found))

    def _day_of(self, at: int) -> str:
        return "" if self.force is None else self.force.day_of(at)

    # --- what the log only names by digest -----------------------------------------------------

    def configuration(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            read = read_configuration(row["version"], row["body"])
            self.configurations[read.version] = (read, int(row["seq"]))
        except (KeyError, TypeError, ValueError) as odd:
            self._say("configurations.jsonl", at, "row_unreadable", str(odd))

    def standard(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            promised = standard_of(row["body"])
            self.standards[int(row["id"])] = (row["service"], int(row["version"]), int(row["seq"]), promised)
            self.texts[int(row["id"])] = row["body"]
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            self._say("standards.jsonl", at, "row_unreadable", str(odd))

    # --- the log -------------------------------------------------------------------------------

    def events(self, lines: Iterable[str]) -> None:
        """The whole of events.jsonl, in the order in which it stands there."""
        head = self.head
        previous = GENESIS if head.first_seq == 1 else head.previous_hash
        for problem in check(self._passing(lines), previous, head.first_seq):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)
        for problem in (*self.rebuilt.problems, *self.numbers.problems()):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)
        last = self.last
        if last is None or (last.seq, last.hash) != (head.last_seq, head.last_hash):
            self._say("events.jsonl", 0 if last is None else last.seq, "not_as_announced", str(head.last_seq))
        if last is None or last.kind != "sealed":
            self._say("events.jsonl", 0 if last is None else last.seq, "not_sealed")
        self._outside_missing()
        self._check_standards()
        self.result.calls_checked, self.result.calls_stated = self.lines.checked, self.lines.unchecked

    def _passing(self, lines: Iterable[str]) -> Iterator[Event]:
        for at, line in enumerate(lines, 1):
            try:
                event = event_of(line)
            except (KeyError, TypeError, ValueError, RecursionError) as odd:
                self._say("events.jsonl", self.head.first_seq + at - 1, "row_unreadable", str(odd))
                continue
            self.event(event)
            yield event

    def event(self, event: Event) -> None:
        """One event in its turn, without the chain's own check (``events`` does that)."""
        self.last = event
        self.result.events += 1
        if event.office != self.head.office:
            self._say("events.jsonl", event.seq, "other_office", event.office)
        back = self.rebuilt.clocks.goes_back(event)
        if back is not None:
            self._say("events.jsonl", back.seq, back.code, back.found)
        self._outside_here(event)
        try:
            body = json.loads(event.body)
            if not isinstance(body, dict):
                raise ValueError("no object")
            self._content(event, body)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as odd:
            self._say("events.jsonl", event.seq, "unreadable", str(odd))

    def _content(self, event: Event, body: dict[str, Any]) -> None:
        if event.kind == "office_configured":
            self._configured(event.seq, body["configuration"], body["digest"])
        elif event.kind == "sealed":
            self._sealed(event, body)
        elif event.kind == "refusals_counted":
            self.refused[body["day"], body["service"]] = {str(k): int(n) for k, n in body["counts"].items()}
        elif event.kind == "restored":
            self._restores.append((int(body["backup_seq"]), int(body["lost_seq"]), self._day_of(event.at)))
        elif event.kind == "called":
            self._call(event, body)
        if event.kind in NUMBERED:
            self.numbers.take(event, body)
        if event.kind in ("ticket_issued", "transferred"):
            self._promise(event, body)
        leg = self.rebuilt.take(event, body)
        if leg is not None:
            begun = leg.ticket.legs[-1:] if event.kind == "transferred" else []
            self.lines.follow(event, body, [leg, *(other for other in begun if other is not leg)])

    def _call(self, event: Event, body: dict[str, Any]) -> None:
        wrong: Problem | None = None
        if self.force is not None and event.step in self.rebuilt.legs:
            self.rebuilt.clocks.see(event, body)
            wrong = self.lines.check(event, body, self.force)
        for problem in [wrong] if wrong is not None else check_calls([event]):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)

    def _configured(self, seq: int, version: int, digest: str) -> None:
        found = self.configurations.get(version)
        if found is None:
            self._say("events.jsonl", seq, "configuration_missing", str(version))
            return
        if found[0].digest != digest:
            self._say("configurations.jsonl", version, "configuration_differs", str(version))
        self.force = self.by_seq[seq] = found[0]
        self.rebuilt.day_begins = found[0].day_begins
        self.rebuilt.return_after = found[0].rules.return_after

    def _sealed(self, event: Event, body: dict[str, Any]) -> None:
        if (body["sealed_seq"], body["sealed_hash"]) != (event.seq - 1, event.previous_hash):
            self._say("events.jsonl", event.seq, "seal_wrong", str(body["sealed_seq"]))
        if self.force is None or self.force.digest != body["digest"]:
            self._configured(event.seq, body["configuration"], body["digest"])
        self.seals.append((seal_of(event.office, body["day"], event.seq, event.hash), event))
        self.result.seals += 1

    def _promise(self, event: Event, body: dict[str, Any]) -> None:
        """A number is judged by the standard of its service that was in force when it was given."""
        key = body.get("standard")
        service = body["service"] if event.kind == "ticket_issued" else body["to_service"]
        if not key:
            return
        found = self.standards.get(key)
        if found is None or found[0] != service or found[2] > event.seq:
            self._say("events.jsonl", event.seq, "standard_unknown", f"{service} {key}")

    # --- seals from outside --------------------------------------------------------------------

    def _outside_here(self, event: Event) -> None:
        for seal in self.outside:
            if seal.seq == event.seq and seal.office == self.head.office:
                if seal.fits(event.hash) and (not self.force or self._day_of(event.at) == seal.day):
                    self.result.anchored = max(self.result.anchored, event.seq)
                else:
                    self._differing.add(event.seq)

    def _outside_missing(self) -> None:
        last = 0 if self.last is None else self.last.seq
        self.result.last_seq, self.result.last_at = last, 0 if self.last is None else self.last.at
        for seal in self.outside:
            if seal.office != self.head.office:
                self._say("events.jsonl", seal.seq, "seal_other_office", seal.text)
            elif seal.seq > last or seal.seq < self.head.first_seq:
                code = "seal_not_found" if seal.seq > last else "seal_before"
                self._say("events.jsonl", seal.seq, code, seal.text)
            elif seal.seq in self._differing:
                is_lost = any(cut < seal.seq <= lost and seal.day <= day for cut, lost, day in self._restores)
                self._say("events.jsonl", seal.seq, "seal_lost" if is_lost else "seal_differs", seal.text)

    # --- what was published --------------------------------------------------------------------

    def _check_standards(self) -> None:
        """Each is word for word that of the configuration which brought it into force."""
        first = min(self.by_seq, default=0)
        for key, (service, _version, seq, _standard) in self.standards.items():
            force = self.by_seq.get(seq) or (self.by_seq.get(first) if seq < self.head.first_seq else None)
            stated = None if force is None else force.standards.get(service)
            if stated is None or stated != json.loads(self.texts[key]):
                self._say("standards.jsonl", key, "standard_differs", f"{service} {key}")

    def seal_list(self, lines: Iterable[str]) -> None:
        """seals.jsonl: nothing but what the events say, for people to read."""
        made = [seal_line(seal, event) for seal, event in self.seals]
        for at, (stated, found) in enumerate(zip_longest(lines, made, fillvalue=""), 1):
            if stated != found:
                self._say("seals.jsonl", at, "seal_list_differs", stated[:120])

    def entries(self) -> Iterator[Entry]:
        """The lines of the period as of the last event."""
        if self.last is None:
            return
        as_of = Moment.of(self.last)
        for entry in self.rebuilt.entries(as_of):
            if self.head.first_day <= entry.day <= self.head.last_day:
                yield entry

    def published(self, steps: Iterable[str], report: Any) -> None:
        """steps.csv line by line, and report.json figure by figure."""
        made = Report(0 if self.force is None else self.force.offset_h)

        def lines() -> Iterator[str]:
            yield HEAD
            for entry in self.entries():
                made.add(entry)
                self.result.steps += 1
                yield csv_line(entry)

        for at, (stated, found) in enumerate(zip_longest(steps, lines(), fillvalue=""), 1):
            if stated != found:
                self._say("steps.csv", at, "line_differs", stated[:160])
        figures = made.as_json(self.refusals())
        self.result.figures = sum(1 for _figure in leaves(figures))
        for path, was, worked_out in differences(report, figures):
            self._say("report.json", 0, "figure_differs", f"{path}: {was} / {worked_out}")

    def refusals(self) -> dict[tuple[str, str], dict[str, int]]:
        """Those of the period."""
        return {k: n for k, n in self.refused.items() if self.head.first_day <= k[0] <= self.head.last_day}


def seal_line(seal: Seal, event: Event) -> str:
    """A line of seals.jsonl."""
    row = {"seq": seal.seq, "day": seal.day, "at": event.at, "reason": json.loads(event.body)["reason"],
           "seal": seal.text}
    return json.dumps(row, separators=(",", ":"))


def leaves(found: Any) -> Iterator[Any]:
    """The single figures of a report."""
    if isinstance(found, dict):
        for value in found.values():
            yield from leaves(value)
    else:
        yield found

