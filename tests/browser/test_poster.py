"""The sheet for the door: one A4 page with the code that notes who stands there."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import segno
from backstage import apply, demo_office
from cast import Server, copy_of
from playwright.sync_api import Browser, Page, expect

WIFI = "http://192.168.1.20:8080"


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("poster") / "data")
    running.environment["QUEUE_WIFI_URL"] = WIFI
    apply(running.data, replace(demo_office("rutan"), door_code="both"))
    apply(running.data, replace(demo_office("kanim"), door_code="screen"))
    running.start()
    yield running
    running.stop()


def supervisors_page(server: Server, browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{server.base}/supervisor/rutan#devices")
    page.get_by_test_id("name").fill("sari")
    page.get_by_test_id("password").fill(server.passwords["rutan", "sari"])
    page.get_by_test_id("sign-in").click()
    return page


def test_the_sheet_is_found_fits_one_page_and_its_code_opens_the_door(server: Server, browser: Browser) -> None:
    page = supervisors_page(server, browser)
    with page.expect_popup() as opened:
        page.get_by_test_id("poster-open").click()
    sheet = opened.value
    sheet.get_by_test_id("poster").wait_for()
    assert len(re.findall(rb"/Type\s*/Page\b", sheet.pdf(prefer_css_page_size=True))) == 1
    with sqlite3.connect(server.data / "queue.db") as db:
        code = db.execute("SELECT door_code FROM office WHERE key = 'rutan'").fetchone()[0]
    address = f"{WIFI}/visit/rutan?door={code}"
    drawn = re.findall(r'<path[^>]* d="([^"]+)"', segno.make(address, error="q").svg_inline(scale=10, border=0))
    assert drawn and sheet.locator(".code svg path").get_attribute("d") == drawn[0]
    parts = urlsplit(address)
    taken = requests.post(f"{server.base}/office/rutan/tickets", headers={"X-Queue": "1"}, timeout=20, json={
        "key": "from-the-poster", "service": "kunjungan", "priority": False, "language": "id",
        "door": parse_qs(parts.query)["door"][0]}).json()
    assert taken["ok"], taken
    page.context.close()


def test_only_who_reads_the_log_gets_the_sheet(server: Server) -> None:
    answer = requests.get(f"{server.base}/supervisor/rutan/poster", timeout=20)
    assert answer.json()["refused"] == "not_signed_in"
    code = requests.get(f"{server.base}/office/rutan/door-code.svg", timeout=20)
    assert code.json()["refused"] == "not_paired"


def test_a_sheet_that_proves_nothing_says_so_and_carries_no_code(server: Server, browser: Browser) -> None:
    page = supervisors_page(server, browser)
    with page.expect_popup() as opened:
        page.get_by_test_id("poster-open").click()
    drawn = re.findall(r'<path[^>]* d="([^"]+)"', segno.make(f"{WIFI}/visit/kanim", error="q").svg_inline(
        scale=10, border=0))
    opened.value.get_by_text("kode di papan dan kios").wait_for()
    other = opened.value
    other.context.request.post(f"{server.base}/sign-in", headers={"X-Queue": "1"}, data={
        "office": "kanim", "name": "sari", "password": server.passwords["kanim", "sari"]})
    other.goto(f"{server.base}/supervisor/kanim/poster")
    other.get_by_text("Kode di lembar ini hanya membuka halaman").wait_for()
    assert other.locator(".code svg path").get_attribute("d") == drawn[0]
    other.goto(f"{server.base}/supervisor/kanim#devices")
    with other.expect_popup() as opened:
        other.get_by_test_id("poster-drive-thru").click()
    lane, address = opened.value, f"{WIFI}/visit/kanim?service=drive-thru"
    drawn = re.findall(r'<path[^>]* d="([^"]+)"', segno.make(address, error="q").svg_inline(scale=10, border=0))
    expect(lane.get_by_test_id("poster-service")).to_contain_text("drive-thru")
    assert lane.locator(".code svg path").get_attribute("d") == drawn[0]
    assert len(re.findall(rb"/Type\s*/Page\b", lane.pdf(prefer_css_page_size=True))) == 1
    page.context.close()


def test_without_an_address_the_page_says_what_to_set(server: Server, browser: Browser) -> None:
    server.environment.clear()
    server.restart()
    page = supervisors_page(server, browser)
    with page.expect_popup() as opened:
        page.get_by_test_id("poster-open").click()
    opened.value.get_by_text("QUEUE_WIFI_URL").wait_for()
    page.context.close()
