"""An office as TOML that reads back equal: the export, and what two offices are compared by."""

from __future__ import annotations

import re
from dataclasses import asdict

from ..domain.office import (
    COMPONENTS,
    LANGUAGES,
    WEEKDAYS,
    Booking,
    Clocks,
    Counter,
    Messages,
    MixRule,
    Notice,
    Office,
    Promise,
    Quota,
    Room,
    Rules,
    Service,
    Session,
    Standard,
    Week,
    Words,
)
from .sections import spoken_by_name

Table = dict[str, object]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


class Inline(dict[str, object]):
    """A table that is written on one line."""


def document(office: Office) -> Table:
    """The office in the shape of its file. What is None or empty is left out, nothing else is."""
    top: Table = {
        "key": office.key, "name": office.name, "institution": office.institution,
        "time_zone": office.time_zone, "languages": list(office.languages), "accent": office.accent,
        "number_reading": office.number_reading, "voice": office.voice, "voice_set": office.voice_set,
        "remote_numbers": office.remote_numbers, "door_code": office.door_code,
        "day_starts": _clock(office.day_starts), "always_open": office.always_open, "demo": office.demo,
        "pause_reasons": [Inline(_words(reason)) for reason in office.pause_reasons],
    }
    hours: Table = {
        **_week(office.week), "issue_from": _clock(office.issue_from),
        "last_ticket_min": office.last_ticket_min, "break_ticket_min": office.break_ticket_min,
    }
    return _tidy({
        "running_text": _words(office.running_text), "complaint": _words(office.complaint),
        "office": top, "hours": hours,
        "holiday": [{"date": holiday.date, "name": holiday.name} for holiday in office.holidays],
        "override": [
            {"name": o.name, "first": o.first, "last": o.last, "services": list(o.services), **_week(o.week)}
            for o in office.overrides
        ],
        "hall": [{"key": hall.key, "name": _words(hall.name)} for hall in office.halls],
        "board": [{"key": b.key, "hall": b.hall, "name": b.name, "speaks": b.speaks} for b in office.boards],
        "counter": [_counter(counter) for counter in office.counters],
        "room": [_room(room) for room in office.rooms],
        "service": [_service(service) for service in office.services],
        "rules": _rules(office.rules),
        "messages": _messages(office.messages),
        "notice": [_notice(notice) for notice in office.notices],
        "words": {key: Inline(_words(words)) for key, words in sorted(office.words.items())},
    })


def write(office: Office) -> str:
    """The office as TOML text; ``read`` of it gives an equal office."""
    return "\n".join(_lines(document(office), "")).strip() + "\n"


def _words(words: Words) -> Table:
    return {lang: words[lang] for lang in LANGUAGES if lang in words}


