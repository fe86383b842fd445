"""The public page and its open data: how the promise was kept, for anybody, without signing in and without scripts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request

from ..domain.office import LANGUAGES, TIME_ZONES, Office, Service
from ..domain.public import Figures, K, Range, Told
from ..openness import Month, Openness, Published
from ..sentence import fill
from .pages import words_of, zipped

#: A browser or a proxy asks again after so long, seconds.
KEPT_S = 10
#: A range from so many tenths of a percent on is told in whole percents.
WIDE = 50
MIMES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
COLUMNS = (
    "period", "complete", "service", "name", "stated_wait_min", "judged", "on_time", "on_time_at_least",
    "on_time_at_most", "share_at_least", "share_at_most", "median_wait_min", "left_out", "flagged",
    "judged_without_flagged", "share_without_flagged_at_least", "share_without_flagged_at_most",
)


def blueprint(openness: Openness) -> Blueprint:
    bp = Blueprint("public", __name__)

    @bp.get("/public/<office>")
    def page(office: str) -> Response:
        found = _found(openness, office)
        wanted = request.args.get("lang", "")
        language = wanted if wanted in LANGUAGES else _preferred()
        response = _kept(_html(found, language), "text/html; charset=utf-8")
        response.headers["Vary"] = "Accept-Encoding, Accept-Language"
        return response

    @bp.get("/public/<office>.<kind>")
    def data(office: str, kind: str) -> Response:
        if kind not in MIMES:
            abort(404)
        found = _found(openness, office)
        text = as_csv(found) if kind == "csv" else json.dumps(as_json(found), ensure_ascii=False, indent=1)
        response = _kept(text, MIMES[kind])
        response.headers["Content-Disposition"] = f'inline; filename="{found.office.key}-{found.day}.{kind}"'
        response.headers["Access-Control-Allow-Origin"] = "*"  # open data: any page may read it
        return response

    return bp


def _found(openness: Openness, office: str) -> Published:
    found = openness.of(office)
    if found is None:
        abort(404)
    return found


def _preferred() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _kept(text: str, mime: str) -> Response:
    response = Response(text.encode(), content_type=mime)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20])
    response = zipped(response)
    response.make_conditional(request)
    return response


# --- for people ------------------------------------------------------------------------------------------


def _html(found: Published, language: str) -> str:
    words = words_of("public")[language]

    def say(key: str, **facts: object) -> str:
        return fill(words[key], facts)

    others = [other for other in found.office.languages if other != language]
    return render_template(
        "public/public.html", office=found.office, found=found, language=language, others=others, say=say, k=K,
        services=[_of_service(s, found, language, say) for s in found.office.services],
        total=_figures(found.all, language, say), small=found.small, at=_clock(found), day=_day(found.day, say),
        forecast=forecast_words(found.forecast, language, say),
        months=[_of_month(month, found.office, language, say) for month in found.months])


Say = Callable[..., str]


def _of_service(service: Service, found: Published, language: str, say: Say) -> dict[str, Any]:
    promises = service.standard.promises
    others = [(name, promise.wait_min) for name, promise in sorted(promises.items())
              if name != "door" and promise.wait_min not in (None, promises["door"].wait_min)]
    return {
        "key": service.key, "letter": service.prefix, "name": _in(service.name, language),
        "stated": promises["door"].wait_min, "others": ", ".join(
            say(f"stated.{name}", minutes=minutes) for name, minutes in others),
        **_with_flags(found.today.get(service.key, Figures()), language, say)}


def _of_month(month: Month, office: Office, language: str, say: Say) -> dict[str, Any]:
    rows = [{"name": _in(service.name, language), **_with_flags(month.services[service.key], language, say)}
            for service in office.services if service.key in month.services]
    year, number = month.month.split("-")
    return {
        "name": f"{say('months').split()[int(number) - 1]} {year}", "over": month.over, "rows": rows,
        "total": _figures(month.all, language, say), "small": month.small}


def _with_flags(figures: Figures, language: str, say: Say) -> dict[str, Any]:
    """With a sentence about the flagged steps among them; none where there are none."""
    found = _figures(figures.all, language, say)
    if not figures.flagged.high or figures.all.late is None:
        return {**found, "flagged": ""}
    without = _figures(figures.without, language, say)["share"] if figures.without is not None else None
    key = "flagged.without" if without else "flagged"
    return {**found, "flagged": say(key, n=_people(figures.flagged), share=without)}


def _figures(told: Told, language: str, say: Say) -> dict[str, Any]:
    """One line of figures as words. ``width``: how far the line below it is filled, percent."""
    share = told.share
    left_out = [f"{_people(n)} {say('left_out.' + why)}" for why, n in told.left_out.items()]
    return {
        "judged": _people(told.judged), "hidden": told.late is None, "none": told.judged.high == 0,
        "share": None if share is None else _percent(share, language),
        "range": share is not None and share[0] != share[1], "width": int(100 * share[0]) if share else 0,
        "kept": _people(told.kept) if told.kept is not None else "", "exact": told.late is not None and told.late.exact,
        "median": "" if told.median is None else say("minutes" if told.median else "minutes.less", n=told.median),
        "left_out": "; ".join(left_out)}


def forecast_words(told: Told, language: str, say: Say) -> str:
    """How often the forecast was right, as a sentence."""
    if told.share is None:
        return say("forecast.unknown")
    return say("forecast.known", share=_percent(told.share, language), n=told.judged.low)


def _people(n: Range) -> str:
    """A count; one from 1 to K - 1 is not told, "<5"."""
    if n.exact:
        return str(n.low)
    return f"<{K}" if n == Range(1, K - 1) else f"{n.low}–{n.high}"


def _percent(share: tuple[float, float], language: str) -> str:
    """One decimal and the language's own point, none in a wide range; rounded so that a range holds the truth and only
    all is 100 %."""
    low, high = math.floor(1000 * share[0] + 1e-9), math.ceil(1000 * share[1] - 1e-9)
    if share[0] == share[1]:
        high = low
    elif high - low >= WIDE:
        low, high = low // 10 * 10, -(-high // 10) * 10

    def one(tenths: int) -> str:
        point = "." if language == "en" else ","
        return f"{tenths // 10}{point}{tenths % 10}" if tenths % 10 else str(tenths // 10)

    return f"{one(low)} %" if low == high else f"{one(low)}–{one(high)} %"


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["id"]


def _day(iso: str, say: Say) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {say('months').split()[int(month) - 1]} {year}"


def _clock(found: Published) -> str:
    local = datetime.fromtimestamp(found.at / 1000, UTC).astimezone(ZoneInfo(TIME_ZONES[found.office.time_zone]))
    return f"{local:%H.%M} {found.office.time_zone}"


# --- for machines ----------------------------------------------------------------------------------------


def _row(
    period: str, complete: bool, key: str, names: Mapping[str, str], stated: int | None, told: Told,
    figures: Figures | None = None,
) -> list[Any]:
    share, kept = told.share, told.kept
    without = figures.without if figures is not None else None
    other = without.share if without is not None else None
    return [
        period, int(complete), key, names["id"], stated, _exact(told.judged), _exact(kept), kept and kept.low,
        kept and kept.high, share and round(share[0], 4), share and round(share[1], 4), told.median,
        " ".join(f"{why}={_people(n)}" for why, n in told.left_out.items()),
        _exact(figures.flagged if figures else None), _exact(without.judged if without else None),
        other and round(other[0], 4), other and round(other[1], 4),
    ]


def _exact(n: Range | None) -> int | str | None:
    if n is None:
        return None
    return n.low if n.exact else _people(n) if n == Range(1, K - 1) else None


def as_csv(found: Published) -> str:
    """A line per period and service, and one for all services together ("*"); ``docs/public.md`` explains them."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(COLUMNS)
    for row in _rows(found):
        write.writerow(["" if value is None else value for value in row])
    return out.getvalue()


def _rows(found: Published) -> list[list[Any]]:
    rows = []
    names = {s.key: (s.name, s.standard.promises["door"].wait_min) for s in found.office.services}
    periods = [(found.day, False, found.today, found.all)]
    periods += [(month.month, month.over, month.services, month.all) for month in found.months]
    for period, complete, services, whole in periods:
        for key, figures in sorted(services.items()):
            name, stated = names.get(key, ({"id": key}, None))
            rows.append(_row(period, complete, key, name, stated, figures.all, figures))
        rows.append(_row(period, complete, "*", {"id": "*"}, None, whole))
    return rows


def as_json(found: Published) -> dict[str, Any]:
    """The same as the CSV, with what the figures mean."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _rows(found)]
    return {
        "office": found.office.key, "name": found.office.name, "institution": found.office.institution,
        "time_zone": found.office.time_zone, "at": found.at, "today": found.day, "counting": found.counting,
        "hidden_below": K, "figures": rows, "forecast": None if found.forecast.share is None else {
            "judged": found.forecast.judged.low, "share_at_least": round(found.forecast.share[0], 4),
            "share_at_most": round(found.forecast.share[1], 4)},
    }
