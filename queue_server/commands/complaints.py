"""Complaints: made by a visitor, answered, handed on and closed by those whom it is not about.

Each act is an entry of the log without anything personal, so that complaints can be counted and none can vanish;
the words lie in a table of their own and go when their time is over.
"""

from __future__ import annotations

import secrets
from typing import Any

from ..domain import complaint as rules
from ..domain.complaint import State
from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..store import complaints, people
from ..store.complaints import Complaint
from ..transaction import Answer, Tx

DAY_MS = 86_400_000


def make(tx: Tx, args: dict[str, Any]) -> Answer:
    """A visitor complains. ``args``: category, text, contact ("" for none), about_lead, language, tracking (the number
    itself), ticket and service (0 and "" without a ticket).

    Refused: complaint_short, complaint_enough. ``nobody``: at this office nobody may answer whom it is not about.
    """
    category, text = rules.CATEGORIES[args["category"]], written(args["text"])
    if len(text) < rules.LEAST_TEXT:
        raise Refused("complaint_short", least=rules.LEAST_TEXT)
    ticket = int(args.get("ticket") or 0)
    if ticket and complaints.count_of_ticket(tx.c, ticket) >= rules.MOST_OF_TICKET:
        raise Refused("complaint_enough", most=rules.MOST_OF_TICKET)
    restricted = category.restricted or bool(args["about_lead"])
    if complaints.tracked(tx.c, tx.office.key, rules.tracking_digest(args["tracking"])) is not None:
        raise Refused("key_reused")  # a press of days ago, whose answer is kept no longer
    due = rules.due_day(tx.office, tx.day, category.kind)
    key = secrets.token_bytes(32)
    number = complaints.add(tx.c, {
        "office_id": tx.office_id, "day": tx.day, "made_at": tx.now.at, "category": args["category"],
        "kind": category.kind, "restricted": int(restricted), "about_lead": int(args["about_lead"]),
        "ticket_id": ticket, "service": args["service"], "due": due, "state": str(State.RECEIVED),
        "tracking": rules.tracking_digest(args["tracking"]), "language": args["language"],
        "made_seq": tx.head.head_seq + 1, "body": text, "contact": written(args["contact"]), "secret_key": key.hex(),
    })
    body: dict[str, Json] = {
        "complaint": number, "category": args["category"], "kind": category.kind, "restricted": int(restricted),
        "due": due, "commitment": rules.commitment(key, args["tracking"], text, str(ticket)),
    }
    if ticket and not restricted:  # whoever it is about reads the log perhaps
        body.update(ticket=ticket, service=args["service"])
    seq = tx.record("complaint_made", body)
    case = rules.Case(restricted, bool(args["about_lead"]), complaints.concerned(tx.c, ticket))
    able = any(p.active and p.role != "auditor" and rules.may_read(case, p.role, p.id)
               for p in people.people_of(tx.c, tx.office_id))
    return {"number": number, "due": due, "entry": seq, "nobody": not able}


def answer(tx: Tx, args: dict[str, Any]) -> Answer:
    """Answers, or answers better; what the person reads with the tracking number."""
    row, case = _theirs(tx, args, "answer")
    text = written(args.get("text"))
    if len(text) < rules.LEAST_TEXT:
        raise Refused("complaint_short", least=rules.LEAST_TEXT)
    concerned = tx.actor.person_id in case.concerned
    complaints.change(
        tx.c, row.id, state=str(rules.moved("answer", State(row.state))), answer=text, answered_at=tx.now.at,
        answered_day=row.answered_day or tx.day, answered_by=tx.actor.person_id)
    tx.record("complaint_answered", {
        "complaint": row.number, "commitment": rules.commitment(bytes.fromhex(row.secret_key), text),
        "in_time": (row.done_day or tx.day) <= row.due, "again": bool(row.answered_day), "concerned": concerned})
    return {}


def hand_off(tx: Tx, args: dict[str, Any]) -> Answer:
    """Hands on to somebody outside; for LAPOR! with the number that it got there."""
    row, _case = _theirs(tx, args, "hand_off")
    to, reference = args.get("to"), written(args.get("reference"))[:rules.MOST_REFERENCE]
    if to not in rules.HANDED_TO:
        raise Refused("reason_needed")
    if to in rules.NUMBERED and not reference:
        raise Refused("reference_needed")
    complaints.change(
        tx.c, row.id, state=str(rules.moved("hand_off", State(row.state))), handed_to=to, reference=reference,
        handed_at=tx.now.at, handed_day=row.handed_day or tx.day)
    tx.record("complaint_handed_off", {
        "complaint": row.number, "to": to, "commitment": rules.commitment(bytes.fromhex(row.secret_key), reference),
        "in_time": (row.done_day or tx.day) <= row.due})
    return {}


def close(tx: Tx, args: dict[str, Any]) -> Answer:
    """Nothing more is to be done; from now on the days run after which its words are erased."""
    row, _case = _theirs(tx, args, "close")
    if args.get("outcome") not in rules.OUTCOMES:
        raise Refused("reason_needed")
    complaints.change(
        tx.c, row.id, state=str(rules.moved("close", State(row.state))), outcome=args["outcome"], closed_at=tx.now.at,
        erase_at=tx.now.at + tx.office.rules.complaints.keep_days * DAY_MS)
    tx.record("complaint_closed", {
        "complaint": row.number, "outcome": args["outcome"], "in_time": row.done_day <= row.due})
    return {}


def open_contact(tx: Tx, args: dict[str, Any]) -> Answer:
    """Whoever wants to reach the person says so first: it is noted who looked."""
    row, _case = _theirs(tx, args, "open_contact")
    assert tx.actor.person_id is not None
    if not row.contact:
        raise Refused("complaint_no_contact")
    if not row.read_contact(tx.actor.person_id):
        complaints.change(tx.c, row.id, readers=f"{row.readers} {tx.actor.person_id}".strip())
        tx.record("complaint_contact_opened", {"complaint": row.number})
    return {}


def written(text: Any) -> str:
    """As somebody wrote it, without what no screen can show."""
    return "".join(c for c in str(text or "") if c.isprintable() or c == "\n").strip()


def _theirs(tx: Tx, args: dict[str, Any], act: str) -> tuple[Complaint, rules.Case]:
    """The complaint, if whoever presses may do this with it; another office's does not exist."""
    row = complaints.numbered(tx.c, tx.office_id, int(args["complaint"]))
    if row is None:
        raise NotFound("no_such_complaint")
    case = complaints.case(tx.c, row)
    rules.check_may_act(case, act, tx.actor.kind, tx.actor.person_id or 0)
    if row.erased:
        raise Refused("complaint_state")
    return row, case
