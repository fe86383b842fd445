"""What all doors share: who is there, what they may press, and how an answer is given."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar

from ..commands import access
from ..config import Config
from ..database import Database
from ..domain.errors import Busy, NotAllowed, NotFound, Refused, TooMany
from ..kit import Kit
from ..passwords import hashed
from ..store import offices, people, queue, staff
from ..store.people import Device, Person
from ..together import Together
from ..transaction import Actor, Answer, Job, Writer
from .acts import ACTS, NUL, Act, clean
from .before import Before
from .roles import STANDS_IN, Who

logger = logging.getLogger(__name__)

#: A paired device and a session are taken at their word for so long. Revoking or ending them in this process ends that
#: at once, in another as soon as it hears of it.
REMEMBERED_S = 1.0
MOST_REMEMBERED = 1_000

T = TypeVar("T")


def digest(token: str) -> str:
    """What the database keeps of a token: stolen rows open nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Remembered(Generic[T]):
    """Who was let in a moment ago, by (office, digest of the token)."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[T, float]] = {}
        self.cleared = 0               # how often; what was read before the newest time is not kept after it

    def get(self, key: tuple[str, str]) -> T | None:
        found, until = self._held.get(key, (None, 0.0))
        return found if time.monotonic() <= until else None

    def keep(self, key: tuple[str, str], who: T, cleared: int) -> None:
        if cleared != self.cleared:
            return
        if len(self._held) > MOST_REMEMBERED:
            self._held.clear()
        self._held[key] = (who, time.monotonic() + REMEMBERED_S)

    def clear(self) -> None:
        self.cleared += 1
        self._held.clear()


class Door:
    """Answers "who are you?" and passes presses on to the writer."""

    def __init__(self, config: Config, database: Database, kit: Kit, writer: Writer) -> None:
        self.config = config
        self.database = database
        self.kit = kit
        self.writer = writer
        #: Told of every press of a person: act, answer ("ok" or why not), seconds.
        self.on_press: Callable[[str, str, float], None] = lambda act, answer, seconds: None
        #: Told of every session that was used: office, the token's hash.
        self.on_session: Callable[[str, str], None] = lambda office, token_hash: None
        self._devices: Remembered[Device] = Remembered()
        self._people: Remembered[Person] = Remembered()
        self._tickets = Together(kit, self._read_tickets)

    # --- who is there ----------------------------------------------------------------------------

    def person(self, office: str, token: str | None) -> Person | None:
        """The person of a session at this office; None: not signed in."""
        if not token:
            return None
        token_hash = digest(token)
        found = self.by_token(office, token_hash)
        if found is not None:
            self.on_session(office, token_hash)
        return found

    def by_token(self, office: str, token_hash: str) -> Person | None:
        """The person of a session, whose token has this digest."""
        found = self._people.get((office, token_hash))
        if found is None:
            cleared = self._people.cleared
            found = self.kit.blocking(self._person, office, token_hash)
            if found is not None:
                self._people.keep((office, token_hash), found, cleared)
        return found

    def _person(self, office: str, token_hash: str) -> Person | None:
        with self.database.read() as c:
            tick = self.writer.clock.tick()
            found = people.person_of_session(c, token_hash, tick, tick - access.IDLE_MS)
            heads = offices.heads_of(c, [office])
            return found if found and heads and heads[0].id == found.office_id else None

    def device(self, office: str, token: str | None, kind: str) -> Device | None:
        """The paired device with this token at this office; None: unknown, pending or revoked."""
        if not token:
            return None
        key = (office, digest(token))
        found = self._devices.get(key)
        if found is None:
            cleared = self._devices.cleared
            found = self.kit.blocking(self._device, *key)
            if found is None or found.state != "paired":
                return None
            self._devices.keep(key, found, cleared)
        return found if found.kind == kind else None

    def forget(self) -> None:
        """A device was revoked, or a session ended: all are asked for anew."""
        self._devices.clear()
        self._people.clear()

    def known_device(self, office: str, token: str | None) -> Device | None:
        """As ``device``, in whatever state it is."""
        return self.kit.blocking(self._device, office, digest(token)) if token else None

    def _device(self, office: str, token_hash: str) -> Device | None:
        with self.database.read() as c:
            found = people.device_by_token(c, token_hash)
            heads = offices.heads_of(c, [office])
            return found if found and heads and heads[0].id == found.office_id else None

    def ticket(self, secret: str) -> tuple[str, queue.Ticket] | None:
        """(office, ticket) of a visitor's secret."""
        return self._tickets.ask(secret)

    def _read_tickets(self, secrets: list[str]) -> list[tuple[str, queue.Ticket] | None]:
        with self.database.read() as c:
            keys = {head.id: head.key for head in offices.heads(c)}
            found = [queue.ticket_by_secret(c, secret) for secret in secrets]
            return [None if ticket is None else (keys[ticket.office_id], ticket) for ticket in found]

    def may(self, office: str, role: str, who: frozenset[Who]) -> bool:
        """Whether a person of this role is among ``who``, or stands in for somebody whom the office has not."""
        if role in who:
            return True
        missed = STANDS_IN.get(role)
        return missed in who and not self.kit.blocking(self._has, office, str(missed))

    def _has(self, office: str, role: str) -> bool:
        with self.database.read() as c:
            heads = offices.heads_of(c, [office])
            return not heads or staff.count_active(c, heads[0].id, role) > 0

    def office_exists(self, key: str) -> bool:
        return self.kit.blocking(self._exists, key)

    def _exists(self, key: str) -> bool:
        with self.database.read() as c:
            return bool(offices.heads_of(c, [key]))

    # --- what do they want -------------------------------------------------------------------------

    def press(self, office: str, actor: Actor, message: Any) -> Answer:
        """A press from a screen: checked, allowed, run, answered. Never raises."""
        begun = time.perf_counter()
        answer, act = self._pressed(office, actor, message)
        self.on_press(act, "ok" if answer.get("ok") else str(answer.get("refused")), time.perf_counter() - begun)
        return answer

    def _pressed(self, office: str, actor: Actor, message: Any) -> tuple[Answer, str]:
        """The answer, and the act's name when it is one of ours."""
        name = "unknown"
        try:
            act = _meant(message)
            name = act.name
            if not self.may(office, actor.kind, act.roles):
                raise NotAllowed("not_allowed")
            return self.run(office, actor, act, clean(message, act), key_of(message)), name
        except Refused as refused:
            return refused.as_answer(), name
        except Exception as problem:
            return self.fault("a press failed", problem).as_answer(), name

    def fault(self, what: str, problem: Exception) -> Refused:
        """Notes what went wrong before or in a press; what to answer. While the database is away (``Doubtful`` is
        another matter) the press was not run, and each of the many who ask is one line, not a page."""
        if self.database.passing(problem):
            logger.warning("%s: the database is away", what)
            return Busy("busy")
        logger.error(what, exc_info=problem)
        return Refused("failed")

    def run(self, office: str, actor: Actor, act: Act, args: dict[str, Any], key: str) -> Answer:
        """Runs an act; raises Refused."""
        told: Answer = {}
        if act.before is not None:
            here = Before(self.database, self.config.data, office, actor.id, key)
            args, told = self.kit.blocking(act.before, here, args)
        return {**self.writer.press(Job(office, actor, act.name, act.command, args, key)), **told}

    def by_password(self, office: str, name: str, password: str) -> Person:
        """Whose name and password these are; raises NotAllowed("wrong_sign_in")."""
        person = self.kit.blocking(self._by_name, office, name.strip().lower())
        if not self.kit.blocking(right_password, person.password if person else "", password) or person is None:
            raise NotAllowed("wrong_sign_in")
        return person

    def open_session(self, office: str, person: Person, code: str = "", passkey: dict[str, int] | None = None) -> str:
        """The token of a new session; with the code, or a passkey's checked answer, where one is set.

        Raises NotAllowed: code_needed, wrong_code, wrong_passkey.
        """
        token = new_token()
        actor = Actor(person.role, f"person:{person.id}", person.id)
        args = {"token_hash": digest(token), "person": person.id, "code": code, "passkey": passkey}
        self.writer.press(Job(office, actor, "sign_in", access.sign_in, args))
        return token

    def _by_name(self, office: str, name: str) -> Person | None:
        with self.database.read() as c:
            heads = offices.heads_of(c, [office])
            found = people.person_by_name(c, heads[0].id, name) if heads else None
            return found if found and found.active else None


