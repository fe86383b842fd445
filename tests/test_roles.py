"""Every address, every screen, every event of the socket and every press, tried by everybody."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import socketio
from backstage import until
from cast import Server, copy_of

from queue_server.client import Refusal, Screen, Site
from queue_server.commands_shell import roles as page
from queue_server.screens.acts import ACTS
from queue_server.screens.roles import ANYBODY, EVENTS, PEOPLE, ROUTES, SCREENS, Who, unruled

NAMES = {Who.OFFICER: "ani", Who.SUPERVISOR: "sari", Who.AUDITOR: "auditor", Who.ADMINISTRATOR: "admin"}
PLACES = {
    "office": "rutan", "board": "tv-tunggu", "screen": "kiosk", "lang": "id", "clip": "a", "folder": "common",
    "path:name": "base.css", "name": "nothing.png", "act": "coming", "kind": "csv", "int:job": "1", "int:number": "1",
    "token": "A" * 22,
    "room": "video", "unit": "unit-1", "size": "192",
}
KEPT_OUT = {"not_signed_in", "not_allowed", "not_paired", "not_our_page"}


class FromElsewhere(requests.adapters.HTTPAdapter):
    """Asks from another address of this machine: whoever guesses secret addresses must not use up the holder's."""

    def init_poolmanager(self, *words: Any, **more: Any) -> None:
        super().init_poolmanager(*words, **more, source_address=("127.0.0.2", 0))


