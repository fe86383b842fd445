"""Every role sends hostile packets and hostile requests to every door: nothing breaks, and nobody gains anything."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from backstage import events
from cast import Server, copy_of
from hostility import Line, broken_packet, request, sent_event

from queue_server.client import Site

SEED = 20261122
PEOPLE = {"officer": "ani", "supervisor": "sari", "auditor": "auditor", "administrator": "admin"}
SCREENS = {"officer": "counter", "supervisor": "supervisor", "auditor": "supervisor", "administrator": "supervisor"}
ROLES = ("visitor", "officer", "supervisor", "auditor", "administrator", "board", "kiosk", "nobody")
#: What only an administrator's act records; what only a supervisor's does.
OF_ADMINISTRATORS = {"office_configured", "standard_published", "person_added", "person_activated",
                     "person_deactivated", "person_renamed", "password_reset", "role_changed", "device_changed",
                     "media_removed"}
OF_SUPERVISORS = {"day_closed", "issuing_paused", "issuing_resumed", "schedule_changed", "paper_entered",
                  "device_paired", "device_revoked", "reopened"}
#: What everybody who signs in may do about oneself.
OF_ONESELF = {"sessions_ended", "second_factor_set", "second_factor_dropped"}


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("hostility") / "data", environment={"QUEUE_PROXIES": "1"}).start()
    yield running
    running.stop()


class House:
    """The papers of every role at one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.kiosk = server.kiosk()
        self.secret = self.kiosk.take("informasi")["secret"]
        self.sites = {role: self._site(role) for role in ROLES}

    def _site(self, role: str) -> Site:
        site = Site(self.server.base)
        if role in PEOPLE:
            site.post("/sign-in", {
                "office": "rutan", "name": PEOPLE[role], "password": self.server.passwords["rutan", PEOPLE[role]]})
        elif role in ("board", "kiosk"):
            site.post("/hello", {"screen": role, "office": "rutan", "board": "tv-tunggu" if role == "board" else ""})
        return site

    def cookie(self, role: str) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.sites[role].http.cookies)

    def line(self, role: str) -> Line:
        auth = {"screen": SCREENS.get(role, role), "office": "rutan", "ticket": self.secret}
        return Line(self.server.base, self.cookie(role), auth)


def log(server: Server) -> str:
    return Path(server.log.name).read_text()


def sound(server: Server) -> None:
    """It serves on: a number, a picture, no word of an exception in its log, a chain without a flaw."""
    assert server.kiosk().take("informasi")["label"]
    board = server.board()
    board.close()
    assert requests.get(f"{server.base}/readyz", timeout=20).status_code == 200
    written = log(server)
    assert "Traceback" not in written and "ERROR" not in written, written[-3_000:]


def gained(role: str, kinds: set[str]) -> set[str]:
    """What is in the log now although nobody of this role may do it."""
    allowed: dict[str, set[str]] = {
        "administrator": kinds, "supervisor": kinds - OF_ADMINISTRATORS,
        "officer": kinds - OF_ADMINISTRATORS - OF_SUPERVISORS, "auditor": OF_ONESELF}
    return kinds - allowed.get(role, set())


def kinds_since(server: Server, seq: int) -> set[str]:
    """Of events that somebody's press recorded."""
    return {e.kind for e in events(server.data, "rutan") if e.seq > seq and e.actor != "system"}


def newest(server: Server) -> int:
    return max(e.seq for e in events(server.data, "rutan"))


def throw(house: House, role: str, chance: random.Random, how_many: int, at_once: int = 20) -> Line:
    line = house.line(role)
    while line.sent < how_many:
        broken = [broken_packet(chance)] if chance.randrange(3) == 0 else []
        line.throw([sent_event(chance) for _ in range(at_once)] + broken)
    line.close()
    return line


@pytest.mark.parametrize("role", ROLES)
def test_a_hostile_line_is_answered_or_dropped_and_gains_nothing(server: Server, role: str) -> None:
    house, before = House(server), newest(server)
    line = throw(house, role, random.Random(f"{SEED} {role}"), 80, at_once=4)
    assert line.answered >= 5 or role == "nobody", (line.answered, line.dropped)
    assert gained(role, kinds_since(server, before)) == set()
    sound(server)


def test_many_hostile_lines_at_once_leave_the_others_their_server(server: Server) -> None:
    house = House(server)
    lines = [
        threading.Thread(target=throw, args=(house, role, random.Random(f"{SEED} {n} {role}"), 40, 40))
        for n in range(2) for role in ROLES]
    for line in lines:
        line.start()
    assert server.kiosk().take("pengaduan")["label"]
    for line in lines:
        line.join(120)
    assert not any(line.is_alive() for line in lines)
    sound(server)


def ask(house: House, wire: http.client.HTTPConnection, role: str, chance: random.Random) -> int:
    """The status of one hostile request; 0 when the server ended the connection, which is an answer too."""
    made = request(chance)
    headers = {"Cookie": house.cookie(role), **made.headers}
    try:
        wire.request(made.method, made.path, made.body or None, headers)
        answer = wire.getresponse()
        answer.read()
    except (http.client.HTTPException, OSError):
        wire.close()
        return 0
    return answer.status


def requests_of(house: House, chance: random.Random, how_many: int) -> dict[int, int]:
    wire = http.client.HTTPConnection(house.server.base.removeprefix("http://"), timeout=60)
    counts: dict[int, int] = {}
    for n in range(how_many):
        status = ask(house, wire, ROLES[n % len(ROLES)], chance)
        counts[status] = counts.get(status, 0) + 1
    wire.close()
    return counts


def test_hostile_requests_are_never_the_servers_fault(server: Server) -> None:
    house = House(server)
    counts = requests_of(house, random.Random(SEED), 400)
    assert sum(counts.values()) == 400 and not [status for status in counts if status >= 500], counts
    assert counts.get(0, 0) < 30, counts
    sound(server)


def test_what_a_proxy_calls_an_address_need_not_be_one(server: Server) -> None:
    for path in ("/metrics", "/office/rutan/door"):
        answer = requests.get(server.base + path, headers={"X-Forwarded-For": "None"}, timeout=20)
        assert answer.status_code < 500, path
    hello = {"screen": "board", "office": "rutan", "board": "tv-tunggu"}
    answer = requests.post(f"{server.base}/hello", json=hello, timeout=20, headers={
        "X-Queue": "1", "X-Forwarded-For": "none.of.them"})
    assert answer.status_code == 200
    sound(server)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_fifty_thousand_hostile_requests_and_events(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Two fifths over sockets, the rest over HTTP, from every role; the seed makes them the same every time."""
    house = House(server)
    totals: dict[int, int] = {}
    told: list[Any] = []

    def events_of(role: str) -> None:
        line = throw(house, role, random.Random(f"{SEED} long {role}"), 2_500)
        told.append((role, line.sent, line.answered, line.dropped))

    lines = [threading.Thread(target=events_of, args=(role,)) for role in ROLES]
    for thread in lines:
        thread.start()
    for part in range(30):
        for status, count in requests_of(house, random.Random(f"{SEED} {part}"), 1_000).items():
            totals[status] = totals.get(status, 0) + count
    for thread in lines:
        thread.join(1_800)
    with capsys.disabled():
        print(f"\nrequests by status: {dict(sorted(totals.items()))}; events (sent, answered, dropped): {told}")
    assert sum(totals.values()) + sum(sent for _role, sent, *_ in told) >= 50_000
    assert all(answered > dropped for role, _sent, answered, dropped in told if role != "nobody"), told
    assert not [status for status in totals if status >= 500], totals
    sound(server)
