"""The supervisor's live board in a real Chromium: lines as pictures, services moved, the day as a curve, what if."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from backstage import events
from cast import Server, copy_of, settle
from playwright.sync_api import Browser, Page, expect
from test_supervisor import CUT_TABLES, House

from bench.fill import fill

#: What doing a remedy records.
DONE = ("counter_opened", "services_moved")


@pytest.fixture(scope="module")
def house(browser: Browser, demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Yesterday ninety visits; today one is at counter 1 and three wait for a visit."""
    server = copy_of(demo, tmp_path_factory.mktemp("today-page") / "data")
    fill(server.data, "rutan", 90, 90)
    server.start()
    kiosk = server.kiosk()
    for _ in range(4):
        kiosk.take("kunjungan")
    ani = server.officer("ani", counter="1")
    ani.press("call_next")
    settle()
    ani.press("start")
    yield House(server, kiosk, browser)
    ani.close()
    server.stop()


@pytest.fixture(scope="module")
def page(house: House) -> Page:
    return house.open()


def test_everybody_who_waits_is_a_mark_on_the_way_to_the_promise(page: Page) -> None:
    track = page.get_by_test_id("track-kunjungan")
    expect(track.locator(".mark")).to_have_count(3)
    expect(track).to_have_attribute("aria-label", re.compile("^3 menunggu"))
    expect(page.get_by_test_id("forecast-kunjungan")).to_contain_text("belum diketahui")
    expect(page.get_by_test_id("hits")).to_contain_text("belum dapat diukur")


def test_the_day_is_a_curve_with_its_figures_as_a_table(house: House, page: Page) -> None:
    expect(page.get_by_test_id("flow-plot").locator("canvas")).to_have_count(1)
    page.get_by_test_id("language-en").click()
    expect(page.get_by_role("heading", name="Waiting through the day")).to_be_visible()
    page.get_by_test_id("language-id").click()
    page.locator(".flow-table summary").click()
    expect(page.locator(".flow-table tbody tr").last).to_contain_text("3 menunggu")
    assert house.errors == []


def test_a_service_is_moved_to_a_counter_with_a_reason(house: House, page: Page) -> None:
    page.get_by_test_id("move-1").click()
    page.get_by_test_id("serve-titipan").click()
    page.get_by_test_id("reason-long_wait").click()
    expect(page.get_by_test_id("said")).to_contain_text("sudah diubah")
    expect(page.get_by_test_id("serves-1")).to_contain_text("Titipan")
    page.get_by_test_id("move-1").click()
    page.get_by_test_id("serve-titipan").click()
    page.get_by_test_id("reason-back_as_usual").click()
    expect(page.get_by_test_id("serves-1")).not_to_contain_text("Titipan")


def test_a_remedy_is_done_with_the_reason_that_it_names(house: House, page: Page) -> None:
    """Two complain and counter 4, the only one for complaints, was closed by hand: opening it helps."""
    sari = house.server.supervisor()
    sari.press("close_counter", counter="4", reason="repair")
    for _ in range(2):
        house.kiosk.take("pengaduan")
    page.get_by_test_id("do-pengaduan").click()
    proposed = page.get_by_test_id("reason-forecast")
    expect(proposed).to_contain_text(re.compile("Menurut perkiraan: [12] dari 2"))
    assert proposed.evaluate("e => getComputedStyle(e).color !== getComputedStyle(e).backgroundColor")
    expect(page.get_by_test_id("as-of")).to_contain_text("keadaan pukul")
    expect(page.get_by_test_id("will-pengaduan")).to_contain_text("2 akan melewati")
    proposed.click()
    expect(page.get_by_test_id("said")).to_be_visible()
    done = [json.loads(e.body) for e in events(house.server.data, "rutan") if e.kind in DONE][-1]
    assert done["reason"] == "forecast" and done["remedy"]["service"] == "pengaduan" and done["remedy"]["late"] == 2
    sari.close()


def test_a_past_day_is_played_with_another_counter_and_watched(house: House, page: Page) -> None:
    page.get_by_test_id("tab-what_if").click()
    page.get_by_test_id("what-if-go").click()
    compared = page.get_by_test_id("what-if-compared")
    expect(compared.locator("tbody tr").first).to_contain_text("90")
    expect(compared.locator("tbody th[scope=rowgroup]")).to_have_count(6)
    clock = page.get_by_test_id("film-clock")
    before = clock.inner_text()
    page.get_by_test_id("speed-300").click()
    page.get_by_test_id("film-play").click()
    expect(clock).not_to_have_text(before)
    page.get_by_test_id("film-play").click()
    page.get_by_test_id("tab-today").click()
    expect(page.get_by_test_id("figure-waiting")).to_be_visible()
    assert house.errors == []


@pytest.mark.parametrize("width", [1440, 1024, 360])
def test_nothing_is_cut_off(house: House, width: int) -> None:
    page = house.open(width=width, height=800)
    page.get_by_test_id("track-kunjungan").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_TABLES) == []
    page.get_by_test_id("tab-what_if").click()
    page.get_by_test_id("what-if").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
