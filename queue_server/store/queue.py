"""Tickets, steps and calls: the queries of the queue itself."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from ..domain.discipline import Heads, Recent
from ..domain.hours import IssuedToday
from ..domain.ticket import MUTABLE, Step, Waiting
from ..domain.undo import Done
from .prepared import Prepared

_step_columns = [t.step.c[name] for name in Step.__dataclass_fields__]


class Ticket(NamedTuple):
    id: int
    office_id: int
    day: str
    service: str
    prefix: str
    number: int
    channel: str
    priority: int
    language: str
    secret: str
    place: str
    issued_at: int
    issued_tick: int
    paper: str
    coming: int


_ticket_columns = [t.ticket.c[name] for name in Ticket._fields]

# --- issuing -----------------------------------------------------------------------------------


def _next_number(dialect: str) -> Any:
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(t.series).values(
        office_id=bindparam("office"), service=bindparam("service_key"), day=bindparam("on_day"), high=1
    )
    return statement.on_conflict_do_update(
        index_elements=["office_id", "service", "day"], set_={"high": t.series.c.high + 1}
    ).returning(t.series.c.high)


_next_numbers = {name: Prepared(_next_number(name)) for name in ("sqlite", "postgresql")}
_set_high = update(t.series).where(
    t.series.c.office_id == bindparam("office"), t.series.c.service == bindparam("service_key"),
    t.series.c.day == bindparam("on_day"),
).values(high=bindparam("new_high"))
_add_ticket = Prepared(insert(t.ticket).returning(t.ticket.c.id))
_add_step = Prepared(insert(t.step).returning(t.step.c.id))


def next_number(c: Connection, office_id: int, service: str, day: str) -> int:
    """Raises the high-water mark of a series by one and returns it; the office's head is locked."""
    where = {"office": office_id, "service_key": service, "on_day": day}
    return int(_next_numbers[c.dialect.name].first(c, where)[0])


def set_high(c: Connection, office_id: int, service: str, day: str, high: int) -> None:
    """Moves the mark over a reserved range."""
    c.execute(_set_high, {"office": office_id, "service_key": service, "on_day": day, "new_high": high})


def add_ticket(c: Connection, values: dict[str, Any]) -> int:
    return int(_add_ticket.first(c, values)[0])


def add_step(c: Connection, values: dict[str, Any]) -> int:
    return int(_add_step.first(c, values)[0])


def issued_today(
    c: Connection, office_id: int, service: str, day: str, session_from: int, reserved: bool = True,
) -> IssuedToday:
    """Counts for a quota; bounded by the quota itself, which is what stops issuing. ``reserved``: those that were
    reservations count too."""
    in_session = (t.ticket.c.issued_at >= session_from).label("in_session")
    these = [t.ticket.c.office_id == office_id, t.ticket.c.service == service, t.ticket.c.day == day,
             t.ticket.c.paper != "void"]
    if not reserved:
        these.append(~select(t.reservation.c.id).where(t.reservation.c.ticket_id == t.ticket.c.id).exists())
    rows = c.execute(
        select(t.ticket.c.channel, t.ticket.c.priority, in_session, func.count()).where(*these)
        .group_by(t.ticket.c.channel, t.ticket.c.priority, in_session)
    )
    whole: dict[tuple[str, bool], int] = {}
    session: dict[tuple[str, bool], int] = {}
    for channel, priority, inside, n in rows:
        key = (channel, bool(priority))
        whole[key] = whole.get(key, 0) + n
        if inside:
            session[key] = session.get(key, 0) + n
    return IssuedToday(whole, session)


