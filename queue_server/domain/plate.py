"""A car's plate: as it was typed, tidied, and as a screen may show it."""

from __future__ import annotations

import re

from .errors import Refused

#: Area, number, series: "B 1234 XYZ"; diplomats and foreigners have others, so only the length and the signs are held.
MOST = 12
_PARTS = re.compile(r"([A-Z]{1,3})?(\d{1,5})([A-Z]{0,3})")
HIDDEN = "\u2022"


def tidy(typed: str) -> str:
    """Capital letters and figures alone; "" for nothing. Raises Refused("bad_plate") for what is no plate."""
    found = re.sub(r"[\s.\-]", "", typed).upper()
    if not found:
        return ""
    if len(found) > MOST or not re.fullmatch(r"[A-Z0-9]+", found) or not re.search(r"\d", found):
        raise Refused("bad_plate", most=MOST)
    return found


def masked(plate: str) -> str:
    """What tells two cars in a lane apart and finds nobody's: the area and the last two figures."""
    parts = _PARTS.fullmatch(plate)
    if parts is None:
        return HIDDEN * max(0, len(plate) - 2) + plate[-2:]
    area, number, series = parts[1] or "", parts[2], parts[3]
    shown = HIDDEN * max(0, len(number) - 2) + number[-2:] if len(number) > 2 else HIDDEN * len(number)
    return " ".join(part for part in (area, shown, HIDDEN * len(series)) if part)
