"""What a visitor can do: take a number, say that they are coming or here, give it back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ..domain import hours, numbering, presence
from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..domain.needs import NOTHING, Stated, grants_priority
from ..domain.office import Office, Service
from ..domain.ticket import ENDED, State, Step, label
from ..store import offices, queue, reservations, standards
from ..store.cases import Case
from ..transaction import Answer, Tx
from . import cases
from .day import open_office_day
from .moving import advance, save, service_of
from .notes import keep_plate
from .stated import given, with_number

NOBODY_COUNTED = hours.IssuedToday()


def decision(tx: Tx, service: Service, channel: str, priority: bool) -> hours.Decision:
    """May a number be issued now? The one decision, with what it needs read here."""
    quota = service.quota
    limited = any(n is not None for n in (quota.total, quota.door, quota.online, quota.priority))
    issued = NOBODY_COUNTED
    if service.booking is not None:
        issued = reservations.issued_besides(tx.c, tx.office_id, tx.office, service, tx.day, tx.now.at)
    elif limited:
        start = hours.session_starts(tx.office, service, tx.now.at)
        issued = queue.issued_today(tx.c, tx.office_id, service.key, tx.day, start)
    return hours.may_issue(tx.office, service, channel, priority, tx.now.at, issued, _pauses(tx).get(service.key))


def _pauses(tx: Tx) -> dict[str, str]:
    key = ("pauses", tx.office_id)
    if key not in tx.shared:
        tx.shared[key] = queue.pauses(tx.c, tx.office_id)
    found: dict[str, str] = tx.shared[key]
    return found


def pauses_changed(tx: Tx) -> None:
    """The next number of this transaction looks at them anew."""
    tx.shared.pop(("pauses", tx.office_id), None)


def issue(tx: Tx, args: dict[str, Any]) -> Answer:
    """Takes a number. ``args``: service, priority, language, channel, paper ("" or "escpos"),
    door (the code that a phone scanned at the door), shown (the minute in which it was shown, when it is genuine);
    needs, fetch, where: what is said privately (``stated.given``).

    Refused codes: those of ``hours.may_issue``, ``too_many_tickets`` for one phone; and where numbers from afar are
    off, ``old_door`` or ``wrong_door`` for a code that proves nothing.
    """
    service = service_of(tx.office, args["service"])
    case = cases.wanted(tx, str(args["case"]), service.key) if args.get("case") else None
    channel, priority, said = args["channel"], bool(args.get("priority")), given(tx, args)
    if proven(tx, args):
        channel = "door"  # taken on one's own phone, standing at the door
    if not priority and grants_priority(said.needs):
        # The law has them served first. Where no such number is left, an ordinary one is better than none.
        priority = decision(tx, service, channel, True).allowed
    verdict = decision(tx, service, channel, priority)
    if not verdict.allowed:
        if verdict.code in ("remote_off", "reserve_first") and args.get("door"):
            raise not_proven(args)
        refused = verdict.refusal()
        refused.counted = (service.key, channel)  # type: ignore[attr-defined]
        raise refused
    if case is not None or tx.actor.holder:
        kept = _same_phone(tx, service) if case is None else _same_case(tx, case)
        if kept is not None:
            return kept
    return give(tx, service, channel, priority, args, private=said, case=case)


def proven(tx: Tx, args: dict[str, Any]) -> bool:
    """Whether the phone stands at the door, by the code that it scanned."""
    return presence.proves(
        tx.office.door_code, str(args.get("door") or ""), args.get("shown"), tx.now.at,
        lambda: offices.door_code(tx.c, tx.office_id))


def not_proven(args: dict[str, Any]) -> Refused:
    """What is wrong with the code: it has run out, or it is none that counts here."""
    return Refused("wrong_door" if args.get("shown") is None else "old_door")


def _same_case(tx: Tx, case: Case) -> Answer | None:
    """A case whose number has not ended gets that number back, not a second one."""
    if not case.collect_ticket_id or queue.newest_step(tx.c, case.collect_ticket_id).state in ENDED:
        return None
    return {"ticket": ticket_answer(queue.ticket(tx.c, case.collect_ticket_id)), "again": True}


def _same_phone(tx: Tx, service: Service) -> Answer | None:
    """A phone that holds an open number of the service gets that number back, not a second one."""
    held = queue.active_of_holder(tx.c, tx.office_id, tx.day, tx.actor.holder)
    for ticket_id, service_key, _secret in held:
        if service_key == service.key:
            return {"ticket": ticket_answer(queue.ticket(tx.c, ticket_id)), "again": True}
    if len(held) >= tx.office.rules.tickets_per_phone:
        raise Refused("too_many_tickets", most=tx.office.rules.tickets_per_phone)
    return None


def give(
    tx: Tx, service: Service, channel: str, priority: bool, args: dict[str, Any], party: int = 1,
    private: Stated = NOTHING, case: Case | None = None,
) -> Answer:
    """The next number of the service's series; whether it may be given was decided before. ``party``: how many come;
    ``private``: what its holder said of their needs; ``case``: what is collected with it."""
    number = queue.next_number(tx.c, tx.office_id, service.key, tx.day)
    if number == 1:  # whoever took an earlier one of this series has opened the day
        open_office_day(tx)
    wanted = numbering.next_number(number - 1, service)
    if wanted != number:  # the reserved range is jumped over
        queue.set_high(tx.c, tx.office_id, service.key, tx.day, wanted)
        number = wanted
    prefix = service.priority_prefix if priority and service.priority_prefix else service.prefix
    on_paper = args.get("paper") == "escpos"
    secret, place = secrets.token_urlsafe(16), secrets.token_urlsafe(6)
    ticket_id = queue.add_ticket(tx.c, {
        "office_id": tx.office_id, "day": tx.day, "service": service.key, "prefix": prefix, "number": number,
        "channel": channel, "priority": int(priority), "language": args.get("language") or "id", "secret": secret,
        "place": place, "holder": tx.actor.holder, "issuer": tx.actor.id, "issued_at": tx.now.at,
        "issued_tick": tx.now.tick, "paper": "waiting" if on_paper else "",
        "party": party,
    })
    standard = standard_of(tx, service.key)
    state = State.ISSUING if on_paper else State.WAITING
    body: dict[str, Json] = {
        "ticket": ticket_id, "day": tx.day, "service": service.key, "prefix": prefix, "number": number,
        "channel": channel, "priority": int(priority), "standard": standard, "state": str(state),
    }
    if case is not None:
        body["case"] = case.number
    here = channel != "online"
    # Somebody at home is told nothing: how long they will wait depends on when they come.
    said = tx.foretold(service.key, priority) if here else None
    if said is not None:
        body["forecast"] = [*said]
    step_id = queue.add_step(tx.c, new_step(tx, ticket_id, service.key, priority, state, standard, here, said))
    tx.record("ticket_issued", body, step_id)
    with_number(tx, ticket_id, private)
    if case is not None:
        cases.tie(tx, case, ticket_id, step_id)
    if service.plate and args.get("plate"):
        keep_plate(tx, ticket_id, str(args["plate"]), step_id)
    return {"ticket": {
        "label": label(prefix, number), "prefix": prefix, "number": number, "secret": secret, "place": place,
        "service": service.key, "priority": priority, "issued_at": tx.now.at, "step": step_id,
        "language": args.get("language") or "id",
    }}


def new_step(
    tx: Tx, ticket_id: int, service: str, priority: bool, state: State, standard: int, here: bool,
    said: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """The row of a new step; ``said``: the forecast given with it, (low, high) in seconds."""
    low, high = said or (None, None)
    return {
        "ticket_id": ticket_id, "office_id": tx.office_id, "day": tx.day, "service": service, "state": str(state),
        "priority": int(priority), "queued_at": tx.now.at, "queued_tick": tx.now.tick, "since_tick": tx.now.tick,
        "boot": tx.now.boot, "standard_id": standard, "arrived_at": tx.now.at if here else None,
        "foretold_low": low, "foretold_high": high,
    }


def standard_of(tx: Tx, service: str, day: str = "", ticket_id: int = 0) -> int:
    """The standard that a number of ``service`` is judged by for ever: the one in force on ``day`` ("": today), or
    for a further step of a ticket the one in force when the ticket was issued. 0: none is."""
    issued = standards.issued_by(tx.c, tx.office_id, ticket_id) if ticket_id else None
    return standards.in_force(tx.c, tx.office_id, tx.head.config_version, service, day or tx.day, issued).id


def ticket_answer(ticket: queue.Ticket) -> dict[str, Any]:
    return {
        "label": label(ticket.prefix, ticket.number), "prefix": ticket.prefix, "number": ticket.number,
        "secret": ticket.secret, "place": ticket.place, "service": ticket.service, "priority": bool(ticket.priority),
        "issued_at": ticket.issued_at, "language": ticket.language,
    }


def own_step(tx: Tx, args: dict[str, Any]) -> tuple[queue.Ticket, Step]:
    """The ticket whose secret was given, with its present step; raises NotFound otherwise."""
    ticket = queue.ticket_by_secret(tx.c, str(args["secret"]))
    if ticket is None or ticket.office_id != tx.office_id:
        raise NotFound("no_such_ticket")
    return ticket, queue.newest_step(tx.c, ticket.id)


def cancel(tx: Tx, args: dict[str, Any]) -> Answer:
    """The visitor gives the number back."""
    _ticket, step = own_step(tx, args)
    if step.state == State.CANCELLED:
        return {}
    new = advance(tx, step, "cancel", ended_at=tx.now.at, outcome="by_visitor")
    save(tx, step, new, "cancelled", {"by": "visitor", "reason": "by_visitor"})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    return {}


def coming(tx: Tx, args: dict[str, Any]) -> Answer:
    """"I'm on my way": shown to the officer; a remote visitor who answers the call has arrived."""
    ticket, step = own_step(tx, args)
    if step.state not in (State.WAITING, State.CALLED):
        raise Refused("not_now", act="coming", state=step.state)
    if tx.office.without_phone(ticket.service, step.service):
        raise Refused("phone_away")
    queue.set_ticket(tx.c, ticket.id, coming=tx.now.at)
    if step.state == State.CALLED and step.arrived_at is None:
        arrive(tx, step, "call")
    else:
        tx.record("coming", {"ticket": ticket.id}, step.id)
    return {}


def back(tx: Tx, args: dict[str, Any]) -> Answer:
    """Who missed the call waits again, at the place that the page has told: by their own phone (``secret``), or a
    kiosk (``prefix`` and ``number`` of today). From afar nobody comes back before they are here.

    Refused: ``grace_over``, ``not_now``, and what ``arrived`` refuses.
    """
    if "secret" in args:
        ticket, step = own_step(tx, args)
    else:
        ticket, step = todays_step(tx, str(args["prefix"]), int(args["number"]))
    if step.state != State.NO_SHOW:
        raise Refused("not_now", act="bring_back", state=step.state)
    if tx.office.without_phone(ticket.service, step.service) and "secret" in args:
        raise Refused("phone_away")
    if step.arrived_at is None and "secret" in args and not proven(tx, args):
        raise not_proven(args) if args.get("door") else Refused("back_at_door")
    return bring_back(tx, step)


def todays_step(tx: Tx, prefix: str, number: int) -> tuple[queue.Ticket, Step]:
    """The ticket with this number today, and its present step; raises NotFound("no_such_number")."""
    ticket = queue.ticket_of_day(tx.c, tx.office_id, with_prefix(tx.office, prefix), tx.day, prefix, number)
    if ticket is None:
        raise NotFound("no_such_number")
    return ticket, queue.newest_step(tx.c, ticket.id)


def with_prefix(office: Office, prefix: str) -> list[str]:
    """The services whose numbers begin with a prefix."""
    return [s.key for s in office.services if prefix and prefix in (s.prefix, s.priority_prefix)]


def bring_back(tx: Tx, step: Step) -> Answer:
    """Waits again, at the promised place; raises Refused("grace_over") for who missed the call too long ago."""
    rules = tx.office.rules
    if step.state == State.NO_SHOW and tx.now.at - (step.ended_at or 0) > rules.return_within_min * 60_000:
        raise Refused("grace_over", minutes=rules.return_within_min)
    after = 0 if step.state == State.PARKED else rules.return_after
    new = advance(
        tx, step, "bring_back", counter="", person_id=None, ended_at=None, outcome="",
        returned_seq=tx.head.head_seq + 1, return_after=after, arrived_at=step.arrived_at or tx.now.at,
    )
    save(tx, step, new, "brought_back", {"return_after": after, "from": step.state})
    return {"return_after": after}


def arrived(tx: Tx, args: dict[str, Any]) -> Answer:
    """At the door: proved by the code in the QR there."""
    ticket, step = own_step(tx, args)
    if tx.office.without_phone(ticket.service, step.service) or service_of(tx.office, step.service).both_ready:
        raise Refused("phone_away")
    if not proven(tx, args):
        raise not_proven(args)
    if step.arrived_at is None:
        arrive(tx, step, "door")
    return {}


def arrive(tx: Tx, step: Step, by: str) -> Step:
    """The promise's clock starts here for a number taken from afar; who was passed comes back at the
    promised place, after ``return_after`` others (decisions 5)."""
    remote = max(0, tx.now.at - step.queued_at)
    late = bool(step.passed_seq) and step.state == State.WAITING
    new = replace(
        step, arrived_at=tx.now.at, remote_ms=remote,
        returned_seq=tx.head.head_seq if late else step.returned_seq,
        return_after=tx.office.rules.return_after if late else step.return_after,
    )
    return save(tx, step, new, "arrived", {"by": by, "remote_ms": remote})


def paper(tx: Tx, args: dict[str, Any]) -> Answer:
    """What became of the printed ticket: printed | failed | kept (QR, or written down) | unknown | void."""
    ticket, step = own_step(tx, args)
    state = args["state"]
    if state == "failed":
        if step.state == State.ISSUING:
            queue.set_ticket(tx.c, ticket.id, paper="failed", paper_at=tx.now.at)
            tx.record("paper_failed", {"ticket": ticket.id, "fault": str(args.get("fault") or "unknown")}, step.id)
        return {}
    if step.state != State.ISSUING:
        return {}
    if state == "void":
        new = advance(tx, step, "void", ended_at=tx.now.at)
        queue.set_ticket(tx.c, ticket.id, paper="void")
        save(tx, step, new, "ticket_voided", {
            "day": ticket.day, "service": ticket.service, "number": ticket.number, "reason": "no_paper"})
        return {}
    kind = "paper_unconfirmed" if state == "unknown" else "paper_confirmed"
    queue.set_ticket(tx.c, ticket.id, paper={"printed": "printed", "kept": "kept"}.get(state, "unconfirmed"))
    save(tx, step, advance(tx, step, "confirm_paper"), kind, {})
    return {}
