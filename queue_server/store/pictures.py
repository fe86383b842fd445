"""Reading an office for its screens: one snapshot per seq, and the whole order for phones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, select

from .. import tables as t
from ..domain import discipline, hours, plate, undo
from ..domain.discipline import Heads
from ..domain.office import Office
from ..domain.ticket import UNDOABLE, State, Waiting, label
from ..moment import Moment
from ..snapshot import SHOWN, Call, Line, Row, Snapshot, Undoable
from . import cases, moved, needs, offices, people, private, queue, reservations, rooms, seals, stages, standards
from .cases import Case
from .offices import Head
from .people import Seat
from .prepared import Prepared

_of_ticket = ("prefix", "number", "channel", "place", "issued_at", "coming")
_columns = [
    (t.ticket.c[name] if name in _of_ticket else t.step.c[name]) for name in Row.__dataclass_fields__
]
_rows = select(*_columns).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
_today = and_(t.step.c.office_id == bindparam("office"), t.step.c.day == bindparam("on_day"))
# As the partial index says, word for word.
_is_open: ColumnElement[bool] = literal_column(
    "step.state IN ('issuing', 'waiting', 'called', 'serving', 'parked')")
_set_apart = Prepared(_rows.where(
    _today, literal_column("step.state IN ('issuing', 'called', 'serving', 'parked')"), _is_open
).order_by(t.step.c.id))
_missed = Prepared(_rows.where(
    _today, literal_column("step.state = 'no_show'"), t.step.c.ended_at > bindparam("after_ms")
).order_by(t.step.c.ended_at))
_by_id = Prepared(_rows.where(t.step.c.id == bindparam("of_step")))
# As queue.heads and its neighbours read them, with all that screens show.
_first = Prepared(_rows.where(
    _today, t.step.c.service == bindparam("service_key"), literal_column(queue.FIRST),
    t.step.c.priority == bindparam("class"),
).order_by(t.step.c.queued_tick, t.step.c.id).limit(SHOWN))
_returning = Prepared(_rows.where(
    _today, t.step.c.service == bindparam("service_key"), literal_column(queue.RETURNING),
    t.step.c.arrived_at.is_not(None)))
_remote = Prepared(_rows.where(
    _today, t.step.c.service == bindparam("service_key"),
    literal_column("step.state = 'waiting' AND step.arrived_at IS NULL"),
).order_by(t.step.c.queued_tick).limit(SHOWN))
_counts = Prepared(
    select(t.step.c.service, func.count())
    .where(_today, literal_column("step.state = 'waiting'"), _is_open)
    .group_by(t.step.c.service)
)
_its_acks = and_(t.board_ack.c.office_id == t.call.c.office_id, t.board_ack.c.call_seq == t.call.c.seq)
_hall_calls = Prepared(
    select(t.call.c.seq, t.call.c.step_id, t.call.c.service, t.call.c.hall, t.call.c.counter, t.call.c.nth, t.call.c.at,
           t.call.c.state, t.ticket.c.prefix, t.ticket.c.number,
           select(func.max(t.board_ack.c.drawn_at)).where(_its_acks).scalar_subquery(),
           select(func.max(t.board_ack.c.spoken_at)).where(_its_acks).scalar_subquery())
    .join(t.step, t.step.c.id == t.call.c.step_id).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
    .where(t.call.c.office_id == bindparam("office"), t.call.c.hall == bindparam("of_hall"),
           t.call.c.day == bindparam("on_day"), literal_column("call.state NOT IN ('held', 'unshown')"))
    .order_by(t.call.c.seq.desc()).limit(12)
)
_speakers = Prepared(select(t.voice_lease.c.hall, t.voice_lease.c.device_id).where(
    t.voice_lease.c.office_id == bindparam("office"), t.voice_lease.c.until_at > bindparam("now")))
_all_waiting = Prepared(
    select(t.step.c.id, t.step.c.service, t.step.c.queued_tick, t.step.c.priority, t.step.c.returned_seq,
           t.step.c.return_after, t.ticket.c.place, t.step.c.arrived_at, t.step.c.passed_seq)
    .join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
    .where(_today, t.step.c.service == bindparam("service_key"), literal_column("step.state = 'waiting'"), _is_open)
)


def _row(found: Any) -> Row:
    return Row(*found)


def snapshot(c: Connection, head: Head, now: Moment) -> Snapshot:
    """The office as of ``head``, which was read in the same transaction."""
    day = hours.office_day(offices.config(c, head.id, head.config_version), now.at)
    office = standards.office_of_day(c, head.id, head.config_version, day)
    office = moved.as_today(c, head.id, office, day)
    where = {"office": head.id, "on_day": day}
    apart: dict[str, list[Row]] = defaultdict(list)
    for found in _set_apart.all(c, where):
        row = _row(found)
        apart["active" if row.state in ("called", "serving") else row.state].append(row)
    grace = now.at - office.rules.return_within_min * 60_000
    missed = tuple(_row(r) for r in _missed.all(c, {**where, "after_ms": grace}))
    state, seats = queue.day_state(c, head.id, day), people.seats(c, head.id)
    lines = _lines(c, head.id, office, day, now.tick)
    return Snapshot(
        office_id=head.id, office=office, seq=head.head_seq, at=now.at, tick=now.tick, day=day,
        lines=lines, active=tuple(apart["active"]), parked=tuple(apart["parked"]),
        missed=missed, issuing=tuple(apart["issuing"]), calls=_calls(c, head.id, office, day),
        seats=seats, pauses=queue.pauses(c, head.id),
        issued=_issued(c, head.id, office, day, now.at),
        speakers={r[0]: r[1] for r in _speakers.all(c, {"office": head.id, "now": now.at})},
        devices=tuple(d for d in people.devices_of(c, head.id) if d.state == "paired"),
        told=people.told(c, head.id), undoable=_undoable(c, head, office, now.at, seats, apart["active"]),
        notes={row.ticket_id: note for row in apart["active"] if (note := private.note(c, row.ticket_id))},
        day_open=state is not None and state[1] is None, day_closed=state is not None and state[1] is not None,
        seal=seals.newest(c, head.id),
        standards=standards.by_id(c, head.id, head.config_version),
        gaps=standards.gaps(c, head.id, head.config_version, day),
        plates=_plates(c, office, lines, apart["active"]),
        needs=needs.of_day(c, head.id, hours.day_after(office, day)), held=needs.held_since(c, head.id),
        cases=cases.of_collections(c, [row.ticket_id for row in apart["active"]]) if office.has_cases else {},
        **(_rooms(c, head.id, office, day, lines, apart["active"]) if office.rooms else {}),
    )


def _plates(c: Connection, office: Office, lines: dict[str, Line], active: list[Row]) -> dict[int, str]:
    """The masked plates of the cars in the lanes; the whole ones leave the database in no picture."""
    lanes = {service.key for service in office.services if service.plate}
    rows = [row for row in active if row.service in lanes]
    for key in lanes & lines.keys():
        rows += [*(row for row, _why in lines[key].order), *lines[key].not_arrived]
    found = private.plates(c, [row.ticket_id for row in rows])
    return {ticket: plate.masked(whole) for ticket, whole in found.items()}


def _rooms(
    c: Connection, office_id: int, office: Office, day: str, lines: dict[str, Line], active: list[Row]
) -> dict[str, Any]:
    """What the screens of rooms show besides: whose time runs, the newest batches, how many people come with whom."""
    served = {room.service for room in office.rooms}
    waiting = [row.ticket_id for key in served if key in lines for row, _why in lines[key].order]
    inside = [row.ticket_id for row in active if office.room_of(row.counter)]
    awaited, both = stages.of_day(c, office_id, day) if office.stage_keys else ([], [])
    return {
        "awaited": tuple(awaited), "both": tuple(both), "sittings": rooms.running(c, office_id),
        "batches": rooms.last_batches(c, office_id, day),
        "parties": rooms.people(c, waiting + inside),
    }


def _lines(c: Connection, office_id: int, office: Office, day: str, tick: int) -> dict[str, Line]:
    where = {"office": office_id, "on_day": day}
    lines = {}
    for key, n in _counts.all(c, where):
        of_service = {**where, "service_key": key}
        rows, heads = _heads(c, of_service)
        remote = tuple(_row(r) for r in _remote.all(c, of_service))
        recent = queue.recent(c, office_id, day, key, discipline.recent_needed(office.rules.mix), heads)
        order = discipline.in_order(
            [*heads.ordinary, *heads.priority, *heads.returning], recent, office.rules.mix, tick)[:SHOWN]
        lines[key] = Line(n, tuple((rows[w.step], why) for w, why in order), remote, heads, recent)
    return lines


_everybody = _rows.where(
    _today, t.step.c.service == bindparam("service_key"), literal_column("step.state = 'waiting'"), _is_open,
    t.step.c.arrived_at.is_not(None),
).order_by(t.step.c.queued_tick, t.step.c.id).limit(bindparam("most"))


def everybody(c: Connection, office_id: int, day: str, service: str, most: int) -> list[Row]:
    """Who waits for a service and is here, the longest waiting first, however many screens would show."""
    where = {"office": office_id, "on_day": day, "service_key": service, "most": most}
    return [_row(found) for found in c.execute(_everybody, where)]


def _heads(c: Connection, where: dict[str, Any]) -> tuple[dict[int, Row], Heads]:
    """The first rows of each class of a service, which decide the first rows of its order exactly."""
    ordinary = [_row(r) for r in _first.all(c, {**where, "class": 0})]
    priority = [_row(r) for r in _first.all(c, {**where, "class": 1})]
    returning = [_row(r) for r in _returning.all(c, where)]
    heads = Heads(*(tuple(_waiting(row) for row in part) for part in (ordinary, priority, returning)))
    return {row.id: row for row in (*ordinary, *priority, *returning)}, heads


def _waiting(row: Row) -> Waiting:
    return Waiting(row.id, row.service, row.queued_tick, bool(row.priority), row.returned_seq, row.return_after)


def _calls(c: Connection, office_id: int, office: Office, day: str) -> tuple[Call, ...]:
    found = [
        Call(*row) for hall in office.halls
        for row in _hall_calls.all(c, {"office": office_id, "of_hall": hall.key, "on_day": day})
    ]
    return tuple(sorted(found, key=lambda call: call.seq))


_kinds = ", ".join(f"'{kind}'" for kind in UNDOABLE.values())
_acts = Prepared(
    select(*queue.DONE, t.ticket.c.prefix, t.ticket.c.number, t.step.c.counter)
    .join(t.step, t.step.c.id == t.event_table.c.step_id).join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"),
           t.event_table.c.seq == t.step.c.last_seq, t.event_table.c.at > bindparam("after_ms"), t.step.c.before != "",
           literal_column(f"event.kind IN ({_kinds})"))
    .order_by(t.event_table.c.seq.desc())
)
#: The last so many events are looked through for acts that may be undone: more than ten seconds' worth.
LOOKED_BACK = 400


def _undoable(
    c: Connection, head: Head, office: Office, at: int, seats: dict[str, Seat], active: list[Row]
) -> dict[int, Undoable]:
    """Person -> the newest of their acts that the press would take back now."""
    rules = office.rules
    where = {"office": head.id, "after_seq": head.head_seq - LOOKED_BACK, "after_ms": at - rules.undo_s * 1000}
    steps = {row.counter: row.id for row in active}
    desks = {seat.person_id: undo.Desk(key, steps.get(key)) for key, seat in seats.items() if seat.person_id}
    found: dict[int, Undoable] = {}
    for row in _acts.all(c, where):
        done = undo.Done(*row[:8])
        kind, _, person = done.actor.partition(":")
        if kind != "person" or int(person) in found:
            continue
        desk = _desk(office, done, row[10], desks.get(int(person)), steps)
        if desk is not None and undo.allowed(done, done.actor, desk, rules, at):
            found[int(person)] = Undoable(done.seq, undo.MOVE_OF[done.kind], label(row[8], row[9]), done.at)
    return found


def _desk(
    office: Office, done: undo.Done, counter: str, seat: undo.Desk | None, steps: dict[str, int]
) -> undo.Desk | None:
    """Where the one who acted may take it back: at the unit of a room, or where they sit; None: nowhere."""
    unit = undo.back_at(done) or counter
    return undo.Desk(unit, steps.get(unit)) if office.room_of(unit) is not None else seat


def _issued(c: Connection, office_id: int, office: Office, day: str, at: int) -> dict[str, hours.IssuedToday]:
    issued = {}
    for service in office.services:
        quota = service.quota
        if service.booking is not None:
            issued[service.key] = reservations.issued_besides(c, office_id, office, service, day, at)
        elif any(n is not None for n in (quota.total, quota.door, quota.online, quota.priority)):
            start = hours.session_starts(office, service, at)
            issued[service.key] = queue.issued_today(c, office_id, service.key, day, start)
    return issued


def whole_order(
    c: Connection, office_id: int, office: Office, day: str, service: str, tick: int, seq: int
) -> list[tuple[int, str]]:
    """(step, opaque place) of everybody who waits for a service, in calling order; those who have not
    arrived stand where they would come if they arrived now, at ``seq``."""
    rows = _all_waiting.all(c, {"office": office_id, "on_day": day, "service_key": service})
    places = {r[0]: r[6] for r in rows}
    waiting = []
    for step, of_service, queued, priority, returned, after, _place, arrived, passed in rows:
        if arrived is None and passed:  # as commands.visitor.arrive puts them
            returned, after = seq, office.rules.return_after
        waiting.append(Waiting(step, of_service, queued, bool(priority), returned, after))
    rule = office.rules.mix
    recent = queue.recent(c, office_id, day, service, discipline.recent_needed(rule), Heads.of(waiting))
    return [(w.step, places[w.step]) for w, _why in discipline.in_order(waiting, recent, rule, tick)]


@dataclass(frozen=True)
class Held:
    """A ticket as its holder's own phone sees it."""

    row: Row
    paper: str
    language: str
    day: str
    secret: str
    call_seq: int
    first: str                  # the service that the number was taken for
    case: Case | None = None    # what was begun with it and continues on another day


def held(c: Connection, office_id: int, secret: str) -> Held | None:
    """The ticket with this secret and its present step; None: nobody's, or another office's."""
    ticket = queue.ticket_by_secret(c, secret)
    if ticket is None or ticket.office_id != office_id:
        return None
    step = queue.newest_step(c, ticket.id)
    row = _row(_by_id.first(c, {"of_step": step.id}))
    case = cases.of_ticket(c, ticket.id) if row.state == State.DONE else None
    return Held(
        row, ticket.paper, ticket.language, ticket.day, secret, queue.newest_call(c, step.id), ticket.service, case)


def secret_of_number(c: Connection, office_id: int, services: list[str], day: str, prefix: str, number: int) -> str:
    """The secret of the ticket with a number of the day; "" when there is none."""
    found = queue.ticket_of_day(c, office_id, services, day, prefix, number)
    return "" if found is None else found.secret


def tickets_of(c: Connection, steps: set[int]) -> set[int]:
    return {r[0] for r in c.execute(select(t.step.c.ticket_id).where(t.step.c.id.in_(steps)))}
