"""The demo's third way: an office that is open whenever somebody tries it."""

from __future__ import annotations

from dataclasses import replace

from ..domain.hours import DAY_MIN
from ..domain.office import Office, Quota, Service, Span, Week


def demo_open(office: Office) -> Office:
    """The same office, open all day and every day and marked as demo; nothing of it becomes scarcer.

    A day that was several sessions becomes one, so a quota per session is multiplied by the sessions that
    the service had on its longest day.
    """
    whole = Week(((Span(office.day_starts, office.day_starts + DAY_MIN),),) * 7)
    return replace(
        office, week=whole, issue_from=None, last_ticket_min=0, break_ticket_min=None, holidays=(),
        overrides=(), services=tuple(_open(service, office) for service in office.services), demo=True,
    )


def _open(service: Service, office: Office) -> Service:
    sessions = max(1, *(len(spans) for spans in (service.week or office.week).days))
    return replace(
        service, week=None, issue_from=None, last_ticket_min=None, break_ticket_min=None,
        quota=_times(service.quota, sessions) if service.quota.per == "session" else service.quota,
    )


def _times(quota: Quota, sessions: int) -> Quota:
    def times(limit: int | None) -> int | None:
        return None if limit is None else limit * sessions

    return replace(
        quota, total=times(quota.total), door=times(quota.door), online=times(quota.online),
        priority=times(quota.priority),
    )
