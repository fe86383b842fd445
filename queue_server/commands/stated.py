"""What is said privately of a visitor's needs, as it comes with a number or a reservation."""

from __future__ import annotations

from typing import Any

from ..domain import hours
from ..domain import needs as rules
from ..domain.needs import Stated
from ..store import needs
from ..transaction import Tx


def given(tx: Tx, args: dict[str, Any]) -> Stated:
    """What the arguments say: needs (codes, apart by commas), fetch, where; of what this office asks about."""
    return rules.stated(
        tx.office.rules.needs, str(args.get("needs") or ""), args.get("fetch"), str(args.get("where") or ""))


def with_number(tx: Tx, ticket_id: int, said: Stated) -> None:
    """Kept with a number that is being given: no entry of the log tells that anything was said."""
    if said:
        needs.keep(tx.c, tx.office_id, said, hours.day_after(tx.office, tx.day), ticket_id)


def with_reservation(tx: Tx, reservation_id: int, day: str, said: Stated) -> None:
    """Kept with a reservation for ``day``, in place of what was said before."""
    needs.keep(tx.c, tx.office_id, said, hours.day_after(tx.office, day), reservation_id=reservation_id)
