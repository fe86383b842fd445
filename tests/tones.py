"""Sounds for tests: a tone, and an engine whose every word is that tone."""

from __future__ import annotations

import math
from array import array

from queue_server.sounds_tool import pcm


def tone(ms: float = 400, level: float = 3000) -> array[int]:
    return array("h", (round(level * math.sin(i / 12)) for i in range(pcm.samples(ms))))


class Tones:
    """An engine whose every word is the same tone between silences."""

    name = "tones"

    def speak(self, lang: str, clip: str, words: str) -> array[int]:
        return pcm.silence(300) + tone() + pcm.silence(300)
