"""The board of a hall: the call, the last calls, who is next, and what the office publishes."""

from __future__ import annotations

from typing import Any

from ..domain import hours
from ..domain.announcement import Vocabulary, announcement
from ..domain.office import PUBLISHED_COMPONENTS, Service
from ..domain.ticket import label
from ..snapshot import Call, Snapshot

NEXT_SHOWN = 4


def picture(s: Snapshot, place: str, device: int, words: Vocabulary | None = None) -> dict[str, Any]:
    """``place`` is "hall/board"; ``device`` tells whether this board is the voice of its hall;
    ``words`` are those of the office's voice set (None: the shipped ones)."""
    hall_key, _, board_key = place.partition("/")
    office = s.office
    hall = next(h for h in office.halls if h.key == hall_key)
    board = next((b for b in office.boards if b.key == board_key), None)
    return {
        "kind": "board", "seq": s.seq, "at": s.at, "device": device, "office": s.office_head(),
        "hall": {"key": hall.key, "name": hall.name},
        "board": {"key": board_key, "name": board.name if board else board_key},
        "speaker": s.speakers.get(hall_key) == device, "voice": office.voice,
        "calls": [_call(s, call, words) for call in s.calls if call.hall == hall_key and call.state != "withdrawn"],
        "withdrawn": [call.seq for call in s.calls if call.hall == hall_key and call.state == "withdrawn"],
        "counters": [_counter(s, c.key) for c in office.counters if c.hall == hall_key],
        "services": [
            {**head, **_service(s, office.service(head["key"]))} for head in s.services()
            if hall_key in office.hall_of(head["key"])
        ],
        "notices": [
            {"kind": n.kind, "text": n.text, "file": n.file, "seconds": n.seconds} for n in office.notices
        ],
        "running_text": office.running_text,
        "hours": [{"start": hours.hhmm(p.start), "end": hours.hhmm(p.end)} for p in hours.periods(office, None, s.day)],
        "always_open": office.always_open,
    }


def _call(s: Snapshot, call: Call, words: Vocabulary | None) -> dict[str, Any]:
    counter = s.office.counter(call.counter)
    languages = ("id", "en") if s.office.service(call.service).english and "en" in s.office.languages else ("id",)
    return {
        "id": call.seq, "label": label(call.prefix, call.number), "prefix": call.prefix, "number": call.number, "counter": counter.key,
        "counter_name": counter.name, "direction": counter.direction, "at": call.at, "n": call.nth, "state": call.state,
        "say": announcement(call.prefix, call.number, counter, languages, s.office.number_reading, words),
        "heard": call.spoken_at is not None,
    }


def _counter(s: Snapshot, key: str) -> dict[str, Any]:
    counter, row, seat = s.office.counter(key), s.at_counter(key), s.seats.get(key)
    return {
        "key": key, "name": counter.name, "direction": counter.direction, "label": row.label if row else None,
        "service": row.service if row else None, "state": row.state if row else (seat.state if seat else "closed"),
        "since": (row.started_at or row.called_at) if row else None,
    }


def _service(s: Snapshot, service: Service) -> dict[str, Any]:
    line = s.lines.get(service.key)
    promise = service.standard.promise("door", False)
    return {
        "waiting": line.waiting if line else 0,
        "next": [row.label for row, _why in line.order[:NEXT_SHOWN]] if line else [],
        "serving": [row.label for row in s.active if row.service == service.key],
        "may": s.may_picture(service.key, "door"),
        "promise": {"wait_min": promise.wait_min, "service_min": promise.service_min},
        "components": {k: v for k, v in service.standard.components.items() if k in PUBLISHED_COMPONENTS},
    }
