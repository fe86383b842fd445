"""Who was enrolled to see a case, their phones, and every look."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from .. import tables as t
from ..domain.family import WRONG_WITHIN_MS, Outcome, State
from .passkeys import Passkey

_f, _p, _l = t.family.c, t.family_passkey.c, t.family_look.c


class Enrolled(NamedTuple):
    """A row; the columns are those of the table."""

    id: int
    number: int
    inmate_id: int
    relation: str
    holder_name: str
    state: str
    proof: str
    made_at: int
    made_by: int
    until_at: int
    ended_at: int | None
    reason: str


class Look(NamedTuple):
    family_id: int
    at: int
    way: str
    place: str
    outcome: str


_columns = select(*(_f[name] for name in Enrolled._fields))
_passkeys = select(*(_p[name] for name in Passkey._fields if name not in ("person_id", "name")), _p.family_id)


def add(c: Connection, values: dict[str, Any]) -> tuple[int, int]:
    """(id, number in the office: 1, 2, 3 …) of a new enrolment; the office's row is locked, so no two are equal."""
    highest = c.execute(select(func.max(_f.number)).where(_f.office_id == values["office_id"])).scalar()
    number = int(highest or 0) + 1
    made = c.execute(insert(t.family).values(number=number, **values).returning(_f.id)).scalar_one()
    return int(made), number


def end(c: Connection, family_id: int, state: State, reason: str, at: int, erase_at: int) -> None:
    """Nothing opens it any more: no code, no date of birth, no phone."""
    c.execute(delete(t.family_passkey).where(_p.family_id == family_id))
    c.execute(update(t.family).where(_f.id == family_id).values(
        state=str(state), reason=reason, ended_at=at, erase_at=erase_at, code_digest="", proof=""))


def numbered(c: Connection, office_id: int, number: int) -> Enrolled | None:
    row = c.execute(_columns.where(_f.office_id == office_id, _f.number == number)).first()
    return None if row is None else Enrolled(*row)


def by_code(c: Connection, office_id: int, digest: str) -> Enrolled | None:
    row = c.execute(_columns.where(_f.office_id == office_id, _f.code_digest == digest, _f.code_digest != "")).first()
    return None if row is None else Enrolled(*row)


def by_id(c: Connection, office_id: int, family_id: int) -> Enrolled | None:
    row = c.execute(_columns.where(_f.office_id == office_id, _f.id == family_id)).first()
    return None if row is None else Enrolled(*row)


def of_inmates(c: Connection, office_id: int, inmates: list[int]) -> list[Enrolled]:
    """Those who may look at the cases of these people."""
    rows = c.execute(_columns.where(
        _f.office_id == office_id, _f.inmate_id.in_(inmates), _f.state == str(State.ENROLLED)).order_by(_f.number))
    return [Enrolled(*row) for row in rows]


def run_out(c: Connection, office_id: int, at: int) -> list[Enrolled]:
    rows = c.execute(_columns.where(
        _f.office_id == office_id, _f.state == str(State.ENROLLED), _f.until_at <= at).order_by(_f.number))
    return [Enrolled(*row) for row in rows]


def page(c: Connection, office_id: int, most: int) -> list[Enrolled]:
    """The newest enrolments of an office, whether or not they hold."""
    rows = c.execute(_columns.where(_f.office_id == office_id).order_by(_f.number.desc()).limit(most))
    return [Enrolled(*row) for row in rows]


# --- looks ----------------------------------------------------------------------------------------------


def note_look(c: Connection, values: dict[str, Any]) -> None:
    c.execute(insert(t.family_look).values(values))


def wrong_tries(c: Connection, family_id: int, now: int) -> int:
    """How often within the last hour a right code came with a wrong date of birth."""
    return int(c.execute(select(func.count()).where(
        _l.family_id == family_id, _l.outcome == str(Outcome.WRONG), _l.at > now - WRONG_WITHIN_MS)).scalar_one())


def looks(c: Connection, office_id: int, most: int) -> list[Look]:
    """The newest looks of an office, newest first."""
    rows = c.execute(select(*(_l[name] for name in Look._fields)).where(
        _l.office_id == office_id).order_by(_l.at.desc(), t.family_look.c.id.desc()).limit(most))
    return [Look(*row) for row in rows]


# --- phones ---------------------------------------------------------------------------------------------


def passkey(c: Connection, office_id: int, credential: str) -> Passkey | None:
    """The phone of that name; its ``person_id`` is the enrolment's id."""
    row = c.execute(_passkeys.where(_p.office_id == office_id, _p.credential == credential)).first()
    return None if row is None else _as_passkey(row)


def passkeys(c: Connection, family_id: int) -> list[Passkey]:
    return [_as_passkey(row) for row in c.execute(_passkeys.where(_p.family_id == family_id).order_by(_p.id))]


def _as_passkey(row: Any) -> Passkey:
    return Passkey(row.id, row.family_id, row.credential, row.public_key, "", row.uses, row.asked_at, row.added_at)


def passkey_known(c: Connection, credential: str) -> bool:
    return c.execute(select(_p.id).where(_p.credential == credential)).first() is not None


def add_passkey(c: Connection, values: dict[str, Any]) -> None:
    c.execute(insert(t.family_passkey).values(values))


def save_use(c: Connection, passkey_id: int, uses: int, asked_at: int) -> None:
    c.execute(update(t.family_passkey).where(_p.id == passkey_id).values(uses=uses, asked_at=asked_at))


def phones(c: Connection, office_id: int) -> dict[int, int]:
    """Enrolment -> how many phones open it."""
    rows = c.execute(select(_p.family_id, func.count()).where(_p.office_id == office_id).group_by(_p.family_id))
    return {row[0]: row[1] for row in rows}
