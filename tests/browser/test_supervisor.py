"""What a supervisor does on the page, in a real Chromium against a real server."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backstage import apply, demo_office, events
from cast import Server, copy_of, settle
from playwright.sync_api import Browser, Page, expect

from queue_server.client import Kiosk, Site
from queue_server.domain.office import Promise

#: Tables wider than their place: what is outside is not seen. The figures of the chart may be moved sideways.
CUT_TABLES = """() => Array.from(document.querySelectorAll('.table-box:not(.flow-table .table-box)'))
  .filter(b => b.scrollWidth > b.clientWidth + 1)
  .map(b => b.scrollWidth + ' in ' + b.clientWidth + ': ' + b.textContent.slice(0, 60))"""


class House:
    """A server whose devices must be paired by hand, a kiosk, and what the browser complained about."""

    def __init__(self, server: Server, kiosk: Kiosk, browser: Browser) -> None:
        self.server, self.kiosk, self.browser = server, kiosk, browser
        self.errors: list[str] = []

    def open(self, name: str = "sari", width: int = 1440, height: int = 900, **options: Any) -> Page:
        """The page in a window of its own, signed in."""
        page = self.blank(width, height, **options)
        page.get_by_test_id("name").fill(name)
        page.get_by_test_id("password").fill(self.server.passwords["rutan", name])
        page.get_by_test_id("sign-in").click()
        page.get_by_test_id("figure-waiting").wait_for()
        return page

    def blank(self, width: int = 1440, height: int = 900, **options: Any) -> Page:
        page = self.browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if "Security Policy" in said.text else None)
        page.goto(f"{self.server.base}/supervisor/rutan")
        page.get_by_test_id("sign-in").wait_for()
        return page


@pytest.fixture(scope="module")
def house(browser: Browser, demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two visitors served at counter 1 by Ani, three waiting; the demo's easy pairing is off afterwards."""
    server = copy_of(demo, tmp_path_factory.mktemp("supervisor") / "data").start()
    kiosk = server.kiosk()
    for _ in range(5):
        kiosk.take("kunjungan")
    ani = server.officer("ani", counter="1")
    for _ in range(2):
        for act, more in (("call_next", {}), ("start", {}), ("finish", {"outcome": "served"})):
            ani.press(act, **more)
            settle()
    ani.press("leave")
    ani.close()
    server.options = ()
    server.restart()
    found = House(server, kiosk, browser)
    yield found
    server.stop()
    assert found.errors == []


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    opened = house.open()
    yield opened
    opened.context.close()


def test_a_wrong_password_says_so(house: House) -> None:
    page = house.blank()
    page.get_by_test_id("name").fill("sari")
    page.get_by_test_id("password").fill("wrong")
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("sign-in-why")).to_be_visible()
    page.context.close()


def test_the_sign_in_page_names_its_office(house: House) -> None:
    page = house.blank()
    expect(page.get_by_test_id("office-name")).to_have_text("Rutan Kelas IIB Contoh")
    assert page.title() == "Pengawas · Rutan Kelas IIB Contoh"
    page.context.close()


def test_an_officer_is_sent_to_the_console(house: House) -> None:
    page = house.blank()
    page.get_by_test_id("name").fill("ani")
    page.get_by_test_id("password").fill(house.server.passwords["rutan", "ani"])
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("sign-in-why")).to_contain_text("konsol loket")
    page.context.close()


def test_today_follows_the_office_by_itself(house: House, page: Page) -> None:
    waiting = page.get_by_test_id("figure-waiting").locator(".figure-value")
    before = int(waiting.inner_text())
    house.kiosk.take("titipan")
    expect(waiting).to_have_text(str(before + 1))
    expect(page.get_by_test_id("figure-served").locator(".figure-value")).to_have_text("2")
    expect(page.get_by_test_id("figure-on_time")).to_contain_text("100 %")
    expect(page.get_by_test_id("figure-on_time")).to_contain_text("2 dari 2")
    expect(page.get_by_test_id("service-kunjungan")).to_contain_text("janji 2–10 mnt")  # reserved, walk-in


