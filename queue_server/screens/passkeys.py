"""Passkeys (WebAuthn level 2): questions that keep no state, and the check of what a browser answers.

A question (the "challenge") holds a random part, the instant of asking and a seal over both, the person and the site:
whichever process asked, any of them can tell that it was ours, how old it is, and that it was asked of this person.
That no answer counts twice is the command's part (commands/passkeys.py). Browsers answer only on HTTPS and localhost.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, jsonify, request

from ..commands import passkeys as commands
from ..domain.errors import NotAllowed, Refused
from ..moment import wall_ms
from ..store import passkeys as store
from ..store.people import Person
from ..transaction import Actor, Job
from .door import Door, key_of
from .guard import body, own_secret, text_of

#: So long a question may lie before it is answered, ms: somebody looks for their key.
ANSWER_MS = 180_000
_RANDOM, _INSTANT, _SEAL = 16, 8, 16

#: What a browser sends that cannot be read, or that is not what was asked for.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Site:
    """Where a passkey is at home: ``name`` binds it (a host's name), ``origin`` is what the browser must have open."""

    name: str
    origin: str

    @staticmethod
    def of(public_url: str, host: str) -> Site | None:
        """The site of a request to ``host``; None where browsers have no passkeys (plain http, a bare address)."""
        public = urlsplit(public_url)
        if public.scheme == "https" and public.hostname and host == public.netloc:
            return Site(public.hostname, f"https://{public.netloc}")
        return Site("localhost", f"http://{host}") if host.split(":")[0] == "localhost" else None


@dataclass(frozen=True)
class Asker:
    """Asks one person at one site, and reads the answer. ``secret`` is the server's own. ``alone``: the passkey opens
    without a password, so the phone must make sure of its person."""

    secret: bytes
    site: Site
    person: int
    alone: bool = False

    def question(self, at: int) -> bytes:
        """A fresh question, asked at ``at`` (UTC ms)."""
        asked = secrets.token_bytes(_RANDOM) + at.to_bytes(_INSTANT, "big")
        return asked + self._seal(asked)

    def asked_at(self, answer: dict[str, Any], now: int) -> tuple[bytes, int]:
        """The question that ``answer`` names, and when it was asked; raises ValueError unless it is ours and fresh."""
        client = json.loads(_bytes(answer["response"]["clientDataJSON"]))
        question = _bytes(client["challenge"])
        asked, seal = question[:-_SEAL], question[-_SEAL:]
        at = int.from_bytes(asked[_RANDOM:], "big")
        if not hmac.compare_digest(seal, self._seal(asked)) or not -ANSWER_MS < at - now <= ANSWER_MS:
            raise ValueError("not asked here, or too long ago")
        return question, at

    def _seal(self, asked: bytes) -> bytes:
        sealed = f"passkey {self.site.name} {self.person} ".encode() + asked
        return hmac.new(self.secret, sealed, "sha256").digest()[:_SEAL]

    def to_sign_in(self, mine: list[store.Passkey]) -> dict[str, Any]:
        from . import ceremony

        return ceremony.to_sign_in(self.site.name, self.question(wall_ms()), mine, self.alone)

    def to_add(self, name: str, shown_name: str, mine: list[store.Passkey]) -> dict[str, Any]:
        from . import ceremony

        return ceremony.to_add(
            self.site.name, self.question(wall_ms()), self._seal(b"user"), name, shown_name, mine,
            self.alone)

    def proof(self, answer: Any, mine: list[store.Passkey]) -> dict[str, int]:
        """{passkey, uses, asked_at} of a right answer to ``to_sign_in``; raises NotAllowed("wrong_passkey")."""
        from . import ceremony

        try:
            question, at = self.asked_at(answer, wall_ms())
            used = next((p for p in mine if p.credential == answer["id"]), None)
            if used is None:
                raise ValueError("a passkey that is not known")
            uses = ceremony.check_answer(self.site.name, self.site.origin, question, answer, used, self.alone)
        except (ceremony.WebAuthnException, *_UNREADABLE):
            raise NotAllowed("wrong_passkey") from None
        return {"passkey": used.id, "uses": uses, "asked_at": at}

    def added(self, answer: Any) -> dict[str, Any]:
        """{credential, public_key, uses, asked_at} of a right answer to ``to_add``; raises NotAllowed."""
        from . import ceremony

        try:
            question, at = self.asked_at(answer, wall_ms())
            found = ceremony.check_added(self.site.name, self.site.origin, question, answer, self.alone)
        except (ceremony.WebAuthnException, *_UNREADABLE):
            raise NotAllowed("wrong_passkey") from None
        return {**found, "asked_at": at}


def _bytes(text: str) -> bytes:
    """What a browser wrote as base64url without padding; raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asker(door: Door, person: int) -> Asker | None:
    """For the site of this request; None where browsers have no passkeys."""
    site = Site.of(door.config.public_url, request.host)
    return None if site is None else Asker(own_secret(), site, person)


def of_person(door: Door, person: int) -> list[store.Passkey]:
    """In a native thread, so that nobody waits for it."""
    return door.kit.blocking(_read, door, person)


def _read(door: Door, person: int) -> list[store.Passkey]:
    with door.database.read() as c:
        return store.of_person(c, person)


class FactorNeeded(NotAllowed):
    """The password was right and is not enough; ``ways`` tells the screen what to ask for."""

    def __init__(self, ways: dict[str, Any]) -> None:
        code = "code_needed" if ways["code"] else "passkey_needed" if ways["passkey"] else "passkey_elsewhere"
        super().__init__(code, address=ways["elsewhere"])
        self.ways = ways

    def as_answer(self) -> dict[str, object]:
        return {**super().as_answer(), "ways": self.ways}


def proof(door: Door, person: Person, given: Any) -> dict[str, int] | None:
    """What the browser of somebody who signs in sent as a passkey's answer, checked; None: it sent nothing.

    Raises NotAllowed("wrong_passkey").
    """
    if given is None:
        return None
    asking = asker(door, person.id)
    if asking is None:
        raise NotAllowed("wrong_passkey")
    return door.kit.blocking(asking.proof, given, of_person(door, person.id))


def needed(door: Door, person: Person) -> FactorNeeded:
    """What to answer to somebody whose password alone does not open."""
    mine = of_person(door, person.id)
    asking = asker(door, person.id) if mine else None
    options = None if asking is None else door.kit.blocking(asking.to_sign_in, mine)
    return FactorNeeded({
        "code": bool(person.totp_secret), "passkey": options,
        "elsewhere": door.config.public_url if mine and asking is None else "",
    })


def blueprint(door: Door) -> Blueprint:
    bp = Blueprint("passkeys", __name__)

    @bp.get("/account/<office>/passkeys")
    def listed(office: str) -> Response:
        mine = of_person(door, g.person.id)
        return jsonify({
            "ok": True, "here": asker(door, g.person.id) is not None, "public_url": door.config.public_url,
            "passkeys": [{"id": p.id, "name": p.name, "added_at": p.added_at} for p in mine]})

    @bp.post("/passkeys/question")
    def question() -> Response:
        mine = of_person(door, g.person.id)
        options = door.kit.blocking(_here(door).to_add, g.person.name, g.person.shown_name, mine)
        return jsonify({"ok": True, "options": options})

    @bp.post("/passkeys")
    def add() -> Response:
        message = body()
        name = text_of(message, "name", 40).strip()
        if not name:
            raise Refused("bad_request", field="name")
        found = door.kit.blocking(_here(door).added, message.get("passkey"))
        actor = Actor(g.person.role, f"person:{g.person.id}", g.person.id)
        job = Job(text_of(message, "office", 80), actor, "add_passkey", commands.add_passkey, {**found, "name": name},
                  key_of(message))
        return jsonify(door.writer.press(job))

    return bp


def _here(door: Door) -> Asker:
    found = asker(door, g.person.id)
    if found is None:
        raise Refused("no_passkey_here", address=door.config.public_url or "https://…")
    return found
