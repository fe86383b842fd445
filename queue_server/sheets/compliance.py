"""The monthly report on the keeping of the service standards, in the form of an Indonesian office's report.

Its basis, the standards by which the month's steps were judged, how each was kept with its interval, the visitors,
the complaints as the register counts them, how far the data can be trusted, and the signature of the head.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from .. import tables as t
from ..domain.hours import office_day
from ..domain.tally import JUDGED
from ..reporting.period import Period
from ..reporting.report import report
from ..store import complaints, seals
from .closing import service_name
from .letter import BLANK, Figures, Letter


def compliance_report(period: Period, language: str, at: int) -> bytes:
    """The report of ``period``, a month or any other days; ``at``: when its newest event was recorded, UTC ms."""
    found = report(period, "month")
    letter = Letter(period.office, language, period.seq, at)
    first, last = letter.day(period.span.first), letter.day(period.span.last)
    letter.headline(letter.say("compliance.title"), f"{letter.say('compliance.number')}: {BLANK}",
                 f"{letter.say('period')}: {first} – {last}")
    standards = _standards(period)
    _basis(letter, standards)
    letter.paragraph(letter.say("compliance.opening", office=period.office.name, period=f"{first} – {last}"))
    _stated(letter, period, language, standards)
    _kept(letter, period, language, found)
    _visitors(letter, found)
    _complaints(letter, period, at)
    _data(letter, period, found["all"])
    letter.signatures([
        letter.say("sheet.place_date", place=BLANK[:16], date=BLANK[:14]),
        letter.say("sheet.head", office=period.office.name) + ","])
    return letter.made()


COUNTED = ("received", "in_time", "late", "pending", "handed_off", "closed")


def _complaints(letter: Letter, period: Period, at: int) -> None:
    """What the register counts, per subject, as of the day of the newest event."""
    found = complaints.counted(
        period.c, period.head.id, period.span.first, period.span.last, office_day(period.office, at))
    letter.heading(f"4. {letter.say('compliance.complaints')}")
    received = sum(one.received for one in found)
    letter.paragraph(letter.say("compliance.complaints_line", received=letter.count(received)))
    if not found:
        return
    rows = [
        [letter.say(f"complaint.category.{one.category}"), *(letter.count(getattr(one, name)) for name in COUNTED)]
        for one in found]
    rows.append([letter.say("compliance.complaints_all"), *(
        letter.count(sum(getattr(one, name) for one in found)) for name in COUNTED)])
    heads = [letter.say(f"column.{name}") for name in ("about", *COUNTED)]
    letter.rows(heads, rows, (52, 18, 22, 20, 22, 22, 18), last_bold=True)


Stated = tuple[str, int, dict[str, Any]]


def _standards(period: Period) -> list[Stated]:
    """(service, version, standard) of everything that a step of the period was judged by."""
    s, of = t.step.c, t.standard.c
    used = select(s.standard_id).distinct().where(
        s.office_id == period.head.id, s.day >= period.span.first, s.day <= period.span.last)
    rows = period.c.execute(
        select(of.service, of.version, of.body).where(of.office_id == period.head.id, of.id.in_(used))
        .order_by(of.service, of.version))
    return [(row[0], row[1], json.loads(row[2])) for row in rows]


def _basis(letter: Letter, standards: list[Stated]) -> None:
    letter.heading(letter.say("compliance.basis"))
    decrees = sorted({body.get("decree", "") for _service, _version, body in standards} - {""})
    lines = [letter.say("compliance.basis_1"), letter.say("compliance.basis_2")]
    lines.append(letter.say("compliance.basis_3", decrees="; ".join(decrees) or BLANK))
    letter.paragraph("\n".join(f"{'abc'[nth]}. {line}" for nth, line in enumerate(lines)), 9.5)


def _stated(letter: Letter, period: Period, language: str, standards: list[Stated]) -> None:
    letter.heading(f"1. {letter.say('compliance.standards')}")

    def minutes(n: int | None) -> str:
        return letter.say("compliance.none") if n is None else letter.say("minutes", n=n)

    rows = []
    for service, version, body in standards:
        stated = body["promises"]["door"]
        rows.append([
            service_name(period, service, language), str(version), minutes(stated.get("wait_min")),
            minutes(stated.get("service_min")), minutes(body.get("visit_min")),
            letter.day(body["valid_from"]) if body.get("valid_from") else "–"])
    heads = ("service", "version", "stated_wait", "stated_service", "stated_visit", "from")
    letter.rows([letter.say(f"column.{head}") for head in heads], rows, (46, 14, 28, 28, 28, 26))


def _kept(letter: Letter, period: Period, language: str, found: Figures) -> None:
    letter.heading(f"2. {letter.say('compliance.kept')}")
    heads = ("service", "median_wait", "p90", "kept", "share", "interval", "without")
    for part in JUDGED:
        groups = [(service_name(period, one["key"], language), one) for one in found["services"]]
        rows = [
            _kept_row(letter, name, one, part) for name, one in [*groups, (letter.say("sheet.total"), found["all"])]
            if one["with"]["on_time"][part]["judged"]]
        if not rows:
            continue
        letter.type(10, "B")
        letter.cell(0, 6, letter.say(f"compliance.part.{part}"), new_x="LMARGIN", new_y="NEXT")
        names = [letter.say(f"column.{head}") for head in heads]
        names[1] = letter.say("column.median_service" if part == "service" else "column.median_wait")
        letter.rows(names, rows, (46, 22, 18, 24, 18, 30, 22), last_bold=True)
    letter.paragraph(letter.say("compliance.kept_note"), 8.5)


def _kept_row(letter: Letter, name: str, group: Figures, part: str) -> list[str]:
    share = group["with"]["on_time"][part]
    spread = group["with"].get(part, {"median": None, "p90": None})
    without = group["without"]["on_time"][part]["share"] if group["without"] else share["share"]
    return [
        name, letter.duration(spread["median"]), letter.duration(spread["p90"]),
        f"{letter.count(share['kept'])}/{letter.count(share['judged'])}", letter.percent(share["share"]),
        f"{letter.percent(share['low'])} – {letter.percent(share['high'])}", letter.percent(without)]


def _visitors(letter: Letter, found: Figures) -> None:
    group = found["all"]["with"]
    letter.heading(f"3. {letter.say('compliance.visitors')}")
    letter.paragraph(letter.say(
        "compliance.visitors_line", days=found["period"]["days"], share=letter.percent(
            group["priority"] / group["numbers"] if group["numbers"] else None),
        refused=letter.count(found["all"]["refusals"]),
        **{name: letter.count(group["channels"].get(name, 0)) for name in ("door", "online", "staff")},
        **{name: letter.count(group[name]) for name in (
            "numbers", "priority", "served", "no_shows", "abandoned", "unserved")}))
    passed = group["overtaken"]
    if passed["times"]:
        letter.paragraph(letter.say(
            "compliance.overtaken", label=passed["label"], day=letter.day(passed["day"]), times=passed["times"]))


def _data(letter: Letter, period: Period, group: Figures) -> None:
    flagged = group["flagged"]
    letter.heading(f"5. {letter.say('compliance.data')}")
    letter.paragraph(letter.say(
        "compliance.data_line", flagged=letter.count(flagged["steps"]), steps=letter.count(flagged["of"]),
        share=letter.percent(flagged["steps"] / flagged["of"] if flagged["of"] else None)))
    newest = seals.newest(period.c, period.head.id)
    letter.seal(None if newest is None else newest.of(period.head.key))
