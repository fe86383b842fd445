"""A server told to stop while people press, a thousand lines at once, and changes made at the shell meanwhile."""

from __future__ import annotations

import asyncio
import json
import resource
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from backstage import apply, demo_office, events, play, rows, shell, until, with_rules
from cast import Server
from many_lines import Line

from queue_server.client import Kiosk, Officer, Refusal, Site
from queue_server.domain import chain

BOTH_DATABASES = True  # the whole module; see conftest.py

LINES = 1_100


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, copied: Callable[..., Server]) -> Iterator[Server]:
    """One house for the tests that do not end it."""
    running = copied(tmp_path_factory.mktemp("house") / "data").start()
    yield running
    running.stop()


# --- told to stop --------------------------------------------------------------------------------


class Presses:
    """Somebody who presses again and again until no answer comes; every press has its own key."""

    def __init__(self, site: Site, send: Any) -> None:
        self.site, self.send = site, send
        self.answered: dict[str, dict[str, Any]] = {}
        self.unanswered: list[str] = []
        self.thread = threading.Thread(target=self._press)

    def _press(self) -> None:
        while not self.unanswered:
            key = secrets.token_hex(16)
            try:
                self.answered[key] = self.send(self.site, key)
            except Refusal as refusal:
                assert refusal.code == "busy"  # it says that this press was never run
                self.unanswered.append(key)
            except (requests.RequestException, ValueError):
                self.unanswered.append(key)


def take(site: Site, key: str) -> dict[str, Any]:
    assert isinstance(site, Kiosk)
    return site.take("informasi", key=key)


def pause_or_resume(site: Site, key: str) -> dict[str, Any]:
    """An officer who cannot decide: the act follows from the key, so that repeating the key repeats the act."""
    act = {"act": "pause", "reason": "rest"} if int(key, 16) % 2 else {"act": "resume"}
    return site.post("/press", {"office": "rutan", "key": key, **act})


def test_what_was_answered_is_in_the_log_and_the_rest_can_be_repeated(server_in: Server) -> None:
    server = server_in
    officer = server.officer(counter="4")
    officer.line.disconnect()
    people = [Presses(server.kiosk(), take) for _ in range(6)] + [Presses(officer, pause_or_resume)]
    for person in people:
        person.thread.start()
    until(lambda: sum(len(p.answered) for p in people) > 60, 60, "the rush")
    asked = time.monotonic()
    server.stop()  # SIGTERM, in the middle of it
    print(f"ended {time.monotonic() - asked:.2f} s after SIGTERM, {sum(len(p.answered) for p in people)} answered")
    for person in people:
        person.thread.join(60)
        assert not person.thread.is_alive()

    logged = {json.loads(e.body)["number"] for e in events(server.data, "rutan") if e.kind == "ticket_issued"}
    kiosks, clerk = people[:6], people[6]
    for kiosk in kiosks:
        assert {answer["number"] for answer in kiosk.answered.values()} <= logged
    server.start()
    for kiosk in kiosks:
        for key, answer in kiosk.answered.items():
            assert take(kiosk.site, key)["label"] == answer["label"]
        for key in kiosk.unanswered:
            kiosk.answered[key] = take(kiosk.site, key)
            assert take(kiosk.site, key) == kiosk.answered[key]
    for key in [*clerk.unanswered, *clerk.unanswered]:
        assert pause_or_resume(clerk.site, key)["ok"]
    numbers = sorted(answer["number"] for kiosk in kiosks for answer in kiosk.answered.values())
    assert numbers == list(range(1, len(numbers) + 1)), "one press, one number"
    assert rows(server.data, "SELECT count(*) FROM ticket") == [(len(numbers),)]
    assert chain.check(events(server.data, "rutan")) == []


# --- many at once --------------------------------------------------------------------------------


def test_more_than_a_thousand_lines_at_once_are_all_served(house: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard > LINES + 200, "this machine allows too few open files for the test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (LINES + 200 if soft < LINES + 200 else soft, hard))
    try:
        play(asyncio.wait_for(all_at_once(house), 90))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert house.kiosk().take("informasi")["label"]


async def all_at_once(house: Server) -> None:
    kiosk = house.kiosk()
    secret = kiosk.take("informasi")["secret"]
    lines = [Line(house.port, {"screen": "visitor", "ticket": secret}) for _ in range(LINES)]
    since = time.monotonic()
    await asyncio.gather(*(line.open() for line in lines))
    print(f"{LINES} lines were served {time.monotonic() - since:.2f} s after all began at once")
    assert len({line.heard["picture"]["ticket"]["label"] for line in lines}) == 1
    # None of them was pushed out by the others: all hear of the next one who comes.
    place = (await asyncio.to_thread(kiosk.take, "informasi"))["place"]
    await asyncio.gather(*(line.hear("line", lambda m: bool(m) and place in m["order"]) for line in lines))
    await asyncio.gather(*(line.close() for line in lines))


# --- changes at the shell ------------------------------------------------------------------------


def test_a_configuration_applied_at_the_shell_is_on_the_screens_within_two_seconds(house: Server) -> None:
    board, kiosk = house.board(), house.kiosk()
    office = demo_office("rutan")
    before = board.picture["running_text"]
    apply(house.data, replace(office, running_text={"id": "Hari ini tutup pukul dua.", "en": "Closes at two today."}))
    came = board.wait_for(lambda p: p["running_text"] != before)
    committed = max(e.at for e in events(house.data, "rutan") if e.kind == "office_configured")
    assert came["running_text"]["id"] == "Hari ini tutup pukul dua."
    print(f"on the board {came['at'] - committed} ms after the change was committed")
    assert came["at"] - committed < 2_000
    # The server goes on issuing and logging on top of what the other process wrote.
    assert kiosk.take("kunjungan")["label"]
    assert chain.check(events(house.data, "rutan")) == []
    board.close()


def test_rules_applied_at_the_shell_hold_for_the_next_press(house: Server) -> None:
    apply(house.data, with_rules("rutan", double_press_ms=0))
    ani = house.officer(counter="4")
    house.kiosk().take("informasi")
    for act in ("call_next", "start", "finish"):
        assert ani.press(act)["ok"]  # at once after each other: no longer taken for a trembling finger
    ani.press("leave")
    ani.close()


def test_people_added_and_shut_out_at_the_shell(house: Server) -> None:
    password = shell(house.data, "person", "add", "rutan", "eko").split()[-1]
    eko = Officer(house.base, "rutan", "eko", password)
    eko.press("sit", counter="3")
    shell(house.data, "reset-password", "rutan", "eko")


    def shut_out() -> bool:
        """The server hears within a second what another process did."""
        try:
            eko.press("sit", counter="3")
        except Refusal as no:
            return no.code == "not_allowed"
        return False

    until(shut_out, what="the end of the session")
    with pytest.raises(Refusal, match="wrong_sign_in"):
        Officer(house.base, "rutan", "eko", password)
    eko.close()
