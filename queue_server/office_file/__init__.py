"""An office's file: read, checked with line numbers, written, stored, compared.

TOML is import and export; after the first import the database holds the office as canonical JSON
(decisions 28).
"""

from __future__ import annotations

from ..domain.office import Office
from ..domain.stored import from_json, standard_from_json, standard_to_json, to_json
from .check import check, missing_media, other_office, warnings
from .demo import demo_open
from .difference import Difference, differences
from .lines import find_lines
from .node import Sheet
from .parts import with_parts
from .problem import OfficeFileError, Problem
from .sections import office as _office
from .syntax import parse
from .write import document, write

__all__ = [
    "Difference", "OfficeFileError", "Problem", "demo_open", "differences", "document", "from_json", "keys_of",
    "missing_media", "other_office", "read", "standard_from_json", "standard_to_json", "to_json", "warnings",
    "with_parts", "write",
]


def read(text: str, name: str) -> Office:
    """The office that ``text`` (TOML) describes; ``name`` is the file's name for messages.

    Raises OfficeFileError with every problem, each with its line; nothing is half read.
    """
    office, sheet = _read(text, name)
    if sheet.problems:
        raise OfficeFileError(name, sheet.problems)
    return office


def keys_of(text: str) -> set[str]:
    """Every key that reading ``text`` asked for, such as ``service.quota.per``, for the documentation."""
    return _read(text, "")[1].asked


def _read(text: str, name: str) -> tuple[Office, Sheet]:
    # Windows' Notepad puts a mark in front and ends lines with two signs.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    values, faults = parse(text)
    if faults:
        raise OfficeFileError(name, faults)
    sheet = Sheet(find_lines(text))
    office = _office(sheet, values)
    check(office, sheet)
    return office, sheet
