"""What lies in a bundle of evidence, and how each line of it is written.

Every file is UTF-8 with ``\\n``; a line has exactly one spelling, so that a byte changed in it is a line changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .chain import Event
from .seal import code_of

FORMAT = 1
EVENT_KEYS = (
    "office", "seq", "kind", "version", "body", "at", "boot", "boot_ns", "actor", "step", "previous_hash", "hash")
_TEXTS = frozenset({"office", "kind", "body", "boot", "previous_hash", "hash"})
_MAY_LACK = frozenset({"actor", "step"})

#: What lies in a bundle, in words in its README, and the list of it: each file with its SHA-256, as ``sha256sum -c``
#: reads it. The list's own code is printed where the bundle is made, so that no file can be exchanged unseen.
FILES = ("bundle.json", "events.jsonl", "configurations.jsonl", "standards.jsonl", "seals.jsonl", "steps.csv",
         "report.json", "verifier.py", "README.txt")
LIST = "SHA256SUMS"


@dataclass(frozen=True)
class BundleHead:
    """bundle.json: whose log, of which office days, and between which events. ``previous_hash`` is that of the event
    before the first, 64 zeros at the beginning of the log."""

    office: str
    first_day: str
    last_day: str
    first_seq: int
    last_seq: int
    previous_hash: str
    last_hash: str

    def text(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def read_head(text: str) -> BundleHead:
    """Raises KeyError, TypeError or ValueError for what is no head of a bundle that this release knows."""
    found = json.loads(text)
    if found.pop("format") != FORMAT:
        raise ValueError("format")
    for name, value in found.items():
        if type(value) is not (int if name.endswith("_seq") else str):
            raise TypeError(name)
    return BundleHead(**found)


def standard_line(key: int, service: str, version: int, valid_from: str, seq: int, at: int, body: str) -> str:
    """A published standard as it stands in standards.jsonl: its id, its place in the register, when it was published
    (the event, and UTC ms), and its text."""
    row = {"id": key, "service": service, "version": version, "valid_from": valid_from, "seq": seq, "at": at,
           "body": body}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def register_digest(lines: Iterable[str]) -> str:
    """SHA-256 (hex) of a register of standards: their lines in order of id. Every seal carries it, so that a log which
    begins at a seal still says what had been promised before."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("utf-8")).hexdigest()


def list_text(digests: Mapping[str, str]) -> str:
    """The list of files: SHA-256 (hex) and name, in order of name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def read_list(text: str) -> dict[str, str]:
    """File -> SHA-256; raises ValueError for a text that ``list_text`` does not write."""
    found = {line[66:]: line[:64] for line in text.splitlines()}
    if list_text(found) != text:
        raise ValueError("list")
    return found


def list_code(text: str) -> str:
    """What is printed of a list of files: nobody finds another list with the same code."""
    return code_of(hashlib.sha256(text.encode("utf-8")).hexdigest())


def event_line(event: Event) -> str:
    """An event as it stands in events.jsonl, without the line's end."""
    return json.dumps({name: getattr(event, name) for name in EVENT_KEYS}, ensure_ascii=False, separators=(",", ":"))


def event_of(line: str, exact: bool = True) -> Event:
    """The event of a line; raises KeyError, TypeError or ValueError for a line that ``event_line`` does not write
    (not ``exact``: whose spelling is known already)."""
    found: Any = json.loads(line)
    if type(found) is not dict or tuple(found) != EVENT_KEYS:
        raise ValueError("keys")
    for name, value in found.items():
        wanted = str if name in _TEXTS or name == "actor" else int
        if type(value) is not wanted and not (value is None and name in _MAY_LACK):
            raise TypeError(name)
    event = Event(**found)
    if exact and event_line(event) != line:
        raise ValueError("spelling")
    return event
