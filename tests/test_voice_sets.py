"""Voice sets: complete or unused; made by an engine or from an office's own recordings."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from tones import Tones, tone

from queue_server import sounds_tool
from queue_server.domain.announcement import (
    PAUSE,
    all_clips,
    announcement,
)
from queue_server.domain.office import LANGUAGES, Counter
from queue_server.sounds_tool import make, pcm
from queue_server.sounds_tool.engines import EngineFailed, Espeak, Gtts
from queue_server.sounds_tool.sets import SHIPPED, BadSet, read_set, voice_of, voice_set

LOKET_3 = Counter("3", {"id": "Loket 3", "en": "Counter 3"}, "hall", (), spoken=("loket", 3))


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "tones"
    make.make(Tones(), LANGUAGES, {}, folder, lambda line: None)
    return folder


@pytest.fixture
def quick_set(tones: Path, tmp_path: Path) -> Path:
    """A complete set named "quick" in a data folder of its own."""
    return Path(shutil.copytree(tones, tmp_path / "voices" / "quick"))


@pytest.fixture
def sounds(tmp_path: Path) -> Callable[..., int]:
    """The command line ``sounds …`` with a data folder of its own."""

    def call(*words: str) -> int:
        parser = argparse.ArgumentParser()
        sounds_tool.add_arguments(parser)
        action, *rest = words
        data = [] if action == "clips" else ["--data", str(tmp_path)]
        return sounds_tool.run(parser.parse_args([action, *data, *rest]))

    return call


# -- complete or unused


def test_a_complete_set_is_used(quick_set: Path, tmp_path: Path) -> None:
    voice, problems = voice_set(tmp_path, "quick", LANGUAGES)
    assert (voice.name, voice.engine, problems) == ("quick", "tones", [])
    assert voice.path("id", "n1") == quick_set / "id" / "n1.wav"


def remove(folder: Path) -> None:
    (folder / "en" / "n7.wav").unlink()


def damage(folder: Path) -> None:
    path = folder / "id" / "loket.wav"
    path.write_bytes(path.read_bytes()[:-2] + b"xx")


def empty(folder: Path) -> None:
    (folder / "id" / "n0.wav").write_bytes(b"")


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def torn_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"languages": ["xx"')


def strange_language(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "languages": ["../.."]}))


@pytest.mark.parametrize("harm", [remove, damage, empty, no_manifest, torn_manifest, strange_language])
def test_a_set_that_is_not_whole_is_not_used_at_all(
    quick_set: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    harm(quick_set)
    voice, problems = voice_set(tmp_path, "quick", LANGUAGES)
    assert voice.name == "shipped" and voice.folder == SHIPPED
    assert problems


def test_a_set_without_the_offices_second_language_is_not_used(tmp_path: Path) -> None:
    make.make(Tones(), ("id",), {}, tmp_path / "voices" / "one", lambda line: None)
    assert voice_set(tmp_path, "one", ("id",))[0].name == "one"
    voice, problems = voice_set(tmp_path, "one", ("id", "en"))
    assert (voice.name, problems) == ("shipped", ["the language en is not in it"])


@pytest.mark.parametrize("name", ["../../etc", "", "A B", "absent", "x" * 50, ".hidden"])
def test_a_set_that_does_not_exist_is_answered_by_the_shipped_one(tmp_path: Path, name: str) -> None:
    voice, problems = voice_set(tmp_path, name, LANGUAGES)
    assert voice.name == "shipped" and problems


def test_the_server_notices_a_set_that_was_made_or_taken_away(quick_set: Path, tmp_path: Path) -> None:
    manifest = quick_set / "manifest.json"
    aside = manifest.rename(tmp_path / "aside.json")
    assert voice_of(tmp_path, "quick", LANGUAGES).name == "shipped"
    aside.rename(manifest)
    assert voice_of(tmp_path, "quick", LANGUAGES).name == "quick"
    assert voice_of(tmp_path, "quick", LANGUAGES) is voice_of(tmp_path, "quick", LANGUAGES)
    assert voice_of(tmp_path, "../quick", LANGUAGES).name == "shipped"


# -- making a set


def test_the_offline_voice_makes_the_whole_set_again(sounds: Callable[..., int], tmp_path: Path) -> None:
    assert sounds("make", "--engine", "espeak", "--set", "again") == 0
    voice, problems = voice_set(tmp_path, "again", LANGUAGES)
    assert (voice.name, voice.engine, problems) == ("again", "espeak", [])


def test_letters_are_said_more_slowly_than_words() -> None:
    voice = Espeak()
    assert len(voice.speak("id", "letter_a", "A")) > 1.2 * len(voice.speak("id", "x", "a"))


class NoNetwork(Gtts):
    """gTTS without a network: it fails after a while, as measured on an office's PC."""

    asked = 0
    answer = b""

    def _ask(self, said: str, lang: str) -> bytes:
        self.asked += 1
        if self.answer and self.asked < 5:
            return self.answer
        raise OSError("Failed to connect. Probable cause: Unknown")


