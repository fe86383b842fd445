"""Acts of a step that its row no longer shows: reopened, given up as absent and brought back.

Read from the log, for the steps of one page or chunk at a time, by an index that holds only these few events.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select

from .. import tables as t
from ..domain.entry import Acts
from ..domain.ticket import State

NOTHING = Acts()
#: Word for word the condition of the index ``event_of_note``, so that it is used; with the office it binds one column
#: more than the index of all events of a step.
OF_NOTE = "event.kind IN ('reopened', 'no_show', 'undone')"
_noted = select(
    t.event_table.c.step_id, t.event_table.c.seq, t.event_table.c.kind, t.event_table.c.at, t.event_table.c.body,
).where(
    t.event_table.c.office_id == bindparam("office"),
    t.event_table.c.step_id.in_(bindparam("steps", expanding=True)), literal_column(OF_NOTE),
).order_by(t.event_table.c.step_id, t.event_table.c.seq)
_calls = select(t.call.c.step_id, t.call.c.seq, t.call.c.at).where(
    t.call.c.step_id.in_(bindparam("steps", expanding=True)), t.call.c.nth == 1,
).order_by(t.call.c.seq)


def acts_of(c: Connection, office_id: int, steps: list[int]) -> dict[int, Acts]:
    """Step -> its acts of note; only the few that have any."""
    by_step: dict[int, list[Any]] = {}
    for row in c.execute(_noted, {"office": office_id, "steps": steps}) if steps else ():
        by_step.setdefault(row.step_id, []).append(row)
    absent = [step for step, rows in by_step.items() if any(row.kind == "no_show" for row in rows)]
    calls: dict[int, list[tuple[int, int]]] = {}
    for step, seq, at in c.execute(_calls, {"steps": absent}) if absent else ():
        calls.setdefault(step, []).append((seq, at))
    return {step: _acts(rows, calls.get(step, [])) for step, rows in by_step.items()}


def _acts(rows: list[Any], calls: list[tuple[int, int]]) -> Acts:
    bodies = {row.seq: json.loads(row.body) for row in rows}
    undone = {bodies[row.seq].get("undone_seq") for row in rows if row.kind == "undone"}
    woken = [bodies[row.seq].get("from") for row in rows if row.kind == "reopened"]
    given_up = []
    for row in rows:
        called = [at for seq, at in calls if seq < row.seq]
        if row.kind == "no_show" and row.seq not in undone and called:
            given_up.append(max(0, row.at - called[-1]))
    return Acts(State.DONE in woken, bool(woken), min(given_up, default=None))
