"""Which of the findings name a changed row, and which are only explained by one.

One row that is changed breaks more than itself: the next row's link, the clocks and durations that were measured from
it, the figures. An inspector wants the row that was changed, and the others as what follows from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from .findings import Finding

LOG = "events.jsonl"
#: What can be wrong with a row because another one was changed.
FOLLOWS = frozenset({
    "durations_differ", "not_possible", "unknown_step", "step_twice", "undo_of_another", "clock_back", "not_the_next",
    "passed_over", "other_circumstances", "number_missing", "number_twice", "number_outside", "number_unused",
    "standard_unknown", "standard_differs", "configuration_differs", "register_differs", "line_differs",
    "line_missing", "line_more", "line_moved", "figure_differs", "seal_list_differs",
})
#: A row of which one of these is said is itself not what it was.
_CHANGED = frozenset({"changed", "row_unreadable", "body_not_canonical", "unknown_kind", "other_office"})
_PLACE = frozenset({"gap", "not_after"})


def explained(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, with ``because`` set where the row that it names explains them."""
    given = list(findings)
    found = [each for finding in given for each in _link(finding, _codes(given))]
    named = sorted({f.at for f in found if f.file == LOG and not f.because and f.code not in FOLLOWS})
    links = [seq for seq in named if _breaks(seq, found)]
    return [_follow(finding, links) for finding in found]


def _codes(findings: Iterable[Finding]) -> dict[int, set[str]]:
    codes: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.file == LOG:
            codes[finding.at].add(finding.code)
    return codes


def _link(finding: Finding, codes: dict[int, set[str]]) -> list[Finding]:
    """A broken link names one of its two rows: the one before when that was changed, or when both are whole and the row
    after vouches for this one."""
    at, here = finding.at, codes[finding.at] if finding.file == LOG else set()
    if finding.file != LOG or finding.code not in ("broken_link", "gap"):
        return [finding]
    if finding.code == "gap" or "gap" in here:
        before = _before_gap(finding if finding.code == "gap" else None, here, codes, at)
        return [_explained(finding, before)] if before else [finding]
    before = at - 1
    if codes.get(before, set()) & _CHANGED:
        return [_explained(finding, before)]
    if here & (_CHANGED | _PLACE) or "new_segment" in here:
        return [finding]
    if "broken_link" in codes.get(before, set()):  # the one before was made anew, link and all: it is named
        return [_explained(finding, before)]
    if "broken_link" in codes.get(at + 1, set()):
        return [finding]
    return [replace(finding, at=before, code="rehashed", found=""), _explained(finding, before)]


def _before_gap(gap: Finding | None, here: set[str], codes: dict[int, set[str]], at: int) -> int:
    """The row that explains a gap before ``at``: one that could not be read, or one that stands in the wrong place."""
    expected = int(gap.found) if gap is not None and gap.found.isdigit() else at - 1
    if "row_unreadable" in codes.get(at - 1, set()):
        return at - 1
    return expected - 1 if gap is not None and "not_after" in codes.get(expected - 1, set()) else 0


def _explained(finding: Finding, because: int) -> Finding:
    return replace(finding, code="link_explained", found=str(because), because=because)


def _breaks(seq: int, findings: Iterable[Finding]) -> bool:
    return any(f.at == seq and f.file == LOG and f.code in _CHANGED | _PLACE | {"broken_link", "rehashed"}
               for f in findings)


def _follow(finding: Finding, links: list[int]) -> Finding:
    of_log = finding.file == LOG
    whole = of_log and finding.code == "file_differs"  # the log's own file, in the list of files
    if finding.because or not links or not (finding.code in FOLLOWS or whole) or (of_log and finding.at in links):
        return finding
    earlier = [seq for seq in links if of_log and seq <= finding.at]
    return replace(finding, because=earlier[-1] if earlier else links[0])
