"""Join clips into one sound, exactly as a board plays them: back to back, nothing between."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import pcm
from .sets import VoiceSet

AFTER_CHIME_MS = 250
BETWEEN_LANGUAGES_MS = 450

#: Finds the samples of a clip, or of the chime for ("", "chime").
Finder = Callable[[str, str], "array[int]"]


def finder(voice: VoiceSet) -> Finder:
    """Reads the clips of a set from its folder; KeyError for a clip that it does not hold."""

    def find(lang: str, clip: str) -> array[int]:
        if not lang:
            return pcm.load(voice.chime)
        path = voice.path(lang, clip)
        if path is None:
            raise KeyError(f"{lang}/{clip}")
        return pcm.load(path)

    return find


def join(said: Iterable[Mapping[str, Any]], find: Finder, chime: bool = True) -> array[int]:
    """Samples of a call: the chime, then each sentence (``announcement.Said``) in turn."""
    sound = array("h")
    if chime:
        sound += find("", "chime") + pcm.silence(AFTER_CHIME_MS)
    for number, one in enumerate(said):
        if number:
            sound += pcm.silence(BETWEEN_LANGUAGES_MS)
        for clip in one["clips"]:
            sound += find(one["lang"], clip)
    return sound


def render(said: Iterable[Mapping[str, Any]], find: Finder, chime: bool = True) -> bytes:
    """The same as the bytes of a WAV file."""
    return pcm.wav(join(said, find, chime))
