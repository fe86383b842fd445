"""The register of standards: every version that was ever published, and which of them is in force on a day.

A ticket keeps the version of its day for ever. A version that was published later goes before an earlier one from its
``valid_from`` on, whatever the earlier one said; until then the earlier one goes on. One whose ``valid_to`` has passed
states nothing, and no older one comes back: whoever published it has replaced those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .office import Promise, Standard

#: The supervisor is told so many days before a standard ends.
SOON_DAYS = 30
#: In force where none is.
NOTHING_STATED = Standard({"door": Promise()})


@dataclass(frozen=True)
class Version:
    """``valid_from`` is never empty: the office day of publication where the standard names none.

    ``published`` is the office day of publication ("": long ago), ``seq`` the event by which it was published.
    """

    id: int
    service: str
    version: int
    valid_from: str
    standard: Standard
    seq: int = 0
    published: str = ""

    @property
    def begins(self) -> str:
        """The first day on which a number can be promised this: nothing is promised afterwards."""
        return max(self.valid_from, self.published)


def in_force(versions: Sequence[Version], day: str) -> Version | None:
    """The version of one service in force on an office day; ``versions`` in order of publication."""
    found = next((v for v in reversed(versions) if v.begins <= day), None)
    if found is None or "" < found.standard.valid_to < day:
        return None
    return found


def last_day(versions: Sequence[Version], version: Version) -> str:
    """The last day on which a version is in force: its own ``valid_to`` or the day before a later one begins (that
    day itself, where it was published on it); "": open. A day before it ``begins`` means that it never was."""
    ends = [
        v.begins if v.begins == v.published else (date.fromisoformat(v.begins) - timedelta(days=1)).isoformat()
        for v in versions if v.version > version.version
    ]
    if version.standard.valid_to:
        ends.append(version.standard.valid_to)
    return min(ends, default="")


def standing(versions: Sequence[Version], version: Version, day: str) -> str:
    """in_force | coming | ended | replaced, as seen on a day."""
    if in_force(versions, day) == version:
        return "in_force"
    last = last_day(versions, version)
    if version.begins > day and (not last or last >= version.begins):
        return "coming"
    return "ended" if last and last == version.standard.valid_to else "replaced"


def shown(versions: Sequence[Version], day: str, configured: Standard) -> Standard:
    """What screens may promise on a day. Where nothing is in force, no time is stated; what to bring and what it costs
    is still said, or visitors would stand there without it."""
    found = in_force(versions, day)
    if found is not None:
        return found.standard
    texts = {name: words for name, words in configured.components.items() if name != "duration"}
    return replace(NOTHING_STATED, components=texts)


def gap(versions: Sequence[Version], day: str) -> tuple[str, str] | None:
    """What somebody must be told of a service's standard: ("standard_none", the day since which nothing is stated, ""
    if nothing ever was) or ("standard_ends", its last day) when that is near and nothing follows."""
    now = in_force(versions, day)
    if now is None:
        over = [v.standard.valid_to for v in versions if v.begins <= day and v.standard.valid_to]
        return "standard_none", over[-1] if over else ""
    last = last_day(versions, now)
    if not last or last > (date.fromisoformat(day) + timedelta(days=SOON_DAYS)).isoformat():
        return None
    after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    return None if in_force(versions, after) is not None else ("standard_ends", last)
