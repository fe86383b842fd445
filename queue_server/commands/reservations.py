"""Reservations: made, moved, given back, turned into a number at check-in; and those whose time is over.

All of it runs in the one writer, with the office's row locked: of two who press for the last place one wins. The
index of held places is the second line. The log says which place, never whose.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from ..domain import hours
from ..domain import reservation as rules
from ..domain.errors import NotFound, Refused
from ..domain.needs import grants_priority
from ..domain.office import Booking, Service, Session
from ..domain.reservation import MINUTE_MS, Party, State
from ..domain.ticket import label
from ..store import custody, needs, queue, reservations
from ..store.reservations import Reservation
from ..transaction import Answer, Tx
from .moving import service_of
from .stated import given, with_reservation
from .visitor import arrive, give, not_proven, proven

DAY_MS = 86_400_000
#: Why somebody who works here takes a reservation back.
CANCEL_REASONS = ("visitor_asked", "not_visitable", "suspected_broker", "session_gone")


def book(tx: Tx, args: dict[str, Any]) -> Answer:
    """Reserves a place. ``args``: service, day, session, priority, language, device, and what the service asks:
    person (keyed hash), identity_end, holder_name, register, party, permit.

    Refused: no_such_session, session_not_yet, session_closed, session_full; booked_already, visited_this_week,
    inmate_visited, not_visitable, not_that_day, permit_needed, party_size, party_adult, identity_wrong, name_missing.
    """
    service, booking = bookable(tx, args["service"])
    day, party, priority, said = str(args["day"]), Party(**args["party"]), bool(args.get("priority")), given(tx, args)
    session = rules.session_of(tx.office, service, day, args["session"])
    rules.check_open(tx.office, booking, day, session, tx.now.at)
    if not priority and grants_priority(said.needs):  # by the law, where there is such a place
        priority = _free(tx, service, session, day, rules.pool_of(session, True)) is not None
    pool, place = _place(tx, service, session, day, priority)  # first: of two hundred who press at once most end here
    people = rules.check_party(booking, party)
    person = _asked(booking, args)
    _check_person(tx, booking, service, person, day)
    inmate = _check_inmate(tx, booking, args, day)
    secret = secrets.token_urlsafe(16)
    while reservations.by_code(tx.c, tx.office_id, rules.code(secret)) is not None:
        secret = secrets.token_urlsafe(16)
    key = secrets.token_bytes(32)
    times = _times(tx, booking, day, session)
    number = reservations.add(tx.c, {
        "office_id": tx.office_id, "service": service.key, "day": day, "session": session.key, "pool": pool,
        "place": place, "priority": int(priority), "state": str(State.BOOKED), "secret": secret,
        "code": rules.code(secret), "language": args.get("language") or "id", **times, "men": party.men,
        "women": party.women, "children": party.children, "people": people, "permit": int(bool(args.get("permit"))),
        "person": person, "identity_end": args.get("identity_end", "") if person else "",
        "holder_name": args.get("holder_name", "") if "name" in booking.asks else "",
        "device": args.get("device", ""), "inmate_id": inmate, "secret_key": key.hex(), "made_at": tx.now.at,
    })
    if said:
        made = own(tx, {"secret": secret})
        with_reservation(tx, made.id, day, said)
    tx.record("reservation_made", {
        "reservation": number, "service": service.key, "day": day, "session": session.key, "pool": pool,
        "place": place, "party": people, "commitment": hmac.digest(key, person.encode(), "sha256").hex()})
    return {"reservation": {
        "number": number, "secret": secret, "code": rules.code(secret), "service": service.key, "day": day,
        "session": session.key, "starts_at": times["starts_at"], "expires_at": times["expires_at"]}}


def change(tx: Tx, args: dict[str, Any]) -> Answer:
    """Moves a reservation to another session (``secret``, day, session); by the same rules as a new one."""
    row = own(tx, args)
    service, booking = bookable(tx, row.service)
    _check_still(tx, booking, row, "change")
    day = str(args["day"])
    session = rules.session_of(tx.office, service, day, args["session"])
    if (day, session.key) == (row.day, row.session):
        return {}
    held = rules.session_of(tx.office, service, row.day, row.session) if _is_held(tx, service, row) else None
    if held is not None:
        rules.check_open(tx.office, booking, row.day, held, tx.now.at)
    rules.check_open(tx.office, booking, day, session, tx.now.at)
    if row.inmate_id:
        _check_visit(tx, booking, row.inmate_id, day, row.id, bool(row.permit))
    _check_week(tx, booking, service, row.person, day, row.id)
    pool, place = _place(tx, service, session, day, bool(row.priority))
    times = _times(tx, booking, day, session)
    reservations.change(
        tx.c, row.id, day=day, session=session.key, pool=pool, place=place, version=row.version + 1,
        changed_at=tx.now.at, **times)
    said = needs.of_reservation(tx.c, row.id)
    if said:  # kept until the day after the new day
        with_reservation(tx, row.id, day, said)
    tx.record("reservation_changed", {
        "reservation": row.number, "service": row.service, "day": day, "session": session.key, "pool": pool,
        "place": place, "party": row.people, "before_day": row.day, "before_session": row.session,
        "before_place": row.place})
    return {"day": day, "session": session.key}


def cancel(tx: Tx, args: dict[str, Any]) -> Answer:
    """Given back by whoever made it; its place is free at once."""
    row = own(tx, args)
    if row.state == State.CANCELLED:
        return {}
    _, booking = bookable(tx, row.service)
    _check_still(tx, booking, row, "cancel")
    end(tx, row, "visitor", "visitor_asked")
    return {}


def take_back(tx: Tx, args: dict[str, Any]) -> Answer:
    """Taken back by somebody who works here, with a reason (``CANCEL_REASONS``)."""
    if args.get("reason") not in CANCEL_REASONS:
        raise Refused("reason_needed")
    row = reservations.numbered(tx.c, tx.office_id, int(args["reservation"]))
    if row is None:
        raise NotFound("no_such_reservation")
    if row.state != State.BOOKED:
        raise Refused("not_now", act="cancel", state=row.state)
    end(tx, row, "staff", args["reason"])
    return {}


# --- check-in -------------------------------------------------------------------------------------------


def check_in(tx: Tx, args: dict[str, Any]) -> Answer:
    """A reservation becomes a number of its service's series. ``args``: code (kiosk, staff) or secret with the code of
    the door (a phone); paper and language as for any number.

    Refused: too_early, too_late, wrong_day, day_over, used, reservation_cancelled, session_gone, not_visitable.
    """
    by = args["by"]
    row = own(tx, args) if by == "phone" else _by_code(tx, str(args.get("code") or ""))
    service, booking = bookable(tx, row.service)
    if by == "phone" and row.state == State.BOOKED and not proven(tx, args):
        raise not_proven(args) if args.get("door") else Refused("at_the_door")
    problem = rules.check_in_problem(
        tx.office, booking, row.day, row.starts_at, row.expires_at, row.state, tx.now.at)
    if problem is not None:
        problem.facts["service"] = row.service  # the way on: an ordinary number of the same service
        raise _with_number(tx, row, problem)
    if not _is_held(tx, service, row):
        raise Refused("session_gone", date=row.day, service=row.service)
    _check_still_visitable(tx, row)
    number = {**args, "language": row.language}
    answer = give(tx, service, "online", bool(row.priority), number, party=row.people)
    step = queue.step(tx.c, tx.office_id, answer["ticket"]["step"])
    assert step is not None
    arrive(tx, step, "check_in")
    reservations.change(tx.c, row.id, state=str(State.CHECKED_IN), ticket_id=step.ticket_id, ended_at=tx.now.at,
                        ended_by=by)
    needs.becomes_ticket(tx.c, row.id, step.ticket_id, hours.day_after(tx.office, tx.day))
    tx.record("checked_in", {"reservation": row.number, "ticket": step.ticket_id, "by": by}, step.id)
    return {**answer, "reservation": row.number}


def _with_number(tx: Tx, row: Reservation, problem: Refused) -> Refused:
    """Who comes a second time is told the number that they have."""
    if problem.code == "used" and row.ticket_id:
        ticket = queue.ticket(tx.c, row.ticket_id)
        return Refused("used", **{**problem.facts, "label": label(ticket.prefix, ticket.number)})
    return problem


def _by_code(tx: Tx, typed: str) -> Reservation:
    code = rules.read_code(typed)
    found = reservations.by_code(tx.c, tx.office_id, code) if code else None
    if found is None:
        raise NotFound("no_such_reservation")
    return found


def own(tx: Tx, args: Mapping[str, Any]) -> Reservation:
    """The reservation whose secret was given; raises NotFound otherwise."""
    row = reservations.by_secret(tx.c, str(args["secret"]))
    if row is None or row.office_id != tx.office_id:
        raise NotFound("no_such_reservation")
    return row


# --- time passes ----------------------------------------------------------------------------------------


def expire(tx: Tx, _args: dict[str, Any]) -> Answer:
    """Who did not come in time has no place any more."""
    late = reservations.expired(tx.c, tx.office_id, tx.now.at)
    for row in late:
        reservations.change(tx.c, row.id, state=str(State.EXPIRED), ended_at=tx.now.at, ended_by="clock")
        tx.record("reservation_expired", {"reservation": row.number})
    return {"expired": len(late)}


# --- the rules, with what they need read here -----------------------------------------------------------


def bookable(tx: Tx, key: str) -> tuple[Service, Booking]:
    """The service and its rules; raises Refused("no_reservations") where it takes none."""
    service = service_of(tx.office, key)
    if service.booking is None:
        raise Refused("no_reservations")
    return service, service.booking


def _asked(booking: Booking, args: dict[str, Any]) -> str:
    """The person's keyed hash where the service asks who comes; raises Refused for what is missing."""
    if "name" in booking.asks and not args.get("holder_name"):
        raise Refused("name_missing")
    if "nik" not in booking.asks:
        return ""
    if not args.get("person"):
        raise Refused("identity_wrong")
    return str(args["person"])


