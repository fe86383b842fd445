"""The kiosk's page on its own PC in a real browser, with and without a server; paper numbers are entered."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from backstage import rows, until
from cast import Server
from doorstep import KioskPC
from playwright.sync_api import Browser, Page, expect

LONG_MS = 60_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.set_default_timeout(LONG_MS)
    yield found
    assert errors == []
    context.close()


def take(page: Page) -> None:
    page.get_by_test_id("service-informasi").click()
    page.get_by_test_id("take").click()


def test_the_kiosks_page_goes_on_without_the_server(server: Server, tmp_path: Path, page: Page) -> None:
    kiosk = KioskPC(tmp_path / "pc", server.base).start().ready()
    try:
        page.goto(f"{kiosk.base}/kiosk/rutan")
        take(page)
        expect(page.get_by_test_id("ticket-label")).to_have_text("F\u2009001", timeout=LONG_MS)
        expect(page.get_by_test_id("reserve")).to_have_count(0, timeout=LONG_MS)
        page.get_by_test_id("done").click()

        server.stop(signal.SIGKILL)
        expect(page.get_by_text("Nomor diberikan dari cadangan")).to_be_visible(timeout=LONG_MS)
        take(page)
        expect(page.get_by_test_id("ticket-label")).to_have_text("F\u2009901", timeout=LONG_MS)
        expect(page.get_by_test_id("reserve")).to_contain_text("Nomor cadangan: berlaku", timeout=LONG_MS)
        page.reload()  # the kiosk's PC starts anew, and the server is still away
        expect(page.get_by_test_id("service-informasi")).to_be_visible(timeout=LONG_MS)

        server.start()
        until(lambda: kiosk.left() == 0, 90, "handing in")
        expect(page.get_by_text("Nomor diberikan dari cadangan")).to_have_count(0, timeout=LONG_MS)
        take(page)
        expect(page.get_by_test_id("ticket-label")).to_have_text("F\u2009002", timeout=LONG_MS)
    finally:
        kiosk.stop()


def test_a_supervisor_enters_a_paper_number(server: Server, page: Page) -> None:
    page.goto(f"{server.base}/supervisor/rutan")
    page.get_by_test_id("name").fill("sari")
    page.get_by_test_id("password").fill(server.passwords["rutan", "sari"])
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("roll-open").click()
    at = time.gmtime(time.time() + 7 * 3_600)  # Jakarta
    for name in ("issued", "started", "ended"):
        page.get_by_test_id(f"roll-{name}").fill(f"{at.tm_hour:02d}.{at.tm_min:02d}")
    page.get_by_test_id("roll-number").fill("941")
    page.get_by_test_id("roll-go").click()
    expect(page.get_by_text("Nomor kertas itu sudah dicatat.")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_test_id("roll-number")).to_have_value("", timeout=LONG_MS)  # open for the next one
    page.get_by_test_id("roll-outcome").select_option("spoiled")
    page.get_by_test_id("roll-number").fill("941")
    page.get_by_test_id("roll-issued").fill("00.00")
    page.get_by_test_id("roll-go").click()
    expect(page.get_by_test_id("refusal")).to_contain_text("Nomor 941 sudah tercatat", timeout=LONG_MS)
    assert rows(server.data, "SELECT state, clock_doubt FROM step") == [("done", 1)]
