"""Making a set: by an engine, or from an office's own recordings."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from queue_server.domain.announcement import PAUSE, vocabulary

from . import pcm
from .engines import Engine, EngineFailed, Espeak, Gtts
from .sets import CHIME, BadSet, clip_names, word_problems, write_set

Words = Mapping[str, Mapping[str, str]]
Progress = Callable[[str], None]

RECORDINGS = (".wav", ".mp3", ".flac", ".ogg")
LARGEST = 5_000_000   # bytes of one recording
LONGEST_MS = 8_000


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def read_words(path: Path | None, languages: Sequence[str]) -> Words:
    """A set's own words: {"id": {"n0": "kosong"}, …}; BadSet when the file is wrong."""
    if path is None:
        return {}
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSet([f"{path.name} cannot be read ({error})"]) from None
    problems = word_problems(words, languages)
    if problems:
        raise BadSet(problems)
    checked: Words = words
    return checked


def _spoken(
    engine: Engine, languages: Sequence[str], words: Words, progress: Progress
) -> dict[str, array[int]]:
    known = vocabulary(words)
    sounds = {CHIME: pcm.chime()}
    names = clip_names(languages, words)
    for number, name in enumerate(names, 1):
        lang, _, clip = name.partition("/")
        if clip == PAUSE:
            sounds[name] = pcm.silence(pcm.PAUSE_MS)
            continue
        try:
            sounds[name] = pcm.clip(engine.speak(lang, clip, known[lang][clip]))
        except pcm.BadSound as error:
            raise EngineFailed(f"{engine.name} spoke {name} badly: {error}") from None
        if number % 25 == 0:
            progress(f"{engine.name}: {number} of {len(names)} clips")
    return sounds


def make(engine: Engine, languages: Sequence[str], words: Words, folder: Path, progress: Progress) -> None:
    """Speak every clip and write the set. EngineFailed leaves ``folder`` as it was."""
    sounds = _spoken(engine, languages, words, progress)
    write_set(folder, engine.name, _today(), sounds, words)


def engine_named(name: str) -> Engine:
    return Gtts() if name == "gtts" else Espeak()


def make_best(languages: Sequence[str], words: Words, folder: Path, progress: Progress) -> str:
    """By the online voice; when that fails anywhere, the whole set by the offline one. Returns which."""
    try:
        make(Gtts(), languages, words, folder, progress)
        return Gtts.name
    except EngineFailed as error:
        progress(f"{error}; the whole set is made by the offline voice instead")
    make(Espeak(), languages, words, folder, progress)
    return Espeak.name


def _recording(folder: Path, name: str) -> Path | None:
    return next((path for end in RECORDINGS if (path := folder / f"{name}{end}").is_file()), None)


def _recorded(path: Path) -> array[int]:
    if path.stat().st_size > LARGEST:
        raise pcm.BadSound(f"larger than {LARGEST // 1_000_000} MB")
    sound = pcm.clip(pcm.decode(path.read_bytes()))
    if pcm.duration_ms(sound) > LONGEST_MS:
        raise pcm.BadSound(f"longer than {LONGEST_MS // 1000} s")
    return sound


def _own(source: Path, names: Sequence[str], problems: list[str]) -> dict[str, array[int]]:
    sounds = {}
    for name in names:
        path = _recording(source, name)
        if path is None:
            problems.append(f"{name}.wav is missing")
            continue
        try:
            sounds[name] = _recorded(path)
        except (pcm.BadSound, OSError) as error:
            problems.append(f"{path.relative_to(source).as_posix()}: {error}")
    return sounds


def add(source: Path, folder: Path, languages: Sequence[str]) -> None:
    """Take an office's own recordings: SOURCE/id/*.wav (or mp3, flac, ogg), SOURCE/words.json.

    Every clip is trimmed and brought to the common level. The pause and, without SOURCE/chime.wav, the
    chime are ours. Raises BadSet with the full list of what is missing or unusable; nothing is written then.
    """
    own = source / "words.json"
    words = read_words(own if own.is_file() else None, languages)
    names = [name for name in clip_names(languages, words) if not name.endswith(f"/{PAUSE}")]
    problems: list[str] = []
    sounds = _own(source, names, problems)
    if _recording(source, CHIME):
        sounds |= _own(source, [CHIME], problems)
    else:
        sounds[CHIME] = pcm.chime()
    if problems:
        raise BadSet(problems)
    sounds |= {f"{lang}/{PAUSE}": pcm.silence(pcm.PAUSE_MS) for lang in languages}
    write_set(folder, "recorded", _today(), sounds, words)
