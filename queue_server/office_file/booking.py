"""Reservations in an office file: the sessions of a service, and the rules by which their places are taken."""

from __future__ import annotations

import re

from ..domain.hours import DAY_MIN
from ..domain.office import ASKS, STATUSES, WEEKDAYS, Booking, Service, Session, Span
from .lines import Path
from .node import Node, Sheet, clock_minutes, shown, suggestion

_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
#: What each rule needs to be asked for.
NEEDS = {"per_visitor_week": "nik", "per_inmate_day": "inmate", "days": "inmate", "permit": "inmate"}


def as_span(node: Node, key: str, item: object, day_starts: int, path: Path) -> Span | None:
    """A stretch of the office day, "08:00-11:00"; what is none is noted."""
    facts = {"where": node.where, "key": key, "given": shown(item)}
    match = _SPAN.fullmatch(item.strip()) if isinstance(item, str) else None
    start, end = (clock_minutes(match[1]), clock_minutes(match[2])) if match else (None, None)
    if start is None or end is None:
        node.sheet.note("span_wrong", path, **facts)
    elif start >= end:
        node.sheet.note("span_reversed", path, **facts)
    elif start < day_starts or end > day_starts + DAY_MIN:
        node.sheet.note("span_outside", path, **facts)
    else:
        return Span(start, end)
    return None


def session(node: Node, day_starts: int) -> Session:
    """One [[service.session]]."""
    key, given = node.key("key"), node.take("time", "time", required=True)
    time = None if given is None else as_span(node, "time", given, day_starts, (*node.path, "time"))
    found = Session(
        key=key, time=time or Span(day_starts, day_starts + 1),
        online=node.number("online", 0, 0, 9_999), walk_in=node.whole("walk_in", None, 0, 9_999),
        priority=node.whole("priority", None, 0, 9_999),
        weekdays=_among(node, "weekdays", WEEKDAYS), name=node.words("name", most=60),
    )
    if "online" not in node.value:
        node.note("missing", "online", example="60")
    node.done()
    return found


def _among(node: Node, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Texts of a list that may each be one of ``choices``, in their order."""
    found = node.texts(key, "list")
    for place, text in enumerate(found):
        if text not in choices:
            node.note("not_one_of", key, place, given=shown(text), choices=", ".join(choices),
                      **suggestion(text, choices))
    return tuple(choice for choice in choices if choice in found)


def booking(node: Node | None) -> Booking | None:
    """The table [service.booking]; None where it is left out: no reservations."""
    if node is None:
        return None
    usual = Booking()
    days = node.table("days")
    found = Booking(
        opens_days=node.number("opens_days", usual.opens_days, 0, 90),
        closes_min=node.number("closes_min", usual.closes_min, 0, 14 * DAY_MIN),
        early_min=node.number("early_min", usual.early_min, 0, DAY_MIN),
        late_min=node.number("late_min", usual.late_min, 0, DAY_MIN),
        release=node.yes_no("release", usual.release),
        numbers_too=node.yes_no("numbers_too", usual.numbers_too),
        asks=_among(node, "asks", ASKS),
        per_visitor_week=node.whole("per_visitor_week", None, 1, 50),
        per_inmate_day=node.whole("per_inmate_day", None, 1, 50),
        most_party=node.number("most_party", usual.most_party, 1, 50),
        days=_days(days) if days else {},
        permit=_among(node, "permit", STATUSES),
        keep_days=node.number("keep_days", usual.keep_days, 7, 365),
        signal_bookings=node.number("signal_bookings", usual.signal_bookings, 2, 100),
        signal_retaken_s=node.number("signal_retaken_s", usual.signal_retaken_s, 1, 3_600),
    )
    _what_rules_need(node, found)
    node.done()
    return found


def _days(node: Node) -> dict[str, tuple[str, ...]]:
    found = {status: _among(node, status, WEEKDAYS) for status in STATUSES if status in node.value}
    node.known.update(STATUSES)
    for status in STATUSES:
        node.sheet.asked.add(f"{node.generic}.{status}")
    node.done()
    return found


def _what_rules_need(node: Node, found: Booking) -> None:
    """A rule about a person can only hold where it is asked who that is."""
    for rule, ask in NEEDS.items():
        if getattr(found, rule) and ask not in found.asks:
            node.note("rule_needs_ask", rule, ask=ask)
    if found.permit and "permit" not in found.asks:
        node.note("rule_needs_ask", "permit", ask="permit")


def check(services: tuple[Service, ...], sheet: Sheet) -> None:
    """Sessions and rules of each service laid side by side."""
    for place, service in enumerate(services):
        where = f'service "{service.key}"'
        if service.booking is not None and not service.sessions:
            sheet.note("no_sessions", ("service", place, "booking"), where=where)
        if service.booking is None and service.sessions:
            sheet.note("no_booking", ("service", place, "session"), where=where)
        for later, one in enumerate(service.sessions):
            path: Path = ("service", place, "session", later)
            for earlier, other in enumerate(service.sessions[:later]):
                if one.key and one.key == other.key:
                    sheet.note("not_unique", (*path, "key"), where=f"{where}, session {later + 1}", key="key",
                               given=shown(one.key), other=sheet.lines.of(("service", place, "session", earlier)))
                elif _collide(one, other):
                    sheet.note("sessions_overlap", (*path, "time"), where=where, given=shown(one.key),
                               name=shown(other.key))


def _collide(one: Session, other: Session) -> bool:
    days = set(one.weekdays or WEEKDAYS) & set(other.weekdays or WEEKDAYS)
    return bool(days) and one.time.start < other.time.end and other.time.start < one.time.end
