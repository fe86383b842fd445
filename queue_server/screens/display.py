"""The board of a hall: the call, the last calls, who is next, and what the office publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..domain import hours
from ..domain.announcement import NUMBERS, Vocabulary, announcement
from ..domain.office import PUBLISHED_COMPONENTS, Office, Service
from ..domain.ticket import label
from ..snapshot import Call, Snapshot
from .staffing import staffing

NEXT_SHOWN = 3
#: A number in which every digit occurs.
ALL_DIGITS = 1234567890


@dataclass(frozen=True)
class _Kept:
    """What was computed last for a hall, and from what: its boards share nearly everything."""

    snapshot: Snapshot
    words: Vocabulary | None
    hall: dict[str, Any]
    clips: dict[str, list[str]]


_kept: dict[tuple[str, str], _Kept] = {}


def picture(s: Snapshot, place: str, device: int, words: Vocabulary | None = None) -> dict[str, Any]:
    """``place`` is "hall/board"; ``device`` tells whether this board is the voice of its hall;
    ``words`` are those of the office's voice set (None: the shipped ones)."""
    hall_key, _, board_key = place.partition("/")
    board = next((b for b in s.office.boards if b.key == board_key), None)
    return {
        **_shared(s, hall_key, words), "device": device,
        "board": {"key": board_key, "name": board.name if board else board_key},
        "speaker": s.speakers.get(hall_key) == device,
        "voice": s.office.voice and (board is None or board.speaks),
    }


def _shared(s: Snapshot, hall_key: str, words: Vocabulary | None) -> dict[str, Any]:
    """What all boards of a hall show alike, computed once per snapshot."""
    key = (s.office.key, hall_key)
    kept = _kept.get(key)
    if kept is not None and kept.words is not words:
        kept = None
    if kept is not None and kept.snapshot is s:
        return kept.hall
    same_office = kept is not None and kept.snapshot.office is s.office
    clips = kept.clips if kept is not None and same_office else _clips(s.office, hall_key, words)
    hall = _hall(s, hall_key, words, clips)
    _kept[key] = _Kept(s, words, hall, clips)
    return hall


def _hall(
    s: Snapshot, hall_key: str, words: Vocabulary | None, clips: dict[str, list[str]]
) -> dict[str, Any]:
    office = s.office
    hall = next(h for h in office.halls if h.key == hall_key)
    calls = [call for call in s.calls if call.hall == hall_key]
    return {
        "kind": "board", "seq": s.seq, "at": s.at, "office": s.office_head(),
        "hall": {"key": hall.key, "name": hall.name},
        "calls": [_call(s, call, words) for call in calls if call.state != "withdrawn"],
        "withdrawn": [call.seq for call in calls if call.state == "withdrawn"],
        "counters": [_counter(s, c.key) for c in office.counters if c.hall == hall_key],
        "services": [
            {**head, **_service(s, office.service(head["key"]))} for head in s.services()
            if hall_key in office.hall_of(head["key"])
        ],
        "notices": [
            {"kind": n.kind, "text": n.text, "file": f"/media/{office.key}/{n.file}" if n.file else "",
             "seconds": n.seconds} for n in office.notices
        ],
        "running_text": office.running_text,
        "hours": [{"start": _clock(p.start), "end": _clock(p.end)} for p in hours.periods(office, None, s.day)],
        "always_open": office.always_open,
        "clips": clips,
    }


def _clock(minutes: int) -> str:
    """The end of a day reads 24:00, not 00:00."""
    return "24:00" if minutes == hours.DAY_MIN else hours.hhmm(minutes)


def _languages(office: Office, service: Service) -> tuple[str, ...]:
    return ("id", "en") if service.english and "en" in office.languages else ("id",)


def _clips(office: Office, hall_key: str, words: Vocabulary | None) -> dict[str, list[str]]:
    """Every clip that a call in this hall may need, so that a board has them before the first one."""
    needed: dict[str, set[str]] = {}
    # At a later stage a number keeps the letter of the service that it was taken for.
    first = {stage: service.prefix for service in office.services for stage in service.stages}
    for counter in (c for c in office.counters if c.hall == hall_key):
        for service in (office.service(key) for key in counter.services):
            for said in announcement(
                first.get(service.key, service.prefix), ALL_DIGITS, counter, _languages(office, service), "digits",
                words,
            ):
                more = NUMBERS if office.number_reading == "words" else ()
                needed.setdefault(said["lang"], set()).update(said["clips"], more)
    return {lang: sorted(clips) for lang, clips in needed.items()}


def _call(s: Snapshot, call: Call, words: Vocabulary | None) -> dict[str, Any]:
    counter = s.office.counter(call.counter)
    languages = _languages(s.office, s.office.service(call.service))
    return {
        "id": call.seq, "label": label(call.prefix, call.number), "prefix": call.prefix, "number": call.number,
        "counter": counter.key, "counter_name": counter.name, "direction": counter.direction,
        "at": call.at, "n": call.nth, "state": call.state, "service": call.service,
        "say": announcement(call.prefix, call.number, counter, languages, s.office.number_reading, words),
        "heard": call.spoken_at is not None,
    }


def _counter(s: Snapshot, key: str) -> dict[str, Any]:
    counter, row, seat = s.office.counter(key), s.at_counter(key), s.seats.get(key)
    if row is not None and row.id in s.held:
        row = None  # somebody goes to them first: until then no board knows of the call
    return {
        "key": key, "name": counter.name, "direction": counter.direction, "label": row.label if row else None,
        "service": row.service if row else None, "state": row.state if row else (seat.state if seat else "closed"),
        "since": (row.started_at or row.called_at) if row else None,
    }


def _service(s: Snapshot, service: Service) -> dict[str, Any]:
    line = s.lines.get(service.key)
    promise = service.standard.promise("door", False)
    return {
        "waiting": line.here if line else 0,
        "next": [row.label for row, _why in line.order[:NEXT_SHOWN]] if line else [],
        "serving": [row.label for row in s.active if row.service == service.key and row.id not in s.held],
        "staffing": staffing(s, service.key),
        "may": s.may_picture(service.key, "door"),
        "promise": {"wait_min": promise.wait_min, "service_min": promise.service_min},
        "components": {k: v for k, v in service.standard.components.items() if k in PUBLISHED_COMPONENTS},
        "decree": service.standard.decree,
    }
