"""Voice sets as an administrator sees them: which there are, which can be used here, and how each sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..domain.announcement import announcement
from ..domain.office import Office
from ..sounds_tool.render import finder, render
from ..sounds_tool.sets import NAME, SHIPPED, SHIPPED_NAME, BadSet, VoiceSet, folder_of, read_set

#: A number with three different digits, as a board would call it.
SPOKEN = 102
MOST_PROBLEMS = 3


def names(data: Path) -> list[str]:
    """The shipped set and those in DATA/voices."""
    folder = data / "voices"
    own = sorted(path.name for path in folder.iterdir() if path.is_dir() and NAME.fullmatch(path.name)) \
        if folder.is_dir() else []
    return [SHIPPED_NAME, *(name for name in own if name != SHIPPED_NAME)]


def sets(data: Path, office: Office) -> list[dict[str, Any]]:
    """Each set: whether it is complete for the office's languages, else what is missing."""
    found = []
    for name in names(data):
        line: dict[str, Any] = {"name": name, "chosen": name == office.voice_set, "complete": True, "problems": []}
        try:
            voice = _read(data, name, office)
            line.update(engine=voice.engine, made=voice.made, languages=list(voice.languages))
        except BadSet as bad:
            line.update(complete=False, problems=bad.problems[:MOST_PROBLEMS], more=len(bad.problems) - MOST_PROBLEMS)
        found.append(line)
    return found


def sample(data: Path, office: Office, name: str) -> bytes | None:
    """A call of the office's first counter spoken by a set, as a WAV; None where it cannot be."""
    if name not in names(data) or not office.counters:
        return None
    counter = office.counters[0]
    prefix = next((s.prefix for s in office.services if s.key in counter.services), "A")
    try:
        voice = _read(data, name, office)
    except BadSet:
        return None
    said = announcement(prefix, SPOKEN, counter, office.languages, office.number_reading, voice.words)
    return render(said, finder(voice))


def _read(data: Path, name: str, office: Office) -> VoiceSet:
    """Raises BadSet unless the set is complete for the office's languages."""
    folder = SHIPPED if name == SHIPPED_NAME else folder_of(data, name)
    return read_set(folder, name, office.languages)
