"""What an auditor does on the page of evidence, in a real Chromium against a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser, Page, expect

from queue_server.domain.seal import read_seal
from queue_server.proof.reading import Bundle
from queue_server.proof.verifier import examine


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("proof") / "data").start()
    kiosk = running.kiosk()
    for _ in range(2):
        kiosk.take("kunjungan")
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.base}/supervisor/rutan#proof")
    page.get_by_test_id("name").fill("auditor")
    page.get_by_test_id("password").fill(server.passwords["rutan", "auditor"])
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("proof").wait_for()
    yield page
    context.close()


def test_an_auditor_takes_a_bundle_home_and_it_holds(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as coming:
        page.get_by_test_id("make-bundle").click()
    path = tmp_path / "bundle.zip"
    coming.value.save_as(path)
    bundle = page.get_by_test_id("proof-bundle")
    seal = bundle.locator(".bundle-seal code").first.inner_text()
    found = examine(Bundle(path), [read_seal(seal)], bundle.get_by_test_id("list-code").first.inner_text())
    assert found.result.findings == [] and found.result.anchored == found.head.last_seq
    expect(page.get_by_test_id("seal-text")).to_have_text(seal)  # the newest now, without loading the page again
    expect(page.get_by_test_id("events").locator("tbody tr").filter(has_text="Disegel").first).to_be_visible()
    expect(bundle.get_by_role("link", name=f"Unduh {coming.value.suggested_filename}")).to_be_visible()


def test_dates_are_whole_on_a_small_desk(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    for tab, names in (("proof", ("proof-day", "proof-to")), ("log", ("filter-day", "filter-to"))):
        page.get_by_test_id(f"tab-{tab}").click()
        for name in names:
            box = page.get_by_test_id(name).bounding_box()
            assert box is not None and box["width"] >= 200, (name, box)


def test_the_newest_seal_can_be_copied_and_printed(page: Page) -> None:
    text = page.get_by_test_id("seal-text").inner_text()
    seal = read_seal(text)
    with page.expect_popup() as coming:
        page.get_by_test_id("seal-print").click()
    sheet = coming.value
    expect(sheet.get_by_test_id(f"seal-{seal.seq}")).to_contain_text(text)
    assert sheet.locator(f"[data-testid=seal-{seal.seq}] svg").count() == 1
    width = sheet.locator(f"[data-testid=seal-{seal.seq}] svg").bounding_box()
    assert width is not None and width["width"] > 80


def test_the_log_is_read_page_by_page_and_nothing_can_be_pressed(page: Page) -> None:
    rows = page.get_by_test_id("events").locator("tbody tr")
    expect(rows.first).to_be_visible()
    newest = int(rows.first.locator("td").first.inner_text())
    oldest = int(rows.last.locator("td").first.inner_text())
    assert newest > oldest >= 1
    expect(page.get_by_test_id("read-only")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    given = rows.filter(has_text="ticket_issued").first
    expect(given).to_contain_text("Nomor diberikan")
    expect(given).to_contain_text("layanan: Kunjungan")
    raw = given.locator("details")
    raw.locator("summary").click()
    expect(raw).to_contain_text('"service":"kunjungan"')
    assert page.get_by_test_id("account").inner_text() == "Auditor"
    page.get_by_test_id("language-en").click()
    expect(given).to_contain_text("Number given")
    expect(page.get_by_test_id("proof-seal")).to_contain_text(re.compile("Newest seal"))
