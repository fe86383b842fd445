"""Cases: opened by a finish, ready, collected with a number of their own, or ended; and what an undo takes back."""

from __future__ import annotations

import secrets
from typing import Any

from ..domain import case as rule
from ..domain import working_days
from ..domain.case import State
from ..domain.errors import NotFound, Refused
from ..domain.office import Service
from ..domain.reservation import read_code
from ..domain.ticket import Step
from ..store import cases, queue, reservations
from ..store.cases import Case
from ..transaction import Answer, Tx
from .moving import step_of


def finished(tx: Tx, step: Step, outcome: str) -> Answer:
    """What a finished service means for cases: it opens one, or hands one over; {"case": …} or nothing."""
    if not tx.office.has_cases or outcome != "served":
        return {}
    held = cases.to_collect(tx.c, step.ticket_id)
    if held is not None and held.state == State.READY and step.service in _collected_at(tx, held):
        cases.change(tx.c, held, state=str(State.COLLECTED), over_at=tx.now.at, over_day=tx.day)
        tx.record("case_collected", {"case": held.number, "ticket": step.ticket_id}, step.id)
        return {"case": {"number": held.number, "code": held.code, "state": "collected"}}
    ticket = queue.ticket(tx.c, step.ticket_id)
    service = rule.opened_by(tx.office, ticket.service, step.service)
    return {} if service is None else {"case": _open(tx, step, service)}


def _open(tx: Tx, step: Step, service: Service) -> Answer:
    """Promised within the service's working days from today, which does not count."""
    days = service.finish_in_days or 0
    due = working_days.after(tx.office, tx.day, days)
    code = rule.code(secrets.token_urlsafe(16))
    # One field takes both kinds of code: none of them may be another one's.
    while cases.by_code(tx.c, tx.office_id, code) or reservations.by_code(tx.c, tx.office_id, code):
        code = rule.code(secrets.token_urlsafe(16))
    number = cases.add(tx.c, {
        "office_id": tx.office_id, "code": code, "service": service.key, "ticket_id": step.ticket_id, "day": tx.day,
        "opened_at": tx.now.at, "days": days, "due": due, "state": str(State.IN_WORK)})
    tx.record("case_opened", {
        "case": number, "ticket": step.ticket_id, "service": service.key, "days": days, "due": due}, step.id)
    return {"number": number, "code": code, "state": "in_work", "due": due, "days": days}


def undone(tx: Tx, step: Step) -> None:
    """The finish was taken back: what it opened is void, what it handed over is not handed over."""
    if not tx.office.has_cases:
        return
    held = cases.to_collect(tx.c, step.ticket_id)
    if held is not None and held.state == State.COLLECTED:
        cases.change(tx.c, held, state=str(State.READY), over_at=None, over_day="")
    opened = cases.of_ticket(tx.c, step.ticket_id)
    if opened is not None and opened.state == State.IN_WORK:
        _end(tx, opened, rule.UNDONE)


# --- by those who work here -----------------------------------------------------------------------------


def _numbered(tx: Tx, args: dict[str, Any]) -> Case:
    found = cases.numbered(tx.c, tx.office_id, int(args["case"]))
    if found is None:
        raise NotFound("no_such_case")
    return found


def ready(tx: Tx, args: dict[str, Any]) -> Answer:
    """It can be collected from now on."""
    case = _numbered(tx, args)
    after = rule.moved("ready", case.state)
    cases.change(tx.c, case, state=str(after), ready_at=tx.now.at, ready_day=tx.day)
    tx.record("case_ready", {"case": case.number, "in_time": tx.day <= case.due})
    return {"code": case.code}


def not_ready(tx: Tx, args: dict[str, Any]) -> Answer:
    """It was called ready by mistake."""
    case = _numbered(tx, args)
    after = rule.moved("not_ready", case.state)
    cases.change(tx.c, case, state=str(after), ready_at=None, ready_day="")
    tx.record("case_not_ready", {"case": case.number, "reason": "by_mistake"})
    return {"code": case.code}


def end(tx: Tx, args: dict[str, Any]) -> Answer:
    """Ends without being collected, with a reason from the list."""
    if args.get("reason") not in rule.REASONS:
        raise Refused("reason_needed")
    case = _numbered(tx, args)
    rule.moved("end", case.state)
    _end(tx, case, str(args["reason"]))
    return {"code": case.code}


def _end(tx: Tx, case: Case, reason: str) -> None:
    cases.change(tx.c, case, state=str(State.ENDED), over_at=tx.now.at, over_day=tx.day, reason=reason)
    tx.record("case_ended", {"case": case.number, "reason": reason})


def link(tx: Tx, args: dict[str, Any]) -> Answer:
    """The officer who collects for somebody without having taken the number with the code: ``step``, ``code``."""
    step = step_of(tx, args["step"])
    case = wanted(tx, str(args.get("code") or ""), step.service)
    tie(tx, case, step.ticket_id, step.id)
    return {"code": case.code}


# --- collecting -----------------------------------------------------------------------------------------


def known(tx: Tx, typed: str) -> Case | None:
    """The case with this code, however it was typed; None: there is none."""
    code = read_code(typed) if tx.office.has_cases else ""
    return cases.by_code(tx.c, tx.office_id, code) if code else None


def wanted(tx: Tx, typed: str, service: str) -> Case:
    """The case that can be collected now at ``service``; each refusal says what is wrong and when it can."""
    case = known(tx, typed)
    if case is None:
        raise NotFound("no_such_case")
    if case.state == State.COLLECTED:
        raise Refused("case_collected", date=case.over_day)
    if case.state == State.ENDED:
        raise Refused("case_ended")
    if case.state == State.IN_WORK:
        raise Refused("case_late" if case.due < tx.day else "case_not_ready", date=case.due)
    if service not in _collected_at(tx, case):
        raise Refused("case_elsewhere")
    return case


def _collected_at(tx: Tx, case: Case) -> tuple[str, ...]:
    found = next((s for s in tx.office.services if s.key == case.service), None)
    return found.collected_at if found is not None else ()


def tie(tx: Tx, case: Case, ticket_id: int, step_id: int) -> None:
    """A number is the one with which a case is collected; the one before, that came to nothing, is it no more."""
    cases.change(tx.c, case, collect_ticket_id=ticket_id)
    tx.record("case_linked", {"case": case.number, "ticket": ticket_id}, step_id)


def places(tx: Tx, case: Case) -> tuple[str, ...]:
    """The services at which a case is collected, in the order of the file."""
    return _collected_at(tx, case)
