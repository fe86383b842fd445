"""The demo's third way: an office that is open whenever somebody tries it."""

from __future__ import annotations

import re
from dataclasses import replace

from ..domain.hours import DAY_MIN
from ..domain.office import Booking, Notice, Office, Quota, Service, Session, Span, Week

#: "08.00–11.00", "13:00-14:00": a text with such a span tells the hours of the office's real week.
HOURS = re.compile(r"\d\d[.:]\d\d ?[–-] ?\d\d[.:]\d\d")


def demo_open(office: Office) -> Office:
    """The same office, open all day and every day and marked as demo; nothing of it becomes scarcer.

    Its numbers have no quota: one that holds for a real day is used up by the first evening of trying. Its
    boards do not show the notices that tell the hours of the real week.
    """
    whole = Week(((Span(office.day_starts, office.day_starts + DAY_MIN),),) * 7)
    return replace(
        office, week=whole, issue_from=None, last_ticket_min=0, break_ticket_min=None, holidays=(),
        overrides=(), services=tuple(_open(service) for service in office.services),
        notices=tuple(notice for notice in office.notices if not _tells_hours(notice)), demo=True,
    )


def _open(service: Service) -> Service:
    return replace(
        service, week=None, issue_from=None, last_ticket_min=None, break_ticket_min=None, quota=Quota(),
        booking=_booking_open(service.booking), sessions=_hourly(service))


def _booking_open(booking: Booking | None) -> Booking | None:
    """Until the session begins, and on every day; numbers from afar are given as well."""
    return None if booking is None else replace(booking, closes_min=0, early_min=60, numbers_too=True, days={})


def _hourly(service: Service) -> tuple[Session, ...]:
    """A session in every hour of every day, with the places of the first one."""
    if not service.sessions:
        return ()
    first = service.sessions[0]
    return tuple(
        Session(f"jam-{hour:02d}", Span(hour * 60, hour * 60 + 60), first.online, None, None) for hour in range(24))


def _tells_hours(notice: Notice) -> bool:
    return any(HOURS.search(text) for text in notice.text.values())
