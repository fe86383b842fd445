"""A recorded day from a file of tickets, and what has to be changed in it before it can be played.

Columns: ticket, issued_at, service, priority, called_at, served_at, ended_at, abandoned_at, outcome
(served | abandoned), counter; further ones are not needed. Instants are local and ISO, to the second.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

NEEDED = (
    "ticket", "issued_at", "service", "priority", "called_at", "served_at", "ended_at", "abandoned_at", "outcome",
    "counter",
)


class RecordingError(Exception):
    """The file is not a recorded day; the message says where and what is expected."""


@dataclass(frozen=True)
class Row:
    """One visitor; seconds since the recorded midnight. ``called`` to ``ended`` belong to the served,
    ``abandoned`` to those who gave up."""

    ticket: str
    service: str
    priority: bool
    issued: float
    called: float | None
    started: float | None
    ended: float | None
    abandoned: float | None
    counter: str

    @property
    def served(self) -> bool:
        return self.called is not None

    @property
    def span(self) -> tuple[float, float]:
        """From the call to the end, of one who was served."""
        assert self.called is not None and self.ended is not None
        return self.called, self.ended

    @property
    def last(self) -> float:
        return max(x for x in (self.issued, self.ended, self.abandoned) if x is not None)


@dataclass(frozen=True)
class Note:
    """Why a row is not played exactly as recorded, or is unusual; ``changed``: its times or counter differ."""

    ticket: str
    why: str
    what: str = ""
    changed: bool = False


@dataclass(frozen=True)
class Day:
    """What is played: rows in order of issue, each served one at a counter that is free for it."""

    name: str
    date: str
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]

    @property
    def counters(self) -> tuple[str, ...]:
        return tuple(sorted({row.counter for row in self.rows if row.served}))

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(Counter(row.service for row in self.rows))

    @property
    def first(self) -> float:
        return self.rows[0].issued

    @property
    def last(self) -> float:
        return max(row.last for row in self.rows)


def read(path: Path) -> Day:
    """The day in a file, adjusted; raises RecordingError naming the line."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise RecordingError(f"{path.name} has no column {', '.join(missing)}; expected are {', '.join(NEEDED)}.")
        lines = list(enumerate(reader, 2))
    if not lines:
        raise RecordingError(f"{path.name} holds no tickets.")
    midnight = _midnight(lines[0][1]["issued_at"], 2)
    notes: list[Note] = []
    rows = [row for number, line in lines if (row := _row(number, line, midnight, notes)) is not None]
    rows.sort(key=lambda row: row.issued)
    if not any(row.served for row in rows):
        raise RecordingError(f"{path.name}: nobody was served, so there is nothing to compare.")
    return Day(path.name, midnight.date().isoformat(), tuple(_seated(rows, notes)), tuple(notes))


def _midnight(text: str, line: int) -> datetime:
    return _instant(text, line, "issued_at").replace(hour=0, minute=0, second=0, microsecond=0)


def _instant(text: str, line: int, column: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RecordingError(f"line {line}: {column} is {text!r}; write it as 2026-11-22T08:15:07.") from None


def _row(number: int, line: dict[str, str], midnight: datetime, notes: list[Note]) -> Row | None:
    """The row as recorded; None when it cannot be played, with the reason in ``notes``."""

    def at(column: str) -> float | None:
        text = line[column]
        return (_instant(text, number, column) - midnight).total_seconds() if text else None

    ticket = line["ticket"]
    times = {name: at(f"{name}_at") for name in ("issued", "called", "served", "ended", "abandoned")}
    issued, called, started, ended, abandoned = times.values()
    served = line["outcome"] == "served"
    needed = (issued, called, started, ended) if served else (issued, abandoned)
    known = [x for x in needed if x is not None]
    if len(known) < len(needed) or issued is None:
        notes.append(Note(ticket, "left out: an instant is missing", line["outcome"], True))
        return None
    if known != sorted(known):
        notes.append(Note(ticket, "left out: its instants are not in order", "", True))
        return None
    whole = Row(
        ticket, line["service"], line["priority"] == "1", issued, called if served else None,
        started if served else None, ended if served else None, None if served else abandoned,
        line["counter"] if served else "")
    notes.extend(_unusual(whole, line))
    return whole


def _unusual(row: Row, line: dict[str, str]) -> list[Note]:
    """What is played as recorded, but deserves a word."""
    notes = []
    if row.last >= 86_400:
        notes.append(Note(row.ticket, "goes on past midnight: played on, the office is open all day and night"))
    if row.served and row.ended == row.started:
        notes.append(Note(row.ticket, "served for 0 s: finished right after the start"))
    if not row.served and row.abandoned == row.issued:
        notes.append(Note(row.ticket, "gave up in the second of issue: cancelled right after it"))
    if not row.served and line["counter"]:
        notes.append(Note(row.ticket, "gave up, yet a counter is recorded: the counter plays no part", line["counter"]))
    until = row.called if row.served else row.abandoned
    if line.get("wait_s") and until is not None and float(line["wait_s"]) != until - row.issued:
        notes.append(Note(row.ticket, "wait_s is not the difference of its instants: the instants are played",
                          f"{line['wait_s']} s against {until - row.issued:.0f} s"))
    return notes


class _Counters:
    """Which counter is taken when."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def free(self, counter: str, span: tuple[float, float]) -> bool:
        taken = self.spans[counter]
        at = bisect_left(taken, span)
        before_ends = taken[at - 1][1] if at else float("-inf")
        after_starts = taken[at][0] if at < len(taken) else float("inf")
        return before_ends <= span[0] and span[1] <= after_starts

    def take(self, counter: str, span: tuple[float, float]) -> None:
        insort(self.spans[counter], span)

    def another(self, span: tuple[float, float]) -> str | None:
        """The free counter whose last visitor left last: the one most likely to have been staffed."""
        known = [counter for counter in sorted(self.spans) if self.free(counter, span)]

        def idle(counter: str) -> float:
            ends = [end for _start, end in self.spans[counter] if end <= span[0]]
            return span[0] - max(ends) if ends else float("inf")

        return min(known, key=idle, default=None)


def _seated(rows: list[Row], notes: list[Note]) -> list[Row]:
    """Each served row at a counter of its own for its time. As many as possible stay where they were recorded:
    whoever ends first keeps the counter."""
    counters, seated, homeless = _Counters(), {}, []
    for row in sorted((r for r in rows if r.served), key=lambda r: r.span[::-1]):
        if row.counter and counters.free(row.counter, row.span):
            counters.take(row.counter, row.span)
            seated[row.ticket] = row
        else:
            homeless.append(row)
    for row in homeless:
        why = "two at one counter at a time: another free counter" if row.counter else "no counter recorded: a free one"
        new = counters.another(row.span) or f"extra-{len(counters.spans) + 1}"
        counters.take(new, row.span)
        seated[row.ticket] = replace(row, counter=new)
        notes.append(Note(row.ticket, why, f"{row.counter or 'none'} -> {new}", True))
    return [seated.get(row.ticket, row) for row in rows]
