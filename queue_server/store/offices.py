"""Offices and their configurations."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from .. import tables as t
from ..domain.chain import GENESIS
from ..domain.office import Office
from ..office_file import from_json
from .prepared import Prepared


class Head(NamedTuple):
    """The head row of an office: what a command locks first and writes last."""

    id: int
    key: str
    config_version: int
    head_seq: int
    head_hash: str


_columns = (t.office.c.id, t.office.c.key, t.office.c.config_version, t.office.c.head_seq, t.office.c.head_hash)
_lock = (
    select(*_columns).where(t.office.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(t.office.c.id).with_for_update()
)
_lock_free = _lock.with_for_update(skip_locked=True)
_lock_one = Prepared(select(*_columns).where(t.office.c.key == bindparam("of_key")).with_for_update())
_heads = Prepared(select(*_columns).order_by(t.office.c.id))
_head_of = Prepared(select(*_columns).where(t.office.c.key == bindparam("of_key")))
_save_head = Prepared(
    update(t.office).where(t.office.c.id == bindparam("office"))
    .values(head_seq=bindparam("seq"), head_hash=bindparam("hash"), config_version=bindparam("config"))
)
_config = select(t.office_version.c.body).where(
    t.office_version.c.office_id == bindparam("office"), t.office_version.c.version == bindparam("version")
)

_cache: WeakKeyDictionary[Engine, dict[tuple[int, int], Office]] = WeakKeyDictionary()
#: Everything that is kept of versions, by whichever room of the store.
caches: list[WeakKeyDictionary[Engine, Any]] = [_cache]


def lock_heads(c: Connection, keys: list[str]) -> list[Head]:
    """Locks the named offices in order of id: the claim lock of every command in the batch."""
    if len(keys) == 1:
        return [Head(*row) for row in _lock_one.all(c, {"of_key": keys[0]})]
    return [Head(*row) for row in c.execute(_lock, {"keys": keys})]


def lock_free_heads(c: Connection, keys: list[str], patiently: list[str]) -> list[Head]:
    """Locks ``patiently`` whoever holds them, and of the other offices those that no other process holds just now.

    Waiting comes first, in order of id, and what follows never waits: two processes cannot wait for each other.
    """
    held = lock_heads(c, patiently) if patiently else []
    others = [key for key in keys if key not in patiently]
    return held + [Head(*row) for row in c.execute(_lock_free, {"keys": others})] if others else held


def heads(c: Connection) -> list[Head]:
    return [Head(*row) for row in _heads.all(c, {})]


_heads_of = select(*_columns).where(t.office.c.key.in_(bindparam("keys", expanding=True)))


def heads_of(c: Connection, keys: list[str]) -> list[Head]:
    """The named offices, read without a lock."""
    if len(keys) == 1:
        return [Head(*row) for row in _head_of.all(c, {"of_key": keys[0]})]
    return [Head(*row) for row in c.execute(_heads_of, {"keys": keys})]


def save_heads(c: Connection, heads_: list[Head]) -> None:
    for h in heads_:
        _save_head.run(
            c, {"office": h.id, "seq": h.head_seq, "hash": h.head_hash, "config": h.config_version})


def config(c: Connection, office_id: int, version: int) -> Office:
    """The office as configured in ``version``; versions never change, so they are kept."""
    known = _cache.setdefault(c.engine, {})
    key = (office_id, version)
    if key not in known:
        if len(known) > 2_000:
            known.clear()
        body = c.execute(_config, {"office": office_id, "version": version}).scalar_one()
        known[key] = from_json(body)
    return known[key]


def config_digest(c: Connection, office_id: int, version: int) -> str:
    """SHA-256 (hex) of the configuration's text, as its event in the log has it."""
    body = c.execute(_config, {"office": office_id, "version": version}).scalar_one()
    return hashlib.sha256(body.encode()).hexdigest()


def forget(engine: Engine) -> None:
    """After a transaction that failed: a version that was read in it may never have been committed."""
    for cache in caches:
        cache.pop(engine, None)


def add_office(c: Connection, key: str, door_code: str) -> int:
    made = insert(t.office).values(key=key, door_code=door_code, head_hash=GENESIS)
    return int(c.execute(made.returning(t.office.c.id)).scalar_one())


def add_version(c: Connection, office_id: int, version: int, body: str, at: int, seq: int) -> None:
    c.execute(insert(t.office_version).values(office_id=office_id, version=version, body=body, at=at, seq=seq))


def door_code(c: Connection, office_id: int) -> str:
    return str(c.execute(select(t.office.c.door_code).where(t.office.c.id == office_id)).scalar_one())
