"""One table of an office file: takes typed values out of it and notes everything that is wrong.

A wrong value never stops the reading: it is noted, something harmless stands in for it, and the next one
is looked at, so that a person sees all faults at once. Every key that is asked for is thereby known; what
was never asked for is refused as unknown.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from ..domain.office import LANGUAGES, Words
from .lines import Lines, Path
from .problem import EXAMPLES, EXAMPLES_BY_KEY, Facts, Problem

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
#: Marks that turn the reading direction of what follows; a board must not be talked out of its own words.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}


@dataclass
class Sheet:
    """The file being read: its lines, what is wrong so far, and every key that was asked for."""

    lines: Lines
    problems: list[Problem] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def note(self, code: str, path: Path, **facts: str | int) -> None:
        self.problems.append(Problem(code, self.lines.of(path), facts))


def suggestion(word: str, known: Iterable[str]) -> Facts:
    """The fact ``meant`` when ``word`` is close to something known."""
    close = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return {"meant": close[0]} if close else {}


def clock_minutes(text: str) -> int | None:
    """"HH:MM" as minutes since midnight; hours above 24 are the next morning's."""
    match = _CLOCK.fullmatch(text.strip())
    return int(match[1]) * 60 + int(match[2]) if match else None


def printable(text: str, most: int) -> str:
    """A stranger's text for a message: one line, no signs that a terminal would obey, shortened."""
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:most + 1])
    return text if len(text) <= most else text[:most - 1] + "…"


