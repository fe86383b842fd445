"""An office's log read from end to end, as the verifier needs it: streamed, never all in memory."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from .. import tables as t
from ..domain.chain import GENESIS, Event, Problem, check

_e = t.event_table.c
#: Rows per fetch: enough to be quick, little enough for the smallest machine.
AT_ONCE = 1_000


def stored(c: Connection, office_id: int, key: str, first: int = 1, last: int | None = None) -> Iterator[Event]:
    """The events of an office in order of seq, from ``first`` to ``last`` (None: all there are)."""
    until = _e.seq >= first if last is None else _e.seq.between(first, last)
    rows = c.execute(
        select(_e.seq, _e.kind, _e.version, _e.body, _e.at, _e.boot_id, _e.boot_ns, _e.actor, _e.step_id,
               _e.previous_hash, _e.hash)
        .where(_e.office_id == office_id, until).order_by(_e.seq),
        execution_options={"stream_results": True, "yield_per": AT_ONCE})
    for seq, kind, version, body, at, boot, boot_ns, actor, step, previous, found in rows:
        yield Event(
            office=key, seq=seq, kind=kind, version=version, body=body, at=at, boot=boot, boot_ns=boot_ns, actor=actor,
            step=step, previous_hash=previous, hash=found)


def hash_before(c: Connection, office_id: int, seq: int) -> str:
    """The previous hash that an event states."""
    return str(c.execute(select(_e.previous_hash).where(_e.office_id == office_id, _e.seq == seq)).scalar_one())


def check_office(c: Connection, office_id: int, key: str, head_seq: int, head_hash: str) -> tuple[int, list[Problem]]:
    """(how many events, what does not hold); the head row must be the last event, or the end was cut off."""
    last = (0, GENESIS)

    def passing() -> Iterator[Event]:
        nonlocal last
        for event in stored(c, office_id, key):
            last = (event.seq, event.hash)
            yield event

    problems = check(passing())
    if last != (head_seq, head_hash):
        problems.append(Problem(head_seq, "gap", str(last[0])))
    return last[0], problems


def newest_at(c: Connection) -> dict[str, int]:
    """Office -> when its last event was recorded, UTC ms; offices without events are left out."""
    rows = c.execute(
        select(t.office.c.key, _e.at).join_from(t.office, t.event_table, _e.office_id == t.office.c.id)
        .where(_e.seq == t.office.c.head_seq))
    return {row[0]: row[1] for row in rows}


def newest_of(c: Connection, office_id: int) -> tuple[int, int]:
    """(seq, when it was recorded, UTC ms) of an office's newest event; zeros before the first."""
    row = c.execute(
        select(_e.seq, _e.at).where(_e.office_id == office_id).order_by(_e.seq.desc()).limit(1)).first()
    return (0, 0) if row is None else (row[0], row[1])


def counts(c: Connection) -> tuple[int, int]:
    """(events, tickets) of all offices."""
    events = c.execute(select(func.coalesce(func.sum(t.office.c.head_seq), 0))).scalar_one()
    return int(events), int(c.execute(select(func.count()).select_from(t.ticket)).scalar_one())
