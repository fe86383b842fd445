"""Telling visitors who asked for it: who is told, what is to be said, and what became of it.

``happened`` runs after every command, in its transaction: what a call, a move or a cancellation gives reason to say is
in the outbox exactly when that is in the log, whoever pressed and whatever ends afterwards. Sending is no part of it
(messages/part.py), so no call ever waits for a gateway. From the stage on before which phones go into a locker nothing
is said, because nobody would read it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ..domain import hours
from ..domain import message as rules
from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..domain.message import HOUR_MS, MINUTE_MS, Occasion, State
from ..domain.reservation import State as Reserved
from ..domain.ticket import OPEN
from ..domain.ticket import State as StepState
from ..store import messages, needs, queue, reservations
from ..store.messages import Contact, Message
from ..store.reservations import Reservation
from ..transaction import Answer, Recorded, Tx

#: How many messages of one office are claimed at a time.
MOST_AT_ONCE = 10
#: What a sender says of an attempt that is not worth another; anything else is tried again.
FINAL = frozenset({"refused", "gone", "no_sender", "no_address"})


# --- who is told ------------------------------------------------------------------------------------------


def tell_ticket(tx: Tx, args: dict[str, Any]) -> Answer:
    """The holder of a number wants to be told. ``args``: secret, channel, sealed, mark, language.

    Refused: channel_off, not_now, phone_away, too_many_messages.
    """
    ticket = queue.ticket_by_secret(tx.c, str(args["secret"]))
    if ticket is None or ticket.office_id != tx.office_id:
        raise NotFound("no_such_ticket")
    step = queue.newest_step(tx.c, ticket.id)
    if step.state not in OPEN:
        raise Refused("not_now", act="messages", state=step.state)
    if tx.office.without_phone(ticket.service, step.service):
        raise Refused("phone_away")
    waits = step.state in (StepState.WAITING, StepState.ISSUING)
    _keep(tx, args, messages.of_ticket(tx.c, ticket.id), {
        "ticket_id": ticket.id, "awaits": step.service if waits else "", "erase_at": _day_after(tx, ticket.day)})
    tx.record("messages_wanted", {"ticket": ticket.id, "channel": args["channel"]}, step.id)
    return {}


def tell_reservation(tx: Tx, args: dict[str, Any]) -> Answer:
    """Whoever made a reservation wants to be reminded; ``args`` as for a ticket. The same address is told of the
    number that the reservation becomes."""
    row = _reservation(tx, args)
    if row.state != Reserved.BOOKED or tx.now.at >= row.expires_at:
        raise Refused("not_now", act="messages", state=row.state)
    contact = _keep(tx, args, messages.of_reservation(tx.c, row.id), {
        "reservation_id": row.id, "erase_at": _day_after(tx, row.day)})
    _remind(tx, row, [contact])
    tx.record("messages_wanted", {"reservation": row.number, "channel": args["channel"]})
    return {}


def leave_ticket(tx: Tx, args: dict[str, Any]) -> Answer:
    """Enough of it: the address is erased at once."""
    ticket = queue.ticket_by_secret(tx.c, str(args["secret"]))
    if ticket is None or ticket.office_id != tx.office_id:
        raise NotFound("no_such_ticket")
    _leave(tx, args, messages.of_ticket(tx.c, ticket.id), {"ticket": ticket.id})
    return {}


def leave_reservation(tx: Tx, args: dict[str, Any]) -> Answer:
    row = _reservation(tx, args)
    _leave(tx, args, messages.of_reservation(tx.c, row.id), {"reservation": row.number})
    return {}


def _reservation(tx: Tx, args: dict[str, Any]) -> Reservation:
    row = reservations.by_secret(tx.c, str(args["secret"]))
    if row is None or row.office_id != tx.office_id:
        raise NotFound("no_such_reservation")
    return row


def _keep(tx: Tx, args: dict[str, Any], before: list[Contact], values: dict[str, Any]) -> Contact:
    """One address a channel: a new one replaces the one before."""
    channel = str(args["channel"])
    if channel not in tx.office.messages.channels:
        raise Refused("channel_off")
    messages.erase(tx.c, [kept.id for kept in before if kept.channel == channel], tx.now.at)
    if messages.marked(tx.c, tx.office_id, str(args["mark"])) >= rules.MOST_OF_ADDRESS:
        raise Refused("too_many_messages", most=rules.MOST_OF_ADDRESS)
    row = {
        "office_id": tx.office_id, "ticket_id": 0, "reservation_id": 0, "channel": channel, "awaits": "",
        "sealed": str(args["sealed"]), "mark": str(args["mark"]), "language": str(args.get("language") or "id"),
        **values}
    found = messages.add_contact(tx.c, {**row, "made_at": tx.now.at})
    return Contact(found, *(row[name] for name in Contact._fields[1:]))


def _leave(tx: Tx, args: dict[str, Any], kept: list[Contact], whose: dict[str, Json]) -> None:
    channel = str(args["channel"])
    if messages.erase(tx.c, [one.id for one in kept if one.channel == channel], tx.now.at):
        tx.record("messages_ended", {**whose, "channel": channel, "by": "visitor"})


def end_again(tx: Tx, body: dict[str, Any]) -> None:
    """After a restore: a wish that was ended after the backup was made (``body`` of its event) is ended again."""
    if "ticket" in body:
        kept = messages.of_ticket(tx.c, int(body["ticket"]))
    else:
        row = reservations.numbered(tx.c, tx.office_id, int(body["reservation"]))
        kept = messages.of_reservation(tx.c, row.id) if row is not None else []
    messages.erase(tx.c, [one.id for one in kept if one.channel == body["channel"]], tx.now.at)


def _day_after(tx: Tx, day: str) -> int:
    """UTC ms of the end of the office day after ``day``."""
    later = date.fromisoformat(day) + timedelta(days=2)
    return hours.instant(tx.office, later.isoformat(), tx.office.day_starts)


# --- what is to be said -----------------------------------------------------------------------------------


def happened(tx: Tx) -> None:
    """Puts into the outbox what the events of a command give reason to say."""
    if not tx.office.messages.channels:
        return
    lines: list[str] = []
    for event in list(tx.recorded):
        cause = CAUSES.get(event.kind)
        if cause is not None:
            lines += cause(tx, event)
    for service in sorted(set(lines)):
        _nearly(tx, service)


def _called(tx: Tx, event: Recorded) -> list[str]:
    """The number is called; and those behind it have come nearer. To whom somebody goes first hears it with them."""
    service = str(event.body["service"])
    if event.step_id not in needs.held_since(tx.c, tx.office_id):
        _tell_call(tx, event, service)
    return [service]


def _announced(tx: Tx, event: Recorded) -> list[str]:
    """Somebody is with whom the call is for."""
    step = queue.step(tx.c, tx.office_id, event.step_id or 0)
    if step is not None:
        _tell_call(tx, event, step.service)
    return []


def _tell_call(tx: Tx, event: Recorded, service: str) -> None:
    ticket_id = int(str(event.body["ticket"]))
    told = messages.of_ticket(tx.c, ticket_id)
    if told and not tx.office.without_phone(queue.ticket(tx.c, ticket_id).service, service):
        for contact in told:
            _say(tx, contact, Occasion.CALLED, event.seq, {"counter": str(event.body["counter"])}, event.step_id or 0)


def _moved(tx: Tx, event: Recorded) -> list[str]:
    """Somebody left a line, or stands elsewhere in it."""
    step = queue.step(tx.c, tx.office_id, event.step_id or 0)
    return [] if step is None else [step.service]


def _wanted(tx: Tx, event: Recorded) -> list[str]:
    """Whoever asks to be told when it is nearly their turn may be that far already."""
    return _moved(tx, event) if event.step_id is not None else []


def _transferred(tx: Tx, event: Recorded) -> list[str]:
    """The number waits in another line; where its holder has no phone any more, nothing is awaited."""
    ticket_id, service = int(str(event.body["ticket"])), str(event.body["to_service"])
    told = messages.of_ticket(tx.c, ticket_id)
    if not told:
        return []
    away = tx.office.without_phone(queue.ticket(tx.c, ticket_id).service, service)
    messages.set_contacts(tx.c, [one.id for one in told], awaits="" if away else service)
    return [] if away else [service]


def _checked_in(tx: Tx, event: Recorded) -> list[str]:
    """Who was to be reminded of a reservation is told of the number that it became."""
    row = reservations.numbered(tx.c, tx.office_id, int(str(event.body["reservation"])))
    told = messages.of_reservation(tx.c, row.id) if row is not None else []
    if row is None or not told:
        return []
    messages.set_contacts(
        tx.c, [one.id for one in told], ticket_id=int(str(event.body["ticket"])), awaits=row.service)
    messages.withdraw(tx.c, row.id, tx.now.at, Occasion.REMINDER)
    return [row.service]


def _changed(tx: Tx, event: Recorded) -> list[str]:
    """A reservation has another day or session, and reminders of its own."""
    row = reservations.numbered(tx.c, tx.office_id, int(str(event.body["reservation"])))
    told = messages.of_reservation(tx.c, row.id) if row is not None else []
    if row is not None and told:
        messages.withdraw(tx.c, row.id, tx.now.at, Occasion.REMINDER)
        messages.set_contacts(tx.c, [one.id for one in told], erase_at=_day_after(tx, row.day))
        _remind(tx, row, messages.of_reservation(tx.c, row.id))
    return []


def _cancelled(tx: Tx, event: Recorded) -> list[str]:
    """A reservation ended; whoever did not end it themselves is told."""
    row = reservations.numbered(tx.c, tx.office_id, int(str(event.body["reservation"])))
    told = messages.of_reservation(tx.c, row.id) if row is not None else []
    if row is None or not told:
        return []
    messages.withdraw(tx.c, row.id, tx.now.at, Occasion.REMINDER)
    if event.body["by"] != "visitor":
        for contact in told:
            _say(tx, contact, Occasion.CANCELLED, 0, {"starts_at": row.starts_at}, until=row.starts_at)
    return []


#: Event -> what it gives reason to say; returns the services in whose lines somebody has come nearer.
CAUSES: dict[str, Callable[[Tx, Recorded], list[str]]] = {
    "called": _called, "announced": _announced, "cancelled": _moved, "ticket_voided": _moved, "class_changed": _moved,
    "arrived": _moved,
    "messages_wanted": _wanted, "transferred": _transferred, "checked_in": _checked_in,
    "reservation_changed": _changed, "reservation_cancelled": _cancelled,
}


def _nearly(tx: Tx, service: str) -> None:
    """Tells those who have so few ahead of them as the office says; each of them once for a line."""
    if not messages.anybody_in_line(tx.c, tx.office_id, service):
        return
    first = messages.first_in_line(
        tx.c, tx.office_id, tx.office, tx.day, service, tx.office.messages.ahead + 1, tx.now.tick, tx.head.head_seq)
    for ahead, step in enumerate(first):
        told = messages.awaiting(tx.c, step)
        for contact in told:
            _say(tx, contact, Occasion.NEARLY, step, {"ahead": ahead}, step)
        if told:
            messages.set_contacts(tx.c, [one.id for one in told], awaits="")


def _remind(tx: Tx, row: Reservation, told: list[Contact]) -> None:
    """The reminders that are still to come, as the office's file has them."""
    for hours_before in tx.office.messages.reminders_h:
        due = row.starts_at - hours_before * HOUR_MS
        if due > tx.now.at:
            for contact in told:
                _say(tx, contact, Occasion.REMINDER, row.starts_at // MINUTE_MS * 1_000 + hours_before,
                     {"starts_at": row.starts_at}, due=due, until=row.starts_at)