def active_of_holder(c: Connection, office_id: int, day: str, holder: str) -> list[tuple[int, str, str]]:
    """(ticket, service, secret) of the still open tickets of one phone today."""
    rows = c.execute(
        select(t.ticket.c.id, t.step.c.service, t.ticket.c.secret)
        .join(t.step, t.step.c.ticket_id == t.ticket.c.id)
        .where(t.ticket.c.office_id == office_id, t.ticket.c.day == day, t.ticket.c.holder == holder,
               literal_column("ticket.holder <> ''"),  # word for word as the index of holders says
               t.step.c.state.in_(("issuing", "waiting", "called", "serving", "parked")))
    )
    return [(r[0], r[1], r[2]) for r in rows]


# --- reading one ticket or step ----------------------------------------------------------------

_ticket_by_secret = Prepared(select(*_ticket_columns).where(t.ticket.c.secret == bindparam("of_secret")))
_ticket = Prepared(select(*_ticket_columns).where(t.ticket.c.id == bindparam("of_ticket")))
_step = Prepared(select(*_step_columns).where(
    t.step.c.id == bindparam("of_step"), t.step.c.office_id == bindparam("office")))
_newest_step = Prepared(
    select(*_step_columns).where(t.step.c.ticket_id == bindparam("of_ticket"), literal_column("step.day <> ''"))
    .order_by(t.step.c.id.desc()).limit(1)
)
_active = Prepared(select(*_step_columns).where(
    t.step.c.office_id == bindparam("office"), t.step.c.counter == bindparam("at_counter"),
    literal_column("step.state IN ('called', 'serving')"),
))


def ticket_by_secret(c: Connection, secret: str) -> Ticket | None:
    row = _ticket_by_secret.first(c, {"of_secret": secret})
    return None if row is None else Ticket(*row)


def ticket(c: Connection, ticket_id: int) -> Ticket:
    return Ticket(*_ticket.first(c, {"of_ticket": ticket_id}))


def ticket_of_day(
    c: Connection, office_id: int, services: list[str], day: str, prefix: str, number: int
) -> Ticket | None:
    """The ticket that is called by this number on a day; ``services``: those whose numbers begin so."""
    row = c.execute(select(*_ticket_columns).where(
        t.ticket.c.office_id == office_id, t.ticket.c.service.in_(services), t.ticket.c.day == day,
        t.ticket.c.number == number, t.ticket.c.prefix == prefix)).first()
    return None if row is None else Ticket(*row)


def set_ticket(c: Connection, ticket_id: int, **values: Any) -> None:
    c.execute(update(t.ticket).where(t.ticket.c.id == ticket_id).values(**values))


def step(c: Connection, office_id: int, step_id: int) -> Step | None:
    row = _step.first(c, {"of_step": step_id, "office": office_id})
    return None if row is None else Step.of(row)


def newest_step(c: Connection, ticket_id: int) -> Step:
    return Step.of(_newest_step.first(c, {"of_ticket": ticket_id}))


def active_at(c: Connection, office_id: int, counter: str) -> Step | None:
    """The visitor called to or served at a counter; the database allows only one."""
    row = _active.first(c, {"office": office_id, "at_counter": counter})
    return None if row is None else Step.of(row)


def open_steps(c: Connection, office_id: int, day: str, states: tuple[str, ...]) -> list[Step]:
    rows = c.execute(select(*_step_columns).where(
        t.step.c.office_id == office_id, t.step.c.day == day, t.step.c.state.in_(states),
    ).order_by(t.step.c.id))
    return [Step.of(row) for row in rows]


_mutable = attrgetter(*MUTABLE)


@cache
def _save(changed: tuple[str, ...]) -> Prepared:
    """The claim of a move by the columns that it changes; there are as many as there are kinds of moves."""
    return Prepared(
        update(t.step)
        .where(t.step.c.id == bindparam("of_step"), t.step.c.version == bindparam("seen"))
        .values(version=bindparam("seen") + 1, before=bindparam("new_before"),
                **{name: bindparam(f"new_{name}") for name in changed})
    )


