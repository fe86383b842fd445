"""What changes between two offices, for ``office apply FILE`` to show before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.office import Office
from .problem import sentence
from .write import Table, document

#: Tables whose entries have a name of their own; the others are told apart by their place.
_NAMED = {
    "hall": "key", "board": "key", "counter": "key", "service": "key", "holiday": "date", "override": "name",
    "session": "key",
    "room": "key",
}


@dataclass(frozen=True)
class Difference:
    """``path`` as in the file (``service.kunjungan.quota.online``); None: not there."""

    path: str
    before: str | None
    after: str | None

    def say(self, lang: str = "id") -> str:
        """One readable line."""
        code = "added" if self.before is None else "removed" if self.after is None else "changed"
        facts = {"path": self.path, "before": self.before or "", "after": self.after or ""}
        return sentence(f"difference.{code}", facts, lang)


def differences(old: Office, new: Office) -> list[Difference]:
    """All differences in the order of the file; none exactly when the two offices are equal."""
    before, after = _flat(document(old), ""), _flat(document(new), "")
    paths = [*before, *(path for path in after if path not in before)]
    return [
        Difference(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _flat(table: Table, path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        full = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            found |= _flat(value, full) if value else {full: "{}"}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found |= _entries(key, value, full)
        else:
            found[full] = _text(value)
    return found


def _entries(key: str, entries: list[Table], path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for place, entry in enumerate(entries, 1):
        name = str(entry[_NAMED[key]]) if key in _NAMED else str(place)
        # Two overrides may share a name ("Ramadan" for two services): the later ones get their place too.
        unique = f"{name} ({place})" if name in names else name
        names.append(unique)
        found |= _flat(entry, f"{path}.{unique}")
    if key in _NAMED:
        found[f"{path} (order)"] = ", ".join(names)
    return found


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or "[]"
    return str(value).lower() if isinstance(value, bool) else str(value)