def _say(
    tx: Tx, contact: Contact, occasion: Occasion, nth: int, facts: dict[str, int | str], step: int = 0,
    due: int | None = None, until: int | None = None,
) -> None:
    """Into the outbox; what was said already is not said again, whatever caused it."""
    at = tx.now.at if due is None else due
    of_ticket = occasion in (Occasion.NEARLY, Occasion.CALLED)
    messages.add(tx.c, {
        "office_id": tx.office_id, "contact_id": contact.id, "ticket_id": contact.ticket_id if of_ticket else 0,
        "reservation_id": 0 if of_ticket else contact.reservation_id, "step_id": step, "channel": contact.channel,
        "occasion": str(occasion), "nth": nth, "facts": json.dumps(facts, sort_keys=True),
        "state": str(State.WAITING), "due_at": at, "made_at": tx.now.at, "erase_at": contact.erase_at,
        "until_at": at + rules.OF_USE_MS[occasion] if until is None else until})


# --- sending ----------------------------------------------------------------------------------------------


def claim(tx: Tx, args: dict[str, Any]) -> Answer:
    """What is to be sent now, claimed: no other process sends it. ``args``: repeatable, the channels whose receivers
    notice a repetition by themselves.

    Who claimed a message and was not heard of again may have sent it, or not: it is sent once more only where that
    does no harm. What is too old, or holds no longer, is not sent.
    """
    mine = []
    for row in messages.due_at(tx.c, tx.office_id, tx.now.at, MOST_AT_ONCE):
        if row.state == State.SENDING and row.channel not in args["repeatable"]:
            _end(tx, row, State.UNKNOWN, "sender_ended")
        elif tx.now.at >= row.until_at:
            _end(tx, row, State.LATE, "too_old")
        elif not _holds(tx, row):
            _end(tx, row, State.NEEDLESS, "over")
        else:
            messages.save(tx.c, row.id, state=str(State.SENDING), tries=row.tries + 1,
                          due_at=tx.now.at + rules.LEASE_MS)
            mine.append(row.id)
    return {"messages": mine}


