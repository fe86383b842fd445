"""Sentences from the words files, with their facts filled in.

``{minutes}`` stands for a fact; ``{minutes|minute|minutes}`` for the word that fits it, the first when it is 1
(Indonesian needs none of it). ``common/words.js`` does the same on the screens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")


def fill(text: str, facts: Mapping[str, object]) -> str:
    """The sentence; a place without its fact stays as it is."""

    def put(place: re.Match[str]) -> str:
        name, one, many = place.groups()
        if name not in facts:
            return place[0]
        if one is None:
            return str(facts[name])
        return str(one if str(facts[name]) == "1" else many)

    return _PLACE.sub(put, text)
