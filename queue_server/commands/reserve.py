"""Numbers that were given while the server was away: handed in by a kiosk, or entered from the paper roll.

They come from the reserve of their service (decisions 7), so they meet no number of the server's. Each
joins the queue at the instant at which it was given; whoever holds one is never behind somebody who came later.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from ..domain import hours, numbering
from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.office import Service
from ..domain.ticket import State, Step
from ..store import queue, reserve
from ..transaction import Answer, Tx
from .day import open_office_day, open_past_day
from .moving import advance, save, service_of
from .visitor import new_step, standard_of, ticket_answer

#: So far the kiosk's clock may be from the server's: beyond, the step's times are marked as doubtful, ms.
CLOCK_ERROR_MS = 5_000
#: What can have become of the paper of a number that is handed in; "void": nobody holds it.
PAPERS = ("", "printed", "kept", "unconfirmed", "void")


@dataclass(frozen=True)
class Given:
    """A number as it was given; ``queued_at`` is the instant (UTC ms) at which its holder came to wait."""

    service: Service
    number: int
    issued_at: int               # by the clock of whoever gave it: what stands on the paper
    queued_at: int
    source: str                  # numbering.ROLL or numbering.kiosk_source(…)
    day: str                     # office day
    priority: bool = False
    language: str = "id"
    secret: str = ""
    paper: str = ""
    doubt: bool = False


def enter(tx: Tx, given: Given, state: State) -> tuple[Step, bool]:
    """The number's ticket and its step in ``state``; (step, whether its day was over already).

    Refused: ``number_taken`` when the number of that day is known, whoever gave it.
    """
    service = given.service
    if reserve.is_taken(tx.c, tx.office_id, service.key, given.day, given.number):
        raise Refused("number_taken", number=given.number)
    if given.day == tx.day:
        open_office_day(tx)
    else:
        open_past_day(tx, given.day)
    days = queue.day_state(tx.c, tx.office_id, given.day)
    late = given.day != tx.day or (days is not None and days[1] is not None)
    tick = tx.now.tick - max(0, tx.now.at - given.queued_at)
    prefix = service.priority_prefix if given.priority and service.priority_prefix else service.prefix
    ticket_id = reserve.add_ticket(tx.c, {
        "office_id": tx.office_id, "day": given.day, "service": service.key, "prefix": prefix,
        "number": given.number, "channel": "door", "priority": int(given.priority), "language": given.language,
        "secret": given.secret or secrets.token_urlsafe(16), "place": secrets.token_urlsafe(6), "holder": "",
        "issuer": tx.actor.id, "issued_at": given.queued_at, "issued_tick": tick, "paper": given.paper,
    })
    standard = standard_of(tx, service.key, given.day)
    step_id = reserve.add_step(tx.c, {
        **new_step(tx, ticket_id, service.key, given.priority, state, standard, True), "day": given.day,
        "queued_at": given.queued_at, "arrived_at": given.queued_at, "queued_tick": tick, "since_tick": tick,
        "clock_doubt": int(given.doubt),
    })
    tx.record("ticket_issued", {
        "ticket": ticket_id, "day": given.day, "service": service.key, "prefix": prefix, "number": given.number,
        "channel": "door", "priority": int(given.priority), "standard": standard, "state": str(state),
        "queued_at": given.queued_at, "issued_at": given.issued_at, "source": given.source,
    }, step_id)
    return queue.newest_step(tx.c, ticket_id), late


def void(tx: Tx, step: Step, given: Given, reason: str) -> None:
    """A number that was used up and that nobody holds: its one fate."""
    queue.set_ticket(tx.c, step.ticket_id, paper="void")
    save(tx, step, advance(tx, step, "void", ended_at=tx.now.at, waited_ms=0), "ticket_voided", {
        "day": given.day, "service": given.service.key, "number": given.number, "reason": reason})


def leave_unserved(tx: Tx, step: Step) -> None:
    """The day of the number was over before the server knew of it; nobody knows how long its holder stayed."""
    stopped = advance(tx, step, "close_day", ended_at=tx.now.at, waited_ms=0)
    save(tx, step, replace(stopped, clock_doubt=1), "unserved", {"reason": "system_down", "told": False})


# --- the kiosk -----------------------------------------------------------------------------------


def declare(tx: Tx, args: dict[str, Any]) -> Answer:
    """Records that a kiosk holds its parts of the day's reserves. ``args``: kiosk, day."""
    source = numbering.kiosk_source(str(args["kiosk"]))
    for service in tx.office.services:
        for part in numbering.parts(service):
            if part.source == source:
                used = reserve.used_to(tx.c, tx.office_id, service.key, tx.day, part)
                tx.record("reserve_declared", {
                    "day": tx.day, "service": service.key, "first": part.first, "last": part.last, "used_to": used,
                    "source": source, "device": tx.actor.device_id or 0,
                })
    return {}


