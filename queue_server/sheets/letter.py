"""An office's letter: head, tables, signatures, and at the foot up to which event the figures go.

Set in the typeface of the screens, embedded. Dates, numbers and words in one language; durations are minutes:seconds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ..domain.office import Office
from ..domain.seal import Seal
from ..sentence import fill

ROOT = Path(__file__).resolve().parents[2]
FACE = "Atkinson"
_FILES = {style: f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2" for style, weight in (("", 400), ("B", 700))}
HOURS_AHEAD = {"WIB": 7, "WITA": 8, "WIT": 9}
MARGIN_MM, LINE_MM, SMALL_MM = 20.0, 5.2, 4.2
BLANK = "." * 30
Figures = dict[str, Any]


@lru_cache(maxsize=2)
def words(language: str) -> dict[str, str]:
    """The words of the sheets, and those that complaints have on every screen."""
    found: dict[str, str] = {}
    for name in ("common/complaint_words.json", "supervisor/sheet_words.json"):
        found.update(json.loads((ROOT / name).read_text("utf-8"))[language])
    return found


class Letter(FPDF):
    """``seq`` and ``at`` (UTC ms): the newest event in the figures. It is also the date inside the file."""

    def __init__(self, office: Office, language: str, seq: int, at: int) -> None:
        super().__init__(format="A4")
        self.office, self.language, self.seq, self.at = office, language, seq, at
        self.set_creation_date(datetime.fromtimestamp(at / 1000, UTC))
        self.set_margins(MARGIN_MM, 15, MARGIN_MM)
        self.set_auto_page_break(True, 20)
        self.set_lang(language)
        self.set_producer("queue_server")
        for style, name in _FILES.items():
            self.add_font(FACE, style, ROOT / "build" / "web" / name)
        self.add_page()
        self._head()

    # --- words and numbers ---------------------------------------------------------------------

    def say(self, key: str, **facts: object) -> str:
        return fill(words(self.language)[key], facts)

    def count(self, n: int) -> str:
        return f"{n:,}" if self.language == "en" else f"{n:,}".replace(",", ".")

    def percent(self, share: float | None) -> str:
        """Cut off after one decimal, so that 100 % is only said of all."""
        if share is None:
            return "–"
        text = f"{int(share * 1000 + 1e-9) / 10:.1f} %"
        return text if self.language == "en" else text.replace(".", ",")

    def duration(self, ms: int | None) -> str:
        if ms is None:
            return "–"
        minutes, seconds = divmod(ms // 1000, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

    def day(self, iso: str, weekday: bool = False) -> str:
        found = date.fromisoformat(iso)
        text = f"{found.day} {self.say(f'month.{found.month}')} {found.year}"
        return f"{self.say(f'weekday.{found.weekday()}')}, {text}" if weekday else text

    def clock(self, at: int | None) -> str:
        """Time of day at the office."""
        return "–" if at is None else self._here(at).strftime("%H.%M")

    def _here(self, at: int) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC) + timedelta(hours=HOURS_AHEAD[self.office.time_zone])

    # --- the paper -----------------------------------------------------------------------------

    def _head(self) -> None:
        self.type(12)
        self.cell(0, 6, self.office.institution.upper(), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.type(15, "B")
        self.cell(0, 8, self.office.name.upper(), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        y = self.get_y() + 1.5
        for width, below in ((0.9, 0.0), (0.2, 1.1)):
            self.set_line_width(width)
            self.line(MARGIN_MM, y + below, self.w - MARGIN_MM, y + below)
        self.set_line_width(0.2)
        self.set_y(y + 6)

    def footer(self) -> None:
        self.set_y(-14)
        self.type(8)
        self.cell(0, 4, self.upto())
        self.set_x(MARGIN_MM)
        self.cell(0, 4, self.say("page", page=self.page_no(), pages="{nb}"), align="R")

    def upto(self) -> str:
        here = self._here(self.at)
        time = f"{self.day(here.date().isoformat())}, {here.strftime('%H.%M.%S')} {self.office.time_zone}"
        return self.say("sheet.upto", seq=self.count(self.seq), time=time)

    def type(self, size: float, style: str = "") -> None:
        self.set_font(FACE, style, size)

    def headline(self, text: str, *under: str) -> None:
        self.type(13, "B")
        self.cell(0, 7, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.type(10.5)
        for line in under:
            self.cell(0, 5.5, line, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def heading(self, text: str) -> None:
        self.ln(2)
        self.type(11, "B")
        self.cell(0, 7, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def paragraph(self, text: str, size: float = 10) -> None:
        self.type(size)
        self.multi_cell(0, LINE_MM if size >= 10 else SMALL_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)

    def rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], last_bold: bool = False,
             ) -> None:
        """A table; the first column is text, the others are figures. Its head is repeated on every page."""
        self.type(8.5)
        align = ("LEFT", *("RIGHT" for _ in heads[1:]))
        with self.table(width=int(self.w - 2 * MARGIN_MM), col_widths=tuple(widths), text_align=align,
                        line_height=4.4, padding=0.8) as table:
            for nth, cells in enumerate([heads, *rows]):
                self.type(8.5, "B" if nth == 0 or (last_bold and nth == len(rows)) else "")
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        self.ln(2)

    def seal(self, seal: Seal | None) -> None:
        """The newest seal of a day with its QR code, or that there is none."""
        self.heading(self.say("sheet.seal"))
        if seal is None:
            self.paragraph(self.say("sheet.no_seal"))
            return
        if self.get_y() > self.h - 60:
            self.add_page()
        top, side = self.get_y(), 26.0
        self._qr(seal.text, MARGIN_MM, top, side)
        self.set_xy(MARGIN_MM + side + 5, top)
        self.type(9, "B")
        width = self.w - 2 * MARGIN_MM - side - 5
        self.multi_cell(width, 4.6, f"{seal.office} {seal.day} {seal.seq}\n{' '.join(seal.groups)}", align="L",
                        new_x=XPos.LEFT, new_y=YPos.NEXT)
        self.ln(1)
        self.set_x(MARGIN_MM + side + 5)
        self.type(8.5)
        self.multi_cell(width, SMALL_MM, self.say("sheet.seal_note", seq=self.count(seal.seq)), align="L")
        self.set_xy(MARGIN_MM, max(self.get_y(), top + side) + 3)

    def _qr(self, text: str, x: float, y: float, side: float) -> None:
        """Drawn as squares, sharp at any size."""
        code = segno.make_qr(text, error="m")
        module = side / code.symbol_size(border=0)[0]
        self.set_fill_color(0)
        for down, line in enumerate(code.matrix):
            for right, dark in enumerate(line):
                if dark:
                    self.rect(x + right * module, y + down * module, module, module, style="F")

    def signatures(self, *signers: Sequence[str]) -> None:
        """Two side by side, one on the right: lines above the signature; name and staff number are left to write."""
        if self.get_y() > self.h - 70:
            self.add_page()
        self.ln(4)
        top, width = self.get_y(), (self.w - 2 * MARGIN_MM) / 2
        for place, lines in enumerate(signers, 2 - len(signers)):
            self.set_xy(MARGIN_MM + place * width, top)
            below = ["", "", "", f"( {BLANK} )", f"{self.say('sheet.nip')} {BLANK}"]
            self.type(10)
            self.multi_cell(width - 4, LINE_MM, "\n".join([*lines, *below]), align="C")

    def made(self) -> bytes:
        return bytes(self.output())


def facts(letter: Letter, pairs: Sequence[tuple[str, str]]) -> None:
    """Short facts, a line each: what it is, and what is so."""
    letter.type(10)
    for name, value in pairs:
        letter.cell(45, LINE_MM, name)
        letter.cell(0, LINE_MM, f": {value}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    letter.ln(2)
