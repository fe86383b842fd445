"""The page of cases in a real browser: what is late stands first; ready, not ready, closed; found by code or number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cast import Server, copy_of, settle
from playwright.sync_api import Page, expect
from test_accessibility import DESK, PHONE, judged

from tests.backstage import let_time_pass
from tests.browser.conftest import Device

OFFICE = "kanim"


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two passports of the same day are begun; the first should have been ready long ago."""
    server = copy_of(demo, tmp_path_factory.mktemp("cases") / "data").start()
    kiosk, officer = server.kiosk(OFFICE), server.officer("ani", OFFICE, "3")
    for _ in range(2):
        kiosk.take("percepatan")
        officer.wait_for(lambda p: p["waiting"]["total"] == 1)
        for act in ("call_next", "start"):
            officer.press(act)
            settle()
        officer.press("finish", outcome="served")
        settle()
    officer.close()
    let_time_pass(server.data, "UPDATE case_file SET due = '2020-01-02' WHERE id = (SELECT MIN(id) FROM case_file)")
    yield server
    server.stop()


def signed_in(device: Device, house: Server, name: str) -> Page:
    page = device(DESK, f"{house.base}/cases/{OFFICE}")
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(house.passwords[OFFICE, name])
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("rows")).to_be_visible()
    return page


def test_an_officer_sees_what_is_late_and_says_what_is_ready(house: Server, device: Device) -> None:
    page = signed_in(device, house, "ani")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_attribute("data-state", "late")
    expect(rows.nth(1)).to_have_attribute("data-state", "due")
    code = rows.nth(1).locator(".reservation-code").inner_text()
    page.get_by_test_id("find").fill(code.lower().replace("-", " "))
    expect(rows).to_have_count(1)
    page.get_by_test_id("find").fill("tidak ada")
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.get_by_test_id("find").fill(code)
    rows.first.get_by_role("button", name="Siap diambil").click()
    expect(rows.first).to_have_attribute("data-state", "ready")
    expect(page.get_by_text(f"{code} siap diambil.")).to_be_visible()
    assert page.locator("select").count() == 0, "closing is the supervisor's"
    assert judged(page, "cases") == []

    visitor = device(PHONE, f"{house.base}/visit/{OFFICE}", locale="en-GB")
    visitor.get_by_test_id("my-case").click()
    expect(visitor).to_have_url(f"{house.base}/case/{OFFICE}")
    visitor.goto(f"{house.base}/case/{OFFICE}#{code}")
    expect(visitor.locator("body")).to_contain_text("Ready to collect")
    expect(visitor.locator("body")).to_contain_text("(the same day)")
    rows.first.get_by_role("button", name="Belum siap").click()
    expect(rows.first).to_have_attribute("data-state", "due")
    page.get_by_test_id("language-en").click()
    expect(rows.first.get_by_role("button", name="Ready to collect")).to_be_visible()


def test_a_supervisor_closes_a_case_with_its_reason(house: Server, device: Device) -> None:
    page = signed_in(device, house, "sari")
    page.get_by_test_id("show-late").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    reason = rows.first.locator("select option").nth(1)
    words = reason.inner_text()
    rows.first.locator("select").select_option(index=1)
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.get_by_test_id("show-over").click()
    expect(rows.first).to_contain_text(words)
