"""The printed ticket: what stands on the paper, as the bytes that an ESC/POS printer understands.

Only the dozen commands that every such printer has are used (Epson's ESC/POS reference), and the QR
code goes as a raster picture, because many cheap printers have no QR command of their own.
Text from the office's file is only ever text: a control byte in a service name never reaches the printer.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import segno

from ..domain.office import TIME_ZONES, Words
from ..sentence import fill

#: {"id": {key: sentence}, "en": {…}}: the kiosk's words files.
Sentences = Mapping[str, Mapping[str, str]]

#: 80 mm paper has 48 columns on most printers and 42 on some; 58 mm paper has 32.
COLUMNS = 48
DOTS_PER_COLUMN = 12
CODE_PAGE = "cp437"

RESET = b"\x1b@"
#: Printers sold in Asia start in a two-byte mode in which our accents and lines would become characters.
SINGLE_BYTE = b"\x1c."
CODE_PAGE_437 = b"\x1bt\x00"
LEFT, CENTRE = b"\x1ba\x00", b"\x1ba\x01"
BOLD, PLAIN = b"\x1bE\x01", b"\x1bE\x00"
FEED_AND_CUT = b"\x1bd\x03\x1dV\x42\x00"

#: What NFKD cannot take apart, in letters that any printer has.
PLAIN_LETTERS = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2026": "...", "\u2022": "*", "\u00d7": "x", "\u20ac": "EUR", "\u2190": "<-", "\u2192": "->",
    "\u00d8": "O", "\u00f8": "o", "\u0141": "L", "\u0142": "l", "\u00d0": "D", "\u00f0": "d", "\u2264": "<=",
}


@dataclass(frozen=True)
class Slip:
    """The facts of one printed ticket.

    ``issued_at`` is UTC milliseconds, ``ahead`` people, ``promise_min`` the stated wait in minutes and
    ``forecast_min`` an expected range in minutes; None means "not stated" and prints nothing.
    ``link`` is the whole address of the ticket's page and ``complain`` that of its complaint form, both empty when
    phones cannot reach this server.
    ``languages`` are those of the ticket, the visitor's own first.
    """

    institution: str
    office: str
    time_zone: str
    label: str
    service: Words
    issued_at: int
    priority: bool = False
    ahead: int | None = None
    promise_min: int | None = None
    forecast_min: tuple[int, int] | None = None
    free: bool = False
    complaint: Words = field(default_factory=dict)
    link: str = ""
    complain: str = ""
    seal: str = ""
    languages: tuple[str, ...] = ("id",)
    #: given by the kiosk itself while the server was away: the paper says that it is valid all the same
    reserve: bool = False


def ticket_bytes(slip: Slip, sentences: Sentences, columns: int = COLUMNS) -> bytes:
    """The whole print job for one ticket, from reset to cut. Makes no input or output of its own."""
    paper = _Paper(columns)
    _head(paper, slip)
    for lang in slip.languages:
        _body(paper, slip, sentences, lang)
    _foot(paper, slip, sentences)
    return paper.job()


def printable(text: str) -> str:
    """``text`` in characters of the printer's code page: transliterated, one line, no control characters."""
    return "".join(_printable(character) for character in unicodedata.normalize("NFC", text))


def _printable(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character).startswith("C"):
        return ""
    if character in PLAIN_LETTERS:
        return PLAIN_LETTERS[character]
    for form in (character, _without_marks(character)):
        try:
            form.encode(CODE_PAGE)
        except UnicodeEncodeError:
            continue
        return form
    return "?"


