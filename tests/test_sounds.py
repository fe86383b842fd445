"""The shipped clips: complete, equally loud, joined without a gap; and the arithmetic of sound."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

import pytest
from tones import tone

from queue_server.domain.announcement import (
    KINDS,
    PAUSE,
    READINGS,
    all_clips,
    announcement,
    prompt,
    your_number,
)
from queue_server.domain.office import LANGUAGES, Counter
from queue_server.sounds_tool import pcm
from queue_server.sounds_tool.render import finder, join, render
from queue_server.sounds_tool.sets import SHIPPED, VoiceSet, clip_names, read_set

LOKET_3 = Counter("3", {"id": "Loket 3", "en": "Counter 3"}, "hall", (), spoken=("loket", 3))


@pytest.fixture(scope="module")
def shipped() -> VoiceSet:
    return read_set(SHIPPED, "shipped", LANGUAGES)


# -- the shipped clips


def test_every_number_at_every_counter_can_be_spoken(shipped: VoiceSet) -> None:
    """Numbers 1 to 9999 in both readings, counters 1 to 99 of every kind, in every language."""
    for number in range(1, 10000):
        for reading in READINGS:
            for one in announcement("A", number, LOKET_3, LANGUAGES, reading):
                assert all(shipped.path(one["lang"], clip) for clip in one["clips"])
    for kind in KINDS:
        for number in range(1, 100):
            counter = Counter("c", {"id": kind}, "hall", (), spoken=(kind, number))
            for one in announcement("ZQ", 1, counter, LANGUAGES):
                assert all(shipped.path(one["lang"], clip) for clip in one["clips"])
    for lang in LANGUAGES:
        for said in (prompt("choose", lang), prompt("take", lang), your_number("A", 1, lang)):
            assert all(shipped.path(lang, clip) for clip in said["clips"])


def test_the_folder_holds_what_the_manifest_names_and_nothing_else() -> None:
    on_disk = {path.relative_to(SHIPPED).with_suffix("").as_posix() for path in SHIPPED.rglob("*.wav")}
    assert on_disk == {"chime", *clip_names(LANGUAGES, {})}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_clips_are_equally_loud_and_tightly_cut(shipped: VoiceSet, lang: str) -> None:
    for clip in all_clips(lang):
        path = shipped.path(lang, clip)
        assert path is not None
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        sound = pcm.load(path)
        assert shipped.lengths[f"{lang}/{clip}"] == pcm.duration_ms(sound)
        if clip == PAUSE:
            continue
        assert abs(pcm.level(sound) - pcm.LOUDNESS) < 1.5, clip
        assert pcm.peak(sound) <= pcm.PEAK, clip
        assert abs(sound[0]) < 60 and abs(sound[-1]) < 60, f"{clip} would click"
        start, end = 0, pcm.duration_ms(sound)
        for at, length in pcm.silences(sound):
            assert not (at == start and length > 40), f"{clip} begins with silence"
            assert not (at + length >= end - 5 and length > 40), f"{clip} ends with silence"


def test_the_chime_is_short_and_calm(shipped: VoiceSet) -> None:
    sound = pcm.load(shipped.chime)
    assert 800 <= pcm.duration_ms(sound) <= 1000
    assert abs(pcm.level(sound) - pcm.LOUDNESS) < 1.5
    assert pcm.peak(sound) < -6


@pytest.mark.parametrize("prefix", ["A", "H", "X", "W"])
@pytest.mark.parametrize("number", [12, 468, 777, 1203])
@pytest.mark.parametrize("reading", READINGS)
def test_no_gap_is_heard_in_a_call(shipped: VoiceSet, prefix: str, number: int, reading: str) -> None:
    """Nothing silent for more than 150 ms but at the commas, which are 200 ms and the words' own ends."""
    for one in announcement(prefix, number, LOKET_3, LANGUAGES, reading):
        find = finder(shipped)
        commas, at = [], 0
        for clip in one["clips"]:
            if clip == PAUSE:
                commas.append(at)
            at += pcm.duration_ms(find(one["lang"], clip))
        silent = pcm.silences(join([one], find, chime=False))
        gaps = [(start, length) for start, length in silent if length > 150]
        assert len(gaps) == len(commas)
        for (start, length), comma in zip(gaps, commas, strict=True):
            assert start <= comma + 10 and length <= 300


def test_a_rendered_call_is_chime_sentence_sentence(shipped: VoiceSet, tmp_path: Path) -> None:
    said = announcement("A", 12, LOKET_3, LANGUAGES)
    file = tmp_path / "call.wav"
    file.write_bytes(render(said, finder(shipped)))
    length = pcm.duration_ms(pcm.load(file))
    assert abs(length - (900 + 250 + 450 + shipped.length_ms(said))) < 20
    assert length < 12_000


def test_a_clip_that_is_not_in_the_set_has_no_path(shipped: VoiceSet) -> None:
    assert shipped.path("id", "../words") is None
    assert shipped.path("..", "chime") is None


# -- the arithmetic of sound


def test_loudness_reaches_its_target_and_keeps_the_peak_even_for_spiky_sound() -> None:
    spiky = array("h", (30000 if i % 900 == 0 else round(400 * math.sin(i / 7)) for i in range(22050)))
    levelled = pcm.loudness(spiky)
    assert abs(pcm.level(levelled) - pcm.LOUDNESS) < 0.2
    assert pcm.peak(levelled) <= pcm.PEAK


def test_silence_is_found_where_it_is() -> None:
    sound = tone(100) + pcm.silence(200) + tone(100)
    ((start, length),) = pcm.silences(sound)
    assert abs(start - 100) <= 5 and abs(length - 200) <= 5


def test_trimming_keeps_twenty_milliseconds() -> None:
    sound = pcm.trim(pcm.silence(500) + tone(300) + pcm.silence(500))
    assert abs(pcm.duration_ms(sound) - 340) <= 10


@pytest.mark.parametrize("rate", [8000, 44100])
def test_only_our_own_format_is_read_as_a_clip(tmp_path: Path, rate: int) -> None:
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(8000))
    with pytest.raises(pcm.BadSound, match="instead of mono, 16 bit"):
        pcm.load(tmp_path / "x.wav")
