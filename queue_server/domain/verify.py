"""What a log says of its own calls: each decision is taken again from what its event recorded.

This finds a call that the recorded circumstances do not lead to. That the circumstances are the true
ones is the chain's matter (``chain.check``): acts that were never entered cannot be proven (decisions 34).
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from .chain import Event, Problem
from .discipline import IN_THE_MIX, RETURNS, decide_again

CALL_PROBLEMS: dict[str, str] = {
    "not_the_next": "the recorded circumstances lead to another visitor or another rule",
    "no_reason": "the call says neither why nor, out of order, the officer's reason",
}


def check_calls(events: Iterable[Event]) -> list[Problem]:
    """Every call of a chain that its own record does not bear out; ``found`` is what it leads to."""
    found = []
    for event in events:
        if event.kind == "called":
            problem = _check_call(event)
            if problem is not None:
                found.append(problem)
    return found


def _check_call(event: Event) -> Problem | None:
    try:
        why = json.loads(event.body)["why"]
        rule = why["rule"]
        if rule not in IN_THE_MIX | RETURNS:
            is_explained = rule == "parked" or bool(why.get("reason"))
            return None if is_explained else Problem(event.seq, "no_reason")
        name, step = decide_again(why)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Problem(event.seq, "no_reason")
    if (name, step) == (rule, event.step):
        return None
    return Problem(event.seq, "not_the_next", f"{name} {step}")
