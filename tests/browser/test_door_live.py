"""Kiosk, paper and phone against a real server: from the touch to the call, through a restart, without a reload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Server, copy_of, settle
from playwright.sync_api import Browser, Page, expect

from tests.test_printing import Printer


@pytest.fixture
def paper() -> Iterator[Printer]:
    """A network printer that answers, on a real socket."""
    one = Printer()
    one.start()
    yield one
    one.stop()


@pytest.fixture
def office(demo: Server, tmp_path: Path, paper: Printer) -> Iterator[Server]:
    """A server with a printer and an address for phones."""
    running = copy_of(
        demo, tmp_path / "data", options=("--demo", "--printer", paper.setting, "--wifi-url", "http://10.0.0.5"))
    yield running.start()
    running.stop()


def page_at(browser: Browser, address: str, width: int, height: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID").new_page()
    page.goto(address)
    return page


def take(page: Page) -> None:
    page.get_by_test_id("service-kunjungan").click()
    page.get_by_test_id("take").click()


def test_a_touch_prints_a_ticket_with_its_code(browser: Browser, office: Server, paper: Printer) -> None:
    kiosk = page_at(browser, f"{office.base}/kiosk/rutan", 1080, 1920)
    take(kiosk)
    expect(kiosk.get_by_test_id("ticket-label")).to_have_text("A\u2009001")
    expect(kiosk.get_by_test_id("next")).to_contain_text("Ambil tiket Anda di bawah layar", timeout=60_000)
    expect(kiosk.get_by_test_id("ahead")).to_have_text("Anda berada di urutan pertama")
    expect(kiosk.get_by_test_id("ticket-qr")).to_be_visible()
    assert b"A 001\n" in paper.got and b"\x1dv0\x00" in paper.got
    kiosk.context.close()


def test_without_paper_the_same_number_is_kept_by_a_touch(browser: Browser, office: Server, paper: Printer) -> None:
    paper.paper = 0
    kiosk = page_at(browser, f"{office.base}/kiosk/rutan", 1080, 1920)
    take(kiosk)
    expect(kiosk.get_by_test_id("paper-failed")).to_be_visible(timeout=60_000)
    kiosk.get_by_test_id("paper-kept").click()
    expect(kiosk.get_by_test_id("next")).to_contain_text("tetap berlaku")
    officer = office.officer(counter="1")
    officer.press("call_next")
    assert officer.wait_for(lambda p: p["current"])["current"]["label"] == "A\u2009001"
    officer.close()
    kiosk.context.close()


def test_paper_put_in_again_prints_the_same_number(browser: Browser, office: Server, paper: Printer) -> None:
    paper.paper = 0
    kiosk = page_at(browser, f"{office.base}/kiosk/rutan", 1080, 1920)
    take(kiosk)
    expect(kiosk.get_by_test_id("paper-failed")).to_be_visible(timeout=60_000)
    paper.paper = 10**9
    kiosk.get_by_test_id("paper-reprint").click()
    expect(kiosk.get_by_test_id("next")).to_contain_text("Ambil tiket Anda di bawah layar", timeout=60_000)
    assert paper.got.count(b"A 001\n") == 1
    kiosk.context.close()


def test_a_phone_follows_its_number_to_the_call_and_through_a_restart(browser: Browser, office: Server) -> None:
    kiosk = office.kiosk()
    first = kiosk.take("kunjungan")
    phone = page_at(browser, f"{office.base}/visit/rutan", 360, 640)
    take(phone)
    phone.wait_for_url(re.compile("/t/"))
    expect(phone.get_by_test_id("ticket-label")).to_have_text("A\u2009002")
    expect(phone.get_by_test_id("ahead")).to_contain_text("1 orang di depan Anda")
    while kiosk.get(f"/t/{first['secret']}/picture")["ticket"]["state"] != "waiting":
        settle(0.1)
    office.restart()
    officer = office.officer(counter="1")
    phone.get_by_test_id("coming").click()
    expect(phone.get_by_test_id("coming-told")).to_be_visible(timeout=60_000)
    (mine,) = officer.wait_for(lambda p: p["remote"])["remote"]
    officer.press("arrived", step=mine["step"])
    expect(phone.get_by_test_id("remote")).to_have_count(0, timeout=60_000)
    for act, more in (("call_next", {}), ("start", {}), ("finish", {"outcome": "served"})):
        officer.press(act, **more)
        settle()
    expect(phone.get_by_test_id("ahead")).to_contain_text("Anda berikutnya", timeout=60_000)
    officer.press("call_next")
    expect(phone.get_by_test_id("called")).to_contain_text("Loket 1", timeout=60_000)
    settle()
    officer.press("start")
    expect(phone.get_by_test_id("serving")).to_be_visible(timeout=60_000)
    officer.close()
    phone.context.close()


def test_a_visitor_gives_the_number_back_and_may_take_another(browser: Browser, office: Server) -> None:
    phone = page_at(browser, f"{office.base}/visit/rutan", 360, 640)
    take(phone)
    phone.get_by_test_id("cancel").click()
    phone.get_by_test_id("cancel-yes").click()
    expect(phone.get_by_test_id("cancelled")).to_be_visible()
    phone.get_by_role("link", name="Ambil nomor lain").click()
    expect(phone.get_by_test_id("mine")).to_have_count(0)
    take(phone)
    expect(phone.get_by_test_id("ticket-label")).to_have_text("A\u2009002")
    phone.context.close()


def test_a_policy_without_holes_holds_on_every_page(browser: Browser, office: Server) -> None:
    for path in ("/kiosk/rutan", "/visit/rutan"):
        context = browser.new_context()
        page, refused = context.new_page(), list[str]()
        page.on("console", lambda line, into=refused: "Security Policy" in line.text and into.append(line.text))
        page.on("pageerror", lambda error, into=refused: into.append(str(error)))
        page.goto(office.base + path)
        take(page)
        expect(page.get_by_test_id("ticket-label")).to_be_visible()
        assert refused == [], path
        context.close()
