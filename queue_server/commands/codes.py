"""A code at the kiosk or before an officer: a reservation's becomes a number, a case's a number to collect with."""

from __future__ import annotations

from typing import Any

from ..transaction import Answer, Tx
from . import cases, reservations, visitor
from .moving import service_of


def number_for(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: code, by (kiosk or staff), paper; a code that is none is refused as a reservation's."""
    case = cases.known(tx, str(args.get("code") or ""))
    if case is None:
        return reservations.check_in(tx, args)
    # A lane has no kiosk: its numbers are taken from the car. Where one service is closed the next may be open.
    places = [key for key in cases.places(tx, case) if not service_of(tx.office, key).plate] or [""]
    cases.wanted(tx, case.code, places[0])
    channel = "staff" if args["by"] == "staff" else "door"
    open_ = [key for key in places if visitor.decision(tx, service_of(tx.office, key), channel, False).allowed]
    return visitor.issue(tx, {
        "service": (open_ or places)[0], "case": case.code, "channel": channel, "priority": False,
        "language": args.get("language") or "id", "paper": args.get("paper", "")})
