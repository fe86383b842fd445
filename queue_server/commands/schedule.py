"""A change of the hours: for everybody, published, logged; there is no exception for one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.office import Override, Span, Week
from ..transaction import Answer, Tx
from .setup import configure

MOST_DAYS = 62


def change_schedule(tx: Tx, args: dict[str, Any]) -> Answer:
    """Other hours from ``first`` to ``last`` (ISO dates, both included), for all services or one.

    ``hours``: "08:00-11:00, 13:00-14:00", or empty for closed; ``name`` is what visitors are told.
    """
    first, last = _day(args.get("first"), "first"), _day(args.get("last") or args.get("first"), "last")
    if not tx.day <= first <= last or (date.fromisoformat(last) - date.fromisoformat(first)).days > MOST_DAYS:
        raise Refused("schedule_dates")
    name = str(args.get("name") or "").strip()
    if not name:
        raise Refused("schedule_name")
    service = str(args.get("service") or "")
    if service and all(s.key != service for s in tx.office.services):
        raise Refused("no_such_service")
    spans = _spans(str(args.get("hours") or ""))
    changed = Override(first, last, name[:80], Week((spans,) * 7), (service,) if service else ())
    # The newest change goes first: where two overlap, the last one published holds.
    office = replace(tx.office, overrides=(changed, *tx.office.overrides), always_open=False)
    answer = configure(tx, {"office": office, "reason": "schedule"})
    week: list[Json] = [f"{s.start // 60:02d}:{s.start % 60:02d}-{s.end // 60:02d}:{s.end % 60:02d}" for s in spans]
    tx.record("schedule_changed", {
        "first": first, "last": last, "services": [service] if service else [], "week": week, "name": changed.name})
    return answer


def _day(value: Any, field: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Refused("schedule_dates", field=field) from None


def _spans(text: str) -> tuple[Span, ...]:
    """Open periods as they are written in an office file; raises Refused("schedule_hours")."""
    spans: list[Span] = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            start, end = (int(h) * 60 + int(m) for h, m in (x.split(":") for x in part.split("-")))
        except ValueError:
            raise Refused("schedule_hours") from None
        if not 0 <= start < end <= 24 * 60 or (spans and start < spans[-1].end):
            raise Refused("schedule_hours")
        spans.append(Span(start, end))
    return tuple(spans)
