"""Voice sets: a folder with every clip of its languages and a manifest; complete, or not used at all.

    SET/manifest.json  SET/chime.wav  SET/id/*.wav  SET/en/*.wav

The shipped set is sounds/, an office's own are DATA/voices/<name>/. The manifest is removed first and
written last, so a set that is being replaced, or whose making was cut short, is never used half.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queue_server.domain.announcement import PAUSE, all_clips, vocabulary
from queue_server.domain.office import LANGUAGES

from . import pcm

SHIPPED = Path(__file__).resolve().parents[2] / "sounds"
SHIPPED_NAME = "shipped"
CHIME = "chime"
WORDS = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PLACE = re.compile(r"place_[a-z0-9_]{1,60}")


class BadSet(Exception):
    """A set that must not be used; ``problems`` lists everything that is wrong, in plain English."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems[:5]) + ("; …" if len(problems) > 5 else ""))
        self.problems = problems


@dataclass(frozen=True)
class VoiceSet:
    """A set that was found complete. ``lengths`` is ms per "id/n1", the chime under "chime"."""

    name: str
    folder: Path
    engine: str
    made: str
    languages: tuple[str, ...]
    lengths: Mapping[str, int]
    words: Mapping[str, Mapping[str, str]]

    def path(self, lang: str, clip: str) -> Path | None:
        """The file of a clip; None for anything that the manifest does not name."""
        return self.folder / lang / f"{clip}.wav" if f"{lang}/{clip}" in self.lengths else None

    @property
    def chime(self) -> Path:
        return self.folder / "chime.wav"

    def length_ms(self, said: Iterable[Mapping[str, Any]]) -> int:
        """How long these sentences take, the chime not counted."""
        return sum(self.lengths[f"{one['lang']}/{part}"] for one in said for part in one["clips"])


def clip_names(languages: Iterable[str], words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Every "lang/clip" that a set with these words must hold, its own places included."""
    names = []
    for lang in languages:
        places = sorted(name for name in words.get(lang, {}) if PLACE.fullmatch(name))
        names += [f"{lang}/{name}" for name in (*all_clips(lang), *places)]
    return names


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _clip_problem(data: bytes, entry: Mapping[str, Any]) -> str | None:
    if _digest(data) != entry.get("sha256"):
        return "is not the file the manifest names"
    try:
        pcm.read_wav(data)
    except pcm.BadSound as error:
        return str(error)
    return None


def _file_problems(folder: Path, names: Iterable[str], clips: Mapping[str, Any]) -> list[str]:
    problems = []
    for name in names:
        try:
            data = (folder / f"{name}.wav").read_bytes()
        except OSError:
            problems.append(f"{name}.wav is missing")
            continue
        wrong = _clip_problem(data, clips.get(name, {}))
        if wrong:
            problems.append(f"{name}.wav {wrong}")
    return problems


def word_problems(words: Any, languages: Sequence[str]) -> list[str]:
    """What is wrong with a set's own words: known clips and place_… only, each place in all languages."""
    tables = words.items() if isinstance(words, dict) else [("", None)]
    if not all(lang in LANGUAGES and isinstance(own, dict) for lang, own in tables):
        return [f"the words are not a table of {' and '.join(LANGUAGES)}"]
    problems = []
    for lang, own in words.items():
        for clip, said in own.items():
            if clip not in all_clips(lang) and not PLACE.fullmatch(clip):
                problems.append(f"words: {lang} has no clip {clip!r}")
            elif clip == PAUSE or not isinstance(said, str) or not WORDS.fullmatch(said):
                problems.append(f"words: {lang}/{clip} must be one line of at most 80 characters")
    places = [{clip for clip in words.get(lang, {}) if PLACE.fullmatch(clip)} for lang in languages]
    lacking = set().union(*places).difference(set.intersection(*places))
    problems += [f"words: {clip} is not there in every language" for clip in sorted(lacking)]
    return problems


def read_set(folder: Path, name: str, languages: Sequence[str] = ()) -> VoiceSet:
    """Read a set and check every file of it; BadSet unless it is complete for ``languages`` too."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        held, clips, own = manifest["languages"], manifest["clips"], manifest["words"]
        if not held or not set(held) <= set(LANGUAGES):
            raise ValueError(f"languages {held!r}")
        facts = (str(manifest["engine"]), str(manifest["made"]))
        lengths = {str(clip): int(entry["ms"]) for clip, entry in clips.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSet([f"the manifest cannot be read ({error})"]) from None
    problems = [f"the language {lang} is not in it" for lang in languages if lang not in held]
    problems += word_problems(own, held)
    if not problems:
        problems = _file_problems(folder, [CHIME, *clip_names(held, own)], clips)
    if problems:
        raise BadSet(problems)
    return VoiceSet(name, folder, *facts, tuple(held), lengths, vocabulary(own))


def voice_set(data: Path, name: str, languages: Sequence[str]) -> tuple[VoiceSet, list[str]]:
    """The set an office asked for, or the shipped one and the reasons why: never a mixture of the two."""
    problems: list[str] = []
    if name != SHIPPED_NAME:
        try:
            return read_set(folder_of(data, name), name, languages), []
        except BadSet as error:
            problems = error.problems
    return read_set(SHIPPED, SHIPPED_NAME, languages), problems


def voice_of(data: Path, name: str, languages: Sequence[str]) -> VoiceSet:
    """``voice_set`` for every request and picture: checked once, and again when a manifest changes."""
    manifests = [SHIPPED / "manifest.json"]
    if NAME.fullmatch(name) and name != SHIPPED_NAME:
        manifests.append(data / "voices" / name / "manifest.json")
    seen = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in manifests)
    return _checked(data, name, tuple(languages), seen)


@functools.lru_cache(maxsize=64)
def _checked(data: Path, name: str, languages: tuple[str, ...], _seen: tuple[int, ...]) -> VoiceSet:
    return voice_set(data, name, languages)[0]


def folder_of(data: Path, name: str) -> Path:
    """Where an office's own set lives; BadSet for a name that is none."""
    if not NAME.fullmatch(name) or name == SHIPPED_NAME:
        rule = f"small letters, digits and hyphens, not {SHIPPED_NAME!r}"
        raise BadSet([f"{name!r} is no name for a set: {rule}"])
    return data / "voices" / name


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_set(
    folder: Path,
    engine: str,
    made: str,
    sounds: Mapping[str, array[int]],
    words: Mapping[str, Mapping[str, str]],
) -> None:
    """Write a whole set: ``sounds`` holds finished samples for every "lang/clip" and for "chime".

    ``made`` is an ISO date. Refuses (BadSet) before the first byte when a clip is missing.
    """
    languages = [lang for lang in LANGUAGES if any(name.startswith(f"{lang}/") for name in sounds)]
    wanted = [CHIME, *clip_names(languages, words)]
    missing = [f"{name} is missing" for name in wanted if name not in sounds]
    if missing or not languages:
        raise BadSet(missing or ["no language is in it"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    clips = {}
    for name in wanted:
        data = pcm.wav(sounds[name])
        _replace(folder / f"{name}.wav", data)
        clips[name] = {"sha256": _digest(data), "ms": pcm.duration_ms(sounds[name])}
    for lang in LANGUAGES:
        for path in (folder / lang).glob("*.wav"):
            if f"{lang}/{path.stem}" not in clips:
                path.unlink()  # of an earlier making
    manifest = {"engine": engine, "made": made, "languages": languages, "words": words, "clips": clips}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    _replace(folder / "manifest.json", (text + "\n").encode())
