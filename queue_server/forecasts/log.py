"""The office's log as forecasts hear it: events by the steady clock, in local seconds, found by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, bindparam, func, select

from .. import tables as t
from ..domain.forecast_day import KINDS, Heard
from ..domain.forecast_line import DAY
from ..domain.office import TIME_ZONES, Office

#: So many events are read at once.
MOST = 5_000
_EPOCH = date(1970, 1, 1)

_events = (
    select(t.event_table.c.seq, t.event_table.c.kind, t.event_table.c.body, t.event_table.c.at, t.event_table.c.step_id,
           t.event_table.c.boot_id, t.event_table.c.boot_ns)
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq > bindparam("after_seq"),
           t.event_table.c.seq <= bindparam("to_seq"), t.event_table.c.kind.in_(KINDS))
    .order_by(t.event_table.c.seq).limit(bindparam("most"))
)
_next = (
    select(t.event_table.c.seq, t.event_table.c.at)
    .where(t.event_table.c.office_id == bindparam("office"), t.event_table.c.seq >= bindparam("from_seq"))
    .order_by(t.event_table.c.seq).limit(1)
)
_first = select(func.min(t.event_table.c.seq)).where(t.event_table.c.office_id == bindparam("office"))


def zone_s(office: Office) -> int:
    """Seconds by which the office's clocks are ahead of UTC; its zones know no summer time."""
    offset = datetime.now(UTC).astimezone(ZoneInfo(TIME_ZONES[office.time_zone])).utcoffset() or timedelta()
    return int(offset.total_seconds())


class LocalTime:
    """Seconds of one day, in the office's zone: the wall clock says when a boot's first event of the day was, the
    steady clock how much later every other one. So a clock that is set changes no wait, and one that was wrong when
    the machine started does not put the day into another year.
    """

    def __init__(self, office: Office) -> None:
        self._zone = zone_s(office)
        self._ahead: dict[str, int] = {}   # boot -> ms by which the wall clock is ahead of the boot clock

    def __call__(self, boot: str, boot_ns: int, wall: int) -> float:
        since_boot = boot_ns // 1_000_000
        return (since_boot + self._ahead.setdefault(boot, wall - since_boot)) / 1000 + self._zone


def begins(office: Office, day: str) -> int:
    """UTC ms at which an office's day begins."""
    days = (date.fromisoformat(day) - _EPOCH).days
    return (days * DAY + office.day_starts * 60 - zone_s(office)) * 1000


def seq_before(c: Connection, office_id: int, at: int, head_seq: int) -> int:
    """The seq after which the events of ``at`` (UTC ms) and later stand, found by halving: the log is in order of
    time but for a clock that was set, and then it is found nearly."""
    low = int(c.execute(_first, {"office": office_id}).scalar() or 1)
    high = head_seq + 1
    while low < high:
        middle = (low + high) // 2
        row = c.execute(_next, {"office": office_id, "from_seq": middle}).first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = max(middle, row[0]) + 1
    return low - 1


class Written(NamedTuple):
    """An event as it stands in the log."""

    seq: int
    kind: str
    body: str
    wall: int
    step: int | None
    boot: str
    boot_ns: int

    def heard(self, local: LocalTime) -> Heard:
        return Heard(
            self.kind, local(self.boot, self.boot_ns, self.wall), self.wall, self.step, orjson.loads(self.body))


def written(c: Connection, office_id: int, after_seq: int, to_seq: int, most: int = MOST) -> list[Written]:
    """The next events that lines hear of, ``most`` of them, up to ``to_seq``; empty: there are no more."""
    rows = c.execute(_events, {"office": office_id, "after_seq": after_seq, "to_seq": to_seq, "most": most})
    return [Written(*row) for row in rows]