@dataclass(frozen=True)
class Told:
    """What a kiosk says besides the number itself when it hands it in; it may say something else the next time.

    ``came_at``: the instant of issue (UTC ms) on the server's clock, by the kiosk's steady clock, or by its wall clock
    when it was restarted since (not ``steady``). ``paper``: one of PAPERS. ``instead_of``: the secret of a number that
    the server gave for the same touch and that nobody saw; "" for none.
    """

    came_at: int
    steady: bool = True
    paper: str = ""
    instead_of: str = ""


def hand_in(told: Told, tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes in a number that a kiosk gave on its own; handing it in again gives the same answer.

    ``args``, the same however often the number is handed in: service, number, issued_at (the kiosk's clock), priority,
    language, secret, kiosk. Refused: ``not_reserved``, ``number_taken``.
    """
    known = queue.ticket_by_secret(tx.c, str(args["secret"]))
    if known is not None and known.office_id == tx.office_id:
        return {"ticket": ticket_answer(known), "again": True}
    service = service_of(tx.office, args["service"])
    part = numbering.part_of(service, int(args["number"]))
    if part is None or part.source == numbering.ROLL:
        raise Refused("not_reserved", number=int(args["number"]))
    given = _by_its_clock(tx, service, told, args)
    instead_of = _withdraw(tx, told.instead_of)
    is_void = given.paper == "void"
    step, late = enter(tx, given, State.ISSUING if is_void else State.WAITING)
    body: dict[str, Json] = {
        "ticket": step.ticket_id, "day": given.day, "service": service.key, "number": given.number,
        "issued_at": given.issued_at, "queued_at": given.queued_at, "source": given.source,
        "device": tx.actor.device_id or 0, "clock_doubt": given.doubt, "late": late,
    }
    if instead_of:
        body["instead_of"] = instead_of
    tx.record("offline_entered", body, step.id)
    if is_void:
        void(tx, step, given, "no_paper")
    elif late:
        leave_unserved(tx, step)
    return {"ticket": ticket_answer(queue.ticket(tx.c, step.ticket_id))}


def _by_its_clock(tx: Tx, service: Service, told: Told, args: dict[str, Any]) -> Given:
    """The kiosk's own time counts as long as its clock was right; if not, how long ago it was does."""
    issued_at = int(args["issued_at"])
    right = abs(issued_at - told.came_at) <= CLOCK_ERROR_MS
    queued_at = min(issued_at if right else told.came_at, tx.now.at)
    return Given(
        service=service, number=int(args["number"]), issued_at=issued_at, queued_at=queued_at,
        source=numbering.kiosk_source(str(args["kiosk"])), day=hours.office_day(tx.office, queued_at),
        priority=bool(args.get("priority")), language=str(args.get("language") or "id"), secret=str(args["secret"]),
        paper=told.paper, doubt=not right or not told.steady,
    )


def _withdraw(tx: Tx, secret: str) -> int:
    """Cancels the number that the server gave for a touch which the kiosk then answered itself; its ticket, or 0."""
    ticket = queue.ticket_by_secret(tx.c, secret) if secret else None
    if ticket is None or ticket.office_id != tx.office_id:
        return 0
    step = queue.newest_step(tx.c, ticket.id)
    if step.state == State.ISSUING:
        queue.set_ticket(tx.c, ticket.id, paper="void")
        save(tx, step, advance(tx, step, "void", ended_at=tx.now.at), "ticket_voided", {
            "day": ticket.day, "service": ticket.service, "number": ticket.number, "reason": "double_number"})
    elif step.state in (State.WAITING, State.CALLED):
        new = advance(tx, step, "cancel", ended_at=tx.now.at, outcome="double_number")
        save(tx, step, new, "cancelled", {"by": "kiosk", "reason": "double_number"})
        queue.end_calls(tx.c, step.id, "over", tx.now.at)
    return ticket.id
