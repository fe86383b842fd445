"""Offices, their configurations and standards in force."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from .. import tables as t
from ..domain.chain import GENESIS
from ..domain.entry import standard_of
from ..domain.office import Office, Standard
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
_standards = (
    select(t.standard.c.service, t.standard.c.id).where(t.standard.c.office_id == bindparam("office"))
    .order_by(t.standard.c.version)
)

_cache: WeakKeyDictionary[Engine, dict[tuple[int, int], Office]] = WeakKeyDictionary()
_cached_standards: WeakKeyDictionary[Engine, dict[tuple[int, int], dict[str, int]]] = WeakKeyDictionary()


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


def standards_in_force(c: Connection, office_id: int, version: int) -> dict[str, int]:
    """Service -> id of its newest standard under a configuration; read once for each version."""
    known = _cached_standards.setdefault(c.engine, {})
    key = (office_id, version)
    if key not in known:
        if len(known) > 2_000:
            known.clear()
        known[key] = {row[0]: row[1] for row in c.execute(_standards, {"office": office_id})}
    return known[key]


def config_digest(c: Connection, office_id: int, version: int) -> str:
    """SHA-256 (hex) of the configuration's text, as its event in the log has it."""
    body = c.execute(_config, {"office": office_id, "version": version}).scalar_one()
    return hashlib.sha256(body.encode()).hexdigest()


def forget(engine: Engine) -> None:
    """After a transaction that failed: a version that was read in it may never have been committed."""
    _cache.pop(engine, None)
    _cached_standards.pop(engine, None)


def add_office(c: Connection, key: str, door_code: str) -> int:
    made = insert(t.office).values(key=key, door_code=door_code, head_hash=GENESIS)
    return int(c.execute(made.returning(t.office.c.id)).scalar_one())


def add_version(c: Connection, office_id: int, version: int, body: str, at: int, seq: int) -> None:
    c.execute(insert(t.office_version).values(office_id=office_id, version=version, body=body, at=at, seq=seq))


def newest_standard(c: Connection, office_id: int, service: str) -> tuple[int, int, str] | None:
    """(id, version, body) of the newest standard of a service."""
    row = c.execute(
        select(t.standard.c.id, t.standard.c.version, t.standard.c.body)
        .where(t.standard.c.office_id == office_id, t.standard.c.service == service)
        .order_by(t.standard.c.version.desc()).limit(1)
    ).first()
    return None if row is None else (row[0], row[1], row[2])


def add_standard(
    c: Connection, office_id: int, service: str, version: int, valid_from: str, body: str, seq: int
) -> None:
    c.execute(insert(t.standard).values(
        office_id=office_id, service=service, version=version, valid_from=valid_from, body=body, seq=seq,
    ))


def door_code(c: Connection, office_id: int) -> str:
    return str(c.execute(select(t.office.c.door_code).where(t.office.c.id == office_id)).scalar_one())


def standards_of(c: Connection, office_id: int) -> dict[int, tuple[str, int, int, Standard]]:
    """Id -> (service, version, seq of the event that published it, standard) of all that the office ever promised."""
    columns = (t.standard.c.id, t.standard.c.service, t.standard.c.version, t.standard.c.seq, t.standard.c.body)
    rows = c.execute(select(*columns).where(t.standard.c.office_id == office_id))
    return {key: (service, version, seq, standard_of(body)) for key, service, version, seq, body in rows}