def _check_inmate(tx: Tx, booking: Booking, args: dict[str, Any], day: str) -> int:
    """The person in custody who is visited. Unknown, hidden and not to be visited are one answer."""
    if "inmate" not in booking.asks:
        return 0
    found = custody.by_register(tx.c, tx.office_id, rules.register_form(str(args.get("register") or "")))
    if found is None or not found.open_to_visits:
        raise Refused("not_visitable")
    _check_visit(tx, booking, found.id, day, 0, bool(args.get("permit")))
    return found.id


def _check_visit(tx: Tx, booking: Booking, inmate: int, day: str, but: int, permit: bool) -> None:
    found = custody.by_ids(tx.c, [inmate]).get(inmate)
    if found is None or not found.open_to_visits:
        raise Refused("not_visitable")
    if not rules.visited_on(booking, found.status, found.own_days, day):
        raise Refused("not_that_day", date=day)
    if "permit" in booking.asks and found.status in booking.permit and not permit:
        raise Refused("permit_needed")
    if booking.per_inmate_day is not None:
        visits = reservations.visits_to(tx.c, tx.office_id, inmate, day, day, but)
        if visits.get(day, 0) >= booking.per_inmate_day:
            raise Refused("inmate_visited", date=day)


def _check_still_visitable(tx: Tx, row: Reservation) -> None:
    found = custody.by_ids(tx.c, [row.inmate_id]).get(row.inmate_id)
    if row.inmate_id and (found is None or not found.open_to_visits):
        raise Refused("not_visitable")


