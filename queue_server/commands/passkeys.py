"""A passkey as second factor: a phone's fingerprint or a security key (WebAuthn level 2).

What the browser answers is checked before the command (screens/passkeys.py); here it is only made sure that no
answer opens twice: every question carries the instant at which it was asked, and a later one must follow.
"""

from __future__ import annotations

from typing import Any

from ..domain.errors import NotAllowed, NotFound, Refused
from ..store import passkeys, people
from ..transaction import Answer, Tx

#: So many for one person: a phone, a key in the drawer, and what is forgotten.
MOST = 5


def add_passkey(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: credential, public_key, uses, asked_at, as they were checked, and a name."""
    person = people.person(tx.c, tx.actor.person_id or 0)
    if person is None:
        raise NotAllowed("not_signed_in")
    if len(passkeys.of_person(tx.c, person.id)) >= MOST:
        raise Refused("too_many_passkeys", most=MOST)
    if passkeys.is_known(tx.c, args["credential"]):
        raise Refused("passkey_there")
    added = passkeys.add(tx.c, {
        "office_id": tx.office_id, "person_id": person.id, "added_at": tx.now.at,
        **{name: args[name] for name in ("credential", "public_key", "uses", "asked_at", "name")},
    })
    tx.record("passkey_added", {"person": person.id, "by": tx.actor.id, "passkey": added})
    return {"passkey": added}


def drop_passkey(tx: Tx, args: dict[str, Any]) -> Answer:
    """One of one's own: the password, and what else is set, open from now on."""
    person = tx.actor.person_id or 0
    if not passkeys.drop(tx.c, person, int(args.get("passkey") or 0)):
        raise NotFound("no_such_passkey")
    tx.record("passkey_dropped", {"person": person, "by": tx.actor.id, "count": 1})
    return {}


def opens(tx: Tx, person_id: int, proof: dict[str, int]) -> None:
    """Uses up a checked answer of a passkey; raises NotAllowed("wrong_passkey") when it was used before.

    ``proof``: passkey, uses, asked_at.
    """
    mine = next((p for p in passkeys.of_person(tx.c, person_id) if p.id == proof["passkey"]), None)
    if mine is None or proof["asked_at"] <= mine.asked_at:
        raise NotAllowed("wrong_passkey")
    passkeys.save_use(tx.c, mine.id, proof["uses"], proof["asked_at"])
