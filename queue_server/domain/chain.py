"""The chain of an office's log: canonical bodies, the hash of each event, and the walk that checks them.

The encoding here is fixed from the first release (decisions 15): an office's old log must verify
with every later version, so a change of a single byte is a new envelope version, never an edit.
Pure standard library: the verifier that an auditor runs is made from this file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .events import KINDS, Json

#: The hash before the first event of a chain, and before the first of a new segment.
GENESIS = "0" * 64
#: Stands first in what is hashed, so that no other hash of ours can be mistaken for an event's.
_FORMAT = b"queue-event/1\n"


@dataclass(frozen=True)
class Envelope:
    """What is hashed of an event besides the previous hash.

    ``body`` is the canonical JSON text exactly as stored, ``at`` UTC in ms, ``boot_ns`` the boot
    clock in ns within boot ``boot``. ``actor`` and ``step`` are None where there is none.
    """

    office: str
    seq: int
    kind: str
    version: int
    body: str
    at: int
    boot: str
    boot_ns: int
    actor: str | None
    step: int | None


@dataclass(frozen=True)
class Event(Envelope):
    """An event as stored, with the two hashes (lower-case hex) that tie it to the chain."""

    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Problem:
    """Something that does not hold at ``seq``; ``code`` is one of PROBLEMS, ``found`` what was there."""

    seq: int
    code: str
    found: str = ""


PROBLEMS: dict[str, str] = {
    "other_office": "the event belongs to another office than the first one",
    "gap": "one or more events between the one before and this one are missing",
    "not_after": "the number is not higher than the one before: doubled or out of order",
    "broken_link": "the previous hash is not the hash of the event before",
    "changed": "the content does not give the stored hash",
    "unknown_kind": "the kind or its version is not in the table of events",
    "body_not_canonical": "the body is not canonical JSON",
    "new_segment": "the chain was cut here on purpose and goes on, with an alarm",
    "seal_differs": "the hash is not the one that a seal given from outside names",
    "seal_not_found": "a seal names an event that is not here",
}


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
#: What most values are; asking this first spares a call for each.
_EXACT = (str, int, bool, type(None))


def canonical(body: Json) -> str:
    """The one JSON text of ``body``: sorted keys (by code point), no spaces, no ASCII escapes.

    Only str, int, bool, None, list and dict with str keys; anything else raises TypeError (floats
    above all: two databases may print them differently), half a surrogate pair raises ValueError.
    """
    _refuse_what_is_not_exact(body)
    text = _ENCODER.encode(body)
    text.encode("utf-8")  # UnicodeEncodeError, a ValueError: such text could not be stored
    return text


def _refuse_what_is_not_exact(value: object) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if isinstance(value, list):
        for item in value:
            if type(item) not in _EXACT:
                _refuse_what_is_not_exact(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be a string, not {type(key).__name__}")
            if type(item) not in _EXACT:
                _refuse_what_is_not_exact(item)
    else:
        raise TypeError(f"no {type(value).__name__} in an event: strings, integers, lists and dicts only")


def digest(previous_hash: str, envelope: Envelope) -> str:
    """SHA-256 (hex) of the event: every field as a type, a length and its UTF-8 bytes, in fixed order.

    With the lengths no two different envelopes give the same bytes, whatever a text contains.
    """
    e = envelope
    what = (e.office, e.seq, e.kind, e.version, e.body)
    when_and_who = (e.at, e.boot, e.boot_ns, e.actor, e.step)
    fields = (previous_hash, *what, *when_and_who)
    parts = []
    for value in fields:  # not a function of its own: this is eleven times every event
        if value is None:
            parts.append("n0:,")
            continue
        text = str(value)
        size = len(text) if text.isascii() else len(text.encode("utf-8"))
        parts.append(f"{'s' if isinstance(value, str) else 'i'}{size}:{text},")
    return hashlib.sha256(_FORMAT + "".join(parts).encode("utf-8")).hexdigest()


def check(
    events: Iterable[Event],
    previous_hash: str | None = GENESIS,
    first_seq: int | None = 1,
    seals: Mapping[int, str] | None = None,
) -> list[Problem]:
    """Walk a chain in order of seq and say everything that does not hold; [] is a consistent chain.

    A part of a chain is walked with the hash and the seq that it must begin with, or None for
    either to take the first event's word. ``seals`` (seq -> hash) come from outside the building;
    without them a consistent chain may still have been written anew as a whole (decisions 34).
    """
    problems: list[Problem] = []
    outside = dict(seals or {})
    office: str | None = None
    expected_seq, link = first_seq, previous_hash
    for event in events:
        office = event.office if office is None else office
        if event.office != office:
            problems.append(Problem(event.seq, "other_office", event.office))
        problems += _seq_problems(event, expected_seq)
        problems += _link_problems(event, link)
        problems += _content_problems(event)
        seal = outside.pop(event.seq, None)
        if seal is not None and seal != event.hash:
            problems.append(Problem(event.seq, "seal_differs", event.hash))
        expected_seq, link = event.seq + 1, event.hash
    problems += [Problem(seq, "seal_not_found", seal) for seq, seal in sorted(outside.items())]
    return problems


def _seq_problems(event: Event, expected: int | None) -> list[Problem]:
    if expected is None or event.seq == expected:
        return []
    return [Problem(event.seq, "gap" if event.seq > expected else "not_after", str(expected))]


def _link_problems(event: Event, link: str | None) -> list[Problem]:
    if event.kind == "segment_started":
        found = [Problem(event.seq, "new_segment")]
        return found if event.previous_hash == GENESIS else [*found, Problem(event.seq, "broken_link")]
    if link is None or event.previous_hash == link:
        return []
    return [Problem(event.seq, "broken_link", event.previous_hash)]


def _content_problems(event: Event) -> list[Problem]:
    problems = []
    if digest(event.previous_hash, event) != event.hash:
        problems.append(Problem(event.seq, "changed", event.hash))
    kind = KINDS.get(event.kind)
    if kind is None or not 1 <= event.version <= kind.version:
        problems.append(Problem(event.seq, "unknown_kind", f"{event.kind} {event.version}"))
    if not is_canonical(event.body):
        problems.append(Problem(event.seq, "body_not_canonical"))
    return problems


def is_canonical(text: str) -> bool:
    """Whether ``text`` is a JSON object written as ``canonical`` writes it."""
    try:
        body = json.loads(text)
        return isinstance(body, dict) and canonical(body) == text
    except (TypeError, ValueError, RecursionError):
        return False
