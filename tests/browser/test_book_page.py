"""Reserving on a phone, moving and giving back; the code at the kiosk; the day's list on a desk. On the real server,
judged by axe."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.backstage import let_time_pass, shell, shown_code
from tests.browser.conftest import Device
from tests.browser.door_stage import SLOW_SCANNER, TOO_WIDE
from tests.browser.test_accessibility import judged, sign_in
from tests.conftest import Server, copy_of

PHONE, DESK, KIOSK = (360, 640), (1280, 800), (1080, 1920)
#: A test at the door takes less.
LAST_MINUTES_S = 120


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    room = tmp_path_factory.mktemp("book")
    server = copy_of(demo, room / "data")
    (room / "wbp.csv").write_text("register,status,block\nB12,narapidana,C\nB13,narapidana,C\nB14,narapidana,C\n")
    shell(server.data, "custody", "import", "rutan", str(room / "wbp.csv"), "--anyway")
    yield server.start()
    server.stop()


def free(page: Page, nth: int) -> Any:
    """One of the free sessions of the days that are unfolded."""
    return page.locator("details[open] .session:not([aria-disabled])").nth(nth)


def reserved(page: Page, house: Server, register: str, nik: str) -> str:
    """Goes the whole way as a visitor does; the code."""
    page.goto(f"{house.base}/book/rutan")
    page.get_by_test_id("service-kunjungan").click()
    page.get_by_test_id("register").fill(register)
    page.get_by_test_id("look").click()
    page.locator("details.day summary").last.click()
    free(page, -1).click()
    page.get_by_test_id("name").fill("Ani Wijaya")
    page.get_by_test_id("identity").fill(nik)
    page.get_by_test_id("women-more").click()
    page.get_by_test_id("reserve").click()
    page.wait_for_url("**/r/*")
    return page.get_by_test_id("code").inner_text()


def test_from_the_phone_to_another_session_and_back(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/book/rutan")
    page.get_by_test_id("service-kunjungan").click()
    faults = judged(page, "the service")
    page.get_by_test_id("register").fill("TIDAKADA")
    page.get_by_test_id("look").click()
    expect(page.get_by_test_id("why")).to_contain_text("tidak ada kunjungan yang dapat dipesan")
    code = reserved(page, house, "B12", "3171 0123 0190 0001")
    assert len(code) == 9 and not page.evaluate(TOO_WIDE)
    assert "Ani" not in page.content() and "B12" not in page.content()
    faults += judged(page, "reserved")
    before = page.get_by_test_id("when").inner_text()
    page.get_by_test_id("change").click()
    free(page, 3).click()
    expect(page.get_by_test_id("said")).to_contain_text("sudah dipindahkan")
    expect(page.get_by_test_id("when")).not_to_have_text(before)
    page.get_by_test_id("cancel").click()
    page.get_by_test_id("cancel-yes").click()
    expect(page.get_by_test_id("over")).to_have_attribute("data-state", "cancelled")
    faults += judged(page, "given back")
    page.goto(f"{house.base}/book/rutan")
    expect(page.get_by_test_id("service-kunjungan")).to_be_visible()
    assert page.get_by_test_id("mine").count() == 0 and faults == []


def today(house: Server, code: str, starts: datetime.timedelta = datetime.timedelta()) -> None:
    """The reservation's session begins now, or so much later; its tolerance is a quarter of an hour. Whatever the clock
    has made of it meanwhile, it is booked again. Just before midnight a new day is waited for: this one would be over
    before the code is shown."""
    left = 86_400 - (time.time() + 7 * 3_600) % 86_400
    if left < LAST_MINUTES_S:
        time.sleep(left)
    now = datetime.datetime.now(datetime.UTC)
    at, day = round((now + starts).timestamp() * 1000), (now + datetime.timedelta(hours=7)).date().isoformat()
    let_time_pass(house.data, "UPDATE reservation SET state = 'booked', starts_at = ?, expires_at = ?, day = ?, "
                  "place = number WHERE code = ?", at, at + 900_000, day, code)


def test_the_phone_at_the_door_finds_its_reservation_and_becomes_a_number(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/book/rutan")
    code = reserved(page, house, "B14", "3171 0123 0190 0003")
    today(house, code)
    page.goto(f"{house.base}/visit/rutan?door=0.old")
    page.get_by_test_id("reserved").click()
    page.get_by_test_id("check-in").click()
    expect(page.get_by_test_id("why")).to_contain_text("Kode")
    page.goto(f"{house.base}/visit/rutan?door={shown_code(house.data, 'rutan')}")
    faults = judged(page, "at the door")
    page.get_by_test_id("reserved").click()
    page.get_by_test_id("check-in").click()
    page.wait_for_url("**/t/*")
    page.goto(f"{house.base}/visit/rutan")
    expect(page.get_by_test_id("mine")).to_be_visible()
    assert page.get_by_test_id("reserved").count() == 0 and faults == []


def test_the_code_becomes_a_number_at_the_kiosk(house: Server, device: Device) -> None:
    phone = device(PHONE, f"{house.base}/book/rutan")
    code = reserved(phone, house, "B13", "3171 0123 0190 0002")
    kiosk = device(KIOSK, f"{house.base}/kiosk/rutan")
    kiosk.get_by_test_id("reservation").click()
    kiosk.evaluate(SLOW_SCANNER)
    faults = judged(kiosk, "the kiosk")
    for sign in code.replace("-", ""):
        kiosk.get_by_test_id(f"key-{sign}").click()
    expect(kiosk.get_by_test_id("code-shown")).to_have_text(code)
    kiosk.get_by_test_id("check-in").click()
    expect(kiosk.get_by_test_id("refusal")).to_contain_text("Bukan hari ini")
    kiosk.get_by_test_id("ordinary").click()
    expect(kiosk.get_by_test_id("take")).to_be_visible()
    today(house, code, -datetime.timedelta(minutes=16))
    kiosk.get_by_test_id("back").click()
    kiosk.keyboard.type(code)
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_test_id("refusal")).to_contain_text("tempat Anda sudah dilepas")
    expect(kiosk.get_by_test_id("ordinary")).to_be_visible()
    today(house, code)
    desk = device(DESK, f"{house.base}/reservations/rutan")
    sign_in(desk, house, "sari")
    row = desk.locator("[data-testid^=row-]").first
    expect(row).to_contain_text("Ani Wijaya")
    faults += judged(desk, "the desk")
    kiosk.keyboard.type(code)         # as a scanner does, whatever the kiosk shows by now
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator(".page-ticket")).to_be_visible()
    phone.reload()
    expect(phone.get_by_test_id("ticket")).to_be_visible()
    desk.reload()
    expect(desk.locator("[data-testid^=row-]").first).to_have_attribute("data-state", "checked_in")
    kiosk.keyboard.type(phone.get_by_test_id("ticket").evaluate("link => link.href"))  # its paper's QR
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_test_id("missed-state")).to_contain_text("masih menunggu")
    assert faults == []
