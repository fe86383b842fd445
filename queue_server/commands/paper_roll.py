"""The paper roll: numbers that were torn off while there was no power, entered by a supervisor afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..domain import hours, numbering
from ..domain.errors import Refused
from ..domain.office import Service
from ..domain.ticket import State, Step, label
from ..office_file.node import clock_minutes
from ..store import queue
from ..transaction import Answer, Tx
from .moving import advance, not_counted, save, service_of
from .reserve import Given, enter, void

#: What became of the paper: its holder waits now, was served, went away; or nobody ever got it.
OUTCOMES = ("waiting", "served", "left", "spoiled")
#: So many days back a paper can be entered.
OLDEST_DAYS = 31


def enter_paper(tx: Tx, args: dict[str, Any]) -> Answer:
    """One number of the roll. ``args``: service, number, issued ("HH:MM"), outcome, and by that counter, started and
    ended ("HH:MM"); day (today unless named), priority.

    Refused: ``not_on_roll``, ``number_taken``, ``paper_day``, ``paper_time``, ``reason_needed``, ``no_such_counter``,
    ``day_not_open`` (only today's numbers can still wait).
    """
    service, number = service_of(tx.office, args.get("service")), int(args.get("number") or 0)
    outcome = args.get("outcome")
    if outcome not in OUTCOMES:
        raise Refused("reason_needed")
    part = numbering.part_of(service, number)
    if part is None or part.source != numbering.ROLL:
        raise Refused("not_on_roll", numbers=roll_words(service))
    day = _day(tx, args)
    issued = _at(tx, day, args, "issued")
    given = Given(
        service, number, issued, issued, numbering.ROLL, day, priority=bool(args.get("priority")), doubt=True)
    step, late = enter(tx, given, State.ISSUING if outcome == "spoiled" else State.WAITING)
    if late and outcome == "waiting":
        raise Refused("day_not_open")
    tx.record("paper_entered", {
        "ticket": step.ticket_id, "day": day, "service": service.key, "number": number, "issued_at": issued,
        "source": numbering.ROLL, "outcome": outcome, "late": late,
    }, step.id)
    if outcome == "served":
        _served(tx, step, given, args)
    elif outcome == "left":
        ended = _at(tx, day, args, "ended", issued) if args.get("ended") else issued
        off = not_counted(tx, step, "waited", issued, ended)
        new = advance(
            tx, step, "cancel", ended_at=ended, outcome="visitor_left", waited_ms=ended - issued, waited_off_ms=off)
        save(tx, step, new, "cancelled", {"by": "paper", "reason": "visitor_left"})
    elif outcome == "spoiled":
        void(tx, step, given, "paper_spoiled")
    return {"step": step.id, "label": label(queue.ticket(tx.c, step.ticket_id).prefix, number)}


def roll_words(service: Service) -> str:
    """The roll's numbers of a service as a person writes them: ``941–960``; "–" when it has none."""
    spans = [f"{p.first}–{p.last}" for p in numbering.parts(service) if p.source == numbering.ROLL]
    return ", ".join(spans) or "–"


def _served(tx: Tx, step: Step, given: Given, args: dict[str, Any]) -> None:
    """Served without the system: its durations are those written on paper, and marked as such."""
    counter = next((c for c in tx.office.counters if c.key == args.get("counter")), None)
    if counter is None or given.service.key not in counter.services:
        raise Refused("no_such_counter")
    started = _at(tx, given.day, args, "started", given.issued_at)
    ended = _at(tx, given.day, args, "ended", started)
    new = advance(
        tx, step, "enter_served", counter=counter.key, called_at=started, first_called_at=started, started_at=started,
        ended_at=ended, outcome="served", calls=1, waited_ms=started - given.issued_at, served_ms=ended - started,
        waited_off_ms=not_counted(tx, step, "waited", given.issued_at, started),
    )
    save(tx, step, new, "paper_served", {"counter": counter.key, "started_at": started, "ended_at": ended})


def _day(tx: Tx, args: dict[str, Any]) -> str:
    day = str(args.get("day") or tx.day)
    try:
        age = (date.fromisoformat(tx.day) - date.fromisoformat(day)).days
    except ValueError:
        age = -1
    if not 0 <= age <= OLDEST_DAYS:
        raise Refused("paper_day", most=OLDEST_DAYS)
    return day


def _at(tx: Tx, day: str, args: dict[str, Any], name: str, least: int = 0) -> int:
    """UTC ms of a time of day as written on paper; refused when it is none, before ``least`` or yet to come."""
    minutes = clock_minutes(str(args.get(name) or "").replace(".", ":"))
    if minutes is None or minutes >= hours.DAY_MIN:
        raise Refused("paper_time")
    found = hours.instant(tx.office, day, minutes + (hours.DAY_MIN if minutes < tx.office.day_starts else 0))
    if found > tx.now.at or found < least:
        raise Refused("paper_time")
    return found
