"""What is done with one visitor at one place, whoever may do it there: at a counter its officer, at a unit of a room
whoever runs the room."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..domain import discipline
from ..domain import no_show as no_show_rule
from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.office import Counter
from ..domain.ticket import State, Step, label, move
from ..store import needs, people, queue
from ..transaction import Answer, Tx
from . import cases, stages
from .moving import advance, save, service_of
from .visitor import arrive

OUTCOMES = ("served", "incomplete", "referred", "visitor_left")
NO_SHOW = ("board_broken", "called_aloud")


def changed(tx: Tx, counter: str) -> None:
    """Something happened at a counter: presses that saw the state before are stale."""
    version = people.touch_seat(tx.c, tx.office_id, counter, tx.now.tick)
    if version is not None:
        tx.seats[counter] = version


def call(
    tx: Tx, step: Step, counter: Counter, why: dict[str, Json], came_from: str, room: str = ""
) -> Answer:
    """Calls a step to a counter; ``room``: to a unit of it, where nobody sits and so nobody serves by name."""
    called = advance(
        tx, step, "call", counter=counter.key, person_id=None if room else tx.actor.person_id, called_at=tx.now.at,
        first_called_at=step.first_called_at or tx.now.at, calls=1, returned_seq=0, return_after=0,
        automatic=int(why["rule"] in discipline.IN_THE_MIX), why=json.dumps(why), started_at=None,
    )
    if step.first_called_at is None:
        called = called.changed(first_waited_ms=max(0, called.waited_ms - step.remote_ms))
    body: dict[str, Json] = {
        "counter": counter.key, "service": step.service, "priority": step.priority, "why": why, "from": came_from,
    }
    if room:
        body["room"] = room
    if why.get("reason"):
        body["reason"] = why["reason"]
    called = save(tx, step, called, "called", body)
    rule = str(why["rule"])
    held = needs.of_ticket(tx.c, step.ticket_id).fetched(tx.office.phone_away_at(step.service))
    announce(tx, called, counter, 1, rule, held)
    # Whoever waits for the other one to be ready has missed nothing: they are not passed, and keep their place.
    if rule in discipline.IN_THE_MIX and not service_of(tx.office, step.service).both_ready:
        for passed, ticket_id in queue.pass_remote(
            tx.c, tx.office_id, tx.day, step.service, step.queued_tick, called.last_seq
        ):
            tx.record("passed", {"ticket": ticket_id}, passed)
    changed(tx, counter.key)
    ticket = queue.ticket(tx.c, step.ticket_id)
    return {"step": step.id, "label": label(ticket.prefix, ticket.number), "call": called.last_seq, "why": why,
            "fetch": held}


def announce(tx: Tx, step: Step, counter: Counter, nth: int, rule: str, held: bool = False) -> None:
    """Gives a call to the boards. ``held``: not yet, because somebody goes to the visitor first (needs.fetched)."""
    queue.add_call(tx.c, {
        "office_id": tx.office_id, "seq": step.last_seq, "day": tx.day, "service": step.service, "hall": counter.hall,
        "counter": counter.key, "step_id": step.id, "nth": nth, "at": tx.now.at, "priority": step.priority,
        "in_mix": int(rule in discipline.IN_THE_MIX), "advances": int(rule in discipline.ADVANCES),
        "state": "held" if held else "calling", "summed": int(held),
    })


def recall(tx: Tx, counter: Counter, step: Step) -> Answer:
    """Repeats the call; counted, and spaced so that a hall is not shouted at."""
    _not_while_fetched(tx, step)
    heard = queue.calls_heard(tx.c, step.id, queue.first_call(tx.c, step.id))
    spacing_ms = tx.office.rules.recall_spacing_s * 1000
    wait_ms = heard[-1].at + spacing_ms - tx.now.at if heard else 0
    if 0 < wait_ms <= spacing_ms:  # more than that: the clock was set back since, and nobody is to wait for it
        raise Refused("recall_too_soon", seconds=-(-wait_ms // 1000))
    move("recall", State(step.state))
    new = replace(step, calls=step.calls + 1)  # the walk is one walk, however often it was called
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    new = save(tx, step, new, "recalled", {"counter": counter.key, "count": new.calls})
    announce(tx, new, counter, new.calls, "recall")
    changed(tx, counter.key)
    return {"call": new.last_seq, "count": new.calls}


def _not_while_fetched(tx: Tx, step: Step) -> None:
    """Raises Refused("being_fetched") while somebody goes to the visitor: no board has called them yet."""
    if step.state == State.CALLED and step.id in needs.held_since(tx.c, tx.office_id):
        raise Refused("being_fetched")


def start(tx: Tx, counter: Counter, step: Step) -> Answer:
    """The visitor is here: service begins."""
    if step.arrived_at is None:
        step = arrive(tx, step, "call")
    new = save(tx, step, advance(tx, step, "start", started_at=tx.now.at), "started", {"counter": counter.key})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"step": step.id, "event": new.last_seq}


def outcome_of(args: dict[str, Any]) -> str:
    """How the service ended, from the list; raises Refused("reason_needed") for another."""
    outcome = args.get("outcome") or "served"
    if outcome not in OUTCOMES:
        raise Refused("reason_needed")
    return str(outcome)


def finish(tx: Tx, counter: Counter, step: Step, outcome: str) -> Answer:
    """Service ends; whoever was served goes on at the service's next stage, if it has one."""
    stage = stages.following(tx, step) if outcome == "served" and step.state == State.SERVING else None
    if stage is not None:
        done = stages.go_on(tx, counter, step, stage)
        changed(tx, counter.key)
        return {**done, "stage": stage}
    new = advance(tx, step, "finish", ended_at=tx.now.at, outcome=outcome)
    new = save(tx, step, new, "finished", {"counter": counter.key, "outcome": outcome})
    changed(tx, counter.key)
    return {"step": step.id, "event": new.last_seq, **cases.finished(tx, step, outcome)}


