"""Every page judged by axe for WCAG 2.2 AA on the real server, and a number taken with nothing but the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from cast import Server, copy_of
from playwright.sync_api import Browser, BrowserContext, Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SERIOUS = ("serious", "critical")
KIOSK, PHONE, DESK, TV = (1080, 1920), (360, 640), (1280, 720), (1920, 1080)


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office with people in it, so that the pages are not empty when they are judged."""
    server = copy_of(demo, tmp_path_factory.mktemp("house") / "data").start()
    kiosk = server.kiosk()
    for service, priority in (("kunjungan", False), ("kunjungan", True), ("kunjungan", False), ("titipan", False)):
        kiosk.take(service, priority)
    yield server
    server.stop()


@pytest.fixture
def device(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Devices that a test opens; each has cookies of its own."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def show(browser: Browser, device: list[BrowserContext], size: tuple[int, int], address: str) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    device.append(context)
    page = context.new_page()
    page.goto(address)
    return page


def judged(page: Page, what: str) -> list[str]:
    """What axe finds serious or critical here, and headings out of order; one line each, empty when all is well."""
    options = {"runOnly": {"type": "tag", "values": LEVELS}, "rules": {"heading-order": {"enabled": True}},
               "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{what}: {fault['id']} ({fault['help']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found if fault["impact"] in SERIOUS or fault["id"] == "heading-order" for node in fault["nodes"]
    ]


def sign_in(page: Page, house: Server, name: str) -> None:
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(house.passwords["rutan", name])
    page.get_by_test_id("sign-in").click()


def test_the_judge_is_awake(browser: Browser, device: list[BrowserContext]) -> None:
    page = show(browser, device, PHONE, "about:blank")
    page.set_content("<title>x</title><main><img src=x><p style='color:#999;background:#aaa'>pale</p></main>")
    assert {line.split()[1] for line in judged(page, "bad")} >= {"image-alt", "color-contrast", "html-has-lang"}


def test_the_kiosk(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, KIOSK, f"{house.base}/kiosk/rutan")
    page.get_by_test_id("service-kunjungan").wait_for()
    faults = judged(page, "start")
    page.get_by_test_id("toggle-contrast").click()
    page.get_by_test_id("toggle-large").click()
    faults += judged(page, "start, large and with more contrast")
    page.get_by_test_id("language-en").click()
    page.get_by_test_id("service-kunjungan").click()
    faults += judged(page, "service")
    page.get_by_test_id("standard-button").click()
    faults += judged(page, "service standard")
    page.get_by_test_id("standard-button").click()
    page.get_by_test_id("priority").click()
    page.get_by_test_id("ticket-label").wait_for()
    assert faults + judged(page, "ticket") == []


def test_taking_a_number_on_a_phone(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, PHONE, f"{house.base}/visit/rutan")
    page.get_by_test_id("service-informasi").wait_for()
    faults = judged(page, "services")
    page.get_by_test_id("service-informasi").click()
    page.locator("details.standard > summary").click()
    assert faults + judged(page, "one service") == []


def test_following_a_number_on_a_phone(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    ticket = house.phone().take("pengaduan")
    page = show(browser, device, PHONE, f"{house.base}/t/{ticket['secret']}")
    page.get_by_test_id("waiting").wait_for()
    faults = judged(page, "waiting")
    page.get_by_test_id("cancel").click()
    faults += judged(page, "asked whether to cancel")
    dewi = house.officer("dewi", counter="4")
    dewi.press("call", step=ticket["step"], reason="urgent_need")
    page.get_by_test_id("called").wait_for()
    faults += judged(page, "called")
    dewi.wait_for(lambda p: p["current"])
    page.wait_for_timeout(800)
    dewi.press("start")
    page.get_by_test_id("serving").wait_for()
    faults += judged(page, "served")
    dewi.press("leave", becomes="waiting")
    dewi.close()
    assert faults == []


def test_the_console(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, DESK, f"{house.base}/counter/rutan")
    page.get_by_test_id("name").wait_for()
    faults = judged(page, "sign-in")
    sign_in(page, house, "ani")
    page.get_by_test_id("counter-1").wait_for()
    faults += judged(page, "choosing a counter")
    page.get_by_test_id("counter-1").click()
    page.get_by_test_id("next-label").wait_for()
    faults += judged(page, "who is next")
    for state in ("called", "serving"):
        page.locator("[data-testid=primary]:not([aria-disabled])").click()
        page.locator(f".visitor[data-state={state}]").wait_for()
        page.locator("[data-testid=primary]:not([aria-disabled])").wait_for()
        faults += judged(page, state)
    for panel in ("transfer", "park", "pause", "help"):
        page.get_by_test_id(panel).click()
        faults += judged(page, f"with {panel} open")
        page.keyboard.press("Escape")
    page.locator("[data-testid=primary]:not([aria-disabled])").click()
    page.locator(".visitor[data-state=idle]").wait_for()
    page.locator(".row-button").first.click()
    assert faults + judged(page, "a row opened") == []


def test_the_supervisors_page(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, DESK, f"{house.base}/supervisor/rutan")
    page.get_by_test_id("name").wait_for()
    faults = judged(page, "sign-in")
    sign_in(page, house, "sari")
    page.get_by_test_id("day-state").wait_for()
    faults += judged(page, "today")
    page.get_by_test_id("tab-log").click()
    page.get_by_test_id("log-table").wait_for()
    faults += judged(page, "log")
    page.get_by_test_id("tab-devices").click()
    page.get_by_test_id("pair").wait_for()
    assert faults + judged(page, "devices") == []


def test_the_administration_page(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, DESK, f"{house.base}/admin/rutan")
    page.get_by_test_id("name").wait_for()
    sign_in(page, house, "admin")
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("edit-ani").click()
    faults = judged(page, "people")
    page.get_by_test_id("tab-media").click()
    page.get_by_test_id("media-file").wait_for(state="attached")
    faults += judged(page, "media")
    page.get_by_test_id("tab-machine").click()
    page.get_by_test_id("voice-shipped").wait_for()
    faults += judged(page, "printer and voice")
    page.get_by_test_id("tab-office").click()
    for panel in ("hours", "exceptions", "service", "places", "notices", "file", "history"):
        page.get_by_test_id(f"panel-{panel}").click()
        faults += judged(page, panel)
    assert faults == []


def test_the_board(browser: Browser, house: Server, device: list[BrowserContext]) -> None:
    page = show(browser, device, TV, f"{house.base}/display/rutan/tv-tunggu")
    page.locator(".board").wait_for()
    faults = judged(page, "between calls")
    house.kiosk().take("titipan")
    citra = house.officer("citra", counter="3")
    citra.press("call_next")
    page.locator("[data-painted-call]").wait_for()
    faults += judged(page, "a call")
    citra.press("leave", becomes="waiting")
    citra.close()
    assert faults == []


# --- with the keyboard alone ---------------------------------------------------------------------

FOCUSED = """() => {
  const at = document.activeElement, style = window.getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    testid: at.dataset.testid || at.tagName.toLowerCase(),
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none',
    inside: box.bottom > 0 && box.top < window.innerHeight && box.width > 0
  };
}"""


def walk_to(page: Page, testid: str) -> None:
    """The Tab key until the focus is there; wherever it stops on the way it can be seen."""
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["testid"] == "body":
            continue  # out of the page and in again
        passed.append(at["testid"])
        assert at["marked"] and at["inside"], f"the focus cannot be seen on {at['testid']}"
        if at["testid"] == testid:
            return
    raise AssertionError(f"{testid} is not reached with the Tab key; passed were {passed}")


def test_a_number_is_taken_followed_and_given_back_with_the_keyboard_alone(
    browser: Browser, house: Server, device: list[BrowserContext]
) -> None:
    page = show(browser, device, PHONE, f"{house.base}/visit/rutan")
    page.get_by_test_id("service-titipan").wait_for()
    walk_to(page, "language-en")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.documentElement.lang") == "en"
    walk_to(page, "service-titipan")
    page.keyboard.press("Enter")
    # A reader and the next Tab go on from the new page's title.
    assert page.evaluate("() => document.activeElement.tagName") == "H1"
    walk_to(page, "take")
    page.keyboard.press("Space")
    page.wait_for_url("**/t/*")
    page.get_by_test_id("waiting").wait_for()
    walk_to(page, "cancel")
    page.keyboard.press("Enter")
    page.get_by_test_id("cancel-yes").wait_for()
    walk_to(page, "cancel-yes")
    page.keyboard.press("Enter")
    page.get_by_test_id("cancelled").wait_for()