def _meant(message: Any) -> Act:
    if not isinstance(message, dict):
        raise Refused("bad_request", field="message")
    act = ACTS.get(str(message.get("act")))
    if act is None:
        raise NotFound("no_such_act")
    return act


def key_of(message: dict[str, Any]) -> str:
    """The key that makes a press repeatable; every press has one."""
    key = message.get("key")
    if not isinstance(key, str) or not 8 <= len(key) <= 80 or NUL in key:
        raise Refused("bad_request", field="key")
    return key


def right_password(stored: str, given: str) -> bool:
    """Compares in the same time whether or not the person exists."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    nobody = _nobody()
    try:
        return PasswordHasher().verify(stored or nobody, given)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A real argon2 hash of nothing anybody knows; made when it is first needed, because it takes its time."""
    return hashed(secrets.token_urlsafe(32))


#: What was asked for makes no sense, whatever the state of things.
ASKED_WRONGLY = frozenset({"bad_request", "choose_service", "day_to_come", "period_backwards", "period_too_long"})
#: Every status with which a refusal leaves; 413 and 429 are given before a command is looked at.
STATUSES = (400, 403, 404, 409, 413, 429, 503)


def status_of(refused: Refused) -> int:
    """The HTTP status that fits a refusal."""
    if isinstance(refused, NotFound):
        return 404
    if isinstance(refused, NotAllowed):
        return 403
    if isinstance(refused, Busy):
        return 503
    if isinstance(refused, TooMany):
        return 429
    return 400 if refused.code in ASKED_WRONGLY else 409


def status_of_answer(answer: Answer) -> int:
    """The HTTP status that fits an answer to a press."""
    if answer.get("ok"):
        return 200
    code = str(answer["refused"])
    if code.startswith("no_such_"):
        return 404
    return {"bad_request": 400, "not_allowed": 403, "not_signed_in": 403, "busy": 503, "failed": 500}.get(code, 409)
