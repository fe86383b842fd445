"""Passkeys of people: what the server keeps is the public half."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from ..tables import passkey as t


class Passkey(NamedTuple):
    id: int
    person_id: int
    #: As the browser names it (base64url), and its public key (COSE, base64url).
    credential: str
    public_key: str
    name: str
    #: The key's own count of its uses (0: it does not count), and when it was last asked what it answered (UTC ms).
    uses: int
    asked_at: int
    added_at: int


_passkey = select(*(t.c[name] for name in Passkey._fields)).order_by(t.c.id)


def of_person(c: Connection, person_id: int) -> list[Passkey]:
    return [Passkey(*row) for row in c.execute(_passkey.where(t.c.person_id == person_id))]


def holders(c: Connection, office_id: int) -> set[int]:
    """The people of an office who have one."""
    return set(c.execute(select(t.c.person_id).where(t.c.office_id == office_id)).scalars())


def is_known(c: Connection, credential: str) -> bool:
    return c.execute(select(t.c.id).where(t.c.credential == credential)).first() is not None


def add(c: Connection, values: dict[str, Any]) -> int:
    return int(c.execute(insert(t).values(values).returning(t.c.id)).scalar_one())


def save_use(c: Connection, passkey_id: int, uses: int, asked_at: int) -> None:
    c.execute(update(t).where(t.c.id == passkey_id).values(uses=uses, asked_at=asked_at))


def drop(c: Connection, person_id: int, passkey_id: int | None = None) -> int:
    """Removes one of a person's, or all of them; how many."""
    which = t.c.person_id == person_id
    if passkey_id is not None:
        which = which & (t.c.id == passkey_id)
    return int(c.execute(delete(t).where(which)).rowcount)
