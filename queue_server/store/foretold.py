"""How often the forecasts that were given with numbers have held."""

from __future__ import annotations

from statistics import median

from sqlalchemy import Connection, and_, case, func, select

from .. import tables as t
from ..domain.outlook import Hits

_given = t.step.c.foretold_low.is_not(None)
_inside = and_(t.step.c.first_waited_ms >= t.step.c.foretold_low * 1000,
               t.step.c.first_waited_ms <= t.step.c.foretold_high * 1000)
#: Who was called in the second in which the number was taken needed no forecast: counting them would flatter it.
AT_ONCE_MS = 1_000
#: The median width is that of the newest so many.
WIDTHS = 2_000


def hits(c: Connection, office_id: int, first: str, last: str, service: str = "") -> Hits:
    """Of the office days from ``first`` to ``last`` (ISO dates, both included); ``service`` "": of all."""
    where = [t.step.c.office_id == office_id, t.step.c.day >= first, t.step.c.day <= last, _given]
    if service:
        where.append(t.step.c.service == service)
    waited = t.step.c.first_waited_ms >= AT_ONCE_MS
    row = c.execute(select(
        func.count(case((waited, 1))), func.count(case((and_(waited, _inside), 1))),
        func.count(case((t.step.c.first_waited_ms < AT_ONCE_MS, 1))),
        func.count(case((and_(t.step.c.first_waited_ms.is_(None), t.step.c.state == "cancelled"), 1))),
    ).where(*where)).one()
    widths = c.execute(
        select(t.step.c.foretold_high - t.step.c.foretold_low).where(*where, waited)
        .order_by(t.step.c.id.desc()).limit(WIDTHS)).scalars().all()
    return Hits(row[0], row[1], round(median(widths)) if widths else 0, row[2], row[3])
