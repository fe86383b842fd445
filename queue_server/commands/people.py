"""The people of an office after they were added: names, roles, passwords, leaving. Nobody is ever deleted: the log
names them by their number (decisions 15)."""

from __future__ import annotations

from typing import Any

from ..domain.errors import NotAllowed, Refused
from ..store import people, queue, staff
from ..store.people import Person
from ..transaction import Answer, Tx
from .setup import ROLES

#: Whoever sets up the house, and who stands in for them where there is nobody (screens/roles.py).
KEEPERS = ("administrator", "supervisor")
#: Who may sit at a counter.
SERVE = ("officer", "supervisor")


def change_person(tx: Tx, args: dict[str, Any]) -> Answer:
    """Another shown name or role; with another role every session of the person ends."""
    person = _person(tx, args)
    role, shown = str(args.get("role") or person.role), str(args.get("shown_name") or person.shown_name).strip()
    if role not in ROLES:
        raise NotAllowed("no_such_role")
    if not shown or len(shown) > 60 or not shown.isprintable():
        raise Refused("name_needed")
    if shown != person.shown_name:
        staff.save_person(tx.c, person.id, shown_name=shown)
        tx.record("person_renamed", {"person": person.id})
    if role != person.role:
        _keep_a_keeper(tx, person)
        staff.save_person(tx.c, person.id, role=role)
        people.end_sessions_of(tx.c, person.id)
        tx.record("role_changed", {"person": person.id, "role": role, "before": person.role})
        if role not in SERVE:
            _stand_up(tx, person)
    return {"person": person.id}


def set_active(tx: Tx, args: dict[str, Any]) -> Answer:
    """Whether somebody may sign in; who may not loses every session, and the counter unless a visitor is there."""
    person, active = _person(tx, args), bool(args.get("active"))
    if active == bool(person.active):
        return {"person": person.id}
    if active:
        staff.save_person(tx.c, person.id, active=1)
        tx.record("person_activated", {"person": person.id})
        return {"person": person.id}
    _keep_a_keeper(tx, person)
    staff.save_person(tx.c, person.id, active=0)
    people.end_sessions_of(tx.c, person.id)
    tx.record("person_deactivated", {"person": person.id})
    _stand_up(tx, person)
    return {"person": person.id}


def reset_password(tx: Tx, args: dict[str, Any]) -> Answer:
    """A new password by the person's number; every session ends."""
    person = _person(tx, args)
    people.set_password(tx.c, person.id, args["password_hash"])
    tx.record("password_reset", {"person": person.id, "by": tx.actor.id})
    return {"person": person.id}


def administers(tx: Tx) -> bool:
    """Whether the actor sets up this house: an administrator, or a supervisor where there is none."""
    if tx.actor.kind == "supervisor":
        return staff.count_active(tx.c, tx.office_id, "administrator") == 0
    return tx.actor.kind in ("administrator", "system")


def _person(tx: Tx, args: dict[str, Any]) -> Person:
    person = people.person(tx.c, int(args.get("person") or 0))
    if person is None or person.office_id != tx.office_id:
        raise Refused("no_such_person")
    return person


def _keep_a_keeper(tx: Tx, leaving: Person) -> None:
    """Somebody must be left who can let others in; raises Refused("last_administrator")."""
    keeper = next((role for role in KEEPERS if staff.count_active(tx.c, tx.office_id, role)), "")
    if leaving.active and leaving.role == keeper and staff.count_active(tx.c, tx.office_id, keeper) == 1:
        raise Refused("last_administrator")


def _stand_up(tx: Tx, person: Person) -> None:
    """A visitor at the counter is not sent away: a colleague takes the counter over, which is recorded."""
    seat = people.seat_of(tx.c, tx.office_id, person.id)
    if seat is None or queue.active_at(tx.c, tx.office_id, seat.counter) is not None:
        return
    people.save_seat(tx.c, tx.office_id, seat.counter, None, "closed", "", tx.now.at, tx.now.tick)
    tx.record("counter_left", {"counter": seat.counter, "person": person.id})
