"""The log, the repeatable presses, and the counted refusals."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, insert, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .. import tables as t
from .prepared import Prepared

_answers: dict[int, Prepared] = {}
_add_answer = Prepared(insert(t.command))
_add_event = Prepared(insert(t.event_table))


def answers(c: Connection, presses: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """(actor, key) -> (digest, answer) of those presses that were already answered; each is found by its index."""
    n = len(presses)
    if n not in _answers:
        _answers[n] = Prepared(
            select(t.command.c.actor, t.command.c.key, t.command.c.digest, t.command.c.answer).where(or_(*(
                and_(t.command.c.actor == bindparam(f"actor_{i}"), t.command.c.key == bindparam(f"key_{i}"))
                for i in range(n)))))
    values = {f"{name}_{i}": press[at] for i, press in enumerate(presses) for at, name in enumerate(("actor", "key"))}
    return {(r[0], r[1]): (r[2], r[3]) for r in _answers[n].all(c, values)}


def add_answers(c: Connection, rows: list[dict[str, Any]]) -> None:
    _add_answer.many(c, rows)


def add_events(c: Connection, rows: list[dict[str, Any]]) -> None:
    _add_event.many(c, rows)


#: Events whose content a process must act on though another recorded it.
_ACTED_ON = ("device_revoked", "password_reset")
#: So many events are read at once; who is further behind reads on.
_MOST_AFTER = 2_000
_after = select(t.event_table.c.seq, t.event_table.c.kind, t.event_table.c.step_id, t.event_table.c.body).where(
    t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"),
).order_by(t.event_table.c.seq).limit(_MOST_AFTER)


def after(c: Connection, office_id: int, seq: int) -> list[tuple[int, str, dict[str, Any], int | None]]:
    """(seq, kind, body, step) of the events after ``seq``; bodies only of those whose content closes a door."""
    return [
        (r[0], r[1], orjson.loads(r[3]) if r[1] in _ACTED_ON else {}, r[2])
        for r in c.execute(_after, {"office": office_id, "after_seq": seq})
    ]


_newest_press = Prepared(select(t.event_table.c.kind).where(
    t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"),
    t.event_table.c.actor == bindparam("by"), t.event_table.c.kind != "passed", t.event_table.c.kind != "arrived",
).order_by(t.event_table.c.seq.desc()).limit(1))
#: Of so many events the newest of one officer is looked for: far more than an office has in a moment.
LOOKED_BACK = 100


def newest_press(c: Connection, office_id: int, head_seq: int, actor: str) -> str | None:
    """What ``actor`` did last, if it is among the newest events; what only follows from a call is left out."""
    where = {"office": office_id, "after_seq": head_seq - LOOKED_BACK, "by": actor}
    row = _newest_press.first(c, where)
    return None if row is None else str(row[0])


_is_there = Prepared(select(t.event_table.c.hash).where(
    t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq == bindparam("of_seq")))


def is_there(c: Connection, row: dict[str, Any]) -> bool:
    """Whether this very event is in the log."""
    found = _is_there.first(c, {"office": row["office_id"], "of_seq": row["seq"]})
    return found is not None and bool(found[0] == row["hash"])


def count_refusal(c: Connection, office_id: int, day: str, service: str, channel: str, code: str) -> None:
    values = {"office_id": office_id, "day": day, "service": service, "channel": channel, "code": code, "n": 1}
    make = sqlite.insert if c.dialect.name == "sqlite" else postgresql.insert
    statement = make(t.refusal).values(values)
    c.execute(statement.on_conflict_do_update(
        index_elements=["office_id", "day", "service", "channel", "code"], set_={"n": t.refusal.c.n + 1},
    ))


def refusals(c: Connection, office_id: int, day: str) -> list[tuple[str, str, str, int]]:
    """(service, channel, code, n) of a day."""
    rows = c.execute(
        select(t.refusal.c.service, t.refusal.c.channel, t.refusal.c.code, t.refusal.c.n)
        .where(t.refusal.c.office_id == office_id, t.refusal.c.day == day)
    )
    return [(r[0], r[1], r[2], r[3]) for r in rows]


def take_uncounted(c: Connection, office_id: int) -> dict[tuple[str, str], dict[str, int]]:
    """(day, service) -> {"channel:code": how often that day}, of those that grew since they were last taken."""
    r = t.refusal.c
    grown = {(row[0], row[1]) for row in c.execute(
        select(r.day, r.service).where(r.office_id == office_id, r.n > r.counted))}
    found: dict[tuple[str, str], dict[str, int]] = {}
    for day, service in sorted(grown):
        of_service = and_(r.office_id == office_id, r.day == day, r.service == service)
        rows = c.execute(select(r.channel, r.code, r.n).where(of_service).order_by(r.channel, r.code))
        found[day, service] = {f"{channel}:{code}": n for channel, code, n in rows}
        c.execute(update(t.refusal).where(of_service).values(counted=r.n))
    return found


_unsummed = (
    select(t.call.c.seq, t.call.c.step_id, t.call.c.at).where(
        t.call.c.office_id == bindparam("office"), literal_column("call.summed = 0"), t.call.c.at < bindparam("before")
    ).order_by(t.call.c.seq).limit(100)
)


def calls_to_sum(c: Connection, office_id: int, before: int) -> list[tuple[int, int, int]]:
    return [(r[0], r[1], r[2]) for r in c.execute(_unsummed, {"office": office_id, "before": before})]


def mark_summed(c: Connection, office_id: int, seqs: list[int]) -> None:
    c.execute(update(t.call).where(t.call.c.office_id == office_id, t.call.c.seq.in_(seqs)).values(summed=1))
