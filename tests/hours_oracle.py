"""``may_issue`` once more, by brute force: a label for every minute of a day, written without the real code.

Fixed offsets instead of zones, sets of minutes instead of spans. It is slow and knows one way to be right.
"""

from __future__ import annotations

from datetime import date, timedelta

from queue_server.domain.office import Office, Service, Week

OFFSET_MIN = {"WIB": 7 * 60, "WITA": 8 * 60, "WIT": 9 * 60}
EPOCH = date(1970, 1, 1)


def split(office: Office, at_ms: int) -> tuple[date, int]:
    """The office day and the minute since its date's midnight."""
    local = at_ms // 60_000 + OFFSET_MIN[office.time_zone]
    day = (local - office.day_starts) // 1440
    return EPOCH + timedelta(days=day), local - day * 1440


def join(office: Office, day: date, minute: int) -> int:
    return ((day - EPOCH).days * 1440 + minute - OFFSET_MIN[office.time_zone]) * 60_000


def _periods_of(week: Week, day: date) -> dict[int, int]:
    """Open minute -> the place of its period in that week's day."""
    return {m: n for n, span in enumerate(week.days[day.weekday()]) for m in range(span.start, span.end)}


def _rules(office: Office, service: Service | None, day: date) -> list[Week]:
    """The weeks of which all must be open."""
    iso = day.isoformat()
    there = [o for o in office.overrides if o.first <= iso <= o.last]
    for override in there:
        if service is not None and service.key in override.services:
            return [override.week]
    general = [o.week for o in there if o.services == ()]
    if service is None or service.week is None:
        return general[:1] or [office.week]
    return [service.week, *general[:1]]


def open_minutes(office: Office, service: Service | None, day: date) -> dict[int, object]:
    """Open minute -> which period it belongs to."""
    whole = range(office.day_starts, office.day_starts + 1440)
    if office.always_open:
        return dict.fromkeys(whole, 0)
    if day.isoformat() in [holiday.date for holiday in office.holidays]:
        return {}
    weeks = [_periods_of(week, day) for week in _rules(office, service, day)]
    return {m: tuple(week[m] for week in weeks) for m in whole if all(m in week for week in weeks)}


def labels(office: Office, service: Service, day: date) -> dict[int, str]:
    """Each minute of the day -> "issue 0", "issue 1" … or the code of the refusal."""
    whole = range(office.day_starts, office.day_starts + 1440)
    open_at = open_minutes(office, service, day)
    if not open_at:
        return dict.fromkeys(whole, _closed_code(office, service, day))
    if office.always_open:
        return dict.fromkeys(whole, "issue 0")
    order = list(dict.fromkeys(open_at.values()))
    starts = {n: min(m for m in open_at if open_at[m] == order[n]) for n in range(len(order))}
    ends = {n: max(m for m in open_at if open_at[m] == order[n]) + 1 for n in range(len(order))}
    last = service.last_ticket_min if service.last_ticket_min is not None else office.last_ticket_min
    if service.break_ticket_min is not None:
        pause = service.break_ticket_min
    elif service.last_ticket_min is None and office.break_ticket_min is not None:
        pause = office.break_ticket_min
    else:
        pause = last
    house = open_minutes(office, None, day)
    if service.issue_from is not None:
        begin = service.issue_from
    elif office.issue_from is not None and house and starts[0] <= min(house):
        begin = office.issue_from
    else:
        begin = starts[0]
    found = {}
    for minute in whole:
        n = next((n for n in ends if minute < ends[n]), None)
        if n is None:
            found[minute] = "closed"
            continue
        cut = ends[n] - (last if n == len(order) - 1 else pause)
        if n > 0 and minute < starts[n]:
            found[minute] = "break"
        elif minute >= cut:
            found[minute] = "after_cutoff"
        elif minute < begin:
            found[minute] = "before_opening"
        else:
            found[minute] = f"issue {n}"
    return found


def _closed_code(office: Office, service: Service, day: date) -> str:
    iso = day.isoformat()
    usual = service.week or office.week
    overridden = any(
        o.first <= iso <= o.last and (service.key in o.services or o.services == ()) for o in office.overrides
    )
    named = any(holiday.date == iso for holiday in office.holidays)
    return "holiday" if named or (overridden and usual.days[day.weekday()]) else "closed_today"


def full(service: Service, channel: str, priority: bool, day: dict, session: dict) -> bool:
    """Would one more number pass a limit?"""
    quota = service.quota
    drawn = [key for key, n in (session if quota.per == "session" else day).items() for _ in range(n)]
    own = quota.priority is not None
    if own and priority:
        return len([1 for _, first in drawn if first]) >= quota.priority
    drawn = [by for by, first in drawn if not (own and first)]
    here = [by for by in drawn if (by == "online") == (channel == "online")]
    limit = quota.online if channel == "online" else quota.door
    return (limit is not None and len(here) >= limit) or (quota.total is not None and len(drawn) >= quota.total)


def decide(office, service, channel, priority, at_ms, issued, paused) -> tuple[str, int | None]:
    """(code or "", next opening)."""
    if channel == "online" and not (office.remote_numbers and service.remote):
        return "remote_off", None
    day, minute = split(office, at_ms)
    label = labels(office, service, day)[minute]
    if not label.startswith("issue"):
        return label, next_opening(office, service, at_ms, day)
    if paused is not None:
        return "paused", None
    if full(service, channel, priority, issued.day, issued.session):
        later = day if service.quota.per == "session" else day + timedelta(days=1)
        return "quota_full", next_opening(office, service, at_ms, later)
    return "", None


def next_opening(office, service, at_ms, first: date) -> int | None:
    today = split(office, at_ms)[0]
    day = first
    while (day - today).days <= 60:
        before = ""
        for minute, label in sorted(labels(office, service, day).items()):
            begins = label.startswith("issue") and label != before
            if begins and join(office, day, minute) > at_ms:
                return join(office, day, minute)
            before = label
        day += timedelta(days=1)
    return None
