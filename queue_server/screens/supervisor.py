"""Today at a glance: waiting, longest wait, served, per service against its promise, per counter."""

from __future__ import annotations

from statistics import median
from typing import Any

from ..domain import hours
from ..snapshot import Snapshot, Tally


def picture(s: Snapshot, tallies: dict[str, Tally], counters: dict[str, tuple[int, tuple[int, ...]]]) -> dict[str, Any]:
    return {
        "kind": "supervisor", "seq": s.seq, "at": s.at, "office": s.office_head(),
        "services": [{**head, **_service(s, head["key"], tallies.get(head["key"], Tally()))} for head in s.services()],
        "counters": [_counter(s, c.key, counters.get(c.key, (0, ()))) for c in s.office.counters],
        "boards": [
            {"device": d.id, "kind": d.kind, "name": d.name, "hall": d.board.partition("/")[0],
             "board": d.board.partition("/")[2], "alive": d.seen_at > s.at - 6_000, "sound": d.sound,
             "speaker": s.speakers.get(d.board.partition("/")[0]) == d.id}
            for d in s.devices
        ],
        "alerts": [], "day": {"date": s.day, "open": s.day_open, "closed": s.day_closed},
        "hours": [{"start": hours.hhmm(p.start), "end": hours.hhmm(p.end)} for p in hours.periods(s.office, None, s.day)],
    }


def _service(s: Snapshot, key: str, tally: Tally) -> dict[str, Any]:
    line = s.lines.get(key)
    promise = s.office.service(key).standard.promise("door", False)
    return {
        "waiting": line.waiting if line else 0, "longest_since": line.longest_since if line else None,
        "oldest_label": line.order[0][0].label if line and line.order else None, "served": tally.served,
        "no_shows": tally.no_shows, "refusals": tally.refusals,
        "wait": {"median_ms": _median(tally.waits), "worst_ms": max(tally.waits, default=None),
                 "on_time": tally.wait_on_time, "judged": tally.wait_judged},
        "service": {"median_ms": _median(tally.services), "worst_ms": max(tally.services, default=None),
                    "on_time": tally.service_on_time, "judged": tally.service_judged},
        "stated": {"wait_min": promise.wait_min, "service_min": promise.service_min},
        "paused": s.pauses.get(key),
    }


def _counter(s: Snapshot, key: str, done: tuple[int, tuple[int, ...]]) -> dict[str, Any]:
    counter, seat, row = s.office.counter(key), s.seats.get(key), s.at_counter(key)
    return {
        "key": key, "name": counter.name, "person": seat.shown_name if seat and seat.person_id else None,
        "state": row.state if row else (seat.state if seat else "closed"), "reason": seat.reason if seat else "",
        "label": row.label if row else None, "since": (row.started_at or row.called_at) if row else None,
        "served": done[0], "serve_median_ms": _median(done[1]),
    }


def _median(values: tuple[int, ...]) -> int | None:
    return int(median(values)) if values else None