def test_what_is_still_under_way_is_told_once(house: House, page: Page) -> None:
    house.kiosk.take("titipan")
    expect(page.get_by_test_id("under-way")).to_contain_text("Belum dihitung karena masih berjalan")
    expect(page.get_by_text("masih berjalan")).to_have_count(1)


def test_a_board_that_was_never_on_is_a_hint_and_no_alarm(page: Page) -> None:
    hint = page.get_by_test_id("alert-board_unseen").first
    expect(hint).to_contain_text("/display/rutan/tv-tunggu")
    expect(page.get_by_test_id("calm")).to_have_count(0)
    expect(page.locator(".notice-bad")).to_have_count(0)
    urgent = page.locator("[data-testid^=alert-]:not([data-testid=alert-board_unseen])").count()
    assert page.title().startswith(f"({urgent}) " if urgent else "Pengawas")


def test_both_languages(page: Page) -> None:
    page.get_by_test_id("language-en").click()
    expect(page.get_by_test_id("figure-waiting")).to_contain_text("Waiting now")
    page.reload()
    expect(page.get_by_test_id("figure-waiting")).to_contain_text("Waiting now")
    page.get_by_test_id("language-id").click()
    expect(page.get_by_test_id("figure-waiting")).to_contain_text("Sedang menunggu")


def test_a_service_gives_no_numbers_for_a_published_reason(house: House, page: Page) -> None:
    page.get_by_test_id("pause-video").click()
    page.get_by_test_id("reason-drill").click()
    expect(page.get_by_test_id("service-video")).to_contain_text("latihan")
    door = house.kiosk.get("/office/rutan/door")
    assert next(s for s in door["services"] if s["key"] == "video")["may"]["code"] == "paused"
    page.get_by_test_id("resume-video").click()
    expect(page.get_by_test_id("pause-video")).to_be_visible()


def test_a_counter_is_closed_and_opened_again_each_with_a_reason(house: House, page: Page) -> None:
    page.get_by_test_id("all-counters").click()
    page.get_by_test_id("close-2").click()
    page.get_by_test_id("reason-repair").click()
    expect(page.get_by_test_id("counter-2")).to_contain_text("perbaikan")
    page.get_by_test_id("open-2").click()
    page.get_by_test_id("reason-repaired").click()
    expect(page.get_by_test_id("close-2")).to_be_visible()
    opened = [json.loads(e.body) for e in events(house.server.data, "rutan") if e.kind == "counter_opened"][-1]
    assert (opened["counter"], opened["reason"]) == ("2", "repaired")


def test_a_counter_with_a_visitor_is_not_closed(house: House, page: Page) -> None:
    budi = house.server.officer("budi", counter="2")
    budi.press("call_next")
    expect(page.get_by_test_id("counter-2")).to_contain_text("dipanggil")
    page.get_by_test_id("close-2").click(force=True)  # it stays reachable and says why not
    expect(page.get_by_test_id("refusal")).to_contain_text("Masih ada pengunjung")
    settle()
    budi.press("start")
    settle()
    budi.press("finish", outcome="served")
    settle()
    budi.press("leave")
    budi.close()


def test_a_board_is_paired_by_the_code_it_shows_and_disconnected(house: House, page: Page) -> None:
    board = Site(house.server.base)
    code = board.post("/hello", {"screen": "board", "office": "rutan", "board": "tv-tunggu"})["code"]
    page.get_by_test_id("tab-devices").click()
    page.get_by_test_id("pair-code").fill("XXXXXX")
    page.get_by_test_id("pair-go").click()
    expect(page.get_by_test_id("refusal")).to_be_visible()
    page.get_by_test_id("pair-code").fill(code.lower())
    page.get_by_test_id("pair-name").fill("TV depan")
    page.get_by_test_id("pair-go").click()
    row = page.locator("tr", has_text="TV depan")
    expect(row).to_contain_text("menghubungkan…")
    expect(page.get_by_test_id("said")).to_be_visible()
    page.get_by_test_id("tab-today").click()
    expect(page.get_by_test_id("said")).to_have_count(0)
    page.get_by_test_id("tab-devices").click()
    expect(page.get_by_test_id("said")).to_have_count(0)
    assert board.post("/hello", {"screen": "board", "office": "rutan", "board": "tv-tunggu"})["paired"] is True
    row.get_by_role("button").click()
    page.get_by_test_id("reason-test").click()
    expect(row).to_have_count(0)
    assert board.post("/hello", {"screen": "board", "office": "rutan", "board": "tv-tunggu"})["paired"] is False


