"""The online door: a code that changes every minute proves who stands before it, and a script soon stands still."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from admin_stage import Admin
from backstage import demo_office, rows, shown_code
from cast import Server, copy_of

from queue_server.domain import presence
from queue_server.screens.media import qr_svg

KEY = presence.key_from(b"a secret of thirty-two bytes ....")
NOON = 1_795_400_000_000
WIFI = "http://192.168.1.20:8080"
FAMILY = 8


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Rutan gives no numbers from afar, kanim does; the address that asks is the one that a proxy names."""
    running = copy_of(
        demo, tmp_path_factory.mktemp("online-door") / "data",
        environment={"QUEUE_WIFI_URL": WIFI, "QUEUE_PROXIES": "1"})
    running.start()
    decide(running, remote_numbers=False)
    yield running
    running.stop()


def decide(server: Server, **choices: object) -> None:
    """As an administrator does on the page."""
    admin = Admin(server)
    admin.press("change_office", seen=admin.version(), parts={"office": choices})


class Visitor:
    """A phone at an address of its own choice; ``forgets``: a script that keeps no cookie."""

    def __init__(self, server: Server, address: str, forgets: bool = False) -> None:
        self.server, self.forgets = server, forgets
        self.http = requests.Session()
        self.http.headers.update({"X-Queue": "1", "X-Forwarded-For": address})

    def ask(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        if self.forgets:
            self.http.cookies.clear()
        answer: dict[str, Any] = self.http.post(self.server.base + path, json=message, timeout=20).json()
        return answer

    def take(self, office: str = "rutan", code: str = "", service: str = "") -> dict[str, Any]:
        return self.ask(f"/office/{office}/tickets", {
            "key": secrets.token_hex(16), "service": service or demo_office(office).services[0].key, "language": "id",
            "priority": False, "door": code})

    def page(self, office: str, code: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(
            f"{self.server.base}/office/{office}/door", params={"door": code}, timeout=20).json()
        return found


def channel_of(server: Server, ticket: dict[str, Any]) -> tuple[str, bool]:
    picture = requests.get(f"{server.base}/t/{ticket['secret']}/picture", timeout=20).json()["ticket"]
    return picture["channel"], picture["arrived_at"] is not None


# --- the code ------------------------------------------------------------------------------------


def test_a_code_counts_in_its_minute_and_three_more() -> None:
    minute = presence.minute_of(NOON)
    code = presence.code(KEY, "rutan", minute)
    shown = presence.shown_in(KEY, "rutan", code)
    assert shown == minute
    last = (minute + 1 + presence.GRACE_MIN) * presence.MINUTE_MS - 1
    assert presence.counts(shown, minute * presence.MINUTE_MS) and presence.counts(shown, last)
    assert not presence.counts(shown, last + 1)


def test_a_code_from_the_future_counts_only_within_the_clocks_difference() -> None:
    starts = presence.minute_of(NOON) * presence.MINUTE_MS
    shown = presence.shown_in(KEY, "rutan", presence.code(KEY, "rutan", presence.minute_of(NOON)))
    assert presence.counts(shown, starts - presence.SKEW_MS)
    assert not presence.counts(shown, starts - presence.SKEW_MS - 1)


def test_every_process_with_the_secret_knows_every_code_and_no_other_does() -> None:
    minute = presence.minute_of(NOON)
    code = presence.code(KEY, "rutan", minute)
    again = presence.key_from(b"a secret of thirty-two bytes ....")
    assert presence.shown_in(again, "rutan", code) == minute
    assert presence.shown_in(presence.key_from(b"another secret"), "rutan", code) is None
    assert presence.code(KEY, "rutan", minute + 1) != code


@pytest.mark.parametrize("office", ["kanim", "rutan2", "", "RUTAN"])
def test_another_offices_code_is_none_of_ours(office: str) -> None:
    assert presence.shown_in(KEY, "rutan", presence.code(KEY, office, presence.minute_of(NOON))) is None


@pytest.mark.parametrize("change", [
    lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"), lambda code: "0" + code, lambda code: code + "=",
    lambda code: code.upper(), lambda code: " " + code, lambda code: code.replace(".", ""), lambda code: "",
    lambda code: code.split(".")[0] + ".", lambda code: "." + code.split(".")[1], lambda code: "f" * 60,
    lambda code: "-" + code, lambda code: code[:3] + "_" + code[3:], lambda code: code.replace(".", "\u3002"),
    lambda code: f"{int(code.split('.')[0], 16) + 1:x}.{code.split('.')[1]}", lambda code: "\udcff" + code,
])
def test_a_forged_code_is_none(change: Any) -> None:
    assert presence.shown_in(KEY, "rutan", change(presence.code(KEY, "rutan", presence.minute_of(NOON)))) is None


# --- taking a number -----------------------------------------------------------------------------


def test_where_no_numbers_are_given_from_afar_the_door_gives_them(server: Server) -> None:
    afar = Visitor(server, "203.0.113.1")
    assert afar.take()["refused"] == "remote_off"
    assert afar.page("rutan", "")["services"][0]["may"]["code"] == "remote_off"
    here = Visitor(server, "203.0.113.1")
    code = shown_code(server.data, "rutan", minutes_ago=2)  # somebody who takes their time
    page = here.page("rutan", code)
    assert page["door"] == "here" and page["services"][0]["may"]["allowed"]
    assert channel_of(server, here.take(code=code)["ticket"]) == ("door", True)


@pytest.mark.parametrize(("minutes_ago", "office", "told"), [
    (6, "rutan", "old_door"), (-3, "rutan", "old_door"), (0, "kanim", "wrong_door")])
def test_a_code_that_proves_nothing_gives_no_number_and_notes_no_arrival(
    server: Server, minutes_ago: int, office: str, told: str
) -> None:
    visitor = Visitor(server, "203.0.113.2")
    code = shown_code(server.data, office, minutes_ago)
    assert visitor.take(code=code)["refused"] == told
    page = visitor.page("rutan", code)
    assert page["door"] == told and not page["services"][0]["may"]["allowed"]
    ticket = Visitor(server, "203.0.113.2").take("rutan", shown_code(server.data, "rutan"))["ticket"]
    assert visitor.ask(f"/t/{ticket['secret']}/arrived", {"door": code})["refused"] == told


def test_arrival_of_a_number_from_afar_is_proven_by_the_screens_code(server: Server) -> None:
    visitor = Visitor(server, "203.0.113.3")
    ticket = visitor.take("kanim")["ticket"]
    assert channel_of(server, ticket) == ("online", False)
    wrong = shown_code(server.data, "rutan")
    assert visitor.ask(f"/t/{ticket['secret']}/arrived", {"door": wrong})["refused"] == "wrong_door"
    assert visitor.ask(f"/t/{ticket['secret']}/arrived", {"door": shown_code(server.data, "kanim", 1)})["ok"]
    assert channel_of(server, ticket) == ("online", True)


def test_the_office_decides_whether_the_printed_sheet_counts(server: Server) -> None:
    sheet = str(rows(server.data, "SELECT door_code FROM office WHERE key = 'rutan'")[0][0])
    for accepted, of_sheet, of_screen in (("screen", False, True), ("sheet", True, False), ("both", True, True)):
        decide(server, door_code=accepted)
        for code, counts in ((sheet, of_sheet), (shown_code(server.data, "rutan"), of_screen)):
            assert ("ticket" in Visitor(server, "203.0.113.4").take(code=code)) == counts, (accepted, code == sheet)
    decide(server, door_code="screen")


def test_boards_and_kiosks_show_the_code_and_nobody_else_gets_it(server: Server) -> None:
    for screen in (server.kiosk(), server.board()):
        drawn = screen.http.get(f"{server.base}/office/rutan/door-code.svg?m=1", timeout=20)
        codes = (shown_code(server.data, "rutan", ago) for ago in (0, 1))  # the minute may just have passed
        assert drawn.content in [qr_svg(f"{WIFI}/visit/rutan?door={code}") for code in codes]
        assert drawn.headers["Cache-Control"] == "no-store" and drawn.headers["Content-Type"].startswith("image/svg")
        other = screen.http.get(f"{server.base}/office/kanim/door-code.svg", timeout=20)
        assert other.status_code == 403
    board = server.board()
    assert board.picture["door_code"] == "wifi"
    board.close()
    assert requests.get(f"{server.base}/office/rutan/door-code.svg", timeout=20).status_code == 403


# --- how often -----------------------------------------------------------------------------------


def test_a_family_behind_one_address_never_feels_a_limit(server: Server) -> None:
    family = [Visitor(server, "198.51.100.1") for _ in range(FAMILY)]
    for service in [s for s in demo_office("kanim").services if s.remote][:2]:
        for member in family:
            first = member.take("kanim", service=service.key)
            for _ in range(3):  # pressed again, reloaded, a lost answer
                again = member.take("kanim", service=service.key)
                assert again["ok"] and again["ticket"]["secret"] == first["ticket"]["secret"], again


def test_a_script_that_forgets_its_cookies_stands_still_and_is_told_what_else_to_do(server: Server) -> None:
    script = Visitor(server, "198.51.100.2", forgets=True)
    answers = [script.take("kanim") for _ in range(200)]
    given = [a for a in answers if a["ok"]]
    assert len(given) == 30
    assert {a["refused"] for a in answers if not a["ok"]} == {"too_many_numbers"}
    assert answers[-1]["facts"]["minutes"] == 1
    # Who stands at the door behind the same address gets a number all the same, and so does everybody elsewhere.
    assert Visitor(server, "198.51.100.2").take("kanim", shown_code(server.data, "kanim"))["ok"]
    assert Visitor(server, "198.51.100.3").take("kanim")["ok"]


def test_a_script_at_the_door_stands_still_too(server: Server) -> None:
    script = Visitor(server, "198.51.100.4", forgets=True)
    code = shown_code(server.data, "rutan")
    answers = [script.take(code=code) for _ in range(80)]
    assert sum(a["ok"] for a in answers) == 60
    assert {a["refused"] for a in answers if not a["ok"]} == {"too_many_numbers"}


def test_a_network_of_ipv6_is_one_address(server: Server) -> None:
    answers = [Visitor(server, f"2001:db8:1:2::{n:x}").take("kanim") for n in range(1, 40)]
    assert sum(a["ok"] for a in answers) == 30
    assert Visitor(server, "2001:db8:1:3::1").take("kanim")["ok"]


def test_a_phone_that_gives_back_and_takes_again_is_stopped(server: Server) -> None:
    phone = Visitor(server, "198.51.100.5")
    for _ in range(12):
        ticket = phone.take("kanim")["ticket"]
        assert phone.ask(f"/t/{ticket['secret']}/cancel", {})["ok"]
    refused = phone.take("kanim")
    assert refused["refused"] == "too_many_from_phone" and 59 <= refused["facts"]["minutes"] <= 60
    assert Visitor(server, "198.51.100.5").take("kanim")["ok"], "another phone of the family"


def test_what_gave_no_number_costs_the_address_nothing(server: Server) -> None:
    for _ in range(40):
        assert Visitor(server, "198.51.100.6").take("rutan")["refused"] == "remote_off"
    assert all(Visitor(server, "198.51.100.6").take("kanim")["ok"] for _ in range(FAMILY))


def test_the_page_gives_a_phone_its_name_before_the_first_press(server: Server) -> None:
    """A first answer that is lost on the way must not become a second number."""
    phone = Visitor(server, "198.51.100.7")
    page = phone.http.get(f"{server.base}/visit/kanim", timeout=20)
    assert "HttpOnly" in page.headers["Set-Cookie"] and "SameSite=Lax" in page.headers["Set-Cookie"]
    named = phone.http.cookies["queue_phone"]
    phone.take("kanim")
    assert phone.http.cookies["queue_phone"] == named
    assert "Set-Cookie" not in phone.http.get(f"{server.base}/visit/kanim", timeout=20).headers
