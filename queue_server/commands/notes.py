"""Notes that an officer ties to a ticket: kept apart from the log, erased the day after (decisions 15)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from ..domain import hours, plate
from ..domain.errors import Refused
from ..store import private
from ..transaction import Answer, Tx
from .moving import step_of


def note(tx: Tx, args: dict[str, Any]) -> Answer:
    """Writes, replaces or (with an empty text) erases the note of a ticket.

    The log gets only a commitment: an HMAC under a random key that is erased with the text, so that the
    log can show that a note stood there and never what it said.
    """
    text = "".join(c for c in str(args.get("text") or "") if c.isprintable() or c == "\n").strip()
    step = step_of(tx, args["step"])
    if not text:
        if not private.erase(tx.c, tx.office_id, step.ticket_id, "note"):
            raise Refused("note_empty")
        tx.record("erased", {"ticket": step.ticket_id, "what": "note", "count": 1, "reason": "by_officer"}, step.id)
        return {}
    key = secrets.token_bytes(32)
    private.erase(tx.c, tx.office_id, step.ticket_id, "note")
    private.keep(tx.c, tx.office_id, step.ticket_id, "note", text, key.hex(), day_after(tx))
    commitment = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    tx.record("note_added", {"ticket": step.ticket_id, "commitment": commitment}, step.id)
    return {}


def keep_plate(tx: Tx, ticket_id: int, typed: str, step_id: int) -> None:
    """Ties a car's plate to a number; kept and erased as a note is. Raises Refused("bad_plate")."""
    found = plate.tidy(typed)
    if not found:
        return
    key = secrets.token_bytes(32)
    private.keep(tx.c, tx.office_id, ticket_id, "plate", found, key.hex(), day_after(tx))
    commitment = hmac.new(key, found.encode("utf-8"), hashlib.sha256).hexdigest()
    tx.record("plate_noted", {"ticket": ticket_id, "commitment": commitment}, step_id)


def day_after(tx: Tx) -> int:
    """UTC ms of the end of the next office day."""
    return hours.day_after(tx.office, tx.day)
