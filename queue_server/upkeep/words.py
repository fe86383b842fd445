"""The sentences of doctor, backup and restore, from doctor.json, in either language."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ..sentence import fill

FILE = Path(__file__).with_name("doctor.json")


@cache
def words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def say(language: str, key: str, **facts: object) -> str:
    """The sentence ``key`` with its facts filled in."""
    return fill(words()[language][key], facts)
