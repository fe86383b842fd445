"""Seals of the log: an event like any other, made by whoever comes first, whose hash leaves the building in short form.

Two processes that find a seal due at the same time press the same command; the office's head is locked in it, so the
second finds the seal of the first and makes none (decisions 14, 16).
"""

from __future__ import annotations

from typing import Any

from ..domain.bundle import register_digest
from ..domain.errors import Refused
from ..domain.events import Json
from ..store import log, offices, seals
from ..store.seals import Sealed
from ..transaction import Answer, Tx

#: A seal is at most this old while something happens in an office or it is open: half of the hour that is promised, so
#: that a server that was away for a moment still keeps the hour, ms.
EVERY_MS = 30 * 60_000
REASONS = ("time", "start", "closing", "asked")


def is_due(newest: Sealed | None, tick: int, boot: int) -> str:
    """Why a seal is due: "start" (none yet in this boot of the machine), "time"; "" while it is not."""
    if newest is None or newest.boot != boot:
        return "start"
    return "time" if tick - newest.tick >= EVERY_MS else ""


def seal_when_due(tx: Tx, _args: dict[str, Any]) -> Answer:
    """What the clockwork presses; ``sealed`` is False where another process was quicker."""
    reason = is_due(seals.newest(tx.c, tx.office_id), tx.now.tick, tx.now.boot)
    if reason:
        put(tx, reason)
    return {"sealed": bool(reason)}


def seal_now(tx: Tx, _args: dict[str, Any]) -> Answer:
    """A seal that somebody asked for, whenever the last one was: what a bundle of evidence ends with."""
    sealed = put(tx, "asked")
    return {"seq": sealed.seq, "text": sealed.of(tx.head.key).text}


def put(tx: Tx, reason: str) -> Sealed:
    """Seals the log as it is, the refusals counted into it first."""
    if reason not in REASONS:
        raise Refused("bad_request", field="reason")
    count_refusals(tx)
    body: dict[str, Json] = {
        "day": tx.day, "reason": reason, "sealed_seq": tx.head.head_seq, "sealed_hash": tx.head.head_hash,
        "tick": tx.now.tick, "configuration": tx.head.config_version,
        "digest": offices.config_digest(tx.c, tx.office_id, tx.head.config_version),
        "register": register_digest(seals.register_lines(tx.c, tx.office_id, tx.head.head_seq)),
    }
    seq = tx.record("sealed", body)
    sealed = Sealed(seq, tx.head.head_hash, tx.day, reason, tx.now.at, tx.now.tick, tx.now.boot)
    seals.add(tx.c, tx.office_id, sealed)
    return sealed


def count_refusals(tx: Tx) -> None:
    """Writes into the log how often numbers were refused, where that has grown; each count is the day's so far."""
    for (day, service), counts in log.take_uncounted(tx.c, tx.office_id).items():
        found: dict[str, Json] = dict(counts)
        tx.record("refusals_counted", {"day": day, "service": service, "counts": found})
