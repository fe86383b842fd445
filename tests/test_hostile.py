"""Wrong, missing, oversized and hostile input at every door: a clear answer, and nothing is changed or lost."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pytest
import requests
import socketio
from backstage import acted
from cast import Server, copy_of, settle

from queue_server.client import Refusal, Site

OURS = {"X-Queue": "1"}


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One house for all these tests: whatever they throw at it, it goes on."""
    running = copy_of(demo, tmp_path_factory.mktemp("hostile") / "data").start()
    yield running
    running.stop()


def refused(work: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        work(*args, **more)  # type: ignore[operator]
    return no.value.code


def take(server: Server, **more: object) -> requests.Response:
    message = {"key": secrets.token_hex(16), "service": "informasi", "priority": False, "language": "id", **more}
    return requests.post(f"{server.base}/office/rutan/tickets", json=message, headers=OURS, timeout=20)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"key": ""}, "key"), ({"key": 7}, "key"), ({"key": "x" * 5000}, "key"),
    ({"service": None}, "service"), ({"service": ["a"]}, "service"), ({"service": "x" * 5000}, "service"),
    ({"language": "x" * 50}, "language"), ({"service": "a\0b"}, "service"), ({"key": "\0" * 20}, "key"),
])
def test_a_wrong_field_is_named(server: Server, wrong: dict[str, object], field: str) -> None:
    answer = take(server, **wrong)
    assert answer.status_code == 400
    assert answer.json()["refused"] == "bad_request" and answer.json()["facts"] == {"field": field}


def test_what_a_press_lacks_is_named(server: Server) -> None:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": "ani", "password": server.passwords["rutan", "ani"]})
    with pytest.raises(Refusal) as no:
        site.post("/press", {"office": "rutan", "key": secrets.token_hex(16), "act": "issue", "priority": True})
    assert (no.value.code, no.value.facts) == ("bad_request", {"field": "service"})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 20_000])
def test_what_is_not_an_object_is_refused(server: Server, body: bytes) -> None:
    headers = {**OURS, "Content-Type": "application/json"}
    answer = requests.post(f"{server.base}/office/rutan/tickets", data=body, headers=headers, timeout=20)
    assert answer.status_code == 400 and answer.json()["refused"] == "bad_request"


def test_too_much_is_too_large(server: Server) -> None:
    answer = take(server, service="x" * 400_000)
    assert answer.status_code == 413 and answer.json()["refused"] == "too_large"


def test_another_sites_page_cannot_take_a_number(server: Server) -> None:
    message = {"key": secrets.token_hex(16), "service": "informasi"}
    plain = requests.post(f"{server.base}/office/rutan/tickets", json=message, timeout=20)
    assert plain.status_code == 403 and plain.json()["refused"] == "not_our_page"


def test_what_does_not_exist_looks_like_what_is_hidden(server: Server) -> None:
    for path in ("/t/" + secrets.token_urlsafe(16), "/display/nowhere/x", "/web/common/../../pyproject.toml",
                 "/web/common/%2e%2e/pyproject.toml", "/lib/../../secret", "/media/rutan/..%2fsecret",
                 "/voice/rutan/id/..%2f..%2fsecret.wav", "/nowhere", "/lib/a%00.js", "/web/common/%00",
                 "/who?office=%00", "/media/rutan/" + "a" * 300 + ".png", "/lib/" + "%C3%A9" * 200 + ".js"):
        answer = requests.get(server.base + path, timeout=20)
        assert answer.status_code == 404, path
    assert "refused" in answer.json()


def test_a_hundred_tickets_from_one_phone_become_one(server: Server) -> None:
    phone = server.phone()
    first = phone.take("informasi")
    numbers, limited = set(), 0
    for _ in range(100):
        try:
            numbers.add(phone.take("informasi")["label"])
        except Refusal as refusal:
            assert refusal.code == "too_many_requests"
            limited += 1
    assert numbers == {first["label"]} and limited > 50


def test_a_stolen_or_guessed_link_opens_nothing(server: Server) -> None:
    site = Site(server.base)
    for act in ("cancel", "coming", "arrived"):
        assert refused(site.post, f"/t/{secrets.token_urlsafe(16)}/{act}") == "no_such_ticket"
    line = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        line.connect(server.base, auth={"screen": "visitor", "ticket": "guessed"}, transports=["websocket"])
    ticket = server.kiosk().take("informasi")
    assert refused(site.post, f"/t/{ticket['secret']}/arrived", {"door": "guessed"}) == "wrong_door"
    assert refused(site.post, f"/t/{ticket['secret']}/paper", {"state": "failed"}) == "not_paired"


def test_a_visitors_page_reveals_nobody_else(server: Server) -> None:
    kiosk = server.kiosk()
    others = [kiosk.take("pengaduan") for _ in range(4)]
    mine = kiosk.take("pengaduan")
    text = json.dumps(server.kiosk().get(f"/t/{mine['secret']}/picture"))
    assert json.loads(text)["ticket"]["ahead"] >= 4
    for other in others:
        assert other["secret"] not in text and other["label"] not in text and other["place"] not in text


