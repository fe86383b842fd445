"""What is wrong with an office file, said so that a person can put it right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath

Facts = dict[str, str | int]

#: A value of each kind as it may be written; shown when one is missing or wrong.
EXAMPLES = {
    "text": '"Loket 1"', "words": '{ id = "Loket 1", en = "Counter 1" }', "whole": "30", "yes_no": "true",
    "clock": '"07:30"', "date": "2026-12-25", "colour": '"#0b5c4a"', "key": '"kunjungan"', "prefix": '"A"',
    "keys": '["kunjungan", "titipan"]', "spans": '["08:00-11:00", "13:00-14:00"]', "spoken": '["loket", 3]',
    "range": "[901, 960]", "reserved_for": "{ pintu = [901, 940] }", "list": "[]",
    "table": "", "tables": "", "file": '"denah.png"', "icon": '"users"',
    "time": '"08:00-11:00"',
    "promise": "{ wait_min = 10, service_min = 5 }",
}
#: The same by key, where the kind alone would suggest something strange.
EXAMPLES_BY_KEY = {
    "time_zone": '"WIB"', "languages": '["id", "en"]', "institution": '"Kementerian …"', "hall": '"utama"',
    "date": "2026-12-25", "kind": '"text"', "file": '"denah.png"',
}


#: A form has no lines (line 0): nothing is written there, and no other line can be pointed at.
IN_A_FORM = {
    "missing": "missing_form", "wrong": "wrong_form", "not_unique": "not_unique_form",
    "override_overlap": "override_overlap_form",
}


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads(
        FilePath(__file__).with_name("words.json").read_text(encoding="utf-8")
    )
    return words


def sentence(key: str, facts: Mapping[str, str | int], lang: str) -> str:
    """The sentence of ``words.json``; a fact that begins with "@" is itself a key."""

    def fill(match: re.Match[str]) -> str:
        fact = facts.get(match.group(1), "")
        return sentence(fact[1:], {}, lang) if isinstance(fact, str) and fact.startswith("@") else str(fact)

    return re.sub(r"\{(\w+)\}", fill, _words()[lang][key])


@dataclass(frozen=True)
class Problem:
    """One fault or warning. ``line`` counts from 1; 0: no line is known. ``code`` is a key of words.json."""

    code: str
    line: int = 0
    facts: Facts = field(default_factory=dict)

    def say(self, lang: str = "id") -> str:
        code = self.code if self.line else IN_A_FORM.get(self.code, self.code)
        parts = [sentence(code, self.facts, lang)]
        if "meant" in self.facts:
            parts.append(sentence("meant", self.facts, lang))
        if self.line:
            parts[0] = sentence("line", {"line": self.line}, lang) + parts[0]
        return " ".join(parts)


class OfficeFileError(Exception):
    """An office file was refused and nothing of it was taken over. ``problems`` are all of them, by line."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(self.say("en"))

    def say(self, lang: str = "id") -> str:
        """The whole answer: one line for the file, one for each problem."""
        head = sentence("refused", {"name": self.name, "count": len(self.problems)}, lang)
        return "\n".join([head, *(f"  {problem.say(lang)}" for problem in self.problems)])
