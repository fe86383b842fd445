"""A service with several stages on one number: going on by rule, and stages for which two must be ready.

Going on is a transfer whose outcome says so, so that the log, the forecasts and the verifier know it already. Where
the one to be visited must be ready too, the new step waits as a number does whose holder has not arrived: it keeps its
place, and nobody calls it before both are ready.
"""

from __future__ import annotations

from typing import Any

from ..domain.errors import NotFound, Refused
from ..domain.events import Json
from ..domain.office import Counter
from ..domain.ticket import NEXT_STAGE, State, Step
from ..store import queue, stages
from ..transaction import Answer, Tx
from .moving import advance, save, service_of, step_of
from .visitor import arrive, new_step, standard_of


def following(tx: Tx, step: Step) -> str | None:
    """The stage at which a step goes on that was served; None: that was all."""
    if not tx.office.stage_keys:
        return None
    return tx.office.next_stage(queue.ticket(tx.c, step.ticket_id).service, step.service)


def go_on(tx: Tx, counter: Counter, step: Step, stage: str, outcome: str = NEXT_STAGE, reason: str = "") -> Answer:
    """The step ends and the number waits at ``stage``; whoever is visited there is sent for in time."""
    new = advance(tx, step, "transfer", ended_at=tx.now.at, outcome=outcome)
    ticket = queue.ticket(tx.c, step.ticket_id)
    standard = standard_of(tx, stage, ticket.day, step.ticket_id)
    here = _cleared(tx, step.ticket_id, stage)
    to_step = queue.add_step(tx.c, new_step(
        tx, step.ticket_id, stage, bool(step.priority), State.WAITING, standard, here))
    body: dict[str, Json] = {
        "counter": counter.key, "to_service": stage, "to_step": to_step, "standard": standard}
    if outcome == NEXT_STAGE:
        body["outcome"] = outcome
    if reason:
        body["reason"] = reason
    if not here:
        body["here"] = False
    new = save(tx, step, new, "transferred", body)
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    _send_for(tx, step.ticket_id, ticket.service)
    return {"step": to_step, "event": new.last_seq}


def _send_for(tx: Tx, ticket_id: int, service: str) -> None:
    """After the first stage is known who is visited: they are sent for while the visitor goes on."""
    for stage in tx.office.journey(service)[1:]:
        if service_of(tx.office, stage).both_ready and stages.ask(
                tx.c, tx.office_id, ticket_id, stage, tx.now.at, tx.now.tick):
            tx.record("other_asked", {"ticket": ticket_id, "service": stage})


def _cleared(tx: Tx, ticket_id: int, stage: str) -> bool:
    """The visitor is ready for a stage; whether it can begin, because whoever else is needed is ready too."""
    if not service_of(tx.office, stage).both_ready:
        return True
    stages.ask(tx.c, tx.office_id, ticket_id, stage, tx.now.at, tx.now.tick)
    stages.visitor_ready(tx.c, ticket_id, stage, tx.now.at, tx.now.tick)
    return _both(tx, ticket_id, stage)


def _both(tx: Tx, ticket_id: int, stage: str) -> bool:
    """Whether both are ready now; the two waits enter the log once, when the second of them is."""
    found = stages.of_ticket(tx.c, ticket_id, stage)
    if found is None or found.visitor_tick is None or found.other_tick is None:
        return False
    tx.record("both_ready", {
        "ticket": ticket_id, "service": stage,
        "visitor_waited_ms": max(0, found.other_tick - found.visitor_tick),
        "other_waited_ms": max(0, found.visitor_tick - found.other_tick),
        "asked_ms": max(0, found.other_tick - found.asked_tick),
    })
    return True


def other_ready(tx: Tx, args: dict[str, Any]) -> Answer:
    """The one to be visited is there; ``ticket`` as the lists of those who were sent for name it."""
    ticket_id, stage = int(args["ticket"]), str(args["service"])
    found = stages.of_ticket(tx.c, ticket_id, stage)
    if found is None or found.office_id != tx.office_id:
        raise NotFound("no_such_ticket")
    if found.other_at is not None:
        return {"both": found.visitor_at is not None}
    stages.other_ready(tx.c, ticket_id, stage, tx.now.at, tx.now.tick)
    step = queue.newest_step(tx.c, ticket_id)
    tx.record("other_ready", {"ticket": ticket_id, "service": stage}, step.id)
    both = _both(tx, ticket_id, stage)
    if both and step.service == stage and step.state == State.WAITING and step.arrived_at is None:
        arrive(tx, step, "both_ready")
    return {"both": both}


def wait_for_both(tx: Tx, step_id: Any) -> None:
    """Raises Refused("other_not_ready") for a step that waits for somebody other than its holder."""
    step = step_of(tx, step_id)
    if step.arrived_at is None and service_of(tx.office, step.service).both_ready:
        raise Refused("other_not_ready")
