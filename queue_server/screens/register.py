"""The register of standards: every version of each service, from when to when, by which decree, what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from ..domain import hours, register
from ..domain.office import COMPONENTS, PUBLISHED_COMPONENTS, Office, Standard
from ..domain.register import Version
from ..moment import wall_ms
from ..store import offices, people, standards


def picture(c: Connection, office_key: str) -> dict[str, Any]:
    """Services in the office's order, then those that it no longer has; versions newest first."""
    head = offices.heads_of(c, [office_key])[0]
    office = offices.config(c, head.id, head.config_version)
    found = standards.all_of(c, head.id, head.config_version)
    published = standards.published(c, head.id)
    names = {f"person:{p.id}": p.shown_name for p in people.people_of(c, head.id)}
    day = hours.office_day(office, wall_ms())
    keys = [s.key for s in office.services]
    return {
        "day": day, "components": list(COMPONENTS), "published": list(PUBLISHED_COMPONENTS),
        "services": [
            {"key": key, "name": _name(office, key), "there": key in keys,
             "gap": register.gap(found.get(key, ()), day) if key in keys else None,
             "versions": _versions(found.get(key, ()), day, published, names)}
            for key in [*keys, *(key for key in sorted(found) if key not in keys)]
        ],
    }


def _name(office: Office, key: str) -> dict[str, str]:
    return next((s.name for s in office.services if s.key == key), {"id": key})


def _versions(
    versions: tuple[Version, ...], day: str, published: Mapping[int, tuple[int, str]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    found = []
    for place, v in enumerate(versions):
        at, by = published.get(v.id, (None, ""))
        before = versions[place - 1].standard if place else None
        found.append({
            "id": v.id, "version": v.version, "valid_from": v.valid_from, "begins": v.begins,
            "last_day": register.last_day(versions, v),
            "standing": register.standing(versions, v, day), "published_at": at, "by": names.get(by),
            "decree": v.standard.decree, "promise": _promises(v.standard), "visit_min": v.standard.visit_min,
            "clocks": _clocks(v.standard), "components": v.standard.components,
            "changes": [] if before is None else list(changes(before, v.standard)),
        })
    return found[::-1]


def _promises(standard: Standard) -> dict[str, dict[str, int | None]]:
    return {name: {"wait_min": p.wait_min, "service_min": p.service_min} for name, p in standard.promises.items()}


def _clocks(standard: Standard) -> dict[str, str]:
    clocks = standard.clocks
    return {"wait_from": clocks.wait_from, "wait_to": clocks.wait_to, "service_from": clocks.service_from,
            "counts": clocks.counts}


def changes(before: Standard, after: Standard) -> Iterator[dict[str, Any]]:
    """What differs, as {field, of, before, after}; ``of`` is the channel or the component, None: not stated."""
    old, new = (_flat(standard) for standard in (before, after))
    for field, of in {**old, **new}:
        was, now = old.get((field, of)), new.get((field, of))
        if was != now:
            yield {"field": field, "of": of, "before": was, "after": now}


def _flat(standard: Standard) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for channel, stated in _promises(standard).items():
        for field, minutes in stated.items():
            found[field, channel] = minutes
    for field, value in (
        ("visit_min", standard.visit_min), *_clocks(standard).items(), ("decree", standard.decree),
        ("valid_from", standard.valid_from), ("valid_to", standard.valid_to),
    ):
        found[field, ""] = value
    for part in COMPONENTS:
        if part in standard.components:
            found["component", part] = standard.components[part]
    return found
