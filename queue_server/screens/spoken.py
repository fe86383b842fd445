"""Sentences for a kiosk that reads its choices aloud, made by the offline voice of the shipped clips.

A service's name is in no set of clips. What is spoken is what stands on the screen; nothing of a visitor is in it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from flask import Blueprint, Response

from ..domain.office import LANGUAGES
from ..kit import Worker
from ..sounds_tool import pcm
from ..sounds_tool.engines import EngineFailed, Espeak
from .door import Door
from .guard import body, text_of

#: The longest text that is read in one go, and how many of them are kept: a kiosk says the same all day.
MOST_TEXT = 600
MOST_KEPT = 200


class Speaker:
    """The offline voice, in a thread of its own: its library does one thing at a time."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._engine: Espeak | None = None
        self._turn = threading.Lock()  # a worker is asked by one at a time: two kiosks may speak at once
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def say(self, lang: str, text: str) -> bytes | None:
        """The sentence as WAV; None: this machine has no offline voice, and the kiosk helps itself."""
        with self._turn:
            found = self._kept.get((lang, text)) or self._worker.run(self._make, lang, text)
            if found is not None and (lang, text) not in self._kept:
                self._kept[lang, text] = found
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            return found

    def _make(self, lang: str, text: str) -> bytes | None:
        try:
            self._engine = self._engine or Espeak()
            return pcm.wav(self._engine.speak(lang, "sentence", text))
        except EngineFailed:
            return None


def blueprint(door: Door) -> Blueprint:
    bp = Blueprint("spoken", __name__)
    speaker = Speaker(door.kit.worker())

    @bp.post("/office/<office>/say")
    def say(office: str) -> Response:
        message = body()
        lang, text = text_of(message, "language", 2), text_of(message, "text", MOST_TEXT).strip()
        sound = speaker.say(lang, text) if lang in LANGUAGES and text else None
        return Response(sound, mimetype="audio/wav") if sound else Response(status=204)

    return bp
