"""Noting what was counted for the public page. Not part of the log: it can be counted again from it at any time."""

from __future__ import annotations

from typing import Any

from ..store import public
from ..transaction import Answer, Tx


def keep_day(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: day (ISO), tallies (service -> Tally)."""
    public.keep(tx.c, tx.office_id, args["day"], args["tallies"])
    return {}


def saw(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: seq, the event up to which past days are counted."""
    public.saw(tx.c, tx.office_id, args["seq"])
    return {}
