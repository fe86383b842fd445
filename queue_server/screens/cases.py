"""Cases: how one stands, for whoever has its code; and the list of those that are due, late and ready, for staff."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template

from ..domain import case as rule
from ..domain import hours, working_days
from ..domain.errors import NotFound, TooMany
from ..domain.office import Office
from ..domain.reservation import read_code
from ..domain.ticket import ENDED, label
from ..live import Live
from ..moment import wall_ms
from ..snapshot import Snapshot
from ..store import cases, queue
from ..store.cases import Case
from .door import Door
from .guard import body, text_of
from .limits import HOUR_S, MINUTE_S, Limits, Rule

#: Codes that lead nowhere, from one address; a code has 40 bits.
WRONG_CODES = (Rule("wrong_case", 10, MINUTE_S), Rule("wrong_case_hour", 60, HOUR_S))
LOOKS = Rule("case", 120)
#: So long what was collected or ended stays on the list, days.
SHOWN_DAYS = 14


def blueprint(door: Door, live: Live, limits: Limits) -> Blueprint:
    bp = Blueprint("cases", __name__)

    def now(key: str) -> Snapshot:
        found = live.latest(key)
        if found is None or not found.office.has_cases:
            abort(404)
        return found

    @bp.get("/case/<office>")
    def own(office: str) -> str:
        """The code stands behind the address's #, which no server and no log sees."""
        return render_template("visitor/case.html", office=now(office).office)

    @bp.post("/office/<office>/case")
    def look(office: str) -> Response:
        limits.spend(LOOKS)
        seconds = max(limits.wait(each) for each in WRONG_CODES)
        if seconds:
            raise TooMany("too_many_requests", minutes=math.ceil(seconds / MINUTE_S))
        s, code = now(office), read_code(text_of(body(), "code", 40))
        found = door.kit.blocking(_one, door, s, code) if code else None
        if found is None:
            limits.take(WRONG_CODES)
            raise NotFound("no_such_case")
        return jsonify({"ok": True, "case": found})

    @bp.get("/cases/<office>")
    def page(office: str) -> str:
        return render_template("supervisor/cases.html", office=now(office).office)

    @bp.get("/supervisor/<office>/cases")
    def listed(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_all, door, now(office).office, g.person.office_id)})

    return bp


def _one(door: Door, s: Snapshot, code: str) -> dict[str, Any] | None:
    with door.database.read() as c:
        case = cases.by_code(c, s.office_id, code)
        if case is None or case.reason == rule.UNDONE:
            return None
        taken = queue.newest_step(c, case.collect_ticket_id) if case.collect_ticket_id else None
        ticket = queue.ticket(c, case.collect_ticket_id) if taken and taken.state not in ENDED else None
    service = next((x for x in s.office.services if x.key == case.service), None)
    places = [s.office.service(key) for key in (service.collected_at if service else ())]
    return {
        **_facts(s.office, case), "name": service.name if service else {},
        "ticket": {"label": label(ticket.prefix, ticket.number), "page": f"/t/{ticket.secret}"} if ticket else None,
        "collect": [{
            "key": place.key, "name": place.name, "summary": place.summary, "plate": place.plate,
            "may": s.may_picture(place.key, "online"),
        } for place in places] if case.state == rule.State.READY else [],
    }


def _facts(office: Office, case: Case) -> dict[str, Any]:
    today = hours.office_day(office, wall_ms())
    return {
        "code": case.code, "service": case.service, "day": case.day, "due": case.due, "days": case.days,
        "state": rule.standing(case.state, case.due, today), "ready_day": case.ready_day, "over_day": case.over_day,
        "reason": case.reason, "left": working_days.left(office, today, case.due),
    }


def _all(door: Door, office: Office, office_id: int) -> dict[str, Any]:
    """What is late first, then by its due day; what is over at the end. A case has nothing personal to hide."""
    today = hours.office_day(office, wall_ms())
    since = (date.fromisoformat(today) - timedelta(days=SHOWN_DAYS)).isoformat()
    with door.database.read() as c:
        found = [*cases.open_cases(c, office_id), *cases.over_since(c, office_id, since)]
        tickets = {case.ticket_id: queue.ticket(c, case.ticket_id) for case in found}
    names = {s.key: {"letter": s.prefix, "name": s.name} for s in office.services}
    rows = [{
        **_facts(office, case), "number": case.number, "name": names.get(case.service),
        "label": label(tickets[case.ticket_id].prefix, tickets[case.ticket_id].number),
    } for case in found]
    counts = {name: sum(row["state"] == name for row in rows) for name in ("late", "due", "in_work", "ready")}
    return {"today": today, "rows": rows, "counts": counts, "reasons": list(rule.REASONS), "days": SHOWN_DAYS}
