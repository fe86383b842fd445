"""Which sessions have how many places left, for everybody who looks: read once a second at most, however many ask."""

from __future__ import annotations

import time
from typing import Any

from .database import Database
from .domain import reservation as rules
from .domain.hours import hhmm, office_day
from .domain.office import Booking, Office, Service, Session
from .domain.reservation import ONLINE, PRIORITY
from .kit import Kit
from .moment import wall_ms
from .store import custody, offices, reservations
from .together import Once

KEPT_S = 1.0

Held = dict[tuple[str, str, str, str], int]


class Bookings:
    """Of every office of this process."""

    def __init__(self, database: Database, kit: Kit) -> None:
        self.database = database
        self.kit = kit
        self._kept: dict[str, tuple[float, Office, dict[str, Any]]] = {}
        self._once: Once[str, dict[str, Any]] = Once(kit)

    def picture(self, office: Office) -> dict[str, Any]:
        """Services with their days, sessions and places left; nobody's data."""
        return self._once.ask(
            office.key, lambda: self._fresh(office), lambda: self.kit.blocking(self._read, office))

    def changed(self, office: str) -> None:
        """A place was taken or given back here: the next who looks reads anew."""
        self._kept.pop(office, None)

    def known_full(self, office: str, service: str, wish: dict[str, Any]) -> bool:
        """Whether what was read within the last second says that no place is left; False where nothing was."""
        until, _of, picture = self._kept.get(office, (0.0, None, None))
        if picture is None or time.monotonic() > until:
            return False
        found = next((one for s in picture["services"] if s["key"] == service for day in s["days"]
                      if day["day"] == wish["day"] for one in day["sessions"] if one["key"] == wish["session"]), None)
        if found is None or not found["open"]:
            return False
        own = wish["priority"] and found["priority_left"] is not None
        return bool((found["priority_left"] if own else found["left"]) == 0)

    def next_free(self, office: Office, service: Service, day: str) -> dict[str, str | int]:
        """The nearest session with places, from ``day`` on, else before: facts for whoever found one full."""
        found = next(s for s in self.picture(office)["services"] if s["key"] == service.key)
        free = [(one["day"], session) for one in found["days"] for session in one["sessions"]
                if session["open"] and session["left"] > 0]
        ahead = [item for item in free if item[0] >= day] or free
        if not ahead:
            return {"next_left": 0}
        return {"next_date": ahead[0][0], "next_time": ahead[0][1]["start"], "next_left": ahead[0][1]["left"]}

    def _fresh(self, office: Office) -> dict[str, Any] | None:
        until, of, picture = self._kept.get(office.key, (0.0, None, None))
        return picture if time.monotonic() <= until and of is office else None

    def _read(self, office: Office) -> dict[str, Any]:
        at = wall_ms()
        with self.database.read() as c:
            head = offices.heads_of(c, [office.key])[0]
            held = reservations.held_from(c, head.id, office_day(office, at))
            known = custody.count(c, head.id)[0] > 0
        picture = {
            "at": at, "services": [
                _service(office, service, service.booking, held, at, known)
                for service in office.services if service.booking is not None],
        }
        self._kept[office.key] = (time.monotonic() + KEPT_S, office, picture)
        return picture


def _service(
    office: Office, service: Service, booking: Booking, held: Held, at: int, known: bool,
) -> dict[str, Any]:
    """Sessions that are still to come. ``ready``: False where visits need a registry of people in custody and there is
    none yet."""
    days = [{"day": day, "sessions": [_session(office, service, booking, day, session, held, at)
                                      for session in rules.sessions_of(office, service, day)
                                      if at < rules.begins(office, day, session)]}
            for day in rules.days_ahead(office, booking, at)]
    return {
        "key": service.key, "letter": service.prefix, "name": service.name, "summary": service.summary,
        "asks": list(booking.asks), "most_party": booking.most_party, "per_visitor_week": booking.per_visitor_week,
        "permit": list(booking.permit), "early_min": booking.early_min, "late_min": booking.late_min,
        "keep_days": booking.keep_days, "ready": known or "inmate" not in booking.asks,
        "requirements": service.standard.components.get("requirements", {}),
        "days": [day for day in days if day["sessions"]],
    }


def _session(
    office: Office, service: Service, booking: Booking, day: str, session: Session, held: Held, at: int,
) -> dict[str, Any]:
    def left(pool: str) -> int:
        return max(0, rules.places(session, pool) - held.get((service.key, day, session.key, pool), 0))

    return {
        "key": session.key, "name": session.name, "start": hhmm(session.time.start), "end": hhmm(session.time.end),
        "open": not rules.closed_since(office, booking, day, session, at), "places": session.online,
        "left": left(ONLINE), "priority_left": None if session.priority is None else left(PRIORITY),
    }
