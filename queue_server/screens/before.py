"""What is done with the arguments of an act before its command: outside the writer, in a native thread.

Slow work (a password's hash, an office file) would hold up every call; and a password goes no further than here.
The same press gives the same arguments whenever it is repeated, so that it is known again (decisions 17).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno

from .. import opening, passwords
from ..database import Database
from ..domain import family
from ..domain.errors import NotFound, Refused
from ..domain.office import Office
from ..office_file import OfficeFileError, Problem, other_office, read, with_parts
from ..store import offices, people

Args = dict[str, Any]


@dataclass(frozen=True)
class Before:
    """Where a press comes from; ``actor`` and ``key`` together name it."""

    database: Database
    data: Path
    office: str
    actor: str
    key: str

    @property
    def press(self) -> str:
        return f"{self.office}:{self.actor}:{self.key}"


#: (where, arguments) -> arguments for the command, and what the answer tells besides what the command says.
Preparation = Callable[[Before, Args], tuple[Args, Args]]


class OfficeRefused(Refused):
    """An office that would not work; ``problems`` say where, and what to write instead."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("office_file", count=len(problems))
        self.problems = problems

    def as_answer(self) -> dict[str, object]:
        return {**super().as_answer(), "problems": said(self.problems)}


def said(problems: tuple[Problem, ...] | list[Problem]) -> list[dict[str, Any]]:
    """Problems for a page: line and sentence in both languages."""
    return [{"line": p.line, "id": p.say("id"), "en": p.say("en")} for p in problems]


def with_password(here: Before, args: Args) -> tuple[Args, Args]:
    """The hash instead of the password. None given: one is made up, and told to whoever presses, this once."""
    rest = {name: value for name, value in args.items() if name != "password"}
    given, secret = str(args.get("password") or ""), opening.secret(here.data)
    if given:
        passwords.check(given, str(rest.get("name") or _name_of(here, rest)))
    password = given or passwords.password_of_press(secret, here.press)
    hashed = passwords.hashed(password, passwords.salt_of_press(secret, here.press))
    return {**rest, "password_hash": hashed}, {} if given else {"password": password}


def with_family_code(here: Before, args: Args) -> tuple[Args, Args]:
    """The keyed hashes of a new code and of the date of birth; the code and its QR are told to whoever presses, this
    once. Raises Refused("family_born")."""
    rest = {name: value for name, value in args.items() if name != "born"}
    born, secret = family.read_born(str(args.get("born") or "")), opening.secret(here.data)
    if not born:
        raise Refused("family_born")
    code, key = family.new_code(secret, here.press), family.key_from(secret)
    told = {"code": code, "qr": segno.make(code, error="m").svg_data_uri(scale=6, border=3)}
    return {**rest, "code_digest": family.code_digest(key, code), "proof": family.proof(key, code, born)}, told


def _name_of(here: Before, args: Args) -> str:
    with here.database.read() as c:
        found = people.person(c, int(args.get("person") or 0))
    return found.name if found is not None else ""


def edited(here: Before, args: Args) -> tuple[Args, Args]:
    """The office that comes of parts laid over the version that was seen; raises OfficeRefused."""
    seen = int(args.get("seen") or 0)
    try:
        office = with_parts(version(here.database, here.office, seen), args.get("parts") or {})
    except OfficeFileError as wrong:
        raise OfficeRefused(wrong.problems) from None
    except (KeyError, ValueError, RecursionError):
        raise Refused("bad_request", field="parts") from None
    return {"seen": seen, "office": _of(here, office)}, {}


def read_text(here: Before, args: Args) -> tuple[Args, Args]:
    """The office that a file's text describes; raises OfficeRefused."""
    seen = int(args.get("seen") or 0)
    version(here.database, here.office, seen)
    try:
        office = read(str(args.get("text") or ""), "")
    except OfficeFileError as wrong:
        raise OfficeRefused(wrong.problems) from None
    return {"seen": seen, "office": _of(here, office)}, {}


def _of(here: Before, office: Office) -> Office:
    if office.key != here.office:
        raise OfficeRefused((other_office(office.key, here.office),))
    return office


def version(database: Database, key: str, number: int) -> Office:
    """The office as it was configured in that version; raises Refused for one that never was."""
    with database.read() as c:
        heads = offices.heads_of(c, [key])
        if not heads:
            raise NotFound("no_such_office")
        if not 1 <= number <= heads[0].config_version:
            raise Refused("bad_request", field="seen")
        return offices.config(c, heads[0].id, number)
