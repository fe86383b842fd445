"""What every change of a step has in common: the move, the clocks, the claim, and what an undo needs."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import orjson

from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..domain.office import Office, Service
from ..domain.open_time import uncounted
from ..domain.standard import clock
from ..domain.ticket import MUTABLE, UNDOABLE, State, Step, move
from ..store import queue, standards
from ..transaction import Tx

_mutable = attrgetter(*MUTABLE)
DURATIONS = (
    "waited_ms", "walked_ms", "served_ms", "parked_office_ms", "parked_visitor_ms", "waited_off_ms", "parked_off_ms",
)
#: Clock -> how much of it the standard does not count, being breaks or closed time.
OFF = {"waited": "waited_off_ms", "parked_office": "parked_off_ms"}


def service_of(office: Office, key: Any) -> Service:
    for service in office.services:
        if service.key == key:
            return service
    raise NotFound("no_such_service")


def step_of(tx: Tx, step_id: Any) -> Step:
    """The step with this id in this office; raises NotFound for another office's."""
    found = queue.step(tx.c, tx.office_id, int(step_id))
    if found is None:
        raise NotFound("no_such_ticket")
    return found


def advance(tx: Tx, step: Step, act: str, **changes: Any) -> Step:
    """The step after ``act``: state by the table of moves, and the time since the last move on its clock."""
    after = move(act, State(step.state))
    clocks = _clock(tx, step, act)
    before = orjson.dumps(dict(zip(MUTABLE, _mutable(step), strict=True))).decode() if act in UNDOABLE else ""
    return step.changed(
        state=str(after), since_tick=tx.now.tick, boot=tx.now.boot, before=before,
        clock_doubt=1 if step.clock_doubt or step.boot != tx.now.boot else 0, **{**clocks, **changes},
    )


def _clock(tx: Tx, step: Step, act: str) -> dict[str, int]:
    """The duration that has grown since the last move, by the table in ``domain/standard.py``."""
    name = clock(State(step.state), act, step.park_clock == "visitor")
    if name is None:
        return {}
    column, time = f"{name}_ms", max(0, tx.now.tick - step.since_tick)
    grown = {column: getattr(step, column) + time}
    if name in OFF:
        off = not_counted(tx, step, name, tx.now.at - time, tx.now.at)
        if off:
            grown[OFF[name]] = getattr(step, OFF[name]) + off
    return grown


def not_counted(tx: Tx, step: Step, name: str, since: int, until: int) -> int:
    """How much of a stretch (UTC ms) of the clock ``name`` the step's standard leaves out, by today's hours. What it
    leaves out already, because the holder had not arrived, is not left out twice."""
    known = standards.by_id(tx.c, tx.office_id, tx.head.config_version)
    clocks = known.get(step.standard_id, standards.NONE).standard.clocks
    if clocks.counts == "always":
        return 0
    if name == "waited" and clocks.wait_from == "arrived":
        since = until if step.arrived_at is None else max(since, step.arrived_at)
    return uncounted(tx.office, service_of(tx.office, step.service), clocks.counts, since, until)


def save(tx: Tx, old: Step, new: Step, kind: str, body: dict[str, Json]) -> Step:
    """Records the event and claims the change; raises Refused("changed") when the step moved meanwhile."""
    durations: dict[str, Json] = {name[:-3]: getattr(new, name) for name in DURATIONS if getattr(new, name)}
    full: dict[str, Json] = {"ticket": old.ticket_id, **body}
    if durations and kind not in WITHOUT_DURATIONS:
        full["durations"] = durations
    seq = tx.record(kind, full, old.id)
    new = new.changed(last_seq=seq)
    if not queue.save_step(tx.c, old, new):
        raise Refused("changed")
    return new.changed(version=old.version + 1)


#: Events of a step in which no clock has moved on.
WITHOUT_DURATIONS = frozenset({
    "recalled", "announced", "class_changed", "arrived", "passed", "paper_confirmed", "paper_unconfirmed",
    "paper_failed", "visitor_taken_over", "reopened",
})


def restore(step: Step) -> Step:
    """The step as it was before its last undoable move."""
    return step.changed(**{**orjson.loads(step.before), "before": ""})