def save_step(c: Connection, old: Step, new: Step) -> bool:
    """Claims the change: False when somebody else changed the step since it was read.

    Only what has changed is written: the database would write every index anew in which a column is named.
    """
    values: dict[str, Any] = {"of_step": old.id, "seen": old.version, "new_before": new.before}
    changed = []
    for name, was, will_be in zip(MUTABLE, _mutable(old), _mutable(new), strict=True):
        if was != will_be:
            changed.append(name)
            values[f"new_{name}"] = will_be
    return bool(_save(tuple(changed)).run(c, values).rowcount == 1)


_withdraw = update(t.step).where(
    t.step.c.ticket_id == bindparam("of_ticket"), t.step.c.id > bindparam("after_step"), t.step.c.day != "",
    t.step.c.state == "waiting", t.step.c.last_seq == 0,
).values(state="void", outcome="undone", day="", version=t.step.c.version + 1)


def withdraw_next(c: Connection, old: Step) -> bool:
    """The step that a transfer of ``old`` began belongs to no day any more; False when something has happened to it.

    It is kept, for its number may not come again: somebody's screen could still mean it.
    """
    return bool(c.execute(_withdraw, {"of_ticket": old.ticket_id, "after_step": old.id}).rowcount == 1)


# --- who is next -------------------------------------------------------------------------------

_of_service = and_(
    t.step.c.office_id == bindparam("office"), t.step.c.day == bindparam("on_day"),
    t.step.c.service == bindparam("service_key"),
)
_waiting_columns = (
    t.step.c.id, t.step.c.service, t.step.c.queued_tick, t.step.c.priority, t.step.c.returned_seq,
    t.step.c.return_after,
)
# The literal conditions are those of the partial indexes, word for word, so that they are used.
FIRST = "step.state = 'waiting' AND step.arrived_at IS NOT NULL AND step.returned_seq = 0"
RETURNING = "step.state = 'waiting' AND step.returned_seq > 0"
_heads = Prepared(
    select(*_waiting_columns)
    .where(_of_service, literal_column(FIRST), t.step.c.priority == bindparam("class"))
    .order_by(t.step.c.queued_tick, t.step.c.id).limit(bindparam("most"))
)
_returning = Prepared(select(*_waiting_columns).where(
    _of_service, literal_column(RETURNING), t.step.c.arrived_at.is_not(None)
))
_recent = Prepared(
    select(t.call.c.seq, t.call.c.priority, t.call.c.in_mix, t.call.c.advances)
    .where(t.call.c.office_id == bindparam("office"), t.call.c.day == bindparam("on_day"),
           t.call.c.service == bindparam("service_key"), literal_column("call.nth = 1 AND call.undone = 0"))
    .order_by(t.call.c.seq.desc()).limit(bindparam("most"))
)
_not_arrived = Prepared(
    select(t.step.c.id, t.step.c.ticket_id)
    .where(_of_service, literal_column("step.state = 'waiting' AND step.arrived_at IS NULL"),
           t.step.c.passed_seq == 0, t.step.c.queued_tick < bindparam("before_tick"))
    .limit(50)
)
_mark_passed = update(t.step).where(t.step.c.id == bindparam("of_step")).values(
    passed_seq=bindparam("at_seq"), version=t.step.c.version + 1
)


def _waiting(rows: Any) -> tuple[Waiting, ...]:
    return tuple(Waiting(r[0], r[1], r[2], bool(r[3]), r[4], r[5]) for r in rows)


def heads(c: Connection, office_id: int, day: str, service: str, most: int) -> Heads:
    """The first ``most`` of each class and all returning steps of a service, each by its index."""
    where = {"office": office_id, "on_day": day, "service_key": service}
    ordinary = _waiting(_heads.all(c, {**where, "class": 0, "most": most}))
    priority = _waiting(_heads.all(c, {**where, "class": 1, "most": most}))
    return Heads(ordinary, priority, _waiting(_returning.all(c, where)))


