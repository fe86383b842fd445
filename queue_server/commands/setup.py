"""Setting up: an office from its file, people and their passwords, devices that introduce themselves."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from ..domain import numbering
from ..domain.errors import NotAllowed, Refused
from ..domain.events import Json
from ..domain.office import Office, Service
from ..office_file import differences, standard_to_json, to_json
from ..store import offices, people, queue, standards
from ..transaction import Answer, Tx
from .fitting import keep_what_is_in_use, move_boards
from .supervisor import pair_device

ROLES = ("officer", "supervisor", "auditor", "administrator")
#: Without letters and digits that look alike on a TV ten metres away.
CODE_LETTERS = "ACDEFHJKLMNPRTUVWXY34679"


def configure(tx: Tx, args: dict[str, Any]) -> Answer:
    """Puts a configuration in force: a new version, new standards where they changed, all logged."""
    office: Office = args["office"]
    reason = str(args.get("reason") or "import")
    version = tx.head.config_version + 1
    body = to_json(office)
    changes: list[Json] = []
    if version > 1:
        changes = [f"{d.path}: {d.before} -> {d.after}" for d in differences(tx.office, office)]
        if not changes:
            return {"version": tx.head.config_version, "changes": 0}
        keep_what_is_in_use(tx, office)
        move_boards(tx, office)
    seq = tx.record("office_configured", {
        "configuration": version, "digest": hashlib.sha256(body.encode()).hexdigest(), "reason": reason,
        "differences": changes,
    })
    offices.add_version(tx.c, tx.office_id, version, body, tx.now.at, seq)
    for service in office.services:
        _put_standard(tx, service, seq)
    people.add_seats(tx.c, tx.office_id, [c.key for c in office.counters])
    if version > 1:
        _declare_new_parts(tx, office)
    tx.configured(version, office)
    return {"version": version, "changes": len(changes)}


def _declare_new_parts(tx: Tx, office: Office) -> None:
    """A reserve that is divided anew while a day is open is declared again, before any of its numbers is given."""
    day = queue.day_state(tx.c, tx.office_id, tx.day)
    if day is None or day[1] is not None:
        return
    before = {(s.key, part) for s in tx.office.services for part in numbering.parts(s)}
    for service in office.services:
        for part in numbering.parts(service):
            if (service.key, part) not in before:
                tx.record("reserve_declared", {
                    "day": tx.day, "service": service.key, "first": part.first, "last": part.last,
                    "source": part.source})


def _put_standard(tx: Tx, service: Service, seq: int) -> None:
    """A new version in the register when the service's standard is another than its newest, with both in the log."""
    newest = standards.newest(tx.c, tx.office_id, service.key)
    if newest is not None and newest[1] == service.standard:
        return
    version = 1 if newest is None else newest[0] + 1
    valid_from = service.standard.valid_from or tx.day
    text = standard_to_json(service.standard)
    added = standards.add(tx.c, tx.office_id, service.key, version, valid_from, text, seq)
    tx.record("standard_published", {
        "standard": added, "service": service.key, "version": version, "valid_from": valid_from,
        "before": None if newest is None else json.loads(standard_to_json(newest[1])), "after": json.loads(text),
    })


def add_person(tx: Tx, args: dict[str, Any]) -> Answer:
    """Somebody may sign in. The name stays in its table; the log gets a commitment that tells nobody."""
    if args.get("role") not in ROLES:
        raise NotAllowed("no_such_role")
    name = str(args.get("name") or "").strip().lower()
    if not name or len(name) > 60 or not name.isprintable():
        raise Refused("name_needed")
    if people.person_by_name(tx.c, tx.office_id, name) is not None:
        raise Refused("name_taken")
    person = people.add_person(tx.c, {
        "office_id": tx.office_id, "name": name, "shown_name": str(args.get("shown_name") or name)[:60],
        "role": args["role"], "password": args["password_hash"], "created_at": tx.now.at,
    })
    commitment = hmac.new(secrets.token_bytes(32), name.encode(), hashlib.sha256).hexdigest()
    tx.record("person_added", {"person": person, "role": args["role"], "commitment": commitment})
    return {"person": person}


def reset_password(tx: Tx, args: dict[str, Any]) -> Answer:
    """A new password; every session of the person ends."""
    person = people.person_by_name(tx.c, tx.office_id, str(args["name"]).strip().lower())
    if person is None:
        raise Refused("no_such_person")
    people.set_password(tx.c, person.id, args["password_hash"])
    tx.record("password_reset", {"person": person.id, "by": tx.actor.id})
    return {"person": person.id}


def hello(tx: Tx, args: dict[str, Any]) -> Answer:
    """A device introduces itself: it gets a code to show until somebody pairs it.

    ``at_home`` (a demo's devices on this very machine) are paired at once.
    """
    place = ""
    if args["kind"] == "board":
        board = next((b for b in tx.office.boards if b.key == args.get("board")), None)
        if board is None:
            raise Refused("no_such_board")
        place = f"{board.hall}/{board.key}"
    elif args["kind"] == "unit":  # what hangs in a room ("room"), or stands at one of its units ("room/unit")
        found, _, unit = str(args.get("board")).partition("/")
        of = tx.office.room(found)
        if of is None:
            raise Refused("no_such_room")
        if unit and unit not in of.all_units:
            raise Refused("no_such_unit")
        place = f"/{args['board']}"
    elif args.get("board"):  # a kiosk that goes on by itself names itself as in the office's file
        if all(args["board"] not in service.reserved_for for service in tx.office.services):
            raise Refused("no_such_kiosk", name=str(args["board"]))
        place = f"/{args['board']}"
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(6))
    name = str(args.get("board") or args["kind"])
    device_id = people.add_device(tx.c, {
        "office_id": tx.office_id, "kind": args["kind"], "board": place, "name": name, "state": "pending",
        "token_hash": args["token_hash"], "code": code, "created_at": tx.now.at,
    })
    if args.get("at_home"):
        device = people.device(tx.c, tx.office_id, device_id)
        assert device is not None
        pair_device(tx, device, name)
        return {"paired": True, "device": device_id}
    return {"paired": False, "code": code, "device": device_id}
