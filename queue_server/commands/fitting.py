"""What follows from a new configuration for the screens, counters and visitors that are there."""

from __future__ import annotations

from ..domain.errors import Refused
from ..domain.office import Office
from ..store import people, staff
from ..store.people import Device
from ..transaction import Tx


def keep_what_is_in_use(tx: Tx, office: Office) -> None:
    """Whom the screens still show cannot be taken away today; raises Refused("in_use_today")."""
    services = {s.key for s in tx.office.services} - {s.key for s in office.services}
    counters = {c.key for c in tx.office.counters} - {c.key for c in office.counters}
    still = staff.services_in_use(tx.c, tx.office_id, tx.day, services) if services else set()
    still |= staff.counters_in_use(tx.c, tx.office_id, tx.day, counters) if counters else set()
    if still:
        raise Refused("in_use_today", keys=", ".join(sorted(still)))


def move_boards(tx: Tx, office: Office) -> None:
    """Boards follow their hall; the screens of a board that is no more are disconnected."""
    halls = {board.key: board.hall for board in office.boards}
    for device in people.devices_of(tx.c, tx.office_id):
        hall, _, board = device.board.partition("/")
        if device.kind != "board" or device.state == "revoked" or halls.get(board) == hall:
            continue
        if board in halls:
            moved(tx, device, f"{halls[board]}/{board}", device.name)
        else:
            people.save_device(tx.c, device.id, state="revoked", code="")
            tx.record("device_revoked", {"device": device.id, "reason": "moved"})


def moved(tx: Tx, device: Device, place: str, name: str) -> None:
    """The device stands elsewhere or is called otherwise."""
    people.save_device(tx.c, device.id, board=place, name=name)
    (hall, _, board), (hall_before, _, board_before) = place.partition("/"), device.board.partition("/")
    tx.record("device_changed", {
        "device": device.id, "kind": device.kind, "name": name, "hall": hall, "board": board,
        "name_before": device.name, "hall_before": hall_before, "board_before": board_before,
    })
