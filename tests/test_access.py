"""Signing in: the second factor, sessions that end by themselves, and those that are ended."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import pyotp
import pytest
from backstage import until
from cast import Server, copy_of

from queue_server.client import Kiosk, Officer, Refusal, Site
from queue_server.commands.access import IDLE_MS, STEP_S
from queue_server.moment import BOOT_ID, boot_ns, wall_ms

OFFICE = "rutan"


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("access") / "data").start()
    yield running
    running.stop()


class Person(Site):
    """Somebody who signs in with a browser."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(server.base)
        self.name, self.password = name, server.passwords[OFFICE, name]

    def sign_in(self, code: str = "") -> Person:
        self.post("/sign-in", {"office": OFFICE, "name": self.name, "password": self.password, "code": code})
        return self

    def act(self, act: str, **args: object) -> dict[str, object]:
        return self.post("/press", {"office": OFFICE, "act": act, "key": f"{act}-{wall_ms()}", **args})

    @property
    def inside(self) -> bool:
        return self.get(f"/who?office={OFFICE}")["person"] is not None


def refused(work: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        work(*args, **more)  # type: ignore[operator]
    return no.value.code


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(wall_ms() // 1000 + steps * STEP_S)


def earliest_code(secret: str) -> str:
    """The code of the step before this one, asked for when this one does not end in the next moment."""
    while STEP_S - wall_ms() / 1000 % STEP_S < 5:
        time.sleep(0.1)
    return code_of(secret, -1)


def database(server: Server) -> sqlite3.Connection:
    return sqlite3.connect(server.data / "queue.db", timeout=10)


def tick_now(db: sqlite3.Connection) -> int:
    """The steady clock, ms, as the server counts it."""
    offset: int = db.execute("SELECT offset_ms FROM boot WHERE boot = ?", (BOOT_ID,)).fetchone()[0]
    return offset + boot_ns() // 1_000_000


def test_the_second_factor_from_setting_it_to_taking_it_away(server: Server) -> None:
    ani = Person(server, "ani").sign_in()
    made = ani.post("/second-factor", {"office": OFFICE})
    secret = made["secret"]
    assert made["qr"].startswith("data:image/svg+xml") and secret not in made["qr"]
    assert refused(ani.act, "second_factor", secret=secret, code="000000") == "wrong_code"
    assert Person(server, "ani").sign_in().inside, "nothing is set until a code was right"
    first = earliest_code(secret)
    ani.act("second_factor", secret=secret, code=first)
    assert refused(ani.act, "second_factor", secret=secret, code=code_of(secret)) == "second_factor_there"

    again = Person(server, "ani")
    assert refused(again.sign_in) == "code_needed"
    assert refused(again.sign_in, "123456") == "wrong_code"
    assert refused(again.sign_in, first) == "wrong_code", "each code opens once"
    assert not again.inside
    assert again.sign_in(code_of(secret)).inside

    assert refused(again.act, "drop_second_factor", code="111111") == "wrong_code"
    again.act("drop_second_factor", code=code_of(secret, 1))
    assert Person(server, "ani").sign_in().inside


def test_a_lost_phone_is_helped_by_the_administrator_only(server: Server) -> None:
    budi = Person(server, "budi").sign_in()
    secret = budi.post("/second-factor", {"office": OFFICE})["secret"]
    budi.act("second_factor", secret=secret, code=code_of(secret))
    number = budi.get(f"/who?office={OFFICE}")["person"]["id"]
    assert refused(Person(server, "sari").sign_in().act, "drop_second_factor", person=number) == "not_allowed"
    Person(server, "admin").sign_in().act("drop_second_factor", person=number)
    assert Person(server, "budi").sign_in().inside
    with database(server) as db:
        rows = db.execute("SELECT kind FROM event WHERE kind LIKE 'second_factor%' ORDER BY seq DESC LIMIT 2")
        kinds = [row[0] for row in rows]
        assert kinds == ["second_factor_dropped", "second_factor_set"]
        assert not db.execute("SELECT 1 FROM event WHERE body LIKE ?", (f"%{secret}%",)).fetchall()
        assert not db.execute("SELECT 1 FROM command WHERE answer LIKE ?", (f"%{secret}%",)).fetchall()


def test_a_session_that_nobody_uses_ends_and_one_in_use_does_not(server: Server) -> None:
    citra, dewi = Person(server, "citra").sign_in(), Person(server, "dewi").sign_in()
    assert citra.inside and dewi.inside
    with database(server) as db:
        db.execute("UPDATE session SET used_tick = ? WHERE person_id = (SELECT id FROM person WHERE name = 'citra' "
                   "AND office_id = (SELECT id FROM office WHERE key = ?))", (tick_now(db) - IDLE_MS - 1, OFFICE))
    until(lambda: not citra.inside, what="the end of the session")
    assert dewi.inside
    assert refused(citra.act, "call_next") == "not_signed_in"


def test_signing_out_everywhere_closes_the_console_too(server: Server) -> None:
    console = server.officer("dewi", counter="1")
    Person(server, "dewi").sign_in().act("end_sessions")
    until(lambda: not console.line.connected)
    assert refused(Person(server, "sari").sign_in().act, "end_sessions", person=console.person["id"]) == "not_allowed"
    console.close()


def test_who_was_shown_out_hears_nothing_more(server: Server) -> None:
    """Pages of one office share a room: a picture drawn for the others does not reach whoever left it."""
    sari = server.supervisor()
    admin = Officer(server.base, OFFICE, "admin", server.passwords[OFFICE, "admin"], "supervisor")
    told: list[str] = []
    sari.line.on("gone", lambda message: told.append(message["reason"]))
    heard: list[int] = []
    sari.line.on("beat", lambda beat: heard.append(beat["seq"]))
    Person(server, "sari").sign_in().act("end_sessions")
    until(lambda: told == ["revoked"] and not sari.line.connected)
    kept, beats = sari.picture, len(heard)
    Kiosk(server.base, OFFICE).take("kunjungan")
    admin.wait_for(lambda picture: picture["seq"] > kept["seq"] + 1)
    assert sari.picture is kept and len(heard) == beats
    admin.close()
