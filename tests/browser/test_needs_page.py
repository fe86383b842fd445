"""People who need more, on the pages they and the staff see: said on a phone, fetched by a helper, called by the voice
only then; the way back told before it is chosen; the kiosk read aloud and used by its keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from backstage import apply, until, with_rules
from cast import Server, copy_of, settle
from playwright.sync_api import Page, expect

from queue_server.client import Officer, Refusal
from tests.browser.conftest import Device


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = copy_of(demo, tmp_path_factory.mktemp("needs") / "data").start()
    yield server
    server.stop()


def helper(device: Device, house: Server, name: str = "budi") -> Page:
    page = device((412, 900), f"{house.base}/helper/rutan")
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(house.passwords["rutan", name])
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("service-pengaduan").wait_for()
    return page


def absent(officer: Officer) -> bool:
    """Presses "did not come"; False while it is too soon for that."""
    try:
        officer.press("no_show", reason="called_aloud")
    except Refusal:
        return False
    return True


def test_said_on_a_phone_fetched_by_the_helper_and_only_then_on_the_board(house: Server, device: Device) -> None:
    phone = device((360, 640), f"{house.base}/visit/rutan?service=pengaduan")
    phone.locator("[data-testid=needs] summary").click()
    phone.get_by_test_id("need-blind").check()
    expect(phone.get_by_test_id("need-fetch")).to_be_checked()
    phone.get_by_test_id("need-where").fill("kursi dekat pintu")
    expect(phone.get_by_test_id("need-priority")).to_be_visible()
    phone.get_by_test_id("take").click()
    phone.wait_for_url("**/t/*")
    label = phone.get_by_test_id("ticket-label").inner_text()
    board = house.board()
    dewi = house.officer("dewi", counter="4")
    walker = helper(device, house)
    row = dewi.wait_for(lambda p: p["remote"] or p["waiting"]["rows"])
    step = next(one["step"] for one in (*row["remote"], *row["waiting"]["rows"]) if one.get("needs") == ["blind"])
    dewi.press("arrived", step=step)
    walker.get_by_text("kursi dekat pintu").wait_for()
    settle()
    called = dewi.press("call_next")
    phone.get_by_test_id("held").wait_for()
    assert called["fetch"] and label in phone.get_by_test_id("aloud").inner_text()
    assert not any(call["label"] == label for call in (board.picture or {})["calls"])
    walker.get_by_test_id(f"fetched-{step}").first.click()
    phone.get_by_test_id("called").wait_for()
    board.wait_for(lambda p: any(call["label"] == label for call in p["calls"]))
    settle()
    dewi.press("start")
    phone.get_by_test_id("serving").wait_for()
    dewi.press("leave", becomes="finish")
    for one in (board, dewi):
        one.close()


def test_a_helper_takes_follows_and_gives_back_a_number_for_somebody(house: Server, device: Device) -> None:
    page = helper(device, house, "citra")
    page.get_by_test_id("service-pengaduan").click()
    page.get_by_test_id("ask-unread").click()
    page.get_by_test_id("needs-save").click()
    mine = page.locator("li[data-testid^=mine-]").first
    expect(mine).to_have_attribute("data-state", "waiting")
    expect(mine.get_by_test_id("need-unread")).to_be_visible()
    label = mine.locator(".mine-label").inner_text()
    page.evaluate("window.print = function () { window.printed = document.getElementById('slip').textContent; }")
    mine.locator("[data-testid^=print-]").click()
    page.wait_for_function("label => (window.printed || '').includes(label)", arg=label)
    dewi = house.officer("dewi", counter="4")
    step = dewi.wait_for(lambda p: p["waiting"]["rows"])["waiting"]["rows"][0]["step"]
    dewi.press("call", step=step, reason="urgent_need")
    expect(mine).to_have_attribute("data-state", "called")
    mine.locator("[data-testid^=cancel-]").click()
    mine.locator("[data-testid^=cancel-yes-]").click()
    expect(mine).to_have_attribute("data-state", "cancelled")
    dewi.press("leave")
    dewi.close()


def test_who_missed_the_call_sees_the_place_on_phone_and_kiosk_before_choosing(house: Server, device: Device) -> None:
    apply(house.data, with_rules("rutan", double_press_ms=0, no_show_after_s=5))
    ticket = house.kiosk().take("pengaduan")
    dewi = house.officer("dewi", counter="4")
    dewi.press("call", step=ticket["step"], reason="urgent_need")
    for _ in range(4):
        house.kiosk().take("pengaduan")
    until(lambda: absent(dewi), 60)
    kiosk = device((1080, 1920), f"{house.base}/kiosk/rutan")
    kiosk.get_by_test_id("missed").click()
    for sign in re.sub(r"\W", "", ticket["label"]):
        kiosk.get_by_test_id(f"key-{sign}").click()
    kiosk.get_by_test_id("missed-look").click()
    expect(kiosk.get_by_test_id("missed-place")).to_contain_text("setelah 3 nomor lain")
    phone = device((360, 640), f"{house.base}/t/{ticket['secret']}")
    expect(phone.get_by_test_id("back-place")).to_contain_text("setelah 3 nomor lain")
    kiosk.get_by_test_id("missed-yes").click()
    kiosk.get_by_test_id("missed-done").wait_for()
    expect(phone.get_by_test_id("ahead")).to_contain_text("3")
    dewi.press("leave")
    dewi.close()


def test_a_number_is_taken_at_the_kiosk_by_ear_and_keypad_alone(house: Server, device: Device) -> None:
    page = device((1024, 768), f"{house.base}/kiosk/rutan")
    page.get_by_test_id("service-titipan").wait_for()
    with page.expect_response("**/say") as said:
        page.keyboard.press("0")
    assert said.value.status == 200 and said.value.headers["content-type"] == "audio/wav"
    assert "Tekan 2" in (said.value.request.post_data or "")
    with page.expect_response("**/say"):
        page.keyboard.press("2")
    page.get_by_test_id("take").wait_for()
    with page.expect_response("**/say"):
        page.keyboard.press("3")
    page.get_by_test_id("needs-done").wait_for()
    with page.expect_response("**/say"):
        page.keyboard.press("6")
    expect(page.get_by_test_id("need-unread")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Backspace")
    page.get_by_test_id("take").wait_for()
    page.keyboard.press("1")
    page.get_by_test_id("ticket-label").wait_for()
    with page.expect_response("**/say"):
        page.keyboard.press("Backspace")
        page.get_by_test_id("service-titipan").wait_for()
        page.keyboard.press("0")


def test_several_kiosks_are_read_aloud_at_once(house: Server) -> None:
    kiosk = house.kiosk()

    def said(n: int) -> int:
        message = {"language": "id", "text": f"Tekan {n}: layanan nomor {n}, silakan menunggu di ruang tunggu"}
        return requests.post(f"{house.base}/office/rutan/say", json=message, headers={"X-Queue": "1"},
                             cookies=kiosk.http.cookies, timeout=30).status_code

    with ThreadPoolExecutor(6) as crowd:
        assert list(crowd.map(said, range(12))) == [200] * 12


def test_what_a_helper_asks_and_nobody_answers_is_asked_again(house: Server, device: Device) -> None:
    page, lost = device((412, 900), "about:blank"), []
    page.add_init_script("window.Queue = { READ_MS: 500 }")
    page.route("**/who?*", lambda route: lost.append(route) if not lost else route.continue_())
    page.goto(f"{house.base}/helper/rutan")
    expect(page.get_by_test_id("name")).to_be_visible()
    assert len(lost) == 1
