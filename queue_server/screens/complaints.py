"""Complaints at the door: the visitor's form and tracking, and the register for those who answer.

A complaint is nobody's by the log and the limits: no cookie, no address and no name is kept with it. Whoever has the
tracking number reads what became of it; the number travels in the body of a request, never in an address.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from ..commands import complaints as commands
from ..domain import complaint as rules
from ..domain import hours
from ..domain.errors import NotFound, Refused, TooMany
from ..domain.office import LANGUAGES, Office
from ..domain.ticket import label
from ..live import Live
from ..moment import wall_ms
from ..store import complaints, people, queue
from ..store.complaints import Complaint
from ..store.people import Person
from ..transaction import Actor, Job
from .door import Door, key_of
from .guard import body, own_secret, text_of
from .limits import HOUR_S, MINUTE_S, Limits, Rule

PAGE = 50
#: Whoever asked; only new complaints count, and a hall behind one router never sends so many.
OF_ADDRESS = (Rule("complaint", 10, MINUTE_S), Rule("complaint_hour", 40, HOUR_S))
#: Tracking numbers that do not exist, from one address: there are 2 to the power of 60.
WRONG_TRACKS = Rule("wrong_track", 30)
_LEAST_KEY = 16


def blueprint(door: Door, live: Live, limits: Limits) -> Blueprint:
    bp = Blueprint("complaints", __name__)

    def office_of(key: str) -> Office:
        found = live.latest(key)
        if found is None:
            abort(404)
        return found.office

    @bp.get("/complaint/<office>")
    def form(office: str) -> str:
        return _form(office_of(office))

    @bp.get("/t/<secret>/complaint")
    def form_of_ticket(secret: str) -> str:
        office, ticket = g.held
        return _form(office_of(office), ticket)

    @bp.post("/t/<secret>/complaint")
    def complain_about(secret: str) -> Response:
        office, ticket = g.held
        return _complain(door, limits, office, ticket)

    @bp.post("/office/<office>/complaints")
    def complain(office: str) -> Response:
        return _complain(door, limits, office, None)

    @bp.post("/office/<office>/complaints/track")
    def track(office: str) -> Response:
        seconds = limits.wait(WRONG_TRACKS)
        if seconds:
            raise TooMany("too_many_requests", minutes=math.ceil(seconds / MINUTE_S))
        number = rules.read_tracking(text_of(body(), "tracking", 40))
        found = door.kit.blocking(_tracked, door, office_of(office), number) if number else None
        if found is None:
            limits.spend(WRONG_TRACKS)
            raise NotFound("no_such_complaint")
        return jsonify({"ok": True, "complaint": found})

    @bp.get("/complaints/<office>")
    def register(office: str) -> str:
        return render_template("supervisor/complaints.html", office=office_of(office))

    @bp.get("/supervisor/<office>/complaints")
    def listed(office: str) -> Response:
        which, at = request.args.get("which", "open"), request.args.get("page", "1")
        if which not in ("open", "all"):
            raise Refused("bad_request", field="which")
        if not at.isdigit() or not 1 <= int(at) <= 1_000_000:
            raise Refused("bad_request", field="page")
        return jsonify({"ok": True, **door.kit.blocking(_listed, door, office_of(office), g.person, which, int(at))})

    @bp.get("/supervisor/<office>/complaints/<int:number>")
    def one(office: str, number: int) -> Response:
        found = door.kit.blocking(_one, door, office_of(office), g.person, number) if number < 2**53 else None
        if found is None:
            raise NotFound("no_such_complaint")
        return jsonify({"ok": True, "complaint": found})

    return bp


def _form(office: Office, ticket: queue.Ticket | None = None) -> str:
    service = next((s for s in office.services if ticket is not None and s.key == ticket.service), None)
    kinds = {key: rules.days_of(category.kind, office.rules.complaints) for key, category in rules.CATEGORIES.items()}
    return render_template(
        "visitor/complaint.html", office=office, ticket=ticket, categories=kinds, most=rules.MOST_TEXT,
        label=label(ticket.prefix, ticket.number) if ticket else "", service=service.name if service else {})


def _complain(door: Door, limits: Limits, office: str, ticket: queue.Ticket | None) -> Response:
    message = body()
    key, args = key_of(message), _written(message)
    if len(key) < _LEAST_KEY:  # the tracking number follows from it
        raise Refused("bad_request", field="key")
    number = rules.tracking(own_secret(), f"complaint {office} {key}")
    args.update(tracking=number, ticket=ticket.id if ticket else 0, service=ticket.service if ticket else "")
    seconds = limits.take(OF_ADDRESS)
    if seconds:
        raise TooMany("too_many_complaints", minutes=math.ceil(seconds / MINUTE_S))
    try:  # "visitor": a phone's own mark would tie the complaint to its numbers
        answer = door.writer.press(Job(office, Actor("visitor", "visitor"), "complain", commands.make, args, key))
    except Refused:
        limits.give_back(OF_ADDRESS)
        raise
    return jsonify({**answer, "tracking": number})


def _written(message: dict[str, Any]) -> dict[str, Any]:
    category, language = text_of(message, "category", 40), text_of(message, "language", 2)
    if category not in rules.CATEGORIES:
        raise Refused("bad_request", field="category")
    return {
        "category": category, "text": text_of(message, "text", rules.MOST_TEXT),
        "contact": text_of(message, "contact", rules.MOST_CONTACT), "about_lead": message.get("about_lead") is True,
        "language": language if language in LANGUAGES else LANGUAGES[0],
    }


# --- in native threads -------------------------------------------------------------------------------


def _state(row: Complaint) -> dict[str, Any]:
    """What everybody who may know of a complaint is told of it."""
    return {
        "number": row.number, "category": row.category, "kind": row.kind, "made_at": row.made_at, "due": row.due,
        "state": row.state, "answered_at": row.answered_at, "handed_to": row.handed_to, "handed_at": row.handed_at,
        "outcome": row.outcome, "closed_at": row.closed_at, "erased": row.erased, "entry": row.made_seq,
    }


def _tracked(door: Door, office: Office, number: str) -> dict[str, Any] | None:
    """For the one who complained: no officer's name, nothing of what they wrote themselves."""
    with door.database.read() as c:
        row = complaints.tracked(c, office.key, rules.tracking_digest(number))
    if row is None:
        return None
    late = rules.kept(row.due, row.done_day, hours.office_day(office, wall_ms())) is False
    return {**_state(row), "answer": row.answer, "reference": row.reference, "late": late}


