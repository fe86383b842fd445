"""People, their sessions and seats, and the devices of an office."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from .. import tables as t
from .prepared import Prepared


class Person(NamedTuple):
    id: int
    office_id: int
    name: str
    shown_name: str
    role: str
    password: str
    active: int
    totp_secret: str
    totp_step: int


class Seat(NamedTuple):
    counter: str
    person_id: int | None
    state: str
    reason: str
    since_at: int
    version: int
    changed_tick: int
    shown_name: str = ""


class Device(NamedTuple):
    id: int
    office_id: int
    kind: str
    board: str
    name: str
    state: str
    code: str
    seen_at: int = 0
    sound: str = ""
    paired_at: int | None = None


_person = select(*(t.person.c[name] for name in Person._fields))
_seat_columns = (
    t.seat.c.counter, t.seat.c.person_id, t.seat.c.state, t.seat.c.reason, t.seat.c.since_at, t.seat.c.version,
    t.seat.c.changed_tick,
)
_device = select(*(t.device.c[name] for name in Device._fields))


def person_by_name(c: Connection, office_id: int, name: str) -> Person | None:
    row = c.execute(_person.where(t.person.c.office_id == office_id, t.person.c.name == name)).first()
    return None if row is None else Person(*row)


def person(c: Connection, person_id: int) -> Person | None:
    row = c.execute(_person.where(t.person.c.id == person_id)).first()
    return None if row is None else Person(*row)


def people_of(c: Connection, office_id: int) -> list[Person]:
    return [Person(*row) for row in c.execute(_person.where(t.person.c.office_id == office_id).order_by(t.person.c.id))]


def add_person(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t.person).values(values).returning(t.person.c.id)).scalar_one())


def set_password(c: Connection, person_id: int, password: str) -> None:
    c.execute(update(t.person).where(t.person.c.id == person_id).values(password=password))
    c.execute(delete(t.session).where(t.session.c.person_id == person_id))


def add_session(
    c: Connection, token_hash: str, person_id: int, office_id: int, at: int, tick: int, expires_tick: int
) -> None:
    c.execute(insert(t.session).values(
        token_hash=token_hash, person_id=person_id, office_id=office_id, created_at=at,
        expires_tick=expires_tick, used_tick=tick,
    ))


_by_session = Prepared(_person.join(t.session, t.session.c.person_id == t.person.c.id).where(
    t.session.c.token_hash == bindparam("token"), t.session.c.expires_tick > bindparam("tick"),
    t.session.c.used_tick > bindparam("used_since"), t.person.c.active == 1
))


def person_of_session(c: Connection, token_hash: str, tick: int, used_since: int) -> Person | None:
    row = _by_session.first(c, {"token": token_hash, "tick": tick, "used_since": used_since})
    return None if row is None else Person(*row)


def end_session(c: Connection, token_hash: str) -> None:
    c.execute(delete(t.session).where(t.session.c.token_hash == token_hash))


def end_sessions_of(c: Connection, person_id: int) -> int:
    """Ends a person's sessions; how many."""
    return int(c.execute(delete(t.session).where(t.session.c.person_id == person_id)).rowcount)


def touch_sessions(c: Connection, token_hashes: list[str], tick: int) -> None:
    c.execute(update(t.session).where(t.session.c.token_hash.in_(token_hashes)).values(used_tick=tick))


def save_totp(c: Connection, person_id: int, secret: str, step: int) -> None:
    c.execute(update(t.person).where(t.person.c.id == person_id).values(totp_secret=secret, totp_step=step))


# --- seats -------------------------------------------------------------------------------------

_seat_at = Prepared(select(*_seat_columns).where(
    t.seat.c.office_id == bindparam("office"), t.seat.c.counter == bindparam("at_counter")
))
_seat_of = Prepared(select(*_seat_columns).where(
    t.seat.c.office_id == bindparam("office"), t.seat.c.person_id == bindparam("person")
))
_seats = Prepared(
    select(*_seat_columns, t.person.c.shown_name)
    .outerjoin(t.person, t.person.c.id == t.seat.c.person_id).where(t.seat.c.office_id == bindparam("office"))
)
_save_seat = (
    update(t.seat).where(t.seat.c.office_id == bindparam("office"), t.seat.c.counter == bindparam("at_counter"))
    .values(
        person_id=bindparam("new_person"), state=bindparam("new_state"), reason=bindparam("new_reason"),
        since_at=bindparam("new_since"), version=t.seat.c.version + 1, changed_tick=bindparam("tick"),
    )
)
_touch_seat = Prepared(
    update(t.seat).where(t.seat.c.office_id == bindparam("office"), t.seat.c.counter == bindparam("at_counter"))
    .values(version=t.seat.c.version + 1, changed_tick=bindparam("tick")).returning(t.seat.c.version)
)


def seat_at(c: Connection, office_id: int, counter: str) -> Seat | None:
    row = _seat_at.first(c, {"office": office_id, "at_counter": counter})
    return None if row is None else Seat(*row)


def seat_of(c: Connection, office_id: int, person_id: int) -> Seat | None:
    row = _seat_of.first(c, {"office": office_id, "person": person_id})
    return None if row is None else Seat(*row)


def seats(c: Connection, office_id: int) -> dict[str, Seat]:
    rows = _seats.all(c, {"office": office_id})
    return {row[0]: Seat(*row)._replace(shown_name=row[7] or "") for row in rows}


