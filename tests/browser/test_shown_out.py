"""Who was shown out while the line was down learns it when they come back: real pages, a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser, Page, expect


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("shown-out") / "data").start()
    yield running
    running.stop()


def while_away(server: Server, change: str) -> None:
    """Something changes in the database while nobody is connected."""
    server.stop()
    with sqlite3.connect(server.data / "queue.db") as db:
        db.execute(change)
    server.start()


def sign_in(page: Page, server: Server) -> None:
    page.get_by_test_id("name").fill("ani")
    page.get_by_test_id("password").fill(server.passwords["rutan", "ani"])
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("counter-1").wait_for()


def test_a_console_asks_to_sign_in_again_each_time_its_session_is_over(server: Server, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{server.base}/counter/rutan")
    sign_in(page, server)
    while_away(server, "DELETE FROM session")
    expect(page.get_by_test_id("sign-in-why")).to_contain_text("Sesi ini berakhir")
    sign_in(page, server)

    account = page.context.new_page()
    account.goto(f"{server.base}/account/rutan")
    account.get_by_test_id("end-sessions").click()
    expect(page.get_by_test_id("sign-in-why")).to_contain_text("Sesi ini diakhiri")
    sign_in(page, server)
    page.context.close()


def test_a_board_that_was_disconnected_while_away_introduces_itself_anew(server: Server, browser: Browser) -> None:
    """On the demo's own machine pairing needs nobody: the board is a new device, and shows the hall again."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{server.base}/display/rutan/tv-tunggu")
    page.wait_for_selector(".board")
    while_away(server, "UPDATE device SET state = 'revoked' WHERE board LIKE '%tv-tunggu'")
    number = server.kiosk().take("kunjungan")["label"]
    server.officer(counter="1").press("call_next")
    page.wait_for_selector("[data-painted-call]", timeout=60_000)
    assert number in page.locator(".call-live .call-number").inner_text()
    page.close()
