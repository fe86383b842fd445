"""Complaining on a phone, reading the answer, and the register on a desk; the public page on a phone. All on the real
server, judged by axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Device
from tests.browser.door_stage import TOO_WIDE
from tests.browser.test_accessibility import judged, sign_in
from tests.conftest import Server, copy_of

PHONE, DESK = (360, 640), (1280, 800)
TEXT = "Saya menunggu satu jam, padahal janjinya lima belas menit."


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = copy_of(demo, tmp_path_factory.mktemp("complaints") / "data").start()
    yield server
    server.stop()


def test_from_the_ticket_to_the_answer(house: Server, device: Device) -> None:
    ticket = house.kiosk().take("informasi")
    page = device(PHONE, f"{house.base}/t/{ticket['secret']}")
    page.get_by_test_id("complain").click()
    expect(page.get_by_test_id("tied")).to_contain_text(ticket["label"])
    faults = judged(page, "the form")
    assert not page.evaluate(TOO_WIDE)
    page.get_by_test_id("text").fill(TEXT)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("why")).to_contain_text("Pilih dahulu")
    page.get_by_test_id("category-wait").check()
    page.get_by_test_id("contact").fill("0812-3456-7890")
    page.get_by_test_id("send").click()
    number = page.get_by_test_id("tracking").inner_text()
    assert len(number) == 14 and not page.evaluate(TOO_WIDE)
    faults += judged(page, "sent")
    assert TEXT not in page.content() and number not in page.url

    desk = device(DESK, f"{house.base}/complaints/rutan")
    sign_in(desk, house, "sari")
    desk.get_by_test_id("case-1").click()
    expect(desk.get_by_test_id("case-text")).to_have_text(TEXT)
    expect(desk.get_by_test_id("timeline")).to_contain_text(ticket["label"])
    assert "0812-3456-7890" not in desk.content()
    desk.get_by_test_id("open-contact").click()
    expect(desk.get_by_test_id("contact")).to_contain_text("0812-3456-7890")
    desk.get_by_test_id("open-answer_complaint").locator("summary").click()
    desk.get_by_test_id("answer-text").fill("Hari itu dua loket tutup. Mulai Senin ada loket ketiga.")
    faults += judged(desk, "a case")
    desk.get_by_test_id("answer_complaint").click()
    expect(desk.get_by_test_id("said")).to_contain_text("disimpan")
    desk.get_by_test_id("open-close_complaint").locator("summary").click()
    desk.get_by_test_id("outcome").select_option("resolved")
    desk.get_by_test_id("close_complaint").click()
    expect(desk.get_by_test_id("empty")).to_be_visible()
    desk.get_by_test_id("which-all").click()
    expect(desk.get_by_test_id("case-1")).to_contain_text("tepat waktu")
    faults += judged(desk, "the register")

    later = device(PHONE, f"{house.base}/complaint/rutan", locale="en-GB")
    later.get_by_test_id("typed").fill(number.lower().replace("-", " "))
    later.get_by_test_id("look").click()
    expect(later.get_by_test_id("answer")).to_contain_text("loket ketiga")
    assert faults + judged(later, "the answer") == []


def test_without_a_ticket_and_about_the_lead(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/complaint/rutan", locale="en-GB")
    expect(page.get_by_test_id("form")).to_contain_text("No sign-in and no name")
    assert page.get_by_test_id("tied").count() == 0
    page.get_by_test_id("category-bribery").check()
    page.get_by_test_id("text").fill("The head of the office asked for money.")
    page.get_by_test_id("lead").check()
    page.get_by_test_id("send").click()
    page.get_by_test_id("look-sent").click()
    expect(page.get_by_test_id("found")).to_have_attribute("data-state", "received")
    desk = device(DESK, f"{house.base}/complaints/rutan")
    sign_in(desk, house, "sari")
    desk.locator("[data-testid^=case-]").first.click()
    expect(desk.get_by_test_id("hidden")).to_be_visible()
    assert "asked for money" not in desk.content()
    assert judged(desk, "hidden") == []


def test_a_lost_line_loses_nothing_that_was_written(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/complaint/rutan")
    page.get_by_test_id("category-other").check()
    page.get_by_test_id("text").fill(TEXT)
    keys: list[str] = []

    def swallow(route: Any) -> None:
        keys.append(route.request.post_data_json["key"])
        if len(keys) == 1:
            route.fetch()  # it arrives, and the answer is lost
            route.abort()
        else:
            route.continue_()

    page.route("**/office/rutan/complaints", swallow)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("tracking")).to_be_visible()
    assert len(keys) == 2 and len(set(keys)) == 1


def test_the_public_page_on_a_phone(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/public/rutan")
    expect(page.get_by_test_id("today-kunjungan")).to_contain_text("menit")
    assert not page.evaluate(TOO_WIDE)
    faults = judged(page, "the public page")
    page.get_by_test_id("lang-en").click()
    expect(page.get_by_test_id("today-kunjungan")).to_contain_text("promised")
    assert faults + judged(page, "the public page in English") == []
