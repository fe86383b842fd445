"""What can speak a word: eSpeak NG (offline) and Google's voice through gTTS (needs the internet)."""

from __future__ import annotations

import ctypes
import functools
import io
import json
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from . import pcm

SAY = Path(__file__).resolve().parents[2] / "sounds" / "say.json"

#: Calm: 0.88 of the engine's own speed.
WORDS_PER_MINUTE = 154
#: A letter stands alone and must not be missed: slower than the words.
LETTERS_PER_MINUTE = 115

ESPEAK_VOICES = {"id": b"id", "en": b"en-us"}


class EngineFailed(Exception):
    """An engine could not speak; the message says why, and nothing was written."""


class Engine(Protocol):
    name: str

    def speak(self, lang: str, clip: str, words: str) -> array[int]:
        """Raw samples of one clip, before trimming and levelling; raises EngineFailed."""


@functools.cache
def _say() -> dict[str, dict[str, dict[str, str]]]:
    said: dict[str, dict[str, dict[str, str]]] = json.loads(SAY.read_text(encoding="utf-8"))
    return said


def spelling(engine: str, lang: str, clip: str, words: str) -> str:
    """How ``words`` must be written for an engine to pronounce them right (sounds/say.json)."""
    own = _say().get(lang, {}).get(clip, {})
    return own.get(engine, words)


class Espeak:
    """eSpeak NG inside this process, from the wheel espeakng-loader; no program and no network needed.

    The library keeps one global state, so everything goes through one object per process.
    """

    name = "espeak"
    _RETRIEVAL, _RATE, _VOLUME, _PITCH, _RANGE = 2, 1, 2, 3, 4
    _UTF8_AND_PHONEMES = 1 | 0x100

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError as error:
            raise EngineFailed(f"the offline voice is not installed ({error})") from None
        self._sound = array("h")
        self._library = library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        rate = library.espeak_Initialize(self._RETRIEVAL, 0, data, 0x8000)
        if rate != pcm.RATE:
            raise EngineFailed(f"the offline voice did not start (answer {rate})")
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._take)  # kept: the library holds only its address
        library.espeak_SetSynthCallback(self._callback)

    def _take(self, address: int | None, count: int, _events: int | None) -> int:
        if address and count > 0:
            self._sound.frombytes(ctypes.string_at(address, 2 * count))
        return 0

    def speak(self, lang: str, clip: str, words: str) -> array[int]:
        library = self._library
        if library.espeak_SetVoiceByName(ESPEAK_VOICES[lang]) != 0:
            raise EngineFailed(f"the offline voice does not speak {lang}")
        slow = clip.startswith("letter_")
        library.espeak_SetParameter(self._RATE, LETTERS_PER_MINUTE if slow else WORDS_PER_MINUTE, 0)
        library.espeak_SetParameter(self._VOLUME, 100, 0)
        library.espeak_SetParameter(self._PITCH, 50, 0)
        # Little melody: each word was spoken alone, and joined words with full falls sound like a list.
        library.espeak_SetParameter(self._RANGE, 35, 0)
        del self._sound[:]
        said = spelling(self.name, lang, clip, words).encode()
        failed = library.espeak_Synth(said, len(said) + 1, 0, 1, 0, self._UTF8_AND_PHONEMES, None, None)
        if failed or not self._sound:
            raise EngineFailed(f"the offline voice said nothing for {clip!r}")
        return array("h", self._sound)


class Gtts:
    """Google's voice. One request per clip, kept in memory: a failure can leave no file behind.

    gTTS waits for ever without a timeout, writes an empty file when it fails and is refused (429) when
    asked too fast; each of the three is met here.
    """

    name = "gtts"
    TIMEOUT_S = (3, 5)  # connect, read
    SMALLEST = 500      # bytes; the shortest real answer is some 5 kB
    WAITS_S = (2.0, 8.0, 30.0)

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def _ask(self, said: str, lang: str) -> bytes:
        import gtts

        out = io.BytesIO()
        gtts.gTTS(said, lang=lang, timeout=self.TIMEOUT_S).write_to_fp(out)
        return out.getvalue()

    def speak(self, lang: str, clip: str, words: str) -> array[int]:
        import gtts

        said = spelling(self.name, lang, clip, words)
        for wait in (*self.WAITS_S, None):
            try:
                answer = self._ask(said, lang)
                if len(answer) < self.SMALLEST:
                    raise EngineFailed(f"an empty answer for {clip!r}")
                return pcm.decode(answer)
            except (gtts.gTTSError, OSError, AssertionError) as error:
                # Only "too many requests" passes with time; without a network there is nothing to wait for.
                if wait is None or "429" not in str(error):
                    raise EngineFailed(f"no answer from the online voice: {error}") from None
                self._sleep(wait)
            except pcm.BadSound as error:
                raise EngineFailed(f"the online voice sent {clip!r} broken: {error}") from None
        raise AssertionError("unreachable: the last round returns or raises")
