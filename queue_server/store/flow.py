"""How a day flowed: how many waited, came and were called in each piece of it."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from .. import tables as t

#: A piece of the day, ms.
PIECE, DAY = 5 * 60_000, 86_400_000
_steps = select(
    t.step.c.service, t.step.c.queued_at, t.step.c.remote_ms, t.step.c.first_called_at, t.step.c.ended_at,
    t.step.c.arrived_at)


def of_day(c: Connection, office_id: int, day: str, until: int) -> dict[str, object]:
    """``times``: the beginning, and the end of each piece, UTC ms, from the first arrival to ``until`` or the last
    call; ``waiting``: service -> how many waited then, for their first call; ``joined`` and ``called``: how many since
    the time before."""
    rows = c.execute(_steps.where(t.step.c.office_id == office_id, t.step.c.day == day, t.step.c.state != "void",
                                  t.step.c.arrived_at.is_not(None))).all()
    if not rows:
        return {"times": [], "waiting": {}, "joined": {}, "called": {}}
    spans = [(r.service, r.queued_at + r.remote_ms, r.first_called_at or r.ended_at, bool(r.first_called_at))
             for r in rows]
    first = min(since for _s, since, _e, _c in spans) // PIECE * PIECE
    last = max(first, min(until, max(until if end is None else end for _s, _since, end, _c in spans)))
    pieces = min(DAY // PIECE, (last - first) // PIECE + 1)
    times = [first, *(min(last, first + n * PIECE) for n in range(1, pieces + 1))]
    changes: dict[str, dict[str, list[int]]] = {
        name: defaultdict(lambda: [0] * (pieces + 1)) for name in ("waiting", "joined", "called")}

    def at(instant: int) -> int:
        return int(max(0, min(pieces, (instant - first) // PIECE)))

    for service, since, end, was_called in spans:
        changes["waiting"][service][at(since)] += 1
        changes["joined"][service][at(since)] += 1
        if end is not None:
            changes["waiting"][service][at(max(since, end))] -= 1
            changes["called"][service][at(end)] += was_called
    waiting = {}
    for service, steps in changes["waiting"].items():
        now, held = 0, [0]
        for step in steps[:pieces]:
            now += step
            held.append(now)
        waiting[service] = held
    counted = {
        name: {service: [0, *n[:pieces]] for service, n in changes[name].items()} for name in ("joined", "called")}
    return {"times": times, "waiting": waiting, **counted}
