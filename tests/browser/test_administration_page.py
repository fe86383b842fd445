"""What an administrator does on the page, in a real Chromium against a real server, without a shell."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser, Locator, Page, expect

from queue_server.client import Officer, Refusal, Site


def png(path: Path, size: int = 64) -> Path:
    """A picture of one colour."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\x00" + b"\x0b\x5c\x4a" * size for _ in range(size))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))
    return path


class House:
    """A server, and what the browser complained about."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.errors: list[str] = []

    def blank(self, path: str, width: int = 1280, height: int = 800) -> Page:
        page = self.browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if "Security Policy" in said.text else None)
        page.goto(self.server.base + path)
        return page

    def open(self, name: str = "admin", password: str = "", width: int = 1280, height: int = 800) -> Page:
        """The administration page, signed in."""
        page = self.blank("/admin/rutan", width, height)
        page.get_by_test_id("name").fill(name)
        page.get_by_test_id("password").fill(password or self.server.passwords["rutan", name])
        page.get_by_test_id("sign-in").click()
        return page


@pytest.fixture(scope="module")
def house(browser: Browser, demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    server = copy_of(demo, tmp_path_factory.mktemp("administration") / "data").start()
    found = House(server, browser)
    yield found
    server.stop()
    assert found.errors == []


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    opened = house.open()
    yield opened
    opened.context.close()


def answered(page: Page, what: Locator) -> None:
    """Waits for what an answer brings; on a slow machine the page asks whether to send the press again."""
    expect(what.or_(page.get_by_test_id("lost")).first).to_be_visible(timeout=60_000)
    while page.get_by_test_id("lost").count():
        page.get_by_test_id("lost").get_by_role("button").first.click()
        expect(what.or_(page.get_by_test_id("lost")).first).to_be_visible(timeout=60_000)


def office_part(page: Page, name: str) -> None:
    page.get_by_test_id("tab-office").click()
    page.get_by_test_id(f"panel-{name}").click()


def put_in_force(page: Page) -> None:
    page.get_by_test_id("check").click()
    page.get_by_test_id("put-in-force").click()
    answered(page, page.get_by_test_id("said"))


def test_an_officer_is_added_signs_in_and_serves(house: House, page: Page) -> None:
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("person-name").fill("Eka")
    page.get_by_test_id("person-shown-name").fill("Eka S.")
    page.get_by_test_id("add-go").click()
    answered(page, page.get_by_test_id("new-password"))
    password = page.get_by_test_id("new-password").input_value()
    page.get_by_test_id("noted").click()
    expect(page.get_by_test_id("told-password")).to_have_count(0)
    expect(page.get_by_test_id("person-eka")).to_contain_text("Eka S.")

    house.server.kiosk().take("kunjungan")
    console = house.blank("/counter/rutan", 1280, 720)
    console.get_by_test_id("name").fill("eka")
    console.get_by_test_id("password").fill(password)
    console.get_by_test_id("sign-in").click()
    console.get_by_test_id("counter-1").click()
    for act in ("call_next", "start", "finish"):
        console.wait_for_function(
            "act => { const b = document.querySelector('[data-testid=primary]');"
            " return b && b.dataset.act === act && b.getAttribute('aria-disabled') !== 'true'; }", arg=act)
        console.get_by_test_id("primary").click()
    console.wait_for_function("() => document.querySelector('[data-testid=primary]').dataset.act === 'call_next'")
    console.context.close()

    page.get_by_test_id("edit-eka").click()
    page.get_by_test_id("deactivate").click()
    page.get_by_test_id("deactivate-yes").click()
    expect(page.get_by_test_id("person-eka")).to_contain_text("nonaktif")
    with pytest.raises(Refusal):
        Officer(house.server.base, "rutan", "eka", password)


def test_whoever_makes_up_a_password_for_themselves_sees_it_at_the_sign_in(house: House, page: Page) -> None:
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("person-name").fill("guntur")
    page.get_by_test_id("person-role").select_option("administrator")
    page.get_by_test_id("add-go").click()
    answered(page, page.get_by_test_id("new-password"))
    guntur = house.open("guntur", page.get_by_test_id("new-password").input_value())
    guntur.get_by_test_id("edit-guntur").click()
    guntur.get_by_test_id("edit-password").click()
    expect(guntur.get_by_test_id("sign-in")).to_be_visible(timeout=60_000)
    answered(guntur, guntur.get_by_test_id("new-password"))
    guntur.get_by_test_id("name").fill("guntur")
    guntur.get_by_test_id("password").fill(guntur.get_by_test_id("new-password").input_value())
    guntur.get_by_test_id("sign-in").click()
    expect(guntur.get_by_test_id("person-guntur")).to_be_visible(timeout=60_000)
    guntur.context.close()


def test_whoever_has_a_second_factor_is_asked_for_its_code(house: House) -> None:
    auditor = Site(house.server.base)
    password = house.server.passwords["rutan", "dewi"]
    auditor.post("/sign-in", {"office": "rutan", "name": "dewi", "password": password})
    secret = pyotp.random_base32()

    def code(steps: int) -> str:
        return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)

    auditor.post("/press", {
        "office": "rutan", "act": "second_factor", "key": "a-key-of-its-own", "secret": secret, "code": code(-1)})
    page = house.open("dewi")
    expect(page.get_by_test_id("sign-in-why")).to_contain_text("enam angka")
    page.get_by_test_id("code").fill(code(0))
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("sign-in-why")).not_to_contain_text("enam angka")  # an officer has no business here
    page.context.close()


def test_a_password_is_typed_twice(house: House, page: Page) -> None:
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("person-name").fill("fajar")
    page.get_by_test_id("password-own").check()
    page.get_by_test_id("password-first").fill("dua belas burung")
    page.get_by_test_id("password-second").fill("dua belas burunk")
    page.get_by_test_id("add-go").click()
    expect(page.get_by_test_id("refusal")).to_contain_text("tidak sama")
    page.get_by_test_id("password-second").fill("dua belas burung")
    page.get_by_test_id("add-go").click()
    expect(page.get_by_test_id("person-fajar")).to_be_visible()
    Officer(house.server.base, "rutan", "fajar", "dua belas burung").close()


def test_the_hours_are_changed_and_a_mistake_is_named(house: House, page: Page) -> None:
    office_part(page, "hours")
    page.get_by_test_id("hours-friday").fill("09.00-11.00, 10.00-14.00")
    page.get_by_test_id("check").click()
    expect(page.get_by_test_id("problems")).to_contain_text("10:00-14:00")
    page.get_by_test_id("hours-friday").fill("09.00 – 11.00, 13.00 – 14.00")
    page.get_by_test_id("check").click()
    expect(page.get_by_test_id("verdict")).to_contain_text("hours.friday")
    page.get_by_test_id("put-in-force").click()
    answered(page, page.get_by_test_id("said"))
    expect(page.get_by_test_id("hours-friday")).to_have_value("09:00-11:00, 13:00-14:00")
    page.get_by_test_id("panel-history").click()
    expect(page.get_by_text("Administrator").nth(1)).to_be_visible()


def test_a_picture_that_was_uploaded_is_shown_by_a_board(house: House, page: Page, tmp_path: Path) -> None:
    page.get_by_test_id("tab-media").click()
    page.get_by_test_id("media-file").set_input_files(png(tmp_path / "denah.png"))
    expect(page.get_by_test_id("said")).to_be_visible()
    name = page.locator(".media-name").first.inner_text()
    office_part(page, "notices")
    for _ in range(page.locator(".entry").count()):
        page.get_by_test_id("notice-0-remove").click()
    page.get_by_test_id("add-notice").click()
    page.get_by_test_id("notice-kind-0").select_option("picture")
    page.get_by_test_id("notice-file-0").select_option(name)
    page.get_by_test_id("notice-text-0-id").fill("Denah ruang tunggu")
    put_in_force(page)

    board = house.blank("/display/rutan/tv-tunggu", 1920, 1080)
    shown = board.locator(f"img[src='/media/rutan/{name}']")
    shown.wait_for(timeout=60_000)
    board.wait_for_function("name => document.querySelector(`img[src='/media/rutan/${name}']`).naturalWidth === 64",
                            arg=name)
    board.context.close()
    page.get_by_test_id("tab-media").click()
    expect(page.get_by_test_id(f"media-{name}")).to_contain_text("pengumuman 1")


def test_two_administrators_lose_nothing(house: House, page: Page) -> None:
    other = house.open()
    for one, testid, words in ((page, "running-text-id", "Selamat pagi"), (other, "complaint-id", "Kepala kantor")):
        office_part(one, "notices")
        one.get_by_test_id(testid).fill(words)
    put_in_force(page)
    other.get_by_test_id("check").click()
    other.get_by_test_id("put-in-force").click()
    expect(other.get_by_test_id("meanwhile")).to_contain_text("running_text.id")
    expect(other.get_by_test_id("complaint-id")).to_have_value("Kepala kantor")
    other.get_by_test_id("onto").click()
    expect(other.get_by_test_id("verdict")).to_contain_text("complaint.id")
    other.context.close()


def test_a_service_is_given_another_promise(house: House, page: Page) -> None:
    office_part(page, "service")
    page.get_by_test_id("service-which").select_option("informasi")
    page.get_by_test_id("stated-door-wait").fill("7")
    page.get_by_test_id("quota-door").fill("33")
    page.get_by_test_id("check").click()
    told = page.get_by_test_id("verdict")
    expect(told).to_contain_text("service.informasi.standard.promise.door")
    expect(told).to_contain_text("service.informasi.quota.door")
    expect(told.locator("tbody tr")).to_have_count(2)
    page.get_by_test_id("put-in-force").click()
    answered(page, page.get_by_test_id("said"))


def test_every_form_sends_back_what_it_was_given(house: House, page: Page) -> None:
    """Opening a form and typing one letter more changes that and nothing else."""
    page.get_by_test_id("tab-office").click()
    for panel, testid in (("hours", "last-ticket"), ("exceptions", ""), ("service", "service-summary-id"),
                          ("places", "counter-name-1-id"), ("notices", "running-text-id")):
        page.get_by_test_id(f"panel-{panel}").click()
        if testid:
            field = page.get_by_test_id(testid)
            field.fill("1" if testid == "last-ticket" else field.input_value() + "x")
        else:
            page.get_by_test_id("add-holiday").click()
            page.get_by_test_id("holiday-date-0").fill("2031-01-01")
            page.get_by_test_id("holiday-name-0").fill("Tahun Baru")
        page.get_by_test_id("check").click()
        rows = page.get_by_test_id("verdict").locator("tbody tr")
        expect(rows.first).to_be_visible()
        assert rows.count() <= 3, (panel, rows.all_inner_texts())
        page.get_by_test_id("drop").click()


def test_the_whole_file_with_a_mistake_leads_to_its_line(page: Page) -> None:
    office_part(page, "file")
    area = page.get_by_test_id("office-file")
    text = area.input_value()
    area.fill(text.replace('time_zone = "WIB"', 'time_zone = "WID"'))
    page.get_by_test_id("check").click()
    page.get_by_test_id("problems").get_by_role("button").first.click()
    assert area.evaluate("a => a.value.slice(a.selectionStart, a.selectionEnd)") == 'time_zone = "WID"'
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
    assert download.value.suggested_filename == "rutan.toml"
    assert Path(download.value.path()).read_text("utf-8") == text
    page.get_by_test_id("import").set_input_files(download.value.path())
    expect(area).to_have_value(text)


def test_a_tv_goes_to_another_board_by_itself_and_again_from_its_old_address(house: House, page: Page) -> None:
    board = house.blank("/display/rutan/tv-tunggu", 1280, 720)
    board.wait_for_selector("#board > *")
    page.get_by_test_id("tab-devices").click()
    page.locator("[data-testid^=change-]").last.click()
    page.get_by_test_id("device-board").select_option("tv-video")
    page.get_by_test_id("device-save").click()
    board.wait_for_url("**/display/rutan/tv-video")
    board.goto(f"{house.server.base}/display/rutan/tv-tunggu")
    board.wait_for_url("**/display/rutan/tv-video")
    board.context.close()


def test_a_supervisor_is_sent_away_where_there_is_an_administrator(house: House) -> None:
    page = house.open("sari")
    expect(page.get_by_test_id("denied")).to_contain_text("administrator")
    page.context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (800, 1280)])
def test_nothing_is_cut_at_the_side(house: House, width: int, height: int) -> None:
    page = house.open(width=width, height=height)
    page.get_by_test_id("add-person").wait_for()
    for tab in ("people", "devices", "office", "media", "machine"):
        page.get_by_test_id(f"tab-{tab}").click()
        page.locator("main h2").first.wait_for()
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), tab
    for language in ("en", "id"):
        page.get_by_test_id(f"language-{language}").click()
        page.get_by_test_id("tab-office").click()
        for panel in ("hours", "exceptions", "service", "places", "notices", "file", "history"):
            page.get_by_test_id(f"panel-{panel}").click()
            assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), (panel, language)
    page.context.close()
