"""Configuring an office from its pages, while others may be doing the same."""

from __future__ import annotations

from typing import Any

from ..domain.errors import Refused
from ..transaction import Answer, Tx
from .setup import configure


def put_in_force(tx: Tx, args: dict[str, Any]) -> Answer:
    """A configuration made from version ``seen``: in force, unless somebody else was quicker."""
    if args["seen"] != tx.head.config_version:
        raise Refused("office_changed", version=tx.head.config_version)
    return configure(tx, {"office": args["office"], "reason": "administration"})
