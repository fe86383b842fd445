"""What is said for a call, and that the text is the same thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queue_server.domain.announcement import (
    FRAME,
    KINDS,
    PROMPTS,
    all_clips,
    announcement,
    digit_clips,
    number_clips,
    prompt,
    shipped_words,
    text,
    vocabulary,
    your_number,
)
from queue_server.domain.office import LANGUAGES, Counter


def counter(name: str, spoken: tuple[str, int] | None = None) -> Counter:
    return Counter("c", {"id": name, "en": "somewhere"}, "hall", (), spoken=spoken)


LOKET_3 = counter("Loket 3", ("loket", 3))

ID = ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
EN = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
EN += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def terbilang(n: int) -> str:
    """Another reading of the same rules: by words, the way a pupil writes them."""
    if n < 10:
        return ["nol", *ID][n]
    if n < 20:
        return "sepuluh" if n == 10 else "sebelas" if n == 11 else f"{terbilang(n - 10)} belas"
    for size, name, one in ((1000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "")):
        if n >= size:
            head, rest = divmod(n, size)
            words = one if head == 1 and one else f"{terbilang(head)} {name}"
            return words + (f" {terbilang(rest)}" if rest else "")
    raise AssertionError(n)


def spelled(n: int) -> str:
    if n < 20:
        return ["zero", *EN][n]
    if n < 100:
        return TENS[n // 10 - 1] + (f" {EN[n % 10 - 1]}" if n % 10 else "")
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    return f"{spelled(n // size)} {name}" + (f" {spelled(n % size)}" if n % size else "")


def test_the_sentence_of_an_office() -> None:
    indonesian, english = announcement("A", 12, LOKET_3, ("id", "en"))
    assert indonesian["text"] == "Nomor antrean A nol satu dua, silakan menuju ke loket tiga."
    assert indonesian["clips"] == [
        "nomor_antrean", "letter_a", "n0", "n1", "n2", "pause", "silakan_menuju_ke", "loket", "n3"
    ]  # fmt: skip
    assert english["text"] == "Queue number A, zero one two, please proceed to counter three."
    assert [indonesian["lang"], english["lang"]] == ["id", "en"]


def test_languages_come_in_the_order_asked_for() -> None:
    assert [one["lang"] for one in announcement("F", 7, LOKET_3, ("en", "id"))] == ["en", "id"]
    assert [one["lang"] for one in announcement("F", 7, LOKET_3, ("id",))] == ["id"]


def test_a_ticket_may_be_read_as_a_number_word() -> None:
    (said,) = announcement("A", 112, LOKET_3, ("id",), "words")
    assert said["text"] == "Nomor antrean A seratus dua belas, silakan menuju ke loket tiga."


@pytest.mark.parametrize(("lang", "oracle"), [("id", terbilang), ("en", spelled)])
def test_every_number_word_is_right(lang: str, oracle: Callable[[int], str]) -> None:
    for number in range(10000):
        said = [shipped_words()[lang][clip] for clip in number_clips(number)]
        assert " ".join(said) == oracle(number)
    for wrong in (-1, 10000):
        with pytest.raises(ValueError):
            number_clips(wrong)


@pytest.mark.parametrize(
    ("number", "said"),
    [(7, "nol nol tujuh"), (45, "nol empat lima"), (999, "sembilan sembilan sembilan"),
     (1000, "satu nol nol nol"), (12345, "satu dua tiga empat lima")],
)  # fmt: skip
def test_digits_are_at_least_three_and_go_on_after_999(number: int, said: str) -> None:
    assert " ".join(shipped_words()["id"][clip] for clip in digit_clips(number)) == said


def test_a_number_too_high_for_a_word_is_read_by_digits() -> None:
    (said,) = announcement("A", 10000, LOKET_3, ("id",), "words")
    assert "satu nol nol nol nol" in said["text"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_counter_is_said_as_a_number_word(kind: str, lang: str) -> None:
    (said,) = announcement("A", 1, counter("x", (kind, 12)), (lang,))
    number = {"id": "dua belas", "en": "twelve"}[lang]
    assert said["text"].endswith(f" {shipped_words()[lang][KINDS[kind][lang]]} {number}.")


@pytest.mark.parametrize(
    ("name", "spoken", "said"),
    [
        ("Loket 12", None, "menuju ke loket dua belas."),
        ("LOKET 3", None, "menuju ke loket tiga."),
        ("Counter 3", None, "menuju ke loket tiga."),
        ("Ruang A", None, "menuju ke ruang A."),
        ("Ruang Kunjungan", None, "menuju ke ruang kunjungan."),
        ("Pojok", ("lane", 1), "menuju ke jalur satu."),
        ("Pojok", ("Ruang Kunjungan", 0), "menuju ke ruang kunjungan."),
        ("Pojok Ibu", None, "lihat papan antrean."),
        ("Pojok Ibu", ("gerbang", 4), "lihat papan antrean."),
    ],
)
def test_a_place_is_said_whole_or_the_board_is(name: str, spoken: tuple[str, int] | None, said: str) -> None:
    (one,) = announcement("A", 1, counter(name, spoken), ("id",))
    assert one["text"].endswith(f", silakan {said}")


def test_a_voice_set_brings_its_own_words_and_places() -> None:
    own = {
        "id": {"n0": "kosong", "place_pojok_ibu": "pojok ibu"},
        "en": {"place_pojok_ibu": "the mothers' corner"},
    }
    said = announcement("A", 1, counter("Pojok Ibu"), LANGUAGES, words=vocabulary(own))
    assert said[0]["text"] == "Nomor antrean A kosong kosong satu, silakan menuju ke pojok ibu."
    assert said[1]["text"].endswith("please proceed to the mothers' corner.")
    assert said[0]["clips"][-1] == said[1]["clips"][-1] == "place_pojok_ibu"


@pytest.mark.parametrize("prefix", ["", "A", "AB", "z"])
def test_a_prefix_is_spelled(prefix: str) -> None:
    (said,) = announcement(prefix, 12, LOKET_3, ("id",))
    letters = "".join(f"{letter} " for letter in prefix.upper())
    assert said["text"].startswith(f"Nomor antrean {letters}nol satu dua,")


@pytest.mark.parametrize(
    ("prefix", "number", "reading"),
    [("ABC", 1, "digits"), ("Ä", 1, "digits"), ("1", 1, "digits"), ("A", -1, "digits"), ("A", 1, "roman")],
)
def test_what_cannot_be_spoken_is_refused(prefix: str, number: int, reading: str) -> None:
    with pytest.raises(ValueError):
        announcement(prefix, number, LOKET_3, ("id",), reading)


def test_a_kiosk_speaks() -> None:
    assert prompt("choose", "id")["text"] == "Silakan pilih layanan."
    assert your_number("A", 12, "id")["text"] == "Nomor antrean Anda A nol satu dua, mohon tunggu panggilan."
    assert your_number("B", 120, "en", "words")["text"] == (
        "Your queue number is B, one hundred twenty, please wait for your call."
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_and_clips_say_the_same(lang: str) -> None:
    """Read the text word by word with a finger on the clips: nothing is left over on either side."""
    words = shipped_words()[lang]
    for number in (0, 1, 9, 10, 11, 12, 21, 100, 101, 345, 999, 1000, 1203, 9999):
        for reading in ("digits", "words"):
            for one in announcement("BK", number, LOKET_3, (lang,), reading):
                rest = one["text"].lower().removesuffix(".")
                for clip in one["clips"]:
                    said = "," if clip == "pause" else words[clip].lower()
                    assert rest.lstrip().startswith(said)
                    rest = rest.lstrip()[len(said):]  # fmt: skip
                assert rest == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_clip_has_words_and_every_word_a_clip(lang: str) -> None:
    assert len(set(all_clips(lang))) == len(all_clips(lang))
    assert set(all_clips(lang)) - {"pause"} == set(shipped_words()[lang])
    for table in (*KINDS.values(), *PROMPTS.values()):
        assert text([table[lang]], lang)
    assert set(FRAME[lang]) == {"number", "go", "look"}