def add_seats(c: Connection, office_id: int, counters: list[str]) -> None:
    known = set(seats(c, office_id))
    new = [{"office_id": office_id, "counter": key} for key in counters if key not in known]
    if new:
        c.execute(insert(t.seat), new)


def save_seat(
    c: Connection, office_id: int, counter: str, person_id: int | None, state: str, reason: str, since: int, tick: int
) -> None:
    c.execute(_save_seat, {
        "office": office_id, "at_counter": counter, "new_person": person_id, "new_state": state, "new_reason": reason,
        "new_since": since, "tick": tick,
    })


def touch_seat(c: Connection, office_id: int, counter: str, tick: int) -> int | None:
    """Something happened at this counter: presses that saw the state before are stale now. Its new version, or None
    where nobody ever sat."""
    row = _touch_seat.first(c, {"office": office_id, "at_counter": counter, "tick": tick})
    return None if row is None else int(row[0])


# --- what an officer must be told ----------------------------------------------------------------


class Told(NamedTuple):
    """``code``: counter_taken | counter_closed | visitor_taken; ``by``: the name of whoever did it; ``at``: UTC ms."""

    person_id: int
    code: str
    counter: str
    label: str
    by: str
    at: int


_told = Prepared(
    select(t.told.c.person_id, t.told.c.code, t.told.c.counter, t.told.c.label, t.person.c.shown_name, t.told.c.at)
    .join(t.person, t.person.c.id == t.told.c.by_person).where(t.told.c.office_id == bindparam("office"))
)


def told(c: Connection, office_id: int) -> dict[int, Told]:
    """Person -> what stands on their console until they have read it."""
    return {row[0]: Told(*row) for row in _told.all(c, {"office": office_id})}


def tell(
    c: Connection, office_id: int, person_id: int, code: str, counter: str, label: str, by_person: int, at: int
) -> None:
    """The newest is told; an older one that nobody has read goes."""
    read(c, office_id, person_id)
    c.execute(insert(t.told).values(
        office_id=office_id, person_id=person_id, code=code, counter=counter, label=label, by_person=by_person, at=at))


def read(c: Connection, office_id: int, person_id: int) -> None:
    """They have read it."""
    c.execute(delete(t.told).where(t.told.c.office_id == office_id, t.told.c.person_id == person_id))


# --- devices -----------------------------------------------------------------------------------

_device_by_token = Prepared(_device.where(t.device.c.token_hash == bindparam("token")))
_devices_of = Prepared(_device.where(t.device.c.office_id == bindparam("office")).order_by(t.device.c.id))


def device_by_token(c: Connection, token_hash: str) -> Device | None:
    row = _device_by_token.first(c, {"token": token_hash})
    return None if row is None else Device(*row)


def device_by_code(c: Connection, office_id: int, code: str) -> Device | None:
    row = c.execute(_device.where(
        t.device.c.office_id == office_id, t.device.c.code == code, t.device.c.state == "pending"
    )).first()
    return None if row is None else Device(*row)


def device(c: Connection, office_id: int, device_id: int) -> Device | None:
    row = c.execute(_device.where(t.device.c.office_id == office_id, t.device.c.id == device_id)).first()
    return None if row is None else Device(*row)


def devices_of(c: Connection, office_id: int) -> list[Device]:
    return [Device(*row) for row in _devices_of.all(c, {"office": office_id})]


def add_device(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t.device).values(values).returning(t.device.c.id)).scalar_one())


def save_device(c: Connection, device_id: int, **values: Any) -> None:
    c.execute(update(t.device).where(t.device.c.id == device_id).values(**values))


#: A board that has not reported for so long is not alive, ms (it reports every second).
ALIVE_MS = 6_000


#: A device that was paired just now has not had the time to say that it lives, ms.
JUST_PAIRED_MS = 15_000
#: A kiosk says nothing by itself: while its line stands, the server notes it every ten seconds. This long
#: without a note it is not there, ms.
KIOSK_GONE_MS = 25_000


def silent_twins(c: Connection, new: Device, at: int) -> list[int]:
    """Paired devices of the same kind, place and name as ``new`` that are not connected: it has taken their place.

    Two kiosks side by side, or two boards that show the same, are both connected and stay. A kiosk that was never
    connected stays too: it may be about to come.
    """
    gone = t.device.c.seen_at < at - ALIVE_MS
    if new.kind == "kiosk":
        gone = t.device.c.seen_at.between(1, at - KIOSK_GONE_MS)
    rows = c.execute(select(t.device.c.id).where(
        t.device.c.office_id == new.office_id, t.device.c.kind == new.kind, t.device.c.board == new.board,
        t.device.c.name == new.name, t.device.c.state == "paired", t.device.c.id != new.id,
        t.device.c.paired_at < at - JUST_PAIRED_MS, gone,
    ).order_by(t.device.c.id))
    return [r[0] for r in rows]


def boards_alive(c: Connection, office_id: int, hall: str, at: int) -> list[int]:
    """Devices of the boards of a hall that reported lately; ``board`` of a device is "hall/board"."""
    rows = c.execute(select(t.device.c.id).where(
        t.device.c.office_id == office_id, t.device.c.kind == "board", t.device.c.state == "paired",
        t.device.c.board.startswith(f"{hall}/", autoescape=True), t.device.c.seen_at > at - ALIVE_MS,
    ))
    return [r[0] for r in rows]


def drop_old_requests(c: Connection, before: int) -> None:
    """Unanswered requests for pairing go after a day; a device that still waits asks again."""
    c.execute(delete(t.device).where(t.device.c.state == "pending", t.device.c.created_at < before))
