"""The demo offices of ``make run``: imported once, with people whose passwords are generated and said once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import opening
from .commands.custody import import_people
from .commands.setup import add_person, configure
from .domain.custody import Inmate
from .office_file import demo_open, read
from .passwords import hashed, new_password
from .shell import Session

FILES = ("rutan.toml", "kanim.toml", "besuk.toml")
#: The demo's people in custody by office: register numbers (a letter, counted from 1), and what is special about them.
_CUSTODY: dict[str, list[tuple[str, int, dict[str, Any], str]]] = {
    "rutan": [
        ("N", 40, {"status": "narapidana", "block": "A"}, "narapidana"),
        ("T", 40, {"status": "tahanan", "block": "C", "days": ("tuesday", "thursday", "saturday")},
         "tahanan: Tuesday, Thursday, Saturday, with a permit"),
        ("X", 1, {"status": "narapidana", "may_visit": False}, "may not be visited"),
        ("H", 1, {"status": "narapidana", "hidden": True}, "hidden")],
    "besuk": [("B", 60, {"status": "narapidana", "block": "B"}, "narapidana")],
}
#: What families of sentenced people see in turn; the last shows what a page says while the register says nothing.
_CASES: tuple[dict[str, Any], ...] = (
    {"remission": "1 bulan 15 hari (17 Agustus 2026)", "release_day": "2027-08-17", "programme": "second"},
    {"remission": "2 bulan (17 Agustus 2026)", "release_day": "2027-02-03", "programme": "last"},
    {"release_day": "2029-05-21", "programme": "first"}, {"programme": "orientation"}, {},
)
FOLDER = Path(__file__).resolve().parents[1] / "offices"
PEOPLE = (
    ("ani", "Ani", "officer"), ("budi", "Budi", "officer"), ("citra", "Citra", "officer"), ("dewi", "Dewi", "officer"),
    ("sari", "Sari", "supervisor"), ("auditor", "Auditor", "auditor"), ("admin", "Administrator", "administrator"),
)


def _registry(session: Session, office: str) -> list[str]:
    """Takes in the people in custody of a demo office; says their register numbers, which a family would be given."""
    groups = _CUSTODY.get(office, [])
    if not groups:
        return []
    session.press(office, "import_people", import_people, people=[
        Inmate(f"{letter}{n:04d}", **facts, **_case(n, facts["status"]))
        for letter, most, facts, _said in groups for n in range(1, most + 1)])
    said = "; ".join(f"{letter}0001" + (f" to {letter}{most:04d}" if most > 1 else "") + f" ({what})"
                     for letter, most, _facts, what in groups)
    return [f"      (register numbers for reserving a visit: {said})"]


def _case(n: int, status: str) -> dict[str, Any]:
    return _CASES[(n - 1) % len(_CASES)] if status == "narapidana" else {}


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
        lines += _registry(session, office.key)
        for name, shown, role in PEOPLE:
            password = new_password()
            session.press(
                office.key, "add_person", add_person, name=name, shown_name=shown, role=role,
                password_hash=hashed(password))
            lines.append(f"      {name:<8} {password}   {role}")
    return lines
