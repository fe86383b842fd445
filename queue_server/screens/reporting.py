"""The reports: figures of a period as JSON, for the page and for whoever wants them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ..domain import case, hours
from ..domain.errors import NotFound, Refused
from ..domain.office import LANGUAGES
from ..domain.plausible import RULES
from ..exports.jobs import Exports
from ..exports.work import Asked
from ..live import Live
from ..moment import wall_ms
from ..reporting.arrivals import arrivals
from ..reporting.compare import compare
from ..reporting.keeper import Keeper
from ..reporting.period import LONGEST_DAYS, NotKept, Period, Span
from ..reporting.report import BY, report
from ..store import cases, people, reports, tallies
from ..store.reports import Filters
from .door import Door
from .supervision import download

_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
#: What a report is about when nothing is asked for: the last days, today included.
USUAL_DAYS = 7
Found = dict[str, Any]


def blueprint(door: Door, live: Live) -> Blueprint:
    """The routes below ``/supervisor/<office>/reports/``; what they read is kept in the background."""
    bp = Blueprint("reporting", __name__, url_prefix="/supervisor/<office>/reports")
    exports = Exports(door.config, door.database, door.writer, door.kit)
    keeper = Keeper(door.config, door.database, door.kit)
    keeper.start()

    def answer(work: Callable[..., Found], *args: Any) -> Response:
        """What ``work`` finds in a native thread, or how far the keeping is that it needs."""
        try:
            return jsonify({"ok": True, **door.kit.blocking(work, *args)})
        except NotKept:
            keeper.ask()
            return jsonify({"ok": True, "preparing": door.kit.blocking(_preparing, door, g.person.office_id)})

    @bp.get("/figures")
    def figures(office: str) -> Response:
        given = request.args
        by = given.get("by", "")
        if by not in ("", *BY):
            raise Refused("bad_request", field="by")
        return answer(_figures, door, office, span_of(live, office, given), service_of(given), by)

    @bp.get("/compare")
    def compared(office: str) -> Response:
        given = request.args
        before, after = span_of(live, office, given, "before", "before_to"), span_of(live, office, given)
        return answer(_compare, door, office, before, after, service_of(given))

    @bp.get("/arrivals")
    def came(office: str) -> Response:
        given = request.args
        weekday = given.get("weekday", "")
        if weekday not in ("", "0", "1", "2", "3", "4", "5", "6"):
            raise Refused("bad_request", field="weekday")
        on = int(weekday) if weekday else None
        return answer(_arrivals, door, office, span_of(live, office, given), service_of(given), on)

    @bp.get("/closing.pdf")
    def closing(office: str) -> Response:
        span = span_of(live, office, request.args, "day", "day")
        if span.last > _today(live, office).isoformat():
            raise Refused("day_to_come")
        return _pdf(exports, office, "closing", Span(span.last, span.last), request.args)

    @bp.get("/compliance.pdf")
    def compliance(office: str) -> Response:
        return _pdf(exports, office, "compliance", span_of(live, office, request.args), request.args)

    return bp


def _pdf(exports: Exports, office: str, kind: str, span: Span, given: Any) -> Response:
    """A sheet, made apart from the server."""
    language = given.get("language", "id")
    if language not in LANGUAGES:
        raise Refused("bad_request", field="language")
    asked = Asked(office, Filters(span.first, span.last), kind, language=language)
    return download(Response(exports.stream(asked), content_type="application/pdf"), asked.file_name)


# --- what is asked for -------------------------------------------------------------------------


def span_of(live: Live, office: str, given: Any, first: str = "from", last: str = "to") -> Span:
    """The days of a request; the last seven when none is named. Raises Refused("bad_request")."""
    until = _day(given.get(last, ""), last) or _today(live, office)
    since = _day(given.get(first, ""), first) or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise Refused("period_backwards")
    if (until - since).days >= LONGEST_DAYS:
        raise Refused("period_too_long", days=LONGEST_DAYS)
    return Span(since.isoformat(), until.isoformat())


def _today(live: Live, office: str) -> date:
    snapshot = live.latest(office)
    if snapshot is None:
        raise NotFound("no_such_office")
    return date.fromisoformat(hours.office_day(snapshot.office, wall_ms()))


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_request", field=field) from None
    if found.isoformat() != text:
        raise Refused("bad_request", field=field)
    return found


def service_of(given: Any) -> str:
    service = str(given.get("service", ""))
    if service and not _KEY.fullmatch(service):
        raise Refused("bad_request", field="service")
    return service


# --- in native threads -------------------------------------------------------------------------


def _figures(door: Door, office: str, span: Span, service: str, by: str) -> Found:
    with door.database.read() as c:
        period = Period(c, office, span, service)
        found = report(period, by)
        return {**found, "at": wall_ms(), "names": _names(period), "cases": _cases(period)}


def _cases(period: Period) -> Found | None:
    """Of the cases promised for a day of the period: how many were ready in time; None where there are no cases."""
    if not period.office.has_cases:
        return None
    found = cases.due_between(period.c, period.head.id, period.span.first, period.span.last, period.service)
    share = case.share([(one.state, one.due, one.ready_day) for one in found], period.today)
    return {"kept": share.numerator, "judged": share.denominator, "left_out": share.left_out}


def _compare(door: Door, office: str, before: Span, after: Span, service: str) -> Found:
    with door.database.read() as c:
        return compare(Period(c, office, before, service), Period(c, office, after, service))


def _arrivals(door: Door, office: str, span: Span, service: str, weekday: int | None) -> Found:
    with door.database.read() as c:
        return arrivals(Period(c, office, span, service), weekday)


def _names(period: Period) -> Found:
    """What the keys are called: of everything that is or was in the office's configuration as it is now."""
    office = period.office
    return {
        "office": office.name, "institution": office.institution, "zone": office.time_zone,
        "services": {s.key: {**s.name, "prefix": s.prefix} for s in office.services},
        "counters": {counter.key: counter.name for counter in office.counters},
        "flags": {code: rule.n for code, rule in RULES.items()},
        "officers": {str(p.id): p.shown_name for p in people.people_of(period.c, period.head.id)},
    }


def _preparing(door: Door, office_id: int) -> Found:
    """How many days are kept, of all that have steps."""
    with door.database.read() as c:
        return {
            "done": len(tallies.starts(c, office_id, "day", "", "9999-12-31")),
            "total": len(reports.days(c, office_id, Filters("0000-01-01", "9999-12-31"))),
        }
