"""Where things stand in a TOML text: the line of every key, which tomllib does not tell.

Only for messages: the values come from tomllib. The walk trusts the text to be TOML where tomllib has
accepted it, and ends quietly at the first thing it does not understand where it has not.
"""

from __future__ import annotations

import bisect
import contextlib
import re
from dataclasses import dataclass, field

#: From the top of the file to a value: names of tables and keys, places in lists (from 0).
Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.S),
    re.compile(r"'''(?:[^']|'(?!''))*'{3,5}", re.S),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


@dataclass
class Lines:
    """``at`` is the line (from 1) of each path; ``twice`` are (path, first line, second line)."""

    at: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[Path, int, int]] = field(default_factory=list)

    def of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it; 1 when nothing is."""
        while path and path not in self.at:
            path = path[:-1]
        return self.at.get(path, 1)


def find_lines(text: str) -> Lines:
    """The lines of all keys, tables and list items of ``text``."""
    walk = _Walk(text)
    with contextlib.suppress(_Lost, RecursionError):
        walk.file()
    return walk.lines


class _Lost(Exception):
    pass


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.lines = Lines()
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.items: dict[Path, int] = {}  # path of an array of tables -> its last place

    def file(self) -> None:
        table: Path = ()
        while self.skip(_BLANK) < len(self.text):
            if self.text[self.pos] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        line, double = self.line(), self.text.startswith("[[", self.pos)
        self.pos += 2 if double else 1
        *parents, last = self.keys()
        path = self.resolve(tuple(parents))
        self.expect("]]" if double else "]")
        if double:
            name = (*path, last)
            self.items[name] = self.items.get(name, -1) + 1
            self.lines.at.setdefault(name, line)
            full: Path = (*name, self.items[name])
        else:
            full = (*path, last)
        self.mark(full, line)
        return full

    def resolve(self, names: Path) -> Path:
        """[[service]] then [service.quota]: the table belongs to the last service."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.items:
                path = (*path, self.items[path])
        return path

    def pair(self, table: Path) -> None:
        line = self.line()
        keys = self.keys()
        self.expect("=")
        for n in range(1, len(keys)):
            self.lines.at.setdefault((*table, *keys[:n]), line)
        self.mark((*table, *keys), line)
        self.value((*table, *keys))

    def value(self, path: Path) -> None:
        self.skip(_SPACE)
        opener = self.text[self.pos:self.pos + 1]
        if opener == "[":
            self.array(path)
        elif opener == "{":
            self.inline(path)
        elif opener and opener in "\"'":
            self.string()
        else:
            self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        self.pos += 1
        place = 0
        while not self.closed("]"):
            self.lines.at[(*path, place)] = self.line()
            self.value((*path, place))
            place += 1
            self.comma("]")

    def inline(self, path: Path) -> None:
        self.pos += 1
        while not self.closed("}"):
            self.pair(path)
            self.comma("}")

    def closed(self, closer: str) -> bool:
        self.skip(_BLANK)
        if self.text.startswith(closer, self.pos):
            self.pos += 1
            return True
        return False

    def comma(self, closer: str) -> None:
        self.skip(_BLANK)
        if self.text.startswith(",", self.pos):
            self.pos += 1
        elif not self.text.startswith(closer, self.pos):
            raise _Lost

    def keys(self) -> tuple[str, ...]:
        found = []
        while True:
            self.skip(_SPACE)
            bare = _BARE.match(self.text, self.pos)
            if bare:
                self.pos = bare.end()
                found.append(bare.group())
            else:
                found.append(self.string()[1:-1])
            self.skip(_SPACE)
            if not self.text.startswith(".", self.pos):
                return tuple(found)
            self.pos += 1

    def string(self) -> str:
        for form in _STRINGS:
            match = form.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                return match.group()
        raise _Lost

    def expect(self, sign: str) -> None:
        self.skip(_SPACE)
        if not self.text.startswith(sign, self.pos):
            raise _Lost
        self.pos += len(sign)

    def skip(self, what: re.Pattern[str]) -> int:
        match = what.match(self.text, self.pos)
        assert match is not None  # all skipped patterns match the empty string
        self.pos = match.end()
        return self.pos

    def mark(self, path: Path, line: int) -> None:
        if path in self.lines.at:
            self.lines.twice.append((path, self.lines.at[path], line))
        self.lines.at[path] = line

    def line(self) -> int:
        return bisect.bisect_right(self.starts, self.pos)
