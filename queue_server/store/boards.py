"""What boards reported, and who speaks in a hall."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from . import log
from .prepared import Prepared


class Sum(NamedTuple):
    """What all boards together said of one call."""

    seq: int
    step_id: int
    ticket_id: int
    drawn: int
    spoken: int
    first_at: int | None
    last_at: int | None
    devices: list[Any]


def _insert(c: Connection) -> Any:
    return sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert


_seen = Prepared(update(t.device).where(t.device.c.id == bindparam("of_device")).values(
    seen_at=bindparam("at"), sound=bindparam("with_sound")))


def save_seen(c: Connection, device: int, at: int, sound: str) -> None:
    _seen.run(c, {"of_device": device, "at": at, "with_sound": sound})


def save_acks(c: Connection, office_id: int, rows: list[tuple[int, int, int, int | None]]) -> None:
    """(call, device, drawn at, spoken at); a later report only adds what was missing."""
    _acks[c.dialect.name].many(c, [
        {"office_id": office_id, "call_seq": seq, "device_id": device, "drawn_at": drawn, "spoken_at": spoken}
        for seq, device, drawn, spoken in rows
    ])


def _ack(dialect: str) -> Prepared:
    statement: Any = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(t.board_ack)
    return Prepared(statement.on_conflict_do_update(
        index_elements=["office_id", "call_seq", "device_id"],
        set_={"spoken_at": func.coalesce(t.board_ack.c.spoken_at, statement.excluded.spoken_at)},
    ))


_acks = {name: _ack(name) for name in ("sqlite", "postgresql")}


def alive(c: Connection, office_id: int, hall: str, after: int, before: int) -> list[tuple[int, str]]:
    """(device, sound) of the paired boards of a hall that were heard between two instants, oldest device first.

    ``before`` is a little after now: a later sign is of a clock that was set back since, and says nothing.
    """
    rows = c.execute(select(t.device.c.id, t.device.c.sound).where(
        t.device.c.office_id == office_id, t.device.c.kind == "board", t.device.c.state == "paired",
        t.device.c.board.startswith(f"{hall}/", autoescape=True),
        t.device.c.seen_at > after, t.device.c.seen_at < before,
    ).order_by(t.device.c.id))
    return [(r[0], r[1]) for r in rows]


def lease(c: Connection, office_id: int, hall: str) -> tuple[int, int] | None:
    """(device, until) of the hall's voice."""
    row = c.execute(select(t.voice_lease.c.device_id, t.voice_lease.c.until_at).where(
        t.voice_lease.c.office_id == office_id, t.voice_lease.c.hall == hall)).first()
    return None if row is None else (row[0], row[1])


def save_lease(c: Connection, office_id: int, hall: str, device: int, until: int) -> None:
    values = {"office_id": office_id, "hall": hall, "device_id": device, "until_at": until}
    statement = _insert(c)(t.voice_lease).values(values)
    c.execute(statement.on_conflict_do_update(
        index_elements=["office_id", "hall"], set_={"device_id": device, "until_at": until}))


def sums(c: Connection, office_id: int, before: int) -> list[Sum]:
    """The calls older than ``before`` that have no summary in the chain yet; they have one from here on."""
    found = log.calls_to_sum(c, office_id, before)
    result = []
    for seq, step_id, _at in found:
        acks = c.execute(select(t.board_ack.c.device_id, t.board_ack.c.drawn_at, t.board_ack.c.spoken_at).where(
            t.board_ack.c.office_id == office_id, t.board_ack.c.call_seq == seq)).all()
        ticket_id = c.execute(select(t.step.c.ticket_id).where(t.step.c.id == step_id)).scalar_one()
        times = [x for r in acks for x in (r[1], r[2]) if x]
        result.append(Sum(
            seq, step_id, ticket_id, len(acks), sum(1 for r in acks if r[2]), min(times, default=None),
            max(times, default=None), sorted(r[0] for r in acks)))
    if found:
        log.mark_summed(c, office_id, [f[0] for f in found])
    return result


