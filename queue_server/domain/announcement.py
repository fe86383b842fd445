"""What is said for a call: the clips of the voice and, from the same list, the sentence as text.

A sentence is a list of clip names; the text is made from that list and from nothing else, so what a
deaf visitor reads and what a blind visitor hears cannot differ. Sentences and the reading of numbers
follow what Indonesian offices say ("Nomor antrean A nol satu dua, silakan menuju ke loket tiga."):
the number digit by digit or as a number-word, the counter always as a number-word.

The words belonging to the clips are data (sounds/words.json); a voice set that says something else
("kosong" for "nol", a place of its own) brings its own words with it.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from .office import LANGUAGES, Counter

#: {"id": {clip: words}, "en": {…}}
Vocabulary = Mapping[str, Mapping[str, str]]

READINGS = ("digits", "words")
MOST = 9999  # the highest number that can be said as a word

#: A clip of silence that stands where the text has a comma.
PAUSE = "pause"
LETTERS = tuple(f"letter_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
NUMBERS = tuple(
    f"n{n}" for n in (*range(20), *range(20, 100, 10), *range(100, 1000, 100), *range(1000, 10000, 1000))
)

#: The fixed parts of a sentence in each language.
FRAME: dict[str, dict[str, str]] = {
    "id": {"number": "nomor_antrean", "go": "silakan_menuju_ke", "look": "silakan_lihat_papan"},
    "en": {"number": "queue_number", "go": "please_proceed_to", "look": "please_see_the_board"},
}

#: English puts a breath between the prefix and the number, Indonesian does not.
BREATH_AFTER_PREFIX = {"id": False, "en": True}

#: What a counter can be: the word an office file uses (either language) and its clip in each language.
KINDS: dict[str, dict[str, str]] = {
    "loket": {"id": "loket", "en": "counter"},
    "jalur": {"id": "jalur", "en": "lane"},
    "unit": {"id": "unit", "en": "unit"},
    "meja": {"id": "meja", "en": "table"},
    "ruang": {"id": "ruang", "en": "room"},
    "bilik": {"id": "bilik", "en": "booth"},
    "ruang_kunjungan": {"id": "ruang_kunjungan", "en": "visiting_room"},
}

#: What a kiosk says.
PROMPTS: dict[str, dict[str, str]] = {
    "choose": {"id": "silakan_pilih_layanan", "en": "please_choose_a_service"},
    "take": {"id": "silakan_ambil_nomor", "en": "please_take_your_number"},
    "yours": {"id": "nomor_antrean_anda", "en": "your_queue_number"},
    "wait": {"id": "mohon_tunggu_panggilan", "en": "please_wait_for_your_call"},
}


class Said(TypedDict):
    """One sentence in one language: what is played, and the same as text."""

    lang: str
    clips: list[str]
    text: str


@functools.cache
def shipped_words() -> dict[str, dict[str, str]]:
    """The words of the shipped clips, per language."""
    path = Path(__file__).resolve().parents[2] / "sounds" / "words.json"
    words: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return words


def vocabulary(own: Vocabulary | None) -> dict[str, dict[str, str]]:
    """The shipped words with those of a voice set laid over them."""
    return {lang: {**shipped_words()[lang], **(own or {}).get(lang, {})} for lang in LANGUAGES}


def all_clips(lang: str) -> list[str]:
    """Every clip that a voice set must hold for one language, in a readable order."""
    frame, kinds = FRAME[lang].values(), [kind[lang] for kind in KINDS.values()]
    prompts = [prompt[lang] for prompt in PROMPTS.values()]
    return [*frame, *kinds, *prompts, *LETTERS, *NUMBERS, PAUSE]


def number_clips(number: int) -> list[str]:
    """A number-word: 12 "dua belas", 101 "seratus satu"; 0 to 9999, otherwise ValueError."""
    if not 0 <= number <= MOST:
        raise ValueError(f"{number} cannot be said as a word")
    if number == 0:
        return ["n0"]
    parts = [number // 1000 * 1000, number % 1000 // 100 * 100]
    rest = number % 100
    parts += [rest] if rest < 20 else [rest // 10 * 10, rest % 10]
    return [f"n{part}" for part in parts if part]


def digit_clips(number: int) -> list[str]:
    """A number digit by digit, at least three: 12 "nol satu dua", 1203 "satu dua nol tiga"."""
    if number < 0:
        raise ValueError("a ticket number is never negative")
    return [f"n{digit}" for digit in f"{number:03d}"]


def prefix_clips(prefix: str) -> list[str]:
    """The letters of a prefix (one or two of A to Z; none for an office without letters)."""
    if not re.fullmatch(r"[A-Za-z]{0,2}", prefix, re.ASCII):
        raise ValueError(f"the prefix {prefix!r} cannot be spoken")
    return [f"letter_{letter}" for letter in prefix.lower()]


def ticket_clips(prefix: str, number: int, lang: str, reading: str) -> list[str]:
    """Prefix and number as they are said; a number above 9999 is always read by digits."""
    if reading not in READINGS:
        raise ValueError(f"unknown reading {reading!r}")
    by_word = reading == "words" and number <= MOST
    letters = prefix_clips(prefix)
    breath = [PAUSE] if letters and BREATH_AFTER_PREFIX[lang] else []
    return [*letters, *breath, *(number_clips(number) if by_word else digit_clips(number))]


def place_clip(name: str) -> str:
    """The clip that says a counter's bare name, where a voice set has it: place_ruang_arsip."""
    return "place_" + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _kind(word: str) -> dict[str, str] | None:
    word = re.sub(r"[\s-]+", "_", word.strip().lower())
    return KINDS.get(word) or next((kind for kind in KINDS.values() if kind["en"] == word), None)