def skip(tx: Tx, counter: Counter, step: Step) -> Answer:
    """The visitor did not come: back after ``return_after`` others."""
    after = tx.office.rules.return_after
    # The place counts from this very event, so that the calls after it bring the visitor nearer.
    new = advance(tx, step, "skip", counter="", person_id=None, returned_seq=tx.head.head_seq + 1, return_after=after)
    new = save(tx, step, new, "skipped", {"counter": counter.key, "return_after": after})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"return_after": after, "event": new.last_seq}


def no_show(tx: Tx, counter: Counter, step: Step, reason: Any) -> Answer:
    """Ends a step whose holder did not come after enough calls that boards drew and spoke (decisions 11)."""
    _not_while_fetched(tx, step)
    verdict = no_show_verdict(tx, step, counter, reason)
    new = advance(tx, step, "no_show", ended_at=tx.now.at, outcome="no_show")
    new = save(tx, step, new, "no_show", {"counter": counter.key, **verdict})
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    changed(tx, counter.key)
    return {"event": new.last_seq}


def no_show_verdict(tx: Tx, step: Step, counter: Counter, reason: Any) -> dict[str, Json]:
    """What the log says of the calls; raises Refused with everything that is missing yet."""
    calls = queue.calls_heard(tx.c, step.id, queue.first_call(tx.c, step.id))
    standing = no_show_rule.standing(calls, tx.office.rules, tx.office.voice, step.called_at or 0)
    boards = bool(people.boards_alive(tx.c, tx.office_id, counter.hall, tx.now.at))
    refused = standing.refusal(boards, tx.now.at)
    if refused is not None:
        raise refused
    if not standing.missing:
        return {"calls_acknowledged": standing.heard}
    if reason not in NO_SHOW:
        raise Refused("reason_needed_no_board")
    return {"calls_acknowledged": standing.heard, "without_board": True, "reason": str(reason)}
