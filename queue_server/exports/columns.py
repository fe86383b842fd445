"""What a line of an export holds: one table for CSV, JSON lines and spreadsheets.

Codes and column names are English and never change; with a language they become the words of the
supervisor's page. Times are the office's own with their offset, durations seconds with three decimals.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from ..domain import plausible
from ..domain.office import Office
from ..sentence import fill
from ..store.reports import Entry

ROOT = Path(__file__).resolve().parents[2]
#: Hours ahead of UTC; Indonesia knows no summer time.
OFFSETS = {"WIB": 7, "WITA": 8, "WIT": 9}


@dataclass
class Names:
    """What keys and ids mean in one office; ``words`` are those of one language, empty for codes."""

    services: dict[str, str]
    counters: dict[str, str]
    people: dict[int, str]
    offset_h: int = 7
    words: dict[str, str] = field(default_factory=dict)

    def say(self, group: str, code: str) -> str:
        return self.words.get(f"{group}.{code}", code)

    def yes_no(self, value: bool) -> str:
        return self.say("answer", "yes" if value else "no")

    def flag(self, code: str) -> str:
        """The rule that a step is flagged by, with its threshold; "any" and "none" are what a filter asks for."""
        rule = plausible.RULES.get(code)
        return fill(self.say("flag", code), {"n": rule.n} if rule else {})


def names_of_flags(language: str) -> dict[str, str]:
    """Every rule by which a step is flagged, in words."""
    named = Names({}, {}, {}, words=words(language))
    return {code: named.flag(code) for code in plausible.RULES}


def names(office: Office, people: dict[int, str], language: str = "") -> Names:
    """``language``: "id", "en", or empty for codes."""
    return Names(
        {s.key: s.name.get(language, s.name["id"]) for s in office.services} if language else {},
        {c.key: c.name.get(language, c.name["id"]) for c in office.counters} if language else {},
        people, OFFSETS[office.time_zone], words(language) if language else {},
    )


@lru_cache(maxsize=4)
def words(language: str) -> dict[str, str]:
    """The words of the supervisor's page in one language."""
    found: dict[str, dict[str, str]] = json.loads((ROOT / "supervisor" / "words.json").read_text(encoding="utf-8"))
    return found[language]


Get = Callable[[Entry], Any]


@dataclass(frozen=True)
class Column:
    """``kind``: text, time (UTC ms), duration (ms), stated (minutes), number or yes_no; None is an empty cell.

    ``means`` says where a text has its words: the group of a code, or "service", "counter", "officer", "flag".
    """

    name: str
    kind: str
    get: Get
    means: str = ""

    def value(self, names_: Names) -> Get:
        """The function that takes the value out of an entry, put into words where it has any."""
        get, said = self.get, self.said(names_)
        return get if said is None else lambda entry: said(get(entry))

    def said(self, names_: Names) -> Callable[[Any], Any] | None:
        """The function that puts a value into words; None where it is what it is."""
        means = self.means
        if means in ("service", "counter"):
            table = names_.services if means == "service" else names_.counters
            return lambda key: table.get(key, key) or None
        if means == "officer":
            people = names_.people
            return lambda person: None if person is None else people.get(person, f"#{person}")
        if means == "flag":
            flags, between = {code: names_.flag(code) for code in plausible.RULES}, "; " if names_.words else " "
            return lambda codes: between.join([flags[code] for code in codes]) or None
        if means and names_.words:
            return lambda code: names_.say(means, code) if code else None
        return None


def _field(name: str) -> Get:
    return itemgetter(Entry._fields.index(name))


def _number(e: Entry) -> str:
    return f"{e.prefix} {e.number:03d}"


COLUMNS: tuple[Column, ...] = (
    Column("day", "text", _field("day")),
    Column("number", "text", _number),
    Column("leg", "number", _field("leg")),
    Column("service", "text", _field("service"), "service"),
    Column("channel", "text", _field("channel"), "channel"),
    Column("class", "text", lambda e: "priority" if e.priority else "ordinary", "class"),
    Column("state", "text", _field("state"), "state"),
    Column("outcome", "text", _field("outcome"), "reason"),
    Column("issued_at", "time", _field("issued_at")),
    Column("arrived_at", "time", _field("arrived_at")),
    Column("first_called_at", "time", _field("first_called_at")),
    Column("called_at", "time", _field("called_at")),
    Column("started_at", "time", _field("started_at")),
    Column("ended_at", "time", _field("ended_at")),
    Column("wait_s", "duration", _field("wait")),
    Column("walk_s", "duration", _field("walk")),
    Column("serve_s", "duration", _field("serve")),
    Column("parked_office_s", "duration", _field("parked_office")),
    Column("parked_visitor_s", "duration", _field("parked_visitor")),
    Column("before_arrival_s", "duration", _field("remote")),
    Column("total_s", "duration", _field("total")),
    Column("wait_off_s", "duration", _field("wait_off")),
    Column("parked_off_s", "duration", _field("parked_off")),
    Column("stated_wait_s", "stated", lambda e: e.stated.wait_min),
    Column("stated_service_s", "stated", lambda e: e.stated.service_min),
    Column("stated_visit_s", "stated", _field("stated_visit")),
    Column("wait_on_time", "yes_no", attrgetter("verdict.wait.on_time")),
    Column("wait_left_out", "text", attrgetter("verdict.wait.why"), "left_out"),
    Column("service_on_time", "yes_no", attrgetter("verdict.service.on_time")),
    Column("service_left_out", "text", attrgetter("verdict.service.why"), "left_out"),
    Column("visit_on_time", "yes_no", attrgetter("verdict.visit.on_time")),
    Column("visit_left_out", "text", attrgetter("verdict.visit.why"), "left_out"),
    Column("recalls", "number", _field("recalls")),
    Column("why_called", "text", _field("rule"), "rule"),
    Column("why_reason", "text", _field("reason"), "reason"),
    Column("counter", "text", _field("counter"), "counter"),
    Column("officer", "text", _field("person"), "officer"),
    Column("standard", "number", lambda e: e.standard or None),
    Column("standard_version", "number", lambda e: e.standard_version or None),
    Column("clock_doubt", "yes_no", _field("clock_doubt")),
    Column("flags", "text", _field("flags"), "flag"),
    Column("step", "number", _field("step")),
)


def headings(names_: Names) -> list[str]:
    """The first line: words where a language was asked for."""
    return [names_.say("heading", column.name) for column in COLUMNS]


#: Six times and seven durations a line, a million lines: looking up is half the price of formatting.
_SECOND, _MILLI = [f":{n:02d}." for n in range(60)], [f"{n:03d}" for n in range(1000)]
_ZONE = [f"+{hours:02d}:00" for hours in range(24)]


def local_time(ms: int, offset_h: int) -> str:
    """``2026-11-22T08:15:07.120+07:00``."""
    minutes, rest = divmod(ms, 60_000)
    return _minute(minutes + offset_h * 60) + _SECOND[rest // 1000] + _MILLI[rest % 1000] + _ZONE[offset_h]


@lru_cache(maxsize=20_000)
def _minute(minutes: int) -> str:
    """``2026-11-22T08:15`` for minutes since 1970; times of one day share most of theirs."""
    day, minute = divmod(minutes, 1440)
    return f"{(date(1970, 1, 1) + timedelta(days=day)).isoformat()}T{minute // 60:02d}:{minute % 60:02d}"


def seconds(ms: int, point: str = ".") -> str:
    """Exact decimal seconds; ``point`` is a comma where a spreadsheet expects one."""
    return str(ms // 1000) + point + _MILLI[ms % 1000]