def _check_person(tx: Tx, booking: Booking, service: Service, person: str, day: str) -> None:
    if not person:
        return
    held = reservations.booked_by(tx.c, tx.office_id, service.key, person)
    if held is not None:
        raise Refused("booked_already", date=held.day)
    _check_week(tx, booking, service, person, day, 0)


def _check_week(tx: Tx, booking: Booking, service: Service, person: str, day: str, but: int) -> None:
    if not person or booking.per_visitor_week is None:
        return
    monday, sunday = rules.week_of(day)
    if reservations.visits_of(
            tx.c, tx.office_id, service.key, person, monday, sunday, but) >= booking.per_visitor_week:
        raise Refused("visited_this_week", most=booking.per_visitor_week, date=monday, until=sunday)


def _place(tx: Tx, service: Service, session: Session, day: str, priority: bool) -> tuple[str, int]:
    """A place of the session's quota; raises Refused("session_full"), counted among the refusals of the day."""
    pool = rules.pool_of(session, priority)
    place = _free(tx, service, session, day, pool)
    if place is None:
        full = Refused("session_full", date=day)
        full.counted = (service.key, "online")  # type: ignore[attr-defined]
        raise full
    return pool, place


def _free(tx: Tx, service: Service, session: Session, day: str, pool: str) -> int | None:
    """A free place of a quota; None: there is none."""
    taken = reservations.taken(tx.c, tx.office_id, service.key, day, session.key, pool)
    return rules.free_place(taken, rules.places(session, pool))


def _times(tx: Tx, booking: Booking, day: str, session: Session) -> dict[str, int]:
    starts = rules.begins(tx.office, day, session)
    ends = starts + (session.time.end - session.time.start) * MINUTE_MS
    return {
        "starts_at": starts, "ends_at": ends, "expires_at": starts + booking.late_min * MINUTE_MS,
        "erase_at": ends + booking.keep_days * DAY_MS}


def _is_held(tx: Tx, service: Service, row: Reservation) -> bool:
    """Whether the session still takes place: an office may have closed that day since."""
    return any(s.key == row.session for s in rules.sessions_of(tx.office, service, row.day))


def _check_still(tx: Tx, booking: Booking, row: Reservation, act: str) -> None:
    """Only a reservation that is still to come can be moved or given back."""
    if row.state == State.BOOKED and tx.now.at < row.expires_at:
        return
    problem = rules.check_in_problem(
        tx.office, booking, row.day, row.starts_at, row.expires_at, row.state, tx.now.at)
    if problem is None or problem.code in ("too_early", "wrong_day"):
        raise Refused("not_now", act=act, state=row.state)
    raise _with_number(tx, row, problem)


def end(tx: Tx, row: Reservation, by: str, reason: str) -> None:
    """Ends a reservation before its time; ``by``: visitor, staff or registry. Its place is free."""
    reservations.change(
        tx.c, row.id, state=str(State.CANCELLED), ended_at=tx.now.at, ended_by=by, reason=reason,
        version=row.version + 1)
    tx.record("reservation_cancelled", {"reservation": row.number, "by": by, "reason": reason})
