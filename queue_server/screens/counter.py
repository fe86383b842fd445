"""The officer's console: one visitor, the next act, and who waits."""

from __future__ import annotations

from typing import Any

from ..commands import counter as acts
from ..snapshot import Row, Snapshot
from ..store.people import Seat


def picture(s: Snapshot, person: int) -> dict[str, Any]:
    """What the officer ``person`` sees at the counter where they sit."""
    seat = next((x for x in s.seats.values() if x.person_id == person), None)
    keys = s.office.counter(seat.counter).services if seat else tuple(x.key for x in s.office.services)
    row = s.at_counter(seat.counter) if seat else None
    lines = [s.lines[key] for key in keys if key in s.lines]
    order = sorted((pair for line in lines for pair in line.order), key=lambda pair: pair[0].queued_tick)
    if len(lines) == 1:
        order = list(lines[0].order)
    return {
        "kind": "counter", "seq": s.seq, "at": s.at, "office": s.office_head(), "person": {"id": person},
        "counter": _seat(s, seat), "counters": [_counter(s, c.key, person) for c in s.office.counters],
        "current": _visitor(s, row) if row else None, "undo": undo(s, person),
        "waiting": {
            "total": sum(line.waiting for line in lines),
            "rows": [_row(one, place) for place, (one, _why) in enumerate(order[:60], 1)],
        },
        "parked": [{**_row(x), "reason": x.park_reason, "clock": x.park_clock} for x in s.parked if x.service in keys],
        "missed": [
            {**_row(x), "until": (x.ended_at or 0) + s.office.rules.return_within_min * 60_000}
            for x in s.missed if x.service in keys
        ],
        "remote": [_row(x) for line in lines for x in line.not_arrived],
        "services": [
            {**head, "may": s.may_picture(head["key"], "staff"), **_waits(s, head["key"])} for head in s.services()
        ],
        "reasons": {
            "out_of_order": [r for r in acts.OUT_OF_ORDER if r != "replay"], "outcome": list(acts.OUTCOMES),
            "park": list(acts.PARK), "pause": list(acts.PAUSE), "no_show": list(acts.NO_SHOW),
            "reclass": list(acts.RECLASS), "cancel": list(acts.CANCEL),
        },
        "today": {"served": 0, "on_time": 0, "judged": 0}, "alerts": [],
    }


def _seat(s: Snapshot, seat: Seat | None) -> dict[str, Any] | None:
    if seat is None:
        return None
    counter = s.office.counter(seat.counter)
    return {
        "key": counter.key, "name": counter.name, "version": seat.version, "state": seat.state, "reason": seat.reason,
        "since": seat.since_at, "services": list(counter.services),
    }


def _counter(s: Snapshot, key: str, person: int) -> dict[str, Any]:
    seat, row = s.seats.get(key), s.at_counter(key)
    return {
        "key": key, "name": s.office.counter(key).name, "person": seat.shown_name if seat and seat.person_id else None,
        "state": row.state if row else (seat.state if seat else "closed"), "label": row.label if row else None,
        "step": row.id if row else None, "since": (row.started_at or row.called_at) if row else None,
        "mine": bool(seat and seat.person_id == person),
    }


def _row(row: Row, place: int | None = None) -> dict[str, Any]:
    return {
        "step": row.id, "label": row.label, "service": row.service, "priority": bool(row.priority),
        "channel": row.channel, "since": row.queued_at, "place": place, "arrived": row.arrived_at is not None,
        "returning": bool(row.returned_seq),
    }


def _waits(s: Snapshot, key: str) -> dict[str, Any]:
    line = s.lines.get(key)
    return {"waiting": line.waiting if line else 0, "longest_since": line.longest_since if line else None}


def _visitor(s: Snapshot, row: Row) -> dict[str, Any]:
    promise, rules = s.promise(row), s.office.rules
    heard = [c for c in s.calls if c.step_id == row.id and c.state != "withdrawn"]
    last = max((c.at for c in heard), default=row.called_at or 0)
    drawn, spoken = sum(1 for c in heard if c.drawn_at), sum(1 for c in heard if c.spoken_at)
    counted = sum(1 for c in heard if c.drawn_at and (c.spoken_at or not s.office.voice))
    return {
        **_row(row), "state": row.state, "issued_at": row.issued_at, "called_at": row.called_at,
        "started_at": row.started_at, "waited_ms": row.waited_by(s.tick), "served_ms": row.served_ms, "calls": row.calls,
        "next_recall_at": last + rules.recall_spacing_s * 1000, "drawn": drawn, "spoken": spoken, "why": row.reason,
        "no_show": _no_show(s, row, last, counted), "coming": row.coming or None,
        "stated_wait_ms": None if promise.wait_min is None else promise.wait_min * 60_000,
        "stated_service_ms": None if promise.service_min is None else promise.service_min * 60_000,
    }


def _no_show(s: Snapshot, row: Row, last: int, counted: int) -> dict[str, Any]:
    """Whether a no-show would be taken now, by the rule of commands.counter.no_show_verdict."""
    rules = s.office.rules
    hall = s.office.counter(row.counter).hall
    alive = any(d.kind == "board" and d.board.startswith(f"{hall}/") and d.seen_at > s.at - 6_000 for d in s.devices)
    earliest = last + rules.no_show_after_s * 1000
    facts = {"needed": rules.no_show_calls, "heard": counted}
    if counted >= rules.no_show_calls:
        return {"allowed": True, "code": "", "facts": facts, "at": earliest}
    if alive:
        return {"allowed": False, "code": "no_show_calls", "facts": facts, "at": earliest}
    return {"allowed": True, "code": "reason_needed_no_board", "facts": facts, "at": earliest}


def undo(s: Snapshot, person: int) -> dict[str, Any] | None:
    """The newest move of this officer that may still be taken back."""
    done = s.undoable.get(person)
    if done is None:
        return None
    return {"event": done.event, "act": done.act, "label": done.label, "until": done.at + s.office.rules.undo_s * 1000}
