"""The report page in a real browser: its figures are those of the server, both languages, a phone, no complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from backstage import shell
from cast import Server, copy_of
from playwright.sync_api import Browser, Page, expect

from bench.fill import fill

PARTS = ("figures", "compare", "arrivals")


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("report-page") / "data")
    fill(running.data, "rutan", 700, 35)
    shell(running.data, "tally", "rutan")
    running.start()
    yield running
    running.stop()


def opened(server: Server, browser: Browser, width: int, height: int, address: str = "") -> tuple[Page, list[str]]:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{server.base}/supervisor/rutan/reports{address}")
    page.get_by_test_id("name").fill("auditor")
    page.get_by_test_id("password").fill(server.passwords["rutan", "auditor"])
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("report-title").wait_for()
    return page, complaints


def test_a_period_is_asked_for_and_stays_in_the_address(server: Server, browser: Browser) -> None:
    page, complaints = opened(server, browser, 1440, 900)
    expect(page.get_by_test_id("sum-numbers")).to_contain_text("210")
    page.get_by_test_id("report-service").select_option("kunjungan")
    page.get_by_test_id("report-show").click()
    expect(page.get_by_test_id("sum-numbers")).to_contain_text("42")
    assert "service=kunjungan" in page.url and "from=20" in page.url
    expect(page.get_by_test_id("table-service").locator("tbody tr").first).to_contain_text("Kunjungan")
    page.get_by_test_id("measure-visit").click()
    expect(page.get_by_test_id("table-service")).not_to_contain_text("Median")
    with page.expect_download() as closing:
        page.get_by_test_id("sheet-closing").click()
    assert closing.value.suggested_filename.startswith("closing_rutan_")
    assert complaints == []


def test_every_choice_of_a_period_ends_today(server: Server, browser: Browser) -> None:
    """Also when it is pressed before the page knows which day it is at the office."""
    page, _complaints = opened(server, browser, 1440, 900)
    page.get_by_test_id("period-today").click()
    to = page.get_by_test_id("report-to")
    expect(page.get_by_test_id("report-from")).to_have_value(to.input_value())
    today = date.fromisoformat(to.input_value())
    for name, first in (("week", today - timedelta(days=6)), ("month", today.replace(day=1)),
                        ("year", today.replace(year=today.year - 1) + timedelta(days=1))):
        page.get_by_test_id(f"period-{name}").click()
        expect(page.get_by_test_id("report-from")).to_have_value(first.isoformat())
        expect(to).to_have_value(today.isoformat())
    expect(page.get_by_test_id("report-filters")).to_contain_text("termasuk hari ini")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_part_fits_the_desk_and_the_phone(
    server: Server, browser: Browser, part: str, width: int, height: int
) -> None:
    page, complaints = opened(server, browser, width, height, f"#{part}")
    shown = {"figures": "sum", "compare": "changes", "arrivals": "heat"}[part]
    page.get_by_test_id(shown).wait_for()
    page.get_by_test_id("language-en").click()
    expect(page.get_by_test_id(f"part-{part}")).to_have_attribute("aria-current", "page")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("!/\\b(reports|compare|arrivals|part|column)\\.[a-z_.]+/.test(document.body.innerText)")
    assert complaints == []


def test_the_share_says_its_interval_to_those_who_do_not_see_it(server: Server, browser: Browser) -> None:
    page, _complaints = opened(server, browser, 1440, 900)
    bar = page.get_by_test_id("table-counter").locator("svg[role=img]").first
    expect(bar).to_have_attribute("aria-label", re.compile(r"^\d+,\d %, interval 95 %: \d+,\d % sampai \d+,\d %$"))