def test_the_log_with_filters_details_and_shares(page: Page) -> None:
    page.get_by_test_id("service-kunjungan").locator("a").click()
    expect(page.get_by_test_id("log-total")).to_have_text("5 nomor")
    expect(page.get_by_test_id("kept-service")).to_contain_text("tidak dihitung")
    first = page.locator("[data-state=done]").last
    expect(first).to_contain_text("Ani")
    first.get_by_role("button").click()
    details = page.locator("[data-testid^=details-]")
    expect(details).to_contain_text("terdepan di kelasnya")
    expect(details).to_contain_text("versi 1")
    page.get_by_test_id("filter-counter").select_option("2")
    page.get_by_test_id("show").click()
    expect(page.get_by_test_id("log-total")).to_have_text("1 nomor")
    page.get_by_test_id("filter-officer").select_option(label="Citra")
    page.get_by_test_id("show").click()
    expect(page.get_by_test_id("log-empty")).to_be_visible()


def test_flagged_steps_are_counted_told_and_found(page: Page) -> None:
    """Everybody who was served pressed start and finish together."""
    expect(page.get_by_test_id("figure-on_time")).to_contain_text("yang ditandai")
    found = re.search(r"tanpa (\d+) yang ditandai", page.get_by_test_id("figure-on_time").inner_text())
    assert found and int(found[1]) >= 2
    n = found[1]
    page.get_by_test_id("tab-log").click()
    expect(page.get_by_test_id("kept-wait")).to_contain_text(f"tanpa {n} yang ditandai: – (0 dari 0)")
    expect(page.get_by_test_id("flagged")).to_contain_text(f"{n} dari")
    page.get_by_test_id("flagged-served_short").click()
    expect(page.get_by_test_id("log-total")).to_have_text(f"{n} tahap ditemukan")
    expect(page.locator("[data-testid^=flags-]")).to_have_count(int(n))
    page.locator("[data-testid^=open-row-]").first.click()
    expect(page.locator(".flags")).to_contain_text("dilayani kurang dari 20 detik")
    assert "flag=served_short" in str(page.get_by_test_id("csv-plain").get_attribute("href"))
    page.get_by_test_id("filter-flag").select_option("none")
    page.get_by_test_id("show").click()
    expect(page.get_by_test_id("log-total")).not_to_have_text(f"{n} tahap ditemukan")
    expect(page.locator("[data-testid^=flags-]")).to_have_count(0)


def test_the_register_shows_every_version_and_what_it_changed(house: House, page: Page) -> None:
    office = demo_office("rutan")
    standard = office.service("informasi").standard
    later = replace(standard, promises={"door": Promise(7, 5)}, valid_from="2099-01-01", decree="Nomor 2 Tahun 2098")
    apply(house.server.data, replace(office, services=tuple(
        replace(s, standard=later) if s.key == "informasi" else s for s in office.services)))
    page.get_by_test_id("tab-standards").click()
    coming, now = (page.get_by_test_id(f"standard-informasi-{n}") for n in (2, 1))
    expect(coming).to_have_attribute("data-standing", "coming")
    expect(now).to_have_attribute("data-standing", "in_force")
    expect(now).to_contain_text("sampai Rabu, 31 Desember 2098")
    expect(page.get_by_test_id("changes-informasi-2")).to_contain_text("15 menit menjadi7 menit")
    expect(page.get_by_test_id("changes-informasi-2")).to_contain_text("Nomor 2 Tahun 2098")
    page.get_by_test_id("whole-informasi-1").click()
    expect(now.locator(".component-list > div")).to_have_count(14)
    expect(now.get_by_test_id("clocks")).to_contain_text("dari pengunjung tiba sampai dipanggil")


