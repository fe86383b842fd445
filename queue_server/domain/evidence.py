"""A bundle of evidence examined: the chain, its seals, its numbers, its calls, and every figure worked out anew.

What comes in are the lines of the bundle's files, whoever reads them; what goes out are findings, each naming the place
and what is wrong there. Nothing is believed but the seals that the reader brings from outside: without one a consistent
log may still have been written anew as a whole (decisions 34).

Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from .bundle import BundleHead, event_of, register_digest, standard_line
from .chain import GENESIS, Event, Problem, check
from .entry import Entry
from .entry_csv import HEAD, compared, csv_line
from .findings import ODD, Finding, Result
from .hours import office_day
from .in_force import InForce, read_configuration
from .lines import Lines
from .overtaken import overtaken
from .rebuilt import Rebuilt
from .rebuilt_clock import Moment
from .register import Version, in_force
from .report import FromLines, differences, refusals
from .seal import Seal, seal_of
from .stored import standard_from_json
from .verify import NUMBERED, Numbers, check_calls


class Examination:
    """Takes a bundle's parts in this order: head, configurations, standards, events; then the rest is compared."""

    def __init__(self, head: BundleHead, outside: Iterable[Seal] = ()) -> None:
        self.head, self.outside = head, list(outside)
        self.result = Result()
        self.configurations: dict[int, InForce] = {}
        self.force: InForce | None = None
        self.standards: dict[int, Version] = {}
        self.lines_of_standards: dict[int, str] = {}
        self.published_at: dict[int, int] = {}
        self.in_force_at: dict[int, InForce] = {}  # by the event that put it in force
        self.in_log: set[int] = set()  # standards whose publication is among the events
        self.numbers = Numbers()
        self.rebuilt = Rebuilt(self.standards, whole=head.first_seq == 1)
        self.lines = Lines(self.rebuilt)
        self.refused: dict[tuple[str, str], dict[str, int]] = {}
        self.seals: list[tuple[Seal, Event]] = []
        self.last: Event | None = None
        self.cut_day = ""  # the day in whose middle a log begins that does not begin at its very first event
        self.overtaken: dict[int, int] = {}
        self._other: set[int] = set()  # configurations that are not those of the log
        self._differing: set[int] = set()  # events of which a seal from outside tells another hash
        self._restores: list[tuple[int, int, str]] = []  # (kept up to, lost up to, day)

    def _say(self, file: str, at: int, code: str, found: str = "") -> None:
        self.result.add(Finding(file, at, code, found))

    # --- what the log only names by digest -----------------------------------------------------

    def configuration(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            read = read_configuration(row["version"], row["body"])
            self.configurations[read.version] = read
        except (*ODD, AssertionError) as odd:
            self._say("configurations.jsonl", at, "row_unreadable", str(odd))

    def standard(self, at: int, line: str) -> None:
        try:
            row = json.loads(line)
            newest = self.configurations[max(self.configurations)]
            found = Version(row["id"], row["service"], row["version"], row["valid_from"],
                            standard_from_json(row["body"]), row["seq"], office_day(newest.office, row["at"]))
            if standard_line(found.id, found.service, found.version, found.valid_from, found.seq, row["at"],
                             row["body"]) != line:
                raise ValueError("spelling")
            self.published_at[found.id] = int(row["at"])
            self.standards[found.id] = found
            self.lines_of_standards[found.id] = line
        except (*ODD, AssertionError) as odd:
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
        self._unpublished()
        self.result.calls_checked, self.result.calls_stated = self.lines.checked, self.lines.unchecked

    def _passing(self, lines: Iterable[str]) -> Iterator[Event]:
        for at, line in enumerate(lines, 1):
            try:
                event = event_of(line)
            except ODD as odd:
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
        except ODD as odd:
            self._say("events.jsonl", event.seq, "unreadable", str(odd))

    def _content(self, event: Event, body: dict[str, Any]) -> None:
        if event.kind == "office_configured":
            self._configured(event.seq, body["configuration"], body["digest"])
        elif event.kind == "standard_published":
            self._publishes(event, body)
        elif event.kind == "sealed":
            self._sealed(event, body)
        elif event.kind == "refusals_counted":
            self.refused[body["day"], body["service"]] = {str(k): int(n) for k, n in body["counts"].items()}
        elif event.kind == "restored":
            self._restores.append((int(body["backup_seq"]), int(body["lost_seq"]), self.rebuilt.day_of(event.at)))
        elif event.kind == "services_moved" and self.force is not None:
            self.lines.services_moved(event, body, self.force.office)
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
            if self.rebuilt.day_of(event.at) == self.cut_day:  # who waited before the first event is not known
                self.lines.unchecked += 1
            else:
                wrong = self.lines.check(event, body, self.force.office)
        for problem in [wrong] if wrong is not None else check_calls([event]):
            self._say("events.jsonl", problem.seq, problem.code, problem.found)

    def _configured(self, seq: int, version: int, digest: str) -> None:
        found = self.configurations.get(version)
        if found is None:
            self._say("events.jsonl", seq, "configuration_missing", str(version))
            return
        if found.digest != digest and version not in self._other:  # each seal names it again: said once
            self._other.add(version)
            self._say("configurations.jsonl", version, "configuration_differs", str(version))
        self.force, self.rebuilt.office = found, found.office
        self.in_force_at[seq] = found

    def _publishes(self, event: Event, body: dict[str, Any]) -> None:
        """A standard in the bundle is word for word the one that the log has."""
        key = int(body["standard"])
        self.in_log.add(key)
        found, line = self.standards.get(key), self.lines_of_standards.get(key)
        row = {} if line is None else json.loads(line)
        if found is None or json.loads(row["body"]) != body["after"] or (
                found.service, found.version, found.valid_from, row["at"]) != (
                body["service"], body["version"], body["valid_from"], event.at):
            self._say("standards.jsonl", key, "standard_differs", f"{body['service']} {key}")

    def _unpublished(self) -> None:
        """Those from before the first event are vouched for by the first seal's digest of the register; one whose
        publication should be among the events and is not was put in. (Earlier releases published them with the
        configuration alone.)"""
        for key, found in self.standards.items():
            if key in self.in_log or found.seq < self.head.first_seq:
                continue
            force = self.in_force_at.get(found.seq)
            stated = [s.standard for s in force.office.services if s.key == found.service] if force is not None else []
            if stated != [found.standard]:
                self._say("standards.jsonl", key, "standard_differs", f"{found.service} {key}")

    def _sealed(self, event: Event, body: dict[str, Any]) -> None:
        if (body["sealed_seq"], body["sealed_hash"]) != (event.seq - 1, event.previous_hash):
            self._say("events.jsonl", event.seq, "seal_wrong", str(body["sealed_seq"]))
        if self.force is None or self.force.digest != body["digest"]:
            self._configured(event.seq, body["configuration"], body["digest"])
        known = (line for key, line in sorted(self.lines_of_standards.items()) if self.standards[key].seq < event.seq)
        if register_digest(known) != body["register"]:
            self._say("standards.jsonl", event.seq, "register_differs", str(event.seq))
        if event.seq == self.head.first_seq > 1:
            self.cut_day = self.rebuilt.day_of(event.at)
        self.seals.append((seal_of(event.office, body["day"], event.seq, event.hash), event))
        self.result.seals += 1

    def _promise(self, event: Event, body: dict[str, Any]) -> None:
        """A number is judged by the standard of its service that was in force when it was given; so is every further
        step of its ticket."""
        service, day, before = body.get("service"), body.get("day"), event.seq
        if event.kind == "transferred":
            leg = self.rebuilt.legs.get(event.step or 0)
            if leg is None or "standard" not in body:
                return
            service, day, before = body["to_service"], leg.ticket.day, leg.ticket.issued_seq
        versions = sorted((self._dated(v) for v in self.standards.values() if v.service == service and v.seq < before),
                          key=lambda version: version.version)
        found = in_force(versions, str(day))
        if body["standard"] == (0 if found is None else found.id):
            return
        if versions and body["standard"] == versions[0].id and str(day) < versions[0].published:
            self.result.notes["standard_later"] += 1
            return
        self._say("events.jsonl", event.seq, "standard_unknown", f"{service} {body['standard']}")

    def _dated(self, version: Version) -> Version:
        """With the office day of its publication, by the configuration in force."""
        return replace(version, published=self.rebuilt.day_of(self.published_at[version.id]))

    # --- seals from outside --------------------------------------------------------------------

    def _outside_here(self, event: Event) -> None:
        for seal in self.outside:
            if seal.seq == event.seq and seal.office == self.head.office:
                if seal.fits(event.hash) and (not self.force or self.rebuilt.day_of(event.at) == seal.day):
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

    def seal_list(self, lines: Iterable[str]) -> None:
        """seals.jsonl: nothing but what the events say, for people to read."""
        made = [seal_line(seal, event) for seal, event in self.seals]
        for at, (stated, found) in enumerate(zip_longest(lines, made, fillvalue=""), 1):
            if stated != found:
                self._say("seals.jsonl", at, "seal_list_differs", stated[:120])

    def again(self, events: Iterable[Event]) -> None:
        """The events once more, now that the day of each step is known: who was overtaken how often."""
        try:
            self.overtaken = overtaken(events, self.rebuilt, self.head.first_day, self.head.last_day)
        except ODD as odd:
            self._say("events.jsonl", 0, "unreadable", str(odd))

    def entries(self) -> Iterator[Entry]:
        """The lines of the period as of the last event."""
        if self.last is None:
            return
        as_of = Moment.of(self.last)
        for entry in self.rebuilt.entries(as_of):
            if self.head.first_day <= entry.day <= self.head.last_day:
                yield entry

    def lines_of_report(self) -> FromLines:
        """What takes the entries and makes the report of them."""
        return FromLines(0 if self.force is None else 60 * self.force.offset_h, self.overtaken)

    def report(self, made: FromLines) -> Any:
        """The report of the period from the lines that ``made`` has taken, and the refusals that the log counts."""
        refused = {k: n for k, n in self.refused.items() if self.head.first_day <= k[0] <= self.head.last_day}
        # As a reader of the file finds it: what JSON cannot tell apart is not different.
        return json.loads(json.dumps(made.report(self.head.first_day, self.head.last_day, refusals(refused))))

    def published(self, steps: Iterable[str], stated: Any) -> None:
        """steps.csv line by line, and report.json figure by figure."""
        made = self.lines_of_report()

        def lines() -> Iterator[str]:
            yield HEAD
            for entry in self.entries():
                made.add(entry)
                self.result.steps += 1
                yield csv_line(entry)

        try:
            for at, code, line in compared(steps, lines()):
                self._say("steps.csv", at, code, line[:160])
            figures = self.report(made)
        except ODD as odd:
            self._say("events.jsonl", 0, "unreadable", str(odd))
            return
        self.result.figures = sum(1 for _figure in leaves(figures))
        for path, was, worked_out in differences(stated, figures):
            self._say("report.json", 0, "figure_differs", f"{path}: {was} / {worked_out}")


def seal_line(seal: Seal, event: Event) -> str:
    """A line of seals.jsonl."""
    row = {"seq": seal.seq, "day": seal.day, "at": event.at, "reason": json.loads(event.body)["reason"],
           "seal": seal.text}
    return json.dumps(row, separators=(",", ":"))


def leaves(found: Any) -> Iterator[Any]:
    """The single figures of a report."""
    if isinstance(found, dict | list):
        for value in found.values() if isinstance(found, dict) else found:
            yield from leaves(value)
    else:
        yield found

