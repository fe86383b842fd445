"""Family self-service in a real browser: from the slip to the stages, by fingerprint, at the kiosk, and gone after a
minute; the staff's page and the purpose notice. Judged by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from queue_server.domain.office import FamilyRule
from tests.backstage import apply, shell, with_rules
from tests.browser.conftest import Device
from tests.browser.door_stage import SLOW_SCANNER, TOO_WIDE
from tests.browser.test_accessibility import judged, sign_in
from tests.browser.test_account import authenticator
from tests.conftest import Server, copy_of
from tests.test_family import BORN, NAME, REGISTRY

PHONE, DESK, KIOSK = (360, 640), (1280, 800), (1080, 1920)


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    room = tmp_path_factory.mktemp("family-page")
    server = copy_of(demo, room / "data")
    apply(server.data, with_rules("rutan", family=FamilyRule(offered=True)))
    (room / "wbp.csv").write_text(REGISTRY)
    shell(server.data, "custody", "import", "rutan", str(room / "wbp.csv"), "--anyway")
    yield server.start()
    server.stop()


def enrol(desk: Page, relation: str = "parent", name: str = NAME) -> str:
    """The code of a new slip."""
    desk.get_by_test_id("register").fill("B12")
    desk.get_by_test_id("relation").select_option(relation)
    if relation != "self":
        desk.get_by_test_id("name").fill(name)
    born(desk)
    desk.get_by_test_id("enrol-go").click()
    return desk.get_by_test_id("slip-code").inner_text()


def slip(device: Device, house: Server, relation: str = "parent") -> str:
    desk = device(DESK, f"{house.base}/families/rutan")
    sign_in(desk, house, "ani")
    return enrol(desk, relation)


def born(page: Page) -> None:
    for part, value in zip(("year", "month", "day"), BORN.split("-"), strict=True):
        page.get_by_test_id(f"born-{part}").select_option(str(int(value)))


def test_staff_enrol_print_and_revoke(house: Server, device: Device) -> None:
    desk = device(DESK, f"{house.base}/families/rutan")
    sign_in(desk, house, "sari")
    desk.get_by_test_id("register").wait_for()
    faults = judged(desk, "the form")
    code = enrol(desk)
    faults += judged(desk, "the slip is shown")
    desk.emulate_media(media="print")
    expect(desk.locator("#slip")).to_contain_text(code)
    expect(desk.get_by_test_id("made")).to_be_hidden()
    desk.emulate_media(media="screen")
    desk.get_by_test_id("put-away").click()
    row = desk.get_by_test_id("rows").locator("tr[data-state=enrolled]").first
    expect(row).to_contain_text(NAME)
    assert code not in desk.content()
    row.locator("select").select_option("slip_lost")
    expect(row).to_have_attribute("data-state", "enrolled")
    row.locator("[data-testid^=revoke-yes-]").click()
    expect(desk.get_by_test_id("said")).to_contain_text("dicabut")
    expect(desk.get_by_test_id("rows").locator("tr[data-state=revoked]").first).to_contain_text("kertas kode hilang")
    desk.get_by_test_id("which").fill("AAAA-0000")
    desk.get_by_test_id("erase-go").click()
    desk.get_by_test_id("erase-go").click()
    expect(desk.get_by_test_id("refusal")).to_be_visible()
    assert faults + judged(desk, "the list") == []


def test_a_family_sees_the_stages_and_a_minute_later_nothing(house: Server, device: Device) -> None:
    code = slip(device, house)
    page = device(PHONE, "about:blank")
    page.clock.install()
    page.goto(f"{house.base}/family/rutan")
    page.get_by_test_id("code").fill(code)
    expect(page.get_by_test_id("look")).to_have_attribute("aria-disabled", "true")
    born(page)
    faults = judged(page, "the form")
    page.get_by_test_id("look").click()
    expect(page.get_by_test_id("release")).to_have_text("Selasa, 17 Agustus 2027")
    expect(page.get_by_test_id("stage-second")).to_have_attribute("aria-current", "step")
    assert not page.evaluate(TOO_WIDE) and page.url.endswith("/family/rutan")
    assert NAME not in page.content() and "B12" not in page.content() and code not in page.content()
    faults += judged(page, "the case")
    page.clock.run_for(50_000)
    page.get_by_test_id("more").click()
    page.clock.run_for(20_000)
    expect(page.get_by_test_id("case")).to_be_visible()
    page.clock.run_for(45_000)
    expect(page.get_by_test_id("over")).to_be_visible()
    assert "2027" not in page.get_by_test_id("form").get_by_test_id("code").input_value()
    assert page.get_by_test_id("case").count() == 0 and page.get_by_test_id("born-year").input_value() == ""
    assert faults == []


def test_the_phones_fingerprint_opens_instead(house: Server, device: Device) -> None:
    code = slip(device, house)
    page = device(PHONE, "about:blank")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Security Policy" in line.text else None)
    authenticator(page)
    page.goto(f"http://localhost:{house.port}/family/rutan")
    assert page.get_by_test_id("by-phone").count() == 0
    page.get_by_test_id("code").fill(code)
    born(page)
    page.get_by_test_id("look").click()
    page.get_by_test_id("set-up").click()
    expect(page.get_by_test_id("said")).to_contain_text("Terpasang")
    page.get_by_test_id("done").click()
    for _ in range(2):  # a second answer is another one
        page.get_by_test_id("by-phone").click()
        expect(page.get_by_test_id("remission")).to_have_text("1 bulan 15 hari")
        assert page.get_by_test_id("set-up").count() == 0
        page.get_by_test_id("done").click()
    desk = device(DESK, f"{house.base}/families/rutan")
    sign_in(desk, house, "sari")
    expect(desk.get_by_test_id("looks")).to_contain_text("sidik jari ponsel")
    desk.locator("tr[data-state=enrolled] select").first.select_option("family_asked")
    desk.locator("[data-testid^=revoke-yes-]").click()
    expect(desk.get_by_test_id("said")).to_be_visible()
    page.get_by_test_id("by-phone").click()
    expect(page.get_by_test_id("why")).to_contain_text("Tidak dapat ditampilkan")
    page.get_by_test_id("forget-phone").click()
    assert page.get_by_test_id("by-phone").count() == 0 and said == []


def test_at_the_kiosk_the_slip_is_scanned_and_the_kiosk_comes_back(house: Server, device: Device) -> None:
    code = slip(device, house, "self")
    page = device(KIOSK, "about:blank")
    page.clock.install()
    page.goto(f"{house.base}/kiosk/rutan")
    page.get_by_test_id("family").click()
    page.get_by_test_id("key-7").wait_for()
    faults = judged(page, "the kiosk")
    page.get_by_test_id("key-7").click()
    page.get_by_test_id("erase").click()
    page.evaluate(SLOW_SCANNER.replace("Kiosk", "Visitor"))
    for sign in code.replace("-", ""):
        page.keyboard.press(sign)
    page.keyboard.press("Enter")     # as a scanner does
    expect(page.get_by_test_id("code")).to_have_value(code)
    born(page)
    page.get_by_test_id("look").click()
    page.get_by_test_id("case").wait_for()
    faults += judged(page, "the case at the kiosk")
    assert not page.evaluate(TOO_WIDE)
    page.clock.run_for(62_000)
    page.wait_for_url("**/kiosk/rutan")
    page.get_by_test_id("family").wait_for()
    page.evaluate(SLOW_SCANNER)
    page.keyboard.type(code)         # the slip is scanned while the kiosk shows its services
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("code")).to_have_value(code)
    assert page.url.endswith("/family/rutan") and faults == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_purpose_notice(house: Server, device: Device, language: str) -> None:
    page = device(PHONE, f"{house.base}/privacy/rutan?lang={language}#book")
    expect(page.get_by_test_id("datum-nik")).to_be_visible()  # the form from which one comes is open
    expect(page.get_by_test_id("datum-complaint")).to_be_hidden()
    page.evaluate("document.querySelectorAll('details').forEach(function (one) { one.open = true; })")
    expect(page.get_by_test_id("datum-nik")).to_contain_text("30")
    assert "{" not in page.locator("main").inner_text() and not page.evaluate(TOO_WIDE)
    assert judged(page, f"the notice in {language}") == []
    page.goto(f"{house.base}/book/rutan")
    page.get_by_test_id("service-kunjungan").wait_for()
