"""The visitor's phone, taking a number: one wish is one number, this phone finds it again, an arrival is noted."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.door_stage import NOW, ROOT, SMALLER, TOO_WIDE, Stage, door, ticket

ISSUE, ARRIVED, PICTURE = "/office/rutan/tickets", "/t/secret/arrived", "/t/secret/picture"
TAKEN = {"ok": True, "ticket": {"label": "A\u2009017", "secret": "secret", "place": "me", "service": "kunjungan",
                                "priority": False, "issued_at": NOW, "page": "/t/secret", "qr": None}}
MINE = """localStorage.setItem('queue.numbers',
  JSON.stringify([{office: 'rutan', secret: 'secret', label: 'A\u2009017'}]))"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Stage]:
    """A cheap phone of 360x640 that speaks Indonesian; the test opens the page."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, locale="id-ID")
    stage = Stage(context.new_page(), "visitor/visit.html", office="rutan")
    stage.on("GET", "/office/rutan/door", lambda *_: door(stage))
    stage.on("POST", ISSUE, lambda *_: TAKEN)
    stage.on("POST", ARRIVED, lambda *_: {"ok": True})
    stage.on("GET", PICTURE, lambda *_: ticket(stage, channel="online", arrived_at=None))
    stage.on("GET", "/t/secret", lambda *_: (200, "text/html", "<h1>the ticket's page</h1>"))
    yield stage
    assert stage.errors == []
    context.close()


def take(phone: Stage, which: str = "take") -> None:
    phone.sees("service-kunjungan").tap()
    phone.sees(which).tap()


def test_a_number_in_two_touches_leads_to_its_page(phone: Stage) -> None:
    phone.open()
    take(phone)
    phone.page.wait_for_url("**/t/secret")
    (wish,) = phone.posted(ISSUE)
    assert (wish["service"], wish["priority"], wish["language"]) == ("kunjungan", False, "id")


def test_priority_needs_no_reason(phone: Stage) -> None:
    phone.open()
    take(phone, "priority")
    phone.page.wait_for_url("**/t/secret")
    assert phone.posted(ISSUE)[0]["priority"] is True


def test_a_lost_answer_is_asked_for_again_with_the_same_key(phone: Stage) -> None:
    answers: list[Any] = [None, TAKEN]
    phone.on("POST", ISSUE, lambda *_: answers.pop(0))
    phone.open()
    take(phone)
    expect(phone.page.get_by_text("Anda tidak akan mendapat dua nomor")).to_be_visible()
    phone.page.wait_for_url("**/t/secret")
    assert len({wish["key"] for wish in phone.posted(ISSUE)}) == 1


def test_a_refusal_is_told_in_words(phone: Stage) -> None:
    phone.on("POST", ISSUE, lambda *_: {"ok": False, "refused": "too_many_tickets", "facts": {"most": 3}})
    phone.open()
    take(phone)
    expect(phone.page.get_by_text("Ponsel ini sudah memegang 3 nomor")).to_be_visible()


def test_the_number_of_this_phone_is_offered_again(phone: Stage) -> None:
    phone.page.add_init_script(MINE)
    phone.open()
    expect(phone.sees("mine")).to_contain_text("A\u2009017")
    phone.sees("mine").tap()
    phone.page.wait_for_url("**/t/secret")


def test_a_number_that_has_ended_is_forgotten(phone: Stage) -> None:
    phone.page.add_init_script(MINE)
    phone.on("GET", PICTURE, lambda *_: ticket(phone, state="done", ended=True))
    with phone.page.expect_response("**" + PICTURE):
        phone.open()
    expect(phone.sees("service-kunjungan")).to_be_visible()
    expect(phone.sees("mine")).to_have_count(0)
    assert phone.page.evaluate("() => localStorage.getItem('queue.numbers')") == "[]"


def test_the_code_at_the_door_notes_the_arrival_of_a_number_taken_before(phone: Stage) -> None:
    phone.page.add_init_script(MINE)
    phone.open("?door=abc%2F1")
    expect(phone.sees("arrival")).to_contain_text("Kedatangan Anda tercatat")
    assert phone.posted(ARRIVED) == [{"door": "abc/1"}]


def test_an_old_door_code_is_told(phone: Stage) -> None:
    phone.page.add_init_script(MINE)
    phone.on("POST", ARRIVED, lambda *_: {"ok": False, "refused": "old_door", "facts": {}})
    phone.open("?door=old")
    expect(phone.sees("arrival")).to_contain_text("Kode di pintu sudah berganti")


def test_a_number_taken_at_the_door_has_arrived(phone: Stage) -> None:
    phone.open("?door=abc")
    take(phone)
    phone.page.wait_for_url("**/t/secret")
    assert phone.posted(ISSUE)[0]["door"] == "abc" and phone.posted(ARRIVED) == [{"door": "abc"}]


def test_where_phones_may_not_take_numbers_the_page_says_where_to_go(phone: Stage) -> None:
    closed = door(phone)
    for service in closed["services"]:
        service["may"] = {"allowed": False, "code": "remote_off", "facts": {}, "next_opening": None}
    phone.on("GET", "/office/rutan/door", lambda *_: closed)
    phone.open()
    expect(phone.sees("closed")).to_contain_text("hanya dapat diambil di kantor")
    expect(phone.sees("closed")).to_contain_text("kios")
    expect(phone.sees("service-kunjungan")).to_contain_text("Nomor hanya di kantor")
    phone.sees("service-kunjungan").tap()
    expect(phone.page.get_by_text("KTP asli").first).to_be_visible()
    expect(phone.sees("take")).to_have_count(0)


def test_a_closed_office_says_when_it_opens_and_sends_nobody_to_its_kiosk(phone: Stage) -> None:
    closed = door(phone)
    for service in closed["services"]:
        opens = {"next_opening": NOW + 86_400_000, "facts": {"opens_in_days": 1, "opens_time": "08:00"}}
        service.update(remote=False, may={"allowed": False, "code": "closed_today", **opens})
    phone.on("GET", "/office/rutan/door", lambda *_: closed)
    phone.open()
    card = phone.sees("closed")
    expect(card).to_contain_text("Layanan ini tutup hari ini.")
    expect(card).to_contain_text("Nomor dapat diambil lagi besok pukul 08.00.")
    expect(card).to_contain_text("Nomor diambil di kantor, tidak lewat ponsel.")
    expect(card).not_to_contain_text("kios")
    expect(phone.sees("service-kunjungan")).to_contain_text("Sedang tutup")


@pytest.mark.parametrize(("language", "said"), [
    ("id", "Nomor dihentikan sementara: ruang tunggu penuh"),
    ("en", "No numbers for the moment: the waiting room is full"),
])
def test_a_pause_says_its_published_reason(phone: Stage, language: str, said: str) -> None:
    paused = door(phone)
    paused["services"][1]["may"] = {
        "allowed": False, "code": "paused", "facts": {"reason": "full_hall"}, "next_opening": None}
    phone.on("GET", "/office/rutan/door", lambda *_: paused)
    phone.open()
    phone.sees(f"language-{language}").tap()
    expect(phone.sees("service-titipan")).to_contain_text(said)
    assert phone.page.evaluate(TOO_WIDE) == []


def test_the_back_key_of_the_phone_goes_back_to_the_services(phone: Stage) -> None:
    phone.open()
    phone.sees("service-kunjungan").tap()
    expect(phone.sees("take")).to_be_visible()
    phone.page.go_back()
    expect(phone.sees("take")).to_have_count(0)
    expect(phone.sees("service-kunjungan")).to_be_visible()


def test_the_language_is_the_phones_own_and_a_choice_is_kept(phone: Stage) -> None:
    phone.page.add_init_script("Object.defineProperty(navigator, 'language', { get: () => 'en-GB' })")
    phone.open()
    expect(phone.page.get_by_role("heading", name="Choose a service")).to_be_visible()
    phone.sees("language-id").tap()
    expect(phone.page.get_by_role("heading", name="Pilih layanan")).to_be_visible()
    phone.open()
    expect(phone.page.get_by_role("heading", name="Pilih layanan")).to_be_visible()


def test_a_lost_network_shows_the_last_picture_with_its_time(phone: Stage) -> None:
    phone.open()
    expect(phone.sees("service-kunjungan")).to_be_visible()
    phone.offline = True
    phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.page.get_by_text("Sambungan terputus · terakhir pukul 08.10")).to_be_visible()
    expect(phone.sees("service-kunjungan")).to_be_visible()


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("language", ["id", "en"])
def test_it_fits_a_small_phone_with_text_of_twice_the_size(phone: Stage, language: str, scale: int) -> None:
    phone.page.add_init_script(MINE)
    phone.open("?door=abc")
    phone.page.evaluate("scale => { document.documentElement.style.fontSize = scale + '%'; }", scale)
    phone.sees(f"language-{language}").tap()
    expect(phone.sees("mine")).to_be_visible()
    assert phone.page.evaluate(TOO_WIDE) == []
    phone.sees("service-titipan").tap()
    assert phone.page.evaluate(TOO_WIDE) == [] and phone.page.evaluate(SMALLER, 24) == []


def test_nobody_is_shut_out(phone: Stage) -> None:
    phone.page.add_init_script(MINE)
    phone.open("?door=abc")
    expect(phone.sees("mine")).to_be_visible()
    for step in (None, "service-kunjungan"):
        if step:
            phone.sees(step).tap()
        result = Axe().run(phone.page)
        assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("page", ["visit", "ticket"])
def test_the_first_load_is_below_sixty_kilobytes(phone: Stage, page: str) -> None:
    """The content of every answer as it travels, compressed; the stand-in for the socket counts as the real one."""
    phone.template, phone.facts = f"visitor/{page}.html", {"office": "rutan", "secret": "secret"}
    phone.open()
    if page == "ticket":
        phone.picture(ticket(phone, channel="online"))
    expect(phone.page.locator(".letter").first).to_be_visible()
    phone.page.wait_for_load_state("networkidle")
    sizes = {path: _travels(path, body) for path, body in phone.loaded.items()}
    assert sum(sizes.values()) < 60_000, sizes
    assert len(sizes) < 15


def _travels(path: str, body: bytes) -> int:
    if path.startswith("/lib/") and path.endswith((".js", ".svg")):
        body = (ROOT / "build" / "web" / path.removeprefix("/lib/")).read_bytes()
    return len(body) if path.endswith(".woff2") else len(gzip.compress(body, 9))
