"""A room on its pages in a real browser: called, seated, extended, ended; judged by axe, drawn at their real sizes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Server, copy_of
from playwright.sync_api import Page, expect
from test_accessibility import DESK, TV, judged, sign_in

from tests.backstage import let_time_pass
from tests.browser.conftest import Device

#: Where pictures of the screens are kept for a look at them; "": nowhere.
PICTURES = os.environ.get("QUEUE_TEST_PICTURES", "")


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = copy_of(demo, tmp_path_factory.mktemp("rooms") / "data").start()
    kiosk = server.kiosk()
    for n in range(6):
        kiosk.take("video", n == 3)
    yield server
    server.stop()


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_a_room_is_run_from_one_screen(house: Server, device: Device) -> None:
    console = device(DESK, f"{house.base}/units/rutan/video")
    board = device(TV, f"{house.base}/room/rutan/video")
    page = device((1280, 720), f"{house.base}/room/rutan/video/unit-1")
    errors: list[str] = []
    for screen in (console, board, page):
        screen.on("pageerror", lambda problem: errors.append(str(problem)))
    sign_in(console, house, "ani")
    expect(console.get_by_test_id("room-closed")).to_be_visible()
    expect(console.get_by_test_id("call-next")).to_contain_text("Ruang belum dibuka")
    assert judged(console, "closed room") == []
    console.get_by_test_id("open-room").click()
    expect(console.get_by_test_id("unit-unit-1")).to_have_attribute("data-state", "free")
    expect(console.get_by_test_id("unit-unit-9")).to_have_attribute("data-state", "off")
    expect(page.get_by_test_id("unit-screen")).to_have_attribute("data-state", "free")

    before = console.get_by_test_id("unit-unit-1").bounding_box()
    console.keyboard.press("Space")
    expect(console.get_by_test_id("undo")).to_be_visible()
    after = console.get_by_test_id("unit-unit-1").bounding_box()
    assert before and after and before["y"] == after["y"], "nothing moves when the way back appears"
    first = console.get_by_test_id("unit-unit-1")
    expect(first).to_have_attribute("data-state", "called")
    label = console.get_by_test_id("number-unit-1").inner_text()
    expect(page.get_by_test_id("unit-number")).to_have_text(label)
    console.get_by_test_id("primary-unit-1").click()
    expect(first).to_have_attribute("data-state", "running")
    expect(console.get_by_test_id("left-unit-1")).to_have_text(re.compile(r"1[45]:\d\d"))
    expect(page.get_by_test_id("countdown")).to_have_text(re.compile(r"1[45]:\d\d"))
    expect(board.get_by_test_id("tile-unit-1")).to_contain_text("menit lagi")

    let_time_pass(house.data, "UPDATE sitting SET began_tick = began_tick - ? WHERE ended_at IS NULL", 11 * 60_000)
    expect(first).to_have_attribute("data-state", "warning", timeout=60_000)
    expect(page.get_by_test_id("unit-words")).to_contain_text("bersiap", timeout=60_000)
    console.get_by_test_id("extend-unit-1").click()
    console.get_by_test_id("extend-10").click()
    console.get_by_test_id("extend-late_start").click()
    expect(first).to_have_attribute("data-state", "running")

    expect(console.get_by_test_id("call-batch")).to_contain_text("Panggil kloter 1")
    console.get_by_test_id("call-batch").click()
    expect(console.get_by_test_id("batch")).to_be_visible()
    expect(board.get_by_test_id("board-batch")).to_have_text("Kloter 1")
    expect(console.get_by_test_id("call-batch")).to_contain_text("Panggil kloter 2")
    console.get_by_test_id("room_move-unit-2").click()
    console.get_by_test_id("room_move-unit-8").click()
    expect(console.get_by_test_id("unit-unit-2")).to_have_attribute("data-state", "free")
    console.get_by_test_id("unit_off-unit-2").click()
    console.get_by_test_id("unit_off-broken").click()
    expect(console.get_by_test_id("unit-unit-2")).to_have_attribute("data-state", "off")
    for name, screen in (("console", console), ("board", board), ("unit", page)):
        keep(screen, f"room-{name}")
        assert judged(screen, name) == []
    console.get_by_test_id("language-en").click()
    expect(console.get_by_test_id("primary-unit-1")).to_contain_text("End")
    console.get_by_test_id("primary-unit-1").click()
    expect(first).to_have_attribute("data-state", "free")
    console.get_by_test_id("undo").click()
    expect(first).to_have_attribute("data-state", "running")
    assert errors == []


def test_the_supervisor_is_led_to_the_rooms_console(house: Server, device: Device) -> None:
    page = device(DESK, f"{house.base}/supervisor/rutan")
    sign_in(page, house, "sari")
    page.get_by_test_id("all-counters").click()
    expect(page.get_by_test_id("close-unit-10")).to_have_count(0)
    page.get_by_test_id("room-unit-10").click()
    expect(page).to_have_url(re.compile("/units/rutan/video$"))
    expect(page.get_by_test_id("unit-unit-10")).to_be_visible()


def test_the_console_fits_beside_another_program(house: Server, device: Device) -> None:
    console = device((640, 720), f"{house.base}/units/rutan/video")
    sign_in(console, house, "budi")
    expect(console.get_by_test_id("units")).to_be_visible()
    wide = console.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    keep(console, "room-console-narrow")
