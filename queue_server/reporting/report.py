"""The report of a period from what is kept of its days (``domain/report.py`` says what is in it)."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from .. import tables as t
from ..domain.report import BY, Figures, Refusals, figures, fitting, start_of
from .period import Period

__all__ = ["BY", "report", "start_of"]


def report(period: Period, by: str = "") -> Figures:
    """The whole report; ``by`` is one of BY, or empty: as fits the length of the period."""
    by = by or fitting(period.span.days)
    series = None if by == "month" else period.rows("service", by_day=True)
    return {
        "period": {
            "first": period.span.first, "last": period.span.last, "by": by, "today": period.today,
            "days": len(period.days_with_steps()), "service": period.service or None,
        },
        "seq": period.seq, "live": sorted(period.live),
        **figures(period.rows, by, _refusals(period.c, period.head.id, period), series),
    }


def _refusals(c: Connection, office_id: int, period: Period) -> Refusals:
    r = t.refusal.c
    where = [r.office_id == office_id, r.day >= period.span.first, r.day <= period.span.last]
    if period.service:
        where.append(r.service == period.service)
    found = Refusals()
    for into, column in ((found.total, r.code), (found.by_service, r.service), (found.by_day, r.day)):
        for name, n in c.execute(select(column, func.sum(r.n)).where(*where).group_by(column).order_by(column)):
            into[name] = int(n)
    return found