def shown(value: object) -> str:
    """A value as a message shows it: shortened, on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return printable(text, 60)


def _example(key: str, kind: str) -> str:
    return EXAMPLES_BY_KEY.get(key, EXAMPLES[kind])


class Node:
    """One table; ``generic`` is its name in the documentation, ``where`` its name in messages."""

    def __init__(self, sheet: Sheet, value: dict[str, object], path: Path, generic: str, where: str) -> None:
        self.sheet, self.value, self.path, self.generic, self.where = sheet, value, path, generic, where
        self.known: set[str] = set()

    # -- one value ---------------------------------------------------------------------------------------

    def take(self, key: str, kind: str, required: bool = False) -> object:
        """The raw value or None; a required one that is missing is noted."""
        self.known.add(key)
        self.sheet.asked.add(f"{self.generic}.{key}" if self.generic else key)
        if key not in self.value:
            if required:
                self.note("missing", key, example=_example(key, kind))
            return None
        return self.value[key]

    def note(self, code: str, key: str, place: int | None = None, /, **facts: str | int) -> None:
        """Notes a fault of a key, or of one item of its list."""
        path: Path = (*self.path, key) if place is None else (*self.path, key, place)
        self.sheet.note(code, path, where=self.where, key=key, **facts)

    def wrong(self, key: str, value: object, kind: str, place: int | None = None) -> None:
        self.note("wrong", key, place, given=shown(value), kind=f"@kind.{kind}", example=_example(key, kind))

    def text(
        self, key: str, default: str | None = None, most: int = 120, lines: bool = False, kind: str = "text"
    ) -> str:
        """Text of at most ``most`` characters; without a default it must be there and not be empty."""
        value = self.take(key, kind, required=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.wrong(key, value, kind)
            return default or ""
        if default is None and not value.strip():
            self.note("empty_text", key)
        return self.clean(key, value, most, lines)

    def clean(self, key: str, value: str, most: int, lines: bool, place: int | None = None) -> str:
        """The text as it is; too long or with signs that nobody can see is noted."""
        if len(value) > most:
            self.note("too_long", key, place, length=len(value), most=most)
        for number, sign in enumerate(value, 1):
            hidden = unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or ord(sign) in _TURNING
            if hidden and not (lines and sign == "\n"):
                self.note("control_character", key, place, sign=f"U+{ord(sign):04X}", number=number)
                break
        return value

    def key(self, key: str) -> str:
        value = self.text(key, kind="key")
        if value.strip() and not KEY.fullmatch(value):
            self.wrong(key, value, "key")
        return value

    def matching(self, key: str, form: str, kind: str, default: str | None = None) -> str:
        """Text that matches the regular expression ``form`` as a whole."""
        value = self.text(key, default, kind=kind)
        if value != (default or "") and not re.fullmatch(form, value):
            self.wrong(key, value, kind)
            return default or ""
        return value

    def whole(self, key: str, default: int | None, least: int, most: int) -> int | None:
        """A whole number; None only where it is left out and ``default`` is None."""
        value = self.take(key, "whole")
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, value, "whole")
            return default
        if not least <= value <= most:
            self.note("out_of_range", key, given=value, least=least, most=most)
            return default
        return value

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self.whole(key, default, least, most)
        return default if value is None else value

    def yes_no(self, key: str, default: bool) -> bool:
        value = self.take(key, "yes_no")
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, value, "yes_no")
        return default

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value and value not in choices:
            # Known zones and languages differ in case, so the comparison of look-alikes is by lower case.
            close = suggestion(value, {c.lower() for c in choices}).get("meant")
            meant: Facts = {"meant": next(c for c in choices if c.lower() == close)} if close else {}
            self.note("not_one_of", key, given=shown(value), choices=", ".join(choices), **meant)
            return default or choices[0]
        return value

    def clock(self, key: str) -> int | None:
        """A time of day in minutes, or None where it is left out."""
        value = self.take(key, "clock")
        if value is None:
            return None
        minutes = clock_minutes(value) if isinstance(value, str) else None
        if minutes is None or minutes > 48 * 60:
            self.wrong(key, value, "clock")
            return None
        return minutes

    def day(self, key: str, default: str | None = None) -> str:
        """An ISO date, written as a TOML date or as text."""
        value = self.take(key, "date", required=default is None)
        if value is None or (value == "" and default == ""):
            return default or ""
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value).isoformat()
            if isinstance(value, date) and not isinstance(value, datetime):
                return value.isoformat()
        except ValueError:
            pass
        return self._no_date(key, value)

    def _no_date(self, key: str, value: object) -> str:
        self.wrong(key, value, "date")
        return ""

    # -- words -------------------------------------------------------------------------------------------

    def words(self, key: str, required: bool = False, most: int = 120, lines: bool = False) -> Words:
        """Words per language; plain text is the Indonesian alone."""
        value = self.take(key, "words", required)
        return {} if value is None else self.as_words(key, value, most, lines)

    def as_words(
        self, key: str, value: object, most: int, lines: bool = False, place: int | None = None
    ) -> Words:
        """Words from a raw value; ``place`` where it is one item of a list."""
        if isinstance(value, str):
            value = {"id": value}
        if not isinstance(value, dict):
            self.wrong(key, value, "words", place)
            return {}
        for lang, text in value.items():
            if lang not in LANGUAGES:
                self.note("unknown_language", key, place, given=shown(lang), choices=", ".join(LANGUAGES))
            elif not isinstance(text, str):
                self.wrong(key, text, "text", place)
            else:
                self.clean(key, text, most, lines, place)
        words = {lang: value[lang] for lang in LANGUAGES if isinstance(value.get(lang), str)}
        if not words.get("id", "").strip():
            self.note("no_indonesian", key, place)
        return words

    # -- lists and tables --------------------------------------------------------------------------------

    def items(self, key: str, kind: str, required: bool = False, most: int = 100) -> list[object]:
        value = self.take(key, kind, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, value, kind)
            return []
        if len(value) > most:
            self.note("too_many", key, count=len(value), most=most)
        return value[:most]

    def texts(self, key: str, kind: str = "keys", required: bool = False) -> tuple[str, ...]:
        """A list of texts, each once."""
        found: list[str] = []
        for place, item in enumerate(self.items(key, kind, required)):
            if not isinstance(item, str):
                self.wrong(key, item, "text", place)
            elif item in found:
                self.note("listed_twice", key, place, given=shown(item))
            else:
                found.append(item)
        return tuple(found)

    def table(self, key: str, required: bool = False) -> Node | None:
        """The table ``key``, or None where it is left out."""
        value = self.take(key, "table")
        if value is None and required:
            self.sheet.note("missing_table", self.path, where=self.where, table=self._child(key))
        if value is not None and not isinstance(value, dict):
            self.sheet.note("not_a_table", (*self.path, key), where=self.where, table=self._child(key))
            value = None
        if not isinstance(value, dict):
            return None
        where = f"{self.where}, {key}" if self.path else key
        return Node(self.sheet, value, (*self.path, key), self._child(key), where)

    def tables(self, key: str, most: int, required: bool = False) -> list[Node]:
        """The tables of [[key]]; each must be closed by the caller with ``done``."""
        value = self.take(key, "tables")
        if value is None and required:
            self.sheet.note("missing_tables", (), table=key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.sheet.note("not_tables", (*self.path, key), table=key)
            return []
        if len(value) > most:
            self.note("too_many", key, count=len(value), most=most)
        within = f"{self.where}, " if self.path else ""
        return [
            Node(self.sheet, item, (*self.path, key, place), self._child(key), within + _name(key, item, place))
            for place, item in enumerate(value[:most])
        ]

    def _child(self, key: str) -> str:
        return f"{self.generic}.{key}" if self.generic else key

    def done(self) -> None:
        """Notes every key that nobody asked for."""
        for key in self.value.keys() - self.known:
            facts = suggestion(key, self.known) or {"known": ", ".join(sorted(self.known))}
            code = "unknown_key" if "meant" in facts else "unknown_key_listed"
            self.note(code, key, **facts)


def _name(table: str, item: dict[str, object], place: int) -> str:
    """``counter "7"`` for what has a key, ``holiday 3`` for what has none."""
    key = item.get("key")
    return f"{table} {shown(key)}" if isinstance(key, str) else f"{table} {place + 1}"
