"""Questions to passkeys: whose they are, how long they hold, and that no answer opens twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_house import KEY, house, session
from webauthn.helpers import bytes_to_base64url

from queue_server.commands import access, passkeys, setup
from queue_server.domain.errors import NotAllowed, Refused
from queue_server.moment import wall_ms
from queue_server.screens.passkeys import ANSWER_MS, Asker, Site
from queue_server.transaction import Actor, Command, Job

HOME = Site("localhost", "http://localhost:8000")
ANI = Asker(b"the server's own", HOME, 1)


def naming(question: bytes) -> dict[str, Any]:
    """What a browser sends, as far as the question goes."""
    client = json.dumps({"challenge": bytes_to_base64url(question)}).encode()
    return {"id": "x", "response": {"clientDataJSON": bytes_to_base64url(client)}}


@pytest.mark.parametrize(("public", "host", "site"), [
    ("https://antrean.example.go.id", "antrean.example.go.id",
     Site("antrean.example.go.id", "https://antrean.example.go.id")),
    ("https://antrean.example.go.id", "192.168.1.5:8000", None),
    ("http://antrean.example.go.id", "antrean.example.go.id", None),
    ("", "192.168.1.5:8000", None), ("", "localhost.evil.example", None),
    ("https://antrean.example.go.id", "localhost:8000", HOME),
])
def test_where_browsers_have_passkeys(public: str, host: str, site: Site | None) -> None:
    assert Site.of(public, host) == site


def test_a_question_is_known_again_by_whoever_has_the_secret_and_only_for_its_person() -> None:
    now = wall_ms()
    asked = ANI.question(now)
    assert Asker(b"the server's own", HOME, 1).asked_at(naming(asked), now + 1_000) == (asked, now)
    for other in (Asker(b"another server", HOME, 1), Asker(b"the server's own", HOME, 2),
                  Asker(b"the server's own", Site("antrean.example", "https://antrean.example"), 1)):
        with pytest.raises(ValueError, match="not asked here"):
            other.asked_at(naming(asked), now)
    for wrong in (b"", asked[:-1], asked[:-1] + b"x", asked + b"x"):
        with pytest.raises((ValueError, OverflowError)):
            ANI.asked_at(naming(wrong), now)
    with pytest.raises(ValueError, match="too long ago"):
        ANI.asked_at(naming(asked), now + ANSWER_MS + 1)


@pytest.mark.parametrize("hostile", [
    None, 7, "", [], {}, {"id": 3}, {"response": 5}, {"response": {"clientDataJSON": "%%%"}},
    {"id": "x", "response": {"clientDataJSON": "bnVsbA"}}, {"response": {"clientDataJSON": "W10"}},
    naming(b"short"), {**naming(ANI.question(wall_ms())), "id": "unknown"},
])
def test_whatever_a_browser_sends_is_refused_in_words(hostile: Any) -> None:
    for check in (lambda: ANI.proof(hostile, []), lambda: ANI.added(hostile)):
        with pytest.raises(NotAllowed, match="wrong_passkey"):
            check()


def test_no_answer_opens_twice_and_the_password_alone_does_not(tmp_path: Path) -> None:
    made = {"credential": "abc", "public_key": "def", "uses": 0, "asked_at": 1_000, "name": "HP"}
    with session(house(tmp_path / "data")) as here:
        ani = here.press(KEY, "add_person", setup.add_person, name="ani", shown_name="Ani", role="officer",
                         password_hash="")["person"]

        def press(act: str, command: Command, **args: Any) -> None:
            here.writer.press_now(Job(KEY, Actor("officer", f"person:{ani}", ani), act, command, args))

        def opened(proof: dict[str, int] | None) -> None:
            press("sign_in", access.sign_in, person=ani, token_hash=f"t{proof}", code="", passkey=proof)

        opened(None)
        press("add_passkey", passkeys.add_passkey, **made)
        with pytest.raises(Refused, match="passkey_there"):
            press("add_passkey", passkeys.add_passkey, **made)
        with pytest.raises(Refused, match="code_needed"):
            opened(None)
        opened({"passkey": 1, "uses": 1, "asked_at": 2_000})
        for again in (2_000, 1_500):
            with pytest.raises(Refused, match="wrong_passkey"):
                opened({"passkey": 1, "uses": 1, "asked_at": again})
        opened({"passkey": 1, "uses": 2, "asked_at": 2_001})
        press("drop_passkey", passkeys.drop_passkey, passkey=1)
        press("sign_out", access.sign_out, token_hash="tNone")
        opened(None)
