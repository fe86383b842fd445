"""The demo offices of ``make run``: imported once, with people whose passwords are generated and said once."""

from __future__ import annotations

from pathlib import Path

from . import opening
from .commands.setup import add_person, configure
from .office_file import demo_open, read
from .passwords import hashed, new_password
from .shell import Session

FILES = ("rutan.toml", "kanim.toml")
FOLDER = Path(__file__).resolve().parents[1] / "offices"
PEOPLE = (
    ("ani", "Ani", "officer"), ("budi", "Budi", "officer"), ("citra", "Citra", "officer"), ("dewi", "Dewi", "officer"),
    ("sari", "Sari", "supervisor"), ("auditor", "Auditor", "auditor"), ("admin", "Administrator", "administrator"),
)


def load(session: Session) -> list[str]:
    """Imports the demo offices into an empty database; returns the sign-ins to print, once."""
    if opening.offices_of(session.database):
        return []
    lines = ["  Sign-ins (shown only now; a new one: python -m queue_server reset-password OFFICE NAME)"]
    for file in FILES:
        office = demo_open(read((FOLDER / file).read_text(encoding="utf-8"), file))
        opening.add_office(session.database, office.key)
        session.press(office.key, "configure", configure, office=office, reason="demo")
        lines.append(f"    {office.name}")
        for name, shown, role in PEOPLE:
            password = new_password()
            session.press(
                office.key, "add_person", add_person, name=name, shown_name=shown, role=role,
                password_hash=hashed(password))
            lines.append(f"      {name:<8} {password}   {role}")
    return lines
