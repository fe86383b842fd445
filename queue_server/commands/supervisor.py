"""What a supervisor does: the day, pauses, counters, reopening, devices, the published schedule."""

from __future__ import annotations

from typing import Any

from ..domain.errors import NotAllowed, Refused
from ..domain.events import Json
from ..store import moved, people, queue, reserve
from ..transaction import Answer, Tx
from .moving import advance, save, service_of, step_of
from .seat import tell
from .visitor import pauses_changed

REOPEN = ("visitor_returned", "ended_by_mistake", "papers_came")
PAUSE_SERVICE = ("system_down", "officer_ill", "full_hall", "drill")
COUNTER = ("officer_ill", "break", "not_needed", "repair")
#: What a forecast proposed is done with the reason of this name, and with the proposal itself.
FORECAST = "forecast"
OPEN_COUNTER = ("long_wait", "officer_here", "repaired", "back_as_usual", FORECAST)
MOVE = ("long_wait", "less_to_do", "officer_ill", "back_as_usual", FORECAST)
#: A proposal as the supervisor saw it: of ``late`` visitors of a service ``kept`` would stay within the promise, if it
#: went on until ``until_at`` (UTC ms).
_REMEDY = {"service": str, "late": int, "kept": int, "until_at": int}
REVOKE = ("replaced", "lost", "moved", "test")


def reopen(tx: Tx, args: dict[str, Any]) -> Answer:
    """An ended step waits again, first in line, with a reason."""
    if args.get("reason") not in REOPEN:
        raise Refused("reason_needed")
    step = step_of(tx, args["step"])
    came_from = step.state
    new = advance(
        tx, step, "reopen", counter="", person_id=None, ended_at=None, outcome="", day=tx.day,
        returned_seq=tx.head.head_seq + 1, return_after=0, arrived_at=step.arrived_at or tx.now.at,
    )
    save(tx, step, new, "reopened", {"reason": args["reason"], "return_after": 0, "from": came_from})
    return {}


def pause_service(tx: Tx, args: dict[str, Any]) -> Answer:
    """No numbers for a service for a while, for everybody, with a published reason."""
    if args.get("reason") not in PAUSE_SERVICE:
        raise Refused("reason_needed")
    service = service_of(tx.office, args.get("service"))
    queue.pause_service(tx.c, tx.office_id, service.key, args["reason"], tx.now.at)
    pauses_changed(tx)
    tx.record("issuing_paused", {"service": service.key, "reason": args["reason"]})
    return {}


def resume_service(tx: Tx, args: dict[str, Any]) -> Answer:
    service = service_of(tx.office, args.get("service"))
    pauses_changed(tx)
    if queue.resume_service(tx.c, tx.office_id, service.key):
        tx.record("issuing_resumed", {"service": service.key})
    return {}


def close_counter(tx: Tx, args: dict[str, Any]) -> Answer:
    """Nobody may sit here until it is opened again; a visitor there is finished first."""
    counter = _counter(tx, args)
    if args.get("reason") not in COUNTER:
        raise Refused("reason_needed")
    if queue.active_at(tx.c, tx.office_id, counter) is not None:
        raise Refused("visitor_here")
    seat = people.seat_at(tx.c, tx.office_id, counter)
    if seat is not None and seat.person_id is not None and tx.actor.person_id:
        tell(tx, seat.person_id, "counter_closed", counter, None)
    people.save_seat(tx.c, tx.office_id, counter, None, "locked", args["reason"], tx.now.at, tx.now.tick)
    tx.record("counter_closed", {"counter": counter, "reason": args["reason"]})
    return {}


def _why(args: dict[str, Any], reasons: tuple[str, ...]) -> dict[str, Json]:
    """The reason of an act as it goes into its event, with the proposal that it follows; raises Refused:
    ``reason_needed``, also where "by the forecast" comes without what was forecast."""
    reason, remedy = args.get("reason"), args.get("remedy")
    if reason not in reasons or (reason == FORECAST and not remedy):
        raise Refused("reason_needed")
    if reason != FORECAST:
        return {"reason": str(reason)}
    if not isinstance(remedy, dict) or any(type(remedy.get(name)) is not kind for name, kind in _REMEDY.items()):
        raise Refused("bad_request", field="remedy")
    return {"reason": FORECAST, "remedy": {name: remedy[name] for name in _REMEDY}}


