"""The registry of people in custody: what is taken from it, and from where.

Only what decides about a visit is taken over: no name, no offence, no picture. The office's own register, or the
national one (SDP), remains the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from .family import PROGRAMMES
from .office import STATUSES, WEEKDAYS
from .reservation import register_form

MOST_PEOPLE, MOST_REMISSION = 50_000, 120
#: So many people may be gone at once in a small house; of more, at most half.
GONE_AT_ONCE = 20


@dataclass(frozen=True)
class Inmate:
    """``days``: weekdays on which this person is visited; empty: those of the status. ``hidden``: nobody is told.

    What an enrolled family may see, "" where it is not known: ``remission`` in the words of the register,
    ``release_day`` (ISO) on which the release is expected, ``programme``, one of ``family.PROGRAMMES``.
    """

    register: str
    status: str
    block: str = ""
    days: tuple[str, ...] = ()
    may_visit: bool = True
    hidden: bool = False
    remission: str = ""
    release_day: str = ""
    programme: str = ""


class Source(Protocol):
    """Where the registry comes from: a CSV file, or an adapter to another system (the national SDP)."""

    def people(self) -> Iterable[Inmate]:
        """Everybody who is in custody now; raises SourceError."""


def nearly_empties(there: int, gone: int) -> bool:
    """Whether so many of those who are ``there`` would be gone that half a file is likelier than so many releases."""
    return gone > GONE_AT_ONCE and gone * 2 > there


class SourceError(Exception):
    """The registry cannot be read; nothing of it is taken. The message says where and what to write."""


def _wrong_case(person: Inmate) -> str:
    """What is wrong with what a family would see; "": nothing."""
    if len(person.remission) > MOST_REMISSION or not person.remission.isprintable():
        return f"remission: at most {MOST_REMISSION} signs on one line"
    if person.release_day and not _is_day(person.release_day):
        return f"release {person.release_day!r}; write 2027-08-17"
    if person.programme and person.programme not in PROGRAMMES:
        return f"programme {person.programme!r}; write {', '.join(PROGRAMMES)}"
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def checked(source: Source) -> list[Inmate]:
    """Everybody whom a source gives, each once, their numbers in the form that is compared; raises SourceError."""
    found: dict[str, Inmate] = {}
    for person in source.people():
        register = register_form(person.register)
        if not register or len(found) >= MOST_PEOPLE:
            raise SourceError("a register number is empty" if not register else f"more than {MOST_PEOPLE} people")
        if register in found:
            raise SourceError(f"the register number {register} stands there twice")
        if person.status not in STATUSES or not set(person.days) <= set(WEEKDAYS):
            raise SourceError(f"register number {register}: status {person.status!r}, days {person.days!r}")
        wrong = _wrong_case(person)
        if wrong:
            raise SourceError(f"register number {register}: {wrong}")
        found[register] = replace(person, register=register)
    if not found:
        raise SourceError("there is nobody in it")
    return list(found.values())
