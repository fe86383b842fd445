"""What the officers of a service do now, in one word: the only place where that is decided, for every screen."""

from __future__ import annotations

from ..snapshot import Snapshot

#: From the best news to the worst; the first that holds for any counter is said.
STAFFING = ("serving", "ready", "busy", "paused", "nobody")


def staffing(s: Snapshot, service: str) -> str:
    """serving: somebody of this service is at a counter (whoever is fetched is not there yet); ready: an officer who
    serves it has nobody; busy: those who serve it have somebody else; paused: they have a pause; nobody: no officer
    sits there.
    """
    if any(row.service == service and row.id not in s.held for row in s.active):
        return "serving"
    counters = (c.key for c in s.office.counters if service in c.services)
    return min((_at(s, counter) for counter in counters), key=STAFFING.index, default="nobody")


def _at(s: Snapshot, counter: str) -> str:
    """The same of one counter."""
    seat = s.seats.get(counter)
    if seat is None or (seat.person_id is None and not s.staffed(counter)):
        return "nobody"
    if s.at_counter(counter) is not None:
        return "busy"
    return "ready" if seat.state == "open" else "paused"