def _listed(door: Door, office: Office, person: Person, which: str, page: int) -> dict[str, Any]:
    today = hours.office_day(office, wall_ms())
    with door.database.read() as c:
        rows, total = complaints.page(c, person.office_id, which, page, PAGE)
        month = complaints.counted(c, person.office_id, f"{today[:7]}-01", today, today)
        shown = [_row(office, row, today, _reads(complaints.case(c, row), person)) for row in rows]
    return {
        "which": which, "page": page, "pages": max(1, -(-total // PAGE)), "total": total, "rows": shown,
        "month": [asdict(one) for one in month], "today": today,
    }


def _row(office: Office, row: Complaint, today: str, reads: bool) -> dict[str, Any]:
    """A line of the register; whom it may be about is not told which visit it was."""
    return {
        **_state(row), "restricted": bool(row.restricted), "about_lead": bool(row.about_lead), "reads": reads,
        "service": row.service if reads else "", "left": rules.days_left(office, today, row.due),
        "near": rules.NEAR_DAYS[row.kind], "in_time": rules.kept(row.due, row.done_day, today),
    }


def _reads(case: rules.Case, person: Person) -> bool:
    return rules.may_read(case, person.role, person.id)


def _one(door: Door, office: Office, person: Person, number: int) -> dict[str, Any] | None:
    with door.database.read() as c:
        row = complaints.numbered(c, person.office_id, number)
        if row is None:
            return None
        case = complaints.case(c, row)
        found = _row(office, row, hours.office_day(office, wall_ms()), _reads(case, person))
        if not found["reads"]:
            return found
        names = {p.id: p.shown_name for p in people.people_of(c, person.office_id)}
        ticket = queue.ticket(c, row.ticket_id) if row.ticket_id else None
        steps = complaints.timeline(c, row.ticket_id) if ticket else []
    acts = person.role != "auditor"
    services = {service.key: service.name for service in office.services}
    counters = {counter.key: counter.name for counter in office.counters}
    return {
        **found, "text": row.body, "answer": row.answer, "reference": row.reference, "language": row.language,
        "answered_by": names.get(row.answered_by or 0), "has_contact": bool(row.contact),
        "contact": row.contact if acts and row.read_contact(person.id) else "",
        "acts": {act: acts and _may(case, act, person) for act in ("answer", "hand_off", "close")},
        "ticket": None if ticket is None else {
            "label": label(ticket.prefix, ticket.number), "day": ticket.day, "service": services.get(ticket.service),
            "issued_at": ticket.issued_at, "channel": ticket.channel},
        "timeline": [
            {"at": h.at, "kind": h.kind, "who": names.get(h.person or 0), "counter": counters.get(h.counter),
             "reason": h.reason, "durations": h.durations} for h in steps],
    }


def _may(case: rules.Case, act: str, person: Person) -> bool:
    try:
        rules.check_may_act(case, act, person.role, person.id)
    except Refused:
        return False
    return True