@pytest.mark.parametrize("good_words", [False, True])
def test_a_failure_of_gtts_leaves_no_file_behind(tmp_path: Path, good_words: bool) -> None:
    engine = NoNetwork()
    engine.answer = pcm.wav(tone()) if good_words else b""
    with pytest.raises(EngineFailed):
        make.make(engine, LANGUAGES, {}, tmp_path / "voices" / "online", lambda line: None)
    assert list(tmp_path.rglob("*")) == []


def test_a_failure_of_gtts_leaves_the_old_set_in_use(quick_set: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in quick_set.rglob("*.wav")}
    with pytest.raises(EngineFailed):
        make.make(NoNetwork(), LANGUAGES, {}, quick_set, lambda line: None)
    assert {path: path.read_bytes() for path in quick_set.rglob("*.wav")} == before
    assert voice_set(tmp_path, "quick", LANGUAGES)[0].name == "quick"


def test_the_real_gtts_without_a_network_fails_soon_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library itself, its connection refused as on a machine without the internet."""
    import requests

    def refused(*args: object, **kwargs: object) -> object:
        assert kwargs.get("timeout") == (3, 5)
        raise requests.exceptions.ConnectionError("refused")

    monkeypatch.setattr(requests.Session, "send", refused)
    with pytest.raises(EngineFailed, match="no answer from the online voice"):
        Gtts(sleep=lambda s: pytest.fail("nothing to wait for")).speak("id", "n1", "satu")


@pytest.mark.parametrize("answer", [b"", b"x" * 5000])
def test_an_empty_or_broken_answer_is_a_failure(answer: bytes) -> None:
    class Bad(Gtts):
        def _ask(self, said: str, lang: str) -> bytes:
            return answer

    with pytest.raises(EngineFailed):
        Bad().speak("id", "n1", "satu")


def test_too_many_requests_are_waited_out() -> None:
    slept: list[float] = []

    class Limited(Gtts):
        def _ask(self, said: str, lang: str) -> bytes:
            if len(slept) < 2:
                raise OSError("429 (Too Many Requests) from TTS API")
            return pcm.wav(tone())

    assert len(Limited(sleep=slept.append).speak("id", "n1", "satu")) > 0
    assert slept == [2.0, 8.0]


def test_without_the_internet_the_whole_set_is_made_offline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(make, "Gtts", NoNetwork)
    monkeypatch.setattr(make, "Espeak", Tones)
    said: list[str] = []
    assert make.make_best(("id",), {}, tmp_path / "voices" / "best", said.append) == "tones"
    assert voice_set(tmp_path, "best", ("id",))[0].engine == "tones"
    assert any("offline voice instead" in line for line in said)


def test_google_is_told_the_names_of_letters() -> None:
    asked = []

    class Listening(Gtts):
        def _ask(self, said: str, lang: str) -> bytes:
            asked.append((said, lang))
            return pcm.wav(tone())

    for clip, words in (("letter_c", "C"), ("n12", "dua belas")):
        Listening().speak("id", clip, words)
    Listening().speak("en", "letter_c", "C")
    assert asked == [("cé", "id"), ("dua belas", "id"), ("C", "en")]


# -- own recordings


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A person's recordings: stereo, 44.1 kHz, quiet, with a second of room noise around each word."""
    folder = tmp_path / "recordings"
    frames = array("h")
    for i in range(66150):
        loud = 1500 if 22050 < i < 44100 else 4
        value = round(loud * math.sin(i / 20))
        frames.extend((value, value))
    with wave.open(str(tmp_path / "one.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(frames.tobytes())
    for lang in LANGUAGES:
        (folder / lang).mkdir(parents=True)
        for clip in all_clips(lang):
            if clip != PAUSE:
                shutil.copy(tmp_path / "one.wav", folder / lang / f"{clip}.wav")
    return folder


def test_own_recordings_are_converted_cut_and_levelled(
    recordings: Path, sounds: Callable[..., int], tmp_path: Path
) -> None:
    (recordings / "words.json").write_text('{"id": {"n0": "kosong"}}')
    assert sounds("add", str(recordings), "--set", "suara-kami") == 0
    voice, problems = voice_set(tmp_path, "suara-kami", LANGUAGES)
    assert (voice.name, voice.engine, problems) == ("suara-kami", "recorded", [])
    path = voice.path("id", "n7")
    assert path is not None
    sound = pcm.load(path)
    assert 480 <= pcm.duration_ms(sound) <= 560
    assert abs(pcm.level(sound) - pcm.LOUDNESS) < 1.5
    assert announcement("A", 1, LOKET_3, ("id",), words=voice.words)[0]["text"].startswith(
        "Nomor antrean A kosong kosong satu"
    )


def test_missing_and_unusable_recordings_are_all_named(
    recordings: Path, sounds: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recordings / "id" / "n7.wav").unlink()
    (recordings / "en" / "counter.wav").unlink()
    (recordings / "id" / "n8.wav").write_bytes(pcm.wav(pcm.silence(500)))
    (recordings / "id" / "n9.wav").write_text("<script>alert(1)</script>")
    (recordings / "en" / "n9.wav").write_bytes(pcm.wav(tone(9000)))
    (recordings / "en" / "n8.wav").write_bytes(bytes(5_000_001))
    assert sounds("add", str(recordings), "--set", "suara-kami") == 1
    told = capsys.readouterr().err
    for part in (
        "id/n7.wav is missing", "en/counter.wav is missing", "id/n8.wav: nothing can be heard",
        "id/n9.wav: not a sound file", "en/n9.wav: longer than 8 s", "en/n8.wav: larger than 5 MB",
    ):  # fmt: skip
        assert part in told
    assert not (tmp_path / "voices").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('{"id": {"n77777": "x"}}', "has no clip 'n77777'"),
        ('{"id": {"place_x": "x"}}', "place_x is not there in every language"),
        ('{"id": {"n0": ""}}', "must be one line"),
        ('{"id": {"n0": "a\\nb"}}', "must be one line"),
        ('{"id": {"pause": "x"}}', "must be one line"),
        ('{"xx": {}}', "not a table"),
        ("[]", "not a table"),
        ("{", "cannot be read"),
    ],
)
def test_wrong_words_are_refused(
    recordings: Path, sounds: Callable[..., int], capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    (recordings / "words.json").write_text(words)
    assert sounds("add", str(recordings), "--set", "x") == 1
    assert told in capsys.readouterr().err


def test_an_own_chime_is_taken(recordings: Path, tmp_path: Path) -> None:
    (recordings / "chime.wav").write_bytes(pcm.wav(tone(2000)))
    make.add(recordings, tmp_path / "voices" / "own", LANGUAGES)
    voice = read_set(tmp_path / "voices" / "own", "own", LANGUAGES)
    assert abs(pcm.duration_ms(pcm.load(voice.chime)) - 2000) < 20


# -- the command line


def test_listing_trying_and_naming_clips(
    quick_set: Path, sounds: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(quick_set, tmp_path / "voices" / "torn")
    remove(tmp_path / "voices" / "torn")
    assert sounds("list") == 0
    told = capsys.readouterr().out
    assert "shipped: complete (id, en), espeak" in told
    assert "quick: complete" in told
    assert "torn: not used: en/n7.wav is missing" in told

    assert sounds("try", "--set", "quick", "--to", str(tmp_path / "try.wav")) == 0
    assert "Nomor antrean A nol satu dua" in capsys.readouterr().out
    assert pcm.duration_ms(pcm.load(tmp_path / "try.wav")) > 3000
    assert sounds("try", "--set", "torn", "--to", str(tmp_path / "torn.wav")) == 1

    assert sounds("clips", "--lang", "id") == 0
    assert "id/nomor_antrean" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["shipped", "../x", "Upper"])
def test_a_set_must_have_a_plain_name(sounds: Callable[..., int], name: str) -> None:
    assert sounds("make", "--engine", "espeak", "--set", name) == 1


def test_a_bad_set_says_how_much_is_wrong() -> None:
    assert str(BadSet(["a"] * 9)) == "a; a; a; a; a; …"