def note(tx: Tx, args: dict[str, Any]) -> Answer:
    """What became of attempts: ``told``, [[message, which attempt, "ok" or why not], …]."""
    found = {row.id: row for row in messages.by_ids(tx.c, [int(one[0]) for one in args["told"]])}
    for message_id, attempt, told in args["told"]:
        row = found.get(int(message_id))
        if row is None or row.office_id != tx.office_id or row.tries != int(attempt) or row.state != State.SENDING:
            continue  # somebody else has it since, or its holder has had enough
        if told == "ok":
            _end(tx, row, State.SENT, "")
        elif told in FINAL:
            _end(tx, row, State.FAILED, str(told))
            if told == "gone":  # the browser has given the subscription up
                messages.erase(tx.c, [row.contact_id], tx.now.at)
        else:
            _again(tx, row, str(told)[:40])
    return {}


def _again(tx: Tx, row: Message, told: str) -> None:
    due = rules.next_try(row.tries, tx.now.at, row.until_at)
    if due is None:
        _end(tx, row, State.LATE, told)
    else:
        messages.save(tx.c, row.id, state=str(State.WAITING), due_at=due, outcome=told)


def _end(tx: Tx, row: Message, state: State, why: str) -> None:
    messages.save(tx.c, row.id, state=str(state), outcome=why, ended_at=tx.now.at)
    body: dict[str, Json] = {
        "message": row.id, "occasion": row.occasion, "channel": row.channel, "state": str(state), "tries": row.tries}
    if why:
        body["reason"] = why
    if row.ticket_id:
        body["ticket"] = row.ticket_id
    tx.record("message_ended", body)


def _holds(tx: Tx, row: Message) -> bool:
    """Whether what it says is still so."""
    if row.occasion == Occasion.REMINDER:
        return row.reservation_id in reservations.booked_ids(tx.c, tx.office_id, [row.reservation_id])
    if row.occasion == Occasion.CANCELLED:
        return True
    step = queue.step(tx.c, tx.office_id, row.step_id)
    if step is None:
        return False
    if row.occasion == Occasion.CALLED:
        return step.state == StepState.CALLED and queue.first_call(tx.c, step.id) == row.nth
    return step.state in (StepState.WAITING, StepState.ISSUING)
