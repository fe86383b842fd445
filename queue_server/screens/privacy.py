"""The purpose notice: which personal data are asked, why, by which right, who sees them and until when.

Made from domain/personal.py with the office's own durations, in both languages, without scripts.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from ..domain.office import LANGUAGES, Office
from ..domain.personal import DATA, GONE_KEPT_DAYS, Datum, Form, Of, notice
from ..live import Live
from ..sentence import fill
from .pages import words_of

#: The forms of visitors, in the order of the page, and who is told of them.
FORMS = (Form.NUMBER, Form.LANE, Form.BOOK, Form.COMPLAINT, Form.FAMILY, Form.COUNTER)


def blueprint(live: Live) -> Blueprint:
    bp = Blueprint("privacy", __name__)

    @bp.get("/privacy/<office>")
    def page(office: str) -> str:
        found = live.latest(office)
        if found is None:
            abort(404)
        wanted = request.args.get("lang", "")
        language = wanted if wanted in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
        return _page(found.office, language)

    return bp


def _page(office: Office, language: str) -> str:
    words = words_of("privacy")[language]
    groups = [(form, [_row(office, datum, words) for datum in notice(form) if datum.of is not Of.STAFF])
              for form in FORMS if _held(office, form)]
    others = [_row(office, datum, words) for datum in DATA if datum.of is Of.CUSTODY]
    return render_template(
        "visitor/privacy.html", office=office, language=language, words=words,
        others=[other for other in office.languages if other != language], groups=groups, custody=others,
        complaint=office.complaint.get(language) or office.complaint.get("id", ""))


def _held(office: Office, form: Form) -> bool:
    """Whether this office asks there at all."""
    return {
        Form.LANE: any(s.plate for s in office.services), Form.BOOK: any(s.booking for s in office.services),
        Form.FAMILY: office.rules.family.offered,
    }.get(form, True)


def _row(office: Office, datum: Datum, words: dict[str, str]) -> dict[str, Any]:
    sees = [words[f"role.{role}"] for role in datum.sees] or [words["role.nobody"]]
    return {
        "key": datum.key, "sees": ", ".join(sees), "basis": words[f"basis.{datum.basis}"],
        **{part: fill(words[f"{datum.key}.{part}"], durations(office)) for part in ("what", "why", "until")}}


def durations(office: Office) -> dict[str, object]:
    """The days that stand in the sentences."""
    kept = [s.booking.keep_days for s in office.services if s.booking is not None]
    return {
        "book_days": max(kept, default=0), "complaint_days": office.rules.complaints.keep_days,
        "family_days": office.rules.family.keep_days, "gone_days": GONE_KEPT_DAYS}


def lines(office: Office, form: Form) -> list[dict[str, Any]]:
    """The short notice beside a form: what for and until when, in each language; ``ask``: only where that is asked."""
    return [
        {"ask": datum.ask, **{language: _line(words_of("privacy")[language], datum.key, office)
                              for language in LANGUAGES}}
        for datum in notice(form)]


def _line(words: dict[str, str], key: str, office: Office) -> str:
    return fill(words["line"], {
        name: fill(words[f"{key}.{name}"], durations(office)) for name in ("what", "why", "until")})