def test_downloads(page: Page, tmp_path: Path) -> None:
    page.get_by_test_id("tab-log").click()
    page.get_by_test_id("log-table").wait_for()
    with page.expect_download() as found:
        page.get_by_test_id("csv-people").click()
    assert found.value.suggested_filename.startswith("wait-log_rutan_")
    found.value.save_as(tmp_path / "log.csv")
    assert (tmp_path / "log.csv").read_bytes().startswith("\ufeffHari kerja;Nomor antrean".encode())
    with page.expect_download(timeout=60_000) as book:
        page.get_by_test_id("xlsx").click()
        expect(page.get_by_test_id("xlsx")).to_contain_text("terunduh sendiri")
    book.value.save_as(tmp_path / "log.xlsx")
    assert (tmp_path / "log.xlsx").read_bytes().startswith(b"PK")
    expect(page.get_by_test_id("xlsx")).to_contain_text("Excel (XLSX)")
    with page.expect_download() as again:
        page.locator("[data-testid^=job-][data-state=done] a").first.click()
    assert again.value.suggested_filename == book.value.suggested_filename


def test_an_ended_number_is_reopened_from_the_log(page: Page) -> None:
    page.get_by_test_id("tab-log").click()
    row = page.locator("[data-state=done]").last
    label = row.locator(".number").inner_text()
    row.get_by_role("button").click()
    page.locator("[data-testid^=reopen-]").click()
    page.get_by_test_id("reason-visitor_returned").click()
    expect(page.get_by_test_id("said")).to_be_visible()
    expect(page.locator("tr", has=page.get_by_text(label, exact=True))).to_contain_text("menunggu")


def test_an_auditor_reads_and_changes_nothing(house: House) -> None:
    page = house.open("auditor")
    expect(page.get_by_test_id("read-only")).to_be_visible()
    for testid in ("pause-kunjungan", "close-day", "close-1"):
        expect(page.get_by_test_id(testid)).to_have_count(0)
    page.get_by_test_id("tab-devices").click()
    expect(page.get_by_test_id("pair")).to_have_count(0)
    page.get_by_test_id("tab-log").click()
    page.get_by_test_id("log-table").wait_for()
    expect(page.get_by_test_id("csv-plain")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (768, 1024), (1024, 768), (1280, 800)])
@pytest.mark.parametrize("text", ["100%", "200%"])
def test_nothing_runs_over_the_edge(house: House, width: int, height: int, text: str) -> None:
    page = house.open(width=width, height=height)
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
    page.evaluate("() => { dispatchEvent(new Event('resize')); }")
    for tab, ready in (
        ("today", "figure-waiting"), ("log", "kept"), ("standards", "register"), ("devices", "pair"),
    ):
        page.get_by_test_id(f"tab-{tab}").click()
        page.get_by_test_id(ready).wait_for()
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{tab} is {over} px too wide"
        assert page.evaluate(CUT_TABLES) == [], tab
    page.context.close()


def test_the_line_is_lost_and_comes_back(house: House, page: Page) -> None:
    house.server.stop()
    expect(page.get_by_test_id("line-down")).to_be_visible()
    house.server.start()
    expect(page.get_by_test_id("line-down")).to_have_count(0)
    before = int(page.get_by_test_id("figure-waiting").locator(".figure-value").inner_text())
    house.kiosk.take("titipan")
    expect(page.get_by_test_id("figure-waiting").locator(".figure-value")).to_have_text(str(before + 1))


def test_the_day_is_closed_with_a_reason_for_everybody_left(house: House, page: Page) -> None:
    page.get_by_test_id("close-day").click()
    page.get_by_test_id("close-day-now").click(force=True)  # it stays reachable and says why not
    expect(page.get_by_test_id("refusal")).to_be_visible()
    page.get_by_test_id("reason-all").select_option("told_to_come_back")
    first = page.locator("[data-testid^=left-]").first
    first.select_option("visitor_left")
    page.get_by_test_id("close-day-now").click()
    expect(page.get_by_test_id("day-state")).to_contain_text("ditutup")
    expect(page.get_by_test_id("figure-waiting").locator(".figure-value")).to_have_text("0")
    page.get_by_test_id("tab-log").click()
    page.get_by_test_id("log-again").click()
    rows = page.locator("[data-state=unserved]")
    expect(rows.first).to_be_visible()
    supervisor = house.server.supervisor()
    deadline = time.monotonic() + 10
    while not supervisor.picture.get("day", {}).get("closed") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert supervisor.picture["day"]["closed"]
    supervisor.close()
