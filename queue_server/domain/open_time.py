"""Which part of a stretch of time a standard does not count: breaks, or all time outside the published hours.

A standard may say that its clocks rest then (``Clocks.counts``). That is about time in which nobody is being served:
waiting, or set aside on the office's clock. Whoever is being served during a break is being served.
"""

from __future__ import annotations

from datetime import date, timedelta

from . import hours
from .office import Office, Service

#: A stretch that is longer has been forgotten by everybody; the rest of it counts.
MOST_DAYS = 31


def uncounted(office: Office, service: Service, counts: str, since: int, until: int) -> int:
    """How many ms between two instants (UTC ms) the standard leaves out, by the office's hours of those days."""
    if counts == "always" or office.always_open or until <= since:
        return 0
    first, last = (date.fromisoformat(hours.office_day(office, at)) for at in (since, until))
    found = 0
    for ahead in range(min((last - first).days, MOST_DAYS) + 1):
        day = (first + timedelta(days=ahead)).isoformat()
        found += sum(_overlap(since, until, *shut) for shut in _shut(office, service, day, counts))
    return found


def _shut(office: Office, service: Service, day: str, counts: str) -> list[tuple[int, int]]:
    """The stretches of an office day (UTC ms) in which the clocks rest."""
    spans = hours.periods(office, service, day)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    whole_day = [office.day_starts, *edges, office.day_starts + hours.DAY_MIN]
    edges = edges[1:-1] if counts == "no_breaks" else whole_day
    at = [hours.instant(office, day, minutes) for minutes in edges]
    return list(zip(at[::2], at[1::2], strict=True))


def _overlap(since: int, until: int, start: int, end: int) -> int:
    return max(0, min(until, end) - max(since, start))
