"""Paired screens: another name, another board."""

from __future__ import annotations

from typing import Any

from ..domain.errors import Refused
from ..store import people
from ..transaction import Answer, Tx
from .fitting import moved


def change_device(tx: Tx, args: dict[str, Any]) -> Answer:
    """Renames a paired screen, or makes a TV show another board; the TV goes there by itself."""
    device = people.device(tx.c, tx.office_id, int(args.get("device") or 0))
    if device is None or device.state != "paired":
        raise Refused("no_such_device")
    name, place = str(args.get("name") or device.name).strip()[:60], device.board
    if not name or not name.isprintable():
        raise Refused("name_needed")
    if args.get("board"):
        board = next((b for b in tx.office.boards if b.key == args["board"]), None)
        if board is None or device.kind != "board":
            raise Refused("no_such_board")
        place = f"{board.hall}/{board.key}"
    if (name, place) != (device.name, device.board):
        moved(tx, device, place, name)
    return {"device": device.id}
