"""The changing code on the real screens: large enough for a phone, of this minute, and gone when it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from queue_server.screens.media import qr_svg
from tests.browser.board_stage import BoardStage
from tests.browser.door_stage import BEAT, NOW, TOO_WIDE, Stage, door

CODE = "/office/rutan/door-code.svg"
DRAWN = (200, "image/svg+xml", qr_svg("http://192.168.1.20:8080/visit/rutan?door=1c8f0a1.AAAABBBBCCCC"))


@pytest.fixture(params=[(1080, 1920), (1024, 768)], ids=["upright", "lying"])
def kiosk(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Stage]:
    wide, high = request.param
    page = browser.new_context(viewport={"width": wide, "height": high}, has_touch=True).new_page()
    page.clock.install(time=NOW / 1000)
    page.add_init_script(BEAT)
    stage = Stage(page, "kiosk/kiosk.html", office="rutan")
    stage.on("POST", "/hello", lambda *_: {"ok": True, "paired": True, "device": 1})
    stage.asked = []  # type: ignore[attr-defined]
    page.on("request", lambda r: stage.asked.append(r.url) if CODE in r.url else None)  # type: ignore[attr-defined]
    stage.on("GET", CODE, lambda *_: DRAWN)
    stage.open().picture(door(stage, door_code="wifi"))
    yield stage
    assert stage.errors == []
    page.context.close()


def seen(stage: Stage) -> Any:
    expect(stage.page.locator("[data-testid=door-code]:not(.is-missing) img")).to_be_visible()
    return stage.page.evaluate("document.querySelector('[data-testid=door-code] img').getBoundingClientRect().toJSON()")


@pytest.mark.parametrize("large", [False, True])
def test_the_kiosk_shows_it_above_the_services(kiosk: Stage, large: bool) -> None:
    if large:
        kiosk.sees("toggle-large").tap()
    box = seen(kiosk)
    top = kiosk.page.evaluate("document.querySelector('.services').getBoundingClientRect().top")
    short = min(kiosk.page.viewport_size.values())  # type: ignore[union-attr]
    assert box["height"] >= short / 5 and abs(box["height"] - box["width"]) < 1
    figure = kiosk.page.evaluate("document.querySelector('[data-testid=door-code]').getBoundingClientRect().bottom")
    head = kiosk.page.evaluate("document.querySelector('.clock').getBoundingClientRect().bottom")
    assert box["top"] >= head - 1 and figure <= top + 1
    words = kiosk.page.evaluate("document.querySelector('.hello-words').getBoundingClientRect().toJSON()")
    assert words["top"] >= head - 1 and words["bottom"] <= top + 1
    assert kiosk.page.evaluate(TOO_WIDE) == []


def test_each_minute_has_its_own(kiosk: Stage) -> None:
    seen(kiosk)
    kiosk.page.clock.run_for(61_000)
    seen(kiosk)
    minutes = [int(url.rpartition("=")[2]) for url in kiosk.asked]  # type: ignore[attr-defined]
    assert sorted(set(minutes)) == [NOW // 60_000, NOW // 60_000 + 1]


def test_a_code_that_cannot_be_had_is_not_shown(kiosk: Stage) -> None:
    seen(kiosk)
    kiosk.on("GET", CODE, lambda *_: None)
    kiosk.page.clock.run_for(61_000)
    expect(kiosk.page.locator("[data-testid=door-code].is-missing")).to_have_count(1)
    kiosk.on("GET", CODE, lambda *_: DRAWN)
    kiosk.page.clock.run_for(61_000)
    seen(kiosk)


def test_without_a_line_or_an_address_there_is_none(kiosk: Stage) -> None:
    seen(kiosk)
    kiosk.page.evaluate("window.still = true; socket.down()")
    kiosk.page.clock.run_for(5_000)
    expect(kiosk.sees("door-code")).to_have_count(0)
    kiosk.page.evaluate("window.still = false")
    kiosk.picture(door(kiosk, seq=9, door_code=""))
    kiosk.page.clock.run_for(5_000)
    expect(kiosk.sees("door-code")).to_have_count(0)
    expect(kiosk.sees("service-kunjungan")).to_be_visible()


@pytest.fixture
def board(browser: Browser) -> Iterator[BoardStage]:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    stage = BoardStage(page)
    stage.on("GET", CODE, lambda *_: DRAWN)
    yield stage
    assert stage.errors == []
    page.context.close()


def test_a_board_shows_it_between_calls_a_third_of_its_height(board: BoardStage) -> None:
    board.open()
    board.show(door_code="internet")
    code = board.sees("door-code")
    expect(code).to_be_visible()
    assert code.bounding_box()["height"] >= 1080 / 3
    expect(board.page.locator(".slide-door")).to_contain_text("Ambil nomor dengan ponsel")
    expect(board.page.locator(".slide-door")).not_to_contain_text("Wi-Fi")
    stays = board.page.evaluate("(e => e.scrollHeight <= e.clientHeight + 1)(document.querySelector('.slide-door'))")
    assert stays
    board.call("A", 17, "1")
    board.show()
    expect(code).to_have_count(0)
    assert board.large() == "A017"


def test_a_board_passes_over_a_code_that_cannot_be_had(board: BoardStage) -> None:
    board.on("GET", CODE, lambda *_: None)
    board.open()
    board.show(door_code="wifi")
    board.page.get_by_text("Cara antre").wait_for()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Stage]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, locale="id-ID")
    stage = Stage(context.new_page(), "visitor/visit.html", office="rutan")
    yield stage
    assert stage.errors == []
    context.close()


OFF = {"allowed": False, "code": "remote_off", "facts": {}, "next_opening": None}


def at_office(stage: Stage, worth: str) -> dict[str, Any]:
    """The door of an office that gives no numbers from afar."""
    drawn = door(stage)
    services = [{**s, "remote": False, "may": s["may"] if worth == "here" else OFF} for s in drawn["services"]]
    return {**drawn, "services": services, "door": worth}


@pytest.mark.parametrize(("worth", "told"), [
    ("here", "Anda di pintu kantor"), ("old_door", "Kode di pintu sudah berganti"),
    ("wrong_door", "Kode ini tidak berlaku di sini")])
def test_a_phone_is_told_what_its_code_is_worth(phone: Stage, worth: str, told: str) -> None:
    phone.on("GET", "/office/rutan/door", lambda *_: at_office(phone, worth))
    phone.open("?door=1c8f0a1.AAAABBBBCCCC")
    expect(phone.sees("door-code")).to_contain_text(told)
    assert phone.page.evaluate(TOO_WIDE) == []
    phone.sees("service-kunjungan").tap()
    expect(phone.sees("take")).to_have_count(1 if worth == "here" else 0)
    if worth != "here":
        expect(phone.sees("door-code")).to_contain_text(told)


def test_a_code_with_odd_signs_breaks_nothing(phone: Stage) -> None:
    phone.on("GET", "/office/rutan/door", lambda *_: at_office(phone, "wrong_door"))
    phone.open("?door=%E0%A4%A&x=1")
    expect(phone.sees("service-kunjungan")).to_be_visible()