class Cast:
    """A site with somebody's cookies for each role, and a ticket for the one who holds it. There is one kiosk: a second
    one at its place would take its part of the reserve, and the first would be revoked."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.kiosk = server.kiosk()
        self.secret = self.kiosk.take("informasi")["secret"]
        self._known: dict[Who, Site] = {Who.KIOSK: self.kiosk}

    def site(self, who: Who) -> Site:
        if who not in self._known:
            self._known[who] = site = Screen(self.server.base)
            if who in NAMES:
                site.post("/sign-in", {
                    "office": "rutan", "name": NAMES[who], "password": self.server.passwords["rutan", NAMES[who]]})
            elif who is Who.BOARD:
                site.post("/hello", {"screen": "board", "office": "rutan", "board": "tv-tunggu"})
            elif who is Who.UNIT:
                site.post("/hello", {"screen": "unit", "office": "rutan", "board": "video/unit-1"})
        return self._known[who]

    def forget(self, who: Who) -> None:
        self._known.pop(who, None)


@pytest.fixture(scope="module")
def cast(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    running = copy_of(demo, tmp_path_factory.mktemp("roles") / "data").start()
    yield Cast(running)
    running.stop()


def asked(cast: Cast, key: str, who: Who, office: str = "rutan") -> requests.Response:
    """The answer to an address as somebody; whoever holds no ticket knows no secret address."""
    method, rule = key.split(" ")
    secret = cast.secret if who in (Who.HOLDER, Who.KIOSK) else secrets.token_urlsafe(16)
    places = {**PLACES, "secret": secret, "office": office}
    path = re.sub(r"<([^>]+)>", lambda found: places[found[1]], rule)
    message = {
        "office": office, "key": secrets.token_hex(16), "act": "second_factor", "state": "kept",
        "screen": "kiosk" if who is Who.KIOSK else "board", "board": "" if who is Who.KIOSK else "tv-tunggu"}
    http = cast.site(who).http
    if "<secret>" in rule and secret != cast.secret:
        http.mount("http://", FromElsewhere())
    else:
        http.mount("http://", requests.adapters.HTTPAdapter())
    if method == "GET":
        return http.get(cast.server.base + path, params={"office": office}, timeout=20)
    return http.post(cast.server.base + path, json=message, timeout=20)


def kept_out(answer: requests.Response, guessed: bool = False) -> bool:
    """``guessed``: by a secret address; whoever goes on guessing is not even told that there is no such ticket."""
    with suppress(ValueError):
        more = {"no_such_ticket", "too_many_requests"} if guessed else {"no_such_ticket"}
        return answer.json().get("refused") in KEPT_OUT | more
    return False


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize("key", list(ROUTES))
def test_an_address_lets_in_whom_its_line_names(cast: Cast, key: str, who: Who) -> None:
    answer = asked(cast, key, who)
    # A kiosk knows the secret of the number that it gave; the ticket's pages are whoever's knows the address.
    knows = who is Who.KIOSK and "<secret>" in key
    let_in = who in ROUTES[key].who or knows
    assert kept_out(answer, "<secret>" in key) is not let_in, (answer.status_code, answer.text[:200])
    assert answer.status_code < 500
    if ("sign-out" in key or "hello" in key) and who is not Who.KIOSK:
        cast.forget(who)


@pytest.mark.parametrize("key", [key for key, line in ROUTES.items() if line.who & PEOPLE and line.who != ANYBODY])
@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_at_another_office_everybody_is_a_stranger(cast: Cast, key: str, who: Who) -> None:
    assert asked(cast, key, who, office="kanim").json()["refused"] == "not_signed_in"


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize("kind", list(SCREENS))
def test_a_screen_connects_for_whom_its_line_names(cast: Cast, kind: str, who: Who) -> None:
    auth = {"screen": kind, "office": "rutan", "room": "video"}
    if who is Who.HOLDER:
        auth["ticket"] = cast.secret
    screen = Screen(cast.server.base)
    screen.http.cookies.update(cast.site(who).http.cookies)
    if who in SCREENS[kind]:
        screen.connect(auth)
        screen.wait_for(bool)
    else:
        with pytest.raises(socketio.exceptions.ConnectionError):
            screen.connect(auth)
    screen.close()


@pytest.mark.parametrize("who", sorted(PEOPLE))
@pytest.mark.parametrize("act", list(ACTS))
def test_a_press_is_taken_from_whom_its_line_names(cast: Cast, act: str, who: Who) -> None:
    """What is sent with it is wrong throughout: nothing happens, and who may press is told what is wrong."""
    wrong = {"key": "short", **{name: ["wrong"] for name in ACTS[act].takes}}
    with pytest.raises(Refusal) as no:
        cast.site(who).post("/press", {"office": "rutan", **wrong, "act": act})
    assert no.value.code == ("bad_request" if who in ACTS[act].roles else "not_allowed")


def connected(cast: Cast, kind: str) -> Screen:
    who = sorted(SCREENS[kind])[-1]
    screen = Screen(cast.server.base)
    screen.http.cookies.update(cast.site(who).http.cookies)
    screen.connect({"screen": kind, "office": "rutan", "room": "video", "ticket": cast.secret})
    screen.wait_for(bool)
    return screen


@pytest.mark.parametrize("kind", list(SCREENS))
def test_an_event_is_taken_from_the_screens_its_line_names(cast: Cast, kind: str) -> None:
    """A screen that may not send something is as if it had not: nothing is written, and it stays connected."""
    screen = connected(cast, kind)
    answer = screen.line.call("press", {"act": "recall", "key": secrets.token_hex(16), "seen": 0}, timeout=10)
    assert answer["ok"] is False
    assert (answer["refused"] == "not_allowed") is not (kind in EVENTS["press"][0])
    before = said_by_boards(cast)
    screen.line.emit("alive", {"sound": "blocked"})
    screen.line.emit("shown", {"calls": [{"id": 1, "drawn": True, "spoken": True}]})
    screen.line.emit("no_such_event", {"a": 1})
    screen.picture = {}
    screen.line.emit("look")
    screen.wait_for(bool)
    if kind in EVENTS["alive"][0]:
        until(lambda: said_by_boards(cast) != before, what="a board's word")  # or the next screen would seem to say it
    else:
        assert said_by_boards(cast) == before
    screen.close()


def said_by_boards(cast: Cast) -> list[tuple[int, ...]]:
    database = sqlite3.connect(f"file:{cast.server.data / 'queue.db'}?mode=ro", uri=True)
    try:
        blocked = database.execute("SELECT id FROM device WHERE sound = 'blocked'").fetchall()
        return blocked + database.execute("SELECT call_seq, device_id FROM board_ack").fetchall()
    finally:
        database.close()


def test_a_post_without_our_pages_header_is_refused_everywhere(cast: Cast) -> None:
    for key in ROUTES:
        method, rule = key.split(" ")
        if method == "POST":
            path = re.sub(r"<([^>]+)>", lambda found: {**PLACES, "secret": cast.secret}[found[1]], rule)
            answer = requests.post(cast.server.base + path, json={}, timeout=20)
            assert answer.json()["refused"] == "not_our_page", key


def test_a_session_that_ended_opens_nothing_more(cast: Cast) -> None:
    auditor = Site(cast.server.base)
    auditor.post("/sign-in", {
        "office": "rutan", "name": "auditor", "password": cast.server.passwords["rutan", "auditor"]})
    kept = dict(auditor.http.cookies)
    auditor.post("/sign-out", {"office": "rutan"})
    auditor.http.cookies.update(kept)
    assert auditor.get("/supervisor/rutan/log")["refused"] == "not_signed_in"


def test_a_door_without_a_line_is_noticed() -> None:
    routes, events = list(ROUTES), list(EVENTS)
    assert unruled(routes, events) == []
    assert unruled([*routes, "POST /new"], events) == ["POST /new"]
    assert unruled(routes, [*events, "shout"]) == ["shout"]
    assert unruled(routes[1:], events) == [routes[0]]


def test_the_documentation_is_the_code() -> None:
    assert page.FILE.read_text("utf-8") == page.printed(), "python -m queue_server roles --write"
