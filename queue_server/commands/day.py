"""The office day: opened by its first number, closed by a supervisor or by the next opening (decisions 14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..domain import hours, numbering
from ..domain.errors import Refused
from ..domain.events import Json
from ..domain.ticket import State, Step
from ..store import queue, reserve
from ..transaction import Answer, Tx
from .moving import advance, save, service_of
from .seal import count_refusals, put

UNSERVED = ("visitor_left", "told_to_come_back", "officer_ill", "system_down", "not_closed")


def open_office_day(tx: Tx) -> None:
    """The first number of a day opens the day; what was left open before is closed, flagged (decisions 14)."""
    if queue.day_state(tx.c, tx.office_id, tx.day) is not None:
        return
    for day in queue.open_days(tx.c, tx.office_id):
        if day < tx.day:
            close_office_day(tx, day, "not_closed", {}, automatic=True)
    queue.open_day(tx.c, tx.office_id, tx.day, tx.now.at)
    tx.record("day_opened", {"day": tx.day, "reserves": _reserves(tx)})


def open_past_day(tx: Tx, day: str) -> None:
    """A day on which the server never gave a number, but a kiosk or the roll did: opened and closed at once."""
    if queue.day_state(tx.c, tx.office_id, day) is not None:
        return
    queue.open_day(tx.c, tx.office_id, day, tx.now.at)
    tx.record("day_opened", {"day": day, "closed_late": True, "reserves": _reserves(tx)})
    close_office_day(tx, day, "system_down", {}, automatic=True)


def _reserves(tx: Tx) -> list[Json]:
    """Every part of every reserve, declared before any of its numbers is given (decisions 7)."""
    return [
        {"service": service.key, "source": part.source, "first": part.first, "last": part.last}
        for service in tx.office.services for part in numbering.parts(service)
    ]


def _unused(tx: Tx, day: str) -> list[Json]:
    """What of each part was not given out: one recorded fact, as far as is known when the day closes."""
    found: list[Json] = []
    for service in tx.office.services:
        for part in numbering.parts(service):
            used = reserve.used_to(tx.c, tx.office_id, service.key, day, part)
            if used < part.last:
                found.append({
                    "service": service.key, "source": part.source, "first": max(part.first, used + 1),
                    "last": part.last,
                })
    return found


def close_day(tx: Tx, args: dict[str, Any]) -> Answer:
    """Closes today with a reason for each number left; ``reasons``: {step: code}, or one for all: ``reason``.

    Refused with ``left_behind`` while a visitor is at a counter or a reason is missing.
    """
    day = str(args.get("day") or tx.day)
    at_counter = queue.open_steps(tx.c, tx.office_id, day, ("called", "serving", "issuing"))
    if at_counter:
        raise Refused("left_behind", n=len(at_counter))
    given = {str(k): v for k, v in (args.get("reasons") or {}).items()}
    left = queue.open_steps(tx.c, tx.office_id, day, ("waiting", "parked"))
    reasons = {s.id: given.get(str(s.id), args.get("reason")) for s in left}
    if any(reason not in UNSERVED for reason in reasons.values()):
        raise Refused("reason_needed_each", n=len(left))
    return close_office_day(tx, day, "", {k: str(v) for k, v in reasons.items()}, automatic=False)


def close_office_day(
    tx: Tx, day: str, default: str, reasons: dict[int, str], automatic: bool
) -> Answer:
    """Ends a day: who is left is told and offered the next opening; refusals are counted, and the log is sealed."""
    if not queue.close_day(tx.c, tx.office_id, day, tx.now.at, "automatic" if automatic else "supervisor"):
        raise Refused("day_not_open")
    states = ("waiting", "parked", "called", "serving", "issuing") if automatic else ("waiting", "parked")
    left = queue.open_steps(tx.c, tx.office_id, day, states)
    for step in left:
        new = advance(tx, _set_down(tx, step), "close_day", ended_at=tx.now.at, counter="", person_id=None)
        service = service_of(tx.office, step.service)
        body: dict[str, Json] = {"reason": reasons.get(step.id, default), "told": True}
        opens = hours.next_opening(tx.office, service, tx.now.at, today=False)
        if opens is not None:
            body["next_opening"] = opens
        save(tx, step, new, "unserved", body)
        queue.end_calls(tx.c, step.id, "over", tx.now.at)
    count_refusals(tx)
    tx.record("day_closed", {
        "day": day, "automatic": automatic, "left": len(left), "unused_reserve": _unused(tx, day)})
    put(tx, "closing")
    return {"left": len(left)}


def _set_down(tx: Tx, step: Step) -> Step:
    """A visitor whom nobody finished by the next opening: the step ends as a waiting one would, and no clock
    gets the night, because nobody knows when it really ended."""
    if step.state in (State.CALLED, State.SERVING, State.ISSUING):
        return replace(step, state=str(State.WAITING), since_tick=tx.now.tick)
    return step
