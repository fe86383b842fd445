"""Sessions and the second factor: who is signed in, since when, and for how long without being used.

A session ends after ``SESSION_MS`` whatever happens, and after ``IDLE_MS`` without a press or a connected screen;
both by the steady clock: when somebody sets the machine's clock, nobody at work is signed out.
The second factor is a time-based code (RFC 6238, six digits, 30 s) from any authenticator, or a passkey (passkeys.py);
each code, and each answer of a passkey, opens once.
"""

from __future__ import annotations

from typing import Any

import pyotp

from ..domain.errors import NotAllowed, NotFound, Refused
from ..domain.personal import SESSION_IDLE_MS
from ..store import passkeys, people
from ..transaction import Answer, Tx
from .passkeys import opens
from .people import administers

SESSION_MS = 12 * 3_600_000
IDLE_MS = SESSION_IDLE_MS
#: A code is taken one step early or late: phones' clocks are seldom right to the second.
WINDOW = 1
STEP_S = 30


def sign_in(tx: Tx, args: dict[str, Any]) -> Answer:
    """Opens a session for somebody whose password was right; not an event, and gone when it ends.

    Refused codes: code_needed (a second factor is set and neither code nor passkey came), wrong_code, wrong_passkey.
    """
    person = people.person(tx.c, args["person"])
    if person is None:
        raise NotAllowed("wrong_sign_in")
    _second_factor(tx, person, args)
    people.add_session(tx.c, args["token_hash"], person.id, tx.office_id, tx.now.at, tx.now.tick,
                       tx.now.tick + SESSION_MS)
    return {}


def _second_factor(tx: Tx, person: people.Person, args: dict[str, Any]) -> None:
    """Whichever of the two the person has set: a passkey's checked answer, or a code."""
    if args.get("passkey"):
        opens(tx, person.id, args["passkey"])
    elif person.totp_secret and args.get("code"):
        people.save_totp(tx.c, person.id, person.totp_secret, _fresh_step(person, args["code"], tx.now.at))
    elif person.totp_secret or passkeys.of_person(tx.c, person.id):
        raise NotAllowed("code_needed")


def sign_out(tx: Tx, args: dict[str, Any]) -> Answer:
    people.end_session(tx.c, args["token_hash"])
    return {}


def used(tx: Tx, args: dict[str, Any]) -> Answer:
    """These sessions are in use: not an event, written every few minutes."""
    people.touch_sessions(tx.c, args["token_hashes"], tx.now.tick)
    return {}


def end_sessions(tx: Tx, args: dict[str, Any]) -> Answer:
    """Ends all of one's own sessions, wherever they are open; an administrator those of anybody here."""
    person = _of_this_office(tx, args)
    if person.id != tx.actor.person_id and not administers(tx):
        raise NotAllowed("not_allowed")
    ended = people.end_sessions_of(tx.c, person.id)
    tx.record("sessions_ended", {"person": person.id, "by": tx.actor.id, "count": ended})
    return {"ended": ended}


def second_factor(tx: Tx, args: dict[str, Any]) -> Answer:
    """Sets the actor's own second factor: ``secret`` (which only they were shown) and a ``code`` made from it."""
    person = people.person(tx.c, tx.actor.person_id or 0)
    if person is None:
        raise NotAllowed("not_signed_in")
    if person.totp_secret:
        raise Refused("second_factor_there")
    given = str(args.get("secret") or "")
    if len(given) < 32 or not set(given) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
        raise Refused("bad_request", field="secret")
    step = _fresh_step(person._replace(totp_secret=given), str(args.get("code") or ""), tx.now.at)
    people.save_totp(tx.c, person.id, given, step)
    tx.record("second_factor_set", {"person": person.id, "by": tx.actor.id})
    return {}


def drop_second_factor(tx: Tx, args: dict[str, Any]) -> Answer:
    """Oneself with a code; somebody else's (the phone is lost), their passkeys too, an administrator without."""
    person = _of_this_office(tx, args)
    own = person.id == tx.actor.person_id
    if not own and not administers(tx):
        raise NotAllowed("not_allowed")
    dropped = 0 if own else passkeys.drop(tx.c, person.id)
    if not person.totp_secret and not dropped:
        raise Refused("no_second_factor")
    if own:
        _fresh_step(person, str(args.get("code") or ""), tx.now.at)
    people.save_totp(tx.c, person.id, "", 0)
    tx.record("second_factor_dropped", {"person": person.id, "by": tx.actor.id})
    return {}


def _of_this_office(tx: Tx, args: dict[str, Any]) -> people.Person:
    """The person meant: the one named, or the one who asks."""
    person = people.person(tx.c, int(args.get("person") or tx.actor.person_id or 0))
    if person is None or person.office_id != tx.office_id:
        raise NotFound("no_such_person")
    return person


def _fresh_step(person: people.Person, code: str, at: int) -> int:
    """The 30-second step that ``code`` belongs to, later than any used before; raises NotAllowed("wrong_code")."""
    totp, now = pyotp.TOTP(person.totp_secret), at // 1000
    for away in range(-WINDOW, WINDOW + 1):
        step = now // STEP_S + away
        if step > person.totp_step and totp.verify(code.replace(" ", ""), for_time=step * STEP_S):
            return step
    raise NotAllowed("wrong_code")
