"""Words are data: every refusal has its sentence, every key both languages with the same facts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from queue_server.commands import counter, day, seal, seat, supervisor
from queue_server.domain.discipline import RULES
from queue_server.domain.events import KINDS
from queue_server.domain.rebuilt import NAMES
from queue_server.sentence import fill

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(p for p in ROOT.glob("*/*words.json") if p.parent.name not in ("sounds", "build"))
RAISED = re.compile(r"\b(?:Refused|NotAllowed|NotFound|Busy)\(\s*\"([a-z_]+)\"")
FACT = re.compile(r"\{(\w+)\}")


REASONS = {
    *counter.OUT_OF_ORDER, *counter.OUTCOMES, *counter.PARK, *counter.NO_SHOW, *counter.RECLASS, *counter.CANCEL,
    *day.UNSERVED, *seat.PAUSE, *seal.REASONS, *supervisor.REOPEN, *supervisor.PAUSE_SERVICE, *supervisor.COUNTER,
    *supervisor.OPEN_COUNTER, *supervisor.MOVE, *supervisor.REVOKE}


def codes() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "queue_server").rglob("*.py"):
        found.update(RAISED.findall(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_refusal_has_its_sentence(language: str) -> None:
    common = json.loads((ROOT / "common" / "words.json").read_text(encoding="utf-8"))[language]
    missing = sorted(code for code in codes() if f"refused.{code}" not in common)
    assert missing == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_both_languages_say_the_same_things(path: Path) -> None:
    words = json.loads(path.read_text(encoding="utf-8"))
    assert set(words["id"]) == set(words["en"])
    differing = [k for k in words["id"] if set(FACT.findall(words["id"][k])) != set(FACT.findall(words["en"][k]))]
    assert differing == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_spelling_is_standard(path: Path) -> None:
    text = json.dumps(json.loads(path.read_text(encoding="utf-8"))["id"], ensure_ascii=False).lower()
    assert [w for w in ("antrian", "silahkan", "resiko", "ijin ") if w in text] == []


def test_the_console_says_why_for_every_rule() -> None:
    words = json.loads((ROOT / "counter" / "words.json").read_text(encoding="utf-8"))
    assert [rule for rule in RULES if f"why.{rule}" not in words["id"]] == []


MANY = re.compile(
    r"\b1 (other )?"
    r"(people|persons|minutes|seconds|hours|days|calls|numbers|visitors|others|rows|counters|steps)\b")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_one_is_not_many(path: Path) -> None:
    """Where English bends its words, the sentence says both: {n|person|people}."""
    words = json.loads(path.read_text(encoding="utf-8"))["en"]
    ones = {fact: 1 for text in words.values() for fact in re.findall(r"\{(\w+)", text)}
    assert [said for text in words.values() if MANY.search(said := fill(text, ones))] == []


def test_the_word_fits_its_number() -> None:
    text = "{n} {n|person is|people are} waiting; {other}"
    assert fill(text, {"n": 1}) == "1 person is waiting; {other}"
    assert fill(text, {"n": 2, "other": "x"}) == "2 people are waiting; x"


def test_the_log_is_told_in_words_whatever_happened() -> None:
    """Every kind of event and every field of a body, in both languages; an inspector reads no keys."""
    for language in ("id", "en"):
        words = json.loads((ROOT / "supervisor" / "event_words.json").read_text(encoding="utf-8"))[language]
        assert sorted(kind for kind in KINDS if f"event.{kind}" not in words) == []
        fields = {key for kind in KINDS.values() for key in kind.keys}
        assert sorted(key for key in fields if f"body.{key}" not in words) == []
        assert sorted(name for name in NAMES if f"body.{name}" not in words) == []


def test_every_reason_in_the_log_has_its_words() -> None:
    for language in ("id", "en"):
        words: dict[str, str] = {}
        for file in ("words.json", "event_words.json"):
            words |= json.loads((ROOT / "supervisor" / file).read_text(encoding="utf-8"))[language]
        assert sorted(code for code in REASONS if f"reason.{code}" not in words) == []
