"""The closing sheet of a day: a page to print when the doors are shut, with the seal of the log and two signatures."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .. import tables as t
from ..reporting.period import Period
from ..reporting.report import report
from ..store import seals
from .letter import BLANK, Figures, Letter, facts

_HEADS = ("service", "numbers", "served", "no_shows", "abandoned", "unserved", "refused", "median_wait",
          "median_service", "kept", "share")
_WIDTHS = (31, 15, 14, 15, 11, 17, 14, 17, 17, 20, 15)


def closing_sheet(period: Period, language: str, at: int) -> bytes:
    """The sheet of the one day that ``period`` is about; ``at``: when its newest event was recorded, UTC ms."""
    found, day = report(period, "day"), period.span.first
    letter = Letter(period.office, language, period.seq, at)
    letter.headline(letter.say("closing.title"), letter.day(day, weekday=True))
    opened, closed, how = _day(period.c, period.head.id, day)
    facts(letter, [
        (letter.say("closing.opened"), letter.clock(opened)), (letter.say("closing.closed"), letter.clock(closed)),
        (letter.say("closing.by"), letter.say(f"closing.by.{how}")),
    ])
    rows = [_row(letter, service_name(period, one["key"], language), one) for one in found["services"]]
    rows.append(_row(letter, letter.say("sheet.total"), found["all"]))
    letter.rows([letter.say(f"column.{head}") for head in _HEADS], rows, _WIDTHS, last_bold=True)
    _notes(letter, found["all"])
    newest = [one for one in seals.of_day(period.c, period.head.id, day) if one.seq <= period.seq]
    letter.seal(newest[-1].of(period.head.key) if newest else None)
    letter.signatures(
        [letter.say("sheet.place_date", place=BLANK[:16], date=BLANK[:14]), letter.say("closing.signer")],
        [letter.say("sheet.knows"), letter.say("closing.witness")])
    return letter.made()


def _notes(letter: Letter, group: Figures) -> None:
    letter.paragraph(letter.say("sheet.wait_on_time"), 8.5)
    flagged, passed = group["flagged"], group["with"]["overtaken"]
    if flagged["steps"]:
        letter.paragraph(letter.say(
            "sheet.flagged", n=letter.count(flagged["steps"]), of=letter.count(flagged["of"]),
            share=letter.percent(flagged["steps"] / flagged["of"]),
            without=letter.percent(group["without"]["on_time"]["wait"]["share"])), 8.5)
    if passed["times"]:
        letter.paragraph(letter.say("sheet.overtaken", label=passed["label"], times=passed["times"]), 8.5)


def _row(letter: Letter, name: str, group: Figures) -> list[str]:
    found, share = group["with"], group["with"]["on_time"]["wait"]
    counts = (found["numbers"], found["served"], found["no_shows"], found["abandoned"], found["unserved"],
              group["refusals"])
    return [
        name, *map(letter.count, counts), letter.duration(found["wait"]["median"]),
        letter.duration(found["service"]["median"]), f"{letter.count(share['kept'])}/{letter.count(share['judged'])}",
        letter.percent(share["share"])]


def service_name(period: Period, key: str, language: str) -> str:
    service = next((one for one in period.office.services if one.key == key), None)
    return key if service is None else service.name.get(language, service.name["id"])


def _day(c: Connection, office_id: int, day: str) -> tuple[int | None, int | None, str]:
    """When the day was opened and closed (UTC ms), and by whom: supervisor, automatic, not_yet."""
    d = t.office_day.c
    known = select(d.opened_at, d.closed_at, d.closed_how).where(d.office_id == office_id, d.day == day)
    row = c.execute(known).first()
    if row is None:
        return None, None, "not_yet"
    return row[0], row[1], row[2] or "not_yet"