def open_counter(tx: Tx, args: dict[str, Any]) -> Answer:
    """A counter that was closed may be sat at again. ``args``: counter, reason, remedy (with the reason forecast)."""
    counter, why = _counter(tx, args), _why(args, OPEN_COUNTER)
    seat = people.seat_at(tx.c, tx.office_id, counter)
    if seat is not None and seat.state == "locked":
        people.save_seat(tx.c, tx.office_id, counter, None, "closed", "", tx.now.at, tx.now.tick)
        services = list(next(c.services for c in tx.office.counters if c.key == counter))
        tx.record("counter_opened", {"counter": counter, "services": services, **why})  # type: ignore[dict-item]
    return {}


def move_service(tx: Tx, args: dict[str, Any]) -> Answer:
    """A counter serves one service more, or one less, for the rest of the day. ``args``: counter, service, on, reason,
    remedy (with the reason forecast).

    Refused: ``last_service`` (a counter without any would only look open). What an officer pressed there on the
    picture before is refused as ``changed``: who is next may be somebody else now.
    """
    key, service, why = _counter(tx, args), service_of(tx.office, args.get("service")).key, _why(args, MOVE)
    usual = tx.office.counter(key).services
    before = moved.as_today(tx.c, tx.office_id, tx.office, tx.day).counter(key).services
    if (service in before) == bool(args.get("on")):
        return {"services": list(before)}
    after = (*before, service) if args.get("on") else tuple(s for s in before if s != service)
    if not after:
        raise Refused("last_service")
    same = sorted(after) == sorted(usual)
    after = usual if same else after
    moved.save(tx.c, tx.office_id, tx.day, key, () if same else after, str(why["reason"]), tx.now.at)
    seat = people.seat_at(tx.c, tx.office_id, key)
    if seat is not None and seat.person_id is not None and seat.person_id != tx.actor.person_id:
        tell(tx, seat.person_id, "services_moved", key, None)
    people.touch_seat(tx.c, tx.office_id, key, tx.now.tick)
    tx.record("services_moved", {"counter": key, "services": [*after], "before": [*before], **why})
    return {"services": list(after)}


def _counter(tx: Tx, args: dict[str, Any]) -> str:
    key = str(args.get("counter"))
    if all(c.key != key for c in tx.office.counters):
        raise NotAllowed("no_such_counter")
    return key


# --- devices -----------------------------------------------------------------------------------


def pair(tx: Tx, args: dict[str, Any]) -> Answer:
    """Pairs the device that shows ``code`` (decisions 25)."""
    code = str(args.get("code", "")).strip().upper().replace(" ", "")
    device = people.device_by_code(tx.c, tx.office_id, code)
    if device is None:
        raise Refused("no_such_code")
    return pair_device(tx, device, str(args.get("name") or device.name)[:60], args.get("board"))


def pair_device(tx: Tx, device: people.Device, name: str, board: Any = None) -> Answer:
    """The device may connect from now on. One of the same name and place that is gone was this one's forerunner (a
    browser that lost its cookie, a TV that was changed): it is revoked, or lists would fill with what is no more."""
    place = device.board
    if device.kind == "board" and board:
        found = next((b for b in tx.office.boards if b.key == board), None)
        if found is None:
            raise Refused("no_such_board")
        place = f"{found.hall}/{found.key}"
    people.save_device(tx.c, device.id, state="paired", code="", name=name, board=place, paired_at=tx.now.at)
    hall, _, key = place.partition("/")
    tx.record("device_paired", {"device": device.id, "kind": device.kind, "hall": hall, "board": key, "name": name})
    twins = people.silent_twins(tx.c, device._replace(name=name, board=place), tx.now.at)
    if device.kind == "kiosk" and place:  # a part of a reserve has one holder, or two would give the same number
        twins = [k for k, state, _at in reserve.kiosks_at(tx.c, tx.office_id, place)
                 if state == "paired" and k != device.id]
    for old in twins:
        _revoke(tx, old, "replaced")
    return {"device": device.id}


def revoke(tx: Tx, args: dict[str, Any]) -> Answer:
    device = people.device(tx.c, tx.office_id, int(args["device"]))
    if device is None or device.state == "revoked":
        raise Refused("no_such_device")
    _revoke(tx, device.id, str(args.get("reason") or "replaced"))
    return {}


def _revoke(tx: Tx, device: int, reason: str) -> None:
    people.save_device(tx.c, device, state="revoked", code="")
    tx.record("device_revoked", {"device": device, "reason": reason})
