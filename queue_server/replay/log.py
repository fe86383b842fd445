"""What our log says of a replay: the supervisor's public export, read like anybody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..client import Site
from .place import Place


@dataclass(frozen=True)
class Logged:
    """A step as the export has it; instants UTC seconds, durations seconds."""

    step: int
    service: str
    priority: bool
    state: str
    issued: float
    called: float | None
    started: float | None
    ended: float | None
    wait: float
    walk: float
    serve: float
    rule: str
    reason: str
    counter: str
    recalls: int


def read(base: str, place: Place) -> list[Logged]:
    """Every step of the office on all its days; raises Refusal when the supervisor is not let in."""
    site = Site(base)
    site.post("/sign-in", {"office": place.key, "name": place.supervisor, "password": place.password})
    path = f"/supervisor/{place.key}/log.jsonl?day=2000-01-01&to=2999-12-31"
    answer = site.http.get(site.base + path, stream=True, timeout=120)
    answer.raise_for_status()
    return [_logged(json.loads(line)) for line in _lines(answer)]


def _lines(answer: Any) -> Iterator[bytes]:
    return (line for line in answer.iter_lines() if line)


def _at(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None


def _logged(line: dict[str, Any]) -> Logged:
    issued = _at(line["issued_at"])
    assert issued is not None
    return Logged(
        step=line["step"], service=line["service"], priority=line["class"] == "priority", state=line["state"],
        issued=issued, called=_at(line["called_at"]), started=_at(line["started_at"]), ended=_at(line["ended_at"]),
        wait=line["wait_s"] or 0.0, walk=line["walk_s"] or 0.0, serve=line["serve_s"] or 0.0,
        rule=line["why_called"] or "", reason=line["why_reason"] or "", counter=line["counter"] or "",
        recalls=line["recalls"] or 0)