def _place_by_name(name: str, lang: str) -> list[str] | None:
    """ "Loket 3" and "Ruang A" say themselves; "Ruang Kunjungan" is a kind without a number."""
    match = re.fullmatch(r"(.+?)\s+(\d{1,4}|[A-Za-z])", name.strip(), re.ASCII)
    if match and (kind := _kind(match[1])):
        tail = match[2]
        return [kind[lang], *(number_clips(int(tail)) if tail.isdigit() else prefix_clips(tail))]
    bare = _kind(name)
    return [bare[lang]] if bare else None


def _place(counter: Counter, lang: str, words: Vocabulary) -> list[str] | None:
    """Where to go: as the office says it, else by the counter's name, else None."""
    if counter.spoken is not None:
        word, number = counter.spoken
        if (kind := _kind(word)) and 0 <= number <= MOST:
            return [kind[lang], *(number_clips(number) if number else [])]
    own = place_clip(counter.name["id"])
    if own in words[lang]:
        return [own]
    return _place_by_name(counter.name["id"], lang)


def clips(
    prefix: str, number: int, counter: Counter, lang: str, reading: str, words: Vocabulary | None = None
) -> list[str]:
    """The clips of one call in one language.

    A counter whose name no clip can say sends the visitor to the board, which shows it: the voice
    never says half a place. The same counter is treated alike in every language.
    """
    frame, known = FRAME[lang], words if words is not None else shipped_words()
    place = _place(counter, lang, known)
    where = [frame["look"]] if place is None else [frame["go"], *place]
    return [frame["number"], *ticket_clips(prefix, number, lang, reading), PAUSE, *where]


def text(parts: Iterable[str], lang: str, words: Vocabulary | None = None) -> str:
    """The sentence that these clips say."""
    known = (words if words is not None else shipped_words())[lang]
    joined = "".join("," if part == PAUSE else " " + known[part] for part in parts).lstrip(" ,")
    return joined[:1].upper() + joined[1:] + "."


def _said(parts: list[str], lang: str, words: Vocabulary | None) -> Said:
    return {"lang": lang, "clips": parts, "text": text(parts, lang, words)}


def announcement(
    prefix: str,
    number: int,
    counter: Counter,
    languages: Sequence[str],
    reading: str = "digits",
    words: Vocabulary | None = None,
) -> list[Said]:
    """One call in each of ``languages``, in that order; the chime comes before the first.

    ``reading`` is Office.number_reading; ``words`` the vocabulary of the office's voice set (None: the
    shipped one). Raises ValueError for a prefix, number or reading that cannot be spoken.
    """
    return [_said(clips(prefix, number, counter, lang, reading, words), lang, words) for lang in languages]


def prompt(name: str, lang: str, words: Vocabulary | None = None) -> Said:
    """A kiosk's sentence: choose | take | wait."""
    return _said([PROMPTS[name][lang]], lang, words)


def your_number(
    prefix: str, number: int, lang: str, reading: str = "digits", words: Vocabulary | None = None
) -> Said:
    """What a kiosk says when a number was taken: "Nomor antrean Anda A nol satu dua, …"."""
    return _said(
        [PROMPTS["yours"][lang], *ticket_clips(prefix, number, lang, reading), PAUSE, PROMPTS["wait"][lang]],
        lang,
        words,
    )