def recent(c: Connection, office_id: int, day: str, service: str, needed: int, heads_: Heads) -> Recent:
    """What the service's last calls say, undone ones left out: at least ``needed`` of the mix, and back to the
    oldest place that somebody was promised to return to."""
    oldest = min((w.returned_seq for w in heads_.returning), default=None)
    most = max(8, needed) if oldest is None else 40
    while True:
        rows = _recent.all(c, {"office": office_id, "on_day": day, "service_key": service, "most": most})
        classes = tuple(bool(r[1]) for r in rows if r[2])
        enough = len(classes) >= needed and (oldest is None or rows[-1][0] <= oldest)
        if enough or len(rows) < most:
            return Recent(classes, tuple(r[0] for r in rows if r[3]))
        most *= 10


def pass_remote(
    c: Connection, office_id: int, day: str, service: str, before_tick: int, seq: int
) -> list[tuple[int, int]]:
    """Marks remote steps that were due and are not here, and returns them as (step, ticket)."""
    rows = _not_arrived.all(c, {
        "office": office_id, "on_day": day, "service_key": service, "before_tick": before_tick,
    })
    if rows:
        c.execute(_mark_passed, [{"of_step": r[0], "at_seq": seq} for r in rows])
    return [(r[0], r[1]) for r in rows]


# --- calls -------------------------------------------------------------------------------------

_add_call = Prepared(insert(t.call))
_end_calls = Prepared(update(t.call).where(
    t.call.c.step_id == bindparam("of_step"), literal_column("call.state IN ('calling', 'held')")
).values(
    # A call that no board has shown needs to be taken back on none: it is remembered apart from those.
    state=case((literal_column("call.state") == literal_column("'held'"), literal_column("'unshown'")),
               else_=bindparam("new_state")),
    over_at=bindparam("at_ms")))
_undo_call = update(t.call).where(
    t.call.c.office_id == bindparam("office"), t.call.c.seq == bindparam("of_seq")
).values(undone=1)
_call_again = update(t.call).where(
    t.call.c.step_id == bindparam("of_step"), t.call.c.seq >= bindparam("from_seq"), t.call.c.undone == 0
).values(state=case((t.call.c.state == "unshown", "held"), else_="calling"), over_at=None)
_calls_heard = Prepared(
    select(t.call.c.seq, t.call.c.at, func.max(t.board_ack.c.drawn_at), func.max(t.board_ack.c.spoken_at))
    .outerjoin(t.board_ack, and_(
        t.board_ack.c.office_id == t.call.c.office_id, t.board_ack.c.call_seq == t.call.c.seq))
    .where(t.call.c.step_id == bindparam("of_step"), t.call.c.seq >= bindparam("from_seq"), t.call.c.undone == 0)
    .group_by(t.call.c.seq, t.call.c.at).order_by(t.call.c.seq)
)


def add_call(c: Connection, values: dict[str, Any]) -> None:
    _add_call.run(c, values)


def end_calls(c: Connection, step_id: int, state: str, at: int) -> None:
    """The calls of a step leave the voice queue: "over" (started, ended) or "withdrawn" (undone)."""
    _end_calls.run(c, {"of_step": step_id, "new_state": state, "at_ms": at})


def undo_call(c: Connection, office_id: int, seq: int) -> None:
    c.execute(_undo_call, {"office": office_id, "of_seq": seq})


def call_again(c: Connection, step_id: int, from_seq: int) -> None:
    """What had ended the calling was undone: the visitor is being called again, and boards show it."""
    c.execute(_call_again, {"of_step": step_id, "from_seq": from_seq})


class Heard(NamedTuple):
    seq: int
    at: int
    drawn_at: int | None
    spoken_at: int | None


def calls_heard(c: Connection, step_id: int, from_seq: int) -> list[Heard]:
    """The present call and its recalls, and when boards first drew and spoke each."""
    return [Heard(*row) for row in _calls_heard.all(c, {"of_step": step_id, "from_seq": from_seq})]