def _clock(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _week(week: Week) -> Table:
    return {
        name: [f"{_clock(span.start)}-{_clock(span.end)}" for span in spans]
        for name, spans in zip(WEEKDAYS, week.days, strict=True)
    }


def _counter(counter: Counter) -> Table:
    derived = spoken_by_name(counter.name)
    spoken = None if counter.spoken == derived else list(counter.spoken or ())
    return {
        "key": counter.key, "name": _words(counter.name), "hall": counter.hall,
        "services": list(counter.services), "direction": counter.direction, "spoken": spoken,
    }


def _room(room: Room) -> Table:
    return {
        "key": room.key, "name": _words(room.name), "service": room.service, "units": list(room.units),
        "spare": list(room.spare), "minutes": room.minutes, "warn_min": room.warn_min,
        "extend_most_min": room.extend_most_min, "starts": room.starts, "ends": room.ends, "seats": room.seats,
        "places": room.places,
    }


def _service(service: Service) -> Table:
    return {
        "key": service.key, "prefix": service.prefix, "name": _words(service.name), "icon": service.icon,
        "colour": service.colour, "summary": _words(service.summary), "remote": service.remote,
        "english": service.english, "priority_prefix": service.priority_prefix,
        "stages": list(service.stages), "first_stage": _words(service.first_stage),
        "elsewhere": _words(service.elsewhere), "both_ready": service.both_ready, "phone_away": service.phone_away,
        "plate": service.plate, "finish_in_days": service.finish_in_days, "collected_at": list(service.collected_at),
        "reserved": list(service.reserved) if service.reserved else None,
        "reserved_for": Inline({kiosk: list(span) for kiosk, span in service.reserved_for.items()}) or None,
        "hours": {
            **(_week(service.week) if service.week is not None else {}),
            "issue_from": _clock(service.issue_from), "last_ticket_min": service.last_ticket_min,
            "break_ticket_min": service.break_ticket_min,
        },
        "quota": _quota(service.quota),
        "booking": _booking(service.booking),
        "session": [_session(session) for session in service.sessions],
        "standard": _standard(service.standard),
    }


def _quota(quota: Quota) -> Table:
    return {
        "per": quota.per, "total": quota.total, "door": quota.door, "online": quota.online,
        "priority": quota.priority,
    }


def _booking(booking: Booking | None) -> Table:
    if booking is None:
        return {}
    return {
        **{name: getattr(booking, name) for name in (
            "opens_days", "closes_min", "early_min", "late_min", "release", "numbers_too", "per_visitor_week",
            "per_inmate_day", "most_party", "keep_days", "signal_bookings", "signal_retaken_s")},
        "asks": list(booking.asks), "permit": list(booking.permit),
        "days": Inline({status: list(days) for status, days in booking.days.items()}) or None,
    }


def _session(session: Session) -> Table:
    return {
        "key": session.key, "name": _words(session.name),
        "time": f"{_clock(session.time.start)}-{_clock(session.time.end)}", "weekdays": list(session.weekdays),
        "online": session.online, "walk_in": session.walk_in, "priority": session.priority,
    }


def _standard(standard: Standard) -> Table:
    return {
        "decree": standard.decree, "valid_from": standard.valid_from, "valid_to": standard.valid_to,
        "visit_min": standard.visit_min, "clocks": _clocks(standard.clocks),
        "promise": {name: _promise(promise) for name, promise in standard.promises.items()},
        "components": {
            part: _words(standard.components[part]) for part in COMPONENTS if part in standard.components
        },
    }


def _clocks(clocks: Clocks) -> Table:
    """What is not as usual; a file that says nothing means the usual."""
    usual = Clocks()
    found = {"wait_from": clocks.wait_from, "wait_to": clocks.wait_to, "service_from": clocks.service_from,
             "counts": clocks.counts}
    return {name: value for name, value in found.items() if value != getattr(usual, name)}


def _promise(promise: Promise) -> Inline:
    return Inline(_tidy({"wait_min": promise.wait_min, "service_min": promise.service_min}))


def _rules(rules: Rules) -> Table:
    return {
        "merge": rules.merge, "return_after": rules.return_after, "no_show_calls": rules.no_show_calls,
        "recall_spacing_s": rules.recall_spacing_s, "no_show_after_s": rules.no_show_after_s,
        "return_within_min": rules.return_within_min, "double_press_ms": rules.double_press_ms,
        "undo_s": rules.undo_s, "tickets_per_phone": rules.tickets_per_phone,
        "kept_on_boards": rules.kept_on_boards, "needs": list(rules.needs), "mix": _mix(rules.mix),
        "complaints": asdict(rules.complaints), "family": asdict(rules.family),
    }


def _messages(messages: Messages) -> Table:
    """Left out where nothing is offered and all else is as usual."""
    if messages == Messages():
        return {}
    return {
        "push": messages.push, "whatsapp": messages.whatsapp, "sms": messages.sms, "email": messages.email,
        "ahead": messages.ahead, "reminders_h": list(messages.reminders_h),
    }


def _mix(mix: MixRule) -> Table:
    longest = "none" if mix.longest_wait_min is None else mix.longest_wait_min
    return {"priority": mix.priority, "ordinary": mix.ordinary, "longest_wait_min": longest}


def _notice(notice: Notice) -> Table:
    return {
        "kind": notice.kind, "text": _words(notice.text), "file": notice.file, "seconds": notice.seconds,
    }


#: Lists that mean something when they are empty: a closed day, a counter with a bare name, no reminder.
_MEANT_EMPTY = {*WEEKDAYS, "spoken", "reminders_h", "needs"}


def _tidy(table: Table) -> Table:
    """Without what is not set; a promise without minutes is set."""
    kept: Table = {}
    for key, value in table.items():
        if isinstance(value, Inline):
            kept[key] = value
        elif isinstance(value, dict):
            inner = _tidy(value)
            if inner:
                kept[key] = inner
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            kept[key] = [item if isinstance(item, Inline) else _tidy(item) for item in value]
        elif value not in (None, "", []) or (value == [] and key in _MEANT_EMPTY):
            kept[key] = value
    return kept


def _lines(table: Table, path: str) -> list[str]:
    """A table's own values first, then its tables; words as dotted keys, so that long ones stay readable."""
    found: list[str] = []
    inner: list[str] = []
    for key, value in table.items():
        name = key if _BARE.fullmatch(key) else _text(key)
        full = f"{path}.{name}" if path else name
        if isinstance(value, dict) and _is_table(value):
            if set(value) <= set(LANGUAGES):
                found += [f"{name}.{lang} = {_value(text)}" for lang, text in value.items()]
            else:
                inner += ["", f"[{full}]", *_lines(value, full)]
        elif isinstance(value, list) and any(_is_table(item) for item in value):
            for item in value:
                inner += ["", f"[[{full}]]", *_lines(item, full)]
        else:
            found.append(f"{name} = {_value(value)}")
    return found + inner


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and not isinstance(value, Inline)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Inline):
        pairs = (f"{k} = {_value(v)}" for k, v in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list):
        items = [_value(item) for item in value]
        long = sum(map(len, items)) > 90
        return "[\n  " + ",\n  ".join(items) + ",\n]" if long else f"[{', '.join(items)}]"
    raise TypeError(type(value).__name__)  # a value the file format does not have


def _text(text: str) -> str:
    escaped = "".join(_ESCAPES.get(sign, sign) for sign in text)
    if "\n" in escaped:
        return f'"""\n{escaped}"""'
    return f'"{escaped}"'
