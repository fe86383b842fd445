"""Family self-service: staff enrol and revoke; whoever proves who they are sees the stages of a case.

Whatever the reason why somebody may not, the door gives one answer after one time (screens/family.py): here the same
is asked of the database for all of them. Each look is an entry of the log, with the enrolment's number and no more.
"""

from __future__ import annotations

import hmac
from typing import Any

from ..domain import family as rules
from ..domain.errors import NotAllowed, NotFound, Refused
from ..domain.family import Outcome, State
from ..domain.personal import DAY_MS
from ..domain.reservation import register_form
from ..store import custody, family
from ..store.family import Enrolled
from ..transaction import Answer, Tx

#: What no enrolment has: so that the same is looked up for a code that leads nowhere.
NOBODY = -1


def enrol(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: register, relation, holder_name; code_digest and proof were made before (screens/before.py).

    Refused: family_off, no_such_inmate, family_relation, name_missing, family_many.
    """
    rule = tx.office.rules.family
    check_offered(tx)
    inmate = custody.by_register(tx.c, tx.office_id, register_form(args["register"]))
    if inmate is None or inmate.gone or inmate.hidden:
        raise NotFound("no_such_inmate")
    relation, name = str(args["relation"]), " ".join(str(args.get("holder_name") or "").split())
    if relation not in rules.RELATIONS:
        raise Refused("family_relation")
    if relation == "self":
        name = ""
    elif not name or len(name) > rules.MOST_NAME or not name.isprintable():
        raise Refused("name_missing")
    if len(family.of_inmates(tx.c, tx.office_id, [inmate.id])) >= rules.MOST_OF_INMATE:
        raise Refused("family_many", most=rules.MOST_OF_INMATE)
    _id, number = family.add(tx.c, {
        "office_id": tx.office_id, "inmate_id": inmate.id, "relation": relation, "holder_name": name,
        "state": str(State.ENROLLED), "code_digest": args["code_digest"], "proof": args["proof"],
        "made_at": tx.now.at, "made_by": tx.actor.person_id or 0, "until_at": tx.now.at + rule.holds_days * DAY_MS})
    tx.record("family_enrolled", {"family": number, "relation": relation})
    return {"family": number, "until": tx.now.at + rule.holds_days * DAY_MS}


def revoke(tx: Tx, args: dict[str, Any]) -> Answer:
    """Ends an enrolment at once, phones included."""
    row = family.numbered(tx.c, tx.office_id, int(args["family"]))
    if row is None:
        raise NotFound("no_such_family")
    if args.get("reason") not in rules.REVOKE_REASONS:
        raise Refused("reason_needed")
    if row.state != State.ENROLLED:
        raise Refused("family_ended")
    _end(tx, row, State.REVOKED, args["reason"])
    return {}


def run_out(tx: Tx) -> None:
    """Enrolments whose time is over."""
    for row in family.run_out(tx.c, tx.office_id, tx.now.at):
        _end(tx, row, State.RUN_OUT, "run_out")


def whose_inmate_is_gone(tx: Tx, inmates: list[int]) -> None:
    """Whoever was enrolled for somebody who is in custody here no more can look no longer."""
    for row in family.of_inmates(tx.c, tx.office_id, inmates):
        _end(tx, row, State.GONE, "inmate_gone")


def _end(tx: Tx, row: Enrolled, state: State, reason: str) -> None:
    family.end(tx.c, row.id, state, reason, tx.now.at, _erased_at(tx))
    tx.record("family_ended", {"family": row.number, "reason": reason})


def _erased_at(tx: Tx) -> int:
    return tx.now.at + tx.office.rules.family.keep_days * DAY_MS


# --- looking --------------------------------------------------------------------------------------------


def look(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: code_digest and proof, or a phone's checked answer (passkey, family, uses, asked_at); place: phone or
    kiosk. The answer holds ``inmate`` and ``family`` (their ids) of whoever may look; 0: nobody."""
    check_offered(tx)
    by_phone = args.get("passkey")
    if by_phone:
        row = family.by_id(tx.c, tx.office_id, int(args["family"]))
    else:
        row = family.by_code(tx.c, tx.office_id, args["code_digest"])
    tries = family.wrong_tries(tx.c, row.id if row else NOBODY, tx.now.at)
    kept = custody.by_ids(tx.c, [row.inmate_id if row else NOBODY]).get(row.inmate_id if row else NOBODY)
    right = _uses_up(tx, args) if by_phone else hmac.compare_digest(row.proof if row else "", args["proof"])
    if row is None or row.state != State.ENROLLED or row.until_at <= tx.now.at:
        return {"inmate": 0, "family": 0}
    outcome = _outcome(row, kept, right, 0 if by_phone else tries, args["place"])
    way = "passkey" if by_phone else "code"
    family.note_look(tx.c, {
        "office_id": tx.office_id, "family_id": row.id, "at": tx.now.at, "way": way, "place": args["place"],
        "outcome": str(outcome), "erase_at": _erased_at(tx)})
    tx.record("family_looked", {"family": row.number, "way": way, "place": args["place"], "outcome": str(outcome)})
    seen = outcome is Outcome.SEEN
    return {"inmate": row.inmate_id if seen else 0, "family": row.id if seen else 0}


def _outcome(row: Enrolled, kept: custody.Kept | None, right: bool, tries: int, place: str) -> Outcome:
    if tries >= rules.MOST_WRONG:
        return Outcome.HELD
    if not right:
        return Outcome.WRONG
    if row.relation in rules.AT_KIOSK_ONLY and place != "kiosk":
        return Outcome.ELSEWHERE
    return Outcome.SEEN if kept is not None and not kept.gone and not kept.hidden else Outcome.HELD


def _uses_up(tx: Tx, args: dict[str, Any]) -> bool:
    """No answer of a phone opens twice: every question carries its instant, and a later one must follow."""
    mine = next((p for p in family.passkeys(tx.c, int(args["family"])) if p.id == args["passkey"]), None)
    if mine is None or args["asked_at"] <= mine.asked_at:
        return False
    family.save_use(tx.c, mine.id, args["uses"], args["asked_at"])
    return True


def add_phone(tx: Tx, args: dict[str, Any]) -> Answer:
    """A phone that opens by its fingerprint from now on. ``args``: family (id), credential, public_key, uses, asked_at.

    Raises NotAllowed("family_no"), Refused: passkey_there, too_many_passkeys.
    """
    check_offered(tx)
    row = family.by_id(tx.c, tx.office_id, int(args["family"]))
    if row is None or row.state != State.ENROLLED or row.relation in rules.AT_KIOSK_ONLY:
        raise NotAllowed("family_no")
    if len(family.passkeys(tx.c, row.id)) >= rules.MOST_PHONES:
        raise Refused("too_many_passkeys", most=rules.MOST_PHONES)
    if family.passkey_known(tx.c, args["credential"]):
        raise Refused("passkey_there")
    family.add_passkey(tx.c, {
        "office_id": tx.office_id, "family_id": row.id, "added_at": tx.now.at,
        **{name: args[name] for name in ("credential", "public_key", "uses", "asked_at")}})
    tx.record("family_phone_added", {"family": row.number})
    return {}


def check_offered(tx: Tx) -> None:
    if not tx.office.rules.family.offered:
        raise Refused("family_off")
