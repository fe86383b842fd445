"""A past day as the simulation wants it: visits, what they kept counters, and when somebody called where."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from .. import tables as t
from ..domain.office import Office
from ..domain.ticket import label
from ..domain.what_if import Past, Shift, Visit
from . import moved

#: Between two visitors an officer types and tidies up; a longer gap was something else, ms.
LONGEST_GAP = 180_000
#: A counter that did nothing for so long, with no word of its officer in the log, was not staffed, ms.
IDLE = 45 * 60_000
#: Officers sit down before the first visitor's last event and leave after the last one's: so many events before and
#: after are looked through, and so long before the first call, ms.
BEFORE, AFTER, BEFORE_MS = 5_000, 2_000, 12 * 3_600_000
#: More visits than this on one day no office of ours has; they would take too long to play.
MOST = 20_000

_STAFFED = {"counter_taken": True, "counter_resumed": True, "counter_left": False, "counter_paused": False,
            "counter_closed": False, "unit_switched_on": True, "unit_switched_off": False}
_steps = (
    select(t.step.c.id, t.step.c.ticket_id, t.step.c.service, t.step.c.priority, t.step.c.queued_at,
           t.step.c.remote_ms, t.step.c.state, t.step.c.counter, t.step.c.first_called_at,
           t.step.c.called_at, t.step.c.first_waited_ms, t.step.c.waited_ms, t.step.c.walked_ms, t.step.c.served_ms,
           t.step.c.ended_at, t.step.c.standard_id, t.step.c.last_seq,
           t.ticket.c.prefix, t.ticket.c.number, t.ticket.c.channel)
    .join(t.ticket, t.ticket.c.id == t.step.c.ticket_id)
)


class Kept(NamedTuple):
    """How one visit kept a counter: ``joined``, ``called``, ``freed`` on the day's clock."""

    counter: str
    joined: int
    called: int
    freed: int
    step: int


def read(c: Connection, office_id: int, office: Office, day: str) -> Past:
    """The day; no visits: nobody came. Times are UTC ms as people saw them; durations are the steady clock's."""
    rows = c.execute(_steps.where(
        t.step.c.office_id == office_id, t.step.c.day == day, t.step.c.state != "void").order_by(t.step.c.id).limit(
            MOST)).all()
    promises = _promises(c, office_id)
    visits, kept = [], []
    newest_leg: dict[int, int] = {}
    for row in rows:
        visit = _visit(row, promises, newest_leg.get(row.ticket_id))
        newest_leg[row.ticket_id] = row.id
        visits.append(visit)
        if visit.waited is not None and visit.keeps is not None:
            called = visit.joined + visit.waited
            kept.append(Kept(row.counter, visit.joined, called, called + visit.keeps, visit.step))
    today = moved.as_today(c, office_id, office, day)
    gaps = _gaps(kept)
    found = tuple(replace(v, keeps=v.keeps + gaps.get(v.step, 0)) if v.keeps is not None else v for v in visits)
    seqs = [row.last_seq for row in rows]
    about = (min(seqs) - BEFORE, max(seqs) + AFTER) if seqs else (0, 0)
    return Past(found, _shifts(c, office_id, today, kept, about), today.counters, office.rules)


def _visit(row: Any, promises: dict[int, dict[str, Any]], earlier: int | None) -> Visit:
    called = row.first_called_at is not None
    waited = row.first_waited_ms if row.first_waited_ms is not None else max(0, row.waited_ms - row.remote_ms)
    return Visit(
        row.id, label(row.prefix, row.number), row.service, bool(row.priority), row.queued_at + row.remote_ms,
        max(1_000, row.walked_ms + row.served_ms) if called else None, waited if called else None,
        None if called else max(0, row.waited_ms - row.remote_ms) or None,
        _stated(promises.get(row.standard_id, {}), row.channel, bool(row.priority)), earlier)


def _stated(promises: dict[str, Any], channel: str, priority: bool) -> int | None:
    found = (promises.get("priority") if priority else None) or promises.get(channel) or promises.get("door") or {}
    minutes = found.get("wait_min")
    return None if minutes is None else minutes * 60_000


def _promises(c: Connection, office_id: int) -> dict[int, dict[str, Any]]:
    rows = c.execute(select(t.standard.c.id, t.standard.c.body).where(t.standard.c.office_id == office_id))
    return {row[0]: json.loads(row[1])["promises"] for row in rows}


def _by_counter(kept: Iterable[Kept]) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = defaultdict(list)
    for one in sorted(kept, key=lambda k: k.called):
        found[one.counter].append(one)
    return found


def _gaps(kept: Sequence[Kept]) -> dict[int, int]:
    """Step -> how long the officer took until the next call, where the next visitor waited already."""
    return {
        one.step: max(0, min(LONGEST_GAP, after.called - one.freed))
        for some in _by_counter(kept).values() for one, after in pairwise(some)
        if after.joined <= one.freed}


def _shifts(
    c: Connection, office_id: int, office: Office, kept: Sequence[Kept], about: tuple[int, int]
) -> tuple[Shift, ...]:
    """By the word of the officers in the log; for a counter of which it has none, by its calls."""
    if not kept:
        return ()
    by_counter = _by_counter(kept)
    first, last = min(k.called for k in kept), max(k.freed for k in kept)
    said = _said(c, office_id, about, first - BEFORE_MS)
    found: list[Shift] = []
    for counter in office.counters:
        calls = by_counter.get(counter.key, [])
        spans = _spans(said.get(counter.key, []), first, last) or _busy(calls)
        spans += [(k.called, k.freed) for k in calls]
        found += [Shift(counter.key, start, end) for start, end in _joined(spans)]
    return tuple(found)


def _said(
    c: Connection, office_id: int, about: tuple[int, int], since: int
) -> dict[str, list[tuple[int, bool]]]:
    """Counter -> (when, whether somebody calls there from then on), of the events ``about`` the day."""
    event = t.event_table.c
    rows = c.execute(
        select(event.body, event.kind, event.at)
        .where(event.office_id == office_id, event.kind.in_(_STAFFED), event.at >= since,
               event.seq.between(*about)).order_by(event.seq))
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for body, kind, at in rows:
        found[orjson.loads(body)["counter"]].append((at, _STAFFED[kind]))
    return found


def _spans(said: Sequence[tuple[int, bool]], first: int, last: int) -> list[tuple[int, int]]:
    spans, since = [], None
    for at, staffed in said:
        if staffed and since is None:
            since = at
        elif not staffed and since is not None:
            spans.append((max(first, since), at))
            since = None
    if since is not None:
        spans.append((max(first, since), last))
    return [(start, end) for start, end in spans if end > start]


def _busy(calls: Sequence[Kept]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for one in calls:
        if spans and one.called - spans[-1][1] <= IDLE:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.freed))
        else:
            spans.append((one.called, one.freed))
    return spans


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch are one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
