"""What people press, with which arguments, and who may: one table, the code and the documentation at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..commands import (
    access,
    alerts,
    complaints,
    configuration,
    counter,
    day,
    devices,
    media,
    notes,
    paper_roll,
    passkeys,
    schedule,
    seat,
    setup,
    supervisor,
    undo,
    visitor,
)
from ..commands import people as staff
from ..domain.errors import Refused
from ..transaction import Answer, Command, Tx
from .before import Preparation, edited, read_text, with_password
from .roles import OVERSEES, PEOPLE, SERVES, SETS_UP, Who

MOST_TEXT = 200
MOST_ANSWER = 2_000
#: PostgreSQL takes it in no text, and no person types it.
NUL = "\0"
#: A whole office file; the largest request is 256 KB.
MOST_FILE = 200_000


@dataclass(frozen=True)
class Act:
    """``takes``: argument -> type; what is not named here never reaches a command."""

    name: str
    command: Command
    roles: frozenset[Who]
    takes: Mapping[str, type]
    longest: int = MOST_TEXT
    #: What is done with the arguments first, outside the writer: slow work, and what no command may see.
    before: Preparation | None = None


def issue_for(tx: Tx, args: dict[str, Any]) -> Answer:
    """A number for somebody who stands before an officer: the door's series, channel staff."""
    return visitor.issue(tx, Given(args, channel="staff"))


_SEEN = {"seen": int}


def _acts() -> list[Act]:
    seen, officer = _SEEN, SERVES
    return [
        Act("sit", seat.sit, officer, {"counter": str, "take_over": bool}),
        Act("understood", seat.understood, officer, {}),
        Act("leave", seat.leave, officer, {**seen, "becomes": str}),
        Act("call_next", counter.call_next, officer, seen),
        Act("call", counter.call, officer, {**seen, "step": int, "reason": str}),
        Act("recall", counter.recall, officer, seen),
        Act("start", counter.start, officer, seen),
        Act("finish", counter.finish, officer, {**seen, "outcome": str}),
        Act("skip", counter.skip, officer, seen),
        Act("no_show", counter.no_show, officer, {**seen, "reason": str}),
        Act("bring_back", counter.bring_back, officer, {**seen, "step": int}),
        Act("park", counter.park, officer, {**seen, "reason": str}),
        Act("transfer", counter.transfer, officer, {**seen, "service": str}),
        Act("pause", seat.pause, officer, {**seen, "reason": str}),
        Act("resume", seat.resume, officer, seen),
        Act("undo", undo.undo, officer, {**seen, "event": int}),
        Act("take_visitor", seat.take_visitor, officer, {**seen, "step": int}),
        Act("reclass", counter.reclass, officer, {**seen, "step": int, "priority": bool, "reason": str}),
        Act("cancel", counter.cancel, officer, {**seen, "step": int, "reason": str}),
        Act("arrived", counter.arrived, officer, {**seen, "step": int}),
        Act("issue", issue_for, officer, {**seen, "service": str, "priority": bool, "language": str}),
        Act("note", notes.note, officer, {**seen, "step": int, "text": str}, longest=500),
        Act("second_factor", access.second_factor, PEOPLE, {"secret": str, "code": str}),
        Act("drop_second_factor", access.drop_second_factor, PEOPLE, {"person": int, "code": str}),
        Act("drop_passkey", passkeys.drop_passkey, PEOPLE, {"passkey": int}),
        Act("end_sessions", access.end_sessions, PEOPLE, {"person": int}),
        Act("reopen", supervisor.reopen, OVERSEES, {"step": int, "reason": str}),
        Act("pause_service", supervisor.pause_service, OVERSEES, {"service": str, "reason": str}),
        Act("resume_service", supervisor.resume_service, OVERSEES, {"service": str}),
        Act("close_counter", supervisor.close_counter, OVERSEES, {"counter": str, "reason": str}),
        Act("open_counter", supervisor.open_counter, OVERSEES,
            {"counter": str, "reason": str, "remedy": dict}),
        Act("move_service", supervisor.move_service, OVERSEES,
            {"counter": str, "service": str, "on": bool, "reason": str, "remedy": dict}),
        Act("close_day", day.close_day, OVERSEES, {"day": str, "reason": str, "reasons": dict}),
        Act("enter_paper", paper_roll.enter_paper, OVERSEES,
            {"service": str, "number": int, "day": str, "issued": str, "outcome": str, "counter": str, "started": str,
             "ended": str, "priority": bool}),
        Act("change_schedule", schedule.change_schedule, OVERSEES,
            {"first": str, "last": str, "hours": str, "name": str, "service": str}),
        Act("answer_complaint", complaints.answer, OVERSEES, {"complaint": int, "text": str}, longest=MOST_ANSWER),
        Act("hand_off_complaint", complaints.hand_off, OVERSEES, {"complaint": int, "to": str, "reference": str}),
        Act("close_complaint", complaints.close, OVERSEES, {"complaint": int, "outcome": str}),
        Act("open_contact", complaints.open_contact, OVERSEES, {"complaint": int}),
        Act("pair", supervisor.pair, OVERSEES, {"code": str, "name": str, "board": str}),
        Act("revoke", supervisor.revoke, OVERSEES, {"device": int, "reason": str}),
        Act("add_person", setup.add_person, SETS_UP,
            {"name": str, "shown_name": str, "role": str, "password": str}, before=with_password),
        Act("change_person", staff.change_person, SETS_UP, {"person": int, "shown_name": str, "role": str}),
        Act("set_active", staff.set_active, SETS_UP, {"person": int, "active": bool}),
        Act("reset_password", staff.reset_password, SETS_UP, {"person": int, "password": str}, before=with_password),
        Act("change_device", devices.change_device, SETS_UP, {"device": int, "name": str, "board": str}),
        Act("change_office", configuration.put_in_force, SETS_UP, {"seen": int, "parts": dict}, before=edited),
        Act("put_office", configuration.put_in_force, SETS_UP, {"seen": int, "text": str}, longest=MOST_FILE,
            before=read_text),
        Act("set_webhook", alerts.set_webhook, SETS_UP, {"url": str, "renew": bool}, longest=500),
        Act("remove_media", media.remove, SETS_UP, {"media": str}),
    ]


class Given(dict[str, Any]):
    """Arguments as they came: a command that cannot do without one of them asks for it, and whoever pressed is told."""

    def __missing__(self, name: str) -> Any:
        raise Refused("bad_request", field=name)


ACTS: dict[str, Act] = {act.name: act for act in _acts()}


def clean(message: dict[str, Any], act: Act) -> dict[str, Any]:
    """The arguments an act takes, checked; raises Refused("bad_request") naming the field."""
    args: dict[str, Any] = Given()
    for name, kind in act.takes.items():
        value = message.get(name)
        if value is None:
            continue
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not right or (kind is str and len(value) > act.longest) or (kind is dict and len(value) > 5_000):
            raise Refused("bad_request", field=name)
        if kind is str and NUL in value:
            raise Refused("bad_request", field=name)
        if kind is int and not -(2**53) < value < 2**53:
            raise Refused("bad_request", field=name)
        args[name] = value
    return args
