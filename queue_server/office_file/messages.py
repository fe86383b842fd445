"""[messages] of an office file: how visitors who ask for it are told of their number or reservation."""

from __future__ import annotations

from ..domain.office import Messages
from .node import Node

#: The name of a sender in the server's own file, which holds its address and secrets (docs/notifications.md).
NAME = r"[a-z0-9][a-z0-9_-]{0,31}"
LONGEST_H = 14 * 24


def messages(node: Node | None) -> Messages:
    """The table; where it is left out nobody is told anything."""
    if node is None:
        return Messages()
    usual = Messages()
    found = Messages(
        push=node.yes_no("push", usual.push),
        whatsapp=node.matching("whatsapp", NAME, "key", ""),
        sms=node.matching("sms", NAME, "key", ""),
        email=node.matching("email", NAME, "key", ""),
        ahead=node.number("ahead", usual.ahead, 1, 50),
        reminders_h=_hours(node, usual.reminders_h),
    )
    node.done()
    return found


def _hours(node: Node, usual: tuple[int, ...]) -> tuple[int, ...]:
    """Hours before the session, the longest first; an empty list: no reminders."""
    if "reminders_h" not in node.value:
        node.take("reminders_h", "list")
        return usual
    found = set()
    for place, item in enumerate(node.items("reminders_h", "list", most=5)):
        if not isinstance(item, int) or isinstance(item, bool):
            node.wrong("reminders_h", item, "whole", place)
        elif not 1 <= item <= LONGEST_H:
            node.note("out_of_range", "reminders_h", place, given=item, least=1, most=LONGEST_H)
        else:
            found.add(item)
    return tuple(sorted(found, reverse=True))
