"""What an examination of evidence can find, and what it says in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

#: Of so many findings each is kept; the rest are counted.
MOST_KEPT = 1_000

#: What reading something that is no such thing raises.
ODD = (KeyError, TypeError, ValueError, AttributeError, RecursionError)

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
    "standard_differs": "a standard is not the one that the log published",
    "register_differs": "the standards are not those of which a seal has the digest",
    "standard_unknown": "a number names another standard than the one that was in force for it",
    "figure_differs": "a published figure is not the one that the events give",
    "line_differs": "a line of the table is not the one that the events give",
    "line_missing": "a line of the table that the events give is not there",
    "line_more": "the events give no such line of the table, or only one",
    "line_moved": "a line of the table stands in another place than the events give it",
    "rehashed": "the content gives the stored hash, but the next event was linked to another one",
    "link_explained": "the link does not fit because the event before was changed",
    "files_unlisted": "the bundle has no list of its files",
    "file_differs": "a file is not the one in the list of files",
    "file_missing": "a file of the list is not there",
    "file_unlisted": "a file is not in the list of files",
    "list_differs": "the list of files is not the one whose code was given from outside",
}


NOTES: dict[str, str] = {
    "standard_later": "numbers of days before anything was published are judged by the first version",
}


@dataclass(frozen=True)
class Finding:
    """``file`` of the bundle, ``at`` a seq in events.jsonl and a line elsewhere; ``found`` is what was there;
    ``because``: the seq of the changed event that explains it, 0 where nothing does (``blame.py``)."""

    file: str
    at: int
    code: str
    found: str = ""
    because: int = 0


@dataclass
class Result:
    """``anchored`` is the last seq that a seal from outside vouches for, 0 without one; ``notes`` (codes of NOTES, how
    often) are no faults, but a reader should know."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    anchored: int = 0
    events: int = 0
    last_seq: int = 0
    last_at: int = 0
    seals: int = 0
    calls_checked: int = 0
    calls_stated: int = 0
    steps: int = 0
    figures: int = 0
    files: int = 0
    list_code: str = ""
    list_given: bool = False

    @property
    def holds(self) -> bool:
        return not self.counts

    def add(self, finding: Finding) -> None:
        self.counts[finding.code] += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(finding)
