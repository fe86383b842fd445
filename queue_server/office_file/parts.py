"""A form changes one part of an office; it is laid over the whole, and the whole is read and checked like a file."""

from __future__ import annotations

import copy

from ..domain.office import Office
from .check import check
from .lines import Lines
from .node import Sheet
from .problem import OfficeFileError
from .sections import office as _office
from .write import Inline, Table, _tidy, document

#: Tables of the file of which a form sends single keys; the others stay as they are.
MERGED = ("office", "hours", "rules", "messages")
#: Lists of tables, and words, which a form sends whole.
WHOLE = ("holiday", "override", "hall", "board", "counter", "room", "notice", "running_text", "complaint")


def with_parts(office: Office, parts: dict[str, object]) -> Office:
    """``office`` with ``parts`` laid over it: "hours", "notice", … or "service:KEY", in the shape of the file.

    None takes a key away. Raises OfficeFileError with every problem (without lines), and KeyError or ValueError
    for a part that does not exist.
    """
    values = copy.deepcopy(document(office))
    for name, value in parts.items():
        table, _, key = name.partition(":")
        if table == "service" and key:
            _lay(_entry(values, key), _with_promises(value))
        elif name in MERGED:
            _lay(_table(values, name), value)
        elif name in WHOLE:
            _lay(values, {name: value})
        else:
            raise KeyError(name)
    # What comes from a form stands on no line.
    sheet = Sheet(Lines({(): 0}))
    found = _office(sheet, values)
    check(found, sheet)
    if sheet.problems:
        raise OfficeFileError("", sheet.problems)
    return found


def _table(values: Table, name: str) -> Table:
    found = values.setdefault(name, {})
    assert isinstance(found, dict)
    return found


def _entry(values: Table, key: str) -> Table:
    entries = values["service"]
    assert isinstance(entries, list)
    found: Table = next((entry for entry in entries if entry["key"] == key), {})
    if not found:
        raise KeyError(key)
    return found


def _with_promises(value: object) -> object:
    """A promise without minutes is one: nothing is stated. Only None is no promise."""
    standard = value.get("standard") if isinstance(value, dict) else None
    promises = standard.get("promise") if isinstance(standard, dict) else None
    if not isinstance(value, dict) or not isinstance(standard, dict) or not isinstance(promises, dict):
        return value
    stated = {name: Inline(_tidy(one)) if isinstance(one, dict) else one for name, one in promises.items()}
    return {**value, "standard": {**standard, "promise": stated}}


def _lay(table: Table, value: object) -> None:
    """Texts that were left empty are as if they were not there, as in a file."""
    if not isinstance(value, dict):
        raise ValueError("a table was expected")
    for key, kept in value.items():
        if isinstance(kept, list) and len({isinstance(item, dict) for item in kept}) > 1:
            raise ValueError("a list of tables was expected")
        tidied = _tidy({key: kept})
        table.pop(key, None)
        table.update(tidied)