def _without_marks(character: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", character)
    return "".join(c for c in taken_apart if not unicodedata.combining(c)) or "?"


class _Paper:
    """Collects a print job; the only place where text becomes bytes."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._parts = [RESET, SINGLE_BYTE, CODE_PAGE_437]

    def text(self, text: str, *, size: tuple[int, int] = (1, 1), bold: bool = False, left: bool = False) -> None:
        """One paragraph, wrapped to the paper; ``size`` is (times wider, times taller), 1 to 8."""
        wide, tall = size
        lines = textwrap.wrap(printable(text), max(1, self.columns // wide)) or [""]
        self._parts += [LEFT if left else CENTRE, BOLD if bold else PLAIN,
                        bytes((0x1D, 0x21, (wide - 1) << 4 | (tall - 1)))]
        self._parts += [line.encode(CODE_PAGE) + b"\n" for line in lines]

    def rule(self) -> None:
        self.text("\u2500" * self.columns)

    def number(self, label: str) -> None:
        """The number as large as the paper allows, with a solid bar below it: 6 and 9 have a right way up."""
        printed = printable(label)
        scale = max(1, min(8, self.columns // max(1, len(printed))))
        self.text(printed, size=(scale, scale), bold=True)
        self.text("\u2580" * min(self.columns, scale * len(printed)))

    def qr(self, address: str, share: int = 2) -> None:
        """A QR code with its quiet zone, as wide as the paper by ``share`` at most."""
        rows = [[bool(dot) for dot in row] for row in segno.make_qr(address, error="m").matrix_iter(border=4)]
        scale = max(2, self.columns * DOTS_PER_COLUMN // share // len(rows))
        line_bytes = (len(rows) * scale + 7) // 8
        height = len(rows) * scale
        self._parts += [CENTRE, b"\x1dv0\x00" + line_bytes.to_bytes(2, "little") + height.to_bytes(2, "little")]
        self._parts += [_raster_line(row, scale, line_bytes) * scale for row in rows]
        self._parts.append(b"\n")

    def job(self) -> bytes:
        return b"".join([*self._parts, FEED_AND_CUT])


def _raster_line(row: list[bool], scale: int, line_bytes: int) -> bytes:
    bits = "".join(("1" if dot else "0") * scale for dot in row).ljust(line_bytes * 8, "0")
    return int(bits, 2).to_bytes(line_bytes, "big")


def _say(sentences: Sentences, lang: str, key: str, **facts: object) -> str:
    text = sentences.get(lang, {}).get(key) or sentences.get("id", {}).get(key, key)
    return fill(text, facts)


def _head(paper: _Paper, slip: Slip) -> None:
    paper.text(slip.institution)
    paper.text(slip.office, bold=True)
    paper.rule()


def _body(paper: _Paper, slip: Slip, sentences: Sentences, lang: str) -> None:
    """The first language has the number and every fact; the others repeat the facts in small."""
    main = lang == slip.languages[0]
    if main:
        paper.text(_say(sentences, lang, "paper.number"))
        paper.number(slip.label)
    paper.text(slip.service.get(lang) or slip.service.get("id", ""), size=(1, 2) if main else (1, 1), bold=True)
    if slip.priority:
        paper.text(_say(sentences, lang, "paper.priority"))
    if slip.free:
        paper.text(_say(sentences, lang, "paper.free"), bold=True)
    if slip.reserve:
        paper.text(_say(sentences, lang, "paper.reserve"), bold=main)
    for fact in _facts(slip, sentences, lang):
        paper.text(fact)
    paper.text(_say(sentences, lang, "paper.next"))
    paper.rule()


def _facts(slip: Slip, sentences: Sentences, lang: str) -> list[str]:
    facts = [_say(sentences, lang, "paper.taken", when=_moment(slip, sentences, lang))]
    if slip.ahead is not None:
        facts.append(_say(sentences, lang, "paper.ahead" if slip.ahead else "paper.ahead_none", count=slip.ahead))
    if slip.forecast_min is not None:
        low, high = slip.forecast_min
        facts.append(_say(sentences, lang, "paper.forecast" if low else "paper.forecast.up_to", low=low, high=high))
    if slip.promise_min is not None:
        facts.append(_say(sentences, lang, "paper.promise", minutes=slip.promise_min))
    return facts


def _moment(slip: Slip, sentences: Sentences, lang: str) -> str:
    zone = ZoneInfo(TIME_ZONES[slip.time_zone])
    local = datetime.fromtimestamp(slip.issued_at / 1000, UTC).astimezone(zone)
    month = _say(sentences, lang, "paper.months").split()[local.month - 1]
    return f"{local.day} {month} {local.year}, {local:%H.%M} {slip.time_zone}"


def _foot(paper: _Paper, slip: Slip, sentences: Sentences) -> None:
    lang = slip.languages[0]
    if slip.link:
        paper.qr(slip.link)
        paper.text(_say(sentences, lang, "paper.scan"))
        paper.rule()
    for lang in slip.languages:
        if slip.complaint.get(lang):
            paper.text(slip.complaint[lang])
    if slip.complain:
        for lang in slip.languages:
            paper.text(_say(sentences, lang, "paper.complain"))
        paper.qr(slip.complain, share=3)
    if slip.seal:
        paper.text(_say(sentences, slip.languages[0], "paper.seal", seal=slip.seal))
