"""TOML that is not TOML: which line, and the usual reasons an office's own IT person runs into."""

from __future__ import annotations

import re
import tomllib

from .lines import find_lines
from .node import printable
from .problem import Facts, Problem

#: No office needs more; a larger text is a mistake or an attack.
MOST_CHARACTERS = 1_000_000
_MOST_TRIES = 20

_AT_LINE = re.compile(r"at line (\d+)")
_DOUBLE = re.compile(r"overwrite|twice|[Dd]uplicate|mutate")
_VALUE = re.compile(r"^\s*(?P<key>[^=#]*[^=#\s])\s*=\s*(?P<value>[^#]*[^#\s])")
_SIMPLE = re.compile(r"^\s*[^=#\[\]{}]+=?[^=\[\]{}]*$")
_CURLY_QUOTES = re.compile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]")
_CLOCK = re.compile(r"^\d{1,2}[:.]\d{2}(\s*-\s*\d{1,2}[:.]\d{2})?$")
_WORD = re.compile(r"^[^\W\d]")


def parse(text: str) -> tuple[dict[str, object], list[Problem]]:
    """The values of a TOML text, or the problems that keep it from being TOML (then without values)."""
    if len(text) > MOST_CHARACTERS:
        return {}, [Problem("too_big", 0, {"most": MOST_CHARACTERS})]
    problems: list[Problem] = []
    rows = text.split("\n")
    for _ in range(_MOST_TRIES):
        try:
            values = tomllib.loads("\n".join(rows))
        except RecursionError:
            return {}, [*problems, Problem("too_deep")]
        except ValueError as error:
            problem = _explain(str(error), rows)
            if problems and problem.line <= problems[-1].line:
                break
            problems.append(problem)
            # One slip on a line of its own is passed over so that the next one is found in the same go.
            if problem.code == "duplicate" or not _SIMPLE.match(rows[problem.line - 1]):
                break
            rows[problem.line - 1] = ""
        else:
            return values, problems
    return {}, _with_duplicates(problems, text)


def _with_duplicates(problems: list[Problem], text: str) -> list[Problem]:
    others = [problem for problem in problems if problem.code != "duplicate"]
    if len(others) == len(problems):
        return problems
    found = [
        Problem("duplicate", second, {"key": _dotted(path), "first": first})
        for path, first, second in find_lines(text).twice
    ]
    return others + found if found else problems


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))


def _explain(message: str, rows: list[str]) -> Problem:
    at = _AT_LINE.search(message)
    line = min(int(at.group(1)), len(rows)) if at else _last_written(rows)
    if _DOUBLE.search(message):
        key = printable(rows[line - 1].split("=")[0].strip(), 80)
        return Problem("duplicate", line, {"key": key, "first": "?"})
    opened = _left_open(message, rows, line)
    if opened is not None:
        return opened
    row = rows[line - 1]
    facts: Facts = {"row": printable(row.strip(), 80)}
    if _CURLY_QUOTES.search(row):
        return Problem("curly_quotes", line, facts)
    pair = _VALUE.match(row)
    if pair is None:
        return Problem("no_equals" if row.strip() and "=" not in row else "syntax", line, facts)
    return Problem(_why_no_value(pair["value"]), line, {
        **facts, **{name: printable(text, 80) for name, text in pair.groupdict().items()},
    })


def _why_no_value(value: str) -> str:
    if _CLOCK.match(value):
        return "clock_unquoted"
    if value.lower() in ("true", "false", "yes", "no", "ya", "tidak"):
        return "yes_no_spelled"
    if _WORD.match(value):
        return "text_unquoted"
    if value[0] in "\"'" and value.count(value[0]) % 2:
        return "quote_open"
    return "syntax"


def _left_open(message: str, rows: list[str], line: int) -> Problem | None:
    """A list or a long text that was never closed is noticed far below; the fault is where it began."""
    sign = '"""' if "Unterminated" in message or "Expected '\"\"\"'" in message else "["
    if sign == "[" and "array" not in message and "end of document" not in message:
        return None
    for number in range(line, 0, -1):
        pair = _VALUE.match(rows[number - 1])
        if pair and pair["value"].startswith(sign) and not pair["value"].endswith("]"):
            closer = "]" if sign == "[" else sign
            return Problem("left_open", number, {"key": printable(pair["key"], 80), "sign": closer})
    return None


def _last_written(rows: list[str]) -> int:
    return next((n for n in range(len(rows), 0, -1) if rows[n - 1].strip()), 1)
