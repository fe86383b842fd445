"""The registry of people in custody, brought up to date from its source as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ..domain.custody import Inmate, nearly_empties
from ..domain.errors import Refused
from ..domain.personal import DAY_MS, GONE_KEPT_DAYS
from ..store import custody, reservations
from ..transaction import Answer, Tx
from . import family
from .reservations import end


def difference(c: Connection, office_id: int, people: list[Inmate], case: bool) -> dict[str, int]:
    """What taking over ``people`` would change, with the same names as the answer of ``import_people``."""
    before, given = custody.everybody(c, office_id), {person.register: person for person in people}
    changed = [kept for register, kept in before.items()
               if register in given and _differs(kept, custody.values_of(given[register], case))]
    open_ = {kept.id for register, kept in before.items()
             if register in given and given[register].may_visit and not given[register].hidden}
    return {
        "people": len(people), "added": len(given.keys() - before.keys()), "changed": len(changed),
        "removed": sum(not kept.gone for register, kept in before.items() if register not in given),
        "cancelled": sum(n not in open_ for n in reservations.booked_inmates(c, office_id) if n)}


def _differs(kept: custody.Kept, values: dict[str, Any]) -> bool:
    return any(getattr(kept, name, value) != value for name, value in values.items())


def must_be_meant(there: int, gone: int) -> None:
    """Raises Refused when hardly anybody would be left: their visits would be taken back, and their families' access
    with them, which importing the right file does not bring back."""
    if nearly_empties(there, gone):
        raise Refused("registry_nearly_empty", n=gone, there=there)


def import_people(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes over everybody of ``people``; who is not among them is in custody here no more. Reservations for somebody
    who may no longer be visited are taken back: the page of each says so, and its place is free.

    That nearly everybody is gone must be meant (``anyway``). What a family may see is taken over only where the office
    offers that. Who is here no more is forgotten after ``GONE_KEPT_DAYS``, and whoever was enrolled for them can look
    no longer.
    """
    people: list[Inmate] = args["people"]
    before, given = custody.everybody(tx.c, tx.office_id), {person.register for person in people}
    gone = [kept for register, kept in before.items() if register not in given and not kept.gone]
    if not args.get("anyway"):
        must_be_meant(custody.count(tx.c, tx.office_id)[0], len(gone))
    new, changed, case = [], 0, tx.office.rules.family.offered
    for person in people:
        kept, values = before.get(person.register), custody.values_of(person, case)
        if kept is None:
            new.append(person)
            continue
        changed += _differs(kept, values)
        custody.change(tx.c, kept.id, imported_at=tx.now.at, **values)
    for kept in gone:
        custody.change(tx.c, kept.id, gone=1, may_visit=0, erase_at=tx.now.at + GONE_KEPT_DAYS * DAY_MS)
    family.whose_inmate_is_gone(tx, [kept.id for kept in gone])
    custody.add(tx.c, tx.office_id, new, tx.now.at, case)
    lost = reservations.no_longer_visitable(tx.c, tx.office_id)
    for row in lost:
        end(tx, row, "registry", "not_visitable")
    tx.record("custody_imported", {
        "people": len(people), "added": len(new), "changed": changed, "removed": len(gone), "cancelled": len(lost)})
    return {"people": len(people), "added": len(new), "changed": changed, "removed": len(gone),
            "cancelled": len(lost)}
