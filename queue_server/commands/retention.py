"""What was kept long enough goes, by the rules of domain/personal.py: pressed every hour, and after a restore."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..domain.events import Json
from ..domain.personal import RULES, Rule
from ..store import complaints, personal
from ..transaction import Answer, Tx

#: Why it went, as the log says it.
KEPT_LONG_ENOUGH = "kept_long_enough"


def retain(tx: Tx, _args: dict[str, Any]) -> Answer:
    """Erases whatever is due; how many rows, by table. The log tells that it went, and never what it was."""
    gone: dict[str, int] = {}
    for rule in RULES:
        named = personal.erase_due(tx.c, tx.office_id, rule, tx.now.at, tx.day, tx.now.tick)
        for body in _told(tx, rule, named):
            kind = "complaint_erased" if "complaint" in body else "erased"
            tx.record(kind, {**body, "reason": KEPT_LONG_ENOUGH})
        if named:
            gone[rule.table] = len(named)
    return {"gone": gone}


def _told(tx: Tx, rule: Rule, named: list[int]) -> list[dict[str, Json]]:
    """What the log says: of a ticket's notes whose they were, of a complaint its number, of the rest how many."""
    if not named or not rule.says:
        return []
    if rule.by == "ticket_id":
        return [{"ticket": ticket, "what": rule.says, "count": n} for ticket, n in Counter(named).items()]
    if rule.table == "complaint":
        return [{"complaint": number} for number in complaints.numbers(tx.c, named)]
    return [{"what": rule.says, "count": len(named)}]