def first_call(c: Connection, step_id: int) -> int:
    """The seq of the step's newest call that is not a recall; 0 when there is none."""
    found = c.execute(select(func.max(t.call.c.seq)).where(
        t.call.c.step_id == step_id, t.call.c.nth == 1, t.call.c.undone == 0)).scalar()
    return int(found or 0)


_next_leg = t.step.alias("next_leg")
#: How many later legs of the same visit something has happened to already.
_gone_on = (
    select(func.count()).where(
        _next_leg.c.ticket_id == t.step.c.ticket_id, _next_leg.c.id > t.step.c.id, _next_leg.c.day != "",
        _next_leg.c.last_seq > 0)
    .scalar_subquery()
)
#: As ``undo.Done`` has them.
DONE = (
    t.event_table.c.seq, t.event_table.c.kind, t.event_table.c.at, t.event_table.c.actor, t.step.c.id,
    t.step.c.last_seq, t.step.c.before, _gone_on,
)
_done = select(*DONE).join(t.step, t.step.c.id == t.event_table.c.step_id).where(
    t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq == bindparam("of_seq"))


def done(c: Connection, office_id: int, seq: int) -> Done | None:
    """What the event was, if it is about a step."""
    row = c.execute(_done, {"office": office_id, "of_seq": seq}).first()
    return None if row is None else Done(*row)


_newest_call = Prepared(select(func.max(t.call.c.seq)).where(
    t.call.c.step_id == bindparam("of_step"), literal_column("call.undone = 0")))


def newest_call(c: Connection, step_id: int) -> int:
    """The seq of the step's newest call or recall that was not undone; 0 when there is none."""
    return int(_newest_call.first(c, {"of_step": step_id})[0] or 0)


# --- pauses and days ---------------------------------------------------------------------------

_pauses = Prepared(select(t.service_pause.c.service, t.service_pause.c.reason).where(
    t.service_pause.c.office_id == bindparam("office")))
_day_state = Prepared(select(t.office_day.c.opened_at, t.office_day.c.closed_at).where(
    t.office_day.c.office_id == bindparam("office"), t.office_day.c.day == bindparam("on_day")))


def pauses(c: Connection, office_id: int) -> dict[str, str]:
    return {r[0]: r[1] for r in _pauses.all(c, {"office": office_id})}


def pause_service(c: Connection, office_id: int, service: str, reason: str, at: int) -> None:
    resume_service(c, office_id, service)
    c.execute(insert(t.service_pause).values(office_id=office_id, service=service, reason=reason, since_at=at))


def resume_service(c: Connection, office_id: int, service: str) -> bool:
    gone = c.execute(t.service_pause.delete().where(
        t.service_pause.c.office_id == office_id, t.service_pause.c.service == service))
    return bool(gone.rowcount)


def open_days(c: Connection, office_id: int) -> list[str]:
    """The days that were opened and not closed, oldest first."""
    rows = c.execute(
        select(t.office_day.c.day)
        .where(t.office_day.c.office_id == office_id, t.office_day.c.closed_at.is_(None)).order_by(t.office_day.c.day))
    return [r[0] for r in rows]


def day_state(c: Connection, office_id: int, day: str) -> tuple[int, int | None] | None:
    row = _day_state.first(c, {"office": office_id, "on_day": day})
    return None if row is None else (row[0], row[1])


def open_day(c: Connection, office_id: int, day: str, at: int) -> None:
    c.execute(insert(t.office_day).values(office_id=office_id, day=day, opened_at=at))


def close_day(c: Connection, office_id: int, day: str, at: int, how: str) -> bool:
    """Claims the closing; False when another process closed the day first."""
    done = c.execute(update(t.office_day).where(
        t.office_day.c.office_id == office_id, t.office_day.c.day == day, t.office_day.c.closed_at.is_(None),
    ).values(closed_at=at, closed_how=how))
    return bool(done.rowcount == 1)


