"""The console on a running server: a visitor from call to finish, two officers, a lost console, a restarted server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cast import Server
from playwright.sync_api import Browser, Page, expect

Consoles = Any


@pytest.fixture
def consoles(browser: Browser, server: Server) -> Iterator[Consoles]:
    """Opens consoles of officers by name, each in a browser profile of its own, seated at a counter."""
    contexts = []

    def opened(name: str, counter: str, office: str = "rutan") -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server.base}/counter/{office}")
        page.get_by_test_id("name").fill(name)
        page.get_by_test_id("password").fill(server.passwords[office, name])
        page.keyboard.press("Enter")
        page.get_by_test_id(f"counter-{counter}").click()
        expect(page.get_by_test_id("counter-name")).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()


def ready(page: Page) -> Page:
    """Waits until a press is taken again after the last change, as a person does without knowing it."""
    page.locator(".console[data-ready=true]").wait_for()
    return page


def space(page: Page, then: str) -> None:
    """Presses the one button by the space bar and waits for what it then means."""
    ready(page)
    page.keyboard.press(" ")
    expect(page.get_by_test_id("primary")).to_have_attribute("data-act", then)


def choose(page: Page, key: str, choice: str) -> None:
    ready(page).keyboard.press(key)
    page.get_by_test_id(f"choice-{choice}").click()


def test_a_visitor_from_call_to_finish_by_the_space_bar(consoles: Consoles, server: Server) -> None:
    page = consoles("ani", "1")
    number = server.kiosk().take("kunjungan")["label"]
    expect(page.get_by_test_id("next-label")).to_have_text(number)
    space(page, "start")
    expect(page.get_by_test_id("current-label")).to_have_text(number)
    expect(page.get_by_test_id("why")).to_have_text("Terdepan di layanan ini.")
    space(page, "finish")
    expect(page.get_by_test_id("clock")).to_be_visible()
    space(page, "call_next")
    expect(page.get_by_test_id("undo")).to_contain_text(number)
    page.keyboard.press("z")
    expect(page.get_by_test_id("current-label")).to_have_text(number)
    expect(page.get_by_test_id("primary")).to_have_attribute("data-act", "finish")


def test_parking_bringing_back_note_and_transfer(consoles: Consoles, server: Server) -> None:
    page = consoles("ani", "1")
    number = server.kiosk().take("kunjungan")["label"]
    expect(page.get_by_test_id("next-label")).to_be_visible()
    space(page, "start")
    space(page, "finish")
    choose(page, "t", "papers_missing")
    expect(page.get_by_test_id(f"call-{number}")).to_be_visible()
    ready(page).get_by_test_id(f"call-{number}").click()
    expect(page.get_by_test_id("why")).to_have_text("Dipanggil kembali setelah ditunda.")
    ready(page).keyboard.press("c")
    page.get_by_test_id("note-text").fill("Membawa <b>kursi roda</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".visitor-note")).to_have_text("Membawa <b>kursi roda</b>")
    choose(page, "a", "titipan")
    expect(page.locator(".is-idle")).to_be_visible()
    expect(page.get_by_test_id("refusal")).to_have_count(0)


def test_a_number_for_somebody_and_out_of_order(consoles: Consoles, server: Server) -> None:
    page = consoles("ani", "1")
    choose(page, "b", "kunjungan")
    expect(page.get_by_test_id("said")).to_contain_text("A\u2009001")
    choose(page, "b", "kunjungan")
    page.get_by_test_id("row-A\u2009002").click()
    page.get_by_test_id("choice-urgent_need").click()
    expect(page.get_by_test_id("current-label")).to_have_text("A\u2009002")
    expect(page.get_by_test_id("why")).to_contain_text("di luar urutan: keadaan mendesak")


def test_a_pause_with_the_office_s_own_reason(consoles: Consoles) -> None:
    page = consoles("ani", "1")
    page.keyboard.press("j")
    page.get_by_test_id("panel-pause").get_by_text("Salat").click()
    expect(page.locator(".idle-big")).to_have_text("Salat")
    space(page, "call_next")


def test_two_officers_never_get_one_visitor(consoles: Consoles, server: Server) -> None:
    one, two = consoles("ani", "1"), consoles("budi", "2")
    kiosk = server.kiosk()
    labels = {kiosk.take("kunjungan")["label"] for _ in range(2)}
    for page in (one, two):
        expect(page.get_by_test_id("row-A\u2009002")).to_be_visible()
        ready(page)
    one.keyboard.press(" ")
    two.keyboard.press(" ")
    got = set()
    for page in (one, two):
        expect(page.get_by_test_id("current-label")).to_be_visible()
        got.add(page.get_by_test_id("current-label").inner_text())
    assert got == labels


def test_a_lost_console_loses_nothing_and_a_colleague_can_take_over(consoles: Consoles, server: Server) -> None:
    lost = consoles("ani", "1")
    number = server.kiosk().take("kunjungan")["label"]
    expect(lost.get_by_test_id("next-label")).to_be_visible()
    space(lost, "start")
    space(lost, "finish")
    lost.reload()
    expect(lost.get_by_test_id("current-label")).to_have_text(number)
    lost.close()
    other = consoles("budi", "2")
    other.get_by_test_id("colleague-1").click()
    other.get_by_test_id("choice-take_visitor").click()
    expect(other.get_by_test_id("current-label")).to_have_text(number)
    expect(other.get_by_test_id("primary")).to_have_attribute("data-act", "finish")


def test_leaving_with_a_visitor_gives_the_place_back(consoles: Consoles, server: Server) -> None:
    page = consoles("ani", "1")
    number = server.kiosk().take("kunjungan")["label"]
    expect(page.get_by_test_id("next-label")).to_be_visible()
    space(page, "start")
    choose(page, "x", "waiting")
    expect(page.get_by_test_id("counter-1")).to_be_visible()
    ready(page).get_by_test_id("counter-2").click()
    expect(page.get_by_test_id("next-label")).to_have_text(number)


def test_a_press_while_the_server_restarts_is_done_once(consoles: Consoles, server: Server) -> None:
    page = consoles("ani", "1")
    kiosk = server.kiosk()
    labels = [kiosk.take("kunjungan")["label"] for _ in range(2)]
    expect(page.get_by_test_id(f"row-{labels[1]}")).to_be_visible()
    ready(page)
    page.evaluate("Counter.REPEAT_MS = 60000")
    server.stop()
    expect(page.get_by_test_id("line-down")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_test_id("held")).to_be_visible()
    server.start()
    expect(page.get_by_test_id("current-label")).to_have_text(labels[0], timeout=60_000)
    expect(page.get_by_test_id("line-down")).to_have_count(0)
    expect(page.locator("#waiting .row-label")).to_have_text([labels[1]])


def test_an_answer_that_never_comes_is_asked_for_again(browser: Browser, server: Server) -> None:
    """On a weak network a request goes out and nothing comes back, not even an error."""
    context = browser.new_context()
    context.add_init_script("window.Queue = { READ_MS: 500 }")
    page, lost = context.new_page(), []
    page.route("**/words/counter.json*", lambda route: lost.append(route) if not lost else route.continue_())
    page.goto(f"{server.base}/counter/rutan")
    expect(page.get_by_test_id("name")).to_be_visible()
    assert len(lost) == 1
    context.close()
