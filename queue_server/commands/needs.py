"""What a visitor needs, said privately; and the call to somebody who is fetched before the voice speaks.

What is said is kept apart from the log like a note, and erased the day after. The log has a commitment of what was
changed later, the same entry as of any note, so that not even this shows in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from ..domain.errors import Refused
from ..domain.needs import Stated
from ..domain.ticket import OPEN, State, Step
from ..store import needs, queue
from ..transaction import Answer, Tx
from . import serving
from .moving import save, step_of
from .notes import day_after
from .stated import given
from .visitor import own_step


def state_needs(tx: Tx, args: dict[str, Any]) -> Answer:
    """An officer or helper notes what a visitor needs, or where they sit: all of it anew."""
    return _change(tx, step_of(tx, args["step"]), given(tx, args))


def own_needs(tx: Tx, args: dict[str, Any]) -> Answer:
    """The same by the holder of the number (``secret``), on their phone."""
    _ticket, step = own_step(tx, args)
    return _change(tx, step, given(tx, args))


def _change(tx: Tx, step: Step, said: Stated) -> Answer:
    if State(step.state) not in OPEN and step.state != State.NO_SHOW:
        raise Refused("not_now", act="state_needs", state=step.state)
    if needs.of_ticket(tx.c, step.ticket_id) == said:
        return {}
    key = secrets.token_bytes(32)
    needs.keep(tx.c, tx.office_id, said, day_after(tx), step.ticket_id, secret_key=key.hex())
    text = ",".join((*said.needs, str(int(said.fetch)), said.where))
    commitment = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    tx.record("note_added", {"ticket": step.ticket_id, "commitment": commitment}, step.id)
    return {}


def fetched(tx: Tx, args: dict[str, Any]) -> Answer:
    """Somebody is with the visitor, or on the way there: now boards show the call, the voice speaks it, and the time
    until a no-show begins. Whoever walks the hall may say so, not only the officer of the counter."""
    step = step_of(tx, args["step"])
    if step.state != State.CALLED or step.id not in needs.held_since(tx.c, tx.office_id):
        raise Refused("not_fetched", state=step.state)
    counter = tx.office.counter(step.counter)
    queue.end_calls(tx.c, step.id, "over", tx.now.at)
    new = save(tx, step, step, "announced", {"counter": counter.key})
    serving.announce(tx, new, counter, 1, "announced")
    serving.changed(tx, counter.key)
    return {"call": new.last_seq}
