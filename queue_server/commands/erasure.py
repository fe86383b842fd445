"""Erasing a person who asks for it (UU 27/2022, Pasal 8): everything personal that hangs together with what they name.

What is erased, and how, is the table of domain/personal.py; here is only which rows belong to somebody. The log keeps
what happened and stays provable: in it are commitments only, whose keys go with the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ..domain import personal as rules
from ..domain import reservation as booking
from ..domain.errors import NotFound, Refused
from ..domain.family import State
from ..domain.reservation import State as Booked
from ..store import complaints, custody, family, passkeys, people, personal, reservations, staff
from ..store import erasure as store
from ..transaction import Answer, Tx
from .reservations import end

Rows = dict[str, set[int]]
REASON = "asked"


def erase_person(tx: Tx, args: dict[str, Any]) -> Answer:
    """``what``: reservation (its code), ticket (its label, with ``day``), complaint, family (their numbers), inmate
    (register number) or staff (their number); ``which`` names it. The answer: how many rows, by table.

    Raises NotFound, Refused: erase_what, erase_open (of a complaint), erase_here (of an inmate), erase_active (of
    staff), bad_request.
    """
    find = FINDERS.get(str(args["what"]))
    if find is None:
        raise Refused("erase_what", what=", ".join(FINDERS))
    done = _erase(tx, find(tx, str(args["which"]).strip(), str(args.get("day") or tx.day)))
    return {"erased": done}


def again(tx: Tx, erased: Iterable[tuple[str, list[int]]]) -> None:
    """After a restore: what somebody had erased since the backup. ``erased``: (table, what its rule's ``by`` says)."""
    for table, ids in erased:
        _erase(tx, {table: set(ids)}, "erased_after_the_backup")


def _erase(tx: Tx, rows: Rows, reason: str = REASON) -> dict[str, int]:
    done: dict[str, int] = {}
    for table in (rule.table for rule in rules.RULES):
        ids = sorted(rows.get(table, ()))
        count = personal.erase(tx.c, tx.office_id, rules.rule_of(table), ids) if ids and table not in done else 0
        if count:
            done[table] = count
        if count and rules.rule_of(table).says:
            tx.record("erased", {"what": table, "count": count, "reason": reason, "rows": [*ids]})
    for person in sorted(rows.get("person", ())):
        _forget_staff(tx, person, reason)
        done["person"] = done.get("person", 0) + 1
    return done


def _forget_staff(tx: Tx, person: int, reason: str) -> None:
    """Their number stays, as the log names it (decisions 15); name, password and keys go."""
    passkeys.drop(tx.c, person)
    people.end_sessions_of(tx.c, person)
    staff.save_person(
        tx.c, person, name=f"-{person}", shown_name=f"-{person}", password="", totp_secret="", active=0)
    tx.record("erased", {"what": "person", "count": 1, "reason": reason, "rows": [person]})


# --- what belongs to whom -------------------------------------------------------------------------------


def _reservation(tx: Tx, which: str, _day: str) -> Rows:
    """A reservation with its number, and the others of the same person (by the hash of the NIK); one that is still to
    come is given back."""
    found = reservations.by_code(tx.c, tx.office_id, booking.read_code(which)) if booking.read_code(which) else None
    if found is None:
        raise NotFound("no_such_reservation")
    own = {row.id: row for row in store.reservations_of(tx.c, tx.office_id, found.person)} | {found.id: found}
    for row in own.values():
        if row.state == Booked.BOOKED:
            end(tx, row, "staff", "erased")
    tickets = {row.ticket_id for row in own.values() if row.ticket_id}
    return {"reservation": set(own), "ticket": tickets, "private": tickets, **store.of_visitor(tx.c, tickets, set(own))}


def _ticket(tx: Tx, which: str, day: str) -> Rows:
    """A number, with the reservation that it was, and so its person's others."""
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Refused("bad_request", field="day") from None
    signs = "".join(which.upper().split())
    letters = signs.rstrip("0123456789")
    ticket = store.ticket(tx.c, tx.office_id, day, letters, _number(signs[len(letters):]))
    if ticket is None:
        raise NotFound("no_such_ticket")
    code = store.code_of_ticket(tx.c, tx.office_id, ticket)
    more = _reservation(tx, code, day) if code else {}
    mine = store.of_visitor(tx.c, {ticket}, set())
    return {"ticket": {ticket} | more.get("ticket", set()), "private": {ticket} | more.get("private", set()),
            "reservation": more.get("reservation", set()),
            **{table: ids | more.get(table, set()) for table, ids in mine.items()}}


def _complaint(tx: Tx, which: str, _day: str) -> Rows:
    """Its words and the contact; it must be closed: until then the office has to answer it."""
    row = complaints.numbered(tx.c, tx.office_id, _number(which))
    if row is None:
        raise NotFound("no_such_complaint")
    if row.state != "closed":
        raise Refused("erase_open")
    return {"complaint": {row.id}}


def _family(tx: Tx, which: str, _day: str) -> Rows:
    row = family.numbered(tx.c, tx.office_id, _number(which))
    if row is None:
        raise NotFound("no_such_family")
    if row.state == State.ENROLLED:
        family.end(tx.c, row.id, State.REVOKED, REASON, tx.now.at, tx.now.at)
        tx.record("family_ended", {"family": row.number, "reason": REASON})
    return {"family": {row.id}, "family_look": {row.id}}


def _inmate(tx: Tx, which: str, _day: str) -> Rows:
    """Somebody who was in custody; while the registry has them the next import would bring them back."""
    row = custody.by_register(tx.c, tx.office_id, booking.register_form(which))
    if row is None:
        raise NotFound("no_such_inmate")
    if not row.gone:
        raise Refused("erase_here")
    enrolled = store.enrolled_for(tx.c, tx.office_id, row.id)
    return {"inmate": {row.id}, "family": enrolled, "family_look": enrolled,
            "reservation": store.reservations_to(tx.c, tx.office_id, row.id)}


def _staff(tx: Tx, which: str, _day: str) -> Rows:
    """Somebody who works here no more."""
    row = people.person(tx.c, _number(which))
    if row is None or row.office_id != tx.office_id:
        raise NotFound("no_such_person")
    if row.active:
        raise Refused("erase_active")
    return {"person": {row.id}}


def _number(which: str) -> int:
    if not which.isdigit() or len(which) > 15:
        raise Refused("bad_request", field="which")
    return int(which)


FINDERS: dict[str, Callable[[Tx, str, str], Rows]] = {
    "reservation": _reservation, "ticket": _ticket, "complaint": _complaint, "family": _family, "inmate": _inmate,
    "staff": _staff,
}
