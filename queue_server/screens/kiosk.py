"""The door: what a kiosk and a phone show before somebody takes a number."""

from __future__ import annotations

from typing import Any

from ..domain import hours
from ..domain.needs import CLASSES, FETCHED
from ..domain.office import PUBLISHED_COMPONENTS
from ..snapshot import Snapshot


def picture(s: Snapshot, channel: str) -> dict[str, Any]:
    """``channel``: "door" for a kiosk, "online" for a phone; the decision may differ."""
    office = s.office
    services = []
    for head in s.services():
        if head["key"] in office.stage_keys:
            continue
        service = office.service(head["key"])
        promise = service.standard.promise(channel, False)
        line = s.lines.get(service.key)
        components = {k: v for k, v in service.standard.components.items() if k in PUBLISHED_COMPONENTS}
        services.append({
            **head, "summary": service.summary, "may": _may(s, service.key, channel),
            "waiting": line.waiting if line else 0, "components": components,
            "forecast": s.outlook.newcomer(service.key).picture(),
            "tariff": components.get("tariff", {}), "remote": service.remote and office.remote_numbers,
            "promise": {
                "wait_min": promise.wait_min, "service_min": promise.service_min,
                "visit_min": service.standard.visit_min,
            },
            "decree": service.standard.decree,
            "free": service.standard.free, "plate": service.plate,
            "collects": any(service.key in other.collected_at for other in office.services),
            "hall": office.hall_to_wait_in(service.key),
        })
    bookable = any(service.booking is not None for service in office.services)
    openings = [x["may"]["next_opening"] for x in services if x["may"]["next_opening"]]
    return {
        "kind": "door", "seq": s.seq, "at": s.at, "office": s.office_head(), "services": services,
        "hours": [{"start": hours.hhmm(p.start), "end": hours.hhmm(p.end)} for p in hours.periods(office, None, s.day)],
        "next_opening": min(openings, default=None), "voice": office.voice,
        "needs": list(office.rules.needs), "fetched": sorted(FETCHED), "classes": list(CLASSES),
        "reservations": bookable or office.has_cases, "bookable": bookable,
        "families": office.rules.family.offered, "cases": office.has_cases,
    }


def _may(s: Snapshot, service: str, channel: str) -> dict[str, Any]:
    """Where phones get no numbers, "come to the office" is good advice only while the office gives them."""
    may, at_door = s.may_picture(service, channel), s.may_picture(service, "door")
    return at_door if may["code"] == "remote_off" and not at_door["allowed"] else may
