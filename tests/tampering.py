"""What a forger does to a log: one row changed, removed, doubled, moved or back-dated, with or without new hashes."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from typing import Any

from queue_server.domain.bundle import BundleHead, event_line, event_of, read_head
from queue_server.domain.chain import Event, canonical, digest

ONE_ROW = ("field", "body", "back_dated", "removed", "swapped", "doubled", "other_body", "hash", "letter")


@dataclass(frozen=True)
class Tampered:
    """The lines afterwards, what was done, and the seqs of which one must be named."""

    lines: list[str]
    what: str
    near: set[int]


def tampered(lines: list[str], kind: str, chance: random.Random, anew: bool) -> Tampered:
    """One change of one random row; ``anew``: every later hash is made again, so that the chain fits."""
    at = chance.randrange(1, len(lines) - 1)
    if kind in ("letter", "hash") and anew:  # those say nothing of their own when every hash is made again
        kind = "body"
    if kind == "letter":
        return _letter(lines, at, chance)
    events = [event_of(line) for line in lines]
    seq = events[at].seq
    changed = _changed(events, at, kind, chance)
    if anew:
        changed = _chained(changed, events[0])
    return Tampered([event_line(event) for event in changed], f"{kind} at {seq}", {seq - 1, seq, seq + 1})


def _letter(lines: list[str], at: int, chance: random.Random) -> Tampered:
    """Any one character of a line."""
    line = lines[at]
    where = chance.randrange(len(line))
    other = chance.choice([letter for letter in '09azAZ{}",:' if letter != line[where]])
    seq = json.loads(line)["seq"]
    made = [*lines[:at], line[:where] + other + line[where + 1:], *lines[at + 1:]]
    return Tampered(made, f"letter {where} at {seq}", {seq - 1, seq, seq + 1})


def _changed(events: list[Event], at: int, kind: str, chance: random.Random) -> list[Event]:
    event = events[at]
    if kind == "removed":
        return [*events[:at], *events[at + 1:]]
    if kind == "doubled":
        return [*events[:at], event, *events[at:]]
    if kind == "swapped":
        return [*events[:at], events[at + 1], event, *events[at + 2:]]
    return [*events[:at], _edited(events, event, kind, chance), *events[at + 1:]]


def _edited(events: list[Event], event: Event, kind: str, chance: random.Random) -> Event:
    if kind == "back_dated":
        ms = chance.choice((1, 1_000, 600_000, 86_400_000))
        return replace(event, at=event.at - ms, boot_ns=event.boot_ns - chance.choice((0, ms * 1_000_000)))
    if kind == "hash":
        return replace(event, hash=event.hash[::-1]) if event.hash != event.hash[::-1] else event
    if kind == "other_body":
        others = [e.body for e in events if e.kind == event.kind and e.body != event.body]
        return replace(event, body=chance.choice(others) if others else "{}")
    if kind == "field":
        changes: list[dict[str, Any]] = [
            {"actor": "person:999"}, {"step": (event.step or 0) + 1}, {"kind": "coming"}, {"boot": "another"},
            {"version": 2}, {"boot_ns": event.boot_ns + 1}, {"office": "lain"}]
        return replace(event, **chance.choice(changes))
    return replace(event, body=canonical(_other(json.loads(event.body), chance)))


def _other(body: Any, chance: random.Random) -> Any:
    """The body with one of its values another."""
    if not body:
        return {"reason": "other"}
    key = chance.choice(sorted(body))
    value = body[key]
    if isinstance(value, dict):
        return {**body, key: _other(value, chance)}
    other = value + 1 if isinstance(value, int) and not isinstance(value, bool) else "other"
    return {**body, key: other}


def _chained(events: list[Event], first: Event) -> list[Event]:
    """Every seq and hash made anew from the first event on, as whoever holds the database can."""
    made, previous, seq = [], first.previous_hash, first.seq
    for event in events:
        moved = replace(event, seq=seq, previous_hash=previous)
        previous = digest(previous, moved)
        made.append(replace(moved, hash=previous))
        seq += 1
    return made


def cut_tail(lines: list[str], chance: random.Random, head: str) -> tuple[list[str], BundleHead]:
    """A log that ends earlier, with a head that says so."""
    kept = lines[: chance.randrange(1, len(lines))]
    last = event_of(kept[-1])
    return kept, replace(read_head(head), last_seq=last.seq, last_hash=last.hash)
