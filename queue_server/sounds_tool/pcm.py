"""Sound as samples: trimming, loudness, fades, the chime; 16-bit mono at 22.05 kHz throughout.

Plain Python on ``array``: the clips of a language are two million samples, which takes seconds, once.
Levels are in dBFS (0 = full scale), lengths in milliseconds.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from pathlib import Path

RATE = 22050
FULL = 32768.0
LOUDNESS = -20.0   # RMS of every clip
PEAK = -0.2        # never above
PAD_MS = 20        # what stays of the silence around a word
SILENCE = -50.0    # a 5 ms window below this is heard as silence after levelling
PAUSE_MS = 200     # a comma
CHIME_MS = 900

_WINDOW = RATE * 5 // 1000

Samples = array  # array("h")


class BadSound(ValueError):
    """A sound that cannot become a clip; the message says why in plain English."""


def samples(ms: float) -> int:
    return round(RATE * ms / 1000)


def duration_ms(sound: Samples[int]) -> int:
    return round(len(sound) * 1000 / RATE)


def level(sound: Samples[int]) -> float:
    """RMS in dBFS; -120 for digital silence."""
    power = sum(x * x for x in sound) / max(1, len(sound))
    return 10 * math.log10(power / FULL**2) if power else -120.0


def peak(sound: Samples[int]) -> float:
    top = max((abs(x) for x in sound), default=0)
    return 20 * math.log10(top / FULL) if top else -120.0


def windows(sound: Samples[int]) -> list[float]:
    """The level of each 5 ms, the last one possibly shorter."""
    return [level(sound[i : i + _WINDOW]) for i in range(0, len(sound), _WINDOW)]


def _ms(count: int) -> int:
    return round(count * _WINDOW * 1000 / RATE)


def silences(sound: Samples[int]) -> list[tuple[int, int]]:
    """Silent stretches as (start ms, length ms); a quiet window is one below ``SILENCE``."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for i, loud in enumerate([*windows(sound), 0.0]):
        if loud < SILENCE and start is None:
            start = i
        elif loud >= SILENCE and start is not None:
            found.append((_ms(start), _ms(i - start)))
            start = None
    return found


def trim(sound: Samples[int]) -> Samples[int]:
    """Cut the silence around the word down to ``PAD_MS``; a room's noise counts as silence too.

    What is 38 dB below the loudest 5 ms is not speech: voiced sounds and the weakest endings (h, s)
    stay well above it, the noise of a quiet room stays below.
    """
    loud = windows(sound)
    top = max(loud, default=-120.0)
    if top < -55.0:
        raise BadSound("nothing can be heard in it")
    heard = [i for i, value in enumerate(loud) if value > top - 38.0]
    pad = samples(PAD_MS)
    start = max(0, heard[0] * _WINDOW - pad)
    return sound[start : (heard[-1] + 1) * _WINDOW + pad]


def fade(sound: Samples[int], in_ms: float = 4, out_ms: float = 10) -> Samples[int]:
    """Begin and end at zero, so that two clips join without a click."""
    out = array("h", sound)
    for n, step in ((samples(in_ms), 1), (samples(out_ms), -1)):
        n = min(n, len(out) // 2)
        for i in range(n):
            at = i if step == 1 else len(out) - 1 - i
            out[at] = round(out[at] * (0.5 - 0.5 * math.cos(math.pi * i / n)))
    return out


def _limited(sound: Samples[int], gain: float) -> Samples[int]:
    """Amplify; above half scale the curve bends smoothly and ends at ``PEAK``."""
    ceiling, knee = FULL * 10 ** (PEAK / 20), FULL / 2
    room = ceiling - knee
    out = array("h", bytes(2 * len(sound)))
    for i, x in enumerate(sound):
        y = abs(x * gain)
        if y > knee:
            y = knee + room * math.tanh((y - knee) / room)
        out[i] = int(math.copysign(y, x))
    return out


def loudness(sound: Samples[int], target: float = LOUDNESS) -> Samples[int]:
    """Bring the RMS to ``target`` with no peak above ``PEAK``; a few rounds, because limiting costs level."""
    wanted = target
    out = sound
    for _ in range(6):
        gain = 10 ** ((wanted - level(sound)) / 20)
        out = _limited(sound, gain)
        missing = target - level(out)
        if abs(missing) < 0.05:
            break
        wanted += missing
    return out


def clip(sound: Samples[int]) -> Samples[int]:
    """What every word goes through: trim, level, fade."""
    return fade(loudness(trim(sound)))


def silence(ms: float) -> Samples[int]:
    return array("h", bytes(2 * samples(ms)))


def chime() -> Samples[int]:
    """Two calm tones, a falling major third (G5, E flat 5), each like a struck bar that dies away."""
    total = samples(CHIME_MS)
    mix = [0.0] * total
    for pitch, start in ((783.99, 0), (622.25, samples(320))):
        for i in range(start, total):
            t = (i - start) / RATE
            angle = 2 * math.pi * pitch * t
            tone = math.sin(angle) + 0.18 * math.sin(2 * angle) * math.exp(-9 * t)
            mix[i] += tone * math.exp(-4.5 * t) * min(1.0, t / 0.006)
    top = max(abs(x) for x in mix)
    return fade(loudness(array("h", (round(x / top * 20000) for x in mix))), out_ms=120)


def read_wav(data: bytes) -> Samples[int]:
    """Samples of a clip of ours; BadSound when it is anything but 16-bit mono 22.05 kHz."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadSound(f"not a WAV file ({error})") from None
    if shape != (1, 2, RATE):
        found = f"{shape[0]} channels, {8 * shape[1]} bit, {shape[2]} Hz"
        raise BadSound(f"{found} instead of mono, 16 bit, {RATE} Hz")
    return array("h", frames[: len(frames) // 2 * 2])


def wav(sound: Samples[int]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return out.getvalue()


def decode(data: bytes) -> Samples[int]:
    """Samples of any WAV, MP3, FLAC or Ogg Vorbis, mixed to mono and resampled.

    By miniaudio: one wheel without system libraries for Linux, Windows and macOS (no ffmpeg needed).
    """
    import miniaudio

    try:
        decoded = miniaudio.decode(data, nchannels=1, sample_rate=RATE)
    except miniaudio.DecodeError as error:
        raise BadSound(f"not a sound file that can be read ({error})") from None
    return array("h", decoded.samples)


def load(path: Path) -> Samples[int]:
    return read_wav(path.read_bytes())