def test_another_offices_ticket_and_a_foreign_counter_are_out_of_reach(server: Server) -> None:
    kanim = server.kiosk("kanim").take(services(server, "kanim")[0])
    ani = server.officer(counter="4")
    assert refused(ani.press, "call", step=kanim["step"] + 1000, reason="urgent_need") == "no_such_ticket"
    here = server.kiosk().take("kunjungan")
    settle()
    assert refused(ani.press, "call", step=here["step"], reason="urgent_need") == "not_served_here"
    assert refused(ani.press, "sit", counter="<script>") == "no_such_counter"
    budi = server.officer("budi")
    assert refused(budi.press, "call_next") == "no_counter"
    # A session of one office is nobody at the other.
    with pytest.raises(socketio.exceptions.ConnectionError):
        ani.line.disconnect()
        ani.connect({"screen": "counter", "office": "kanim"})


def services(server: Server, office: str) -> list[str]:
    return [s["key"] for s in Site(server.base).get(f"/office/{office}/door")["services"]]


@pytest.mark.parametrize("message", [
    None, 7, "call_next", [], {}, {"act": "call_next"}, {"act": ["call_next"], "key": "x" * 20},
    {"act": "call_next", "key": None}, {"act": "call_next", "key": "x" * 20, "seen": "1"},
    {"act": "call", "key": "x" * 20, "step": True, "reason": "urgent_need"},
    {"act": "call", "key": "y" * 20, "step": 2**70, "reason": "urgent_need"},
    {"act": "call", "key": "z" * 20, "step": 1.5, "reason": "urgent_need"},
    {"act": "note", "key": "n" * 20, "step": 1, "text": "x" * 5000},
])
def test_an_odd_press_is_answered_and_changes_nothing(server: Server, message: object) -> None:
    citra = server.officer("citra")
    answer = citra.line.call("press", message, timeout=20)
    assert answer["ok"] is False and answer["refused"] in ("bad_request", "no_such_act", "no_counter", "no_such_ticket")
    citra.close()


def test_odd_messages_of_a_board_are_left_out(server: Server) -> None:
    board = server.board()
    calls = [None, {"id": "x"}, {"id": 2**80}, {"id": -1}]
    for odd in (None, 7, {"calls": 7}, {"calls": calls}, {"calls": [[]] * 1000}):
        board.line.emit("shown", odd)
        board.line.emit("alive", odd)
    board.line.emit("no_such_event", {"x": 1})
    ani = server.officer("dewi")
    ani.wait_for(lambda p: p["kind"] == "counter")
    assert board.line.connected


def test_script_as_a_name_stays_text(server: Server) -> None:
    hostile = '<script>alert(1)</script>"\'=cmd|x'
    dewi = server.officer("dewi", counter="2")
    ticket = server.kiosk().take("kunjungan")
    called = dewi.press("call", step=ticket["step"], reason="urgent_need")
    dewi.press("note", step=called["step"], text=hostile)
    picture = dewi.wait_for(lambda p: p["current"] and p["current"].get("note"))
    assert picture["current"]["note"] == hostile
    page = requests.get(f"{server.base}/counter/rutan", timeout=20)
    assert "script-src" in page.headers["Content-Security-Policy"] or "default-src 'self'" in page.headers[
        "Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_wrong_passwords_are_slowed_down(server: Server) -> None:
    def guess(name: str, password: str = "guess") -> str:
        return refused(Site(server.base).post, "/sign-in", {"office": "rutan", "name": name, "password": password})

    assert [guess("ani") for _ in range(7)] == ["wrong_sign_in"] * 5 + ["too_many_sign_ins"] * 2
    assert guess(" Ani", server.passwords["rutan", "ani"]) == "too_many_sign_ins"
    right = {"office": "rutan", "name": "ani", "password": server.passwords["rutan", "ani"]}
    answer = requests.post(f"{server.base}/sign-in", json=right, headers={"X-Queue": "1"}, timeout=20)
    assert answer.status_code == 429 and 1 <= answer.json()["facts"]["seconds"] <= 60
    server.officer("budi").close()  # a colleague at the same address is not kept out
    assert [guess(f"nobody-{n}") for n in range(16)] == ["wrong_sign_in"] * 15 + ["too_many_sign_ins"]
    assert refused(
        Site(server.base).post, "/sign-in", {"office": "rutan", "name": ["ani"], "password": 1}) == "bad_request"


def test_no_get_changes_anything(server: Server) -> None:
    before = acted(server.data)
    assert before
    for path in ("/", "/kiosk/rutan", "/counter/rutan", "/visit/rutan", "/supervisor/rutan", "/admin/rutan",
                 "/account/rutan", "/display/rutan/tv-tunggu",
                 "/office/rutan/tickets", "/press", "/sign-out", "/hello", "/office/rutan/door", "/who"):
        requests.get(server.base + path, timeout=20)
    assert acted(server.data) == before


def test_a_mistyped_address_is_answered_in_words(server: Server) -> None:
    page = requests.get(f"{server.base}/display/nowhere", headers={"Accept": "text/html"}, timeout=20)
    assert page.status_code == 404 and "Halaman ini tidak ada" in page.text and 'href="/"' in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
