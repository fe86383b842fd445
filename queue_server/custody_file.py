"""The registry of people in custody from a CSV file, as an office's own register or SDP can write one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .domain.custody import Inmate, SourceError
from .domain.family import PROGRAMMES
from .domain.office import STATUSES, WEEKDAYS

#: The columns of the file; the first two must be there.
COLUMNS = ("register", "status", "block", "days", "may_visit", "hidden", "remission", "release", "programme")
NEEDED = COLUMNS[:2]
YES, NO = frozenset({"1", "yes", "ya", "true", "y"}), frozenset({"0", "no", "tidak", "false", "n", "t"})
#: As an office writes the parts of the programme.
_PROGRAMMES_ID = dict(zip(("mapenaling", "awal", "lanjutan", "akhir"), PROGRAMMES, strict=True))
_DAYS_ID = dict(zip(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"), WEEKDAYS, strict=True))


@dataclass(frozen=True)
class CsvSource:
    """A file with a head of ``COLUMNS``, separated by commas or semicolons, UTF-8."""

    path: Path

    def people(self) -> Iterator[Inmate]:
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{self.path}: {error}") from error
        head = text.split("\n", 1)[0]
        rows = csv.DictReader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",")
        named = [name.strip().lower() for name in rows.fieldnames or ()]
        rows.fieldnames = named
        missing, unknown = [c for c in NEEDED if c not in named], [c for c in named if c not in COLUMNS]
        if missing or unknown:
            wrong = f"no column {', '.join(missing)}" if missing else f"not taken: {', '.join(unknown)}"
            raise SourceError(f"{self.path}: {wrong}. The columns are: {', '.join(COLUMNS)}")
        for row in rows:
            yield _read(row, f"{self.path}, line {rows.line_num}")


def _read(row: dict[str, str | None], where: str) -> Inmate:
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if None in row:
        raise SourceError(f"{where}: more values than columns")
    status = values["status"].lower()
    if status not in STATUSES:
        raise SourceError(f"{where}: status {values['status']!r}; write {' or '.join(STATUSES)}")
    return Inmate(
        values["register"], status, values["block"][:20], _days(values["days"], where),
        _yes_no(values["may_visit"], True, where, "may_visit"), _yes_no(values["hidden"], False, where, "hidden"),
        " ".join(values["remission"].split()), values["release"],
        _PROGRAMMES_ID.get(values["programme"].lower(), values["programme"].lower()))


def _days(text: str, where: str) -> tuple[str, ...]:
    """Weekdays in either language, separated by spaces, commas or slashes, Monday first."""
    found = set()
    for word in text.lower().replace(",", " ").replace("/", " ").split():
        day = _DAYS_ID.get(word, word)
        if day not in WEEKDAYS:
            raise SourceError(f"{where}: {word!r} is no day; write senin, selasa … or monday, tuesday …")
        found.add(day)
    return tuple(day for day in WEEKDAYS if day in found)


def _yes_no(text: str, default: bool, where: str, name: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    if text:
        raise SourceError(f"{where}: {name} = {text!r}; write ya or tidak")
    return default
