"""A data folder with the smallest office, made without a server: for tests of what IT people do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import databases

from queue_server import config, opening
from queue_server.commands import visitor
from queue_server.commands.notes import note
from queue_server.commands.setup import configure
from queue_server.office_file import read
from queue_server.shell import Session

ROOT = Path(__file__).resolve().parents[1]
KEY = "kantor-saya"


def settings(data: Path, **more: str) -> config.Config:
    return replace(config.read(None, {"QUEUE_DATA": str(data), **databases.environment(data)}), **more)  # type: ignore[arg-type]


def house(data: Path, numbers: int = 3) -> config.Config:
    """The template's office, open day and night, with so many numbers taken."""
    found = settings(data)
    with session(found) as opened:
        office = read((ROOT / "offices" / "template.toml").read_text("utf-8"), "template.toml")
        opening.add_office(opened.database, KEY)
        opened.press(KEY, "configure", configure, office=replace(office, always_open=True), reason="import")
    take(found, numbers)
    return found


@contextmanager
def session(found: config.Config) -> Iterator[Session]:
    opened = Session(found)
    try:
        yield opened
    finally:
        opened.close()


def take(found: config.Config, numbers: int) -> list[str]:
    """Labels of numbers taken at the door."""
    with session(found) as opened:
        return [
            opened.press(KEY, "issue", visitor.issue, service="umum", channel="door")["ticket"]["label"]
            for _ in range(numbers)
        ]


def write_note(found: config.Config, step: int, text: str) -> None:
    """Writes a note, or erases it with an empty text."""
    with session(found) as opened:
        opened.press(KEY, "note", note, step=step, text=text)
